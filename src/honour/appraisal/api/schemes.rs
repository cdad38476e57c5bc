//! Schemes, rules, trials of rules, classes of members, and the opening of a period.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::honour::appraisal::Appraisal;
use crate::honour::appraisal::actions::NewScheme;
use crate::honour::appraisal::model::{AppraisalPreset, AppraisalRule, AppraisalScheme, SchemeVersion};
use crate::honour::appraisal::openings::{Opened, Opening};
use crate::honour::appraisal::rules::Refusal;
use crate::web::caller::{AppraisalDecider, Member, RuleManager, RuleReader, check_top};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_appraisal_scheme)
        .service(list_appraisal_schemes)
        .service(get_appraisal_preset)
        .service(create_appraisal_scheme)
        .service(create_appraisal_rule)
        .service(withdraw_appraisal_scheme)
        .service(try_appraisal_rule)
        .service(set_appraisal_class)
        .service(open_appraisal_period);
}

/// A scheme in one version.
#[derive(Serialize, ToSchema)]
struct AppraisalSchemeView {
    /// Counted from 1.
    version: i32,
    scheme: AppraisalScheme,
    /// Each rule in words, by its place in the scheme.
    rules_in_words: Vec<String>,
    /// The decision by which it was made.
    basis: String,
    /// The day from which it holds.
    effective_on: Day,
    /// Who wrote it.
    created_by: Option<MemberId>,
    /// That person's name.
    created_by_name: Option<String>,
    created_at: Timestamp,
}

impl AppraisalSchemeView {
    fn of(room: &Appraisal, version: &SchemeVersion) -> Self {
        AppraisalSchemeView {
            version: version.version,
            rules_in_words: version.scheme.rules.iter().map(AppraisalRule::in_words).collect(),
            scheme: version.scheme.clone(),
            basis: version.basis.clone(),
            effective_on: version.effective_on,
            created_by: version.created_by,
            created_by_name: version.created_by.map(|by| room.directory.name_of(by)),
            created_at: version.created_at,
        }
    }
}

/// Which scheme.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SchemeQuery {
    /// The day on which it holds; today when absent.
    day: Option<Day>,
}

/// 现行考评积分办法
///
/// The scheme that holds on a day: dimensions, classes, rules with their caps. 409 where none does.
#[utoipa::path(tag = "appraisals", params(SchemeQuery),
    responses((status = 200, description = "The scheme", body = AppraisalSchemeView)))]
#[get("/appraisal/scheme")]
async fn get_appraisal_scheme(
    _caller: Member,
    query: Query<SchemeQuery>,
    room: web::Data<Appraisal>,
) -> Result<web::Json<AppraisalSchemeView>, Problem> {
    let book = room.schemes().await?;
    let version = book.on(query.day.unwrap_or(room.db.today())).ok_or(Refusal::NoScheme)?;
    Ok(web::Json(AppraisalSchemeView::of(&room, version)))
}

/// 考评积分办法的各个版本
///
/// Every version that was not taken back, newest first.
#[utoipa::path(tag = "appraisals", params(PageQuery),
    responses((status = 200, description = "Versions", body = Page<AppraisalSchemeView>)))]
#[get("/appraisal/schemes")]
async fn list_appraisal_schemes(
    _reader: RuleReader,
    query: Query<PageQuery>,
    room: web::Data<Appraisal>,
) -> Result<web::Json<Page<AppraisalSchemeView>>, Problem> {
    let (limit, before) = (query.limit()?, query.after::<i32>()?);
    let mut found = room.schemes().await?.0;
    found.reverse();
    found.retain(|version| before.is_none_or(|before| version.version < before));
    let page = Page::new(found, limit, |version| version.version);
    Ok(web::Json(page.map(|version| AppraisalSchemeView::of(&room, &version))))
}

/// 考评积分办法模板
///
/// A scheme that the product brings, to be adopted as it is or changed first.
#[utoipa::path(tag = "appraisals", params(("preset" = inline(AppraisalPreset), Path, description = "Which one")),
    responses((status = 200, description = "The scheme", body = AppraisalScheme)))]
#[get("/appraisal/presets/{preset}")]
async fn get_appraisal_preset(
    _reader: RuleReader,
    preset: Path<AppraisalPreset>,
) -> Result<web::Json<AppraisalScheme>, Problem> {
    Ok(web::Json(preset.scheme()))
}

