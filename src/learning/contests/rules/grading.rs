//! What an attempt scores, in hundredths of a point.

use std::collections::HashMap;

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
    let full = worth(scoring, text.kind);
    let share = |part: usize, of: usize| i32::try_from(full as usize * part / of).unwrap_or(0);
    match scoring.partial {
        Partial::None => 0,
        Partial::Half => share(1, 2),
        Partial::PerOption => share(right, text.answer.len()),
    }
}

/// The bonus of a submitted attempt that left `unused_micros` of its time, in hundredths of a point.
pub fn speed_bonus(terms: &Terms, right: i32, questions: usize, unused_micros: i64) -> i32 {
    let Some(bonus) = &terms.speed_bonus else { return 0 };
    let enough = i64::from(right) * 100 >= i64::from(bonus.right_percent) * questions as i64;
    if !enough {
        return 0;
    }
    let limit = i64::from(terms.minutes) * 60_000_000;
    let hundredths = i64::from(bonus.points) * 100 * unused_micros.clamp(0, limit) / limit.max(1);
    i32::try_from(hundredths).unwrap_or(0)
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
        }
    }

    #[test]
    fn a_multiple_choice_gives_part_by_rule() {
        // answer A B C, worth 5
        let cases: [(&[&str], [i32; 3]); 7] = [
            (&["A", "B", "C"], [500, 500, 500]),
            (&["A", "B"], [0, 250, 333]),
            (&["C"], [0, 250, 166]),
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
            participation_points: 0,
        };
        let minute = 60_000_000;
        assert_eq!(speed_bonus(&terms, 6, 10, 5 * minute), 500);
        assert_eq!(speed_bonus(&terms, 5, 10, 5 * minute), 0);
        assert_eq!(speed_bonus(&terms, 10, 10, 20 * minute), 1000);
        assert_eq!(speed_bonus(&terms, 10, 10, -1), 0);
        assert_eq!(speed_bonus(&Terms { speed_bonus: None, ..terms }, 10, 10, minute), 0);
    }
}
