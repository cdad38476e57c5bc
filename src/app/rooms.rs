//! The rooms, in the order in which they are opened: each after those that it uses. A new room is one line here.

use utoipa_actix_web::service_config::ServiceConfig;

use crate::room::{CannotOpen, House, Room};

type Routes = fn(&mut ServiceConfig);

/// Rooms that every member asks at the same time. A request is held against one pattern after the other until one fits, which
/// with all rooms in front costs more than most answers.
const MORNING: [&[&str]; 6] = [
    &["client", "today"],
    &["client", "events"],
    &["learning", "study"],
    &["learning", "quiz"],
    &["honour", "boards"],
    &["people", "sessions"],
];

/// Folds over the rooms; those after the semicolon have no routes.
macro_rules! rooms {
    ($($($routed:ident)::+),+ ; $($($silent:ident)::+),+ $(,)?) => {
        /// The routes of every room.
        pub(super) fn routes(cfg: &mut ServiceConfig) {
            in_order().into_iter().for_each(|(_, routes)| routes(cfg));
        }

        /// Rooms with routes, in the order in which a request is held against them: those of [`MORNING`] first.
        fn in_order() -> Vec<(&'static [&'static str], Routes)> {
            let mut rooms: Vec<(&[&str], Routes)> =
                vec![$((&[$(stringify!($routed)),+], crate::$($routed)::+::routes as Routes)),+];
            rooms.sort_by_key(|(name, _)| MORNING.iter().position(|room| room == name).unwrap_or(MORNING.len()));
            rooms
        }

        /// Opens every room.
        pub(super) async fn open(house: &mut House) -> Result<Vec<Room>, CannotOpen> {
            let mut rooms = Vec::new();
            $(
                let room = crate::$($routed)::+::open(house).await?;
                rooms.push(house.admit(room));
            )+
            $(
                let room = crate::$($silent)::+::open(house).await?;
                rooms.push(house.admit(room));
            )+
            Ok(rooms)
        }
    };
}

rooms! {
    ground::notices,
    ground::files,
    ground::labels,
    ground::presets,
    people::members,
    people::sessions,
    people::second_factors,
    people::platforms,
    people::channels,
    people::texts,
    people::desk,
    people::dates,
    honour::points,
    honour::appraisal,
    honour::honours,
    learning::study,
    learning::quiz,
    learning::challenge,
    doing::tasks,
    doing::reports,
    doing::meetings,
    learning::contests,
    doing::ideas,
    doing::obligations,
    judging::brands,
    judging::campaigns,
    honour::boards,
    voice::feedback,
    oversight::audit,
    oversight::settings,
    oversight::calendar,
    oversight::operations,
    oversight::burden,
    oversight::facts,
    oversight::alarms,
    oversight::personal,
    client::about,
    client::events,
    client::today;
    ground::documents,
    ground::bulletins,
    oversight::backup,
    oversight::operator,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_each_morning_comes_first() {
        let names: Vec<&[&str]> = in_order().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names[..MORNING.len()], MORNING);
        assert!(names.len() > MORNING.len());
    }
}
