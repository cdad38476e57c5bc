//! The ladder of three grades: which step follows which, and what a grade asks for.

use super::Refusal;
use super::stars::shown;
use crate::honour::honours::model::{GradeMove, GradeRules, GradeState, PartyGrade};

/// Where a step leads to, if it may be taken.
pub fn step(state: GradeState, asked: GradeMove) -> Result<GradeState, Refusal> {
    use GradeMove::{Clear, Find, Grade, Inspect, Rectify, SelfAssess, SendBack};
    match (state, asked) {
        (GradeState::SelfAssessed, Inspect) | (GradeState::Rectified, Clear) => Ok(GradeState::Inspected),
        (GradeState::SelfAssessed, Find) | (GradeState::Rectified, SendBack) => Ok(GradeState::Rectifying),
        (GradeState::Rectifying, Rectify) => Ok(GradeState::Rectified),
        (GradeState::Inspected, Grade) => Ok(GradeState::Graded),
        (state, Inspect | Find | Clear | SendBack | Rectify | Grade | SelfAssess) => {
            Err(Refusal::WrongGradeState(state))
        }
    }
}

/// What a branch has when a grade is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The score of this inspection, in hundredths.
    pub score: i32,
    /// That of the year before.
    pub last_score: Option<i32>,
    pub grade: Option<PartyGrade>,
    /// Full years since it became a model branch.
    pub model_years: i32,
    /// Takes no part in the year.
    pub barred: bool,
    /// Whether a practice of its own was adopted elsewhere.
    pub has_practice: bool,
}

/// How many branches there are, and how many others have a grade at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    pub branches: usize,
    pub models: usize,
    pub red_flags: usize,
}

