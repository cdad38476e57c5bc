//! The 32 rules that ship. Source: `design/practice.md` 2.1; documents of the Party by their names, what enterprises ask
//! for beside them as such.

use super::model::{ObligationAudience, ObligationCycle, ObligationWindow, Rule, WindowEnd};
use crate::base::time::Day;

use ObligationAudience::{Branch, Committee, GeneralBranch, Group};
use ObligationCycle::{Event, HalfYear, Month, Quarter, Year};

const BRANCH_WORK: &str = "《中国共产党支部工作条例（试行）》";
const ENTERPRISE_WORK: &str = "《中国共产党国有企业基层组织工作条例（试行）》";
const EDUCATION: &str = "《中国共产党党员教育管理工作条例》";
const ELECTIONS: &str = "《中国共产党基层组织选举工作条例》";
const ADMISSION: &str = "《中国共产党发展党员工作细则》";
const OPENNESS: &str = "《中国共产党党务公开条例（试行）》";
const REPORTING: &str = "《中国共产党重大事项请示报告条例》";
const OWN: &str = "本企业党建工作制度";

/// Rules that an enterprise switches on itself.
const OFF: [&str; 1] = ["D21"];

/// Ticked by reports where the enterprise asks for them, and by a line where it does not; their windows are those of the
/// forms that ship.
const WITH_LINES: [&str; 3] = ["D26", "D27", "D28"];

const fn end(months: i8, day: i8) -> WindowEnd {
    WindowEnd { months, day }
}

const fn window(first: (i8, i8), last: (i8, i8)) -> ObligationWindow {
    ObligationWindow { first: end(first.0, first.1), last: end(last.0, last.1) }
}

const OF_MONTH: &[ObligationWindow] = &[window((0, 1), (0, -1))];
const OF_QUARTER: &[ObligationWindow] = &[window((0, 1), (2, -1))];
const OF_HALF_YEAR: &[ObligationWindow] = &[window((0, 1), (5, -1))];
const OF_YEAR: &[ObligationWindow] = &[window((0, 1), (11, -1))];
/// From October until the end of March.
const OVER_WINTER: &[ObligationWindow] = &[window((9, 1), (14, -1))];
/// Within half a year of an event.
const HALF_YEAR_AFTER: &[ObligationWindow] = &[window((0, 0), (6, 0))];

