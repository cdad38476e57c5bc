//! When the day's paper comes out, and what is on it.

use chrono::NaiveTime;

use crate::base::capability::Capability;
use crate::base::time::{Day, Timestamp};
use crate::config;
use crate::kernel::calendar::Calendar;
use crate::kernel::settings::{Range, Setting};
use crate::learning::study::Grace;

/// The room's settings, and the grace that it has from study.
#[derive(Clone)]
pub struct Timetable {
    paper_at: Setting,
    paper_questions: Setting,
    paper_categories: Setting,
    grace: Grace,
    pub calendar: Calendar,
}

impl Timetable {
    /// By default what the environment says.
    pub fn new(defaults: &config::Timetable, grace: Grace, calendar: Calendar) -> Timetable {
        let paper_at = Setting::time(
            "quiz.paper_at",
            (
                "每日一答的发布时间（此后设定或抽取的试卷；已设定的不变）",
                "When the day's paper is published, of papers set or drawn from now on; those that are set keep their time",
            ),
            Capability::ManageContent,
            defaults.paper_at,
        )
        .off_the_half_hour();
        let paper_questions = Setting::number(
            "quiz.paper_questions",
            ("自动抽取的每日试卷的题数", "Questions in a drawn daily paper"),
            Capability::ManageContent,
            ((1, 20), "题"),
            defaults.paper_questions.into(),
        );
        let paper_categories = Setting::text(
            "quiz.paper_categories",
            (
                "每日一答自动抽题的分类，以顿号或逗号分隔；空为全部分类",
                "Categories from which the day's paper is drawn, separated by commas; all of them when empty",
            ),
            Capability::ManageContent,
            Range::Words { most: 300 },
            "",
        );
        Timetable { paper_at: paper_at.waking(super::PAPERS), paper_questions, paper_categories, grace, calendar }
    }

    pub fn paper_at(&self) -> NaiveTime {
        self.paper_at.time_of_day()
    }

    /// Whether a paper is drawn for the day when nobody sets one.
    pub fn draws_on(&self, day: Day) -> bool {
        !self.calendar.is_for_rest(day)
    }

    pub fn paper_questions(&self) -> usize {
        self.paper_questions.get_as()
    }

    /// From which categories a paper is drawn; from all of them when none is named.
    pub fn paper_categories(&self) -> Vec<String> {
        let words = self.paper_categories.words();
        let each = words.split(['、', ',', '，', ';', '；']).map(str::trim);
        each.filter(|category| !category.is_empty()).map(str::to_owned).collect()
    }

    /// The first day whose paper can still be handed in at `now`.
    pub fn open_from(&self, now: Timestamp) -> Day {
        self.grace.open_from(now)
    }

    pub fn settings(&self) -> [Setting; 3] {
        [self.paper_at.clone(), self.paper_questions.clone(), self.paper_categories.clone()]
    }
}
