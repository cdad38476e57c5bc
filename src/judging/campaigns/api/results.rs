//! Results, the explanation of one entry, and the public export.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::viewer;
use crate::base::score::{ALL_WEIGHT, round_half_up};
use crate::base::text::decimal;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::awarding::PublishedDecision;
use crate::judging::campaigns::exporting::{Export, PublishedExtension};
use crate::judging::campaigns::model::{
    Award, CampaignId, CampaignState, EntryId, ObjectionCount, Proposal, Source, StageRow, Terms,
};
use crate::judging::campaigns::resulting::{ExplainedEntry, ExplainedPart, NamedEntry, Results, VoteResult};
use crate::web::caller::Member;
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_campaign_results).service(explain_entry).service(export_campaign);
}

/// The results with the rules that they follow from.
#[derive(Serialize, ToSchema)]
struct ResultsView {
    campaign_id: CampaignId,
    /// Of the campaign.
    title: String,
    state: CampaignState,
    /// The frozen rules, exactly as they were hashed: one JSON document.
    rules_text: String,
    /// SHA-256 of that text's UTF-8 bytes.
    rules_sha256: String,
    /// As they really opened and closed.
    stages: Vec<StageRow>,
    /// Ends that two people moved.
    extensions: Vec<PublishedExtension>,
    /// Sources that are not complete; while there are any nothing is computed.
    awaited: Vec<Source>,
    /// Whether the caller sees totals, ranks and decisions: who runs the campaign always, members from the instant that
    /// `results_shown` of the terms names.
    shown: bool,
    /// `null` until the ballots are counted; without totals while they are not shown.
    vote: Option<VoteResult>,
    entries: Vec<NamedEntry>,
    /// Category after category, best first.
    results: Vec<ExplainedEntry>,
    /// Who would be awarded by the computed order alone; for members once somebody decided.
    proposal: Option<Proposal>,
    /// Every version of the decision; the last one holds.
    decisions: Vec<SignedDecision>,
    objections: ObjectionCount,
    /// Final ones, once they are published.
    awards: Vec<Award>,
}

/// A decision with the name under it.
#[derive(Serialize, ToSchema)]
struct SignedDecision {
    #[serde(flatten)]
    decision: PublishedDecision,
    /// Who decided, or confirmed what was computed.
    decided_by: String,
}

impl ResultsView {
    fn new(campaigns: &Campaigns, results: Results) -> Self {
        let (proposal, vote) = (results.shown_proposal().cloned(), results.vote());
        let signed = |decision: &crate::judging::campaigns::model::Decision| SignedDecision {
            decision: decision.into(),
            decided_by: campaigns.member_name(decision.decided_by),
        };
        let campaign = results.seen.campaign;
        let confirmed = results.seen.extensions.iter().filter(|extension| extension.confirmed_at.is_some());
        ResultsView {
            campaign_id: campaign.id,
            state: campaign.standing(),
            title: campaign.title,
            rules_text: campaign.frozen.unwrap_or_default(),
            rules_sha256: campaign.frozen_sha256.unwrap_or_default(),
            extensions: confirmed.map(PublishedExtension::from).collect(),
            stages: results.seen.stages,
            awaited: results.awaited,
            shown: results.shown,
            vote,
            entries: results.entries,
            results: results.explained,
            proposal,
            decisions: results.decisions.iter().map(signed).collect(),
            objections: results.objections,
            awards: results.awards,
        }
    }
}

