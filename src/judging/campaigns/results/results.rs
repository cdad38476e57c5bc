//! Results: what was counted, and the total of every entry with its explanation.

use super::Outcome;
use super::rules::{self, Refusal};
use crate::judging::campaigns::calendar::model::Extension;
use crate::judging::campaigns::decision::model::{Award, Decision, ObjectionCount};
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::CampaignId;
use crate::judging::campaigns::rules::{CampaignRefusal, uncounted};
use crate::judging::campaigns::totals::model::Proposal;
use crate::judging::campaigns::totals::{ExplainedEntry, NamedEntry, Totals};
use crate::judging::campaigns::viewer::{Seen, Viewer};
use crate::judging::campaigns::vote::VoteResult;
use crate::judging::campaigns::{Campaigns, calendar, decision};
use crate::kernel::recusals::{self, Recusal, RecusalRequest};

/// The result of a campaign.
#[derive(Clone, Debug)]
pub struct Results {
    pub seen: Seen,
    /// Ends that two people moved, or may.
    pub extensions: Vec<Extension>,
    pub totals: Totals,
    /// Whether the viewer sees more than participation; what is not shown is left out here.
    pub shown: bool,
    /// Every version; the last one holds.
    pub decisions: Vec<Decision>,
    /// Who was kept out of them, by the version.
    pub recused: Vec<Recusal>,
    /// Who asked to be kept out of the decision.
    pub asked: Vec<RecusalRequest>,
    pub objections: ObjectionCount,
    /// Final ones.
    pub awards: Vec<Award>,
}

impl Results {
    /// Whether the proposal may be shown: to who runs the campaign, and to everybody once it was decided upon.
    pub fn shown_proposal(&self) -> Option<&Proposal> {
        self.totals.proposal.as_ref().filter(|_| self.seen.managed || !self.decisions.is_empty())
    }

    /// What is left for a viewer who does not see the result yet.
    fn hidden(self) -> Results {
        let totals = Totals { explained: Vec::new(), cells: Vec::new(), proposal: None, ..self.totals };
        Results {
            totals,
            decisions: Vec::new(),
            recused: Vec::new(),
            asked: Vec::new(),
            awards: Vec::new(),
            shown: false,
            ..self
        }
    }

    /// What was counted, without the totals where the result is not shown yet.
    pub fn vote(&self) -> Option<VoteResult> {
        let mut vote = VoteResult::new(self.totals.tally.as_ref()?);
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
            return Err(CampaignRefusal::WrongState(seen.campaign.state).into());
        }
        let shown = rules::shows_result(&seen.campaign, seen.managed);
        let results = self.results_of(seen).await?;
        Ok(if shown { results } else { results.hidden() })
    }

    /// The total of one entry and how it came about; without a total where only the decision is published.
    pub async fn explain(&self, viewer: &Viewer<'_>, id: EntryId) -> Outcome<(Option<ExplainedEntry>, Results)> {
        let entry = self.entry(viewer, id).await?.entry;
        let results = self.results(viewer, entry.campaign_id).await?;
        if !results.shown && results.totals.awaited.is_empty() {
            return Err(Refusal::NotShown(results.seen.campaign.terms.0.results_shown).into());
        }
        let found = results.totals.explained.iter().find(|explained| explained.entry_id == id).cloned();
        let barred = |named: &NamedEntry| named.id == id && !named.contends(&results.seen.campaign.terms.0);
        if found.is_none()
            && entry.number.is_some()
            && results.totals.awaited.is_empty()
            && results.totals.entries.iter().any(barred)
        {
            return Err(Refusal::Ineligible.into());
        }
        if found.is_none() && (results.decisions.is_empty() || entry.number.is_none()) {
            return Err(uncounted(results.seen.campaign.state).into());
        }
        Ok((found, results))
    }

    /// Everything about a campaign's result, for who sees all of it.
    pub(super) async fn results_of(&self, seen: Seen) -> Outcome<Results> {
        let id = seen.campaign.id;
        let totals = self.totals(&seen.campaign, &seen.stages).await?;
        let (extensions, decisions, (recused, asked), objections, awards) = self
            .db
            .read(move |conn| {
                let objections = ObjectionCount::of(&decision::list_outcomes(conn, id)?);
                let (decisions, awards) = (decision::list_decisions(conn, id)?, decision::list_awards(conn, id)?);
                let kind = decision::model::thing(id).kind;
                let recused = recusals::list(conn, kind, id.uuid())?;
                let asked = recusals::list_requests(conn, kind, &[id.uuid()])?;
                Ok((calendar::list_extensions(conn, id)?, decisions, (recused, asked), objections, awards))
            })
            .await?;
        Ok(Results { seen, extensions, totals, shown: true, decisions, recused, asked, objections, awards })
    }
}
