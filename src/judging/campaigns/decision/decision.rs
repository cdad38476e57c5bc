//! The decision: made by a person, with a reason wherever it departs from what was computed, in versions that stay.

use std::sync::Arc;

use serde_json::json;

use super::model::{AwardLine, Decision, LeftOut, thing};
use super::rules::{self, Fault, Refusal};
use super::{Outcome, store};
use crate::base::capability::Reach;
use crate::base::id::MemberId;
use crate::base::own_case::{Involvement, Judgement, belonging};
use crate::base::person::Person;
use crate::base::version::SeenState;
use crate::db::{Json, Tx};
use crate::judging::campaigns::desk::CANCELLATION;
use crate::judging::campaigns::entries::model::{Entry, EntryId};
use crate::judging::campaigns::model::{Campaign, CampaignId, CampaignStage, CampaignState, StageState};
use crate::judging::campaigns::notices::{note_of, tell_audience};
use crate::judging::campaigns::rules::{CampaignRefusal, CampaignVerb, FLOW};
use crate::judging::campaigns::totals::model::Proposal;
use crate::judging::campaigns::totals::{self, Totals};
use crate::judging::campaigns::{Campaigns, entries, store as campaigns};
use crate::kernel::desk;
use crate::kernel::recusals::{self, ActOf};

/// A decision as it is made.
#[derive(Clone, Debug)]
pub struct NewDecision {
    /// The version that the decider puts this one in the place of.
    pub replaces: Option<i32>,
    pub reason: Option<String>,
    /// Exactly what was computed when `None`.
    pub lines: Option<Vec<AwardLine>>,
    pub left_out: Vec<LeftOut>,
}

impl Campaigns {
    /// Decides who is awarded what; the same decision again changes nothing. False when it was made before.
    pub async fn decide(
        &self,
        actor: Arc<Person>,
        reach: &Reach,
        id: CampaignId,
        seen: Option<SeenState>,
        new: NewDecision,
    ) -> Outcome<bool> {
        let campaign = self.within(reach, id).await?;
        if campaign.state != CampaignState::Open {
            return Err(CampaignRefusal::WrongState(campaign.state).into());
        }
        // what was counted and scored changes no more once every source is complete
        let stages = self.db.read(move |conn| campaigns::list_stages(conn, id)).await?;
        let totals = self.totals(&campaign, &stages).await?;
        rules::may_decide(&stages)?;
        if !totals.awaited.is_empty() {
            return Err(Refusal::Incomplete(totals.awaited).into());
        }
        let (lines, left_out) = checked(&campaign, &totals, &new)?;
        let (reason, replaces, proposal) = (new.reason, new.replaces, totals.proposal);
        let room = self.clone();
        self.db
            .write(move |tx| {
                let mut campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                if campaign.state != CampaignState::Open {
                    return Err(CampaignRefusal::WrongState(campaign.state).into());
                }
                let latest = store::decisions::find_latest(tx.conn, id)?;
                let same = latest.as_ref().is_some_and(|latest| {
                    latest.lines.0 == lines && latest.left_out.0 == left_out && latest.reason == reason
                });
                if !same {
                    thing(id).changed_since(tx.conn, seen)?.map_err(CampaignRefusal::Outdated)?;
                }
                if !same && FLOW.step(campaign.standing(), CampaignVerb::Decide).is_none() {
                    return Err(CampaignRefusal::WrongState(campaign.standing()).into());
                }
                let objections = store::objections::list_outcomes(tx.conn, id)?;
                let sent_back = latest.as_ref().is_some_and(|latest| rules::is_sent_back(latest, &objections));
                let Some(version) = rules::next_version(latest.as_ref(), replaces, same, sent_back)? else {
                    return Ok(false);
                };
                if version > 1 && reason.is_none() {
                    return Err(missing_reason("重新作出决定须写明理由").into());
                }
                let recused = room.check_decider(tx, &actor, &campaign, (&lines, proposal.as_ref()))?;
                let decision = Decision {
                    campaign_id: id,
                    version,
                    lines: Json(lines.clone()),
                    left_out: Json(left_out.clone()),
                    reason: reason.clone(),
                    decided_by: actor.member,
                    decided_at: tx.now(),
                };
                store::decisions::insert(tx.conn, &decision)?;
                campaign.decided_at = campaign.decided_at.or(Some(tx.now()));
                store::decisions::put_standing(tx.conn, &campaign)?;
                let act = ActOf { kind: thing(id).kind, subject: id.uuid(), act: version.to_string() };
                recusals::note(tx, &act, &recused)?;
                let detail = json!({ "version": version, "awards": lines.len() });
                note_of(tx, Some(actor.member), "campaigns.decide", (thing(id), id), detail)?;
                tell_decision(tx, &campaign, version)?;
                desk::clear(tx, CANCELLATION, id.uuid())?;
                room.lay_decided(tx, &campaign)?;
                Ok(true)
            })
            .await
    }
}

