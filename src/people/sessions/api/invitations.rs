//! Invite codes, and the sheets that they are printed on.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::slips;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Stop;
use crate::people::sessions::actions::Sessions;
use crate::people::sessions::invitations::{Invitees, IssuedCode, OpenCode};
use crate::people::sessions::model::InvitationId;
use crate::people::sessions::rules::{Refusal, Standing};
use crate::web::caller::Inviter;
use crate::web::headers::page;
use crate::web::page::{after, page_limit};
use crate::web::{Body, Page, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(issue_invitations).service(list_invitations);
}

crate::words!(
    /// How the codes come back.
    SheetFormat {
        Json = "json" / "数据",
        /// An A4 page to print and cut.
        Html = "html" / "网页",
    }
);

/// Whom to invite: one member, or everybody of a unit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InviteBody {
    member_id: Option<MemberId>,
    unit_id: Option<UnitId>,
    /// With `unit_id`: also those who signed in before; each of these codes is a reset.
    #[serde(default)]
    registered_too: bool,
    /// Codes of these members that still work are to stop working; without it they are a reason to refuse.
    #[serde(default)]
    replace: bool,
    /// `json` when absent.
    format: Option<SheetFormat>,
}

/// A code, shown only in this answer.
#[derive(Serialize, ToSchema)]
struct CodeView {
    member_id: MemberId,
    /// The employee number to redeem it with.
    employee_no: String,
    /// The member's name.
    name: String,
    /// The member's home unit.
    unit_id: UnitId,
    /// Three groups of four characters.
    invite_code: String,
    expires_at: Timestamp,
    /// For somebody who ever signed in: the reset that the code is, and how it stands.
    reset: Option<ResetStanding>,
}

/// How a reset stands.
#[derive(Serialize, ToSchema)]
pub(super) struct ResetStanding {
    /// For `POST /resets/{id}/approval`.
    id: InvitationId,
    state: ResetState,
    /// When it works without an approval, where nobody else could give one and nobody refuses.
    waits_until: Option<Timestamp>,
}

impl From<(InvitationId, Standing)> for ResetStanding {
    fn from((id, standing): (InvitationId, Standing)) -> Self {
        let waits_until = if let Standing::Waits { until } = standing { Some(until) } else { None };
        ResetStanding { id, state: standing.into(), waits_until }
    }
}

crate::words!(
    /// Whether a code that resets a password works.
    ResetState {
        /// It works.
        Effective = "effective" / "可使用",
        /// A second person, or the member himself, must approve it.
        NeedsApproval = "needs_approval" / "待他人同意",
        /// Nobody else could approve it: it works from `waits_until` on unless the member refuses.
        Waits = "waits" / "等待生效",
        /// The member refused it.
        Refused = "refused" / "已拒绝",
    }
);

impl From<Standing> for ResetState {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Effective { .. } => ResetState::Effective,
            Standing::NeedsApproval => ResetState::NeedsApproval,
            Standing::Waits { .. } => ResetState::Waits,
            Standing::Refused { .. } => ResetState::Refused,
        }
    }
}

/// The codes of one sheet.
#[derive(Serialize, ToSchema)]
struct CodeSheet {
    items: Vec<CodeView>,
}

/// 发放邀请码
///
/// Issues invite codes within the inviter's scope. Where some of the members hold a code that still works, nothing is issued
/// and the answer is 409 `invitations.open_codes`, which says how many; `replace` goes on, and those stop working. A code
/// for somebody who ever signed in is a reset: its member or a second person must approve it, where nobody else could it
/// works after a while, and the member is told at once.
#[utoipa::path(tag = "session", request_body = InviteBody,
    responses((status = 201, description = "The codes, shown this once: no `Location`",
        content((CodeSheet = "application/json"), (String = "text/html")))))]
