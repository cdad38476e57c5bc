//! Drawing a paper from the bank, dealing it to an attempt, and the letters that a member sees.

use std::collections::{BTreeMap, HashSet};

use super::{Refusal, Shortage, line_shortage};
use crate::learning::contests::model::{DrawLine, Paper, Pool};
use crate::learning::quiz::{self, Candidate, Difficulty, PaperQuestion, QuestionId, QuestionKind, QuestionText};

/// Questions that a pool keeps for each one that an attempt is dealt.
const POOL_FACTOR: usize = 5;
/// Questions in all pools of a paper together.
const POOL_LIMIT: usize = 400;

/// A small generator of numbers (SplitMix64): the same seed gives the same numbers on every machine and in every version.
struct Lots(u64);

impl Lots {
    /// Numbers of their own for each `purpose` under one seed.
    fn new(seed: u64, purpose: u64) -> Lots {
        let mut lots = Lots(seed ^ purpose.wrapping_mul(0xd6e8_feb8_6659_fd93));
        lots.next();
        lots
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not 0.
    fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next()) * bound as u128;
        usize::try_from(wide >> 64).unwrap_or_default()
    }

    fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.below(last + 1));
        }
    }
}

// ── drawing ──

/// Questions with the same category, type and difficulty.
type Kind<'a> = (&'a str, QuestionKind, Difficulty);

/// Questions of each line, in the order of the lines.
pub type Chosen = Vec<(Pool, Vec<QuestionId>)>;

/// Chooses questions for every line, none of them twice; or says which lines cannot be filled.
///
/// Lines may overlap: whether all can be filled together is decided exactly (a flow between lines and kinds of
/// questions), so that a greedy line never takes what another one cannot do without. With `per_attempt` each line gets a
/// pool to deal from, as far as the bank goes.
pub fn draw(lines: &[DrawLine], bank: &[Candidate], per_attempt: bool, seed: u64) -> Result<Chosen, Vec<Shortage>> {
    let mut stock: BTreeMap<Kind<'_>, Vec<QuestionId>> = BTreeMap::new();
    for candidate in bank {
        let kind = (candidate.category.as_str(), candidate.kind, candidate.difficulty);
        stock.entry(kind).or_default().push(candidate.id);
    }
    let kinds: Vec<Kind<'_>> = stock.keys().copied().collect();
    let mut stock: Vec<Vec<QuestionId>> = stock.into_values().collect();
    let flow = fill(lines, &kinds, &stock.iter().map(Vec::len).collect::<Vec<_>>())?;
    let mut lots = Lots::new(seed, 0);
    stock.iter_mut().for_each(|questions| lots.shuffle(questions));
    let mut chosen: Chosen = Vec::with_capacity(lines.len());
    for (line, from) in lines.iter().zip(&flow) {
        let mut ids = Vec::with_capacity(line.count.into());
        for (questions, count) in stock.iter_mut().zip(from) {
            ids.extend(questions.drain(questions.len() - count..));
        }
        chosen.push((Pool { count: line.count.into(), size: ids.len() }, ids));
    }
    if per_attempt {
        widen(lines, &kinds, &mut stock, &mut chosen);
    }
    Ok(chosen)
}

fn fits(line: &DrawLine, kind: &Kind<'_>) -> bool {
    line.category.as_deref().is_none_or(|category| category == kind.0)
        && line.kind.is_none_or(|wanted| wanted == kind.1)
        && line.difficulty.is_none_or(|wanted| wanted == kind.2)
}

/// How many questions of each kind every line takes.
fn fill(lines: &[DrawLine], kinds: &[Kind<'_>], sizes: &[usize]) -> Result<Vec<Vec<usize>>, Vec<Shortage>> {
    let mut flow = Flow { lines, kinds, left: sizes.to_vec(), taken: vec![vec![0; kinds.len()]; lines.len()] };
    let mut short = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let filled = (0..line.count).take_while(|_| flow.take_one(index, &mut HashSet::new())).count();
        let missing = usize::from(line.count) - filled;
        if missing > 0 {
            short.push(line_shortage(index, line, missing));
        }
    }
    if short.is_empty() { Ok(flow.taken) } else { Err(short) }
}

