//! Routes of the boards room.

mod pages;
mod proof;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::BoardRoom;
use super::model::{Board, By, ENTERPRISE, MyPlace, Viewer};
use super::rules::Refusal;
use crate::base::id::MemberId;
use crate::base::time::{Day, Period};
use crate::honour::points::Dimension;
use crate::kernel::board::{Report, Source, TOTAL};
use crate::people::members::Directory;
use crate::web::caller::{Member, Operator};
use crate::web::{Path, Problem, Query};
use pages::{Page, Pages};

/// Hands the room's routes over; they need a `web::Data<BoardRoom>` and a `web::Data<Directory>`. Every worker of the
/// server keeps its own pages.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.app_data(web::Data::new(Pages::default()))
        .service(list_boards)
        .service(get_my_board_place)
        .service(get_board)
        .service(rebuild_boards)
        .service(proof::export_points_proof);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::OwnBranchOnly => {
                Problem::forbidden("boards.own_branch_only", "按本企业的减负设置，个人榜单只在本支部内显示")
            }
            Refusal::BranchesOff => Problem::forbidden("boards.branches_off", "本企业不比较各支部"),
            Refusal::NotClosed => Problem::conflict(
                "boards.not_closed",
                "这个时段的榜单还没有封存，封存之后才能核验；也可能当时还没有使用本系统",
            ),
        }
    }
}

const ENTERPRISE_NAME: &str = "全集团";
const TOTAL_NAME: &str = "总积分";

/// How many lines are shown unless the caller says otherwise, and at most.
const DEFAULT_LINES: usize = 20;
const MOST_LINES: usize = 100;

/// Says that a running board was read from the database, because Redis is away; it may be a second old.
const SOURCE: HeaderName = HeaderName::from_static("x-board-source");

/// What can be looked at.
#[derive(Serialize, ToSchema)]
struct BoardList {
    /// The whole enterprise, then the caller's units from the top down. Any other unit can be asked for by its id.
    scopes: Vec<Named>,
    /// All points together, then each dimension, then what is no points: the best runs of the challenge.
    measures: Vec<Named>,
    /// From a day to all time.
    periods: Vec<Period>,
    /// Who can compete.
    by: Vec<By>,
}

/// A word for the path, with its name in Chinese.
#[derive(Serialize, ToSchema)]
#[schema(as = BoardWord)]
struct Named {
    /// What stands in the path.
    id: String,
    /// In Chinese.
    name: String,
}

fn named(id: impl ToString, name: &str) -> Named {
    Named { id: id.to_string(), name: name.to_owned() }
}

