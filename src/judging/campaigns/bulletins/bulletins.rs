//! The bulletin 通报: drafted from the campaign, edited, reviewed by another person, issued, and from then on unchanged.

use std::collections::{BTreeSet, HashMap};

use diesel::QueryResult;
use serde_json::json;

use super::Outcome;
use super::model::{BulletinText, FindingKind, about, thing};
use super::rules::{self, Frame, Material, Refusal};
use crate::base::capability::{Capability, Reach};
use crate::base::id::MemberId;
use crate::base::text::in_title_marks;
use crate::base::version::SeenState;
use crate::db::{Conn, Json, Tx};
use crate::doing::tasks::Settled;
use crate::ground::bulletins::{self, Bulletin, BulletinState, Sheet};
use crate::judging::campaigns::decision::model::Award;
use crate::judging::campaigns::desk::{BULLETIN, item};
use crate::judging::campaigns::entries::model::{Entry, EntryId, Plan};
use crate::judging::campaigns::model::{Campaign, CampaignId, CampaignState};
use crate::judging::campaigns::notices::{note_of, tell_audience};
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::viewer::Viewer;
use crate::judging::campaigns::{Campaigns, decision, entries, store as campaigns};
use crate::kernel::desk::{self, NewItem};
use crate::kernel::text_versions::TextVersion;

/// A bulletin with its sheet, as a viewer may see it.
#[derive(Clone, Debug)]
pub struct SeenBulletin {
    pub campaign_id: CampaignId,
    pub bulletin: Bulletin<BulletinText>,
    pub sheet: Sheet,
    pub awards: Vec<Award>,
    /// What has become of the problems that it names, as far as the viewer may know.
    pub tasks: Vec<Settled>,
}

