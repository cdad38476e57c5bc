//! What an attempt scores, in hundredths of a point.

use std::collections::HashMap;

use crate::base::score::round_half_up;
use crate::learning::contests::model::{Partial, Scoring, Terms};
use crate::learning::quiz::lending::is_right;
use crate::learning::quiz::{PaperQuestion, QuestionId, QuestionKind, QuestionText};

/// What the answers of an attempt are worth, without the bonus for speed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graded {
    /// In hundredths of a point.
    pub score: i32,
    /// What all right answers would score.
    pub full: i32,
    /// Which questions were answered wholly right, in their order.
    pub marks: Vec<bool>,
}

impl Graded {
    pub fn right_count(&self) -> i32 {
        i32::try_from(self.marks.iter().filter(|right| **right).count()).unwrap_or(i32::MAX)
    }
}

/// Grades the answers to `questions`; a question without an answer scores nothing.
pub fn grade<'q>(
    scoring: &Scoring,
    questions: impl Iterator<Item = &'q PaperQuestion>,
    answers: &HashMap<QuestionId, Vec<String>>,
) -> Graded {
    let mut graded = Graded { score: 0, full: 0, marks: Vec::new() };
    for question in questions {
        let given = answers.get(&question.id).map_or(&[][..], Vec::as_slice);
        let right = is_right(&question.text, given);
        let full = worth(scoring, question.text.kind);
        graded.full += full;
        graded.score += if right { full } else { partly(scoring, &question.text, given) };
        graded.marks.push(right);
    }
    graded
}

fn worth(scoring: &Scoring, kind: QuestionKind) -> i32 {
    let points = match kind {
        QuestionKind::Single => scoring.single,
        QuestionKind::Multiple => scoring.multiple,
        QuestionKind::Judge => scoring.judge,
        QuestionKind::Fill => scoring.fill,
    };
    i32::from(points) * 100
}

/// What a multiple choice gives that is not wholly right: nothing with a wrong letter.
fn partly(scoring: &Scoring, text: &QuestionText, given: &[String]) -> i32 {
    let only_right = text.kind == QuestionKind::Multiple && given.iter().all(|letter| text.answer.contains(letter));
    let right = text.answer.iter().filter(|letter| given.contains(letter)).count();
    if !only_right || right == 0 {
        return 0;
    }
    let full = i64::from(worth(scoring, text.kind));
    let share = |part: usize, of: usize| rounded(full * part as i64, of as i64);
    match scoring.partial {
        Partial::None => 0,
        Partial::Half => share(1, 2),
        Partial::PerOption => share(right, text.answer.len()),
    }
}

/// A share of a score in whole hundredths, half up, as every named step of a score is rounded.
fn rounded(part: i64, of: i64) -> i32 {
    i32::try_from(round_half_up(part.into(), of.into())).unwrap_or(0)
}

