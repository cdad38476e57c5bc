//! Nominations: up the tree one unit at a time, to the opinions of offices, the committee, the days in which everybody sees
//! them, and the naming.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::actions::{Honours, NewHolder, Outcome, note};
use super::model::{
    NominationId, NominationState, Office, TitleMove, TitleNomination, TitleRound, TitleRoundId, TitleStep,
    TitleSubject,
};
use super::rules::Refusal;
use super::rules::titles::{check_move, is_objected, unasked};
use super::store;
use super::store::titles::Wanted;
use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::own_case::Judgement;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{Conn, Tx};
use crate::kernel::desk::{self, Due, NewItem, Post, Urgency, Whose};
use crate::kernel::idempotency;

crate::kernel::desk::kinds! {
    /// A nomination for a title waits for the next step.
    NOMINATION = "honour_nomination" / "表彰推荐",
}

crate::words!(
    /// Why a nomination was refused. A closed list: no matter is kept.
    TitleRefusalReason {
        Quota = "quota" / "名额所限",
        Criteria = "criteria" / "不符合评选条件",
        Opinion = "opinion" / "征求意见有异议",
        Objection = "objection" / "公示期间有异议",
        Own = "own" / "本人或推荐单位撤回",
    }
);

/// Days for a step.
const STEP_DAYS: u64 = 10;

/// A nomination with its steps.
pub(super) type Whole = (TitleNomination, Vec<TitleStep>);

/// Who is nominated, and why.
#[derive(Clone, Debug)]
pub(super) struct NewNomination {
    pub member: Option<MemberId>,
    pub unit: Option<UnitId>,
    pub deeds: String,
    pub meeting: String,
}

