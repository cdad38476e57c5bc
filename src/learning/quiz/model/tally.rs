//! How questions fared: what is counted once a paper, a day of challenges or a contest is over.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{QuestionId, QuestionText};
use crate::base::time::Timestamp;
use crate::db::Json;
use crate::db::schema::question_tallies;

crate::id!(
    /// What dealt a question: a paper, a contest, whatever a room chooses.
    SourceId
);

crate::words!(
    /// What kind of thing dealt a question.
    TallySource {
        /// 每日一答: the source is the paper.
        Daily = "daily" / "每日答题",
        /// 挑战答题
        Challenge = "challenge" / "挑战答题",
        /// 知识竞赛: the source is the contest; the only one with upper and lower groups.
        Contest = "contest" / "知识竞赛",
    }
);

/// How one version of a question fared in one finished source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    pub question_id: QuestionId,
    pub version: i32,
    /// Members who were asked it and whose paper, run or attempt was graded.
    pub shown: i64,
    pub right: i64,
    /// How often each option letter, or `true`/`false`, was given. `blank`: no answer; `other`: anything else, such as a
    /// wrong wording of a fill question (the right ones are in `right`). Letters of a multiple choice each count.
    pub chosen: BTreeMap<String, i64>,
    /// Of the best 27 % by score: how many were asked it, and how many were right. Contests only.
    pub upper: (i64, i64),
    /// The same of the worst 27 %.
    pub lower: (i64, i64),
}

impl Tally {
    pub fn new(question_id: QuestionId, version: i32) -> Tally {
        Tally { question_id, version, shown: 0, right: 0, chosen: BTreeMap::new(), upper: (0, 0), lower: (0, 0) }
    }

    /// Counts one member's answer; empty when the member left the question out.
    pub fn count(&mut self, text: &QuestionText, given: &[String], right: bool) {
        self.shown += 1;
        self.right += i64::from(right);
        let given: Vec<&str> = given.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
        let mut keys: Vec<&str> = match given.as_slice() {
            [] => vec!["blank"],
            given => given.iter().map(|part| if is_choice(text, part) { *part } else { "other" }).collect(),
        };
        keys.sort_unstable();
        keys.dedup();
        // a fill question has no options: what was right needs no second count
        keys.retain(|key| *key != "other" || !right);
        for key in keys {
            *self.chosen.entry(key.to_owned()).or_default() += 1;
        }
    }

    /// Counts an answer of a member of the upper group.
    pub fn count_upper(&mut self, right: bool) {
        self.upper = (self.upper.0 + 1, self.upper.1 + i64::from(right));
    }

    /// Counts an answer of a member of the lower group.
    pub fn count_lower(&mut self, right: bool) {
        self.lower = (self.lower.0 + 1, self.lower.1 + i64::from(right));
    }

    /// Adds what another tally of the question has counted.
    pub fn add(&mut self, other: &Tally) {
        self.shown += other.shown;
        self.right += other.right;
        for (choice, count) in &other.chosen {
            *self.chosen.entry(choice.clone()).or_default() += count;
        }
        self.upper = (self.upper.0 + other.upper.0, self.upper.1 + other.upper.1);
        self.lower = (self.lower.0 + other.lower.0, self.lower.1 + other.lower.1);
    }
}

/// How many of `attempts`, ordered by score, make up the upper group and, from the other end, the lower: 27 %, rounded.
/// None of fewer than four, where the groups would say nothing.
pub fn group_size(attempts: usize) -> usize {
    if attempts < 4 { 0 } else { (attempts * 27 + 50) / 100 }
}

/// Whether `part` is something that the question offers: a letter of an option, or one of the two judgements.
fn is_choice(text: &QuestionText, part: &str) -> bool {
    use super::QuestionKind::*;
    match text.kind {
        Single | Multiple => {
            matches!(part.as_bytes(), [letter @ b'A'..=b'Z'] if usize::from(letter - b'A') < text.options.len())
        }
        Judge => part == "true" || part == "false",
        Fill => false,
    }
}

/// A tally as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = question_tallies)]
pub struct TallyRow {
    pub question_id: QuestionId,
    pub version: i32,
    pub source_kind: TallySource,
    pub source_id: SourceId,
    pub shown: i64,
    pub right_count: i64,
    pub chosen: Json<BTreeMap<String, i64>>,
    pub upper_count: i64,
    pub upper_right: i64,
    pub lower_count: i64,
    pub lower_right: i64,
    pub counted_at: Timestamp,
}

impl TallyRow {
    pub fn new(tally: &Tally, source_kind: TallySource, source_id: SourceId, counted_at: Timestamp) -> TallyRow {
        TallyRow {
            question_id: tally.question_id,
            version: tally.version,
            source_kind,
            source_id,
            shown: tally.shown,
            right_count: tally.right,
            chosen: Json(tally.chosen.clone()),
            upper_count: tally.upper.0,
            upper_right: tally.upper.1,
            lower_count: tally.lower.0,
            lower_right: tally.lower.1,
            counted_at,
        }
    }

    pub fn tally(&self) -> Tally {
        Tally {
            question_id: self.question_id,
            version: self.version,
            shown: self.shown,
            right: self.right_count,
            chosen: self.chosen.0.clone(),
            upper: (self.upper_count, self.upper_right),
            lower: (self.lower_count, self.lower_right),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Difficulty, QuestionKind};
    use super::*;
    use crate::base::id::Ids;

    fn text(kind: QuestionKind, options: usize) -> QuestionText {
        QuestionText {
            kind,
            stem: "题".into(),
            options: (0..options).map(|n| n.to_string()).collect(),
            answer: Vec::new(),
            explanation: String::new(),
            category: "类".into(),
            difficulty: Difficulty::Easy,
            source: String::new(),
            keep_order: false,
            any_number: false,
        }
    }

    fn counted(text: &QuestionText, answers: &[(&[&str], bool)]) -> (i64, i64, String) {
        let id = Ids::default().fresh(Timestamp::from_micros(0));
        let mut tally = Tally::new(id, 1);
        for (given, right) in answers {
            let given: Vec<String> = given.iter().map(|part| (*part).to_owned()).collect();
            tally.count(text, &given, *right);
        }
        (tally.shown, tally.right, serde_json::to_string(&tally.chosen).unwrap())
    }

    #[test]
    fn every_choice_is_counted_by_its_name() {
        use QuestionKind::*;
        assert_eq!(
            counted(&text(Single, 3), &[(&["B"], true), (&["B"], true), (&["D"], false), (&[], false), (&[""], false)]),
            (5, 2, r#"{"B":2,"blank":2,"other":1}"#.into())
        );
        assert_eq!(
            counted(&text(Multiple, 3), &[(&["A", "C"], true), (&["A", "A"], false)]),
            (2, 1, r#"{"A":2,"C":1}"#.into())
        );
        assert_eq!(
            counted(&text(Judge, 0), &[(&["true"], true), (&["false"], false), (&["是"], false)]),
            (3, 1, r#"{"false":1,"other":1,"true":1}"#.into())
        );
        assert_eq!(counted(&text(Fill, 0), &[(&["铜"], true), (&["铁"], false)]), (2, 1, r#"{"other":1}"#.into()));
    }

    #[test]
    fn groups_are_twenty_seven_percent() {
        assert_eq!([0, 3, 4, 10, 100].map(group_size), [0, 0, 1, 3, 27]);
    }
}
