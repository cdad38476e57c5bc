//! Statements of members, and single entries.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::appeals::AppealView;
use super::sheet;
use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::ground::files::{Addresses, FileView};
use crate::honour::appraisal::Appraisal;
use crate::honour::appraisal::model::{AppraisalCap, AppraisalEntryId, AppraisalKind, AppraisalSource, AppraisalSums};
use crate::honour::appraisal::rules::Refusal;
use crate::honour::appraisal::statements::{Statement, Whole};
use crate::honour::appraisal::year_start::late_cause;
use crate::web::caller::{Caller, Member, ResultReader};
use crate::web::headers;
use crate::web::page::{after, page_limit};
use crate::web::{Page, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_my_appraisal)
        .service(list_my_appraisal_entries)
        .service(get_my_appraisal_sheet)
        .service(get_member_appraisal)
        .service(list_member_appraisal_entries)
        .service(get_member_appraisal_sheet)
        .service(get_appraisal_entry);
}

/// Which year. What else is asked is refused by `web::parameters`, but for pages, to which WeChat adds its own.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct YearQuery {
    /// This year when absent.
    #[param(minimum = 2000, maximum = 2999)]
    year: Option<i32>,
}

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EntryQuery {
    /// This year when absent.
    #[param(minimum = 2000, maximum = 2999)]
    year: Option<i32>,
    /// Only of this dimension, by its key.
    dimension: Option<String>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// A dimension of a statement.
#[derive(Serialize, ToSchema)]
pub(super) struct AppraisalDimensionSums {
    /// The dimension's key.
    pub dimension: String,
    /// What it is called.
    pub name: String,
    #[serde(flatten)]
    pub sums: AppraisalSums,
}

/// A quarter of a statement.
#[derive(Serialize, ToSchema)]
struct AppraisalQuarter {
    /// 1 to 4.
    quarter: u8,
    total: AppraisalSums,
    /// In the order of the scheme, those in which something was entered.
    dimensions: Vec<AppraisalDimensionSums>,
}

/// A year of a member in the book of appraisal.
#[derive(Serialize, ToSchema)]
struct AppraisalStatement {
    member_id: MemberId,
    /// The member's name.
    member_name: String,
    /// The year for which entries count.
    year: i32,
    total: AppraisalSums,
    /// In the order of the scheme.
    dimensions: Vec<AppraisalDimensionSums>,
    /// The four quarters, by the days on which it happened; what puts an entry right counts in that one's quarter.
    quarters: Vec<AppraisalQuarter>,
    /// What the member's class is called; `null` where no scheme holds.
    class_name: Option<String>,
    /// What members of the class are to reach in the year, in hundredths.
    benchmark: Option<i32>,
    /// The version of the scheme that holds at the end of the year, or today.
    scheme_version: Option<i32>,
    /// What the scheme is called.
    scheme_name: Option<String>,
}

impl AppraisalStatement {
    fn of(room: &Appraisal, member: MemberId, statement: Statement) -> Self {
        let Statement { year, dimensions, total, quarters, class, scheme } = statement;
        let of_quarter = |(quarter, sums): (u8, &BTreeMap<String, AppraisalSums>)| {
            let its = dimensions.iter().filter_map(|(key, name, _)| Some((key, name, *sums.get(key)?)));
            AppraisalQuarter {
                quarter,
                total: sums.values().fold(AppraisalSums::default(), |all, one| all.plus(*one)),
                dimensions: its
                    .map(|(dimension, name, sums)| AppraisalDimensionSums {
                        dimension: dimension.clone(),
                        name: name.clone(),
                        sums,
                    })
                    .collect(),
            }
        };
        let quarters = (1..).zip(&quarters).map(of_quarter).collect();
        let line = |(dimension, name, sums)| AppraisalDimensionSums { dimension, name, sums };
        AppraisalStatement {
            member_id: member,
            member_name: room.directory.name_of(member),
            year,
            total,
            dimensions: dimensions.into_iter().map(line).collect(),
            quarters,
            benchmark: class.as_ref().map(|class| class.benchmark),
            class_name: class.map(|class| class.name),
            scheme_version: scheme.as_ref().map(|version| version.version),
            scheme_name: scheme.map(|version| version.scheme.name),
        }
    }
}

/// An entry of the book, with everything that it rests on.
#[derive(Serialize, ToSchema)]
struct AppraisalEntryView {
    id: AppraisalEntryId,
    member_id: MemberId,
    /// The member's name.
    member_name: String,
    /// The year for which it counts.
    year: i32,
    kind: AppraisalKind,
    /// The dimension's key.
    dimension: String,
    /// What the dimension is called.
    dimension_name: String,
    /// The rule's code; `year-start` for what a year begins with.
    rule: String,
    /// What the rule is called.
    rule_name: String,
    /// The rule in words, in the version by which it was entered.
    rule_in_words: String,
    /// That version.
    scheme_version: i32,
    /// In hundredths, before the caps; of the start of a year what the year before came to.
    wanted: i32,
    /// In hundredths.
    points: i32,
    /// Which cap cut it; `null` where none did.
    cut_by: Option<AppraisalCap>,
    /// When it happened.
    day: Day,
    /// On what it rests.
    reason: String,
    evidence: Vec<FileView>,
    source: AppraisalSource,
    /// Where what it came from is read: a proposal, an appeal or another entry; `null` for the base and the start of a year.
    source_link: Option<String>,
    /// `null` for what the rules gave.
    proposed_by_name: Option<String>,
    /// Who approved it.
    approved_by_name: Option<String>,
    created_at: Timestamp,
    /// The entry that puts this one right.
    corrected_by: Option<AppraisalEntryId>,
    /// The appeal against it.
    appeal: Option<AppealView>,
    /// The last day on which its member may appeal.
    appeal_until: Day,
    /// Whether the caller may appeal against it now.
    may_appeal: bool,
}

impl AppraisalEntryView {
    fn of(room: &Appraisal, caller: &Caller, whole: Whole, addresses: &Addresses) -> Self {
        let Whole { entry, rule, rule_name, dimension, evidence, appeal, corrected_by, appeal_until } = whole;
        let source = entry.source_id;
        let source_link = match entry.source_kind {
            AppraisalSource::Opening => None,
            AppraisalSource::Proposal => Some(format!("/appraisal/proposals/{source}")),
            AppraisalSource::Appeal => Some(format!("/appraisal/appeals/{source}")),
            AppraisalSource::Correction => Some(format!("/appraisal/entries/{source}")),
            AppraisalSource::YearStart => late_cause(&entry).map(|cause| format!("/appraisal/entries/{cause}")),
        };
        let follows = matches!(entry.source_kind, AppraisalSource::Correction | AppraisalSource::YearStart);
        let is_open = corrected_by.is_none() && appeal.is_none() && !follows;
        let (now, name) = (room.db.now(), |id: MemberId| room.directory.name_of(id));
        AppraisalEntryView {
            id: entry.id,
            member_id: entry.member_id,
            member_name: name(entry.member_id),
            year: entry.year,
            kind: entry.kind,
            dimension: entry.dimension,
            dimension_name: dimension,
            rule: entry.rule,
            rule_name,
            rule_in_words: rule,
            scheme_version: entry.scheme_version,
            wanted: entry.wanted,
            points: entry.points,
            cut_by: entry.cut_by,
            day: entry.day,
            reason: entry.reason,
            evidence: evidence.into_iter().map(|file| addresses.put(file, true, now)).collect(),
            source: entry.source_kind,
            source_link,
            proposed_by_name: entry.proposed_by.map(name),
            approved_by_name: entry.approved_by.map(name),
            created_at: entry.created_at,
            corrected_by,
            may_appeal: is_open && entry.member_id == caller.member && room.db.today() <= appeal_until,
            appeal: appeal.map(|appeal| AppealView::of(room, appeal)),
            appeal_until,
        }
    }
}

pub(super) fn year_of(room: &Appraisal, year: Option<i32>) -> Result<i32, Problem> {
    match year.unwrap_or(room.db.today().parts().0) {
        year @ 2000..=2999 => Ok(year),
        _ => Err(Refusal::BadPeriod.into()),
    }
}

async fn entries_of(
    room: &Appraisal,
    caller: &Caller,
    member: MemberId,
    (query, addresses): (&EntryQuery, &Addresses),
) -> Result<web::Json<Page<AppraisalEntryView>>, Problem> {
    room.check_reader(caller, member)?;
    let (limit, year) = (page_limit(query.limit)?, year_of(room, query.year)?);
    let before = after(query.cursor.as_deref())?;
    let found = room.entries((member, year), query.dimension.clone(), before, limit + 1).await?;
    let page = Page::new(found, limit, |whole| whole.entry.id);
    Ok(web::Json(page.map(|whole| AppraisalEntryView::of(room, caller, whole, addresses))))
}

async fn printed(
    room: &Appraisal,
    caller: &Caller,
    member: MemberId,
    year: Option<i32>,
) -> Result<HttpResponse, Problem> {
    room.check_reader(caller, member)?;
    let year = year_of(room, year)?;
    let statement = room.statement(member, year).await?;
    let entries = room.entries((member, year), None, None, sheet::MOST_LINES + 1).await?;
    let card = room.directory.member(member).ok_or(Refusal::UnknownMember)?;
    let unit = room.directory.unit_name(card.unit);
    let whose = sheet::Whose { name: &card.name, number: &card.employee_no, unit: &unit };
    let page = sheet::statement(&whose, (&statement, &entries), &|id| room.directory.name_of(id), room.db.now());
    Ok(headers::page(StatusCode::OK, page))
}

/// 我的考评积分
///
/// The caller's year in the book of appraisal. It has nothing to do with the points of activity at `GET /me/points`.
#[utoipa::path(tag = "appraisals", params(YearQuery),
    responses((status = 200, description = "The statement", body = AppraisalStatement)))]
