//! Text as search compares it, cut into single characters and pairs of neighbours.
//!
//! Chinese is written without spaces, and the words that people look for have one or two characters; so the index knows
//! every character and every pair, of whatever script. Everything here goes character by character: a phrase must be
//! folded to the same characters wherever it stands, or a part of a text would not be found in the whole.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use hanconv::Dictionary;

use super::text::{standard, without_readings};

/// Characters of a text that are compared; what stands beyond is not found.
const MAX_CHARS: usize = 20_000;

/// Characters of a query that are looked at, and words of it.
const MAX_ASKED_CHARS: usize = 64;
const MAX_ASKED_WORDS: usize = 8;

/// OpenCC's table of characters. Its table of phrases (乾坤 keeps its 乾) is left out on purpose, see above.
static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let pair = |(from, to): (&str, &str)| Some((from.chars().next()?, to.chars().next()?));
    Dictionary::TSCharacters.iter().filter_map(pair).filter(|(from, to)| from != to).collect()
});

fn simplify(c: char) -> char {
    if c.is_ascii() { c } else { SIMPLIFIED.get(&c).copied().unwrap_or(c) }
}

/// Compares as everything does (`base::text`), and folds case, traditional characters and how characters are read away; words are parted by one space, the first line ends with a line
/// break if more follows. Idempotent.
pub fn comparable(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut in_title = true;
    let text = standard(&without_readings(text.trim()));
    for c in text.trim().chars().take(MAX_CHARS).flat_map(char::to_lowercase).map(simplify) {
        if c.is_alphanumeric() {
            folded.push(c);
        } else if c == '\n' && in_title {
            in_title = false;
            folded.truncate(folded.trim_end().len());
            folded.push('\n');
        } else if !folded.is_empty() && !folded.ends_with([' ', '\n']) {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The words of what somebody looks for, each of which must stand in what is found.
pub fn words(query: &str) -> Vec<String> {
    let folded: String = comparable(query).chars().take(MAX_ASKED_CHARS).collect();
    let mut words: Vec<String> = Vec::new();
    for word in folded.split_whitespace() {
        if words.len() < MAX_ASKED_WORDS && !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// What the index keeps of a [`comparable`] text: its characters and its pairs, each once.
pub fn all(comparable: &str) -> BTreeSet<String> {
    let singles = comparable.chars().filter(|c| c.is_alphanumeric()).map(String::from);
    singles.chain(pairs(comparable)).collect()
}

/// The pairs of neighbours within each word, in their order; a word of one character stands for itself.
pub fn pairs(comparable: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for word in comparable.split_whitespace() {
        let chars: Vec<char> = word.chars().collect();
        let of_word: Vec<String> = match chars.as_slice() {
            [only] => vec![only.to_string()],
            chars => chars.windows(2).map(|pair| pair.iter().collect()).collect(),
        };
        found.extend(of_word.into_iter().filter(|pair| known.insert(pair.clone())));
    }
    found
}

/// How well a [`comparable`] text answers `words`, `None` when one of them is missing: a word in the first line counts
/// most, the more so the more of the line it is, then how often it occurs.
pub fn relevance(comparable: &str, words: &[String]) -> Option<usize> {
    let title = comparable.lines().next().unwrap_or_default();
    let title_chars = title.chars().count().max(1);
    let of_word = |word: &String| {
        let times = comparable.matches(word.as_str()).take(9).count();
        let share = if title.contains(word.as_str()) { 1_000 + 1_000 * word.chars().count() / title_chars } else { 0 };
        (times > 0).then_some(share + 10 * times)
    };
    words.iter().map(of_word).sum()
}

/// How much of `asked` stands in `other`, in basis points. Of the longer text, what both share of all that is in either
/// (Jaccard), so that a short entry is not the double of every text that mentions it.
pub fn likeness(asked: &BTreeSet<String>, other: &BTreeSet<String>) -> u32 {
    let shared = asked.intersection(other).count();
    let of = if asked.len() <= other.len() { asked.len() } else { asked.len() + other.len() - shared };
    u32::try_from(shared * 10_000 / of.max(1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> BTreeSet<String> {
        pairs(&comparable(text)).into_iter().collect()
    }

    #[test]
    fn texts_that_mean_the_same_compare_alike() {
        for (typed, folded) in [
            ("黨建金點子", "党建金点子"),
            ("  ＥＲＰ系統，第２期!! ", "erp系统 第2期"),
            ("降低電解槽能耗\r\n把槽温…\n再降 5 ℃", "降低电解槽能耗\n把槽温 再降 5 c"),
            ("⻓征路上⾦点子", "长征路上金点子"),
            ("垚（yáo）鑫", "垚鑫"),
            ("党\u{200b}建", "党建"),
            ("！？", ""),
            ("\n\n甲", "甲"),
        ] {
            assert_eq!(comparable(typed), folded, "{typed}");
            assert_eq!(comparable(folded), folded);
        }
    }

    #[test]
    fn a_part_is_made_of_the_grams_of_the_whole() {
        let whole = all(&comparable("关于乾县矿山党建金点子的建议"));
        for part in ["矿", "乾縣", "金点子", "黨建", "的建议"] {
            assert!(pairs(&comparable(part)).iter().all(|gram| whole.contains(gram)), "{part}");
        }
        assert_eq!(pairs("党建金"), ["党建", "建金"]);
        assert_eq!(pairs("党 ab ab"), ["党", "ab"]);
    }

    #[test]
    fn a_query_is_cut_to_a_few_words() {
        assert_eq!(words("党建　 黨建，金点子"), ["党建", "金点子"]);
        assert_eq!(words(&"长".repeat(5_000))[0].chars().count(), MAX_ASKED_CHARS);
        assert_eq!(words("a b c d e f g h i j").len(), MAX_ASKED_WORDS);
        assert!(words(" -- ").is_empty());
    }

    #[test]
    fn the_title_counts_most_and_every_word_must_stand() {
        let asked = words("党建");
        let of = |text: &str| relevance(&comparable(text), &asked);
        assert!(of("党建") > of("党建金点子"));
        assert!(of("党建金点子") > of("金点子\n党建党建党建"));
        assert!(of("金点子\n党建党建") > of("金点子\n党建"));
        assert_eq!(of("党的建设"), None);
    }

    #[test]
    fn likeness_is_a_share() {
        assert_eq!(likeness(&set("降低能耗"), &set("电解槽降低能耗的办法")), 10_000);
        assert_eq!(likeness(&set("降低能耗"), &set("食堂的菜")), 0);
        assert_eq!(likeness(&set("电解槽降低能耗的办法"), &set("能耗")), 1_111);
        assert_eq!(likeness(&set(""), &set("能耗")), 0);
    }
}
