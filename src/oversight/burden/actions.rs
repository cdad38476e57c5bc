//! Putting the ledger together.

use std::collections::BTreeMap;

use super::rules::{self, Asked, DaySum, LONGEST_DAYS, Refusal, What};
use crate::base::capability::{Capability, Reach};
use crate::base::id::UnitId;
use crate::base::time::Day;
use crate::db::{Conn, Db, Stop};
use crate::doing::obligations::Obligations;
use crate::doing::reports::Reports;
use crate::ground::notices;
use crate::kernel::settings::Setting;
use crate::learning::quiz::{QUESTION_SECONDS, Quiz};
use crate::learning::{contests, study};
use crate::people::members::Directory;

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

/// From what on a plan asks much.
#[derive(Clone, Debug)]
pub struct Limits {
    pub minutes_per_day: Setting,
    pub prompts_per_week: Setting,
    pub forms_per_month: Setting,
}

impl Default for Limits {
    fn default() -> Limits {
        let limit = |key, title, unit, most, default| {
            Setting::number(key, title, Capability::ManageContent, ((1, most), unit), default)
        };
        Limits {
            minutes_per_day: limit(
                "burden.minutes_per_day",
                ("每人每天学习答题时间的提醒线", "Minutes a day beyond which a plan asks much"),
                "分钟",
                240,
                10,
            ),
            prompts_per_week: limit(
                "burden.prompts_per_week",
                ("每人每周通知条数的提醒线", "Prompts a week beyond which a plan asks much"),
                "条",
                200,
                17,
            ),
            forms_per_month: limit(
                "burden.forms_per_month",
                ("每个组织每月报送项数的提醒线", "Forms a month beyond which a unit is asked much"),
                "项",
                100,
                3,
            ),
        }
    }
}

impl Limits {
    pub fn each(&self) -> [Setting; 3] {
        [self.minutes_per_day.clone(), self.prompts_per_week.clone(), self.forms_per_month.clone()]
    }
}

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Burden {
    pub(super) db: Db,
    pub(super) directory: Directory,
    quiz: Quiz,
    pub(super) obligations: Obligations,
    pub(super) reports: Reports,
    pub(super) limits: Limits,
}

/// What is asked of those at home in a unit.
pub struct Ledger {
    pub unit: UnitId,
    pub days: BTreeMap<Day, DaySum>,
    /// The same of each unit directly below.
    pub children: Vec<(UnitId, BTreeMap<Day, DaySum>)>,
}

impl Burden {
    pub fn new(
        db: Db,
        directory: Directory,
        (quiz, obligations, reports): (Quiz, Obligations, Reports),
        limits: Limits,
    ) -> Self {
        Burden { db, directory, quiz, obligations, reports, limits }
    }

    /// What plans ask of those at home in `unit`, from `from` to `until`, both included.
    pub async fn ledger(&self, reach: &Reach, unit: UnitId, (from, until): (Day, Day)) -> Outcome<Ledger> {
        let tree = self.directory.tree();
        let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
        if !reach.covers(&card.path) {
            return Err(Refusal::OutOfReach.into());
        }
        if until < from || from.plus_days(LONGEST_DAYS) <= until {
            return Err(Refusal::BadStretch.into());
        }
        let asked = self.asked(from, until).await?;
        let below = card.children.iter().filter_map(|child| tree.get(*child));
        let children = below.map(|child| (child.unit.id, rules::by_day(&asked, &child.path, from, until))).collect();
        Ok(Ledger { unit, days: rules::by_day(&asked, &card.path, from, until), children })
    }

    /// Everything that is planned for anybody in those days. A notice has been sent, or will be with what comes out.
    pub(super) async fn asked(&self, from: Day, until: Day) -> Outcome<Vec<Asked>> {
        let papers = self.quiz.asked_between(from, until).await?;
        let now = self.db.now();
        let found = move |conn: &mut Conn| {
            let pushes = study::list_planned(conn, from, until)?;
            let contests = contests::list_planned(conn, from.start(), until.next().start())?;
            let sent = notices::list_sent_to_units(conn, from.start(), until.next().start())?;
            Ok((pushes, contests, sent))
        };
        let (pushes, contests, sent) = self.db.read(found).await?;
        let mut asked = Vec::new();
        for push in pushes {
            let of = |what| Asked { unit: push.unit_id, day: push.day, what };
            asked.push(of(What::Study(push.minimum_seconds.into())));
            asked.extend((push.publish_at > now).then(|| of(What::Prompt)));
        }
        for paper in papers {
            let of = |what| Asked { unit: paper.unit_id, day: paper.day, what };
            asked.push(of(What::Quiz(i64::try_from(paper.questions).unwrap_or(0) * QUESTION_SECONDS)));
            asked.extend((paper.publish_at > now).then(|| of(What::Prompt)));
        }
        for (unit, opens_at, minutes) in contests {
            asked.push(Asked { unit, day: opens_at.day(), what: What::Contest(i64::from(minutes) * 60) });
        }
        asked.extend(sent.into_iter().map(|(unit, at)| Asked { unit, day: at.day(), what: What::Prompt }));
        Ok(asked)
    }
}
