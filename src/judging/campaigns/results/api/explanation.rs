//! How the total of one entry came about.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::score::{ALL_WEIGHT, round_half_up};
use crate::base::text::decimal;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::viewer;
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::{Source, Terms};
use crate::judging::campaigns::results::results::Results;
use crate::judging::campaigns::totals::{ExplainedEntry, ExplainedPart};
use crate::web::caller::Member;
use crate::web::{Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_entry_explanation);
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
        let proposed =
            results.totals.proposal.iter().flat_map(|proposal| &proposal.awards).find(|one| one.entry_id == id);
        let alike = |line: &crate::judging::campaigns::decision::model::AwardLine| {
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

/// 得分说明
///
/// How the total of an entry came about: raw value, rule, score, weight and contribution of every source, the rank, and
/// what was decided. Shown as the results are (409 before).
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    responses((status = 200, description = "The explanation", body = Explanation)))]
#[get("/entries/{id}/explanation")]
async fn get_entry_explanation(
    caller: Member,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<Explanation>, Problem> {
    let (explained, results) = campaigns.explain(&viewer(&caller), *id).await?;
    let decided = DecidedEntry::of(*id, &results);
    let mut told = explained.as_ref().map(sentences).unwrap_or_default();
    told.extend(decided.as_ref().map(|decided| decided.told(results.totals.proposal.is_some())));
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
