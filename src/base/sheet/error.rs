//! Why a whole file is refused.

use thiserror::Error;

use super::limits::{MAX_CELL_CHARS, MAX_COLUMNS, MAX_INPUT_BYTES, MAX_ROWS};

/// A refusal of a whole file; `Display` is the sentence for people, [`code`](SheetError::code) the word for programs.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SheetError {
    #[error("文件超过 {} MB", MAX_INPUT_BYTES / 1024 / 1024)]
    TooLarge,
    #[error("数据超过 {MAX_ROWS} 行，请分成几个文件导入")]
    TooManyRows,
    #[error("表格超过 {MAX_COLUMNS} 列")]
    TooManyColumns,
    #[error("第 {row} 行第 {column} 列的文字超过 {MAX_CELL_CHARS} 个字符")]
    CellTooLong { row: u32, column: usize },
    #[error("文件解压后过大，已拒绝读取")]
    Bomb,
    /// A workbook of before 2007, or one that is locked: what it is.
    #[error("这是{0}，请另存为 xlsx（取消密码）后再导入")]
    Legacy(&'static str),
    #[error("无法识别文件的文字编码，请另存为 xlsx 或 UTF-8 编码的 csv")]
    UnknownEncoding,
    /// No spreadsheet at all: what it is.
    #[error("这是{0}，不是 xlsx 或 csv 表格；请用表格程序打开，另存为 xlsx 后再导入")]
    Other(&'static str),
    #[error("文件不是有效的 xlsx 或 csv 表格")]
    NotASheet,
    #[error("表格中没有数据")]
    Empty,
    /// No header was found: the first column that is missing, and what was taken for the header.
    #[error("缺少“{column}”列{}", said(taken))]
    MissingColumn { column: String, taken: Option<String> },
}

fn said(taken: &Option<String>) -> String {
    taken.as_ref().map(|taken| format!("（{taken}）")).unwrap_or_default()
}

impl SheetError {
    /// The stable code of the refusal.
    pub const fn code(&self) -> &'static str {
        match self {
            SheetError::TooLarge => "imports.too_large",
            SheetError::TooManyRows => "imports.too_many_rows",
            SheetError::TooManyColumns => "imports.too_many_columns",
            SheetError::CellTooLong { .. } => "imports.cell_too_long",
            SheetError::Bomb => "imports.bomb",
            SheetError::Legacy(_) => "imports.legacy_format",
            SheetError::UnknownEncoding => "imports.unknown_encoding",
            SheetError::Other(_) => "imports.not_a_sheet",
            SheetError::NotASheet => "imports.not_a_sheet",
            SheetError::Empty => "imports.empty",
            SheetError::MissingColumn { .. } => "imports.missing_column",
        }
    }

    /// Whether the file is refused for its size (413) rather than for what is in it (422).
    pub const fn is_too_large(&self) -> bool {
        match self {
            SheetError::TooLarge | SheetError::TooManyRows | SheetError::TooManyColumns | SheetError::Bomb => true,
            SheetError::CellTooLong { .. }
            | SheetError::Legacy(_)
            | SheetError::UnknownEncoding
            | SheetError::NotASheet
            | SheetError::Other(_)
            | SheetError::Empty
            | SheetError::MissingColumn { .. } => false,
        }
    }
}
