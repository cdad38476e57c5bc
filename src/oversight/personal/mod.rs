//! Personal data 个人信息: what the product keeps about a member, handed over to him as one archive, and made anonymous when he
//! has left.
//!
//! What there is every room declares ([`crate::kernel::personal`]); here it is asked for and done. Making somebody anonymous
//! cannot be undone, so one administrator proposes it and another confirms it; some months after a member has left, which
//! the setting `privacy.anonymise_after_months` says, it happens by itself. Tallies, the ledger, boards, votes and frozen
//! periods stay as they are: they know members by id. [docs/privacy.md](../../../docs/privacy.md) says what stays and why.
//!
//! Table: `anonymisations`. Routes: `/me/archive`, `/personal-data`, `/anonymisations…`.

mod actions;
mod api;
mod archive;
mod model;
mod kept;
mod rules;
mod store;
mod sweeping;
mod room;

pub use api::routes;
pub use room::open;

/// What the agenda calls anonymisations that are to be done.
const ANONYMISATIONS: &str = "anonymisations";
