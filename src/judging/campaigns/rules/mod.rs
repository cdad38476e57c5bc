//! What selections obey. Pure: no query, no clock.
//!
//! Source: `docs/domain.md`, "Selections".

mod flow;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::ground::files::AttachRefusal;
use crate::judging::campaigns::decision::rules::Fault;
use crate::judging::campaigns::entries::model::EntryState;
use crate::judging::campaigns::model::{CampaignStage, CampaignState, ResultsShown, Source, StageRow, StageState};

pub use flow::{CampaignVerb, FLOW, Who};

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

/// Refuses unless something holds of a field.
pub fn demand(holds: bool, pointer: impl Into<String>, message: &str) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(flaw(pointer, message)) }
}

/// A field that cannot stand.
pub fn flaw(pointer: impl Into<String>, message: impl Into<String>) -> Refusal {
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

/// Whether the stage takes anything at `now`; one whose time is over takes nothing, also before the clock has closed it.
pub fn takes(row: &StageRow, now: Timestamp) -> Result<(), Refusal> {
    match row.state {
        StageState::Closed => Err(Refusal::Over(row.stage)),
        StageState::Planned => Err(Refusal::NotOpen(row.stage)),
        StageState::Open if now >= row.closes_at => Err(Refusal::Over(row.stage)),
        StageState::Open => Ok(()),
    }
}

/// Whether `actor` may take a proposal back: one's own, which nobody has confirmed.
pub fn may_take_back(proposed_by: MemberId, confirmed_at: Option<Timestamp>, actor: MemberId) -> Result<(), Refusal> {
    if proposed_by != actor {
        return Err(Refusal::NotOwnProposal);
    }
    if confirmed_at.is_some() { Err(Refusal::Confirmed) } else { Ok(()) }
}

/// Below so many ballots only the decision is published: a total would tell what a few people chose.
pub const SECRET_BELOW: i32 = 10;

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_ones_own_proposal_that_waits_is_taken_back() {
        let member = |n| MemberId::from(Uuid::from_u128(n));
        let now = Some(Timestamp::from_micros(1));
        assert_eq!(may_take_back(member(1), None, member(1)), Ok(()));
        assert_eq!(may_take_back(member(1), now, member(1)), Err(Refusal::Confirmed));
        assert_eq!(may_take_back(member(1), None, member(2)), Err(Refusal::NotOwnProposal));
    }
}
