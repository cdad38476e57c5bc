//! What may be announced, and what changed.

use crate::base::time::Timestamp;
use crate::judging::campaigns::model::{Campaign, Source, Terms};
use crate::judging::campaigns::rules::{CampaignRefusal, demand};

/// Whether entries could still be handed in, were the campaign announced at `now`, and no vote weighs more than
/// `heaviest_vote` in hundredths of a percent.
pub fn may_announce(terms: &Terms, heaviest_vote: u32, now: Timestamp) -> Result<(), CampaignRefusal> {
    let percent = heaviest_vote / 100;
    demand(
        vote_weight(terms) <= heaviest_vote,
        "/terms/sources",
        &format!("按本企业的减负设置，投票仅作参考，所占权重不能超过 {percent}%"),
    )?;
    let in_time = terms.timetable.first().is_some_and(|entry| now < entry.closes_at);
    demand(in_time, "/terms/timetable/0/closes_at", "申报的结束时间已经过去，请先调整日程")
}

/// What a vote weighs, in hundredths of a percent; 0 without one.
pub fn vote_weight(terms: &Terms) -> u32 {
    let votes = terms.sources.iter().filter(|rule| rule.source == Source::Vote);
    votes.map(|rule| u32::from(rule.weight)).max().unwrap_or(0)
}

/// What differs between two versions of a campaign that has not opened, in Chinese words.
pub fn changes(before: &Campaign, now: &Campaign) -> Vec<&'static str> {
    let (old, new) = (&before.terms.0, &now.terms.0);
    let rules = |terms: &Terms| Terms { notice: None, timetable: Vec::new(), ..terms.clone() };
    let parts = [
        (before.title != now.title, "名称"),
        (before.unit_id != now.unit_id, "范围"),
        (old.notice != new.notice, "通知"),
        (old.timetable != new.timetable, "日程"),
        (rules(old) != rules(new), "评选规则"),
    ];
    parts.into_iter().filter_map(|(changed, part)| changed.then_some(part)).collect()
}
