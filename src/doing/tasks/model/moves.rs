//! What somebody does about a task, and what other rooms have to do with it.

use super::lists::{TaskListKind, TaskSource};
use super::tasks::{TaskAnswer, TaskId, TaskLight, TaskNodeState, TaskRequestKind, TaskState, TaskVerb};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::ground::files::FileId;

/// How far a unit is, as it says so.
#[derive(Clone, Debug)]
pub struct NewReport {
    pub light: TaskLight,
    pub percent: i32,
    pub next_step: String,
    pub delay: Option<String>,
}

/// What somebody does about a task.
#[derive(Clone, Debug)]
pub enum Move {
    Accept {
        head: Option<MemberId>,
        doers: Vec<MemberId>,
    },
    Answer {
        answer: TaskAnswer,
        text: String,
    },
    /// `None` stays.
    Reword {
        title: Option<String>,
        standard: Option<String>,
        note: String,
    },
    Redirect {
        unit: UnitId,
        note: String,
    },
    Dismiss {
        effect: String,
    },
    Report(NewReport),
    Submit {
        result: String,
        files: Vec<FileId>,
    },
    Verify {
        note: Option<String>,
    },
    Return {
        reason: String,
    },
    Close {
        effect: String,
    },
    Suspend {
        reason: String,
        until: Day,
    },
    Resume {
        note: Option<String>,
    },
    Merge {
        into: TaskId,
        note: String,
    },
}

impl Move {
    pub fn verb(&self) -> TaskVerb {
        match self {
            Move::Accept { .. } => TaskVerb::Accept,
            Move::Answer { .. } => TaskVerb::Answer,
            Move::Reword { .. } => TaskVerb::Reword,
            Move::Redirect { .. } => TaskVerb::Redirect,
            Move::Dismiss { .. } => TaskVerb::Dismiss,
            Move::Report(_) => TaskVerb::Report,
            Move::Submit { .. } => TaskVerb::Submit,
            Move::Verify { .. } => TaskVerb::Verify,
            Move::Return { .. } => TaskVerb::Return,
            Move::Close { .. } => TaskVerb::Close,
            Move::Suspend { .. } => TaskVerb::Suspend,
            Move::Resume { .. } => TaskVerb::Resume,
            Move::Merge { .. } => TaskVerb::Merge,
        }
    }

    /// What is written down with the step.
    pub fn note(&self) -> Option<&str> {
        match self {
            Move::Accept { .. } => None,
            Move::Answer { text, .. } => Some(text),
            Move::Reword { note, .. } | Move::Redirect { note, .. } | Move::Merge { note, .. } => Some(note),
            Move::Dismiss { effect } | Move::Close { effect } => Some(effect),
            Move::Report(report) => Some(&report.next_step),
            Move::Submit { result, .. } => Some(result),
            Move::Verify { note } | Move::Resume { note } => note.as_deref(),
            Move::Return { reason } | Move::Suspend { reason, .. } => Some(reason),
        }
    }
}

/// What became of a node.
#[derive(Clone, Debug)]
pub struct NodeChange {
    pub state: TaskNodeState,
    pub note: Option<String>,
    pub delay: Option<String>,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct RequestAsked {
    pub kind: TaskRequestKind,
    pub until: Option<Day>,
    pub reason: String,
    pub done: Option<String>,
    pub remedy: Option<String>,
}

/// A task that another room opens.
#[derive(Clone, Debug)]
pub struct Opening {
    pub source: TaskSource,
    /// What it comes from, for people.
    pub document: String,
    /// Whose list it goes on, of that year and kind.
    pub owner: UnitId,
    pub list: TaskListKind,
    pub unit: UnitId,
    pub title: String,
    pub standard: String,
    pub due_on: Day,
    pub by: MemberId,
}

/// Whether a room that hears of the end of a task tells the book of appraisal of it by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credit {
    /// Under a rule of the room's own, so that it counts under no other.
    Given,
    Open,
}

/// What became of the task that somebody opened, for the opener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub task: TaskId,
    pub source: TaskSource,
    pub unit: UnitId,
    pub state: TaskState,
    pub title: String,
    pub due_on: Day,
    /// Whether it was carried out and closed, and its result reported by its day.
    pub in_time: bool,
    /// Who did it, the head among them.
    pub doers: Vec<MemberId>,
}
