//! Routes of the boards room.

mod pages;

use std::collections::HashSet;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Board, BranchBoard, By, Heading, MemberBoard, MemberLine, MyPlace, Neighbour, People};
use super::rules;
use crate::base::id::UnitId;
use crate::base::time::{Day, Period};
use crate::kernel::board::{self, BoardKey, Boards, Place, Report, Source, TOTAL, enterprise};
use crate::points::Dimension;
use crate::web::caller::{Caller, Member, Operator};
use crate::web::{Path, Problem, Query, etag};
use pages::{PageKey, Pages, Sent, Stamp};

/// Hands the room's routes over; they need a `web::Data<Room>`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_boards).service(show_my_place).service(show_board).service(rebuild_boards);
}

/// What the room's handlers share.
pub struct Room {
    boards: Boards,
    people: People,
    pages: Pages,
}

impl Room {
    pub fn new(boards: Boards, people: People) -> Self {
        Room { boards, people, pages: Pages::default() }
    }
}

/// The scope that is everyone.
const ENTERPRISE: &str = "enterprise";
const ENTERPRISE_NAME: &str = "全集团";
const TOTAL_NAME: &str = "总积分";

/// How many lines are shown unless the caller says otherwise, and at most.
const DEFAULT_LINES: usize = 20;
const MOST_LINES: usize = 100;

/// Neighbours shown on each side.
const NEIGHBOURS: usize = 3;

/// Says that a running board was read from the database, because Redis is away; it may be a second old.
const SOURCE: HeaderName = HeaderName::from_static("x-board-source");

/// What can be looked at.
#[derive(Serialize, ToSchema)]
struct BoardList {
    /// The whole enterprise, then the caller's units from the top down. Any other unit can be asked for by its id.
    scopes: Vec<Named>,
    measures: Vec<Named>,
    periods: Vec<Period>,
    /// Who can compete.
    by: &'static [By],
}

/// A word for the path, with its name in Chinese.
#[derive(Serialize, ToSchema)]
struct Named {
    /// What a request names it by.
    id: String,
    /// What people call it.
    name: String,
}

fn named(id: impl ToString, name: &str) -> Named {
    Named { id: id.to_string(), name: name.to_owned() }
}

/// The scopes, measures and periods that boards can be asked for.
#[utoipa::path(get, path = "/boards", tag = "boards", responses((status = 200, body = BoardList)))]
#[get("/boards")]
async fn list_boards(me: Member, room: web::Data<Room>) -> web::Json<BoardList> {
    let units = me.path.iter().rev().filter_map(|id| (room.people.unit)(*id).map(|unit| named(id, &unit.name)));
    let dimensions = Dimension::EACH.iter().map(|dimension| named(dimension, dimension.title()));
    web::Json(BoardList {
        scopes: [named(ENTERPRISE, ENTERPRISE_NAME)].into_iter().chain(units).collect(),
        measures: [named(TOTAL, TOTAL_NAME)].into_iter().chain(dimensions).collect(),
        periods: Period::EACH.to_vec(),
        by: By::EACH,
    })
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct BoardQuery {
    /// `week` when absent.
    period: Option<Period>,
    /// A day of the period; today when absent.
    date: Option<Day>,
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
    date: Option<Day>,
}

/// The head of a board, of members or of branches.
///
/// `ETag` changes with the content. `X-Board-Source: database` says that Redis is away and the board at most a second
/// old.
#[utoipa::path(
    get, path = "/boards/{scope}/{measure}", tag = "boards",
    params(
        ("scope" = String, Path, description = "`enterprise` or a unit's id"),
        ("measure" = String, Path, description = "`total` or a dimension"),
        BoardQuery
    ),
    responses(
        (status = 200, body = Board),
        (status = 304, description = "Not changed since the given ETag")
    )
)]
#[get("/boards/{scope}/{measure}")]
async fn show_board(
    me: Member,
    req: HttpRequest,
    path: Path<(String, String)>,
    query: Query<BoardQuery>,
    room: web::Data<Room>,
) -> Result<HttpResponse, Problem> {
    let key = room.key(&path, query.period, query.date)?;
    let lines = match query.limit.unwrap_or(DEFAULT_LINES) {
        lines @ 1..=MOST_LINES => lines,
        _ => return Err(Problem::malformed("query.invalid", format!("limit 须在 1 到 {MOST_LINES} 之间"))),
    };
    let by_branch = query.by == Some(By::Branch);
    let Sent { body, source } = room.page((key, lines, by_branch), me.branch).await?;
    Ok(tell_source(etag::tagged_bytes(&req, body), source))
}

