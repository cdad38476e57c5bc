//! What who runs a campaign does: write it, announce it, open it before its time, take it back; and the lists of campaigns.

use std::collections::HashMap;

use diesel::QueryResult;
use serde_json::json;

use super::Outcome;
use super::model::{Cancellation, Extension};
use super::rules::{self, Refusal};
use super::store::{self, cancellations, extensions};
use crate::base::capability::{Reach, Role};
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::text::in_title_marks;
use crate::base::version::SeenState;
use crate::db::{Conn, DbError, Json, Tx};
use crate::ground::documents;
use crate::judging::campaigns::model::{
    Campaign, CampaignId, CampaignStage, CampaignState, StageRow, StageState, Terms, thing,
};
use crate::judging::campaigns::notices::{note, tell_audience};
use crate::judging::campaigns::rules::{CampaignRefusal, CampaignVerb, Flaw, step};
use crate::judging::campaigns::viewer::{SHOWN, Seen, Viewer};
use crate::judging::campaigns::{Campaigns, entries, store as campaigns};
use crate::kernel::idempotency::{self, Reused};

/// A campaign in a list.
#[derive(Clone, Debug)]
pub struct ListedCampaign {
    pub campaign: Campaign,
    pub stages: Vec<StageRow>,
    /// How many entries were handed in.
    pub entries: i64,
    /// Whether the viewer has voted: today, where one votes every day. `None` while no vote is open, and for somebody who is
    /// not on its roll.
    pub voted: Option<bool>,
}

/// A campaign with what became of its ends.
#[derive(Clone, Debug)]
pub struct CampaignDetail {
    pub seen: Seen,
    /// Confirmed ones; for who runs it also those that wait.
    pub extensions: Vec<Extension>,
    /// Why it is called off; for who runs it also a proposal that waits.
    pub cancellation: Option<Cancellation>,
    /// As [`ListedCampaign::entries`].
    pub entries: i64,
    /// As [`ListedCampaign::voted`].
    pub voted: Option<bool>,
}

impl From<Reused> for Refusal {
    fn from(reused: Reused) -> Self {
        CampaignRefusal::from(reused).into()
    }
}

/// A campaign as an organiser writes it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub title: String,
    pub unit: UnitId,
    pub terms: Terms,
}

/// What the register of document numbers calls the notice of a campaign.
const NOTICE: &str = "campaign_notice";

