//! Spreadsheets over HTTP: a whole file in, a whole file out.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::error::Problem;
use crate::base::imports::Mode;
use crate::base::sheet;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CSV: &str = "text/csv; charset=utf-8";

/// How an import is asked for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Only report what would happen.
    #[serde(default)]
    pub dry_run: bool,
    /// The digest of a dry run: exactly what it showed is imported, or 409.
    pub confirm: Option<String>,
}

impl ImportQuery {
    /// How the import is asked for.
    pub fn mode(&self) -> Mode {
        Mode::of(self.dry_run, self.confirm.as_deref())
    }
}

/// How an export is asked for.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// `xlsx` when absent.
    #[serde(default)]
    #[param(inline)]
    pub format: ExportFormat,
}

/// The file formats of exports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    #[default]
    Xlsx,
    /// UTF-8 with byte order mark.
    Csv,
}

/// Answers with a file called `name` (without ending; Chinese is fine) that holds `headers` and what `rows` makes, off
/// the event loop.
pub async fn send_sheet(
    name: &str,
    format: ExportFormat,
    headers: &'static [&'static str],
    rows: impl FnOnce() -> Vec<Vec<String>> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    send_sheet_under(name, format, headers.iter().map(|header| (*header).to_owned()).collect(), rows).await
}

/// [`send_sheet`] with headers that are data themselves.
pub async fn send_sheet_under(
    name: &str,
    format: ExportFormat,
    headers: Vec<String>,
    rows: impl FnOnce() -> Vec<Vec<String>> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (ending, kind) = match format {
        ExportFormat::Xlsx => ("xlsx", XLSX),
        ExportFormat::Csv => ("csv", CSV),
    };
    let (file_name, title) = (file_name(name), name.to_owned());
    let bytes = actix_web::web::block(move || {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        match format {
            ExportFormat::Xlsx => {
                sheet::write_xlsx(&title, &headers, rows().into_iter()).map_err(|error| error.to_string())
            }
            ExportFormat::Csv => Ok(sheet::write_csv(&headers, rows().into_iter())),
        }
    })
    .await
    .map_err(|_| Problem::unavailable("the blocking pool is closing"))?
    .map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CONTENT_DISPOSITION, disposition("attachment", &format!("{file_name}.{ending}"))))
        .body(bytes))
}

/// Bytes of a file's name; with its ending it fits the 255 that file systems have for one.
const FILE_NAME_BYTES: usize = 240;

/// `name` as every file system takes one: without what separates folders, and not too long.
fn file_name(name: &str) -> String {
    let kept: String = name.chars().filter(|c| !c.is_control() && !r#"\/:*?"<>|"#.contains(*c)).collect();
    let kept = kept.trim_matches([' ', '.']);
    let ends = kept.char_indices().map(|(at, letter)| at + letter.len_utf8());
    let kept = &kept[..ends.take_while(|end| *end <= FILE_NAME_BYTES).last().unwrap_or(0)];
    if kept.is_empty() { "导出".to_owned() } else { kept.to_owned() }
}

/// A `Content-Disposition` with a Chinese name; `placement` is `attachment` or `inline`.
pub fn disposition(placement: &str, name: &str) -> String {
    // RFC 5987: the name in UTF-8, percent-encoded, since headers hold ASCII only
    let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("{placement}; filename*=UTF-8''{encoded}")
}
