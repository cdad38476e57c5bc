//! What became of an import, row by row, and of what was not used.

use std::collections::HashSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::At;
use super::limits::MAX_PROBLEMS;
use crate::base::id::ImportId;

/// A remark on an imported file: on a row, a column, a sheet, or several of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportRemark {
    /// Name of the sheet, when the file has more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Number of the row as the spreadsheet program shows it; absent when the whole sheet is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// Header of the column concerned; absent when the whole row is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What is wrong, in Chinese, for people.
    pub message: String,
}

impl ImportRemark {
    /// About `column` in a row.
    pub fn new(at: &At, column: &str, message: impl Into<String>) -> Self {
        let column = (!column.is_empty()).then(|| column.to_owned());
        ImportRemark { sheet: at.sheet(), row: Some(at.row), column, message: message.into() }
    }

    /// The remark as one line.
    pub fn line(&self) -> String {
        let sheet = self.sheet.as_ref().map(|sheet| format!("工作表“{sheet}”")).unwrap_or_default();
        let row = self.row.map(|row| format!("第 {row} 行")).unwrap_or_default();
        let column = self.column.as_ref().map(|column| format!("“{column}”列")).unwrap_or_default();
        let place = format!("{sheet}{row}{column}");
        if place.is_empty() { self.message.clone() } else { format!("{place}：{}", self.message) }
    }
}

/// What an import did, or would do if it is a dry run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportReport {
    /// Rows that were new and were taken.
    pub accepted: u32,
    /// Rows that changed something already there.
    pub changed: u32,
    /// Rows that say what is there already, or what an earlier row says.
    pub unchanged: u32,
    /// Rows that were not taken because something is wrong with them.
    pub refused: u32,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// What a dry run has shown. Sent as `confirm` together with the same file, exactly this is imported, or 409.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// What was written, to be taken back as a whole; absent when nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_id: Option<ImportId>,
    /// Why rows were refused, in the order of the file, at most 5,000.
    pub problems: Vec<ImportRemark>,
    /// Problems beyond those.
    pub problems_omitted: u32,
    /// What somebody should look at: rows that were taken with a doubt, and every sheet, column and row that was not used.
    pub warnings: Vec<ImportRemark>,
    /// Warnings beyond those.
    pub warnings_omitted: u32,
    /// Rows already counted as refused: a row with three problems is one row.
    #[serde(skip)]
    #[schema(ignore)]
    left_out: HashSet<(Option<String>, Option<u32>)>,
}

impl ImportReport {
    pub fn new(dry_run: bool) -> Self {
        ImportReport { dry_run, ..Default::default() }
    }

    /// Adds a reason for which a row is refused, and counts its row once.
    pub fn refuse(&mut self, problem: ImportRemark) {
        self.refused += u32::from(self.left_out.insert((problem.sheet.clone(), problem.row)));
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.problems_omitted += 1;
        }
    }

    /// Adds a remark that keeps nothing from being taken.
    pub fn warn(&mut self, warning: ImportRemark) {
        if self.warnings.len() < MAX_PROBLEMS {
            self.warnings.push(warning);
        } else {
            self.warnings_omitted += 1;
        }
    }

    /// Takes over what the reader of the file and the room remarked.
    pub fn take(&mut self, remarks: Remarks) {
        remarks.problems.into_iter().for_each(|problem| self.refuse(problem));
        remarks.warnings.into_iter().for_each(|warning| self.warn(warning));
    }

    /// Puts the remarks into the order of the file.
    pub fn sort(&mut self) {
        self.problems.sort_by(|one, other| (&one.sheet, one.row).cmp(&(&other.sheet, other.row)));
        self.warnings.sort_by(|one, other| (&one.sheet, one.row).cmp(&(&other.sheet, other.row)));
    }

    /// The report as an operator reads it.
    pub fn lines(&self) -> Vec<String> {
        let line = |what: &str, remark: &ImportRemark| format!("{what}：{}", remark.line());
        let mut lines: Vec<String> = self.problems.iter().map(|remark| line("拒绝", remark)).collect();
        lines.extend(self.warnings.iter().map(|remark| line("提醒", remark)));
        if self.problems_omitted + self.warnings_omitted > 0 {
            lines.push(format!("另有 {} 条未列出", self.problems_omitted + self.warnings_omitted));
        }
        let done = if self.dry_run { "试运行，未写入" } else { "已写入" };
        let ImportReport { accepted, changed, unchanged, refused, .. } = self;
        lines.push(format!("{done}：新增 {accepted}，更新 {changed}，未变 {unchanged}，拒绝 {refused}"));
        lines
    }
}

/// Remarks while a file is read: why rows are refused, and what else should be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    pub problems: Vec<ImportRemark>,
    pub warnings: Vec<ImportRemark>,
}

impl Remarks {
    /// The row is refused because of what `column` says.
    pub fn refuse(&mut self, at: &At, column: &str, message: impl Into<String>) {
        self.problems.push(ImportRemark::new(at, column, message));
    }

    /// The row is taken all the same.
    pub fn warn(&mut self, at: &At, column: &str, message: impl Into<String>) {
        self.warnings.push(ImportRemark::new(at, column, message));
    }

    /// Adds those of another part of the work.
    pub fn append(&mut self, mut more: Remarks) {
        self.problems.append(&mut more.problems);
        self.warnings.append(&mut more.warnings);
    }
}
