//! What is read of contests: lists, results, rankings. Who may see a score before publication is decided here.

use std::collections::HashMap;

use super::calendar::Outcome;
use super::model::{
    Attempt, AttemptId, AttemptState, BranchResult, Contest, ContestCancellation, ContestExtension, ContestId,
    ContestState, MemberResult, PaperRule, Summary,
};
use super::rules::{self, Refusal, Sheet};
use super::{Contests, Frozen, store};
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::rank::are_told_by_difference;
use crate::base::text::{decimal, mask_name};
use crate::base::time::Timestamp;
use crate::db::{Conn, DbError};
use crate::doing::meetings::{self, Meeting, MeetingId, MeetingThing};
use crate::learning::quiz::PaperQuestion;
use crate::people::members::directory::MemberCard;

/// States that members see.
const SHOWN: [ContestState; 5] = [
    ContestState::Announced,
    ContestState::Open,
    ContestState::Closed,
    ContestState::Published,
    ContestState::Cancelled,
];

/// Neighbours shown on each side of one's own place.
const NEIGHBOURS: i64 = 2;

/// Members whose results are asked for by one statement.
const ASKED_AT_ONCE: usize = 500;

/// Results read at once for an export.
const EXPORTED_AT_ONCE: i64 = 1000;

/// Who looks: a member of the audience, and perhaps somebody who runs contests.
#[derive(Clone, Debug)]
pub struct Viewer<'a> {
    pub member: MemberId,
    pub path: &'a [UnitId],
    pub branch: Option<UnitId>,
    /// How far the viewer may read contests.
    pub reach: Option<Reach>,
}

/// A contest with what a viewer may know of it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub contest: Contest,
    /// The viewer's own attempts.
    pub attempts: Vec<Attempt>,
    /// Whether the viewer sees how it is run.
    pub managed: bool,
    /// The meeting that it is part of.
    pub meeting: Option<Meeting>,
    /// Its later ends.
    pub extensions: Vec<ContestExtension>,
    /// That it is called off, perhaps only proposed.
    pub cancellation: Option<ContestCancellation>,
}

impl Seen {
    /// Why the contest is off, once that is confirmed.
    pub fn cancelled_because(&self) -> Option<String> {
        let confirmed = self.cancellation.as_ref().filter(|cancellation| cancellation.confirmed_at.is_some());
        confirmed.map(|cancellation| cancellation.reason.clone())
    }
}

/// A line of the ranking with the member's name as the viewer sees it.
#[derive(Clone, Debug)]
pub struct RankedMember {
    pub result: MemberResult,
    pub name: String,
    pub unit: String,
}

impl Contests {
    pub fn now(&self) -> Timestamp {
        self.db.now()
    }

    /// Contests for a member, newest first: of his units, and those at which he has an attempt.
    pub async fn list_for_member(
        &self,
        (member, path): (MemberId, &[UnitId]),
        state: Option<ContestState>,
        before: Option<ContestId>,
        limit: i64,
    ) -> Result<Vec<Contest>, DbError> {
        let units = path.to_vec();
        let states: Vec<ContestState> =
            SHOWN.into_iter().filter(|shown| state.is_none_or(|state| state == *shown)).collect();
        self.db.read(move |conn| store::list(conn, (&units, Some(member)), &states, before, limit)).await
    }

    /// Contests within reach, in whatever state, newest first.
    pub async fn list_within(
        &self,
        reach: &Reach,
        state: Option<ContestState>,
        before: Option<ContestId>,
        limit: i64,
    ) -> Result<Vec<Contest>, DbError> {
        let tree = self.directory.tree();
        let units: Vec<UnitId> = tree.each().filter(|card| reach.covers(&card.path)).map(|card| card.unit.id).collect();
        let states = state.map_or(ContestState::EACH.to_vec(), |state| vec![state]);
        self.db.read(move |conn| store::list(conn, (&units, None), &states, before, limit)).await
    }

    /// How far the attempts of a member at each of `contests` have come.
    pub async fn attempts_at(
        &self,
        member: MemberId,
        contests: &[Contest],
    ) -> Result<HashMap<ContestId, Vec<AttemptState>>, DbError> {
        let ids: Vec<ContestId> = contests.iter().map(|contest| contest.id).collect();
        let found = self.db.read(move |conn| store::attempts::list_states_of_member(conn, &ids, member)).await?;
        let mut states: HashMap<ContestId, Vec<AttemptState>> = HashMap::new();
        for (contest, state) in found {
            states.entry(contest).or_default().push(state);
        }
        Ok(states)
    }

