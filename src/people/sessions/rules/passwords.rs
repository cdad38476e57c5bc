//! Which new passwords are refused. Pure.
//!
//! The commonest come from `common_passwords.txt`, which says where it is from. Beside these a password is refused when
//! it is nothing but words that everybody here thinks of (the enterprise's own, the Party's, the member's) with a year or
//! some plain digits: that is what is tried first by anyone who knows the enterprise. Neither writing them backwards
//! nor doubling letters makes them better. How the enterprise's own words are spelt is not known here: of 示范 only what
//! the units' codes have of it.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

pub const PASSWORD_MIN: usize = 8;
pub const PASSWORD_MAX: usize = 64;
/// The least for holders of privileged duties.
pub const PRIVILEGED_MIN: usize = 10;

/// Whether a password is long enough for privileged duties.
pub fn is_long(password: &str) -> bool {
    password.chars().count() >= PRIVILEGED_MIN
}

/// What is wrong with a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    TooShort,
    /// Long enough for a member, too short for the duties that this one holds.
    TooShortForDuty,
    TooLong,
    OneKind,
    ContainsAccount,
    ContainsName,
    ContainsPhone,
    Common,
    /// Nothing but words of the enterprise, years and plain digits.
    Guessable,
    Unchanged,
}

/// Whose password it is to be.
#[derive(Clone, Debug, Default)]
pub struct Owner {
    pub employee_no: String,
    pub name: String,
    /// Eleven digits.
    pub phone: Option<String>,
    /// Holds, or will hold, a privileged duty.
    pub is_privileged: bool,
    /// What the enterprise calls itself and its units.
    pub words: Vec<String>,
}

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let files = [include_str!("common_passwords.txt"), include_str!("common_passwords_zh.txt")];
    files.iter().flat_map(|file| file.lines()).filter(|line| !line.is_empty() && !line.starts_with("#!")).collect()
});

/// Words that everybody here thinks of, as they are written and as they are spelt.
const WORDS: &str = "先锋 xianfeng 党建 dangjian 党员 dangyuan 党 dang 支部 zhibu 党支部 dangzhibu 党委 dangwei 党组 dangzu \
    党小组 dangxiaozu 总支 zongzhi 共产党 gongchandang 中共 zhonggong 中国 zhongguo china 学习 xuexi 强国 qiangguo \
    不忘初心 buwangchuxin 初心 chuxin 牢记使命 laojishiming 使命 shiming 为人民服务 weirenminfuwu 集团 jituan 公司 gongsi \
    有限 youxian 责任 zeren 股份 gufen 工厂 gongchang 车间 chejian 班组 banzu 管理员 guanliyuan 管理 guanli 书记 shuji \
    组织部 zuzhibu 纪委 jiwei 工会 gonghui 密码 mima 口令 kouling 登录 denglu 用户 yonghu 账号 zhanghao 手机 shouji \
    欢迎 huanying 你好 nihao 我爱你 woaini 我爱 woai 爱 wo ni admin administrator root user test guest login password \
    passwd pass pwd welcome hello iloveyou love qwerty qwer asdf zxcv qaz wsx abc abcd aa aaa";

/// Numbers with a meaning that everybody knows.
const NUMBERS: [&str; 9] = ["520", "521", "1314", "5201314", "168", "147258", "147258369", "112233", "123321"];

/// Checks a new password for its owner: 8 to 64 characters (10 for privileged duties) of at least two kinds, none of the
/// commonest, without the owner's own number, name and phone number, and not to be guessed by who knows the enterprise.
pub fn check(password: &str, owner: &Owner) -> Result<(), Weakness> {
    check_form(password, owner.is_privileged)?;
    let (lower, bare) = (password.to_lowercase(), bare(password));
    if contains(&lower, &owner.employee_no.to_lowercase(), 4) || either_way(&bare, &self::bare(&owner.employee_no), 4) {
        return Err(Weakness::ContainsAccount);
    }
    if contains(&bare, &self::bare(&owner.name), 2) {
        return Err(Weakness::ContainsName);
    }
    // without its first three digits, which say only the network
    if owner.phone.as_deref().and_then(|phone| phone.get(3..)).is_some_and(|phone| either_way(&bare, phone, 8)) {
        return Err(Weakness::ContainsPhone);
    }
    if is_common(&lower) {
        return Err(Weakness::Common);
    }
    let meant = self::bare(&spelt(&lower));
    let is_guessed = |text: &str| {
        is_guessable(text, words_within(text, owner, str::to_owned))
            || is_guessable(&undoubled(text), words_within(&undoubled(text), owner, undoubled))
    };
    if is_guessed(&bare) || is_guessed(&meant) { Err(Weakness::Guessable) } else { Ok(()) }
}

