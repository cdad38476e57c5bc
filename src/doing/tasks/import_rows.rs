//! The rows of a file of tasks: what each asks, or what is wrong with it. The file that is exported is read again as it is.

use std::collections::{HashMap, HashSet};

use super::model::{NewItem, TaskAxis, TaskItemNode};
use super::rules::{self, Refusal};
use crate::base::id::{MemberId, UnitId};
use crate::base::sheet::{Column, Content, Need, Row, read_day};
use crate::base::text::{decimal, squeeze};
use crate::base::time::Day;

const TITLE_LIMIT: usize = 200;
const STANDARD_LIMIT: usize = 1000;
const SHORT_LIMIT: usize = 200;
const NODES_LIMIT: usize = 12;
const TAGS_LIMIT: usize = 10;
const TAG_LIMIT: usize = 20;
/// The weight of what says none, in hundredths.
pub(super) const USUAL_WEIGHT: i32 = 100;

const NUMBER: usize = 0;
const TITLE: usize = 1;
const STANDARD: usize = 2;
const LEADER: usize = 3;
const LEADER_NUMBER: usize = 4;
const LEAD_UNIT: usize = 5;
const ASSISTING: usize = 6;
const DUE: usize = 7;
const WEIGHT: usize = 8;
const FOCUS: usize = 9;
const AXIS: usize = 10;
const NODES: usize = 11;
const EVIDENCE: usize = 12;
const DOCUMENT: usize = 13;
const TAGS: usize = 14;

/// What the columns are called in a file that is exported.
pub(super) const HEADERS: [&str; 15] = [
    "序号",
    "重点任务",
    "完成标准",
    "责任领导",
    "责任领导工号",
    "牵头单位",
    "配合单位",
    "完成时限",
    "权重",
    "是否重点",
    "条线",
    "节点",
    "佐证要求",
    "依据",
    "标签",
];

pub(super) fn columns() -> [Column; 15] {
    use Content::{Code, Name, Words};
    use Need::{May, Must};
    [
        Column::new(Must, Code, &["序号", "编号", "项号"]),
        Column::new(Must, Words, &["重点任务", "任务", "任务内容", "工作内容", "事项", "问题"]),
        Column::new(Must, Words, &["完成标准", "目标/完成标准", "目标", "办理要求", "整改目标", "具体举措"]),
        Column::new(May, Name, &["责任领导", "分管领导"]),
        Column::new(May, Code, &["责任领导工号"]),
        Column::new(May, Words, &["牵头单位", "主办单位", "责任单位", "责任部门", "主办"]),
        Column::new(May, Words, &["配合单位", "协办单位", "协作单位", "协办"]),
        Column::new(Must, Words, &["完成时限", "办结时限", "完成时间"]),
        Column::new(May, Code, &["权重", "分值"]),
        Column::new(May, Words, &["是否重点", "重点事项"]),
        Column::new(May, Words, &["条线", "类别"]),
        Column::new(May, Words, &["节点", "季度节点", "序时进度"]),
        Column::new(May, Words, &["佐证要求", "佐证"]),
        Column::new(May, Words, &["依据", "来源", "来源文件"]),
        Column::new(May, Words, &["标签", "框架"]),
    ]
}

/// What files call units and leaders by.
#[derive(Default)]
pub(super) struct Known {
    /// Units by code, short name and name; `None` for what several are called.
    pub units: HashMap<String, Option<UnitId>>,
    pub by_number: HashMap<String, MemberId>,
    pub by_name: HashMap<String, Option<MemberId>>,
}

impl Known {
    /// Puts a name down; one that two have is nobody's.
    pub fn name<T: PartialEq>(names: &mut HashMap<String, Option<T>>, name: &str, whose: T) {
        let key = squeeze(name);
        match names.get_mut(&key) {
            Some(known) if known.as_ref() != Some(&whose) => *known = None,
            Some(_) => {}
            None => {
                names.insert(key, Some(whose));
            }
        }
    }
}

