//! What of a selection waits for whom: what every part puts on the desk, and the decision, which several parts bring about.
//!
//! Each part lays out its own, with the step that has somebody wait; the caller holds the campaign.

use diesel::QueryResult;
use uuid::Uuid;

use super::model::{Campaign, CampaignStage, StageRow};
use super::{Campaigns, rules};
use crate::base::capability::Capability;
use crate::base::id::MemberId;
use crate::base::text::in_quotes;
use crate::db::Tx;
use crate::kernel::desk::{Due, NewItem, Post, Urgency, Whose};

crate::kernel::desk::kinds! {
    /// Scores that a named expert owes.
    pub(super) EXPERT_SCORES = "campaign_expert_scores" / "专家评分",
    /// Scores that a branch owes the others.
    pub(super) PEER_SCORES = "campaign_peer_scores" / "支部互评",
    /// An entry that a member proposed and that an organiser approves.
    pub(super) PROPOSAL = "campaign_proposal" / "个人投稿",
    /// Scores that a secretary owes other units' entries.
    pub(super) REVIEW_SCORES = "campaign_review_scores" / "开放评审",
    /// The decision of the committee.
    pub(super) DECISION = "campaign_decision" / "评选决定",
    /// A vote that does not open, since nobody could choose anything.
    pub(super) UNOPENED_VOTE = "campaign_unopened_vote" / "投票未能开始",
    /// An objection without an answer.
    pub(super) OBJECTION = "campaign_objection" / "公示异议",
    /// A bulletin that somebody else reviews.
    pub(super) BULLETIN = "campaign_bulletin" / "评选通报",
    /// A later end that a second person confirms.
    pub(super) EXTENSION = "campaign_extension" / "评选延期",
    /// That a campaign is called off, which a second person confirms.
    pub(super) CANCELLATION = "campaign_cancellation" / "终止评选",
    /// A ballot that does not count once a second person confirms it.
    pub(super) VOIDING = "campaign_voiding" / "选票作废",
}

/// Something about a campaign that waits for those with `capability`, to be filled in.
pub(super) fn item(campaign: &Campaign, kind: &'static str, subject: Uuid, capability: Capability) -> NewItem {
    NewItem {
        kind,
        subject,
        title: format!("{}：评选{}", subject_title(kind), in_quotes(&campaign.title)),
        link: format!("/campaigns/{}", campaign.id),
        due: None,
        urgency: Urgency::Normal,
        whose: Whose::Holders(Post { capability, unit: campaign.unit_id }),
        barred: Vec::new(),
    }
}

/// What is to be done about a kind.
fn subject_title(kind: &str) -> &'static str {
    match kind {
        EXPERT_SCORES => "以专家身份为申报材料评分",
        PEER_SCORES => "为其他支部的申报材料评分",
        REVIEW_SCORES => "评审其他单位的申报材料",
        PROPOSAL => "审核个人投稿",
        DECISION => "研究决定评选结果",
        UNOPENED_VOTE => "投票未能开始，没有选民可以选的申报",
        OBJECTION => "答复公示异议",
        BULLETIN => "审核评选通报",
        EXTENSION => "确认或搁置延期",
        CANCELLATION => "确认终止",
        VOIDING => "确认作废一张选票",
        _ => "",
    }
}

impl Campaigns {
    /// Has the decision wait for those who decide: the first one once everything is judged and counted, another one once an
    /// upheld objection has sent the last one back; for nobody who is `barred`. Nothing waits before and after.
    pub(super) fn lay_decision(
        &self,
        tx: &mut Tx,
        campaign: &Campaign,
        stages: &[StageRow],
        (is_counted, is_sent_back): (bool, bool),
        barred: Vec<MemberId>,
    ) -> QueryResult<()> {
        let waits = rules::waits_for_decision(campaign.standing(), stages, is_counted, is_sent_back);
        let committee = stages.iter().find(|row| row.stage == CampaignStage::Committee);
        // it may decide after its time, too, since nothing goes on without it
        let due = committee.filter(|row| !is_sent_back && row.closes_at > tx.now()).map(|row| Due::At(row.closes_at));
        let made =
            || NewItem { due, barred, ..item(campaign, DECISION, campaign.id.uuid(), Capability::DecideCampaigns) };
        self.desks.replace(tx, DECISION, campaign.id.uuid(), waits.then(made))
    }
}
