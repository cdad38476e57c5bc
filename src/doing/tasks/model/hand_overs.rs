//! What somebody hands on.

use diesel::prelude::*;

use super::lists::TaskListId;
use super::tasks::{TaskId, TaskState};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::schema::task_hand_overs;

crate::id!(
    /// That somebody handed a task on.
    TaskHandOverId
);

crate::words!(
    /// What somebody had to do with a task that he handed on.
    TaskHandedPart {
        /// The leader in charge.
        Leader = "leader" / "责任领导",
        Head = "head" / "责任人",
        Doer = "doer" / "承办人",
    }
);

/// That somebody handed a task on, since his duty had ended or he had moved or left.
#[derive(Clone, Copy, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = task_hand_overs)]
pub struct HandOver {
    pub id: TaskHandOverId,
    pub task_id: TaskId,
    /// Whose holders have it now.
    pub unit_id: UnitId,
    pub member_id: MemberId,
    pub part: TaskHandedPart,
    pub handed_on: Day,
    pub at: Timestamp,
}

/// A task that was handed on, as it stands now.
#[derive(Clone, Debug, Queryable)]
pub struct HandedTask {
    pub hand_over: HandOver,
    pub list: TaskListId,
    pub number: i32,
    pub title: String,
    pub state: TaskState,
    pub due_on: Day,
}
