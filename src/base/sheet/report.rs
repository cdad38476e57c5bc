//! What became of an import, row by row.

use std::collections::HashSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::limits::MAX_PROBLEMS;

crate::words!(
    /// What a problem means for its row.
    ProblemKind {
        /// The row was not taken.
        Rejected = "rejected" / "未导入",
        /// The row repeats another row of the file or something already there, and was not taken.
        Duplicate = "duplicate" / "重复",
        /// The row was taken, but someone should look at it.
        Warning = "warning" / "提醒",
    }
);

/// A remark on one row of an imported file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportProblem {
    /// Number of the row as the spreadsheet program shows it.
    pub row: u32,
    /// Header of the column concerned; absent when the whole row is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    pub kind: ProblemKind,
    /// What is wrong, in Chinese, for people.
    pub message: String,
}

impl ImportProblem {
    /// The row is not taken because of what `column` says.
    pub fn rejected(row: u32, column: &str, message: impl Into<String>) -> Self {
        Self::new(row, column, ProblemKind::Rejected, message)
    }

    /// The row is not taken because it repeats something.
    pub fn duplicate(row: u32, column: &str, message: impl Into<String>) -> Self {
        Self::new(row, column, ProblemKind::Duplicate, message)
    }

    /// The row is taken all the same.
    pub fn warning(row: u32, column: &str, message: impl Into<String>) -> Self {
        Self::new(row, column, ProblemKind::Warning, message)
    }

    fn new(row: u32, column: &str, kind: ProblemKind, message: impl Into<String>) -> Self {
        ImportProblem { row, column: Some(column.to_owned()), kind, message: message.into() }
    }
}

/// What an import did, or would do if it is a dry run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportReport {
    /// Rows that were new and were taken.
    pub accepted: u32,
    /// Rows that changed something already there.
    pub updated: u32,
    /// Rows left out because they repeat something.
    pub duplicates: u32,
    /// Rows left out because something is wrong with them.
    pub rejected: u32,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Remarks in the order in which they were found, at most 5,000.
    pub problems: Vec<ImportProblem>,
    /// Remarks beyond those.
    pub problems_omitted: u32,
    /// Rows already counted as left out: a row with three problems is one row.
    #[serde(skip)]
    #[schema(ignore)]
    left_out: HashSet<u32>,
}

impl ImportReport {
    pub fn new(dry_run: bool) -> Self {
        ImportReport { dry_run, ..Default::default() }
    }

    /// Adds a remark and counts its row as rejected or duplicate, by the first such remark on it.
    pub fn note(&mut self, problem: ImportProblem) {
        match problem.kind {
            ProblemKind::Warning => (),
            ProblemKind::Rejected => self.rejected += u32::from(self.left_out.insert(problem.row)),
            ProblemKind::Duplicate => self.duplicates += u32::from(self.left_out.insert(problem.row)),
        }
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.problems_omitted += 1;
        }
    }
}

impl Extend<ImportProblem> for ImportReport {
    fn extend<I: IntoIterator<Item = ImportProblem>>(&mut self, problems: I) {
        problems.into_iter().for_each(|problem| self.note(problem));
    }
}
