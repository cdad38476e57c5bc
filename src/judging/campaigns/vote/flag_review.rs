//! When a vote that is over is counted. Right after the closing it is looked for once what is unusual; where nothing is, the
//! count follows at once or after the delay that the rules set. Where something is, it waits for a day or that delay, so
//! that people can look and void, or until two have looked.

use serde_json::json;

use super::flags::find_flags;
use super::model::{Flag, FlagCheck, FlagLook};
use super::rules::{self, Refusal};
use super::{Outcome, store};
use crate::base::capability::{Reach, Role};
use crate::base::id::MemberId;
use crate::base::own_case::{Involvement, Judgement};
use crate::base::time::Day;
use crate::db::{Conn, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::judging::campaigns::model::{Campaign, CampaignId, CampaignStage, CampaignState};
use crate::judging::campaigns::notices::note;
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::viewer::Viewer;
use crate::judging::campaigns::{Campaigns, store as campaigns};

/// People who must have looked.
const LOOKS: usize = 2;
/// How many of those who may look are told that there is something.
const TOLD: usize = 10;

/// What was found, and who has looked at it.
#[derive(Clone, Debug)]
pub struct FlagReview {
    /// `None` until it was looked for, right after the closing.
    pub check: Option<FlagCheck>,
    pub looks: Vec<FlagLook>,
}

impl Campaigns {
    /// Whether the closed vote is to be counted now. The first time it is looked for what is unusual, after everything that
    /// began before the closing has ended.
    pub(super) async fn may_count(&self, id: CampaignId) -> Outcome<bool> {
        let known = self.db.read(move |conn| store::flag_review::find_check(conn, id)).await?;
        let check = match known {
            Some(check) => check,
            None => self.check_flags(id).await?,
        };
        Ok(check.counts_from <= self.db.now())
    }

    async fn check_flags(&self, id: CampaignId) -> Outcome<FlagCheck> {
        let watch = self.watch.get();
        let question = move |conn: &mut Conn| {
            let stage = campaigns::find_stage(conn, id, CampaignStage::Vote)?;
            let flags = stage.map(|stage| find_flags(conn, &watch, id, &stage)).transpose()?;
            Ok(stage.zip(flags))
        };
        let (stage, flags) = self.db.read(question).await?.ok_or(CampaignRefusal::NoSuchStage)?;
        let closed_at = stage.closed_at.unwrap_or(stage.closes_at);
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let delay_minutes = campaign.terms.0.ballot.counting_delay_minutes;
                let delay = rules::counting_delay_seconds(&watch, delay_minutes, !flags.is_empty());
                let check = FlagCheck {
                    campaign_id: id,
                    flags: i32::try_from(flags.len()).unwrap_or(i32::MAX),
                    checked_at: tx.now(),
                    counts_from: closed_at.plus_seconds(delay),
                };
                if store::flag_review::insert_check(tx.conn, &check)? && !flags.is_empty() {
                    let detail = json!({ "flags": check.flags, "counts_from": check.counts_from });
                    note(tx, None, "campaigns.check_flags", id, detail)?;
                    let told = room.who_looks(&campaign, &flags, tx.today());
                    told.into_iter().try_for_each(|who| tell_flagged(tx, who, &campaign.title, &check))?;
                }
                store::flag_review::find_check(tx.conn, id)?.ok_or_else(|| Refusal::NothingFlagged.into())
            })
            .await
    }

    /// Some of those who may look, who wrote the campaign first.
    fn who_looks(&self, campaign: &Campaign, flags: &[Flag], today: Day) -> Vec<MemberId> {
        let tree = self.directory.tree();
        let path = tree.get(campaign.unit_id).map(|card| card.path.clone()).unwrap_or_default();
        let roles = [Role::Organiser, Role::CommitteeMember];
        let holders =
            path.iter().flat_map(|unit| roles.map(|role| self.directory.holders(role, *unit, today))).flatten();
        let mut told: Vec<MemberId> = Vec::new();
        for who in std::iter::once(campaign.created_by).chain(holders) {
            if told.len() < TOLD && !told.contains(&who) && !flags.iter().any(|flag| flag.concerns(who)) {
                told.push(who);
            }
        }
        told
    }

    /// What was found about a vote that is over, and who has looked at it.
    pub async fn flag_review(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<FlagReview> {
        self.see_as_manager(viewer, id).await?;
        self.check_over(id).await?;
        Ok(self.db.read(move |conn| review(conn, id)).await?)
    }

    /// Takes down that somebody who runs or decides campaigns within `reaches` has looked at the flags; the second one sets
    /// the counting going. Whom a flag is about does not count. Again it changes nothing.
    pub async fn review_flags(&self, actor: MemberId, reaches: &[Reach], id: CampaignId) -> Outcome<FlagReview> {
        let campaign =
            self.db.read(move |conn| campaigns::find(conn, id)).await?.ok_or(CampaignRefusal::NoSuchCampaign)?;
        if !reaches.iter().any(|reach| self.covers(reach, campaign.unit_id)) {
            return Err(CampaignRefusal::OutOfReach.into());
        }
        let flags = self.flags_if_over(id).await?.ok_or(Refusal::VoteRuns)?;
        let himself = flags.iter().any(|flag| flag.concerns(actor)).then_some(Involvement::Subject);
        let hindrance = Judgement::ReviewFlags.hindrance(himself.into_iter().collect());
        self.db
            .write(move |tx| {
                let campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                if campaign.state == CampaignState::Cancelled {
                    return Err(CampaignRefusal::WrongState(campaign.state).into());
                }
                let check = store::flag_review::find_check(tx.conn, id)?.filter(|check| check.flags > 0);
                check.ok_or(Refusal::NothingFlagged)?;
                let looks = store::flag_review::list_looks(tx.conn, id)?;
                if !looks.iter().any(|look| look.member_id == actor) {
                    if hindrance.is_some() {
                        return Err(Refusal::FlagOnOneself.into());
                    }
                    if store::tallies::is_counted(tx.conn, id)? {
                        return Err(Refusal::Counted.into());
                    }
                    let look = FlagLook { campaign_id: id, member_id: actor, looked_at: tx.now() };
                    store::flag_review::insert_look(tx.conn, &look)?;
                    note(tx, Some(actor), "campaigns.review_flags", id, json!({ "looks": looks.len() + 1 }))?;
                    count_when_looked_at(tx, id)?;
                }
                Ok(review(tx.conn, id)?)
            })
            .await
    }
}

