//! The enterprise's own rules, and which of those that ship it uses.

use serde_json::json;
use uuid::Uuid;

use super::actions::{Obligations, Outcome, note};
use super::model::{ObligationAudience, ObligationCycle, ObligationWindow, Rule, RuleRow, Switch};
use super::rules::{self, Refusal};
use super::{shipped, store};
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::time::Day;
use crate::db::Json;
use crate::kernel::idempotency;

const RULE: &str = "obligation_rule";

/// A rule of one's own as it is made.
#[derive(Clone, Debug)]
pub(super) struct NewRule {
    pub unit: UnitId,
    pub title: String,
    pub basis: String,
    pub standard: String,
    pub audience: Vec<ObligationAudience>,
    pub cycle: ObligationCycle,
    pub windows: Vec<ObligationWindow>,
    pub fact: Option<String>,
    pub minutes: i32,
    pub from: Day,
    pub until: Day,
}

impl Obligations {
    /// Makes a rule for the units at and below one.
    pub(super) async fn make_rule(
        &self,
        (by, reach): (MemberId, &Reach),
        new: NewRule,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Rule> {
        self.check_reach(reach, new.unit)?;
        rules::check_windows(new.cycle, &new.windows)?;
        if new.fact.as_ref().is_some_and(|fact| self.facts.find(fact).is_none()) {
            return Err(Refusal::NoSuchFact.into());
        }
        self.db
            .write(move |tx| {
                tx.take_turn_on("obligation_rules")?;
                let code = idempotency::once(tx, key.as_ref(), |tx| -> Outcome<String> {
                    if new.from < tx.today() {
                        return Err(Refusal::Begun.into());
                    }
                    rules::check_end(new.from, new.until, tx.today())?;
                    let known = store::list_rules(tx.conn)?;
                    let in_force = known.iter().filter(|row| row.until_on >= tx.today()).count();
                    if in_force >= rules::MOST_RULES {
                        return Err(Refusal::TooManyRules.into());
                    }
                    let row = RuleRow {
                        id: tx.fresh_id(),
                        code: format!("Z{}", known.len() + 1),
                        unit_id: new.unit,
                        title: new.title.clone(),
                        basis: new.basis.clone(),
                        standard: new.standard.clone(),
                        audience: Json(new.audience.clone()),
                        cycle: new.cycle,
                        windows: Json(new.windows.clone()),
                        fact: new.fact.clone(),
                        minutes: new.minutes,
                        from_on: new.from,
                        until_on: new.until,
                        created_by: by,
                        created_at: tx.now(),
                        updated_at: tx.now(),
                    };
                    store::insert_rule(tx.conn, &row)?;
                    let detail = json!({ "code": row.code, "unit_id": row.unit_id, "title": row.title });
                    note(tx, by, "obligations.make_rule", (RULE, row.id.uuid()), detail)?;
                    Ok(row.code)
                })?;
                Ok(store::find_rule(tx.conn, &code)?.ok_or(Refusal::NoSuchRule)?.into())
            })
            .await
    }

    /// Ends a rule of one's own earlier, or has it go on; windows that have begun stay as they are.
    pub(super) async fn end_rule(&self, by: MemberId, reach: Reach, code: String, until: Day) -> Outcome<Rule> {
        if shipped::ships(&code) {
            return Err(Refusal::Shipped.into());
        }
        let room = self.clone();
        self.db
            .write(move |tx| {
                tx.take_turn_on("obligation_rules")?;
                let row = store::find_rule(tx.conn, &code)?.ok_or(Refusal::NoSuchRule)?;
                if !room.covers(&reach, row.unit_id) {
                    return Err(Refusal::OutOfReach.into());
                }
                let today = tx.today();
                if until < today.previous() || until > today.plus_days(366) {
                    return Err(Refusal::EndOutOfRange.into());
                }
                // what lies between its end and today asked for nothing, and would be late
                let is_over = row.until_on < today && until > row.until_on;
                if is_over {
                    return Err(Refusal::EndOutOfRange.into());
                }
                let now = tx.now();
                if row.until_on != until {
                    store::set_end(tx.conn, row.id, until, now)?;
                    let detail = json!({ "code": code, "until_on": until, "before": row.until_on });
                    note(tx, by, "obligations.end_rule", (RULE, row.id.uuid()), detail)?;
                }
                Ok(store::find_rule(tx.conn, &code)?.ok_or(Refusal::NoSuchRule)?.into())
            })
            .await
    }

    /// Says whether a shipped rule is used, for windows that begin on `from` or later.
    pub(super) async fn switch_rule(
        &self,
        by: MemberId,
        code: String,
        (used, from, reason): (bool, Day, String),
    ) -> Outcome<()> {
        if !shipped::ships(&code) {
            return Err(Refusal::NoSuchRule.into());
        }
        self.db
            .write(move |tx| {
                tx.take_turn_on("obligation_rules")?;
                if from < tx.today() {
                    return Err(Refusal::Begun.into());
                }
                let switches = store::list_switches(tx.conn)?;
                if rules::is_used(&switches, &code, shipped::is_usual(&code), from) == used {
                    return Ok(());
                }
                let switch = Switch {
                    id: tx.fresh_id(),
                    code: code.clone(),
                    used,
                    from_on: from,
                    reason: reason.clone(),
                    set_by: by,
                    set_at: tx.now(),
                };
                store::insert_switch(tx.conn, &switch)?;
                let detail = json!({ "code": code, "used": used, "from_on": from, "reason": switch.reason });
                // rules that ship have codes and no id; the detail names it
                Ok(note(tx, by, "obligations.switch_rule", (RULE, Uuid::nil()), detail)?)
            })
            .await
    }
}
