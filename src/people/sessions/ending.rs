//! Ending sessions before their time, so that every process stops recognising them.

use super::gate::Gate;
use super::model::Ending;
use super::resets::RESET_ON_DESK;
use super::tokens::ACCESS_SECONDS;
use super::{rules, store};
use crate::base::id::{MemberId, SessionId};
use crate::db::{Db, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::changes::{self, Change};
use crate::kernel::desk;

/// The change that tells other processes of one ended session.
const SESSION_TOPIC: &str = "session_ended";
/// The change that tells other processes to look a session up anew.
const CHANGED_TOPIC: &str = "session_changed";
/// The change that tells other processes that many sessions of a member ended: one line, however many there were.
const MEMBER_TOPIC: &str = "member_sessions_ended";

/// Seconds for which the end of a session must be known to anyone who hears of it: as long as its access tokens live,
/// and as late as a change may be heard of.
const RECENT_SECONDS: i64 = ACCESS_SECONDS + 120;

/// Ends a session and lets every process know; false when it was not live.
pub(super) fn end_session(
    tx: &mut Tx,
    gate: &Gate,
    member: MemberId,
    session: SessionId,
    because: Ending,
) -> diesel::QueryResult<bool> {
    if !store::revoke(tx.conn, member, session, because, tx.now())? {
        return Ok(false);
    }
    changes::announce(tx, SESSION_TOPIC, session.uuid())?;
    let gate = gate.clone();
    tx.after_commit(move || gate.end(session));
    Ok(true)
}

/// Lets every process look up anew what a session allows, which goes on.
pub(super) fn look_anew(tx: &mut Tx, gate: &Gate, session: SessionId) -> diesel::QueryResult<()> {
    changes::announce(tx, CHANGED_TOPIC, session.uuid())?;
    let gate = gate.clone();
    tx.after_commit(move || gate.look_anew(session));
    Ok(())
}

/// Ends every session of `member` but `spared`, however many there are, and says how many it ended.
pub(super) fn end_sessions(
    tx: &mut Tx,
    gate: &Gate,
    member: MemberId,
    spared: Option<SessionId>,
    because: Ending,
) -> diesel::QueryResult<usize> {
    let ended = store::revoke_all(tx.conn, member, spared, because, tx.now())?;
    tell_processes(tx, gate, member, ended)
}

/// Ends what a member who leaves could come back with: sessions, codes, and requests for one. The gate turns members away
/// who have left, and hears of the sessions before they could return.
pub fn end_for_leaving(tx: &mut Tx, member: MemberId) -> diesel::QueryResult<()> {
    if !store::revoke_all(tx.conn, member, None, Ending::Left, tx.now())?.is_empty() {
        changes::announce(tx, MEMBER_TOPIC, member.uuid())?;
    }
    store::delete_unused_invitations(tx.conn, member)?;
    store::resets::delete_request(tx.conn, member)?;
    desk::clear(tx, RESET_ON_DESK, member.uuid())
}

/// Ends the sessions of `member` that were not used for longest, beyond the number that one member may have, and tells
/// the member, whose other devices may be somebody else's.
pub(super) fn end_surplus(tx: &mut Tx, gate: &Gate, member: MemberId) -> diesel::QueryResult<()> {
    let surplus = store::list_sessions_beyond(tx.conn, member, rules::MAX_SESSIONS as i64, tx.now())?;
    if surplus.is_empty() {
        return Ok(());
    }
    let (ids, devices): (Vec<SessionId>, Vec<String>) = surplus.into_iter().unzip();
    let ended = store::revoke_these(tx.conn, member, &ids, Ending::TooMany, tx.now())?;
    if tell_processes(tx, gate, member, ended)? > 0 {
        notices::tell(tx, surplus_notice(member, &devices))?;
    }
    Ok(())
}

fn tell_processes(tx: &mut Tx, gate: &Gate, member: MemberId, ended: Vec<SessionId>) -> diesel::QueryResult<usize> {
    let number = ended.len();
    if number > 0 {
        changes::announce(tx, MEMBER_TOPIC, member.uuid())?;
        let gate = gate.clone();
        tx.after_commit(move || ended.into_iter().for_each(|session| gate.end(session)));
    }
    Ok(number)
}

/// Learns from `heard` of the sessions that other processes ended. Where it cannot be read which these are, everybody is
/// looked up anew, since a change is heard of once.
pub(super) async fn hear(db: &Db, gate: &Gate, heard: &[Change]) {
    for change in heard {
        if change.topic == SESSION_TOPIC {
            change.subject::<SessionId>().into_iter().for_each(|session| gate.end(session));
        } else if change.topic == CHANGED_TOPIC {
            change.subject::<SessionId>().into_iter().for_each(|session| gate.look_anew(session));
        } else if change.topic == MEMBER_TOPIC
            && let Some(member) = change.subject::<MemberId>()
        {
            let since = db.now().plus_seconds(-RECENT_SECONDS);
            match db.read(move |conn| store::list_ended_since(conn, member, since)).await {
                Ok(ended) => ended.into_iter().for_each(|session| gate.end(session)),
                Err(_) => gate.forget(),
            }
        }
    }
}

/// Devices that a notice names.
const NAMED: usize = 3;

fn surplus_notice(member: MemberId, devices: &[String]) -> NewNotice {
    let named: Vec<String> = devices.iter().take(NAMED).map(|device| format!("“{device}”")).collect();
    let more = if devices.len() > NAMED { format!("等 {} 台设备", devices.len()) } else { String::new() };
    NewNotice {
        to: To::Member(member),
        kind: NoticeKind::SECURITY,
        title: format!("登录设备超过 {} 台，最久未使用的已退出", rules::MAX_SESSIONS),
        body: format!(
            "同一账号最多同时在 {} 台设备上登录。您在新设备登录后，{}{more}已退出登录。如非本人操作，请立即修改密码。",
            rules::MAX_SESSIONS,
            named.join("、"),
        ),
        link: None,
    }
}
