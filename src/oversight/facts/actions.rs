//! Telling numbers and what lies behind them, and freezing months.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::rules::{self, Refusal, month_of};
use crate::base::capability::Reach;
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::base::person::Person;
use crate::base::time::{Day, Period, Timestamp};
use crate::db::{Db, DbError, Never, Stop};
use crate::ground::presets::Presets;
use crate::kernel::closing::{self, Closings};
use crate::kernel::facts::{self, Fact, FactMeasure, Facts, Frozen, Record, Sum};
use crate::kernel::memo::Memo;
use crate::kernel::settings::Setting;
use crate::people::members::Directory;
use crate::people::members::coverage::{self, FEWEST, Homes};

type Outcome<T> = Result<T, Stop<Refusal>>;

/// Of this kind stands in the agenda when a month becomes final.
pub(super) const FACTS: &str = "facts";

/// Months of facts that are remembered; a few megabytes each at 60,000 members.
const REMEMBERED: usize = 8;
/// How old a number of a month that is not frozen may be.
const FRESH: Duration = Duration::from_secs(10);

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct FactRoom {
    pub(super) db: Db,
    pub(super) directory: Directory,
    closings: Closings,
    presets: Presets,
    pub(super) facts: Facts,
    closing_days: Setting,
    remembered: Arc<Memo<(&'static str, Day), Vec<Record>>>,
}

/// A period of a series.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub span: Span,
    pub sum: Sum,
    /// Since when it is frozen as a whole.
    pub frozen_at: Option<Timestamp>,
}

/// The number of a unit and a period, with those before it.
pub(super) struct Number {
    pub unit: UnitId,
    pub point: Point,
    /// What the records come to now, where that is something else than what was frozen.
    pub now: Option<Sum>,
    /// Oldest first, the asked one last.
    pub series: Vec<Point>,
}

/// A page of the records behind a number.
pub(super) struct Records {
    /// One more than was asked for, when there are more.
    pub records: Vec<Record>,
    /// Records that are left out, since they are about few members and the reader sees no names.
    pub few: usize,
}

impl FactRoom {
    pub fn new(
        db: Db,
        (directory, closings, presets): (Directory, Closings, Presets),
        facts: Facts,
        closing_days: Setting,
    ) -> Self {
        let remembered = Arc::new(Memo::new(REMEMBERED));
        FactRoom { db, directory, closings, presets, facts, closing_days, remembered }
    }

    /// The fact of that name.
    pub(super) fn fact(&self, name: &str) -> Result<Arc<Fact>, Refusal> {
        self.facts.find(name).ok_or(Refusal::NoSuchFact)
    }

    /// The unit that is meant: `unit`, or the highest one of the reach.
    pub(super) fn unit(&self, reach: &Reach, unit: Option<UnitId>) -> Result<UnitId, Refusal> {
        let tree = self.directory.tree();
        match (unit, reach) {
            (Some(unit), _) => {
                let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
                if reach.covers(&card.path) { Ok(unit) } else { Err(Refusal::OutOfReach) }
            }
            (None, Reach::Everything) => tree.root().ok_or(Refusal::NoSuchUnit),
            (None, Reach::Below(units)) => units.first().copied().ok_or(Refusal::OutOfReach),
        }
    }

    /// The number of `unit` in the period of `day`, and in those before it.
    pub(super) async fn number(
        &self,
        reader: &Person,
        fact: &Fact,
        unit: UnitId,
        (period, day): (Period, Day),
    ) -> Outcome<Number> {
        let spans = rules::series(period, day)?;
        let asked = *spans.last().unwrap_or(&Span::of(period, day));
        let since = self.first_month().await?;
        let name = fact.about.name;
        let stretch = (spans[0].first, month_of(asked.end.previous()).first);
        let frozen = self.db.read(move |conn| facts::list_frozen(conn, name, unit, stretch)).await?;
        let mut series = Vec::new();
        for span in spans.into_iter().filter(|span| span.end > since || *span == asked) {
            series.push(self.point(fact, unit, span, &frozen).await?);
        }
        let point = series.last().copied().ok_or(Refusal::BadPeriod)?;
        if self.tells_of_few(reader, fact, unit, point.sum) {
            return Err(Refusal::TooFew.into());
        }
        let now = match point.frozen_at {
            Some(_) => Some(self.point(fact, unit, asked, &HashMap::new()).await?.sum),
            None => None,
        };
        let now = now.filter(|sum| *sum != point.sum);
        series.retain(|point| !self.tells_of_few(reader, fact, unit, point.sum));
        Ok(Number { unit, point, now, series })
    }

