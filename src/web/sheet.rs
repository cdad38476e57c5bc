//! Spreadsheets over HTTP: a whole file in, a whole file out.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::Problem;
use super::upload::Upload;
use crate::base::id::MemberId;
use crate::base::imports::Mode;
use crate::base::sheet;
use crate::base::sheet::layout::{self, Filling, LayoutError};
use crate::base::time::Timestamp;

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

/// How an export is asked for that may have a layout of its own.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LayoutExportQuery {
    /// `xlsx` when absent.
    #[serde(default)]
    #[param(inline)]
    pub format: ExportFormat,
    /// As an xlsx in the layout that was set, whatever `format` says; 404 where none was.
    #[serde(default)]
    pub in_layout: bool,
}

/// In which workbook of somebody above a thing is handed in.
#[derive(Serialize, ToSchema)]
pub struct SheetLayout {
    /// What may stand in double braces in its cells: once, and in the row that is repeated for each line of the export.
    names: Vec<String>,
    /// What was set; `null` where nothing was.
    file: Option<SheetLayoutFile>,
}

/// A layout that was set.
#[derive(Serialize, ToSchema)]
pub struct SheetLayoutFile {
    /// What the file is called.
    pub name: String,
    /// Who set it.
    pub set_by: MemberId,
    /// His name.
    pub set_by_name: String,
    pub set_at: Timestamp,
}

impl SheetLayout {
    pub fn new(once: &[&str], columns: Vec<String>, file: Option<SheetLayoutFile>) -> SheetLayout {
        SheetLayout { names: once.iter().map(|name| (*name).to_owned()).chain(columns).collect(), file }
    }
}

/// What a layout is called that was sent without a name.
const UNNAMED: &str = "上级格式.xlsx";

/// The name under which an upload is kept.
pub fn layout_name(upload: &Upload) -> String {
    upload.name.as_deref().map(file_name).unwrap_or_else(|| UNNAMED.to_owned())
}

impl From<LayoutError> for Problem {
    fn from(error: LayoutError) -> Self {
        match error {
            LayoutError::Sheet(error) => error.into(),
            LayoutError::TooLarge => {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "layouts.too_large", "格式文件超过 2 MB")
            }
            LayoutError::Unreadable => {
                Problem::unprocessable("layouts.unreadable", "格式文件打不开，请用表格程序另存为 xlsx 后再上传")
            }
            LayoutError::UnknownName { place, name } => Problem::unprocessable(
                "layouts.unknown_name",
                format!("{place}：没有“{name}”这一项，请按可用的项目名填写"),
            ),
            LayoutError::NoNames => Problem::unprocessable(
                "layouts.no_names",
                "没有找到要填写的位置：请在单元格里用双花括号写上项目名，如 {{序号}}",
            ),
            LayoutError::TwoRows { sheet, rows: (first, second) } => Problem::unprocessable(
                "layouts.two_rows",
                format!("工作表“{sheet}”第 {first} 行和第 {second} 行都写了逐行填写的项目，只能有一行"),
            ),
            LayoutError::Formula { place } => Problem::unprocessable(
                "layouts.formula",
                format!("{place} 是公式：逐行填写的一行里不能有公式，合计请写在下面"),
            ),
            LayoutError::TooManyRows => {
                Problem::unprocessable("layouts.too_many_rows", "超过 5,000 行，不能按上级格式导出，请用普通导出")
            }
        }
    }
}

/// Answers with a file called `name` (without ending) that is `layout` with everything filled in, off the event loop.
pub async fn send_in_layout(name: &str, layout: Option<Vec<u8>>, filling: Filling) -> Result<HttpResponse, Problem> {
    let layout =
        layout.ok_or_else(|| Problem::not_found("layouts.not_found", "还没有设置上级格式，请先上传格式文件"))?;
    let file_name = file_name(name);
    let bytes = actix_web::web::block(move || layout::fill(&layout, &filling))
        .await
        .map_err(|_| Problem::unavailable("the blocking pool is closing"))??;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, XLSX))
        .insert_header((CONTENT_DISPOSITION, disposition("attachment", &format!("{file_name}.xlsx"))))
        .body(bytes))
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
