//! Stars: of posts and zones by their honours year after year, of members and branches by the points of a year.

use std::collections::BTreeMap;

use super::Refusal;
use crate::base::text::{in_quotes, squeeze};
use crate::base::time::Day;
use crate::honour::honours::model::{
    Award, AwardId, FunctionalType, HoldingStars, HonourFall, HonourFallKind, PointStars, StarLine, StarScheme, Stars,
};

/// The most that points may be, in hundredths.
const MOST_POINTS: i32 = 100_000;
/// The most stars.
const MOST_STARS: i32 = 5;
const WHOLE: i32 = 10_000;
const MOST_NAMES: usize = 20;
const MOST_NAME: usize = 60;
/// How far ahead a scheme is written.
const DAYS_AHEAD: u64 = 366;

/// Hundredths as people write points.
pub fn shown(hundredths: i64) -> String {
    crate::base::text::decimal(hundredths).trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Checks a scheme before it is written.
pub fn check_scheme(scheme: &StarScheme, from: Day, today: Day) -> Result<(), Refusal> {
    if from <= today || from > today.plus_days(DAYS_AHEAD) {
        return Err(Refusal::BadEffectiveDay);
    }
    let no = |place: &'static str, why: &str| Err(Refusal::Contradiction(place, why.to_owned()));
    for (place, points) in [("/scheme/members", &scheme.members), ("/scheme/branches", &scheme.branches)] {
        let rising = points.thresholds.windows(2).all(|pair| pair[0] < pair[1]);
        let within = points.thresholds.iter().all(|points| (0..=MOST_POINTS).contains(points));
        if !(1..=5).contains(&points.thresholds.len()) || !rising || !within {
            return no(place, "星级分数线须为 1 到 5 个，逐级升高");
        }
        let is_share = |stars: i32, most: i32| (1..=MOST_STARS).contains(&stars) && (0..=WHOLE).contains(&most);
        if points.shares.len() > 5 || !points.shares.iter().all(|share| is_share(share.stars, share.most)) {
            return no(place, "比例须在 0 到 100% 之间，星级须为一到五星");
        }
        if !(0..=MOST_STARS).contains(&points.barred_most) {
            return no(place, "不参评者的星级须在 0 到 5 之间");
        }
    }
    let holdings = &scheme.holdings;
    let is_name = |name: &String| !squeeze(name).is_empty() && name.chars().count() <= MOST_NAME;
    if !(1..=MOST_NAMES).contains(&holdings.titles.len()) || !holdings.titles.iter().all(is_name) {
        return no("/scheme/holdings", "计星的荣誉名称须为 1 到 20 个，每个不超过 60 个字符");
    }
    if !(1..=MOST_STARS).contains(&holdings.most) || !(0..=60).contains(&holdings.bar_months) {
        return no("/scheme/holdings", "最高须为一到五星，摘牌后的月数须在 0 到 60 之间");
    }
    let grades = &scheme.grades;
    let scores = [grades.standard, grades.model_twice, grades.model_once, grades.red_flag];
    if !scores.iter().all(|score| (0..=WHOLE).contains(score)) || !scores.windows(2).all(|pair| pair[0] <= pair[1]) {
        return no("/scheme/grades", "分数线须在 0 到 100 分之间，且逐级不降");
    }
    let shares = [grades.model_most, grades.red_flag_most].iter().all(|share| (0..=WHOLE).contains(share));
    if !shares || !(0..=10).contains(&grades.model_years) || !(1..=365).contains(&grades.rectify_days) {
        return no("/scheme/grades", "比例须在 0 到 100% 之间，年限不超过 10 年，整改期限为 1 到 365 天");
    }
    let keys: std::collections::BTreeSet<&str> = scheme.types.iter().map(|kind| kind.key.as_str()).collect();
    let is_key = |key: &str| (1..=20).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let named = |kind: &FunctionalType| {
        is_key(&kind.key) && is_name(&kind.name) && kind.words.len() <= MOST_NAMES && kind.words.iter().all(is_name)
    };
    if !(1..=10).contains(&scheme.types.len()) || keys.len() != scheme.types.len() || !scheme.types.iter().all(named) {
        return no("/scheme/types", "功能类型须为 1 到 10 个，代号为不重复的小写字母");
    }
    Ok(())
}

/// What happened to a post or a zone.
enum Event<'a> {
    Given(&'a Award),
    TakenAway(&'a Award),
    Fell(&'a HonourFall),
}

/// The day that many months later.
fn months_later(day: Day, months: i32) -> Day {
    let (year, month, of_month) = day.parts();
    let all = year * 12 + i32::try_from(month).unwrap_or(1) - 1 + months;
    let (year, month) = (all.div_euclid(12), u32::try_from(all.rem_euclid(12) + 1).unwrap_or(1));
    (1..=of_month).rev().find_map(|of_month| Day::of(year, month, of_month)).unwrap_or(day)
}

/// Stars of a post or a zone: one for each year with an honour that counts, as long as it was not taken away, less what it
/// lost.
pub fn of_holding(rule: &HoldingStars, awards: &[(Award, bool)], falls: &[HonourFall], as_of: Day) -> Stars {
    let counts = |award: &Award| {
        let title = squeeze(&award.title);
        award.awarded_on <= as_of && rule.titles.iter().any(|known| title.contains(&squeeze(known)))
    };
    let mut events: Vec<(Day, u8, Event<'_>)> = Vec::new();
    for (award, withdrawn) in awards.iter().filter(|(award, _)| counts(award)) {
        let event = if *withdrawn { Event::TakenAway(award) } else { Event::Given(award) };
        events.push((award.awarded_on, 1, event));
    }
    events.extend(falls.iter().filter(|fall| fall.day <= as_of).map(|fall| (fall.day, 0, Event::Fell(fall))));
    events.sort_by_key(|(day, order, event)| {
        let id = match event {
            Event::Given(award) | Event::TakenAway(award) => award.id.uuid(),
            Event::Fell(fall) => fall.id.uuid(),
        };
        (*day, *order, id)
    });
    let (mut stars, mut barred_until) = (0, None::<Day>);
    let mut years: BTreeMap<i32, AwardId> = BTreeMap::new();
    let mut lines = Vec::new();
    for (day, _, event) in events {
        let (year, award_id, text) = match event {
            Event::TakenAway(award) => {
                (award.year, Some(award.id), format!("{}已撤销，不计星", in_quotes(&award.title)))
            }
            Event::Given(award) if barred_until.is_some_and(|until| day < until) => {
                let text = format!("{}在摘牌后 {} 个月内，不计星", in_quotes(&award.title), rule.bar_months);
                (award.year, Some(award.id), text)
            }
            Event::Given(award) if years.contains_key(&award.year) => {
                (award.year, Some(award.id), format!("{}与同一年度的另一项荣誉只计一星", in_quotes(&award.title)))
            }
            Event::Given(award) => {
                years.insert(award.year, award.id);
                let text = match stars >= rule.most {
                    true => format!("{}（{}），已达最高 {} 星", in_quotes(&award.title), award.document, rule.most),
                    false => format!("{}（{}），加一星", in_quotes(&award.title), award.document),
                };
                stars = (stars + 1).min(rule.most);
                (award.year, Some(award.id), text)
            }
            Event::Fell(fall) => {
                let text = match fall.fall {
                    HonourFallKind::Star => {
                        stars = (stars - 1).max(0);
                        format!("降星（{}），减一星", fall.document)
                    }
                    HonourFallKind::Plate => {
                        stars = 0;
                        barred_until = Some(months_later(day, rule.bar_months));
                        format!("摘牌（{}），此前的星级全部取消", fall.document)
                    }
                };
                (day.parts().0, None, text)
            }
        };
        lines.push(StarLine { year, text, award_id, stars });
    }
    Stars { stars, lines }
}

/// Somebody among those who are compared by points.
#[derive(Clone, Copy, Debug)]
pub struct Scored<T> {
    pub who: T,
    /// Hundredths.
    pub points: i64,
    /// Takes no part in the year.
    pub barred: bool,
}

/// Stars by points among all who are compared: everybody has what the thresholds give, unless a share of all is filled by
/// those with more points; equals that do not all fit have one star less.
pub fn by_points<T: Copy + Ord>(rule: &PointStars, year: i32, all: &[Scored<T>]) -> BTreeMap<T, Stars> {
    let reached = |points: i64| {
        let count = rule.thresholds.iter().filter(|threshold| points >= i64::from(**threshold)).count();
        i32::try_from(count).unwrap_or(0)
    };
    let mut found: BTreeMap<T, Stars> = BTreeMap::new();
    for one in all {
        let stars = reached(one.points);
        let line = match usize::try_from(stars - 1).ok().and_then(|at| rule.thresholds.get(at)) {
            Some(threshold) => {
                format!("{} 分，达到{}的 {} 分", shown(one.points), words(stars), shown((*threshold).into()))
            }
            None => {
                let first = rule.thresholds.first().copied().unwrap_or_default();
                format!("{} 分，未达到一星的 {} 分", shown(one.points), shown(first.into()))
            }
        };
        let mut lines = vec![StarLine { year, text: line, award_id: None, stars }];
        let mut stars = stars;
        if one.barred && stars > rule.barred_most {
            stars = rule.barred_most;
            lines.push(StarLine { year, text: "本年度不参评".into(), award_id: None, stars });
        }
        found.insert(one.who, Stars { stars, lines });
    }
    let mut shares = rule.shares.clone();
    shares.sort_by_key(|share| std::cmp::Reverse(share.stars));
    let size = i64::try_from(all.len()).unwrap_or(i64::MAX);
    for share in shares {
        let room = usize::try_from(size * i64::from(share.most) / i64::from(WHOLE)).unwrap_or(0);
        let mut those: Vec<(i64, T)> = all
            .iter()
            .filter(|one| found.get(&one.who).is_some_and(|stars| stars.stars >= share.stars))
            .map(|one| (one.points, one.who))
            .collect();
        if those.len() <= room {
            continue;
        }
        those.sort_by_key(|(points, who)| (std::cmp::Reverse(*points), *who));
        // the points of the first one who does not fit: his equals do not fit either
        let last = those[room].0;
        for (_, who) in those.iter().filter(|(points, _)| *points <= last) {
            let Some(stars) = found.get_mut(who) else { continue };
            stars.stars = share.stars - 1;
            let text = format!(
                "{}以上不超过 {}%（{size} 个中至多 {room} 个），按得分先后未进入，为{}",
                words(share.stars),
                shown(share.most.into()),
                words(stars.stars)
            );
            stars.lines.push(StarLine { year, text, award_id: None, stars: stars.stars });
        }
    }
    found
}

fn words(stars: i32) -> &'static str {
    match stars {
        1 => "一星",
        2 => "二星",
        3 => "三星",
        4 => "四星",
        5 => "五星",
        _ => "无星",
    }
}

/// The functional type of a branch by its name and those of the units above it, with the word that decided.
pub fn type_of<'a>(types: &'a [FunctionalType], names: &[String]) -> Option<(&'a FunctionalType, Option<String>)> {
    let decided = types.iter().find_map(|kind| {
        let word = kind.words.iter().find(|word| names.iter().any(|name| name.contains(word.as_str())))?;
        Some((kind, Some(word.clone())))
    });
    decided.or_else(|| types.iter().find(|kind| kind.words.is_empty()).or(types.last()).map(|kind| (kind, None)))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::time::Timestamp;
    use crate::honour::honours::model::{AwardSource, HonourHolderKind, HonourKind, HonourLevel};

    fn award(n: u128, year: i32, day: &str) -> Award {
        Award {
            id: Uuid::from_u128(n).into(),
            holder_kind: HonourHolderKind::Post,
            member_id: None,
            unit_id: Uuid::nil().into(),
            holder_id: Some(Uuid::nil().into()),
            kind: HonourKind::Honour,
            title: "党员示范岗".into(),
            level: HonourLevel::Enterprise,
            year,
            awarded_on: day.parse().unwrap(),
            document: "集团党发〔2026〕1号".into(),
            issuer: "集团党委".into(),
            source_kind: AwardSource::Import,
            source_id: Uuid::nil().into(),
            cause: n.to_string(),
            code: n.to_string(),
            entered_by: None,
            created_at: Timestamp::from_micros(0),
        }
    }

    fn fall(fall: HonourFallKind, day: &str) -> HonourFall {
        HonourFall {
            id: Uuid::from_u128(99).into(),
            holder_id: Uuid::nil().into(),
            fall,
            day: day.parse().unwrap(),
            document: "集团党发〔2026〕9号".into(),
            entered_by: Uuid::nil().into(),
            created_at: Timestamp::from_micros(0),
        }
    }

    #[test]
    fn a_post_has_a_star_for_each_year_and_loses_what_it_lost() {
        let rule = StarScheme::shipped().holdings;
        let given = |years: &[i32]| -> Vec<(Award, bool)> {
            (1..).zip(years).map(|(n, year)| (award(n, *year, &format!("{year}-07-01")), false)).collect()
        };
        let ask = |years: &[i32], falls: &[HonourFall], as_of: &str| {
            of_holding(&rule, &given(years), falls, as_of.parse().unwrap()).stars
        };
        assert_eq!(ask(&[2022, 2023, 2024], &[], "2026-07-01"), 3);
        assert_eq!(ask(&[2022, 2022, 2024], &[], "2026-07-01"), 2, "once a year");
        assert_eq!(ask(&[2022, 2023, 2024], &[], "2023-12-31"), 2, "as of a day");
        assert_eq!(ask(&[2019, 2020, 2021, 2022, 2023, 2024], &[], "2026-07-01"), 5, "five at most");
        let star = [fall(HonourFallKind::Star, "2024-01-01")];
        assert_eq!(ask(&[2022, 2023, 2024], &star, "2026-07-01"), 2);
        let plate = [fall(HonourFallKind::Plate, "2024-01-31")];
        assert_eq!(ask(&[2022, 2023, 2024, 2025], &plate, "2026-07-01"), 1, "twelve months without a star");
        let mut taken = given(&[2022, 2023]);
        taken[0].1 = true;
        let found = of_holding(&rule, &taken, &[], "2026-07-01".parse().unwrap());
        assert_eq!((found.stars, found.lines.len()), (1, 2));
        assert!(found.lines[0].text.contains("已撤销"), "{:?}", found.lines);
        assert_eq!(months_later("2024-01-31".parse().unwrap(), 1), "2024-02-29".parse().unwrap());
    }

    #[test]
    fn points_give_stars_and_shares_hold_them_back() {
        let rule = StarScheme::shipped().members;
        let ask = |points: &[i64]| -> Vec<i32> {
            let all: Vec<Scored<usize>> =
                points.iter().enumerate().map(|(who, points)| Scored { who, points: *points, barred: false }).collect();
            by_points(&rule, 2025, &all).into_values().map(|stars| stars.stars).collect()
        };
        assert_eq!(ask(&[5999, 6000, 7000, 8000, 0, 0, 0, 0, 0, 0]), [0, 1, 2, 3, 0, 0, 0, 0, 0, 0]);
        assert_eq!(ask(&[9700, 9600, 9100, 9000, 0, 0, 0, 0, 0, 0])[..4], [5, 4, 4, 3], "one of ten, three of ten");
        assert_eq!(ask(&[9700, 9700, 9100, 0, 0, 0, 0, 0, 0, 0])[..3], [4, 4, 4], "equals share the place");
        assert_eq!(ask(&[9700]), [3], "a tenth of one is nobody");
        let barred = [Scored { who: 1, points: 9000, barred: true }];
        assert_eq!(by_points(&rule, 2025, &barred)[&1].stars, 0);
    }

    #[test]
    fn a_type_is_found_by_words_and_the_rest_is_of_the_one_without() {
        let types = StarScheme::shipped().types;
        let of = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            type_of(&types, &names).map(|(kind, word)| (kind.key.clone(), word))
        };
        assert_eq!(of(&["机关第一党支部"]), Some(("management".into(), Some("机关".into()))));
        assert_eq!(of(&["一支部", "动力厂党委"]), Some(("support".into(), Some("动力".into()))));
        assert_eq!(of(&["采矿一支部"]), Some(("innovation".into(), None)));
    }

    #[test]
    fn the_scheme_that_ships_holds_and_a_broken_one_is_refused() {
        let today: Day = "2026-07-01".parse().unwrap();
        let scheme = StarScheme::shipped();
        assert_eq!(check_scheme(&scheme, today.next(), today), Ok(()));
        assert_eq!(check_scheme(&scheme, today, today), Err(Refusal::BadEffectiveDay));
        let mut broken = scheme.clone();
        broken.members.thresholds = vec![7000, 6000];
        assert!(matches!(
            check_scheme(&broken, today.next(), today),
            Err(Refusal::Contradiction("/scheme/members", _))
        ));
        let mut broken = scheme;
        broken.types.clear();
        assert!(matches!(check_scheme(&broken, today.next(), today), Err(Refusal::Contradiction("/scheme/types", _))));
    }
}
