//! Options as files write them: with letters in front, all in one cell; and options that speak of other options.

/// What stands between a letter and its option.
const AFTER: [char; 8] = ['.', '、', '．', ':', '：', ')', '）', '。'];

/// The options of one cell: `A.甲 B.乙`, `甲|乙`, one in each line, or between semicolons. `None` when they cannot be told
/// apart.
pub(super) fn split(together: &str) -> Option<Vec<String>> {
    if let Some(parts) = by_letters(together) {
        return Some(parts);
    }
    let signs: [&[char]; 5] = [&['|', '｜'], &['\n'], &[';', '；'], &['\t'], &['$']];
    signs.iter().find_map(|signs| {
        let parts: Vec<String> =
            together.split(*signs).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
        (parts.len() >= 2).then_some(parts)
    })
}

/// Cuts where A, B, C … stand one after the other, each with a sign behind it.
fn by_letters(text: &str) -> Option<Vec<String>> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    for (n, (at, c)) in chars.iter().enumerate() {
        let wanted = char::from(b'A' + u8::try_from(cuts.len()).ok().filter(|count| *count < 26)?);
        let before = n.checked_sub(1).map(|n| chars[n].1);
        let opened = before.is_some_and(|c| matches!(c, '(' | '（' | '[' | '【'));
        let stands_apart = before.is_none_or(|c| !c.is_ascii_alphanumeric());
        if super::rules::as_letter(*c) == Some(wanted) && stands_apart {
            let behind = chars.get(n + 1).copied().filter(|(_, c)| AFTER.contains(c) || matches!(c, ']' | '】'));
            if let Some((end, sign)) = behind {
                let start = if opened { chars[n - 1].0 } else { *at };
                cuts.push((start, end + sign.len_utf8()));
            }
        }
    }
    let first = cuts.first()?;
    if cuts.len() < 2 || !text[..first.0].trim().is_empty() {
        return None;
    }
    let ends = cuts.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
    let part = |((_, from), to): (&(usize, usize), usize)| {
        text[*from..to].trim().trim_end_matches([';', '；', '|', ',', '，', '、']).trim().to_owned()
    };
    let parts: Vec<String> = cuts.iter().zip(ends).map(part).collect();
    parts.iter().all(|part| !part.is_empty()).then_some(parts)
}

/// Without the letters in front, when every option bears its own.
pub(super) fn without_letters(options: Vec<String>) -> Vec<String> {
    let bare: Option<Vec<String>> = options.iter().enumerate().map(|(index, option)| bare(option, index)).collect();
    bare.filter(|bare| bare.len() >= 2 && bare.iter().all(|option| !option.is_empty())).unwrap_or(options)
}

/// The option without its letter; `None` when it has none, or another one.
fn bare(option: &str, index: usize) -> Option<String> {
    let option = option.trim();
    let option = option.strip_prefix(['(', '（', '[', '【']).unwrap_or(option);
    let mut chars = option.chars();
    let letter = chars.next().and_then(super::rules::as_letter)?;
    let rest = chars.as_str().trim_start().strip_prefix(|c| AFTER.contains(&c) || matches!(c, ']' | '】'))?;
    (letter == super::rules::letter(index)).then(|| rest.trim().to_owned())
}

/// A single text without a letter in front, whichever it is.
pub(super) fn without_letter(text: &str) -> String {
    (0..super::rules::OPTIONS_LIMIT)
        .find_map(|index| bare(text, index))
        .filter(|rest| !rest.is_empty())
        .unwrap_or_else(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn options_in_one_cell_are_told_apart() {
        for (together, parts) in [
            ("A.甲 B.乙 C.丙", &["甲", "乙", "丙"][..]),
            ("A、甲；B、乙；C、丙；", &["甲", "乙", "丙"]),
            ("（A）甲（B）乙", &["甲", "乙"]),
            ("Ａ．甲\nＢ．乙", &["甲", "乙"]),
            ("a)甲 b)乙", &["甲", "乙"]),
            ("甲|乙|丙", &["甲", "乙", "丙"]),
            ("甲\n乙", &["甲", "乙"]),
            ("甲;乙;丙", &["甲", "乙", "丙"]),
            ("A.甲B.乙C.丙", &["甲", "乙", "丙"]),
        ] {
            assert_eq!(
                split(together).as_deref(),
                Some(parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>().as_slice()),
                "{together}"
            );
        }
        for together in ["甲", "", "甲乙丙", "共A.甲 B.乙"] {
            assert_eq!(split(together), None, "{together}");
        }
    }

    #[test]
    fn letters_in_front_come_off_when_each_bears_its_own() {
        let own = |options: &[&str]| without_letters(options.iter().map(|option| (*option).to_owned()).collect());
        assert_eq!(own(&["A.对", "B.错"]), ["对", "错"]);
        assert_eq!(own(&["Ａ、甲", "（B）乙"]), ["甲", "乙"]);
        assert_eq!(own(&["A.甲", "C.乙"]), ["A.甲", "C.乙"]);
        assert_eq!(own(&["A.甲", "乙"]), ["A.甲", "乙"]);
        assert_eq!(own(&["A型", "B型"]), ["A型", "B型"]);
        assert_eq!(own(&["A.", "B."]), ["A.", "B."]);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[A-Da-d.、．（）()|;甲乙\n ]{0,30}") {
            let _ = (split(&text), without_letter(&text), without_letters(vec![text.clone(), text]));
        }

        #[test]
        fn what_was_put_together_comes_apart(options in prop::collection::vec("[甲乙丙丁]{1,6}", 2..8)) {
            let lettered = |(n, option): (usize, &String)| format!("{}.{option}", char::from(b'A' + n as u8));
            let together: Vec<String> = options.iter().enumerate().map(lettered).collect();
            prop_assert_eq!(split(&together.join(" ")), Some(options.clone()));
            prop_assert_eq!(without_letters(together), options);
        }
    }
}
