//! The key under which the ballots of a vote are sealed: made at the opening for this vote alone, kept where all servers
//! find it and no copy of the database does, and destroyed once the count is on disk. From then on nobody opens a ballot
//! any more, whatever is left of its ciphertext in logs, dead rows and backups.
//!
//! Votes that were open before each had a key of its own go on under the one that follows from the secrets.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::Mutex;

use super::ballots::Poll;
use super::model::{KeySource, Seal};
use super::rules::Refusal;
use super::{Outcome, store};
use crate::base::crypto::Key;
use crate::db::{Conn, DbError, Never, Stop};
use crate::judging::campaigns::model::{CampaignId, CampaignStage, CampaignState};
use crate::judging::campaigns::notices::note;
use crate::judging::campaigns::rules::{CampaignRefusal, takes};
use crate::judging::campaigns::{Campaigns, store as campaigns};
use crate::kernel::key_store::{KeyName, check_of};

/// How long a key that could not be had is not asked for again, so that many ballots at once do not all wait for it.
const ASKING_REST: Duration = Duration::from_secs(1);

/// Votes whose keys are destroyed in one pass.
const DESTROYED_AT_ONCE: i64 = 50;

/// The table that held ciphertext.
const BALLOTS: &str = "campaign_ballots";

/// The key of a vote in the memory of this server: read when the first ballot needs it, dropped when the vote has ended.
#[derive(Debug, Default)]
pub(super) struct KeyInMemory {
    key: RwLock<Option<Key>>,
    /// When it was last asked for in vain; held while it is asked for.
    asked: Mutex<Option<Instant>>,
    /// It lies in memory alone: what it sealed can be counted, but no further ballot may hang on it.
    is_lost: AtomicBool,
}

impl KeyInMemory {
    fn known(&self) -> Option<Key> {
        self.key.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, key: Option<Key>) {
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = key;
    }
}

impl Campaigns {
    /// Makes the key of a vote that is about to open. Should the opening come to nothing, the next one makes another.
    pub(in crate::judging::campaigns) async fn make_vote_key(&self, id: CampaignId) -> Outcome<KeyName> {
        let made = self.vote_keys.create(id.uuid()).await;
        made.map(|(name, _)| name).map_err(|error| Refusal::NoKey { cause: error.to_string() }.into())
    }

    /// The key to seal a ballot with: from memory but for the first ballot. Where there is none, the stage says whether
    /// the vote is over.
    pub(super) async fn casting_key(&self, id: CampaignId, poll: &Poll) -> Outcome<Key> {
        if poll.key.is_lost.load(Ordering::Relaxed) {
            return Err(Refusal::NoKey { cause: format!("the sealing key of vote {id} is in memory alone") }.into());
        }
        if let Some(key) = poll.key.known() {
            return Ok(key);
        }
        let standing = move |conn: &mut Conn| {
            Ok((campaigns::find(conn, id)?, campaigns::find_stage(conn, id, CampaignStage::Vote)?))
        };
        let (campaign, stage) = self.db.read(standing).await?;
        if campaign.is_some_and(|campaign| campaign.state == CampaignState::Cancelled) {
            return Err(CampaignRefusal::WrongState(CampaignState::Cancelled).into());
        }
        takes(&stage.ok_or(CampaignRefusal::NoSuchStage)?, self.db.now())?;
        let mut asked = poll.key.asked.lock().await;
        if let Some(key) = poll.key.known() {
            return Ok(key);
        }
        if asked.is_some_and(|at| at.elapsed() < ASKING_REST) {
            return Err(
                Refusal::NoKey { cause: format!("the sealing key of vote {id} was not there a moment ago") }.into()
            );
        }
        let found = self.find_key(id).await;
        match &found {
            Ok(key) => poll.key.put(Some(key.clone())),
            // now, and not when it was asked for: those who have waited meanwhile would ask a silent place one by one
            Err(_) => *asked = Some(Instant::now()),
        }
        found
    }

    /// The key to open the ballots of a vote with.
    pub(super) async fn counting_key(&self, id: CampaignId, poll: &Poll) -> Outcome<Key> {
        match poll.key.known() {
            Some(key) => Ok(key),
            None => self.find_key(id).await,
        }
    }

