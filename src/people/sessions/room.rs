//! What the room hands over to the program.

use super::openings::list_accounts;
use super::personal::PERSONAL;
use super::settings::{PrivacySettings, TermSettings};
use super::{Sessions, end_for_leaving, tidy};
use crate::kernel::attempts::{self, Attempts};
use crate::people::members::{Members, RosterChanges};
use crate::room::{House, MINUTE, Opened, Room, SECOND};
use crate::web::caller::{Doorkeeper, Look};

pub async fn open(house: &House) -> Opened {
    let (db, config) = (&house.db, &house.config);
    let redis = config.redis_url.as_deref().map(|url| (url, config.redis_prefix.as_str()));
    let attempts = Attempts::open(db, redis)?;
    let terms = TermSettings::new(config.sessions, config.resets);
    let privacy = PrivacySettings::new();
    let settings = (terms.clone(), privacy.clone());
    let sessions = Sessions::new(db.clone(), (house.get(), house.get()), &house.secrets, settings, attempts.clone());
    house.get::<Members>().upon_leaving(end_for_leaving);
    house.get::<Members>().tell_accounts(list_accounts);
    let changes = house.get::<RosterChanges>();
    changes.lay_anew(sessions.clone(), |sessions| async move { sessions.lay_anew_on_desk().await });
    let gate = sessions.gate.clone();
    let doorkeeper = Doorkeeper::new(move |token, look| {
        let (gate, token) = (gate.clone(), token.to_owned());
        async move {
            match look {
                Look::Remembered => gate.recognise(&token).await,
                Look::Anew => gate.recognise_anew(&token).await,
            }
        }
    });
    let factors = sessions.factor_terms();
    Ok(Room::of(sessions)
        .every(SECOND, "sessions", |sessions| async move { sessions.gate.write_notes().await })
        .every(MINUTE, "resets", |sessions| async move { sessions.lay_old_on_desk().await })
        .ends_with("which new tokens were seen", |sessions| async move { sessions.gate.write_notes().await })
        .hears(|sessions, heard| async move {
            sessions.hear(&heard.changes).await;
            Ok(())
        })
        .room()
        .keeps(PERSONAL)
        .tidies(|tx| tidy(tx).map(drop))
        .tidies(|tx| attempts::tidy(tx).map(drop))
        .gives(doorkeeper)
        .lends(attempts)
        .settings(terms.each())
        .settings(privacy.each())
        .settings(factors.each()))
}
