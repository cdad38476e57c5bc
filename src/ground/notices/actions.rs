//! Telling, delivering and marking as read.

use std::sync::Arc;

use diesel::QueryResult;

use super::model::{
    InboxMove, LastingText, NewNotice, Notice, NoticeId, NoticeKind, Read, To, first_since, oldest_kept, oldest_shown,
    spans,
};
use super::store::{self, Inbox};
use crate::base::hooks::Hooks;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::{Conn, Db, DbError, Never, Stop, Tx};
use crate::kernel::changes;
use crate::kernel::glance::{Line, Look, Seen};
use crate::kernel::outbox::{self, Handlers, Message};

/// The outbox topic under which notices travel.
const TOPIC: &str = "notice";

/// The topic of those that stay in the inbox for good.
const LASTING_TOPIC: &str = "lasting_notice";

/// The topic of those that grow.
const GROWING_TOPIC: &str = "growing_notice";

/// The topic of `kernel::changes` by which pages that are open hear that an inbox has something new: a member's or a unit's.
const INBOX_TOPIC: &str = "notice";

/// What becomes of a notice in the inbox.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Delivery {
    Each,
    Growing,
    ForGood,
}

/// Notices, and marks, that one transaction throws away at most.
const NOTICES_AT_ONCE: i64 = 200;
const MARKS_AT_ONCE: usize = 2_000;

/// Members whose moves are written by one statement.
const MOVED_AT_ONCE: usize = 100;

/// Such transactions in one pass.
const PASSES: usize = 20;

/// Tells somebody something once this transaction has committed.
pub fn tell(tx: &mut Tx, notice: NewNotice) -> QueryResult<()> {
    outbox::send(tx, TOPIC, notice).map(drop)
}

/// Like [`tell`], for a room that must find later whom it has reached: gives the id of the notice.
pub fn announce(tx: &mut Tx, notice: NewNotice) -> QueryResult<NoticeId> {
    Ok(NoticeId::from(outbox::send(tx, TOPIC, notice)?.uuid()))
}

/// Like [`tell`], for what may be said of one thing many times a day, so that one notice with their number is enough:
/// thirty comments of one day on one idea are one notice that says thirty.
pub fn tell_growing(tx: &mut Tx, notice: NewNotice) -> QueryResult<()> {
    outbox::send(tx, GROWING_TOPIC, notice).map(drop)
}

/// Like [`tell`], for what a member must still find years later, such as who set his password anew: it is neither hidden
/// nor thrown away with age.
pub fn tell_for_good(tx: &mut Tx, member: MemberId, kind: NoticeKind, text: LastingText) -> QueryResult<()> {
    let LastingText { title, body, link } = text;
    outbox::send(tx, LASTING_TOPIC, NewNotice { to: To::Member(member), kind, title, body, link }).map(drop)
}

/// Notices that have just come into the inbox, on their way beyond it; told by a later room, which knows the channels.
#[derive(Clone, Default)]
pub struct Onward(Hooks<Leads>);

/// Sends a notice on, in the transaction that puts it into the inbox.
type Leads = Arc<dyn Fn(&mut Tx, &Notice) -> QueryResult<()> + Send + Sync>;

impl Onward {
    pub fn by(&self, leads: impl Fn(&mut Tx, &Notice) -> QueryResult<()> + Send + Sync + 'static) {
        self.0.add(Arc::new(leads));
    }

    fn lead(&self, tx: &mut Tx, notice: &Notice) -> QueryResult<()> {
        self.0.each().iter().try_for_each(|leads| leads(tx, notice))
    }
}

/// Lets notices be delivered into the inbox.
pub fn handle(handlers: &mut Handlers, db: &Db, onward: &Onward) {
    for (topic, delivery) in
        [(TOPIC, Delivery::Each), (GROWING_TOPIC, Delivery::Growing), (LASTING_TOPIC, Delivery::ForGood)]
    {
        let (db, onward) = (db.clone(), onward.clone());
        handlers.on(topic, move |message| deliver(db.clone(), onward.clone(), message, delivery));
    }
}

