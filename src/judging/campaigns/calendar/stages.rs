//! Opening a campaign, and its stages by the clock. Several servers may do so at once: the one that has locked the row does it,
//! and the others find it done.

use std::collections::BTreeSet;

use serde_json::json;

use super::rules::{self, Refusal};
use super::{Outcome, store};
use crate::base::capability::{Capability, Reach};
use crate::base::crypto::{digest, hex};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::{Conn, DbError, Json, Stop, Tx};
use crate::judging::campaigns::desk::{UNOPENED_VOTE, item};
use crate::judging::campaigns::entries::EntryPeople;
use crate::judging::campaigns::entries::model::{Entry, EntryId};
use crate::judging::campaigns::model::{Campaign, CampaignId, CampaignStage, CampaignState, StageRow, StageState};
use crate::judging::campaigns::notices::{note, tell_audience, tell_maker, tell_member};
use crate::judging::campaigns::rules::{CampaignRefusal, CampaignVerb, step};
use crate::judging::campaigns::vote::model::{Roll, RollLine, Seal};
use crate::judging::campaigns::{Campaigns, entries, store as campaigns, vote};
use crate::kernel::desk::{self, NewItem, Post, Urgency};
use crate::kernel::key_store::KeyName;
use crate::people::members::model::MemberStatus;

/// Campaigns or stages looked at in one pass of the clock.
const DUE_AT_ONCE: i64 = 200;

/// Rounds in which stages follow one another in one pass: more than a timetable has stages.
const ROUNDS: usize = 20;

/// Seconds after which it is tried again to move what was refused.
const TRIED_AGAIN_SECONDS: i64 = 30;

impl Campaigns {
    /// What the clock does when something is due: opens campaigns, opens and closes stages, counts, also after the server
    /// was down. A campaign that cannot be moved keeps no other one waiting. Says when to look next.
    pub async fn move_due(&self) -> Result<Option<Timestamp>, DbError> {
        let (now, mut outcome) = (self.db.now(), Ok(()));
        for id in self.db.read(move |conn| store::campaigns::list_to_open(conn, now, DUE_AT_ONCE)).await? {
            let opened = settled(id, self.open(id, None).await);
            outcome = outcome.and(opened.map(drop));
        }
        // several rounds, for a stage may wait for another one that ends at the same instant
        for _ in 0..ROUNDS {
            let mut has_moved = false;
            for row in self.db.read(move |conn| list_movable(conn, now)).await? {
                match settled(row.campaign_id, self.move_stage(row.campaign_id, row.stage).await) {
                    Ok(moved) => has_moved |= moved == Some(true),
                    Err(error) => outcome = outcome.and(Err(error)),
                }
            }
            if !has_moved {
                break;
            }
        }
        outcome = outcome.and(self.erase_cancelled().await);
        let waits_for_older = self.count_due().await;
        outcome?;
        self.next_due(waits_for_older?).await
    }

    /// When the clock has something to do next. What was left undone was refused, for as long as nobody does something about
    /// it, which has the clock look; it is tried again now and then. What waits for older transactions waits a moment.
    async fn next_due(&self, waits_for_older: bool) -> Result<Option<Timestamp>, DbError> {
        let now = self.db.now();
        self.db
            .read(move |conn| {
                if waits_for_older || !store::cancellations::list_unerased(conn, 1)?.is_empty() {
                    return Ok(Some(now));
                }
                let is_left = !store::campaigns::list_to_open(conn, now, 1)?.is_empty()
                    || !list_movable(conn, now)?.is_empty()
                    || !vote::list_uncounted(conn, now, 1)?.is_empty();
                let again = is_left.then(|| now.plus_seconds(TRIED_AGAIN_SECONDS));
                let next = [store::stages::next_instant(conn, now)?, vote::next_count(conn, now)?, again];
                Ok(next.into_iter().flatten().min())
            })
            .await
    }

