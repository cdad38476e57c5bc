//! The bulletin 通报: drafted from the campaign, edited, reviewed by another person, issued, and from then on unchanged.

use std::collections::{BTreeSet, HashMap};

use diesel::QueryResult;
use serde_json::json;

use super::model::{Bulletin, BulletinState, BulletinText, FindingKind, Sheet};
use super::rules::{self, Frame, Material, Refusal};
use super::{Outcome, store};
use crate::base::approval::Answer;
use crate::base::capability::{Capability, Reach};
use crate::base::id::MemberId;
use crate::base::text::in_title_marks;
use crate::db::{Json, Stop, Tx};
use crate::ground::documents;
use crate::judging::campaigns::decision::model::Award;
use crate::judging::campaigns::desk::{BULLETIN, item};
use crate::judging::campaigns::entries::model::{Entry, EntryId, Plan};
use crate::judging::campaigns::model::{Campaign, CampaignId, CampaignState};
use crate::judging::campaigns::notices::{note, tell_audience};
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::viewer::Viewer;
use crate::judging::campaigns::{Campaigns, decision, entries, store as campaigns};
use crate::kernel::desk::{self, NewItem};

/// What the register of numbers calls the bulletin of a campaign.
const DOCUMENT: &str = "campaign_bulletin";

/// A bulletin with its sheet, as a viewer may see it.
#[derive(Clone, Debug)]
pub struct SeenBulletin {
    pub bulletin: Bulletin,
    pub sheet: Sheet,
    pub awards: Vec<Award>,
}

