//! Rules and dimensions, and what a member reads about his points.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::id::MemberId;
use crate::base::time::{Day, Period, Timestamp};
use crate::db::schema::point_rules;
use crate::kernel::board::Standing;
use crate::kernel::ledger::{self, RuleTerms};

crate::words!(
    /// A side of a member's year that points belong to.
    Dimension {
        /// 政治思想
        Political = "political" / "政治思想",
        /// 学习培训
        Learning = "learning" / "学习培训",
        /// 组织生活
        Organisation = "organisation" / "组织生活",
        /// 示范引领
        Example = "example" / "示范引领",
        /// 履职履责
        Duty = "duty" / "履职履责",
    }
);

crate::open_words!(
    /// A rule that some room awards by.
    RuleName in RULE_NAMES
);

/// What a rule says before the enterprise says something else: in force from the beginning of time.
#[derive(Clone, Copy, Debug)]
pub struct DefaultRule {
    pub rule: RuleName,
    /// What members read beside the points.
    pub name: &'static str,
    pub dimension: Dimension,
    pub points: i32,
    pub caps: Caps,
}

/// The default of every rule, as the rooms declare them by [`point_rules!`](crate::point_rules).
#[linkme::distributed_slice]
pub static DEFAULT_RULES: [DefaultRule];

/// How much a rule gives a member at most; a period without a cap is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Caps {
    /// Per business day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<i32>,
    /// Per week, from Monday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub week: Option<i32>,
    /// Per month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<i32>,
    /// Per year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
}

impl Caps {
    /// No cap at all.
    pub const NONE: Caps = Caps { day: None, week: None, month: None, year: None };
}

impl From<Caps> for ledger::Caps {
    fn from(Caps { day, week, month, year }: Caps) -> ledger::Caps {
        ledger::Caps { day, week, month, year }
    }
}

/// A rule in one version.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = point_rules, treat_none_as_default_value = false)]
pub struct Rule {
    pub rule: RuleName,
    pub version: i32,
    pub name: String,
    pub dimension: Dimension,
    pub points: i32,
    pub cap_day: Option<i32>,
    pub cap_week: Option<i32>,
    pub cap_month: Option<i32>,
    pub cap_year: Option<i32>,
    pub effective_on: Day,
    pub created_by: Option<MemberId>,
    pub created_at: Timestamp,
}

impl Rule {
    pub fn caps(&self) -> Caps {
        Caps { day: self.cap_day, week: self.cap_week, month: self.cap_month, year: self.cap_year }
    }

    /// The rule as the ledger applies it.
    pub fn terms(&self) -> RuleTerms {
        RuleTerms {
            rule: self.rule.to_string(),
            version: self.version,
            dimension: self.dimension.to_string(),
            caps: self.caps().into(),
        }
    }

    /// Whether both say the same, whatever their version and author.
    pub fn says_the_same(&self, other: &Rule) -> bool {
        let said =
            |rule: &Rule| (rule.rule, rule.name.clone(), rule.dimension, rule.points, rule.caps(), rule.effective_on);
        said(self) == said(other)
    }
}

/// Points in each running period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PeriodPoints {
    /// Today.
    pub day: i64,
    /// This week, from Monday.
    pub week: i64,
    /// This month.
    pub month: i64,
    /// This quarter.
    pub quarter: i64,
    /// This year.
    pub year: i64,
    /// Ever.
    pub all: i64,
}

impl PeriodPoints {
    /// What a standing holds of the periods that `today` lies in.
    pub fn of(standing: &Standing, today: Day) -> PeriodPoints {
        let score = |period: Period| standing.score(period, period.start(today));
        PeriodPoints {
            day: score(Period::Day),
            week: score(Period::Week),
            month: score(Period::Month),
            quarter: score(Period::Quarter),
            year: score(Period::Year),
            all: score(Period::All),
        }
    }
}
