//! Recomputing a published result from its export alone, without a database, a key or a network.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Deserialize;

use super::export::{EXPORT_FORMATS, Export};
use crate::base::crypto::{digest, hex};
use crate::base::id::MemberId;
use crate::base::text::place_in_json;
use crate::judging::campaigns::decision::model::AwardLine;
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::{CampaignStage, Source, Terms, VotePeriod};
use crate::judging::campaigns::rules::SECRET_BELOW;
use crate::judging::campaigns::totals::{self, ExplainedEntry, NamedEntry, explain_all};
use crate::judging::campaigns::{decision, vote};

/// An entry is the own one of the person who leads it and of the one who wrote it.
const MOST_OWNERS: usize = 2;

/// What an export says of itself, after it was found to be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub title: String,
    pub rules_sha256: String,
    /// Rank, title and total, category after category.
    pub lines: Vec<(usize, String, i64)>,
    /// Heading, place and title as decided at last, heading after heading; empty while nobody has.
    pub awards: Vec<(String, u16, String)>,
}

/// The frozen rules, as far as a recomputation needs them.
#[derive(Deserialize)]
struct Frozen {
    terms: Terms,
    roll: FrozenRoll,
}

#[derive(Deserialize)]
struct FrozenRoll {
    members: i32,
}

/// Checks hashes and counts and computes every total anew; else says everything that does not agree.
pub fn verify(text: &str) -> Result<Verified, Vec<String>> {
    let export: Export = read(text, "这不是评选结果的导出文件")?;
    let mut faults = Vec::new();
    let mut demand = |holds: bool, fault: &str| {
        if !holds {
            faults.push(fault.to_owned());
        }
    };
    demand(EXPORT_FORMATS.contains(&export.format.as_str()), "文件格式不对");
    demand(hex(&digest(export.rules_text.as_bytes())) == export.rules_sha256, "评选规则与其 SHA-256 不符");
    let frozen: Frozen = read(&export.rules_text, "评选规则无法读取")?;
    check_vote(&export, &frozen, &mut demand);
    let scores = export.scores.iter().all(|cell| (0..=crate::base::score::FULL).contains(&cell.total));
    demand(scores, "有评分超出 0 到 10000");
    check_exemptions(&export, &frozen.terms, &mut demand);
    let withheld = export.vote.as_ref().is_some_and(|vote| vote.withheld);
    let computed = if withheld { Vec::new() } else { recompute(&export, &frozen.terms) };
    demand(computed == export.results, "公布的得分和名次与按规则重算的不符");
    faults.extend(check_decisions(&export, &frozen.terms, &computed));
    if !faults.is_empty() {
        return Err(faults);
    }
    let titles: HashMap<EntryId, &str> = export.entries.iter().map(|entry| (entry.id, entry.title.as_str())).collect();
    let title = |entry: EntryId| titles.get(&entry).map_or_else(String::new, |title| (*title).to_owned());
    let line = |entry: &ExplainedEntry| (entry.rank, title(entry.entry_id), entry.total);
    let headings = frozen.terms.headings();
    let heading = |code: &str| headings.iter().find(|heading| &*heading.code == code).map(|one| one.title.to_string());
    let award = |line: &AwardLine| (heading(&line.heading).unwrap_or_default(), line.place, title(line.entry_id));
    let decided = export.decisions.last().map_or(&[][..], |decision| &decision.awards);
    Ok(Verified {
        lines: computed.iter().map(line).collect(),
        awards: decided.iter().map(award).collect(),
        title: export.title,
        rules_sha256: export.rules_sha256,
    })
}

/// A part of the file, or where it goes wrong.
fn read<'a, T: Deserialize<'a>>(text: &'a str, fault: &str) -> Result<T, Vec<String>> {
    serde_json::from_str(text).map_err(|error| vec![format!("{fault}（{}）", place_in_json(&error))])
}

/// Every version of the decision keeps quotas, categories and units and gives its reasons; the awards are the last one.
fn check_decisions(export: &Export, terms: &Terms, computed: &[ExplainedEntry]) -> Vec<String> {
    let Some(latest) = export.decisions.last() else {
        return if export.awards.is_empty() { Vec::new() } else { vec!["没有决定，却有获奖".into()] };
    };
    let mut faults = Vec::new();
    let judged = totals::judged(terms, computed, &export.entries);
    let proposal = totals::proposal(terms, computed, &judged);
    if proposal != export.proposal {
        faults.push("公布的计算建议与按规则重算的不符".into());
    }
    for (version, decision) in (1..).zip(&export.decisions) {
        let (lines, left_out) = (&decision.awards, &decision.left_out);
        let checked = decision::check_decision(terms, &judged, proposal.as_ref(), lines, left_out);
        faults.extend(checked.err().map(|fault| format!("第 {version} 次决定：{}", fault.message)));
        let confirmed = terms.stage(CampaignStage::Committee).is_some()
            || proposal.as_ref().is_none_or(|proposal| decision::is_confirmation(proposal, lines));
        if !confirmed {
            faults.push(format!("第 {version} 次决定：没有党委研究阶段，却与计算结果不同"));
        }
        if decision.version != version || (version > 1 && decision.reason.is_none()) {
            faults.push(format!("第 {version} 次决定：版本不连续，或没有理由"));
        }
    }
    let awarded = |line: &AwardLine| {
        let place = i32::from(line.place);
        export
            .awards
            .iter()
            .any(|award| award.entry_id == line.entry_id && award.heading == *line.heading && award.place == place)
    };
    let final_ones = export.awards.len() == latest.awards.len() && latest.awards.iter().all(awarded);
    if !export.awards.is_empty() && !final_ones {
        faults.push("公布的获奖与最后的决定不符".into());
    }
    if !export.awards.is_empty() && export.objections.open > 0 {
        faults.push("尚有异议未答复，结果却已公布".into());
    }
    faults
}

