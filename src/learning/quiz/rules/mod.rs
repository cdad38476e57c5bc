//! What papers, submissions and the wrong-answer book obey; questions by themselves are in [`questions`]. Pure: no
//! query, no clock.
//!
//! Source: `docs/domain.md`, "Questions and quizzes".

mod corrections;
mod questions;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use corrections::*;
pub use questions::*;

use super::model::{Candidate, GivenAnswer, Paper, PaperQuestion, QuestionId, WrongAnswer};
use crate::base::approval::NoAnswer;
use crate::base::crypto::digest;
use crate::base::id::{MemberId, UnitId};
use crate::base::imports::NoImport;
use crate::base::sheet::SheetError;
use crate::base::time::{Day, Timestamp};
use crate::base::version::Outdated;

/// A no of this room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody changed it since the caller saw it.
    Outdated(Outdated),
    /// No paper is published for the member on that day.
    NoPaper,
    /// That day's paper can no longer be submitted.
    DayOver,
    /// The paper was not fetched on its day, so it cannot be handed in later.
    NotFetched,
    /// An answer to a question that is not on the paper.
    NotDealt {
        index: usize,
    },
    /// Two answers to one question.
    AnsweredTwice {
        index: usize,
    },
    /// Something else was submitted for that day before.
    AlreadySubmitted,
    /// The question is on a paper that the member can still submit.
    OnTodaysPaper,
    /// Nobody may see the key for now: the question belongs to a contest that is running.
    Guarded,
    /// Another room is asking the member this question just now.
    BeingAsked,
    /// No such question, or it is out of use and not in the member's book.
    NoSuchQuestion,
    /// The question cannot be asked as it stands.
    BadQuestion(Flaw),
    /// The same question is in the bank already.
    DuplicateQuestion,
    /// A published paper is not changed any more.
    PaperPublished,
    /// A paper of a day that is over cannot be set.
    DayPast,
    /// A unit's own paper of today: members may have been handed another one.
    TooLateForUnit,
    /// Nor one of a day that is far ahead: its questions would be kept from everybody until then.
    DayTooFar,
    /// A paper names a question that does not exist or is retired.
    UnknownQuestion {
        index: usize,
    },
    /// A paper names a question whose key a running contest keeps from everybody.
    GuardedQuestion {
        index: usize,
    },
    /// A paper names a question twice.
    QuestionTwice {
        index: usize,
    },
    /// The unit is not within the caller's reach.
    OutOfReach,
    /// Too few belong to the unit for numbers without names.
    TooFew,
    /// The question never had a version with that number.
    NoSuchVersion,
    /// The key that is called wrong says the same as the right one.
    SameKey,
    /// What was asked of this version is void: it has no key that could be put right, and is not asked again.
    QuestionVoid,
    /// Nothing that was asked could be void.
    NeverAsked,
    /// The same version is proposed to be void already.
    VoidingProposed,
    NoSuchVoiding,
    /// Who proposed it may do so no more.
    ProposerGone,
    /// The proposal is not the caller's to answer, or over.
    NoAnswer(NoAnswer),
    /// A key on the paper was corrected while a submission was on its way; it is graded again.
    PaperCorrected,
    /// Only a question that was never asked can be deleted.
    QuestionDealt,
    /// The idempotency key was used for another request.
    KeyReused,
    /// The file cannot be read as a sheet of questions.
    BadSheet(SheetError),
    /// The import as a whole is not written, or not taken back.
    NoImport(NoImport),
    /// An answer that is none to its question: what is wrong with it.
    NotUnderstood {
        index: usize,
        why: &'static str,
    },
    /// Questions of the paper have no answer, and nobody has said that this is meant.
    Unanswered {
        count: usize,
    },
}

impl crate::db::Refusal for Refusal {}

impl From<NoAnswer> for Refusal {
    fn from(no: NoAnswer) -> Self {
        Refusal::NoAnswer(no)
    }
}

