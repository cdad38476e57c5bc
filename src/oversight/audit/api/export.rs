//! The trail of some days as a file.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, get, web};
use futures_util::stream::once;
use futures_util::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::base::sheet;
use crate::base::time::Day;
use crate::db::DbError;
use crate::kernel::trail::export::SealedLine;
use crate::oversight::audit::Audit;
use crate::oversight::audit::export::{Ending, Opening, SealText};
use crate::people::members::Directory;
use crate::web::caller::AuditReader;
use crate::web::sheet::disposition;
use crate::web::{Problem, Query};

/// The form of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TrailFormat {
    /// One JSON object on each line, which `xianfeng audit verify-export` checks.
    #[default]
    Ndjson,
    /// For reading in a spreadsheet; UTF-8 with byte order mark.
    Csv,
}

/// Which days are exported.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TrailExportQuery {
    /// The first business day.
    from: Day,
    /// The last business day, which is included.
    until: Day,
    /// `ndjson` when absent.
    #[serde(default)]
    #[param(inline)]
    format: TrailFormat,
}

const CSV_HEADERS: [&str; 13] = [
    "序号",
    "编号",
    "时间",
    "人员编号",
    "姓名",
    "事项",
    "对象类别",
    "对象编号",
    "详情",
    "登录编号",
    "网络",
    "结果",
    "封存值",
];

/// A line of the file.
#[derive(Serialize)]
struct Exported<'a> {
    #[serde(flatten)]
    sealed: &'a SealedLine,
    /// From the roster as it is now; not sealed.
    actor_name: Option<String>,
}

/// 导出操作留痕
///
/// The trail of some days in the order of its chain, every line with its seal. As `ndjson` it begins with the seal before
/// the first line and ends with the number of lines, so that `xianfeng audit verify-export` finds whatever was changed,
/// left out or cut off. Both ends may hold a few lines of the neighbouring days: the chain has no gaps.
#[utoipa::path(tag = "audit", params(TrailExportQuery),
    responses((status = 200, description = "The file",
        content((Vec<u8> = "application/x-ndjson"), (Vec<u8> = "text/csv")))))]
#[get("/exports/trail")]
pub(super) async fn export_trail(
    auditor: AuditReader,
    query: Query<TrailExportQuery>,
    audit: web::Data<Audit>,
    directory: web::Data<Directory>,
) -> Result<HttpResponse, Problem> {
    let TrailExportQuery { from, until, format } = query.0;
    if until < from {
        return Err(Problem::malformed("query.invalid", "查询参数有误：起始日期不能晚于截止日期"));
    }
    let portion = audit.open_export(auditor.member, from, until).await?;
    let (opening, ending) = match format {
        TrailFormat::Ndjson => {
            let opening = Opening {
                export: "trail".into(),
                from,
                until,
                made_at: audit.now(),
                before: SealText::of(&portion.before),
                last_position: portion.last,
            };
            (line(&opening), line(&Ending { end: true, lines: portion.last - portion.before.position }))
        }
        TrailFormat::Csv => (sheet::write_csv(&CSV_HEADERS, std::iter::empty()), Vec::new()),
    };
    let directory = directory.into_inner();
    let rows = move |lines: Vec<SealedLine>| {
        let name = |line: &SealedLine| {
            let card = line.actor_id.and_then(|actor| directory.member(actor.into()));
            card.map(|card| card.name.to_string())
        };
        match format {
            TrailFormat::Ndjson => lines
                .iter()
                .flat_map(|sealed| self::line(&Exported { sealed, actor_name: name(sealed) }))
                .collect::<Vec<u8>>(),
            TrailFormat::Csv => sheet::write_csv_rows(lines.iter().map(|line| cells(line, name(line)))),
        }
    };
    let whole = |bytes: Vec<u8>| once(async move { Ok::<_, DbError>(Bytes::from(bytes)) });
    let between = audit.lines_of(&portion).map_ok(move |lines| Bytes::from(rows(lines)));
    let body = whole(opening).chain(between).chain(whole(ending));
    let (ending, kind) = match format {
        TrailFormat::Ndjson => ("ndjson", "application/x-ndjson"),
        TrailFormat::Csv => ("csv", "text/csv; charset=utf-8"),
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CONTENT_DISPOSITION, disposition("attachment", &format!("操作留痕-{from}-{until}.{ending}"))))
        .streaming(body.inspect_err(|error| tracing::error!(%error, "an export of the trail broke off"))))
}

/// A value on a line of its own.
fn line(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn cells(line: &SealedLine, name: Option<String>) -> Vec<String> {
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    vec![
        line.position.to_string(),
        line.id.to_string(),
        line.at.to_string(),
        id(line.actor_id),
        name.unwrap_or_default(),
        line.action.clone(),
        line.subject_kind.clone(),
        line.subject_id.to_string(),
        line.detail.clone(),
        id(line.session_id),
        line.address_hash.clone().unwrap_or_default(),
        line.result.clone(),
        line.hash.clone(),
    ]
}
