//! Second factors 动态口令: one-time codes beside the password, for holders of privileged duties.
//!
//! Tables: `second_factors`, `second_factor_codes`, `second_factor_resets`. Routes: `/me/second-factor…`,
//! `/session/second-factor`, `/second-factor-resets…`. Whether anybody is asked says the setting `accounts.second_factor`,
//! which the room `sessions` reads: its gate withholds privileged duties until a code was given in the session, and
//! `web::second_factor` lists what asks for one again. This room keeps the secrets (sealed) and judges codes: each is taken
//! once, wrong ones are counted, every act is in the trail and told to its member.

mod actions;
mod api;
mod model;
mod personal;
mod resets;
mod room;
mod rules;
mod store;

pub use actions::SecondFactors;
pub use api::routes;
pub use room::open;
