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
        /// The routes of every room, those of [`MORNING`] first.
        pub(super) fn routes(cfg: &mut ServiceConfig) {
            let mut rooms: Vec<(&[&str], Routes)> =
                vec![$((&[$(stringify!($routed)),+], crate::$($routed)::+::routes as Routes)),+];
            let place = |name: &[&str]| MORNING.iter().position(|room| *room == name).unwrap_or(MORNING.len());
            rooms.sort_by_key(|(name, _)| place(name));
            rooms.into_iter().for_each(|(_, routes)| routes(cfg));
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
