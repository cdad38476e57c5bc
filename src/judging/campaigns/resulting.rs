//! Results: what was counted, and the total of every entry with its explanation.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::looking::{Seen, Viewer};
use super::model::{
    Award, CampaignId, CampaignState, Cell, Decision, Entry, EntryId, ObjectionCount, Plan, Proposal, Score, Source,
    StageRow, StageState, Tally, Terms, Total, cells,
};
use super::organising::Outcome;
use super::rules::{self, Contender, Given, Refusal};
use super::{Campaigns, awarding, store};
use crate::base::id::UnitId;
use crate::base::score::ScoreRule;
use crate::base::time::Timestamp;

/// A part of a total, explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedPart {
    pub source: Source,
    /// What was counted or averaged (averages in hundredths); `null` when there is nothing: then the score is 0 where the
    /// rules say so, and else `null`.
    pub raw: Option<i64>,
    pub rule: ScoreRule,
    /// 0 to 10000 by the rule; `null` when the part is left out.
    pub score: Option<i64>,
    /// Basis points.
    pub weight: i64,
    /// score × weight ÷ weights of the parts that are there, rounded half up.
    pub contribution: i64,
}

/// The total of an entry and how it came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExplainedEntry {
    pub entry_id: EntryId,
    /// Its category, by the code.
    pub category: String,
    /// The sum of the contributions.
    pub total: i64,
    /// Parts that are left out.
    pub missing: usize,
    /// The computed place within the category; equals share one.
    pub rank: usize,
    /// 并列: somebody else has the same rank.
    pub tied: bool,
    pub parts: Vec<ExplainedPart>,
}

/// An entry as results name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NamedEntry {
    pub id: EntryId,
    /// What ballots name it by.
    pub number: Option<i32>,
    /// Its category, by the code.
    pub category: String,
    /// The title of the plan that was judged, of the latest one before that.
    pub title: String,
    pub unit_id: UnitId,
    /// Short name of its unit.
    pub unit: String,
    /// Handed in after the end.
    pub late: bool,
    /// The version that was judged.
    pub judged_version: Option<i32>,
    /// Whether it could be voted on; absent in exports that were made before this was told.
    #[serde(default)]
    pub on_ballot: Option<bool>,
    /// Sources whose judges could all not score it, since it is their own.
    #[serde(default)]
    pub exempt: Vec<Source>,
}

impl NamedEntry {
    /// Whether it was judged and takes part in the result.
    pub(super) fn contends(&self, terms: &Terms) -> bool {
        self.number.is_some() && rules::is_eligible(terms, self.on_ballot != Some(false))
    }
}

/// What was counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VoteResult {
    /// Members on the roll.
    pub electorate: i32,
    /// Different members whose ballots count.
    pub voters: i32,
    /// Before voiding.
    pub ballots_cast: i32,
    /// After voiding.
    pub ballots_counted: i32,
    /// True below ten ballots: then totals, receipts and computed ranks are not published, only the decision.
    pub withheld: bool,
    pub totals: Vec<Total>,
    /// SHA-256 of the sorted receipts, a line break (LF) after each.
    pub receipts_sha256: Option<String>,
    pub counted_at: Timestamp,
}

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

