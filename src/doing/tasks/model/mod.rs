//! What the room keeps.

mod hand_overs;
mod lists;
mod moves;
mod tasks;

pub use hand_overs::{HandOver, HandedTask, TaskHandOverId, TaskHandedPart};
pub use lists::{
    Laying, LayingId, LayingPlan, ListChange, ListFilter, NewItem, NewList, TaskAxis, TaskItem, TaskItemId,
    TaskItemNode, TaskList, TaskListId, TaskListKind, TaskRhythm, TaskSource, TaskSourceId,
};
pub use moves::{Credit, Move, NewReport, NodeChange, Opening, RequestAsked, Settled};
pub use tasks::{
    Due, Request, Standing, Step, Task, TaskAnswer, TaskFilter, TaskId, TaskLight, TaskNode, TaskNodeState, TaskPart,
    TaskPerson, TaskReport, TaskRequestId, TaskRequestKind, TaskState, TaskVerb, Whole,
};