    /// What the audience of a contest is called for short.
    pub fn unit_name(&self, contest: &Contest) -> String {
        self.directory.unit_name(contest.unit_id)
    }

    /// A contest that a member at `path` may know of: one of his units', or one at which he has an attempt, wherever he
    /// is at home by now.
    pub(super) async fn for_member(&self, (member, path): (MemberId, &[UnitId]), id: ContestId) -> Outcome<Contest> {
        let contest = self.db.read(move |conn| store::find(conn, id)).await?;
        let contest = contest.filter(|contest| SHOWN.contains(&contest.state)).ok_or(Refusal::NoSuchContest)?;
        if path.contains(&contest.unit_id) {
            return Ok(contest);
        }
        let made = self.db.read(move |conn| store::attempts::list_of_member(conn, id, member)).await?;
        if made.is_empty() { Err(Refusal::NoSuchContest.into()) } else { Ok(contest) }
    }

    /// Contests that are part of a meeting, as far as a person may know of them.
    pub(super) fn part_of(
        &self,
        conn: &mut Conn,
        person: &Person,
        meeting: MeetingId,
    ) -> diesel::QueryResult<Vec<MeetingThing>> {
        let reach = person.reach(Capability::ReadContests);
        let known = |contest: &Contest| {
            let managed = reach.as_ref().is_some_and(|reach| self.covers(reach, contest));
            managed || (person.path.contains(&contest.unit_id) && SHOWN.contains(&contest.state))
        };
        let thing = |contest: Contest| MeetingThing {
            kind: "contest",
            id: contest.id.to_string(),
            done: format!("知识竞赛{}", contest.state.title()),
            title: contest.title,
        };
        Ok(store::list_parts_of(conn, meeting)?.into_iter().filter(known).map(thing).collect())
    }

    /// A contest as a viewer may know it: of the audience, with an attempt of his own, or within reach.
    pub async fn see(&self, viewer: &Viewer<'_>, id: ContestId) -> Outcome<Seen> {
        let member = viewer.member;
        let (contest, attempts) = self
            .db
            .read(move |conn| Ok((store::find(conn, id)?, store::attempts::list_of_member(conn, id, member)?)))
            .await?;
        let contest = contest.ok_or(Refusal::NoSuchContest)?;
        let managed = viewer.reach.as_ref().is_some_and(|reach| self.covers(reach, &contest));
        let takes_part = viewer.path.contains(&contest.unit_id) || !attempts.is_empty();
        let shown = takes_part && SHOWN.contains(&contest.state);
        if !managed && !shown {
            return Err(Refusal::NoSuchContest.into());
        }
        self.seen(contest, attempts, managed).await
    }

    /// A contest with what belongs to it.
    pub async fn seen(&self, contest: Contest, attempts: Vec<Attempt>, managed: bool) -> Outcome<Seen> {
        let (id, meeting) = (contest.id, self.meeting_of(&contest).await?);
        let (extensions, cancellation) = self
            .db
            .read(move |conn| {
                Ok((store::changes::list_extensions(conn, id)?, store::changes::find_cancellation(conn, id)?))
            })
            .await?;
        Ok(Seen { contest, attempts, managed, meeting, extensions, cancellation })
    }

    /// The meeting that a contest is part of.
    pub async fn meeting_of(&self, contest: &Contest) -> Result<Option<Meeting>, DbError> {
        match contest.meeting_id {
            Some(id) => self.db.read(move |conn| meetings::find(conn, id)).await,
            None => Ok(None),
        }
    }

    /// A contest whose results the viewer may see: everybody of the audience after publication, who runs it once it is
    /// ranked.
    async fn with_results(&self, viewer: &Viewer<'_>, id: ContestId) -> Outcome<Seen> {
        let seen = self.see(viewer, id).await?;
        if seen.contest.state == ContestState::Cancelled {
            return Err(Refusal::WrongState(ContestState::Cancelled).into());
        }
        if seen.contest.state == ContestState::Published || seen.managed && seen.contest.ranked_at.is_some() {
            return Ok(seen);
        }
        Err(if seen.managed { Refusal::NotRanked } else { Refusal::NotPublished }.into())
    }

