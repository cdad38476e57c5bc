//! Objections 公示: members say what is wrong with an entry or its award, and somebody who is no party to it answers.

use std::collections::HashMap;

use diesel::QueryResult;
use serde_json::json;

use super::model::{Objection, ObjectionId};
use super::rules::Refusal;
use super::{Outcome, store};
use crate::base::capability::{Capability, Reach};
use crate::base::id::MemberId;
use crate::base::own_case::{Involved, Involvement, Judgement};
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::Tx;
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::judging::campaigns::desk::{OBJECTION, item};
use crate::judging::campaigns::entries::EntryPeople;
use crate::judging::campaigns::entries::model::{Entry, EntryId};
use crate::judging::campaigns::model::{Campaign, CampaignId, CampaignStage, CampaignState};
use crate::judging::campaigns::notices::note;
use crate::judging::campaigns::rules::{CampaignRefusal, takes};
use crate::judging::campaigns::viewer::Viewer;
use crate::judging::campaigns::{Campaigns, entries, store as campaigns};
use crate::kernel::desk::{self, Due, NewItem, Post};
use crate::kernel::recusals::{self, ActOf, Recusal, RecusalRequest};

/// What recusals call an objection, and the one act upon it.
pub(super) const ON_TRAIL: &str = "campaign_objection";
const ANSWER: &str = "answer";

/// How often a member objects within a campaign.
const MOST_OBJECTIONS: usize = 3;
const OWN_AT_ONCE: i64 = 10;

/// An objection with what it is about.
#[derive(Clone, Debug)]
pub struct SeenObjection {
    pub objection: Objection,
    pub entry: Option<Entry>,
    /// Who would have answered it by duty, but for being a party to it.
    pub recused: Vec<Recusal>,
    /// Who asked not to answer it.
    pub asked: Vec<RecusalRequest>,
}

impl Campaigns {
    /// Objects to an entry while objections are heard; the same objection again is the first one. Says whether it is new.
    pub async fn raise_objection(
        &self,
        viewer: &Viewer<'_>,
        id: CampaignId,
        entry: EntryId,
        text: String,
    ) -> Outcome<(Objection, bool)> {
        let seen = self.see(viewer, id).await?;
        // an auditor sees everything and is a member of the audience only where he is at home
        if !viewer.path.contains(&seen.campaign.unit_id) {
            return Err(CampaignRefusal::OutOfReach.into());
        }
        let (member, room) = (viewer.member, self.clone());
        self.db
            .write(move |tx| {
                let campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let latest = store::decisions::find_latest(tx.conn, id)?;
                let version = latest.as_ref().map_or(0, |latest| latest.version);
                let there = store::objections::list(tx.conn, id, Some(member), None, OWN_AT_ONCE)?;
                let same = there.iter().find(|one| one.entry_id == entry && one.decision_version == version);
                if let Some(first) = same.filter(|first| first.text == text) {
                    return Ok((first.clone(), false));
                }
                let stage = campaigns::find_stage(tx.conn, id, CampaignStage::Objection)?
                    .ok_or(CampaignRefusal::NoSuchStage)?;
                takes(&stage, tx.now())?;
                if same.is_some() {
                    return Err(Refusal::ObjectedAlready.into());
                }
                if there.len() >= MOST_OBJECTIONS {
                    return Err(Refusal::ObjectedEnough { most: MOST_OBJECTIONS }.into());
                }
                let found = entries::find(tx.conn, entry)?;
                found
                    .filter(|found| found.campaign_id == id && found.number.is_some())
                    .ok_or(entries::Refusal::NoSuchEntry)?;
                let objection = Objection {
                    id: tx.fresh_id(),
                    campaign_id: id,
                    entry_id: entry,
                    decision_version: version,
                    member_id: member,
                    text: text.clone(),
                    raised_at: tx.now(),
                    upheld: None,
                    answer: None,
                    answered_by: None,
                    answered_at: None,
                };
                store::objections::insert(tx.conn, &objection)?;
                let detail = json!({ "objection_id": objection.id, "entry_id": entry });
                note(tx, Some(member), "campaigns.object", id, detail)?;
                room.lay_objections(tx, &campaign)?;
                Ok((objection, true))
            })
            .await
    }

