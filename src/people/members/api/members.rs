//! Rosters and their members.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::proposals::DutyProposalView;
use super::units::by;
use super::views::{DutyView, MemberView, shown_phone};
use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::Day;
use crate::db::Db;
use crate::kernel::desk::Item;
use crate::people::members::Directory;
use crate::people::members::actions::{Called, Listed, MemberChange, Members, NewMember, RosterFilter};
use crate::people::members::directory::UnitCard;
use crate::people::members::model::{Absence, MemberKind, MemberRow, MemberStatus, member_thing};
use crate::people::members::rules::Refusal;
use crate::web::caller::{Caller, Member, RosterManager, not_allowed, out_of_reach};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::{Body, OptionalKey, Page, Path, Problem, Query, nullable, page};

/// What of a unit's roster to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RosterQuery {
    /// Only members of this status; anyone who has not left when absent.
    status: Option<MemberStatus>,
    /// Only members who never signed in; for those who see the whole roster.
    #[serde(default)]
    never_signed_in: bool,
    /// A part of a name, how it is read (`zs` and `zhangsan` find 张三), or of an employee number; the number only for those
    /// who see the whole roster.
    #[param(max_length = 50)]
    q: Option<String>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// A member on a roster. Anyone who has no right to the roster sees only names, and only those of the own branch.
#[derive(Serialize, ToSchema)]
struct RosterItem {
    /// The member.
    id: MemberId,
    /// The member's name.
    name: String,
    /// The home unit.
    unit_id: UnitId,
    /// What it is called for short.
    unit_name: String,
    /// The number to sign in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    employee_no: Option<String>,
    /// 党员, 预备党员 or 群众.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<MemberKind>,
    /// Whether the member takes part at present.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<MemberStatus>,
    /// Duties that hold today or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    duties: Option<Vec<DutyView>>,
    /// Whether the member ever signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_in: Option<bool>,
    /// Whether an invite code for the member can be used at present.
    #[serde(skip_serializing_if = "Option::is_none")]
    code_open: Option<bool>,
    /// The leave on which the member is today; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    leave: Option<RosterLeave>,
}

/// A leave.
#[derive(Serialize, ToSchema)]
struct RosterLeave {
    /// Its first day.
    from_on: Day,
    /// Its last day; `null` while nobody knows.
    until: Option<Day>,
}

impl From<Absence> for RosterLeave {
    fn from(absence: Absence) -> Self {
        RosterLeave { from_on: absence.from_on, until: absence.to_on }
    }
}

/// 组织成员
///
/// The members of a unit and of everything below it, in the order of their employee numbers.
#[utoipa::path(tag = "members", params(RosterQuery),
    responses((status = 200, description = "A page of the roster", body = Page<RosterItem>)))]
#[get("/units/{id}/members")]
pub(super) async fn list_unit_members(
    caller: Member,
    id: Path<UnitId>,
    query: Query<RosterQuery>,
    db: web::Data<Db>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
) -> Result<web::Json<Page<RosterItem>>, Problem> {
    let tree = directory.tree();
    let card = tree.get(*id).ok_or(Refusal::NoSuchUnit)?;
    let in_full = sees_roster(&caller, card)?;
    let limit = page::page_limit(query.limit)?;
    // the cursor is an id, so that it gives no employee number away
    let after: Option<MemberId> = page::after(query.cursor.as_deref())?;
    let after = after.map(|id| directory.member(id).ok_or_else(page::bad_cursor)).transpose()?;
    let after = after.map(|card| card.employee_no.to_string());
    let statuses = match query.status.filter(|_| in_full) {
        Some(status) => vec![status],
        None => vec![MemberStatus::Active, MemberStatus::Away],
    };
    let never_signed_in = query.never_signed_in && in_full;
    let called = query.q.as_deref().and_then(|q| Called::of(q, in_full));
    let filter = RosterFilter { units: tree.subtree(*id), statuses, never_signed_in, called };
    let listed = members.roster(filter, after, limit + 1).await?;
    let today = db.today();
    let duties = |row: &MemberRow| directory.member(row.id).map(|card| DutyView::all(&card, &tree, today));
    let page = Page::new(listed, limit, |one| one.row.id).map(|Listed { row, account, leave }| RosterItem {
        id: row.id,
        unit_id: row.unit_id,
        unit_name: directory.unit_name(row.unit_id),
        duties: in_full.then(|| duties(&row).unwrap_or_default()),
        employee_no: in_full.then_some(row.employee_no),
        kind: in_full.then_some(row.kind),
        status: in_full.then_some(row.status),
        signed_in: in_full.then_some(account.signed_in),
        code_open: in_full.then_some(account.code_open),
        leave: leave.filter(|_| in_full).map(RosterLeave::from),
        name: row.name,
    });
    Ok(web::Json(page))
}