    /// The result page: what was counted, and the questions in the paper's order. Where few hide it tells of the others
    /// alone, for by these and by the whole everybody could work out their scores.
    pub async fn results(&self, viewer: &Viewer<'_>, id: ContestId) -> Outcome<(Contest, Summary, Vec<PaperQuestion>)> {
        let seen = self.with_results(viewer, id).await?;
        let mut summary = self.db.read(move |conn| store::find_summary(conn, id)).await?.ok_or(Refusal::NotRanked)?;
        let frozen = self.frozen_of(&seen.contest).await?.ok_or(Refusal::NotRanked)?;
        let hidden =
            self.hidden_results(&seen, |found| !found.is_empty() && !are_told_by_difference(found.len())).await?;
        if are_told_by_difference(hidden.len()) {
            self.leave_out(id, &frozen, &mut summary, &hidden).await?;
        }
        Ok((seen.contest, summary, frozen.paper.questions.clone()))
    }

    /// The results of those whom the ranking does not show, until so many of them are `enough`; nobody is hidden from who
    /// runs the contest.
    async fn hidden_results(
        &self,
        seen: &Seen,
        enough: impl Fn(&[MemberResult]) -> bool + Send + 'static,
    ) -> Result<Vec<MemberResult>, DbError> {
        if seen.managed {
            return Ok(Vec::new());
        }
        let (mut hidden, listing) = (Vec::new(), self.presets.board_listing());
        self.directory.each_member(|member, _| {
            if !member.appears(listing) {
                hidden.push(member.id);
            }
        });
        let id = seen.contest.id;
        self.db
            .read(move |conn| {
                let mut results = Vec::new();
                for some in hidden.chunks(ASKED_AT_ONCE) {
                    results.extend(store::results::list_of(conn, id, some)?);
                    if enough(&results) {
                        break;
                    }
                }
                Ok(results)
            })
            .await
    }

    /// Takes the results of few out of what was counted of all.
    async fn leave_out(
        &self,
        id: ContestId,
        frozen: &Frozen,
        summary: &mut Summary,
        hidden: &[MemberResult],
    ) -> Result<(), DbError> {
        let ids: Vec<AttemptId> = hidden.iter().map(|result| result.attempt_id).collect();
        let (members, most) =
            (hidden.iter().map(|result| result.member_id).collect::<Vec<_>>(), hidden.len() as i64 + 1);
        let (attempts, answers, sum, first) = self
            .db
            .read(move |conn| {
                let (attempts, answers) =
                    (store::attempts::list_by_ids(conn, &ids)?, store::attempts::answers_of(conn, &ids)?);
                let first = store::results::list(conn, id, None, most)?;
                Ok((attempts, answers, store::results::sum_of_scores(conn, id)?, first))
            })
            .await?;
        let nothing = HashMap::new();
        for attempt in &attempts {
            let sheet = Sheet::deal(&frozen.paper, attempt.seed);
            let graded =
                rules::grade(&frozen.terms.scoring, sheet.questions(), answers.get(&attempt.id).unwrap_or(&nothing));
            summary.bands[rules::band(attempt.score, graded.full)] -= 1;
            for (question, right) in sheet.questions().zip(&graded.marks) {
                for share in summary.questions.iter_mut().filter(|share| share.question_id == question.id) {
                    share.shown -= 1;
                    share.right -= i64::from(*right);
                }
            }
        }
        let hidden_sum: i64 = hidden.iter().map(|result| i64::from(result.score)).sum();
        let shown = summary.participants - hidden.len() as i64;
        summary.mean_hundredths = rules::hundredths(sum - hidden_sum, shown);
        let best = first.iter().find(|result| !members.contains(&result.member_id));
        summary.best_hundredths = best.map_or(0, |result| result.score.into());
        summary.left_out = hidden.len() as i64;
        Ok(())
    }

    /// A page of the ranking of members; who hides from boards is left out of it and keeps the rank.
    pub async fn ranking(
        &self,
        viewer: &Viewer<'_>,
        id: ContestId,
        after: Option<(i32, MemberId)>,
        limit: i64,
    ) -> Outcome<Vec<(MemberResult, Option<RankedMember>)>> {
        self.with_results(viewer, id).await?;
        let results = self.db.read(move |conn| store::results::list(conn, id, after, limit)).await?;
        Ok(results.into_iter().map(|result| (result.clone(), self.named(viewer, result))).collect())
    }

    fn named(&self, viewer: &Viewer<'_>, result: MemberResult) -> Option<RankedMember> {
        let card = self.directory.member(result.member_id)?;
        if !card.appears(self.presets.board_listing()) && card.id != viewer.member {
            return None;
        }
        let (unit, branch) = self.home(&card);
        let in_full = card.id == viewer.member || branch.is_some() && branch == viewer.branch;
        let name = if in_full { card.name.to_string() } else { mask_name(&card.name) };
        Some(RankedMember { result, name, unit })
    }

