//! Statements: of a member, every entry with what it rests on; of a unit, a table; for the pay department, a sheet.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use super::actions::{Appraisal, Outcome, book, classes};
use super::model::{
    Appealed, AppraisalEntryId, AppraisalKind, AppraisalSource, AppraisalSums, Entry, SchemeBook, SchemeVersion,
};
use super::proposing::EVIDENCE;
use super::rules::{self, Refusal};
use super::store;
use super::store::book::SumsOf;
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{Conn, DbError};
use crate::ground::files::{self, FileView};
use crate::people::members::directory::MemberCard;
use crate::people::members::model::{MemberKind, MemberStatus};

/// Members whose sums are read in one query.
const CHUNK: usize = 500;
/// The longest span of an export, in days: a year and its first days.
const MOST_DAYS: i32 = 400;

/// A year of a member in sums.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub year: i32,
    /// By dimension, in the order of the scheme.
    pub dimensions: Vec<(String, String, AppraisalSums)>,
    pub total: AppraisalSums,
    /// The same by quarters.
    pub quarters: [BTreeMap<String, AppraisalSums>; 4],
    /// The member's class with what is asked of it; `None` where no scheme holds.
    pub class: Option<super::model::AppraisalClass>,
    pub scheme: Option<SchemeVersion>,
}

/// An entry with everything around it.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    pub entry: Entry,
    /// Its rule in words, in the version that it was made by.
    pub rule: String,
    pub rule_name: String,
    pub dimension: String,
    pub evidence: Vec<FileView>,
    pub appeal: Option<Appealed>,
    /// The entry that puts this one right.
    pub corrected_by: Option<AppraisalEntryId>,
    /// Until when its member may appeal.
    pub appeal_until: Day,
}

/// A line of a unit's table.
#[derive(Clone, Debug)]
pub(super) struct UnitLine {
    pub card: Arc<MemberCard>,
    pub dimensions: BTreeMap<String, AppraisalSums>,
    pub total: AppraisalSums,
    pub class: Option<super::model::AppraisalClass>,
}

impl Appraisal {
    /// Whose statement `person` may read: his own, or by a duty that reaches the member's home.
    pub(super) fn check_reader(&self, person: &Person, member: MemberId) -> Result<(), Refusal> {
        let path = self.directory.path(member);
        let reach = person.reach(Capability::SeeResults);
        match (reach, path) {
            _ if member == person.member => Ok(()),
            (None, _) => Err(Refusal::NotAllowed),
            (Some(Reach::Everything), None) => Err(Refusal::UnknownMember),
            (Some(reach), Some(path)) if reach.covers(&path) => Ok(()),
            _ => Err(Refusal::OutOfReach),
        }
    }

    /// A member's year in sums.
    pub(super) async fn statement(&self, member: MemberId, year: i32) -> Result<Statement, DbError> {
        let today = self.db.today();
        self.db
            .read(move |conn| {
                let counted = store::book::list_counted(conn, member, year)?;
                let sums = rules::sums_of(&counted);
                let book = book(conn)?;
                let class = classes(conn, &[member], last_day(year, today))?;
                let quarters = rules::quarters_of(&counted);
                Ok(stated(&book, (year, today), (sums, quarters), class.get(&member).map(String::as_str)))
            })
            .await
    }

    /// A member's entries of a year before `before`, newest first.
    pub(super) async fn entries(
        &self,
        (member, year): (MemberId, i32),
        dimension: Option<String>,
        before: Option<AppraisalEntryId>,
        limit: i64,
    ) -> Result<Vec<Whole>, DbError> {
        let days = self.terms.appeal_days();
        self.db
            .read(move |conn| {
                let entries = store::book::list(conn, (member, year), dimension.as_deref(), before, limit)?;
                around(conn, entries, days)
            })
            .await
    }

    /// One entry with everything that it rests on, for its member and for those whose duties reach it.
    pub(super) async fn entry(&self, person: &Person, id: AppraisalEntryId) -> Outcome<Whole> {
        let days = self.terms.appeal_days();
        let found = self
            .db
            .read(move |conn| {
                let entry = store::book::find(conn, id)?;
                Ok(around(conn, entry.into_iter().collect(), days)?.pop())
            })
            .await?;
        let whole = found.ok_or(Refusal::NoSuchEntry)?;
        self.check_reader(person, whole.entry.member_id).map_err(|_| Refusal::NoSuchEntry)?;
        Ok(whole)
    }