/// Whether a branch may be given a grade.
pub fn may_grade(rules: &GradeRules, wanted: PartyGrade, standing: &Standing, places: Places) -> Result<(), Refusal> {
    let no = |why: String| Err(Refusal::NotReached(why));
    let Standing { score, last_score, grade, .. } = *standing;
    let points = |score: i32| shown(score.into());
    let lower = grade.and_then(PartyGrade::below);
    if standing.barred && wanted != PartyGrade::Standard && Some(wanted) > lower {
        return no("本年度不参评的党支部不能晋升或保持原等级".into());
    }
    if score < rules.standard {
        // it falls by one grade and no further
        return match grade {
            Some(grade) if wanted == grade.below().unwrap_or(PartyGrade::Standard) => Ok(()),
            Some(_) => no(format!("得分 {} 低于 {} 分，须降低一个等级", points(score), points(rules.standard))),
            None => no(format!("得分 {} 低于 {} 分，不能定级", points(score), points(rules.standard))),
        };
    }
    let twice = score >= rules.model_twice && last_score.is_some_and(|last| last >= rules.model_twice);
    let room = |taken: usize, share: i32| {
        let most = places.branches * usize::try_from(share).unwrap_or(0) / 10_000;
        if taken < most { Ok(()) } else { Err(most) }
    };
    match wanted {
        PartyGrade::Standard => Ok(()),
        PartyGrade::Model if score < rules.model_once && !twice => no(format!(
            "示范型须一年达到 {} 分，或连续两年达到 {} 分；本次 {} 分",
            points(rules.model_once),
            points(rules.model_twice),
            points(score)
        )),
        PartyGrade::Model => room(places.models, rules.model_most)
            .or_else(|most| no(format!("示范型不超过 {}%，至多 {most} 个", points(rules.model_most)))),
        PartyGrade::RedFlag if score < rules.red_flag => {
            no(format!("红旗型须达到 {} 分；本次 {} 分", points(rules.red_flag), points(score)))
        }
        PartyGrade::RedFlag if grade != Some(PartyGrade::RedFlag) && standing.model_years < rules.model_years => {
            no(format!("红旗型须先任示范型满 {} 年", rules.model_years))
        }
        PartyGrade::RedFlag if grade != Some(PartyGrade::RedFlag) && !standing.has_practice => {
            no("红旗型须有一项做法在其他党支部推广，请写明".into())
        }
        PartyGrade::RedFlag => room(places.red_flags, rules.red_flag_most)
            .or_else(|most| no(format!("红旗型不超过 {}%，至多 {most} 个", points(rules.red_flag_most)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::honour::honours::model::StarScheme;

    fn ask(wanted: PartyGrade, score: i32, with: impl Fn(&mut Standing, &mut Places)) -> Result<(), Refusal> {
        let mut standing =
            Standing { score, last_score: None, grade: None, model_years: 0, barred: false, has_practice: true };
        let mut places = Places { branches: 19, models: 0, red_flags: 0 };
        with(&mut standing, &mut places);
        may_grade(&StarScheme::shipped().grades, wanted, &standing, places)
    }

    #[test]
    fn each_grade_asks_for_its_score_its_years_and_its_share() {
        use PartyGrade::{Model, RedFlag, Standard};
        let nothing = |_: &mut Standing, _: &mut Places| {};
        assert_eq!(ask(Standard, 8000, nothing), Ok(()));
        assert!(ask(Standard, 7999, nothing).is_err());
        assert_eq!(ask(Model, 9000, nothing), Ok(()));
        assert!(ask(Model, 8999, nothing).is_err());
        assert_eq!(ask(Model, 8600, |standing, _| standing.last_score = Some(8500)), Ok(()));
        assert!(ask(Model, 9000, |_, places| places.models = 5).is_err(), "three of ten of 19 are 5");
        assert!(ask(RedFlag, 9300, nothing).is_err(), "never a model branch");
        let model = |years: i32| {
            move |standing: &mut Standing, _: &mut Places| (standing.grade, standing.model_years) = (Some(Model), years)
        };
        assert!(ask(RedFlag, 9300, model(0)).is_err());
        assert_eq!(ask(RedFlag, 9200, model(1)), Ok(()));
        assert!(ask(RedFlag, 9199, model(1)).is_err());
        let without = |standing: &mut Standing, _: &mut Places| {
            (standing.grade, standing.model_years, standing.has_practice) = (Some(Model), 1, false);
        };
        assert!(ask(RedFlag, 9300, without).is_err());
        let full = |standing: &mut Standing, places: &mut Places| {
            (standing.grade, standing.model_years, places.red_flags) = (Some(Model), 1, 4);
        };
        assert!(ask(RedFlag, 9300, full).is_err(), "a quarter of 19 are 4");
        // below the line a branch falls by one grade, and no further
        assert_eq!(ask(Model, 7000, |standing, _| standing.grade = Some(RedFlag)), Ok(()));
        assert!(ask(Standard, 7000, |standing, _| standing.grade = Some(RedFlag)).is_err());
        let barred = |standing: &mut Standing, _: &mut Places| (standing.grade, standing.barred) = (Some(Model), true);
        assert!(ask(Model, 9500, barred).is_err());
        assert_eq!(ask(Standard, 9500, barred), Ok(()));
    }

    #[test]
    fn steps_follow_each_other_and_no_other_way() {
        use GradeMove::{Clear, Find, Grade, Inspect, Rectify, SelfAssess, SendBack};
        use GradeState::{Graded, Inspected, Rectified, Rectifying, SelfAssessed};
        let ways = [
            (SelfAssessed, Inspect, Inspected),
            (SelfAssessed, Find, Rectifying),
            (Rectifying, Rectify, Rectified),
            (Rectified, Clear, Inspected),
            (Rectified, SendBack, Rectifying),
            (Inspected, Grade, Graded),
        ];
        for state in GradeState::EACH {
            for asked in GradeMove::EACH {
                let known = ways.iter().find(|(from, by, _)| (from, by) == (state, asked)).map(|(.., to)| *to);
                assert_eq!(step(*state, *asked).ok(), known, "{state:?} {asked:?}");
            }
        }
        assert!(step(Graded, SelfAssess).is_err());
    }
}