impl Campaigns {
    /// Drafts the bulletin of a published campaign; one that is there stays. Says whether it is new.
    pub async fn draft_bulletin(&self, actor: MemberId, reach: &Reach, id: CampaignId, frame: Frame) -> Outcome<bool> {
        self.within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = lock_published(tx, id)?;
                if store::find(tx.conn, id)?.is_some() {
                    return Ok(false);
                }
                let entries = judged(tx, id)?;
                let plans: HashMap<EntryId, Plan> =
                    entries::list_judged_plans(tx.conn, id)?.into_iter().map(|(entry, plan)| (entry, plan.0)).collect();
                let awards = decision::list_awards(tx.conn, id)?;
                let notice = campaign.terms.0.notice.as_ref();
                let material = Material {
                    campaign: &campaign.title,
                    notice_no: notice.map(|notice| &*notice.document_no),
                    awards: &awards,
                    plans: &plans,
                    entries: entries.len(),
                    late: entries.iter().filter(|entry| entry.late).count(),
                };
                let text = rules::draft(frame.clone(), &material)?;
                check(&text, &entries)?;
                claim(tx, &campaign, &text)?;
                let bulletin = Bulletin {
                    campaign_id: id,
                    version: 1,
                    state: BulletinState::Draft,
                    content: Json(text),
                    sheet: None,
                    edited_by: actor,
                    edited_at: tx.now(),
                    reviewed_by: None,
                    reviewed_at: None,
                    issued_by: None,
                    issued_at: None,
                };
                store::insert(tx.conn, &bulletin)?;
                room.lay_bulletin(tx, &campaign)?;
                note(tx, Some(actor), "campaigns.draft_bulletin", id, json!({}))?;
                Ok(true)
            })
            .await
    }

    /// Writes another version; a reviewed one becomes a draft again. The same text again changes nothing.
    pub async fn edit_bulletin(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: CampaignId,
        version: i32,
        text: BulletinText,
    ) -> Outcome<()> {
        self.within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = lock_published(tx, id)?;
                let mut bulletin = store::find(tx.conn, id)?.ok_or(Refusal::NoBulletin)?;
                let same = bulletin.content.0 == text;
                if same && bulletin.edited_by == actor && bulletin.version == version + 1 {
                    return Ok(());
                }
                rules::may_touch(&bulletin, version)?;
                if same {
                    return Ok(());
                }
                check(&text, &judged(tx, id)?)?;
                claim(tx, &campaign, &text)?;
                (bulletin.version, bulletin.content) = (version + 1, Json(text.clone()));
                (bulletin.edited_by, bulletin.edited_at) = (actor, tx.now());
                (bulletin.state, bulletin.reviewed_by, bulletin.reviewed_at) = (BulletinState::Draft, None, None);
                store::update(tx.conn, &bulletin)?;
                room.lay_bulletin(tx, &campaign)?;
                Ok(note(tx, Some(actor), "campaigns.edit_bulletin", id, json!({ "version": bulletin.version }))?)
            })
            .await
    }

    /// Approves a version that somebody else wrote. Again it changes nothing.
    pub async fn review_bulletin(&self, actor: MemberId, reach: &Reach, id: CampaignId, version: i32) -> Outcome<()> {
        self.within(reach, id).await?;
        self.db
            .write(move |tx| {
                lock_published(tx, id)?;
                let mut bulletin = store::find(tx.conn, id)?.ok_or(Refusal::NoBulletin)?;
                if bulletin.version == version && bulletin.reviewed_by == Some(actor) {
                    return Ok(());
                }
                rules::may_touch(&bulletin, version)?;
                bulletin.rule().answer(Answer::Approve, actor, tx.now()).map_err(|_| Refusal::OwnBulletin)?;
                if bulletin.content.0.document_no.is_none() {
                    return Err(Refusal::NoNumber.into());
                }
                bulletin.state = BulletinState::Reviewed;
                (bulletin.reviewed_by, bulletin.reviewed_at) = (Some(actor), Some(tx.now()));
                store::update(tx.conn, &bulletin)?;
                desk::clear(tx, BULLETIN, id.uuid())?;
                Ok(note(tx, Some(actor), "campaigns.review_bulletin", id, json!({ "version": version }))?)
            })
            .await
    }

    /// Issues a reviewed version: the audience is told, and it stays as it is. Again it changes nothing.
    pub async fn issue_bulletin(&self, actor: MemberId, reach: &Reach, id: CampaignId, version: i32) -> Outcome<()> {
        self.within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = lock_published(tx, id)?;
                let mut bulletin = store::find(tx.conn, id)?.ok_or(Refusal::NoBulletin)?;
                if bulletin.state == BulletinState::Issued && bulletin.version == version {
                    return Ok(());
                }
                rules::may_touch(&bulletin, version)?;
                if bulletin.state != BulletinState::Reviewed {
                    return Err(Refusal::NotReviewed.into());
                }
                let awards = decision::list_awards(tx.conn, id)?;
                let sheet = room.sheet(&campaign, &bulletin, &awards, &judged(tx, id)?);
                let told = format!("{}{}", sheet.document_no, in_title_marks(&sheet.title));
                (bulletin.state, bulletin.sheet) = (BulletinState::Issued, Some(Json(sheet)));
                (bulletin.issued_by, bulletin.issued_at) = (Some(actor), Some(tx.now()));
                store::update(tx.conn, &bulletin)?;
                note(tx, Some(actor), "campaigns.issue_bulletin", id, json!({ "version": version }))?;
                Ok(tell_audience(tx, &campaign, "评选通报", told)?)
            })
            .await
    }

    /// The bulletin: for everybody once it is issued, before that for who sees how the campaign is run.
    pub async fn bulletin(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<SeenBulletin> {
        let seen = self.see(viewer, id).await?;
        let (found, awards, entries) = self
            .db
            .read(move |conn| {
                let awards = decision::list_awards(conn, id)?;
                Ok((store::find(conn, id)?, awards, entries::list_submitted(conn, id)?))
            })
            .await?;
        let shown = |bulletin: &Bulletin| seen.managed || bulletin.state == BulletinState::Issued;
        let mut bulletin = found.filter(shown).ok_or(Stop::Refused(Refusal::NoBulletin))?;
        let sheet = match &bulletin.sheet {
            Some(sheet) => sheet.0.clone(),
            None => self.sheet(&seen.campaign, &bulletin, &awards, &entries),
        };
        if !seen.managed {
            let own = |id: EntryId| entries.iter().any(|entry| entry.id == id && viewer.path.contains(&entry.unit_id));
            for finding in bulletin.content.0.findings.iter_mut().filter(|one| one.kind == FindingKind::Problem) {
                finding.entry_id = finding.entry_id.filter(|entry| own(*entry));
            }
        }
        Ok(SeenBulletin { bulletin, sheet, awards })
    }

    /// Has the version that is to be reviewed wait for those who may and did not write it; one without a number, and one of
    /// an archived campaign, waits for nobody. The caller holds the campaign.
    pub(in crate::judging::campaigns) fn lay_bulletin(&self, tx: &mut Tx, campaign: &Campaign) -> QueryResult<()> {
        let published = campaign.standing() == CampaignState::Published;
        let to_review = |bulletin: &Bulletin| {
            published && bulletin.state == BulletinState::Draft && bulletin.content.0.document_no.is_some()
        };
        let made = |bulletin: Bulletin| NewItem {
            link: format!("/campaigns/{}/bulletin", campaign.id),
            barred: vec![bulletin.edited_by],
            ..item(campaign, BULLETIN, campaign.id.uuid(), Capability::DecideCampaigns)
        };
        let found = store::find(tx.conn, campaign.id)?.filter(to_review);
        self.desks.replace(tx, BULLETIN, campaign.id.uuid(), found.map(made))
    }

    fn sheet(&self, campaign: &Campaign, bulletin: &Bulletin, awards: &[Award], entries: &[Entry]) -> Sheet {
        let name = |id: EntryId| {
            // as the awards name it, should the unit be called otherwise by now
            let award = awards.iter().find(|award| award.entry_id == id).map(|award| award.unit_name.clone());
            let entry = || entries.iter().find(|entry| entry.id == id).map(|entry| self.unit_name(entry.unit_id));
            award.or_else(entry).unwrap_or_default()
        };
        rules::sheet(&bulletin.content.0, &campaign.terms.0, awards, name)
    }
}

