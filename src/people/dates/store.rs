//! The room's table. One function for each question that the room asks.

use diesel::prelude::*;

use super::model::{CalendarFeedId, Feed};
use crate::base::id::MemberId;
use crate::db::Conn;
use crate::db::schema::calendar_feeds;
use crate::on;

pub fn find(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Feed>> {
    on!(conn, c => calendar_feeds::table.find(member).select(Feed::as_select()).first(c).optional())
}

pub fn find_by_id(conn: &mut Conn, id: CalendarFeedId) -> QueryResult<Option<Feed>> {
    on!(conn, c => calendar_feeds::table
        .filter(calendar_feeds::id.eq(id))
        .select(Feed::as_select())
        .first(c)
        .optional())
}

/// Keeps the feed, or says in the place of the member's former one what it says.
pub fn put(conn: &mut Conn, feed: &Feed) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(calendar_feeds::table)
        .values(feed)
        .on_conflict(calendar_feeds::member_id)
        .do_update()
        .set((calendar_feeds::is_detailed.eq(feed.is_detailed),))
        .execute(c))
    .map(drop)
}

/// False where there was none.
pub fn delete(conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
    on!(conn, c => diesel::delete(calendar_feeds::table.find(member)).execute(c)).map(|deleted| deleted == 1)
}