    /// The key that the vote began with. Ballots under two keys could never be counted together, so a server with another
    /// one takes none and counts none.
    async fn find_key(&self, id: CampaignId) -> Outcome<Key> {
        let seal = match self.db.read(move |conn| store::keys::find(conn, id)).await? {
            Some(seal) => seal,
            None => self.seal_by_secrets(id).await?,
        };
        let Some(name) = seal.key_name() else {
            let own = seal.key_check == check_of(&self.former_seal_key, id.uuid());
            return if own { Ok(self.former_seal_key.clone()) } else { Err(Refusal::OtherKey.into()) };
        };
        let cause = match self.vote_keys.load(name).await {
            Ok(Some(key)) => return Ok(key),
            Ok(None) => format!("the sealing key {name} is not where this server looks for it (XIANFENG_VOTE_KEYS)"),
            Err(error) => error.to_string(),
        };
        Err(Refusal::NoKey { cause }.into())
    }

    /// A vote that opened before there were keys of votes, and has no ballot yet: the first server to take one says which
    /// secrets it goes by.
    async fn seal_by_secrets(&self, id: CampaignId) -> Outcome<Seal> {
        let key_check = check_of(&self.former_seal_key, id.uuid()).to_vec();
        let seal = Seal { campaign_id: id, key_check, key_source: KeySource::Secrets, key_destroyed_at: None };
        self.db
            .write(move |tx| -> Outcome<Seal> {
                store::keys::insert(tx.conn, &seal)?;
                Ok(store::keys::find(tx.conn, id)?.unwrap_or_else(|| seal.clone()))
            })
            .await
    }

    /// Destroys the keys of a vote that will never be counted, or never again, and forgets what memory holds; to be called
    /// once that is on disk. What fails here is made good by [`Campaigns::destroy_spent_keys`].
    pub(in crate::judging::campaigns) async fn destroy_vote_keys(&self, id: CampaignId) {
        self.forget_key(id);
        if let Err(error) = self.destroy_keys_of(id).await {
            tracing::warn!(campaign = %id, %error, "the key of a vote could not be destroyed yet");
        }
    }

    fn forget_key(&self, id: CampaignId) {
        if let Some(poll) = self.polls.get(&id) {
            poll.key.put(None);
        }
    }

    async fn destroy_keys_of(&self, id: CampaignId) -> Result<(), DbError> {
        for name in self.list_keys().await?.into_iter().filter(|name| name.owner == id.uuid()) {
            self.destroy_key(name).await?;
        }
        Ok(())
    }

    async fn list_keys(&self) -> Result<Vec<KeyName>, DbError> {
        self.vote_keys.list().await.map_err(|error| DbError::Unavailable(error.to_string()))
    }

    /// That the key is spent may be what a reader has seen.
    async fn destroy_key(&self, name: KeyName) -> Result<(), DbError> {
        self.db.wait_for_disk().await?;
        self.vote_keys.destroy(name).await.map_err(|error| DbError::Unavailable(error.to_string()))
    }

    /// Finishes what an ended vote leaves behind, also after a crash: destroys its key, forgets it, and removes what the
    /// database still keeps of the ciphertext. Keys of other databases are left alone.
    pub async fn destroy_spent_keys(&self) -> Result<(), DbError> {
        self.forget_ended().await?;
        let there = self.list_keys().await?;
        self.put_back_lost_keys(&there).await?;
        self.destroy_spare_keys(&there).await?;
        let owners: Vec<CampaignId> = there.iter().map(|name| name.owner.into()).collect();
        let spent = move |conn: &mut Conn| store::keys::list_spent(conn, &owners, DESTROYED_AT_ONCE);
        let spent = self.db.read(spent).await?;
        if spent.is_empty() {
            return Ok(());
        }
        for id in &spent {
            self.forget_key(*id);
            self.destroy_keys_of(*id).await?;
        }
        if !self.db.scrub(BALLOTS).await? {
            tracing::info!("what the count erased is still in use by a reader; it is removed later");
            return Ok(());
        }
        for id in spent {
            self.write_down_destruction(id).await?;
        }
        Ok(())
    }