/// A row, or the column that is wrong and why.
pub(super) fn read_row(row: &Row, known: &Known, today: Day) -> Result<(i32, NewItem), (usize, String)> {
    let number = row.text(NUMBER).parse::<i32>().ok().filter(|number| (1..=9999).contains(number));
    let number = number.ok_or((NUMBER, "应为 1 到 9999 的整数".to_owned()))?;
    let due_on = read_day(row.text(DUE)).ok_or((DUE, "应为日期，如 2026-12-31".to_owned()))?;
    let item = NewItem {
        title: needed(row, TITLE, TITLE_LIMIT)?,
        standard: needed(row, STANDARD, STANDARD_LIMIT)?,
        source_document: optional(row, DOCUMENT, SHORT_LIMIT)?,
        lead_unit: lead_unit(row, known)?,
        assisting: units(row, ASSISTING, known)?,
        leader: leader(row, known)?,
        axis: axis(row.text(AXIS)).ok_or((AXIS, "应为“党建”或“生产”".to_owned()))?,
        due_on,
        weight: weight(row.text(WEIGHT)).ok_or((WEIGHT, "应为 0 到 100 的数，最多两位小数".to_owned()))?,
        focus: yes(row.text(FOCUS)).ok_or((FOCUS, "应为“是”或“否”".to_owned()))?,
        tags: tags(row)?,
        evidence: optional(row, EVIDENCE, SHORT_LIMIT)?,
        nodes: nodes(row)?,
    };
    rules::check_item(&item, today).map_err(|refusal| column_of(&refusal))?;
    Ok((number, item))
}

fn needed(row: &Row, column: usize, limit: usize) -> Result<String, (usize, String)> {
    optional(row, column, limit)?.ok_or((column, "不能为空".to_owned()))
}

