//! What runs of the challenge obey. Pure: no query, no clock.
//!
//! Source: `docs/domain.md`, "Questions and quizzes".

use super::model::{Answer, Answered, DayRecord, EndedBecause, Grade, Run, RunId, State};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::learning::quiz::{Candidate, PaperQuestion, QuestionId, understood};

/// A no of this room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No such run, or not the caller's.
    NoSuchRun,
    /// The member has begun no run today.
    NoRunToday,
    /// The question of that number has not been dealt.
    NotDealt,
    /// That is no answer to the question: why.
    BadAnswer(&'static str),
    /// Something else was answered there, or the run has gone on since.
    AlreadyAnswered,
    /// The member gave the run up before answering.
    RunOver,
    /// It came faster than anybody reads; the run goes on.
    TooFast,
    /// There is no question left that could be dealt.
    NoQuestions,
    /// The run goes on: there is nothing to revive.
    StillRunning,
    /// The run cannot go on: it is not the latest, or did not end by a wrong answer or the time.
    NotRevivable,
    /// The day's revival was used.
    RevivalUsed,
    /// The time within which a run could be revived is over.
    RevivalOver,
    /// The unit is not within the caller's reach.
    OutOfReach,
}

impl crate::db::Refusal for Refusal {}

/// How long after its end a run can be revived: enough to come back after a lost connection, and not for ever, so that
/// it is known when a run is over.
pub const REVIVAL_SECONDS: i64 = 300;

/// What a run gives and asks, as the server is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// For one question.
    pub seconds: i64,
    /// An answer that comes sooner after its question was not read.
    pub floor_micros: i64,
}

/// A fresh run that has dealt nothing yet.
pub fn begin(id: RunId, member: MemberId, seed: i64, now: Timestamp) -> Run {
    Run {
        id,
        member_id: member,
        day: now.day(),
        seed,
        seq: 0,
        question: None,
        last_question: None,
        dealt_at: now,
        due_at: now,
        right_count: 0,
        last_right_at: None,
        too_fast_count: 0,
        revived: false,
        points: 0,
        started_at: now,
        ended_at: None,
        ended_because: None,
    }
}

/// Deals the next question; its time begins now.
pub fn deal(run: &mut Run, question: PaperQuestion, terms: &Terms, now: Timestamp) {
    run.seq += 1;
    run.ask(question);
    run.dealt_at = now;
    run.due_at = now.plus_seconds(terms.seconds);
    (run.ended_at, run.ended_because) = (None, None);
}

/// Whether the time for the question that waits is up at `now`.
pub fn is_overdue(run: &Run, now: Timestamp) -> bool {
    run.is_running() && now >= run.due_at
}

/// Whether an answer that arrived at `arrived` came before anybody could have read the question.
pub fn is_too_fast(run: &Run, terms: &Terms, arrived: Timestamp) -> bool {
    arrived.micros() - run.dealt_at.micros() < terms.floor_micros
}

/// Counts a right answer that arrived at `arrived`.
pub fn count_right(run: &mut Run, arrived: Timestamp) {
    run.right_count += 1;
    run.last_right_at = Some(arrived);
}

/// Ends a run whose question is closed.
pub fn end(run: &mut Run, because: EndedBecause, at: Timestamp) {
    run.ended_at = Some(at);
    run.ended_because = Some(because);
}

/// How many right answers a run comes to whose answers are marked like that, in order: those before the first one that is
/// not right, or before the second one of a run that was revived.
pub fn comes_to(marks: &[bool], revived: bool) -> i32 {
    let mut forgiven = i32::from(revived);
    let goes_on = |right: &&bool| {
        forgiven -= i32::from(!**right);
        forgiven >= 0
    };
    marks.iter().take_while(goes_on).filter(|right| **right).count() as i32
}

/// By how much the run beats the best of its day, which then is its own; 0 when it does not.
pub fn improve(day: &mut DayRecord, run: &Run) -> i32 {
    let gained = (run.right_count - day.best).max(0);
    if gained > 0 {
        day.best = run.right_count;
        day.reached_at = run.last_right_at.unwrap_or(run.started_at);
    }
    gained
}

/// Until when the run could be revived if its member has a revival left; `None` when it cannot.
pub fn revivable_until(run: &Run, day: &DayRecord) -> Option<Timestamp> {
    let by_end = matches!(run.ended_because, Some(EndedBecause::Wrong | EndedBecause::TimeOut));
    let may = by_end && !run.revived && !day.revival_used;
    run.ended_at.filter(|_| may).map(|at| at.plus_seconds(REVIVAL_SECONDS))
}

/// Whether the run can be revived at `now`; `latest` is the newest run of its member.
pub fn may_revive(run: &Run, latest: RunId, day: &DayRecord, now: Timestamp) -> Result<(), Refusal> {
    if run.is_running() {
        return Err(Refusal::StillRunning);
    }
    if day.revival_used {
        return Err(Refusal::RevivalUsed);
    }
    match revivable_until(run, day) {
        Some(until) if run.id == latest && now < until => Ok(()),
        Some(_) if run.id == latest => Err(Refusal::RevivalOver),
        _ => Err(Refusal::NotRevivable),
    }
}

