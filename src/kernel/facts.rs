//! Facts 事实: named measures of what happened, which rooms tell month by month.
//!
//! A room tells the records behind a measure, each with the unit where it counts, and nothing else; the number of a unit is
//! the sum over the records at and below it, so that whoever opens the number finds exactly what made it. A quarter and a
//! year are the sums of their months: nothing is told that would not add up.
//!
//! Tables: `frozen_fact_months`, one row for each fact and month that is final; `frozen_facts`, the sums of that moment by
//! unit, of all units with a record at or below them. Rows come and never change: a difference that comes later is shown
//! beside them.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock, Weak};

use diesel::prelude::*;

use crate::base::capability::Capability;
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::base::time::{Day, Timestamp};
use crate::db::schema::{frozen_fact_months, frozen_facts};
use crate::db::{Conn, DbError, Tx};
use crate::on;

crate::words!(
    /// What the number of a fact says.
    FactMeasure {
        /// How many records, or how many of something they hold.
        Count = "count" / "个数",
        /// The part of those who could, in hundredths of a percent, rounded half up.
        Share = "share" / "占比",
        /// Money in fen.
        Fen = "fen" / "金额",
        /// The mean for each of those who count, in hundredths, rounded half up.
        Mean = "mean" / "均值",
    }
);

/// What a fact is.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// What it is called by in addresses and tables: `room.thing`.
    pub name: &'static str,
    /// In Chinese and in English.
    pub title: (&'static str, &'static str),
    pub measure: FactMeasure,
    /// Whether more of it is better.
    pub higher_is_better: bool,
    /// Why no assessment may use it; `None` where one may.
    pub not_for_assessment: Option<&'static str>,
    /// Who may open the records behind it.
    pub opened_with: Capability,
}

/// A record behind a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is: `meeting`, `idea`, …
    pub kind: &'static str,
    /// Its id, as its own routes name it.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The business day on which it counts.
    pub day: Day,
    /// The unit where it counts.
    pub unit: UnitId,
    /// What it adds: one, so many people, so much money.
    pub amount: i64,
    /// Of how many; 0 where the measure has no denominator.
    pub base: i64,
    /// The day on which it was written down, where people do that and it is known.
    pub entered_on: Option<Day>,
}

/// What records come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub amount: i64,
    /// The denominator; 0 where there is none.
    pub base: i64,
}

impl Sum {
    /// Both together.
    pub fn plus(self, other: Sum) -> Sum {
        Sum { amount: self.amount.saturating_add(other.amount), base: self.base.saturating_add(other.base) }
    }

    /// The number, as the measure says; `None` of nobody.
    pub fn value(self, measure: FactMeasure) -> Option<i64> {
        let times = match measure {
            FactMeasure::Count | FactMeasure::Fen => return Some(self.amount),
            FactMeasure::Share => 10_000,
            FactMeasure::Mean => 100,
        };
        let twice = i128::from(self.amount) * times * 2 + i128::from(self.base);
        (self.base > 0).then(|| i64::try_from(twice.div_euclid(i128::from(self.base) * 2)).unwrap_or(i64::MAX))
    }
}

type Telling = Pin<Box<dyn Future<Output = Result<Vec<Record>, DbError>> + Send>>;

/// A fact with how it is told.
pub struct Fact {
    pub about: About,
    tell: Box<dyn Fn(Span) -> Telling + Send + Sync>,
}

impl Fact {
    /// A fact that `tell` tells with a handle of its own.
    pub fn new<T, F>(handle: T, about: About, tell: impl Fn(T, Span) -> F + Send + Sync + 'static) -> Fact
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = Result<Vec<Record>, DbError>> + Send + 'static,
    {
        Fact { about, tell: Box::new(move |month| Box::pin(tell(handle.clone(), month))) }
    }

    /// Every record of the month, of the whole enterprise, by day and id.
    pub async fn records(&self, month: Span) -> Result<Vec<Record>, DbError> {
        let mut records = (self.tell)(month).await?;
        records.sort_by(|a, b| (a.day, &a.id, a.unit).cmp(&(b.day, &b.id, b.unit)));
        Ok(records)
    }
}

/// The facts of all rooms; clones share them.
#[derive(Clone, Default)]
pub struct Facts(Arc<RwLock<Vec<Arc<Fact>>>>);

impl Facts {
    pub fn admit(&self, facts: Vec<Fact>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(facts.into_iter().map(Arc::new));
    }