fn optional(row: &Row, column: usize, limit: usize) -> Result<Option<String>, (usize, String)> {
    let text = row.text(column);
    if text.chars().count() > limit {
        return Err((column, format!("不能超过 {limit} 个字符")));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(['、', '，', ',', '；', ';', '\n']).map(str::trim).filter(|part| !part.is_empty())
}

fn units(row: &Row, column: usize, known: &Known) -> Result<Vec<UnitId>, (usize, String)> {
    let unit = |name: &str| match known.units.get(&squeeze(name)) {
        Some(Some(unit)) => Ok(*unit),
        Some(None) => Err((column, format!("有几个组织都叫“{name}”，请填组织编码"))),
        None => Err((column, format!("没有找到组织“{name}”"))),
    };
    let mut found = parts(row.text(column)).map(unit).collect::<Result<Vec<_>, _>>()?;
    let mut seen = HashSet::new();
    found.retain(|unit| seen.insert(*unit));
    Ok(found)
}

fn lead_unit(row: &Row, known: &Known) -> Result<Option<UnitId>, (usize, String)> {
    match units(row, LEAD_UNIT, known)?.as_slice() {
        [] => Ok(None),
        [unit] => Ok(Some(*unit)),
        _ => Err((LEAD_UNIT, "只能有一个牵头单位，其他单位请填在“配合单位”".to_owned())),
    }
}

/// The column in which stands what is refused of an item.
pub(super) fn column_of(refusal: &Refusal) -> (usize, String) {
    match refusal {
        Refusal::UnitBeyond(_) => (LEAD_UNIT, "不是清单所属单位的下级组织，或已撤销".to_owned()),
        Refusal::NoSuchUnit(pointer) if pointer.starts_with("/lead") => (LEAD_UNIT, "没有找到这个组织".to_owned()),
        Refusal::NoSuchUnit(_) => (ASSISTING, "没有找到其中的组织".to_owned()),
        Refusal::NoSuchMember(_) => (LEADER, "这名领导已离开".to_owned()),
        Refusal::BadNode(_) => (NODES, "节点应按日期先后，且不晚于完成时限".to_owned()),
        _ => (DUE, "完成时限应在今年 1 月 1 日之后、五年之内".to_owned()),
    }
}

fn leader(row: &Row, known: &Known) -> Result<Option<MemberId>, (usize, String)> {
    let (number, name) = (row.text(LEADER_NUMBER), row.text(LEADER));
    if !number.is_empty() {
        let found = known.by_number.get(&squeeze(number).to_uppercase());
        return found.map(|id| Some(*id)).ok_or((LEADER_NUMBER, format!("没有找到工号“{number}”")));
    }
    match known.by_name.get(&squeeze(name)) {
        _ if name.is_empty() => Ok(None),
        Some(Some(id)) => Ok(Some(*id)),
        Some(None) => Err((LEADER, format!("有几人都叫“{name}”，请填责任领导工号"))),
        None => Err((LEADER, format!("没有找到“{name}”"))),
    }
}

fn axis(text: &str) -> Option<TaskAxis> {
    match text {
        "" => Some(TaskAxis::Party),
        text => TaskAxis::EACH.iter().copied().find(|axis| axis.title() == text),
    }
}

fn yes(text: &str) -> Option<bool> {
    match text {
        "" | "否" | "×" => Some(false),
        "是" | "√" | "★" | "重点" => Some(true),
        _ => None,
    }
}

/// Hundredths of a number with at most two decimals.
fn weight(text: &str) -> Option<i32> {
    if text.is_empty() {
        return Some(USUAL_WEIGHT);
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || part.len() > 2 || !is_number(whole) || !is_number(part) {
        return None;
    }
    let part: i32 = format!("{part:0<2}").parse().ok()?;
    Some(whole.parse::<i32>().ok()? * 100 + part).filter(|weight| *weight <= 10_000)
}

fn tags(row: &Row) -> Result<Vec<String>, (usize, String)> {
    let tags: Vec<String> = parts(row.text(TAGS)).map(str::to_owned).collect();
    let fits = tags.len() <= TAGS_LIMIT && tags.iter().all(|tag| tag.chars().count() <= TAG_LIMIT);
    if fits {
        Ok(tags)
    } else {
        Err((TAGS, format!("最多 {TAGS_LIMIT} 个，每个不超过 {TAG_LIMIT} 个字符")))
    }
}

/// `2026-03-31 完成调研；2026-06-30 形成报告`
fn nodes(row: &Row) -> Result<Vec<TaskItemNode>, (usize, String)> {
    let wrong = || (NODES, "应写作“2026-03-31 完成调研；2026-06-30 形成报告”，最多 12 个".to_owned());
    let texts = row.text(NODES).split(['；', ';', '\n']).map(str::trim).filter(|text| !text.is_empty());
    let node = |text: &str| {
        let (due_on, title) = text.split_once(' ')?;
        let title = title.trim();
        let fits = !title.is_empty() && title.chars().count() <= SHORT_LIMIT;
        fits.then(|| Some(TaskItemNode { title: title.to_owned(), due_on: read_day(due_on)? }))?
    };
    let nodes: Vec<TaskItemNode> = texts.map(|text| node(text).ok_or_else(wrong)).collect::<Result<_, _>>()?;
    if nodes.len() > NODES_LIMIT { Err(wrong()) } else { Ok(nodes) }
}

/// A row as a file says it; `name` and `number` tell what a unit and a leader are called.
pub(super) fn row_of(
    (number, item): (i32, &NewItem),
    unit_name: &dyn Fn(UnitId) -> String,
    leader: (String, String),
) -> Vec<String> {
    let units = |units: &[UnitId]| units.iter().map(|unit| unit_name(*unit)).collect::<Vec<_>>().join("、");
    let nodes: Vec<String> = item.nodes.iter().map(|node| format!("{} {}", node.due_on, node.title)).collect();
    vec![
        number.to_string(),
        item.title.clone(),
        item.standard.clone(),
        leader.0,
        leader.1,
        units(item.lead_unit.as_slice()),
        units(&item.assisting),
        item.due_on.to_string(),
        decimal(item.weight.into()),
        if item.focus { "是" } else { "否" }.to_owned(),
        item.axis.title().to_owned(),
        nodes.join("；"),
        item.evidence.clone().unwrap_or_default(),
        item.source_document.clone().unwrap_or_default(),
        item.tags.join("、"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_read_as_they_are_written() {
        for (text, hundredths) in
            [("", Some(100)), ("1", Some(100)), ("2.5", Some(250)), ("100", Some(10_000)), ("101", None), ("x", None)]
        {
            assert_eq!(weight(text), hundredths, "{text}");
        }
    }

    #[test]
    fn a_name_that_two_have_is_nobody_s() {
        let mut names: HashMap<String, Option<u8>> = HashMap::new();
        Known::name(&mut names, "第一支部", 1);
        Known::name(&mut names, "第一支部", 1);
        Known::name(&mut names, "第二支部", 1);
        Known::name(&mut names, "第二支部", 2);
        assert_eq!((names["第一支部"], names["第二支部"]), (Some(1), None));
    }
}
