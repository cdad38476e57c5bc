//! What a header says, whatever stands around it: notes in brackets, marks, blanks, numbers.

use crate::base::text::fold;

/// Marks that say nothing about what stands in a column.
const MARKS: &[char] =
    &['*', '※', '★', '☆', '▲', '△', '■', ':', '?', '!', '、', '.', ',', '-', '_', '#', '"', '·', '>', '<', '/', '|'];

/// Words that say only whether a column must be filled.
const WORDS: &[&str] = &["非必填", "必填项", "选填项", "必填", "选填", "可选", "可不填", "可空", "必选", "可留空"];

/// A header in the forms in which it may be one that is known, the most exact first: with what its brackets say, and
/// without them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    forms: [String; 3],
}

impl Header {
    pub(super) fn of(text: &str) -> Header {
        let text = fold(text);
        let said: String = text.chars().filter(|c| !is_bracket(*c)).collect();
        Header { forms: [bare(&text), bare(&said), bare(&outside(&text))] }
    }

    /// How exactly it is `name`, which is given as [`known`] makes it: 0 is exact.
    pub(super) fn is(&self, name: &str) -> Option<usize> {
        self.forms.iter().position(|form| !form.is_empty() && form == name)
    }

    /// Says nothing at all.
    pub(super) fn is_blank(&self) -> bool {
        self.forms[0].is_empty()
    }
}

/// A name of a column as headers are compared with it.
pub(super) fn known(name: &str) -> String {
    bare(&fold(name))
}

/// Without blanks, marks at the ends, numbers before it, and words that only say that it must be filled; in small letters.
fn bare(text: &str) -> String {
    let mut text: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    loop {
        let before = text.len();
        text = text.trim_matches(MARKS).to_owned();
        for word in WORDS {
            if let Some(rest) = text.strip_suffix(word).or_else(|| text.strip_prefix(word)) {
                text = rest.to_owned();
            }
        }
        if text.len() == before {
            break;
        }
    }
    // "1.题干" and "3、选项A"; a header that is a number stays one
    let unnumbered = text.trim_start_matches(|c: char| c.is_ascii_digit());
    match unnumbered.strip_prefix(['.', '、', ')', ':']) {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => text,
    }
}

const fn is_bracket(c: char) -> bool {
    matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | '【' | '】' | '〔' | '〕' | '〖' | '〗' | '《' | '》' | '<' | '>')
}

/// What stands outside brackets; one that is not closed goes to the end.
fn outside(text: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    for c in text.chars() {
        match c {
            '(' | '[' | '{' | '【' | '〔' | '〖' | '<' | '《' => depth += 1,
            ')' | ']' | '}' | '】' | '〕' | '〗' | '>' | '》' => depth = depth.saturating_sub(1),
            c if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_known_whatever_stands_around_it() {
        for (header, name, exactness) in [
            ("题干", "题干", Some(0)),
            ("＊题 干：", "题干", Some(0)),
            ("题目（必填）", "题目", Some(1)),
            ("手机号（选填）", "手机号", Some(1)),
            ("手机号\n(11位数字)", "手机号", Some(2)),
            ("选项（A）", "选项A", Some(1)),
            ("选项a【必填】", "选项A", Some(1)),
            ("手机号-选填", "手机号", Some(0)),
            ("必填*工号", "工号", Some(0)),
            ("3、选项A", "选项A", Some(0)),
            ("答案（多选连写", "答案", Some(2)),
            ("Ｅ选项", "E选项", Some(0)),
            ("（必填）", "题干", None),
            ("题干说明", "题干", None),
        ] {
            assert_eq!(Header::of(header).is(&known(name)), exactness, "{header}");
        }
        assert!(Header::of(" ＊ ").is_blank());
    }
}
