//! The total of every entry with its explanation, and who would be awarded by it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::Proposal;
use super::rules::{self, Contender, Given, Judged};
use crate::base::id::UnitId;
use crate::base::score::ScoreRule;
use crate::base::text::in_title_marks;
use crate::db::DbError;
use crate::judging::campaigns::entries::model::{Entry, EntryId, Plan};
use crate::judging::campaigns::model::{Campaign, CampaignState, Source, StageRow, StageState, Terms};
use crate::judging::campaigns::rules::SECRET_BELOW;
use crate::judging::campaigns::scores::model::{Cell, Score, cells};
use crate::judging::campaigns::vote::model::{Tally, Total};
use crate::judging::campaigns::{Campaigns, entries, scores, vote};

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
    pub(in crate::judging::campaigns) fn contends(&self, terms: &Terms) -> bool {
        self.number.is_some() && rules::is_eligible(terms, self.on_ballot != Some(false))
    }
}

/// What a campaign came to.
#[derive(Clone, Debug)]
pub struct Totals {
    pub tally: Option<Tally>,
    pub entries: Vec<NamedEntry>,
    /// Empty while a source is not complete, or when the vote is withheld.
    pub explained: Vec<ExplainedEntry>,
    /// Sources that are not complete yet.
    pub awaited: Vec<Source>,
    /// What judges gave; empty while a source is not complete.
    pub cells: Vec<Cell>,
    /// Who would be awarded by the computed order alone; `None` where nothing is computed or may be shown.
    pub proposal: Option<Proposal>,
}

impl Campaigns {
    /// Computes everything that follows from ballots and scores.
    pub(in crate::judging::campaigns) async fn totals(
        &self,
        campaign: &Campaign,
        stages: &[StageRow],
    ) -> Result<Totals, DbError> {
        let id = campaign.id;
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
        let plans: HashMap<EntryId, Plan> = plans.into_iter().map(|(entry, plan)| (entry, plan.0)).collect();
        let terms = &campaign.terms.0;
        let awaited = awaited(terms, stages, tally.is_some());
        let withheld = tally.as_ref().is_some_and(|tally| tally.ballots_counted < SECRET_BELOW);
        let complete = awaited.is_empty() && !withheld && campaign.state != CampaignState::Cancelled;
        let cells = if complete { cells(&scores, |score| self.judge_order(score)) } else { Vec::new() };
        let named = |entry: &Entry| self.named(entry, plans.get(&entry.id), &cells);
        let entries: Vec<NamedEntry> = entries.iter().map(named).collect();
        let explained = if complete { explained(terms, &entries, tally.as_ref(), &cells) } else { Vec::new() };
        let proposal = proposal(terms, &explained, &judged(terms, &explained, &entries));
        Ok(Totals { tally, entries, explained, awaited, cells, proposal })
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
pub(in crate::judging::campaigns) fn explain_all(
    terms: &Terms,
    entries: &[NamedEntry],
    totals: &[Total],
    cells: &[Cell],
    ballots: i64,
) -> Vec<ExplainedEntry> {
    let votes: HashMap<EntryId, i64> = totals.iter().map(|total| (total.entry_id, total.votes)).collect();
    let mut raw = scores::raw_values(terms, &votes, cells);
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

/// Everybody who was judged, with what the order follows from; the same from the database and from an export.
pub(in crate::judging::campaigns) fn judged(
    terms: &Terms,
    explained: &[ExplainedEntry],
    entries: &[NamedEntry],
) -> Vec<Judged> {
    let explained: HashMap<EntryId, &ExplainedEntry> = explained.iter().map(|entry| (entry.entry_id, entry)).collect();
    let judged = |entry: &NamedEntry| Judged {
        entry: entry.id,
        unit: entry.unit_id,
        name: format!("{}{}", entry.unit, in_title_marks(&entry.title)),
        category: entry.category.clone(),
        key: explained.get(&entry.id).map(|explained| key(terms, explained)).unwrap_or_default(),
    };
    entries.iter().filter(|entry| entry.contends(terms)).map(judged).collect()
}

/// The total, then the scores by which equals are told apart; a missing score is below every other.
fn key(terms: &Terms, explained: &ExplainedEntry) -> Vec<i64> {
    let score = |source: &Source| {
        let part = explained.parts.iter().find(|part| part.source == *source);
        part.and_then(|part| part.score).unwrap_or(-1)
    };
    std::iter::once(explained.total).chain(terms.tie_order.iter().map(score)).collect()
}

/// What would be awarded if nobody decided anything; `None` where nothing is computed or may be shown.
pub(in crate::judging::campaigns) fn proposal(
    terms: &Terms,
    explained: &[ExplainedEntry],
    judged: &[Judged],
) -> Option<Proposal> {
    (!explained.is_empty()).then(|| rules::propose(terms, judged))
}