/// Puts a notice into the inbox; the message's id is the notice's, so that delivering it twice gives one notice.
async fn deliver(db: Db, onward: Onward, message: Message, delivery: Delivery) -> Result<(), String> {
    let (new, lasting): (NewNotice, _) = (message.payload()?, delivery == Delivery::ForGood);
    let notice = Notice::new(NoticeId::from(message.id.uuid()), new, message.created_at, lasting);
    let delivered: Result<(), Stop<Never>> = db
        .write(move |tx| {
            let is_news = match delivery {
                Delivery::Growing => put_growing(tx.conn, notice.clone())?,
                Delivery::Each | Delivery::ForGood => store::insert(tx.conn, &notice)?,
            };
            if let Some(whose) = notice.member_id.map(MemberId::uuid).or(notice.unit_id.map(UnitId::uuid)) {
                changes::announce(tx, INBOX_TOPIC, whose)?;
            }
            if is_news {
                onward.lead(tx, &notice)?;
            }
            Ok(())
        })
        .await;
    delivered.map_err(|stop| DbError::from(stop).to_string())
}

/// Has a notice take the place of what said the same of the same thing on its day and, to a member, is still unread; it
/// counts that. Says whether it is the first of its day.
fn put_growing(conn: &mut Conn, notice: Notice) -> QueryResult<bool> {
    let from = first_since(notice.created_at.day().start());
    let before = store::find_same(conn, &notice, from)?;
    let count = before.as_ref().map_or(0, |before| before.count).saturating_add(1);
    let is_new = store::insert(conn, &Notice { count, ..notice })?;
    let is_first = is_new && before.is_none();
    if let Some(before) = before.filter(|_| is_new) {
        store::supersede(conn, before.id)?;
    }
    Ok(is_first)
}

/// Says that the homes of `members` have come to lie elsewhere: from now on they have what is told to the units that they
/// `joined`, and no more what is told to those that they `left`. What they had stays.
pub fn moved(tx: &mut Tx, members: &[MemberId], left: &[UnitId], joined: &[UnitId]) -> QueryResult<()> {
    let at_id: NoticeId = tx.fresh_id();
    let units = left.iter().map(|unit| (*unit, false)).chain(joined.iter().map(|unit| (*unit, true)));
    let units: Vec<(UnitId, bool)> = units.collect();
    for some in members.chunks(MOVED_AT_ONCE) {
        let of = |member_id: &MemberId| {
            let member_id = *member_id;
            units.iter().map(move |(unit_id, joined)| InboxMove {
                member_id,
                unit_id: *unit_id,
                at_id,
                joined: *joined,
            })
        };
        let moves: Vec<InboxMove> = some.iter().flat_map(of).collect();
        if !moves.is_empty() {
            store::insert_moves(tx.conn, &moves)?;
        }
    }
    Ok(())
}

/// What the room looks for on the page of the day, which [`newest`] is handed.
pub const LOOKS: [Look; 1] = [store::MOVES];

fn moves_in(seen: &Seen, member_id: MemberId) -> Vec<InboxMove> {
    let moved =
        |line: &Line| Some(InboxMove { member_id, unit_id: line.id()?, at_id: line.about()?, joined: line.count == 1 });
    seen.of(store::MOVES.kind).filter_map(moved).collect()
}

/// The inbox of a member at home at `path`.
pub(super) fn open_inbox(conn: &mut Conn, who: (MemberId, &[UnitId]), now: Timestamp) -> QueryResult<Inbox> {
    let moves = store::list_moves(conn, who.0)?;
    Ok(inbox(who, &moves, now))
}

fn inbox((member, path): (MemberId, &[UnitId]), moves: &[InboxMove], now: Timestamp) -> Inbox {
    let from = oldest_shown(member, now);
    Inbox { member, from, spans: spans(path, moves, from) }
}

/// Which kinds a member does not want counted; told by a later room, which keeps what members set.
#[derive(Clone, Default)]
pub struct Muting(Hooks<Mutes>);

