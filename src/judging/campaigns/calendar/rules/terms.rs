//! What an organiser may write.

use std::collections::BTreeSet;

use crate::base::score::{ALL_WEIGHT, ScoreRule};
use crate::base::time::Timestamp;
use crate::judging::campaigns::model::{CampaignStage, ResultsShown, Source, Terms};
use crate::judging::campaigns::rules::{CampaignRefusal, demand};

const CATEGORY_LIMIT: usize = 10;
const QUOTA_LIMIT: u16 = 200;
const CHOICE_LIMIT: u16 = 200;
const CRITERION_LIMIT: usize = 20;
const FULL_LIMIT: u16 = 1000;
const EXPERT_LIMIT: usize = 100;
const UNIT_LIMIT: usize = 200;
const HEADING_LIMIT: usize = 20;
const DELAY_LIMIT: u16 = 7 * 24 * 60;
/// A campaign runs for so many days at most.
pub const LENGTH_LIMIT_SECONDS: i64 = 731 * 24 * 3600;

/// It begins so far ahead at most.
const AHEAD_LIMIT_SECONDS: i64 = 366 * 24 * 3600;

/// Checks a campaign as it is written.
pub fn check(terms: &Terms) -> Result<(), CampaignRefusal> {
    check_categories(terms)?;
    check_timetable(terms)?;
    check_sources(terms)?;
    check_criteria(terms)?;
    check_ballot(terms)?;
    check_awards(terms)?;
    let heard = terms.stage(CampaignStage::Objection).is_some();
    let shown = !heard || terms.results_shown != ResultsShown::Publication;
    demand(shown, "/terms/results_shown", "有公示阶段时，评选结果不能等到正式公布才显示")?;
    let kinds: BTreeSet<_> = terms.electorate.kinds.iter().collect();
    let named_once = !kinds.is_empty() && kinds.len() == terms.electorate.kinds.len();
    demand(named_once, "/terms/electorate/kinds", "选民范围至少一类人员，且不能重复")?;
    demand(terms.electorate.unit_ids.len() <= UNIT_LIMIT, "/terms/electorate/unit_ids", "组织不能超过 200 个")?;
    demand(terms.expert_ids.len() <= EXPERT_LIMIT, "/terms/expert_ids", "评审专家不能超过 100 名")
}

/// Whether a campaign may begin so late.
pub fn check_ahead(terms: &Terms, now: Timestamp) -> Result<(), CampaignRefusal> {
    let begins = terms.timetable.first().map(|plan| plan.opens_at);
    let near = begins.is_none_or(|begins| begins.seconds_since(now) <= AHEAD_LIMIT_SECONDS);
    demand(near, "/terms/timetable/0/opens_at", "评选的开始不能晚于一年之后")
}

fn check_categories(terms: &Terms) -> Result<(), CampaignRefusal> {
    let count = terms.categories.len();
    demand((1..=CATEGORY_LIMIT).contains(&count), "/terms/categories", "类别须有 1 到 10 个")?;
    let codes: BTreeSet<&str> = terms.categories.iter().map(|category| &*category.code).collect();
    demand(codes.len() == count, "/terms/categories", "类别代码不能重复")?;
    for (index, category) in terms.categories.iter().enumerate() {
        let fits = (1..=QUOTA_LIMIT).contains(&category.quota);
        demand(fits, format!("/terms/categories/{index}/quota"), "名额须在 1 到 200 之间")?;
    }
    Ok(())
}

fn check_timetable(terms: &Terms) -> Result<(), CampaignRefusal> {
    let plans = &terms.timetable;
    let begins = plans.first().is_some_and(|plan| plan.stage == CampaignStage::Entry);
    demand(begins, "/terms/timetable", "日程须从申报阶段开始")?;
    let stages: BTreeSet<CampaignStage> = plans.iter().map(|plan| plan.stage).collect();
    demand(stages.len() == plans.len(), "/terms/timetable", "每个阶段只能出现一次")?;
    let entries_end = plans[0].closes_at;
    for (index, plan) in plans.iter().enumerate() {
        let pointer = format!("/terms/timetable/{index}");
        demand(plan.closes_at > plan.opens_at, format!("{pointer}/closes_at"), "结束时间应晚于开始时间")?;
        let ordered = index == 0 || plans[index - 1].opens_at <= plan.opens_at;
        demand(ordered, format!("{pointer}/opens_at"), "阶段须按开始时间排列")?;
        let after_entries = !plan.stage.judges() || plan.opens_at >= entries_end;
        demand(after_entries, format!("{pointer}/opens_at"), "评选须在申报结束之后开始")?;
        let length = plan.closes_at.seconds_since(plans[0].opens_at);
        demand(length <= LENGTH_LIMIT_SECONDS, format!("{pointer}/closes_at"), "整个评选不能超过两年")?;
    }
    let follows = |later: CampaignStage, earlier: &dyn Fn(CampaignStage) -> bool| {
        let end = plans.iter().filter(|plan| earlier(plan.stage)).map(|plan| plan.closes_at).max();
        terms.stage(later).is_none_or(|plan| end.is_none_or(|end| plan.opens_at >= end))
    };
    let judges = |stage: CampaignStage| stage.judges() && stage != CampaignStage::Committee;
    demand(follows(CampaignStage::Committee, &judges), "/terms/timetable", "党委研究须在各项评选结束之后")?;
    demand(follows(CampaignStage::Objection, &CampaignStage::judges), "/terms/timetable", "公示须在评选和党委研究之后")
}

