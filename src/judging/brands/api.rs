//! The routes of the room.

mod keeping;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::{Brands, HEADERS};
use super::model::{Brand, BrandId};
use super::rules::{KEYWORD_LIMIT, Refusal};
use crate::base::id::{ImportId, UnitId};
use crate::base::sheet::ImportReport;
use crate::base::sheet::limits::MAX_INPUT_BYTES;
use crate::ground::files::{Addresses, FileView};
use crate::people::members::Directory;
use crate::web::caller::{ContentManager, ContentReader, Member, out_of_reach};
use crate::web::sheet::{ExportQuery, ImportQuery, send_sheet};
use crate::web::upload::{FileForm, receive_upload};
use crate::web::{Page, Path, Problem, Query, page};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_brands)
        .service(import_brands)
        .service(withdraw_brand_import)
        .service(export_brands)
        .configure(keeping::routes);
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
    /// Words by which it is known, 10 at most.
    keywords: Vec<String>,
    /// The umbrella brand 母品牌 that it belongs to.
    parent: Option<BrandName>,
    /// Its mark.
    picture: Option<FileView>,
}

impl BrandView {
    /// With `parents` and `pictures`, among which are its own.
    fn new(directory: &Directory, brand: Brand, (parents, pictures): &(Vec<Brand>, Vec<FileView>)) -> Self {
        BrandView {
            id: brand.id,
            unit_id: brand.unit_id,
            unit_name: directory.unit_name(brand.unit_id),
            name: brand.name,
            summary: brand.summary,
            keywords: brand.keywords.0,
            parent: parents.iter().find(|parent| Some(parent.id) == brand.parent_id).map(BrandName::from),
            picture: pictures.iter().find(|picture| Some(picture.id) == brand.picture_id).cloned(),
        }
    }
}

/// A brand by its name.
#[derive(Serialize, ToSchema)]
struct BrandName {
    id: BrandId,
    /// What it is called.
    name: String,
}

impl From<&Brand> for BrandName {
    fn from(brand: &Brand) -> Self {
        BrandName { id: brand.id, name: brand.name.clone() }
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
    addresses: web::Data<Addresses>,
) -> Result<web::Json<Page<BrandView>>, Problem> {
    let (limit, after) = (page::page_limit(query.limit)?, page::after(query.cursor.as_deref())?);
    let found = brands.list(query.unit_id, after, limit + 1).await?;
    let around = brands.around(&found, &addresses).await?;
    Ok(web::Json(Page::new(found, limit, |brand| brand.id).map(|brand| BrandView::new(&directory, brand, &around))))
}

/// 导入党建品牌
///
/// Imports brands from an xlsx or csv file (申报单位, 品牌名称, 创建要点); a unit's brand is brought up to date. A
/// dry run shows what would happen, under a digest; sent again with it as `confirm`, exactly that is imported, or nothing (409).
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
    let file = receive_upload(&req, payload.into_inner(), MAX_INPUT_BYTES).await?.bytes;
    Ok(web::Json(brands.import(Some(manager.member), file, query.mode()).await?))
}

/// 撤回党建品牌导入
///
/// Takes an import of brands back as a whole. Within 30 days, and only as long as none of them was changed since (409).
#[utoipa::path(tag = "brands", params(("id" = ImportId, Path, description = "The import, from its report")),
    responses((status = 204, description = "Taken back")))]
#[post("/imports/brands/{id}/withdrawal")]
async fn withdraw_brand_import(
    manager: ContentManager,
    id: Path<ImportId>,
    brands: web::Data<Brands>,
) -> Result<HttpResponse, Problem> {
    brands.take_back_import(manager.member, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// 导出党建品牌
///
/// Every brand, as a file that can be imported again.
#[utoipa::path(tag = "brands", params(ExportQuery),
    responses((status = 200, description = "The file",
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "text/csv")))))]
#[get("/exports/brands")]
async fn export_brands(
    _reader: ContentReader,
    query: Query<ExportQuery>,
    brands: web::Data<Brands>,
) -> Result<HttpResponse, Problem> {
    let rows = brands.export().await?;
    send_sheet("党建品牌", query.format, &HEADERS, move || rows).await
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::BadSheet(error) => error.into(),
            Refusal::NoImport(no) => no.into(),
            Refusal::NoSuchBrand => Problem::not_found("brands.not_found", "没有找到这个党建品牌"),
            Refusal::NoSuchUnit => Problem::field("/unit_id", "no_such_unit", "没有找到该组织"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::Taken => Problem::conflict("brands.taken", "该组织已有品牌，请直接修改"),
            Refusal::BadParent => Problem::field(
                "/parent_id",
                "brands.bad_parent",
                "母品牌须是另一个品牌，且自身不再属于其他品牌；已有下属品牌的，不能再属于其他品牌",
            ),
            Refusal::BadKeywords => {
                Problem::field("/keywords", "brands.bad_keywords", format!("关键词最多 {KEYWORD_LIMIT} 个，且不能重复"))
            }
            Refusal::NoPicture => Problem::field("/file_id", "brands.no_picture", "品牌标识须是图片"),
            Refusal::NoSuchFile => Problem::not_found("brands.file_not_found", "这个品牌没有该附件"),
            Refusal::Files(refusal) => refusal.into(),
            Refusal::Outdated(outdated) => outdated.into(),
        }
    }
}