/// Orders the answers as the questions stand on the paper, each as it is meant; a question without an answer stays
/// unanswered, and an answer that is none is refused.
pub fn match_answers(questions: &[PaperQuestion], answers: &[GivenAnswer]) -> Result<Vec<GivenAnswer>, Refusal> {
    let mut given: HashMap<QuestionId, GivenAnswer> = HashMap::new();
    for (index, answer) in answers.iter().enumerate() {
        if !questions.iter().any(|question| question.id == answer.question_id) {
            return Err(Refusal::NotDealt { index });
        }
        let question = questions.iter().find(|question| question.id == answer.question_id);
        let meant = question.map_or(Ok(Vec::new()), |question| understood(&question.text, &answer.answer));
        let meant = meant.map_err(|why| Refusal::NotUnderstood { index, why })?;
        let meant = GivenAnswer { answer: meant, ..answer.clone() };
        if given.insert(answer.question_id, meant).is_some() {
            return Err(Refusal::AnsweredTwice { index });
        }
    }
    Ok(questions.iter().filter_map(|question| given.remove(&question.id)).collect())
}

/// Questions of the paper that were not answered.
pub fn unanswered(questions: &[PaperQuestion], answers: &[GivenAnswer]) -> usize {
    let is_answered = |id: QuestionId| answers.iter().any(|given| given.question_id == id && !given.answer.is_empty());
    questions.iter().filter(|question| !is_answered(question.id)).count()
}

/// Which of the paper's questions were answered rightly, in the paper's order.
pub fn grade(questions: &[PaperQuestion], answers: &[GivenAnswer]) -> Vec<bool> {
    questions
        .iter()
        .map(|question| {
            let given = answers.iter().find(|answer| answer.question_id == question.id);
            is_right(&question.text, given.map_or(&[][..], |given| given.answer.as_slice()))
        })
        .collect()
}

/// Whether the paper of `day` may be submitted at `now`, and whether that is late.
///
/// On its day anybody may; afterwards, as long as it lies within `open_from` and today, anyone who was recorded as having
/// fetched it on its day.
pub fn may_submit(day: Day, today: Day, open_from: Day, was_fetched: bool) -> Result<bool, Refusal> {
    if day > today {
        return Err(Refusal::NoPaper);
    }
    if day == today {
        return Ok(false);
    }
    if day < open_from {
        return Err(Refusal::DayOver);
    }
    if was_fetched { Ok(true) } else { Err(Refusal::NotFetched) }
}

/// The paper that was answered, of those that a member may hand in, the likeliest first: the first one that asks all of it.
pub fn answered<'a>(papers: &'a [Arc<Paper>], answers: &[GivenAnswer]) -> Option<&'a Arc<Paper>> {
    let asks = |paper: &&Arc<Paper>, answer: &GivenAnswer| paper.questions.0.iter().any(|q| q.id == answer.question_id);
    papers.iter().find(|paper| answers.iter().all(|answer| asks(paper, answer))).or(papers.first())
}

/// How far ahead a paper is set.
const DAYS_AHEAD: u64 = 366;

/// Whether somebody may set the paper of `unit` for `day`. One that is nearer to some members than the enterprise's is for
/// days to come only: on the day itself they may have been handed another one.
pub fn may_set(day: Day, today: Day, is_root: bool) -> Result<(), Refusal> {
    match day {
        day if day < today => Err(Refusal::DayPast),
        day if day == today && !is_root => Err(Refusal::TooLateForUnit),
        day if day > today.plus_days(DAYS_AHEAD) => Err(Refusal::DayTooFar),
        _ => Ok(()),
    }
}

/// The paper for a member: that of the nearest unit on the way up from home.
pub fn nearest<'a, P>(papers: &'a [P], unit_of: impl Fn(&P) -> UnitId, path: &[UnitId]) -> Option<&'a P> {
    path.iter().find_map(|unit| papers.iter().find(|paper| unit_of(paper) == *unit))
}

/// Right answers in a row after which a question leaves the book.
const RIGHT_TO_LEAVE: i32 = 2;

