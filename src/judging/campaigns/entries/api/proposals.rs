//! Entries that members propose themselves.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::entries::line;
use crate::base::text::Text;
use crate::ground::files::{Addresses, FileId};
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::viewer;
use crate::judging::campaigns::entries::api::views::EntryLine;
use crate::judging::campaigns::entries::model::{EntryId, Plan};
use crate::judging::campaigns::entries::proposals::{Proposal, ProposalAnswer};
use crate::judging::campaigns::model::CampaignId;
use crate::web::caller::{CampaignRunner, Member};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(propose_entry)
        .service(list_entry_proposals)
        .service(withdraw_entry_proposal)
        .service(approve_entry_proposal)
        .service(refuse_entry_proposal);
}

/// An entry as a member proposes it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EntryProposalBody {
    /// A category of the campaign, by its code.
    category: Text<40>,
    /// What it is called.
    title: Text<100>,
    /// What it means and how it came about.
    description: Text<2000>,
    /// Pictures that the member uploaded, 9 at most; the first one stands on the ballot.
    #[serde(default)]
    file_ids: Vec<FileId>,
}

/// 个人投稿
///
/// Proposes an entry of one's own where the rules of the campaign allow it, until the judging begins; three at most. An
/// organiser approves it before it stands among the others. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "campaigns", request_body = EntryProposalBody,
    params(("id" = CampaignId, Path, description = "The campaign"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    responses((status = 201, description = "Proposed", body = EntryLine)))]
#[post("/campaigns/{id}/proposals")]
async fn propose_entry(
    caller: Member,
    id: Path<CampaignId>,
    key: OptionalKey,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
    body: Body<EntryProposalBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let key = key.of(caller.member, &format!("POST /campaigns/{}/proposals", *id), &body);
    let plan = Plan {
        title: body.title,
        description: Some(body.description),
        slogan: None,
        brand: None,
        owner_id: caller.member,
        team: Vec::new(),
        goals: Vec::new(),
        measures: Vec::new(),
        expected_effects: Vec::new(),
        phases: Vec::new(),
        standards: Vec::new(),
        ledgers: Vec::new(),
        management_rules: Vec::new(),
        integration: None,
        evidence: Vec::new(),
    };
    let new = Proposal { category: body.category.into_string(), plan, files: body.file_ids };
    let entry = campaigns.propose_entry(caller.person.clone(), *id, new, key).await?;
    let place = format!("/api/v1/entries/{}", entry.id);
    let line = line(&campaigns, &addresses, entry).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(line))
}

/// 个人投稿列表
///
/// What members proposed to a campaign, in whatever state: one's own, and everybody's for who sees how it is run.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign"), PageQuery),
    responses((status = 200, description = "Proposals", body = Page<EntryLine>)))]
#[get("/campaigns/{id}/proposals")]
async fn list_entry_proposals(
    caller: Member,
    id: Path<CampaignId>,
    page: Query<PageQuery>,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<Page<EntryLine>>, Problem> {
    let limit = page.limit()?;
    let found = campaigns.proposals(&viewer(&caller), *id, page.after()?, limit + 1).await?;
    let listed = campaigns.entries_around(found, &addresses).await?;
    let page = Page::new(listed, limit, |listed| listed.entry.id);
    Ok(web::Json(page.map(|listed| EntryLine::new(&campaigns, listed))))
}

/// 撤回个人投稿
///
/// Takes one's own proposal back while it waits. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    responses((status = 200, description = "Withdrawn", body = EntryLine)))]
#[post("/entry-proposals/{id}/withdrawal")]
async fn withdraw_entry_proposal(
    caller: Member,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<EntryLine>, Problem> {
    let entry = campaigns.withdraw_proposal(caller.member, *id).await?;
    Ok(web::Json(line(&campaigns, &addresses, entry).await?))
}

/// 采用个人投稿
///
/// Lets a proposal stand among the entries, until the judging begins; nobody approves his own. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    responses((status = 200, description = "Approved", body = EntryLine)))]
#[post("/entry-proposals/{id}/approval")]
async fn approve_entry_proposal(
    runner: CampaignRunner,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<EntryLine>, Problem> {
    let entry = campaigns.answer_proposal(runner.member, &runner.reach, *id, ProposalAnswer::Approved).await?;
    Ok(web::Json(line(&campaigns, &addresses, entry).await?))
}

/// Why a proposal is not taken.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EntryProposalRefusalBody {
    /// Its member reads it.
    reason: Text<500>,
}

/// 不采用个人投稿
///
/// Does not take a proposal, for a reason that its member reads; nobody answers his own. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    request_body = EntryProposalRefusalBody, responses((status = 200, description = "Declined", body = EntryLine)))]
#[post("/entry-proposals/{id}/refusal")]
async fn refuse_entry_proposal(
    runner: CampaignRunner,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
    body: Body<EntryProposalRefusalBody>,
) -> Result<web::Json<EntryLine>, Problem> {
    let answer = ProposalAnswer::Declined(body.into_inner().reason.into_string());
    let entry = campaigns.answer_proposal(runner.member, &runner.reach, *id, answer).await?;
    Ok(web::Json(line(&campaigns, &addresses, entry).await?))
}
