//! Awarding, reading one's points, and writing new versions of rules.

use std::collections::HashMap;

use diesel::QueryResult;
use serde_json::json;
use uuid::Uuid;

use super::book::RuleBook;
use super::model::{PeriodPoints, Rule, RuleName};
use super::rules::{self, Refusal};
use super::store;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::{Db, DbError, Never, Stop, Tx};
use crate::kernel::board::{self, Boards};
use crate::kernel::changes;
use crate::kernel::idempotency::{self, IdempotencyKey, Reused};
use crate::kernel::ledger::{self, Award, LedgerEntryId, RuleTerms};
use crate::kernel::trail::{self, Act};
use crate::people::members::Directory;

/// Changes of this topic tell that a rule was written.
pub const RULES_TOPIC: &str = "point_rules";

/// The points room: what other rooms award with, and what its own routes read.
#[derive(Clone)]
pub struct Points {
    pub(super) db: Db,
    directory: Directory,
    boards: Boards,
    pub(super) book: RuleBook,
}

/// What a member has done to earn points.
#[derive(Clone, Debug)]
pub struct Grant<'a> {
    pub rule: RuleName,
    pub member: MemberId,
    /// The member's home unit and its ancestors, nearest first; not empty.
    pub path: &'a [UnitId],
    /// How often: right answers, items read. What it gives is the rule's business.
    pub times: i32,
    /// The business day that it counts for.
    pub day: Day,
    /// What earned it, so that it is never earned twice.
    pub source_kind: &'a str,
    pub source_id: Uuid,
    /// A Chinese sentence that the member reads.
    pub reason: &'a str,
}

impl Points {
    /// Opens the room and writes the default rules that are missing.
    pub async fn open(db: Db, directory: Directory, boards: Boards) -> Result<Points, DbError> {
        db.write(|tx| -> Result<(), Stop<Never>> {
            for rule in rules::defaults(tx.now()) {
                store::insert(tx.conn, &rule)?;
            }
            Ok(())
        })
        .await?;
        let book = RuleBook::default();
        book.reload(&db).await?;
        Ok(Points { db, directory, boards, book })
    }

    /// Learns of rules that other processes wrote.
    pub async fn hear(&self) -> Result<(), DbError> {
        self.book.reload(&self.db).await
    }

    /// Awards by the version of the rule that holds on the day, and returns the points that were given.
    ///
    /// The same grant again gives what it gave the first time and changes nothing. The boards hear of it after the
    /// commit. Anyone who has left gets nothing any more and keeps what he has.
    pub fn award(&self, tx: &mut Tx, grant: &Grant) -> QueryResult<i32> {
        if self.has_left(grant.member) {
            return Ok(0);
        }
        let rule = self.book.in_force(grant.rule, grant.day).ok_or(diesel::result::Error::NotFound)?;
        let terms = rule.terms();
        let awarded = ledger::award(tx, &award_of(grant, &terms, rules::wanted(&rule, grant.times))?)?;
        self.boards.awarded(tx, &awarded, grant.path);
        Ok(awarded.points)
    }

    /// Brings what a source has given into line with `grant`, whose day is the one that it is about: what was given is
    /// taken back by an opposite entry of today, and what is right is given instead. Says what the member had and has.
    pub fn correct(&self, tx: &mut Tx, grant: &Grant) -> QueryResult<(i32, i32)> {
        if self.has_left(grant.member) {
            let had = ledger::points_of(
                tx.conn,
                grant.member,
                &grant.rule.to_string(),
                (grant.source_kind, grant.source_id),
            )?;
            return Ok((had, had));
        }
        let rule = self.book.in_force(grant.rule, grant.day).ok_or(diesel::result::Error::NotFound)?;
        let terms = rule.terms();
        let corrected = ledger::correct(tx, &award_of(grant, &terms, rules::wanted(&rule, grant.times))?)?;
        self.boards.feed(tx, corrected.standings, grant.path);
        Ok((corrected.before, corrected.after))
    }

    fn has_left(&self, member: MemberId) -> bool {
        self.directory.path_unless_left(member).is_none()
    }

    /// Every version of every rule.
    pub fn every_rule(&self) -> Vec<Rule> {
        self.book.every_version()
    }

    /// What one right answer, or whatever else a rule counts, gave on a day before the caps.
    pub fn worth(&self, rule: RuleName, day: Day) -> i32 {
        self.book.in_force(rule, day).map_or(0, |rule| rules::wanted(&rule, 1))
    }

    /// A member's points in every running period, and what today's caps leave.
    pub(super) async fn overview(&self, member: MemberId) -> Result<Overview, DbError> {
        let today = self.db.today();
        let in_force = self.book.all_in_force(today);
        self.db
            .read(move |conn| {
                let standings = board::of_member(conn, member)?;
                let measures = standings.iter().map(|s| (s.measure.to_string(), PeriodPoints::of(s, today))).collect();
                let mut today_left = Vec::new();
                for rule in &in_force {
                    let left = ledger::rooms_left(conn, member, &rule.terms(), today, today)?.into_iter().min();
                    today_left.push((rule.clone(), left.map(|left| left.max(0))));
                }
                Ok(Overview { measures, today_left })
            })
            .await
    }