impl Honours {
    /// Nominates somebody; it waits for the next unit up.
    pub(super) async fn nominate(
        &self,
        person: &Arc<Person>,
        id: TitleRoundId,
        new: NewNomination,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Whole> {
        let round = self.round(id).await?;
        let holder = match (round.terms.0.subject, new.member, new.unit) {
            (TitleSubject::Member, Some(member), None) => NewHolder::Member(member),
            (TitleSubject::Unit, None, Some(unit)) => NewHolder::Unit(unit),
            _ => return Err(Refusal::BadHolder("党员称号须写明是哪名党员，党组织称号须写明是哪个组织").into()),
        };
        let unit = self.unit_of(&holder)?;
        self.holds(person, Capability::RecommendHonours, unit)?;
        Honours::check_own(Judgement::JudgeNomination, person, (new.member, None, None))?;
        let tree = self.directory.tree();
        let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
        if !card.path.contains(&round.unit_id) {
            return Err(Refusal::OutOfReach.into());
        }
        let lacking = self.judged(&round, vec![(new.member, unit)]).await?.pop().map(|one| one.lacking);
        if let Some(lacking) = lacking.filter(|lacking| !lacking.is_empty()) {
            return Err(Refusal::NotReached(lacking.join("；")).into());
        }
        // a member's branch recommends, and other units themselves
        let by_unit = card.branch.filter(|_| new.member.is_some()).unwrap_or(unit);
        let (at, state) = self.next_up(by_unit, round.unit_id);
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                tx.take_turn_on("title_nominations")?;
                let nominated = idempotency::once(tx, key.as_ref(), |tx| -> Outcome<NominationId> {
                    if store::titles::is_nominated(tx.conn, id, new.member, unit)? {
                        return Err(Refusal::Nominated.into());
                    }
                    let nomination = TitleNomination {
                        id: tx.fresh_id(),
                        round_id: id,
                        member_id: new.member,
                        unit_id: unit,
                        at_unit_id: at,
                        state,
                        deeds: new.deeds.clone(),
                        meeting: new.meeting.clone(),
                        shown_until: None,
                        nominated_by: by,
                        created_at: tx.now(),
                    };
                    store::titles::insert(tx.conn, &nomination)?;
                    take_step(tx, &nomination, by, (TitleMove::Nominate, by_unit, None, None))?;
                    room.lay_nomination(tx, &nomination, &round)?;
                    Ok(nomination.id)
                })?;
                whole(tx.conn, nominated)
            })
            .await
    }

    /// Where a nomination that `unit` agrees to waits next, and for what.
    fn next_up(&self, unit: UnitId, top: UnitId) -> (UnitId, NominationState) {
        let tree = self.directory.tree();
        let above = tree.get(unit).and_then(|card| card.path.get(1).copied());
        match above.filter(|_| unit != top) {
            Some(above) if above != top => (above, NominationState::Recommended),
            _ => (top, NominationState::Opinions),
        }
    }

    /// Agrees to a nomination and sends it one unit up.
    pub(super) async fn forward(&self, person: &Arc<Person>, id: NominationId) -> Outcome<Whole> {
        let (nomination, round) = self.nomination_for(id).await?;
        check_move(nomination.state, TitleMove::Forward)?;
        self.check_hand(person, Capability::RecommendHonours, &nomination)?;
        let (at, state) = self.next_up(nomination.at_unit_id, round.unit_id);
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                let taken = (TitleMove::Forward, nomination.at_unit_id, None, None);
                room.go_on(tx, (&nomination, &round), by, taken, (state, at, None))?;
                whole(tx.conn, id)
            })
            .await
    }

    /// Writes down what an office says, by yes or no; when all have agreed, it waits for the committee. What an office said
    /// last counts.
    pub(super) async fn say(
        &self,
        person: &Arc<Person>,
        id: NominationId,
        (office, agrees): (Office, bool),
    ) -> Outcome<Whole> {
        let (nomination, round) = self.nomination_for(id).await?;
        let asked = if agrees { TitleMove::Agree } else { TitleMove::Object };
        check_move(nomination.state, asked)?;
        self.check_hand(person, Capability::KeepHonours, &nomination)?;
        let offices = round.terms.0.subject.offices();
        if !offices.contains(&office) {
            return Err(Refusal::Contradiction("/office", "这类称号不征求该部门的意见".into()).into());
        }
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                tx.take_turn_on("title_nominations")?;
                let at = nomination.at_unit_id;
                take_step(tx, &nomination, by, (asked, at, Some(office), None))?;
                let steps = store::titles::list_steps(tx.conn, &[id])?;
                if unasked(offices, &steps).is_empty() && !is_objected(&steps) {
                    let to = (NominationState::Committee, at, None);
                    if !store::titles::advance(tx.conn, &nomination, to)? {
                        return Err(Refusal::ChangedMeanwhile.into());
                    }
                    let moved = TitleNomination { state: NominationState::Committee, ..nomination.clone() };
                    room.lay_nomination(tx, &moved, &round)?;
                }
                whole(tx.conn, id)
            })
            .await
    }

    /// Refuses a nomination: the unit where it waits, or in the end the committee.
    pub(super) async fn refuse(
        &self,
        person: &Arc<Person>,
        id: NominationId,
        reason: TitleRefusalReason,
    ) -> Outcome<Whole> {
        let (nomination, round) = self.nomination_for(id).await?;
        let capability = match nomination.state {
            NominationState::Recommended => Capability::RecommendHonours,
            _ => Capability::GrantHonours,
        };
        check_move(nomination.state, TitleMove::Refuse)?;
        if !(reason == TitleRefusalReason::Own && nomination.nominated_by == person.member) {
            self.check_hand(person, capability, &nomination)?;
        }
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                let step = (TitleMove::Refuse, nomination.at_unit_id, None, Some(reason.as_str().to_owned()));
                let to = (NominationState::Refused, nomination.at_unit_id, nomination.shown_until);
                room.go_on(tx, (&nomination, &round), by, step, to)?;
                whole(tx.conn, id)
            })
            .await
    }

    pub(super) fn go_on(
        &self,
        tx: &mut Tx,
        (nomination, round): (&TitleNomination, &TitleRound),
        by: MemberId,
        step: (TitleMove, UnitId, Option<Office>, Option<String>),
        (state, at, shown_until): (NominationState, UnitId, Option<Day>),
    ) -> Outcome<()> {
        if !store::titles::advance(tx.conn, nomination, (state, at, shown_until))? {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        take_step(tx, nomination, by, step)?;
        let moved = TitleNomination { state, at_unit_id: at, shown_until, ..nomination.clone() };
        Ok(self.lay_nomination(tx, &moved, round)?)
    }

    /// Whether somebody acts on a nomination where it waits: within reach, and neither his own nor about himself.
    pub(super) fn check_hand(
        &self,
        person: &Person,
        capability: Capability,
        nomination: &TitleNomination,
    ) -> Result<(), Refusal> {
        self.holds(person, capability, nomination.at_unit_id)?;
        let whose = (nomination.member_id, None, Some(nomination.nominated_by));
        Honours::check_own(Judgement::JudgeNomination, person, whose)
    }

    async fn nomination_for(&self, id: NominationId) -> Outcome<(TitleNomination, TitleRound)> {
        let read = move |conn: &mut Conn| {
            let Some(nomination) = store::titles::find(conn, id)? else { return Ok(None) };
            Ok(store::titles::find_round(conn, nomination.round_id)?.map(|round| (nomination, round)))
        };
        Ok(self.db.read(read).await?.ok_or(Refusal::NoSuchNomination)?)
    }

    /// A nomination, for those whose duties reach it, and for everybody once it is shown.
    pub(super) async fn nomination(&self, person: &Person, id: NominationId) -> Outcome<Whole> {
        let (nomination, _) = self.nomination_for(id).await?;
        let is_shown = matches!(nomination.state, NominationState::Shown | NominationState::Named);
        let duties = [Capability::RecommendHonours, Capability::KeepHonours, Capability::GrantHonours];
        let reaches = |capability: &Capability| self.holds(person, *capability, nomination.unit_id).is_ok();
        if !is_shown && !duties.iter().any(reaches) {
            return Err(Refusal::NoSuchNomination.into());
        }
        let steps = self.db.read(move |conn| store::titles::list_steps(conn, &[id])).await?;
        Ok((nomination, steps))
    }

    /// Nominations for a title after `after`, in the order in which they came.
    pub(super) async fn nominations(
        &self,
        wanted: Wanted,
        after: Option<NominationId>,
        limit: i64,
    ) -> Outcome<Vec<Whole>> {
        self.round(wanted.round).await?;
        let room = self.clone();
        let found = room.db.read(move |conn| list_whole(conn, &wanted, after, limit)).await?;
        Ok(found)
    }

    /// Has a nomination wait for whoever takes the next step.
    fn lay_nomination(&self, tx: &mut Tx, nomination: &TitleNomination, round: &TitleRound) -> QueryResult<()> {
        let (capability, what) = match nomination.state {
            NominationState::Recommended => (Capability::RecommendHonours, "审核推荐"),
            NominationState::Opinions => (Capability::KeepHonours, "征求意见"),
            NominationState::Committee => (Capability::GrantHonours, "研究决定"),
            NominationState::Shown => (Capability::GrantHonours, "公示期满后命名"),
            NominationState::Named | NominationState::Refused => {
                return desk::clear(tx, NOMINATION, nomination.id.uuid());
            }
        };
        let name = match nomination.member_id {
            Some(member) => self.directory.name_of(member),
            None => self.directory.unit_name(nomination.unit_id),
        };
        let due = nomination.shown_until.unwrap_or_else(|| tx.today().plus_days(STEP_DAYS));
        let item = NewItem {
            kind: NOMINATION,
            subject: nomination.id.uuid(),
            title: format!("{name}（{}）：{what}", round.title),
            link: format!("/title-rounds/{}", round.id),
            due: Some(Due::On(self.calendar.working_day_from(due))),
            urgency: Urgency::Normal,
            whose: Whose::Holders(Post { capability, unit: nomination.at_unit_id }),
            barred: [Some(nomination.nominated_by), nomination.member_id].into_iter().flatten().collect(),
        };
        self.desks.replace(tx, NOMINATION, nomination.id.uuid(), [item])
    }
}

