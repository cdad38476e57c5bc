//! What a unit does with its entries: write them in versions, hand them in, take them back; and who sees them.

use serde_json::json;

use super::model::{Entry, EntryId, EntryState, EntryVersion, Plan, thing};
use super::rules::{self, EntryVerb, Refusal};
use super::{Outcome, store};
use crate::base::capability::{Reach, Role};
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::version::SeenState;
use crate::db::{Json, Tx};
use crate::judging::campaigns::desk::UNOPENED_VOTE;
use crate::judging::campaigns::model::{Campaign, CampaignId, CampaignStage, CampaignState, StageRow};
use crate::judging::campaigns::notices::note_of;
use crate::judging::campaigns::rules::{CampaignRefusal, Flaw};
use crate::judging::campaigns::viewer::Viewer;
use crate::judging::campaigns::{Campaigns, store as campaigns};
use crate::kernel::desk;
use crate::kernel::idempotency::{self, Reused};

impl From<Reused> for Refusal {
    fn from(reused: Reused) -> Self {
        CampaignRefusal::from(reused).into()
    }
}

/// Who writes an entry: somebody of its unit with a duty there.
#[derive(Clone, Debug)]
pub struct Writer {
    pub member: MemberId,
    pub reach: Reach,
}

/// An entry as it is written.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub unit: UnitId,
    pub category: String,
    pub plan: Plan,
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
    /// Writes the first version of an entry; the same key again returns it.
    pub async fn create_entry(
        &self,
        writer: Writer,
        id: CampaignId,
        new: NewEntry,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Entry> {
        if !self.covers(&writer.reach, new.unit) {
            return Err(CampaignRefusal::OutOfReach.into());
        }
        rules::check_plan(&new.plan, &Default::default(), false)?;
        self.check_known(new.plan.owner_id)?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = lock_open(tx, id)?;
                if !room.path_of(new.unit).contains(&campaign.unit_id) {
                    return Err(CampaignRefusal::OutOfReach.into());
                }
                check_category(&campaign, &new.category)?;
                let entry = idempotency::once(tx, key.as_ref(), |tx| {
                    let stages = list_stages(tx, id)?;
                    rules::may_submit(&stages, tx.now())?;
                    insert(tx, &writer, id, &new, false)
                })?;
                store::entries::find(tx.conn, entry)?.ok_or_else(|| Refusal::NoSuchEntry.into())
            })
            .await
    }

    /// Writes another version; what was handed in stays handed in, with the new version as it is.
    pub async fn edit_entry(
        &self,
        writer: Writer,
        id: EntryId,
        seen: Option<SeenState>,
        category: Option<String>,
        plan: Option<Plan>,
    ) -> Outcome<Entry> {
        let room = self.clone();
        let campaign = self.campaign_of(id).await?;
        self.db
            .write(move |tx| {
                let campaign = lock_open(tx, campaign)?;
                let mut entry = room.written_by(tx, &writer, id)?;
                thing(id).changed_since(tx.conn, seen)?.map_err(CampaignRefusal::Outdated)?;
                let stages = list_stages(tx, campaign.id)?;
                rules::may_edit(&entry, &stages, tx.now())?;
                if let Some(category) = category.clone().filter(|category| *category != entry.category) {
                    check_category(&campaign, &category)?;
                    if entry.judged_version.is_some() {
                        return Err(Refusal::Judged.into());
                    }
                    entry.category = category;
                }
                if let Some(plan) = &plan {
                    let handed_in = entry.state == EntryState::Submitted;
                    rules::check_plan(plan, &campaign.terms.0.entries, handed_in)?;
                    room.check_known(plan.owner_id)?;
                    if handed_in {
                        room.check_owner(tx, &campaign, entry.unit_id, plan.owner_id)?;
                    }
                    put_version(tx, &writer, &mut entry, plan)?;
                }
                entry.updated_at = tx.now();
                store::entries::update(tx.conn, &entry)?;
                note_entry(tx, &writer, "campaigns.edit_entry", &entry)?;
                Ok(entry)
            })
            .await
    }

    /// Hands an entry in. Late ones are taken until the judging begins, and say so. Again it changes nothing.
    pub async fn submit_entry(&self, writer: Writer, id: EntryId) -> Outcome<Entry> {
        let (room, campaign) = (self.clone(), self.campaign_of(id).await?);
        self.db
            .write(move |tx| {
                let campaign = lock_open(tx, campaign)?;
                let mut entry = room.written_by(tx, &writer, id)?;
                if !rules::step(EntryVerb::Submit, entry.state)? {
                    return Ok(entry);
                }
                let stages = list_stages(tx, campaign.id)?;
                entry.late = rules::may_submit(&stages, tx.now())?;
                let version = store::entries::find_version(tx.conn, id, entry.version)?.ok_or(Refusal::NoSuchEntry)?;
                rules::check_plan(&version.plan.0, &campaign.terms.0.entries, true)?;
                room.check_owner(tx, &campaign, entry.unit_id, entry.owner_id)?;
                (entry.state, entry.submitted_at, entry.updated_at) = (EntryState::Submitted, Some(tx.now()), tx.now());
                store::entries::update(tx.conn, &entry)?;
                note_entry(tx, &writer, "campaigns.submit_entry", &entry)?;
                Ok(entry)
            })
            .await
    }

    /// Takes an entry back before it is judged. Again it changes nothing.
    pub async fn withdraw_entry(&self, writer: Writer, id: EntryId) -> Outcome<Entry> {
        let (room, campaign) = (self.clone(), self.campaign_of(id).await?);
        self.db
            .write(move |tx| {
                let campaign = lock_open(tx, campaign)?;
                let mut entry = room.written_by(tx, &writer, id)?;
                let stages = list_stages(tx, campaign.id)?;
                if rules::may_withdraw(&entry, &stages, tx.now())? {
                    (entry.state, entry.updated_at) = (EntryState::Withdrawn, tx.now());
                    store::entries::update(tx.conn, &entry)?;
                    note_entry(tx, &writer, "campaigns.withdraw_entry", &entry)?;
                }
                Ok(entry)
            })
            .await
    }

    pub(in crate::judging::campaigns) async fn campaign_of(&self, id: EntryId) -> Outcome<CampaignId> {
        let entry = self.db.read(move |conn| store::entries::find(conn, id)).await?;
        Ok(entry.ok_or(Refusal::NoSuchEntry)?.campaign_id)
    }

    /// An entry of a unit within the writer's reach; what a member proposed is his alone.
    pub(super) fn written_by(&self, tx: &mut Tx, writer: &Writer, id: EntryId) -> Outcome<Entry> {
        let entry = store::entries::find(tx.conn, id)?.ok_or(Refusal::NoSuchEntry)?;
        if !entry.by_member && self.covers(&writer.reach, entry.unit_id) {
            Ok(entry)
        } else {
            Err(CampaignRefusal::OutOfReach.into())
        }
    }

    /// The person who leads a plan belongs to the enterprise.
    fn check_known(&self, owner: MemberId) -> Result<(), CampaignRefusal> {
        if self.directory.member(owner).is_some() {
            return Ok(());
        }
        Err(CampaignRefusal::BadField(Flaw { pointer: "/plan/owner_id".into(), message: "没有这个人".into() }))
    }

    /// “一把手”工程: where the rules ask for it, the person who leads the plan is the secretary of its unit.
    fn check_owner(&self, tx: &Tx, campaign: &Campaign, unit: UnitId, owner: MemberId) -> Result<(), Refusal> {
        let asked = campaign.terms.0.entries.owner_secretary;
        let holds = || self.directory.holders(Role::Secretary, unit, tx.today()).contains(&owner);
        if asked && !holds() { Err(Refusal::OwnerNoSecretary) } else { Ok(()) }
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
        let own = match entry.by_member {
            true => entry.created_by == viewer.member,
            false => viewer.writes.as_ref().is_some_and(|reach| self.covers(reach, entry.unit_id)),
        };
        own || managed || entry.state == EntryState::Submitted
    }
}