    /// Objections to a campaign: one's own, or all of them for who sees how it is run.
    pub async fn objections(
        &self,
        viewer: &Viewer<'_>,
        id: CampaignId,
        after: Option<ObjectionId>,
        limit: i64,
    ) -> Outcome<Vec<Objection>> {
        let own = (!self.see(viewer, id).await?.managed).then_some(viewer.member);
        Ok(self.db.read(move |conn| store::objections::list(conn, id, own, after, limit)).await?)
    }

    /// Objections with the entries that they are about, and who was kept out of answering them.
    pub async fn with_entries(&self, objections: Vec<Objection>) -> Outcome<Vec<SeenObjection>> {
        let ids: Vec<EntryId> = objections.iter().map(|objection| objection.entry_id).collect();
        let each: Vec<ObjectionId> = objections.iter().map(|objection| objection.id).collect();
        let (entries, mut recused) = self
            .db
            .read(move |conn| {
                let mut recused = HashMap::new();
                for id in each.iter().copied() {
                    // a page of them at most
                    let asked = recusals::list_requests(conn, ON_TRAIL, &[id.uuid()])?;
                    recused.insert(id, (recusals::list(conn, ON_TRAIL, id.uuid())?, asked));
                }
                Ok((entries::find_some(conn, &ids)?, recused))
            })
            .await?;
        let seen = |objection: Objection| {
            let (recused, asked) = recused.remove(&objection.id).unwrap_or_default();
            let entry = entries.iter().find(|entry| entry.id == objection.entry_id).cloned();
            SeenObjection { entry, recused, asked, objection }
        };
        Ok(objections.into_iter().map(seen).collect())
    }

    /// Answers an objection, once; upheld, it sends the decision back to the committee. The same answer again changes
    /// nothing.
    pub async fn answer_objection(
        &self,
        actor: &Person,
        reach: &Reach,
        id: ObjectionId,
        upheld: bool,
        answer: String,
    ) -> Outcome<Objection> {
        let found = self.db.read(move |conn| store::objections::find(conn, id)).await?;
        let found = found.ok_or(Refusal::NoSuchObjection)?;
        let (campaign, entry) = (found.campaign_id, found.entry_id);
        self.within(reach, campaign).await?;
        let (entry, people) = self
            .db
            .read(move |conn| {
                let entry: Vec<Entry> = entries::find(conn, entry)?.into_iter().collect();
                let asked = recusals::list_requests(conn, ON_TRAIL, &[id.uuid()])?;
                let people = EntryPeople::of(conn, &entry)?.recusing(&asked);
                Ok((entry.into_iter().next(), people))
            })
            .await?;
        let entry = entry.ok_or(entries::Refusal::NoSuchEntry)?;
        let involved = involved_in(&found, &entry, &people, actor);
        Judgement::AnswerObjection.check(involved).map_err(|way| match way {
            Involvement::Recused => Refusal::from(CampaignRefusal::Recused),
            _ => Refusal::OwnObjection,
        })?;
        let (member, room) = (actor.member, self.clone());
        self.db
            .write(move |tx| {
                let held = campaigns::lock_row(tx.conn, campaign)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let mut objection = store::objections::find(tx.conn, id)?.ok_or(Refusal::NoSuchObjection)?;
                if objection.upheld.is_some() {
                    let same = objection.upheld == Some(upheld) && objection.answer.as_ref() == Some(&answer);
                    return if same { Ok(objection) } else { Err(Refusal::AnsweredAlready.into()) };
                }
                if held.standing() != CampaignState::Decided {
                    return Err(CampaignRefusal::WrongState(held.standing()).into());
                }
                (objection.upheld, objection.answer) = (Some(upheld), Some(answer.clone()));
                (objection.answered_by, objection.answered_at) = (Some(member), Some(tx.now()));
                store::objections::answer(tx.conn, &objection)?;
                let act = ActOf { kind: ON_TRAIL, subject: id.uuid(), act: ANSWER.to_owned() };
                recusals::note(tx, &act, &room.parties(tx.today(), &held, &objection, &entry, &people))?;
                let detail = json!({ "objection_id": id, "upheld": upheld });
                note(tx, Some(member), "campaigns.answer_objection", campaign, detail)?;
                tell_objector(tx, &held.title, &objection)?;
                desk::clear(tx, OBJECTION, id.uuid())?;
                room.lay_decided(tx, &held)?;
                Ok(objection)
            })
            .await
    }

