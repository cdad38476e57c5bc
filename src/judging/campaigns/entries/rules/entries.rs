//! When an entry may change, and what it must say.

use super::{ENTRY_FLOW, EntryVerb, Refusal};
use crate::base::time::Timestamp;
use crate::judging::campaigns::entries::model::{Entry, EntryState, EvidenceKind, Plan};
use crate::judging::campaigns::model::{CampaignStage, EntryRules, StageRow, StageState};
use crate::judging::campaigns::rules::{CampaignRefusal, demand};

/// Lists of a plan are at most so long.
const LIST_LIMIT: usize = 50;

/// Whether entries are taken and changed: from the opening of their stage until the first judging stage opens. Says
/// whether it is late.
pub fn may_submit(stages: &[StageRow], now: Timestamp) -> Result<bool, Refusal> {
    let entry = stages.iter().find(|row| row.stage == CampaignStage::Entry).ok_or(CampaignRefusal::NoSuchStage)?;
    if entry.state == StageState::Planned {
        return Err(CampaignRefusal::NotOpen(CampaignStage::Entry).into());
    }
    let judged = |row: &StageRow| row.stage.judges() && (row.state != StageState::Planned || now >= row.opens_at);
    if stages.iter().any(judged) {
        return Err(Refusal::Judged);
    }
    Ok(entry.state == StageState::Closed || now >= entry.closes_at)
}

/// Whether the entry may get another version: while entries are taken, and again when the last stage is over (plans go on
/// being improved after the award; what was judged stays as it was).
pub fn may_edit(entry: &Entry, stages: &[StageRow], now: Timestamp) -> Result<(), Refusal> {
    if !matches!(entry.state, EntryState::Draft | EntryState::Submitted) {
        return Err(Refusal::WrongEntryState(entry.state));
    }
    let over = stages.iter().all(|row| row.state == StageState::Closed);
    if over { Ok(()) } else { may_submit(stages, now).map(drop) }
}

/// Whether `verb` is to be done to the entry: `false` when it was done before, so that a request sent twice is one.
pub fn step(verb: EntryVerb, state: EntryState) -> Result<bool, Refusal> {
    ENTRY_FLOW.asks_for(state, verb).ok_or(Refusal::WrongEntryState(state))
}

/// Whether the entry may be taken back: before it is judged, and a draft at any time.
pub fn may_withdraw(entry: &Entry, stages: &[StageRow], now: Timestamp) -> Result<bool, Refusal> {
    match step(EntryVerb::Withdraw, entry.state)? {
        true if entry.state != EntryState::Draft => may_submit(stages, now).map(|_| true),
        asked => Ok(asked),
    }
}

/// Checks what a plan says; `complete` when it is handed in.
pub fn check_plan(plan: &Plan, rules: &EntryRules, complete: bool) -> Result<(), CampaignRefusal> {
    let lists = [
        ("team", plan.team.len()),
        ("goals", plan.goals.len()),
        ("measures", plan.measures.len()),
        ("expected_effects", plan.expected_effects.len()),
        ("phases", plan.phases.len()),
        ("standards", plan.standards.len()),
        ("ledgers", plan.ledgers.len()),
        ("management_rules", plan.management_rules.len()),
        ("evidence", plan.evidence.len()),
    ];
    for (name, length) in lists {
        demand(length <= LIST_LIMIT, format!("/plan/{name}"), "不能超过 50 项")?;
    }
    for (index, phase) in plan.phases.iter().enumerate() {
        demand(phase.from_on <= phase.to_on, format!("/plan/phases/{index}/to_on"), "阶段的结束日期早于开始日期")?;
    }
    if !complete {
        return Ok(());
    }
    demand(!plan.goals.is_empty(), "/plan/goals", "提交时须有目标")?;
    demand(!plan.measures.is_empty(), "/plan/measures", "提交时须有措施")?;
    demand(!plan.expected_effects.is_empty(), "/plan/expected_effects", "提交时须有预期效果")?;
    let proven = |kind: &EvidenceKind| plan.evidence.iter().any(|evidence| evidence.kind == *kind);
    let all = !rules.evidence_required || EvidenceKind::EACH.iter().all(proven);
    demand(all, "/plan/evidence", "措施、经验、数据的佐证各须至少一项")?;
    // each of the four is there once it is written at all
    let integrated = !rules.integration_required || plan.integration.is_some();
    demand(integrated, "/plan/integration", "须写明目标、思路、措施、身份四个方面的融合")
}