fn check_form(password: &str, is_privileged: bool) -> Result<(), Weakness> {
    let length = password.chars().count();
    // who has to write a longer one is told so at once
    if length < PASSWORD_MIN {
        return Err(if is_privileged { Weakness::TooShortForDuty } else { Weakness::TooShort });
    }
    if length > PASSWORD_MAX {
        return Err(Weakness::TooLong);
    }
    let kinds = [
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    if kinds.iter().filter(|kind| **kind).count() < 2 {
        return Err(Weakness::OneKind);
    }
    if is_privileged && !is_long(password) { Err(Weakness::TooShortForDuty) } else { Ok(()) }
}

/// Letters and digits alone, in lower case and half width: separators make no password better.
fn bare(text: &str) -> String {
    text.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn contains(text: &str, part: &str, least: usize) -> bool {
    part.chars().count() >= least && text.contains(part)
}

/// Whether `part` is in `text`, or is in it backwards.
fn either_way(text: &str, part: &str, least: usize) -> bool {
    contains(text, part, least) || contains(text, &backwards(part), least)
}

fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

/// With one letter where the same one is written several times in a row.
fn undoubled(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        if c.is_ascii_digit() || !kept.ends_with(c) {
            kept.push(c);
        }
    }
    kept
}

/// Whether it is one of the commonest, whatever its capitals, with marks around it or signs in place of letters.
fn is_common(lower: &str) -> bool {
    let trimmed = lower.trim_matches(|c: char| !c.is_alphanumeric());
    [lower, trimmed, &spelt(trimmed)].iter().any(|text| COMMON.contains(text))
}

/// With letters in place of the signs that stand for them, but for the digits at the end, which are meant as digits.
fn spelt(text: &str) -> String {
    let head = text.trim_end_matches(|c: char| c.is_ascii_digit());
    head.chars().map(letter_meant).chain(text[head.len()..].chars()).collect()
}

/// The letter that a sign stands for in `p@ssw0rd`.
fn letter_meant(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// Whether `bare` is nothing but known `words`, years, dates and plain digits, one after the other.
fn is_guessable(bare: &str, words: Vec<String>) -> bool {
    let digits = |from: usize| bare[from..].chars().take_while(char::is_ascii_digit).count();
    // reachable[n]: the first n bytes are such pieces
    let mut reachable = vec![false; bare.len() + 1];
    reachable[0] = true;
    for from in 0..bare.len() {
        if !reachable[from] {
            continue;
        }
        for word in words.iter().filter(|word| bare[from..].starts_with(word.as_str())) {
            reachable[from + word.len()] = true;
        }
        let run = digits(from);
        let is_run = !bare[..from].ends_with(|c: char| c.is_ascii_digit());
        for length in 1..=run {
            // up to three digits are plain by themselves, and no part of a longer number
            let is_short = length <= 3 && is_run && length == run;
            reachable[from + length] |= is_short || length > 2 && is_plain(&bare[from..from + length]);
        }
    }
    reachable[bare.len()]
}

/// The known words that `bare` has somewhere, each as `form` writes it, or backwards.
fn words_within(bare: &str, owner: &Owner, form: fn(&str) -> String) -> Vec<String> {
    let number = self::bare(&owner.employee_no);
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let own = [number, digits].into_iter().filter(|own| own.chars().count() >= 2);
    let known = WORDS.split_whitespace().chain(NUMBERS).map(str::to_owned);
    let each_way = known.chain(own).flat_map(|word| [form(&word), backwards(&form(&word))]);
    let mut found: Vec<String> = each_way.filter(|word| bare.contains(word.as_str())).collect();
    for name in &owner.words {
        let name = form(&self::bare(name));
        found.extend(beginnings_within(bare, &name, str::to_owned));
        found.extend(beginnings_within(bare, &name, backwards));
    }
    found
}

/// The beginnings of a name that `bare` has somewhere, as `way` turns them: of 铜陵有色集团 people write 铜陵, too. Two
/// letters mean something only where they are the whole name, such as a unit's code.
fn beginnings_within(bare: &str, name: &str, way: fn(&str) -> String) -> Vec<String> {
    let ends = name.char_indices().map(|(at, c)| at + c.len_utf8());
    let least = if name.is_ascii() && name.len() > 2 { 3 } else { 2 };
    // a longer one has the shorter one in it
    ends.skip(least - 1).map(|end| way(&name[..end])).take_while(|part| bare.contains(part.as_str())).collect()
}

/// Whether three digits or more are a year, a date, a run such as 1234 or 4321, or one digit again and again.
fn is_plain(digits: &str) -> bool {
    let values: Vec<i16> = digits.bytes().map(|byte| i16::from(byte) - i16::from(b'0')).collect();
    let steps = |by: i16| values.windows(2).all(|pair| (pair[1] - pair[0] - by).rem_euclid(10) == 0);
    is_year_or_date(digits) || steps(0) || steps(1) || steps(-1)
}

fn is_year_or_date(digits: &str) -> bool {
    let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    let within =
        |range: std::ops::Range<usize>, least, most| number(range).is_some_and(|n| (least..=most).contains(&n));
    let is_year = within(0..4, 1900, 2099);
    match digits.len() {
        4 => is_year || within(0..2, 1, 12) && within(2..4, 1, 31),
        6 => is_year && within(4..6, 1, 12) || within(2..4, 1, 12) && within(4..6, 1, 31),
        8 => is_year && within(4..6, 1, 12) && within(6..8, 1, 31),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        Owner {
            employee_no: "E00123".into(),
            name: "王小明".into(),
            phone: Some("13912345678".into()),
            is_privileged: false,
            words: vec!["铜陵有色集团党委".into(), "第一冶炼厂党委".into(), "DW1".into(), "SF".into()],
        }
    }

    #[test]
    fn a_password_must_be_neither_short_nor_plain_nor_its_owners() {
        for (password, expected) in [
            ("short1", Err(Weakness::TooShort)),
            ("12345678", Err(Weakness::OneKind)),
            ("党建引领党建引领", Err(Weakness::OneKind)),
            ("xf-E00123", Err(Weakness::ContainsAccount)),
            ("e-00-123-abc", Err(Weakness::ContainsAccount)),
            ("爱笑的王小明#7", Err(Weakness::ContainsName)),
            ("my13912345678", Err(Weakness::ContainsPhone)),
            ("tel 1234-5678", Err(Weakness::ContainsPhone)),
            ("xf-32100E-x", Err(Weakness::ContainsAccount)),
            ("tel 8765-4321", Err(Weakness::ContainsPhone)),
            ("Passw0rd", Err(Weakness::Common)),
            ("P@ssw0rd!", Err(Weakness::Common)),
            ("Qwer1234", Err(Weakness::Common)),
            ("woaini1314", Err(Weakness::Common)),
            ("铜花飞扬 2026", Ok(())),
            ("lianhua-2026", Ok(())),
            ("tonghua-2026", Ok(())),
            ("7k2m-9qxt-04cd", Ok(())),
        ] {
            assert_eq!(check(password, &owner()), expected, "{password}");
        }
        assert_eq!(check(&"a1".repeat(33), &owner()), Err(Weakness::TooLong));
    }

    #[test]
    fn words_of_the_enterprise_with_years_and_plain_digits_are_guessed() {
        for password in [
            "xianfeng2026",
            "Xianfeng@2026",
            "先锋党建2026",
            "铜陵有色2026",
            "铜陵有色集团123",
            "第一冶炼厂党委88",
            "dangyuan_1921",
            "dangjian-19210701",
            "2025/2026",
            "1999-12-31",
            "dw1-xianfeng",
            "zhibu-0123 admin",
            "先锋先锋先锋12",
            "xianfeng-847",
            "847xianfeng",
            "2026DW1xianfeng",
            "sf-2026-sf",
            "SF20262026",
            "gnefnaix2026",
            "锋先2026先锋",
            "xxiiaannffeenngg1921",
            "Xianfengg@2026",
            "ppaasswword-2026",
        ] {
            assert_eq!(check(password, &owner()), Err(Weakness::Guessable), "{password}");
        }
        for password in ["xianfeng-4711", "先锋号角 2026", "铜陵江边 2026", "dangjian-82946"] {
            assert_eq!(check(password, &owner()), Ok(()), "{password}");
        }
    }

    #[test]
    fn privileged_duties_need_ten_characters() {
        let privileged = Owner { is_privileged: true, ..owner() };
        assert_eq!(check("lh-20-xq8", &owner()), Ok(()));
        for short in ["lh-20-xq8", "lh-20"] {
            assert_eq!(check(short, &privileged), Err(Weakness::TooShortForDuty), "{short}");
        }
        assert_eq!(check("lh-20-xq88", &privileged), Ok(()));
    }

    #[test]
    fn ten_thousand_common_passwords_are_known_in_lower_case() {
        assert!(COMMON.len() >= 10_000, "{}", COMMON.len());
        assert!(COMMON.iter().all(|password| !password.chars().any(char::is_uppercase)));
    }
}
