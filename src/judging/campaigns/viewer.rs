//! Who looks at a campaign, and whether it is there for them; what people and units are called.

use std::sync::Arc;

use diesel::QueryResult;

use super::model::{Campaign, CampaignId, CampaignState, StageRow};
use super::rules::CampaignRefusal;
use super::{Campaigns, Outcome, store};
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::db::{Conn, Stop};

/// States that members see.
pub(in crate::judging::campaigns) const SHOWN: [CampaignState; 3] =
    [CampaignState::Announced, CampaignState::Open, CampaignState::Cancelled];

/// Whether a member who is at home elsewhere by now takes part in a campaign; parts know.
pub(in crate::judging::campaigns) type TakesPart = fn(&mut Conn, MemberId, &Campaign) -> QueryResult<bool>;

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

impl<'a> Viewer<'a> {
    /// What a person may look at.
    pub fn of(person: &'a Person) -> Viewer<'a> {
        Viewer {
            member: person.member,
            path: &person.path,
            reach: person.reach(Capability::ReadCampaigns),
            writes: person.reach(Capability::WriteEntries),
        }
    }
}

/// A campaign with its stages, as a viewer may know it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub campaign: Campaign,
    pub stages: Vec<StageRow>,
    /// Whether the viewer sees how it is run.
    pub managed: bool,
}

impl Campaigns {
    /// A campaign as a viewer may know it.
    pub async fn see(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<Seen> {
        let known = move |conn: &mut Conn| Ok((store::find(conn, id)?, store::list_stages(conn, id)?));
        let (campaign, stages) = self.db.read(known).await?;
        let campaign = campaign.ok_or(CampaignRefusal::NoSuchCampaign)?;
        let managed = self.manages(viewer, &campaign);
        if managed || SHOWN.contains(&campaign.state) && viewer.path.contains(&campaign.unit_id) {
            return Ok(Seen { campaign, stages, managed });
        }
        let (takes_part, member, asked) = (self.takes_part, viewer.member, campaign.clone());
        match self.db.read(move |conn| takes_part(conn, member, &asked)).await? {
            true => Ok(Seen { campaign, stages, managed }),
            false => Err(CampaignRefusal::NoSuchCampaign.into()),
        }
    }

    /// Whether a viewer may know of a campaign, and sees how it is run; [`see`](Self::see) within a transaction.
    pub(in crate::judging::campaigns) fn may_see_campaign(
        &self,
        conn: &mut Conn,
        viewer: &Viewer<'_>,
        campaign: &Campaign,
    ) -> QueryResult<(bool, bool)> {
        let managed = self.manages(viewer, campaign);
        let near = SHOWN.contains(&campaign.state) && viewer.path.contains(&campaign.unit_id);
        Ok((managed || near || (self.takes_part)(conn, viewer.member, campaign)?, managed))
    }

    fn manages(&self, viewer: &Viewer<'_>, campaign: &Campaign) -> bool {
        viewer.reach.as_ref().is_some_and(|reach| self.covers(reach, campaign.unit_id))
    }

    /// A member's name; empty for one who is not known.
    pub fn member_name(&self, member: MemberId) -> String {
        self.directory.name_of(member)
    }

    /// A unit's short name.
    pub fn unit_name(&self, unit: UnitId) -> String {
        self.directory.unit_name(unit)
    }

    /// A campaign within reach, in whatever state.
    pub async fn within(&self, reach: &Reach, id: CampaignId) -> Outcome<Campaign> {
        let campaign = self.db.read(move |conn| store::find(conn, id)).await?.ok_or(CampaignRefusal::NoSuchCampaign)?;
        if self.covers(reach, campaign.unit_id) { Ok(campaign) } else { Err(CampaignRefusal::OutOfReach.into()) }
    }

    /// Whether the unit lies within reach.
    pub(in crate::judging::campaigns) fn covers(&self, reach: &Reach, unit: UnitId) -> bool {
        self.directory.tree().is_within(reach, unit)
    }

    /// Refuses whom how the campaign is run is not shown to.
    pub(in crate::judging::campaigns) async fn see_as_manager(
        &self,
        viewer: &Viewer<'_>,
        id: CampaignId,
    ) -> Outcome<()> {
        let seen = self.see(viewer, id).await?;
        if seen.managed { Ok(()) } else { Err(Stop::Refused(CampaignRefusal::OutOfReach)) }
    }

    /// The unit and everything above it, from itself up.
    pub(in crate::judging::campaigns) fn path_of(&self, unit: UnitId) -> Arc<[UnitId]> {
        self.directory.tree().get(unit).map_or_else(|| Arc::from([unit]), |card| card.path.clone())
    }
}
