//! Facts as they are read.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::{FactRoom, Point};
use super::rules::Refusal;
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::base::time::{Day, Period, Timestamp};
use crate::kernel::facts::{About, FactMeasure, Record, Sum};
use crate::web::caller::{ResultReader, out_of_reach};
use crate::web::page::{after, page_limit};
use crate::web::{Page, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_facts).service(get_fact).service(list_fact_records);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchFact => Problem::not_found("facts.not_found", "没有这项数据"),
            Refusal::NoSuchUnit => Problem::not_found("units.not_found", "没有找到这个组织"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::BadPeriod => {
                Problem::malformed("facts.bad_period", "数据按月（month）、季度（quarter）或年（year）查看")
            }
            Refusal::TooFew => {
                Problem::forbidden("facts.too_few", "该组织人数不足 10 人，按本企业的减负设置，上级不查看其比例")
            }
        }
    }
}

/// A fact that can be asked for.
#[derive(Serialize, ToSchema)]
struct FactView {
    /// What it is called by in addresses.
    #[schema(examples("ideas.adopted"))]
    name: &'static str,
    /// In Chinese.
    title: &'static str,
    measure: FactMeasure,
    /// Whether more of it is better.
    higher_is_better: bool,
    /// Why no assessment may use it, in Chinese; absent where one may.
    not_for_assessment: Option<&'static str>,
}

impl From<&About> for FactView {
    fn from(about: &About) -> Self {
        let About { name, title: (title, _), measure, higher_is_better, not_for_assessment, .. } = *about;
        FactView { name, title, measure, higher_is_better, not_for_assessment }
    }
}

/// What there is.
#[derive(Serialize, ToSchema)]
struct FactList {
    /// In a fixed order.
    items: Vec<FactView>,
}

/// What records come to.
#[derive(Serialize, ToSchema)]
struct FactSum {
    /// As the measure says: records, hundredths of a percent, fen, hundredths of a mean; absent of nobody.
    value: Option<i64>,
    /// The records together.
    amount: i64,
    /// Of how many; absent where the measure has no denominator.
    base: Option<i64>,
}

impl FactSum {
    fn of(sum: Sum, measure: FactMeasure) -> FactSum {
        let has_base = matches!(measure, FactMeasure::Share | FactMeasure::Mean);
        FactSum { value: sum.value(measure), amount: sum.amount, base: has_base.then_some(sum.base) }
    }
}

/// The number of a period.
#[derive(Serialize, ToSchema)]
struct FactPoint {
    from: Day,
    /// The last day.
    until: Day,
    #[serde(flatten)]
    sum: FactSum,
    /// Since when it stands; absent while it may still change.
    frozen_at: Option<Timestamp>,
}

impl FactPoint {
    fn of(Point { span, sum, frozen_at }: &Point, measure: FactMeasure) -> FactPoint {
        let Span { first, end } = *span;
        FactPoint { from: first, until: end.previous(), sum: FactSum::of(*sum, measure), frozen_at: *frozen_at }
    }
}

/// The number of a unit and a period.
#[derive(Serialize, ToSchema)]
struct FactNumber {
    fact: FactView,
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    period: Period,
    #[serde(flatten)]
    point: FactPoint,
    /// When it was worked out; what happened in the ten seconds before may be missing.
    as_of: Timestamp,
    /// What the records come to now, where that is something else than what was frozen.
    now: Option<FactSum>,
    /// This period and those before it, oldest first: 12 months, 8 quarters or 5 years, as far as something is known.
    series: Vec<FactPoint>,
}

/// A record behind a number.
#[derive(Serialize, ToSchema)]
struct FactRecord {
    /// What it is.
    #[schema(examples("idea"))]
    kind: &'static str,
    /// Its id, as its own routes name it.
    id: String,
    /// What it is called.
    title: String,
    /// The day on which it counts.
    day: Day,
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    /// What it adds.
    amount: i64,
    /// Of how many; 0 where the measure has no denominator.
    base: i64,
}

/// A page of the records behind a number.
#[derive(Serialize, ToSchema)]
struct FactRecords {
    /// By day.
    items: Vec<FactRecord>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
    /// Records that are left out, since they are about fewer than ten members and the reader sees no names.
    few: usize,
}