#[get("/me/appraisal")]
async fn get_my_appraisal(
    caller: Member,
    query: Query<YearQuery>,
    room: web::Data<Appraisal>,
) -> Result<web::Json<AppraisalStatement>, Problem> {
    let statement = room.statement(caller.member, year_of(&room, query.year)?).await?;
    Ok(web::Json(AppraisalStatement::of(&room, caller.member, statement)))
}

/// 我的考评积分明细
///
/// The caller's entries of a year, newest first, each with its rule, evidence and approver.
#[utoipa::path(tag = "appraisals", params(EntryQuery),
    responses((status = 200, description = "Entries", body = Page<AppraisalEntryView>)))]
#[get("/me/appraisal/entries")]
async fn list_my_appraisal_entries(
    caller: Member,
    query: Query<EntryQuery>,
    room: web::Data<Appraisal>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<Page<AppraisalEntryView>>, Problem> {
    entries_of(&room, &caller, caller.member, (&query, &addresses)).await
}

/// 打印我的考评积分
///
/// The caller's year as a page to be printed on A4.
#[utoipa::path(tag = "appraisals", params(YearQuery),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/me/appraisal/sheet")]
async fn get_my_appraisal_sheet(
    caller: Member,
    query: Query<YearQuery>,
    room: web::Data<Appraisal>,
) -> Result<HttpResponse, Problem> {
    printed(&room, &caller, caller.member, query.year).await
}

/// 党员的考评积分
///
/// A member's year in the book of appraisal: his own, or by a duty that reaches his home.
#[utoipa::path(tag = "appraisals", params(("id" = MemberId, Path, description = "The member"), YearQuery),
    responses((status = 200, description = "The statement", body = AppraisalStatement)))]
