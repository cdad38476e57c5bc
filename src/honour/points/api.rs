//! Routes of the points room.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions::{Overview, Points};
use super::model::{Caps, Dimension, PeriodPoints, Rule, RuleName};
use super::rules::Refusal;
use crate::base::capability::Capability;
use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::kernel::board::TOTAL;
use crate::kernel::ledger::{self, LedgerEntryId};
use crate::web::caller::{Member, RuleManager, check_top, out_of_reach};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query, page};

/// Hands the room's routes over; they need a `web::Data<Points>`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_my_points)
        .service(list_my_point_entries)
        .service(get_member_points)
        .service(list_point_rules)
        .service(create_point_rule)
        .service(withdraw_point_rule);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        match refusal {
            Refusal::EffectiveTooFar => {
                Problem::field("/effective_on", "points.effective_too_far", "生效日期不能晚于一年之后")
            }
            Refusal::EffectiveInThePast => {
                Problem::field("/effective_on", "points.effective_in_the_past", "生效日期最早为明天")
            }
            Refusal::PointsOutOfRange => Problem::field("/points", "points.out_of_range", "分值须在 0 到 10000 之间"),
            Refusal::CapOutOfRange => Problem::field("/caps", "points.out_of_range", "上限须在 0 到 10000 之间"),
            Refusal::ChangedMeanwhile => Problem::conflict("points.rule_changed", "该规则刚刚被他人修改，请刷新后重试"),
            Refusal::NoSuchVersion => Problem::not_found("points.rule_not_found", "没有找到这个版本的积分规则"),
            Refusal::Withdrawn => Problem::gone("points.rule_withdrawn", "这个版本的积分规则已经撤回"),
            Refusal::InForce => {
                Problem::conflict("points.rule_in_force", "这个版本已经生效，不能撤回；请写一个新的版本")
            }
            Refusal::KeyReused => Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求"),
        }
    }
}

/// A member's points.
#[derive(Serialize, ToSchema)]
struct PointsView {
    /// The business day on which the periods run.
    today: Day,
    /// All dimensions together.
    total: PeriodPoints,
    /// Every dimension, also those without points.
    dimensions: Vec<DimensionView>,
    /// What can still be earned today, rule by rule.
    rules: Vec<RuleToday>,
}

/// Points in one dimension.
#[derive(Serialize, ToSchema)]
struct DimensionView {
    /// Which dimension.
    dimension: Dimension,
    /// In Chinese.
    name: &'static str,
    /// Points in every running period.
    #[serde(flatten)]
    points: PeriodPoints,
}

/// What a rule still gives today.
#[derive(Serialize, ToSchema)]
struct RuleToday {
    /// Which rule.
    rule: RuleName,
    /// In Chinese.
    name: String,
    /// What it gives at most.
    caps: Caps,
    /// Points that the caps leave today; `null` without a cap.
    left: Option<i64>,
}

impl PointsView {
    fn new(overview: Overview, today: Day) -> PointsView {
        let Overview { measures, today_left } = overview;
        let of = |measure: &str| measures.get(measure).copied().unwrap_or_default();
        let dimension = |d: &Dimension| DimensionView { dimension: *d, name: d.title(), points: of(d.as_str()) };
        let rule = |(rule, left): (Rule, _)| RuleToday { rule: rule.rule, caps: rule.caps(), name: rule.name, left };
        PointsView {
            today,
            total: of(TOTAL),
            dimensions: Dimension::EACH.iter().map(dimension).collect(),
            rules: today_left.into_iter().map(rule).collect(),
        }
    }
}

/// 我的积分
///
/// One's own points in every running period, and what today's caps leave.
#[utoipa::path(tag = "points", responses((status = 200, description = "The points", body = PointsView)))]
#[get("/me/points")]
async fn get_my_points(me: Member, points: web::Data<Points>) -> Result<web::Json<PointsView>, Problem> {
    show(&points, me.person.member).await
}

