//! What other rooms find of a member in one look.

use crate::base::time::Day;
use crate::kernel::glance::{Line, Look, Seen};

use super::model::MemberSettings;
use super::store;

pub use store::ABSENCES;

/// What the room looks for.
pub const LOOKS: [Look; 3] = [store::ABSENCES, store::homes::FORMER_HOMES, store::settings::SETTINGS];

/// First and last days away, of lines of [`ABSENCES`].
pub fn absences_in<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<(Day, Option<Day>)> {
    lines.filter_map(|line| Some((line.day()?, line.text.parse().ok()))).collect()
}

/// Whether the member was at home elsewhere on `from` or later.
pub fn was_elsewhere_in(seen: &Seen, from: Day) -> bool {
    seen.of(store::homes::FORMER_HOMES.kind).any(|line| line.day().is_none_or(|last_on| last_on >= from))
}

/// What the member has set, or what applies to anyone who never has.
pub fn settings_in(seen: &Seen) -> MemberSettings {
    let line = seen.of(store::settings::SETTINGS.kind).next();
    line.and_then(|line| serde_json::from_str(&line.text).ok()).unwrap_or_default()
}
