//! Nominations: made, sent up, spoken about, refused, seen by everybody.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::honour::honours::Honours;
use crate::honour::honours::model::{NominationId, NominationState, Office, TitleMove, TitleRoundId};
use crate::honour::honours::nominations::{NewNomination, TitleRefusalReason, Whole};
use crate::honour::honours::store::titles::Wanted;
use crate::web::caller::{HonourKeeper, HonourRecommender, Member};
use crate::web::page::{after, page_limit};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(nominate_for_title)
        .service(list_title_nominations)
        .service(list_shown_nominations)
        .service(get_title_nomination)
        .service(forward_title_nomination)
        .service(put_nomination_opinion)
        .service(refuse_title_nomination);
}

/// Who is nominated, and why.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NominationBody {
    /// The member; absent for units.
    member_id: Option<MemberId>,
    /// The unit; absent for members.
    unit_id: Option<UnitId>,
    /// 主要事迹, 800 characters at most.
    deeds: Text<800>,
    /// The meeting that recommended, with its votes.
    #[schema(examples("支部党员大会 2026-06-12，应到 21 人，实到 19 人，赞成 18 票"))]
    meeting: Text<200>,
}

/// A nomination.
#[derive(Serialize, ToSchema)]
struct TitleNominationView {
    id: NominationId,
    round_id: TitleRoundId,
    /// `null` for units.
    member_id: Option<MemberId>,
    /// The member's or the unit's name.
    name: String,
    /// The unit itself, or the member's home.
    unit_id: UnitId,
    /// What the unit is called.
    unit_name: String,
    /// Where it waits.
    at_unit_id: UnitId,
    /// What that unit is called.
    at_unit_name: String,
    state: NominationState,
    /// What it rests on.
    deeds: String,
    /// The meeting that recommended, with its votes.
    meeting: String,
    /// The last day on which it is shown.
    shown_until: Option<Day>,
    nominated_by: MemberId,
    /// That person's name.
    nominated_by_name: String,
    created_at: Timestamp,
    steps: Vec<TitleStepView>,
}

/// A step of a nomination.
#[derive(Serialize, ToSchema)]
#[schema(as = TitleStep)]
struct TitleStepView {
    step: TitleMove,
    unit_id: UnitId,
    /// What the unit is called.
    unit_name: String,
    /// Whose opinion it is.
    office: Option<Office>,
    /// Why it was refused.
    reason: Option<TitleRefusalReason>,
    /// That person's name.
    taken_by_name: String,
    taken_at: Timestamp,
}

impl TitleNominationView {
    fn of(room: &Honours, (nomination, steps): Whole) -> Self {
        let step = |step: crate::honour::honours::model::TitleStep| TitleStepView {
            step: step.step,
            unit_id: step.unit_id,
            unit_name: room.directory.unit_name(step.unit_id),
            office: step.office,
            reason: step.note.and_then(|note| note.parse().ok()),
            taken_by_name: room.directory.name_of(step.taken_by),
            taken_at: step.taken_at,
        };
        TitleNominationView {
            id: nomination.id,
            round_id: nomination.round_id,
            member_id: nomination.member_id,
            name: match nomination.member_id {
                Some(member) => room.directory.name_of(member),
                None => room.directory.unit_name(nomination.unit_id),
            },
            unit_id: nomination.unit_id,
            unit_name: room.directory.unit_name(nomination.unit_id),
            at_unit_id: nomination.at_unit_id,
            at_unit_name: room.directory.unit_name(nomination.at_unit_id),
            state: nomination.state,
            deeds: nomination.deeds,
            meeting: nomination.meeting,
            shown_until: nomination.shown_until,
            nominated_by: nomination.nominated_by,
            nominated_by_name: room.directory.name_of(nomination.nominated_by),
            created_at: nomination.created_at,
            steps: steps.into_iter().map(step).collect(),
        }
    }
}

/// A nomination as everybody sees it.
#[derive(Serialize, ToSchema)]
struct ShownNomination {
    id: NominationId,
    /// The member's or the unit's name.
    name: String,
    /// What the unit is called.
    unit_name: String,
    state: NominationState,
    /// What it rests on.
    deeds: String,
    /// The last day on which it is shown.
    shown_until: Option<Day>,
}

/// 推荐
///
/// Nominates a member or a unit for a title; it goes up the tree one unit at a time. Who lacks something is refused with the
/// reason; nobody nominates himself.
#[utoipa::path(tag = "honours", params(("id" = TitleRoundId, Path, description = "The title"),
    ("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    request_body = NominationBody, responses((status = 201, description = "Nominated", body = TitleNominationView)))]
#[post("/title-rounds/{id}/nominations")]
async fn nominate_for_title(
    recommender: HonourRecommender,
    id: Path<TitleRoundId>,
    room: web::Data<Honours>,
    key: OptionalKey,
    body: Body<NominationBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(recommender.member, &format!("POST /title-rounds/{}/nominations", *id), &body.0);
    let NominationBody { member_id, unit_id, deeds, meeting } = body.into_inner();
    let new =
        NewNomination { member: member_id, unit: unit_id, deeds: deeds.into_string(), meeting: meeting.into_string() };
    let whole = room.nominate(&recommender.person, *id, new, key).await?;
    let location = (LOCATION, format!("/api/v1/title-nominations/{}", whole.0.id));
    Ok(HttpResponse::Created().insert_header(location).json(TitleNominationView::of(&room, whole)))
}

/// Which nominations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NominationQuery {
    /// Of this state.
    #[param(inline)]
    state: Option<NominationState>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 推荐名单
///
/// Nominations for a title within reach, in the order in which they came, with their steps.
#[utoipa::path(tag = "honours", params(("id" = TitleRoundId, Path, description = "The title"), NominationQuery),
    responses((status = 200, description = "Nominations", body = Page<TitleNominationView>)))]