struct Flow<'a> {
    lines: &'a [DrawLine],
    kinds: &'a [Kind<'a>],
    /// Questions of each kind that nobody has taken.
    left: Vec<usize>,
    taken: Vec<Vec<usize>>,
}

impl Flow<'_> {
    /// Gives `line` one question more, if need be by having another line take one of a different kind instead.
    fn take_one(&mut self, line: usize, tried: &mut HashSet<usize>) -> bool {
        tried.insert(line);
        let fitting: Vec<usize> = (0..self.kinds.len()).filter(|k| fits(&self.lines[line], &self.kinds[*k])).collect();
        if let Some(kind) = fitting.iter().copied().find(|kind| self.left[*kind] > 0) {
            self.left[kind] -= 1;
            self.taken[line][kind] += 1;
            return true;
        }
        for kind in fitting {
            for other in 0..self.lines.len() {
                if self.taken[other][kind] > 0 && !tried.contains(&other) && self.take_one(other, tried) {
                    self.taken[other][kind] -= 1;
                    self.taken[line][kind] += 1;
                    return true;
                }
            }
        }
        false
    }
}

/// Adds what is left in the bank to the pools.
fn widen(lines: &[DrawLine], kinds: &[Kind<'_>], stock: &mut [Vec<QuestionId>], chosen: &mut Chosen) {
    let mut room = POOL_LIMIT.saturating_sub(chosen.iter().map(|(_, ids)| ids.len()).sum());
    for (line, (pool, ids)) in lines.iter().zip(chosen) {
        for (kind, questions) in kinds.iter().zip(stock.iter_mut()).filter(|(kind, _)| fits(line, kind)) {
            let wanted = (pool.count * POOL_FACTOR).saturating_sub(ids.len()).min(room).min(questions.len());
            debug_assert!(fits(line, kind));
            ids.extend(questions.drain(questions.len() - wanted..));
            room -= wanted;
        }
        pool.size = ids.len();
    }
}

// ── dealing ──

/// A paper as one attempt sees it: which questions, in which order, with their options in which order.
///
/// A pure function of paper and seed, so that nothing of it is stored and it survives every restart.
pub struct Sheet<'a> {
    paper: &'a Paper,
    seed: u64,
    /// Places in the paper, in the order in which they are shown.
    order: Vec<usize>,
}

impl<'a> Sheet<'a> {
    pub fn deal(paper: &'a Paper, seed: i64) -> Sheet<'a> {
        let seed = seed.cast_unsigned();
        let mut order = Vec::new();
        let mut from = 0;
        for (n, pool) in (1..).zip(&paper.lines) {
            let mut places: Vec<usize> = (from..from + pool.size).collect();
            Lots::new(seed, n).shuffle(&mut places);
            order.extend(places.into_iter().take(pool.count));
            from += pool.size;
        }
        Lots::new(seed, u64::MAX).shuffle(&mut order);
        Sheet { paper, seed, order }
    }

    /// The attempt's questions in canonical form, in the order in which they are shown.
    pub fn questions(&self) -> impl Iterator<Item = &'a PaperQuestion> + '_ {
        self.order.iter().filter_map(|place| self.paper.questions.get(*place))
    }

    /// How many questions the attempt has.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    fn find(&self, id: QuestionId) -> Option<(usize, &'a PaperQuestion)> {
        let found = |place: &usize| self.paper.questions.get(*place).map(|question| (*place, question));
        self.order.iter().filter_map(found).find(|(_, question)| question.id == id)
    }

