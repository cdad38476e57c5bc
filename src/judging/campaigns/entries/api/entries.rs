//! Entries and their versions.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::db::Db;
use crate::ground::files::Addresses;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::api::viewer;
use crate::judging::campaigns::entries::api::views::EntryLine;
use crate::judging::campaigns::entries::entries::{NewEntry, WholeEntry, Writer};
use crate::judging::campaigns::entries::model::{Entry, EntryId, EntryVersion, Plan, thing};
use crate::judging::campaigns::entries::rules::{Difference, Refusal, differences};
use crate::judging::campaigns::model::{CampaignId, CampaignState};
use crate::web::caller::{EntryWriter, Member};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_campaign_entries)
        .service(create_campaign_entry)
        .service(get_entry)
        .service(edit_entry)
        .service(submit_entry)
        .service(withdraw_entry)
        .service(list_entry_versions);
}

pub(super) fn writer(caller: &EntryWriter) -> Writer {
    Writer { member: caller.member, reach: caller.reach.clone() }
}

/// An entry with what lists show around it.
pub(super) async fn line(campaigns: &Campaigns, addresses: &Addresses, entry: Entry) -> Result<EntryLine, Problem> {
    let listed = campaigns.entries_around(vec![entry], addresses).await?.pop();
    Ok(EntryLine::new(campaigns, listed.ok_or(Refusal::NoSuchEntry)?))
}

/// 参评材料列表
///
/// The entries of a campaign: those handed in, and the drafts of the caller's own units.
#[utoipa::path(tag = "campaigns", params(("id" = CampaignId, Path, description = "The campaign"), PageQuery),
    responses((status = 200, description = "Entries", body = Page<EntryLine>)))]
#[get("/campaigns/{id}/entries")]
async fn list_campaign_entries(
    caller: Member,
    id: Path<CampaignId>,
    page: Query<PageQuery>,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<Page<EntryLine>>, Problem> {
    let limit = page.limit()?;
    let found = campaigns.entries(&viewer(&caller), *id, page.after()?, limit + 1).await?;
    let listed = campaigns.entries_around(found, &addresses).await?;
    let page = Page::new(listed, limit, |listed| listed.entry.id);
    Ok(web::Json(page.map(|listed| EntryLine::new(&campaigns, listed))))
}

/// An entry as it is written.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EntryBody {
    /// The unit whose entry it is.
    unit_id: UnitId,
    /// A category of the campaign, by its code.
    category: Text<40>,
    plan: Plan,
}

/// 新建参评材料
///
/// Writes an entry of the caller's unit as a draft; from the opening of the campaign until the judging begins. Takes an
/// `Idempotency-Key`.
#[utoipa::path(tag = "campaigns", request_body = EntryBody,
    params(("id" = CampaignId, Path, description = "The campaign"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    responses((status = 201, description = "Written", body = EntryLine)))]
#[post("/campaigns/{id}/entries")]
async fn create_campaign_entry(
    caller: EntryWriter,
    id: Path<CampaignId>,
    key: OptionalKey,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
    body: Body<EntryBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let key = key.of(caller.member, &format!("POST /campaigns/{}/entries", *id), &body);
    let new = NewEntry { unit: body.unit_id, category: body.category.into_string(), plan: body.plan };
    let entry = campaigns.create_entry(writer(&caller), *id, new, key).await?;
    let place = format!("/api/v1/entries/{}", entry.id);
    let line = line(&campaigns, &addresses, entry).await?;
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(line))
}

/// An entry with its latest plan.
#[derive(Serialize, ToSchema)]
struct EntryView {
    #[serde(flatten)]
    line: EntryLine,
    /// How far its campaign has come.
    campaign_state: CampaignState,
    /// The latest version.
    plan: Option<Plan>,
    /// The version that is judged, where it is another one.
    judged_plan: Option<Plan>,
}

