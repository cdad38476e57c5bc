//! What who runs a campaign does: write it, announce it, open it before its time, take it back.

use diesel::QueryResult;
use serde_json::json;

use super::model::{Campaign, CampaignId, CampaignState, StageRow, StageState, Terms};
use super::rules::{self, CampaignVerb, Flaw, Refusal};
use super::{Campaigns, store};
use crate::base::capability::{Reach, Role};
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::text::in_title_marks;
use crate::db::{Conn, Json, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::agenda;
use crate::kernel::idempotency::{self, Reused};
use crate::kernel::trail::{self, Act};

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

impl From<Reused> for Refusal {
    fn from(_: Reused) -> Self {
        Refusal::KeyReused
    }
}

/// A campaign as an organiser writes it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub title: String,
    pub unit: UnitId,
    pub terms: Terms,
}

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
                let id = idempotency::once(tx, key.as_ref(), |tx| {
                    let campaign = new_campaign(tx, actor, draft.clone());
                    store::insert(tx.conn, &campaign)?;
                    store::put_stages(tx.conn, campaign.id, &planned(&campaign))?;
                    note(tx, Some(actor), "campaigns.create", campaign.id, json!({}))?;
                    Ok(campaign.id)
                })?;
                store::find(tx.conn, id)?.ok_or_else(|| Refusal::NoSuchCampaign.into())
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
        change: impl Fn(Draft) -> Draft + Send + 'static,
    ) -> Outcome<Campaign> {
        self.within(reach, id).await?;
        let (room, reach) = (self.clone(), reach.clone());
        self.db
            .write(move |tx| {
                // held before it is changed, so that of two changes at once neither undoes the other
                let mut campaign = store::hold(tx.conn, id)?.ok_or(Refusal::NoSuchCampaign)?;
                if !matches!(campaign.state, CampaignState::Draft | CampaignState::Announced) {
                    return Err(Refusal::WrongState(campaign.state).into());
                }
                let (before, terms) = (campaign.clone(), campaign.terms.0.clone());
                let mut draft = change(Draft { title: campaign.title.clone(), unit: campaign.unit_id, terms });
                draft.terms.missing.get_or_insert_default();
                room.check(&reach, &draft)?;
                if campaign.state == CampaignState::Announced {
                    draft.terms.notice.as_ref().ok_or(Refusal::NoNotice)?;
                    rules::may_announce(&draft.terms, tx.now())?;
                }
                (campaign.title, campaign.unit_id, campaign.terms) = (draft.title, draft.unit, Json(draft.terms));
                let changes = rules::changes(&before, &campaign);
                if changes.is_empty() {
                    return Ok(before);
                }
                campaign.updated_at = tx.now();
                store::update_draft(tx.conn, &campaign)?;
                store::put_stages(tx.conn, id, &planned(&campaign))?;
                note(tx, Some(actor), "campaigns.edit", id, json!({ "changes": changes }))?;
                if campaign.state == CampaignState::Announced {
                    tell_changes(tx, &before, &campaign, &changes)?;
                }
                Ok(campaign)
            })
            .await
    }

    fn check(&self, reach: &Reach, draft: &Draft) -> Result<(), Refusal> {
        let tree = self.directory.tree();
        let card = tree.get(draft.unit).filter(|card| reach.covers(&card.path)).ok_or(Refusal::OutOfReach)?;
        if card.unit.closed_on.is_some() {
            return Err(Refusal::OutOfReach);
        }
        rules::check(&draft.terms)?;
        for (index, unit) in draft.terms.electorate.unit_ids.iter().enumerate() {
            if !tree.get(*unit).is_some_and(|card| card.path.contains(&draft.unit)) {
                return Err(bad(format!("/terms/electorate/unit_ids/{index}"), "选民组织须在评选范围之内"));
            }
        }
        self.check_experts(&draft.terms, draft.unit)
    }

    /// Refuses experts who do not hold the duty, which two administrators grant: whoever runs a selection chooses among
    /// them and makes nobody one. Duties that begin later count.
    fn check_experts(&self, terms: &Terms, unit: UnitId) -> Result<(), Refusal> {
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

    /// A campaign within reach, in whatever state.
    pub async fn within(&self, reach: &Reach, id: CampaignId) -> Outcome<Campaign> {
        let campaign = self.db.read(move |conn| store::find(conn, id)).await?.ok_or(Refusal::NoSuchCampaign)?;
        if self.covers(reach, campaign.unit_id) { Ok(campaign) } else { Err(Refusal::OutOfReach.into()) }
    }

    pub(super) fn covers(&self, reach: &Reach, unit: UnitId) -> bool {
        self.directory.tree().get(unit).is_some_and(|card| reach.covers(&card.path))
    }

    /// Announces a draft that has its notice.
    pub async fn announce(&self, actor: MemberId, reach: &Reach, id: CampaignId) -> Outcome<Campaign> {
        let campaign = self.within(reach, id).await?;
        if !rules::step(CampaignVerb::Announce, campaign.state)? {
            return Ok(campaign);
        }
        let notice = campaign.terms.0.notice.clone().ok_or(Refusal::NoNotice)?;
        rules::may_announce(&campaign.terms.0, self.db.now())?;
        self.check_experts(&campaign.terms.0, campaign.unit_id)?;
        self.move_on(id, CampaignVerb::Announce, move |tx, campaign| {
            (campaign.state, campaign.announced_at) = (CampaignState::Announced, Some(tx.now()));
            let told = format!("{}{}", &*notice.document_no, in_title_marks(&campaign.title));
            tell_audience(tx, campaign, "评选通知", told)?;
            note(tx, Some(actor), "campaigns.announce", id, json!({}))
        })
        .await
    }

    /// Takes back a campaign that has not opened.
    pub async fn withdraw(&self, actor: MemberId, reach: &Reach, id: CampaignId) -> Outcome<Campaign> {
        let campaign = self.within(reach, id).await?;
        if !rules::step(CampaignVerb::Withdraw, campaign.state)? {
            return Ok(campaign);
        }
        self.move_on(id, CampaignVerb::Withdraw, move |tx, campaign| {
            if campaign.state == CampaignState::Announced {
                tell_audience(tx, campaign, "评选取消", "这次评选已经取消。".into())?;
            }
            campaign.state = CampaignState::Withdrawn;
            note(tx, Some(actor), "campaigns.withdraw", id, json!({}))
        })
        .await
    }

    /// Opens an announced campaign before its time; its first stage opens with it.
    pub async fn open_early(&self, actor: MemberId, reach: &Reach, id: CampaignId) -> Outcome<Campaign> {
        let campaign = self.within(reach, id).await?;
        if rules::step(CampaignVerb::Open, campaign.state)? {
            self.open(id, Some(actor)).await?;
        }
        self.within(reach, id).await
    }

    /// Does a verb on a campaign that is held; what somebody else made of it meanwhile decides.
    pub(super) async fn move_on(
        &self,
        id: CampaignId,
        verb: CampaignVerb,
        act: impl Fn(&mut Tx, &mut Campaign) -> diesel::QueryResult<()> + Send + 'static,
    ) -> Outcome<Campaign> {
        self.db
            .write(move |tx| {
                let mut campaign = store::hold(tx.conn, id)?.ok_or(Refusal::NoSuchCampaign)?;
                if rules::step(verb, campaign.state)? {
                    let from = campaign.state;
                    act(tx, &mut campaign)?;
                    campaign.updated_at = tx.now();
                    store::advance(tx.conn, from, &campaign)?;
                }
                Ok(campaign)
            })
            .await
    }
}

