//! What a judge has given, read back by that judge, and what is left to be done.

use std::collections::BTreeSet;

use super::model::{JudgeId, Score};
use super::scores::judges_among;
use super::{Outcome, store};
use crate::base::id::UnitId;
use crate::base::person::Person;
use crate::judging::campaigns::entries::model::{Entry, EntryId};
use crate::judging::campaigns::model::{CampaignId, CampaignStage, Source, StageRow, Terms};
use crate::judging::campaigns::viewer::Viewer;
use crate::judging::campaigns::{Campaigns, entries, store as campaigns};

/// What somebody gave as one judge.
#[derive(Clone, Debug)]
pub struct OwnScores {
    pub source: Source,
    /// The unit that is scored for; `None` for experts.
    pub unit: Option<UnitId>,
    /// The expert's or the unit's name.
    pub name: String,
    /// The stage in which scores are taken.
    pub stage: Option<StageRow>,
    pub scores: Vec<Score>,
    /// How many entries of the campaign are scored.
    pub done: usize,
    /// Entries to be scored still.
    pub left: Vec<EntryId>,
}

impl Campaigns {
    /// Everything that this person gave in a campaign, judge by judge; empty for somebody who is none.
    pub async fn own_scores(&self, judge: &Person, id: CampaignId) -> Outcome<Vec<OwnScores>> {
        let (campaign, stages, (entries, people), scores) = self
            .db
            .read(move |conn| {
                let entries = entries::handed_in(conn, id)?;
                Ok((campaigns::find(conn, id)?, campaigns::list_stages(conn, id)?, entries, store::list(conn, id)?))
            })
            .await?;
        let campaign = campaign.filter(|campaign| campaign.frozen.is_some());
        let judges = campaign.map(|campaign| self.judges_as(judge, &campaign.terms.0, &entries)).unwrap_or_default();
        if judges.is_empty() {
            // experts may come from elsewhere; of anybody else a campaign hides as it does everywhere
            self.see(&Viewer::of(judge), id).await?;
        }
        let stage = |wanted: CampaignStage| stages.iter().find(|row| row.stage == wanted).copied();
        let own = |(source, id, unit): (Source, JudgeId, Option<UnitId>)| {
            let mine = |score: &&Score| score.source == source && score.judge_id == id;
            let given: Vec<Score> = scores.iter().filter(mine).cloned().collect();
            let line = self.judge_line((source, id), given, (&entries, &people));
            let stage = stage(source.stage());
            OwnScores {
                source,
                unit,
                name: line.name,
                stage,
                done: line.scores.len(),
                scores: line.scores,
                left: line.missing,
            }
        };
        Ok(judges.into_iter().map(own).collect())
    }

    /// The same for one entry: only its scores, and what is left of all.
    pub async fn own_scores_of(&self, judge: &Person, id: EntryId) -> Outcome<Vec<OwnScores>> {
        let campaign = self.campaign_of(id).await?;
        let mut own = match self.own_scores(judge, campaign).await {
            Err(crate::db::Stop::Refused(_)) => return Err(entries::Refusal::NoSuchEntry.into()),
            own => own?,
        };
        own.iter_mut().for_each(|judge| judge.scores.retain(|score| score.entry_id == id));
        Ok(own)
    }

    /// As whom a person judges in a campaign.
    fn judges_as(&self, judge: &Person, terms: &Terms, entries: &[Entry]) -> Vec<(Source, JudgeId, Option<UnitId>)> {
        let units: BTreeSet<UnitId> = judges_among(entries);
        let mut found = Vec::new();
        for source in terms.sources.iter().map(|rule| rule.source) {
            match source {
                Source::Vote => {}
                Source::Expert if terms.expert_ids.contains(&judge.member) => {
                    found.push((source, JudgeId::from(judge.member), None));
                }
                Source::Expert => {}
                Source::Peer | Source::OpenReview => {
                    let mine = units.iter().filter(|unit| self.may_judge_for(judge, source, **unit));
                    found.extend(mine.map(|unit| (source, JudgeId::from(*unit), Some(*unit))));
                }
            }
        }
        found
    }
}