impl Campaigns {
    /// Writes a new draft; the same key again returns the first one.
    pub async fn create(
        &self,
        actor: MemberId,
        reach: &Reach,
        draft: Draft,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Campaign> {
        self.check(reach, &draft)?;
        self.db
            .write(move |tx| {
                let id = idempotency::once(tx, key.as_ref(), |tx| -> Outcome<CampaignId> {
                    let campaign = new_campaign(tx, actor, draft.clone());
                    store::campaigns::insert(tx.conn, &campaign)?;
                    store::stages::put(tx.conn, campaign.id, &planned(&campaign))?;
                    note(tx, Some(actor), "campaigns.create", campaign.id, json!({}))?;
                    Ok(campaign.id)
                })?;
                campaigns::find(tx.conn, id)?.ok_or_else(|| CampaignRefusal::NoSuchCampaign.into())
            })
            .await
    }

    /// Changes a campaign that has not opened. Of one that is announced its audience hears what changed; the same again
    /// changes nothing.
    pub async fn edit(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: CampaignId,
        seen: Option<SeenState>,
        change: impl Fn(Draft) -> Draft + Send + 'static,
    ) -> Outcome<Campaign> {
        self.within(reach, id).await?;
        let (room, reach) = (self.clone(), reach.clone());
        self.db
            .write(move |tx| {
                // held before it is changed, so that of two changes at once neither undoes the other
                let mut campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                thing(id).changed_since(tx.conn, seen)?.map_err(CampaignRefusal::Outdated)?;
                if !matches!(campaign.state, CampaignState::Draft | CampaignState::Announced) {
                    return Err(CampaignRefusal::WrongState(campaign.state).into());
                }
                let (before, terms) = (campaign.clone(), campaign.terms.0.clone());
                let mut draft = change(Draft { title: campaign.title.clone(), unit: campaign.unit_id, terms });
                draft.terms.missing.get_or_insert_default();
                room.check(&reach, &draft)?;
                if campaign.state == CampaignState::Announced {
                    draft.terms.notice.as_ref().ok_or(Refusal::NoNotice)?;
                    draft.terms.vote_for_reference |= before.terms.0.vote_for_reference;
                    // what was announced keeps its vote as heavy as it was
                    let heaviest = room.presets.heaviest_vote().max(rules::vote_weight(&before.terms.0));
                    rules::may_announce(&draft.terms, heaviest, tx.now())?;
                }
                (campaign.title, campaign.unit_id, campaign.terms) = (draft.title, draft.unit, Json(draft.terms));
                let changes = rules::changes(&before, &campaign);
                if changes.is_empty() {
                    return Ok(before);
                }
                campaign.updated_at = tx.now();
                store::campaigns::update_draft(tx.conn, &campaign)?;
                store::stages::put(tx.conn, id, &planned(&campaign))?;
                note(tx, Some(actor), "campaigns.edit", id, json!({ "changes": changes }))?;
                if campaign.state == CampaignState::Announced {
                    claim_number(tx, &campaign)?;
                    tell_changes(tx, &before, &campaign, &changes)?;
                }
                Ok(campaign)
            })
            .await
    }

    fn check(&self, reach: &Reach, draft: &Draft) -> Result<(), CampaignRefusal> {
        let tree = self.directory.tree();
        let card = tree.get(draft.unit).filter(|card| reach.covers(&card.path)).ok_or(CampaignRefusal::OutOfReach)?;
        if card.unit.closed_on.is_some() {
            return Err(CampaignRefusal::OutOfReach);
        }
        rules::check(&draft.terms)?;
        rules::check_ahead(&draft.terms, self.db.now())?;
        for (index, unit) in draft.terms.electorate.unit_ids.iter().enumerate() {
            if !tree.get(*unit).is_some_and(|card| card.path.contains(&draft.unit)) {
                return Err(bad(format!("/terms/electorate/unit_ids/{index}"), "选民组织须在评选范围之内"));
            }
        }
        self.check_experts(&draft.terms, draft.unit)
    }

    /// Refuses experts who do not hold the duty, which two administrators grant: an organiser chooses among
    /// them and makes nobody one. Duties that begin later count.
    fn check_experts(&self, terms: &Terms, unit: UnitId) -> Result<(), CampaignRefusal> {
        let tree = self.directory.tree();
        let path = tree.get(unit).map(|card| card.path.clone()).unwrap_or_default();
        for (index, expert) in terms.expert_ids.iter().enumerate() {
            let no = |message: &str| Err(bad(format!("/terms/expert_ids/{index}"), message));
            let Some(card) = self.directory.member(*expert) else { return no("没有这个人") };
            if card.duties.iter().any(|duty| !duty.role.goes_with(Role::Expert)) {
                return no("该人员担任管理员或审计，不能同时担任评审专家（三员分立）");
            }
            if !card.duties.iter().any(|duty| duty.role == Role::Expert && path.contains(&duty.unit_id)) {
                return no("该人员没有本组织或上级组织的“评审专家”职务，请先由管理员任命");
            }
        }
        Ok(())
    }

    /// A campaign with what became of its ends, as a viewer may know it.
    pub async fn detail(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<CampaignDetail> {
        let seen = self.see(viewer, id).await?;
        let known = move |conn: &mut Conn| {
            let entries = entries::count_submitted(conn, &[id])?.first().map_or(0, |(_, count)| *count);
            Ok((extensions::list(conn, id)?, cancellations::find(conn, id)?, entries))
        };
        let (mut extensions, mut cancellation, entries) = self.db.read(known).await?;
        let open = if is_voted(&seen.campaign, &seen.stages) { vec![id] } else { Vec::new() };
        let voted = self.voted_in(viewer.member, open).await?.remove(&id);
        extensions.retain(|extension| seen.managed || extension.confirmed_at.is_some());
        cancellation = cancellation.filter(|cancellation| seen.managed || cancellation.confirmed_at.is_some());
        Ok(CampaignDetail { seen, extensions, cancellation, entries, voted })
    }

    /// Announces a draft that has its notice.
    pub async fn announce(&self, actor: MemberId, reach: &Reach, id: CampaignId) -> Outcome<Campaign> {
        let campaign = self.within(reach, id).await?;
        if !step(CampaignVerb::Announce, campaign.state)? {
            return Ok(campaign);
        }
        let notice = campaign.terms.0.notice.clone().ok_or(Refusal::NoNotice)?;
        rules::may_announce(&campaign.terms.0, self.presets.heaviest_vote(), self.db.now())?;
        self.check_experts(&campaign.terms.0, campaign.unit_id)?;
        let notes_votes = self.presets.notes_votes();
        self.move_on(id, CampaignVerb::Announce, move |tx, campaign| {
            campaign.terms.0.vote_for_reference |= notes_votes;
            store::campaigns::update_draft(tx.conn, campaign)?;
            (campaign.state, campaign.announced_at) = (CampaignState::Announced, Some(tx.now()));
            claim_number(tx, campaign)?;
            let told = format!("{}{}", &*notice.document_no, in_title_marks(&campaign.title));
            tell_audience(tx, campaign, "评选通知", told)?;
            Ok(note(tx, Some(actor), "campaigns.announce", id, json!({}))?)
        })
        .await
    }

    /// Takes back a campaign that has not opened.
    pub async fn withdraw(&self, actor: MemberId, reach: &Reach, id: CampaignId) -> Outcome<Campaign> {
        let campaign = self.within(reach, id).await?;
        if !step(CampaignVerb::Withdraw, campaign.state)? {
            return Ok(campaign);
        }
        self.move_on(id, CampaignVerb::Withdraw, move |tx, campaign| {
            if campaign.state == CampaignState::Announced {
                tell_audience(tx, campaign, "评选取消", "这次评选已经取消。".into())?;
            }
            campaign.state = CampaignState::Withdrawn;
            documents::release_others(tx, None, NOTICE, id.uuid())?;
            Ok(note(tx, Some(actor), "campaigns.withdraw", id, json!({}))?)
        })
        .await
    }

    /// Opens an announced campaign before its time; its first stage opens with it.
    pub async fn open_early(&self, actor: MemberId, reach: &Reach, id: CampaignId) -> Outcome<Campaign> {
        let campaign = self.within(reach, id).await?;
        if step(CampaignVerb::Open, campaign.state)? {
            self.open(id, Some(actor)).await?;
        }
        Ok(self.within(reach, id).await?)
    }

    /// Does a verb on a campaign that is held; what somebody else made of it meanwhile decides.
    pub(super) async fn move_on(
        &self,
        id: CampaignId,
        verb: CampaignVerb,
        act: impl Fn(&mut Tx, &mut Campaign) -> Outcome<()> + Send + 'static,
    ) -> Outcome<Campaign> {
        self.db
            .write(move |tx| {
                let mut campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                if step(verb, campaign.state)? {
                    let from = campaign.state;
                    act(tx, &mut campaign)?;
                    campaign.updated_at = tx.now();
                    campaigns::advance(tx.conn, from, &campaign)?;
                }
                Ok(campaign)
            })
            .await
    }

    /// Campaigns for a member, newest first.
    pub async fn list_for_member(
        &self,
        (member, path): (MemberId, &[UnitId]),
        before: Option<CampaignId>,
        limit: i64,
    ) -> Result<Vec<Campaign>, DbError> {
        // those whose votes are open to him wherever he is at home by now
        let votes: Vec<CampaignId> = self.open_votes(member).await?.into_iter().map(|vote| vote.id).collect();
        let units = path.to_vec();
        self.db.read(move |conn| store::campaigns::list(conn, (&units, &votes), &SHOWN, before, limit)).await
    }

    /// Campaigns with what lists show around each, as a member sees them.
    pub async fn campaigns_around(
        &self,
        member: MemberId,
        found: Vec<Campaign>,
    ) -> Result<Vec<ListedCampaign>, DbError> {
        let ids: Vec<CampaignId> = found.iter().map(|campaign| campaign.id).collect();
        let read =
            move |conn: &mut Conn| Ok((campaigns::list_stages_of(conn, &ids)?, entries::count_submitted(conn, &ids)?));
        let (stages, counts) = self.db.read(read).await?;
        let counts: HashMap<CampaignId, i64> = counts.into_iter().collect();
        let listed = |campaign: Campaign| ListedCampaign {
            stages: stages.iter().filter(|stage| stage.campaign_id == campaign.id).copied().collect(),
            entries: counts.get(&campaign.id).copied().unwrap_or(0),
            voted: None,
            campaign,
        };
        let mut listed: Vec<ListedCampaign> = found.into_iter().map(listed).collect();
        let open =
            listed.iter().filter(|one| is_voted(&one.campaign, &one.stages)).map(|one| one.campaign.id).collect();
        let voted = self.voted_in(member, open).await?;
        listed.iter_mut().for_each(|one| one.voted = voted.get(&one.campaign.id).copied());
        Ok(listed)
    }

    /// Campaigns within reach, in whatever state, newest first.
    pub async fn list_within(
        &self,
        reach: &Reach,
        before: Option<CampaignId>,
        limit: i64,
    ) -> Result<Vec<Campaign>, DbError> {
        let tree = self.directory.tree();
        let units: Vec<UnitId> = tree.each().filter(|card| reach.covers(&card.path)).map(|card| card.unit.id).collect();
        self.db.read(move |conn| store::campaigns::list(conn, (&units, &[]), CampaignState::EACH, before, limit)).await
    }
}

/// Whether a campaign that is not over names the member as one of its experts.
pub fn names_expert(conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
    Ok(store::campaigns::list_running_terms(conn)?.iter().any(|terms| terms.0.expert_ids.contains(&member)))
}

/// Whether its vote is open.
fn is_voted(campaign: &Campaign, stages: &[StageRow]) -> bool {
    let is_open = |stage: &StageRow| stage.stage == CampaignStage::Vote && stage.state == StageState::Open;
    campaign.state == CampaignState::Open && stages.iter().any(is_open)
}

fn bad(pointer: String, message: &str) -> CampaignRefusal {
    CampaignRefusal::BadField(Flaw { pointer, message: message.to_owned() })
}

fn new_campaign(tx: &Tx, actor: MemberId, mut draft: Draft) -> Campaign {
    draft.terms.missing.get_or_insert_default();
    Campaign {
        id: tx.fresh_id(),
        title: draft.title,
        unit_id: draft.unit,
        state: CampaignState::Draft,
        terms: Json(draft.terms),
        frozen: None,
        frozen_sha256: None,
        created_by: actor,
        created_at: tx.now(),
        updated_at: tx.now(),
        announced_at: None,
        opened_at: None,
        decided_at: None,
        published_at: None,
        archived_at: None,
    }
}

/// The timetable as rows, all of it still to come.
fn planned(campaign: &Campaign) -> Vec<StageRow> {
    let plans = (0..).zip(&campaign.terms.0.timetable);
    let row = |(position, plan): (i32, &crate::judging::campaigns::model::StagePlan)| StageRow {
        campaign_id: campaign.id,
        stage: plan.stage,
        position,
        state: StageState::Planned,
        opens_at: plan.opens_at,
        closes_at: plan.closes_at,
        opened_at: None,
        closed_at: None,
    };
    plans.map(row).collect()
}

/// Tells the audience what changed of an announced campaign, and one that it had before that it is no more.
fn tell_changes(tx: &mut Tx, before: &Campaign, now: &Campaign, changes: &[&str]) -> diesel::QueryResult<()> {
    tell_audience(tx, now, "评选安排调整", format!("有调整的内容：{}。请以评选页面为准。", changes.join("、")))?;
    if before.unit_id != now.unit_id {
        tell_audience(tx, before, "评选范围调整", "这次评选的范围有调整，请以评选页面为准。".into())?;
    }
    Ok(())
}

/// Takes the number of the notice in its issuer's series of the year, and gives back one that it had before. What is not
/// written as such a number stands in no series.
fn claim_number(tx: &mut Tx, campaign: &Campaign) -> Outcome<()> {
    let number = campaign.terms.0.notice.as_ref().and_then(|notice| documents::parse(&notice.document_no));
    if let Some(number) = &number
        && !documents::claim(tx, number, NOTICE, campaign.id.uuid())?
    {
        return Err(Refusal::NoticeNumberTaken.into());
    }
    Ok(documents::release_others(tx, number.as_ref(), NOTICE, campaign.id.uuid())?)
}
