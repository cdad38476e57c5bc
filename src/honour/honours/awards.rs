//! Giving honours, being told of them, taking them away, looking them up.

use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::actions::{Honours, NewHolder, Outcome, cause_of, link_of, note, numbered, resolve};
use super::model::{
    Award, AwardId, AwardSource, AwardSourceId, Awarded, Bar, BarId, Holder, HolderId, HolderRow, HonourHolderKind,
    HonourKind, HonourLevel, Withdrawal,
};
use super::rules::{self, Giving, Refusal};
use super::store;
use crate::base::capability::{Capability, Role};
use crate::base::crypto::random_code;
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::own_case::Judgement;
use crate::base::person::Person;
use crate::base::text::in_quotes;
use crate::base::time::Day;
use crate::db::Tx;
use crate::ground::documents;
use crate::honour::appraisal::{AppraisalRecord, Retraction, Suggestion};
use crate::kernel::idempotency;

/// What somebody gives.
#[derive(Clone, Debug)]
pub(super) struct NewAward {
    pub holder: NewHolder,
    pub kind: HonourKind,
    pub title: String,
    pub year: i32,
    pub awarded_on: Day,
    pub document: String,
    /// The unit that gives it.
    pub by_unit: UnitId,
}

/// Everything of an honour but what the room adds.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub holder: Holder,
    pub unit: UnitId,
    pub kind: HonourKind,
    pub title: String,
    pub level: HonourLevel,
    pub year: i32,
    pub awarded_on: Day,
    pub document: String,
    pub issuer: String,
    pub source: (AwardSource, AwardSourceId),
    pub cause: String,
    pub by: Option<MemberId>,
}

/// Who was awarded by a selection.
#[derive(Clone, Debug)]
pub enum CampaignHolder {
    /// A member, for an entry of his own.
    Member(MemberId),
    Unit(UnitId),
    /// A brand of a unit, by its name.
    Brand(UnitId, String),
}

/// A final award of a selection, as it is told.
#[derive(Clone, Debug)]
pub struct CampaignAward {
    /// The entry that was awarded.
    pub entry: uuid::Uuid,
    pub holder: CampaignHolder,
    /// Such as 十大优秀党建品牌.
    pub title: String,
    /// The number of the notice by which it was opened.
    pub document: String,
    /// The unit that ran the selection.
    pub by_unit: UnitId,
}

