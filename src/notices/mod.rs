//! Notices: what the program tells a member or a unit, kept in an inbox with an unread count.
//!
//! Tables: `notices`, `notice_reads`. Routes: `/me/notices`, `/me/notices/unread-count`, `/me/notices/read`. Rooms call
//! [`tell`] inside their transaction; the notice leaves by the outbox after the commit and [`handle`] puts it into the
//! inbox. A unit's notice is one row, whoever reads it. Channels beyond the inbox (WeChat, WeCom) will hang on the same
//! messages.

pub mod model;
mod store;

mod api;

use diesel::QueryResult;

use crate::db::{Db, DbError, Never, Stop, Tx};
use crate::kernel::outbox::{self, Handlers, Message};

pub use api::routes;
pub use model::{NewNotice, NoticeKind, To};

use model::{Notice, NoticeId};

/// The outbox topic under which notices travel.
pub const TOPIC: &str = "notice";

/// Tells somebody something once this transaction has committed.
pub fn tell(tx: &mut Tx, notice: NewNotice) -> QueryResult<()> {
    outbox::send(tx, TOPIC, notice).map(drop)
}

/// Lets notices be delivered into the inbox.
pub fn handle(handlers: &mut Handlers, db: &Db) {
    let db = db.clone();
    handlers.on(TOPIC, move |message| deliver(db.clone(), message));
}

/// Puts a notice into the inbox; the message's id is the notice's, so that delivering it twice gives one notice.
async fn deliver(db: Db, message: Message) -> Result<(), String> {
    let new: NewNotice = message.payload()?;
    let notice = Notice::new(NoticeId::from(message.id.uuid()), new, message.created_at);
    let delivered: Result<(), Stop<Never>> = db.write(move |tx| Ok(store::insert(tx.conn, &notice)?)).await;
    delivered.map_err(|stop| DbError::from(stop).to_string())
}
