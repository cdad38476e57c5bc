//! Recomputing a published result from its export alone, without a database, a key or a network.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;

use super::model::{EntryId, Terms, VotePeriod};
use super::resulting::{EXPORT_FORMAT, Export, explain_all};
use super::rules;
use crate::base::crypto::{digest, hex};

/// What an export says of itself, after it was found to be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub title: String,
    pub rules_sha256: String,
    /// Rank, title and total, category after category.
    pub lines: Vec<(usize, String, i64)>,
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
    let export: Export =
        serde_json::from_str(text).map_err(|error| vec![format!("这不是评选结果的导出文件：{error}")])?;
    let mut faults = Vec::new();
    let mut demand = |holds: bool, fault: &str| {
        if !holds {
            faults.push(fault.to_owned());
        }
    };
    demand(export.format == EXPORT_FORMAT, "文件格式不对");
    demand(hex(&digest(export.rules_text.as_bytes())) == export.rules_sha256, "评选规则与其 SHA-256 不符");
    let frozen: Frozen =
        serde_json::from_str(&export.rules_text).map_err(|error| vec![format!("评选规则无法读取：{error}")])?;
    check_vote(&export, &frozen, &mut demand);
    let withheld = export.vote.as_ref().is_some_and(|vote| vote.withheld);
    let computed = if withheld { Vec::new() } else { recompute(&export, &frozen.terms) };
    demand(computed == export.results, "公布的得分和名次与按规则重算的不符");
    if !faults.is_empty() {
        return Err(faults);
    }
    let titles: HashMap<EntryId, &str> = export.entries.iter().map(|entry| (entry.id, entry.title.as_str())).collect();
    let line = |entry: &super::resulting::ExplainedEntry| {
        (entry.rank, titles.get(&entry.entry_id).map_or_else(String::new, |title| (*title).to_owned()), entry.total)
    };
    Ok(Verified { lines: computed.iter().map(line).collect(), title: export.title, rules_sha256: export.rules_sha256 })
}

fn check_vote(export: &Export, frozen: &Frozen, demand: &mut impl FnMut(bool, &str)) {
    let Some(vote) = &export.vote else { return };
    demand(vote.electorate == frozen.roll.members, "选民人数与规则中的选民名册不符");
    demand(vote.ballots_counted <= vote.ballots_cast, "计入的票数多于投出的票数");
    demand(vote.voters <= vote.electorate, "投票人数多于选民人数");
    let once = frozen.terms.ballot.period == VotePeriod::Whole;
    demand(!once || vote.ballots_counted <= vote.electorate, "票数多于选民人数");
    demand(vote.withheld == (vote.ballots_counted < rules::SECRET_BELOW), "不足十票时不公布得票");
    if vote.withheld {
        return;
    }
    let receipts = rules::receipts_text(export.receipts.clone());
    demand(
        export.receipts.is_sorted() && Some(hex(&digest(receipts.as_bytes()))) == vote.receipts_sha256,
        "回执清单与其 SHA-256 不符",
    );
    demand(i32::try_from(export.receipts.len()) == Ok(vote.ballots_counted), "回执数与票数不符");
    let distinct: BTreeSet<&String> = export.receipts.iter().collect();
    demand(distinct.len() == export.receipts.len(), "回执有重复");
    let (ballots, all): (i64, i64) = (vote.ballots_counted.into(), vote.totals.iter().map(|total| total.votes).sum());
    let most = i64::from(frozen.terms.most_choices());
    let least = i64::from(frozen.terms.ballot.min);
    demand((ballots * least..=ballots * most).contains(&all), "得票总数与票数不符");
    demand(vote.totals.iter().all(|total| (0..=ballots).contains(&total.votes)), "有作品的得票多于票数");
}

fn recompute(export: &Export, terms: &Terms) -> Vec<super::resulting::ExplainedEntry> {
    let totals = export.vote.as_ref().map_or(&[][..], |vote| &vote.totals);
    let ballots = export.vote.as_ref().map_or(0, |vote| i64::from(vote.ballots_counted));
    let judged = export.entries.iter().filter(|entry| entry.number.is_some());
    let contenders = judged.map(|entry| (entry.id, entry.category.clone()));
    explain_all(terms, contenders, totals, &export.scores, ballots)
}
