//! The book: entries are written and read, never changed.

use diesel::dsl::sum;
use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Day;
use crate::db::Conn;
use crate::db::schema::appraisal_entries;
use crate::honour::appraisal::model::{
    AppraisalEntryId, AppraisalKind, AppraisalSource, AppraisalSourceId, Counted, Entry,
};
use crate::on;

/// Writes an entry; false when its source has given one to the member in that dimension.
pub fn insert(conn: &mut Conn, entry: &Entry) -> QueryResult<bool> {
    let written = on!(conn, c => diesel::insert_into(appraisal_entries::table)
        .values(entry)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

pub fn find(conn: &mut Conn, id: AppraisalEntryId) -> QueryResult<Option<Entry>> {
    on!(conn, c => appraisal_entries::table.find(id).select(Entry::as_select()).first(c).optional())
}

/// What came from these sources.
pub fn list_from(conn: &mut Conn, kind: AppraisalSource, sources: &[AppraisalSourceId]) -> QueryResult<Vec<Entry>> {
    on!(conn, c => appraisal_entries::table
        .filter(appraisal_entries::source_kind.eq(kind))
        .filter(appraisal_entries::source_id.eq_any(sources))
        .order(appraisal_entries::id)
        .select(Entry::as_select())
        .load(c))
}

/// Everything of a member that counts for a year, in the order in which it was entered.
pub fn list_counted(conn: &mut Conn, member: MemberId, year: i32) -> QueryResult<Vec<Counted>> {
    on!(conn, c => appraisal_entries::table
        .filter(appraisal_entries::member_id.eq(member))
        .filter(appraisal_entries::year.eq(year))
        .order(appraisal_entries::id)
        .select(Counted::as_select())
        .load(c))
}

/// A member's entries of a year before `before`, newest first; of one dimension, where one is named.
pub fn list(
    conn: &mut Conn,
    (member, year): (MemberId, i32),
    dimension: Option<&str>,
    before: Option<AppraisalEntryId>,
    limit: i64,
) -> QueryResult<Vec<Entry>> {
    on!(conn, c => {
        let mut query = appraisal_entries::table
            .filter(appraisal_entries::member_id.eq(member))
            .filter(appraisal_entries::year.eq(year))
            .filter(appraisal_entries::id.lt(before.unwrap_or_else(|| uuid::Uuid::max().into())))
            .into_boxed();
        if let Some(dimension) = dimension {
            query = query.filter(appraisal_entries::dimension.eq(dimension));
        }
        query.order(appraisal_entries::id.desc()).limit(limit).select(Entry::as_select()).load(c)
    })
}

/// Every entry of a rule from `from` until before `end`, in the order in which it was entered.
pub fn list_of_rule(conn: &mut Conn, rule: &str, from: Day, end: Day, limit: i64) -> QueryResult<Vec<Entry>> {
    on!(conn, c => appraisal_entries::table
        .filter(appraisal_entries::rule.eq(rule))
        .filter(appraisal_entries::day.ge(from))
        .filter(appraisal_entries::day.lt(end))
        .order(appraisal_entries::id)
        .limit(limit)
        .select(Entry::as_select())
        .load(c))
}

/// Which of `members` have something from a source already, with the dimension.
pub fn list_given(
    conn: &mut Conn,
    members: &[MemberId],
    (kind, source): (AppraisalSource, AppraisalSourceId),
) -> QueryResult<Vec<(MemberId, String)>> {
    on!(conn, c => appraisal_entries::table
        .filter(appraisal_entries::member_id.eq_any(members))
        .filter(appraisal_entries::source_kind.eq(kind))
        .filter(appraisal_entries::source_id.eq(source))
        .select((appraisal_entries::member_id, appraisal_entries::dimension))
        .load(c))
}

/// Whether anybody has something from a source.
pub fn is_given(conn: &mut Conn, kind: AppraisalSource, source: AppraisalSourceId) -> QueryResult<bool> {
    let found: Option<AppraisalEntryId> = on!(conn, c => appraisal_entries::table
        .filter(appraisal_entries::source_kind.eq(kind))
        .filter(appraisal_entries::source_id.eq(source))
        .select(appraisal_entries::id)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// What the start of a year says of one member's dimension: hundredths of the year before, and what was carried over.
pub type Carried = (MemberId, String, Option<i64>, Option<i64>);

/// What the start of a year says of `members`.
pub fn list_carried(conn: &mut Conn, members: &[MemberId], year: i32) -> QueryResult<Vec<Carried>> {
    on!(conn, c => appraisal_entries::table
        .group_by((appraisal_entries::member_id, appraisal_entries::dimension))
        .select((
            appraisal_entries::member_id,
            appraisal_entries::dimension,
            sum(appraisal_entries::wanted),
            sum(appraisal_entries::points),
        ))
        .filter(appraisal_entries::member_id.eq_any(members))
        .filter(appraisal_entries::year.eq(year))
        .filter(appraisal_entries::kind.eq(AppraisalKind::Carry))
        .load(c))
}

/// Deductions of `members` that happened from `from` until before `end`, and the entries that put some of them right.
pub fn list_deductions(conn: &mut Conn, members: &[MemberId], from: Day, end: Day) -> QueryResult<Vec<Entry>> {
    on!(conn, c => appraisal_entries::table
        .filter(appraisal_entries::member_id.eq_any(members))
        .filter(appraisal_entries::kind.eq(AppraisalKind::Deduction))
        .filter(
            appraisal_entries::day.ge(from).and(appraisal_entries::day.lt(end))
                .or(appraisal_entries::source_kind.eq(AppraisalSource::Correction)),
        )
        .select(Entry::as_select())
        .load(c))
}

/// A sum of one member's hundredths, by dimension and kind.
pub type Sum = (MemberId, String, AppraisalKind, Option<i64>);

/// What a sum is made of.
#[derive(Clone, Copy, Debug)]
pub enum SumsOf {
    /// What counts for a year, whenever it was entered.
    Year(i32),
    /// What was entered on a day from the first until before the second, whenever it happened: a period that was paid is
    /// not entered into any more. What was carried over was paid in its year.
    Days(Day, Day),
}

/// Adds what a sum is made of to a boxed query; a macro, since two backends want two boxed types.
macro_rules! of {
    ($query:expr, $of:expr) => {
        match $of {
            SumsOf::Year(year) => $query.filter(appraisal_entries::year.eq(year)),
            SumsOf::Days(from, end) => {
                let (from, end) = (from.start(), end.start());
                $query
                    .filter(appraisal_entries::created_at.ge(from))
                    .filter(appraisal_entries::created_at.lt(end))
                    .filter(appraisal_entries::kind.ne(AppraisalKind::Carry))
            }
        }
    };
}

/// The sums of `members`.
pub fn sums(conn: &mut Conn, members: &[MemberId], of: SumsOf) -> QueryResult<Vec<Sum>> {
    on!(conn, c => {
        let query = appraisal_entries::table
            .group_by((appraisal_entries::member_id, appraisal_entries::dimension, appraisal_entries::kind))
            .select((
                appraisal_entries::member_id,
                appraisal_entries::dimension,
                appraisal_entries::kind,
                sum(appraisal_entries::points),
            ))
            .into_boxed()
            .filter(appraisal_entries::member_id.eq_any(members));
        of!(query, of).load(c)
    })
}

/// What caps cut of bonuses of `members`, without what was put right, by dimension.
pub fn cuts(conn: &mut Conn, members: &[MemberId], of: SumsOf) -> QueryResult<Vec<(MemberId, String, Option<i64>)>> {
    let opposites = diesel::alias!(appraisal_entries as opposites);
    on!(conn, c => {
        let put_right = opposites
            .filter(opposites.field(appraisal_entries::source_kind).eq(AppraisalSource::Correction))
            .filter(opposites.field(appraisal_entries::source_id).eq(appraisal_entries::id));
        let query = appraisal_entries::table
            .group_by((appraisal_entries::member_id, appraisal_entries::dimension))
            .select((
                appraisal_entries::member_id,
                appraisal_entries::dimension,
                sum(appraisal_entries::wanted - appraisal_entries::points),
            ))
            .into_boxed()
            .filter(appraisal_entries::member_id.eq_any(members))
            .filter(appraisal_entries::kind.eq(AppraisalKind::Bonus))
            .filter(diesel::dsl::not(diesel::dsl::exists(put_right)));
        of!(query, of).load(c)
    })
}