    /// Freezes the rules and the roll, and opens the first stage.
    pub(in crate::judging::campaigns) async fn open(&self, id: CampaignId, by: Option<MemberId>) -> Outcome<()> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let mut campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                if !step(CampaignVerb::Open, campaign.state)? {
                    return Ok(());
                }
                let roll = room.roll_of(&campaign);
                if roll.lines().is_empty() && campaign.terms.0.stage(CampaignStage::Vote).is_some() {
                    return Err(Refusal::NobodyVotes.into());
                }
                let bytes = roll.to_bytes();
                vote::insert_roll(tx.conn, id, &bytes)?;
                freeze(tx, &mut campaign, roll.lines().len(), &bytes);
                campaigns::advance(tx.conn, CampaignState::Announced, &campaign)?;
                let sha256 = campaign.frozen_sha256.clone();
                note(tx, by, "campaigns.open", id, json!({ "rules_sha256": sha256, "roll": roll.lines().len() }))?;
                let stages = campaigns::list_stages(tx.conn, id)?;
                if let Some(first) = stages.first() {
                    let now = tx.now();
                    store::stages::open(tx.conn, id, first.stage, now)?;
                    let told = format!("{}开始{}，评选规则自此不再更改。", first.stage.title(), ending(first, now));
                    tell_begun(tx, &campaign, first, ("评选开始", told))?;
                }
                Ok(())
            })
            .await
    }

    /// The electorate as the roster stands now: everybody named by kind and unit who has not left.
    fn roll_of(&self, campaign: &Campaign) -> Roll {
        let electorate = &campaign.terms.0.electorate;
        let units = if electorate.unit_ids.is_empty() { vec![campaign.unit_id] } else { electorate.unit_ids.clone() };
        let mut lines = Vec::new();
        self.directory.each_member(|member, card| {
            let named = electorate.kinds.contains(&member.kind) && units.iter().any(|unit| card.path.contains(unit));
            if named && member.status != MemberStatus::Left {
                let branch = card.branch.unwrap_or(member.unit);
                lines.push(RollLine { member: member.id, unit: member.unit, branch });
            }
        });
        Roll::new(lines)
    }

    /// Opens or closes one stage, if its time has come and what it stands on is done.
    async fn move_stage(&self, id: CampaignId, stage: CampaignStage) -> Outcome<bool> {
        let (room, key) = (self.clone(), self.key_to_open_with(id, stage).await?);
        self.db
            .write(move |tx| {
                let campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let Some((row, stages)) = stage_to_move(tx.conn, &campaign, stage, tx.now())? else { return Ok(false) };
                // at its end it is over in any case, so that what comes after it does not wait for ever
                let opens_vote =
                    row.state == StageState::Planned && stage == CampaignStage::Vote && row.closes_at > tx.now();
                if opens_vote && !room.can_vote_open(tx, &campaign, &stages)? {
                    room.lay_unopened_vote(tx, &campaign)?;
                    return Ok(false);
                }
                match (row.state, key) {
                    (StageState::Open, _) => room.close_stage(tx, None, &campaign, stage)?,
                    // ready only now: the next round makes the key first
                    (_, None) if stage == CampaignStage::Vote => return Ok(true),
                    (_, key) => room.open_stage(tx, &campaign, (&stages, stage), key)?,
                }
                Ok(true)
            })
            .await
    }

    /// The key of a vote that is about to open, made and on disk before it does; `None` for what needs none.
    async fn key_to_open_with(&self, id: CampaignId, stage: CampaignStage) -> Outcome<Option<KeyName>> {
        let now = self.db.now();
        let opens = move |conn: &mut Conn| {
            let Some(campaign) = campaigns::find(conn, id)? else { return Ok(false) };
            let ready = stage_to_move(conn, &campaign, stage, now)?;
            Ok(ready.is_some_and(|(row, _)| row.state == StageState::Planned))
        };
        if stage != CampaignStage::Vote || !self.db.read(opens).await? {
            return Ok(None);
        }
        Ok(Some(self.make_vote_key(id).await?))
    }

    /// Opens a stage; a vote opens with `key`.
    fn open_stage(
        &self,
        tx: &mut Tx,
        campaign: &Campaign,
        (stages, stage): (&[StageRow], CampaignStage),
        key: Option<KeyName>,
    ) -> diesel::QueryResult<()> {
        let now = tx.now();
        if !store::stages::open(tx.conn, campaign.id, stage, now)? {
            return Ok(());
        }
        let first = !stages.iter().any(|row| row.stage.judges() && row.state != StageState::Planned);
        if stage.judges() && first {
            self.fix_versions(tx, campaign)?;
        }
        if stage == CampaignStage::Vote {
            print_ballot(tx, campaign)?;
            desk::clear(tx, UNOPENED_VOTE, campaign.id.uuid())?;
        }
        if let Some(key) = key {
            vote::insert_seal(tx.conn, &Seal::of_vote(key))?;
        }
        note(tx, None, "campaigns.open_stage", campaign.id, json!({ "stage": stage }))?;
        if stage.judges() {
            self.lay_scores(tx, campaign)?;
            self.lay_proposals(tx, campaign)?;
            self.lay_undecided(tx, campaign)?;
        }
        let Some(row) = stages.iter().find(|row| row.stage == stage) else { return Ok(()) };
        let (what, told) =
            (format!("{}开始", stage.title()), format!("{}现已开始{}。", stage.title(), ending(row, now)));
        match self.judges_of(tx, campaign, stage)? {
            Some(judges) if row.closes_at > now => {
                judges.into_iter().try_for_each(|judge| tell_member(tx, campaign, judge, &what, told.clone()))
            }
            _ => tell_begun(tx, campaign, row, (&what, told)),
        }
    }

    /// Who hears that a stage opens in which few have something to do; `None` where everybody has, or may look.
    fn judges_of(
        &self,
        tx: &mut Tx,
        campaign: &Campaign,
        stage: CampaignStage,
    ) -> diesel::QueryResult<Option<BTreeSet<MemberId>>> {
        let today = tx.today();
        let holders = |capability, unit| self.desks.nearest(Post { capability, unit }, &[], today);
        let judges = match stage {
            CampaignStage::Expert => campaign.terms.0.expert_ids.iter().copied().collect(),
            CampaignStage::Committee => holders(Capability::DecideCampaigns, campaign.unit_id).into_iter().collect(),
            CampaignStage::Peer | CampaignStage::OpenReview => {
                let units: BTreeSet<UnitId> =
                    entries::list_submitted(tx.conn, campaign.id)?.iter().map(|entry| entry.unit_id).collect();
                units.into_iter().flat_map(|unit| holders(Capability::WriteEntries, unit)).collect()
            }
            CampaignStage::Entry | CampaignStage::Publicity | CampaignStage::Vote | CampaignStage::Objection => {
                return Ok(None);
            }
        };
        Ok(Some(judges))
    }

    /// Whether somebody on the roll could choose an entry of the ballot, if the vote opened now.
    fn can_vote_open(&self, tx: &mut Tx, campaign: &Campaign, stages: &[StageRow]) -> diesel::QueryResult<bool> {
        let is_judged = stages.iter().any(|row| row.stage.judges() && row.state != StageState::Planned);
        let mut entries = on_ballot(tx.conn, campaign)?;
        // what came after the first judging is on no ballot
        entries.retain(|entry| !is_judged || entry.number.is_some());
        let roll = vote::find_roll(tx.conn, campaign.id)?.unwrap_or_default();
        let people = EntryPeople::of(tx.conn, &entries)?;
        Ok(self.can_be_cast(campaign, &roll, (&entries, &people)))
    }

    /// Tells who runs the campaign, once, that its vote cannot open, and has that wait. It opens as soon as an entry can be
    /// chosen; its end may be moved, or the whole called off.
    fn lay_unopened_vote(&self, tx: &mut Tx, campaign: &Campaign) -> diesel::QueryResult<()> {
        let subject = campaign.id.uuid();
        if desk::waits(tx.conn, UNOPENED_VOTE, subject)? {
            return Ok(());
        }
        let made =
            NewItem { urgency: Urgency::Urgent, ..item(campaign, UNOPENED_VOTE, subject, Capability::RunCampaigns) };
        self.desks.replace(tx, UNOPENED_VOTE, subject, Some(made))?;
        note(tx, None, "campaigns.vote_unopened", campaign.id, json!({}))?;
        let why = "投票应当开始，但没有一名选民可以在选票上选择申报（没有可以投票的申报，或都是选民本支部的）。有了可以选的申报即自动开始；到结束时间仍没有的，投票即告结束，没有选票；也可以延期，或由两人终止评选。";
        tell_maker(tx, campaign, "投票未能开始", why.into())
    }

    /// From here on the entries are judged as they are now, and bear the numbers that ballots name them by: category after
    /// category, in the order in which they were handed in. Who can judge them is known now, too.
    fn fix_versions(&self, tx: &mut Tx, campaign: &Campaign) -> diesel::QueryResult<()> {
        let place = |code: &str| campaign.terms.0.categories.iter().position(|category| &*category.code == code);
        let (mut entries, people) = entries::handed_in(tx.conn, campaign.id)?;
        entries.sort_by_key(|entry| (place(&entry.category), entry.submitted_at, entry.id));
        let units: BTreeSet<UnitId> = entries.iter().map(|entry| entry.unit_id).collect();
        for (number, mut entry) in (1..).zip(entries) {
            (entry.judged_version, entry.number) = (Some(entry.version), Some(number));
            entry.exempt = Json(self.exempt(&campaign.terms.0, &units, (&entry, &people)));
            entries::update(tx.conn, &entry)?;
        }
        Ok(())
    }

    /// Ends a stage before its time, where nobody loses anything by it.
    pub async fn close_stage_early(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: CampaignId,
        stage: CampaignStage,
    ) -> Outcome<()> {
        self.within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                if campaign.state != CampaignState::Open {
                    return Err(CampaignRefusal::WrongState(campaign.state).into());
                }
                let row = campaigns::find_stage(tx.conn, id, stage)?.ok_or(CampaignRefusal::NoSuchStage)?;
                rules::may_close_early(&row)?;
                if !rules::decision_allows(&row, campaign.decided_at.is_some(), tx.now()) {
                    return Err(CampaignRefusal::Undecided.into());
                }
                Ok(room.close_stage(tx, Some(actor), &campaign, stage)?)
            })
            .await
    }

    fn close_stage(
        &self,
        tx: &mut Tx,
        by: Option<MemberId>,
        campaign: &Campaign,
        stage: CampaignStage,
    ) -> diesel::QueryResult<()> {
        let now = tx.now();
        if campaigns::close_stage(tx.conn, campaign.id, stage, now)? {
            note(tx, by, "campaigns.close_stage", campaign.id, json!({ "stage": stage }))?;
            self.lay_extensions(tx, campaign)?;
            self.lay_scores(tx, campaign)?;
            self.lay_undecided(tx, campaign)?;
        }
        Ok(())
    }

    /// Has the first decision wait once it can be made; the caller holds the campaign.
    pub(in crate::judging::campaigns) fn lay_undecided(
        &self,
        tx: &mut Tx,
        campaign: &Campaign,
    ) -> diesel::QueryResult<()> {
        let stages = campaigns::list_stages(tx.conn, campaign.id)?;
        let is_counted = vote::is_counted(tx.conn, campaign.id)?;
        if campaign.decided_at.is_some() {
            Ok(())
        } else {
            let barred = self.list_barred_deciders(tx, campaign)?;
            self.lay_decision(tx, campaign, &stages, (is_counted, false), barred)
        }
    }
}