    /// The questions with their options as they are shown.
    pub fn shown(&self) -> Vec<PaperQuestion> {
        let shown = |place: &usize| {
            let mut question = self.paper.questions.get(*place)?.clone();
            let options = std::mem::take(&mut question.text.options);
            let order = self.order_of(*place, self.paper.questions.get(*place)?);
            question.text.options = order.iter().map(|n| options[*n].clone()).collect();
            question.text.answer = letters_shown(&order, &question.text, &question.text.answer);
            Some(question)
        };
        self.order.iter().filter_map(shown).collect()
    }

    /// The option that stands at each letter. Options that speak of other options keep their places, and so do all of a
    /// question that forbids shuffling.
    fn order_of(&self, place: usize, question: &PaperQuestion) -> Vec<usize> {
        let mut order: Vec<usize> = (0..question.text.options.len()).collect();
        if let Some(movable) = quiz::movable(&question.text) {
            let mut lots = movable.clone();
            Lots::new(self.seed, (1 << 32) + place as u64).shuffle(&mut lots);
            movable.iter().zip(lots).for_each(|(at, option)| order[*at] = option);
        }
        order
    }

    /// A saved answer as the member gave it; `None` when the question was not dealt.
    pub fn given(&self, id: QuestionId, canonical: &[String]) -> Option<Vec<String>> {
        let (place, question) = self.find(id)?;
        Some(letters_shown(&self.order_of(place, question), &question.text, canonical))
    }

    /// What the member sent about a question, in canonical letters.
    pub fn canonical(&self, id: QuestionId, sent: &[String]) -> Result<Vec<String>, Refusal> {
        let (place, question) = self.find(id).ok_or(Refusal::NotDealt)?;
        let meant = quiz::understood(&question.text, sent).map_err(Refusal::BadAnswer)?;
        if !has_letters(question.text.kind) {
            return Ok(meant);
        }
        let order = self.order_of(place, question);
        let canonical = |sent: &String| index_of(sent).and_then(|n| order.get(n)).copied().map(letter);
        let letters: Option<Vec<String>> = meant.iter().map(canonical).collect();
        let mut letters = letters.ok_or(Refusal::BadAnswer("答案不是任何选项的字母"))?;
        letters.sort();
        Ok(letters)
    }
}

/// Canonical letters as they stand in `order`.
fn letters_shown(order: &[usize], text: &QuestionText, letters: &[String]) -> Vec<String> {
    if !has_letters(text.kind) {
        return letters.to_vec();
    }
    let shown = |canonical: usize| order.iter().position(|n| *n == canonical);
    let mut shown: Vec<String> = letters.iter().filter_map(|l| shown(index_of(l)?)).map(letter).collect();
    shown.sort();
    shown
}

fn has_letters(kind: QuestionKind) -> bool {
    matches!(kind, QuestionKind::Single | QuestionKind::Multiple)
}

fn letter(index: usize) -> String {
    char::from(b'A' + u8::try_from(index).unwrap_or(25).min(25)).to_string()
}

