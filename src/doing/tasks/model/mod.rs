//! What the room keeps.

mod lists;
mod tasks;

pub use lists::{
    Laying, LayingId, LayingPlan, ListFilter, NewItem, NewList, TaskAxis, TaskItem, TaskItemId, TaskItemNode, TaskList,
    TaskListId, TaskListKind, TaskRhythm, TaskSource, TaskSourceId,
};
pub use tasks::{
    Due, Move, NewReport, NodeChange, Opening, Request, RequestAsked, Settled, Standing, Step, Task, TaskAnswer,
    TaskFilter, TaskId, TaskLight, TaskNode, TaskNodeState, TaskPart, TaskPerson, TaskReport, TaskRequestId,
    TaskRequestKind, TaskState, TaskVerb, Whole,
};
