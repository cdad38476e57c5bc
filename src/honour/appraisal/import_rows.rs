//! The rows of a file of awards: what each proposes, or what is wrong with it.

use std::collections::HashMap;

use super::model::{AppraisalKind, SchemeBook, shown_points};
use super::proposing::{NewProposal, check};
use super::rules::{self, Refusal};
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::sheet::{Column, Content, Need, Row, read_day};
use crate::base::text::squeeze;
use crate::base::time::Day;

const MATTER_LIMIT: usize = 100;
const REASON_LIMIT: usize = 200;

const NUMBER: usize = 0;
const NAME: usize = 1;
const RULE: usize = 2;
const POINTS: usize = 3;
const DAY: usize = 4;
pub(super) const MATTER: usize = 5;
const REASON: usize = 6;

pub(super) fn columns() -> [Column; 7] {
    use Content::{Code, Name, Words};
    use Need::{May, Must};
    [
        Column::new(Must, Code, &["工号", "员工编号", "人员编号", "职工号"]),
        Column::new(May, Name, &["姓名", "党员姓名"]),
        Column::new(Must, Code, &["情形编号", "编号", "项目编号", "规则编号"]),
        Column::new(May, Code, &["分值", "加分", "积分", "得分"]),
        Column::new(Must, Words, &["发生日期", "日期", "时间"]),
        Column::new(Must, Words, &["事项", "具体事项", "事由"]),
        Column::new(May, Words, &["依据", "说明", "依据或说明", "备注"]),
    ]
}

/// A row that was read.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub unit: UnitId,
    pub new: NewProposal,
    pub cause: String,
}

/// Members by their numbers as they are compared: id, name and the path of the home unit.
pub(super) type ByNumber = HashMap<String, (MemberId, String, Vec<UnitId>)>;

/// The classes that were set for members, in the order in which they hold.
pub(super) type Classes = HashMap<MemberId, Vec<(Day, String)>>;

/// A row, or the column that is wrong and why.
pub(super) fn read_row(
    row: &Row,
    (by, reach, book, today): (MemberId, &Reach, &SchemeBook, Day),
    by_number: &ByNumber,
    classes: &Classes,
) -> Result<Line, (usize, String)> {
    let number = row.text(NUMBER);
    let found = by_number.get(&squeeze(number).to_uppercase());
    let (member, name, path) = found.ok_or((NUMBER, format!("没有找到工号“{number}”")))?;
    if !row.text(NAME).is_empty() && squeeze(row.text(NAME)) != squeeze(name) {
        return Err((NAME, format!("工号“{number}”的姓名不是“{}”", row.text(NAME))));
    }
    if !reach.covers(path) {
        return Err((NUMBER, "不在您的职责范围之内".into()));
    }
    if *member == by {
        return Err((NUMBER, "本人的积分请由他人提出，或自行申报".into()));
    }
    let day: Day = read_day(row.text(DAY)).ok_or((DAY, "应为日期，如 2026-07-01".to_owned()))?;
    rules::check_event_day(day, today).map_err(|_| (DAY, "日期须在今年之内，且不能晚于今天".to_owned()))?;
    let version = book.on(day).ok_or((DAY, "这一天还没有考评积分办法".to_owned()))?;
    let code = row.text(RULE).to_uppercase();
    let rule = version.scheme.rule(&code).ok_or((RULE, format!("没有编号为“{code}”的情形")))?;
    if rule.kind != AppraisalKind::Bonus {
        return Err((RULE, "只能批量提出加分；扣分和更正请逐条提出".into()));
    }
    if let Some(evidence) = &rule.evidence {
        return Err((RULE, format!("这一项须附{evidence}，请逐条提出")));
    }
    let points = match row.text(POINTS) {
        "" => None,
        text => Some(hundredths(text).ok_or((POINTS, format!("“{text}”不是分值，最多两位小数")))?),
    };
    let mut by_then = classes.get(member).into_iter().flatten().filter(|(from, _)| *from <= day);
    let class = by_then.next_back().map(|(_, class)| class.as_str());
    check(&version.scheme, rule, class, points).map_err(|no| (POINTS, told(&no)))?;
    let (matter, reason) = (row.text(MATTER), row.text(REASON));
    if matter.is_empty() || matter.chars().count() > MATTER_LIMIT {
        return Err((MATTER, format!("须为 1 到 {MATTER_LIMIT} 个字符")));
    }
    if reason.chars().count() > REASON_LIMIT {
        return Err((REASON, format!("不能超过 {REASON_LIMIT} 个字符")));
    }
    let told = if reason.is_empty() { matter.to_owned() } else { format!("{matter}：{reason}") };
    let cause = rules::cause_of(rule, matter);
    let unit = *path.first().ok_or((NUMBER, "没有所属组织".to_owned()))?;
    let new = NewProposal {
        member: *member,
        rule: code,
        points,
        day,
        matter: matter.to_owned(),
        reason: told,
        files: Vec::new(),
        corrects: None,
    };
    Ok(Line { unit, new, cause })
}

fn told(no: &Refusal) -> String {
    match no {
        Refusal::PointsOutOfRange(least, most) => {
            let shown = |points: &i32| shown_points(i64::from(*points));
            format!("分值须在 {} 到 {} 之间", shown(least), shown(most))
        }
        Refusal::Exempt => "这一项不适用于该党员所属的类别".to_owned(),
        _ => "这一项不能这样提出".to_owned(),
    }
}

/// Points with at most two decimals, as hundredths.
fn hundredths(text: &str) -> Option<i32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 4 || part.len() > 2 || !is_number(whole) || !is_number(part) {
        return None;
    }
    let part: i32 = format!("{part:0<2}").parse().ok()?;
    Some(whole.parse::<i32>().ok()? * 100 + part)
}

#[cfg(test)]
mod tests {
    use super::hundredths;

    #[test]
    fn points_are_read_as_they_are_written() {
        for (text, points) in [
            ("1", Some(100)),
            ("0.5", Some(50)),
            ("12.25", Some(1225)),
            ("", None),
            (".5", None),
            ("-1", None),
            ("1.125", None),
            ("一", None),
            ("99999", None),
        ] {
            assert_eq!(hundredths(text), points, "{text}");
        }
    }
}
