//! Members from a sheet.

use std::collections::HashMap;

use super::duties::duties;
use super::fields::{code, kind_title, member_kind, person_name, phone_number};
use super::units::{Parents, repeated};
use super::{Column, Parsed, Reading};
use crate::base::capability::Role;
use crate::base::sheet::{Sheet, SheetError};
use crate::people::members::model::MemberKind;

/// Headers of an export, and of an import at its plainest.
pub const MEMBER_HEADERS: [&str; 6] = ["工号", "姓名", "手机号", "所属党小组编码", "政治面貌", "职务"];

/// A member as the sheet describes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberLine {
    /// Number of the row in the spreadsheet.
    pub row: u32,
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
        row: 0,
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

struct Columns {
    employee_no: Column,
    name: Column,
    phone: Column,
    unit: Column,
    kind: Column,
    duties: Column,
}

impl Columns {
    fn of(sheet: &Sheet) -> Result<Self, SheetError> {
        const UNIT: [&str; 6] = ["所属党小组编码", "党小组编码", "所属组织编码", "组织编码", "所属党小组", "党小组"];
        Ok(Columns {
            employee_no: Column::required(sheet, &["工号", "员工编号", "员工号", "职工号", "人员编号"])?,
            name: Column::required(sheet, &["姓名", "名字"])?,
            phone: Column::optional(sheet, &["手机号", "手机", "手机号码", "联系电话", "电话"]),
            unit: Column::required(sheet, &UNIT)?,
            kind: Column::required(sheet, &["政治面貌", "类别", "人员类别", "党员类别"])?,
            duties: Column::optional(sheet, &["职务", "党内职务"]),
        })
    }
}

/// The members of a sheet, in its order. `units` are those that are there; a member of any other is left out.
///
/// An employee number that repeats an earlier row is a duplicate; a phone number that does is refused, because it signs
/// in one member only. A duty that is none of ours (a roster may well say 车间主任) is told and passed over.
pub fn read_members(sheet: &Sheet, units: &Parents) -> Result<Parsed<MemberLine>, SheetError> {
    let columns = Columns::of(sheet)?;
    let mut parsed = Parsed { lines: Vec::new(), problems: Vec::new() };
    let (mut numbers, mut phones) = (HashMap::new(), HashMap::new());
    for row in &sheet.rows {
        let mut reading = Reading { row, problems: &mut parsed.problems };
        let Some(line) = line(&columns, &mut reading, units) else { continue };
        if let Some(first) = numbers.get(&line.employee_no) {
            parsed.problems.push(repeated(line.row, &columns.employee_no, &line.employee_no, *first));
            continue;
        }
        if let Some(first) = line.phone.as_ref().and_then(|phone| phones.get(phone)) {
            reading.field(&columns.phone, |phone| Err::<(), _>(format!("“{phone}”与第 {first} 行重复")));
            continue;
        }
        numbers.insert(line.employee_no.clone(), line.row);
        phones.extend(line.phone.clone().map(|phone| (phone, line.row)));
        parsed.lines.push(line);
    }
    Ok(parsed)
}

fn line(columns: &Columns, reading: &mut Reading<'_>, units: &Parents) -> Option<MemberLine> {
    let employee_no = reading.field(&columns.employee_no, code);
    let name = reading.field(&columns.name, person_name);
    let phone = reading.field(&columns.phone, phone_number);
    let unit = reading.field(&columns.unit, |text| home(text, units));
    let kind = reading.field(&columns.kind, member_kind);
    let (duties, unknown) = duties(reading.row.text(columns.duties.at));
    let row = reading.row.number;
    let line =
        MemberLine { row, employee_no: employee_no?, name: name?, phone: phone?, unit: unit?, kind: kind?, duties };
    for word in unknown {
        reading.warn(&columns.duties, format!("“{word}”不是系统中的职务，已略过"));
    }
    Some(line)
}

fn home(text: &str, units: &Parents) -> Result<String, String> {
    let code = code(text)?;
    if units.contains_key(&code) { Ok(code) } else { Err(format!("组织“{code}”不存在")) }
}