/// The stage, with all of its campaign, if it can be opened or closed now.
fn stage_to_move(
    conn: &mut Conn,
    campaign: &Campaign,
    stage: CampaignStage,
    now: Timestamp,
) -> diesel::QueryResult<Option<(StageRow, Vec<StageRow>)>> {
    if campaign.state != CampaignState::Open {
        return Ok(None);
    }
    let stages = campaigns::list_stages(conn, campaign.id)?;
    let counted = vote::is_counted(conn, campaign.id)?;
    let row = stages.iter().find(|row| row.stage == stage);
    let moves = |row: &&StageRow| {
        let due = match row.state {
            StageState::Planned => now >= row.opens_at && rules::may_open(stage, &stages, counted),
            StageState::Open => now >= row.closes_at,
            StageState::Closed => false,
        };
        due && rules::decision_allows(row, campaign.decided_at.is_some(), now)
    };
    Ok(row.filter(moves).copied().map(|row| (row, stages)))
}

/// Tells of a stage that has begun. Of one that lay in a downtime, and is over as it begins, nobody hears but who runs the
/// campaign.
fn tell_begun(
    tx: &mut Tx,
    campaign: &Campaign,
    row: &StageRow,
    (what, told): (&str, String),
) -> diesel::QueryResult<()> {
    if row.closes_at > tx.now() {
        return tell_audience(tx, campaign, what, told);
    }
    let (stage, begin, end) = (row.stage.title(), row.opens_at.in_chinese(), row.closes_at.in_chinese());
    let told = format!(
        "{stage}阶段（{begin}至{end}）未能按时开启（如服务停机），无人能够参加，未通知参加人员。请决定是否重新组织。"
    );
    tell_maker(tx, campaign, &format!("{stage}未能进行"), told)
}

