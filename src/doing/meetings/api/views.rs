//! Meetings as their readers see them.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::record::{AgendaItem, MeetingDecision, MeetingPerson, named};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::{Day, Timestamp};
use crate::doing::meetings::actions::{Listed, Meetings, Shown};
use crate::doing::meetings::model::{
    Attendance, Excuse, ExcuseReason, MeetingId, MeetingKind, MeetingThing, ThemeDayForm,
};
use crate::doing::meetings::record::Around;
use crate::doing::meetings::rules;
use crate::ground::files::FileView;
use crate::people::members::Directory;
use crate::web::Problem;

/// A meeting in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct MeetingHead {
    id: MeetingId,
    kind: MeetingKind,
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    /// The business day on which it was or will be held.
    held_on: Day,
    /// When it begins; `null` where nobody has said so.
    begins_at: Option<Timestamp>,
    /// When it ends, on the same day; `null` where nobody has said so.
    ends_at: Option<Timestamp>,
    /// Where it is; `null` where nobody has said so.
    place: Option<String>,
    /// One line.
    title: String,
    /// How many were there.
    attendee_count: i64,
    /// Whether the caller was.
    attended: bool,
    /// Whether the caller was excused.
    excused: bool,
    /// From when on the code of the meeting is shown and taken: half an hour before it begins, or all day.
    code_opens_at: Timestamp,
    /// Until when: its end, four hours after its beginning where no end is said, or the end of the day.
    code_closes_at: Timestamp,
    /// Whether it has minutes.
    has_minutes: bool,
    /// In which form a theme day is held; `null` of other meetings, and where nobody has said so.
    form: Option<ThemeDayForm>,
    /// The series of theme days to which it belongs.
    series: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl MeetingHead {
    pub(super) fn new(directory: &Directory, listed: &Listed) -> Self {
        let Listed { meeting, attendees, attended, excused } = listed;
        let (code_opens_at, code_closes_at) = rules::attendance_hours(meeting);
        MeetingHead {
            id: meeting.id,
            kind: meeting.kind,
            unit_id: meeting.unit_id,
            unit_name: directory.unit_name(meeting.unit_id),
            attendee_count: *attendees,
            attended: *attended,
            excused: *excused,
            begins_at: meeting.begins_at,
            ends_at: meeting.ends_at,
            place: meeting.place.clone(),
            code_opens_at,
            code_closes_at,
            has_minutes: !meeting.minutes.is_empty(),
            form: meeting.form,
            series: meeting.series.clone(),
            held_on: meeting.held_on,
            title: meeting.title.clone(),
            created_at: meeting.created_at,
            updated_at: meeting.updated_at,
        }
    }
}

/// A meeting with its minutes and its attendance.
#[derive(Serialize, ToSchema)]
pub(super) struct MeetingView {
    #[serde(flatten)]
    head: MeetingHead,
    /// What was said and resolved; may be empty.
    minutes: String,
    /// Who was there, in the order of their ids.
    attendance: Vec<MemberId>,
    /// The same by name.
    attendees: Vec<Attendee>,
    /// Who was excused, in the order of their ids.
    excused_members: Vec<ExcusedMember>,
    /// Who led it 主持.
    host: Option<MeetingPerson>,
    /// Who kept the record 记录.
    keeper: Option<MeetingPerson>,
    /// How many sat in 列席 beside those who attended.
    guest_count: i32,
    /// What it was to be about, by its numbers.
    agenda: Vec<AgendaItem>,
    /// What it resolved, by its numbers, with the tasks that came of it.
    decisions: Vec<MeetingDecision>,
    /// For who leads the unit: members for whom it was held, and who were neither there nor excused, in the order of their
    /// ids. Empty until it was held, for committees, and above branches.
    absent_members: Vec<MeetingPerson>,
    /// Whether the caller may have tasks opened of its decisions.
    can_open_tasks: bool,
    /// Ideas that were collected or decided at it, and its contest, as far as the caller may know of them.
    things: Vec<MeetingThing>,
    /// Photographs, in the order of uploading.
    pub(super) photographs: Vec<FileView>,
    /// Nothing was collected or decided at it, nothing is part of it and nobody has entered its code: its minutes can be
    /// emptied, and who wrote it down can take it back.
    draft: bool,
    /// Whether the caller may change it.
    can_edit: bool,
    /// Whether the caller may take it back.
    can_delete: bool,
}

/// Somebody who was at a meeting.
#[derive(Serialize, ToSchema)]
pub(super) struct Attendee {
    id: MemberId,
    /// The member's name.
    name: String,
    /// When the member entered the code; `null` for anyone who was written down.
    entered_at: Option<Timestamp>,
}

/// Somebody who was excused from a meeting.
#[derive(Serialize, ToSchema)]
pub(super) struct ExcusedMember {
    id: MemberId,
    /// The member's name.
    name: String,
    /// Why; `null` for anyone who neither leads the unit nor is the member.
    reason: Option<ExcuseReason>,
}

impl MeetingView {
    /// Without its photographs.
    pub(super) fn new(
        directory: &Directory,
        reader: MemberId,
        (shown, around): (Shown, &Around),
        (things, can_open_tasks): (Vec<MeetingThing>, bool),
    ) -> Self {
        let Shown { whole, is_led, is_draft } = shown;
        let attendee = |row: &Attendance| Attendee {
            id: row.member_id,
            name: directory.name_of(row.member_id),
            entered_at: row.entered_at,
        };
        let excused = |row: &Excuse| ExcusedMember {
            id: row.member_id,
            name: directory.name_of(row.member_id),
            reason: (is_led || row.member_id == reader).then_some(row.reason),
        };
        let listed = Listed {
            attendees: i64::try_from(whole.attendance.len()).unwrap_or(i64::MAX),
            attended: whole.attendance.iter().any(|row| row.member_id == reader),
            excused: whole.excuses.iter().any(|row| row.member_id == reader),
            meeting: whole.meeting,
        };
        MeetingView {
            head: MeetingHead::new(directory, &listed),
            attendance: whole.attendance.iter().map(|row| row.member_id).collect(),
            attendees: whole.attendance.iter().map(attendee).collect(),
            excused_members: whole.excuses.iter().map(excused).collect(),
            host: listed.meeting.host_id.map(|id| named(directory, id)),
            keeper: listed.meeting.keeper_id.map(|id| named(directory, id)),
            guest_count: listed.meeting.guest_count,
            agenda: whole.agenda.iter().map(|row| AgendaItem::of(row, around)).collect(),
            decisions: whole.decisions.iter().map(|row| MeetingDecision::of(row, around, directory)).collect(),
            absent_members: around.absent.iter().map(|id| named(directory, *id)).collect(),
            can_open_tasks,
            things,
            photographs: Vec::new(),
            draft: is_draft,
            can_edit: is_led,
            can_delete: is_led && is_draft && listed.meeting.created_by == reader,
            minutes: listed.meeting.minutes,
        }
    }
}
/// A meeting as its reader sees it, without its photographs.
pub(super) async fn viewed(
    reader: &Arc<Person>,
    meetings: &Meetings,
    directory: &Directory,
    (shown, things): (Shown, Vec<MeetingThing>),
) -> Result<MeetingView, Problem> {
    let around = meetings.around(reader.clone(), &shown.whole, shown.is_led).await?;
    let can_open_tasks = meetings.may_open_tasks(reader, shown.whole.meeting.unit_id);
    Ok(MeetingView::new(directory, reader.member, (shown, &around), (things, can_open_tasks)))
}
