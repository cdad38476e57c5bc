//! What members see and change of themselves.

use actix_web::{HttpResponse, get, patch, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::phones::OwnWaitingPhone;
use super::views::{DutyView, UnitName, shown_phone};
use crate::base::capability::Capability;
use crate::base::id::MemberId;
use crate::base::person::Withholding;
use crate::base::text::Text;
use crate::db::Db;
use crate::people::members::Directory;
use crate::people::members::actions::{Members, OwnChange};
use crate::people::members::model::{MemberKind, MemberStatus};
use crate::people::members::rules::Refusal;
use crate::web::caller::Member;
use crate::web::{Body, Problem, nullable};

/// The signed-in member.
#[derive(Serialize, ToSchema)]
struct Me {
    /// The member.
    id: MemberId,
    /// The number to sign in with.
    employee_no: String,
    /// The member's name.
    name: String,
    /// 党员, 预备党员 or 群众.
    kind: MemberKind,
    /// Whether the member takes part at present.
    status: MemberStatus,
    /// The home unit and its ancestors, nearest first.
    units: Vec<UnitName>,
    /// The branch within which names are open; absent for anyone who belongs to none.
    branch: Option<UnitName>,
    /// Duties that hold today or later.
    duties: Vec<DutyView>,
    /// Whether today's duties wait for a longer password: privileged ones need 10 characters.
    needs_longer_password: bool,
    /// What today's privileged duties wait for; absent while they allow everything.
    withheld_because: Option<Withholding>,
    /// What today's duties allow somewhere; what belongs to oneself needs none.
    capabilities: Vec<Capability>,
    /// Whether the member stays off public boards; points are kept all the same.
    hidden_from_boards: bool,
    /// Whether the member wants to appear on boards where nobody does who has not said so; `board_listing` of `GET /config`
    /// says whether that is asked.
    on_boards: bool,
    /// Masked: `138****0000`; absent without one.
    phone: Option<String>,
    /// The number that the member gave and that somebody who may invite him has still to confirm.
    waiting_phone: Option<OwnWaitingPhone>,
}

/// 我的信息
///
/// Who the signed-in member is, with units, duties and what they allow.
#[utoipa::path(tag = "members", responses((status = 200, description = "The member", body = Me)))]
#[get("/me")]
pub(super) async fn get_me(
    caller: Member,
    db: web::Data<Db>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
) -> Result<web::Json<Me>, Problem> {
    Ok(web::Json(show_me(&caller, &db, &directory, &members).await?))
}

/// What a member changes about himself; what is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MeChange {
    /// Whether to stay off public boards.
    hidden_from_boards: Option<bool>,
    /// Whether to appear on boards where nobody does who has not said so.
    on_boards: Option<bool>,
    /// A mobile number of eleven digits to sign in with, once it is confirmed; `null` takes the present and a waiting one
    /// away at once.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    phone: Option<Option<Text<32>>>,
}

/// 修改我的信息
///
/// Changes the member's own phone number, and whether to appear on public boards.
///
/// A new number holds when somebody who may invite the member (the secretary, or an administrator) has confirmed it: the
/// answer is then 202, anyone else who may sign in with that number. At most five numbers a day.
#[utoipa::path(tag = "members", request_body = MeChange,
    responses(
        (status = 200, description = "The member; everything holds", body = Me),
        (status = 202, description = "The member; the phone number waits", body = Me)))]
#[patch("/me")]
pub(super) async fn edit_me(
    caller: Member,
    db: web::Data<Db>,
    directory: web::Data<Directory>,
    members: web::Data<Members>,
    body: Body<MeChange>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let change = OwnChange {
        phone: body.phone.map(|phone| phone.map(Text::into_string)),
        hidden_from_boards: body.hidden_from_boards,
        on_boards: body.on_boards,
    };
    let waits = members.update_own(caller.member, change).await?;
    let me = show_me(&caller, &db, &directory, &members).await?;
    Ok(if waits { HttpResponse::Accepted().json(me) } else { HttpResponse::Ok().json(me) })
}

async fn show_me(caller: &Member, db: &Db, directory: &Directory, members: &Members) -> Result<Me, Problem> {
    let (row, phone) = members.find(caller.member).await?.ok_or(Refusal::NoSuchMember)?;
    let waiting = members.find_waiting_phone(caller.member).await?;
    let card = directory.member(caller.member).ok_or(Refusal::NoSuchMember)?;
    let tree = directory.tree();
    let capabilities = Capability::EACH.iter().copied().filter(|capability| caller.reach(*capability).is_some());
    Ok(Me {
        id: row.id,
        employee_no: row.employee_no,
        name: row.name,
        kind: row.kind,
        status: row.status,
        units: UnitName::path(&tree, row.unit_id),
        branch: caller.branch.and_then(|branch| tree.get(branch)).map(UnitName::of),
        duties: DutyView::all(&card, &tree, db.today()),
        needs_longer_password: caller.withheld_because == Some(Withholding::ShortPassword),
        withheld_because: caller.withheld_because,
        capabilities: capabilities.collect(),
        hidden_from_boards: row.hidden_from_boards,
        on_boards: row.on_boards,
        phone: shown_phone(phone, false),
        waiting_phone: waiting.as_ref().map(OwnWaitingPhone::of),
    })
}