/// When a stage ends, as what follows its beginning in a sentence; nothing where that has passed, as after a server that
/// was down.
fn ending(row: &StageRow, now: Timestamp) -> String {
    if row.closes_at > now { format!("，{}结束", row.closes_at.in_chinese()) } else { String::new() }
}

/// What is due and can be moved: nothing of it waits for another stage, the count or the decision.
fn list_movable(conn: &mut Conn, now: Timestamp) -> diesel::QueryResult<Vec<StageRow>> {
    let mut movable = Vec::new();
    for row in store::stages::list_due(conn, now, DUE_AT_ONCE)? {
        let Some(campaign) = campaigns::find(conn, row.campaign_id)? else { continue };
        if stage_to_move(conn, &campaign, row.stage, now)?.is_some() {
            movable.push(row);
        }
    }
    Ok(movable)
}

/// What came of moving a campaign; `None` when that was refused.
fn settled<T>(id: CampaignId, outcome: Outcome<T>) -> Result<Option<T>, DbError> {
    match outcome {
        Ok(done) => Ok(Some(done)),
        Err(Stop::Refused(refusal)) => {
            tracing::warn!(campaign = %id, ?refusal, "a campaign cannot be moved on");
            Ok(None)
        }
        Err(Stop::Failed(error)) => {
            tracing::warn!(campaign = %id, %error, "a campaign could not be moved on");
            Err(error)
        }
    }
}