    /// A member's entries below `before`, newest first, each with its rule's name in that version.
    pub(super) async fn entries(
        &self,
        member: MemberId,
        before: Option<LedgerEntryId>,
        limit: i64,
    ) -> Result<Vec<(ledger::Entry, String)>, DbError> {
        self.db
            .read(move |conn| {
                let names: HashMap<(String, i32), String> =
                    store::names(conn)?.into_iter().map(|(rule, version, name)| ((rule, version), name)).collect();
                let name = |entry: &ledger::Entry| names.get(&(entry.rule.clone(), entry.rule_version)).cloned();
                let entries = ledger::list(conn, member, before, limit)?;
                Ok(entries
                    .into_iter()
                    .map(|e| (name(&e).unwrap_or_else(|| e.rule.clone()), e))
                    .map(|(n, e)| (e, n))
                    .collect())
            })
            .await
    }

    /// The rules in force today.
    pub(super) fn rules_in_force(&self) -> Vec<Rule> {
        self.book.all_in_force(self.db.today())
    }

    /// Every version of every rule.
    pub(super) async fn rules(&self, after: Option<(String, i32)>, limit: i64) -> Result<Vec<Rule>, DbError> {
        self.db.read(move |conn| store::list(conn, after.clone(), limit)).await
    }

    /// Writes `wanted` as the next version of its rule; the version is ours to choose.
    ///
    /// What the newest version says already is not written again: that version comes back, with `false`. A key makes
    /// sure that a request which arrives again much later does not bring an old version back.
    pub(super) async fn write_rule(
        &self,
        wanted: Rule,
        key: Option<IdempotencyKey>,
    ) -> Result<(Rule, bool), Stop<Refusal>> {
        let outcome = self
            .db
            .write(move |tx| {
                let (version, written) = idempotency::once(tx, key.as_ref(), |tx| write_version(tx, &wanted))?;
                // what the key made may have been taken back since
                let rule = store::find(tx.conn, wanted.rule, version)?.ok_or(Refusal::Withdrawn)?;
                Ok((rule, written))
            })
            .await?;
        self.book.reload(&self.db).await?;
        Ok(outcome)
    }

    /// Takes back a version that is not in force yet, so that no points were given by it.
    pub(super) async fn withdraw_rule(
        &self,
        actor: MemberId,
        rule: RuleName,
        version: i32,
    ) -> Result<(), Stop<Refusal>> {
        self.db.write(move |tx| withdraw_version(tx, actor, rule, version)).await?;
        Ok(self.book.reload(&self.db).await?)
    }

    /// The present business day.
    pub(super) fn today(&self) -> Day {
        self.db.today()
    }

    /// A member's home unit and its ancestors.
    pub(super) fn path(&self, member: MemberId) -> Option<std::sync::Arc<[UnitId]>> {
        self.directory.path(member)
    }
}

/// What the ledger is to enter for a grant.
fn award_of<'a>(grant: &Grant<'a>, rule: &'a RuleTerms, points: i32) -> QueryResult<Award<'a>> {
    Ok(Award {
        member: grant.member,
        unit: *grant.path.first().ok_or(diesel::result::Error::NotFound)?,
        rule,
        points,
        day: grant.day,
        source_kind: grant.source_kind,
        source_id: grant.source_id,
        reason: grant.reason,
        approved_by: None,
    })
}

/// Writes the next version, unless the newest says the same; which it is, and whether it was written.
fn write_version(tx: &mut Tx, wanted: &Rule) -> Result<(i32, bool), Stop<Refusal>> {
    let newest = store::newest(tx.conn, wanted.rule)?;
    if let Some(same) = newest.as_ref().filter(|newest| newest.says_the_same(wanted)) {
        return Ok((same.version, false));
    }
    rules::check(wanted, tx.today())?;
    let version = store::highest_version(tx.conn, wanted.rule)?.unwrap_or(0) + 1;
    let rule = Rule { version, created_at: tx.now(), ..wanted.clone() };
    if !store::insert(tx.conn, &rule)? {
        return Err(Refusal::ChangedMeanwhile.into());
    }
    changes::announce(tx, RULES_TOPIC, Uuid::nil())?;
    trail::note(
        tx,
        Act {
            actor: rule.created_by,
            action: "points.write_rule",
            subject_kind: "point_rules", // which has no id; the detail names it
            subject_id: Uuid::nil(),
            detail: json!({
                "rule": rule.rule, "version": version, "points": rule.points, "caps": rule.caps(),
                "effective_on": rule.effective_on,
            }),
        },
    )?;
    Ok((version, true))
}

fn withdraw_version(tx: &mut Tx, actor: MemberId, rule: RuleName, version: i32) -> Result<(), Stop<Refusal>> {
    let found = store::find(tx.conn, rule, version)?.ok_or(Refusal::NoSuchVersion)?;
    if found.effective_on <= tx.today() {
        return Err(Refusal::InForce.into());
    }
    store::withdraw(tx.conn, rule, version, tx.now())?;
    changes::announce(tx, RULES_TOPIC, Uuid::nil())?;
    let act = Act {
        actor: Some(actor),
        action: "points.withdraw_rule",
        subject_kind: "point_rules", // which has no id; the detail names it
        subject_id: Uuid::nil(),
        detail: json!({ "rule": rule, "version": version, "effective_on": found.effective_on }),
    };
    Ok(trail::note(tx, act)?)
}

impl From<Reused> for Refusal {
    fn from(_: Reused) -> Self {
        Refusal::KeyReused
    }
}

/// A member's points.
pub(super) struct Overview {
    /// By measure: the total and each dimension in which something was earned.
    pub measures: HashMap<String, PeriodPoints>,
    /// Rules in force with what their caps leave today; `None` without a cap.
    pub today_left: Vec<(Rule, Option<i64>)>,
}
