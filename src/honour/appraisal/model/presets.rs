//! Schemes that the product brings, to be adopted as they are or changed first: 32 rules with their caps and approvers in
//! five dimensions, and the same rules sorted into three and into four.

use super::scheme::{
    AppraisalApprover, AppraisalCarryOver, AppraisalClass, AppraisalDimension, AppraisalKind, AppraisalOrigin,
    AppraisalRecord, AppraisalRule, AppraisalScheme, BaseRhythm,
};

crate::words!(
    /// A scheme that the product brings.
    AppraisalPreset {
        Five = "five" / "五个维度",
        Three = "three" / "职责履行、改革创新、先锋引领",
        Four = "four" / "讲党性、树新风、重实干、促发展",
    }
);

use AppraisalApprover::{Branch as C, GroupLeader as G, Organiser as O};
use AppraisalKind::{Base, Bonus, Correction, Deduction};
use AppraisalOrigin::{Declared, Person, Record};

const POLITICS: &str = "politics";
const LEARNING: &str = "learning";
const MEETINGS: &str = "meetings";
const EXAMPLE: &str = "example";
const DUTY: &str = "duty";

/// Code, kind, dimension, name, least, most, half-year cap, year cap, evidence, origin, approver.
type Line = (
    &'static str,
    AppraisalKind,
    Option<&'static str>,
    &'static str,
    i32,
    i32,
    Option<i32>,
    Option<i32>,
    Option<&'static str>,
    AppraisalOrigin,
    AppraisalApprover,
);

const fn cap(points: i32) -> Option<i32> {
    Some(points)
}

/// Hundredths of a point; caps of deductions say what is taken at most.
const RULES: [Line; 32] = [
    ("P01", Base, None, "季度基础分", 300, 300, None, cap(1200), None, Record, C),
    ("P02", Bonus, Some(POLITICS), "讲党课、微党课，形势任务宣讲", 200, 200, None, cap(400), None, Declared, C),
    (
        "P03",
        Bonus,
        Some(POLITICS),
        "培养联系入党积极分子，帮带青年（双培养）",
        200,
        200,
        cap(200),
        cap(400),
        None,
        Declared,
        C,
    ),
    ("P04", Deduction, Some(POLITICS), "受提醒谈话、批评教育", 200, 200, None, None, None, Person, C),
    ("P05", Bonus, Some(LEARNING), "完成年度学时", 300, 300, None, cap(300), None, Record, G),
    (
        "P06",
        Bonus,
        Some(LEARNING),
        "知识竞赛、技能比武获奖",
        100,
        300,
        None,
        cap(400),
        Some("获奖证书或通报"),
        Record,
        C,
    ),
    ("P07", Bonus, Some(LEARNING), "取得职业技能等级、资格、专利", 200, 200, None, cap(400), Some("证书"), Declared, C),
    ("P08", Deduction, Some(LEARNING), "无故缺席应到集中培训", 100, 100, None, cap(300), None, Record, G),
    (
        "P09",
        Bonus,
        Some(MEETINGS),
        "承担任务：主持、领学、记录、组织主题党日",
        100,
        100,
        None,
        cap(300),
        None,
        Record,
        G,
    ),
    ("P10", Bonus, Some(MEETINGS), "组织生活会、民主评议整改事项按期完成", 200, 200, None, cap(200), None, Record, C),
    ("P11", Deduction, Some(MEETINGS), "无故缺席三会一课、主题党日", 100, 100, None, cap(600), None, Record, G),
    ("P12", Deduction, Some(MEETINGS), "无故拖欠党费一个月以上", 100, 100, None, cap(300), None, Person, C),
    ("P13", Bonus, Some(EXAMPLE), "金点子采纳", 100, 100, None, cap(300), None, Record, C),
    ("P14", Bonus, Some(EXAMPLE), "金点子实施见效", 300, 300, None, cap(600), None, Record, C),
    ("P15", Bonus, Some(EXAMPLE), "突击队、应急抢险任务", 200, 200, None, cap(600), None, Record, C),
    ("P16", Bonus, Some(EXAMPLE), "揭榜、先锋工程验收", 300, 500, None, cap(600), None, Record, C),
    ("P17", Bonus, Some(EXAMPLE), "尽职但未达目标", 100, 100, None, cap(200), None, Record, C),
    ("P18", Bonus, Some(EXAMPLE), "志愿服务（经确认，不少于 2 小时）", 100, 100, None, cap(400), None, Record, G),
    ("P19", Bonus, Some(EXAMPLE), "师带徒、技能传授出师", 200, 200, None, cap(400), None, Declared, C),
    ("P20", Bonus, Some(EXAMPLE), "岗区季度复评“好”", 100, 100, None, cap(400), None, Record, C),
    ("P21", Deduction, Some(EXAMPLE), "先锋岗降星、摘牌", 200, 400, None, None, None, Record, C),
    (
        "P22",
        Bonus,
        Some(EXAMPLE),
        "表彰：厂级 1，公司、集团 3，省部级 5，国家级 8",
        100,
        800,
        None,
        cap(800),
        Some("表彰文件或证书"),
        Record,
        O,
    ),
    ("P23", Bonus, Some(DUTY), "发现并闭环隐患", 50, 50, None, cap(400), None, Record, G),
    ("P24", Bonus, Some(DUTY), "协管对象季度无三违、无事故", 100, 100, None, cap(400), None, Record, G),
    ("P25", Bonus, Some(DUTY), "公开承诺兑现或部分兑现", 50, 100, None, cap(300), None, Record, C),
    ("P26", Deduction, Some(DUTY), "公开承诺无客观原因未兑现", 100, 100, None, cap(300), None, Record, C),
    ("P27", Bonus, Some(DUTY), "支部交办任务按期完成", 50, 50, None, cap(300), None, Record, G),
    ("P28", Deduction, Some(DUTY), "任务逾期且未申请延期", 50, 50, None, cap(300), None, Record, G),
    ("P29", Deduction, Some(DUTY), "本人三违、责任差错：轻微 1，一般 3", 100, 300, None, None, None, Person, C),
    ("P30", Deduction, Some(DUTY), "负主要责任的事故", 500, 500, None, None, None, Person, C),
    ("P31", Bonus, Some(DUTY), "为群众解决实际问题，被服务者确认", 100, 100, None, cap(300), None, Declared, C),
    ("P32", Correction, None, "更正", 0, 10_000, None, None, None, Person, C),
];