/// 可查看的榜单
///
/// The scopes, measures and periods that boards can be asked for.
#[utoipa::path(tag = "boards", responses((status = 200, description = "What there is", body = BoardList)))]
#[get("/boards")]
async fn list_boards(me: Member, directory: web::Data<Directory>, room: web::Data<BoardRoom>) -> web::Json<BoardList> {
    let tree = directory.tree();
    let units =
        me.path.iter().rev().filter_map(|id| tree.get(*id)).map(|card| named(card.unit.id, &card.unit.short_name));
    let dimensions = Dimension::EACH.iter().map(|dimension| named(dimension, dimension.title()));
    let beside = room.beside_points().into_iter().map(|(id, title)| named(id, title));
    web::Json(BoardList {
        scopes: [named(ENTERPRISE, ENTERPRISE_NAME)].into_iter().chain(units).collect(),
        measures: [named(TOTAL, TOTAL_NAME)].into_iter().chain(dimensions).chain(beside).collect(),
        periods: Period::EACH.to_vec(),
        by: room.competitors(),
    })
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct BoardQuery {
    /// `week` when absent.
    period: Option<Period>,
    /// A day of the period; today when absent.
    day: Option<Day>,
    /// `member` when absent.
    by: Option<By>,
    /// How many lines at most; 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PlaceQuery {
    /// `week` when absent.
    period: Option<Period>,
    /// A day of the period; today when absent.
    day: Option<Day>,
}

/// 榜单
///
/// The head of a board, of members or of branches.
///
/// `ETag` changes with the content. `X-Board-Source: database` says that Redis is away and the board at most a second
/// old.
#[utoipa::path(
    tag = "boards",
    params(
        ("scope" = String, Path, description = "`enterprise` or a unit's id"),
        ("measure" = String, Path, description = "`total`, a dimension, or `challenge`"),
        BoardQuery
    ),
    responses(
        (status = 200, description = "The board", body = Board),
        (status = 304, description = "Not changed since the given ETag")
    )
)]
#[get("/boards/{scope}/{measure}")]
async fn get_board(
    me: Member,
    req: HttpRequest,
    path: Path<(String, String)>,
    query: Query<BoardQuery>,
    room: web::Data<BoardRoom>,
    pages: web::Data<Pages>,
) -> Result<HttpResponse, Problem> {
    let (scope, measure) = &*path;
    let key = room.key(scope, measure, query.period, query.day).ok_or_else(no_such_board)?;
    let lines = match query.limit.unwrap_or(DEFAULT_LINES) {
        lines @ 1..=MOST_LINES => lines,
        _ => return Err(Problem::malformed("query.invalid", format!("limit 须在 1 到 {MOST_LINES} 之间"))),
    };
    let by = query.by.unwrap_or(By::Member);
    room.may_see(&key, by, me.branch)?;
    let (stamp, page) = (room.stamp(&key, by), Page { key, lines, by });
    let sent = match pages.find(&page, stamp, me.branch) {
        Some(sent) => sent,
        None => {
            let shown = room.show(&page.key, by, lines, me.branch).await?;
            pages.keep(page, stamp, me.branch, shown)?
        }
    };
    Ok(tell_source(sent.content.answer(&req), sent.source))
}

/// 我的名次
///
/// One's own place on a board, with neighbours.
#[utoipa::path(
    tag = "boards",
    params(
        ("scope" = String, Path, description = "`enterprise` or a unit's id"),
        ("measure" = String, Path, description = "`total`, a dimension, or `challenge`"),
        PlaceQuery
    ),
    responses((status = 200, description = "One's own place", body = MyPlace))
)]
#[get("/boards/{scope}/{measure}/mine")]
async fn get_my_board_place(
    me: Member,
    path: Path<(String, String)>,
    query: Query<PlaceQuery>,
    room: web::Data<BoardRoom>,
) -> Result<HttpResponse, Problem> {
    let (scope, measure) = &*path;
    let key = room.key(scope, measure, query.period, query.day).ok_or_else(no_such_board)?;
    room.may_see(&key, By::Member, me.branch)?;
    let viewer = Viewer { member: me.person.member, branch: me.branch };
    let (place, source) = room.place_of(viewer, &key).await?;
    Ok(tell_source(HttpResponse::Ok().json(place), source))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RebuildQuery {
    /// Only compare and report.
    #[serde(default)]
    dry_run: bool,
    /// The `next` of the report before; absent to begin with the first member.
    after: Option<MemberId>,
}

/// 重建榜单
///
/// Recomputes standings from the ledger, reports what differs, and repairs it unless it is a dry run.
///
/// Answers after about two seconds, however large the enterprise: ask again with `after` until `next` is `null`. What
/// was repaired is on the boards within a second of the last answer. `xianfeng rebuild-boards` does it all at once.
#[utoipa::path(
    tag = "boards", params(RebuildQuery), responses((status = 200, description = "What was found", body = Report))
)]
#[post("/boards/rebuild")]
async fn rebuild_boards(
    me: Operator,
    query: Query<RebuildQuery>,
    room: web::Data<BoardRoom>,
) -> Result<web::Json<Report>, Problem> {
    Ok(web::Json(room.rebuild(Some(me.person.member), query.dry_run, query.after).await?))
}

fn no_such_board() -> Problem {
    Problem::not_found("boards.not_found", "没有这个排行榜")
}

fn tell_source(mut response: HttpResponse, source: Source) -> HttpResponse {
    if source == Source::Fallback {
        response.headers_mut().insert(SOURCE, HeaderValue::from_static("database"));
    }
    response
}