/// 人员积分
///
/// A member's points, for those who may see results of his unit, and for himself.
#[utoipa::path(
    tag = "points", params(("id" = MemberId, Path, description = "The member")),
    responses((status = 200, description = "The points", body = PointsView))
)]
#[get("/members/{id}/points")]
async fn get_member_points(
    me: Member,
    id: Path<MemberId>,
    points: web::Data<Points>,
) -> Result<web::Json<PointsView>, Problem> {
    if *id != me.person.member {
        let reach = me.reach_of(Capability::SeeResults)?;
        let path = points.path(*id).ok_or_else(|| Problem::not_found("members.not_found", "没有找到该党员"))?;
        if !reach.covers(&path) {
            return Err(out_of_reach());
        }
    }
    show(&points, *id).await
}

async fn show(points: &Points, member: MemberId) -> Result<web::Json<PointsView>, Problem> {
    Ok(web::Json(PointsView::new(points.overview(member).await?, points.today())))
}

/// An entry of the ledger: what was given, by which rule, and why.
#[derive(Serialize, ToSchema)]
#[schema(as = LedgerEntryView)]
struct EntryView {
    /// The entry.
    id: LedgerEntryId,
    /// The rule by which it was given.
    rule: String,
    /// What the rule is called, in Chinese.
    name: String,
    /// The version of the rule.
    rule_version: i32,
    /// The dimension that it counts for.
    dimension: String,
    /// Points before the caps.
    wanted: i32,
    /// Points given.
    points: i32,
    /// Whether a cap has cut it.
    capped: bool,
    /// The business day that it counts for.
    day: Day,
    /// What earned it.
    source: SourceView,
    /// Why, in Chinese.
    reason: String,
    /// When it was written.
    created_at: Timestamp,
}

/// What earned points.
#[derive(Serialize, ToSchema)]
struct SourceView {
    /// What kind of thing, such as `quiz_submission`.
    kind: String,
    /// Which of them.
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
}

impl EntryView {
    fn new((entry, name): (ledger::Entry, String)) -> EntryView {
        EntryView {
            id: entry.id,
            rule: entry.rule,
            name,
            rule_version: entry.rule_version,
            dimension: entry.dimension,
            wanted: entry.uncapped_points,
            points: entry.points,
            capped: entry.points != entry.uncapped_points,
            day: entry.day,
            source: SourceView { kind: entry.source_kind, id: Uuid::from_slice(&entry.source_id).unwrap_or_default() },
            reason: entry.reason,
            created_at: entry.created_at,
        }
    }
}

/// 我的积分明细
///
/// One's own entries, newest first.
#[utoipa::path(
    tag = "points", params(PageQuery),
    responses((status = 200, description = "A page of entries", body = Page<EntryView>))
)]
#[get("/me/points/entries")]
async fn list_my_point_entries(
    me: Member,
    query: Query<PageQuery>,
    points: web::Data<Points>,
) -> Result<web::Json<Page<EntryView>>, Problem> {
    let limit = query.limit()?;
    let entries = points.entries(me.person.member, query.after()?, limit + 1).await?;
    Ok(web::Json(Page::new(entries, limit, |(entry, _)| entry.id).map(EntryView::new)))
}

/// A rule in one version.
#[derive(Serialize, ToSchema)]
struct RuleView {
    /// Which rule.
    rule: RuleName,
    /// From 1, one more each time the rule is written anew.
    version: i32,
    /// In Chinese.
    name: String,
    /// What its points count for.
    dimension: Dimension,
    /// Points each time.
    points: i32,
    /// What a member can earn at most.
    caps: Caps,
    /// The first business day on which this version holds, until a newer one does.
    effective_on: Day,
    /// When it was written.
    created_at: Timestamp,
}

