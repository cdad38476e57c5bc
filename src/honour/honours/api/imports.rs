//! Honours from a spreadsheet.

use actix_web::{HttpRequest, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::sheet::ImportReport;
use crate::base::sheet::limits::MAX_INPUT_BYTES;
use crate::honour::honours::Honours;
use crate::web::caller::HonourKeeper;
use crate::web::sheet::ImportQuery;
use crate::web::upload::{FileForm, receive_upload};
use crate::web::{Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(import_honours);
}

/// 批量登记荣誉
///
/// Writes down honours that were given from above, or before the product was there, from an xlsx or csv file (获奖对象, 工号,
/// 姓名或名称, 组织编码, 荣誉名称, 荣誉性质, 级别, 年度, 授予日期, 依据文件, 授予单位). A dry run shows what would happen, under a digest;
/// sent again with it as `confirm`, exactly that is written, or nothing (409). The same honour again is not written twice.
#[utoipa::path(tag = "honours", params(ImportQuery),
    request_body(description = "The file, 20 MB at most: as the whole body, or as the one file of a form",
        content((Vec<u8> = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    responses((status = 200, description = "What was done, or would be", body = ImportReport)))]
#[post("/imports/honours")]
async fn import_honours(
    keeper: HonourKeeper,
    req: HttpRequest,
    query: Query<ImportQuery>,
    payload: web::Payload,
    room: web::Data<Honours>,
) -> Result<web::Json<ImportReport>, Problem> {
    let file = receive_upload(&req, payload.into_inner(), MAX_INPUT_BYTES).await?.bytes;
    Ok(web::Json(room.import(keeper.member, &keeper.reach, file, query.mode()).await?))
}
