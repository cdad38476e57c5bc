//! Which judges owe scores: experts each for himself, units with those who score for them.

use std::collections::HashSet;

use diesel::QueryResult;

use super::model::JudgeId;
use super::scores::judges_among;
use super::store;
use crate::base::capability::{Capability, Role};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::Tx;
use crate::judging::campaigns::desk::{EXPERT_SCORES, PEER_SCORES, REVIEW_SCORES, item};
use crate::judging::campaigns::entries::EntryPeople;
use crate::judging::campaigns::entries::model::{Entry, EntryId};
use crate::judging::campaigns::model::{Campaign, CampaignState, Source, StageState, Terms};
use crate::judging::campaigns::{Campaigns, entries, store as campaigns};
use crate::kernel::desk::{Due, NewItem, Post, Whose};

/// Who gave what.
type Given = HashSet<(Source, JudgeId, EntryId)>;

impl Campaigns {
    /// Has every judge wait who owes scores in a stage that is open, and no other one; the caller holds the campaign.
    pub(in crate::judging::campaigns) fn lay_scores(&self, tx: &mut Tx, campaign: &Campaign) -> QueryResult<()> {
        let stages = campaigns::list_stages(tx.conn, campaign.id)?;
        for source in campaign.terms.0.sources.iter().map(|rule| rule.source) {
            let Some(kind) = kind_of(source) else { continue };
            let open = stages.iter().find(|row| row.stage == source.stage() && row.state == StageState::Open);
            let items = match open.filter(|_| campaign.state == CampaignState::Open) {
                Some(stage) => {
                    let owing = self.owing(tx, campaign, source)?;
                    let due = Some(Due::At(stage.closes_at));
                    owing.into_iter().map(|item| NewItem { due, ..item }).collect()
                }
                None => Vec::new(),
            };
            self.desks.replace(tx, kind, campaign.id.uuid(), items)?;
        }
        Ok(())
    }

    /// After a judge gave a score: has him wait no more if it was the last one of those that he `owed`.
    pub(super) fn lay_scores_if_done(
        &self,
        tx: &mut Tx,
        campaign: &Campaign,
        (source, judge): (Source, JudgeId),
        owed: &[EntryId],
    ) -> QueryResult<()> {
        let given = store::list_scored(tx.conn, campaign.id, source, judge)?;
        if owed.iter().all(|entry| given.contains(entry)) { self.lay_scores(tx, campaign) } else { Ok(()) }
    }

    fn owing(&self, tx: &mut Tx, campaign: &Campaign, source: Source) -> QueryResult<Vec<NewItem>> {
        let (entries, people) = entries::handed_in(tx.conn, campaign.id)?;
        let given: Given = store::list_given(tx.conn, campaign.id)?.into_iter().collect();
        let owes = |judge: JudgeId, expert: Option<&Person>| {
            entries.iter().any(|entry| {
                self.should_score(&campaign.terms.0, (source, judge, expert), entry, &people)
                    && !given.contains(&(source, judge, entry.id))
            })
        };
        let link = format!("/campaigns/{}/scores/mine", campaign.id);
        let (kind, subject) = (kind_of(source).unwrap_or_default(), campaign.id.uuid());
        let waiting = |whose: Whose, barred: Vec<MemberId>| NewItem {
            link: link.clone(),
            whose,
            barred,
            ..item(campaign, kind, subject, Capability::WriteEntries)
        };
        if source == Source::Expert {
            let experts = campaign.terms.0.expert_ids.iter();
            let known = experts.filter_map(|expert| self.directory.person(*expert, tx.today()));
            let owing = known.filter(|expert| owes(JudgeId::from(expert.member), Some(expert)));
            return Ok(owing.map(|expert| waiting(Whose::Member(expert.member), Vec::new())).collect());
        }
        let units = judges_among(&entries).into_iter().filter(|unit| owes(JudgeId::from(*unit), None));
        let of_unit = |unit: UnitId| {
            let post = Post { capability: Capability::WriteEntries, unit };
            let judge = JudgeId::from(unit);
            let reviewed = |entry: &Entry| {
                given.contains(&(source, judge, entry.id))
                    || !self.should_score(&campaign.terms.0, (source, judge, None), entry, &people)
                    || self.has_reviewer(unit, entry, &people)
            };
            // others stand in where the secretary may not review an entry
            let alone = source == Source::OpenReview && entries.iter().all(reviewed);
            let barred = if alone { self.no_reviewers(post, tx.today()) } else { Vec::new() };
            waiting(Whose::Holders(post), barred)
        };
        Ok(units.map(of_unit).collect())
    }

    /// Whether the judge scores the entry; an expert as the person that he is now.
    pub(super) fn should_score(
        &self,
        terms: &Terms,
        judge: (Source, JudgeId, Option<&Person>),
        entry: &Entry,
        people: &EntryPeople,
    ) -> bool {
        let within = judge.2.is_none_or(|expert| self.judges_as_expert(expert, terms, entry.unit_id));
        within && entry.judged_version.is_some() && self.is_others(judge, entry, people)
    }

    /// Those who write entries of the unit and are not its secretary, who alone reviews others' for it.
    fn no_reviewers(&self, post: Post, today: Day) -> Vec<MemberId> {
        let secretaries = self.directory.holders(Role::Secretary, post.unit, today);
        let mut others = self.desks.able(post, today);
        others.retain(|member| !secretaries.contains(member));
        others
    }
}

/// What owed scores are on the desk; a vote owes nothing.
fn kind_of(source: Source) -> Option<&'static str> {
    match source {
        Source::Vote => None,
        Source::Expert => Some(EXPERT_SCORES),
        Source::Peer => Some(PEER_SCORES),
        Source::OpenReview => Some(REVIEW_SCORES),
    }
}
