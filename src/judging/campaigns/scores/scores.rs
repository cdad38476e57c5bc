//! Judging: experts, branches that score each other, secretaries who review other units' entries.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;

use super::model::{JudgeId, Mark, Score};
use super::rules::{self, Refusal};
use super::{Outcome, store};
use crate::base::capability::{Capability, Role};
use crate::base::id::{MemberId, UnitId};
use crate::base::own_case::Judgement;
use crate::base::person::Person;
use crate::base::score::{Averaging, average, spread};
use crate::db::Json;
use crate::judging::campaigns::entries::EntryPeople;
use crate::judging::campaigns::entries::model::{Entry, EntryId, thing};
use crate::judging::campaigns::model::{CampaignId, CampaignState, Source, Terms};
use crate::judging::campaigns::notices::note;
use crate::judging::campaigns::rules::{CampaignRefusal, takes};
use crate::judging::campaigns::viewer::Viewer;
use crate::judging::campaigns::{Campaigns, entries, store as campaigns};
use crate::kernel::recusals::{self, RecusalRequest};

/// A judge with what was given, as the organiser sees it.
#[derive(Clone, Debug)]
pub struct JudgeLine {
    pub source: Source,
    pub judge: JudgeId,
    /// The expert's or the unit's name.
    pub name: String,
    pub scores: Vec<Score>,
    /// Entries that this judge has not scored and should.
    pub missing: Vec<EntryId>,
    /// The mean of the totals, in hundredths; `None` without any.
    pub mean_hundredths: Option<i64>,
    /// The standard deviation of the totals, in hundredths; `None` without any.
    pub spread_hundredths: Option<i64>,
    /// The lowest and the highest total.
    pub span: Option<(i32, i32)>,
}

/// The judges, and what some of them are kept out of at their own wish.
#[derive(Clone, Debug)]
pub struct ScoreMatrix {
    /// Source after source.
    pub lines: Vec<JudgeLine>,
    pub recusals: Vec<(EntryId, RecusalRequest)>,
}

impl Campaigns {
    /// Gives or changes one's scores of an entry while the stage is open; `unit` is whom one scores for, where units do.
    pub async fn score(
        &self,
        judge: &Person,
        id: EntryId,
        source: Source,
        unit: Option<UnitId>,
        marks: Vec<Mark>,
    ) -> Outcome<Score> {
        let entry = self.db.read(move |conn| entries::find(conn, id)).await?.ok_or(entries::Refusal::NoSuchEntry)?;
        let campaign = entry.campaign_id;
        let (found, (entries, people)) = self
            .db
            .read(move |conn| Ok((campaigns::find(conn, campaign)?, entries::handed_in(conn, campaign)?)))
            .await?;
        let found = found.ok_or(entries::Refusal::NoSuchEntry)?;
        let terms = match found.state {
            CampaignState::Open => found.terms.0,
            CampaignState::Cancelled => return Err(CampaignRefusal::WrongState(found.state).into()),
            _ => return Err(entries::Refusal::NoSuchEntry.into()),
        };
        if !terms.sources.iter().any(|rule| rule.source == source) || source == Source::Vote {
            return Err(CampaignRefusal::NoSuchStage.into());
        }
        let judge_id = self.judge_for(judge, &terms, (&entries, &people), &entry, (source, unit))?;
        let total = rules::total_of(&terms, &marks)?;
        let expert = (source == Source::Expert).then_some(judge);
        let owed = |entry: &&Entry| self.should_score(&terms, (source, judge_id, expert), entry, &people);
        let owed: Vec<EntryId> = entries.iter().filter(owed).map(|entry| entry.id).collect();
        let (room, member) = (self.clone(), judge.member);
        self.db
            .write(move |tx| {
                let held = campaigns::lock_row(tx.conn, campaign)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let stage =
                    campaigns::find_stage(tx.conn, campaign, source.stage())?.ok_or(CampaignRefusal::NoSuchStage)?;
                takes(&stage, tx.now())?;
                let leaving = recusals::list_requests(tx.conn, thing(id).kind, &[id.uuid()])?;
                if source == Source::Expert && leaving.iter().any(|asked| asked.member_id == member) {
                    return Err(Refusal::OwnScore.into());
                }
                let score = Score {
                    entry_id: id,
                    source,
                    judge_id,
                    campaign_id: campaign,
                    scored_by: member,
                    marks: Json(marks.clone()),
                    total,
                    scored_at: tx.now(),
                };
                store::put(tx.conn, &score)?;
                let detail = json!({ "entry_id": id, "source": source, "judge_id": judge_id });
                note(tx, Some(member), "campaigns.score", campaign, detail)?;
                room.lay_scores_if_done(tx, &held, (source, judge_id), &owed)?;
                Ok(score)
            })
            .await
    }