#[post("/invitations")]
async fn issue_invitations(
    inviter: Inviter,
    sessions: web::Data<Sessions>,
    body: Body<InviteBody>,
) -> Result<HttpResponse, Problem> {
    let invitees = match (body.member_id, body.unit_id) {
        (Some(member), None) => Invitees::One(member),
        (None, Some(unit)) => Invitees::Unit { unit, registered_too: body.registered_too },
        _ => return Err(Problem::field("/member_id", "one_of", "member_id 与 unit_id 须且只能填写一个")),
    };
    let codes = sessions.invite(inviter.member, inviter.reach.clone(), invitees, body.replace).await?;
    if body.format == Some(SheetFormat::Html) {
        return Ok(page(StatusCode::CREATED, slips::page(&codes)));
    }
    let items = codes.into_iter().map(view).collect();
    Ok(HttpResponse::Created().json(CodeSheet { items }))
}

fn view(code: IssuedCode) -> CodeView {
    CodeView {
        member_id: code.member,
        employee_no: code.employee_no,
        name: code.name,
        unit_id: code.unit,
        invite_code: code.code,
        expires_at: code.expires_at,
        reset: code.reset.map(ResetStanding::from),
    }
}

/// Whose open codes are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OpenCodeQuery {
    /// A unit within the caller's scope, with everything below it; the whole scope when absent.
    unit_id: Option<UnitId>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// A code that was handed out and can still be used. The code itself is known to nobody but its member.
#[derive(Serialize, ToSchema)]
struct OpenCodeView {
    id: InvitationId,
    member_id: MemberId,
    /// The member's employee number.
    employee_no: String,
    /// The member's name.
    name: String,
    /// The member's home unit.
    unit_id: UnitId,
    /// What it is called for short.
    unit_name: String,
    /// Who issued it; `null` for the operator's command line.
    issued_by: Option<MemberId>,
    /// That person's name.
    issuer: Option<String>,
    issued_at: Timestamp,
    expires_at: Timestamp,
    /// For somebody who ever signed in: the reset that the code is, and how it stands.
    reset: Option<ResetStanding>,
}

/// 尚未使用的邀请码
///
/// Who holds a code that can still be used, since when and from whom, newest first; the codes themselves are not kept.
#[utoipa::path(tag = "session", params(OpenCodeQuery),
    responses((status = 200, description = "Open codes", body = Page<OpenCodeView>)))]
#[get("/invitations")]
async fn list_invitations(
    inviter: Inviter,
    query: Query<OpenCodeQuery>,
    sessions: web::Data<Sessions>,
) -> Result<web::Json<Page<OpenCodeView>>, Problem> {
    let limit = page_limit(query.limit)?;
    let asked = usize::try_from(limit).unwrap_or(0) + 1;
    let before = after(query.cursor.as_deref())?;
    let reach = inviter.reach.clone();
    let found = sessions.list_open_codes(inviter.member, reach, query.unit_id, before, asked).await;
    let found = found.map_err(|stop| match stop {
        Stop::Refused(Refusal::NoSuchUnit) => {
            Problem::malformed("query.invalid", "查询参数有误：没有这个组织，或不在您的职责范围之内")
        }
        stop => stop.into(),
    })?;
    Ok(web::Json(Page::new(found, limit, |code| code.invitation.id).map(|code| open_view(&sessions, code))))
}

fn open_view(sessions: &Sessions, code: OpenCode) -> OpenCodeView {
    let OpenCode { invitation, card, reset } = code;
    OpenCodeView {
        id: invitation.id,
        member_id: card.id,
        employee_no: card.employee_no.to_string(),
        name: card.name.to_string(),
        unit_id: card.unit,
        unit_name: sessions.unit_name(card.unit),
        issuer: invitation.issued_by.map(|issuer| sessions.member_name(issuer)),
        issued_by: invitation.issued_by,
        issued_at: invitation.created_at,
        expires_at: invitation.expires_at,
        reset: reset.map(|standing| (invitation.id, standing).into()),
    }
}
