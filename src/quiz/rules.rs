//! What questions, papers, submissions and the wrong-answer book obey. Pure: no query, no clock.
//!
//! Source: design `domain.md`, "Questions and quizzes".

use std::collections::{HashMap, HashSet};

use super::model::{Candidate, GivenAnswer, PaperQuestion, QuestionId, QuestionKind, QuestionText, WrongAnswer};
use crate::base::crypto::digest;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::squeeze;
use crate::base::time::{Day, Timestamp};

/// A no of this room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No paper is published for the member on that day.
    NoPaper,
    /// That day's paper can no longer be submitted.
    DayOver,
    /// The paper was not fetched on its day, so it cannot be handed in later.
    NotFetched,
    /// An answer to a question that is not on the paper.
    NotDealt { index: usize },
    /// Two answers to one question.
    AnsweredTwice { index: usize },
    /// Something else was submitted for that day before.
    AlreadySubmitted,
    /// The question is on today's paper, which the member has not submitted yet.
    OnTodaysPaper,
    /// No such question, or it is not in the member's book.
    NoSuchQuestion,
    /// The question cannot be asked as it stands.
    BadQuestion(Flaw),
    /// The same question is in the bank already.
    DuplicateQuestion,
    /// A published paper is not changed any more.
    PaperPublished,
    /// A paper of a day that is over cannot be set.
    DayPast,
    /// A paper names a question that does not exist or is retired.
    UnknownQuestion { index: usize },
    /// A paper names a question twice.
    QuestionTwice { index: usize },
    /// The unit is not within the caller's reach.
    OutOfReach,
    /// The idempotency key was used for another request.
    KeyReused,
}

impl crate::db::Refusal for Refusal {}

/// Why a question cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    NoStem,
    /// Longer than so many characters.
    TooLong {
        what: &'static str,
        limit: usize,
    },
    TooFewOptions,
    TooManyOptions,
    /// An option between two others is empty.
    EmptyOption {
        letter: char,
    },
    SameOptions {
        first: char,
        second: char,
    },
    /// Judge and fill questions have no options.
    UnwantedOptions,
    NoAnswer,
    /// The answer names an option that does not exist.
    AnswerOutOfRange {
        letter: String,
    },
    /// A single-choice question has one answer, a multiple-choice one at least two.
    WrongAnswerCount,
    /// A judge question is answered by right or wrong.
    NotJudgement,
}

impl std::fmt::Display for Flaw {
    /// A Chinese sentence for whoever wrote the question.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Flaw::NoStem => f.write_str("题干不能为空"),
            Flaw::TooLong { what, limit } => write!(f, "{what}不能超过 {limit} 个字符"),
            Flaw::TooFewOptions => f.write_str("选择题至少要有两个选项"),
            Flaw::TooManyOptions => write!(f, "选项不能超过 {OPTIONS_LIMIT} 个"),
            Flaw::EmptyOption { letter } => write!(f, "选项 {letter} 为空，而后面还有选项"),
            Flaw::SameOptions { first, second } => write!(f, "选项 {first} 与选项 {second} 相同"),
            Flaw::UnwantedOptions => f.write_str("判断题和填空题不应有选项"),
            Flaw::NoAnswer => f.write_str("没有答案"),
            Flaw::AnswerOutOfRange { letter } => write!(f, "答案“{letter}”不是任何选项的字母"),
            Flaw::WrongAnswerCount => f.write_str("答案的个数不对：单选题一个，多选题至少两个"),
            Flaw::NotJudgement => f.write_str("判断题的答案应为正确或错误"),
        }
    }
}

pub const STEM_LIMIT: usize = 1000;
pub const OPTION_LIMIT: usize = 300;
pub const EXPLANATION_LIMIT: usize = 2000;
pub const LABEL_LIMIT: usize = 200;
/// A to L.
pub const OPTIONS_LIMIT: usize = 12;
const WORDINGS_LIMIT: usize = 20;

/// The letter of the option at `index`.
pub fn letter(index: usize) -> char {
    char::from(b'A' + u8::try_from(index).unwrap_or(25).min(25))
}

fn index_of(letter: &str) -> Option<usize> {
    let mut chars = letter.chars();
    let c = chars.next().filter(char::is_ascii_uppercase)?;
    chars.next().is_none().then_some(usize::from(c as u8 - b'A'))
}

