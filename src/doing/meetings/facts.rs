//! What is told of meetings: how many were held, by kind.

use super::model::MeetingKind;
use super::{Meetings, store};
use crate::base::capability::Capability;
use crate::base::period::Span;
use crate::db::DbError;
use crate::kernel::facts::{About, FactMeasure, Record};

/// A kind of meeting with the fact that counts it.
pub(super) const HELD: [(MeetingKind, About); 7] = [
    (MeetingKind::Group, held("meetings.group", ("党小组会次数", "Group meetings held"))),
    (
        MeetingKind::BranchCommittee,
        held("meetings.branch_committee", ("支委会次数", "Meetings of branch committees held")),
    ),
    (MeetingKind::Branch, held("meetings.branch", ("党员大会次数", "Meetings of branches held"))),
    (
        MeetingKind::PartyCommittee,
        held("meetings.party_committee", ("党委会次数", "Meetings of Party committees held")),
    ),
    (MeetingKind::Lecture, held("meetings.lecture", ("党课次数", "Party lectures held"))),
    (MeetingKind::ThemeDay, held("meetings.theme_day", ("主题党日次数", "Theme days held"))),
    (
        MeetingKind::OrganisationalLife,
        held("meetings.organisational_life", ("组织生活会次数", "Organisational life meetings held")),
    ),
];

const fn held(name: &'static str, title: (&'static str, &'static str)) -> About {
    About {
        name,
        title,
        measure: FactMeasure::Count,
        higher_is_better: true,
        not_for_assessment: None,
        opened_with: Capability::ReadMeetings,
    }
}

impl Meetings {
    /// The meetings of the kind whose day lies in the month and has come, and which somebody attended.
    pub(super) async fn held(&self, kind: MeetingKind, month: Span) -> Result<Vec<Record>, DbError> {
        let until = self.db.today().min(month.end.previous());
        let held = self.db.read(move |conn| store::list_held(conn, kind, month.first, until)).await?;
        let record = |(id, title, day, unit, created_at): store::Held| Record {
            kind: "meeting",
            id: id.to_string(),
            title,
            day,
            unit,
            amount: 1,
            base: 0,
            entered_on: Some(created_at.day()),
        };
        Ok(held.into_iter().map(record).collect())
    }
}
