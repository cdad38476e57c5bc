//! Invite codes, and the sheets that they are printed on.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::slips;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::people::sessions::actions::Sessions;
use crate::people::sessions::invitations::{Invitees, IssuedCode};
use crate::people::sessions::model::InvitationId;
use crate::people::sessions::rules::Standing;
use crate::web::caller::Inviter;
use crate::web::headers::page;
use crate::web::{Body, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(issue_invitations);
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
/// Issues invite codes within the inviter's scope; earlier unused codes of the same members stop working. A code for
/// somebody who ever signed in is a reset: its member or a second person must approve it, where nobody else could it works
/// after a while, and the member is told at once.
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
    let codes = sessions.invite(inviter.member, inviter.reach.clone(), invitees).await?;
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
