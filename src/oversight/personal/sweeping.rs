//! Doing what was confirmed: first the texts that name the member to others, a piece at a time, then everything else in one
//! transaction. Whatever is interrupted is taken up where it stopped: by what he is known stands in his row until the end.

use diesel::QueryResult;
use serde_json::{Map, Value, json};
use tracing::info;

use super::actions::{ON_DESK, PersonalRoom};
use super::model::Anonymisation;
use super::store;
use crate::base::time::Timestamp;
use crate::db::{DbError, Never, Stop, Tx};
use crate::kernel::chunks::{Work, Worked};
use crate::kernel::desk;
use crate::kernel::lease::{Lease, ProcessId};
use crate::kernel::personal::{Naming, Place, overwriting, rewrite, where_named};
use crate::kernel::trail::{self, Act};

/// Anonymisations that one look does; the next look does the others.
const AT_ONCE: i64 = 20;

/// Rows that one look through a table passes.
const ROWS_AT_ONCE: i64 = 5_000;

/// Others wait so long for a process that has stopped.
const LEASE_SECONDS: i64 = 60;

/// How far the texts were looked through: which of the tables, and how far in it.
type Cursor = (usize, Place);

impl PersonalRoom {
    /// Does what is confirmed; says when to look again.
    pub(super) async fn work_off(&self) -> Result<Option<Timestamp>, DbError> {
        let to_do = self.db.read(|conn| store::list_to_do(conn, AT_ONCE)).await?;
        let is_full = i64::try_from(to_do.len()).is_ok_and(|found| found == AT_ONCE);
        for due in to_do {
            if self.sweep(&due).await? == Worked::Elsewhere {
                return Ok(Some(self.db.now().plus_seconds(LEASE_SECONDS)));
            }
            self.finish(&due).await?;
        }
        Ok(is_full.then(|| self.db.now()))
    }

    /// Writes anew the texts that name the member to others.
    async fn sweep(&self, due: &Anonymisation) -> Result<Worked, DbError> {
        let namings: Vec<Naming> = self.personal.each().iter().flat_map(|keeping| keeping.named).copied().collect();
        let needles = self.members.named_by(due.member_id).await?;
        let lease = Lease { name: "anonymise", holder: self.db.fresh_id::<ProcessId>(), seconds: LEASE_SECONDS };
        let work = Work { name: "personal.sweep", subject: due.id.uuid(), lease };
        let read = async |(mut at, mut place): Cursor| {
            while let Some(naming) = namings.get(at).copied() {
                let (sought, from) = (needles.clone(), place.clone());
                let found =
                    self.db.read_aside(move |conn| where_named(conn, &naming, &sought, &from, ROWS_AT_ONCE)).await?;
                if let Some((ids, until)) = found {
                    return Ok(Some(((naming, ids), (at, until))));
                }
                (at, place) = (at + 1, Place::new());
            }
            Ok(None)
        };
        let sought = needles.clone();
        let act = move |tx: &mut Tx, (naming, ids): &(Naming, Vec<Place>)| {
            overwriting(tx, |tx| rewrite(tx, naming, &sought, ids))
        };
        work.each(&self.db, (0, Place::new()), read, act).await
    }

    /// Takes away the rest, in one transaction.
    async fn finish(&self, due: &Anonymisation) -> Result<(), DbError> {
        let (room, due) = (self.clone(), due.clone());
        let member = due.member_id;
        let erase = move |tx: &mut Tx| -> Result<bool, Stop<Never>> { Ok(overwriting(tx, |tx| room.erase(tx, &due))?) };
        if self.db.write(erase).await.map_err(DbError::from)? {
            info!(member = %member, "a member who has left was made anonymous");
            // what the database keeps of rows that were written over; a reader that needs it may have it a moment longer
            self.db.scrub("members").await?;
        }
        Ok(())
    }

    /// False when it was done before; somebody who is back is left alone.
    fn erase(&self, tx: &mut Tx, due: &Anonymisation) -> QueryResult<bool> {
        if !store::finish(tx.conn, due.id, tx.now())? || !self.members.anonymise(tx, due.member_id)? {
            return Ok(false);
        }
        let touched = self.personal.erase(tx, due.member_id)?;
        desk::clear(tx, ON_DESK, due.id.uuid())?;
        let rows: Map<String, Value> =
            touched.into_iter().map(|(table, rows)| (table.to_owned(), rows.into())).collect();
        let detail = json!({ "anonymisation": due.id, "rows": rows });
        let subject_id = due.member_id.uuid();
        let act = Act { actor: None, action: "personal.anonymise", subject_kind: "member", subject_id, detail };
        trail::note(tx, act)?;
        Ok(true)
    }
}
