//! What the room hands over to the program.

use std::path::Path;
use std::time::Duration;

use super::{CLOCK, Campaigns, EVIDENCE, REWARDS, is_draft, is_hidden, names_expert};
use crate::config::{Config, lies_within};
use crate::ground::files::Files;
use crate::kernel::key_store::{KeyStore, KeyStoreError};
use crate::people::members::Members;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let vote_keys = open_vote_keys(&house.config).await?;
    let keys = (vote_keys.clone(), &house.secrets.ballot_key);
    let campaigns =
        Campaigns::new(house.db.clone(), house.get(), (house.get(), house.get()), keys, house.config.vote_watch);
    let settings = campaigns.watch.each();
    house.get::<Members>().unless_judging(names_expert);
    let files = house.get::<Files>();
    for kind in EVIDENCE {
        let seen = campaigns.clone();
        files.let_read(kind, move |conn, person, id| seen.may_see(conn, person, id));
        files.let_delete(kind, |conn, _, id| is_draft(conn, id));
        files.hide_when(kind, is_hidden);
    }
    Ok(Room::of(campaigns)
        .when_due(CLOCK, |campaigns| async move {
            campaigns.move_due().await?;
            campaigns.next_due().await
        })
        .when_due(REWARDS, |campaigns| async move {
            campaigns.reward().await?;
            campaigns.next_reward().await
        })
        .every(Duration::from_secs(10), "vote keys", |campaigns| async move { campaigns.destroy_spent_keys().await })
        .room()
        .settings(settings)
        .lends(vote_keys))
}

/// Where the sealing keys of votes are kept. A place that cannot be used now may be later, and only votes need it; one
/// where no key can be destroyed, or that is taken for attachments, is refused at once.
async fn open_vote_keys(config: &Config) -> Result<KeyStore, String> {
    let (place, former) = config.vote_keys.places();
    let files = Path::new(&config.files.files_place);
    if lies_within(Path::new(place), files) || lies_within(files, Path::new(place)) {
        return Err(format!(
            "XIANFENG_VOTE_KEYS: {place} 与附件目录重叠，请另选位置 (keys of votes lie apart from files)"
        ));
    }
    config.warn_of_keys_among_data();
    let open = |place| KeyStore::open(place).map_err(|error| format!("XIANFENG_VOTE_KEYS: {error}"));
    let store = open(place)?;
    let brought = match former {
        Some(former) => store.take_over(&open(former)?).await,
        None => Ok(()),
    };
    match brought.and(store.probe().await) {
        Ok(()) => {}
        Err(error @ KeyStoreError::Away(_)) => {
            tracing::warn!(place, %error, "no vote can open until its key can be kept");
        }
        Err(error @ KeyStoreError::Versioned) => return Err(format!("XIANFENG_VOTE_KEYS: {error}")),
    }
    Ok(store)
}
