//! Importing rosters from spreadsheets.

use actix_web::{HttpRequest, HttpResponse, get, post, web};

use serde_json::json;

use super::units::by;
use crate::base::id::{ImportId, MemberId};
use crate::base::sheet::ImportReport;
use crate::base::sheet::limits::MAX_INPUT_BYTES;
use crate::kernel::live::Live;
use crate::people::members::Directory;
use crate::people::members::actions::Members;
use crate::people::members::directory::UnitCard;
use crate::people::members::roster::{MEMBER_HEADERS, examples};
use crate::web::caller::RosterManager;
use crate::web::sheet::{ExportQuery, ImportQuery, send_sheet};
use crate::web::upload::{FileForm, receive_upload};
use crate::web::{Path, Problem, Query};

/// 导入组织
///
/// Imports units from an xlsx or csv file (编码, 名称, 简称, 上级编码, 类型), at most 20 MB.
///
/// Rows are known by their code: new ones are made, known ones brought up to date, none is ever deleted. Rows that change
/// nothing are counted as such. A dry run shows what would happen, under a digest; sent again with it as `confirm`, exactly
/// that is imported, or nothing (409).
#[utoipa::path(tag = "members", params(ImportQuery),
    request_body(description = "The file, 20 MB at most: as the whole body, or as the one file of a form",
        content((Vec<u8> = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    responses((status = 200, description = "What became of each row", body = ImportReport)))]
#[post("/imports/units")]
pub(super) async fn import_units(
    manager: RosterManager,
    req: HttpRequest,
    query: Query<ImportQuery>,
    members: web::Data<Members>,
    live: web::Data<Live>,
    file: web::Payload,
) -> Result<web::Json<ImportReport>, Problem> {
    let file = receive_upload(&req, file.into_inner(), MAX_INPUT_BYTES).await?.bytes;
    Ok(web::Json(
        members.import_units(by(&manager), file, query.mode(), &telling(&live, manager.member, "units")).await?,
    ))
}

/// 导入人员
///
/// Imports members from an xlsx or csv file (工号, 姓名, 手机号, 所属党小组编码, 政治面貌, 职务), at most 20 MB.
///
/// Rows are known by their employee number: new ones are made, known ones brought up to date, none is ever deleted. Duties
/// are granted on the nearest unit of their kind, and never ended. A dry run shows what would happen, under a digest; sent
/// again with it as `confirm`, exactly that is imported, or nothing (409).
#[utoipa::path(tag = "members", params(ImportQuery),
    request_body(description = "The file, 20 MB at most: as the whole body, or as the one file of a form",
        content((Vec<u8> = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    responses((status = 200, description = "What became of each row", body = ImportReport)))]
#[post("/imports/members")]
pub(super) async fn import_members(
    manager: RosterManager,
    req: HttpRequest,
    query: Query<ImportQuery>,
    members: web::Data<Members>,
    live: web::Data<Live>,
    file: web::Payload,
) -> Result<web::Json<ImportReport>, Problem> {
    let file = receive_upload(&req, file.into_inner(), MAX_INPUT_BYTES).await?.bytes;
    Ok(web::Json(
        members.import_members(by(&manager), file, query.mode(), &telling(&live, manager.member, "members")).await?,
    ))
}

/// Tells the pages that the member has open how far an import has come.
fn telling<'a>(live: &'a Live, member: MemberId, what: &'static str) -> impl Fn(usize, usize) + Sync + 'a {
    move |done, total| live.tell_progress(member, "imports", json!({ "what": what, "done": done, "total": total }))
}

/// 撤回组织导入
///
/// Takes an import of units back as a whole: new ones go, changed ones become what they were. Within 30 days, and only as
/// long as nothing of it was used or changed since (409).
#[utoipa::path(tag = "members", params(("id" = ImportId, Path, description = "The import, from its report")),
    responses((status = 204, description = "Taken back")))]
#[post("/imports/units/{id}/withdrawal")]
pub(super) async fn withdraw_unit_import(
    manager: RosterManager,
    id: Path<ImportId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    members.take_back_import(by(&manager), "units", *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// 撤回人员导入
///
/// Takes an import of members back as a whole: new ones go, changed ones become what they were, duties are no more. Within
/// 30 days, and only as long as nobody of it has signed in and nothing of it was used or changed since (409).
#[utoipa::path(tag = "members", params(("id" = ImportId, Path, description = "The import, from its report")),
    responses((status = 204, description = "Taken back")))]
#[post("/imports/members/{id}/withdrawal")]
pub(super) async fn withdraw_member_import(
    manager: RosterManager,
    id: Path<ImportId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    members.take_back_import(by(&manager), "members", *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// 人员导入模板
///
/// A file with the columns of a members' import and examples, at home in a unit of the caller's scope.
#[utoipa::path(tag = "members", params(ExportQuery),
    responses((status = 200, description = "The template",
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "text/csv")))))]
#[get("/imports/members/template")]
pub(super) async fn get_member_template(
    manager: RosterManager,
    query: Query<ExportQuery>,
    directory: web::Data<Directory>,
) -> Result<HttpResponse, Problem> {
    let tree = directory.tree();
    let takes_members = |card: &&UnitCard| card.unit.closed_on.is_none() && manager.reach.covers(&card.path);
    // members are normally at home in a group, which lies deepest
    let home =
        tree.each().filter(takes_members).max_by_key(|card| (card.path.len(), std::cmp::Reverse(&card.unit.code)));
    let code = home.map(|card| card.unit.code.clone()).unwrap_or_default();
    send_sheet("人员导入模板", query.format, &MEMBER_HEADERS, move || examples(&code)).await
}