    /// All of them, in the order in which rooms were opened.
    pub fn each(&self) -> Vec<Arc<Fact>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The fact of that name.
    pub fn find(&self, name: &str) -> Option<Arc<Fact>> {
        self.each().into_iter().find(|fact| fact.about.name == name)
    }
}

/// The facts as a room looks at them that tells some of them itself: it does not keep them, which would keep the room.
#[derive(Clone)]
pub struct KnownFacts(Weak<RwLock<Vec<Arc<Fact>>>>);

impl Facts {
    /// For rooms that are kept by what they tell.
    pub fn known(&self) -> KnownFacts {
        KnownFacts(Arc::downgrade(&self.0))
    }
}

impl KnownFacts {
    /// The fact of that name; nothing once the program ends.
    pub fn find(&self, name: &str) -> Option<Arc<Fact>> {
        Facts(self.0.upgrade()?).find(name)
    }
}

/// What the records come to for every unit that has one at or below it; `path` tells a unit with those above it.
pub fn sums(records: &[Record], path: impl Fn(UnitId) -> Vec<UnitId>) -> HashMap<UnitId, Sum> {
    let mut own: HashMap<UnitId, Sum> = HashMap::new();
    for Record { unit, amount, base, .. } in records {
        let sum = own.entry(*unit).or_default();
        *sum = sum.plus(Sum { amount: *amount, base: *base });
    }
    let mut all: HashMap<UnitId, Sum> = HashMap::new();
    for (unit, sum) in own {
        for above in path(unit) {
            let whole = all.entry(above).or_default();
            *whole = whole.plus(sum);
        }
    }
    all
}

/// Rows that one statement writes; SQLite takes a bounded number of parameters.
const AT_ONCE: usize = 500;

/// Freezes a month of a fact; one that is frozen already stays as it is.
pub fn freeze(tx: &mut Tx, fact: &str, first: Day, sums: &HashMap<UnitId, Sum>) -> QueryResult<()> {
    let frozen_at = tx.now();
    let month = (
        frozen_fact_months::fact.eq(fact),
        frozen_fact_months::first_on.eq(first),
        frozen_fact_months::frozen_at.eq(frozen_at),
    );
    let put = on!(&mut *tx.conn, c => diesel::insert_into(frozen_fact_months::table)
        .values(month)
        .on_conflict_do_nothing()
        .execute(c))?;
    if put == 0 {
        return Ok(());
    }
    let row = |(unit, sum): (&UnitId, &Sum)| {
        (
            frozen_facts::fact.eq(fact.to_owned()),
            frozen_facts::first_on.eq(first),
            frozen_facts::unit_id.eq(*unit),
            frozen_facts::amount.eq(sum.amount),
            frozen_facts::base.eq(sum.base),
        )
    };
    let rows: Vec<_> = sums.iter().map(row).collect();
    for rows in rows.chunks(AT_ONCE) {
        on!(&mut *tx.conn, c => diesel::insert_into(frozen_facts::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// A month as it was frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frozen {
    pub sum: Sum,
    pub at: Timestamp,
}

/// Which months of the fact from `from` to `until`, both first days and included, are frozen, each with the sum of `unit`.
pub fn list_frozen(
    conn: &mut Conn,
    fact: &str,
    unit: UnitId,
    (from, until): (Day, Day),
) -> QueryResult<HashMap<Day, Frozen>> {
    let months: Vec<(Day, Timestamp)> = on!(&mut *conn, c => frozen_fact_months::table
        .filter(frozen_fact_months::fact.eq(fact))
        .filter(frozen_fact_months::first_on.between(from, until))
        .select((frozen_fact_months::first_on, frozen_fact_months::frozen_at))
        .load(c))?;
    let sums: Vec<(Day, i64, i64)> = on!(conn, c => frozen_facts::table
        .filter(frozen_facts::fact.eq(fact))
        .filter(frozen_facts::unit_id.eq(unit))
        .filter(frozen_facts::first_on.between(from, until))
        .select((frozen_facts::first_on, frozen_facts::amount, frozen_facts::base))
        .load(c))?;
    let sums: HashMap<Day, Sum> = sums.into_iter().map(|(day, amount, base)| (day, Sum { amount, base })).collect();
    let frozen = |(day, at): (Day, Timestamp)| (day, Frozen { sum: sums.get(&day).copied().unwrap_or_default(), at });
    Ok(months.into_iter().map(frozen).collect())
}

/// The months of the fact from `from` to `until`, both first days and included, that are frozen, each with the sums of
/// those of `units` that had any record.
pub fn frozen_of(
    conn: &mut Conn,
    fact: &str,
    units: &[UnitId],
    (from, until): (Day, Day),
) -> QueryResult<HashMap<Day, HashMap<UnitId, Sum>>> {
    let months: Vec<Day> = on!(&mut *conn, c => frozen_fact_months::table
        .filter(frozen_fact_months::fact.eq(fact))
        .filter(frozen_fact_months::first_on.between(from, until))
        .select(frozen_fact_months::first_on)
        .load(c))?;
    let mut frozen: HashMap<Day, HashMap<UnitId, Sum>> =
        months.into_iter().map(|month| (month, HashMap::new())).collect();
    for units in units.chunks(AT_ONCE) {
        let sums: Vec<(UnitId, Day, i64, i64)> = on!(&mut *conn, c => frozen_facts::table
            .filter(frozen_facts::fact.eq(fact))
            .filter(frozen_facts::unit_id.eq_any(units))
            .filter(frozen_facts::first_on.between(from, until))
            .select((frozen_facts::unit_id, frozen_facts::first_on, frozen_facts::amount, frozen_facts::base))
            .load(c))?;
        for (unit, month, amount, base) in sums {
            frozen.entry(month).or_default().insert(unit, Sum { amount, base });
        }
    }
    Ok(frozen)
}

/// The newest month of the fact that is frozen.
pub fn newest_frozen(conn: &mut Conn, fact: &str) -> QueryResult<Option<Day>> {
    on!(conn, c => frozen_fact_months::table
        .filter(frozen_fact_months::fact.eq(fact))
        .select(diesel::dsl::max(frozen_fact_months::first_on))
        .first(c))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_number_is_the_sum_of_what_lies_at_and_below_a_unit() {
        let unit = |n: u128| UnitId::from(Uuid::from_u128(n));
        let record = |at, amount, base| Record {
            kind: "thing",
            id: "1".into(),
            title: String::new(),
            day: "2026-07-01".parse().unwrap(),
            unit: unit(at),
            amount,
            base,
            entered_on: None,
        };
        let records = [record(3, 2, 3), record(3, 1, 3), record(2, 1, 1)];
        let sums = sums(&records, |at| if at == unit(3) { vec![unit(3), unit(1)] } else { vec![at, unit(1)] });
        assert_eq!(sums[&unit(3)], Sum { amount: 3, base: 6 });
        assert_eq!(sums[&unit(1)], Sum { amount: 4, base: 7 });
        assert_eq!(sums.get(&unit(9)), None);
    }

    #[test]
    fn shares_and_means_are_rounded_half_up_and_nobody_has_none() {
        let sum = |amount, base| Sum { amount, base };
        assert_eq!(sum(1, 3).value(FactMeasure::Share), Some(3333));
        assert_eq!(sum(2, 3).value(FactMeasure::Share), Some(6667));
        assert_eq!(sum(1, 800).value(FactMeasure::Share), Some(13)); // 12.5
        assert_eq!(sum(-5, 1000).value(FactMeasure::Mean), Some(0)); // -0.5
        assert_eq!(sum(7, 2).value(FactMeasure::Mean), Some(350));
        assert_eq!(sum(0, 0).value(FactMeasure::Share), None);
        assert_eq!(sum(5, 0).value(FactMeasure::Count), Some(5));
    }
}
