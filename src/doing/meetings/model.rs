//! What the room keeps.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp, WallTime};
use crate::db::schema::{meeting_agenda, meeting_attendance, meeting_decisions, meeting_excuses, meetings};
use crate::kernel::trail::Thing;

crate::id!(
    /// A meeting.
    MeetingId
);

crate::id!(
    /// A thing of another room that an item of an agenda is about.
    LinkedId
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
        /// 组织生活会, with the 民主评议 that goes with it
        OrganisationalLife = "organisational_life" / "组织生活会",
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

crate::words!(
    /// In which form a theme day 主题党日 is held.
    ThemeDayForm {
        Study = "study" / "学习研讨",
        SkillContest = "skill_contest" / "岗位技能比武",
        KnowledgeContest = "knowledge_contest" / "知识竞赛",
        OnSiteSupport = "on_site_support" / "现场突击支援",
        /// Half a day at a site of the Party's history, or of practice.
        FieldPractice = "field_practice" / "红色基地实践",
        Other = "other" / "其他",
    }
);

crate::words!(
    /// What an item of an agenda may be about.
    LinkedKind {
        Task = "task" / "任务",
        Idea = "idea" / "金点子",
        Report = "report" / "报送",
    }
);

impl MeetingKind {
    /// Kinds to which every member of the unit belongs.
    pub const FOR_ALL: [MeetingKind; 5] = [
        MeetingKind::Group,
        MeetingKind::Branch,
        MeetingKind::Lecture,
        MeetingKind::ThemeDay,
        MeetingKind::OrganisationalLife,
    ];

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
    /// Of a theme day.
    pub form: Option<ThemeDayForm>,
    /// The series of theme days to which it belongs, as the enterprise calls it.
    pub series: Option<String>,
    /// Who led it 主持.
    pub host_id: Option<MemberId>,
    /// Who kept the record 记录.
    pub keeper_id: Option<MemberId>,
    /// How many sat in 列席 beside those who attended.
    pub guest_count: i32,
}

/// An item of the agenda 议程.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = meeting_agenda, treat_none_as_default_value = false)]
pub struct AgendaRow {
    pub meeting_id: MeetingId,
    /// From 1 on.
    pub place: i32,
    pub title: String,
    /// Both or neither is there.
    pub linked_kind: Option<LinkedKind>,
    pub linked_id: Option<LinkedId>,
}

impl AgendaRow {
    /// The thing of another room that it is about.
    pub fn linked(&self) -> Option<Linked> {
        self.linked_kind.zip(self.linked_id)
    }
}

/// A thing of another room that an item of an agenda is about.
pub type Linked = (LinkedKind, LinkedId);

/// An item of the agenda, as it is written.
#[derive(Clone, Debug)]
pub struct NewAgendaItem {
    pub title: String,
    pub linked: Option<Linked>,
}

/// A decision 决议.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = meeting_decisions, treat_none_as_default_value = false)]
pub struct DecisionRow {
    pub meeting_id: MeetingId,
    /// From 1 on; tasks name a decision by it.
    pub place: i32,
    pub body: String,
    /// All three or none are there.
    pub in_favour: Option<i32>,
    pub against: Option<i32>,
    pub abstained: Option<i32>,
}

impl DecisionRow {
    pub fn votes(&self) -> Option<Votes> {
        let (in_favour, against, abstained) = (self.in_favour?, self.against?, self.abstained?);
        Some(Votes { in_favour, against, abstained })
    }
}

/// How many voted how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Votes {
    /// 赞成.
    #[schema(minimum = 0, maximum = 10000)]
    pub in_favour: i32,
    /// 反对.
    #[schema(minimum = 0, maximum = 10000)]
    pub against: i32,
    /// 弃权.
    #[schema(minimum = 0, maximum = 10000)]
    pub abstained: i32,
}

/// A decision, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewDecision {
    /// What was resolved.
    pub text: String,
    /// `null` where nobody counted.
    pub votes: Option<Votes>,
}

impl From<&DecisionRow> for NewDecision {
    fn from(row: &DecisionRow) -> Self {
        NewDecision { text: row.body.clone(), votes: row.votes() }
    }
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
    /// By their places.
    pub agenda: Vec<AgendaRow>,
    /// By their places.
    pub decisions: Vec<DecisionRow>,
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
    pub record: NewRecord,
}

/// What is written down about a meeting beside who was there and the minutes.
#[derive(Clone, Debug, Default)]
pub struct NewRecord {
    pub form: Option<ThemeDayForm>,
    pub series: Option<String>,
    pub host: Option<MemberId>,
    pub keeper: Option<MemberId>,
    pub guests: i32,
    pub agenda: Vec<NewAgendaItem>,
    pub decisions: Vec<NewDecision>,
}

/// What changes of it; `None` stays, and an inner `None` takes away.
#[derive(Clone, Debug, Default)]
pub struct RecordChange {
    pub form: Option<Option<ThemeDayForm>>,
    pub series: Option<Option<String>>,
    pub host: Option<Option<MemberId>>,
    pub keeper: Option<Option<MemberId>>,
    pub guests: Option<i32>,
    /// All of it.
    pub agenda: Option<Vec<NewAgendaItem>>,
    /// All of them.
    pub decisions: Option<Vec<NewDecision>>,
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
    /// What was resolved, in its order; versions of former days have none.
    #[serde(default)]
    pub decisions: Vec<NewDecision>,
}

impl Minutes {
    pub fn of(meeting: &Meeting, attendance: &[Attendance], decisions: &[DecisionRow]) -> Minutes {
        Minutes {
            decisions: decisions.iter().map(NewDecision::from).collect(),
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
    pub record: RecordChange,
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
