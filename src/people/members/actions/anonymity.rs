//! Making a member anonymous who has left: of his row only the id, the home and the kind stay.
//!
//! What other tables keep is for the room `personal`, which asks every room; here is the member himself.

use diesel::QueryResult;

use super::{Members, Outcome};
use crate::base::id::MemberId;
use crate::base::time::Day;
use crate::db::{DbError, Tx};
use crate::kernel::personal::NOBODY;
use crate::people::members::model::{Departed, MemberRow, MemberStatus};
use crate::people::members::rules::Refusal;
use crate::people::members::store::{self, departures};

/// Fewer characters than a name has; a single one would be found everywhere.
const SHORTEST_NAME: usize = 2;

/// Digits of an id that stand in the place of an employee number.
const DIGITS: usize = 20;

impl Members {
    /// Since when a member has left; refused for anyone who has not, or of whom nothing is known any more.
    pub fn departed(&self, tx: &mut Tx, member: MemberId) -> Outcome<Departed> {
        let row = store::lock_member(tx.conn, member)?.ok_or(Refusal::NoSuchMember)?;
        if row.status != MemberStatus::Left {
            return Err(Refusal::NotLeft.into());
        }
        let departed = departures::find(tx.conn, member)?.ok_or(Refusal::NotLeft)?;
        if departed.anonymised_at.is_some() {
            return Err(Refusal::Anonymised.into());
        }
        Ok(departed)
    }

    /// Refuses to change anyone of whom nothing is known any more: there is nobody to come back.
    pub(super) fn check_known(&self, tx: &mut Tx, row: &MemberRow) -> Outcome<()> {
        if row.status != MemberStatus::Left {
            return Ok(());
        }
        match departures::find(tx.conn, row.id)?.is_some_and(|departed| departed.anonymised_at.is_some()) {
            true => Err(Refusal::Anonymised.into()),
            false => Ok(()),
        }
    }

    /// By what texts may name a member: the employee number, the phone number, and those of his
    /// names, the former ones too, that nobody else bears.
    pub async fn named_by(&self, member: MemberId) -> Result<Vec<String>, DbError> {
        let found = self
            .db
            .read(move |conn| {
                let Some(row) = store::find_member(conn, member)? else { return Ok(None) };
                let mut names = Vec::new();
                for name in departures::list_former_names(conn, member)?.into_iter().chain([row.name.clone()]) {
                    let is_name = name != NOBODY && name.chars().count() >= SHORTEST_NAME;
                    if is_name && !departures::is_shared(conn, &name, member)? {
                        names.push(name);
                    }
                }
                Ok(Some((row, names)))
            })
            .await?;
        let Some((row, names)) = found else { return Ok(Vec::new()) };
        let phone = self.open_phone(&row);
        Ok([Some(row.employee_no), phone].into_iter().flatten().chain(names).collect())
    }

    /// Takes away what the member's own row says of a person. The id stays, and so do the home and the kind, by which
    /// statistics are counted. False when that was done before, or the member is back.
    pub fn anonymise(&self, tx: &mut Tx, member: MemberId) -> QueryResult<bool> {
        let Some(row) = store::lock_member(tx.conn, member)? else { return Ok(false) };
        let known = departures::find(tx.conn, member)?.is_some_and(|departed| departed.anonymised_at.is_none());
        if row.status != MemberStatus::Left || !known {
            return Ok(false);
        }
        let digits = member.uuid().simple().to_string().to_uppercase();
        let number = format!("ZX{}", &digits[digits.len() - DIGITS..]);
        let now = tx.now();
        departures::anonymise(tx.conn, member, &number, NOBODY, now)?;
        departures::mark_anonymised(tx.conn, member, now)?;
        let after = MemberRow {
            employee_no: number,
            name: NOBODY.to_owned(),
            phone_sealed: None,
            phone_index: None,
            updated_at: now,
            ..row
        };
        self.publish_member(tx, &after)?;
        Ok(true)
    }

    /// Members who left before `day` and are known by name still, those who left first.
    pub async fn list_known_leavers(&self, day: Day, limit: i64) -> Result<Vec<MemberId>, DbError> {
        self.db.read(move |conn| departures::list_known_before(conn, day, limit)).await
    }

    /// Since when each of some members has left.
    pub async fn departure_of(&self, member: MemberId) -> Result<Option<Departed>, DbError> {
        self.db.read(move |conn| departures::find(conn, member)).await
    }
}
