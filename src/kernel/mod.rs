//! Shared mechanisms without a noun of the enterprise: each owns at most a table or two and is used by calling it.
//!
//! Kernels know the database door and the ground floor, never HTTP and never a feature.

pub mod ledger;
pub mod board;
pub mod closing;
pub mod calendar;
pub mod outbox;
pub mod restores;
pub mod trail;
pub mod uptime;
pub mod recusals;
pub mod text_versions;
pub mod changes;
pub mod live;
pub mod agenda;
pub mod alarms;
pub mod dates;
pub mod facts;
pub mod lease;
pub mod chunks;
pub mod memo;
pub mod settings;
pub mod quotas;
pub mod idempotency;
pub mod imports;
pub mod attempts;
pub mod search;
pub mod backlog;
pub mod desk;
pub mod layouts;
pub mod personal;
pub mod glance;
pub mod bucket;
pub mod private_files;
pub mod key_store;
pub mod secret_checks;