/// What a rule says: title, basis, when it counts as done.
type Says = (&'static str, &'static str, &'static str);

struct Shipped {
    code: &'static str,
    says: Says,
    audience: &'static [ObligationAudience],
    cycle: ObligationCycle,
    windows: &'static [ObligationWindow],
    fact: Option<&'static str>,
}

const fn rule(
    code: &'static str,
    says: Says,
    audience: &'static [ObligationAudience],
    (cycle, windows): (ObligationCycle, &'static [ObligationWindow]),
    fact: Option<&'static str>,
) -> Shipped {
    Shipped { code, says, audience, cycle, windows, fact }
}

const RULES: [Shipped; 32] = [
    rule(
        "D01",
        ("支部党员大会", BRANCH_WORK, "召开党员大会并登记到会人员"),
        &[Branch],
        (Quarter, OF_QUARTER),
        Some("meetings.branch"),
    ),
    rule(
        "D02",
        ("支委会", BRANCH_WORK, "召开支委会并登记到会人员"),
        &[Branch],
        (Month, OF_MONTH),
        Some("meetings.branch_committee"),
    ),
    rule(
        "D03",
        ("党小组会", BRANCH_WORK, "召开党小组会并登记到会人员"),
        &[Group],
        (Month, OF_MONTH),
        Some("meetings.group"),
    ),
    rule(
        "D04",
        ("主题党日", BRANCH_WORK, "开展主题党日并登记到会人员"),
        &[Branch],
        (Month, OF_MONTH),
        Some("meetings.theme_day"),
    ),
    rule(
        "D05",
        ("党课", BRANCH_WORK, "上党课并登记到会人员"),
        &[Branch],
        (Quarter, OF_QUARTER),
        Some("meetings.lecture"),
    ),
    rule("D06", ("书记讲党课", BRANCH_WORK, "书记本人讲一次党课"), &[Branch, Committee], (Year, OF_YEAR), None),
    rule(
        "D07",
        ("领导到联系点讲党课、参加组织生活", ENTERPRISE_WORK, "班子成员各到联系点一次"),
        &[Committee],
        (Year, OF_YEAR),
        None,
    ),
    rule("D08", ("谈心谈话", BRANCH_WORK, "应谈尽谈，只记次数，不记内容"), &[Branch], (Year, OF_YEAR), None),
    rule(
        "D09",
        ("组织生活会", BRANCH_WORK, "召开组织生活会并登记到会人员"),
        &[Branch],
        (Year, OVER_WINTER),
        Some("meetings.organisational_life"),
    ),
    rule("D10", ("民主评议党员", BRANCH_WORK, "评议结果经上级党组织审定"), &[Branch], (Year, OVER_WINTER), None),
    rule(
        "D11",
        ("书记抓党建述职评议", ENTERPRISE_WORK, "述职评议完成，等次已记录"),
        &[Branch, GeneralBranch, Committee],
        (Year, &[window((10, 1), (12, -1))]),
        None,
    ),
    rule("D12", ("年度工作计划", OWN, "年度计划印发"), &[Branch, Committee], (Year, OF_QUARTER), None),
    rule(
        "D13",
        ("年度工作总结", OWN, "年度总结上报"),
        &[Branch, Committee],
        (Year, &[window((11, 1), (12, 15))]),
        None,
    ),
    rule("D14", ("换届选举", ELECTIONS, "完成选举，或批准延期"), &[Branch], (Event, &[window((-3, 0), (0, 0))]), None),
    rule("D15", ("补选委员或书记", BRANCH_WORK, "空缺职务已补齐"), &[Branch], (Event, HALF_YEAR_AFTER), None),
    rule("D16", ("新任书记培训", EDUCATION, "任职培训合格"), &[Branch], (Event, HALF_YEAR_AFTER), None),
    rule("D17", ("书记集中轮训", EDUCATION, "参加集中轮训不少于一次"), &[Branch], (Year, OF_YEAR), None),
    rule("D18", ("党员学时", EDUCATION, "党员学时全部达标"), &[Branch], (Year, OF_YEAR), None),
    rule(
        "D19",
        ("预备党员转正讨论", ADMISSION, "党员大会讨论并表决，个案在全国系统中办理"),
        &[Branch],
        (Event, &[window((-1, 0), (0, 0))]),
        None,
    ),
    rule("D20", ("入党积极分子考察", ADMISSION, "半年考察一次，只作登记"), &[Branch], (HalfYear, OF_HALF_YEAR), None),
    rule("D21", ("党费收缴", BRANCH_WORK, "当月党费已收齐，不登记金额"), &[Branch], (Month, OF_MONTH), None),
    rule("D22", ("党务公开更新", OPENNESS, "公开内容已更新"), &[Branch], (Quarter, OF_QUARTER), None),
    rule(
        "D23",
        ("承诺、践诺、评诺", OWN, "一季度承诺，七月检查，十二月评诺"),
        &[Branch],
        (Year, &[window((0, 1), (2, -1)), window((6, 1), (6, -1)), window((11, 1), (11, -1))]),
        None,
    ),
    rule("D24", ("岗区复评", OWN, "示范岗、责任区复评完成"), &[Branch], (Quarter, OF_QUARTER), None),
    rule("D25", ("积分公示", OWN, "上季度积分在支部公示"), &[Branch], (Quarter, &[window((3, 1), (3, 15))]), None),
    rule(
        "D26",
        ("阵地自查", OWN, "自查表填报完毕"),
        &[Branch],
        (HalfYear, &[window((5, 1), (6, 10))]),
        Some("reports.positions"),
    ),
    rule(
        "D27",
        ("月小结与下月计划", OWN, "小结和计划已报"),
        &[Branch],
        (Month, &[window((0, 25), (0, -1))]),
        Some("reports.month_plan"),
    ),
    rule(
        "D28",
        ("党委工作月报", OWN, "月报已报"),
        &[Committee, GeneralBranch],
        (Month, &[window((0, 25), (1, 5))]),
        Some("reports.party_monthly"),
    ),
    rule("D29", ("领导集中点评", OWN, "分管领导点评完成"), &[Branch], (HalfYear, OF_HALF_YEAR), None),
    rule("D30", ("归档与手册移交", OWN, "上年度资料归档移交"), &[Branch], (Year, OF_QUARTER), None),
    rule(
        "D31",
        ("七一系列活动", OWN, "表彰、慰问或仪式已开展"),
        &[Committee],
        (Year, &[window((5, 15), (6, 5))]),
        None,
    ),
    rule(
        "D32",
        ("重大事项请示报告", REPORTING, "按规定请示或报告"),
        &[Branch],
        (Event, &[window((0, 0), (0, 5))]),
        None,
    ),
];

/// The rules, by their codes.
pub fn each() -> Vec<Rule> {
    let always = (Day::of(2000, 1, 1).unwrap_or(Day::LAST), Day::LAST);
    let rule = |one: &Shipped| Rule {
        code: one.code.to_owned(),
        owner: None,
        title: one.says.0.to_owned(),
        basis: one.says.1.to_owned(),
        standard: one.says.2.to_owned(),
        audience: one.audience.to_vec(),
        needs_committee: one.code == "D02",
        cycle: one.cycle,
        windows: one.windows.to_vec(),
        fact: one.fact.map(str::to_owned),
        by_line: one.fact.is_none() || WITH_LINES.contains(&one.code),
        minutes: 0,
        from_on: always.0,
        until_on: always.1,
    };
    RULES.iter().map(rule).collect()
}

/// Whether a rule is used where the enterprise has said nothing.
pub fn is_usual(code: &str) -> bool {
    !OFF.contains(&code)
}

/// Whether a rule of that code ships.
pub fn ships(code: &str) -> bool {
    RULES.iter().any(|rule| rule.code == code)
}