/// An open campaign, held so that no stage moves meanwhile.
pub(in crate::judging::campaigns) fn lock_open(tx: &mut Tx, id: CampaignId) -> Outcome<Campaign> {
    let campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
    match campaign.standing() {
        // plans go on being improved after the award, until the campaign is put away
        CampaignState::Open | CampaignState::Decided | CampaignState::Published => Ok(campaign),
        CampaignState::Draft => Err(CampaignRefusal::NoSuchCampaign.into()),
        state => Err(CampaignRefusal::WrongState(state).into()),
    }
}

pub(super) fn check_category(campaign: &Campaign, category: &str) -> Result<(), CampaignRefusal> {
    if campaign.terms.0.categories.iter().any(|known| &*known.code == category) {
        return Ok(());
    }
    Err(CampaignRefusal::BadField(Flaw { pointer: "/category".into(), message: "没有这个类别".into() }))
}

pub(super) fn insert(
    tx: &mut Tx,
    writer: &Writer,
    id: CampaignId,
    new: &NewEntry,
    by_member: bool,
) -> Outcome<EntryId> {
    let mut entry = Entry {
        id: tx.fresh_id(),
        campaign_id: id,
        unit_id: new.unit,
        category: new.category.clone(),
        title: new.plan.title.to_string(),
        owner_id: new.plan.owner_id,
        state: EntryState::Draft,
        version: 0,
        late: false,
        judged_version: None,
        number: None,
        on_ballot: false,
        exempt: Json(Vec::new()),
        created_by: writer.member,
        created_at: tx.now(),
        updated_at: tx.now(),
        submitted_at: None,
        by_member,
    };
    store::entries::insert(tx.conn, &entry)?;
    put_version(tx, writer, &mut entry, &new.plan)?;
    store::entries::update(tx.conn, &entry)?;
    note_entry(tx, writer, "campaigns.create_entry", &entry)?;
    Ok(entry.id)
}