/// One's own place on a board, with neighbours.
#[utoipa::path(
    get, path = "/boards/{scope}/{measure}/me", tag = "boards",
    params(
        ("scope" = String, Path, description = "`enterprise` or a unit's id"),
        ("measure" = String, Path, description = "`total` or a dimension"),
        PlaceQuery
    ),
    responses((status = 200, body = MyPlace))
)]
#[get("/boards/{scope}/{measure}/me")]
async fn show_my_place(
    me: Member,
    path: Path<(String, String)>,
    query: Query<PlaceQuery>,
    room: web::Data<Room>,
) -> Result<HttpResponse, Problem> {
    let key = room.key(&path, query.period, query.date)?;
    let (view, source) = room.boards.around(&key, me.person.member, NEIGHBOURS).await?;
    let mut place = MyPlace {
        heading: heading(&key),
        rank: None,
        score: 0,
        size: view.size,
        distance_to_next: None,
        neighbours: Vec::new(),
    };
    if let Some(around) = view.around {
        place.rank = Some(around.place.rank);
        place.score = around.place.score;
        place.distance_to_next = around.distance;
        place.neighbours = around.neighbours.iter().filter_map(|line| room.neighbour(line, &me)).collect();
    }
    Ok(tell_source(HttpResponse::Ok().json(place), source))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RebuildQuery {
    /// Only compare and report.
    #[serde(default)]
    dry_run: bool,
}

/// Recomputes every standing from the ledger, reports what differs, and repairs it unless it is a dry run.
#[utoipa::path(
    post, path = "/boards/rebuild", tag = "boards", params(RebuildQuery), responses((status = 200, body = Report))
)]
#[post("/boards/rebuild")]
async fn rebuild_boards(
    _me: Operator,
    query: Query<RebuildQuery>,
    room: web::Data<Room>,
) -> Result<web::Json<Report>, Problem> {
    Ok(web::Json(board::rebuild(&room.boards, query.dry_run).await?))
}

fn tell_source(mut response: HttpResponse, source: Source) -> HttpResponse {
    if source == Source::Fallback {
        response.headers_mut().insert(SOURCE, HeaderValue::from_static("database"));
    }
    response
}

fn heading(key: &BoardKey) -> Heading {
    Heading {
        scope: if key.scope == enterprise() { ENTERPRISE.to_owned() } else { key.scope.to_string() },
        measure: key.measure.to_string(),
        period: key.period,
        from: key.start,
        to: (key.period != Period::All).then(|| key.end().previous()),
    }
}

impl Room {
    /// The board that a path and a query name, or 404.
    fn key(&self, path: &(String, String), period: Option<Period>, date: Option<Day>) -> Result<BoardKey, Problem> {
        let unknown = || Problem::not_found("boards.not_found", "没有这个排行榜");
        let (scope, measure) = path;
        if measure != TOTAL && measure.parse::<Dimension>().is_err() {
            return Err(unknown());
        }
        let scope = match scope.as_str() {
            ENTERPRISE => enterprise(),
            id => id.parse().ok().filter(|id| (self.people.unit)(*id).is_some()).ok_or_else(unknown)?,
        };
        let day = date.unwrap_or_else(|| self.boards.db().today());
        Ok(BoardKey::new(measure, period.unwrap_or(Period::Week), day, scope))
    }

    /// The page as it is sent to a viewer from `branch`.
    async fn page(&self, key: PageKey, branch: Option<UnitId>) -> Result<Sent, Problem> {
        // taken before the board is read: what changes in between makes the next stamp another one
        let board = if key.2 { self.boards.tick() } else { self.boards.version(&key.0) };
        let stamp = Stamp { board, people: (self.people.version)(()) };
        if let Some(sent) = self.pages.find(&key, stamp, branch) {
            return Ok(sent);
        }
        let (board, shown, source) =
            if key.2 { self.branches(&key).await? } else { self.members(&key, branch).await? };
        let json = serde_json::to_vec(&board).map_err(|error| Problem::internal(error.to_string()))?;
        let sent = Sent { body: json.into(), source };
        self.pages.keep(key, stamp, shown, branch, sent.clone());
        Ok(sent)
    }

    async fn members(&self, (key, lines, _): &PageKey, branch: Option<UnitId>) -> Result<Shown, Problem> {
        let (top, source) = self.boards.top(key, *lines).await?;
        let mut shown = HashSet::new();
        let show = |place: &Place| -> Option<MemberLine> {
            let person = (self.people.person)(place.subject)?;
            shown.extend(person.branch);
            rules::line(place, &person, branch)
        };
        let items = top.places.iter().filter_map(show).collect();
        let board = MemberBoard { heading: heading(key), size: top.size, items };
        Ok((Board::Members(board), shown, source))
    }

    async fn branches(&self, (key, lines, _): &PageKey) -> Result<Shown, Problem> {
        let (totals, source) = self.boards.branch_totals(key).await?;
        let scope = (key.scope != enterprise()).then_some(key.scope);
        let mut items = rules::rank_branches((self.people.branches)(scope), &totals);
        let size = items.len();
        items.truncate(*lines);
        let board = BranchBoard { heading: heading(key), size, items };
        Ok((Board::Branches(board), HashSet::new(), source))
    }

    /// A line near the caller's own; his own is never hidden from him.
    fn neighbour(&self, place: &Place, me: &Caller) -> Option<Neighbour> {
        let person = (self.people.person)(place.subject)?;
        let is_me = place.subject == me.person.member;
        let line = match is_me {
            true => rules::full_line(place, &person, false),
            false => rules::line(place, &person, me.branch)?,
        };
        Some(Neighbour { line, me: is_me })
    }
}

/// A board, the branches of which somebody is shown in full to his own, and where it comes from.
type Shown = (Board, HashSet<UnitId>, Source);
