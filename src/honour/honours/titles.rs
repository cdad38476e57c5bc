//! Titles: what is asked for them, and who meets that.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use super::actions::{Barred, Honours, Outcome, by_holder, note};
use super::model::{Award, HonourKind, StarSubject, TitleRound, TitleRoundId, TitleSubject, TitleTerms};
use super::rules::titles::{Known, check_terms, lacking};
use super::rules::{self, Giving, Refusal};
use super::stars::When;
use super::store;
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::person::Person;
use crate::db::Json;
use crate::ground::documents;
use crate::honour::appraisal;
use crate::kernel::idempotency;

/// Somebody who may be nominated, or what he lacks.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub member: Option<MemberId>,
    /// The unit itself, or the member's home.
    pub unit: UnitId,
    pub lacking: Vec<String>,
}

impl Honours {
    /// Opens a title to be given by a unit.
    pub(super) async fn open_round(
        &self,
        person: &Arc<Person>,
        (unit, year): (UnitId, i32),
        (title, document, terms): (String, String, TitleTerms),
        key: Option<IdempotencyKey>,
    ) -> Outcome<TitleRound> {
        check_terms(&terms)?;
        self.check_facts(&terms.eligibility)?;
        let this_year = self.db.today().parts().0;
        if !(this_year - 1..=this_year).contains(&year) {
            return Err(Refusal::BadYear.into());
        }
        self.check_title(unit, (terms.kind, &title), &document)?;
        let by = person.member;
        self.db
            .write(move |tx| {
                let id = idempotency::once(tx, key.as_ref(), |tx| -> Outcome<TitleRoundId> {
                    let round = TitleRound {
                        id: tx.fresh_id(),
                        unit_id: unit,
                        year,
                        terms: Json(terms.clone()),
                        title: title.clone(),
                        document: document.clone(),
                        created_by: by,
                        created_at: tx.now(),
                    };
                    store::titles::insert_round(tx.conn, &round)?;
                    let detail = json!({ "title": title, "year": year, "unit_id": unit, "document": document });
                    note(tx, Some(by), "honours.open_title", ("title_round", round.id.uuid()), detail)?;
                    Ok(round.id)
                })?;
                Ok(store::titles::find_round(tx.conn, id)?.ok_or(Refusal::NoSuchRound)?)
            })
            .await
    }

    /// Whether a unit may give a title by a document.
    pub(super) fn check_title(
        &self,
        unit: UnitId,
        (kind, title): (HonourKind, &str),
        document: &str,
    ) -> Result<(), Refusal> {
        let tree = self.directory.tree();
        let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
        let giving = Giving {
            kind,
            level: rules::level_of(tree.root() == Some(unit), &card.unit.kind),
            title,
            by_committee: self.is_committee(unit),
            is_numbered: documents::parse(document).is_some(),
        };
        rules::may_give(&giving)
    }

    pub(super) async fn round(&self, id: TitleRoundId) -> Outcome<TitleRound> {
        Ok(self.db.read(move |conn| store::titles::find_round(conn, id)).await?.ok_or(Refusal::NoSuchRound)?)
    }

    /// Titles before `before`, newest first.
    pub(super) async fn rounds(
        &self,
        year: Option<i32>,
        before: Option<TitleRoundId>,
        limit: i64,
    ) -> Outcome<Vec<TitleRound>> {
        Ok(self.db.read(move |conn| store::titles::list_rounds(conn, year, before, limit)).await?)
    }

    /// Who within reach may be nominated for a title, and what the others lack; in the order of ids, after `after`.
    pub(super) async fn candidates(
        &self,
        reach: &Reach,
        id: TitleRoundId,
        after: Option<uuid::Uuid>,
        limit: usize,
    ) -> Outcome<Vec<Candidate>> {
        let round = self.round(id).await?;
        let tree = self.directory.tree();
        let within = |unit: UnitId| {
            tree.get(unit).is_some_and(|card| card.path.contains(&round.unit_id) && reach.covers(&card.path))
        };
        let mut all: Vec<(Option<MemberId>, UnitId)> = match round.terms.0.subject {
            TitleSubject::Member => {
                let cards = self.appraised();
                cards.iter().filter(|(card, _)| within(card.unit)).map(|(card, _)| (Some(card.id), card.unit)).collect()
            }
            TitleSubject::Unit => {
                self.branch_units().into_iter().filter(|unit| within(*unit)).map(|unit| (None, unit)).collect()
            }
        };
        let key = |(member, unit): &(Option<MemberId>, UnitId)| member.map_or(unit.uuid(), MemberId::uuid);
        all.sort_by_key(key);
        all.retain(|one| after.is_none_or(|after| key(one) > after));
        all.truncate(limit);
        self.judged(&round, all).await
    }

    /// What each of these lacks for a title.
    pub(super) async fn judged(
        &self,
        round: &TitleRound,
        those: Vec<(Option<MemberId>, UnitId)>,
    ) -> Outcome<Vec<Candidate>> {
        let asked = round.terms.0.eligibility.clone();
        let year = round.year;
        let members: Vec<MemberId> = those.iter().filter_map(|(member, _)| *member).collect();
        let units: Vec<UnitId> = those.iter().filter(|(member, _)| member.is_none()).map(|(_, unit)| *unit).collect();
        let means = match (units.is_empty(), asked.least_points) {
            (false, Some(_)) => self.means(year - 1).await?.0,
            _ => std::collections::BTreeMap::new(),
        };
        let stars = match asked.least_stars {
            Some(_) => {
                let subject = if units.is_empty() { StarSubject::Member } else { StarSubject::Branch };
                let (levels, _) = self.levels(subject, None, When::Year(year - 1)).await?;
                levels.into_iter().map(|level| (level.id, level.stars.stars)).collect()
            }
            None => HashMap::new(),
        };
        let (points, awards, barred) = self
            .db
            .read(move |conn| {
                let points = appraisal::totals(conn, &members, year - 1)?;
                let mut awards = store::list_of_members(conn, &members)?;
                awards.extend(store::list_of_units(conn, &units)?);
                Ok((points, awards, Barred::of(conn, year)?))
            })
            .await?;
        let branches: Vec<UnitId> = those.iter().map(|(_, unit)| self.branch_or_self(*unit)).collect();
        let reached = self.reached(&asked, &branches, year - 1).await?;
        let mut awards = by_holder(awards, |(award, withdrawn, _)| withdrawn.is_none().then(|| award.holder().uuid()));
        let judge = |(member, unit): (Option<MemberId>, UnitId)| {
            let key = member.map_or(unit.uuid(), MemberId::uuid);
            let given: Vec<Award> =
                awards.remove(&key).unwrap_or_default().into_iter().map(|(award, ..)| award).collect();
            let known = Known {
                points: match member {
                    Some(member) => points.get(&member).copied().unwrap_or(0),
                    None => means.get(&unit).copied().unwrap_or(0),
                },
                stars: stars.get(&key).copied().unwrap_or(0),
                awards: &given,
                barred: match member {
                    Some(member) => barred.members.contains(&member),
                    None => barred.units.contains(&unit),
                },
                reached: reached.get(&self.branch_or_self(unit)).map_or(&[], Vec::as_slice),
            };
            Candidate { member, unit, lacking: lacking(&asked, year, &known) }
        };
        Ok(those.into_iter().map(judge).collect())
    }
}