/// The book's line about a question after it was answered; `None` when there is nothing to write.
pub fn after_answer(
    before: Option<WrongAnswer>,
    member: MemberId,
    question: QuestionId,
    right: bool,
    now: Timestamp,
) -> Option<WrongAnswer> {
    let in_book = before.as_ref().is_some_and(|line| line.cleared_at.is_none());
    if right && !in_book {
        return None;
    }
    let mut line = before.unwrap_or(WrongAnswer {
        member_id: member,
        question_id: question,
        times_wrong: 0,
        right_in_a_row: 0,
        last_answered_at: now,
        cleared_at: None,
    });
    line.last_answered_at = now;
    if right {
        line.right_in_a_row += 1;
        line.cleared_at = (line.right_in_a_row >= RIGHT_TO_LEAVE).then_some(now);
    } else {
        line.times_wrong += 1;
        line.right_in_a_row = 0;
        line.cleared_at = None;
    }
    Some(line)
}

/// Draws `count` questions for `unit` on `day`: the same bank, day and unit always give the same paper.
///
/// Questions of recent papers come only when nothing else is left, and categories are mixed as far as they go.
pub fn draw(unit: UnitId, day: Day, bank: &[Candidate], recent: &HashSet<QuestionId>, count: usize) -> Vec<QuestionId> {
    let seed = [unit.uuid().as_bytes().as_slice(), &day.number().to_be_bytes()].concat();
    let mut shuffled: Vec<(bool, [u8; 32], &Candidate)> = bank
        .iter()
        .map(|candidate| {
            let lot = digest(&[seed.as_slice(), candidate.id.uuid().as_bytes()].concat());
            (recent.contains(&candidate.id), lot, candidate)
        })
        .collect();
    shuffled.sort_unstable_by_key(|(was_recent, lot, _)| (*was_recent, *lot));
    let mut drawn: Vec<QuestionId> = Vec::with_capacity(count);
    let mut categories: HashSet<&str> = HashSet::new();
    for (was_recent, _, candidate) in &shuffled {
        if drawn.len() < count && !was_recent && categories.insert(&candidate.category) {
            drawn.push(candidate.id);
        }
    }
    for (_, _, candidate) in &shuffled {
        if drawn.len() < count && !drawn.contains(&candidate.id) {
            drawn.push(candidate.id);
        }
    }
    drawn
}

/// The questions `ids` as they are dealt to a member who practises, `limit` of them after `after`: shuffled by member and
/// day, so that a day's pages neither repeat nor leave out a question.
pub fn deal(
    member: MemberId,
    day: Day,
    ids: impl Iterator<Item = QuestionId>,
    after: Option<QuestionId>,
    limit: usize,
) -> Vec<QuestionId> {
    let seed = member.uuid().as_u128() as u64 ^ u64::from(day.number().unsigned_abs()).rotate_left(32);
    let lot = |id: QuestionId| (mix(seed ^ mix(id.uuid().as_u128() as u64)), id);
    let mut lots: Vec<(u64, QuestionId)> =
        ids.map(lot).filter(|lot_of| after.is_none_or(|id| *lot_of > lot(id))).collect();
    lots.sort_unstable();
    lots.into_iter().map(|(_, id)| id).take(limit).collect()
}

