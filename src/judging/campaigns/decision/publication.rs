//! Publication: the decision becomes final, and its awards are written down once and for all.

use std::collections::BTreeSet;

use serde_json::json;

use super::model::{Award, Decision};
use super::{Outcome, rules, store};
use crate::base::capability::{Reach, Role};
use crate::base::id::MemberId;
use crate::base::text::{Text, in_quotes, in_title_marks};
use crate::db::Tx;
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::honour::honours::{CampaignAward, CampaignHolder};
use crate::judging::campaigns::desk::BULLETIN;
use crate::judging::campaigns::entries::model::{Entry, EntryId};
use crate::judging::campaigns::model::{
    Campaign, CampaignId, CampaignKind, CampaignStage, CampaignState, StageState, Terms,
};
use crate::judging::campaigns::notices::{note, tell_audience};
use crate::judging::campaigns::rules::{CampaignRefusal, CampaignVerb, step};
use crate::judging::campaigns::{Campaigns, entries, store as campaigns};
use crate::kernel::desk;

impl Campaigns {
    /// Makes the decision final. Again it changes nothing.
    pub async fn publish(&self, actor: MemberId, reach: &Reach, id: CampaignId) -> Outcome<Campaign> {
        self.within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let mut campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                match campaign.standing() {
                    CampaignState::Published | CampaignState::Archived => return Ok(campaign),
                    CampaignState::Decided | CampaignState::Open => {}
                    state => return Err(CampaignRefusal::WrongState(state).into()),
                }
                let latest = store::decisions::find_latest(tx.conn, id)?.ok_or(CampaignRefusal::Undecided)?;
                let stages = campaigns::list_stages(tx.conn, id)?;
                rules::may_publish(&latest, &store::objections::list_outcomes(tx.conn, id)?, &stages)?;
                // the committee is done, whatever time it had left
                let committee = stages.iter().find(|row| row.stage == CampaignStage::Committee);
                if committee.is_some_and(|row| row.state == StageState::Open) {
                    let now = tx.now();
                    campaigns::close_stage(tx.conn, id, CampaignStage::Committee, now)?;
                }
                room.lay_extensions(tx, &campaign)?;
                campaign.published_at = Some(tx.now());
                store::decisions::put_standing(tx.conn, &campaign)?;
                let awards = room.write_awards(tx, &campaign, &latest)?;
                let detail = json!({ "decision_version": latest.version, "awards": awards.len() });
                note(tx, Some(actor), "campaigns.publish", id, detail)?;
                room.record_honours(tx, &campaign, &awards)?;
                room.tell_winners(tx, &campaign, &awards)?;
                let told = match awards.len() {
                    0 => "各奖项空缺。".to_owned(),
                    count => format!("共 {count} 项获奖。"),
                };
                tell_audience(tx, &campaign, "评选结果公布", told)?;
                Ok(campaign)
            })
            .await
    }

    fn write_awards(&self, tx: &mut Tx, campaign: &Campaign, decision: &Decision) -> Outcome<Vec<Award>> {
        let entries = entries::list_submitted(tx.conn, campaign.id)?;
        let titles = entries::list_judged_plans(tx.conn, campaign.id)?;
        let mut awards = Vec::new();
        for line in &decision.lines.0 {
            let entry = entries.iter().find(|entry| entry.id == line.entry_id).ok_or(entries::Refusal::NoSuchEntry)?;
            let (position, heading) = heading(&campaign.terms.0, &line.heading).ok_or(CampaignRefusal::Undecided)?;
            let same = |other: &&crate::judging::campaigns::decision::model::AwardLine| {
                other.heading == line.heading && other.place == line.place
            };
            let plan = titles.iter().find(|(judged, _)| *judged == line.entry_id);
            let award = Award {
                entry_id: line.entry_id,
                campaign_id: campaign.id,
                unit_id: entry.unit_id,
                unit_name: self.unit_name(entry.unit_id),
                heading: line.heading.to_string(),
                heading_title: heading,
                heading_position: position,
                place: line.place.into(),
                shared: decision.lines.0.iter().filter(same).count() > 1,
                title: plan.map_or_else(|| entry.title.clone(), |(_, plan)| plan.0.title.to_string()),
                decision_version: decision.version,
                awarded_on: tx.today(),
            };
            store::awards::insert(tx.conn, &award)?;
            awards.push(award);
        }
        Ok(awards)
    }

    /// Tells the room of honours of the awards: of members for entries of their own, of brands, else of units.
    fn record_honours(&self, tx: &mut Tx, campaign: &Campaign, awards: &[Award]) -> diesel::QueryResult<()> {
        let entries = entries::list_submitted(tx.conn, campaign.id)?;
        let plans = entries::list_judged_plans(tx.conn, campaign.id)?;
        let terms = &campaign.terms.0;
        let told = awards.iter().map(|award| {
            let entry = entries.iter().find(|entry| entry.id == award.entry_id);
            let plan = plans.iter().find(|(judged, _)| *judged == award.entry_id).map(|(_, plan)| &plan.0);
            let brand = plan.and_then(|plan| plan.brand.as_ref()).map_or_else(|| award.title.clone(), Text::to_string);
            let holder = match entry {
                Some(entry) if entry.by_member => CampaignHolder::Member(entry.owner_id),
                _ if terms.kind == CampaignKind::BrandTopTen => CampaignHolder::Brand(award.unit_id, brand),
                _ => CampaignHolder::Unit(award.unit_id),
            };
            CampaignAward {
                entry: award.entry_id.uuid(),
                holder,
                title: award.heading_title.clone(),
                document: terms
                    .notice
                    .as_ref()
                    .map_or_else(|| campaign.title.clone(), |notice| notice.document_no.to_string()),
                by_unit: campaign.unit_id,
            }
        });
        let told: Vec<CampaignAward> = told.collect();
        self.honours.record_selection(tx, campaign.id.uuid(), &told)
    }

    /// Tells who leads an awarded plan and who is secretary of its unit.
    fn tell_winners(&self, tx: &mut Tx, campaign: &Campaign, awards: &[Award]) -> diesel::QueryResult<()> {
        let entries = entries::list_submitted(tx.conn, campaign.id)?;
        let owner = |id: EntryId| entries.iter().find(|entry: &&Entry| entry.id == id).map(|entry| entry.owner_id);
        for award in awards {
            let mut told: BTreeSet<MemberId> =
                self.directory.holders(Role::Secretary, award.unit_id, tx.today()).into_iter().collect();
            told.extend(owner(award.entry_id).filter(|owner| self.directory.member(*owner).is_some()));
            for member in told {
                let notice = NewNotice {
                    to: To::Member(member),
                    kind: NoticeKind::PUBLISHED,
                    title: format!("获奖：{}", award.heading_title),
                    body: format!(
                        "{}{}在{}中获评{}。",
                        award.unit_name,
                        in_title_marks(&award.title),
                        in_quotes(&campaign.title),
                        in_quotes(&award.heading_title)
                    ),
                    link: Some(format!("/campaigns/{}/awards", campaign.id)),
                };
                notices::tell(tx, notice)?;
            }
        }
        Ok(())
    }

    /// Puts a published campaign away: nothing of it changes any more. Again it changes nothing.
    pub async fn archive(&self, actor: MemberId, reach: &Reach, id: CampaignId) -> Outcome<Campaign> {
        self.within(reach, id).await?;
        self.db
            .write(move |tx| {
                let mut campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                match step(CampaignVerb::Archive, campaign.standing()) {
                    Ok(true) => {}
                    Ok(false) => return Ok(campaign),
                    Err(_) => return Err(CampaignRefusal::NotPublished.into()),
                }
                campaign.archived_at = Some(tx.now());
                store::decisions::put_standing(tx.conn, &campaign)?;
                desk::clear(tx, BULLETIN, id.uuid())?;
                note(tx, Some(actor), "campaigns.archive", id, json!({}))?;
                Ok(campaign)
            })
            .await
    }
}

/// The place of a heading among all, and its title.
fn heading(terms: &Terms, code: &str) -> Option<(i32, String)> {
    let found = (0..).zip(terms.headings()).find(|(_, heading)| *heading.code == *code);
    found.map(|(position, heading)| (position, heading.title.into_string()))
}