    /// As whom this person judges the entry, if that is allowed.
    fn judge_for(
        &self,
        judge: &Person,
        terms: &Terms,
        (entries, people): (&[Entry], &EntryPeople),
        entry: &Entry,
        (source, unit): (Source, Option<UnitId>),
    ) -> Result<JudgeId, Refusal> {
        if entry.judged_version.is_none() {
            return Err(CampaignRefusal::NotOpen(source.stage()).into());
        }
        let involved = people.involved(entry, judge);
        if source == Source::Expert {
            return match self.judges_as_expert(judge, terms, entry.unit_id) {
                false => Err(Refusal::NoJudge),
                true if Judgement::ScoreAsExpert.check(involved).is_err() => Err(Refusal::OwnScore),
                true => Ok(JudgeId::from(judge.member)),
            };
        }
        let unit = unit.ok_or(Refusal::NoJudge)?;
        let may = self.may_judge_for(judge, source, unit)
            || (source == Source::OpenReview && self.stands_in(judge, unit, entry, people));
        // units judge each other: who is not judged does not judge
        if !may || !judges_among(entries).contains(&unit) {
            return Err(Refusal::NoJudge);
        }
        let is_own = rules::is_own(&self.path_of(unit), &self.path_of(entry.unit_id));
        if is_own || Judgement::ScoreForUnit.check(involved).is_err() {
            return Err(Refusal::OwnScore);
        }
        Ok(JudgeId::from(unit))
    }

    /// Whether this person reviews an entry in the place of the unit's secretary, who is involved in it or is not there.
    fn stands_in(&self, judge: &Person, unit: UnitId, entry: &Entry, people: &EntryPeople) -> bool {
        let writes = judge.reach(Capability::WriteEntries).is_some_and(|reach| self.covers(&reach, unit));
        writes && !self.has_reviewer(unit, entry, people)
    }

    /// Whether the unit has a secretary who may review the entry.
    pub(super) fn has_reviewer(&self, unit: UnitId, entry: &Entry, people: &EntryPeople) -> bool {
        let today = self.db.today();
        let secretaries = self.directory.holders(Role::Secretary, unit, today);
        secretaries
            .into_iter()
            .filter_map(|member| self.directory.person(member, today))
            .any(|secretary| Judgement::ScoreForUnit.check(people.involved(entry, &secretary)).is_ok())
    }

    /// Whether the campaign names this person and the duty of an expert still holds there.
    pub(super) fn judges_as_expert(&self, judge: &Person, terms: &Terms, unit: UnitId) -> bool {
        let reach = judge.reach(Capability::ScoreAsExpert);
        terms.expert_ids.contains(&judge.member) && reach.is_some_and(|reach| self.covers(&reach, unit))
    }

    /// Whether this person scores for the unit: its secretary in an open review, else those who write its entries.
    pub(super) fn may_judge_for(&self, judge: &Person, source: Source, unit: UnitId) -> bool {
        match source {
            Source::OpenReview => judge.duties.iter().any(|duty| duty.role == Role::Secretary && duty.unit == unit),
            _ => judge.reach(Capability::WriteEntries).is_some_and(|reach| self.covers(&reach, unit)),
        }
    }

