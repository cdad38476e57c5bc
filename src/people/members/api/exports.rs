//! Rosters as spreadsheets, in the columns of an import.

use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::views::shown_phone;
use crate::base::capability::{Capability, Role};
use crate::base::id::UnitId;
use crate::base::sheet::At;
use crate::base::time::Day;
use crate::db::Db;
use crate::people::members::actions::Members;
use crate::people::members::directory::{MemberCard, UnitCard, UnitTree};
use crate::people::members::model::{MemberRow, MemberStatus, RoleRow};
use crate::people::members::roster::{MEMBER_HEADERS, MemberLine, UNIT_HEADERS, UnitLine, seat_of};
use crate::people::members::rules::Refusal;
use crate::people::members::{Directory, store};
use crate::web::caller::{RosterReader, out_of_reach};
use crate::web::sheet::{ExportFormat, send_sheet};
use crate::web::{Problem, Query};

/// What to export.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `xlsx` when absent.
    #[serde(default)]
    #[param(inline)]
    format: ExportFormat,
    /// Only this unit and everything below it; the caller's whole scope when absent.
    unit_id: Option<UnitId>,
}

/// More members than any enterprise has; a list that long is no roster any more.
const MOST: i64 = 1_000_000;

/// 导出人员名册
///
/// The members of the caller's scope who have not left, as a file that can be imported again.
///
/// Phone numbers are masked unless the caller manages the roster; a masked number is refused by an import.
#[utoipa::path(tag = "members", params(ExportQuery),
    responses((status = 200, description = "The file",
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "text/csv")))))]
#[get("/exports/members")]
pub(super) async fn export_members(
    reader: RosterReader,
    query: Query<ExportQuery>,
    db: web::Data<Db>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let tree = directory.tree();
    let asked = query.unit_id.or(tree.root());
    let unit = asked.and_then(|unit| tree.get(unit)).ok_or(Refusal::NoSuchUnit)?;
    if query.unit_id.is_some() && !reader.reach.covers(&unit.path) {
        return Err(out_of_reach());
    }
    let mut units = tree.subtree(unit.unit.id);
    units.retain(|unit| tree.is_within(&reader.reach, *unit));
    let (statuses, today) = ([MemberStatus::Active, MemberStatus::Away], db.today());
    let rows = db.read(move |conn| store::list_members_of(conn, &units, &statuses, None, MOST)).await?;
    let manages = reader.reach(Capability::ManageMembers);
    let (members, directory) = (members.get_ref().clone(), directory.get_ref().clone());
    let lines = move || {
        let shown = |row: MemberRow| {
            let path = tree.get(row.unit_id).map(|card| card.path.clone()).unwrap_or_default();
            let in_full = manages.as_ref().is_some_and(|reach| reach.covers(&path));
            let phone = shown_phone(members.open_phone(&row), in_full);
            let card = directory.member(row.id);
            let duties = card.map(|card| duties(&card, &path, &tree, today)).unwrap_or_default();
            line(row, phone, duties, &tree).cells()
        };
        rows.into_iter().map(shown).collect()
    };
    send_sheet(&format!("人员名册-{today}"), query.format, &MEMBER_HEADERS, lines).await
}

/// 导出组织
///
/// The open units of the caller's scope, parents before children, as a file that can be imported again.
#[utoipa::path(tag = "members", params(ExportQuery),
    responses((status = 200, description = "The file",
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "text/csv")))))]
#[get("/exports/units")]
pub(super) async fn export_units(
    reader: RosterReader,
    query: Query<ExportQuery>,
    db: web::Data<Db>,
    directory: web::Data<Directory>,
) -> Result<HttpResponse, Problem> {
    let tree = directory.tree();
    let asked = query.unit_id.or(tree.root());
    let unit = asked.and_then(|unit| tree.get(unit)).ok_or(Refusal::NoSuchUnit)?;
    if query.unit_id.is_some() && !reader.reach.covers(&unit.path) {
        return Err(out_of_reach());
    }
    let code = |id: UnitId| tree.get(id).map(|card| card.unit.code.clone());
    let open = tree.subtree(unit.unit.id).into_iter().filter_map(|id| tree.get(id));
    let within = open.filter(|card| card.unit.closed_on.is_none() && reader.reach.covers(&card.path));
    let line = |card: &UnitCard| UnitLine {
        at: At::default(),
        code: card.unit.code.clone(),
        name: card.unit.name.clone(),
        short_name: card.unit.short_name.clone(),
        parent: card.unit.parent_id.and_then(code),
        kind: card.unit.kind.clone(),
    };
    let rows: Vec<Vec<String>> = within.map(|card| line(card).cells()).collect();
    send_sheet(&format!("组织-{}", db.today()), query.format, &UNIT_HEADERS, move || rows).await
}

/// The duties that an import of the row would grant where they are held; others cannot be told in a cell.
fn duties(card: &MemberCard, path: &[UnitId], tree: &UnitTree, today: Day) -> Vec<Role> {
    let kinds: Vec<&str> = path.iter().filter_map(|id| tree.get(*id)).map(|card| card.unit.kind.as_str()).collect();
    let seated = |duty: &&RoleRow| seat_of(duty.role, &kinds).is_some_and(|seat| path[seat] == duty.unit_id);
    card.duties.iter().filter(|duty| duty.holds_on(today)).filter(seated).map(|duty| duty.role).collect()
}

fn line(row: MemberRow, phone: Option<String>, duties: Vec<Role>, tree: &UnitTree) -> MemberLine {
    MemberLine {
        at: At::default(),
        employee_no: row.employee_no,
        name: row.name,
        phone,
        unit: tree.get(row.unit_id).map(|card| card.unit.code.clone()).unwrap_or_default(),
        kind: row.kind,
        duties,
    }
}