/// Which number.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FactQuery {
    /// With everything below it; the highest unit of the caller's duties when absent.
    unit_id: Option<UnitId>,
    /// `month`, `quarter` or `year`; `month` when absent.
    period: Option<Period>,
    /// A day of the period; today when absent.
    day: Option<Day>,
}

/// Which records.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RecordQuery {
    /// With everything below it; the highest unit of the caller's duties when absent.
    unit_id: Option<UnitId>,
    /// `month`, `quarter` or `year`; `month` when absent.
    period: Option<Period>,
    /// A day of the period; today when absent.
    day: Option<Day>,
    /// How many items at most; 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 数据目录
///
/// Every fact that can be asked for, with what its number says.
#[utoipa::path(tag = "facts", responses((status = 200, description = "What there is", body = FactList)))]
#[get("/facts")]
async fn list_facts(_reader: ResultReader, room: web::Data<FactRoom>) -> web::Json<FactList> {
    web::Json(FactList { items: room.facts.each().iter().map(|fact| FactView::from(&fact.about)).collect() })
}

/// 一项数据
///
/// The number of a unit and a month, quarter or year, with those before it. A month is frozen after its closing days; what
/// was corrected later stands beside it.
#[utoipa::path(tag = "facts", params(("name" = String, Path, description = "The fact", example = "ideas.adopted"), FactQuery),
    responses((status = 200, description = "The number", body = FactNumber)))]
#[get("/facts/{name}")]
async fn get_fact(
    reader: ResultReader,
    name: Path<String>,
    query: Query<FactQuery>,
    room: web::Data<FactRoom>,
) -> Result<web::Json<FactNumber>, Problem> {
    let fact = room.fact(&name)?;
    let unit = room.unit(&reader.reach, query.unit_id)?;
    let period = query.period.unwrap_or(Period::Month);
    let day = query.day.unwrap_or(room.db.today());
    let number = room.number(&reader.person, &fact, unit, (period, day)).await?;
    let measure = fact.about.measure;
    Ok(web::Json(FactNumber {
        fact: FactView::from(&fact.about),
        unit_id: number.unit,
        unit_name: room.directory.unit_name(number.unit),
        period,
        point: FactPoint::of(&number.point, measure),
        as_of: room.db.now(),
        now: number.now.map(|sum| FactSum::of(sum, measure)),
        series: number.series.iter().map(|point| FactPoint::of(point, measure)).collect(),
    }))
}

/// 数据明细
///
/// Exactly the records that made the number, by day, as they are now; for whoever may see them.
#[utoipa::path(tag = "facts", params(("name" = String, Path, description = "The fact", example = "ideas.adopted"), RecordQuery),
    responses((status = 200, description = "The records", body = FactRecords)))]
#[get("/facts/{name}/records")]
async fn list_fact_records(
    reader: ResultReader,
    name: Path<String>,
    query: Query<RecordQuery>,
    room: web::Data<FactRoom>,
) -> Result<web::Json<FactRecords>, Problem> {
    let limit = page_limit(query.limit)?;
    let skip = after::<usize>(query.cursor.as_deref())?.unwrap_or(0);
    let fact = room.fact(&name)?;
    let reach = reader.reach_of(fact.about.opened_with)?;
    let unit = room.unit(&reach, query.unit_id)?;
    let asked = (query.period.unwrap_or(Period::Month), query.day.unwrap_or(room.db.today()));
    let found = room.records(&reader.person, &fact, unit, asked, (skip, limit)).await?;
    let numbered = found.records.into_iter().zip(skip + 1..).collect();
    let page = Page::new(numbered, limit, |(_, number): &(Record, usize)| *number);
    let view = |(record, _): (Record, usize)| FactRecord {
        kind: record.kind,
        id: record.id,
        title: record.title,
        day: record.day,
        unit_id: record.unit,
        unit_name: room.directory.unit_name(record.unit),
        amount: record.amount,
        base: record.base,
    };
    let items = page.items.into_iter().map(view).collect();
    Ok(web::Json(FactRecords { items, next_cursor: page.next_cursor, few: found.few }))
}