/// A scheme to hold from a day.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppraisalSchemeBody {
    scheme: AppraisalScheme,
    /// The first one from the first day of this year, others from tomorrow.
    effective_on: Day,
    /// The decision by which it is made, such as the minutes or the document number.
    #[schema(examples("党委会纪要〔2026〕12号"))]
    basis: Text<200>,
}

/// 制定考评积分办法
///
/// Writes the next version of the scheme. What was entered by earlier versions stays as it is.
#[utoipa::path(tag = "appraisals", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    request_body = AppraisalSchemeBody,
    responses((status = 201, description = "Written", body = AppraisalSchemeView)))]
#[post("/appraisal/schemes")]
async fn create_appraisal_scheme(
    manager: RuleManager,
    room: web::Data<Appraisal>,
    key: OptionalKey,
    body: Body<AppraisalSchemeBody>,
) -> Result<HttpResponse, Problem> {
    check_top(&manager, &manager.reach)?;
    let key = key.of(manager.member, "POST /appraisal/schemes", &body.0);
    let AppraisalSchemeBody { scheme, effective_on, basis } = body.into_inner();
    let terms = (effective_on, basis.into_string());
    let version = room.write_scheme(manager.member, NewScheme::Whole(scheme), terms, key).await?;
    Ok(written(&room, &version))
}

/// A rule to hold from a day.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppraisalRuleBody {
    rule: AppraisalRule,
    /// From tomorrow.
    effective_on: Day,
    /// The decision by which it is made.
    basis: Text<200>,
}

/// 制定一项积分情形
///
/// Writes the next version of the scheme: the one that holds by then, with one rule written anew or added – its dimension,
/// what it gives, the evidence that it needs and who approves it. Versions for later days stay as they are.
#[utoipa::path(tag = "appraisals", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    request_body = AppraisalRuleBody,
    responses((status = 201, description = "Written", body = AppraisalSchemeView)))]
#[post("/appraisal/rules")]
async fn create_appraisal_rule(
    manager: RuleManager,
    room: web::Data<Appraisal>,
    key: OptionalKey,
    body: Body<AppraisalRuleBody>,
) -> Result<HttpResponse, Problem> {
    check_top(&manager, &manager.reach)?;
    let key = key.of(manager.member, "POST /appraisal/rules", &body.0);
    let AppraisalRuleBody { rule, effective_on, basis } = body.into_inner();
    let terms = (effective_on, basis.into_string());
    let version = room.write_scheme(manager.member, NewScheme::Rule(rule), terms, key).await?;
    Ok(written(&room, &version))
}

fn written(room: &Appraisal, version: &SchemeVersion) -> HttpResponse {
    let location = (LOCATION, format!("/api/v1/appraisal/scheme?day={}", version.effective_on));
    HttpResponse::Created().insert_header(location).json(AppraisalSchemeView::of(room, version))
}

/// 撤回考评积分办法
///
/// Takes back a version that is not in force yet.
#[utoipa::path(tag = "appraisals", params(("version" = i32, Path, description = "The version's number")),
    responses((status = 204, description = "Taken back")))]
#[delete("/appraisal/schemes/{version}")]
async fn withdraw_appraisal_scheme(
    manager: RuleManager,
    version: Path<i32>,
    room: web::Data<Appraisal>,
) -> Result<HttpResponse, Problem> {
    check_top(&manager, &manager.reach)?;
    room.withdraw_scheme(manager.member, *version).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A rule to be tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppraisalTrialBody {
    rule: AppraisalRule,
    /// The code of the rule in whose place it comes, for one that is new; its own when absent.
    instead_of: Option<Text<20>>,
    /// Any day of the month on which it is tried.
    day: Day,
}

/// What a rule would have given.
#[derive(Serialize, ToSchema)]
struct AppraisalTrial {
    /// What the month gave by the rule as it was, in hundredths.
    given: i64,
    /// What it would have given, in hundredths.
    would_give: i64,
    /// Members to whom the rule gave something, or would have.
    members: usize,
    /// Whom it makes the greatest difference to, first; 100 at most.
    lines: Vec<AppraisalTrialLine>,
}

/// What a rule would have given one member.
#[derive(Serialize, ToSchema)]
struct AppraisalTrialLine {
    member_id: MemberId,
    /// The member's name.
    name: String,
    /// In hundredths.
    given: i64,
    /// In hundredths.
    would_give: i64,
}

/// Lines of a trial that are shown.
const TRIAL_LINES: usize = 100;

/// 试算一项积分情形
///
/// What a rule would have given in a month, to whom and how much: what was entered by the rule of that code then, or by the
/// one in whose place it comes, counted again by these terms. Nothing is written.
#[utoipa::path(tag = "appraisals", request_body = AppraisalTrialBody,
    responses((status = 200, description = "What it would have given", body = AppraisalTrial)))]