fn check_sources(terms: &Terms) -> Result<(), CampaignRefusal> {
    let sources: BTreeSet<Source> = terms.sources.iter().map(|rule| rule.source).collect();
    demand(sources.len() == terms.sources.len(), "/terms/sources", "评分来源不能重复")?;
    // nobody scores where the committee alone decides
    let scored = !sources.is_empty() || terms.stage(CampaignStage::Committee).is_some();
    demand(scored, "/terms/sources", "没有党委研究阶段时，评分来源至少一项")?;
    for (index, rule) in terms.sources.iter().enumerate() {
        let pointer = format!("/terms/sources/{index}");
        demand(terms.stage(rule.source.stage()).is_some(), format!("{pointer}/source"), "日程中没有对应的阶段")?;
        demand(rule.weight > 0, format!("{pointer}/weight"), "权重须大于 0")?;
        let ballots = rule.rule == ScoreRule::ShareOfBallots;
        let full = rule.rule == ScoreRule::ShareOfFull;
        let (fits, flaw) = match rule.source {
            Source::Vote => (!full, "投票没有满分，不能按满分占比计分，可以改为得票占比"),
            _ => (!ballots, "评委评分没有得票，不能按得票占比计分，可以改为满分占比"),
        };
        demand(fits, format!("{pointer}/rule"), flaw)?;
    }
    let all: i64 = terms.sources.iter().map(|rule| i64::from(rule.weight)).sum();
    demand(sources.is_empty() || all == ALL_WEIGHT, "/terms/sources", "各来源的权重合计须为 10000")?;
    for plan in &terms.timetable {
        let scored = terms.sources.iter().any(|rule| rule.source.stage() == plan.stage);
        let idle = plan.stage.judges() && plan.stage != CampaignStage::Committee && !scored;
        demand(!idle, "/terms/sources", "日程中的评选阶段须有对应的评分来源")?;
    }
    let order: BTreeSet<Source> = terms.tie_order.iter().copied().collect();
    let known = order.is_subset(&sources) && order.len() == terms.tie_order.len();
    demand(known, "/terms/tie_order", "同分排序只能使用已有的来源，且不能重复")
}

fn check_criteria(terms: &Terms) -> Result<(), CampaignRefusal> {
    let judged = terms.sources.iter().any(|rule| rule.source != Source::Vote);
    demand(!judged || !terms.criteria.is_empty(), "/terms/criteria", "有评分来源时须有评审标准")?;
    demand(terms.criteria.len() <= CRITERION_LIMIT, "/terms/criteria", "评审标准不能超过 20 项")?;
    let codes: BTreeSet<&str> = terms.criteria.iter().map(|criterion| &*criterion.code).collect();
    demand(codes.len() == terms.criteria.len(), "/terms/criteria", "评审标准代码不能重复")?;
    for (index, criterion) in terms.criteria.iter().enumerate() {
        let fits = (1..=FULL_LIMIT).contains(&criterion.full);
        demand(fits, format!("/terms/criteria/{index}/full"), "满分须在 1 到 1000 之间")?;
    }
    let all: i64 = terms.criteria.iter().map(|criterion| i64::from(criterion.weight)).sum();
    demand(terms.criteria.is_empty() || all == ALL_WEIGHT, "/terms/criteria", "各项标准的权重合计须为 10000")
}

fn check_awards(terms: &Terms) -> Result<(), CampaignRefusal> {
    demand(terms.awards.len() <= HEADING_LIMIT, "/terms/awards", "奖项不能超过 20 个")?;
    let codes: BTreeSet<&str> = terms.awards.iter().map(|heading| &*heading.code).collect();
    demand(codes.len() == terms.awards.len(), "/terms/awards", "奖项代码不能重复")?;
    for (index, heading) in terms.awards.iter().enumerate() {
        let fits = (1..=QUOTA_LIMIT).contains(&heading.quota);
        demand(fits, format!("/terms/awards/{index}/quota"), "名额须在 1 到 200 之间")?;
        let known = |code: &str| terms.categories.iter().any(|category| &*category.code == code);
        let known = heading.category.as_ref().is_none_or(|category| known(category));
        demand(known, format!("/terms/awards/{index}/category"), "没有这个类别")?;
    }
    Ok(())
}

