//! What units ask for before a report's day, and what they say of numbers.

use diesel::prelude::*;

use crate::base::approval::ProposalState;
use crate::db::Conn;
use crate::db::schema::{report_corrections, report_requests};
use crate::doing::reports::model::{ReportCorrection, ReportCorrectionId, ReportId, ReportRequest, ReportRequestId};
use crate::on;

/// How many of each a report shows; who asks more often is answered by then.
const SHOWN: i64 = 50;

pub fn find(conn: &mut Conn, id: ReportRequestId) -> QueryResult<Option<ReportRequest>> {
    on!(conn, c => report_requests::table.find(id).select(ReportRequest::as_select()).first(c).optional())
}

/// The newest requests about a report, the newest first.
pub fn list(conn: &mut Conn, report: ReportId) -> QueryResult<Vec<ReportRequest>> {
    on!(conn, c => report_requests::table
        .filter(report_requests::report_id.eq(report))
        .order(report_requests::id.desc())
        .limit(SHOWN)
        .select(ReportRequest::as_select())
        .load(c))
}

pub fn insert(conn: &mut Conn, request: &ReportRequest) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(report_requests::table).values(request).execute(c)).map(drop)
}

/// Writes what became of a request.
pub fn settle(conn: &mut Conn, request: &ReportRequest) -> QueryResult<()> {
    let change = (
        report_requests::state.eq(request.state),
        report_requests::answered_by.eq(request.answered_by),
        report_requests::answered_at.eq(request.answered_at),
        report_requests::answer.eq(&request.answer),
    );
    on!(conn, c => diesel::update(report_requests::table.find(request.id)).set(change).execute(c)).map(drop)
}

/// Ends what waits about a report that was handed in, or that nobody waits for.
pub fn take_back_open(conn: &mut Conn, report: ReportId) -> QueryResult<()> {
    let open = report_requests::table
        .filter(report_requests::report_id.eq(report))
        .filter(report_requests::state.eq(ProposalState::Open));
    on!(conn, c => diesel::update(open).set(report_requests::state.eq(ProposalState::TakenBack)).execute(c)).map(drop)
}

pub fn find_correction(conn: &mut Conn, id: ReportCorrectionId) -> QueryResult<Option<ReportCorrection>> {
    on!(conn, c => report_corrections::table.find(id).select(ReportCorrection::as_select()).first(c).optional())
}

/// The newest corrections of a report, the newest first.
pub fn list_corrections(conn: &mut Conn, report: ReportId) -> QueryResult<Vec<ReportCorrection>> {
    on!(conn, c => report_corrections::table
        .filter(report_corrections::report_id.eq(report))
        .order(report_corrections::id.desc())
        .limit(SHOWN)
        .select(ReportCorrection::as_select())
        .load(c))
}

pub fn insert_correction(conn: &mut Conn, correction: &ReportCorrection) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(report_corrections::table).values(correction).execute(c)).map(drop)
}

/// Writes what was answered; false when something was before.
pub fn answer_correction(conn: &mut Conn, correction: &ReportCorrection) -> QueryResult<bool> {
    let open = report_corrections::table
        .filter(report_corrections::id.eq(correction.id))
        .filter(report_corrections::answered_at.is_null());
    let change = (
        report_corrections::answer.eq(&correction.answer),
        report_corrections::answered_by.eq(correction.answered_by),
        report_corrections::answered_at.eq(correction.answered_at),
    );
    Ok(on!(conn, c => diesel::update(open).set(change).execute(c))? == 1)
}