impl Campaigns {
    /// Refuses somebody who takes part in the campaign and leaves it to others, or who would change what was computed for
    /// his own unit; and says who is kept out by duty, and why.
    fn check_decider(
        &self,
        tx: &mut Tx,
        actor: &Person,
        campaign: &Campaign,
        (lines, proposal): (&[AwardLine], Option<&Proposal>),
    ) -> Outcome<Vec<(MemberId, Involvement)>> {
        let (entries, people) = entries::handed_in(tx.conn, campaign.id)?;
        let deciders = self.deciders(tx, campaign, (&entries, &people));
        if let Some(own) = Judgement::DecideSelection.hindrance(people.involved_in_any(&entries, actor)) {
            if own == Involvement::Recused {
                return Err(CampaignRefusal::Recused.into());
            }
            if deciders.leaves_it(own) {
                return Err(CampaignRefusal::OwnCase.into());
            }
            let of_unit = |entry: &&Entry| belonging(actor, entry.unit_id) == Some(Involvement::OfUnit);
            let own: Vec<EntryId> = entries.iter().filter(of_unit).map(|entry| entry.id).collect();
            rules::check_own_lines(&own, lines, proposal)?;
        }
        Ok(deciders.hindered)
    }

    /// Has the decision wait, if it is to be made, or made anew; the caller holds the campaign.
    pub(in crate::judging::campaigns) fn lay_decided(
        &self,
        tx: &mut Tx,
        campaign: &Campaign,
    ) -> diesel::QueryResult<()> {
        let Some(latest) = store::decisions::find_latest(tx.conn, campaign.id)? else {
            return self.lay_undecided(tx, campaign);
        };
        let stages = campaigns::list_stages(tx.conn, campaign.id)?;
        let sent_back = rules::is_sent_back(&latest, &store::objections::list_outcomes(tx.conn, campaign.id)?);
        // what was decided was counted
        let barred = self.list_barred_deciders(tx, campaign)?;
        self.lay_decision(tx, campaign, &stages, (true, sent_back), barred)
    }
}

/// The lines of a decision that may be made.
fn checked(campaign: &Campaign, totals: &Totals, new: &NewDecision) -> Result<(Vec<AwardLine>, Vec<LeftOut>), Refusal> {
    let (terms, proposal) = (&campaign.terms.0, totals.proposal.as_ref());
    let lines = match (&new.lines, proposal) {
        (Some(lines), _) => lines.clone(),
        (None, Some(proposal)) => rules::as_computed(proposal)?,
        (None, None) => {
            let message = "没有可公布的计算结果，须逐项写明决定".into();
            return Err(Fault { pointer: "/awards".into(), code: "campaigns.nothing_computed", message }.into());
        }
    };
    let judged = totals::judged(terms, &totals.explained, &totals.entries);
    rules::check_decision(terms, &judged, proposal, &lines, &new.left_out)?;
    if terms.stage(CampaignStage::Committee).is_none() {
        match proposal {
            Some(proposal) if !rules::is_confirmation(proposal, &lines) => return Err(Refusal::NoCommittee),
            None if new.reason.is_none() => return Err(missing_reason("没有可公布的计算结果，决定须写明理由")),
            _ => {}
        }
    }
    let mut left_out = new.left_out.clone();
    left_out.sort_by_key(|left| left.entry_id);
    Ok((rules::in_order(terms, lines), left_out))
}

fn missing_reason(message: &str) -> Refusal {
    Fault { pointer: "/reason".into(), code: "campaigns.reason_missing", message: message.into() }.into()
}

fn tell_decision(tx: &mut Tx, campaign: &Campaign, version: i32) -> diesel::QueryResult<()> {
    let stage = campaigns::find_stage(tx.conn, campaign.id, CampaignStage::Objection)?;
    let heard = stage.is_some_and(|stage| stage.state != StageState::Closed);
    let what = if version == 1 { "评选结果已决定" } else { "评选结果经复议后重新决定" };
    let body = if heard {
        "结果进入公示，对结果有异议的可在公示期内提出。"
    } else {
        "结果将正式公布。"
    };
    tell_audience(tx, campaign, what, body.into())
}
