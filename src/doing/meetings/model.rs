//! What the room keeps.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp, WallTime};
use crate::db::schema::{meeting_attendance, meeting_excuses, meetings};
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

crate::words!(
    /// Why somebody was excused from a meeting; a word is enough, nobody writes of his health.
    ExcuseReason {
        BusinessTrip = "business_trip" / "公出",
        Training = "training" / "培训",
        Shift = "shift" / "轮班",
        SickLeave = "sick_leave" / "病假",
        PersonalLeave = "personal_leave" / "事假",
        Other = "other" / "其他",
    }
);

impl MeetingKind {
    /// Kinds to which every member of the unit belongs.
    pub const FOR_ALL: [MeetingKind; 4] =
        [MeetingKind::Group, MeetingKind::Branch, MeetingKind::Lecture, MeetingKind::ThemeDay];

    /// Whether every member of the unit belongs there, and not a committee alone.
    pub fn is_for_all(self) -> bool {
        MeetingKind::FOR_ALL.contains(&self)
    }
}

/// A meeting of a unit; kind and unit never change, because decisions point at it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = meetings, treat_none_as_default_value = false)]
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
    /// On the day on which it is held.
    pub begins_at: Option<Timestamp>,
    /// Later on the same day.
    pub ends_at: Option<Timestamp>,
    pub place: Option<String>,
}

/// That a member was there.
#[derive(Clone, Copy, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = meeting_attendance, treat_none_as_default_value = false)]
pub struct Attendance {
    pub meeting_id: MeetingId,
    pub member_id: MemberId,
    /// When the member entered the code; `None` for anyone who was written down.
    pub entered_at: Option<Timestamp>,
}

/// That a member was excused.
#[derive(Clone, Copy, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = meeting_excuses)]
pub struct Excuse {
    pub meeting_id: MeetingId,
    pub member_id: MemberId,
    pub reason: ExcuseReason,
}

/// A meeting with anyone who attended it or was excused.
#[derive(Clone, Debug)]
pub struct Whole {
    pub meeting: Meeting,
    /// In the order of the members' ids.
    pub attendance: Vec<Attendance>,
    /// In the order of the members' ids.
    pub excuses: Vec<Excuse>,
}

/// A meeting as it is written down.
#[derive(Clone, Debug)]
pub struct NewMeeting {
    pub kind: MeetingKind,
    pub unit: UnitId,
    pub held_on: Day,
    pub begins: Option<WallTime>,
    pub ends: Option<WallTime>,
    pub place: Option<String>,
    pub title: String,
    pub minutes: String,
    pub attendance: Vec<MemberId>,
    pub excused: Vec<(MemberId, ExcuseReason)>,
}

/// Something that was done at a meeting: the room that did it says what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeetingThing {
    /// `idea` or `contest`.
    pub kind: &'static str,
    /// Its id, as its own routes name it.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What was done, in Chinese.
    pub done: String,
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
    pub fn of(meeting: &Meeting, attendance: &[Attendance]) -> Minutes {
        Minutes {
            held_on: meeting.held_on,
            title: meeting.title.clone(),
            minutes: meeting.minutes.clone(),
            attendance: attendance.iter().map(|row| row.member_id).collect(),
        }
    }
}

/// What changes about a meeting; `None` stays, and an inner `None` takes away.
#[derive(Clone, Debug, Default)]
pub struct MeetingChange {
    pub held_on: Option<Day>,
    pub begins: Option<Option<WallTime>>,
    pub ends: Option<Option<WallTime>>,
    pub place: Option<Option<String>>,
    pub title: Option<String>,
    pub minutes: Option<Option<String>>,
    /// Everybody who is written down; those who entered the code stay.
    pub attendance: Option<Vec<MemberId>>,
    pub excused: Option<Vec<(MemberId, ExcuseReason)>>,
}

/// A meeting, as its trail knows it.
pub fn thing(id: MeetingId) -> Thing {
    Thing { room: "meetings", kind: "meeting", id: id.uuid() }
}

/// A meeting that is still to come, or is today.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = meetings)]
pub struct Coming {
    pub id: MeetingId,
    pub kind: MeetingKind,
    pub unit_id: UnitId,
    pub held_on: Day,
    pub title: String,
    pub begins_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
    pub place: Option<String>,
}
