//! What selections obey. Pure: no query, no clock.
//!
//! Source: `docs/domain.md`, "Selections".

mod accounts;
mod awards;
mod ballot;
mod bulletin;
mod composite;
mod decision;
mod difference;
mod entries;
mod flow;
mod missing;
mod scores;
mod standing;
mod terms;
mod unusual;

use serde_json::Value;

use super::model::{CampaignStage, CampaignState, EntryState, ResultsShown, Source, StageRow, StageState, Terms};
use crate::base::time::Timestamp;
use crate::ground::files::AttachRefusal;

pub use accounts::account_flags;
pub use awards::{Candidate as Judged, propose};
pub use ballot::{Candidate, choose, count, fold_small, receipts_text, slip_choices};
pub use bulletin::{Frame, Material, check_bulletin, draft, may_touch, sheet};
pub use composite::{Contender, Outcome, SECRET_BELOW, outcomes};
pub use decision::{
    Fault, as_computed, check_decision, decision_allows, in_order, is_confirmation, is_sent_back, may_decide,
    may_publish, next_version,
};
pub use difference::{Difference, differences};
pub use entries::{check_plan, may_edit, may_submit, may_withdraw};
pub use flow::{CampaignVerb, FLOW, Who};
pub use missing::{Given, is_eligible, noughts};
pub use scores::{is_own, raw_values, total_of};
pub use standing::{changes, may_call_off, may_take_back, shows_result};
pub use terms::check;
pub use unusual::{counting_delay_seconds, flags};

use terms::LENGTH_LIMIT_SECONDS;

/// A no of this room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No such campaign, or none for the caller to know of.
    NoSuchCampaign,
    /// No such entry, or none for the caller to know of.
    NoSuchEntry,
    /// No such proposal to move an end.
    NoSuchExtension,
    /// The unit is not within the caller's reach.
    OutOfReach,
    /// The campaign is in another state than this needs.
    WrongState(CampaignState),
    /// The entry is in another state than this needs.
    WrongEntryState(EntryState),
    /// A field is not acceptable.
    BadField(Flaw),
    /// The campaign has no notice yet.
    NoNotice,
    /// Nobody would be on the roll.
    NobodyVotes,
    /// The campaign has no such stage.
    NoSuchStage,
    /// The stage has not opened yet.
    NotOpen(CampaignStage),
    /// The stage is over.
    Over(CampaignStage),
    /// The clock alone ends this stage: members have a right to all of its time.
    ClockOnly(CampaignStage),
    /// An end is moved to later only, and not beyond what follows.
    NotLater,
    /// Nobody confirms what he proposed himself.
    OwnProposal,
    /// Nobody takes back what somebody else proposed.
    NotOwnProposal,
    /// A second person has confirmed it already.
    Confirmed,
    /// Nobody has proposed to call the campaign off.
    NoCallOff,
    /// Somebody has proposed to call the campaign off already.
    CallOffProposed,
    /// What was counted is not called off any more.
    CountedAlready,
    /// Members do not see the result yet.
    NotShown(ResultsShown),
    /// Entries are judged already.
    Judged,
    /// The owner holds no duty of a secretary on the entry's unit.
    OwnerNoSecretary,
    /// The caller is not on the roll.
    NotOnRoll,
    /// Nothing about the vote is worth a look, or it was not looked for yet.
    NothingFlagged,
    /// The ballots are counted already.
    Counted,
    /// A flag is about a ballot of the caller, or an account that he opened.
    FlagOnOneself,
    /// So many entries are not to be chosen.
    WrongNumber { min: u16, max: u16 },
    /// The entry at `index` was chosen twice.
    ChosenTwice { index: usize },
    /// The entry at `index` cannot be voted on.
    NotOnBallot { index: usize },
    /// The entry at `index` is the voter's own.
    OwnEntry { index: usize },
    /// Another ballot of this member and period is there already.
    AlreadyVoted,
    /// There is no ballot of the caller.
    NoBallot,
    /// By the rules, what was not on the ballot takes no part in the result.
    Ineligible,
    /// Ballots are still being counted, or will be.
    NotCounted,
    /// Ballots that do not open under this server's key; nothing is counted until they do.
    Unreadable { ballots: usize },
    /// The ballots that are there were sealed under another key than this server's.
    OtherKey,
    /// The sealing key of the vote cannot be made or read; what the operator must know.
    NoKey { cause: String },
    /// The caller does not judge in this stage, or not for that unit.
    NoJudge,
    /// Nobody scores his own.
    OwnScore,
    /// There is a proposal to void that ballot already.
    VoidedAlready,
    /// No such proposal to void a ballot.
    NoSuchVoiding,
    /// Ballots are voided between the closing and the counting only.
    NotBetween,
    /// The vote is not over.
    VoteRuns,
    /// No such flag.
    NoSuchFlag,
    /// The flag that is named is not on that ballot.
    NotFlagged,
    /// Files that cannot be attached.
    Files(AttachRefusal),
    /// The entry has no such file.
    NoSuchFile,
    /// These sources are not complete, so that nothing is decided.
    Incomplete(Vec<Source>),
    /// Something about the decision cannot stand.
    BadDecision(Fault),
    /// Where no committee is planned nobody departs from what was computed.
    NoCommittee,
    /// There is no decision yet.
    Undecided,
    /// Another decision was made already.
    Decided { version: i32, at: Timestamp },
    /// An objection was upheld, and the committee has not decided anew.
    SentBack,
    /// Objections are still heard.
    ObjectionsRunning,
    /// Objections without an answer.
    OpenObjections { open: usize },
    /// The member has objected as often as one may.
    ObjectedEnough { most: usize },
    /// The member has said something else about this entry already.
    ObjectedAlready,
    /// No such objection.
    NoSuchObjection,
    /// Nobody answers his own objection, or one about his own unit.
    OwnObjection,
    /// It was answered otherwise already.
    AnsweredAlready,
    /// The awards are not final yet.
    NotPublished,
    /// There is no bulletin, or none for the caller to know of.
    NoBulletin,
    /// An issued bulletin stays as it is.
    BulletinIssued,
    /// Somebody wrote another version meanwhile.
    BulletinChanged { version: i32 },
    /// Nobody reviews what he wrote himself.
    OwnBulletin,
    /// The bulletin was not reviewed in this version.
    NotReviewed,
    /// A bulletin is reviewed with its number only.
    NoNumber,
    /// Another document bears that number.
    NumberTaken,
    /// The idempotency key was used for another request.
    KeyReused,
}