/// Checks a question and brings its answer into its canonical form.
pub fn check_question(mut text: QuestionText) -> Result<QuestionText, Flaw> {
    text.stem = text.stem.trim().to_owned();
    if text.stem.is_empty() {
        return Err(Flaw::NoStem);
    }
    check_lengths(&text)?;
    text.answer.retain(|part| !part.trim().is_empty());
    if text.answer.is_empty() {
        return Err(Flaw::NoAnswer);
    }
    match text.kind {
        QuestionKind::Single | QuestionKind::Multiple => {
            check_options(&text.options)?;
            text.answer = check_letters(&text)?;
        }
        QuestionKind::Judge | QuestionKind::Fill if !text.options.is_empty() => return Err(Flaw::UnwantedOptions),
        QuestionKind::Judge => {
            if !matches!(text.answer.as_slice(), [one] if one == "true" || one == "false") {
                return Err(Flaw::NotJudgement);
            }
        }
        QuestionKind::Fill => {
            if text.answer.len() > WORDINGS_LIMIT {
                return Err(Flaw::WrongAnswerCount);
            }
        }
    }
    Ok(text)
}

fn check_lengths(text: &QuestionText) -> Result<(), Flaw> {
    let over = |what, value: &str, limit| {
        if value.chars().count() > limit { Err(Flaw::TooLong { what, limit }) } else { Ok(()) }
    };
    over("题干", &text.stem, STEM_LIMIT)?;
    over("解析", &text.explanation, EXPLANATION_LIMIT)?;
    over("分类", &text.category, LABEL_LIMIT)?;
    over("来源", &text.source, LABEL_LIMIT)?;
    text.options.iter().try_for_each(|option| over("选项", option, OPTION_LIMIT))?;
    text.answer.iter().try_for_each(|answer| over("答案", answer, OPTION_LIMIT))
}