fn take_step(
    tx: &mut Tx,
    nomination: &TitleNomination,
    by: MemberId,
    (taken, unit, office, text): (TitleMove, UnitId, Option<Office>, Option<String>),
) -> QueryResult<()> {
    let step = TitleStep {
        id: tx.fresh_id(),
        nomination_id: nomination.id,
        step: taken,
        unit_id: unit,
        office,
        note: text,
        taken_by: by,
        taken_at: tx.now(),
    };
    store::titles::insert_step(tx.conn, &step)?;
    let action = match taken {
        TitleMove::Nominate => "honours.nominate",
        TitleMove::Forward => "honours.forward",
        TitleMove::Agree | TitleMove::Object => "honours.say",
        TitleMove::Refuse => "honours.refuse",
        // told once for all of them
        TitleMove::Choose | TitleMove::Name => return Ok(()),
    };
    let detail = json!({ "member_id": nomination.member_id, "unit_id": nomination.unit_id, "office": office });
    note(tx, Some(by), action, ("title_nomination", nomination.id.uuid()), detail)
}

fn whole(conn: &mut Conn, id: NominationId) -> Outcome<Whole> {
    let nomination = store::titles::find(conn, id)?.ok_or(Refusal::NoSuchNomination)?;
    Ok((nomination, store::titles::list_steps(conn, &[id])?))
}

pub(super) fn list_whole(
    conn: &mut Conn,
    wanted: &Wanted,
    after: Option<NominationId>,
    limit: i64,
) -> QueryResult<Vec<Whole>> {
    let found = store::titles::list(conn, wanted, after, limit)?;
    let ids: Vec<NominationId> = found.iter().map(|one| one.id).collect();
    let mut steps: HashMap<NominationId, Vec<TitleStep>> = HashMap::new();
    for step in store::titles::list_steps(conn, &ids)? {
        steps.entry(step.nomination_id).or_default().push(step);
    }
    Ok(found.into_iter().map(|one| (steps.remove(&one.id).unwrap_or_default(), one)).map(|(s, n)| (n, s)).collect())
}
