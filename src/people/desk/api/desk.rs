//! The desk of the caller, and that of a unit.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::assignments::{AssignmentView, assignment_view};
use crate::base::id::UnitId;
use crate::base::person::Person;
use crate::base::time::{Day, Timestamp};
use crate::kernel::desk::{DeskItemId, Mark, Urgency};
use crate::people::desk::actions::{self, Desktop};
use crate::people::desk::assignments::Prepared;
use crate::people::desk::rules;
use crate::web::caller::Member;
use crate::web::{Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_my_desk).service(get_unit_desk);
}

/// Something that waits.
#[derive(Serialize, ToSchema)]
pub(super) struct DeskItem {
    id: DeskItemId,
    /// What kind of thing it is, such as `idea`; `GET /labels` names it under `DeskKind`.
    kind: String,
    /// The thing itself.
    subject_id: String,
    /// What is to be done.
    title: String,
    /// Where it is done; below `/api/v1`.
    link: String,
    /// The last day that is not late.
    due_on: Option<Day>,
    /// The instant from which it is late, where that is not the end of the day.
    due_at: Option<Timestamp>,
    urgency: Urgency,
    /// With whose holders it lies; `null` when it is the task of one member.
    unit_id: Option<UnitId>,
    /// What that unit is called for short.
    unit_name: Option<String>,
    /// Since when it waits.
    waits_since: Timestamp,
    /// Whether the caller may have a member of the unit prepare it.
    assignable: bool,
    /// Whether the caller was asked to prepare it, and has not yet.
    to_prepare: bool,
    /// Who prepares it, or has; `null` when nobody was asked.
    assignment: Option<AssignmentView>,
}

impl DeskItem {
    /// As `viewer` sees it, whose desk it may be on.
    pub(super) fn new(desktop: &Desktop, viewer: &Person, of: Prepared) -> Self {
        let Prepared { item, assignment } = of;
        DeskItem {
            id: item.id,
            subject_id: item.subject().to_string(),
            due_on: item.due_on(),
            due_at: item.due_at,
            title: item.title_for(viewer.member),
            link: item.link_for(viewer.member),
            urgency: item.urgency,
            unit_id: item.lies_on,
            unit_name: item.lies_on.map(|unit| desktop.unit_name(unit)),
            waits_since: item.created_at,
            assignable: rules::is_assignable(item.capability()) && actions::desk_of(viewer).holds(&item),
            to_prepare: item.preparer_id == Some(viewer.member),
            assignment: assignment.map(|one| assignment_view(desktop, one)),
            kind: item.kind,
        }
    }
}

/// How many things of a kind wait.
#[derive(Serialize, ToSchema)]
struct DeskCount {
    /// What kind of thing; `GET /labels` names it under `DeskKind`.
    kind: String,
    /// How many, on all pages.
    count: i64,
}

/// What lies on a desk.
#[derive(Serialize, ToSchema)]
struct DeskPage {
    /// What is due first; what has no day comes last, the oldest first.
    items: Vec<DeskItem>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
    /// How many of each kind there are on all pages; kinds without any are left out.
    counts: Vec<DeskCount>,
}

impl DeskPage {
    fn new(desktop: &Desktop, viewer: &Person, page: actions::Page, limit: i64) -> DeskPage {
        let actions::Page { items, counts } = page;
        let page = Page::new(items, limit, |of| of.item.mark());
        let Page { items, next_cursor } = page.map(|of| DeskItem::new(desktop, viewer, of));
        let counts = counts.into_iter().map(|(kind, count)| DeskCount { kind, count }).collect();
        DeskPage { items, next_cursor, counts }
    }
}

/// 我的待办
///
/// What waits for the caller, of all rooms, by due day: what is his own task, what lies with those who hold one of his
/// duties, and what he was asked to prepare.
#[utoipa::path(tag = "desk", params(PageQuery),
    responses((status = 200, description = "What waits", body = DeskPage)))]
#[get("/me/desk")]
async fn get_my_desk(
    caller: Member,
    query: Query<PageQuery>,
    desktop: web::Data<Desktop>,
) -> Result<web::Json<DeskPage>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<Mark>()?);
    let page = desktop.mine(&caller.person, after, limit + 1).await?;
    Ok(web::Json(DeskPage::new(&desktop, &caller.person, page, limit)))
}

/// 组织待办
///
/// What lies with the holders of a unit, by due day, as far as the caller could do it, or watches it, by a duty on the unit or above it.
#[utoipa::path(tag = "desk", params(("id" = UnitId, Path, description = "The unit"), PageQuery),
    responses((status = 200, description = "What waits", body = DeskPage)))]
#[get("/units/{id}/desk")]
async fn get_unit_desk(
    caller: Member,
    id: Path<UnitId>,
    query: Query<PageQuery>,
    desktop: web::Data<Desktop>,
) -> Result<web::Json<DeskPage>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<Mark>()?);
    let page = desktop.of_unit(&caller.person, *id, after, limit + 1).await?;
    Ok(web::Json(DeskPage::new(&desktop, &caller.person, page, limit)))
}
