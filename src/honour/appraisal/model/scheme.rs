//! A scheme: what the appraisal of members counts, as data of the enterprise.
//!
//! Points are hundredths of a point throughout, since halves are given.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};

crate::words!(
    /// What a rule of the appraisal does.
    AppraisalKind {
        /// Given at the opening of a year or a quarter.
        Base = "base" / "基础分",
        Bonus = "bonus" / "加分",
        Deduction = "deduction" / "扣分",
        /// Puts an entry right by its opposite.
        Correction = "correction" / "更正",
        /// What the year before came to, and what of it goes into the new one; no rule of a scheme does so.
        Carry = "carry" / "年初结转",
    }
);

crate::words!(
    /// Who sees first that a rule applies.
    AppraisalOrigin {
        /// The member declares it.
        Declared = "declared" / "本人申报",
        /// Somebody with a duty proposes it.
        Person = "person" / "组织提出",
        /// Records of the system tell of it; somebody with a duty may propose it too.
        Record = "record" / "系统记录",
    }
);

crate::words!(
    /// What the system records, so that a rule may propose by itself.
    AppraisalRecord {
        IdeaAdopted = "idea_adopted" / "金点子采纳",
        IdeaImplemented = "idea_implemented" / "金点子实施",
        /// Somebody led a meeting or kept its record.
        MeetingPart = "meeting_part" / "主持或记录会议",
        /// Somebody was not at a meeting and not excused.
        MeetingAbsence = "meeting_absence" / "无故缺席会议",
        /// What an organisational life meeting resolved to put right was put right in time.
        Rectification = "rectification" / "组织生活会整改事项按期完成",
        /// A task was carried out, and its result reported by its day.
        TaskInTime = "task_in_time" / "任务按期完成",
        /// A task is late, and nobody asked for more time.
        TaskLate = "task_late" / "任务逾期且未申请延期",
        /// A prize of a contest; one for each contest.
        Prize = "prize" / "知识竞赛获奖",
        /// A commendation or an honour by a committee, the enterprise or above.
        Commendation = "commendation" / "表彰",
    }
);

crate::words!(
    /// Who approves what a rule gives or takes.
    AppraisalApprover {
        GroupLeader = "group_leader" / "党小组组长",
        Branch = "branch" / "支委会",
        /// Against a certificate.
        Organiser = "organiser" / "组织部",
    }
);

crate::words!(
    /// How often the base is given.
    BaseRhythm {
        Year = "year" / "按年",
        /// A quarter of it after each quarter, in the dimensions in which no deduction of that quarter stands.
        Quarter = "quarter" / "按季",
    }
);

/// What members are appraised by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppraisalScheme {
    /// Such as 党员考评积分办法.
    pub name: String,
    pub base_rhythm: BaseRhythm,
    /// What bonuses give in a year at most, in hundredths.
    pub bonus_cap: i32,
    /// What of a year goes into the next one; nothing when absent.
    #[serde(default)]
    pub carry_over: AppraisalCarryOver,
    /// 1 to 10; each has an equal part of the base.
    pub dimensions: Vec<AppraisalDimension>,
    /// 1 to 10; members belong to the first one unless it is said otherwise.
    pub classes: Vec<AppraisalClass>,
    /// 1 to 100.
    pub rules: Vec<AppraisalRule>,
}

/// What of a year's points goes into the next one. A year begins at zero unless the enterprise decides otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppraisalCarryOver {
    /// The share of what each dimension came to, in percent; 0 to 100.
    pub percent: i32,
    /// What a dimension carries over at most, in hundredths; `null` where the share alone says.
    pub most: Option<i32>,
}

impl AppraisalCarryOver {
    /// What is carried over of the hundredths to which a dimension came. A part of a hundredth is not, nor is a debt.
    pub fn of(self, closing: i64) -> i64 {
        let share = closing.max(0) * i64::from(self.percent) / 100;
        self.most.map_or(share, |most| share.min(most.into()))
    }

    /// As a statement shows it: 上年末得分结转 20%，每个维度最多 5 分.
    pub fn in_words(self) -> String {
        match (self.percent, self.most) {
            (0, _) => "上年末得分清零，本年从零计起".to_owned(),
            (percent, None) => format!("上年末得分结转 {percent}%，其余清零"),
            (percent, Some(most)) => {
                format!("上年末得分结转 {percent}%，每个维度最多 {} 分，其余清零", shown_points(most.into()))
            }
        }
    }
}

/// A dimension of the appraisal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppraisalDimension {
    /// A word of small letters by which entries name it.
    pub key: String,
    /// Such as 政治思想.
    pub name: String,
    /// What its bonuses give in a year at most, in hundredths; `null` where only the scheme's cap holds.
    pub bonus_cap: Option<i32>,
}

