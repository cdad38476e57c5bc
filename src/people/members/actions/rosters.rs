//! Rosters: who belongs to a unit, with leave and the account of each.

use std::collections::HashMap;

use super::{Account, Members};
use crate::base::id::{MemberId, UnitId};
use crate::base::text::{reads_as, squeeze, without_readings};
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, DbError};
use crate::people::members::model::{Absence, MemberRow, MemberStatus};
use crate::people::members::store;

/// Members that are looked at in one step when accounts decide who is listed.
const CHUNK: i64 = 500;

/// What of a roster is asked for.
#[derive(Clone, Debug)]
pub struct RosterFilter {
    /// Homes.
    pub units: Vec<UnitId>,
    pub statuses: Vec<MemberStatus>,
    /// Only those who never signed in.
    pub never_signed_in: bool,
    /// Only those who are called so.
    pub called: Option<Called>,
}

/// A part of a name, how one is read, or of an employee number.
#[derive(Clone, Debug)]
pub struct Called {
    /// As texts are compared.
    text: String,
    /// Whether employee numbers are looked at, too.
    by_number: bool,
}

impl Called {
    /// What somebody looks for; `None` when it says nothing.
    pub fn of(typed: &str, by_number: bool) -> Option<Called> {
        let text = squeeze(&without_readings(typed));
        (!text.is_empty()).then_some(Called { text, by_number })
    }

    fn fits(&self, row: &MemberRow) -> bool {
        let number = || squeeze(&row.employee_no).contains(&self.text);
        squeeze(&row.name).contains(&self.text) || reads_as(&row.name, &self.text) || (self.by_number && number())
    }
}

/// A member on a roster.
#[derive(Clone, Debug)]
pub struct Listed {
    pub row: MemberRow,
    pub account: Account,
    /// The leave on which the member is today.
    pub leave: Option<Absence>,
}

impl Members {
    /// A page of a roster in the order of employee numbers, after `after`.
    pub async fn roster(
        &self,
        filter: RosterFilter,
        after: Option<String>,
        limit: i64,
    ) -> Result<Vec<Listed>, DbError> {
        let (room, today, now) = (self.clone(), self.db.today(), self.db.now());
        self.db.read(move |conn| room.roster_in(conn, &filter, after.clone(), limit, (today, now))).await
    }

    fn roster_in(
        &self,
        conn: &mut Conn,
        filter: &RosterFilter,
        mut after: Option<String>,
        limit: i64,
        (today, now): (Day, Timestamp),
    ) -> diesel::QueryResult<Vec<Listed>> {
        let chunk = if filter.never_signed_in || filter.called.is_some() { CHUNK } else { limit };
        let wanted = usize::try_from(limit).unwrap_or(0);
        let mut listed: Vec<Listed> = Vec::new();
        while listed.len() < wanted {
            let rows = store::list_members_of(conn, &filter.units, &filter.statuses, after.as_deref(), chunk)?;
            let is_last = i64::try_from(rows.len()).is_ok_and(|count| count < chunk);
            after = rows.last().map(|row| row.employee_no.clone());
            let is_called = |row: &MemberRow| filter.called.as_ref().is_none_or(|called| called.fits(row));
            let rows: Vec<MemberRow> = rows.into_iter().filter(is_called).collect();
            let ids: Vec<MemberId> = rows.iter().map(|row| row.id).collect();
            let accounts = self.accounts_of(conn, &ids, now)?;
            let account = |row: &MemberRow| accounts.get(&row.id).copied().unwrap_or_default();
            let shown = rows.into_iter().filter(|row| !filter.never_signed_in || !account(row).signed_in);
            listed.extend(shown.map(|row| Listed { account: account(&row), leave: None, row }));
            if is_last {
                break;
            }
        }
        listed.truncate(wanted);
        let ids: Vec<MemberId> = listed.iter().map(|one| one.row.id).collect();
        let leaves = store::list_absences_on(conn, &ids, today)?;
        for one in &mut listed {
            one.leave = leaves.iter().find(|leave| leave.member_id == one.row.id).cloned();
        }
        Ok(listed)
    }

    fn accounts_of(
        &self,
        conn: &mut Conn,
        ids: &[MemberId],
        now: Timestamp,
    ) -> diesel::QueryResult<HashMap<MemberId, Account>> {
        let mut accounts = HashMap::new();
        for tell in self.accounts.each() {
            accounts.extend(tell(conn, ids, now)?);
        }
        Ok(accounts)
    }
}