/// Whether a campaign that is not over names the member as one of its experts.
pub fn names_expert(conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
    Ok(store::list_running_terms(conn)?.iter().any(|terms| terms.0.expert_ids.contains(&member)))
}

fn bad(pointer: String, message: &str) -> Refusal {
    Refusal::BadField(Flaw { pointer, message: message.to_owned() })
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
    let row = |(position, plan): (i32, &super::model::StagePlan)| StageRow {
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

/// Puts into the trail what was done to a campaign.
pub(super) fn note(
    tx: &mut Tx,
    actor: Option<MemberId>,
    action: &str,
    id: CampaignId,
    detail: serde_json::Value,
) -> diesel::QueryResult<()> {
    // whatever was done, the clock may have something to do because of it
    agenda::put_now(tx, super::CLOCK, id.uuid())?;
    trail::note(tx, Act { actor, action, subject_kind: "campaign", subject_id: id.uuid(), detail })
}

/// Tells the audience what changed of an announced campaign, and one that it had before that it is no more.
fn tell_changes(tx: &mut Tx, before: &Campaign, now: &Campaign, changes: &[&str]) -> diesel::QueryResult<()> {
    tell_audience(tx, now, "评选安排调整", format!("有调整的内容：{}。请以评选页面为准。", changes.join("、")))?;
    if before.unit_id != now.unit_id {
        tell_audience(tx, before, "评选范围调整", "这次评选的范围有调整，请以评选页面为准。".into())?;
    }
    Ok(())
}

/// Tells the audience of a campaign something about it.
pub(super) fn tell_audience(tx: &mut Tx, campaign: &Campaign, what: &str, body: String) -> diesel::QueryResult<()> {
    let notice = NewNotice {
        to: To::Unit(campaign.unit_id),
        kind: NoticeKind::Published,
        title: format!("{what}：{}", campaign.title),
        body,
        link: Some(format!("/campaigns/{}", campaign.id)),
    };
    notices::tell(tx, notice)
}
