//! Stars: the schemes by which they are counted, what posts and zones lost, and who has how many and why.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;
use uuid::Uuid;

use super::actions::{Barred, Honours, Outcome, by_holder, note, numbered};
use super::model::{
    Award, Awarded, HolderId, HolderRow, HonourFall, HonourFallKind, HonourHolderKind, StarBook, StarScheme,
    StarSubject, StarVersion, Stars,
};
use super::rules::stars::{self as rules, Scored};
use super::rules::{self as room_rules, Refusal};
use super::store;
use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::own_case::Judgement;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{Conn, DbError};
use crate::honour::appraisal;
use crate::kernel::idempotency;
use crate::people::members::directory::MemberCard;
use crate::people::members::model::{MemberKind, MemberStatus};

/// Holders that are read in one query.
const CHUNK: usize = 500;

/// How many stars somebody has, and why.
#[derive(Clone, Debug)]
pub(super) struct Level {
    pub id: Uuid,
    pub name: String,
    pub unit: UnitId,
    pub stars: Stars,
}

/// Of which instant stars are asked.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    /// Of members and branches: a year.
    Year(i32),
    /// Of posts and zones: a day.
    AsOf(Day),
}

impl Honours {
    /// Every version of the scheme.
    pub(super) async fn star_book(&self) -> Result<StarBook, DbError> {
        self.db.read(book).await
    }

    /// Writes the next version.
    pub(super) async fn write_star_scheme(
        &self,
        by: MemberId,
        (scheme, from, basis): (StarScheme, Day, String),
        key: Option<IdempotencyKey>,
    ) -> Outcome<StarVersion> {
        rules::check_scheme(&scheme, from, self.db.today())?;
        self.db
            .write(move |tx| {
                tx.take_turn_on("star_schemes")?;
                let version = idempotency::once(tx, key.as_ref(), |tx| -> Outcome<i32> {
                    let version = store::stars::highest(tx.conn)? + 1;
                    let now = tx.now();
                    if !store::stars::insert(tx.conn, (version, &scheme), (&basis, from), (by, now))? {
                        return Err(Refusal::ChangedMeanwhile.into());
                    }
                    let detail = json!({ "version": version, "effective_on": from, "basis": basis });
                    note(tx, Some(by), "honours.write_scheme", ("star_schemes", Uuid::nil()), detail)?;
                    Ok(version)
                })?;
                Ok(book(tx.conn)?.version(version).cloned().ok_or(Refusal::NoSuchVersion)?)
            })
            .await
    }

    /// Takes back a version that is not in force yet.
    pub(super) async fn withdraw_star_scheme(&self, by: MemberId, version: i32) -> Outcome<()> {
        self.db
            .write(move |tx| {
                tx.take_turn_on("star_schemes")?;
                let book = book(tx.conn)?;
                let found = book.version(version).ok_or(Refusal::NoSuchVersion)?;
                if found.effective_on.is_none_or(|from| from <= tx.today()) {
                    return Err(Refusal::InForce.into());
                }
                let now = tx.now();
                store::stars::withdraw(tx.conn, version, now)?;
                let detail = json!({ "version": version });
                Ok(note(tx, Some(by), "honours.withdraw_scheme", ("star_schemes", Uuid::nil()), detail)?)
            })
            .await
    }

    /// Takes a star, or the plate, from a post or a zone.
    pub(super) async fn fell(
        &self,
        person: &Arc<Person>,
        id: HolderId,
        (fall, day, document): (HonourFallKind, Day, String),
    ) -> Outcome<Level> {
        let document = numbered(&document)?;
        if day > self.db.today() || day.parts().0 < room_rules::FIRST_YEAR {
            return Err(Refusal::BadDay.into());
        }
        let holder = self.db.read(move |conn| store::find_holder(conn, id)).await?;
        let holder = holder.filter(|holder| holder.kind != HonourHolderKind::Brand).ok_or(Refusal::NoSuchHolder)?;
        self.holds(person, Capability::GrantHonours, holder.unit_id)?;
        Honours::check_own(Judgement::GiveHonour, person, (None, None, None))?;
        let (by, subject) = (person.member, subject_of(holder.kind));
        self.db
            .write(move |tx| -> Outcome<()> {
                let fall = HonourFall {
                    id: tx.fresh_id(),
                    holder_id: id,
                    fall,
                    day,
                    document: document.clone(),
                    entered_by: by,
                    created_at: tx.now(),
                };
                store::stars::insert_fall(tx.conn, &fall)?;
                let detail = json!({ "fall": fall.fall, "day": day, "document": document });
                Ok(note(tx, Some(by), "honours.fall", ("honour_holder", id.uuid()), detail)?)
            })
            .await?;
        self.explain(subject, id.uuid(), When::AsOf(self.db.today())).await.map(|(level, _)| level)
    }

