//! One-time codes 动态口令: six digits that change every 30 seconds (TOTP, RFC 6238, over HMAC-SHA-1, RFC 4226), as every
//! authenticator on a phone makes them. Pure; `now` is an argument.

use subtle::ConstantTimeEq;

use super::crypto::hmac_sha1;
use super::time::Timestamp;

/// Seconds for which one code is shown.
pub const STEP_SECONDS: i64 = 30;
/// Digits of a code.
pub const DIGITS: usize = 6;
/// Bytes of a secret: as many as HMAC-SHA-1 gives, as RFC 4226 recommends.
pub const SECRET_BYTES: usize = 20;
/// Steps before and after the present one whose codes are taken: clocks of phones are off by some seconds.
const DRIFT: i64 = 1;

/// What a typed code is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// It is the code of this step, which has not been used.
    Fits(i64),
    /// It is a code of a step that was used, or of one before that.
    Used,
    Wrong,
}

/// The step that `now` lies in.
pub fn step_of(now: Timestamp) -> i64 {
    now.seconds().div_euclid(STEP_SECONDS)
}

/// The code of one step.
pub fn code(secret: &[u8], step: i64) -> String {
    let mac = hmac_sha1(secret, &step.to_be_bytes());
    let at = usize::from(mac[19] & 15);
    let number = u32::from_be_bytes([mac[at] & 0x7f, mac[at + 1], mac[at + 2], mac[at + 3]]);
    format!("{:0width$}", number % 10_u32.pow(DIGITS as u32), width = DIGITS)
}

/// Holds `typed` against the codes around `now`, all of them, in constant time; `last` is the step that was used last.
pub fn judge(secret: &[u8], typed: &str, now: Timestamp, last: Option<i64>) -> Match {
    let present = step_of(now);
    let mut found = None;
    for step in present - DRIFT..=present + DRIFT {
        if bool::from(code(secret, step).as_bytes().ct_eq(typed.as_bytes())) {
            found = Some(step);
        }
    }
    match found {
        Some(step) if last.is_none_or(|last| step > last) => Match::Fits(step),
        Some(_) => Match::Used,
        None => Match::Wrong,
    }
}

/// Whether `typed` has the form of a code.
pub fn is_code(typed: &str) -> bool {
    typed.len() == DIGITS && typed.bytes().all(|byte| byte.is_ascii_digit())
}

/// A secret as people type it and addresses carry it: base32 without padding (RFC 4648).
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut text, mut bits, mut held) = (String::new(), 0_u32, 0_u32);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(LETTERS[(bits >> held & 31) as usize]));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        text.push(char::from(LETTERS[(bits << (5 - held) & 31) as usize]));
    }
    text
}

/// The address that an authenticator reads from a picture; `issuer` and `account` are what it shows beside the code.
pub fn address(issuer: &str, account: &str, secret: &[u8]) -> String {
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    format!(
        "otpauth://totp/{0}:{1}?secret={2}&issuer={0}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
        encode(issuer),
        encode(account),
        base32(secret)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 6238, appendix B, by their last six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = Timestamp::from_micros(seconds * 1_000_000);
            assert_eq!(code(b"12345678901234567890", step_of(now)), expected, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_one_step_before_and_after_and_once() {
        let (secret, now) = (b"12345678901234567890", Timestamp::from_micros(1_234_567_890_000_000));
        let step = step_of(now);
        for (off, fits) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let found = judge(secret, &code(secret, step + off), now, None);
            assert_eq!(found, if fits { Match::Fits(step + off) } else { Match::Wrong }, "{off}");
        }
        let present = code(secret, step);
        assert_eq!(judge(secret, &present, now, Some(step)), Match::Used);
        assert_eq!(judge(secret, &present, now, Some(step + 1)), Match::Used);
        assert_eq!(judge(secret, &present, now, Some(step - 1)), Match::Fits(step));
        assert_eq!(judge(secret, "", now, None), Match::Wrong);
        assert!(is_code("005924") && !is_code("00592") && !is_code("00592A") && !is_code("００５９２４"));
    }

    #[test]
    fn a_secret_is_written_as_the_standard_says() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        let address = address("示范集团", "E00001", b"foobar");
        assert_eq!(
            address,
            "otpauth://totp/%E7%A4%BA%E8%8C%83%E9%9B%86%E5%9B%A2:E00001?secret=MZXW6YTBOI&issuer=%E7%A4%BA%E8%8C%83%E9%9B%86%E5%9B%A2&algorithm=SHA1&digits=6&period=30"
        );
    }
}
