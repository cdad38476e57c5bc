//! Members from a sheet.

use std::collections::{HashMap, HashSet};

use super::duties::duties;
use super::fields::{code, kind_title, member_kind, person_name, phone_number};
use super::units::{Parents, repeated};
use super::{Parsed, Reading};
use crate::base::capability::Role;
use crate::base::sheet::{At, Book, Column, Content, Found, Need, Row, SheetError};
use crate::base::text::squeeze;
use crate::people::members::model::MemberKind;

/// Headers of an export, and of an import at its plainest.
pub const MEMBER_HEADERS: [&str; 6] = ["工号", "姓名", "手机号", "所属党小组编码", "政治面貌", "职务"];

/// A member as the sheet describes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberLine {
    /// Where it stands in the file.
    pub at: At,
    /// In capitals.
    pub employee_no: String,
    pub name: String,
    /// Eleven digits.
    pub phone: Option<String>,
    /// Code of the home unit.
    pub unit: String,
    pub kind: MemberKind,
    pub duties: Vec<Role>,
}

impl MemberLine {
    /// The cells under [`MEMBER_HEADERS`].
    pub fn cells(&self) -> Vec<String> {
        let duties: Vec<&str> = self.duties.iter().map(|role| role.title()).collect();
        let phone = self.phone.as_deref().unwrap_or_default();
        let duties = duties.join("、");
        [&self.employee_no, &self.name, phone, &self.unit, kind_title(self.kind), &duties].map(str::to_owned).to_vec()
    }
}

/// Rows for the template, at home in the unit with that code.
pub fn examples(unit: &str) -> Vec<Vec<String>> {
    let example = |employee_no: &str, name: &str, phone: Option<&str>, kind, duties: &[Role]| MemberLine {
        at: At::default(),
        employee_no: employee_no.into(),
        name: name.into(),
        phone: phone.map(str::to_owned),
        unit: unit.to_owned(),
        kind,
        duties: duties.to_vec(),
    };
    [
        example("SL0001", "示例甲", Some("13800000001"), MemberKind::Full, &[Role::GroupLeader]),
        example("SL0002", "示例乙", None, MemberKind::Probationary, &[]),
        example("SL0003", "示例丙", None, MemberKind::Masses, &[]),
    ]
    .iter()
    .map(MemberLine::cells)
    .collect()
}

const EMPLOYEE_NO: usize = 0;
const NAME: usize = 1;
const PHONE: usize = 2;
const UNIT: usize = 3;
const KIND: usize = 4;
const DUTIES: usize = 5;
const BRANCH: usize = 6;
const CATEGORY: usize = 7;

fn columns() -> [Column; 8] {
    use Content::{Code, Name, Words};
    use Need::{May, Must, SheetName};
    [
        Column::new(
            Must,
            Code,
            &["工号", "员工编号", "员工号", "职工号", "人员编号", "职工编号", "员工工号", "职工工号", "人员工号"],
        ),
        Column::new(Must, Name, &["姓名", "名字", "党员姓名", "员工姓名", "职工姓名", "人员姓名"]),
        Column::new(
            May,
            Code,
            &["手机号", "手机", "手机号码", "联系电话", "电话", "移动电话", "联系方式", "电话号码", "联系手机"],
        ),
        Column::new(
            SheetName,
            Name,
            &[
                "所属党小组编码",
                "党小组编码",
                "所属组织编码",
                "组织编码",
                "所属党小组",
                "党小组",
                "所在党小组",
                "党小组名称",
                "所属党组织编码",
                "所属组织",
                "所属党组织",
                "所在党组织",
                "所属党支部编码",
                "党支部编码",
                "所属党支部",
                "党支部",
                "所属支部",
                "所在党支部",
                "所在支部",
                "支部名称",
                "支部",
            ],
        ),
        Column::new(Must, Words, &["政治面貌", "党员类型", "人员类别", "党员类别", "类别"]),
        Column::new(May, Words, &["职务", "党内职务", "党内任职", "党务职务"]),
        Column::new(
            May,
            Name,
            &[
                "所属党支部",
                "党支部",
                "所属支部",
                "所在党支部",
                "所在支部",
                "支部名称",
                "支部",
                "所属党支部编码",
                "党支部编码",
            ],
        ),
        Column::new(May, Words, &["人员类别", "党员类别", "党员类型", "类别"]),
    ]
}

