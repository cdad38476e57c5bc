//! The room's tables: what became of messages, and what members chose.

use diesel::prelude::*;

use super::model::{ChannelName, Choice, Delivery, DeliveryState, Nature, Unreached};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{channel_choices, channel_deliveries, channel_quotas};
use crate::ground::notices::{NoticeId, NoticeKind};
use crate::on;

/// Rows that one statement writes.
const ROWS_AT_ONCE: usize = 400;

/// Writes messages down; those that are there stay as they are.
pub fn insert(conn: &mut Conn, deliveries: &[Delivery]) -> QueryResult<()> {
    for some in deliveries.chunks(ROWS_AT_ONCE) {
        let new = diesel::insert_into(channel_deliveries::table).values(some).on_conflict_do_nothing();
        on!(&mut *conn, c => new.execute(c))?;
    }
    Ok(())
}

/// Which of some members have a message of a notice by a channel in that state.
pub fn list_in_state(
    conn: &mut Conn,
    (notice, channel, nature): (NoticeId, ChannelName, Nature),
    members: &[MemberId],
    state: DeliveryState,
) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => channel_deliveries::table
        .filter(channel_deliveries::notice_id.eq(notice))
        .filter(channel_deliveries::channel.eq(channel))
        .filter(channel_deliveries::nature.eq(nature))
        .filter(channel_deliveries::state.eq(state))
        .filter(channel_deliveries::member_id.eq_any(members))
        .select(channel_deliveries::member_id)
        .load(c))
}

/// Writes down what became of messages of a notice.
pub fn settle(
    conn: &mut Conn,
    (notice, channel, nature): (NoticeId, ChannelName, Nature),
    members: &[MemberId],
    (state, reason): (DeliveryState, Option<Unreached>),
    now: Timestamp,
) -> QueryResult<()> {
    let mine = channel_deliveries::table
        .filter(channel_deliveries::notice_id.eq(notice))
        .filter(channel_deliveries::channel.eq(channel))
        .filter(channel_deliveries::nature.eq(nature))
        .filter(channel_deliveries::member_id.eq_any(members));
    let change = (
        channel_deliveries::state.eq(state),
        channel_deliveries::reason.eq(reason),
        channel_deliveries::settled_at.eq(Some(now)),
    );
    on!(conn, c => diesel::update(mine).set(change).execute(c)).map(drop)
}

/// What was collected for a member by a channel, oldest first.
pub fn list_collected(
    conn: &mut Conn,
    member: MemberId,
    channel: ChannelName,
    limit: i64,
) -> QueryResult<Vec<(NoticeId, Nature)>> {
    on!(conn, c => channel_deliveries::table
        .filter(channel_deliveries::member_id.eq(member))
        .filter(channel_deliveries::channel.eq(channel))
        .filter(channel_deliveries::state.eq(DeliveryState::Collected))
        .order((channel_deliveries::made_at, channel_deliveries::notice_id))
        .limit(limit)
        .select((channel_deliveries::notice_id, channel_deliveries::nature))
        .load(c))
}

/// Which of some members a reminder of a kind has left for since an instant, by a channel.
pub fn list_reminded(
    conn: &mut Conn,
    (kind, channel): (NoticeKind, ChannelName),
    members: &[MemberId],
    since: Timestamp,
) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => channel_deliveries::table
        .filter(channel_deliveries::member_id.eq_any(members))
        .filter(channel_deliveries::nature.eq(Nature::Reminder))
        .filter(channel_deliveries::kind.eq(kind))
        .filter(channel_deliveries::channel.eq(channel))
        .filter(channel_deliveries::state.ne(DeliveryState::Unreached))
        .filter(channel_deliveries::made_at.ge(since))
        .select(channel_deliveries::member_id)
        .distinct()
        .load(c))
}

/// Everything that became of a notice, by member.
pub fn list_of(conn: &mut Conn, notice: NoticeId) -> QueryResult<Vec<Delivery>> {
    on!(conn, c => channel_deliveries::table
        .filter(channel_deliveries::notice_id.eq(notice))
        .order((channel_deliveries::member_id, channel_deliveries::channel, channel_deliveries::nature))
        .select(Delivery::as_select())
        .load(c))
}

/// What some members chose of a kind on a channel.
pub fn list_choices(
    conn: &mut Conn,
    (kind, channel): (NoticeKind, ChannelName),
    members: &[MemberId],
) -> QueryResult<Vec<(MemberId, bool)>> {
    on!(conn, c => channel_choices::table
        .filter(channel_choices::kind.eq(kind))
        .filter(channel_choices::channel.eq(channel))
        .filter(channel_choices::member_id.eq_any(members))
        .select((channel_choices::member_id, channel_choices::wanted))
        .load(c))
}

