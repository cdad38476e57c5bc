//! The routes of feedback.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::FeedbackRoom;
use super::model::{FeedbackId, FeedbackState, Said};
use super::rules::{self, Refusal};
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::web::caller::{FeedbackAnswerer, FeedbackReader, Member};
use crate::web::page::{after, page_limit};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(send_feedback)
        .service(list_my_feedback)
        .service(list_feedback)
        .service(get_feedback)
        .service(answer_feedback);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchFeedback => Problem::not_found("feedback.not_found", "没有找到这条意见"),
            Refusal::TooMuch => {
                let most = rules::A_DAY;
                Problem::conflict("feedback.too_many", format!("您今天已提交 {most} 条意见，请明天再试"))
            }
            Refusal::OwnFeedback => Problem::forbidden("feedback.own", "不能答复自己的意见，请由其他人员答复"),
            Refusal::AnsweredAlready => Problem::conflict("feedback.answered", "这条意见已有答复"),
            Refusal::KeyReused => Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求"),
        }
    }
}

/// What a member has to say.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FeedbackBody {
    /// About the app, or about work; 1,000 characters at most.
    #[schema(examples("错题本里的字太小"))]
    text: Text<1000>,
    /// The page of the app that it is about, as the app calls it.
    #[schema(value_type = Option<String>, examples("/practice"))]
    page: Option<Text<200>>,
}

/// What was said, with its answer.
#[derive(Serialize, ToSchema)]
struct FeedbackView {
    id: FeedbackId,
    /// Who said it.
    member_id: MemberId,
    /// That member's name.
    member_name: String,
    /// The member's home unit at that time.
    unit_id: UnitId,
    /// What the member said.
    text: String,
    /// The page of the app that it is about.
    page: Option<String>,
    state: FeedbackState,
    /// The day by which it is answered.
    due_on: Day,
    created_at: Timestamp,
    /// `null` until it is answered.
    answer: Option<AnswerView>,
}

/// The answer.
#[derive(Serialize, ToSchema)]
#[schema(as = FeedbackAnswer)]
struct AnswerView {
    /// What the member reads.
    text: String,
    /// Who answered.
    member_id: MemberId,
    /// That person's name.
    member_name: String,
    answered_at: Timestamp,
}

impl FeedbackView {
    fn of(room: &FeedbackRoom, said: Said) -> Self {
        let state = rules::state_of(&said, room.db.today());
        let (said, answer) = said;
        FeedbackView {
            id: said.id,
            member_id: said.member_id,
            member_name: room.name_of(said.member_id),
            unit_id: said.unit_id,
            text: said.text,
            page: said.page,
            state,
            due_on: said.due_on,
            created_at: said.created_at,
            answer: answer.map(|answer| AnswerView {
                text: answer.text,
                member_id: answer.member_id,
                member_name: room.name_of(answer.member_id),
                answered_at: answer.answered_at,
            }),
        }
    }
}

/// 提交意见
///
/// Says something about the app or about work. Those who answer find it on their desk, with the day by which they do; ten
/// in a day at most.
#[utoipa::path(tag = "feedback", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
     request_body = FeedbackBody,
    responses((status = 201, description = "Sent", body = FeedbackView)))]
#[post("/me/feedback")]
async fn send_feedback(
    caller: Member,
    room: web::Data<FeedbackRoom>,
    key: OptionalKey,
    body: Body<FeedbackBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(caller.member, "POST /me/feedback", &body.0);
    let body = body.into_inner();
    let text = (body.text.into_string(), body.page.map(Text::into_string));
    let said = room.say((caller.member, caller.unit()), text, key).await?;
    let location = (LOCATION, format!("/api/v1/feedback/{}", said.0.id));
    Ok(HttpResponse::Created().insert_header(location).json(FeedbackView::of(&room, said)))
}

/// 我的意见
///
/// What the caller said, newest first, with the answers.
#[utoipa::path(tag = "feedback", params(PageQuery),
    responses((status = 200, description = "Feedback", body = Page<FeedbackView>)))]
#[get("/me/feedback")]
async fn list_my_feedback(
    caller: Member,
    query: Query<PageQuery>,
    room: web::Data<FeedbackRoom>,
) -> Result<web::Json<Page<FeedbackView>>, Problem> {
    let limit = query.limit()?;
    let found = room.list_mine(caller.member, query.after()?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |(said, _)| said.id).map(|said| FeedbackView::of(&room, said))))
}

/// Which feedback.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FeedbackQuery {
    /// Only what stands so; what is overdue waits as well.
    state: Option<FeedbackState>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 意见列表
///
/// What was said within the caller's part of the enterprise, newest first.
#[utoipa::path(tag = "feedback", params(FeedbackQuery),
    responses((status = 200, description = "Feedback", body = Page<FeedbackView>)))]
#[get("/feedback")]
async fn list_feedback(
    reader: FeedbackReader,
    query: Query<FeedbackQuery>,
    room: web::Data<FeedbackRoom>,
) -> Result<web::Json<Page<FeedbackView>>, Problem> {
    let limit = page_limit(query.limit)?;
    let found = room.list(&reader.reach, query.state, after(query.cursor.as_deref())?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |(said, _)| said.id).map(|said| FeedbackView::of(&room, said))))
}

/// 一条意见
///
/// What the caller said, or may read by a duty.
#[utoipa::path(tag = "feedback", responses((status = 200, description = "The feedback", body = FeedbackView)))]
#[get("/feedback/{id}")]
async fn get_feedback(
    caller: Member,
    id: Path<FeedbackId>,
    room: web::Data<FeedbackRoom>,
) -> Result<web::Json<FeedbackView>, Problem> {
    let said = room.read(&caller, *id).await?;
    Ok(web::Json(FeedbackView::of(&room, said)))
}

/// An answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FeedbackAnswerBody {
    /// What the member reads.
    #[schema(examples("下个版本起可在“我的—大字版”中放大"))]
    text: Text<1000>,
}

/// 答复意见
///
/// Answers what a member said; he is told. An answer stays as it is, the same again changes nothing.
#[utoipa::path(tag = "feedback", request_body = FeedbackAnswerBody,
    responses((status = 200, description = "Answered", body = FeedbackView)))]
#[put("/feedback/{id}/answer")]
async fn answer_feedback(
    answerer: FeedbackAnswerer,
    id: Path<FeedbackId>,
    room: web::Data<FeedbackRoom>,
    body: Body<FeedbackAnswerBody>,
) -> Result<web::Json<FeedbackView>, Problem> {
    let said = room.answer(&answerer, *id, body.into_inner().text.into_string()).await?;
    Ok(web::Json(FeedbackView::of(&room, said)))
}