fn check_vote(export: &Export, frozen: &Frozen, demand: &mut impl FnMut(bool, &str)) {
    let Some(vote) = &export.vote else {
        let voted = frozen.terms.sources.iter().any(|rule| rule.source == Source::Vote);
        return demand(!voted, "评选规则有投票，却没有投票结果");
    };
    demand(vote.electorate == frozen.roll.members, "选民人数与规则中的选民名册不符");
    demand(vote.ballots_counted <= vote.ballots_cast, "计入的票数多于投出的票数");
    demand(vote.voters <= vote.electorate, "投票人数多于选民人数");
    let once = frozen.terms.ballot.period == VotePeriod::Whole;
    demand(!once || vote.ballots_counted <= vote.electorate, "票数多于选民人数");
    demand(vote.withheld == (vote.ballots_counted < SECRET_BELOW), "不足十票时不公布得票");
    if vote.withheld {
        return;
    }
    let receipts = vote::receipts_text(export.receipts.clone());
    demand(
        export.receipts.is_sorted() && Some(hex(&digest(receipts.as_bytes()))) == vote.receipts_sha256,
        "回执清单与其 SHA-256 不符",
    );
    demand(i32::try_from(export.receipts.len()) == Ok(vote.ballots_counted), "回执数与票数不符");
    let distinct: BTreeSet<&String> = export.receipts.iter().collect();
    demand(distinct.len() == export.receipts.len(), "回执有重复");
    let (ballots, all): (i64, i64) = (vote.ballots_counted.into(), vote.totals.iter().map(|total| total.votes).sum());
    let most = i64::from(frozen.terms.most_choices());
    // whose own entries were on the ballot had fewer to choose from
    let ballot = &frozen.terms.ballot;
    let least = if ballot.self_voting { i64::from(ballot.min).min(vote.totals.len() as i64) } else { 1 };
    demand((ballots * least..=ballots * most).contains(&all), "得票总数与票数不符");
    demand(vote.totals.iter().all(|total| (0..=ballots).contains(&total.votes)), "有作品的得票多于票数");
    let listed = |entry: &NamedEntry| vote.totals.iter().any(|total| total.entry_id == entry.id);
    let told = |entry: &NamedEntry| match entry.on_ballot {
        Some(on_ballot) => on_ballot == listed(entry),
        // where the rules say what holds for those that were not on it, an export says which these are
        None => frozen.terms.missing.is_none(),
    };
    demand(export.entries.iter().all(told), "列入选票的申报与得票清单不符");
}

/// An entry is exempt from a source where it is the own one of everybody who judges there: so it has no score of it, and
/// of more experts than lead and wrote it one is free.
fn check_exemptions(export: &Export, terms: &Terms, demand: &mut impl FnMut(bool, &str)) {
    let exempt: Vec<(Source, EntryId)> =
        export.entries.iter().flat_map(|entry| entry.exempt.iter().map(|source| (*source, entry.id))).collect();
    let judged = |source: Source| source != Source::Vote && terms.sources.iter().any(|rule| rule.source == source);
    demand(exempt.iter().all(|(source, _)| judged(*source)), "有申报列为无人可评，规则却没有这项评审");
    let scored: HashSet<(Source, EntryId)> = export.scores.iter().map(|cell| (cell.source, cell.entry_id)).collect();
    demand(!exempt.iter().any(|one| scored.contains(one)), "有申报列为无人可评，却有这项评审的评分");
    let experts: BTreeSet<MemberId> = terms.expert_ids.iter().copied().collect();
    let free = experts.len() > MOST_OWNERS;
    let no_expert = exempt.iter().any(|(source, _)| *source == Source::Expert);
    demand(!free || !no_expert, "有申报列为无专家可评，专家却多于其负责人和填报人");
}

fn recompute(export: &Export, terms: &Terms) -> Vec<ExplainedEntry> {
    let totals = export.vote.as_ref().map_or(&[][..], |vote| &vote.totals);
    let ballots = export.vote.as_ref().map_or(0, |vote| i64::from(vote.ballots_counted));
    explain_all(terms, &export.entries, totals, &export.scores, ballots)
}