/// What to answer when `given` comes for the question that was closed as `answer`: the same as the first time.
///
/// An answer to a question whose time was up is late whatever it says. The text of a question is kept until the next
/// one is answered, so only the answer given last can be asked for again.
pub fn repeat(state: State, answer: Answer, given: &[String]) -> Result<Answered, Refusal> {
    let run = &state.run;
    let last_seq = if run.is_running() { run.seq - 1 } else { run.seq };
    let question = run.closed().filter(|_| answer.seq == last_seq).ok_or(Refusal::AlreadyAnswered)?.clone();
    let meant = understood(&question.text, given).map_err(Refusal::BadAnswer)?;
    let grade = match answer.given() {
        None if run.ended_because == Some(EndedBecause::GivenUp) => return Err(Refusal::RunOver),
        None => Grade::Late,
        Some(first) if first != meant && first != given => return Err(Refusal::AlreadyAnswered),
        Some(_) if answer.is_right => Grade::Right,
        Some(_) => Grade::Wrong,
    };
    Ok(Answered { seq: answer.seq, grade, question, state })
}

/// Tries at a free place before the next one after it is taken; few questions are dealt in most runs.
const TRIES: u64 = 8;

/// Draws the question number `seq` of the run with this seed among `bank`, leaving out what is `taken`.
///
/// The same seed, number and bank give the same question. Looks at a handful of candidates, whatever the size of the
/// bank; only when nearly all are taken does it walk on from the last try.
pub fn draw(seed: i64, seq: i32, bank: &[Candidate], taken: impl Fn(QuestionId) -> bool) -> Option<QuestionId> {
    let size = bank.len() as u64;
    if size == 0 {
        return None;
    }
    let mut place = 0;
    for attempt in 0..TRIES {
        place = mix(seed.cast_unsigned(), (seq.unsigned_abs() as u64) << 8 | attempt) % size;
        let id = bank[place as usize].id;
        if !taken(id) {
            return Some(id);
        }
    }
    let (before, after) = bank.split_at(place as usize);
    after.iter().chain(before).map(|candidate| candidate.id).find(|id| !taken(*id))
}

/// A well mixed number from two (SplitMix64).
fn mix(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add(n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use uuid::Uuid;

    use super::*;
    use crate::learning::quiz::{Difficulty, QuestionKind};

    fn bank(size: u128) -> Vec<Candidate> {
        let candidate = |n| Candidate {
            id: Uuid::from_u128(n).into(),
            kind: QuestionKind::Judge,
            category: "类".into(),
            difficulty: Difficulty::Easy,
        };
        (0..size).map(candidate).collect()
    }

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn run() -> Run {
        begin(Uuid::from_u128(1).into(), Uuid::from_u128(2).into(), 7, at(0))
    }

    #[test]
    fn a_draw_repeats_itself_and_leaves_nothing_out() {
        let bank = bank(50);
        assert_eq!(draw(7, 3, &bank, |_| false), draw(7, 3, &bank, |_| false));
        let mut dealt = HashSet::new();
        for seq in 1..=50 {
            let id = draw(7, seq, &bank, |id| dealt.contains(&id)).unwrap();
            assert!(dealt.insert(id));
        }
        assert_eq!(draw(7, 51, &bank, |id| dealt.contains(&id)), None);
        assert_eq!(draw(7, 1, &[], |_| false), None);
    }

    #[test]
    fn runs_begin_with_different_questions() {
        let bank = bank(1_000);
        let firsts: HashSet<_> = (0..500).map(|seed| draw(seed, 1, &bank, |_| false)).collect();
        assert!(firsts.len() > 350, "{}", firsts.len());
    }

    #[test]
    fn only_the_improvement_counts() {
        let mut day = DayRecord::new(run().member_id, run().day, at(0));
        for (right, gained, best) in [(3, 3, 3), (2, 0, 3), (3, 0, 3), (8, 5, 8)] {
            let run = Run { right_count: right, ..run() };
            assert_eq!((improve(&mut day, &run), day.best), (gained, best));
        }
    }

    #[test]
    fn a_run_is_revived_once_a_day_in_time_and_only_the_latest() {
        let ended = |because| Run { ended_at: Some(at(0)), ended_because: Some(because), ..run() };
        let fresh = DayRecord::new(run().member_id, run().day, at(0));
        let used = DayRecord { revival_used: true, ..fresh.clone() };
        let wrong = ended(EndedBecause::Wrong);
        let (soon, late) = (at(299_999_999), at(300_000_000));
        let other = Uuid::from_u128(9).into();
        for (run, latest, day, now, expected) in [
            (wrong.clone(), wrong.id, &fresh, soon, Ok(())),
            (ended(EndedBecause::TimeOut), wrong.id, &fresh, soon, Ok(())),
            (wrong.clone(), wrong.id, &fresh, late, Err(Refusal::RevivalOver)),
            (wrong.clone(), other, &fresh, soon, Err(Refusal::NotRevivable)),
            (wrong.clone(), wrong.id, &used, soon, Err(Refusal::RevivalUsed)),
            (ended(EndedBecause::GivenUp), wrong.id, &fresh, soon, Err(Refusal::NotRevivable)),
            (ended(EndedBecause::BankExhausted), wrong.id, &fresh, soon, Err(Refusal::NotRevivable)),
            (run(), wrong.id, &fresh, soon, Err(Refusal::StillRunning)),
        ] {
            assert_eq!(may_revive(&run, latest, day, now), expected, "{run:?}");
        }
    }
}