    fn home(&self, card: &MemberCard) -> (String, Option<UnitId>) {
        let tree = self.directory.tree();
        tree.get(card.unit).map(|home| (home.unit.short_name.clone(), home.branch)).unwrap_or_default()
    }

    /// The viewer's own place with its neighbours, best first; nobody without a result. Who hides is left out.
    pub async fn around_me(&self, viewer: &Viewer<'_>, id: ContestId) -> Outcome<Vec<RankedMember>> {
        self.with_results(viewer, id).await?;
        let member = viewer.member;
        let found = self
            .db
            .read(move |conn| {
                let Some(mine) = store::results::find(conn, id, member)? else { return Ok(Vec::new()) };
                let place = (mine.rank, mine.member_id);
                let mut around = store::results::list_before(conn, id, place, NEIGHBOURS)?;
                around.push(mine);
                around.extend(store::results::list(conn, id, Some(place), NEIGHBOURS)?);
                Ok(around)
            })
            .await?;
        Ok(found.into_iter().filter_map(|result| self.named(viewer, result)).collect())
    }

    /// A page of the ranking of branches, with their short names, and whether the mean of each is told: not where few of
    /// its participants hide, whose scores would follow from it.
    pub async fn branch_ranking(
        &self,
        viewer: &Viewer<'_>,
        id: ContestId,
        after: Option<(i32, UnitId)>,
        limit: i64,
    ) -> Outcome<Vec<(BranchResult, String, bool)>> {
        let seen = self.with_results(viewer, id).await?;
        let mut hidden: HashMap<UnitId, usize> = HashMap::new();
        for unit in self.hidden_results(&seen, |_| false).await?.into_iter().filter_map(|result| result.unit_id) {
            *hidden.entry(unit).or_default() += 1;
        }
        let branches = self.db.read(move |conn| store::results::list_branches(conn, id, after, limit)).await?;
        let tree = self.directory.tree();
        let name = |unit| tree.get(unit).map(|card| card.unit.short_name.clone()).unwrap_or_default();
        let is_told = |unit| !are_told_by_difference(hidden.get(&unit).copied().unwrap_or(0));
        let shown = |branch: BranchResult| (branch.clone(), name(branch.unit_id), is_told(branch.unit_id));
        Ok(branches.into_iter().map(shown).collect())
    }

    /// Every result with names in full, best first; for who runs the contest, once it is ranked.
    pub async fn export(&self, reach: &Reach, id: ContestId) -> Outcome<(Contest, Vec<Vec<String>>)> {
        let contest = self.within(reach, id).await?;
        if contest.state == ContestState::Cancelled {
            return Err(Refusal::WrongState(ContestState::Cancelled).into());
        }
        if contest.ranked_at.is_none() {
            return Err(Refusal::NotRanked.into());
        }
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let chunk = self.db.read(move |conn| store::results::list(conn, id, after, EXPORTED_AT_ONCE)).await?;
            let Some(last) = chunk.last() else { return Ok((contest, rows)) };
            after = Some((last.rank, last.member_id));
            rows.extend(chunk.iter().map(|result| self.row(&contest, result)));
        }
    }

    fn row(&self, contest: &Contest, result: &MemberResult) -> Vec<String> {
        let card = self.directory.member(result.member_id);
        let (number, name) =
            card.as_ref().map(|card| (card.employee_no.to_string(), card.name.to_string())).unwrap_or_default();
        let (unit, branch) = card.as_ref().map(|card| self.home(card)).unwrap_or_default();
        let tree = self.directory.tree();
        let branch = branch.and_then(|id| tree.get(id)).map(|card| card.unit.name.clone()).unwrap_or_default();
        let seconds = result.elapsed_micros.div_euclid(1_000_000);
        vec![
            result.rank.to_string(),
            number,
            name,
            branch,
            unit,
            decimal(result.score.into()),
            result.right_count.to_string(),
            format!("{}:{:02}", seconds / 60, seconds % 60),
            result.finished_at.in_sheet(),
            super::rules::points_of(contest.terms(), result.rank).to_string(),
        ]
    }

    /// How many questions an attempt has, as far as that is known.
    pub fn question_count(rule: &PaperRule) -> usize {
        rule.question_ids.len() + rule.lines.iter().map(|line| usize::from(line.count)).sum::<usize>()
    }
}
