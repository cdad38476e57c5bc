//! What duties that ended left: as a list, and on A4 with the row in which it is signed.

use std::fmt::Write;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::capability::Role;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::escape_html;
use crate::base::time::{Day, Timestamp};
use crate::people::desk::actions::Desktop;
use crate::people::desk::model::{DeskHandOverId, HandOver, HandedItem};
use crate::web::caller::Member;
use crate::web::headers;
use crate::web::print::{self, Paper};
use crate::web::{Page, Path, Problem, Query, page};

const STYLE: &str = "h1{font-size:1.5rem;text-align:center;margin:0 0 .5rem}table{width:100%;border-collapse:collapse}\
    th,td{border:1px solid #000;padding:.25rem .4rem;text-align:left;vertical-align:top}tr{break-inside:avoid}\
    .sign{display:flex;flex-wrap:wrap;gap:1.5rem;margin-top:2rem}.sign span{min-width:9rem}";

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_desk_hand_overs).service(get_desk_hand_over).service(get_desk_hand_over_sheet);
}

/// What a list of hand-overs is narrowed by.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DeskHandOverQuery {
    /// Only of duties on this unit and on what lies below it.
    unit_id: Option<UnitId>,
    /// Only of duties that this member held.
    member_id: Option<MemberId>,
    /// How many items at most; 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// That a duty ended with things waiting.
#[derive(Serialize, ToSchema)]
struct DeskHandOver {
    id: DeskHandOverId,
    /// Who held the duty.
    member_id: MemberId,
    /// His name.
    member_name: String,
    role: Role,
    /// On which unit he held it.
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    /// The last day of the duty.
    ended_on: Day,
    /// How many things lay with it.
    items: i32,
    /// When that was.
    at: Timestamp,
}

impl DeskHandOver {
    fn new(desktop: &Desktop, row: &HandOver) -> DeskHandOver {
        DeskHandOver {
            id: row.id,
            member_id: row.member_id,
            member_name: desktop.name_of(row.member_id),
            role: row.role,
            unit_id: row.unit_id,
            unit_name: desktop.unit_name(row.unit_id),
            ended_on: row.ended_on,
            items: row.items,
            at: row.at,
        }
    }
}

/// Something that lay with a duty, as it was called then.
#[derive(Serialize, ToSchema)]
#[schema(as = DeskHandedItem)]
struct HandedItemView {
    /// From 1, by due day.
    number: i32,
    /// What kind of thing it is; `GET /labels` names it under `DeskKind`.
    kind: String,
    /// What was to be done.
    title: String,
    /// Where it is done; below `/api/v1`.
    link: String,
    /// The last day that is not late.
    due_on: Option<Day>,
    waits_since: Timestamp,
}

impl From<HandedItem> for HandedItemView {
    fn from(item: HandedItem) -> Self {
        let HandedItem { number, kind, title, link, due_on, waits_since, .. } = item;
        HandedItemView { number, kind, title, link, due_on, waits_since }
    }
}

/// What a duty that ended left.
#[derive(Serialize, ToSchema)]
struct DeskHandOverList {
    #[serde(flatten)]
    hand_over: DeskHandOver,
    /// What is due first; the first 500.
    list: Vec<HandedItemView>,
}

/// 待办移交清单
///
/// Duties that ended and what lay with them, on units whose work the caller does or watches, and his own; the newest first.
/// Things about accounts, duties and what members say are not on these lists.
#[utoipa::path(tag = "desk", params(DeskHandOverQuery),
    responses((status = 200, description = "Duties that ended", body = Page<DeskHandOver>)))]
#[get("/desk-hand-overs")]
async fn list_desk_hand_overs(
    caller: Member,
    query: Query<DeskHandOverQuery>,
    desktop: web::Data<Desktop>,
) -> Result<web::Json<Page<DeskHandOver>>, Problem> {
    let (limit, before) = (page::page_limit(query.limit)?, page::after(query.cursor.as_deref())?);
    let found = desktop.hand_overs(&caller.person, (query.unit_id, query.member_id), before, limit + 1).await?;
    let page = Page::new(found, limit, |row| row.id);
    Ok(web::Json(page.map(|row| DeskHandOver::new(&desktop, &row))))
}

/// 一份待办移交清单
///
/// What lay with a duty on the day it ended.
#[utoipa::path(tag = "desk", params(("id" = DeskHandOverId, Path)),
    responses((status = 200, description = "The list", body = DeskHandOverList)))]
#[get("/desk-hand-overs/{id}")]
async fn get_desk_hand_over(
    caller: Member,
    id: Path<DeskHandOverId>,
    desktop: web::Data<Desktop>,
) -> Result<web::Json<DeskHandOverList>, Problem> {
    let (row, items) = desktop.hand_over(&caller.person, *id).await?;
    let list = items.into_iter().map(HandedItemView::from).collect();
    Ok(web::Json(DeskHandOverList { hand_over: DeskHandOver::new(&desktop, &row), list }))
}

/// 打印待办移交清单
///
/// The list on A4, with the row in which giver, taker and a witness from above sign.
#[utoipa::path(tag = "desk", params(("id" = DeskHandOverId, Path)),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/desk-hand-overs/{id}/sheet")]
async fn get_desk_hand_over_sheet(
    caller: Member,
    id: Path<DeskHandOverId>,
    desktop: web::Data<Desktop>,
) -> Result<HttpResponse, Problem> {
    let (row, items) = desktop.hand_over(&caller.person, *id).await?;
    let title = format!("{}待办移交清单", desktop.unit_name(row.unit_id));
    let body = sheet(&title, &DeskHandOver::new(&desktop, &row), &items);
    let paper = Paper { title: &title, points: 11, margin: "18mm 16mm", style: STYLE, mark: None, body };
    Ok(headers::page(StatusCode::OK, print::page(&paper)))
}

fn sheet(title: &str, of: &DeskHandOver, items: &[HandedItem]) -> String {
    let mut body = format!(
        "<h1>{}</h1><p>移交人：{}　原任：{}　任职至：{}　共 {} 项</p><table><thead><tr><th>序号</th><th>事项</th>\
         <th>办理期限</th><th>等待起始</th></tr></thead><tbody>",
        escape_html(title),
        escape_html(&of.member_name),
        escape_html(&of.role.title_on(&of.unit_name)),
        of.ended_on.in_chinese_with_year(),
        of.items,
    );
    for item in items {
        let _ = write!(
            body,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            item.number,
            escape_html(&item.title),
            item.due_on.map_or_else(|| "不限".to_owned(), Day::in_chinese_with_year),
            item.waits_since.day().in_chinese_with_year(),
        );
    }
    body.push_str(
        "</tbody></table><p class=\"sign\"><span>移交人（签字）：</span><span>接收人（签字）：</span>\
         <span>监交人（签字）：</span><span>年 月 日</span></p>",
    );
    body
}