#[post("/appraisal/rule-trials")]
async fn try_appraisal_rule(
    manager: RuleManager,
    room: web::Data<Appraisal>,
    body: Body<AppraisalTrialBody>,
) -> Result<web::Json<AppraisalTrial>, Problem> {
    check_top(&manager, &manager.reach)?;
    let AppraisalTrialBody { rule, instead_of, day } = body.into_inner();
    let mut found = room.try_rule(rule, instead_of.map(Text::into_string), day).await?;
    found.sort_by_key(|line| (-(line.would_give - line.given).abs(), line.member));
    let (given, would_give) =
        (found.iter().map(|line| line.given).sum(), found.iter().map(|line| line.would_give).sum());
    let lines = found.iter().take(TRIAL_LINES).map(|line| AppraisalTrialLine {
        member_id: line.member,
        name: room.directory.name_of(line.member),
        given: line.given,
        would_give: line.would_give,
    });
    Ok(web::Json(AppraisalTrial { given, would_give, members: found.len(), lines: lines.collect() }))
}

/// The class of a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppraisalClassBody {
    /// A key of the scheme's classes.
    #[schema(examples("mobile"))]
    class: Text<20>,
    /// Why, for who reads it later.
    #[schema(examples("驻外项目部，为期一年"))]
    reason: Text<200>,
}

/// 确定考评类别
///
/// Says to which class a member belongs, from today: what base he gets next, what he is to reach, and which rules do not
/// hold for him. Nobody does so for himself.
#[utoipa::path(tag = "appraisals", params(("id" = MemberId, Path, description = "The member")),
    request_body = AppraisalClassBody, responses((status = 204, description = "Set")))]
#[put("/members/{id}/appraisal-class")]
async fn set_appraisal_class(
    decider: AppraisalDecider,
    id: Path<MemberId>,
    room: web::Data<Appraisal>,
    body: Body<AppraisalClassBody>,
) -> Result<HttpResponse, Problem> {
    let AppraisalClassBody { class, reason } = body.into_inner();
    room.set_class(&decider, *id, (class.into_string(), reason.into_string())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppraisalOpeningBody {
    /// The year for which the base counts, or that begins.
    #[schema(minimum = 2000, maximum = 2999, examples(2026))]
    year: u16,
    /// 1 to 4 where the scheme gives the base by quarters; absent to begin the year.
    #[schema(examples(2))]
    quarter: Option<u8>,
}

/// What an opening gave.
#[derive(Serialize, ToSchema)]
struct AppraisalOpening {
    /// Members who got something by it now.
    members: u32,
    /// Entries that were written now.
    entries: u32,
    /// Dimensions of members left without base, since a deduction of the quarter stands.
    withheld: u32,
    /// Entries that say what the year before came to, and what of it is carried over, written now.
    year_start: u32,
}

/// 记入基础分和年初结转
///
/// Begins a year: for every member and dimension an entry says what the year before came to, and what of it is carried over,
/// which is nothing unless the scheme says otherwise. Then it gives every member who is appraised the base of his class, of
/// the year or of a quarter that is over. Again it writes only what is missing.
#[utoipa::path(tag = "appraisals", request_body = AppraisalOpeningBody,
    responses((status = 200, description = "What was given", body = AppraisalOpening)))]
#[post("/appraisal/openings")]
async fn open_appraisal_period(
    manager: RuleManager,
    room: web::Data<Appraisal>,
    body: Body<AppraisalOpeningBody>,
) -> Result<web::Json<AppraisalOpening>, Problem> {
    check_top(&manager, &manager.reach)?;
    let AppraisalOpeningBody { year, quarter } = body.into_inner();
    let is_some_quarter = quarter.is_none_or(|quarter| (1..=4).contains(&quarter));
    if !(2000..=2999).contains(&year) || !is_some_quarter {
        return Err(Refusal::BadQuarter.into());
    }
    let opening = Opening { year: year.into(), quarter: quarter.map(u32::from) };
    let opened = room.open_period(manager.member, opening).await?;
    let Opened { members, entries, withheld, year_start } = opened;
    Ok(web::Json(AppraisalOpening { members, entries, withheld, year_start }))
}
