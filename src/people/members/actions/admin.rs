//! The first administrator: made from the server's command line, never over the network.

use super::duties::{NewDuty, new_duty, said, tell};
use super::{Manager, Members, OPERATOR, Outcome, note, rules};
use crate::base::capability::Role;
use crate::base::id::{MemberId, UnitId};
use crate::db::Tx;
use crate::people::members::directory::UnitTree;
use crate::people::members::model::{Confirmation, MemberKind, MemberRow, MemberStatus, Unit};
use crate::people::members::rules::Refusal;
use crate::people::members::store;

/// Whom the operator makes administrator of the whole enterprise.
#[derive(Clone, Debug)]
pub struct FirstAdministrator {
    /// As typed.
    pub employee_no: String,
    /// For a member who is not there yet.
    pub name: String,
    /// Code of the root unit, for a database that has none: the one that a roster to be imported calls its top by.
    pub unit_code: String,
    /// The root unit's name.
    pub unit_name: String,
}

impl Members {
    /// Makes a member administrator of the root, and member and root unit too when they are not there yet.
    ///
    /// Asking again changes nothing, so the operator can give a lost administrator's account a new password.
    pub async fn create_first_administrator(&self, ask: FirstAdministrator) -> Outcome<MemberId> {
        let (number, code) = (rules::normal_number(&ask.employee_no)?, rules::normal_number(&ask.unit_code)?);
        let members = self.clone();
        self.db
            .write(move |tx| {
                store::lock_tree(tx.conn)?;
                let root = members.root_or_new(tx, &code, &ask.unit_name)?;
                let row = match store::find_by_employee_no(tx.conn, &number)? {
                    Some(row) if row.status == MemberStatus::Left => return Err(Refusal::MemberLeft.into()),
                    Some(row) => row,
                    None => members.insert_administrator(tx, &number, &ask.name, root)?,
                };
                if !store::list_holders(tx.conn, Role::Administrator, root, tx.today())?.contains(&row.id) {
                    members.make_administrator(tx, &row, root)?;
                }
                members.publish_member(tx, &row)?;
                Ok(row.id)
            })
            .await
    }

    /// Appoints without a second person, as only the operator may, and says so to everybody who administers already.
    fn make_administrator(&self, tx: &mut Tx, member: &MemberRow, root: UnitId) -> Outcome<()> {
        let (operator, role) = (Manager::operator(), Role::Administrator);
        let wish = NewDuty { role, unit: root, from: None, to: None };
        self.check_fits(tx, member.id, wish)?;
        let duty = new_duty(tx, &operator, member.id, wish);
        self.insert_duty(tx, &operator, &duty, said(Some(Confirmation::Operator)))?;
        let told = format!("{OPERATOR}在服务器上直接任命{}（{}）为全企业管理员。", member.name, member.employee_no);
        for administrator in store::list_holders(tx.conn, role, root, tx.today())? {
            if administrator != member.id {
                tell(tx, administrator, format!("{OPERATOR}任命了一名管理员"), told.clone(), "/duty-proposals")?;
            }
        }
        Ok(())
    }

    fn root_or_new(&self, tx: &mut Tx, code: &str, name: &str) -> Outcome<UnitId> {
        if let Some(root) = UnitTree::new(store::list_units(tx.conn)?).root() {
            return Ok(root);
        }
        let unit = Unit {
            id: tx.fresh_id(),
            code: code.to_owned(),
            name: name.to_owned(),
            short_name: name.to_owned(),
            kind: "集团党委".into(),
            parent_id: None,
            closed_on: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        store::insert_unit(tx.conn, &unit)?;
        note(tx, &Manager::operator(), "members.create_unit", ("unit", unit.id.uuid()), &unit.code)?;
        self.publish_units(tx, unit.id)?;
        Ok(unit.id)
    }

    fn insert_administrator(&self, tx: &mut Tx, number: &str, name: &str, unit: UnitId) -> Outcome<MemberRow> {
        let row = MemberRow {
            id: tx.fresh_id(),
            employee_no: number.to_owned(),
            name: name.to_owned(),
            phone_sealed: None,
            phone_index: None,
            kind: MemberKind::Full,
            status: MemberStatus::Active,
            unit_id: unit,
            hidden_from_boards: false,
            on_boards: false,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        if !store::insert_member(tx.conn, &row)? {
            return Err(Refusal::NumberTaken.into());
        }
        let subject = ("member", row.id.uuid());
        note(tx, &Manager::operator(), "members.create_member", subject, serde_json::json!({ "unit": unit }))?;
        Ok(row)
    }
}
