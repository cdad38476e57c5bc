//! Which files of an idea may be put on it and taken off, by whom and when.

use super::{Hand, Refusal};
use crate::doing::ideas::model::IdeaState;

/// The states in which files are attached to an idea by those who wrote it.
pub const WRITABLE: [IdeaState; 2] = [IdeaState::Draft, IdeaState::Submitted];

/// Whether `hand` may attach files to the text of an idea, or take them off.
pub fn check_attaching(state: IdeaState, hand: &Hand) -> Result<(), Refusal> {
    match (hand.writer, WRITABLE.contains(&state)) {
        (false, _) => Err(Refusal::NotAuthor),
        (true, false) => Err(Refusal::WrongState { state }),
        (true, true) => Ok(()),
    }
}

/// Whether `hand` may take evidence off again: the implementer, while the work is his.
pub fn check_evidence(state: IdeaState, hand: &Hand) -> Result<(), Refusal> {
    match (hand.implementer, state) {
        (false, _) => Err(Refusal::NotImplementer),
        (true, IdeaState::Implementing) => Ok(()),
        (true, state) => Err(Refusal::WrongState { state }),
    }
}

/// Files of one idea, its evidence among them.
pub const FILE_LIMIT: usize = 9;