/// Adds a version; the same plan again adds none.
fn put_version(tx: &mut Tx, writer: &Writer, entry: &mut Entry, plan: &Plan) -> diesel::QueryResult<()> {
    let latest = store::entries::find_version(tx.conn, entry.id, entry.version)?;
    if latest.is_some_and(|latest| latest.plan.0 == *plan) {
        return Ok(());
    }
    entry.version += 1;
    (entry.title, entry.owner_id) = (plan.title.to_string(), plan.owner_id);
    let version = EntryVersion {
        entry_id: entry.id,
        version: entry.version,
        plan: Json(plan.clone()),
        edited_by: writer.member,
        created_at: tx.now(),
        owner_id: Some(plan.owner_id),
    };
    store::entries::insert_version(tx.conn, &version)
}

fn note_entry(tx: &mut Tx, writer: &Writer, action: &str, entry: &Entry) -> diesel::QueryResult<()> {
    let detail = json!({ "campaign_id": entry.campaign_id, "version": entry.version, "late": entry.late });
    note_of(tx, Some(writer.member), action, (thing(entry.id), entry.campaign_id), detail)
}

/// The stages of a campaign as entries see them: a vote that is held back, since nothing can be chosen, has not begun.
pub(super) fn list_stages(tx: &mut Tx, id: CampaignId) -> diesel::QueryResult<Vec<StageRow>> {
    let mut stages = campaigns::list_stages(tx.conn, id)?;
    if desk::waits(tx.conn, UNOPENED_VOTE, id.uuid())? {
        let vote = stages.iter_mut().filter(|row| row.stage == CampaignStage::Vote);
        vote.for_each(|row| row.opens_at = row.closes_at);
    }
    Ok(stages)
}