fn index_of(letter: &str) -> Option<usize> {
    match letter.as_bytes() {
        [c @ b'A'..=b'Z'] => Some(usize::from(c - b'A')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Ids;
    use crate::base::time::Timestamp;

    fn candidates(ids: &Ids, category: &str, kind: QuestionKind, count: usize) -> Vec<Candidate> {
        let fresh = || ids.fresh(Timestamp::from_micros(0));
        let one = |_| Candidate { id: fresh(), kind, category: category.into(), difficulty: Difficulty::Easy };
        (0..count).map(one).collect()
    }

    fn line(category: Option<&str>, kind: Option<QuestionKind>, count: u16) -> DrawLine {
        let category = category.map(|category| crate::base::text::Text::new(category).unwrap());
        DrawLine { category, kind, difficulty: None, count }
    }

    #[test]
    fn overlapping_lines_are_filled_whenever_that_is_possible() {
        let ids = Ids::default();
        let single = Some(QuestionKind::Single);
        let bank =
            [candidates(&ids, "甲", QuestionKind::Single, 3), candidates(&ids, "甲", QuestionKind::Judge, 3)].concat();
        // the first line could take the single choices that only the second one needs
        let lines = [line(Some("甲"), None, 3), line(None, single, 3)];
        let chosen = draw(&lines, &bank, false, 7).unwrap();
        let all: HashSet<QuestionId> = chosen.iter().flat_map(|(_, ids)| ids).copied().collect();
        assert_eq!(all.len(), 6);
        assert!(chosen[1].1.iter().all(|id| bank.iter().any(|c| c.id == *id && c.kind == QuestionKind::Single)));
        let short = draw(&[line(Some("甲"), None, 3), line(None, single, 5)], &bank, false, 7).unwrap_err();
        assert_eq!(short[0].to_string(), "第 2 条抽题规则（单选题 5 道）还缺 2 道题");
        assert_eq!(draw(&[line(Some("乙"), None, 1)], &bank, true, 7).unwrap_err().len(), 1);
        let pools = draw(&[line(None, single, 1), line(None, None, 1)], &bank, true, 7).unwrap();
        assert_eq!(pools.iter().map(|(pool, ids)| (pool.size, ids.len())).collect::<Vec<_>>(), [(2, 2), (4, 4)]);
    }

    fn paper(ids: &Ids, lines: Vec<Pool>) -> Paper {
        let question = |n: usize| PaperQuestion {
            id: ids.fresh(Timestamp::from_micros(0)),
            version: 1,
            corrections: Vec::new(),
            text: QuestionText {
                kind: QuestionKind::Multiple,
                stem: n.to_string(),
                options: ["甲", "乙", "丙", "丁"].map(String::from).to_vec(),
                answer: vec!["A".into(), "C".into()],
                explanation: String::new(),
                category: String::new(),
                difficulty: Difficulty::Easy,
                source: String::new(),
                keep_order: false,
                any_number: false,
            },
        };
        let size = lines.iter().map(|pool| pool.size).sum();
        Paper { questions: (0..size).map(question).collect(), lines }
    }

    #[test]
    fn what_is_shown_comes_back_as_what_was_meant() {
        let paper = paper(&Ids::default(), vec![Pool { count: 2, size: 9 }, Pool { count: 3, size: 3 }]);
        let mut orders = HashSet::new();
        for seed in -20..20 {
            let sheet = Sheet::deal(&paper, seed);
            let shown = sheet.shown();
            assert_eq!(shown.len(), 5);
            assert_eq!(shown.iter().map(|q| q.id).collect::<HashSet<_>>().len(), 5);
            orders.insert(shown.iter().map(|q| (q.id, q.text.options.clone())).collect::<Vec<_>>());
            for question in &shown {
                let at = |letter: &str| question.text.options[index_of(letter).unwrap()].as_str();
                let mut right: Vec<&str> = question.text.answer.iter().map(|letter| at(letter)).collect();
                right.sort_unstable();
                assert_eq!(right, ["丙", "甲"]);
                let canonical = sheet.canonical(question.id, &question.text.answer).unwrap();
                assert_eq!(canonical, ["A", "C"]);
                assert_eq!(sheet.given(question.id, &canonical).unwrap(), question.text.answer);
                assert!(matches!(sheet.canonical(question.id, &["E".into()]), Err(Refusal::BadAnswer(_))));
            }
        }
        assert_eq!(orders.len(), 40, "every seed has its own order");
        let dealt: HashSet<QuestionId> = Sheet::deal(&paper, 1).questions().map(|q| q.id).collect();
        let other = paper.questions.iter().find(|q| !dealt.contains(&q.id)).unwrap();
        assert_eq!(Sheet::deal(&paper, 1).canonical(other.id, &[]), Err(Refusal::NotDealt));
    }
}
