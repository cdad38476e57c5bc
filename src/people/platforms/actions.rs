//! The room's handle, and what it knows of accounts.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::client::tokens::Tokens;
use super::client::wechat::{self, Wechat};
use super::client::wecom::{self, Wecom};
use super::client::{Client, http};
use super::model::{Account, BoundBy, Identity, Platform};
use super::rules::{Fault, Refusal};
use super::store;
use crate::base::crypto::Key;
use crate::base::hooks::Hooks;
use crate::base::id::MemberId;
use crate::config::{PlatformsConfig, Secrets};
use crate::db::{Conn, Db, DbError, Stop, Tx};
use crate::kernel::memo::Memo;
use crate::kernel::trail::{self, Act};
use crate::people::members::Directory;
use crate::people::sessions::Sessions;

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

/// Forgets what a later room keeps of a member's account.
type Forgets = fn(&mut Tx, MemberId, Platform) -> QueryResult<()>;

/// Everything the room works with; clones share it.
#[derive(Clone)]
pub struct Platforms {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) sessions: Sessions,
    pub(super) config: Arc<PlatformsConfig>,
    /// Seals account ids and session keys, and makes their hashes.
    pub(super) accounts_key: Key,
    /// Seals tickets and outcomes of codes, and marks states.
    pub(super) passing_key: Key,
    pub wecom: Option<Wecom>,
    pub wechat: Option<Wechat>,
    pub mini: Option<Wechat>,
    /// What later rooms forget with an account.
    forgets: Hooks<Forgets>,
    /// What pages are signed with, by platform.
    pub(super) tickets: Arc<Memo<Platform, String, Fault>>,
}

impl Platforms {
    pub fn new(
        db: &Db,
        (directory, sessions): (Directory, Sessions),
        config: PlatformsConfig,
        secrets: &Secrets,
    ) -> Result<Platforms, String> {
        let key = &secrets.session_key;
        let http = http(config.platform_proxy.as_deref())?;
        let client = |base: &str, name: String, fetch| {
            let tokens = Tokens::new(db.clone(), key, name, fetch);
            Client::new(http.clone(), base, config.platform_rate, tokens, db.clone())
        };
        let wecom = config.wecom().map(|(app, agent)| {
            let fetch = wecom::token(&app.id, app.secret.reveal());
            Wecom::new(client(&config.wecom_api, format!("wecom/{}/{agent}", app.id), fetch), agent)
        });
        let of_wechat = |app: crate::config::Application| {
            let fetch = wechat::token(&app.id, app.secret.reveal());
            Wechat::new(client(&config.wechat_api, format!("wechat/{}", app.id), fetch), &app)
        };
        Ok(Platforms {
            wechat: config.wechat().map(of_wechat),
            mini: config.mini().map(of_wechat),
            wecom,
            db: db.clone(),
            directory,
            sessions,
            config: Arc::new(config),
            forgets: Hooks::default(),
            tickets: Arc::new(Memo::new(4)),
            accounts_key: key.derive(b"platform accounts"),
            passing_key: key.derive(b"platform passing"),
        })
    }

    /// Whether the enterprise uses a platform.
    pub fn uses(&self, platform: Platform) -> bool {
        match platform {
            Platform::Wecom => self.wecom.is_some(),
            Platform::Wechat => self.wechat.is_some(),
            Platform::Mini => self.mini.is_some(),
        }
    }

    /// The id of the enterprise's application on a platform.
    pub(super) fn application(&self, platform: Platform) -> &str {
        let id = match platform {
            Platform::Wecom => &self.config.wecom_corp_id,
            Platform::Wechat => &self.config.wechat_app_id,
            Platform::Mini => &self.config.mini_app_id,
        };
        id.as_deref().map(str::trim).unwrap_or_default()
    }

    /// By what an account is found.
    pub(super) fn hash(&self, platform: Platform, account: &str) -> Vec<u8> {
        let parts = [platform.as_str().as_bytes(), self.application(platform).as_bytes(), account.as_bytes()];
        self.accounts_key.mac(&[b"account", parts[0], parts[1], parts[2]]).to_vec()
    }

    pub(super) fn union_hash(&self, union: &str) -> Vec<u8> {
        self.accounts_key.mac(&[b"union", union.as_bytes()]).to_vec()
    }