impl Campaigns {
    /// Drafts the bulletin of a published campaign; one that is there stays. Says whether it is new.
    pub async fn draft_bulletin(&self, actor: MemberId, reach: &Reach, id: CampaignId, frame: Frame) -> Outcome<bool> {
        self.within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = lock_published(tx, id)?;
                if find(tx.conn, id)?.is_some() {
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
                bears_own_number(&campaign, &text)?;
                bulletins::draft(tx, about(id), actor, text)?;
                room.lay_bulletin(tx, &campaign)?;
                note_of(tx, Some(actor), "campaigns.draft_bulletin", (thing(id), id), json!({}))?;
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
        seen: Option<SeenState>,
        text: BulletinText,
    ) -> Outcome<()> {
        self.within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = lock_published(tx, id)?;
                let bulletin = find(tx.conn, id)?.ok_or(bulletins::Refusal::NotFound)?;
                let same = bulletin.text == text;
                if same && bulletin.edited_by == actor {
                    return Ok(());
                }
                thing(id).changed_since(tx.conn, seen)?.map_err(CampaignRefusal::Outdated)?;
                bulletins::may_edit(&bulletin)?;
                if same {
                    return Ok(());
                }
                check(&text, &judged(tx, id)?)?;
                bears_own_number(&campaign, &text)?;
                let version = bulletins::edit(tx, bulletin, actor, text.clone())?;
                room.lay_bulletin(tx, &campaign)?;
                let detail = json!({ "version": version });
                Ok(note_of(tx, Some(actor), "campaigns.edit_bulletin", (thing(id), id), detail)?)
            })
            .await
    }

    /// Approves a version; nobody does who wrote this one or one before. Again it changes nothing.
    pub async fn review_bulletin(&self, actor: MemberId, reach: &Reach, id: CampaignId, version: i32) -> Outcome<()> {
        self.within(reach, id).await?;
        self.db
            .write(move |tx| {
                lock_published(tx, id)?;
                let bulletin = find(tx.conn, id)?.ok_or(bulletins::Refusal::NotFound)?;
                if !bulletins::review(tx, bulletin, actor, version)? {
                    return Ok(());
                }
                desk::clear(tx, BULLETIN, id.uuid())?;
                let detail = json!({ "version": version });
                Ok(note_of(tx, Some(actor), "campaigns.review_bulletin", (thing(id), id), detail)?)
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
                let bulletin = find(tx.conn, id)?.ok_or(bulletins::Refusal::NotFound)?;
                let awards = decision::list_awards(tx.conn, id)?;
                let sheet = room.sheet(&campaign, &bulletin, &awards, &judged(tx, id)?);
                if !bulletins::issue(tx, bulletin, actor, version, &sheet)? {
                    return Ok(());
                }
                let told = format!("{}{}", sheet.document_no, in_title_marks(&sheet.title));
                let detail = json!({ "version": version });
                note_of(tx, Some(actor), "campaigns.issue_bulletin", (thing(id), id), detail)?;
                Ok(tell_audience(tx, &campaign, "评选通报", told)?)
            })
            .await
    }

    /// The bulletin: for everybody once it is issued, before that for who sees how the campaign is run.
    pub async fn bulletin(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<SeenBulletin> {
        let seen = self.see(viewer, id).await?;
        let room = self.clone();
        let (found, awards, entries, mut tasks) = self
            .db
            .read(move |conn| {
                let awards = decision::list_awards(conn, id)?;
                Ok((find(conn, id)?, awards, entries::list_submitted(conn, id)?, room.findings_of(conn, id)?))
            })
            .await?;
        let shown = |bulletin: &Bulletin<BulletinText>| seen.managed || bulletin.state == BulletinState::Issued;
        let mut bulletin = found.filter(shown).ok_or(Refusal::from(bulletins::Refusal::NotFound))?;
        let sheet = match &bulletin.sheet {
            Some(sheet) => sheet.clone(),
            None => self.sheet(&seen.campaign, &bulletin, &awards, &entries),
        };
        if !seen.managed {
            let own = |id: EntryId| entries.iter().any(|entry| entry.id == id && viewer.path.contains(&entry.unit_id));
            for finding in bulletin.text.findings.iter_mut().filter(|one| one.kind == FindingKind::Problem) {
                finding.entry_id = finding.entry_id.filter(|entry| own(*entry));
            }
            tasks.retain(|task| viewer.path.contains(&task.unit));
        }
        Ok(SeenBulletin { campaign_id: id, bulletin, sheet, awards, tasks })
    }

    /// The versions of a bulletin after `after`, the first one first, for who sees how the campaign is run.
    pub async fn bulletin_versions(
        &self,
        viewer: &Viewer<'_>,
        id: CampaignId,
        after: i32,
        limit: i64,
    ) -> Outcome<Vec<TextVersion>> {
        self.see_as_manager(viewer, id).await?;
        let (found, kept) = self
            .db
            .read(move |conn| Ok((find(conn, id)?, bulletins::list_versions(conn, about(id), after, limit)?)))
            .await?;
        let bulletin = found.ok_or(bulletins::Refusal::NotFound)?;
        if after > 0 || !kept.is_empty() {
            return Ok(kept);
        }
        // one that was never changed is its only version
        let content = Json(serde_json::to_value(&bulletin.text).unwrap_or_default());
        let (written_by, written_at) = (bulletin.edited_by, bulletin.edited_at);
        Ok(vec![TextVersion { version: bulletin.version, content, written_by, written_at }])
    }

    /// Has the version that is to be reviewed wait for those who may and did not write it or one before; one without a number, and one of
    /// an archived campaign, waits for nobody. The caller holds the campaign.
    pub(in crate::judging::campaigns) fn lay_bulletin(&self, tx: &mut Tx, campaign: &Campaign) -> QueryResult<()> {
        let published = campaign.standing() == CampaignState::Published;
        let to_review = |bulletin: &Bulletin<BulletinText>| {
            published && bulletin.state == BulletinState::Draft && bulletin.text.document_no.is_some()
        };
        let found = find(tx.conn, campaign.id)?.filter(to_review);
        let writers = found.map(|bulletin| bulletins::list_writers(tx.conn, &bulletin)).transpose()?;
        let made = |barred: Vec<MemberId>| NewItem {
            link: format!("/campaigns/{}/bulletin", campaign.id),
            barred,
            ..item(campaign, BULLETIN, campaign.id.uuid(), Capability::DecideCampaigns)
        };
        self.desks.replace(tx, BULLETIN, campaign.id.uuid(), writers.map(made))
    }

    fn sheet(
        &self,
        campaign: &Campaign,
        bulletin: &Bulletin<BulletinText>,
        awards: &[Award],
        entries: &[Entry],
    ) -> Sheet {
        let name = |id: EntryId| {
            // as the awards name it, should the unit be called otherwise by now
            let award = awards.iter().find(|award| award.entry_id == id).map(|award| award.unit_name.clone());
            let entry = || entries.iter().find(|entry| entry.id == id).map(|entry| self.unit_name(entry.unit_id));
            award.or_else(entry).unwrap_or_default()
        };
        rules::sheet(&bulletin.text, &campaign.terms.0, awards, name)
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

/// The notice of a campaign was written elsewhere, so its number is not in the register.
fn bears_own_number(campaign: &Campaign, text: &BulletinText) -> Result<(), bulletins::Refusal> {
    let notice = campaign.terms.0.notice.as_ref().map(|notice| notice.document_no.to_string());
    let taken = text.document_no.as_ref().is_some_and(|number| notice == Some(number.to_string()));
    if taken { Err(bulletins::Refusal::NumberTaken) } else { Ok(()) }
}

fn find(conn: &mut Conn, id: CampaignId) -> diesel::QueryResult<Option<Bulletin<BulletinText>>> {
    bulletins::find(conn, about(id))
}
