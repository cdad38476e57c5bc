//! What a correction of a wrong key does to papers, answers and the wrong-answer book.

use super::is_right;
use crate::base::id::MemberId;
use crate::base::text::{in_quotes, without_end};
use crate::base::time::Timestamp;
use crate::learning::quiz::model::correction::{CorrectionId, Effect, FormerKey, KeyChange};
use crate::learning::quiz::model::{PaperQuestion, QuestionId, QuestionText, WrongAnswer};

/// Puts the right key on a paper, which `edition` begins with; false when the paper does not bear that wording of the
/// question with the wrong key.
pub fn correct_key(questions: &mut [PaperQuestion], edition: i32, change: &KeyChange) -> bool {
    let mut corrected = false;
    for question in questions.iter_mut().filter(|question| bears(question, change)) {
        corrected = true;
        question.corrections.push(FormerKey {
            correction: change.correction,
            edition,
            answer: std::mem::replace(&mut question.text.answer, change.answer.clone()),
            reason: change.reason.clone(),
            at: change.at,
        });
        question.text.explanation.clone_from(&change.explanation);
    }
    corrected
}

/// Whether this is the wording with the wrong key. Its number alone does not say: papers that are older than the numbers
/// hold the first, whatever they say.
pub fn bears(question: &PaperQuestion, change: &KeyChange) -> bool {
    let (text, former) = (&question.text, &change.former);
    question.id == change.question_id
        && question.version == change.version
        && (text.kind, &text.options, &text.answer) == (former.kind, &former.options, &former.answer)
}

/// The first edition of a paper in which this correction holds.
pub fn edition_of(questions: &[PaperQuestion], correction: CorrectionId) -> Option<i32> {
    let formers = questions.iter().flat_map(|question| &question.corrections);
    formers.filter(|former| former.correction == correction).map(|former| former.edition).next()
}

/// An answer that counts otherwise than it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    pub question: QuestionId,
    /// Whether it is right now.
    pub right: bool,
}

/// The answers that count otherwise in the edition `to` of a paper than in the edition `from`.
pub fn flips<'q, 'a>(
    questions: impl IntoIterator<Item = &'q PaperQuestion>,
    given: impl Fn(QuestionId) -> &'a [String],
    from: i32,
    to: i32,
) -> Vec<Flip> {
    let flip = |question: &'q PaperQuestion| {
        let (before, after) = (question.key_in(from), question.key_in(to));
        if before == after {
            return None;
        }
        let given = given(question.id);
        let by = |key: &[String]| is_right(&QuestionText { answer: key.to_vec(), ..question.text.clone() }, given);
        let right = by(after);
        (by(before) != right).then_some(Flip { question: question.id, right })
    };
    questions.into_iter().filter_map(flip).collect()
}

/// What becomes of a line of the wrong-answer book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BookChange {
    Nothing,
    Write(WrongAnswer),
    /// Only the wrong key had brought the question into the book.
    Remove,
}

/// The book's line about a question of which an answer turned out otherwise than it was graded.
pub fn after_flip(line: Option<WrongAnswer>, member: MemberId, flip: Flip, now: Timestamp) -> BookChange {
    if !flip.right {
        return super::after_answer(line, member, flip.question, false, now)
            .map_or(BookChange::Nothing, BookChange::Write);
    }
    match line {
        None => BookChange::Nothing,
        Some(line) if line.times_wrong <= 1 => BookChange::Remove,
        Some(line) => BookChange::Write(WrongAnswer { times_wrong: line.times_wrong - 1, ..line }),
    }
}

