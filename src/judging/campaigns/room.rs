//! What the room hands over to the program, and what goes through all of its parts: laying out what waits.

use std::path::Path;
use std::time::Duration;

use diesel::QueryResult;

use super::bulletins::note_settled;
use super::desk::{EXTENSION, PROPOSAL};
use super::personal::PERSONAL;
use super::{
    ARTICLE_PICTURE, CLOCK, CampaignId, Campaigns, EVIDENCE, REWARDS, entries, is_draft, is_hidden, names_expert,
    store, vote,
};
use crate::config::{Config, lies_within};
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::files::Files;
use crate::kernel::desk;
use crate::kernel::key_store::{KeyStore, KeyStoreError};
use crate::people::members::{Members, RosterChanges};
use crate::room::{House, MINUTE, Opened, Room};

crate::point_rules! {
    /// 参加投票: points for a ballot in a selection, once for each selection.
    BALLOT_CAST = "ballot.cast" / "参加投票": "参加投票", Organisation, 1;
}

pub async fn open(house: &House) -> Opened {
    let vote_keys = open_vote_keys(&house.config).await?;
    let keys = (vote_keys.clone(), &house.secrets.ballot_key);
    let campaigns = Campaigns::new(
        house.db.clone(),
        (house.get(), house.get(), house.get()),
        (house.get(), house.get(), house.get(), house.get()),
        keys,
        house.config.vote_watch,
    );
    campaigns.tasks.told_by(note_settled);
    let settings = campaigns.watch.each();
    house.get::<Members>().unless_judging(names_expert);
    let files = house.get::<Files>();
    for kind in EVIDENCE {
        let seen = campaigns.clone();
        files.let_read(kind, move |conn, person, id| seen.may_see(conn, person, id));
        files.let_delete(kind, |conn, _, id| is_draft(conn, id));
        files.hide_when(kind, is_hidden);
    }
    let seen = campaigns.clone();
    files.let_read(ARTICLE_PICTURE, move |conn, person, id| seen.may_see(conn, person, id));
    files.hide_when(ARTICLE_PICTURE, is_hidden);
    let changes = house.get::<RosterChanges>();
    changes.lay_anew(campaigns.clone(), |campaigns| async move { campaigns.lay_anew_on_desk().await });
    Ok(Room::of(campaigns)
        .when_due(CLOCK, |campaigns| async move { campaigns.move_due().await })
        .when_due(REWARDS, |campaigns| async move {
            campaigns.reward().await?;
            campaigns.next_reward().await
        })
        .tells(entries::LATE, |campaigns, month| async move { campaigns.late_in(month).await })
        .tells(vote::TURNOUT, |campaigns, month| async move { campaigns.voted_in_month(month).await })
        .has_dates(|campaigns, person, days| async move { campaigns.dates(person, days).await })
        .every(Duration::from_secs(10), "vote keys", |campaigns| async move { campaigns.destroy_spent_keys().await })
        .every(MINUTE, "campaign desk", |campaigns| async move { campaigns.lay_old_on_desk().await })
        .room()
        .keeps(PERSONAL)
        // a later end of a stage that is over by the clock alone
        .tidies(|tx| desk::clear_overdue(tx, EXTENSION, tx.today()))
        // once the judging begins nothing is approved any more
        .tidies(|tx| desk::clear_overdue(tx, PROPOSAL, tx.today()))
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

impl Campaigns {
    /// Lays out anew what depends on more of the roster than who holds a duty: who judges, and for whom it would be his own.
    async fn lay_anew_on_desk(&self) -> Result<(), DbError> {
        for id in self.db.read(store::list_running).await? {
            let room = self.clone();
            let lay = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                let Some(campaign) = store::lock_row(tx.conn, id)? else { return Ok(()) };
                room.lay_scores(tx, &campaign)?;
                Ok(room.lay_objections(tx, &campaign)?)
            };
            self.db.write(lay).await.map_err(DbError::from)?;
        }
        Ok(())
    }

    /// Lays out what waited before it was on the desk.
    async fn lay_old_on_desk(&self) -> Result<(), DbError> {
        let room = self.clone();
        self.unlaid.work_off(&self.db, move |tx, id| room.lay_all(tx, id.into())).await
    }

    fn lay_all(&self, tx: &mut Tx, id: CampaignId) -> QueryResult<()> {
        let Some(campaign) = store::lock_row(tx.conn, id)? else { return Ok(()) };
        self.lay_scores(tx, &campaign)?;
        self.lay_proposals(tx, &campaign)?;
        self.lay_extensions(tx, &campaign)?;
        self.lay_cancellation(tx, &campaign)?;
        self.lay_voidings(tx, &campaign)?;
        self.lay_decided(tx, &campaign)?;
        self.lay_objections(tx, &campaign)?;
        self.lay_bulletin(tx, &campaign)
    }
}
