//! What serde and the parsers behind it complain about, said in Chinese. Our own types speak Chinese already; nothing else is
//! passed on as it is.

/// Characters of what was sent that are said again.
const SAID_AGAIN: usize = 40;

/// A complaint about something that was sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The field that is missing, unknown or there twice; `None` where the place says it.
    pub field: Option<String>,
    /// In Chinese.
    pub sentence: String,
}

/// What `message`, made by a deserializer, means.
pub fn of(message: &str) -> Complaint {
    let message = message.rsplit_once(" at line ").map_or(message, |(head, _)| head);
    let quoted = |prefix: &str| message.strip_prefix(prefix)?.split('`').nth(1);
    let about = |field: &str, sentence: String| Complaint { field: Some(field.to_owned()), sentence };
    if let Some(field) = quoted("missing field") {
        return about(field, format!("缺少 {}", cut(field)));
    }
    if let Some(field) = quoted("unknown field") {
        return about(field, format!("没有 {} 这一项", cut(field)));
    }
    if let Some(field) = quoted("duplicate field") {
        return about(field, format!("{} 重复", cut(field)));
    }
    Complaint { field: None, sentence: sentence(message) }
}

/// That `field` is not there.
pub fn missing(field: &str) -> Complaint {
    of(&format!("missing field `{field}`"))
}

fn sentence(message: &str) -> String {
    let (found, wanted) = message.split_once(", expected ").unwrap_or((message, ""));
    if let Some(word) = found.strip_prefix("unknown variant ") {
        return format!("没有“{}”这个取值{}", cut(word.trim_matches('`')), choices(wanted));
    }
    if found.starts_with("invalid type") || found.starts_with("invalid value") || found.starts_with("invalid length") {
        return type_of(wanted).map_or_else(|| "类型或取值不对".into(), |wanted| format!("应为{wanted}"));
    }
    if message.contains("UUID") {
        return "编号格式不对".into();
    }
    // the parsers of numbers and truth values in queries
    if message.contains("`true` or `false`") {
        return "应为 true 或 false".into();
    }
    if ["digit", "integer", "number", "float"].iter().any(|word| message.contains(word)) {
        return "应为整数，且不超出范围".into();
    }
    if message.chars().any(is_han) { message.to_owned() } else { "格式或取值不对".into() }
}

/// The words that may stand there, as serde lists them.
fn choices(wanted: &str) -> String {
    let words: Vec<&str> = wanted.split('`').skip(1).step_by(2).collect();
    if words.is_empty() { String::new() } else { format!("，应为 {} 之一", words.join("、")) }
}

/// What serde wanted, where that can be said.
fn type_of(wanted: &str) -> Option<String> {
    let range = match wanted {
        "u8" => Some(" 0 到 255 的整数"),
        "u16" => Some(" 0 到 65535 的整数"),
        "u32" | "u64" | "u128" | "usize" => Some("不小于 0 的整数"),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => Some("整数"),
        "f32" | "f64" => Some("数字"),
        "a boolean" => Some(" true 或 false"),
        "null" | "unit" => Some(" null"),
        _ => None,
    };
    if let Some(range) = range {
        return Some(range.to_owned());
    }
    let starts = |heads: &[&str]| heads.iter().any(|head| wanted.starts_with(head));
    if wanted.chars().any(is_han) {
        Some(wanted.to_owned())
    } else if starts(&["a sequence", "a tuple", "tuple", "an array", "a list"]) {
        Some("列表".to_owned())
    } else if starts(&["struct", "a map", "map", "internally tagged", "adjacently tagged"]) {
        Some("对象".to_owned())
    } else if wanted.contains("UUID") {
        Some("编号".to_owned())
    } else if starts(&["enum", "variant", "string or map", "a string", "string", "a borrowed string", "a character"]) {
        Some("文字".to_owned())
    } else {
        None
    }
}

/// The beginning of what somebody sent, without what cannot be seen.
pub fn cut(text: &str) -> String {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(SAID_AGAIN).collect();
    if text.chars().count() > SAID_AGAIN {
        shown.push('…');
    }
    shown
}

const fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serde_says_is_said_in_chinese() {
        for (message, field, sentence) in [
            ("missing field `title` at line 1 column 2", Some("title"), "缺少 title"),
            ("unknown field `x`, expected `a` or `b` at line 1 column 5", Some("x"), "没有 x 这一项"),
            ("unknown field `x`, there are no fields", Some("x"), "没有 x 这一项"),
            ("duplicate field `a`", Some("a"), "a 重复"),
            ("invalid type: string \"x\", expected u16 at line 1 column 9", None, "应为 0 到 65535 的整数"),
            ("invalid type: null, expected a boolean", None, "应为 true 或 false"),
            ("invalid length 2, expected struct Plan with 3 elements", None, "应为对象"),
            ("invalid value: integer `-1`, expected something new", None, "类型或取值不对"),
            ("unknown variant `汉`, expected `a` or `b`", None, "没有“汉”这个取值，应为 a、b 之一"),
            ("UUID parsing failed: invalid character", None, "编号格式不对"),
            ("invalid digit found in string", None, "应为整数，且不超出范围"),
            ("provided string was not `true` or `false`", None, "应为 true 或 false"),
            ("data did not match any variant of untagged enum Choice", None, "格式或取值不对"),
            ("应为日期，如 2026-07-01 at line 3 column 4", None, "应为日期，如 2026-07-01"),
        ] {
            let expected = Complaint { field: field.map(str::to_owned), sentence: sentence.to_owned() };
            assert_eq!(of(message), expected, "{message}");
        }
    }

    #[test]
    fn little_of_what_was_sent_is_said_again() {
        assert_eq!(cut("a\u{0}b"), "ab");
        let told = of(&format!("unknown field `{}`", "长".repeat(60_000))).sentence;
        assert_eq!(told, format!("没有 {}… 这一项", "长".repeat(40)));
    }
}
