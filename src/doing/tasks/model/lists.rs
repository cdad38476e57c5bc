//! Lists, what they ask, and their way to units.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::Json;
use crate::db::schema::{task_items, task_layings, task_lists};
use crate::kernel::trail::Thing;

crate::id!(
    /// A list of tasks.
    TaskListId
);
crate::id!(
    /// Something that a list asks.
    TaskItemId
);
crate::id!(
    /// A list, or some of it, on its way to units.
    LayingId
);
crate::id!(
    /// A thing of another room of which a task came.
    TaskSourceId
);

crate::words!(
    /// What a list of tasks is.
    TaskListKind {
        Year = "year" / "任务清单",
        Month = "month" / "月计划",
        Rectification = "rectification" / "整改",
        Programme = "programme" / "专项行动",
        Supervision = "supervision" / "督办",
    }
);

crate::words!(
    /// Which of a leader's two duties 一岗双责 a task belongs to.
    TaskAxis {
        Party = "party" / "党建",
        Production = "production" / "生产",
    }
);

crate::words!(
    /// How often units tell how far they are. Focus tasks do so every month at least, supervised and overdue ones every week.
    TaskRhythm {
        None = "none" / "不要求",
        Weekly = "weekly" / "每周",
        Monthly = "monthly" / "每月",
        Quarterly = "quarterly" / "每季",
    }
);

/// A list of tasks.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = task_lists, treat_none_as_default_value = false)]
pub struct TaskList {
    pub id: TaskListId,
    pub kind: TaskListKind,
    pub title: String,
    pub unit_id: UnitId,
    pub year: i32,
    pub basis: Option<String>,
    pub rhythm: TaskRhythm,
    pub created_by: MemberId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A list as it is made.
#[derive(Clone, Debug)]
pub struct NewList {
    pub kind: TaskListKind,
    pub title: String,
    pub unit: UnitId,
    pub year: i32,
    pub basis: Option<String>,
    pub rhythm: TaskRhythm,
}

/// What is changed of a list; what is `None` stays.
#[derive(Clone, Debug)]
pub struct ListChange {
    pub title: Option<String>,
    /// `Some(None)` for a list that rests on no document.
    pub basis: Option<Option<String>>,
    pub rhythm: Option<TaskRhythm>,
}

/// Which lists are shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListFilter {
    pub unit: Option<UnitId>,
    pub kind: Option<TaskListKind>,
    pub year: Option<i32>,
}

/// A step on the way, with its day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskItemNode {
    /// What is reached by then.
    #[schema(examples("完成调研"))]
    pub title: String,
    pub due_on: Day,
}

/// Where a task comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskSource {
    /// A word of the room whose thing it is, such as `finding`.
    pub kind: String,
    pub id: TaskSourceId,
    /// Which of several within the thing.
    pub place: i32,
}

/// Something that a list asks.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = task_items, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct TaskItem {
    pub id: TaskItemId,
    pub list_id: TaskListId,
    /// From 1 on, unique in the list.
    pub number: i32,
    pub title: String,
    pub standard: String,
    pub source_kind: Option<String>,
    pub source_id: Option<TaskSourceId>,
    pub source_place: Option<i32>,
    pub source_document: Option<String>,
    pub lead_unit_id: Option<UnitId>,
    pub assisting_ids: Json<Vec<UnitId>>,
    pub leader_id: Option<MemberId>,
    pub axis: TaskAxis,
    pub due_on: Day,
    /// Hundredths.
    pub weight: i32,
    pub focus: bool,
    pub tags: Json<Vec<String>>,
    /// Why evidence must be attached; `None` where it need not be.
    pub evidence: Option<String>,
    pub nodes: Json<Vec<TaskItemNode>>,
    /// A task was made of it.
    pub laid: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl TaskItem {
    /// Whether both ask the same.
    pub fn asks_the_same(&self, other: &TaskItem) -> bool {
        let bare = |item: &TaskItem| TaskItem {
            id: self.id,
            laid: false,
            created_at: self.created_at,
            updated_at: self.updated_at,
            ..item.clone()
        };
        bare(self) == bare(other)
    }
}

/// What an item asks, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    pub title: String,
    pub standard: String,
    pub source_document: Option<String>,
    pub lead_unit: Option<UnitId>,
    pub assisting: Vec<UnitId>,
    pub leader: Option<MemberId>,
    pub axis: TaskAxis,
    pub due_on: Day,
    pub weight: i32,
    pub focus: bool,
    pub tags: Vec<String>,
    pub evidence: Option<String>,
    pub nodes: Vec<TaskItemNode>,
}

/// What is laid on whom: in this order, item by item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayingPlan {
    pub items: Vec<TaskItemId>,
    /// Empty where each item goes to its lead unit.
    pub units: Vec<UnitId>,
}

/// A list, or some of it, on its way to units.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = task_layings, treat_none_as_default_value = false)]
pub struct Laying {
    pub id: LayingId,
    pub list_id: TaskListId,
    pub plan: Json<LayingPlan>,
    /// Tasks that it is to make.
    pub total: i32,
    /// How many of them it has looked at.
    pub done: i32,
    /// How many were new.
    pub laid: i32,
    pub created_by: MemberId,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

impl TaskListId {
    /// The list, as its trail knows it.
    pub fn thing(self) -> Thing {
        Thing { room: "tasks", kind: "task_list", id: self.uuid() }
    }
}