    /// Who of a unit and below has how many stars, most first, with the version by which they were counted.
    pub(super) async fn levels(
        &self,
        subject: StarSubject,
        unit: Option<UnitId>,
        when: When,
    ) -> Outcome<(Vec<Level>, StarVersion)> {
        let units = self.below(unit)?;
        let book = self.star_book().await?;
        let (mut found, version) = match (subject, when) {
            (StarSubject::Post, When::AsOf(day)) => self.holdings(HonourHolderKind::Post, units, day, &book).await?,
            (StarSubject::Zone, When::AsOf(day)) => self.holdings(HonourHolderKind::Zone, units, day, &book).await?,
            (StarSubject::Member, When::Year(year)) => self.members(units, year, &book).await?,
            (StarSubject::Branch, When::Year(year)) => self.branches(units, year, &book).await?,
            _ => return Err(Refusal::BadYear.into()),
        };
        found.sort_by_key(|level| (std::cmp::Reverse(level.stars.stars), level.id));
        Ok((found, version))
    }

    /// Why somebody has so many stars.
    pub(super) async fn explain(&self, subject: StarSubject, id: Uuid, when: When) -> Outcome<(Level, StarVersion)> {
        let unit = match subject {
            StarSubject::Member => self.directory.path(id.into()).and_then(|path| path.first().copied()),
            StarSubject::Branch => Some(id.into()),
            StarSubject::Post | StarSubject::Zone => {
                let holder = self.db.read(move |conn| store::find_holder(conn, id.into())).await?;
                holder.map(|holder| holder.unit_id)
            }
        };
        let (levels, version) = self.levels(subject, Some(unit.ok_or(Refusal::NoSuchHolder)?), when).await?;
        let level = levels.into_iter().find(|level| level.id == id).ok_or(Refusal::NoSuchHolder)?;
        Ok((level, version))
    }

    async fn holdings(
        &self,
        kind: HonourHolderKind,
        units: Option<Vec<UnitId>>,
        day: Day,
        book: &StarBook,
    ) -> Outcome<(Vec<Level>, StarVersion)> {
        let version = book.on(day).clone();
        let rule = version.scheme.holdings.clone();
        let (mut levels, mut after) = (Vec::new(), None);
        let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
        loop {
            let (units, rule) = (units.clone(), rule.clone());
            let some = self
                .db
                .read(move |conn| {
                    let holders = store::list_holders(conn, Some(kind), units.as_deref(), after, limit)?;
                    holdings_of(conn, holders, &rule, day)
                })
                .await?;
            let Some(last) = some.last() else { return Ok((levels, version)) };
            after = Some(last.id.into());
            levels.extend(some);
        }
    }

    /// Stars of members, each among those of his branch.
    async fn members(
        &self,
        units: Option<Vec<UnitId>>,
        year: i32,
        book: &StarBook,
    ) -> Outcome<(Vec<Level>, StarVersion)> {
        let version = self.version_for(year, book)?;
        let all = self.appraised();
        let ids: Vec<MemberId> = all.iter().map(|(card, _)| card.id).collect();
        let (points, barred) =
            self.db.read(move |conn| Ok((appraisal::totals(conn, &ids, year)?, Barred::of(conn, year)?))).await?;
        let mut groups: BTreeMap<UnitId, Vec<Scored<MemberId>>> = BTreeMap::new();
        for (card, branch) in &all {
            let points = points.get(&card.id).copied().unwrap_or(0);
            let scored = Scored { who: card.id, points, barred: barred.members.contains(&card.id) };
            groups.entry(*branch).or_default().push(scored);
        }
        let mut stars: HashMap<MemberId, Stars> = HashMap::new();
        for group in groups.values() {
            stars.extend(rules::by_points(&version.scheme.members, year, group));
        }
        let wanted = |card: &MemberCard| units.as_ref().is_none_or(|units| units.contains(&card.unit));
        let levels = all.iter().filter(|(card, _)| wanted(card)).filter_map(|(card, _)| {
            let stars = stars.remove(&card.id)?;
            Some(Level { id: card.id.uuid(), name: card.name.to_string(), unit: card.unit, stars })
        });
        Ok((levels.collect(), version))
    }

    /// Stars of branches by the mean of their members' points, among all branches of the enterprise.
    async fn branches(
        &self,
        units: Option<Vec<UnitId>>,
        year: i32,
        book: &StarBook,
    ) -> Outcome<(Vec<Level>, StarVersion)> {
        let version = self.version_for(year, book)?;
        let (means, barred) = self.means(year).await?;
        let scored: Vec<Scored<UnitId>> = means
            .iter()
            .map(|(branch, points)| Scored { who: *branch, points: *points, barred: barred.units.contains(branch) })
            .collect();
        let stars = rules::by_points(&version.scheme.branches, year, &scored);
        let wanted = |unit: &UnitId| units.as_ref().is_none_or(|units| units.contains(unit));
        let levels = stars.into_iter().filter(|(unit, _)| wanted(unit)).map(|(unit, stars)| Level {
            id: unit.uuid(),
            name: self.directory.unit_name(unit),
            unit,
            stars,
        });
        Ok((levels.collect(), version))
    }