/// The results of a campaign as far as they are there and shown: who took part from the count on, every total with its
/// parts from the instant that the terms name (the decision, unless they say otherwise).
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "The results", body = ResultsView)))]
#[get("/campaigns/{id}/results")]
async fn get_campaign_results(
    caller: Member,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<ResultsView>, Problem> {
    let results = campaigns.results(&viewer(&caller), *id).await?;
    Ok(web::Json(ResultsView::new(&campaigns, results)))
}

/// How the total of one entry came about.
#[derive(Serialize, ToSchema)]
struct Explanation {
    entry_id: EntryId,
    /// The sum of the contributions; `null`, as the rank, where only the decision is published.
    total: Option<i64>,
    /// The computed place within the category; equals share one.
    rank: Option<usize>,
    /// 并列: somebody else has the same rank.
    tied: bool,
    /// Parts without a value.
    missing: usize,
    /// What the total consists of.
    parts: Vec<ExplainedPart>,
    /// What was decided about it; `null` while nothing is.
    decided: Option<DecidedEntry>,
    /// The rules by which it was computed.
    rules_sha256: String,
    /// In sentences, step by step.
    sentences: Vec<String>,
}

/// What was decided about an entry.
#[derive(Serialize, ToSchema)]
struct DecidedEntry {
    /// The heading by its title; `null` when it is not awarded.
    heading: Option<String>,
    /// The place under the heading.
    place: Option<u16>,
    /// 并列
    shared: bool,
    /// The heading that was computed, by its title.
    computed_heading: Option<String>,
    /// The place that was computed.
    computed_place: Option<u16>,
    /// Why the decision departs from what was computed.
    reason: Option<String>,
    /// The version of the decision.
    version: i32,
}

impl DecidedEntry {
    fn of(id: EntryId, results: &Results) -> Option<DecidedEntry> {
        let (terms, decision) = (&results.seen.campaign.terms.0, results.decisions.last()?);
        let title = |code: &str| heading_title(terms, code);
        let line = decision.lines.0.iter().find(|line| line.entry_id == id);
        let left = decision.left_out.0.iter().find(|left| left.entry_id == id);
        let proposed = results.proposal.iter().flat_map(|proposal| &proposal.awards).find(|one| one.entry_id == id);
        let alike = |line: &crate::judging::campaigns::model::AwardLine| {
            let same = decision.lines.0.iter().filter(|one| one.heading == line.heading && one.place == line.place);
            same.count() > 1
        };
        let reason = line.and_then(|line| line.reason.as_ref()).map(ToString::to_string);
        Some(DecidedEntry {
            heading: line.map(|line| title(&line.heading)),
            place: line.map(|line| line.place),
            shared: line.is_some_and(alike),
            computed_heading: proposed.map(|one| title(&one.heading)),
            computed_place: proposed.map(|one| one.place),
            reason: reason.or_else(|| left.map(|left| left.reason.to_string())),
            version: decision.version,
        })
    }

    /// In one sentence; where nothing `was_computed`, or it is withheld, it speaks of the decision alone.
    fn told(&self, was_computed: bool) -> String {
        let computed = match (&self.computed_heading, self.computed_place) {
            _ if !was_computed => String::new(),
            (Some(heading), Some(place)) => format!("按计算结果为{heading}第 {place} 名；"),
            _ => "按计算结果不在奖项之内；".into(),
        };
        let tied = if self.shared { "（并列）" } else { "" };
        let decided = match (&self.heading, self.place) {
            (Some(heading), Some(place)) => format!("决定为{heading}第 {place} 名{tied}"),
            _ => "决定未列入奖项".into(),
        };
        let reason = self.reason.as_ref().map(|reason| format!("，理由：{reason}")).unwrap_or_default();
        format!("{computed}{decided}{reason}")
    }
}

fn heading_title(terms: &Terms, code: &str) -> String {
    let found = terms.headings().into_iter().find(|heading| *heading.code == *code);
    found.map(|heading| heading.title.into_string()).unwrap_or_default()
}

/// How the total of an entry came about: raw value, rule, score, weight and contribution of every source, the rank, and
/// what was decided. Shown as the results are (409 before).
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    responses((status = 200, description = "The explanation", body = Explanation)))]
#[get("/entries/{id}/explain")]
async fn explain_entry(
    caller: Member,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<Explanation>, Problem> {
    let (explained, results) = campaigns.explain(&viewer(&caller), *id).await?;
    let decided = DecidedEntry::of(*id, &results);
    let mut told = explained.as_ref().map(sentences).unwrap_or_default();
    told.extend(decided.as_ref().map(|decided| decided.told(results.proposal.is_some())));
    let rules_sha256 = results.seen.campaign.frozen_sha256.unwrap_or_default();
    Ok(web::Json(Explanation {
        entry_id: *id,
        total: explained.as_ref().map(|explained| explained.total),
        rank: explained.as_ref().map(|explained| explained.rank),
        tied: explained.as_ref().is_some_and(|explained| explained.tied),
        missing: explained.as_ref().map_or(0, |explained| explained.missing),
        parts: explained.map(|explained| explained.parts).unwrap_or_default(),
        decided,
        rules_sha256,
        sentences: told,
    }))
}

/// For people: points of a hundred with two decimals, weights in percent. The exact integers stand in the parts.
fn sentences(explained: &ExplainedEntry) -> Vec<String> {
    let present: i64 = explained.parts.iter().filter(|part| part.score.is_some()).map(|part| part.weight).sum();
    let part = |part: &ExplainedPart| {
        let stage = part.source.stage().title();
        let Some(score) = part.score else {
            return format!("{stage}：没有数据，不计入，权重由其余来源按比例分担");
        };
        let scored = match part.raw {
            Some(raw) => format!("{}，按{}得 {} 分", counted(part.source, raw), part.rule.title(), decimal(score)),
            None if part.source == Source::Vote => format!("没有列入选票，按评选规则计 {} 分", decimal(score)),
            None => format!("评委没有评分，按评选规则计 {} 分", decimal(score)),
        };
        let scaled = match present {
            ALL_WEIGHT => String::new(),
            present => format!("（有数据的来源权重合计 {}，按比例放大）", percent(present)),
        };
        format!("{stage}：{scored}，权重 {}{scaled}，计入总分 {} 分", percent(part.weight), decimal(part.contribution))
    };
    let mut told: Vec<String> = explained.parts.iter().map(part).collect();
    let tied = if explained.tied { "（并列）" } else { "" };
    told.push(format!("合计 {} 分，类别内第 {} 名{tied}", decimal(explained.total), explained.rank));
    told
}

/// The raw value of a source: votes, or the hundredths of a score of 10,000 that judges gave on average.
fn counted(source: Source, raw: i64) -> String {
    match source {
        Source::Vote => format!("得票 {raw} 票"),
        _ => format!("评委平均 {} 分", decimal(round_half_up(raw.into(), 100))),
    }
}

/// Basis points as percent, without noughts at the end: 60%, 62.5%.
fn percent(basis_points: i64) -> String {
    format!("{}%", decimal(basis_points).trim_end_matches('0').trim_end_matches('.'))
}

/// Everything by which anybody recomputes the result, once it is complete and shown to members; also for whoever has not
/// signed in. It names entries and units, and no member.
#[utoipa::path(tag = "campaigns", security(()), params(("id" = CampaignId, Path, description = "The campaign")),
    responses((status = 200, description = "The export", body = Export)))]
#[get("/campaigns/{id}/export")]
async fn export_campaign(id: Path<CampaignId>, campaigns: web::Data<Campaigns>) -> Result<web::Json<Export>, Problem> {
    Ok(web::Json(campaigns.export(*id).await?))
}