impl crate::db::Refusal for Refusal {}

impl From<AttachRefusal> for Refusal {
    fn from(refusal: AttachRefusal) -> Self {
        Refusal::Files(refusal)
    }
}

/// A field that cannot stand, by its JSON pointer, with a Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub pointer: String,
    pub message: String,
}

fn demand(holds: bool, pointer: impl Into<String>, message: &str) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(flaw(pointer, message)) }
}

fn flaw(pointer: impl Into<String>, message: impl Into<String>) -> Refusal {
    Refusal::BadField(Flaw { pointer: pointer.into(), message: message.into() })
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Refusal::BadDecision(fault)
    }
}

/// Why there is no count: what was called off is never counted, anything else not yet.
pub fn uncounted(state: CampaignState) -> Refusal {
    match state {
        CampaignState::CalledOff => Refusal::WrongState(state),
        _ => Refusal::NotCounted,
    }
}

/// Whether `verb` is to be done in `state`: `false` when it was done before, so that a request sent twice is one.
pub fn step(verb: CampaignVerb, state: CampaignState) -> Result<bool, Refusal> {
    if FLOW.step(state, verb).is_some() {
        return Ok(true);
    }
    if FLOW.was_done(state, verb) { Ok(false) } else { Err(Refusal::WrongState(state)) }
}

/// Whether entries could still be handed in, were the campaign announced at `now`.
pub fn may_announce(terms: &Terms, now: Timestamp) -> Result<(), Refusal> {
    let in_time = terms.timetable.first().is_some_and(|entry| now < entry.closes_at);
    demand(in_time, "/terms/timetable/0/closes_at", "申报的结束时间已经过去，请先调整日程")
}

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
        (StageState::Planned, stage) => Err(Refusal::NotOpen(stage)),
        (StageState::Closed, stage) => Err(Refusal::Over(stage)),
        (StageState::Open, CampaignStage::Publicity | CampaignStage::Committee) => Ok(()),
        (StageState::Open, stage) => Err(Refusal::ClockOnly(stage)),
    }
}

/// Whether the stage takes anything at `now`; one whose time is over takes nothing, also before the clock has closed it.
pub fn takes(row: &StageRow, now: Timestamp) -> Result<(), Refusal> {
    match row.state {
        StageState::Closed => Err(Refusal::Over(row.stage)),
        StageState::Planned => Err(Refusal::NotOpen(row.stage)),
        StageState::Open if now >= row.closes_at => Err(Refusal::Over(row.stage)),
        StageState::Open => Ok(()),
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
    let row = stages.iter().find(|row| row.stage == stage).ok_or(Refusal::NoSuchStage)?;
    // objections that wait for a late decision have not begun, so that their end may still be moved
    let waits = stage == CampaignStage::Objection && row.state == StageState::Planned && closes_at > now;
    if row.state == StageState::Closed || (now >= row.closes_at && !waits) {
        return Err(Refusal::Over(stage));
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judging::campaigns::model::CampaignId;

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
        assert_eq!(extend(CampaignStage::Entry, 12, 10), Err(Refusal::Over(CampaignStage::Entry)));
        assert_eq!(extend(CampaignStage::Vote, 99, 5), Ok(()));
        assert_eq!(extend(CampaignStage::Vote, 732 * 24, 5), Err(Refusal::NotLater), "nobody could take it back");
        assert_eq!(extend(CampaignStage::Peer, 99, 5), Err(Refusal::NoSuchStage));
    }

    #[test]
    fn a_stage_takes_nothing_from_its_last_instant_on() {
        let open = row(CampaignStage::Vote, 1, StageState::Open);
        assert_eq!(takes(&open, open.closes_at.plus_seconds(-1)), Ok(()));
        assert_eq!(takes(&open, open.closes_at), Err(Refusal::Over(CampaignStage::Vote)));
        assert_eq!(may_close_early(&open), Err(Refusal::ClockOnly(CampaignStage::Vote)));
        assert_eq!(may_close_early(&row(CampaignStage::Publicity, 1, StageState::Open)), Ok(()));
    }
}