/// Whether the caller sees the whole roster of a unit; false when only its names, a refusal when nothing of it.
fn sees_roster(caller: &Caller, unit: &UnitCard) -> Result<bool, Problem> {
    let reach = caller.reach(Capability::SeeMembers);
    if reach.as_ref().is_some_and(|reach| reach.covers(&unit.path)) {
        return Ok(true);
    }
    let own_branch = caller.branch.is_some_and(|branch| unit.path.contains(&branch));
    match (own_branch, reach) {
        (true, _) => Ok(false),
        (false, Some(_)) => Err(out_of_reach()),
        (false, None) => Err(not_allowed()),
    }
}

/// 人员详情
///
/// One member: oneself, or one of a roster that the caller may see.
#[utoipa::path(tag = "members", responses((status = 200, description = "The member", body = MemberView)))]
#[get("/members/{id}")]
pub(super) async fn get_member(
    caller: Member,
    id: Path<MemberId>,
    db: web::Data<Db>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
) -> Result<Versioned<MemberView>, Problem> {
    let version = member_thing(*id).present(&db).await?;
    if *id != caller.member {
        let reach = caller.reach_of(Capability::SeeMembers)?;
        let path = directory.path(*id).ok_or(Refusal::NoSuchMember)?;
        if !reach.covers(&path) {
            return Err(out_of_reach());
        }
    }
    Ok(Versioned(show(&caller, *id, &db, &directory, &members).await?, version))
}

/// A member as the caller may see one; the phone number in full only for anyone who manages that part of the roster.
async fn show(
    caller: &Caller,
    id: MemberId,
    db: &Db,
    directory: &Directory,
    members: &Members,
) -> Result<MemberView, Problem> {
    let (row, phone) = members.find(id).await?.ok_or(Refusal::NoSuchMember)?;
    let (tree, card) = (directory.tree(), directory.member(id).ok_or(Refusal::NoSuchMember)?);
    let path = tree.get(row.unit_id).map(|unit| unit.path.clone()).unwrap_or_default();
    let manages = caller.reach(Capability::ManageMembers).is_some_and(|reach| reach.covers(&path));
    Ok(MemberView::of(&row, DutyView::all(&card, &tree, db.today()), &tree, shown_phone(phone, manages)))
}

/// A member to be taken in.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMemberBody {
    /// Letters, digits and hyphens that no other member bears.
    employee_no: Text<32>,
    /// The member's name.
    name: Text<50>,
    /// 党员, 预备党员 or 群众.
    kind: MemberKind,
    /// The home unit, normally a 党小组.
    unit_id: UnitId,
    /// A mobile number of eleven digits to sign in with.
    phone: Option<Text<32>>,
}

