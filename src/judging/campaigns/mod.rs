//! Selections 评选: the ten best brands, the double ten-best plans, and whatever has the same shape.
//!
//! A campaign goes draft → announced → open, moved by organisers and by the clock. At opening its rules become one
//! canonical JSON document with its SHA-256 and the electorate becomes a roll; from then on only end times change, only to
//! later, by two people and with a reason. Its stages open and close one by one, never backwards. Units hand in entries in
//! versions; the first stage that judges fixes the version that is judged. A ballot is one row of ciphertext under a key
//! of its vote alone; after the closing has committed and everything older has ended, one transaction shuffles the ballots,
//! keeps them under random keys and erases the ciphertext, and then the key is destroyed. Results are integers that `base::score` explains, recomputable from the public export.
//!
//! Then a committee decides, with a reason wherever it departs from what was computed; objections are heard and answered;
//! the publication writes the awards down for good, and a bulletin 通报 tells of them.
//!
//! Tables: `campaigns` and `campaign_…`. Routes: `/campaigns…`, `/entries…`, `/voidings…`, `/objections…`.
//! Uses `members` (who belongs where, who is a secretary), `sessions` (how accounts came about), `points` (for taking part),
//! `files` (evidence) and `notices`.
//! Tells `files` who may read and delete the files of an entry, and `members` who judges a selection that is not over.
//!
//! `organising` writes campaigns, `staging` moves them, `extending` moves end times, `calling_off` ends a campaign for
//! good, `taking_back` undoes proposals; `entering` takes entries, `proving` their files; `casting` takes ballots, `sealing`
//! keeps their keys, `turnout` says how many, `flagging` what is unusual about them, `reviewing` who has looked at that,
//! `voiding` takes some away, `counting` counts them, `rewarding` gives points for them; `scoring` takes judges' scores,
//! `own_scores` shows them to the judge; `looking` reads, `resulting` explains, `awarding` goes from results to awards,
//! `deciding`, `objecting` and `publishing` make them final, `reporting` writes the bulletin, `exporting` gives everything
//! away, `verifying` recomputes it.

mod api;
mod awarding;
mod calling_off;
mod casting;
mod counting;
mod deciding;
mod entering;
mod exporting;
mod extending;
mod flagging;
mod looking;
mod model;
mod objecting;
mod organising;
mod own_scores;
mod proving;
mod publishing;
mod reporting;
mod resulting;
mod reviewing;
mod rewarding;
mod rules;
mod scoring;
mod sealing;
mod staging;
mod store;
mod taking_back;
mod turnout;
mod verifying;
mod voiding;
mod watching;
mod room;

use std::sync::Arc;

use moka::sync::Cache;
use tokio::sync::Mutex;

use crate::base::crypto::Key;
use crate::config::VoteWatch;
use crate::db::Db;
use crate::honour::points::Points;
use crate::kernel::key_store::KeyStore;
use crate::people::members::Directory;

pub use api::routes;
pub use counting::Recount;
pub use entering::{NewEntry, Writer};
pub use model::{CampaignId, CampaignState, EntryId, Plan, Terms};
pub use organising::{Draft, names_expert};
pub use proving::{EVIDENCE, is_draft, is_hidden};
pub use room::open;
pub use rules::{CampaignVerb, FLOW, Who};
pub use sealing::{list_needed_keys, proves_ballot_key};
pub use store::list_open_stages;
pub use store::seals::{list_ended as list_ended_votes, list_sealed_votes};
pub use verifying::{Verified, verify};

use casting::Poll;
use counting::Complaints;
use model::Flag;
use turnout::Turnouts;
use watching::WatchSettings;

/// Campaigns whose vote is kept in memory.
const REMEMBERED_POLLS: u64 = 16;

/// What the agenda calls campaigns and stages that begin or end, and votes to be counted.
const CLOCK: &str = "campaigns";
/// What it calls voters who are to be rewarded.
const REWARDS: &str = "campaign points";

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Campaigns {
    db: Db,
    directory: Directory,
    points: Points,
    /// What is worth a look in a vote.
    watch: WatchSettings,
    /// Where each vote has its sealing key until it has been counted.
    vote_keys: KeyStore,
    /// Seals the choices of votes that were open before each had a key of its own.
    former_seal_key: Key,
    /// Makes receipts.
    receipt_key: Key,
    /// What casting must know; it never changes once the vote has opened.
    polls: Cache<CampaignId, Arc<Poll>>,
    /// Held while a vote is read into memory.
    polls_loading: Arc<Mutex<()>>,
    turnouts: Turnouts,
    complaints: Arc<Complaints>,
    /// What is worth a look in votes that are over and not counted yet.
    flags: Cache<CampaignId, Arc<[Flag]>>,
}

impl Campaigns {
    pub fn new(
        db: Db,
        directory: Directory,
        points: Points,
        (vote_keys, ballot_key): (KeyStore, &Key),
        watch: VoteWatch,
    ) -> Self {
        let (former_seal_key, receipt_key) = (sealing::former_seal_key(ballot_key), ballot_key.derive(b"receipt"));
        Campaigns {
            db,
            directory,
            points,
            watch: WatchSettings::new(watch),
            vote_keys,
            former_seal_key,
            receipt_key,
            polls: Cache::new(REMEMBERED_POLLS),
            polls_loading: Arc::default(),
            turnouts: Turnouts::default(),
            complaints: Arc::default(),
            flags: flagging::flags_in_memory(),
        }
    }
}
