//! What selections obey. Pure: no query, no clock.
//!
//! Source: `docs/domain.md`, "Selections".

mod flow;

use crate::base::approval::NoAnswer;
use crate::base::time::Timestamp;
use crate::base::version::Outdated;
use crate::judging::campaigns::model::{CampaignStage, CampaignState, StageRow, StageState};

pub use flow::{CampaignVerb, FLOW, Who};

/// A no that any part of the room may have to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CampaignRefusal {
    /// Somebody changed it since the caller saw it.
    Outdated(Outdated),
    /// No such campaign, or none for the caller to know of.
    NoSuchCampaign,
    /// The unit is not within the caller's reach.
    OutOfReach,
    /// The campaign is in another state than this needs.
    WrongState(CampaignState),
    /// A field is not acceptable.
    BadField(Flaw),
    /// The campaign has no such stage.
    NoSuchStage,
    /// The stage has not opened yet.
    NotOpen(CampaignStage),
    /// The stage is over.
    Over(CampaignStage),
    /// The caller takes part in it, and leaves it to others.
    OwnCase,
    /// The caller may not answer the proposal, or no longer.
    NoAnswer(NoAnswer),
    /// Who asked to be kept out of it leaves it to others.
    Recused,
    /// Ballots are still being counted, or will be.
    NotCounted,
    /// There is no decision yet.
    Undecided,
    /// The awards are not final yet.
    NotPublished,
    /// The idempotency key was used for another request.
    KeyReused,
}

impl crate::db::Refusal for CampaignRefusal {}

impl From<NoAnswer> for CampaignRefusal {
    fn from(no: NoAnswer) -> Self {
        CampaignRefusal::NoAnswer(no)
    }
}

/// A field that cannot stand, by its JSON pointer, with a Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub pointer: String,
    pub message: String,
}

/// Refuses unless something holds of a field.
pub fn demand(holds: bool, pointer: impl Into<String>, message: &str) -> Result<(), CampaignRefusal> {
    if holds { Ok(()) } else { Err(flaw(pointer, message)) }
}

/// A field that cannot stand.
pub fn flaw(pointer: impl Into<String>, message: impl Into<String>) -> CampaignRefusal {
    CampaignRefusal::BadField(Flaw { pointer: pointer.into(), message: message.into() })
}

/// Why there is no count: what was called off is never counted, anything else not yet.
pub fn uncounted(state: CampaignState) -> CampaignRefusal {
    match state {
        CampaignState::Cancelled => CampaignRefusal::WrongState(state),
        _ => CampaignRefusal::NotCounted,
    }
}

/// Whether `verb` is to be done in `state`: `false` when it was done before, so that a request sent twice is one.
pub fn step(verb: CampaignVerb, state: CampaignState) -> Result<bool, CampaignRefusal> {
    FLOW.asks_for(state, verb).ok_or(CampaignRefusal::WrongState(state))
}

/// Whether the stage takes anything at `now`; one whose time is over takes nothing, also before the clock has closed it.
pub fn takes(row: &StageRow, now: Timestamp) -> Result<(), CampaignRefusal> {
    match row.state {
        StageState::Closed => Err(CampaignRefusal::Over(row.stage)),
        StageState::Planned => Err(CampaignRefusal::NotOpen(row.stage)),
        StageState::Open if now >= row.closes_at => Err(CampaignRefusal::Over(row.stage)),
        StageState::Open => Ok(()),
    }
}

/// Whether somebody has to decide: everything is judged and counted, and nobody has decided, or not anew since an objection
/// was upheld.
pub fn waits_for_decision(standing: CampaignState, stages: &[StageRow], is_counted: bool, is_sent_back: bool) -> bool {
    match standing {
        CampaignState::Decided => is_sent_back,
        CampaignState::Open => {
            let stages = || stages.iter().filter(|row| row.stage == CampaignStage::Entry || row.stage.judges());
            let has_vote = stages().any(|row| row.stage == CampaignStage::Vote);
            let is_ready = |row: &StageRow| match row.stage {
                CampaignStage::Committee => row.state != StageState::Planned,
                _ => row.state == StageState::Closed,
            };
            stages().next().is_some() && stages().all(is_ready) && (is_counted || !has_vote)
        }
        _ => false,
    }
}

/// Below so many ballots only the decision is published: a total would tell what a few people chose.
pub const SECRET_BELOW: i32 = 10;