    /// A year of the members of a unit, by employee number, after `after`; they are asked for only a page at a time.
    pub(super) async fn unit_lines(
        &self,
        unit: UnitId,
        year: i32,
        after: Option<String>,
        limit: usize,
    ) -> Result<(SchemeBook, Vec<UnitLine>), DbError> {
        let mut cards = self.appraised(unit);
        cards.retain(|card| after.as_deref().is_none_or(|after| &*card.employee_no > after));
        cards.truncate(limit);
        let day = last_day(year, self.db.today());
        self.db.read(move |conn| lines(conn, &cards, SumsOf::Year(year), day)).await
    }

    /// The sheet for the pay department: what was entered on the days of the span, of every member of a unit.
    pub(super) async fn export(
        &self,
        unit: UnitId,
        (from, until): (Day, Day),
    ) -> Outcome<(Vec<String>, Vec<Vec<String>>)> {
        if until < from || until.number() - from.number() > MOST_DAYS {
            return Err(Refusal::BadPeriod.into());
        }
        let cards = self.appraised(unit);
        let mut headers: Vec<String> = ["工号", "姓名", "单位"].map(str::to_owned).to_vec();
        let (mut rows, mut columns): (Vec<Vec<String>>, Vec<String>) = (Vec::new(), Vec::new());
        for chunk in cards.chunks(CHUNK) {
            let chunk = chunk.to_vec();
            let of = SumsOf::Days(from, until.next());
            let (book, some) = self.db.read(move |conn| lines(conn, &chunk, of, until)).await?;
            if rows.is_empty() && columns.is_empty() {
                let scheme = book.on(until).or(book.0.last()).ok_or(Refusal::NoScheme)?;
                columns = scheme.scheme.dimensions.iter().map(|dimension| dimension.key.clone()).collect();
                headers.extend(scheme.scheme.dimensions.iter().map(|dimension| dimension.name.clone()));
            }
            for line in some {
                let shown =
                    |sums: Option<&AppraisalSums>| super::model::shown_points(sums.map_or(0, |sums| sums.total));
                let of_unit = self.directory.unit_name(line.card.unit);
                let mut row = vec![line.card.employee_no.to_string(), line.card.name.to_string(), of_unit];
                row.extend(columns.iter().map(|key| shown(line.dimensions.get(key))));
                row.push(shown(Some(&line.total)));
                rows.push(row);
            }
        }
        headers.push("合计".to_owned());
        Ok((headers, rows))
    }

    /// Members of a unit who are appraised, by employee number.
    fn appraised(&self, unit: UnitId) -> Vec<Arc<MemberCard>> {
        let mut cards = self.directory.members_below(unit);
        cards.retain(|card| card.status != MemberStatus::Left && card.kind != MemberKind::Masses);
        cards.sort_by(|one, other| one.employee_no.cmp(&other.employee_no));
        cards
    }
}

/// The day of a year on which classes are looked at: its last one, or today.
fn last_day(year: i32, today: Day) -> Day {
    Day::of(year, 12, 31).map_or(today, |last| last.min(today))
}

fn stated(
    book: &SchemeBook,
    (year, today): (i32, Day),
    (sums, quarters): (BTreeMap<String, AppraisalSums>, [BTreeMap<String, AppraisalSums>; 4]),
    class: Option<&str>,
) -> Statement {
    let scheme = book.on(last_day(year, today)).cloned();
    let names = book.dimension_names();
    let mut keys: Vec<String> =
        scheme.iter().flat_map(|version| &version.scheme.dimensions).map(|dimension| dimension.key.clone()).collect();
    let others: Vec<String> = sums.keys().filter(|key| !keys.contains(key)).cloned().collect();
    keys.extend(others);
    let mut total = AppraisalSums::default();
    let dimensions = keys
        .into_iter()
        .map(|key| {
            let its = sums.get(&key).copied().unwrap_or_default();
            total = total.plus(its);
            let name = names.get(key.as_str()).map_or_else(|| key.clone(), |name| (*name).to_owned());
            (key, name, its)
        })
        .collect();
    let class = scheme.as_ref().and_then(|version| version.scheme.class(class)).cloned();
    Statement { year, dimensions, total, quarters, class, scheme }
}