    /// Every judge with what was given and what is missing, and who asked to be kept out of which entry; for who sees how
    /// the campaign is run.
    pub async fn scores(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<ScoreMatrix> {
        let seen = self.see(viewer, id).await?;
        if !seen.managed {
            return Err(CampaignRefusal::OutOfReach.into());
        }
        let (scores, (entries, people)) =
            self.db.read(move |conn| Ok((store::list(conn, id)?, entries::handed_in(conn, id)?))).await?;
        let terms = &seen.campaign.terms.0;
        let mut lines = Vec::new();
        for rule in terms.sources.iter().filter(|rule| rule.source != Source::Vote) {
            let mut judges: BTreeSet<JudgeId> = match rule.source {
                Source::Expert => terms.expert_ids.iter().copied().map(JudgeId::from).collect(),
                _ => judges_among(&entries).into_iter().map(JudgeId::from).collect(),
            };
            let given = scores.iter().filter(|score| score.source == rule.source);
            judges.extend(given.clone().map(|score| score.judge_id));
            let mut by_judge: HashMap<JudgeId, Vec<Score>> = HashMap::new();
            given.for_each(|score| by_judge.entry(score.judge_id).or_default().push(score.clone()));
            for judge in judges {
                let scores = by_judge.remove(&judge).unwrap_or_default();
                lines.push(self.judge_line((rule.source, judge), scores, (&entries, &people)));
            }
        }
        let leaving = |entry: &Entry| people.leaving(entry.id).iter().map(|asked| (entry.id, asked.clone())).collect();
        let recusals = entries.iter().flat_map::<Vec<_>, _>(leaving).collect();
        Ok(ScoreMatrix { lines, recusals })
    }

    pub(super) fn judge_line(
        &self,
        (source, judge): (Source, JudgeId),
        scores: Vec<Score>,
        (entries, people): (&[Entry], &EntryPeople),
    ) -> JudgeLine {
        let (member, unit) = (MemberId::from(judge.uuid()), UnitId::from(judge.uuid()));
        let expert = if source == Source::Expert { self.directory.person(member, self.db.today()) } else { None };
        let should = |entry: &&Entry| self.is_others((source, judge, expert.as_ref()), entry, people);
        let judged = entries.iter().filter(|entry| entry.judged_version.is_some());
        let lacks = |entry: &&Entry| !scores.iter().any(|score| score.entry_id == entry.id);
        let missing = judged.filter(should).filter(lacks).map(|entry| entry.id).collect();
        let totals: Vec<i32> = scores.iter().map(|score| score.total).collect();
        let values: Vec<i64> = totals.iter().copied().map(i64::from).collect();
        let name = match source {
            Source::Expert => self.member_name(member),
            _ => self.unit_name(unit),
        };
        JudgeLine {
            source,
            judge,
            name,
            missing,
            mean_hundredths: average(&values, Averaging::Plain, 0),
            spread_hundredths: spread(&values),
            span: totals.iter().min().copied().zip(totals.iter().max().copied()),
            scores,
        }
    }

    /// Whether the entry is none of the judge's own; an expert as the person that he is now.
    pub(super) fn is_others(
        &self,
        (source, judge, expert): (Source, JudgeId, Option<&Person>),
        entry: &Entry,
        people: &EntryPeople,
    ) -> bool {
        if source != Source::Expert {
            return !rules::is_own(&self.path_of(UnitId::from(judge.uuid())), &self.path_of(entry.unit_id));
        }
        let in_person = || people.in_person(entry.id, MemberId::from(judge.uuid()));
        let involved = expert.map_or_else(in_person, |expert| people.involved(entry, expert));
        Judgement::ScoreAsExpert.check(involved).is_ok()
    }

    /// The sources none of whose judges could score the entry, since it is their own; `units` are those with an entry in
    /// the judging.
    pub(in crate::judging::campaigns) fn exempt(
        &self,
        terms: &Terms,
        units: &BTreeSet<UnitId>,
        (entry, people): (&Entry, &EntryPeople),
    ) -> Vec<Source> {
        let (path, today) = (self.path_of(entry.unit_id), self.db.today());
        let free = |unit: &UnitId| !rules::is_own(&self.path_of(*unit), &path);
        let can = |source: Source| match source {
            Source::Vote => true,
            Source::Expert => terms.expert_ids.iter().any(|expert| {
                let person = self.directory.person(*expert, today);
                self.is_others((source, JudgeId::from(*expert), person.as_ref()), entry, people)
            }),
            Source::Peer | Source::OpenReview => units.iter().any(free),
        };
        terms.sources.iter().map(|rule| rule.source).filter(|source| !can(*source)).collect()
    }
}

/// The units that have an entry in the judging.
pub(super) fn judges_among(entries: &[Entry]) -> BTreeSet<UnitId> {
    entries.iter().filter(|entry| entry.judged_version.is_some()).map(|entry| entry.unit_id).collect()
}
