//! Rules: those that ship, which of them are used, and the enterprise's own.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::id::UnitId;
use crate::base::text::Text;
use crate::base::time::Day;
use crate::doing::obligations::Obligations;
use crate::doing::obligations::model::{ObligationAudience, ObligationCycle, ObligationWindow, Rule};
use crate::doing::obligations::rules::MOST_MINUTES;
use crate::doing::obligations::ruling::NewRule;
use crate::web::caller::{Member, ObligationManager, check_top};
use crate::web::{Body, OptionalKey, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_obligation_rules)
        .service(create_obligation_rule)
        .service(end_obligation_rule)
        .service(switch_obligation_rule);
}

/// What units are to do by themselves.
#[derive(Serialize, ToSchema)]
#[schema(as = ObligationRule)]
struct RuleView {
    /// D01 … D32 ship, Z1 … are the enterprise's own.
    code: String,
    /// Whose rule it is; absent of those that ship.
    unit_id: Option<UnitId>,
    /// What is to be done.
    title: String,
    /// The document that asks for it.
    basis: String,
    /// When it counts as done.
    standard: String,
    /// Which units it asks.
    audience: Vec<ObligationAudience>,
    cycle: ObligationCycle,
    windows: Vec<ObligationWindow>,
    /// The fact whose records tick it; absent where the unit writes a line.
    fact: Option<String>,
    /// Minutes that one time costs; 0 where that is not known.
    minutes: i32,
    /// Since when it asks; absent of those that ship.
    from_on: Option<Day>,
    /// The last day on which a window begins that it asks for; absent of those that ship.
    until_on: Option<Day>,
    /// Whether it is used for windows that begin today.
    used: bool,
}

impl RuleView {
    fn of(rule: Rule, used: bool) -> Self {
        let own = rule.owner.is_some();
        RuleView {
            code: rule.code,
            unit_id: rule.owner,
            title: rule.title,
            basis: rule.basis,
            standard: rule.standard,
            audience: rule.audience,
            cycle: rule.cycle,
            windows: rule.windows,
            fact: rule.fact,
            minutes: rule.minutes,
            from_on: own.then_some(rule.from_on),
            until_on: own.then_some(rule.until_on),
            used,
        }
    }
}

/// Every rule.
#[derive(Serialize, ToSchema)]
struct ObligationRules {
    /// Those that ship, then the enterprise's own.
    items: Vec<RuleView>,
}

/// 规定动作目录
///
/// Every rule about what units are to do by themselves: 32 that ship, and the enterprise's own.
#[utoipa::path(tag = "obligations", responses((status = 200, description = "The rules", body = ObligationRules)))]
#[get("/obligation-rules")]
async fn list_obligation_rules(
    _caller: Member,
    room: web::Data<Obligations>,
) -> Result<web::Json<ObligationRules>, Problem> {
    let (book, today) = (room.book().await?, room.db.today());
    let holds = |rule: &Rule| rule.from_on <= today && today <= rule.until_on && book.is_used(rule, today);
    let items = book.rules.iter().map(|rule| RuleView::of((**rule).clone(), holds(rule))).collect();
    Ok(web::Json(ObligationRules { items }))
}

/// A rule of the enterprise's own.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ObligationRuleBody {
    /// Whose rule it is: it asks units at and below this one.
    unit_id: UnitId,
    /// What is to be done.
    #[schema(value_type = String, max_length = 40, examples("安全生产党员责任区巡查"))]
    title: Text<40>,
    /// The document that asks for it.
    #[schema(value_type = String, max_length = 100, examples("集团党发〔2026〕12号"))]
    basis: Text<100>,
    /// When it counts as done, in a line.
    #[schema(value_type = String, max_length = 100, examples("每月巡查一次，发现的问题已登记"))]
    standard: Text<100>,
    /// Which units it asks.
    #[schema(min_items = 1, max_items = 4)]
    audience: Vec<ObligationAudience>,
    cycle: ObligationCycle,
    /// Within the cycle, in the order of their days; one of an event.
    #[schema(min_items = 1, max_items = 12)]
    windows: Vec<ObligationWindow>,
    /// The fact whose records tick it; absent where units write lines.
    #[schema(value_type = Option<String>, max_length = 60)]
    fact: Option<Text<60>>,
    /// Minutes that one time costs.
    #[schema(minimum = 1, maximum = 600, examples(60))]
    minutes: i32,
    /// Windows that begin on this day or later.
    from_on: Day,
    /// Windows that begin until this day, at most a year later.
    until_on: Day,
}

