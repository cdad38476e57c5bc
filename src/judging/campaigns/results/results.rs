//! Results: what was counted, and the total of every entry with its explanation.

use std::collections::HashMap;

use super::rules;
use crate::judging::campaigns::decision::model::{Award, Decision, ObjectionCount};
use crate::judging::campaigns::entries::model::{Entry, EntryId, Plan};
use crate::judging::campaigns::model::{CampaignId, CampaignState, Source};
use crate::judging::campaigns::rules::{Refusal, SECRET_BELOW, uncounted};
use crate::judging::campaigns::scores::model::{Cell, cells};
use crate::judging::campaigns::totals::model::Proposal;
use crate::judging::campaigns::totals::{self, ExplainedEntry, NamedEntry, awaited, explained};
use crate::judging::campaigns::viewer::{Seen, Viewer};
use crate::judging::campaigns::vote::model::Tally;
use crate::judging::campaigns::vote::{self, VoteResult};
use crate::judging::campaigns::{Campaigns, Outcome, decision, entries, scores};

/// The result of a campaign.
#[derive(Clone, Debug)]
pub struct Results {
    pub seen: Seen,
    pub tally: Option<Tally>,
    pub entries: Vec<NamedEntry>,
    /// Empty while a source is not complete, or when the vote is withheld.
    pub explained: Vec<ExplainedEntry>,
    /// Sources that are not complete yet.
    pub awaited: Vec<Source>,
    /// Whether the viewer sees more than participation; what is not shown is left out here.
    pub shown: bool,
    /// What judges gave; empty while a source is not complete.
    pub cells: Vec<Cell>,
    /// Who would be awarded by the computed order alone; `None` where nothing is computed or may be shown.
    pub proposal: Option<Proposal>,
    /// Every version; the last one holds.
    pub decisions: Vec<Decision>,
    pub objections: ObjectionCount,
    /// Final ones.
    pub awards: Vec<Award>,
}

impl Results {
    /// Whether the proposal may be shown: to who runs the campaign, and to everybody once it was decided upon.
    pub fn shown_proposal(&self) -> Option<&Proposal> {
        self.proposal.as_ref().filter(|_| self.seen.managed || !self.decisions.is_empty())
    }
}

impl Results {
    /// What is left for a viewer who does not see the result yet.
    fn hidden(self) -> Results {
        Results {
            explained: Vec::new(),
            cells: Vec::new(),
            proposal: None,
            decisions: Vec::new(),
            awards: Vec::new(),
            shown: false,
            ..self
        }
    }

    /// What was counted, without the totals where the result is not shown yet.
    pub fn vote(&self) -> Option<VoteResult> {
        let mut vote = VoteResult::new(self.tally.as_ref()?);
        if !self.shown {
            vote.totals.clear();
        }
        Some(vote)
    }
}

impl Campaigns {
    /// The results as far as there are any and the viewer may see them; a vote only once it is counted.
    pub async fn results(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<Results> {
        let seen = self.see(viewer, id).await?;
        if seen.campaign.frozen.is_none() {
            return Err(Refusal::WrongState(seen.campaign.state).into());
        }
        let shown = rules::shows_result(&seen.campaign, seen.managed);
        let results = self.results_of(seen).await?;
        Ok(if shown { results } else { results.hidden() })
    }

    /// The total of one entry and how it came about; without a total where only the decision is published.
    pub async fn explain(&self, viewer: &Viewer<'_>, id: EntryId) -> Outcome<(Option<ExplainedEntry>, Results)> {
        let entry = self.entry(viewer, id).await?.entry;
        let results = self.results(viewer, entry.campaign_id).await?;
        if !results.shown && results.awaited.is_empty() {
            return Err(Refusal::NotShown(results.seen.campaign.terms.0.results_shown).into());
        }
        let found = results.explained.iter().find(|explained| explained.entry_id == id).cloned();
        let barred = |named: &NamedEntry| named.id == id && !named.contends(&results.seen.campaign.terms.0);
        if found.is_none() && entry.number.is_some() && results.awaited.is_empty() && results.entries.iter().any(barred)
        {
            return Err(Refusal::Ineligible.into());
        }
        if found.is_none() && (results.decisions.is_empty() || entry.number.is_none()) {
            return Err(uncounted(results.seen.campaign.state).into());
        }
        Ok((found, results))
    }

    pub(in crate::judging::campaigns) async fn results_of(&self, seen: Seen) -> Outcome<Results> {
        let id = seen.campaign.id;
        let (tally, entries, plans, scores) = self
            .db
            .read(move |conn| {
                let entries = entries::list_submitted(conn, id)?;
                // the title of an entry that was not written on since stands in its row
                let improved = |entry: &Entry| entry.judged_version.is_some_and(|judged| judged != entry.version);
                let plans = match entries.iter().any(improved) {
                    true => entries::list_judged_plans(conn, id)?,
                    false => Vec::new(),
                };
                Ok((vote::find_tally(conn, id)?, entries, plans, scores::list(conn, id)?))
            })
            .await?;
        let (decisions, objections, awards) = self
            .db
            .read(move |conn| {
                let objections = ObjectionCount::of(&decision::list_verdicts(conn, id)?);
                Ok((decision::list_decisions(conn, id)?, objections, decision::list_awards(conn, id)?))
            })
            .await?;
        let plans: HashMap<EntryId, Plan> = plans.into_iter().map(|(entry, plan)| (entry, plan.0)).collect();
        let terms = &seen.campaign.terms.0;
        let awaited = awaited(terms, &seen.stages, tally.is_some());
        let withheld = tally.as_ref().is_some_and(|tally| tally.ballots_counted < SECRET_BELOW);
        let complete = awaited.is_empty() && !withheld && seen.campaign.state != CampaignState::CalledOff;
        let cells = if complete { cells(&scores, |score| self.judge_order(score)) } else { Vec::new() };
        let named = |entry: &Entry| self.named(entry, plans.get(&entry.id), &cells);
        let entries: Vec<NamedEntry> = entries.iter().map(named).collect();
        let explained = if complete { explained(terms, &entries, tally.as_ref(), &cells) } else { Vec::new() };
        let proposal = totals::proposal(terms, &explained, &totals::judged(terms, &explained, &entries));
        Ok(Results {
            seen,
            tally,
            entries,
            explained,
            awaited,
            shown: true,
            cells,
            proposal,
            decisions,
            objections,
            awards,
        })
    }
}
