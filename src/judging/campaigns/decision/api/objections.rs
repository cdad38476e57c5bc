//! Objections and their answers.

use actix_web::{HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::db::Stop;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::{own_recusal, viewer};
use crate::judging::campaigns::decision::api::RecusedName;
use crate::judging::campaigns::decision::model::{Objection, ObjectionId};
use crate::judging::campaigns::decision::objections::SeenObjection;
use crate::judging::campaigns::decision::rules::Refusal;
use crate::judging::campaigns::entries;
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::CampaignId;
use crate::web::caller::{CampaignRunner, Member};
use crate::web::recusal::OwnRecusal;
use crate::web::{Body, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(raise_objection)
        .service(list_campaign_objections)
        .service(answer_objection)
        .service(withdraw_objection);
}

/// What somebody objects to.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ObjectionBody {
    /// An entry that was judged, awarded or not.
    entry_id: EntryId,
    /// What is wrong with it or its award.
    text: Text<1000>,
}

/// An objection with its answer.
#[derive(Serialize, ToSchema)]
struct ObjectionView {
    id: ObjectionId,
    entry_id: EntryId,
    /// The title of that entry's latest plan.
    entry_title: String,
    /// Short name of its unit.
    unit_name: String,
    /// The version of the decision that it is about.
    decision_version: i32,
    /// Who objects; shown to that member and to who runs the campaign.
    member_id: MemberId,
    /// That member's name.
    member_name: String,
    /// What is wrong.
    text: String,
    raised_at: Timestamp,
    /// Whether it was upheld; `null` until it is answered.
    upheld: Option<bool>,
    /// What was answered.
    answer: Option<String>,
    answered_at: Option<Timestamp>,
    /// Whether the caller can take it back.
    can_withdraw: bool,
    /// Who would have answered it by duty and was kept out of it.
    recused: Vec<RecusedName>,
    /// Who asked not to answer it, and why.
    recusals: Vec<OwnRecusal>,
}

impl ObjectionView {
    fn new(campaigns: &Campaigns, reader: MemberId, seen: SeenObjection) -> Self {
        let SeenObjection { objection, entry, recused, asked } = seen;
        ObjectionView {
            recusals: asked.iter().map(|asked| own_recusal(campaigns, asked)).collect(),
            recused: recused.iter().map(|recusal| RecusedName::new(campaigns, recusal)).collect(),
            unit_name: entry.as_ref().map(|entry| campaigns.unit_name(entry.unit_id)).unwrap_or_default(),
            entry_title: entry.map(|entry| entry.title).unwrap_or_default(),
            member_name: campaigns.member_name(objection.member_id),
            can_withdraw: objection.member_id == reader && objection.upheld.is_none(),
            id: objection.id,
            entry_id: objection.entry_id,
            decision_version: objection.decision_version,
            member_id: objection.member_id,
            text: objection.text,
            raised_at: objection.raised_at,
            upheld: objection.upheld,
            answer: objection.answer,
            answered_at: objection.answered_at,
        }
    }
}

/// An objection with the entry that it is about.
async fn view(campaigns: &Campaigns, reader: MemberId, objection: Objection) -> Result<ObjectionView, Problem> {
    let found = campaigns.with_entries(vec![objection]).await?.pop();
    Ok(ObjectionView::new(campaigns, reader, found.ok_or(Refusal::NoSuchObjection)?))
}

/// 提出异议
///
/// Objects to an entry or its award while objections are heard (公示期): once about an entry, three times at most. The
/// same again is 200; after the end it is 410.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign")),
    request_body = ObjectionBody, responses((status = 201, description = "Raised; no `Location`, it stands in the list of objections", body = ObjectionView),
        (status = 200, description = "It was raised already", body = ObjectionView)))]
#[post("/campaigns/{id}/objections")]
async fn raise_objection(
    member: Member,
    id: Path<CampaignId>,
    campaigns: web::Data<Campaigns>,
    body: Body<ObjectionBody>,
) -> Result<HttpResponse, Problem> {
    let ObjectionBody { entry_id, text } = body.into_inner();
    let raised = campaigns.raise_objection(&viewer(&member), *id, entry_id, text.into_string()).await;
    let (objection, is_new) = raised.map_err(|stop| match stop {
        Stop::Refused(Refusal::Entries(entries::Refusal::NoSuchEntry)) => {
            Problem::field("/entry_id", "no_such_entry", "没有找到这项申报，或没有参加评选")
        }
        stop => stop.into(),
    })?;
    let mut response = if is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(response.json(view(&campaigns, member.member, objection).await?))
}

/// 异议列表
///
/// The caller's own objections with their answers, oldest first; all of them for who sees how the campaign is run.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign"), PageQuery),
    responses((status = 200, description = "Objections", body = Page<ObjectionView>)))]
#[get("/campaigns/{id}/objections")]
async fn list_campaign_objections(
    caller: Member,
    id: Path<CampaignId>,
    page: Query<PageQuery>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<Page<ObjectionView>>, Problem> {
    let limit = page.limit()?;
    let found = campaigns.objections(&viewer(&caller), *id, page.after()?, limit + 1).await?;
    let found = campaigns.with_entries(found).await?;
    let page = Page::new(found, limit, |seen| seen.objection.id);
    Ok(web::Json(page.map(|found| ObjectionView::new(&campaigns, caller.member, found))))
}

/// The answer to an objection.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ObjectionAnswerBody)]
struct AnswerBody {
    /// Upheld, it sends the decision back to the committee.
    upheld: bool,
    /// Told to the member who objected.
    answer: Text<2000>,
}

/// 答复异议
///
/// Answers an objection, once; neither one's own nor one about one's own unit. The same again changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = ObjectionId, Path, description = "The objection")),
    request_body = AnswerBody, responses((status = 200, description = "Answered", body = ObjectionView)))]
#[put("/objections/{id}/answer")]
async fn answer_objection(
    runner: CampaignRunner,
    id: Path<ObjectionId>,
    campaigns: web::Data<Campaigns>,
    body: Body<AnswerBody>,
) -> Result<web::Json<ObjectionView>, Problem> {
    let AnswerBody { upheld, answer } = body.into_inner();
    let answered = campaigns.answer_objection(&runner.person, &runner.reach, *id, upheld, answer.into_string()).await?;
    Ok(web::Json(view(&campaigns, runner.member, answered).await?))
}

/// 撤回异议
///
/// Takes back the caller's own objection, as long as nobody has answered it; another one may be raised instead.
#[utoipa::path(tag = "campaigns", params(("id" = ObjectionId, Path, description = "The objection")),
    responses((status = 204, description = "Taken back")))]
#[delete("/objections/{id}")]
async fn withdraw_objection(
    caller: Member,
    id: Path<ObjectionId>,
    campaigns: web::Data<Campaigns>,
) -> Result<HttpResponse, Problem> {
    campaigns.withdraw_objection(&viewer(&caller), *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
