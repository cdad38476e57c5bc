//! Accounts being opened: by a first invite code, by a reset, by the operator. Each opening is kept for good, told to the
//! member if it was a reset, and found again by the sessions that it ended.
//!
//! Of the device only keyed hashes are kept: of the device key that it shows, which it had from a session before (perhaps
//! another member's), of the key that it is given, and of its surroundings. A whole plant sits behind one address, so
//! surroundings are branch, address, user agent and name together, and nothing at all where the last two are missing.

use std::collections::HashMap;
use std::net::IpAddr;

use diesel::QueryResult;
use serde_json::json;

use super::actions::Sessions;
use super::ending::end_sessions;
use super::model::{AccountOpening, ByWhom, Ending, OpenedAccount, Opening, OpeningKind, Session};
use super::resets::RESET_ON_DESK;
use super::wording::{name_of, said};
use super::{rules, store};
use crate::base::id::MemberId;
use crate::base::network::Network;
use crate::base::time::Timestamp;
use crate::db::{Conn, Tx};
use crate::ground::notices::{self, LastingText, NoticeKind};
use crate::kernel::desk;
use crate::kernel::trail::{self, Act};
use crate::people::members::{Account, Directory};

/// What a device shows of itself when an account is opened on it.
#[derive(Clone, Debug)]
pub struct Showing {
    /// `device_key` of an earlier session on it, whosever it was.
    pub device_key: Option<String>,
    pub address: IpAddr,
    pub user_agent: String,
    /// What the client calls it.
    pub device: Option<String>,
}

/// What is kept of a device: keyed hashes.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    key_shown: Option<Vec<u8>>,
    key_given: Option<Vec<u8>>,
    surroundings: Option<Vec<u8>>,
}

impl Sessions {
    /// The marks of a device that shows `showing` and is given `device_key` for `member`.
    pub(super) fn marks(&self, member: MemberId, showing: &Showing, device_key: &str) -> Marks {
        let key_mark = |key: &str| self.marks_key.mac(&[b"device key", key.as_bytes()]).to_vec();
        let device = showing.device.as_deref().unwrap_or_default();
        let tells = !(showing.user_agent.is_empty() && device.is_empty());
        let surroundings = || {
            // of an IPv6 address the network: telephones change the rest by themselves
            let (branch, network) = (self.branch_of(member), Network::of(showing.address));
            let parts =
                [b"surroundings", branch.as_slice(), network.bytes(), showing.user_agent.as_bytes(), device.as_bytes()];
            self.marks_key.mac(&parts).to_vec()
        };
        Marks {
            key_shown: showing.device_key.as_deref().map(key_mark),
            key_given: Some(key_mark(device_key)),
            surroundings: tells.then(surroundings),
        }
    }

    /// The member's branch, the home unit where there is none.
    fn branch_of(&self, member: MemberId) -> [u8; 16] {
        let home = self.directory.member(member).map(|card| card.unit);
        let tree = self.directory.tree();
        let branch = home.and_then(|home| tree.get(home).and_then(|card| card.branch)).or(home);
        branch.map_or([0; 16], |unit| unit.uuid().into_bytes())
    }

    /// Ends every session of a member whose password was just set by `opening`, and keeps and tells what happened.
    pub(super) fn record_opening(
        &self,
        tx: &mut Tx,
        member: MemberId,
        opening: &Opening,
        marks: Marks,
    ) -> QueryResult<()> {
        end_sessions(tx, &self.gate, member, None, Ending::Reset)?;
        store::resets::delete_request(tx.conn, member)?;
        desk::clear(tx, RESET_ON_DESK, member.uuid())?;
        let Opening { kind, grounds, issued_by, approved_by } = *opening;
        let Marks { key_shown, key_given, surroundings } = marks;
        let row = AccountOpening {
            id: tx.fresh_id(),
            member_id: member,
            kind,
            grounds,
            issued_by,
            approved_by,
            key_shown,
            key_given,
            surroundings,
            opened_at: tx.now(),
        };
        store::openings::insert(tx.conn, &row)?;
        self.note_opening(tx, &row)?;
        match kind {
            OpeningKind::First => Ok(()),
            OpeningKind::Reset => tell_reset(tx, &self.directory, &row),
        }
    }

    fn note_opening(&self, tx: &mut Tx, row: &AccountOpening) -> QueryResult<()> {
        let action = match row.kind {
            OpeningKind::First => "sessions.open_account",
            OpeningKind::Reset => "sessions.reset_password",
        };
        let name = |member: Option<MemberId>| member.map(|_| name_of(&self.directory, member));
        let detail = json!({
            "grounds": row.grounds,
            "issued_by": row.issued_by, "issuer": name(row.issued_by),
            "approved_by": row.approved_by, "approver": name(row.approved_by),
        });
        let actor = row.issued_by.map(|_| row.member_id); // nobody of the roster acts for the operator
        trail::note(tx, Act { actor, action, subject_kind: "member", subject_id: row.member_id.uuid(), detail })
    }
}

fn tell_reset(tx: &mut Tx, directory: &Directory, row: &AccountOpening) -> QueryResult<()> {
    let text = LastingText {
        title: "您的登录密码已被重设".into(),
        body: format!(
            "您的登录密码于{}被重设（{}），此前登录的设备均已退出。如果不是您本人所为，请立即联系上级党组织或管理员。",
            said(row.opened_at),
            by_whom(directory, row)
        ),
        link: Some("/me/sessions".into()),
    };
    notices::tell_for_good(tx, row.member_id, NoticeKind::SECURITY, text)
}

/// How many hands an account's code is followed back through; branches, committees and administrators are three.
const HANDS: usize = 8;

/// Whether `issuer` may hold the account of `member` himself: its code came from him, or from somebody whose own did.
pub(super) fn came_from(conn: &mut Conn, member: MemberId, issuer: MemberId) -> QueryResult<bool> {
    let mut hand = member;
    for _ in 0..HANDS {
        match store::openings::find_issuer(conn, hand)? {
            Some(by) if by == issuer => return Ok(true),
            Some(by) => hand = by,
            None => return Ok(false),
        }
    }
    Ok(false)
}

/// By whose hands an account was opened.
pub(super) fn by_whom(directory: &Directory, row: &AccountOpening) -> ByWhom {
    ByWhom {
        grounds: row.grounds,
        issuer: name_of(directory, row.issued_by),
        approver: name_of(directory, row.approved_by),
    }
}

/// The reset that ended `session`, if one did.
pub(super) fn reset_behind(conn: &mut Conn, session: &Session) -> QueryResult<Option<AccountOpening>> {
    match (session.revoked_because, session.revoked_at) {
        (Some(Ending::Reset), Some(at)) => store::openings::find_at(conn, session.member_id, at),
        _ => Ok(None),
    }
}

/// Every account that was opened until `until`, oldest first, with a number for each device.
pub fn opened_accounts(conn: &mut Conn, until: Timestamp) -> QueryResult<Vec<OpenedAccount>> {
    Ok(rules::by_device(&store::openings::list(conn, until)?))
}

/// How the accounts of some members stand, for rosters.
pub(super) fn list_accounts(
    conn: &mut Conn,
    members: &[MemberId],
    now: Timestamp,
) -> QueryResult<HashMap<MemberId, Account>> {
    let mut accounts: HashMap<MemberId, Account> = HashMap::new();
    for member in store::list_registered(conn, members)? {
        accounts.entry(member).or_default().signed_in = true;
    }
    for member in store::list_with_open_code(conn, members, now)? {
        accounts.entry(member).or_default().code_open = true;
    }
    Ok(accounts)
}