/// The bonus of an attempt that was handed in after `elapsed_micros`, in hundredths of a point: what that leaves of the
/// time limit, whenever the attempt began. So equally quick ones earn the same, also shortly before the end.
pub fn speed_bonus(terms: &Terms, right: i32, questions: usize, elapsed_micros: i64) -> i32 {
    let Some(bonus) = &terms.speed_bonus else { return 0 };
    let enough = i64::from(right) * 100 >= i64::from(bonus.right_percent) * questions as i64;
    if !enough {
        return 0;
    }
    let limit = i64::from(terms.minutes) * 60_000_000;
    let unused = (limit - elapsed_micros).clamp(0, limit);
    rounded(i64::from(bonus.points) * 100 * unused, limit.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::contests::model::{Counting, Reveal, SpeedBonus};
    use crate::learning::quiz::Difficulty;

    fn multiple(answer: &[&str]) -> QuestionText {
        QuestionText {
            kind: QuestionKind::Multiple,
            stem: "题".into(),
            options: ["甲", "乙", "丙", "丁"].map(String::from).to_vec(),
            answer: answer.iter().map(|letter| (*letter).into()).collect(),
            explanation: String::new(),
            category: String::new(),
            difficulty: Difficulty::Easy,
            source: String::new(),
            keep_order: false,
            any_number: false,
        }
    }

    #[test]
    fn a_multiple_choice_gives_part_by_rule() {
        // answer A B C, worth 5
        let cases: [(&[&str], [i32; 3]); 7] = [
            (&["A", "B", "C"], [500, 500, 500]),
            (&["A", "B"], [0, 250, 333]),
            (&["C"], [0, 250, 167]),
            (&[], [0, 0, 0]),
            (&["D"], [0, 0, 0]),
            (&["A", "B", "D"], [0, 0, 0]),
            (&["A", "B", "C", "D"], [0, 0, 0]),
        ];
        let text = multiple(&["A", "B", "C"]);
        let ids = crate::base::id::Ids::default();
        let question = PaperQuestion::new(ids.fresh(crate::base::time::Timestamp::from_micros(0)), 1, text);
        for (given, expected) in cases {
            let given: Vec<String> = given.iter().map(|letter| (*letter).into()).collect();
            let answers = HashMap::from([(question.id, given.clone())]);
            for (partial, expected) in [Partial::None, Partial::Half, Partial::PerOption].into_iter().zip(expected) {
                let scoring = Scoring { single: 1, multiple: 5, judge: 1, fill: 1, partial };
                let graded = grade(&scoring, std::iter::once(&question), &answers);
                assert_eq!((graded.score, graded.full), (expected, 500), "{given:?} {partial}");
                assert_eq!(graded.marks, [expected == 500]);
            }
        }
    }

    #[test]
    fn parts_are_rounded_half_up_one_by_one() {
        let ids = crate::base::id::Ids::default();
        let fresh = || ids.fresh(crate::base::time::Timestamp::from_micros(0));
        let all: &[&str] = &["A", "B", "C", "D", "E", "F"];
        // points, letters of the key, letters given, hundredths
        for (points, key, given, expected) in
            [(4, 3, 2, 267), (5, 3, 1, 167), (1, 6, 1, 17), (1, 3, 1, 33), (1, 6, 5, 83), (7, 6, 3, 350), (1, 4, 1, 25)]
        {
            let scoring = Scoring { single: 1, multiple: points, judge: 1, fill: 1, partial: Partial::PerOption };
            let questions: Vec<PaperQuestion> =
                (0..2).map(|_| PaperQuestion::new(fresh(), 1, multiple(&all[..key]))).collect();
            let given: Vec<String> = all[..given].iter().map(|letter| (*letter).into()).collect();
            let answers = questions.iter().map(|question| (question.id, given.clone())).collect();
            let graded = grade(&scoring, questions.iter(), &answers);
            assert_eq!(graded.score, 2 * expected, "{points} {key} {given:?}");
        }
    }

    #[test]
    fn speed_is_rewarded_only_with_enough_right_answers() {
        let scoring = Scoring { single: 1, multiple: 1, judge: 1, fill: 1, partial: Partial::None };
        let terms = Terms {
            minutes: 10,
            attempts: 1,
            counts: Counting::Best,
            scoring,
            speed_bonus: Some(SpeedBonus { points: 10, right_percent: 60 }),
            reveal: Reveal::Close,
            rank_points: Vec::new(),
            prizes: Vec::new(),
            participation_points: 0,
        };
        let minute = 60_000_000;
        assert_eq!(speed_bonus(&terms, 6, 10, 5 * minute), 500);
        assert_eq!(speed_bonus(&terms, 5, 10, 5 * minute), 0);
        assert_eq!(speed_bonus(&terms, 10, 10, 20 * minute), 0);
        assert_eq!(speed_bonus(&terms, 10, 10, -1), 1000);
        // 333.33, 666.67 and 0.5 hundredths
        assert_eq!(speed_bonus(&terms, 10, 10, 20 * minute / 3), 333);
        assert_eq!(speed_bonus(&terms, 10, 10, 10 * minute / 3), 667);
        assert_eq!(speed_bonus(&terms, 10, 10, 10 * minute - 300_000), 1);
        assert_eq!(speed_bonus(&Terms { speed_bonus: None, ..terms }, 10, 10, minute), 0);
    }
}
