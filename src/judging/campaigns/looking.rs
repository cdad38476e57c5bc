//! What is read of campaigns: lists, one with its stages, entries.

use super::model::{
    Article, CallOff, Campaign, CampaignId, CampaignStage, CampaignState, Entry, EntryId, EntryState, EntryVersion,
    Extension, StageRow, StageState, Tally,
};
use super::organising::Outcome;
use super::rules::{self, Refusal};
use super::{Campaigns, store};
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::db::DbError;

/// States that members see.
pub(super) const SHOWN: [CampaignState; 3] = [CampaignState::Announced, CampaignState::Open, CampaignState::CalledOff];

/// Who looks: a member of the audience, and perhaps somebody who runs campaigns or writes entries.
#[derive(Clone, Debug)]
pub struct Viewer<'a> {
    pub member: MemberId,
    pub path: &'a [UnitId],
    /// How far the viewer sees how campaigns are run.
    pub reach: Option<Reach>,
    /// For which units the viewer writes entries.
    pub writes: Option<Reach>,
}

/// A campaign with its stages and what became of its end times.
#[derive(Clone, Debug)]
pub struct Seen {
    pub campaign: Campaign,
    pub stages: Vec<StageRow>,
    /// Confirmed ones; for who runs it also those that wait.
    pub extensions: Vec<Extension>,
    /// Why it is called off; for who runs it also a proposal that waits.
    pub call_off: Option<CallOff>,
    /// Whether the viewer sees how it is run.
    pub managed: bool,
}

/// An entry with all of its versions.
#[derive(Clone, Debug)]
pub struct WholeEntry {
    pub entry: Entry,
    /// How far its campaign has come.
    pub campaign_state: CampaignState,
    pub versions: Vec<EntryVersion>,
}

impl Campaigns {
    /// Campaigns for a member, newest first.
    pub async fn list_for_member(
        &self,
        path: &[UnitId],
        before: Option<CampaignId>,
        limit: i64,
    ) -> Result<Vec<Campaign>, DbError> {
        let units = path.to_vec();
        self.db.read(move |conn| store::list(conn, &units, &SHOWN, before, limit)).await
    }

    /// Campaigns within reach, in whatever state, newest first.
    pub async fn list_within(
        &self,
        reach: &Reach,
        before: Option<CampaignId>,
        limit: i64,
    ) -> Result<Vec<Campaign>, DbError> {
        let tree = self.directory.tree();
        let units: Vec<UnitId> = tree.each().filter(|card| reach.covers(&card.path)).map(|card| card.unit.id).collect();
        self.db.read(move |conn| store::list(conn, &units, CampaignState::EACH, before, limit)).await
    }

    /// A campaign as a viewer may know it.
    pub async fn see(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<Seen> {
        let (campaign, stages, mut extensions, mut call_off) = self
            .db
            .read(move |conn| {
                let extensions = store::list_extensions(conn, id)?;
                let call_off = store::call_offs::find(conn, id)?;
                Ok((store::find(conn, id)?, store::list_stages(conn, id)?, extensions, call_off))
            })
            .await?;
        let campaign = campaign.ok_or(Refusal::NoSuchCampaign)?;
        let managed = viewer.reach.as_ref().is_some_and(|reach| self.covers(reach, campaign.unit_id));
        let shown = viewer.path.contains(&campaign.unit_id) && SHOWN.contains(&campaign.state);
        if !managed && !shown {
            return Err(Refusal::NoSuchCampaign.into());
        }
        extensions.retain(|extension| managed || extension.confirmed_at.is_some());
        call_off = call_off.filter(|call_off| managed || call_off.confirmed_at.is_some());
        Ok(Seen { campaign, stages, extensions, call_off, managed })
    }

    /// Entries of a campaign: those handed in, and drafts of units that the viewer writes for.
    pub async fn entries(
        &self,
        viewer: &Viewer<'_>,
        id: CampaignId,
        after: Option<EntryId>,
        limit: i64,
    ) -> Outcome<Vec<Entry>> {
        self.see(viewer, id).await?;
        let tree = self.directory.tree();
        let own =
            |reach: &Reach| tree.each().filter(|card| reach.covers(&card.path)).map(|card| card.unit.id).collect();
        let units: Vec<UnitId> = viewer.writes.as_ref().map(own).unwrap_or_default();
        Ok(self.db.read(move |conn| store::entries::list(conn, id, &units, after, limit)).await?)
    }

    /// One entry with its versions, for its unit, for who runs the campaign, and for everybody once it was handed in.
    pub async fn entry(&self, viewer: &Viewer<'_>, id: EntryId) -> Outcome<WholeEntry> {
        let found = self
            .db
            .read(move |conn| {
                let Some(entry) = store::entries::find(conn, id)? else { return Ok(None) };
                let versions = store::entries::list_versions(conn, id)?;
                Ok(Some((entry, versions)))
            })
            .await?;
        let (entry, versions) = found.ok_or(Refusal::NoSuchEntry)?;
        let seen = match self.see(viewer, entry.campaign_id).await {
            Err(crate::db::Stop::Refused(_)) => return Err(Refusal::NoSuchEntry.into()),
            seen => seen?,
        };
        if self.may_see_entry(viewer, &entry, seen.managed) {
            Ok(WholeEntry { entry, campaign_state: seen.campaign.standing(), versions })
        } else {
            Err(Refusal::NoSuchEntry.into())
        }
    }

    /// Of a campaign that the viewer sees.
    pub(super) fn may_see_entry(&self, viewer: &Viewer<'_>, entry: &Entry, managed: bool) -> bool {
        let own = viewer.writes.as_ref().is_some_and(|reach| self.covers(reach, entry.unit_id));
        own || managed || entry.state == EntryState::Submitted
    }

    /// The article about an entry with the number of its readers, of whom the viewer is one from now on.
    pub async fn read_article(&self, viewer: &Viewer<'_>, id: EntryId) -> Outcome<(Article, i64)> {
        self.entry(viewer, id).await?;
        let member = viewer.member;
        self.db
            .write(move |tx| {
                let article = store::entries::find_article(tx.conn, id)?.ok_or(Refusal::NoSuchEntry)?;
                store::entries::put_view(tx.conn, id, member, tx.now())?;
                Ok((article, store::entries::count_views(tx.conn, id)?))
            })
            .await
    }

    /// Whether ballots are taken now, as far as the clock has moved the stage.
    pub async fn votes(&self, id: CampaignId) -> Result<bool, DbError> {
        let stage = self.db.read(move |conn| store::find_stage(conn, id, CampaignStage::Vote)).await?;
        Ok(stage.is_some_and(|row| row.state == StageState::Open))
    }

    /// The tally, once there is one.
    pub async fn tally(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<Tally> {
        let seen = self.see(viewer, id).await?;
        let tally = self.db.read(move |conn| store::ballots::find_tally(conn, id)).await?;
        tally.ok_or_else(|| rules::uncounted(seen.campaign.state).into())
    }

    /// A member's name; empty for one who is not known.
    pub fn member_name(&self, member: MemberId) -> String {
        self.directory.member(member).map(|card| card.name.to_string()).unwrap_or_default()
    }

    /// A unit's short name.
    pub fn unit_name(&self, unit: UnitId) -> String {
        self.directory.tree().get(unit).map(|card| card.unit.short_name.clone()).unwrap_or_default()
    }
}