/// 新增人员
///
/// Takes in a member within the caller's scope; an invite code lets the member sign in. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "members", request_body = NewMemberBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    responses((status = 201, description = "The member", body = MemberView)))]
#[post("/members")]
pub(super) async fn create_member(
    manager: RosterManager,
    key: OptionalKey,
    db: web::Data<Db>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
    body: Body<NewMemberBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let key = key.of(manager.member, "POST /members", &body);
    let new = NewMember {
        employee_no: body.employee_no.into_string(),
        name: body.name.into_string(),
        kind: body.kind,
        unit: body.unit_id,
        phone: body.phone.map(Text::into_string),
    };
    let id = members.create_member(by(&manager), new, key).await?;
    let view = show(&manager, id, &db, &directory, &members).await?;
    let location = (LOCATION, format!("/api/v1/members/{id}"));
    Ok(HttpResponse::Created().insert_header(location).json(view))
}

/// What shall be different about a member; what is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberChangeBody {
    /// The member's name.
    name: Option<Text<50>>,
    /// 党员, 预备党员 or 群众.
    kind: Option<MemberKind>,
    /// `away` opens an absence from today on, anything else closes it; `left` ends sessions and duties at once.
    status: Option<MemberStatus>,
    /// Moves the member's home to this unit.
    unit_id: Option<UnitId>,
    /// A mobile number of eleven digits to sign in with; `null` takes it away.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    phone: Option<Option<Text<32>>>,
    /// Whether the member stays off public boards.
    hidden_from_boards: Option<bool>,
}

/// A member after a change.
#[derive(Serialize, ToSchema)]
struct ChangedMember {
    #[serde(flatten)]
    member: MemberView,
    /// That the member leaves: waits for another administrator, because privileged duties would end with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    leaving: Option<DutyProposalView>,
    /// What waited for a member who leaves or moves, what is due first; 100 things at most. Where others can take it over
    /// it lies with them from now on.
    open_work: Vec<OpenWork>,
}

/// Something that waited for a member.
#[derive(Serialize, ToSchema)]
struct OpenWork {
    /// What kind of thing it is; `GET /labels` tells its name.
    kind: String,
    /// What was to be done, in Chinese.
    title: String,
    /// Where it is done.
    link: String,
    /// The last day that is not late; `null` for what is never late.
    due_on: Option<Day>,
}

impl From<Item> for OpenWork {
    fn from(item: Item) -> Self {
        let due_on = item.due_on();
        OpenWork { kind: item.kind, title: item.title, link: item.link, due_on }
    }
}

/// 修改人员
///
/// Changes a member within the caller's scope; anyone who signs in with another phone number from now on is warned.
///
/// That somebody who holds a privileged duty leaves is confirmed by another administrator, once there has ever been a
/// second one: the answer is then 202 with the proposal, and the rest of the change holds at once.
#[utoipa::path(tag = "members", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409")), request_body = MemberChangeBody,
    responses(
        (status = 200, description = "The member", body = ChangedMember),
        (status = 202, description = "The member; that he leaves waits", body = ChangedMember)))]
#[patch("/members/{id}")]
pub(super) async fn edit_member(
    manager: RosterManager,
    id: Path<MemberId>,
    IfMatch(seen): IfMatch,
    db: web::Data<Db>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
    body: Body<MemberChangeBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let change = MemberChange {
        name: body.name.map(Text::into_string),
        kind: body.kind,
        status: body.status,
        unit: body.unit_id,
        phone: body.phone.map(|phone| phone.map(Text::into_string)),
        hidden_from_boards: body.hidden_from_boards,
    };
    let changed = members.update_member(by(&manager), *id, seen, change).await?;
    let leaving = changed.leaving.as_ref().map(|proposal| DutyProposalView::of(&manager, &members, proposal));
    let mut answer = if leaving.is_some() { HttpResponse::Accepted() } else { HttpResponse::Ok() };
    let member = show(&manager, *id, &db, &directory, &members).await?;
    let open_work = changed.work.into_iter().map(OpenWork::from).collect();
    Ok(answer.json(ChangedMember { member, leaving, open_work }))
}