/// What a member is told of a correction: of which question, why, and what it changed.
pub fn said(stem: &str, (reason, is_void): (&str, bool), effect: &Effect) -> String {
    let (stem, reason) = (in_quotes(stem), without_end(reason));
    let mut said = match is_void {
        true => format!("题目{stem}已经作废，人人计满分（{reason}）。"),
        false => format!("题目{stem}的答案有误，已经更正（{reason}）。"),
    };
    if effect.papers > 0 {
        said += &format!("您的 {} 次每日一答成绩随之更正。", effect.papers);
    }
    if effect.contests > 0 {
        said += &format!("您在 {} 场知识竞赛中的成绩随之更正。", effect.contests);
    }
    if effect.runs > 0 {
        said += &format!("您有 {} 次挑战因这道题提前结束，无法重来，原有成绩和积分不变。", effect.runs);
    }
    said += &match effect.points {
        0 => "积分没有变化。".to_owned(),
        more if more > 0 => format!("积分增加 {more} 分。"),
        less => format!("积分扣回 {} 分。", less.unsigned_abs()),
    };
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Ids;
    use crate::learning::quiz::model::{Difficulty, QuestionKind};

    fn now() -> Timestamp {
        "2026-07-01T08:00:00+08:00".parse().unwrap()
    }

    fn text(answer: &str) -> QuestionText {
        QuestionText {
            kind: QuestionKind::Single,
            stem: "题".into(),
            options: ["甲", "乙", "丙"].map(String::from).to_vec(),
            answer: vec![answer.into()],
            explanation: String::new(),
            category: "类".into(),
            difficulty: Difficulty::Easy,
            source: String::new(),
            keep_order: false,
            any_number: false,
        }
    }

    fn change(ids: &Ids, question_id: QuestionId, former: &str, answer: &str) -> KeyChange {
        KeyChange {
            correction: ids.fresh(now()),
            question_id,
            version: 1,
            former: text(former),
            answer: vec![answer.into()],
            explanation: "因为".into(),
            reason: "答案录错".into(),
            at: now(),
            dealt_from: now(),
        }
    }

    #[test]
    fn a_key_is_corrected_where_the_wrong_one_stands_and_remembered_by_edition() {
        let ids = Ids::default();
        let id = ids.fresh(now());
        let mut paper = [PaperQuestion::new(id, 1, text("B"))];
        let first = change(&ids, id, "B", "C");
        assert!(!correct_key(&mut [PaperQuestion::new(id, 2, text("B"))], 1, &first), "another wording");
        assert!(!correct_key(&mut [PaperQuestion::new(id, 1, text("A"))], 1, &first), "another key");
        assert!(correct_key(&mut paper, 1, &first));
        assert!(!correct_key(&mut paper, 2, &first), "it is corrected already");
        let second = change(&ids, id, "C", "A");
        assert!(correct_key(&mut paper, 2, &second));
        assert_eq!([0, 1, 2, 3].map(|edition| paper[0].key_in(edition)[0].clone()), ["B", "C", "A", "A"]);
        assert_eq!(edition_of(&paper, second.correction), Some(2));
        let given = ["C".to_owned()];
        let flipped =
            |from, to| flips(&paper, |_| &given[..], from, to).iter().map(|flip| flip.right).collect::<Vec<_>>();
        assert_eq!(
            [flipped(0, 1), flipped(1, 2), flipped(0, 2), flipped(2, 2)],
            [vec![true], vec![false], vec![], vec![]]
        );
    }

    #[test]
    fn the_book_loses_what_only_the_wrong_key_put_there_and_takes_what_it_kept_out() {
        let ids = Ids::default();
        let (member, question) = (ids.fresh(now()), ids.fresh(now()));
        let flip = |right| Flip { question, right };
        let line = |times_wrong| WrongAnswer {
            member_id: member,
            question_id: question,
            times_wrong,
            right_in_a_row: 1,
            last_answered_at: now(),
            cleared_at: None,
        };
        assert_eq!(after_flip(None, member, flip(true), now()), BookChange::Nothing);
        assert_eq!(after_flip(Some(line(1)), member, flip(true), now()), BookChange::Remove);
        assert_eq!(after_flip(Some(line(3)), member, flip(true), now()), BookChange::Write(line(2)));
        let entered = after_flip(None, member, flip(false), now());
        assert_eq!(entered, BookChange::Write(WrongAnswer { right_in_a_row: 0, ..line(1) }));
    }
}
