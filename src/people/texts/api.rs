//! The routes of texts that are held.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::Texts;
use super::model::{Decided, HeldTextId, TextFinding, TextState, TextVerdict};
use super::rules::Refusal;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::ground::files::FileView;
use crate::web::caller::{Member, TextReviewer};
use crate::web::{Body, FieldError, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_my_texts).service(list_texts).service(get_text).service(decide_text);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchText => Problem::not_found("texts.not_found", "没有找到这条文字"),
            Refusal::OwnText => Problem::forbidden("texts.own", "不能审核自己提交或参与撰写的内容，请由其他人员审核"),
            Refusal::NoReason => Problem::field("/reason", "required", "退回须填写原因，供作者修改"),
            Refusal::NotWaiting { state } => {
                let message = format!("这条文字目前为“{}”，无须再审核", state.title());
                Problem::conflict("texts.not_waiting", message).with_errors(vec![FieldError {
                    pointer: "/state".into(),
                    code: state.as_str().into(),
                    message: state.title().into(),
                }])
            }
        }
    }
}

/// What a member wrote and others do not see yet.
#[derive(Serialize, ToSchema)]
#[schema(as = HeldText)]
struct TextView {
    id: HeldTextId,
    /// What it is a text of, as its room calls it.
    #[schema(examples("idea"))]
    kind: String,
    /// The same, in Chinese.
    #[schema(examples("金点子"))]
    kind_title: &'static str,
    author_id: MemberId,
    /// The author's name.
    author_name: String,
    /// The author's home unit at that time.
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    /// Everything of it that others would read.
    text: String,
    /// What would be shown with it; in lists always empty.
    files: Vec<FileView>,
    /// Where its author finds it, a path of the app.
    #[schema(examples("/ideas/01981f3e-4a60-7000-8000-0000000000a1"))]
    link: String,
    state: TextState,
    /// What the platform's check said of it, for who decides; `null` where it was not asked.
    finding: Option<TextFinding>,
    /// Of what kind the check takes it to be, in Chinese.
    hint: Option<String>,
    created_at: Timestamp,
    /// `null` until somebody has decided.
    decision: Option<TextDecisionView>,
}

/// What was decided about a text.
#[derive(Serialize, ToSchema)]
#[schema(as = TextDecision)]
struct TextDecisionView {
    verdict: TextVerdict,
    /// Why, as the author reads it.
    reason: Option<String>,
    /// Name of who decided.
    decided_by: String,
    decided_at: Timestamp,
}

impl TextView {
    fn of(room: &Texts, reader: MemberId, (text, decision): Decided, files: Vec<FileView>) -> TextView {
        let is_author = text.author_id == reader;
        TextView {
            id: text.id,
            kind_title: room.noun(&text.kind),
            kind: text.kind,
            author_id: text.author_id,
            author_name: room.name_of(text.author_id),
            unit_id: text.unit_id,
            unit_name: room.unit_name(text.unit_id),
            text: text.text,
            files,
            link: text.link,
            state: text.state,
            finding: text.finding.filter(|_| !is_author),
            hint: text.hint.filter(|_| !is_author),
            created_at: text.created_at,
            decision: decision.map(|decision| TextDecisionView {
                verdict: decision.verdict,
                reason: decision.reason,
                decided_by: room.name_of(decision.decided_by),
                decided_at: decision.decided_at,
            }),
        }
    }
}

/// 我的待审核文字
///
/// What the caller wrote and others do not see: what waits, and what came back; newest first.
#[utoipa::path(tag = "texts", params(PageQuery),
    responses((status = 200, description = "Texts", body = Page<TextView>)))]
#[get("/me/texts")]
async fn list_my_texts(
    caller: Member,
    query: Query<PageQuery>,
    room: web::Data<Texts>,
) -> Result<web::Json<Page<TextView>>, Problem> {
    let limit = query.limit()?;
    let found = room.list_mine(caller.member, query.after()?, limit + 1).await?;
    let page = Page::new(found, limit, |(text, _)| text.id);
    Ok(web::Json(page.map(|decided| TextView::of(&room, caller.member, decided, Vec::new()))))
}

/// 待审核文字列表
///
/// What waits within the caller's part of the enterprise until somebody lets it through, the oldest first.
#[utoipa::path(tag = "texts", params(PageQuery),
    responses((status = 200, description = "Texts", body = Page<TextView>)))]
#[get("/texts")]
async fn list_texts(
    reviewer: TextReviewer,
    query: Query<PageQuery>,
    room: web::Data<Texts>,
) -> Result<web::Json<Page<TextView>>, Problem> {
    let limit = query.limit()?;
    let found = room.list_waiting(&reviewer.reach, query.after()?, limit + 1).await?;
    let page = Page::new(found, limit, |(text, _)| text.id);
    Ok(web::Json(page.map(|decided| TextView::of(&room, reviewer.member, decided, Vec::new()))))
}

/// 待审核文字详情
///
/// A text that the caller wrote, or has to decide about by a duty.
#[utoipa::path(tag = "texts", params(("id" = HeldTextId, Path, description = "The text")),
    responses((status = 200, description = "The text", body = TextView)))]
#[get("/texts/{id}")]
async fn get_text(
    caller: Member,
    id: Path<HeldTextId>,
    room: web::Data<Texts>,
) -> Result<web::Json<TextView>, Problem> {
    let (decided, files) = room.read(caller.person.clone(), *id).await?;
    Ok(web::Json(TextView::of(&room, caller.member, decided, files)))
}

/// What is decided about a text.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TextDecisionBody {
    verdict: TextVerdict,
    /// Why, as the author reads it; must be there to return it.
    #[schema(value_type = Option<String>, examples("请删去同事的手机号码后重新提交"))]
    reason: Option<Text<500>>,
}

/// 审核文字
///
/// Lets a text through, so that it is seen as if it had just been written, or returns it to its author with a reason. The
/// author is told. The same decision of the same person again changes nothing.
#[utoipa::path(tag = "texts", params(("id" = HeldTextId, Path, description = "The text")), request_body = TextDecisionBody,
    responses((status = 200, description = "Decided", body = TextView)))]
#[post("/texts/{id}/decision")]
async fn decide_text(
    reviewer: TextReviewer,
    id: Path<HeldTextId>,
    room: web::Data<Texts>,
    body: Body<TextDecisionBody>,
) -> Result<web::Json<TextView>, Problem> {
    let TextDecisionBody { verdict, reason } = body.into_inner();
    let reason = reason.map(Text::into_string);
    let decided = room.decide(reviewer.person.clone(), *id, verdict, reason).await?;
    Ok(web::Json(TextView::of(&room, reviewer.member, decided, Vec::new())))
}