fn check_options(options: &[String]) -> Result<(), Flaw> {
    if options.len() < 2 {
        return Err(Flaw::TooFewOptions);
    }
    if options.len() > OPTIONS_LIMIT {
        return Err(Flaw::TooManyOptions);
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (index, option) in options.iter().enumerate() {
        if option.trim().is_empty() {
            return Err(Flaw::EmptyOption { letter: letter(index) });
        }
        // spaces between words count here: "1  19" and "11  9" are two different blanks to fill
        let printed = option.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(first) = seen.insert(printed, index) {
            return Err(Flaw::SameOptions { first: letter(first), second: letter(index) });
        }
    }
    Ok(())
}

fn check_letters(text: &QuestionText) -> Result<Vec<String>, Flaw> {
    let mut letters = text.answer.clone();
    letters.sort();
    letters.dedup();
    for letter in &letters {
        if index_of(letter).is_none_or(|index| index >= text.options.len()) {
            return Err(Flaw::AnswerOutOfRange { letter: letter.clone() });
        }
    }
    let count_is_right = match text.kind {
        QuestionKind::Single => letters.len() == 1,
        _ => letters.len() >= 2,
    };
    if count_is_right { Ok(letters) } else { Err(Flaw::WrongAnswerCount) }
}

/// What makes two questions the same: stem and options, whatever the white space.
///
/// Case and width count: a question may well ask for `pH` among `PH` and `ph`.
pub fn fingerprint(text: &QuestionText) -> [u8; 32] {
    let mut parts = vec![without_spaces(&text.stem)];
    parts.extend(text.options.iter().map(|option| without_spaces(option)));
    digest(parts.join("\u{1f}").as_bytes())
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether `given` is right. All or nothing: a multiple choice with one letter missing is wrong.
pub fn is_right(text: &QuestionText, given: &[String]) -> bool {
    match text.kind {
        QuestionKind::Fill => {
            let [words] = given else { return false };
            let words = squeeze(words);
            !words.is_empty() && text.answer.iter().any(|accepted| squeeze(accepted) == words)
        }
        _ => {
            let mut given: Vec<&str> = given.iter().map(String::as_str).collect();
            given.sort_unstable();
            given.dedup();
            given == text.answer.iter().map(String::as_str).collect::<Vec<_>>()
        }
    }
}

/// Orders the answers as the questions stand on the paper; a question without an answer stays unanswered.
pub fn match_answers(questions: &[PaperQuestion], answers: &[GivenAnswer]) -> Result<Vec<GivenAnswer>, Refusal> {
    let mut given: HashMap<QuestionId, &GivenAnswer> = HashMap::new();
    for (index, answer) in answers.iter().enumerate() {
        if !questions.iter().any(|question| question.id == answer.question_id) {
            return Err(Refusal::NotDealt { index });
        }
        if given.insert(answer.question_id, answer).is_some() {
            return Err(Refusal::AnsweredTwice { index });
        }
    }
    Ok(questions.iter().filter_map(|question| given.get(&question.id).map(|answer| (*answer).clone())).collect())
}

/// Which of the paper's questions were answered rightly, in the paper's order.
pub fn grade(questions: &[PaperQuestion], answers: &[GivenAnswer]) -> Vec<bool> {
    questions
        .iter()
        .map(|question| {
            answers
                .iter()
                .find(|answer| answer.question_id == question.id)
                .is_some_and(|answer| is_right(&question.text, &answer.answer))
        })
        .collect()
}

/// Whether the paper of `day` may be submitted at `now`, and whether that is late.
///
/// On its day anybody may; afterwards, for `grace_seconds`, whoever was recorded as having fetched it on its day.
pub fn may_submit(day: Day, now: Timestamp, grace_seconds: i64, was_fetched: bool) -> Result<bool, Refusal> {
    let today = now.day();
    if day > today {
        return Err(Refusal::NoPaper);
    }
    if day == today {
        return Ok(false);
    }
    if now >= day.next().start().plus_seconds(grace_seconds) {
        return Err(Refusal::DayOver);
    }
    if was_fetched { Ok(true) } else { Err(Refusal::NotFetched) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Ids;
    use crate::quiz::model::Difficulty;

    fn question(kind: QuestionKind, options: &[&str], answer: &[&str]) -> QuestionText {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        QuestionText {
            kind,
            stem: "下井前首先做什么？".into(),
            options: own(options),
            answer: own(answer),
            explanation: String::new(),
            category: "矿山安全".into(),
            difficulty: Difficulty::Easy,
            source: String::new(),
        }
    }

    fn now() -> Timestamp {
        "2026-07-01T08:00:00+08:00".parse().unwrap()
    }

    #[test]
    fn a_question_must_be_answerable() {
        use QuestionKind::*;
        type Case = (QuestionKind, &'static [&'static str], &'static [&'static str], Result<(), Flaw>);
        let cases: [Case; 12] = [
            (Single, &["甲", "乙"], &["B"], Ok(())),
            (Multiple, &["甲", "乙", "丙"], &["C", "A", "A"], Ok(())),
            (Judge, &[], &["true"], Ok(())),
            (Fill, &[], &["敲帮问顶", "问顶"], Ok(())),
            (Single, &["甲", "乙"], &[], Err(Flaw::NoAnswer)),
            (Single, &["甲", "乙"], &["A", "B"], Err(Flaw::WrongAnswerCount)),
            (Multiple, &["甲", "乙"], &["A"], Err(Flaw::WrongAnswerCount)),
            (Single, &["甲", "乙"], &["C"], Err(Flaw::AnswerOutOfRange { letter: "C".into() })),
            (Single, &["甲"], &["A"], Err(Flaw::TooFewOptions)),
            (Single, &["甲", "乙", " 甲 "], &["B"], Err(Flaw::SameOptions { first: 'A', second: 'C' })),
            (Judge, &[], &["A"], Err(Flaw::NotJudgement)),
            (Fill, &["甲"], &["甲"], Err(Flaw::UnwantedOptions)),
        ];
        for (kind, options, answer, expected) in cases {
            let outcome = check_question(question(kind, options, answer)).map(drop);
            assert_eq!(outcome, expected, "{kind} {options:?} {answer:?}");
        }
    }

    #[test]
    fn answers_are_graded_whole_and_blanks_forgivingly() {
        use QuestionKind::*;
        let right = |text: &QuestionText, given: &[&str]| {
            is_right(text, &given.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>())
        };
        let multiple = question(Multiple, &["甲", "乙", "丙"], &["A", "C"]);
        assert!(right(&multiple, &["C", "A"]));
        assert!(!right(&multiple, &["A"]));
        assert!(!right(&multiple, &["A", "B", "C"]));
        assert!(!right(&multiple, &[]));
        let fill = question(Fill, &[], &["CO", "一氧化碳"]);
        assert!(right(&fill, &[" ｃｏ "]));
        assert!(right(&fill, &["一氧 化碳"]));
        assert!(!right(&fill, &[""]));
        assert!(!right(&fill, &["CO", "一氧化碳"]));
    }

    #[test]
    fn white_space_does_not_make_another_question() {
        let one = question(QuestionKind::Single, &["甲A", "乙"], &["A"]);
        let mut two = question(QuestionKind::Single, &["甲 A\u{3000}", "乙"], &["B"]);
        two.stem = "下井前 首先做什么？".into();
        assert_eq!(fingerprint(&one), fingerprint(&two));
        two.options.swap(0, 1);
        assert_ne!(fingerprint(&one), fingerprint(&two));
    }

    #[test]
    fn a_paper_can_be_submitted_on_its_day_and_late_only_if_it_was_fetched() {
        let day: Day = "2026-07-01".parse().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let grace = 6 * 3600;
        for (now, fetched, expected) in [
            ("2026-07-01T00:00:00+08:00", false, Ok(false)),
            ("2026-07-01T23:59:59+08:00", false, Ok(false)),
            ("2026-07-02T00:00:00+08:00", true, Ok(true)),
            ("2026-07-02T05:59:59+08:00", true, Ok(true)),
            ("2026-07-02T00:00:00+08:00", false, Err(Refusal::NotFetched)),
            ("2026-07-02T06:00:00+08:00", true, Err(Refusal::DayOver)),
            ("2026-06-30T23:59:59+08:00", true, Err(Refusal::NoPaper)),
        ] {
            assert_eq!(may_submit(day, at(now), grace, fetched), expected, "{now} {fetched}");
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
}
