//! What a document number may be. Pure.

use super::model::DocumentNumber;
use crate::base::text::Text;

const YEARS: std::ops::RangeInclusive<u16> = 1949..=2999;
const NUMBERS: std::ops::RangeInclusive<u16> = 1..=9999;

/// A field of a number that cannot stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadNumber {
    /// `year` or `number`.
    pub field: &'static str,
    /// A Chinese sentence.
    pub message: &'static str,
}

/// Checks year and number.
pub fn check(number: &DocumentNumber) -> Result<(), BadNumber> {
    if !YEARS.contains(&number.year) {
        return Err(BadNumber { field: "year", message: "年份不正确" });
    }
    if !NUMBERS.contains(&number.number) {
        return Err(BadNumber { field: "number", message: "文号须在 1 到 9999 之间" });
    }
    Ok(())
}

/// Reads a number as it is written in full, with whatever brackets stand around its year; `None` for anything else.
pub fn parse(text: &str) -> Option<DocumentNumber> {
    let (prefix, rest) = text.trim().split_once(['〔', '［', '[', '（', '('])?;
    let (year, rest) = rest.split_once(['〕', '］', ']', '）', ')'])?;
    let number = rest.trim().strip_suffix('号')?.trim_start_matches('第').trim();
    let number = DocumentNumber {
        prefix: Text::new(prefix).ok()?,
        year: year.trim().parse().ok()?,
        number: number.parse().ok()?,
    };
    check(&number).is_ok().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_is_written() {
        let read = |text: &str| parse(text).map(|number| number.to_string());
        for text in ["金集组发〔2026〕3号", " 金集组发[2026]3号", "金集组发（2026）第3号", "金集组发〔2026〕03号"]
        {
            assert_eq!(read(text).as_deref(), Some("金集组发〔2026〕3号"), "{text}");
        }
        for text in [
            "",
            "关于评选的通知",
            "金集组发2026年3号",
            "〔2026〕3号",
            "金集组发〔26〕3号",
            "金集组发〔2026〕号",
            "金集组发〔2026〕3",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_has_a_year_and_four_digits_at_most() {
        let of = |year, number| check(&DocumentNumber { prefix: Text::new("金集组发").unwrap(), year, number });
        assert_eq!(of(2022, 7), Ok(()));
        assert_eq!(of(1948, 7).unwrap_err().field, "year");
        assert_eq!(of(2022, 0).unwrap_err().field, "number");
        assert_eq!(of(2022, 10_000).unwrap_err().field, "number");
    }
}
