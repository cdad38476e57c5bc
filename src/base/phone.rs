//! Mobile phone numbers as people type, paste and read them.

use super::text::fold;

/// A mobile number as it is stored and compared: eleven digits, without country code and separators.
///
/// Taken are blanks of any kind, hyphens and dashes, dots, brackets, full-width digits, `+86`, `0086` and `86` before the
/// number, and the invisible marks that an address book wraps around what is copied from it. `None` for anything else,
/// so an account name that is no number stays one.
pub fn normal(typed: &str) -> Option<String> {
    let bare: String = fold(typed).chars().filter(|c| !is_separator(*c)).collect();
    let national = ["+86", "0086", "86"].iter().find_map(|code| bare.strip_prefix(code).filter(|rest| is_mobile(rest)));
    let digits = national.unwrap_or(&bare);
    is_mobile(digits).then(|| digits.to_owned())
}

/// A number as it is shown to anyone who need not call: `138****0000`.
pub fn mask(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().collect();
    let (head, tail) = (digits.len().min(3), digits.len().saturating_sub(4).max(3));
    let show = |part: &[char]| part.iter().collect::<String>();
    format!("{}****{}", show(&digits[..head]), show(digits.get(tail..).unwrap_or_default()))
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && digits.starts_with('1') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_separator(c: char) -> bool {
    // after folding, which makes one dash and one dot of all, and takes invisible marks away
    c.is_whitespace() || matches!(c, '-' | '.' | '(' | ')' | '·' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_however_it_was_written() {
        for typed in [
            "13800000000",
            " 138-0000-0000",
            "+86 138 0000 0000",
            "+86-138-0000-0000",
            "（+86）138 0000 0000",
            "0086 13800000000",
            "86 138 0000 0000",
            "１３８００００００００",
            "＋８６１３８００００００００",
            "138\u{3000}0000\u{a0}0000",
            "138–0000—0000",
            "138.0000.0000",
            "\u{202d}138 0000 0000\u{202c}",
        ] {
            assert_eq!(normal(typed).as_deref(), Some("13800000000"), "{typed}");
        }
    }

    #[test]
    fn anything_else_is_no_number() {
        for typed in [
            "",
            "1380000000",
            "138000000000",
            "23800000000",
            "138****0000",
            "1380000000x",
            "E13800000000",
            "+1 13800000000",
        ] {
            assert_eq!(normal(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_masked_number_shows_its_ends_only() {
        assert_eq!(mask("13812345678"), "138****5678");
        assert_eq!(mask("12"), "12****");
    }
}