impl AppraisalPreset {
    /// The scheme.
    pub fn scheme(self) -> AppraisalScheme {
        let (name, dimensions) = self.dimensions();
        let line =
            |(code, kind, dimension, name, least, most, cap_half, cap_year, evidence, origin, approver): Line| {
                let base = 6_000 / 4 / i32::try_from(dimensions.len()).unwrap_or(1);
                let is_base = kind == Base;
                AppraisalRule {
                    code: code.to_owned(),
                    kind,
                    dimension: dimension.map(|dimension| self.sorted(code, dimension).to_owned()),
                    name: name.to_owned(),
                    least: if is_base { base } else { least },
                    most: if is_base { base } else { most },
                    cap_half,
                    cap_year: if is_base { Some(base * 4) } else { cap_year },
                    evidence: evidence.map(str::to_owned),
                    origin,
                    record: match code {
                        "P06" => Some(AppraisalRecord::Prize),
                        "P09" => Some(AppraisalRecord::MeetingPart),
                        "P10" => Some(AppraisalRecord::Rectification),
                        "P11" => Some(AppraisalRecord::MeetingAbsence),
                        "P13" => Some(AppraisalRecord::IdeaAdopted),
                        "P14" => Some(AppraisalRecord::IdeaImplemented),
                        "P22" => Some(AppraisalRecord::Commendation),
                        "P27" => Some(AppraisalRecord::TaskInTime),
                        "P28" => Some(AppraisalRecord::TaskLate),
                        _ => None,
                    },
                    approver,
                }
            };
        AppraisalScheme {
            name: name.to_owned(),
            base_rhythm: BaseRhythm::Quarter,
            bonus_cap: 4_000,
            carry_over: AppraisalCarryOver::default(),
            classes: classes(),
            rules: RULES.map(line).to_vec(),
            dimensions: dimensions
                .iter()
                .map(|(key, name, cap)| AppraisalDimension {
                    key: (*key).to_owned(),
                    name: (*name).to_owned(),
                    bonus_cap: Some(*cap),
                })
                .collect(),
        }
    }