    async fn write_down_destruction(&self, id: CampaignId) -> Result<(), DbError> {
        let written = self.db.write(move |tx| -> Result<(), Stop<Never>> {
            if store::keys::put_destroyed_at(tx.conn, id, tx.now())? {
                note(tx, None, "campaigns.destroy_key", id, json!({}))?;
            }
            Ok(())
        });
        Ok(written.await?)
    }

    /// Drops from memory the keys of votes that another server counted.
    async fn forget_ended(&self) -> Result<(), DbError> {
        let held: Vec<CampaignId> =
            self.polls.iter().filter(|(_, poll)| poll.key.known().is_some()).map(|(id, _)| *id).collect();
        if held.is_empty() {
            return Ok(());
        }
        for id in self.db.read(move |conn| store::keys::list_ended(conn, &held)).await? {
            self.forget_key(id);
        }
        Ok(())
    }

    /// Puts a key back that is gone from its place while this server has it in memory: without it, what was cast could not
    /// be counted after a restart. Where that fails no further ballot is taken.
    async fn put_back_lost_keys(&self, there: &[KeyName]) -> Result<(), DbError> {
        let held = self.polls.iter().filter_map(|(id, poll)| poll.key.known().map(|key| (*id, poll, key)));
        let name = |(id, _, key): &(CampaignId, Arc<Poll>, Key)| KeyName::of(key, id.uuid());
        let (found, gone): (Vec<_>, Vec<_>) = held.partition(|held| there.contains(&name(held)));
        found.iter().for_each(|(_, poll, _)| poll.key.is_lost.store(false, Ordering::Relaxed));
        if gone.is_empty() {
            return Ok(());
        }
        let needed = self.db.read(list_needed_keys).await?;
        for held in gone.iter().filter(|held| needed.contains(&name(held))) {
            let (id, poll, key) = held;
            let put = self.vote_keys.put(name(held), key).await;
            poll.key.is_lost.store(put.is_err(), Ordering::Relaxed);
            match put {
                Ok(()) => tracing::error!(campaign = %id, "the key of an open vote was gone from its place; put back"),
                Err(error) => {
                    tracing::error!(campaign = %id, %error, "the key of an open vote is gone and cannot be put back");
                }
            }
        }
        Ok(())
    }

    /// Destroys keys that an opening made which came to nothing, once the vote has opened with another one.
    async fn destroy_spare_keys(&self, there: &[KeyName]) -> Result<(), DbError> {
        let mut owners = HashSet::new();
        let several: Vec<CampaignId> =
            there.iter().filter(|name| !owners.insert(name.owner)).map(|name| name.owner.into()).collect();
        if several.is_empty() {
            return Ok(());
        }
        let seals = self.db.read(move |conn| store::keys::list(conn, &several)).await?;
        let used: HashMap<_, _> = seals.iter().filter_map(Seal::key_name).map(|name| (name.owner, name)).collect();
        for spare in there.iter().filter(|name| used.get(&name.owner).is_some_and(|used| used != *name)) {
            self.destroy_key(*spare).await?;
        }
        Ok(())
    }
}

/// Whether `ballot_key` is the one under which votes were sealed that have no key of their own; `None` where there are
/// none to tell.
pub fn proves_ballot_key(conn: &mut Conn, ballot_key: &Key) -> diesel::QueryResult<Option<bool>> {
    let key = former_seal_key(ballot_key);
    let latest = store::keys::find_latest_by_secrets(conn)?;
    Ok(latest.map(|seal| seal.key_check == check_of(&key, seal.campaign_id.uuid())))
}

/// Sealed the ballots of all votes before each had a key of its own.
pub(in crate::judging::campaigns) fn former_seal_key(ballot_key: &Key) -> Key {
    ballot_key.derive(b"seal")
}

/// The names of the keys without which votes could not be counted that are open now, or wait for their count.
pub fn list_needed_keys(conn: &mut Conn) -> diesel::QueryResult<Vec<KeyName>> {
    Ok(store::keys::list_needed(conn)?.iter().filter_map(Seal::key_name).collect())
}