/// SplitMix64: shuffles a bank of 50,000 in a few milliseconds, which a cryptographic hash would not.
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The categories with how many questions each has, the largest first.
pub fn count_categories(bank: &[Candidate]) -> Vec<(String, usize)> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for candidate in bank {
        *counts.entry(&candidate.category).or_default() += 1;
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Ids;
    use crate::learning::quiz::model::{Difficulty, QuestionKind};

    fn now() -> Timestamp {
        "2026-07-01T08:00:00+08:00".parse().unwrap()
    }

    #[test]
    fn a_paper_can_be_submitted_on_its_day_and_late_only_if_it_was_fetched() {
        let day: Day = "2026-07-01".parse().unwrap();
        let of = |text: &str| text.parse::<Day>().unwrap();
        for (today, open_from, fetched, expected) in [
            ("2026-07-01", "2026-07-01", false, Ok(false)),
            ("2026-07-01", "2026-06-30", false, Ok(false)),
            ("2026-07-02", "2026-07-01", true, Ok(true)),
            ("2026-07-03", "2026-07-01", true, Ok(true)),
            ("2026-07-02", "2026-07-01", false, Err(Refusal::NotFetched)),
            ("2026-07-02", "2026-07-02", true, Err(Refusal::DayOver)),
            ("2026-06-30", "2026-06-30", true, Err(Refusal::NoPaper)),
        ] {
            assert_eq!(may_submit(day, of(today), of(open_from), fetched), expected, "{today} {open_from} {fetched}");
        }
    }

    #[test]
    fn a_unit_s_own_paper_is_set_before_its_day() {
        let of = |text: &str| text.parse::<Day>().unwrap();
        let today = of("2026-07-01");
        for (day, is_root, expected) in [
            ("2026-06-30", true, Err(Refusal::DayPast)),
            ("2026-06-30", false, Err(Refusal::DayPast)),
            ("2026-07-01", true, Ok(())),
            ("2026-07-01", false, Err(Refusal::TooLateForUnit)),
            ("2026-07-02", false, Ok(())),
        ] {
            assert_eq!(may_set(of(day), today, is_root), expected, "{day} {is_root}");
        }
    }

    #[test]
    fn a_question_leaves_the_book_after_two_right_answers_in_a_row() {
        let ids = Ids::default();
        let (member, id) = (ids.fresh(now()), ids.fresh(now()));
        let step = |before, right| after_answer(before, member, id, right, now());
        assert_eq!(step(None, true), None);
        let wrong = step(None, false);
        assert_eq!(wrong.as_ref().map(|line| line.times_wrong), Some(1));
        let once = step(wrong, true);
        let spoilt = step(once.clone(), false);
        assert_eq!(spoilt.map(|line| (line.times_wrong, line.right_in_a_row)), Some((2, 0)));
        let cleared = step(once, true);
        assert!(cleared.as_ref().unwrap().cleared_at.is_some());
        assert_eq!(step(cleared.clone(), true), None);
        assert!(step(cleared, false).unwrap().cleared_at.is_none());
    }

    #[test]
    fn a_draw_is_repeatable_mixed_and_avoids_recent_questions() {
        let ids = Ids::default();
        let unit: UnitId = ids.fresh(now());
        let bank: Vec<Candidate> = (0..40)
            .map(|n| Candidate {
                id: ids.fresh(now()),
                kind: QuestionKind::Judge,
                category: format!("类{}", n % 4),
                difficulty: Difficulty::Easy,
            })
            .collect();
        let day = now().day();
        let first = draw(unit, day, &bank, &HashSet::new(), 5);
        assert_eq!(first, draw(unit, day, &bank, &HashSet::new(), 5));
        assert_eq!(first.iter().collect::<HashSet<_>>().len(), 5);
        let category = |id: &QuestionId| bank.iter().find(|c| c.id == *id).unwrap().category.clone();
        assert_eq!(first.iter().map(category).collect::<HashSet<_>>().len(), 4);
        let recent: HashSet<QuestionId> = first.iter().copied().collect();
        assert!(draw(unit, day.next(), &bank, &recent, 5).iter().all(|id| !recent.contains(id)));
        assert_eq!(draw(unit, day, &bank[..3], &recent, 5).len(), 3);
    }

    #[test]
    fn a_member_is_dealt_every_question_once_a_day_in_an_order_of_ones_own() {
        let ids = Ids::default();
        let (member, other): (MemberId, MemberId) = (ids.fresh(now()), ids.fresh(now()));
        let bank: Vec<QuestionId> = (0..30).map(|_| ids.fresh(now())).collect();
        let all = |member, day| deal(member, day, bank.iter().copied(), None, 99);
        let (day, order) = (now().day(), all(member, now().day()));
        let mut paged = Vec::new();
        while paged.len() < 30 {
            let page = deal(member, day, bank.iter().copied(), paged.last().copied(), 7);
            assert!(!page.is_empty());
            paged.extend(page);
        }
        assert_eq!(paged, order);
        assert_eq!(order.iter().collect::<HashSet<_>>().len(), 30);
        assert_ne!(order, all(other, day));
        assert_ne!(order, all(member, day.next()));
    }
}
