//! Units from a sheet, checked against each other and against the units that are there.

use std::collections::HashMap;

use super::fields::{code, name, optional_code};
use super::{Column, Parsed, Reading};
use crate::base::sheet::{ImportProblem, Sheet, SheetError};

/// Units that are there: code → code of the parent.
pub type Parents = HashMap<String, Option<String>>;

/// Headers of an export, and of an import at its plainest.
pub const UNIT_HEADERS: [&str; 5] = ["编码", "名称", "简称", "上级编码", "类型"];

/// The kinds to which duties belong. Others are welcome, because kinds are data, but worth a remark.
const PARTY_KINDS: [&str; 5] = ["集团党委", "基层党委", "党总支", "党支部", "党小组"];

/// Levels of the tree. Every unit carries its path in memory, so a chain of thousands is refused, and so is a circle.
const MAX_LEVELS: usize = 12;

/// A unit as the sheet describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitLine {
    /// Number of the row in the spreadsheet.
    pub row: u32,
    pub code: String,
    pub name: String,
    /// The name itself when the sheet gives no short one.
    pub short_name: String,
    /// Code of the parent; `None` for the root.
    pub parent: Option<String>,
    pub kind: String,
}

impl UnitLine {
    /// The cells under [`UNIT_HEADERS`].
    pub fn cells(&self) -> Vec<String> {
        let parent = self.parent.as_deref().unwrap_or_default();
        [&self.code, &self.name, &self.short_name, parent, &self.kind].map(str::to_owned).to_vec()
    }
}

struct Columns {
    code: Column,
    name: Column,
    short_name: Column,
    parent: Column,
    kind: Column,
}

impl Columns {
    fn of(sheet: &Sheet) -> Result<Self, SheetError> {
        Ok(Columns {
            code: Column::required(sheet, &["编码", "组织编码", "单位编码", "组织代码", "代码"])?,
            name: Column::required(sheet, &["名称", "组织名称", "单位名称", "全称"])?,
            short_name: Column::optional(sheet, &["简称", "组织简称"]),
            parent: Column::required(sheet, &["上级编码", "上级组织编码", "父级编码", "上级代码", "上级"])?,
            kind: Column::required(sheet, &["类型", "组织类型", "类别", "组织类别"])?,
        })
    }
}

/// The units of a sheet, parents before children.
///
/// A unit is left out when its code repeats an earlier row, or when its way up does not end at the root: at the one unit
/// without a parent, in the sheet or among the `existing`. A row for an existing unit replaces what is known of it.
pub fn read_units(sheet: &Sheet, existing: &Parents) -> Result<Parsed<UnitLine>, SheetError> {
    let columns = Columns::of(sheet)?;
    let mut problems = Vec::new();
    let mut lines: Vec<UnitLine> = Vec::new();
    let mut rows: HashMap<String, u32> = HashMap::new();
    for row in &sheet.rows {
        let Some(line) = line(&columns, Reading { row, problems: &mut problems }) else { continue };
        match rows.get(&line.code) {
            Some(first) => problems.push(repeated(line.row, &columns.code, &line.code, *first)),
            None => {
                rows.insert(line.code.clone(), line.row);
                lines.push(line);
            }
        }
    }
    let lines = rooted(lines, existing, &columns.parent, &mut problems);
    problems.sort_by_key(|problem| problem.row);
    Ok(Parsed { lines, problems })
}

/// The remark on a row whose `code` an earlier row has.
pub(super) fn repeated(row: u32, column: &Column, code: &str, first: u32) -> ImportProblem {
    ImportProblem::duplicate(row, &column.header, format!("“{code}”与第 {first} 行重复"))
}

fn line(columns: &Columns, mut reading: Reading<'_>) -> Option<UnitLine> {
    let code = reading.field(&columns.code, code);
    let name_read = reading.field(&columns.name, name);
    let short_name = match reading.row.text(columns.short_name.at) {
        "" => name_read.clone(),
        _ => reading.field(&columns.short_name, name),
    };
    let parent = reading.field(&columns.parent, optional_code);
    let kind = reading.field(&columns.kind, name);
    let line = UnitLine {
        row: reading.row.number,
        code: code?,
        name: name_read?,
        short_name: short_name?,
        parent: parent?,
        kind: kind?,
    };
    if !PARTY_KINDS.contains(&line.kind.as_str()) {
        reading.warn(&columns.kind, format!("“{}”不是党组织的类型，导入的职务不会落在它上面", line.kind));
    }
    Some(line)
}

/// Keeps the units whose way up ends at the root, parents first.
fn rooted(
    mut lines: Vec<UnitLine>,
    existing: &Parents,
    column: &Column,
    problems: &mut Vec<ImportProblem>,
) -> Vec<UnitLine> {
    let tree = Tree::new(&lines, existing);
    let mut levels: HashMap<String, usize> = HashMap::new();
    for line in &lines {
        match tree.level(line) {
            Ok(level) => drop(levels.insert(line.code.clone(), level)),
            Err(message) => problems.push(ImportProblem::rejected(line.row, &column.header, message)),
        }
    }
    lines.retain(|line| levels.contains_key(&line.code));
    lines.sort_by_key(|line| levels[&line.code]);
    lines
}

/// The tree as it would be with the sheet's units in it.
struct Tree {
    parents: Parents,
    root: Option<String>,
}

impl Tree {
    fn new(lines: &[UnitLine], existing: &Parents) -> Self {
        let mut parents = existing.clone();
        parents.extend(lines.iter().map(|line| (line.code.clone(), line.parent.clone())));
        let stands = existing.iter().find(|(_, parent)| parent.is_none()).map(|(code, _)| code);
        let first = || lines.iter().find(|line| line.parent.is_none()).map(|line| &line.code);
        let root = stands.or_else(first).cloned();
        Tree { parents, root }
    }

    /// Steps from the unit up to the root, or why it does not get there.
    fn level(&self, line: &UnitLine) -> Result<usize, String> {
        let mut code = &line.code;
        for level in 0..MAX_LEVELS {
            match self.parents.get(code) {
                Some(Some(parent)) => code = parent,
                Some(None) if self.root.as_ref() == Some(code) => return Ok(level),
                Some(None) if level == 0 => return Err(format!("上级编码为空，而最上级组织已是“{}”", self.top())),
                None if level == 1 => return Err(format!("上级组织“{code}”不存在，或它自己的行有问题")),
                _ => return Err(format!("上级组织不能导入，因为“{code}”有问题")),
            }
        }
        Err(format!("上级关系成环，或超过 {MAX_LEVELS} 级"))
    }

    fn top(&self) -> &str {
        self.root.as_deref().unwrap_or_default()
    }
}