#[get("/members/{id}/appraisal")]
async fn get_member_appraisal(
    reader: ResultReader,
    id: Path<MemberId>,
    query: Query<YearQuery>,
    room: web::Data<Appraisal>,
) -> Result<web::Json<AppraisalStatement>, Problem> {
    room.check_reader(&reader, *id)?;
    let statement = room.statement(*id, year_of(&room, query.year)?).await?;
    Ok(web::Json(AppraisalStatement::of(&room, *id, statement)))
}

/// 党员的考评积分明细
///
/// A member's entries of a year, newest first, each with its rule, evidence and approver.
#[utoipa::path(tag = "appraisals", params(("id" = MemberId, Path, description = "The member"), EntryQuery),
    responses((status = 200, description = "Entries", body = Page<AppraisalEntryView>)))]
#[get("/members/{id}/appraisal/entries")]
async fn list_member_appraisal_entries(
    reader: ResultReader,
    id: Path<MemberId>,
    query: Query<EntryQuery>,
    room: web::Data<Appraisal>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<Page<AppraisalEntryView>>, Problem> {
    entries_of(&room, &reader, *id, (&query, &addresses)).await
}

/// 打印党员的考评积分
///
/// A member's year as a page to be printed on A4.
#[utoipa::path(tag = "appraisals", params(("id" = MemberId, Path, description = "The member"), YearQuery),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/members/{id}/appraisal/sheet")]
async fn get_member_appraisal_sheet(
    reader: ResultReader,
    id: Path<MemberId>,
    query: Query<YearQuery>,
    room: web::Data<Appraisal>,
) -> Result<HttpResponse, Problem> {
    printed(&room, &reader, *id, query.year).await
}

/// 一条考评积分记录
///
/// An entry with everything that it rests on: its rule in words, evidence, approver, and what became of it since.
#[utoipa::path(tag = "appraisals", params(("id" = AppraisalEntryId, Path, description = "The entry")),
    responses((status = 200, description = "The entry", body = AppraisalEntryView)))]
#[get("/appraisal/entries/{id}")]
async fn get_appraisal_entry(
    caller: Member,
    id: Path<AppraisalEntryId>,
    room: web::Data<Appraisal>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<AppraisalEntryView>, Problem> {
    let whole = room.entry(&caller, *id).await?;
    Ok(web::Json(AppraisalEntryView::of(&room, &caller, whole, &addresses)))
}
