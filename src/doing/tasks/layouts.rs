//! The layout in which a list is handed in to those above.

use serde_json::json;

use super::actions::{Issuer, Outcome, Tasks, note_list};
use super::exports::columns;
use super::model::TaskListId;
use super::rules::Refusal;
use super::store;
use crate::base::person::Person;
use crate::base::sheet::layout::{self, Filling};
use crate::kernel::layouts::{self, LayoutHead, NewLayout};

/// What the kernel calls layouts of lists.
const KIND: &str = "task_list";

/// What a layout of a list may say once.
pub(super) const ONCE: [&str; 5] = ["清单名称", "组织", "年度", "清单依据", "导出日期"];

impl Tasks {
    /// The layout of a list that the reader sees, if it has one.
    pub(super) async fn layout(&self, reader: &Person, id: TaskListId) -> Outcome<Option<LayoutHead>> {
        self.list_of(reader, id).await?;
        Ok(self.db.read(move |conn| layouts::find(conn, KIND, id.uuid())).await?)
    }

    /// Sets the layout of a list, in the place of a former one.
    pub(super) async fn set_layout(&self, person: &Person, id: TaskListId, new: NewLayout) -> Outcome<LayoutHead> {
        let (room, issuer) = (self.clone(), Issuer::of(person));
        // a list that is not his tells nothing of the file
        let list = self.db.read(move |conn| store::lists::find(conn, id)).await?.ok_or(Refusal::NoSuchList)?;
        if !issuer.covers(&self.path(list.unit_id).unwrap_or_default()) {
            return Err(Refusal::OutOfReach.into());
        }
        layout::check(&new.bytes, &ONCE, &columns()).map_err(Refusal::BadLayout)?;
        self.db
            .write(move |tx| {
                let list = room.lock_list(tx, &issuer, id)?;
                let head = layouts::set(tx, KIND, list.id.uuid(), &new, issuer.member)?;
                note_list(tx, issuer.member, "tasks.set_layout", list.id, json!({ "name": head.name }))?;
                Ok(head)
            })
            .await
    }

    /// Takes the layout of a list away; nothing happens where it has none.
    pub(super) async fn remove_layout(&self, person: &Person, id: TaskListId) -> Outcome<()> {
        let (room, issuer) = (self.clone(), Issuer::of(person));
        self.db
            .write(move |tx| {
                let list = room.lock_list(tx, &issuer, id)?;
                if layouts::remove(tx, KIND, list.id.uuid())? {
                    note_list(tx, issuer.member, "tasks.remove_layout", list.id, json!({}))?;
                }
                Ok(())
            })
            .await
    }

    /// What is filled into the layout of a list, and the layout, if it has one: its name beside both.
    pub(super) async fn filling(&self, reader: &Person, id: TaskListId) -> Outcome<(String, Option<Vec<u8>>, Filling)> {
        let list = self.list_of(reader, id).await?;
        let bytes = self.db.read(move |conn| layouts::find_bytes(conn, KIND, id.uuid())).await?;
        let (title, columns, rows) = self.export(reader, id).await?;
        let said = [
            title.clone(),
            self.directory.unit_name(list.unit_id),
            list.year.to_string(),
            list.basis.unwrap_or_default(),
            self.db.today().in_chinese_with_year(),
        ];
        Ok((title, bytes, Filling { once: ONCE.into_iter().zip(said).collect(), columns, rows }))
    }
}