/// 自设规定动作
///
/// Makes a rule for the units at and below one: with its basis, its owner, an end, and what it costs. The same key again returns
/// the first answer.
#[utoipa::path(tag = "obligations", params(
    ("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    request_body = ObligationRuleBody, responses((status = 201, description = "Made", body = RuleView)))]
#[post("/obligation-rules")]
async fn create_obligation_rule(
    manager: ObligationManager,
    room: web::Data<Obligations>,
    key: OptionalKey,
    body: Body<ObligationRuleBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(manager.member, "POST /obligation-rules", &body.0);
    let body = body.into_inner();
    let mut audience = body.audience;
    audience.sort_unstable();
    audience.dedup();
    if audience.is_empty() {
        return Err(Problem::field("/audience", "obligations.no_audience", "请选择适用的组织类型"));
    }
    if !(1..=MOST_MINUTES).contains(&body.minutes) {
        return Err(Problem::field(
            "/minutes",
            "obligations.bad_minutes",
            format!("每次用时须在 1 到 {MOST_MINUTES} 分钟之间"),
        ));
    }
    let new = NewRule {
        unit: body.unit_id,
        title: body.title.into_string(),
        basis: body.basis.into_string(),
        standard: body.standard.into_string(),
        audience,
        cycle: body.cycle,
        windows: body.windows,
        fact: body.fact.map(Text::into_string),
        minutes: body.minutes,
        from: body.from_on,
        until: body.until_on,
    };
    let rule = room.make_rule((manager.member, &manager.reach), new, key).await?;
    let location = (LOCATION, "/api/v1/obligation-rules".to_owned());
    Ok(HttpResponse::Created().insert_header(location).json(RuleView::of(rule, true)))
}

/// When a rule ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ObligationEndBody {
    /// Windows that begin until this day; at most a year from today.
    until_on: Day,
}

/// 调整自设规定动作的截止日期
///
/// Ends a rule of the enterprise's own earlier, or has it go on for at most a year; windows that have begun stay as they are.
#[utoipa::path(tag = "obligations", params(("code" = String, Path, description = "The rule's code")),
    request_body = ObligationEndBody, responses((status = 200, description = "The rule", body = RuleView)))]
#[post("/obligation-rules/{code}/end")]
async fn end_obligation_rule(
    manager: ObligationManager,
    code: Path<String>,
    room: web::Data<Obligations>,
    body: Body<ObligationEndBody>,
) -> Result<web::Json<RuleView>, Problem> {
    let (code, until) = (code.0, body.into_inner().until_on);
    let rule = room.end_rule(manager.member, manager.reach.clone(), code, until).await?;
    let used = rule.until_on >= room.db.today();
    Ok(web::Json(RuleView::of(rule, used)))
}

/// Whether a shipped rule is used.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ObligationSwitchBody {
    /// Whether the enterprise uses it.
    used: bool,
    /// For windows that begin on this day or later; today at the earliest.
    from_on: Day,
    /// Why; the trail keeps it.
    #[schema(value_type = String, max_length = 200, examples("本企业党费由财务集中收缴"))]
    reason: Text<200>,
}

/// 启用或停用规定动作
///
/// Says whether the enterprise uses a rule that ships, for windows that begin on a day or later.
#[utoipa::path(tag = "obligations", params(("code" = String, Path, description = "The rule's code")),
    request_body = ObligationSwitchBody, responses((status = 204, description = "Said")))]
#[post("/obligation-rules/{code}/use")]
async fn switch_obligation_rule(
    manager: ObligationManager,
    code: Path<String>,
    room: web::Data<Obligations>,
    body: Body<ObligationSwitchBody>,
) -> Result<HttpResponse, Problem> {
    check_top(&manager, &manager.reach)?;
    let ObligationSwitchBody { used, from_on, reason } = body.into_inner();
    room.switch_rule(manager.member, code.0, (used, from_on, reason.into_string())).await?;
    Ok(HttpResponse::NoContent().finish())
}