/// 参评材料详情
///
/// One entry with its plan.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    responses((status = 200, description = "The entry", body = EntryView),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/entries/{id}")]
async fn get_entry(
    caller: Member,
    id: Path<EntryId>,
    db: web::Data<Db>,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
) -> Result<Versioned<EntryView>, Problem> {
    let state = thing(*id).present(&db).await?;
    let WholeEntry { entry, campaign_state, versions } = campaigns.entry(&viewer(&caller), *id).await?;
    let plan =
        |number: i32| versions.iter().find(|version| version.version == number).map(|found| found.plan.0.clone());
    let judged = entry.judged_version.filter(|judged| *judged != entry.version);
    let (plan, judged_plan) = (plan(entry.version), judged.and_then(plan));
    let line = line(&campaigns, &addresses, entry).await?;
    Ok(Versioned(EntryView { line, campaign_state, plan, judged_plan }, state))
}

/// What changes about an entry; absent fields stay.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EntryChange {
    /// A category of the campaign, by its code.
    category: Option<Text<40>>,
    /// Replaces the whole plan: a new version.
    plan: Option<Plan>,
}

/// 修改参评材料
///
/// Writes another version: until the judging begins, and again after the last stage, when what was judged stays.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409")),
    request_body = EntryChange, responses((status = 200, description = "Changed", body = EntryLine)))]
#[patch("/entries/{id}")]
async fn edit_entry(
    caller: EntryWriter,
    id: Path<EntryId>,
    IfMatch(seen): IfMatch,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
    body: Body<EntryChange>,
) -> Result<web::Json<EntryLine>, Problem> {
    let EntryChange { category, plan } = body.into_inner();
    let entry = campaigns.edit_entry(writer(&caller), *id, seen, category.map(Text::into_string), plan).await?;
    Ok(web::Json(line(&campaigns, &addresses, entry).await?))
}

/// 提交参评材料
///
/// Hands an entry in; after the end it is late, once the judging has begun it is refused. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    responses((status = 200, description = "Handed in", body = EntryLine)))]
#[post("/entries/{id}/submission")]
async fn submit_entry(
    caller: EntryWriter,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<EntryLine>, Problem> {
    let entry = campaigns.submit_entry(writer(&caller), *id).await?;
    Ok(web::Json(line(&campaigns, &addresses, entry).await?))
}

/// 撤回参评材料
///
/// Takes an entry back before it is judged. Again it changes nothing.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    responses((status = 200, description = "Withdrawn", body = EntryLine)))]
#[post("/entries/{id}/withdrawal")]
async fn withdraw_entry(
    caller: EntryWriter,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<EntryLine>, Problem> {
    let entry = campaigns.withdraw_entry(writer(&caller), *id).await?;
    Ok(web::Json(line(&campaigns, &addresses, entry).await?))
}

/// One version of an entry.
#[derive(Serialize, ToSchema)]
struct VersionView {
    /// From 1 on.
    version: i32,
    edited_by: MemberId,
    /// That person's name.
    edited_by_name: String,
    created_at: Timestamp,
    /// Whether this is the one that is judged.
    judged: bool,
    plan: Plan,
    /// What changed from the version before.
    differences: Vec<Difference>,
}

/// The versions of an entry.
#[derive(Serialize, ToSchema)]
struct VersionList {
    /// Oldest first.
    items: Vec<VersionView>,
}

/// 材料修改记录
///
/// The versions of an entry, oldest first, each with what changed from the one before.
#[utoipa::path(tag = "campaigns", params(("id" = EntryId, Path, description = "The entry")),
    responses((status = 200, description = "Versions", body = VersionList)))]
#[get("/entries/{id}/versions")]
async fn list_entry_versions(
    caller: Member,
    id: Path<EntryId>,
    campaigns: web::Data<Campaigns>,
) -> Result<web::Json<VersionList>, Problem> {
    let WholeEntry { entry, versions, .. } = campaigns.entry(&viewer(&caller), *id).await?;
    let json = |version: &EntryVersion| serde_json::to_value(&version.plan.0).unwrap_or_default();
    let view = |(index, version): (usize, &EntryVersion)| VersionView {
        version: version.version,
        edited_by: version.edited_by,
        edited_by_name: campaigns.member_name(version.edited_by),
        created_at: version.created_at,
        judged: entry.judged_version == Some(version.version),
        plan: version.plan.0.clone(),
        differences: match index.checked_sub(1) {
            Some(before) => differences(&json(&versions[before]), &json(version)),
            None => Vec::new(),
        },
    };
    Ok(web::Json(VersionList { items: versions.iter().enumerate().map(view).collect() }))
}
