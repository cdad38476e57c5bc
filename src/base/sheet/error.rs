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
    #[error("这是旧版 xls 文件或加了密码的文件，请取消密码并另存为 xlsx")]
    Legacy,
    #[error("无法识别文件的文字编码，请另存为 xlsx 或 UTF-8 编码的 csv")]
    UnknownEncoding,
    #[error("文件不是有效的 xlsx 或 csv 表格")]
    NotASheet,
    #[error("表格中没有数据")]
    Empty,
    #[error("缺少“{0}”列")]
    MissingColumn(String),
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
            SheetError::Legacy => "imports.legacy_format",
            SheetError::UnknownEncoding => "imports.unknown_encoding",
            SheetError::NotASheet => "imports.not_a_sheet",
            SheetError::Empty => "imports.empty",
            SheetError::MissingColumn(_) => "imports.missing_column",
        }
    }

    /// Whether the file is refused for its size (413) rather than for what is in it (422).
    pub const fn is_too_large(&self) -> bool {
        match self {
            SheetError::TooLarge | SheetError::TooManyRows | SheetError::TooManyColumns | SheetError::Bomb => true,
            SheetError::CellTooLong { .. }
            | SheetError::Legacy
            | SheetError::UnknownEncoding
            | SheetError::NotASheet
            | SheetError::Empty
            | SheetError::MissingColumn(_) => false,
        }
    }
}
