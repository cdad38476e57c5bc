//! Titles: what terms may say, who meets them, and how a nomination goes on.

use super::Refusal;
use super::stars::shown;
use crate::base::text::squeeze;
use crate::honour::honours::model::{Award, Eligibility, NominationState, Office, TitleMove, TitleStep, TitleTerms};

/// Numbers that a title asks for.
const MOST_FACTS: usize = 5;

/// Checks what a title asks for.
pub fn check_terms(terms: &TitleTerms) -> Result<(), Refusal> {
    let no = |place: &'static str, why: &str| Err(Refusal::Contradiction(place, why.to_owned()));
    if !(1..=10).contains(&terms.criteria.len()) {
        return no("/terms/criteria", "评选条件须为 1 到 10 条");
    }
    if !(1..=500).contains(&terms.quota) {
        return no("/terms/quota", "名额须在 1 到 500 之间");
    }
    let Eligibility { least_points, least_stars, awards, facts } = &terms.eligibility;
    if !least_points.is_none_or(|points| (0..=100_000).contains(&points)) {
        return no("/terms/eligibility", "分数须在 0 到 1000 分之间");
    }
    if !least_stars.is_none_or(|stars| (1..=5).contains(&stars)) {
        return no("/terms/eligibility", "星级须为一到五星");
    }
    if awards.len() > 5 || !awards.iter().all(|award| (1..=20).contains(&award.years)) {
        return no("/terms/eligibility", "须有的荣誉不超过 5 项，年限为 1 到 20 年");
    }
    if facts.len() > MOST_FACTS {
        return no("/terms/eligibility/facts", "须达到的指标不超过 5 项");
    }
    Ok(())
}

/// What is known of somebody who may be nominated.
#[derive(Clone, Debug, Default)]
pub struct Known<'a> {
    /// Points of the year before, in hundredths.
    pub points: i64,
    /// Stars of the year before.
    pub stars: i32,
    /// Honours that were not taken away.
    pub awards: &'a [Award],
    /// Takes no part in the year.
    pub barred: bool,
    /// Numbers of the year before.
    pub reached: &'a [Reached],
}

/// What a unit has of a number that is asked for.
#[derive(Clone, Debug)]
pub struct Reached {
    /// What the fact is called.
    pub title: &'static str,
    pub higher_is_better: bool,
    /// How the number and the bound are written.
    pub shown: fn(i64) -> String,
    /// `None` where there is nobody to count.
    pub value: Option<i64>,
    pub bound: i64,
}

impl Reached {
    /// What is lacking, in words.
    fn lacks(&self) -> Option<String> {
        let Reached { title, higher_is_better, shown, value, bound } = self;
        let (enough, word) = match higher_is_better {
            true => (value.is_some_and(|value| value >= *bound), "须达到"),
            false => (value.is_none_or(|value| value <= *bound), "不得超过"),
        };
        let has = value.map_or("无数据".to_owned(), shown);
        (!enough).then(|| format!("上年{title} {has}，{word} {}", shown(*bound)))
    }
}

/// What somebody lacks for a title of `year`, in words; nothing for who may be nominated.
pub fn lacking(asked: &Eligibility, year: i32, known: &Known<'_>) -> Vec<String> {
    let mut lacking = Vec::new();
    if known.barred {
        lacking.push("本年度不参评".to_owned());
    }
    if let Some(least) = asked.least_points.filter(|least| known.points < i64::from(*least)) {
        lacking.push(format!("上年考评积分 {} 分，须达到 {} 分", shown(known.points), shown(least.into())));
    }
    if let Some(least) = asked.least_stars.filter(|least| known.stars < *least) {
        lacking.push(format!("上年 {} 星，须达到 {least} 星", known.stars));
    }
    for wanted in &asked.awards {
        let title = squeeze(&wanted.title.to_string());
        let within = |award: &&Award| award.year <= year && award.year > year - wanted.years;
        if !known.awards.iter().filter(within).any(|award| squeeze(&award.title).contains(&title)) {
            lacking.push(format!("近 {} 年未获得“{}”", wanted.years, wanted.title));
        }
    }
    lacking.extend(known.reached.iter().filter_map(Reached::lacks));
    lacking
}

/// Whether something may be done about a nomination as it stands.
pub fn check_move(state: NominationState, asked: TitleMove) -> Result<(), Refusal> {
    let may = match asked {
        TitleMove::Forward => state == NominationState::Recommended,
        TitleMove::Agree | TitleMove::Object => state == NominationState::Opinions,
        TitleMove::Choose => state == NominationState::Committee,
        TitleMove::Name => state == NominationState::Shown,
        TitleMove::Refuse => !matches!(state, NominationState::Named | NominationState::Refused),
        TitleMove::Nominate => false,
    };
    if may { Ok(()) } else { Err(Refusal::WrongNominationState(state)) }
}

/// Offices that have not said anything yet.
pub fn unasked(offices: &[Office], steps: &[TitleStep]) -> Vec<Office> {
    offices.iter().copied().filter(|office| !steps.iter().any(|step| step.office == Some(*office))).collect()
}

/// Whether an office objects, by what it said last.
pub fn is_objected(steps: &[TitleStep]) -> bool {
    Office::EACH.iter().any(|office| {
        let last = steps.iter().rfind(|step| step.office == Some(*office));
        last.is_some_and(|step| step.step == TitleMove::Object)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::Text;
    use crate::honour::honours::model::WantedAward;

    #[test]
    fn who_lacks_something_is_told_what() {
        let asked = Eligibility {
            least_points: Some(8000),
            least_stars: Some(3),
            awards: vec![WantedAward { title: Text::new("优秀共产党员").unwrap(), years: 3 }],
            facts: Vec::new(),
        };
        let number = |higher_is_better, value, bound| Reached {
            title: "按期销号率",
            higher_is_better,
            shown: |value| value.to_string(),
            value,
            bound,
        };
        let reached = [
            number(true, Some(94), 95),
            number(true, Some(95), 95),
            number(true, None, 1),
            number(false, Some(3), 2),
            number(false, Some(2), 2),
            number(false, None, 0),
        ];
        let known = Known { points: 7950, stars: 2, awards: &[], barred: true, reached: &reached };
        let found = lacking(&asked, 2026, &known);
        assert_eq!(found.len(), 4 + 3);
        assert_eq!(found[4], "上年按期销号率 94，须达到 95");
        assert_eq!(found[6], "上年按期销号率 3，不得超过 2");
        assert!(found[1].contains("79.5 分") && found[3].contains("优秀共产党员"), "{found:?}");
        let fine = Known { points: 8000, ..Known::default() };
        assert_eq!(lacking(&Eligibility { least_points: Some(8000), ..Eligibility::default() }, 2026, &fine), [""; 0]);
    }

    #[test]
    fn nothing_is_done_out_of_its_turn() {
        use NominationState::{Committee, Named, Opinions, Recommended, Refused, Shown};
        assert_eq!(check_move(Recommended, TitleMove::Forward), Ok(()));
        assert_eq!(check_move(Opinions, TitleMove::Object), Ok(()));
        assert_eq!(check_move(Committee, TitleMove::Choose), Ok(()));
        assert_eq!(check_move(Shown, TitleMove::Refuse), Ok(()));
        for (state, asked) in [
            (Committee, TitleMove::Forward),
            (Opinions, TitleMove::Choose),
            (Named, TitleMove::Refuse),
            (Refused, TitleMove::Name),
        ] {
            assert_eq!(check_move(state, asked), Err(Refusal::WrongNominationState(state)));
        }
    }
}
