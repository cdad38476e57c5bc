//! The rows of a file of honours: what each says, or what is wrong with it.

use std::collections::HashMap;

use super::actions::{Honours, NewHolder};
use super::model::{HonourHolderKind, HonourKind, HonourLevel};
use super::rules::{self, Giving, Refusal};
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::sheet::{Column, Content, Need, Row, read_day};
use crate::base::text::squeeze;
use crate::base::time::Day;
use crate::ground::documents;

const TITLE_LIMIT: usize = 60;
const NAME_LIMIT: usize = 60;
const DOCUMENT_LIMIT: usize = 100;

const KIND: usize = 0;
const NUMBER: usize = 1;
const NAME: usize = 2;
const UNIT: usize = 3;
pub(super) const TITLE: usize = 4;
const SORT: usize = 5;
const LEVEL: usize = 6;
const YEAR: usize = 7;
const DAY: usize = 8;
const DOCUMENT: usize = 9;
const ISSUER: usize = 10;

pub(super) fn columns() -> [Column; 11] {
    use Content::{Code, Name, Words};
    use Need::{May, Must};
    [
        Column::new(Must, Words, &["获奖对象", "对象", "类别"]),
        Column::new(May, Code, &["工号", "员工编号", "人员编号", "职工号"]),
        Column::new(May, Name, &["姓名或名称", "姓名", "名称"]),
        Column::new(May, Code, &["组织编码", "单位编码", "党组织编码"]),
        Column::new(Must, Words, &["荣誉名称", "荣誉", "称号"]),
        Column::new(May, Words, &["荣誉性质", "性质"]),
        Column::new(Must, Words, &["级别", "荣誉级别"]),
        Column::new(Must, Words, &["年度", "年份"]),
        Column::new(Must, Words, &["授予日期", "表彰日期", "日期"]),
        Column::new(Must, Words, &["依据文件", "文号", "文件"]),
        Column::new(Must, Words, &["授予单位", "表彰单位", "颁发单位"]),
    ]
}

/// A row that was read.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub holder: NewHolder,
    pub unit: UnitId,
    pub kind: HonourKind,
    pub title: String,
    pub level: HonourLevel,
    pub year: i32,
    pub awarded_on: Day,
    pub document: String,
    pub issuer: String,
}

impl Line {
    /// By what two rows of a file are the same.
    pub(super) fn key(&self) -> String {
        let Line { holder, title, year, document, .. } = self;
        format!("{holder:?}|{}|{year}|{}", squeeze(title), squeeze(document))
    }
}

/// Members by their numbers as they are compared: id, name and the path of the home unit.
pub(super) type ByNumber = HashMap<String, (MemberId, String, Vec<UnitId>)>;

type Wrong = (usize, String);

/// A row, or the column that is wrong and why.
pub(super) fn read_row(
    room: &Honours,
    row: &Row,
    (reach, today): (&Reach, Day),
    by_number: &ByNumber,
) -> Result<Line, Wrong> {
    let kind = word(HonourHolderKind::EACH, HonourHolderKind::title, row.text(KIND))
        .ok_or((KIND, format!("应为{}", listed(HonourHolderKind::EACH.iter().map(|kind| kind.title())))))?;
    let (holder, unit) = match kind {
        HonourHolderKind::Member => read_member(row, by_number)?,
        _ => read_thing(room, row, kind)?,
    };
    if !room.covers(reach, unit) {
        let column = if kind == HonourHolderKind::Member { NUMBER } else { UNIT };
        return Err((column, "不在您的职责范围之内".into()));
    }
    let title = within(row, TITLE, TITLE_LIMIT)?;
    let level = word(HonourLevel::EACH, HonourLevel::title, row.text(LEVEL))
        .ok_or((LEVEL, format!("应为{}", listed(HonourLevel::EACH.iter().map(|level| level.title())))))?;
    let is_usual = rules::USUAL_NAMES.iter().any(|name| squeeze(&title).ends_with(&squeeze(name)));
    let sort = match row.text(SORT) {
        "" if is_usual => HonourKind::Commendation,
        "" => HonourKind::Honour,
        text => word(HonourKind::EACH, HonourKind::title, text)
            .ok_or((SORT, format!("应为{}", listed(HonourKind::EACH.iter().map(|kind| kind.title())))))?,
    };
    let year = row.text(YEAR).trim_end_matches('年').parse().map_err(|_| (YEAR, "应为年份，如 2026".to_owned()))?;
    let awarded_on: Day = read_day(row.text(DAY)).ok_or((DAY, "应为日期，如 2026-07-01".to_owned()))?;
    rules::check_days(year, awarded_on, today).map_err(|no| match no {
        Refusal::BadYear => (YEAR, "年度不能晚于今年".to_owned()),
        _ => (DAY, "授予日期须在该年度或次年，且不能晚于今天".to_owned()),
    })?;
    let document = within(row, DOCUMENT, DOCUMENT_LIMIT)?;
    let issuer = within(row, ISSUER, NAME_LIMIT)?;
    let giving = Giving {
        kind: sort,
        level,
        title: &title,
        // who gave it is on paper; branches are told apart by the level
        by_committee: rules::is_committee(&issuer, &room.terms.committees()),
        is_numbered: documents::parse(&document).is_some(),
    };
    rules::may_give(&giving).map_err(|no| match no {
        Refusal::NumberNeeded => (DOCUMENT, "这一称号的党内表彰须写明批准文件的文号".to_owned()),
        _ => (LEVEL, "党内表彰由党委授予；党支部和党总支可以推荐或通报表扬".to_owned()),
    })?;
    Ok(Line { holder, unit, kind: sort, title, level, year, awarded_on, document, issuer })
}

fn read_member(row: &Row, by_number: &ByNumber) -> Result<(NewHolder, UnitId), Wrong> {
    let number = row.text(NUMBER);
    let found = by_number.get(&squeeze(number).to_uppercase());
    let (member, name, path) = found.ok_or((NUMBER, format!("没有找到工号“{number}”")))?;
    if !row.text(NAME).is_empty() && squeeze(row.text(NAME)) != squeeze(name) {
        return Err((NAME, format!("工号“{number}”的姓名不是“{}”", row.text(NAME))));
    }
    let unit = *path.first().ok_or((NUMBER, "没有所属组织".to_owned()))?;
    Ok((NewHolder::Member(*member), unit))
}

fn read_thing(room: &Honours, row: &Row, kind: HonourHolderKind) -> Result<(NewHolder, UnitId), Wrong> {
    let code = squeeze(row.text(UNIT)).to_uppercase();
    let tree = room.directory.tree();
    let unit = tree.by_code(&code).ok_or((UNIT, format!("没有找到组织编码“{}”", row.text(UNIT))))?.unit.id;
    if kind == HonourHolderKind::Unit {
        return Ok((NewHolder::Unit(unit), unit));
    }
    Ok((NewHolder::Named(kind, unit, within(row, NAME, NAME_LIMIT)?), unit))
}

fn within(row: &Row, column: usize, limit: usize) -> Result<String, Wrong> {
    let text = row.text(column).trim();
    if text.is_empty() || text.chars().count() > limit {
        return Err((column, format!("须为 1 到 {limit} 个字符")));
    }
    Ok(text.to_owned())
}

/// The word that people read as `text`.
fn word<T: Copy>(each: &[T], title: fn(T) -> &'static str, text: &str) -> Option<T> {
    each.iter().copied().find(|one| squeeze(title(*one)) == squeeze(text))
}

fn listed<'a>(titles: impl Iterator<Item = &'a str>) -> String {
    titles.collect::<Vec<_>>().join("、")
}
