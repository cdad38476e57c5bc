//! The routes of the room.

use actix_web::{HttpRequest, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::Brands;
use super::model::{Brand, BrandId};
use crate::base::id::UnitId;
use crate::base::sheet::ImportReport;
use crate::people::members::Directory;
use crate::web::caller::{ContentManager, Member};
use crate::web::sheet::{ImportQuery, receive_sheet};
use crate::web::upload::FileForm;
use crate::web::{Page, Problem, Query, page};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_brands).service(import_brands);
}

/// The brand of a unit.
#[derive(Serialize, ToSchema)]
struct BrandView {
    id: BrandId,
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    /// The brand's name, such as 铜花飞扬 筑梦中冶.
    name: String,
    /// What it stands for and how it is built.
    summary: String,
}

impl BrandView {
    fn new(directory: &Directory, brand: Brand) -> Self {
        let unit_name = directory.unit_name(brand.unit_id);
        BrandView { id: brand.id, unit_id: brand.unit_id, unit_name, name: brand.name, summary: brand.summary }
    }
}

/// Which brands to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct BrandQuery {
    /// Only brands of this unit and of everything below it.
    unit_id: Option<UnitId>,
    /// How many items at most; 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 党建品牌列表
///
/// The brands of the enterprise, or of a unit with everything below it.
#[utoipa::path(tag = "brands", params(BrandQuery),
    responses((status = 200, description = "Brands", body = Page<BrandView>)))]
#[get("/brands")]
async fn list_brands(
    _caller: Member,
    query: Query<BrandQuery>,
    brands: web::Data<Brands>,
    directory: web::Data<Directory>,
) -> Result<web::Json<Page<BrandView>>, Problem> {
    let (limit, after) = (page::page_limit(query.limit)?, page::after(query.cursor.as_deref())?);
    let found = brands.list(query.unit_id, after, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |brand| brand.id).map(|brand| BrandView::new(&directory, brand))))
}

/// 导入党建品牌
///
/// Imports brands from an xlsx or csv file (申报单位, 品牌名称, 创建要点); a unit's brand is brought up to date.
#[utoipa::path(tag = "brands", params(ImportQuery),
    request_body(description = "The file, 20 MB at most: as the whole body, or as the one file of a form",
        content((Vec<u8> = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    responses((status = 200, description = "What was done, or would be", body = ImportReport)))]
#[post("/imports/brands")]
async fn import_brands(
    manager: ContentManager,
    req: HttpRequest,
    query: Query<ImportQuery>,
    payload: web::Payload,
    brands: web::Data<Brands>,
) -> Result<web::Json<ImportReport>, Problem> {
    let sheet = receive_sheet(&req, payload.into_inner()).await?;
    Ok(web::Json(brands.import(Some(manager.member), &sheet, query.dry_run).await??))
}