    /// Name of the scheme; key, name and cap of its dimensions.
    const fn dimensions(self) -> (&'static str, &'static [(&'static str, &'static str, i32)]) {
        match self {
            AppraisalPreset::Five => (
                "党员考评积分（五个维度）",
                &[
                    (POLITICS, "政治思想", 600),
                    (LEARNING, "学习培训", 800),
                    (MEETINGS, "组织生活", 400),
                    (EXAMPLE, "示范引领", 1_400),
                    (DUTY, "履职履责", 800),
                ],
            ),
            AppraisalPreset::Three => (
                "党员考评积分（三类）",
                &[("duty", "职责履行", 1_200), ("reform", "改革创新", 1_600), ("vanguard", "先锋引领", 1_200)],
            ),
            AppraisalPreset::Four => (
                "党员考评积分（四项）",
                &[
                    ("spirit", "讲党性", 1_000),
                    ("conduct", "树新风", 700),
                    ("work", "重实干", 900),
                    ("progress", "促发展", 1_400),
                ],
            ),
        }
    }

    /// Where a rule of the five dimensions belongs. Which of the four dimensions learning, mentoring and posts belong to,
    /// their source leaves open: what is learned serves progress, posts and zones are work.
    fn sorted(self, code: &str, dimension: &'static str) -> &'static str {
        let is_new = ["P13", "P14", "P15", "P16", "P17"].contains(&code);
        match self {
            AppraisalPreset::Five => dimension,
            AppraisalPreset::Three => match dimension {
                DUTY | MEETINGS => "duty",
                LEARNING => "reform",
                EXAMPLE if is_new => "reform",
                _ => "vanguard",
            },
            AppraisalPreset::Four => match (code, dimension) {
                ("P18" | "P31", _) => "conduct",
                ("P22", _) => "progress",
                ("P20" | "P21", _) | (_, DUTY) => "work",
                (_, POLITICS | MEETINGS) => "spirit",
                _ => "progress",
            },
        }
    }
}

/// Four classes: those who carry the work are to reach more, who is away most of the year less.
fn classes() -> Vec<AppraisalClass> {
    let class = |key: &str, name: &str, (base, benchmark): (i32, i32), exempt_rules: &[&str]| AppraisalClass {
        key: key.to_owned(),
        name: name.to_owned(),
        base,
        benchmark,
        is_exempt: false,
        exempt_rules: exempt_rules.iter().map(|code| (*code).to_owned()).collect(),
    };
    vec![
        class("ordinary", "普通党员", (6_000, 7_500), &[]),
        class("backbone", "骨干党员", (6_000, 9_000), &[]),
        class("mobile", "流动党员", (6_000, 6_000), &["P08", "P11"]),
        AppraisalClass { is_exempt: true, ..class("special", "特殊党员", (0, 0), &[]) },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::honour::appraisal::rules::check_scheme;

    #[test]
    fn every_preset_is_a_scheme_of_32_rules_in_which_bonuses_come_to_forty() {
        for preset in AppraisalPreset::EACH {
            let scheme = preset.scheme();
            assert_eq!(check_scheme(&scheme), Ok(()), "{preset}");
            assert_eq!(scheme.rules.len(), 32);
            let caps: i32 = scheme.dimensions.iter().filter_map(|dimension| dimension.bonus_cap).sum();
            assert_eq!((caps, scheme.bonus_cap), (4_000, 4_000), "{preset}");
            for dimension in &scheme.dimensions {
                let is_its = |rule: &&AppraisalRule| rule.dimension.as_deref() == Some(&dimension.key);
                assert!(scheme.rules.iter().filter(is_its).count() > 1, "{preset} {}", dimension.key);
            }
            let base = scheme.rule("P01").unwrap();
            assert_eq!(base.cap_year.unwrap() * i32::try_from(scheme.dimensions.len()).unwrap(), 6_000);
        }
    }

    #[test]
    fn rules_are_told_in_words() {
        let scheme = AppraisalPreset::Five.scheme();
        assert_eq!(
            scheme.rule("P06").unwrap().in_words(),
            "知识竞赛、技能比武获奖，加 1 至 3 分，每年最多 4 分，须附获奖证书或通报，由支委会审定"
        );
        assert_eq!(
            scheme.rule("P28").unwrap().in_words(),
            "任务逾期且未申请延期，扣 0.5 分，每年最多 3 分，由党小组组长审定"
        );
    }
}
