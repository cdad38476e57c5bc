//! What the room keeps: rules, lines that units write, events, and what does not apply.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::approval::ProposalState;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::Json;
use crate::db::schema::{
    obligation_entries, obligation_events, obligation_exemptions, obligation_rules, obligation_switches,
};

crate::id!(
    /// A rule of the enterprise's own.
    ObligationRuleId
);
crate::id!(
    /// Since when a shipped rule is used, or is not.
    ObligationSwitchId
);
crate::id!(
    /// A line that says that something was done.
    ObligationEntryId
);
crate::id!(
    /// What a rule by event counts from.
    ObligationEventId
);
crate::id!(
    /// That something does not apply this time.
    ObligationExemptionId
);

crate::words!(
    /// Which units a rule asks.
    ObligationAudience {
        Group = "group" / "党小组",
        Branch = "branch" / "党支部",
        GeneralBranch = "general_branch" / "党总支",
        Committee = "committee" / "党委",
    }
);

crate::words!(
    /// How often something is done.
    ObligationCycle {
        Month = "month" / "每月",
        Quarter = "quarter" / "每季度",
        HalfYear = "half_year" / "每半年",
        Year = "year" / "每年",
        /// Counted from an event that the unit writes down.
        Event = "event" / "按事项",
    }
);

crate::words!(
    /// How far a unit is with something. Names: `design/practice.md` 1.1.
    ObligationState {
        /// Its window has not begun.
        NotBegun = "not_begun" / "未开始",
        /// Its window is open, and nothing counts yet.
        Open = "open" / "进行中",
        /// A record counts, and was there in time.
        Done = "done" / "已完成",
        /// It was done in time and written down later.
        EnteredLate = "entered_late" / "补录",
        /// Its last day is over.
        Late = "late" / "逾期",
        /// It was agreed above that it does not apply.
        NotApplicable = "not_applicable" / "不适用",
    }
);

impl ObligationState {
    /// Whether it was done in its window.
    pub fn is_done(self) -> bool {
        matches!(self, ObligationState::Done | ObligationState::EnteredLate)
    }
}

/// An end of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowEnd {
    /// Months after the first one of the cycle; of an event, months after it, or before it where negative.
    #[schema(minimum = -24, maximum = 24)]
    pub months: i8,
    /// The day of that month, from its end where negative: -1 is its last day. Of an event, days after the same day of
    /// that month.
    #[schema(minimum = -31, maximum = 31)]
    pub day: i8,
}

/// The days of a cycle on which something may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObligationWindow {
    pub first: WindowEnd,
    /// Its last day; one that is a day of rest moves to the next working day.
    pub last: WindowEnd,
}

/// What units are to do by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// As sheets show it: D01 … D32 ship, Z1 … are the enterprise's own.
    pub code: String,
    /// For units at and below this one; everywhere when `None`.
    pub owner: Option<UnitId>,
    pub title: String,
    /// The document that asks for it.
    pub basis: String,
    /// When it counts as done, in a line.
    pub standard: String,
    pub audience: Vec<ObligationAudience>,
    /// Only units of which somebody is on a committee.
    pub needs_committee: bool,
    pub cycle: ObligationCycle,
    /// In the order of their days.
    pub windows: Vec<ObligationWindow>,
    /// The fact whose records tick it.
    pub fact: Option<String>,
    /// Whether the unit may write a line: no record tells it, or not in every enterprise.
    pub by_line: bool,
    /// Minutes that one time costs; 0 where that is not known.
    pub minutes: i32,
    /// It asks for windows that begin from this day on …
    pub from_on: Day,
    /// … until this one.
    pub until_on: Day,
}

/// A rule of the enterprise's own, as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = obligation_rules, treat_none_as_default_value = false)]
pub struct RuleRow {
    pub id: ObligationRuleId,
    pub code: String,
    pub unit_id: UnitId,
    pub title: String,
    pub basis: String,
    pub standard: String,
    pub audience: Json<Vec<ObligationAudience>>,
    pub cycle: ObligationCycle,
    pub windows: Json<Vec<ObligationWindow>>,
    pub fact: Option<String>,
    pub minutes: i32,
    pub from_on: Day,
    pub until_on: Day,
    pub created_by: MemberId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl From<RuleRow> for Rule {
    fn from(row: RuleRow) -> Rule {
        Rule {
            code: row.code,
            owner: Some(row.unit_id),
            title: row.title,
            basis: row.basis,
            standard: row.standard,
            audience: row.audience.0,
            needs_committee: false,
            cycle: row.cycle,
            windows: row.windows.0,
            by_line: row.fact.is_none(),
            fact: row.fact,
            minutes: row.minutes,
            from_on: row.from_on,
            until_on: row.until_on,
        }
    }
}

/// That a shipped rule is used from a day on, or is not.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = obligation_switches)]
pub struct Switch {
    pub id: ObligationSwitchId,
    pub code: String,
    pub used: bool,
    /// For windows that begin on this day or later.
    pub from_on: Day,
    pub reason: String,
    pub set_by: MemberId,
    pub set_at: Timestamp,
}

/// A line that a unit wrote.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = obligation_entries, treat_none_as_default_value = false)]
pub struct Entry {
    pub id: ObligationEntryId,
    pub unit_id: UnitId,
    pub code: String,
    pub done_on: Day,
    pub note: String,
    pub entered_by: MemberId,
    pub entered_at: Timestamp,
    pub withdrawn_by: Option<MemberId>,
    pub withdrawn_at: Option<Timestamp>,
}

/// What a rule by event counts from, such as the end of a term.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = obligation_events, treat_none_as_default_value = false)]
pub struct Event {
    pub id: ObligationEventId,
    pub unit_id: UnitId,
    pub code: String,
    pub happens_on: Day,
    pub title: String,
    pub entered_by: MemberId,
    pub entered_at: Timestamp,
    pub withdrawn_by: Option<MemberId>,
    pub withdrawn_at: Option<Timestamp>,
}

/// That something does not apply to a unit this time.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = obligation_exemptions, treat_none_as_default_value = false)]
pub struct Exemption {
    pub id: ObligationExemptionId,
    pub unit_id: UnitId,
    pub code: String,
    /// The first day of the window that it is about.
    pub window_on: Day,
    pub reason: String,
    pub state: ProposalState,
    pub proposed_by: MemberId,
    pub proposed_at: Timestamp,
    pub answered_by: Option<MemberId>,
    pub answered_at: Option<Timestamp>,
    /// Why it was answered so.
    pub answer: Option<String>,
}

/// Something that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What it is: `meeting`, `report`, … or `obligation_entry`.
    pub kind: &'static str,
    /// Its id, as its own routes name it.
    pub id: String,
    pub title: String,
    /// When it was done.
    pub day: Day,
    /// When it was written down, where that is known.
    pub entered_on: Option<Day>,
}
