//! What the room keeps.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::schema::{meeting_attendance, meetings};
use crate::kernel::trail::Thing;

crate::id!(
    /// A meeting.
    MeetingId
);

crate::words!(
    /// What kind of meeting it is.
    MeetingKind {
        /// 党小组会
        Group = "group" / "党小组会",
        /// 支委会
        BranchCommittee = "branch_committee" / "支委会",
        /// 党员大会
        Branch = "branch" / "党员大会",
        /// 党委会
        PartyCommittee = "party_committee" / "党委会",
        /// 党课
        Lecture = "lecture" / "党课",
        /// 主题党日
        ThemeDay = "theme_day" / "主题党日",
    }
);

impl MeetingKind {
    /// Whether every member of the unit belongs there, and not a committee alone.
    pub const fn is_for_all(self) -> bool {
        !matches!(self, MeetingKind::BranchCommittee | MeetingKind::PartyCommittee)
    }
}

/// A meeting of a unit; kind and unit never change, because decisions point at it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = meetings)]
pub struct Meeting {
    pub id: MeetingId,
    pub kind: MeetingKind,
    pub unit_id: UnitId,
    pub held_on: Day,
    pub title: String,
    pub minutes: String,
    pub created_by: MemberId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// That a member was there.
#[derive(Clone, Copy, Debug, Insertable)]
#[diesel(table_name = meeting_attendance)]
pub struct Attendance {
    pub meeting_id: MeetingId,
    pub member_id: MemberId,
}

/// A meeting as it is written down.
#[derive(Clone, Debug)]
pub struct NewMeeting {
    pub kind: MeetingKind,
    pub unit: UnitId,
    pub held_on: Day,
    pub title: String,
    pub minutes: String,
    pub attendance: Vec<MemberId>,
}

/// What is written down about a meeting, as its versions keep it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Minutes {
    pub held_on: Day,
    /// One line.
    pub title: String,
    /// What was said and resolved; may be empty.
    pub minutes: String,
    /// Who was there, in the order of their ids.
    pub attendance: Vec<MemberId>,
}

impl Minutes {
    pub fn of(meeting: &Meeting, attendance: &[MemberId]) -> Minutes {
        Minutes {
            held_on: meeting.held_on,
            title: meeting.title.clone(),
            minutes: meeting.minutes.clone(),
            attendance: attendance.to_vec(),
        }
    }
}

/// What changes about a meeting; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct MeetingChange {
    pub held_on: Option<Day>,
    pub title: Option<String>,
    pub minutes: Option<String>,
    pub attendance: Option<Vec<MemberId>>,
}

/// A meeting, as its trail knows it.
pub fn thing(id: MeetingId) -> Thing {
    Thing { room: "meetings", kind: "meeting", id: id.uuid() }
}

/// A meeting that is still to come, or is today.
#[derive(Clone, Debug, Queryable)]
pub struct Coming {
    pub id: MeetingId,
    pub kind: MeetingKind,
    pub unit_id: UnitId,
    pub held_on: Day,
    pub title: String,
}