/// The rules as one JSON document in its one spelling, with its hash.
fn freeze(tx: &Tx, campaign: &mut Campaign, members: usize, roll: &[u8]) {
    // what was left to a default is written out
    campaign.terms.0.ballot.max = Some(campaign.terms.0.most_choices());
    campaign.terms.0.awards = campaign.terms.0.headings();
    campaign.terms.0.missing.get_or_insert_default();
    let document = json!({
        "format": "xianfeng-campaign/2",
        "id": campaign.id,
        "title": campaign.title,
        "unit_id": campaign.unit_id,
        "opened_at": tx.now(),
        "roll": { "members": members, "sha256": hex(&digest(roll)) },
        "terms": campaign.terms.0,
    });
    let text = rules::canonical(&document);
    campaign.frozen_sha256 = Some(hex(&digest(text.as_bytes())));
    campaign.frozen = Some(text);
    (campaign.state, campaign.opened_at, campaign.updated_at) = (CampaignState::Open, Some(tx.now()), tx.now());
}

/// Fixes which entries can be voted on: where the rules ask for an article, only those that have one.
fn print_ballot(tx: &mut Tx, campaign: &Campaign) -> diesel::QueryResult<()> {
    let listed: BTreeSet<EntryId> = on_ballot(tx.conn, campaign)?.into_iter().map(|entry| entry.id).collect();
    for mut entry in entries::list_submitted(tx.conn, campaign.id)? {
        entry.on_ballot = entry.number.is_some() && listed.contains(&entry.id);
        entries::update(tx.conn, &entry)?;
    }
    Ok(())
}

/// Entries that were handed in and have what the rules ask of one that is voted on.
fn on_ballot(conn: &mut Conn, campaign: &Campaign) -> diesel::QueryResult<Vec<Entry>> {
    let required = campaign.terms.0.entries.article_required;
    let published = if required { entries::list_with_article(conn, campaign.id)? } else { Vec::new() };
    let mut entries = entries::list_submitted(conn, campaign.id)?;
    entries.retain(|entry| !required || published.contains(&entry.id));
    Ok(entries)
}
