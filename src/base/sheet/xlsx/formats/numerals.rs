//! In which digits a number is written: Arabic, wide and Chinese ones.

use super::Section;
use crate::base::text::chinese_digit;

/// In which digits a number is written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Numerals {
    #[default]
    Arabic,
    /// 一二三
    Plain,
    /// 壹贰叁
    Bank,
    /// １２３
    Wide,
}

impl Section {
    /// Digits in the numerals of the section, one by one.
    pub(super) fn digits(&self, text: &str) -> String {
        text.chars()
            .map(|c| match (self.numerals, c.to_digit(10)) {
                (Numerals::Plain, Some(_)) => chinese_digit(c),
                (Numerals::Bank, Some(value)) => bank_digit(value),
                (Numerals::Wide, Some(value)) => char::from_u32(0xFF10 + value).unwrap_or(c),
                _ => c,
            })
            .collect()
    }
}

fn bank_digit(value: u32) -> char {
    "零壹贰叁肆伍陆柒捌玖".chars().nth(value as usize).unwrap_or('零')
}

pub(super) fn chinese_month(month: u32) -> String {
    crate::base::text::chinese_number(month)
}

/// A number as one says it: 一千九百四十九, 壹拾贰.
pub(super) fn spoken(number: u64, numerals: Numerals) -> String {
    let bank = numerals == Numerals::Bank;
    let digit = |value: u64| match bank {
        true => bank_digit(u32::try_from(value).unwrap_or(0)),
        false => chinese_digit(char::from_digit(u32::try_from(value).unwrap_or(0), 10).unwrap_or('0')),
    };
    if number == 0 {
        return digit(0).to_string();
    }
    let small = if bank { ["", "拾", "佰", "仟"] } else { ["", "十", "百", "千"] };
    let large = ["", "万", "亿", "万亿"];
    let mut said = String::new();
    let mut gap = false;
    for group in (0..4_u32).rev() {
        let four = number / 10_u64.pow(group * 4) % 10_000;
        if four == 0 {
            gap |= !said.is_empty();
            continue;
        }
        for place in (0..4_u32).rev() {
            let value = four / 10_u64.pow(place) % 10;
            if value == 0 {
                gap |= !said.is_empty();
                continue;
            }
            if gap {
                said.push(digit(0));
                gap = false;
            }
            said.push(digit(value));
            said.push_str(small[place as usize]);
        }
        gap = false;
        said.push_str(large[group as usize]);
        gap |= four.is_multiple_of(10)
            && !number.is_multiple_of(10_u64.pow(group * 4))
            && number % 10_u64.pow(group * 4) < 10_u64.pow((group * 4).saturating_sub(1));
    }
    said
}