    /// The records behind the number of `unit` in the period of `day`, from the `skip`th on, as they are now.
    pub(super) async fn records(
        &self,
        reader: &Person,
        fact: &Fact,
        unit: UnitId,
        (period, day): (Period, Day),
        (skip, limit): (usize, i64),
    ) -> Outcome<Records> {
        rules::series(period, day)?;
        let span = Span::of(period, day);
        let (mut records, mut few) = (Vec::new(), 0);
        for month in rules::months(span) {
            let homes = self.homes(month).await?;
            for record in self.month(fact, month).await?.iter() {
                if !homes.path(record.unit).contains(&unit) {
                    continue;
                }
                let sum = Sum { amount: record.amount, base: record.base };
                if self.tells_of_few(reader, fact, record.unit, sum) {
                    few += 1;
                } else {
                    records.push(record.clone());
                }
            }
        }
        let limit = usize::try_from(limit + 1).unwrap_or(0);
        Ok(Records { records: records.into_iter().skip(skip).take(limit).collect(), few })
    }

    /// Whether a share would tell what few members did to somebody who sees no names there.
    fn tells_of_few(&self, reader: &Person, fact: &Fact, unit: UnitId, sum: Sum) -> bool {
        let is_of_people = matches!(fact.about.measure, FactMeasure::Share | FactMeasure::Mean);
        let sees_names = || coverage::names(&self.directory.tree(), self.presets.names_above(), reader, unit);
        is_of_people && (1..i64::from(FEWEST)).contains(&sum.base) && !sees_names()
    }

    /// What the months of `span` come to: as they were frozen, or as they are now.
    async fn point(
        &self,
        fact: &Fact,
        unit: UnitId,
        span: Span,
        frozen: &HashMap<Day, Frozen>,
    ) -> Result<Point, DbError> {
        let (mut sum, mut frozen_at, mut is_frozen) = (Sum::default(), None, true);
        for month in rules::months(span) {
            match frozen.get(&month.first) {
                Some(month) => {
                    sum = sum.plus(month.sum);
                    frozen_at = frozen_at.max(Some(month.at));
                }
                None => {
                    is_frozen = false;
                    sum = sum.plus(self.live(fact, unit, month).await?);
                }
            }
        }
        Ok(Point { span, sum, frozen_at: frozen_at.filter(|_| is_frozen) })
    }

    /// What the records of a month come to now.
    async fn live(&self, fact: &Fact, unit: UnitId, month: Span) -> Result<Sum, DbError> {
        if month.first > self.db.today() {
            return Ok(Sum::default());
        }
        let (homes, records) = (self.homes(month).await?, self.month(fact, month).await?);
        let within = records.iter().filter(|record| homes.path(record.unit).contains(&unit));
        let each = within.map(|record| Sum { amount: record.amount, base: record.base });
        Ok(each.fold(Sum::default(), Sum::plus))
    }

    async fn month(&self, fact: &Fact, month: Span) -> Result<Arc<Vec<Record>>, DbError> {
        let key = (fact.about.name, month.first);
        self.remembered.get(&key, FRESH, async || fact.records(month).await).await
    }

    async fn homes(&self, month: Span) -> Result<Homes, DbError> {
        match self.closings.find(Period::Month, month.first).await? {
            Some(closing) => Ok(Homes::Then(self.closings.roster(closing.roster).await?)),
            None => Ok(Homes::Now(self.directory.tree())),
        }
    }

    /// The first day of the first month of which the service knows something.
    async fn first_month(&self) -> Result<Day, DbError> {
        let oldest = self.db.read(closing::oldest_closed_day).await?;
        Ok(month_of(oldest.unwrap_or(self.db.today())).first)
    }

    /// Freezes every month of every fact that is final, each once, however many servers there are. Says when the next
    /// month will be.
    pub(super) async fn freeze(&self) -> Result<Option<Timestamp>, DbError> {
        let now = self.db.now();
        let closing_days = u64::try_from(self.closing_days.get()).unwrap_or(0);
        let first = self.first_month().await?;
        let mut next: Option<Timestamp> = None;
        for fact in self.facts.each() {
            let name = fact.about.name;
            let newest = self.db.read(move |conn| facts::newest_frozen(conn, name)).await?;
            let mut month = month_of(newest.map_or(first, |newest| month_of(newest).end));
            while month.final_after(closing_days) <= now {
                let Some((_, roster)) = self.closings.roster_from(month.end.previous()).await? else {
                    return Ok(None); // its last day is not closed yet; its closing says so
                };
                let records = fact.records(month).await?;
                let sums = Arc::new(facts::sums(&records, |unit| roster.path_from(unit)));
                let write = self
                    .db
                    .write(move |tx| -> Result<(), Stop<Never>> { Ok(facts::freeze(tx, name, month.first, &sums)?) });
                write.await.map_err(DbError::from)?;
                month = month_of(month.end);
            }
            let due = month.final_after(closing_days);
            next = Some(next.map_or(due, |next| next.min(due)));
        }
        Ok(next)
    }
}
