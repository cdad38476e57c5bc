//! Who was there: the code on the leader's screen, which people enter, and striking somebody off again.

use serde_json::json;

use super::actions::{Meetings, Outcome, actors_at};
use super::model::{Attendance, Meeting, MeetingId};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Reach;
use crate::base::crypto::Key;
use crate::base::id::MemberId;
use crate::base::person::Person;
use crate::base::text::fold;
use crate::base::time::Timestamp;
use crate::db::Tx;
use crate::kernel::attempts::{Attempts, Pace};
use crate::kernel::trail::{self, Act};

/// How long a code stands. The one before it is taken, too, so that nobody types in vain.
const STEP_SECONDS: i64 = 30;

/// Codes that are tried at one meeting by one member: of a million, two hold.
const TRIES: Pace = Pace { free: 5, longest_wait_seconds: 5 * 60, drain_seconds: 60 };

/// Makes codes and counts tries; clones share the counts.
#[derive(Clone)]
pub struct Codes {
    key: Key,
    attempts: Attempts,
}

impl Codes {
    pub fn new(key: Key, attempts: Attempts) -> Self {
        Codes { key, attempts }
    }

    /// The six digits that stand during a step, the same in every process.
    fn of(&self, meeting: MeetingId, step: i64) -> String {
        let mac = self.key.mac(&[b"meeting", meeting.uuid().as_bytes(), &step.to_be_bytes()]);
        let number = u32::from_be_bytes([mac[0], mac[1], mac[2], mac[3]]);
        format!("{:06}", number % 1_000_000)
    }

    fn takes(&self, meeting: MeetingId, typed: &str, now: Timestamp) -> bool {
        let (step, typed) = (step_at(now), fold(typed).replace(' ', ""));
        [step, step - 1].iter().any(|step| self.of(meeting, *step) == typed)
    }
}

const fn step_at(now: Timestamp) -> i64 {
    now.seconds().div_euclid(STEP_SECONDS)
}

/// The code that stands.
#[derive(Clone, Debug)]
pub struct StandingCode {
    pub code: String,
    /// When the next one takes its place.
    pub changes_at: Timestamp,
    pub meeting: Meeting,
    /// How many were there by now.
    pub attendees: i64,
}

impl Meetings {
    /// The code that stands, for the screen of anyone who leads the unit.
    pub async fn standing_code(&self, reach: &Reach, id: MeetingId) -> Outcome<StandingCode> {
        let meeting = self.find_led(reach, id).await?;
        let now = self.db.now();
        rules::check_hours(&meeting, now)?;
        let counts = self.db.read(move |conn| store::count_attendance(conn, &[id])).await?;
        Ok(StandingCode {
            code: self.codes.of(id, step_at(now)),
            changes_at: Timestamp::from_micros(0).plus_seconds((step_at(now) + 1) * STEP_SECONDS),
            attendees: counts.first().map_or(0, |(_, count)| *count),
            meeting,
        })
    }

    /// Has `person`, for whose branch the meeting is held, be there by the code that he reads on the screen. Again it
    /// changes nothing.
    pub async fn enter(&self, person: &Person, id: MeetingId, typed: &str) -> Outcome<Attendance> {
        let member = person.member;
        let found =
            move |conn: &mut crate::db::Conn| Ok((store::find(conn, id)?, store::find_attendance(conn, id, member)?));
        let (meeting, present) = self.db.read(found).await?;
        let meeting = meeting.ok_or(Refusal::NoSuchMeeting)?;
        if let Some(present) = present {
            return Ok(present);
        }
        if !self.belongs(person, meeting.unit_id) {
            return Err(Refusal::OutOfReach.into());
        }
        rules::check_hours(&meeting, self.db.now())?;
        let tried = self.codes.key.mac(&[b"tries", id.uuid().as_bytes(), member.uuid().as_bytes()]);
        let tried = self.codes.attempts.take(tried, TRIES).await;
        let tried = tried.map_err(|seconds| Refusal::TooManyTries { seconds })?;
        if !self.codes.takes(id, typed, self.db.now()) {
            return Err(Refusal::WrongCode.into());
        }
        self.codes.attempts.give_back(tried).await;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let meeting = store::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchMeeting)?;
                let row = Attendance { meeting_id: id, member_id: member, entered_at: Some(tx.now()) };
                if store::put_attendance(tx.conn, row)? {
                    store::delete_excuses_of(tx.conn, id, &[member])?;
                    note(tx, member, "meetings.enter", &meeting, member)?;
                    room.suggest_parts(tx, &meeting, &[row])?;
                }
                Ok(store::find_attendance(tx.conn, id, member)?.unwrap_or(row))
            })
            .await
    }

    /// Strikes a member off a meeting of a unit that the actor leads.
    pub async fn strike_off(&self, actor: MemberId, reach: &Reach, id: MeetingId, member: MemberId) -> Outcome<()> {
        self.find_led(reach, id).await?;
        let users = self.users();
        self.db
            .write(move |tx| {
                let meeting = store::lock_row_alone(tx.conn, id)?.ok_or(Refusal::NoSuchMeeting)?;
                let present = store::list_attendance(tx.conn, id)?;
                let before: Vec<MemberId> = present.iter().map(|row| row.member_id).collect();
                let after: Vec<MemberId> = before.iter().copied().filter(|other| *other != member).collect();
                rules::check_still_present(&actors_at(&users.citers, tx.conn, id)?, &before, &after)?;
                if !store::delete_attendance(tx.conn, id, member)? {
                    return Err(Refusal::NotThere.into());
                }
                Ok(note(tx, actor, "meetings.strike_off", &meeting, member)?)
            })
            .await
    }
}

/// Who is there is no change of what stands in the minutes, so that a leader who writes them is not told of each arrival.
fn note(tx: &mut Tx, actor: MemberId, action: &str, meeting: &Meeting, member: MemberId) -> diesel::QueryResult<()> {
    let (subject_kind, subject_id) = ("meeting_attendance", meeting.id.uuid());
    let detail = json!({ "unit_id": meeting.unit_id, "member_id": member });
    trail::note(tx, Act { actor: Some(actor), action, subject_kind, subject_id, detail })
}
