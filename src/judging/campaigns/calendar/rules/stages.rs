//! When stages open, close, and end later than planned; and the one spelling of the rules that are frozen.

use serde_json::Value;

use super::Refusal;
use super::terms::LENGTH_LIMIT_SECONDS;
use crate::base::time::Timestamp;
use crate::judging::campaigns::model::{CampaignStage, StageRow, StageState};
use crate::judging::campaigns::rules::CampaignRefusal;

/// Whether a planned stage may open: judging waits for the end of the entries, the committee for all scores and the
/// count, objections for the committee.
pub fn may_open(stage: CampaignStage, stages: &[StageRow], counted: bool) -> bool {
    let closed = |wanted: CampaignStage| {
        stages.iter().filter(|row| row.stage == wanted).all(|row| row.state == StageState::Closed)
    };
    let judged = || {
        let judging = stages.iter().filter(|row| row.stage.judges() && row.stage != CampaignStage::Committee);
        judging.clone().all(|row| row.state == StageState::Closed)
            && (counted || !stages.iter().any(|row| row.stage == CampaignStage::Vote))
    };
    match stage {
        CampaignStage::Entry | CampaignStage::Publicity => true,
        CampaignStage::Committee => closed(CampaignStage::Entry) && judged(),
        CampaignStage::Objection => closed(CampaignStage::Committee) && judged(),
        _ => closed(CampaignStage::Entry),
    }
}

/// Whether an organiser may end the stage before its time.
pub fn may_close_early(row: &StageRow) -> Result<(), Refusal> {
    match (row.state, row.stage) {
        (StageState::Planned, stage) => Err(CampaignRefusal::NotOpen(stage).into()),
        (StageState::Closed, stage) => Err(CampaignRefusal::Over(stage).into()),
        (StageState::Open, CampaignStage::Publicity | CampaignStage::Committee) => Ok(()),
        (StageState::Open, stage) => Err(Refusal::ClockOnly(stage)),
    }
}

/// Whether the end of a stage may be moved to `closes_at`: to later only, while it is not over, and, for entries, not
/// beyond the beginning of the judging.
pub fn may_extend(
    stages: &[StageRow],
    stage: CampaignStage,
    closes_at: Timestamp,
    now: Timestamp,
) -> Result<(), Refusal> {
    let row = stages.iter().find(|row| row.stage == stage).ok_or(CampaignRefusal::NoSuchStage)?;
    // objections that wait for a late decision have not begun, so that their end may still be moved
    let waits = stage == CampaignStage::Objection && row.state == StageState::Planned && closes_at > now;
    if row.state == StageState::Closed || (now >= row.closes_at && !waits) {
        return Err(CampaignRefusal::Over(stage).into());
    }
    let judging = stages.iter().filter(|row| row.stage.judges()).map(|row| row.opens_at).min();
    let bound = judging.filter(|_| stage == CampaignStage::Entry);
    let whole = stages.iter().map(|row| row.opens_at).min().map_or(0, |begins| closes_at.seconds_since(begins));
    let fits =
        closes_at > row.closes_at && bound.is_none_or(|bound| closes_at <= bound) && whole <= LENGTH_LIMIT_SECONDS;
    if fits { Ok(()) } else { Err(Refusal::NotLater) }
}

/// JSON in one spelling: keys sorted, no spaces. Numbers are whole, so they have one spelling, too.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| *key);
            let field = |(key, value): (&String, &Value)| format!("{}:{}", Value::from(key.as_str()), canonical(value));
            format!("{{{}}}", fields.into_iter().map(field).collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        plain => plain.to_string(),
    }
}

