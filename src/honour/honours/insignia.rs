//! Flags and plates that move: at any instant at most one holder has one, and it may lie with nobody.

use std::sync::Arc;

use serde_json::json;

use super::actions::{Honours, NewHolder, Outcome, note, resolve};
use super::model::{Holder, Holding, HoldingId, Insigne, InsigneId};
use super::rules::Refusal;
use super::store;
use crate::base::capability::Capability;
use crate::base::id::UnitId;
use crate::base::own_case::Judgement;
use crate::base::person::Person;
use crate::base::text::in_quotes;
use crate::db::Conn;

/// One with who has it.
pub(super) type Present = (Insigne, Option<(Holding, Option<String>)>);

impl Honours {
    /// Writes down a flag or plate that moves within a unit.
    pub(super) async fn make_insigne(&self, person: &Arc<Person>, unit: UnitId, name: String) -> Outcome<Present> {
        self.holds(person, Capability::KeepHonours, unit)?;
        let by = person.member;
        self.db
            .write(move |tx| {
                let insigne = Insigne {
                    id: tx.fresh_id(),
                    unit_id: unit,
                    name: name.clone(),
                    created_by: by,
                    created_at: tx.now(),
                };
                if !store::insignia::insert(tx.conn, &insigne)? {
                    return Err(Refusal::InsigneThere.into());
                }
                let detail = json!({ "name": name, "unit_id": unit });
                note(tx, Some(by), "honours.make_insigne", ("insigne", insigne.id.uuid()), detail)?;
                Ok((insigne, None))
            })
            .await
    }

    /// Hands one on to a holder, or takes it back; whoever had it has it no more from that instant.
    pub(super) async fn hand_over(
        &self,
        person: &Arc<Person>,
        id: InsigneId,
        (to, document): (Option<NewHolder>, String),
    ) -> Outcome<Present> {
        let insigne = self.db.read(move |conn| store::insignia::find(conn, id)).await?;
        let insigne = insigne.ok_or(Refusal::NoSuchInsigne)?;
        self.holds(person, Capability::KeepHonours, insigne.unit_id)?;
        let unit = match &to {
            None => None,
            Some(to) => {
                let unit = self.unit_of(to)?;
                let is_within =
                    self.directory.tree().get(unit).is_some_and(|card| card.path.contains(&insigne.unit_id));
                if !is_within {
                    return Err(Refusal::OutOfReach.into());
                }
                let member = if let NewHolder::Member(member) = to { Some(*member) } else { None };
                Honours::check_own(Judgement::GiveHonour, person, (member, None, None))?;
                Some(unit)
            }
        };
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                tx.take_turn_on("insignia")?;
                let now = tx.now();
                let present = store::insignia::list_present(tx.conn, &[id])?.pop();
                let holder = to.as_ref().map(|to| resolve(tx, to)).transpose()?;
                if present.as_ref().map(holder_of) == holder && (holder.is_some() || present.is_none()) {
                    return Err(Refusal::HasIt.into());
                }
                store::insignia::end(tx.conn, id, now, by)?;
                if let Some((holder, unit)) = holder.zip(unit) {
                    let holding = Holding {
                        id: tx.fresh_id(),
                        insignia_id: id,
                        holder_kind: holder.kind(),
                        member_id: holder.member(),
                        unit_id: unit,
                        holder_id: holder.thing(),
                        document: document.clone(),
                        from_at: now,
                        to_at: None,
                        given_by: by,
                        taken_by: None,
                    };
                    store::insignia::insert_holding(tx.conn, &holding)?;
                    if let Some(member) = holder.member() {
                        let body = format!("{}现由您持有（{document}）。", in_quotes(&insigne.name));
                        room.tell(tx, member, "授予流动标识", body, format!("/insignia/{id}"))?;
                    }
                }
                let detail = json!({ "holder_id": holder.map(Holder::uuid), "document": document });
                note(tx, Some(by), "honours.hand_over", ("insigne", id.uuid()), detail)?;
                Ok(with_holders(tx.conn, vec![insigne.clone()])?.pop().ok_or(Refusal::NoSuchInsigne)?)
            })
            .await
    }

    /// Those of a unit and below, with who has each.
    pub(super) async fn insignia(
        &self,
        unit: Option<UnitId>,
        after: Option<InsigneId>,
        limit: i64,
    ) -> Outcome<Vec<Present>> {
        let units = self.below(unit)?;
        let read = move |conn: &mut Conn| {
            let found = store::insignia::list(conn, units.as_deref(), after, limit)?;
            with_holders(conn, found)
        };
        Ok(self.db.read(read).await?)
    }

    /// Who had one, the last one first.
    pub(super) async fn holdings_of(
        &self,
        id: InsigneId,
        before: Option<HoldingId>,
        limit: i64,
    ) -> Outcome<Vec<(Holding, Option<String>)>> {
        let read = move |conn: &mut Conn| {
            let Some(_) = store::insignia::find(conn, id)? else { return Ok(None) };
            let holdings = store::insignia::list_holdings(conn, id, before, limit)?;
            named(conn, holdings).map(Some)
        };
        Ok(self.db.read(read).await?.ok_or(Refusal::NoSuchInsigne)?)
    }
}

/// Who has it.
pub(super) fn holder_of(holding: &Holding) -> Holder {
    match (holding.member_id, holding.holder_id) {
        (Some(member), _) => Holder::Member(member),
        (None, Some(thing)) => Holder::Thing(holding.holder_kind, thing),
        (None, None) => Holder::Unit(holding.unit_id),
    }
}

fn with_holders(conn: &mut Conn, those: Vec<Insigne>) -> diesel::QueryResult<Vec<Present>> {
    let ids: Vec<InsigneId> = those.iter().map(|insigne| insigne.id).collect();
    let present = store::insignia::list_present(conn, &ids)?;
    let mut present = named(conn, present)?;
    let mut take = |id: InsigneId| {
        let at = present.iter().position(|(holding, _)| holding.insignia_id == id)?;
        Some(present.swap_remove(at))
    };
    Ok(those.into_iter().map(|insigne| (take(insigne.id), insigne)).map(|(held, insigne)| (insigne, held)).collect())
}

fn named(conn: &mut Conn, holdings: Vec<Holding>) -> diesel::QueryResult<Vec<(Holding, Option<String>)>> {
    let mut found = Vec::with_capacity(holdings.len());
    for holding in holdings {
        let name = match holding.holder_id {
            Some(thing) => store::find_holder(conn, thing)?.map(|row| row.name),
            None => None,
        };
        found.push((holding, name));
    }
    Ok(found)
}
