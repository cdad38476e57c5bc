//! Points 积分: which rule gives how much, and what every member has earned by it.
//!
//! Owns `point_rules`, versioned data of which the program brings the first version; the entries themselves belong to
//! [`kernel::ledger`](crate::kernel::ledger). Routes: `GET /me/points`, `GET /me/points/entries`,
//! `GET /members/{id}/points`, `GET /points/rules`, `POST /points/rules`.
//!
//! Lends [`Points::award`], called by whatever earns points inside its own transaction.

mod book;
mod glance;
mod model;
mod rules;
mod store;

mod actions;
mod api;
mod personal;
mod room;

pub use actions::{Grant, Points, RULES_TOPIC};
pub use api::routes;
pub use glance::{LOOKS, PointsToday};
pub use model::{Caps, DEFAULT_RULES, DefaultRule, Dimension, RULE_NAMES, Rule, RuleName};
pub use room::open;

/// Declares the rules that a room awards by: constant, word and label, then name, dimension, points and caps.
#[macro_export]
macro_rules! point_rules {
    ($($(#[doc = $doc:literal])+ $constant:ident = $word:literal / $chinese:literal:
        $name:literal, $dimension:ident, $points:literal $(, $period:ident at most $cap:literal)*;)+) => {
        const _: () = {
            use $crate::honour::points::{Caps, DEFAULT_RULES, DefaultRule, Dimension, RULE_NAMES, RuleName};

            $crate::more_words!(RuleName in RULE_NAMES { $($(#[doc = $doc])+ $constant = $word / $chinese),+ });

            $(const _: () = {
                #[linkme::distributed_slice(DEFAULT_RULES)]
                static RULE: DefaultRule = DefaultRule {
                    rule: RuleName::$constant,
                    name: $name,
                    dimension: Dimension::$dimension,
                    points: $points,
                    caps: Caps { $($period: Some($cap),)* ..Caps::NONE },
                };
            };)+
        };
    };
}