/// Entries with what each rests on, by one query for each kind of thing.
fn around(conn: &mut Conn, entries: Vec<Entry>, appeal_days: u64) -> diesel::QueryResult<Vec<Whole>> {
    let book = book(conn)?;
    let ids: Vec<AppraisalEntryId> = entries.iter().map(|entry| entry.id).collect();
    let sources: Vec<_> = ids.iter().map(|id| id.uuid().into()).collect();
    let opposites = store::book::list_from(conn, AppraisalSource::Correction, &sources)?;
    let corrected: HashMap<Uuid, AppraisalEntryId> =
        opposites.iter().map(|opposite| (opposite.source_id.uuid(), opposite.id)).collect();
    let proposals: Vec<Uuid> = entries
        .iter()
        .filter(|entry| entry.source_kind == AppraisalSource::Proposal)
        .map(|entry| entry.source_id.uuid())
        .collect();
    let mut evidence: HashMap<Uuid, Vec<FileView>> = HashMap::new();
    for (proposal, file) in files::list_of_each(conn, &[EVIDENCE], &proposals)? {
        evidence.entry(proposal).or_default().push(file);
    }
    let appeals = store::appeals::list_against(conn, &ids)?;
    let mut appeals: HashMap<AppraisalEntryId, Appealed> =
        appeals.into_iter().map(|appealed| (appealed.0.entry_id, appealed)).collect();
    let names = book.dimension_names();
    let whole = |entry: Entry| {
        let version = book.version(entry.scheme_version);
        let rule = version.and_then(|version| version.scheme.rule(&entry.rule));
        let of_year = (entry.kind == AppraisalKind::Carry).then(|| version.map(|version| version.scheme.carry_over));
        let of_year = of_year.flatten();
        let named = |rule: Option<String>, of_year: Option<String>| rule.or(of_year).unwrap_or(entry.rule.clone());
        Whole {
            rule: named(rule.map(|rule| rule.in_words()), of_year.map(|carry| carry.in_words())),
            rule_name: named(rule.map(|rule| rule.name.clone()), of_year.map(|_| entry.kind.title().to_owned())),
            dimension: names
                .get(entry.dimension.as_str())
                .map_or_else(|| entry.dimension.clone(), |name| (*name).into()),
            evidence: evidence.get(&entry.source_id.uuid()).cloned().unwrap_or_default(),
            appeal: appeals.remove(&entry.id),
            corrected_by: corrected.get(&entry.id.uuid()).copied(),
            appeal_until: rules::appeal_until(entry.created_at.day(), appeal_days),
            entry,
        }
    };
    Ok(entries.into_iter().map(whole).collect())
}

/// The sums of members, in their order.
fn lines(
    conn: &mut Conn,
    cards: &[Arc<MemberCard>],
    of: SumsOf,
    day: Day,
) -> diesel::QueryResult<(SchemeBook, Vec<UnitLine>)> {
    let ids: Vec<MemberId> = cards.iter().map(|card| card.id).collect();
    let book = book(conn)?;
    let classes = classes(conn, &ids, day)?;
    let mut sums: HashMap<MemberId, BTreeMap<String, AppraisalSums>> = HashMap::new();
    for (member, dimension, kind, points) in store::book::sums(conn, &ids, of)? {
        let its = sums.entry(member).or_default().entry(dimension).or_default();
        its.add(kind, 0, points.unwrap_or(0));
    }
    for (member, dimension, cut) in store::book::cuts(conn, &ids, of)? {
        sums.entry(member).or_default().entry(dimension).or_default().cut += cut.unwrap_or(0);
    }
    let scheme = book.on(day);
    let lines = cards.iter().map(|card| {
        let dimensions = sums.remove(&card.id).unwrap_or_default();
        let total = dimensions.values().fold(AppraisalSums::default(), |all, one| all.plus(*one));
        let class = classes.get(&card.id).map(String::as_str);
        let class = scheme.and_then(|version| version.scheme.class(class)).cloned();
        UnitLine { card: card.clone(), dimensions, total, class }
    });
    let lines = lines.collect();
    Ok((book, lines))
}