/// A published campaign, held. An archived one is looked at only.
fn lock_published(tx: &mut Tx, id: CampaignId) -> Outcome<Campaign> {
    let campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
    match campaign.standing() {
        CampaignState::Published => Ok(campaign),
        CampaignState::Archived => Err(CampaignRefusal::WrongState(CampaignState::Archived).into()),
        _ => Err(CampaignRefusal::NotPublished.into()),
    }
}

fn judged(tx: &mut Tx, id: CampaignId) -> diesel::QueryResult<Vec<Entry>> {
    let mut entries = entries::list_submitted(tx.conn, id)?;
    entries.retain(|entry| entry.number.is_some());
    Ok(entries)
}

fn check(text: &BulletinText, entries: &[Entry]) -> Result<(), Refusal> {
    let known: BTreeSet<EntryId> = entries.iter().map(|entry| entry.id).collect();
    rules::check_bulletin(text, &known)
}

/// Takes the number of a bulletin in its series, and gives back one that it had before.
fn claim(tx: &mut Tx, campaign: &Campaign, text: &BulletinText) -> Outcome<()> {
    let notice = campaign.terms.0.notice.as_ref().map(|notice| notice.document_no.to_string());
    let number = text.document_no.as_ref();
    if let Some(number) = number {
        let free = notice != Some(number.to_string()) && documents::claim(tx, number, DOCUMENT, campaign.id.uuid())?;
        if !free {
            return Err(Refusal::NumberTaken.into());
        }
    }
    Ok(documents::release_others(tx, number, DOCUMENT, campaign.id.uuid())?)
}
