//! Importing rosters from spreadsheets.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::units::by;
use crate::base::sheet::ImportReport;
use crate::base::sheet::limits::MAX_INPUT_BYTES;
use crate::members::actions::Members;
use crate::web::body::receive;
use crate::web::caller::RosterManager;
use crate::web::{Problem, Query};

/// How to import.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImportQuery {
    /// Only says what would happen; writes nothing.
    #[serde(default)]
    dry_run: bool,
}

/// The request's body as it arrives, taken before anybody reads it.
pub(super) struct File(Payload);

impl FromRequest for File {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(File(payload.take())))
    }
}

/// Imports units from an xlsx or csv file (编码, 名称, 简称, 上级编码, 类型), at most 20 MB.
///
/// Rows are known by their code: new ones are made, known ones brought up to date, none is ever deleted. Rows that change
/// nothing count as duplicates.
#[utoipa::path(tag = "members", params(ImportQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file itself"),
    responses((status = 200, description = "What became of each row", body = ImportReport)))]
#[post("/imports/units")]
pub(super) async fn import_units(
    manager: RosterManager,
    query: Query<ImportQuery>,
    members: web::Data<Members>,
    file: File,
) -> Result<web::Json<ImportReport>, Problem> {
    let file = receive(file.0, MAX_INPUT_BYTES).await?;
    Ok(web::Json(members.import_units(by(&manager), file, query.dry_run, &|_, _| {}).await?))
}

/// Imports members from an xlsx or csv file (工号, 姓名, 手机号, 所属党小组编码, 政治面貌, 职务), at most 20 MB.
///
/// Rows are known by their employee number: new ones are made, known ones brought up to date, none is ever deleted. Duties
/// are granted on the nearest unit of their kind, and never ended. Rows that change nothing count as duplicates.
#[utoipa::path(tag = "members", params(ImportQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file itself"),
    responses((status = 200, description = "What became of each row", body = ImportReport)))]
#[post("/imports/members")]
pub(super) async fn import_members(
    manager: RosterManager,
    query: Query<ImportQuery>,
    members: web::Data<Members>,
    file: File,
) -> Result<web::Json<ImportReport>, Problem> {
    let file = receive(file.0, MAX_INPUT_BYTES).await?;
    Ok(web::Json(members.import_members(by(&manager), file, query.dry_run, &|_, _| {}).await?))
}
