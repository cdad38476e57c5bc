//! Units from a sheet, checked against each other and against the units that are there.

use std::collections::HashMap;

use super::fields::{code, name, optional_code};
use super::{Parsed, Reading};
use crate::base::sheet::{At, Book, Column, Content, Found, Need, Remarks, Row, SheetError};

/// A unit that is there, as a roster may call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Code of the parent; `None` for the root.
    pub parent: Option<String>,
    pub name: String,
    pub short_name: String,
}

/// Units that are there, by their code.
pub type Parents = HashMap<String, Place>;

/// Headers of an export, and of an import at its plainest.
pub const UNIT_HEADERS: [&str; 5] = ["编码", "名称", "简称", "上级编码", "类型"];

/// The kinds to which duties belong. Others are welcome, because kinds are data, but worth a remark.
const PARTY_KINDS: [&str; 5] = ["集团党委", "基层党委", "党总支", "党支部", "党小组"];

/// Levels of the tree. Every unit carries its path in memory, so a chain of thousands is refused, and so is a circle.
const MAX_LEVELS: usize = 12;

/// A unit as the sheet describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitLine {
    /// Where it stands in the file.
    pub at: At,
    pub code: String,
    pub name: String,
    /// The name itself when the sheet gives no short one.
    pub short_name: String,
    /// Code of the parent; `None` for the root.
    pub parent: Option<String>,
    pub kind: String,
}

impl UnitLine {
    /// Whether another row says the same of the same unit.
    fn says(&self, other: &UnitLine) -> bool {
        self.cells() == other.cells()
    }

    /// The cells under [`UNIT_HEADERS`].
    pub fn cells(&self) -> Vec<String> {
        let parent = self.parent.as_deref().unwrap_or_default();
        [&self.code, &self.name, &self.short_name, parent, &self.kind].map(str::to_owned).to_vec()
    }
}

const CODE: usize = 0;
const NAME: usize = 1;
const SHORT_NAME: usize = 2;
const PARENT: usize = 3;
const KIND: usize = 4;

fn columns() -> [Column; 5] {
    use Content::{Code, Name};
    use Need::{May, Must};
    [
        Column::new(
            Must,
            Code,
            &["编码", "组织编码", "单位编码", "组织代码", "代码", "党组织编码", "党组织代码", "机构编码"],
        ),
        Column::new(Must, Name, &["名称", "组织名称", "单位名称", "全称", "党组织名称", "组织全称", "机构名称"]),
        Column::new(May, Name, &["简称", "组织简称", "党组织简称", "单位简称"]),
        Column::new(
            Must,
            Code,
            &[
                "上级编码",
                "上级组织编码",
                "父级编码",
                "上级代码",
                "上级",
                "上级党组织编码",
                "上级单位编码",
                "上级组织代码",
            ],
        ),
        Column::new(Must, Name, &["类型", "组织类型", "类别", "组织类别", "党组织类型", "党组织类别", "单位类型"]),
    ]
}

/// The units of a sheet, parents before children.
///
/// A unit is left out when its code repeats an earlier row, or when its way up does not end at the root: at the one unit
/// without a parent, in the sheet or among the `existing`. A row for an existing unit replaces what is known of it.
pub fn read_units(book: &Book, existing: &Parents) -> Result<Parsed<UnitLine>, SheetError> {
    let Found { rows, mut remarks } = book.rows(&columns(), &|_| false)?;
    let mut lines: Vec<UnitLine> = Vec::new();
    let mut headers: HashMap<At, String> = HashMap::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut repeats = 0;
    for row in &rows {
        let Some(line) = line(Reading { row, remarks: &mut remarks }) else { continue };
        match known.get(&line.code).map(|first| &lines[*first]) {
            Some(first) => repeats += repeated(row, CODE, &line.code, &first.at, first.says(&line), &mut remarks),
            None => {
                known.insert(line.code.clone(), lines.len());
                headers.insert(line.at.clone(), row.header(PARENT).to_owned());
                lines.push(line);
            }
        }
    }
    let lines = rooted(lines, existing, &headers, &mut remarks);
    Ok(Parsed { lines, repeats, remarks })
}

/// Tells that an earlier row has the `code`: as a warning when it says the same, which counts as a row that changes
/// nothing, else as a refusal.
pub(super) fn repeated(row: &Row, column: usize, code: &str, first: &At, same: bool, remarks: &mut Remarks) -> u32 {
    match same {
        true => remarks.warn(&row.at, row.header(column), format!("“{code}”与{first}完全相同，未重复导入")),
        false => remarks.refuse(&row.at, row.header(column), format!("“{code}”与{first}重复，而内容不同")),
    }
    u32::from(same)
}

fn line(mut reading: Reading<'_>) -> Option<UnitLine> {
    let code = reading.field(CODE, code);
    let name_read = reading.field(NAME, name);
    let short_name = match reading.row.text(SHORT_NAME) {
        "" => name_read.clone(),
        _ => reading.field(SHORT_NAME, name),
    };
    let parent = reading.field(PARENT, optional_code);
    let kind = reading.field(KIND, name);
    let line = UnitLine {
        at: reading.row.at.clone(),
        code: code?,
        name: name_read?,
        short_name: short_name?,
        parent: parent?,
        kind: kind?,
    };
    if !PARTY_KINDS.contains(&line.kind.as_str()) {
        reading.warn(KIND, format!("“{}”不是党组织的类型，导入的职务不会落在它上面", line.kind));
    }
    Some(line)
}

/// Keeps the units whose way up ends at the root, parents first.
fn rooted(
    mut lines: Vec<UnitLine>,
    existing: &Parents,
    headers: &HashMap<At, String>,
    remarks: &mut Remarks,
) -> Vec<UnitLine> {
    let tree = Tree::new(&lines, existing);
    let mut levels: HashMap<String, usize> = HashMap::new();
    for line in &lines {
        match tree.level(line) {
            Ok(level) => drop(levels.insert(line.code.clone(), level)),
            Err(message) => remarks.refuse(&line.at, headers.get(&line.at).map_or("", String::as_str), message),
        }
    }
    lines.retain(|line| levels.contains_key(&line.code));
    lines.sort_by_key(|line| levels[&line.code]);
    lines
}

/// The tree as it would be with the sheet's units in it.
struct Tree {
    parents: HashMap<String, Option<String>>,
    root: Option<String>,
}

impl Tree {
    fn new(lines: &[UnitLine], existing: &Parents) -> Self {
        let of_place = |(code, place): (&String, &Place)| (code.clone(), place.parent.clone());
        let mut parents: HashMap<String, Option<String>> = existing.iter().map(of_place).collect();
        parents.extend(lines.iter().map(|line| (line.code.clone(), line.parent.clone())));
        let stands = existing.iter().find(|(_, place)| place.parent.is_none()).map(|(code, _)| code);
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