    /// Takes back one's own objection; another one may then be raised instead.
    pub async fn withdraw_objection(&self, viewer: &Viewer<'_>, id: ObjectionId) -> Outcome<()> {
        let member = viewer.member;
        let found = self.db.read(move |conn| store::objections::find(conn, id)).await?;
        // of others' objections nobody learns that they are there
        let mine = found.filter(|found| found.member_id == member).ok_or(Refusal::NoSuchObjection)?;
        let campaign = mine.campaign_id;
        self.db
            .write(move |tx| {
                campaigns::lock_row(tx.conn, campaign)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let found = store::objections::find(tx.conn, id)?.ok_or(Refusal::NoSuchObjection)?;
                if found.upheld.is_some() {
                    return Err(Refusal::AnsweredAlready.into());
                }
                store::objections::delete(tx.conn, id)?;
                desk::clear(tx, OBJECTION, id.uuid())?;
                let detail = json!({ "objection_id": id, "entry_id": found.entry_id });
                Ok(note(tx, Some(member), "campaigns.withdraw_objection", campaign, detail)?)
            })
            .await
    }
}

impl Campaigns {
    /// Has every objection without an answer wait for those who run the campaign and are no party to it; the caller holds
    /// the campaign.
    pub(in crate::judging::campaigns) fn lay_objections(&self, tx: &mut Tx, campaign: &Campaign) -> QueryResult<()> {
        let stage = campaigns::find_stage(tx.conn, campaign.id, CampaignStage::Objection)?;
        for objection in store::objections::list_open(tx.conn, campaign.id)? {
            let entry: Vec<Entry> = entries::find(tx.conn, objection.entry_id)?.into_iter().collect();
            let asked = recusals::list_requests(tx.conn, ON_TRAIL, &[objection.id.uuid()])?;
            let people = EntryPeople::of(tx.conn, &entry)?.recusing(&asked);
            let Some(entry) = entry.first() else { continue };
            let parties = self.parties(tx.today(), campaign, &objection, entry, &people);
            let item = NewItem {
                link: format!("/campaigns/{}/objections", campaign.id),
                due: stage.as_ref().map(|stage| Due::At(stage.closes_at)),
                barred: parties.into_iter().map(|(member, _)| member).chain([objection.member_id]).collect(),
                ..item(campaign, OBJECTION, objection.id.uuid(), Capability::RunCampaigns)
            };
            self.desks.replace(tx, OBJECTION, objection.id.uuid(), Some(item))?;
        }
        Ok(())
    }
}

impl Campaigns {
    /// Those who run the campaign and are parties to an objection, with what makes them so.
    fn parties(
        &self,
        today: Day,
        campaign: &Campaign,
        objection: &Objection,
        entry: &Entry,
        people: &EntryPeople,
    ) -> Vec<(MemberId, Involvement)> {
        let runners = self.desks.able(Post { capability: Capability::RunCampaigns, unit: campaign.unit_id }, today);
        let hindered = |runner: MemberId| {
            let person = self.directory.person(runner, today)?;
            let involved = involved_in(objection, entry, people, &person);
            Some((runner, Judgement::AnswerObjection.hindrance(involved)?))
        };
        runners.into_iter().filter_map(hindered).collect()
    }
}

/// How somebody is involved in an objection to an entry.
fn involved_in(objection: &Objection, entry: &Entry, people: &EntryPeople, person: &Person) -> Involved {
    let involved = people.involved_in_any(std::slice::from_ref(entry), person);
    if objection.member_id == person.member { involved.and(Involvement::Proposer) } else { involved }
}

fn tell_objector(tx: &mut Tx, title: &str, objection: &Objection) -> diesel::QueryResult<()> {
    let verdict = if objection.upheld == Some(true) { "异议成立" } else { "异议不成立" };
    let answer = objection.answer.as_deref().unwrap_or_default();
    let notice = NewNotice {
        to: To::Member(objection.member_id),
        kind: NoticeKind::PUBLISHED,
        title: format!("异议答复：{title}"),
        body: format!("{verdict}。{answer}"),
        link: Some(format!("/campaigns/{}/objections", objection.campaign_id)),
    };
    notices::tell(tx, notice)
}