/// The members of a file, in its order. `units` are those that are there; a member of any other is left out.
///
/// An employee number that repeats an earlier row is refused unless the row says the same; a phone number that does is
/// refused, because it signs in one member only. A duty that is none of ours (a roster may well say 车间主任) is told and
/// passed over. A unit may be called by its code or by its name; where several bear the name, the branch decides: that of
/// the row, or that by which the sheet is called.
pub fn read_members(book: &Book, units: &Parents) -> Result<Parsed<MemberLine>, SheetError> {
    let homes = Homes::of(units);
    let Found { rows, mut remarks } = book.rows(&columns(), &|sheet| homes.find(sheet, None).is_ok())?;
    let mut lines: Vec<MemberLine> = Vec::new();
    let (mut numbers, mut phones, mut repeats) = (HashMap::<String, usize>::new(), HashMap::new(), 0);
    let mut categories = HashSet::new();
    for row in &rows {
        let mut reading = Reading { row, remarks: &mut remarks };
        let Some(line) = line(&mut reading, &homes, &mut categories) else { continue };
        if let Some(first) = numbers.get(&line.employee_no).map(|first| &lines[*first]) {
            let same = first.cells() == line.cells();
            repeats += repeated(row, EMPLOYEE_NO, &line.employee_no, &first.at, same, &mut remarks);
            continue;
        }
        if let Some(first) = line.phone.as_ref().and_then(|phone| phones.get(phone)) {
            reading.field(PHONE, |phone| Err::<(), _>(format!("“{phone}”与{first}重复")));
            continue;
        }
        numbers.insert(line.employee_no.clone(), lines.len());
        phones.extend(line.phone.clone().map(|phone| (phone, line.at.clone())));
        lines.push(line);
    }
    Ok(Parsed { lines, repeats, remarks })
}

fn line(reading: &mut Reading<'_>, homes: &Homes<'_>, categories: &mut HashSet<String>) -> Option<MemberLine> {
    let employee_no = reading.field(EMPLOYEE_NO, code);
    let name = reading.field(NAME, person_name);
    let phone = reading.field(PHONE, phone_number);
    let unit = homes.of_row(reading.row);
    let unit = reading.said(UNIT, unit);
    let kind = reading.field(KIND, member_kind);
    let category = reading.row.text(CATEGORY).to_owned();
    let kind = kind.map(|kind| match (kind.0, member_kind(&category)) {
        (MemberKind::Full, Ok((MemberKind::Probationary, _))) => (MemberKind::Probationary, kind.1),
        (_, Err(_)) if !category.is_empty() => {
            if categories.insert(category.clone()) {
                reading.warn(CATEGORY, format!("“{category}”没有用到"));
            }
            kind
        }
        _ => kind,
    });
    let (duties, unknown) = duties(reading.row.text(DUTIES));
    let at = reading.row.at.clone();
    let (kind, as_other) = kind?;
    let line = MemberLine { at, employee_no: employee_no?, name: name?, phone: phone?, unit: unit?, kind, duties };
    if as_other {
        let said = reading.row.text(KIND).to_owned();
        reading.warn(KIND, format!("“{said}”按“{}”导入", kind_title(kind)));
    }
    for word in unknown {
        reading.warn(DUTIES, format!("“{word}”不是系统中的职务，已略过"));
    }
    Some(line)
}

/// The units that are there, by what a roster calls them.
struct Homes<'a> {
    units: &'a Parents,
    /// Codes of those that bear a name.
    named: HashMap<String, Vec<&'a str>>,
}

impl<'a> Homes<'a> {
    fn of(units: &'a Parents) -> Homes<'a> {
        let mut named: HashMap<String, Vec<&str>> = HashMap::new();
        for (code, place) in units {
            let (name, short) = (squeeze(&place.name), squeeze(&place.short_name));
            if short != name {
                named.entry(short).or_default().push(code);
            }
            named.entry(name).or_default().push(code);
        }
        Homes { units, named }
    }

    /// The home that a row gives: by its unit, its branch, or the name of its sheet.
    fn of_row(&self, row: &Row) -> Result<String, String> {
        let branch = [row.text(BRANCH), row.sheet_name()].into_iter().filter(|text| !text.is_empty());
        let branch = branch.filter_map(|text| self.find(text, None).ok()).next();
        match (row.text(UNIT), branch) {
            ("", Some(branch)) if !row.has(UNIT) || row.has(BRANCH) => Ok(branch),
            (said, branch) => self.find(said, branch.as_deref()),
        }
    }

    /// The unit with that code, or the only one with that name, be it below `within`.
    fn find(&self, said: &str, within: Option<&str>) -> Result<String, String> {
        let as_code = code(said);
        if let Some(found) = as_code.as_ref().ok().filter(|code| self.units.contains_key(*code)) {
            return Ok(found.clone());
        }
        let all = self.named.get(&squeeze(said)).map(Vec::as_slice).unwrap_or_default();
        let below: Vec<&&str> =
            all.iter().filter(|code| within.is_some_and(|within| self.lies_below(code, within))).collect();
        match (all, below.as_slice()) {
            ([only], _) => Ok((*only).to_owned()),
            (_, [only]) => Ok((**only).to_owned()),
            ([], _) if said.trim().is_empty() => Err("不能为空".into()),
            ([], _) => Err(format!("组织“{said}”不存在")),
            _ => Err(format!("有 {} 个组织叫“{said}”，请填写编码", all.len())),
        }
    }

    fn lies_below(&self, code: &str, above: &str) -> bool {
        let up = |code: &&str| self.units.get(*code).and_then(|place| place.parent.as_deref());
        std::iter::successors(Some(code), up).take(self.units.len()).any(|code| code == above)
    }
}