/// What a member chose.
pub fn choices_of(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<Choice>> {
    on!(conn, c => channel_choices::table
        .filter(channel_choices::member_id.eq(member))
        .order((channel_choices::kind, channel_choices::channel))
        .select(Choice::as_select())
        .load(c))
}

/// Puts down what a member chooses, in the place of what he chose before.
pub fn replace_choices(conn: &mut Conn, member: MemberId, choices: &[Choice]) -> QueryResult<()> {
    let before = channel_choices::table.filter(channel_choices::member_id.eq(member));
    on!(&mut *conn, c => diesel::delete(before).execute(c))?;
    if choices.is_empty() {
        return Ok(());
    }
    on!(conn, c => diesel::insert_into(channel_choices::table).values(choices).execute(c)).map(drop)
}

/// Throws away what became of messages made before an instant, so many at once.
pub fn delete_old(conn: &mut Conn, before: Timestamp, limit: i64) -> QueryResult<usize> {
    let old: Vec<NoticeId> = on!(&mut *conn, c => channel_deliveries::table
        .filter(channel_deliveries::made_at.lt(before))
        .order(channel_deliveries::made_at)
        .limit(limit)
        .select(channel_deliveries::notice_id)
        .load(c))?;
    let mut notices = old;
    notices.sort_unstable();
    notices.dedup();
    let Some(notice) = notices.first() else { return Ok(0) };
    let members: Vec<MemberId> = on!(&mut *conn, c => channel_deliveries::table
        .filter(channel_deliveries::notice_id.eq(notice))
        .order(channel_deliveries::member_id)
        .limit(limit)
        .select(channel_deliveries::member_id)
        .load(c))?;
    let rows = channel_deliveries::table
        .filter(channel_deliveries::notice_id.eq(notice))
        .filter(channel_deliveries::member_id.eq_any(&members));
    on!(conn, c => diesel::delete(rows).execute(c))
}

/// Adds what a member has allowed of a template; gives how many are left.
pub fn add_quota(conn: &mut Conn, member: MemberId, template: &str, accepts: i32, now: Timestamp) -> QueryResult<i32> {
    let row = (
        channel_quotas::member_id.eq(member),
        channel_quotas::template.eq(template),
        channel_quotas::remaining.eq(accepts),
        channel_quotas::accepted.eq(accepts),
        channel_quotas::changed_at.eq(now),
    );
    let more = (
        channel_quotas::remaining.eq(channel_quotas::remaining + accepts),
        channel_quotas::accepted.eq(channel_quotas::accepted + accepts),
        channel_quotas::changed_at.eq(now),
    );
    on!(conn, c => diesel::insert_into(channel_quotas::table)
        .values(row)
        .on_conflict((channel_quotas::member_id, channel_quotas::template))
        .do_update()
        .set(more)
        .returning(channel_quotas::remaining)
        .get_result(c))
}

/// Takes one message of what a member has allowed; false when nothing is left.
pub fn spend_quota(conn: &mut Conn, member: MemberId, template: &str, now: Timestamp) -> QueryResult<bool> {
    let left = channel_quotas::table.find((member, template)).filter(channel_quotas::remaining.gt(0));
    let spent = (channel_quotas::remaining.eq(channel_quotas::remaining - 1), channel_quotas::changed_at.eq(now));
    Ok(on!(conn, c => diesel::update(left).set(spent).execute(c))? == 1)
}

/// Gives back a message that was not sent.
pub fn return_quota(conn: &mut Conn, member: MemberId, template: &str) -> QueryResult<()> {
    let mine = channel_quotas::table.find((member, template));
    let more = channel_quotas::remaining.eq(channel_quotas::remaining + 1);
    on!(conn, c => diesel::update(mine).set(more).execute(c)).map(drop)
}

/// The platform says that nothing is left.
pub fn clear_quota(conn: &mut Conn, member: MemberId, template: &str, now: Timestamp) -> QueryResult<()> {
    let mine = channel_quotas::table.find((member, template));
    let none = (channel_quotas::remaining.eq(0), channel_quotas::changed_at.eq(now));
    on!(conn, c => diesel::update(mine).set(none).execute(c)).map(drop)
}

/// What a member has left, by template.
pub fn quotas_of(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<(String, i32)>> {
    on!(conn, c => channel_quotas::table
        .filter(channel_quotas::member_id.eq(member))
        .order(channel_quotas::template)
        .select((channel_quotas::template, channel_quotas::remaining))
        .load(c))
}

/// Forgets what a member has allowed.
pub fn delete_quotas(conn: &mut Conn, member: MemberId) -> QueryResult<()> {
    let mine = channel_quotas::table.filter(channel_quotas::member_id.eq(member));
    on!(conn, c => diesel::delete(mine).execute(c)).map(drop)
}