fn review(conn: &mut Conn, id: CampaignId) -> diesel::QueryResult<FlagReview> {
    Ok(FlagReview {
        check: store::flag_review::find_check(conn, id)?,
        looks: store::flag_review::list_looks(conn, id)?,
    })
}

/// Lets the count begin once two people have looked and no proposal to void a ballot waits; the caller holds the campaign.
pub(super) fn count_when_looked_at(tx: &mut Tx, id: CampaignId) -> diesel::QueryResult<()> {
    let looked = store::flag_review::list_looks(tx.conn, id)?.len() >= LOOKS;
    if looked && !store::voidings::has_open(tx.conn, id)? {
        store::flag_review::count_from(tx.conn, id, tx.now())?;
    }
    Ok(())
}

fn tell_flagged(tx: &mut Tx, who: MemberId, title: &str, check: &FlagCheck) -> diesel::QueryResult<()> {
    let FlagCheck { campaign_id, flags, counts_from, .. } = check;
    let notice = NewNotice {
        to: To::Member(who),
        kind: NoticeKind::PUBLISHED,
        title: format!("投票有提示需要查看：{title}"),
        body: format!(
            "投票已经结束，有 {flags} 条提示。两位有权人员查看后即计票，否则于{}计票。",
            counts_from.in_chinese()
        ),
        link: Some(format!("/campaigns/{campaign_id}/flags")),
    };
    notices::tell(tx, notice)
}