impl From<Rule> for RuleView {
    fn from(rule: Rule) -> RuleView {
        RuleView {
            rule: rule.rule,
            version: rule.version,
            dimension: rule.dimension,
            points: rule.points,
            caps: rule.caps(),
            effective_on: rule.effective_on,
            created_at: rule.created_at,
            name: rule.name,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RuleQuery {
    /// Every version, for those who may read the rules; otherwise the ones in force today.
    #[serde(default)]
    all: bool,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// 积分规则列表
///
/// The rules in force, or all versions of them.
#[utoipa::path(
    tag = "points", params(RuleQuery),
    responses((status = 200, description = "A page of rules", body = Page<RuleView>))
)]
#[get("/points/rules")]
async fn list_point_rules(
    me: Member,
    query: Query<RuleQuery>,
    points: web::Data<Points>,
) -> Result<web::Json<Page<RuleView>>, Problem> {
    let (limit, after) = (page::page_limit(query.limit)?, page::after(query.cursor.as_deref())?);
    if !query.all {
        let items = points.rules_in_force().into_iter().map(RuleView::from).collect();
        return Ok(web::Json(Page { items, next_cursor: None }));
    }
    me.reach_of(Capability::ReadRules)?;
    let rules = points.rules(after, limit + 1).await?;
    Ok(web::Json(Page::new(rules, limit, |rule| (rule.rule, rule.version)).map(RuleView::from)))
}

/// A rule as it shall be.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RuleBody {
    /// Which rule.
    rule: RuleName,
    /// As members read it.
    name: Text<40>,
    /// What its points count for.
    dimension: Dimension,
    /// Points each time, 0 to 10,000.
    points: i32,
    /// What a member can earn at most.
    #[serde(default)]
    caps: Caps,
    /// Tomorrow when absent; never earlier than tomorrow.
    effective_on: Option<Day>,
}

/// 新增积分规则版本
///
/// Writes a new version of a rule. Entries keep the version that they were made by; the same request again returns the
/// version that it made.
#[utoipa::path(
    tag = "points", request_body = RuleBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    responses(
        (status = 201, description = "Written", body = RuleView),
        (status = 200, description = "The newest version says so already", body = RuleView)
    )
)]
#[post("/points/rules")]
async fn create_point_rule(
    me: RuleManager,
    key: OptionalKey,
    points: web::Data<Points>,
    body: Body<RuleBody>,
) -> Result<HttpResponse, Problem> {
    check_top(&me, &me.reach)?;
    let body = body.into_inner();
    let key = key.of(me.person.member, "POST /points/rules", &body);
    let wanted = Rule {
        rule: body.rule,
        version: 0,
        name: body.name.into_string(),
        dimension: body.dimension,
        points: body.points,
        cap_day: body.caps.day,
        cap_week: body.caps.week,
        cap_month: body.caps.month,
        cap_year: body.caps.year,
        effective_on: body.effective_on.unwrap_or_else(|| points.today().next()),
        created_by: Some(me.person.member),
        created_at: Timestamp::from_micros(0),
    };
    let (rule, written) = points.write_rule(wanted, key).await?;
    if !written {
        return Ok(HttpResponse::Ok().json(RuleView::from(rule)));
    }
    let location = (LOCATION, "/api/v1/points/rules?all=true");
    Ok(HttpResponse::Created().insert_header(location).json(RuleView::from(rule)))
}

/// 撤回积分规则版本
///
/// Takes back a version of a rule that is not in force yet.
#[utoipa::path(
    tag = "points",
    params(("rule" = RuleName, Path, description = "Which rule"), ("version" = i32, Path, description = "Its version")),
    responses((status = 204, description = "Taken back"))
)]
#[delete("/points/rules/{rule}/{version}")]
async fn withdraw_point_rule(
    me: RuleManager,
    path: Path<(RuleName, i32)>,
    points: web::Data<Points>,
) -> Result<HttpResponse, Problem> {
    check_top(&me, &me.reach)?;
    let (rule, version) = *path;
    points.withdraw_rule(me.person.member, rule, version).await?;
    Ok(HttpResponse::NoContent().finish())
}