fn check_ballot(terms: &Terms) -> Result<(), CampaignRefusal> {
    let (ballot, most) = (&terms.ballot, terms.most_choices());
    demand((1..=CHOICE_LIMIT).contains(&most), "/terms/ballot/max", "每票最多可选数须在 1 到 200 之间")?;
    demand((1..=most).contains(&ballot.min), "/terms/ballot/min", "每票最少须选 1 项，且不超过最多可选数")?;
    let delay = ballot.counting_delay_minutes <= DELAY_LIMIT;
    demand(delay, "/terms/ballot/counting_delay_minutes", "计票最多推迟七天")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn body() -> Value {
        json!({
            "kind": "brand_top_ten",
            "categories": [{ "code": "brand", "title": "优秀品牌", "quota": 10 }],
            "electorate": { "kinds": ["full", "masses"] },
            "timetable": [
                { "stage": "entry", "opens_at": "2026-06-01T08:00:00+08:00", "closes_at": "2026-06-05T18:00:00+08:00" },
                { "stage": "vote", "opens_at": "2026-06-08T08:00:00+08:00", "closes_at": "2026-06-10T18:00:00+08:00" },
                { "stage": "expert", "opens_at": "2026-06-08T08:00:00+08:00", "closes_at": "2026-06-12T18:00:00+08:00" },
                { "stage": "committee", "opens_at": "2026-06-13T08:00:00+08:00", "closes_at": "2026-06-14T18:00:00+08:00" },
            ],
            "criteria": [{ "code": "fame", "title": "知名度", "full": 100, "weight": 10000 }],
            "sources": [
                { "source": "vote", "rule": "share_of_ballots", "weight": 6000 },
                { "source": "expert", "rule": "share_of_full", "weight": 4000, "averaging": "trimmed", "least": 5 },
            ],
            "tie_order": ["vote"],
        })
    }

    fn flaw(pointer: &str, value: Value) -> Option<String> {
        let mut body = body();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        let parent = body.pointer_mut(parent).unwrap();
        match (parent.as_array_mut(), field.parse::<usize>()) {
            (Some(items), Ok(index)) => items[index] = value,
            _ => parent[field] = value,
        }
        match check(&serde_json::from_value(body).unwrap()) {
            Err(CampaignRefusal::BadField(flaw)) => Some(flaw.pointer),
            outcome => {
                assert_eq!(outcome, Ok(()));
                None
            }
        }
    }

    #[test]
    fn what_cannot_be_held_is_not_written() {
        assert_eq!(check(&serde_json::from_value(body()).unwrap()), Ok(()));
        let early = json!({
            "stage": "vote", "opens_at": "2026-06-05T08:00:00+08:00", "closes_at": "2026-06-10T18:00:00+08:00",
        });
        let hasty = json!({
            "stage": "committee", "opens_at": "2026-06-12T08:00:00+08:00", "closes_at": "2026-06-14T18:00:00+08:00",
        });
        for (pointer, value, refused) in [
            ("/categories", json!([]), "/terms/categories"),
            ("/categories/0/quota", json!(0), "/terms/categories/0/quota"),
            ("/electorate/kinds", json!([]), "/terms/electorate/kinds"),
            ("/electorate/kinds", json!(["full", "full"]), "/terms/electorate/kinds"),
            ("/timetable", json!([]), "/terms/timetable"),
            ("/timetable/1", early, "/terms/timetable/1/opens_at"),
            ("/timetable/3", hasty, "/terms/timetable"),
            ("/sources/0/weight", json!(5999), "/terms/sources"),
            ("/sources/0/rule", json!("share_of_full"), "/terms/sources/0/rule"),
            ("/sources/1/source", json!("peer"), "/terms/sources/1/source"),
            ("/tie_order", json!(["peer"]), "/terms/tie_order"),
            ("/criteria", json!([]), "/terms/criteria"),
            ("/criteria/0/weight", json!(1), "/terms/criteria"),
            ("/ballot", json!({ "min": 11 }), "/terms/ballot/min"),
            ("/ballot", json!({ "max": 0 }), "/terms/ballot/max"),
            ("/sources", json!([]), "/terms/sources"),
            ("/awards", json!([{ "code": "a", "title": "奖", "quota": 0 }]), "/terms/awards/0/quota"),
            (
                "/awards",
                json!([{ "code": "a", "title": "奖", "quota": 1, "category": "x" }]),
                "/terms/awards/0/category",
            ),
        ] {
            assert_eq!(flaw(pointer, value).as_deref(), Some(refused), "{pointer}");
        }
        assert_eq!(flaw("/ballot", json!({ "min": 10, "max": 10, "period": "daily" })), None);
    }
}
