//! The one normalisation by which texts are compared: sign-in, imports, names, options, answers and search go by it,
//! passwords never. `docs/comparing.md` has the table with its sources.
//!
//! What people see and what they typed differ: a phone puts curly quotes where a keyboard has straight ones, a PDF gives
//! radicals instead of characters, an address book wraps invisible marks around a number.

use std::collections::HashMap;
use std::sync::LazyLock;

use pinyin::{ToPinyin, ToPinyinMulti};
use unicode_normalization::UnicodeNormalization;

/// CJK radicals and the characters that they are printed like, in pairs: Unicode's `EquivalentUnifiedIdeograph.txt` for
/// the block CJK Radicals Supplement. Kangxi radicals need no table, NFKC knows them.
const RADICALS: &str = "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕𫜹⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺\
⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂⺺肀⺻聿⺼肉⺽𦥑⺾艹⺿艹⻀艹\
⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇𧢲⻈讠⻉贝⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马\
⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟";

static CHARACTERS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let chars: Vec<char> = RADICALS.chars().collect();
    chars.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
});

/// Whether a character leaves no mark on the page: Unicode's `Default_Ignorable_Code_Point`, and the blanks of Braille and
/// of Hangul that print as nothing.
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// The text as it is kept: as typed, less invisible characters. Those that shape what stands before them stay: joiners
/// and selectors within emoji, and joiners within scripts that need them.
pub fn visible(text: &str) -> String {
    if !text.chars().any(is_invisible) {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let shapes = match (kept.chars().last(), c) {
            (Some(before), '\u{200C}' | '\u{200D}') => {
                let joins = |c: char| is_shaped(c) || c == '\u{FE0F}';
                joins(before) && chars.peek().is_some_and(|next| is_shaped(*next))
            }
            (Some(before), '\u{FE0E}' | '\u{FE0F}') => is_shaped(before) || chars.peek() == Some(&'\u{20E3}'),
            (Some(before), '\u{E0100}'..='\u{E01EF}') => is_han(before),
            _ => false,
        };
        if shapes || !is_invisible(c) {
            kept.push(c);
        }
    }
    kept
}

/// Symbols, emoji, and the scripts whose letters change with a joiner.
const fn is_shaped(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{10FF}' | '\u{1780}'..='\u{18AF}' | '\u{2190}'..='\u{27FF}' | '\u{2900}'..='\u{2BFF}'
        | '\u{1F000}'..='\u{1FAFF}')
}

