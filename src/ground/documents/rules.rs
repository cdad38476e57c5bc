//! What a document number may be. Pure.

use super::model::DocumentNumber;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::Text;

    #[test]
    fn a_number_has_a_year_and_four_digits_at_most() {
        let of = |year, number| check(&DocumentNumber { prefix: Text::new("金集组发").unwrap(), year, number });
        assert_eq!(of(2022, 7), Ok(()));
        assert_eq!(of(1948, 7).unwrap_err().field, "year");
        assert_eq!(of(2022, 0).unwrap_err().field, "number");
        assert_eq!(of(2022, 10_000).unwrap_err().field, "number");
    }
}