    /// The mean of the points of each branch's members in a year, in hundredths rounded down, and who takes no part.
    pub(super) async fn means(&self, year: i32) -> Outcome<(BTreeMap<UnitId, i64>, Barred)> {
        let all = self.appraised();
        let ids: Vec<MemberId> = all.iter().map(|(card, _)| card.id).collect();
        let (points, barred) =
            self.db.read(move |conn| Ok((appraisal::totals(conn, &ids, year)?, Barred::of(conn, year)?))).await?;
        let mut sums: BTreeMap<UnitId, (i64, i64)> =
            self.branch_units().into_iter().map(|unit| (unit, (0, 0))).collect();
        for (card, branch) in &all {
            if let Some((sum, count)) = sums.get_mut(branch) {
                *sum += points.get(&card.id).copied().unwrap_or(0);
                *count += 1;
            }
        }
        let mean = |(sum, count): (i64, i64)| if count == 0 { 0 } else { sum.div_euclid(count) };
        Ok((sums.into_iter().map(|(unit, sums)| (unit, mean(sums))).collect(), barred))
    }

    /// Every branch that is not closed.
    pub(super) fn branch_units(&self) -> Vec<UnitId> {
        let tree = self.directory.tree();
        let is_branch = |card: &&crate::people::members::directory::UnitCard| {
            card.branch == Some(card.unit.id) && card.unit.closed_on.is_none()
        };
        let mut found: Vec<UnitId> = tree.each().filter(is_branch).map(|card| card.unit.id).collect();
        found.sort_unstable();
        found
    }

    /// Members who are appraised, each with the branch, or the home of those who have none.
    pub(super) fn appraised(&self) -> Vec<(Arc<MemberCard>, UnitId)> {
        let tree = self.directory.tree();
        let Some(root) = tree.root() else { return Vec::new() };
        let cards = self.directory.members_below(root);
        let is_appraised =
            |card: &Arc<MemberCard>| card.status != MemberStatus::Left && card.kind != MemberKind::Masses;
        let with_branch = |card: Arc<MemberCard>| {
            let branch = tree.get(card.unit).and_then(|unit| unit.branch).unwrap_or(card.unit);
            (card, branch)
        };
        cards.into_iter().filter(is_appraised).map(with_branch).collect()
    }

    /// The version by which a year is counted: the one that holds when it is over.
    fn version_for(&self, year: i32, book: &StarBook) -> Result<StarVersion, Refusal> {
        let today = self.db.today();
        if !(2000..=today.parts().0).contains(&year) {
            return Err(Refusal::BadYear);
        }
        let end = Day::of(year + 1, 1, 1).ok_or(Refusal::BadYear)?;
        Ok(book.on(end.min(today)).clone())
    }
}

/// Every version of the scheme.
pub(super) fn book(conn: &mut Conn) -> QueryResult<StarBook> {
    Ok(StarBook::new(store::stars::list(conn)?))
}

const fn subject_of(kind: HonourHolderKind) -> StarSubject {
    match kind {
        HonourHolderKind::Zone => StarSubject::Zone,
        _ => StarSubject::Post,
    }
}

fn holdings_of(
    conn: &mut Conn,
    holders: Vec<HolderRow>,
    rule: &super::model::HoldingStars,
    day: Day,
) -> QueryResult<Vec<Level>> {
    let ids: Vec<HolderId> = holders.iter().map(|holder| holder.id).collect();
    let mut awards: HashMap<HolderId, Vec<Awarded>> =
        by_holder(store::list_of_holders(conn, &ids)?, |(award, ..)| award.holder_id);
    let mut falls: HashMap<HolderId, Vec<HonourFall>> = HashMap::new();
    for fall in store::stars::list_falls(conn, &ids)? {
        falls.entry(fall.holder_id).or_default().push(fall);
    }
    let level = |holder: HolderRow| {
        let of_holder = awards.remove(&holder.id).unwrap_or_default();
        let given: Vec<(Award, bool)> =
            of_holder.into_iter().map(|(award, withdrawn, _)| (award, withdrawn.is_some())).collect();
        let fallen = falls.remove(&holder.id).unwrap_or_default();
        let stars = rules::of_holding(rule, &given, &fallen, day);
        Level { id: holder.id.uuid(), name: holder.name, unit: holder.unit_id, stars }
    };
    Ok(holders.into_iter().map(level).collect())
}