    /// The account ids of some members on a platform, as a channel needs them.
    pub fn accounts(
        &self,
        conn: &mut Conn,
        platform: Platform,
        members: &[MemberId],
    ) -> QueryResult<HashMap<MemberId, String>> {
        let bound = store::list_on(conn, platform, members)?;
        let mut accounts: HashMap<MemberId, String> =
            bound.into_iter().filter_map(|account| Some((account.member_id, self.id_there(&account)?))).collect();
        // where accounts are called like members, nobody need sign in there before he can be reached
        if platform == Platform::Wecom && self.config.wecom_userid_is_employee_no {
            for member in members {
                if let Some(card) = self.directory.member(*member) {
                    accounts.entry(*member).or_insert_with(|| card.employee_no.to_string());
                }
            }
        }
        Ok(accounts)
    }

    /// The id there, unless it is of another application than the enterprise uses now.
    fn id_there(&self, account: &Account) -> Option<String> {
        let id = self.accounts_key.open_for(&account.account_hash, &account.account_sealed)?;
        let id = String::from_utf8(id).ok()?;
        (self.hash(account.platform, &id) == account.account_hash).then_some(id)
    }

    /// Binds an account to a member. Whoever has it already, or has another one there, is told so.
    pub(super) fn bind(
        &self,
        tx: &mut Tx,
        member: MemberId,
        (platform, identity): (Platform, &Identity),
        bound_by: BoundBy,
    ) -> Outcome<()> {
        let hash = self.hash(platform, &identity.account);
        if let Some(known) = store::find(tx.conn, platform, &hash)? {
            return if known.member_id == member { Ok(()) } else { Err(Refusal::AccountTaken.into()) };
        }
        let account = Account {
            platform,
            account_sealed: self.accounts_key.seal_for(&hash, identity.account.as_bytes()),
            union_hash: identity.union.as_deref().map(|union| self.union_hash(union)),
            session_key_sealed: self.sealed_session_key(&hash, identity),
            account_hash: hash,
            member_id: member,
            bound_by,
            bound_at: tx.now(),
        };
        if !store::insert(tx.conn, &account)? {
            let is_taken = store::find(tx.conn, platform, &account.account_hash)?.is_some();
            return Err(if is_taken { Refusal::AccountTaken } else { Refusal::MemberBound }.into());
        }
        Ok(note(tx, member, "platforms.bind", json!({ "platform": platform, "by": bound_by }))?)
    }

    pub(super) fn sealed_session_key(&self, hash: &[u8], identity: &Identity) -> Option<Vec<u8>> {
        let key = identity.session_key.as_deref()?;
        Some(self.accounts_key.seal_for(&[b"session key", hash].concat(), key.as_bytes()))
    }

    /// The bindings of a member.
    pub(super) async fn bindings(&self, member: MemberId) -> Result<Vec<Account>, DbError> {
        self.db.read(move |conn| store::list(conn, member)).await
    }

    /// Unbinds the member's account on a platform; with it goes everything that came from there.
    pub(super) async fn unbind(&self, member: MemberId, platform: Platform) -> Outcome<()> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                if !store::delete(tx.conn, platform, member)? {
                    return Err(Refusal::NotBound.into());
                }
                room.forget(tx, member, platform)?;
                Ok(note(tx, member, "platforms.unbind", json!({ "platform": platform, "by": "member" }))?)
            })
            .await
    }

    /// Has a later room forget what it keeps of an account that is unbound.
    pub fn upon_unbinding(&self, forgets: Forgets) {
        self.forgets.add(forgets);
    }

    pub(super) fn forget(&self, tx: &mut Tx, member: MemberId, platform: Platform) -> QueryResult<()> {
        self.forgets.each().iter().try_for_each(|forgets| forgets(tx, member, platform))
    }

    /// How many members are bound on each platform.
    pub async fn count_bound(&self) -> Result<Vec<(Platform, i64)>, DbError> {
        self.db.read(store::count).await
    }
}

/// Writes into the trail what became of a member's account there; never which account.
pub(super) fn note(tx: &mut Tx, member: MemberId, action: &'static str, detail: serde_json::Value) -> QueryResult<()> {
    trail::note(tx, Act { actor: Some(member), action, subject_kind: "member", subject_id: member.uuid(), detail })
}