/// Whether a stage that waits for a decision may open or close at `now`: the committee's does not end without one, and
/// objections have time left when they begin (their end is moved to later by two people where it is not).
pub fn decision_allows(row: &StageRow, is_decided: bool, now: Timestamp) -> bool {
    match (row.stage, row.state) {
        (CampaignStage::Committee, StageState::Open) => is_decided,
        (CampaignStage::Objection, StageState::Planned) => is_decided && now < row.closes_at,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judging::campaigns::model::CampaignId;
    use crate::judging::campaigns::rules::takes;

    fn row(stage: CampaignStage, position: i32, state: StageState) -> StageRow {
        let at = |hour: i64| Timestamp::from_micros(0).plus_seconds(hour * 3600);
        StageRow {
            campaign_id: CampaignId::from(uuid::Uuid::nil()),
            stage,
            position,
            state,
            opens_at: at(i64::from(position) * 10),
            closes_at: at(i64::from(position) * 10 + 10),
            opened_at: None,
            closed_at: None,
        }
    }

    #[test]
    fn json_has_one_spelling() {
        let value = json!({ "b": [1, { "d": null, "c": "引\"号" }], "a": true });
        assert_eq!(canonical(&value), r#"{"a":true,"b":[1,{"c":"引\"号","d":null}]}"#);
    }

    #[test]
    fn no_stage_runs_ahead_of_what_it_stands_on() {
        use StageState::*;
        let stages = |entry, vote, committee| {
            [
                row(CampaignStage::Entry, 0, entry),
                row(CampaignStage::Vote, 1, vote),
                row(CampaignStage::Committee, 2, committee),
            ]
        };
        assert!(may_open(CampaignStage::Entry, &stages(Planned, Planned, Planned), false));
        assert!(!may_open(CampaignStage::Vote, &stages(Open, Planned, Planned), false));
        assert!(may_open(CampaignStage::Vote, &stages(Closed, Planned, Planned), false));
        assert!(!may_open(CampaignStage::Committee, &stages(Closed, Open, Planned), true));
        assert!(!may_open(CampaignStage::Committee, &stages(Closed, Closed, Planned), false), "not before the count");
        assert!(may_open(CampaignStage::Committee, &stages(Closed, Closed, Planned), true));
        assert!(!may_open(CampaignStage::Objection, &stages(Closed, Closed, Open), true));
    }

    #[test]
    fn an_end_moves_to_later_only_and_not_into_the_judging() {
        use StageState::*;
        let stages = [row(CampaignStage::Entry, 0, Open), row(CampaignStage::Vote, 2, Planned)];
        let at = |hour: i64| Timestamp::from_micros(0).plus_seconds(hour * 3600);
        let extend = |stage, to, now| may_extend(&stages, stage, at(to), at(now));
        assert_eq!(extend(CampaignStage::Entry, 12, 5), Ok(()));
        assert_eq!(extend(CampaignStage::Entry, 10, 5), Err(Refusal::NotLater));
        assert_eq!(extend(CampaignStage::Entry, 21, 5), Err(Refusal::NotLater));
        assert_eq!(extend(CampaignStage::Entry, 12, 10), Err(CampaignRefusal::Over(CampaignStage::Entry).into()));
        assert_eq!(extend(CampaignStage::Vote, 99, 5), Ok(()));
        assert_eq!(extend(CampaignStage::Vote, 732 * 24, 5), Err(Refusal::NotLater), "nobody could take it back");
        assert_eq!(extend(CampaignStage::Peer, 99, 5), Err(CampaignRefusal::NoSuchStage.into()));
    }

    #[test]
    fn a_stage_takes_nothing_from_its_last_instant_on() {
        let open = row(CampaignStage::Vote, 1, StageState::Open);
        assert_eq!(takes(&open, open.closes_at.plus_seconds(-1)), Ok(()));
        assert_eq!(takes(&open, open.closes_at), Err(CampaignRefusal::Over(CampaignStage::Vote)));
        assert_eq!(may_close_early(&open), Err(Refusal::ClockOnly(CampaignStage::Vote)));
        assert_eq!(may_close_early(&row(CampaignStage::Publicity, 1, StageState::Open)), Ok(()));
    }
}
