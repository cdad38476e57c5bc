//! A list as a spreadsheet, in the layout in which it is imported, with what became of each item.

use super::actions::{Outcome, Tasks};
use super::import_rows::{HEADERS, row_of};
use super::model::{NewItem, Task, TaskFilter, TaskItem, TaskListId, TaskState};
use super::rules::ITEMS_LIMIT;
use super::store;
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::db::Conn;

/// Tasks that one file has at most.
const MOST: i64 = 40_000;

/// What an item asks, as it was written.
pub(super) fn asked(item: &TaskItem) -> NewItem {
    NewItem {
        title: item.title.clone(),
        standard: item.standard.clone(),
        source_document: item.source_document.clone(),
        lead_unit: item.lead_unit_id,
        assisting: item.assisting_ids.0.clone(),
        leader: item.leader_id,
        axis: item.axis,
        due_on: item.due_on,
        weight: item.weight,
        focus: item.focus,
        tags: item.tags.0.clone(),
        evidence: item.evidence.clone(),
        nodes: item.nodes.0.clone(),
    }
}

/// What an export tells of each item at each unit.
pub(super) fn columns() -> Vec<String> {
    let of_unit = ["承办单位", "首次时限", "当前时限", "完成情况", "是否销号", "销号日期"];
    HEADERS.into_iter().chain(of_unit).map(str::to_owned).collect()
}

impl Tasks {
    /// The items of a list, each once for every unit that has it, with how far the unit is.
    pub(super) async fn export(
        &self,
        reader: &Person,
        id: TaskListId,
    ) -> Outcome<(String, Vec<String>, Vec<Vec<String>>)> {
        let list = self.list_of(reader, id).await?;
        let sight = self.sight(reader);
        let filter = TaskFilter { list: Some(id), ..TaskFilter::default() };
        let read = move |conn: &mut Conn| {
            let items = store::lists::list_items(conn, id, 0, ITEMS_LIMIT)?;
            Ok((items, store::tasks::list(conn, &sight, &filter, None, MOST)?))
        };
        let (items, mut tasks) = self.db.read_aside(read).await?;
        tasks.sort_by_key(|task| (task.number, task.unit_id));
        let mut rows = Vec::new();
        for item in &items {
            let its: Vec<&Task> = tasks.iter().filter(|task| task.item_id == item.id).collect();
            for task in &its {
                rows.push(self.row(item, Some(task)));
            }
            if its.is_empty() {
                rows.push(self.row(item, None));
            }
        }
        Ok((list.title, columns(), rows))
    }

    fn row(&self, item: &TaskItem, task: Option<&Task>) -> Vec<String> {
        let unit_name = |unit: UnitId| self.directory.unit_name(unit);
        let number = |leader: MemberId| self.directory.member(leader).map(|card| card.employee_no.to_string());
        let leader = match item.leader_id {
            Some(leader) => (self.directory.name_of(leader), number(leader).unwrap_or_default()),
            None => Default::default(),
        };
        let mut row = row_of((item.number, &asked(item)), &unit_name, leader);
        row.extend(match task {
            Some(task) => [
                unit_name(task.unit_id),
                task.first_due_on.to_string(),
                task.due_on.to_string(),
                task.state.title().to_owned(),
                if task.state == TaskState::Closed { "是" } else { "否" }.to_owned(),
                task.closed_on.map(|day| day.to_string()).unwrap_or_default(),
            ],
            None => Default::default(),
        });
        row
    }
}