impl VoteResult {
    pub fn new(tally: &Tally) -> VoteResult {
        let withheld = tally.ballots_counted < rules::SECRET_BELOW;
        VoteResult {
            electorate: tally.electorate,
            voters: tally.voters,
            ballots_cast: tally.ballots_cast,
            ballots_counted: tally.ballots_counted,
            withheld,
            totals: if withheld { Vec::new() } else { tally.totals.0.clone() },
            receipts_sha256: (!withheld).then(|| tally.receipts_sha256.clone()),
            counted_at: tally.counted_at,
        }
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
            return Err(rules::uncounted(results.seen.campaign.state).into());
        }
        Ok((found, results))
    }

    pub(super) async fn results_of(&self, seen: Seen) -> Outcome<Results> {
        let id = seen.campaign.id;
        let (tally, entries, plans, scores) = self
            .db
            .read(move |conn| {
                let entries = store::entries::list_submitted(conn, id)?;
                // the title of an entry that was not written on since stands in its row
                let improved = |entry: &Entry| entry.judged_version.is_some_and(|judged| judged != entry.version);
                let plans = match entries.iter().any(improved) {
                    true => store::entries::list_judged_plans(conn, id)?,
                    false => Vec::new(),
                };
                Ok((store::ballots::find_tally(conn, id)?, entries, plans, store::scores::list(conn, id)?))
            })
            .await?;
        let (decisions, objections, awards) = self
            .db
            .read(move |conn| {
                let objections = ObjectionCount::of(&store::decisions::list_verdicts(conn, id)?);
                Ok((store::decisions::list(conn, id)?, objections, store::decisions::list_awards(conn, id)?))
            })
            .await?;
        let plans: HashMap<EntryId, Plan> = plans.into_iter().map(|(entry, plan)| (entry, plan.0)).collect();
        let terms = &seen.campaign.terms.0;
        let awaited = awaited(terms, &seen.stages, tally.is_some());
        let withheld = tally.as_ref().is_some_and(|tally| tally.ballots_counted < rules::SECRET_BELOW);
        let complete = awaited.is_empty() && !withheld && seen.campaign.state != CampaignState::CalledOff;
        let cells = if complete { cells(&scores, |score| self.judge_order(score)) } else { Vec::new() };
        let named = |entry: &Entry| self.named(entry, plans.get(&entry.id), &cells);
        let entries: Vec<NamedEntry> = entries.iter().map(named).collect();
        let explained = if complete { explained(terms, &entries, tally.as_ref(), &cells) } else { Vec::new() };
        let proposal = awarding::proposal(terms, &explained, &awarding::judged(terms, &explained, &entries));
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

    /// What judges are numbered by: always the same, and no way from a number to who it is, since ids tell when somebody
    /// was entered and the rules name the experts.
    fn judge_order(&self, score: &Score) -> [u8; 32] {
        let campaign = *score.campaign_id.uuid().as_bytes();
        let judge = *score.judge_id.uuid().as_bytes();
        self.receipt_key.mac(&[b"judge", &campaign, score.source.as_str().as_bytes(), &judge])
    }

    fn named(&self, entry: &Entry, judged: Option<&Plan>, cells: &[Cell]) -> NamedEntry {
        // somebody could after all: such as the secretary of a unit that was moved since the judging began
        let scored = |source: &Source| cells.iter().any(|cell| (cell.source, cell.entry_id) == (*source, entry.id));
        NamedEntry {
            id: entry.id,
            number: entry.number,
            category: entry.category.clone(),
            title: judged.map_or_else(|| entry.title.clone(), |plan| plan.title.to_string()),
            unit_id: entry.unit_id,
            unit: self.unit_name(entry.unit_id),
            late: entry.late,
            judged_version: entry.judged_version,
            on_ballot: Some(entry.on_ballot),
            exempt: entry.exempt.0.iter().copied().filter(|source| !scored(source)).collect(),
        }
    }
}

/// Sources whose stage is not over, or whose ballots are not counted.
fn awaited(terms: &Terms, stages: &[StageRow], counted: bool) -> Vec<Source> {
    let over = |source: Source| {
        let closed = stages.iter().any(|row| row.stage == source.stage() && row.state == StageState::Closed);
        closed && (source != Source::Vote || counted)
    };
    terms.sources.iter().map(|rule| rule.source).filter(|source| !over(*source)).collect()
}

/// Nothing where nobody scores: equal totals of nought would only look like a result.
fn explained(terms: &Terms, entries: &[NamedEntry], tally: Option<&Tally>, cells: &[Cell]) -> Vec<ExplainedEntry> {
    let totals = tally.map_or(&[][..], |tally| &tally.totals.0);
    explain_all(terms, entries, totals, cells, tally.map_or(0, |tally| i64::from(tally.ballots_counted)))
}

/// The outcomes of those among `entries` that contend as they are shown, and as `verify` computes them from an export.
pub(super) fn explain_all(
    terms: &Terms,
    entries: &[NamedEntry],
    totals: &[Total],
    cells: &[Cell],
    ballots: i64,
) -> Vec<ExplainedEntry> {
    let votes: HashMap<EntryId, i64> = totals.iter().map(|total| (total.entry_id, total.votes)).collect();
    let mut raw = rules::raw_values(terms, &votes, cells);
    let given = Given::of(&votes, cells);
    let contender = |entry: &NamedEntry| Contender {
        entry: entry.id,
        category: entry.category.clone(),
        raw: raw.remove(&entry.id).unwrap_or_default(),
        noughts: rules::noughts(terms, &given, entry.id, &entry.exempt),
    };
    let contenders: Vec<Contender> = entries.iter().filter(|entry| entry.contends(terms)).map(contender).collect();
    if terms.sources.is_empty() {
        return Vec::new();
    }
    let full = |source: Source| if source == Source::Vote { ballots } else { FULL_OF_JUDGES };
    let shown = |outcome: rules::Outcome| ExplainedEntry {
        entry_id: outcome.entry,
        category: outcome.category,
        total: outcome.composite.total,
        missing: outcome.composite.missing,
        rank: outcome.place.rank,
        tied: outcome.place.tied,
        parts: outcome
            .composite
            .parts
            .into_iter()
            .map(|part| ExplainedPart {
                source: part.source,
                raw: part.raw,
                rule: part.rule,
                score: part.score,
                weight: part.weight,
                contribution: part.contribution,
            })
            .collect(),
    };
    rules::outcomes(terms, &contenders, full).into_iter().map(shown).collect()
}

/// The most that judges can give, in hundredths of a score of 10,000.
const FULL_OF_JUDGES: i64 = 1_000_000;
