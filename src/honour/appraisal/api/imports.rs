//! Awards of many members from a spreadsheet.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::ImportId;
use crate::base::sheet::ImportReport;
use crate::base::sheet::limits::MAX_INPUT_BYTES;
use crate::honour::appraisal::Appraisal;
use crate::web::caller::{AppraisalProposer, Member};
use crate::web::sheet::ImportQuery;
use crate::web::upload::{FileForm, receive_upload};
use crate::web::{Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(import_appraisal)
        .service(get_appraisal_import)
        .service(approve_appraisal_import)
        .service(withdraw_appraisal_import);
}

/// 批量提出考评积分
///
/// Proposes awards from an xlsx or csv file (工号, 姓名, 情形编号, 分值, 发生日期, 事项, 依据); a second person approves them
/// together. A dry run shows what would happen, under a digest; sent again with it as `confirm`, exactly that is proposed,
/// or nothing (409). The same member and matter again is not proposed twice. Deductions, and awards that need evidence, are
/// proposed one by one.
#[utoipa::path(tag = "appraisals", params(ImportQuery),
    request_body(description = "The file, 20 MB at most: as the whole body, or as the one file of a form",
        content((Vec<u8> = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    responses((status = 200, description = "What was done, or would be", body = ImportReport)))]
#[post("/imports/appraisal")]
async fn import_appraisal(
    proposer: AppraisalProposer,
    req: HttpRequest,
    query: Query<ImportQuery>,
    payload: web::Payload,
    room: web::Data<Appraisal>,
) -> Result<web::Json<ImportReport>, Problem> {
    let file = receive_upload(&req, payload.into_inner(), MAX_INPUT_BYTES).await?.bytes;
    Ok(web::Json(room.import(&proposer, &proposer.reach, file, query.mode()).await?))
}

/// How far a file of proposals has come.
#[derive(Serialize, ToSchema)]
struct AppraisalImport {
    id: ImportId,
    /// Proposals that it made.
    proposals: i64,
    /// Those of them about which nobody has decided.
    open: i64,
}

/// 一次批量提出的进度
///
/// How many proposals a file made, and how many of them wait. The proposals are at `GET /appraisal/proposals?import_id=`.
#[utoipa::path(tag = "appraisals", params(("id" = ImportId, Path, description = "The import, from its report")),
    responses((status = 200, description = "The import", body = AppraisalImport)))]
#[get("/appraisal/imports/{id}")]
async fn get_appraisal_import(
    caller: Member,
    id: Path<ImportId>,
    room: web::Data<Appraisal>,
) -> Result<web::Json<AppraisalImport>, Problem> {
    let state = room.import_state(&caller, *id).await?;
    Ok(web::Json(AppraisalImport { id: state.id, proposals: state.all, open: state.open }))
}

/// What came of approving a file of proposals.
#[derive(Serialize, ToSchema)]
struct AppraisalImportApproval {
    /// Proposals that are in the book now.
    approved: u32,
    /// Proposals left to others: beyond the caller's reach or duty, or his own.
    left: u32,
    /// Whether there are more at which nobody has looked yet: ask again.
    more: bool,
}

/// 批量审定考评积分
///
/// Approves what of a file is the caller's to approve; the rest stays for others. Answers after about ten seconds, however
/// large the file: ask again while there is `more`. Nobody approves his own proposals, nor what
/// is about himself.
#[utoipa::path(tag = "appraisals", params(("id" = ImportId, Path, description = "The import, from its report")),
    responses((status = 200, description = "Approved", body = AppraisalImportApproval)))]
#[post("/appraisal/imports/{id}/approval")]
async fn approve_appraisal_import(
    caller: Member,
    id: Path<ImportId>,
    room: web::Data<Appraisal>,
) -> Result<web::Json<AppraisalImportApproval>, Problem> {
    let done = room.approve_import(&caller.person, *id).await?;
    Ok(web::Json(AppraisalImportApproval { approved: done.approved, left: done.left, more: done.more }))
}

/// 撤回批量提出
///
/// Takes back what of a file nobody has decided about; only who sent it.
#[utoipa::path(tag = "appraisals", params(("id" = ImportId, Path, description = "The import, from its report")),
    responses((status = 204, description = "Taken back")))]
#[post("/imports/appraisal/{id}/withdrawal")]
async fn withdraw_appraisal_import(
    proposer: AppraisalProposer,
    id: Path<ImportId>,
    room: web::Data<Appraisal>,
) -> Result<HttpResponse, Problem> {
    room.withdraw_import(proposer.member, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