impl Honours {
    /// Gives an honour by a decision of a unit.
    pub(super) async fn give(
        &self,
        person: &Arc<Person>,
        new: NewAward,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Awarded> {
        rules::check_days(new.year, new.awarded_on, self.db.today())?;
        let unit = self.unit_of(&new.holder)?;
        let member = new.holder.member();
        Honours::check_own(Judgement::GiveHonour, person, (member, None, None))?;
        let tree = self.directory.tree();
        let giver = tree.get(new.by_unit).ok_or(Refusal::NoSuchUnit)?;
        let holder_path = tree.get(unit).map(|card| card.path.clone()).ok_or(Refusal::NoSuchUnit)?;
        if !holder_path.contains(&new.by_unit) {
            return Err(Refusal::OutOfReach.into());
        }
        let level = rules::level_of(tree.root() == Some(new.by_unit), &giver.unit.kind);
        let giving = Giving {
            kind: new.kind,
            level,
            title: &new.title,
            by_committee: self.is_committee(new.by_unit),
            is_numbered: documents::parse(&new.document).is_some(),
        };
        rules::may_give(&giving)?;
        let (room, by, issuer) = (self.clone(), person.member, giver.unit.name.clone());
        self.db
            .write(move |tx| {
                tx.take_turns(member)?;
                tx.take_turn_on("honours")?;
                let id = idempotency::once(tx, key.as_ref(), |tx| -> Outcome<AwardId> {
                    let holder = resolve(tx, &new.holder)?;
                    let draft = Draft {
                        holder,
                        unit,
                        kind: new.kind,
                        title: new.title.clone(),
                        level,
                        year: new.year,
                        awarded_on: new.awarded_on,
                        document: new.document.clone(),
                        issuer: issuer.clone(),
                        source: (AwardSource::Decision, new.by_unit.uuid().into()),
                        cause: cause_of(holder, &new.title, new.year, &new.document),
                        by: Some(by),
                    };
                    let award = room.write(tx, draft)?.ok_or(Refusal::Known)?;
                    let detail = json!({
                        "title": award.title, "level": award.level, "year": award.year, "document": award.document,
                        "holder_kind": award.holder_kind, "holder_id": holder.uuid(),
                    });
                    note(tx, Some(by), "honours.give", ("honour", award.id.uuid()), detail)?;
                    Ok(award.id)
                })?;
                Ok(store::find(tx.conn, id)?.ok_or(Refusal::NoSuchAward)?)
            })
            .await
    }

    /// Writes an honour and tells those whose it is; `None` when the same was given before.
    pub(super) fn write(&self, tx: &mut Tx, draft: Draft) -> QueryResult<Option<Award>> {
        let award = Award {
            id: tx.fresh_id(),
            holder_kind: draft.holder.kind(),
            member_id: draft.holder.member(),
            unit_id: draft.unit,
            holder_id: draft.holder.thing(),
            kind: draft.kind,
            title: draft.title,
            level: draft.level,
            year: draft.year,
            awarded_on: draft.awarded_on,
            document: draft.document,
            issuer: draft.issuer,
            source_kind: draft.source.0,
            source_id: draft.source.1,
            cause: draft.cause,
            code: random_code(),
            entered_by: draft.by,
            created_at: tx.now(),
        };
        if !store::insert(tx.conn, &award)? {
            return Ok(None);
        }
        self.suggest(tx, &award)?;
        // whom a selection awards, its room tells
        if award.source_kind != AwardSource::Campaign {
            self.tell_holder(tx, &award)?;
        }
        Ok(Some(award))
    }

    /// Tells the book of appraisal what a member was given: its rules propose, and people decide.
    fn suggest(&self, tx: &mut Tx, award: &Award) -> QueryResult<()> {
        let worth = match award.source_kind {
            AwardSource::Contest => Some(rules::worth_of_prize(&award.title)),
            _ => rules::worth_of(award.kind, award.level),
        };
        let (Some(member), Some(worth)) = (award.member_id, worth) else { return Ok(()) };
        let (record, subject) = (record_of(award), award.id.uuid());
        let reason = format!("获得 {} 年度{}（{}）", award.year, in_quotes(&award.title), award.document);
        let told = Suggestion { record, member, subject, day: award.awarded_on, worth: Some(worth), reason: &reason };
        self.appraisal.suggest(tx, &told)
    }

    /// Tells the book of appraisal that an honour was taken away.
    pub(super) fn retract(&self, tx: &mut Tx, award: &Award, (by, document): (MemberId, &str)) -> QueryResult<()> {
        let Some(member) = award.member_id else { return Ok(()) };
        let (record, subject) = (record_of(award), award.id.uuid());
        let reason = format!("{} 年度{}已撤销（{document}）", award.year, in_quotes(&award.title));
        self.appraisal.retract(tx, &Retraction { record, member, subject, by, reason: &reason })
    }

    fn tell_holder(&self, tx: &mut Tx, award: &Award) -> QueryResult<()> {
        let told = self.told_of(tx, award);
        let whose = match award.holder() {
            Holder::Unit(unit) => self.directory.unit_name(unit),
            Holder::Member(_) | Holder::Thing(..) => "您".to_owned(),
        };
        for member in told {
            let body = format!("{whose}获得 {} 年度{}（{}）。", award.year, in_quotes(&award.title), award.document);
            self.tell(tx, member, "荣誉已登记", body, link_of(award.id))?;
        }
        Ok(())
    }

    /// Who is told of an honour: whose it is, of a unit its secretaries.
    pub(super) fn told_of(&self, tx: &Tx, award: &Award) -> Vec<MemberId> {
        match award.holder() {
            Holder::Member(member) => vec![member],
            Holder::Unit(unit) => self.directory.holders(Role::Secretary, unit, tx.today()),
            Holder::Thing(..) => Vec::new(),
        }
    }

    /// Writes the final awards of a selection as honours, within the transaction that publishes them; again it changes
    /// nothing.
    pub fn record_selection(&self, tx: &mut Tx, campaign: uuid::Uuid, awards: &[CampaignAward]) -> QueryResult<()> {
        let tree = self.directory.tree();
        tx.take_turns(awards.iter().filter_map(|told| match told.holder {
            CampaignHolder::Member(member) => Some(member),
            CampaignHolder::Unit(_) | CampaignHolder::Brand(..) => None,
        }))?;
        for told in awards {
            let (new, unit) = match &told.holder {
                // somebody who has left meanwhile keeps what he was awarded, under the unit that ran it
                CampaignHolder::Member(member) => {
                    let home = self.directory.path(*member).and_then(|path| path.first().copied());
                    (NewHolder::Member(*member), home.unwrap_or(told.by_unit))
                }
                CampaignHolder::Unit(unit) => (NewHolder::Unit(*unit), *unit),
                CampaignHolder::Brand(unit, name) => {
                    (NewHolder::Named(HonourHolderKind::Brand, *unit, name.clone()), *unit)
                }
            };
            let by = tree.get(told.by_unit);
            let kind = by.map(|card| card.unit.kind.clone()).unwrap_or_default();
            let holder = resolve(tx, &new)?;
            let draft = Draft {
                holder,
                unit,
                kind: HonourKind::Honour,
                title: told.title.clone(),
                level: rules::level_of(tree.root() == Some(told.by_unit), &kind),
                year: tx.today().parts().0,
                awarded_on: tx.today(),
                document: told.document.clone(),
                issuer: by.map(|card| card.unit.name.clone()).unwrap_or_default(),
                source: (AwardSource::Campaign, told.entry.into()),
                cause: format!("{campaign}|{}", told.entry),
                by: None,
            };
            self.write(tx, draft)?;
        }
        Ok(())
    }

    /// Takes an honour away by a document; again it changes nothing.
    pub(super) async fn withdraw(&self, person: &Arc<Person>, id: AwardId, document: &str) -> Outcome<Awarded> {
        let document = numbered(document)?;
        let (award, ..) = self.award(id).await?;
        Honours::check_own(Judgement::GiveHonour, person, (award.member_id, None, None))?;
        self.holds(person, Capability::GrantHonours, award.unit_id)?;
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                tx.take_turns(award.member_id)?;
                let withdrawal =
                    Withdrawal { award_id: id, document: document.clone(), withdrawn_by: by, withdrawn_at: tx.now() };
                if store::insert_withdrawal(tx.conn, &withdrawal)? {
                    room.retract(tx, &award, (by, &document))?;
                    let detail = json!({ "title": award.title, "year": award.year, "document": document });
                    note(tx, Some(by), "honours.withdraw", ("honour", id.uuid()), detail)?;
                    if let Some(member) = award.member_id {
                        let body = format!("{} 年度{}已撤销（{document}）。", award.year, in_quotes(&award.title));
                        room.tell(tx, member, "荣誉已撤销", body, link_of(id))?;
                    }
                }
                Ok(store::find(tx.conn, id)?.ok_or(Refusal::NoSuchAward)?)
            })
            .await
    }

    pub(super) async fn award(&self, id: AwardId) -> Outcome<Awarded> {
        Ok(self.db.read(move |conn| store::find(conn, id)).await?.ok_or(Refusal::NoSuchAward)?)
    }

    /// Honours that a list shows, newest first.
    pub(super) async fn awards(
        &self,
        wanted: store::Wanted,
        before: Option<AwardId>,
        limit: i64,
    ) -> Outcome<Vec<Awarded>> {
        Ok(self.db.read(move |conn| store::list(conn, &wanted, before, limit)).await?)
    }

    /// Brands, posts and zones of a unit and below.
    pub(super) async fn holders(
        &self,
        kind: Option<HonourHolderKind>,
        unit: Option<UnitId>,
        after: Option<HolderId>,
        limit: i64,
    ) -> Outcome<Vec<HolderRow>> {
        let units = self.below(unit)?;
        Ok(self.db.read(move |conn| store::list_holders(conn, kind, units.as_deref(), after, limit)).await?)
    }

    /// Writes down that a member or a unit takes no part in a year: the number of the document, and nothing of the matter.
    pub(super) async fn bar(
        &self,
        person: &Arc<Person>,
        (member, unit): (Option<MemberId>, Option<UnitId>),
        (year, document): (i32, String),
    ) -> Outcome<Bar> {
        let document = numbered(&document)?;
        let this_year = self.db.today().parts().0;
        if !(this_year - 1..=this_year + 1).contains(&year) {
            return Err(Refusal::BadYear.into());
        }
        let holder = match (member, unit) {
            (Some(member), None) => NewHolder::Member(member),
            (None, Some(unit)) => NewHolder::Unit(unit),
            _ => return Err(Refusal::BadHolder("请写明是哪名党员或哪个组织，二者选一").into()),
        };
        let of = self.unit_of(&holder)?;
        Honours::check_own(Judgement::GiveHonour, person, (member, None, None))?;
        self.holds(person, Capability::GrantHonours, of)?;
        let by = person.member;
        self.db
            .write(move |tx| {
                let bar = Bar {
                    id: tx.fresh_id(),
                    member_id: member,
                    unit_id: of,
                    year,
                    document: document.clone(),
                    barred_by: by,
                    barred_at: tx.now(),
                };
                store::insert_bar(tx.conn, &bar)?;
                let detail = json!({ "member_id": member, "unit_id": of, "year": year, "document": document });
                note(tx, Some(by), "honours.bar", ("honour_bar", bar.id.uuid()), detail)?;
                Ok(bar)
            })
            .await
    }

    /// Who takes no part in some year, of units within reach.
    pub(super) async fn bars(
        &self,
        units: Option<Vec<UnitId>>,
        before: Option<BarId>,
        limit: i64,
    ) -> Outcome<Vec<Bar>> {
        Ok(self.db.read(move |conn| store::list_bars(conn, units.as_deref(), before, limit)).await?)
    }
}

/// As what the book of appraisal knows of an honour. Of one contest a member has one prize that stands.
fn record_of(award: &Award) -> AppraisalRecord {
    match award.source_kind {
        AwardSource::Contest => AppraisalRecord::Prize,
        _ => AppraisalRecord::Commendation,
    }
}