#[get("/title-rounds/{id}/nominations")]
async fn list_title_nominations(
    recommender: HonourRecommender,
    id: Path<TitleRoundId>,
    query: Query<NominationQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<Page<TitleNominationView>>, Problem> {
    let limit = page_limit(query.limit)?;
    let units = room.within(&recommender.reach, None)?;
    let wanted = Wanted { round: *id, units, state: query.state };
    let found = room.nominations(wanted, after(query.cursor.as_deref())?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |(one, _)| one.id).map(|whole| TitleNominationView::of(&room, whole))))
}

/// 公示名单
///
/// Nominations that everybody sees before they are named.
#[utoipa::path(tag = "honours", params(("id" = TitleRoundId, Path, description = "The title"), PageQuery),
    responses((status = 200, description = "Nominations", body = Page<ShownNomination>)))]
#[get("/title-rounds/{id}/shown")]
async fn list_shown_nominations(
    _caller: Member,
    id: Path<TitleRoundId>,
    query: Query<PageQuery>,
    room: web::Data<Honours>,
) -> Result<web::Json<Page<ShownNomination>>, Problem> {
    let limit = query.limit()?;
    let wanted = Wanted { round: *id, units: None, state: Some(NominationState::Shown) };
    let found = room.nominations(wanted, query.after()?, limit + 1).await?;
    Ok(web::Json(Page::new(found, limit, |(one, _)| one.id).map(|whole| {
        let view = TitleNominationView::of(&room, whole);
        ShownNomination {
            id: view.id,
            name: view.name,
            unit_name: view.unit_name,
            state: view.state,
            deeds: view.deeds,
            shown_until: view.shown_until,
        }
    })))
}

/// 一条推荐
///
/// A nomination with its steps, for those whose duties reach it, and for everybody once it is shown.
#[utoipa::path(tag = "honours", params(("id" = NominationId, Path, description = "The nomination")),
    responses((status = 200, description = "The nomination", body = TitleNominationView)))]
#[get("/title-nominations/{id}")]
async fn get_title_nomination(
    caller: Member,
    id: Path<NominationId>,
    room: web::Data<Honours>,
) -> Result<web::Json<TitleNominationView>, Problem> {
    Ok(web::Json(TitleNominationView::of(&room, room.nomination(&caller, *id).await?)))
}

/// 同意上报
///
/// Agrees to a nomination where it waits, and sends it one unit up.
#[utoipa::path(tag = "honours", params(("id" = NominationId, Path, description = "The nomination")),
    responses((status = 200, description = "Sent up", body = TitleNominationView)))]
#[post("/title-nominations/{id}/forwarding")]
async fn forward_title_nomination(
    recommender: HonourRecommender,
    id: Path<NominationId>,
    room: web::Data<Honours>,
) -> Result<web::Json<TitleNominationView>, Problem> {
    let whole = room.forward(&recommender.person, *id).await?;
    Ok(web::Json(TitleNominationView::of(&room, whole)))
}

/// What an office says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpinionBody {
    /// Whether it has no objection; why is not kept here.
    agrees: bool,
}

/// 登记征求意见结果
///
/// What an office says about a nomination: yes or no, and nothing of the matter. What it said last counts; when all have
/// agreed, the nomination waits for the committee.
#[utoipa::path(tag = "honours", params(("id" = NominationId, Path, description = "The nomination"),
    ("office" = Office, Path, description = "Who was asked")),
    request_body = OpinionBody, responses((status = 200, description = "Written", body = TitleNominationView)))]
#[put("/title-nominations/{id}/opinions/{office}")]
async fn put_nomination_opinion(
    keeper: HonourKeeper,
    path: Path<(NominationId, Office)>,
    room: web::Data<Honours>,
    body: Body<OpinionBody>,
) -> Result<web::Json<TitleNominationView>, Problem> {
    let (id, office) = *path;
    let whole = room.say(&keeper.person, id, (office, body.into_inner().agrees)).await?;
    Ok(web::Json(TitleNominationView::of(&room, whole)))
}

/// Why a nomination is refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NominationRefusalBody {
    reason: TitleRefusalReason,
}

/// 不予推荐或命名
///
/// Refuses a nomination: the unit where it waits or, from the opinions on, the committee. Who nominated takes it back by the
/// reason `own`.
#[utoipa::path(tag = "honours", params(("id" = NominationId, Path, description = "The nomination")),
    request_body = NominationRefusalBody, responses((status = 200, description = "Refused", body = TitleNominationView)))]
#[post("/title-nominations/{id}/refusal")]
async fn refuse_title_nomination(
    recommender: HonourRecommender,
    id: Path<NominationId>,
    room: web::Data<Honours>,
    body: Body<NominationRefusalBody>,
) -> Result<web::Json<TitleNominationView>, Problem> {
    let whole = room.refuse(&recommender.person, *id, body.into_inner().reason).await?;
    Ok(web::Json(TitleNominationView::of(&room, whole)))
}