/// The kinds that a member has muted.
type Mutes = fn(&mut Conn, MemberId) -> QueryResult<Vec<NoticeKind>>;

impl Muting {
    pub fn by(&self, mutes: Mutes) {
        self.0.add(mutes);
    }

    fn of(&self, conn: &mut Conn, member: MemberId) -> QueryResult<Vec<NoticeKind>> {
        let mut muted = Vec::new();
        for mutes in self.0.each() {
            muted.extend(mutes(conn, member)?);
        }
        Ok(muted)
    }

    /// How many notices of the inbox are unread, of the kinds that are counted.
    pub(super) fn count_unread(&self, conn: &mut Conn, inbox: &Inbox) -> QueryResult<i64> {
        let muted = self.of(conn, inbox.member)?;
        let unread = store::count_unread_by_kind(conn, inbox)?;
        Ok(unread.iter().filter(|(kind, _)| !muted.contains(kind)).map(|(_, count)| count).sum())
    }
}

/// The newest notices of a member, each with the instant at which he read it, and how many of each kind are unread.
pub struct Newest {
    pub notices: Vec<(Notice, Option<Timestamp>)>,
    pub unread: Vec<(NoticeKind, i64)>,
}

/// What is newest in the inbox of a member at home at a path, of whom the [`LOOKS`] have seen how he moved.
pub fn newest(
    conn: &mut Conn,
    who: (MemberId, &[UnitId]),
    seen: &Seen,
    now: Timestamp,
    limit: i64,
) -> QueryResult<Newest> {
    let inbox = inbox(who, &moves_in(seen, who.0), now);
    Ok(Newest { notices: store::list(conn, &inbox, None, limit)?, unread: store::count_unread_by_kind(conn, &inbox)? })
}

/// Marks what is unread in the inbox of a member at home at a path as read, of `ids` only if there are any, and says how
/// much is left.
pub(super) async fn mark(
    db: &Db,
    muting: &Muting,
    (member_id, path): (MemberId, Arc<[UnitId]>),
    ids: Option<Vec<NoticeId>>,
) -> Result<i64, DbError> {
    let muting = muting.clone();
    let marked: Result<i64, Stop<Never>> = db
        .write(move |tx| {
            let read_at = tx.now();
            let inbox = open_inbox(tx.conn, (member_id, &path), read_at)?;
            let unread = store::list_unread(tx.conn, &inbox, ids.as_deref())?;
            let reads: Vec<Read> = unread.into_iter().map(|notice_id| Read { member_id, notice_id, read_at }).collect();
            if !reads.is_empty() {
                store::insert_reads(tx.conn, &reads)?;
            }
            Ok(muting.count_unread(tx.conn, &inbox)?)
        })
        .await;
    Ok(marked?)
}

/// Throws away notices that nobody is shown any more, with the marks on them: a bounded number at a time, so that
/// members' writes pass in between. A notice to the whole enterprise has a mark of every member.
pub async fn tidy(db: &Db) -> Result<(), DbError> {
    for _ in 0..PASSES {
        let until = oldest_kept(db.now());
        let old = db.read(move |conn| store::list_older(conn, until, NOTICES_AT_ONCE)).await?;
        if old.is_empty() {
            break;
        }
        db.write(move |tx| -> Result<(), Stop<Never>> { Ok(throw_away(tx, &old)?) }).await.map_err(DbError::from)?;
    }
    let forget = |tx: &mut Tx| -> Result<(), Stop<Never>> {
        let until = oldest_kept(tx.now());
        Ok(store::delete_old_moves(tx.conn, until)?)
    };
    db.write(forget).await.map_err(DbError::from)
}

fn throw_away(tx: &mut Tx, notices: &[NoticeId]) -> QueryResult<()> {
    let mut left = MARKS_AT_ONCE;
    for notice in notices {
        let gone = store::delete_reads(tx.conn, *notice, left)?;
        left = left.saturating_sub(gone);
        if left == 0 {
            break; // perhaps there are more; the next transaction goes on
        }
        store::delete(tx.conn, *notice)?;
    }
    Ok(())
}