/// Whether a character is one of Chinese.
pub const fn is_han(c: char) -> bool {
    matches!(c, '〇' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// What stands for a character when texts are compared, before and after Unicode's own table (NFKC).
fn likeness(c: char) -> char {
    match c {
        '“' | '”' | '„' | '‟' | '〝' | '〞' | '〟' | '″' | '＂' | '「' | '」' | '『' | '』' | '«' | '»' => {
            '"'
        }
        '‘' | '’' | '‚' | '‛' | '′' | '＇' | 'ʼ' | '`' | '´' => '\'',
        '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{2212}'
        | '\u{2E3A}'
        | '\u{2E3B}'
        | '\u{FE58}'
        | '\u{FE63}'
        | '\u{2500}'
        | '\u{2501}' => '-',
        '\u{2022}' | '\u{2027}' | '\u{2219}' | '\u{22C5}' | '\u{30FB}' | '\u{FF65}' | '\u{387}' | '\u{2E31}'
        | '\u{2E33}' | '\u{25CF}' => '·',
        '○' | '◯' => '〇',
        '〜' | '∼' => '~',
        '⋯' => '…',
        c => CHARACTERS.get(&c).copied().unwrap_or(c),
    }
}

/// The text in its comparable characters, with its white space as it is: every other comparison starts here.
pub fn standard(text: &str) -> String {
    if text.is_ascii() && !text.contains("--") && !text.contains('`') {
        return text.to_owned();
    }
    let shown = text.chars().filter(|c| !is_invisible(*c)).map(likeness);
    let chars: Vec<char> = shown.nfkc().filter(|c| !is_invisible(*c)).map(likeness).collect();
    let mut out = String::with_capacity(text.len());
    for (at, c) in chars.iter().copied().enumerate() {
        let next_is_han = || chars.get(at + 1).copied().is_some_and(is_han);
        match c {
            '-' if out.ends_with('-') => {}
            // 卡尔.马克思: a dot between characters of Chinese parts a name, whichever dot the keyboard has
            '.' if out.chars().last().is_some_and(is_han) && next_is_han() => out.push('·'),
            c => out.push(c),
        }
    }
    out
}

/// [`standard`] and trimmed; for comparing headers, codes and what stands for something else.
pub fn fold(text: &str) -> String {
    standard(text).trim().to_owned()
}

/// [`fold`] without any white space and in lower case; two texts that print alike compare alike.
pub fn squeeze(text: &str) -> String {
    standard(text).chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// The text with one blank between its words, and radicals as the characters that they are printed like: two texts that
/// agree in this cannot be told apart on a page, while case, width and punctuation count.
pub fn printed(text: &str) -> String {
    let shown = visible(text);
    let words: Vec<&str> = shown.split_whitespace().collect();
    let character = |c: char| match c {
        '\u{2E80}'..='\u{2FDF}' => std::iter::once(CHARACTERS.get(&c).copied().unwrap_or(c)).nfkc().next().unwrap_or(c),
        c => c,
    };
    words.join(" ").nfc().filter(|c| !is_invisible(*c)).map(character).collect()
}

/// The text without how its characters are read: 垚（yáo） is 垚, while 铜(Cu) and 方案(b) stay as they are.
pub fn without_readings(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['(', '（']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let inner = &from[if from.starts_with('(') { 1 } else { '（'.len_utf8() }..];
        let reading = inner.find([')', '）']).map(|end| (&inner[..end], &inner[end..]));
        match (out.chars().last().filter(|c| is_han(*c)), reading) {
            (Some(han), Some((said, after))) if is_reading(han, said) => {
                rest = after.strip_prefix(')').or_else(|| after.strip_prefix('）')).unwrap_or(after);
            }
            _ => {
                out.push_str(&from[..from.len() - inner.len()]);
                rest = inner;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Whether `said` tells how a character, or a word that ends with it, is read.
fn is_reading(han: char, said: &str) -> bool {
    const TONES: &str = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹ";
    let said: String = said.nfc().collect();
    let letters = said.trim();
    let is_pinyin = |c: char| c.is_ascii_lowercase() || TONES.contains(c) || "ü'’ ".contains(c);
    if letters.is_empty() || letters.chars().count() > 40 || !letters.chars().all(is_pinyin) {
        return false;
    }
    letters.contains(|c| TONES.contains(c)) || readings(han).contains(&letters)
}

/// How a character may be read, without tones.
fn readings(c: char) -> Vec<&'static str> {
    let many = c.to_pinyin_multi().map(|all| all.into_iter().map(|one| one.plain()).collect::<Vec<_>>());
    let mut all = many.or_else(|| c.to_pinyin().map(|one| vec![one.plain()])).unwrap_or_default();
    // what only family names are read like
    all.extend(match c {
        '单' => &["shan"][..],
        '仇' => &["qiu"],
        '解' => &["xie"],
        '区' => &["ou"],
        '查' => &["zha"],
        '曾' => &["zeng"],
        '朴' => &["piao"],
        '盖' => &["ge"],
        '尉' => &["yu"],
        '万' => &["mo"],
        '翟' => &["zhai"],
        '缪' => &["miao"],
        '乐' => &["yue"],
        '覃' => &["qin"],
        _ => &[],
    });
    all
}

/// Whether `typed`, small letters, is how a part of `name` is read: by initials (`zs`), in full (`zhangsan`) or mixed.
pub fn reads_as(name: &str, typed: &str) -> bool {
    fn from(chars: &[char], typed: &str) -> bool {
        if typed.is_empty() {
            return true;
        }
        let Some((first, rest)) = chars.split_first() else { return false };
        if first.is_ascii_alphanumeric() {
            let same = typed.starts_with(first.to_ascii_lowercase());
            return same && from(rest, &typed[1..]);
        }
        readings(*first).iter().any(|reading| {
            let shared = reading.bytes().zip(typed.bytes()).take_while(|(one, other)| one == other).count();
            (1..=shared).rev().any(|taken| {
                // a part of a reading stands for all of it only as its initial, or at the end of what was typed
                let whole =
                    taken == reading.len() || taken == 1 || taken == typed.len() || is_initial(&reading[..taken]);
                whole && from(rest, &typed[taken..])
            })
        })
    }
    let is_letters = typed.bytes().all(|byte| byte.is_ascii_lowercase());
    if typed.is_empty() || typed.len() > 30 || !is_letters {
        return false;
    }
    let chars: Vec<char> = standard(name).chars().filter(|c| c.is_alphanumeric()).take(20).collect();
    (0..chars.len()).any(|at| from(&chars[at..], typed))
}

fn is_initial(letters: &str) -> bool {
    matches!(letters, "zh" | "ch" | "sh")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_prints_alike_compares_alike() {
        for (typed, other) in [
            ("119", "\u{200b}119\u{feff}"),
            ("119", "１１９\u{200e}\u{fe0f}"),
            ("“四个自信”", "\"四个自信\""),
            ("“四个自信”", "「四个自信」"),
            ("”四个自信“", "『四个自信』"),
            ("卡尔·马克思", "卡尔•马克思"),
            ("卡尔·马克思", "卡尔‧马克思"),
            ("卡尔·马克思", "卡尔．马克思"),
            ("卡尔·马克思", "卡尔・马克思"),
            ("1921—2021", "1921-2021"),
            ("1921——2021", "1921–2021"),
            ("1921－2021", "1921−2021"),
            ("-5", "−5"),
            ("党's", "党’s"),
            ("长征", "⻓征"),
            ("马克思见", "⻢克思⻅"),
            ("金川", "⾦川"),
            ("二〇二一", "二○二一"),
            ("一带\u{3000}一路", "一带一路"),
        ] {
            assert_eq!(squeeze(typed), squeeze(other), "{typed} {other}");
        }
        for (one, other) in [("3.5", "3·5"), ("甲。乙", "甲·乙"), ("1-5", "15"), ("a/b", "ab"), ("铜(Cu)", "铜")]
        {
            assert_ne!(squeeze(one), squeeze(other));
        }
    }

    #[test]
    fn what_is_kept_is_what_is_seen() {
        assert_eq!(visible("\u{202d}19900020101\u{202c}"), "19900020101");
        assert_eq!(visible("甲\u{200b}乙\u{ad}"), "甲乙");
        let nothing = "\u{200b}\u{3164}\u{2800}\u{200e}\u{200f}\u{feff}\u{ad}\u{2060}\u{e0020}\u{34f}\u{fe0f}\u{115f}\u{180e}\u{202e}";
        assert_eq!(visible(nothing), "");
        for kept in [
            "👨\u{200d}👩\u{200d}👧",
            "❤\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
            "葛\u{e0100}",
            "می\u{200c}خواهم",
            "党建 · 引领",
        ] {
            assert_eq!(visible(kept), kept);
        }
    }

    #[test]
    fn how_a_character_is_read_falls_away() {
        for (typed, bare) in [
            ("垚（yáo）", "垚"),
            ("王垚(yao)矿", "王垚矿"),
            ("重庆(chóng qìng)市", "重庆市"),
            ("铜(Cu)", "铜(Cu)"),
            ("铜(cu)", "铜(cu)"),
            ("方案(b)", "方案(b)"),
            ("(yáo)", "(yáo)"),
            ("甲（乙）丙（", "甲（乙）丙（"),
        ] {
            assert_eq!(without_readings(typed), bare);
        }
    }

    #[test]
    fn a_name_is_found_by_how_it_is_read() {
        for (name, typed) in [
            ("张三", "zs"),
            ("张三", "zhangsan"),
            ("张三", "zhangs"),
            ("张三", "zhs"),
            ("张三", "san"),
            ("单小明", "sxm"),
            ("阿依古丽·买买提", "ayglmmt"),
            ("欧阳小明", "xm"),
        ] {
            assert!(reads_as(name, typed), "{name} {typed}");
        }
        for (name, typed) in [("张三", "zl"), ("张三", "sz"), ("张三", ""), ("张三", "张"), ("张三", "zhasan")]
        {
            assert!(!reads_as(name, typed), "{name} {typed}");
        }
    }

    proptest! {
        #[test]
        fn comparing_again_changes_nothing(text in any::<String>()) {
            let once = standard(&text);
            prop_assert_eq!(standard(&once), once.clone());
            prop_assert_eq!(visible(&visible(&text)), visible(&text));
            prop_assert!(!once.contains(is_invisible));
        }

        #[test]
        fn invisible_characters_make_no_difference(text in "[一-龥a-z0-9“”\\-.·]{0,12}", at in 0..12_usize) {
            let mut with: Vec<char> = text.chars().collect();
            with.insert(at.min(with.len()), '\u{200b}');
            let with: String = with.into_iter().collect();
            prop_assert_eq!(standard(&with), standard(&text));
            prop_assert_eq!(visible(&with), text);
        }
    }
}
