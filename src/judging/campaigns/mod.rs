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
//! Tables: `campaigns` and `campaign_…`. Routes: `/campaigns…`, `/entries…`, `/extensions…`, `/voidings…`, `/objections…`,
//! `/exports/campaigns…`.
//! Uses `members` (who belongs where, who is a secretary), `sessions` (how accounts came about), `points` (for taking part),
//! `files` (evidence) and `notices`.
//! Tells `honours` of the final awards.
//! Tells `files` who may read and delete the files of an entry, and `members` who judges a selection that is not over.
//!
//! The room is divided by noun into parts, each with its own layers; `tests/house.rs` lists which uses which. What they
//! share lies here: the campaign with its rules and stages, who looks at it (`viewer`), what is told of it (`notices`), what
//! of it waits on desks (`desk`).

/// Lets the refusals of a part hold those of what it stands on, so that `?` carries them on.
macro_rules! refusals {
    ($refusal:ty: $($variant:ident($other:ty)),+) => {
        impl crate::db::Refusal for $refusal {}
        $(
            impl From<$other> for $refusal {
                fn from(refusal: $other) -> Self {
                    Self::$variant(refusal)
                }
            }
            impl From<$other> for crate::db::Stop<$refusal> {
                fn from(refusal: $other) -> Self {
                    crate::db::Stop::Refused(refusal.into())
                }
            }
            impl From<crate::db::Stop<$other>> for crate::db::Stop<$refusal> {
                fn from(stop: crate::db::Stop<$other>) -> Self {
                    match stop {
                        crate::db::Stop::Refused(refusal) => refusal.into(),
                        crate::db::Stop::Failed(error) => crate::db::Stop::Failed(error),
                    }
                }
            }
        )+
    };
}

mod api;
mod desk;
mod notices;
mod viewer;
mod rules;
mod store;
mod model;
mod entries;
mod vote;
mod scores;
mod calendar;
mod totals;
mod decision;
mod results;
mod bulletins;
mod personal;
mod room;

use std::sync::Arc;

use moka::sync::Cache;
use tokio::sync::Mutex;

use crate::base::crypto::Key;
use crate::config::VoteWatch;
use crate::db::{Db, Stop};
use crate::doing::tasks::Tasks;
use crate::ground::presets::Presets;
use crate::honour::honours::Honours;
use crate::honour::points::Points;
use crate::kernel::backlog::Backlog;
use crate::kernel::closing::Closings;
use crate::kernel::idempotency::Reused;
use crate::kernel::key_store::KeyStore;
use crate::kernel::memo::Memo;
use crate::people::members::{Desks, Directory};

pub use api::routes;
pub use calendar::{Draft, names_expert};
pub use entries::{
    ARTICLE_PICTURE, ArticleDraft, ENTRY_FLOW, EVIDENCE, EntryId, EntryState, EntryVerb, NewEntry, Plan, Writer,
    is_draft, is_hidden,
};
pub use model::{CampaignId, CampaignState, Terms};
pub use results::{Verified, verify};
pub use room::open;
pub use rules::{CampaignVerb, FLOW, Who};
pub use store::list_open_stages;
pub use vote::{
    LOOKS, OpenVote, Recount, list_ended_votes, list_needed_keys, list_sealed_votes, proves_ballot_key, voted_in,
};

use model::StageRow;
use rules::CampaignRefusal;
use vote::model::Flag;
use vote::{Complaints, Poll, Turnouts, WatchSettings};

impl From<Reused> for CampaignRefusal {
    fn from(_: Reused) -> Self {
        CampaignRefusal::KeyReused
    }
}

/// What an action gives, or why it did not happen.
type Outcome<T> = Result<T, Stop<CampaignRefusal>>;

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
    desks: Desks,
    /// Where findings of bulletins become tasks.
    tasks: Arc<Tasks>,
    /// What waited before it was on the desk.
    unlaid: Backlog,
    points: Points,
    honours: Arc<Honours>,
    presets: Presets,
    closings: Closings,
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
    /// Stages that are open, for the page of the day.
    open_stages: Arc<Memo<(), Vec<(String, StageRow)>>>,
    turnouts: Turnouts,
    /// Who sees a campaign to its end, wherever he is at home.
    takes_part: viewer::TakesPart,
    complaints: Arc<Complaints>,
    /// What is worth a look in votes that are over and not counted yet.
    flags: Cache<CampaignId, Arc<[Flag]>>,
}

impl Campaigns {
    pub fn new(
        db: Db,
        (directory, desks, tasks): (Directory, Desks, Tasks),
        (points, honours, presets, closings): (Points, Honours, Presets, Closings),
        (vote_keys, ballot_key): (KeyStore, &Key),
        watch: VoteWatch,
    ) -> Self {
        let (former_seal_key, receipt_key) = (vote::former_seal_key(ballot_key), ballot_key.derive(b"receipt"));
        Campaigns {
            db,
            directory,
            desks,
            tasks: Arc::new(tasks),
            unlaid: Backlog::new("campaigns.desk"),
            points,
            honours: Arc::new(honours),
            presets,
            closings,
            watch: WatchSettings::new(watch),
            vote_keys,
            former_seal_key,
            receipt_key,
            polls: Cache::new(REMEMBERED_POLLS),
            polls_loading: Arc::default(),
            open_stages: Arc::new(Memo::new(1)),
            turnouts: Turnouts::default(),
            takes_part: vote::takes_part,
            complaints: Arc::default(),
            flags: vote::flags_in_memory(),
        }
    }
}
