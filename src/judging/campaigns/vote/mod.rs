//! The vote 投票: the roll, ballots under a key of the vote alone, what is unusual about them, the count, points for voters.
//!
//! `ballots` takes them, `keys` keeps what seals them, `participation` says how many, `flags` what is unusual about them,
//! `flag_review` who has looked at that, `voidings` takes some away, `count` counts them, `points` rewards those who voted.

mod api;
mod ballots;
mod count;
mod facts;
mod flag_review;
mod flags;
mod glance;
mod keys;
mod participation;
mod points;
mod settings;
mod store;
mod voidings;
pub(super) mod model;
pub(super) mod rules;

use super::rules::CampaignRefusal;
use crate::db::Stop;

pub use api::routes;
pub(in crate::judging::campaigns) use ballots::Poll;
pub use count::Recount;
pub(in crate::judging::campaigns) use count::{Complaints, VoteResult};
pub(in crate::judging::campaigns) use facts::TURNOUT;
pub(in crate::judging::campaigns) use flags::flags_in_memory;
pub use glance::{LOOKS, OpenVote, voted_in};
pub(in crate::judging::campaigns) use keys::former_seal_key;
pub use keys::{list_needed_keys, proves_ballot_key};
pub(in crate::judging::campaigns) use participation::{Turnouts, takes_part};
pub(in crate::judging::campaigns) use rules::receipts_text;
pub(in crate::judging::campaigns) use settings::WatchSettings;
pub(in crate::judging::campaigns) use store::ballots::{erase, list_next_voters};
pub(in crate::judging::campaigns) use store::flag_review::next_count;
pub(in crate::judging::campaigns) use store::keys::insert as insert_seal;
pub use store::keys::{list_ended as list_ended_votes, list_sealed_votes};
pub(in crate::judging::campaigns) use store::rolls::{find as find_roll, insert as insert_roll};
pub(in crate::judging::campaigns) use store::tallies::{find as find_tally, is_counted, list_uncounted};

type Outcome<T> = Result<T, Stop<rules::Refusal>>;

refusals!(rules::Refusal: Campaign(CampaignRefusal));