/// A class of members, with what is asked of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppraisalClass {
    /// A word of small letters.
    pub key: String,
    /// Such as 骨干党员.
    pub name: String,
    /// The base of a year, in hundredths.
    pub base: i32,
    /// What a member of the class is to reach in a year, in hundredths.
    pub benchmark: i32,
    /// Whether its members are appraised only on request: no base, no deductions.
    pub is_exempt: bool,
    /// Codes of rules that do not hold for its members.
    pub exempt_rules: Vec<String>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppraisalRule {
    /// Such as P02.
    pub code: String,
    pub kind: AppraisalKind,
    /// The dimension's key; `null` for a rule of every dimension.
    pub dimension: Option<String>,
    /// What it is for, in words.
    pub name: String,
    /// What it gives or takes at least, in hundredths; without a sign.
    pub least: i32,
    /// What it gives or takes at most at once, in hundredths.
    pub most: i32,
    /// At most in a half-year, in hundredths.
    pub cap_half: Option<i32>,
    /// At most in a year, in hundredths.
    pub cap_year: Option<i32>,
    /// What has to be attached, in words; `null` where nothing has to.
    pub evidence: Option<String>,
    pub origin: AppraisalOrigin,
    /// What makes the rule propose by itself; `null` where people do.
    pub record: Option<AppraisalRecord>,
    pub approver: AppraisalApprover,
}

impl AppraisalScheme {
    pub fn rule(&self, code: &str) -> Option<&AppraisalRule> {
        self.rules.iter().find(|rule| rule.code == code)
    }

    pub fn dimension(&self, key: &str) -> Option<&AppraisalDimension> {
        self.dimensions.iter().find(|dimension| dimension.key == key)
    }

    /// The class of that key, or the usual one.
    pub fn class(&self, key: Option<&str>) -> Option<&AppraisalClass> {
        let named = key.and_then(|key| self.classes.iter().find(|class| class.key == key));
        named.or_else(|| self.classes.first())
    }
}

impl AppraisalRule {
    /// The rule in words, as a statement shows it: 讲党课，加 2 分，每年最多 4 分，由支委会审定.
    pub fn in_words(&self) -> String {
        let shown = |points: i32| shown_points(i64::from(points));
        let range = match self.least == self.most {
            true => shown(self.most),
            false => format!("{} 至 {}", shown(self.least), shown(self.most)),
        };
        let does = match self.kind {
            AppraisalKind::Base | AppraisalKind::Bonus => format!("加 {range} 分"),
            AppraisalKind::Deduction => format!("扣 {range} 分"),
            AppraisalKind::Correction => "更正原记录".to_owned(),
            AppraisalKind::Carry => "年初结转".to_owned(),
        };
        let half = self.cap_half.map(|cap| format!("每半年最多 {} 分", shown(cap)));
        let year = self.cap_year.map(|cap| format!("每年最多 {} 分", shown(cap)));
        let evidence = self.evidence.as_ref().map(|evidence| format!("须附{evidence}"));
        let approver = Some(format!("由{}审定", self.approver.title()));
        let parts = [Some(self.name.clone()), Some(does), half, year, evidence, approver];
        parts.into_iter().flatten().collect::<Vec<_>>().join("，")
    }
}

/// Hundredths as people write points: 150 is 1.5, 200 is 2.
pub fn shown_points(hundredths: i64) -> String {
    let text = crate::base::text::decimal(hundredths);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A scheme in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemeVersion {
    pub version: i32,
    pub scheme: AppraisalScheme,
    /// The decision by which it was made.
    pub basis: String,
    pub effective_on: Day,
    pub created_by: Option<MemberId>,
    pub created_at: Timestamp,
}

/// Every version that was not taken back, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct SchemeBook(pub Vec<SchemeVersion>);

impl SchemeBook {
    /// The version that holds on a day: of those in force by then, the one that came into force last; of one day, the newest.
    pub fn on(&self, day: Day) -> Option<&SchemeVersion> {
        let by_then = self.0.iter().filter(|version| version.effective_on <= day);
        by_then.max_by_key(|version| (version.effective_on, version.version))
    }

    pub fn version(&self, number: i32) -> Option<&SchemeVersion> {
        self.0.iter().find(|version| version.version == number)
    }

    /// What dimensions of every version are called, by key; the newest name of each.
    pub fn dimension_names(&self) -> BTreeMap<&str, &str> {
        let each = self.0.iter().flat_map(|version| &version.scheme.dimensions);
        each.map(|dimension| (dimension.key.as_str(), dimension.name.as_str())).collect()
    }
}
