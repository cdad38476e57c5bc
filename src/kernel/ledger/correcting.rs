//! Corrections: an opposite entry of what turned out wrong, and a new one of what is right.

use diesel::prelude::*;
use uuid::Uuid;

use super::{Award, Caps, LedgerEntryId, RuleTerms, add_to_day, cut, insert, rooms_left};
use crate::base::id::MemberId;
use crate::db::schema::ledger_entries;
use crate::db::{Conn, Tx};
use crate::kernel::board::{Standing, standing};
use crate::on;

/// The source of an entry that takes back the entry which its id names.
const CORRECTION: &str = "correction";

/// The source of an entry in the place of the entry which its id names.
const REGRADED: &str = "regraded";

/// What a correction made of an award.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Corrected {
    /// What the member had for the source, after the caps.
    pub before: i32,
    /// What the member has now.
    pub after: i32,
    /// The standings that it changed, for the boards.
    pub standings: Vec<Standing>,
}

/// Brings what the member has for a source into line with `award`: an opposite entry and a new one of today, unless both
/// come to the same. `award.day` is the day that it is about, under whose caps it counts.
///
/// The same again changes nothing, and each entry is taken back once at most. Where the member has nothing for the source
/// yet, this is its award.
pub fn correct(tx: &mut Tx, award: &Award) -> QueryResult<Corrected> {
    tx.take_turn(award.member)?;
    let source = (award.source_kind, award.source_id);
    let place = find_place(tx.conn, award.member, &award.rule.rule, source)?;
    let before = place.present.as_ref().map_or(0, |present| present.points);
    let freed = rooms_left(tx.conn, award.member, award.rule, award.day, tx.today())?
        .into_iter()
        .map(|room| room + i64::from(before));
    let after = cut(award.points, &freed.collect::<Vec<_>>());
    let mut standings = Vec::new();
    if after == before {
        return Ok(Corrected { before, after, standings });
    }
    let (mut kind, mut id) = (place.kind, place.id);
    if let Some(present) = &place.present {
        let opposite = Award {
            rule: &present.rule(),
            points: -before,
            source_kind: CORRECTION,
            source_id: present.id.uuid(),
            ..award.clone()
        };
        standings.extend(enter_today(tx, &opposite, -before)?);
        (kind, id) = (REGRADED, present.id.uuid());
    }
    let right = Award { source_kind: kind, source_id: id, ..award.clone() };
    if after != 0 {
        standings.extend(enter_today(tx, &right, after)?);
    }
    Ok(Corrected { before, after, standings })
}

/// Appends an entry of today that is about `award.day`, and adds it up.
fn enter_today(tx: &mut Tx, award: &Award, points: i32) -> QueryResult<Vec<Standing>> {
    let today = tx.today();
    let caps_on = (award.day != today).then_some(award.day);
    let entry = Award { day: today, ..award.clone() };
    if !insert(tx, &entry, points, caps_on)? || points == 0 {
        return Ok(Vec::new());
    }
    add_to_day(tx, &entry, points)?;
    standing::record(tx, entry.member, &entry.rule.dimension, today, points.into())
}

/// Where a source stands after all of its corrections.
struct Place<'a> {
    /// The entry that has not been taken back.
    present: Option<Present>,
    /// What the next entry for the source bears as its own, while none is present.
    kind: &'a str,
    id: Uuid,
}

/// An entry that has not been taken back.
#[derive(Queryable)]
struct Present {
    id: LedgerEntryId,
    rule: String,
    rule_version: i32,
    dimension: String,
    points: i32,
}

impl Present {
    /// What gave the entry; what is taken back needs no caps.
    fn rule(&self) -> RuleTerms {
        RuleTerms {
            rule: self.rule.clone(),
            version: self.rule_version,
            dimension: self.dimension.clone(),
            caps: Caps::default(),
        }
    }
}

/// What the member has by a rule for a source, after all of its corrections.
pub fn points_of(conn: &mut Conn, member: MemberId, rule: &str, source: (&str, Uuid)) -> QueryResult<i32> {
    Ok(find_place(conn, member, rule, source)?.present.map_or(0, |present| present.points))
}

/// Follows a source from its first entry over what took the place of each.
fn find_place<'a>(
    conn: &mut Conn,
    member: MemberId,
    rule: &str,
    (mut kind, mut id): (&'a str, Uuid),
) -> QueryResult<Place<'a>> {
    loop {
        let Some(entry) = find_by_source(conn, (member, rule), kind, id)? else {
            return Ok(Place { present: None, kind, id });
        };
        if find_by_source(conn, (member, rule), CORRECTION, entry.id.uuid())?.is_none() {
            return Ok(Place { present: Some(entry), kind, id });
        }
        (kind, id) = (REGRADED, entry.id.uuid());
    }
}

fn find_by_source(
    conn: &mut Conn,
    (member, rule): (MemberId, &str),
    kind: &str,
    id: Uuid,
) -> QueryResult<Option<Present>> {
    on!(conn, c => ledger_entries::table
        .filter(ledger_entries::member_id.eq(member))
        .filter(ledger_entries::rule.eq(rule))
        .filter(ledger_entries::source_kind.eq(kind))
        .filter(ledger_entries::source_id.eq(id.as_bytes().as_slice()))
        .select((
            ledger_entries::id,
            ledger_entries::rule,
            ledger_entries::rule_version,
            ledger_entries::dimension,
            ledger_entries::points,
        ))
        .first(c)
        .optional())
}
