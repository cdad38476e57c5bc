//! Finding what stands on the page.

use std::sync::Arc;

use crate::base::capability::{Duty, Role};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{Db, DbError};
use crate::doing::ideas::{self, LatestIdea};
use crate::doing::meetings::{Coming, Meetings};
use crate::ground::notices::{self, Newest};
use crate::honour::boards::{BoardRoom, BranchPlace};
use crate::honour::points::{self, Points, PointsToday, RuleName};
use crate::judging::campaigns::{self, Campaigns, OpenVote};
use crate::kernel::glance::{Glance, Seen};
use crate::learning::challenge::{self, RunningRun};
use crate::learning::contests::{self, Attempted, Contests, OpenContest};
use crate::learning::quiz::{self, Quiz, QuizToday};
use crate::learning::study::{self, ReadState, Study, StudyToday};
use crate::people::desk;
use crate::people::members::directory::MemberCard;
use crate::people::members::model::MemberSettings;
use crate::people::members::{self, Directory};
use crate::room::House;

/// Notices and items of the desk that the page shows.
const SHOWN: i64 = 3;

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Today {
    pub(super) db: Db,
    pub(super) directory: Directory,
    glance: Glance,
    study: Study,
    quiz: Quiz,
    contests: Contests,
    campaigns: Campaigns,
    points: Points,
    meetings: Meetings,
    boards: BoardRoom,
}

/// Everything on the page.
pub struct Page {
    pub day: Day,
    pub card: Arc<MemberCard>,
    pub study: StudyToday,
    pub quiz: QuizToday,
    pub run: Option<RunningRun>,
    pub contests: Vec<(OpenContest, Attempted)>,
    /// Open votes, and whether the member has voted.
    pub votes: Vec<(OpenVote, bool)>,
    pub desk: desk::First,
    pub notices: Newest,
    pub settings: MemberSettings,
    pub points: PointsToday,
    /// What can still be had today.
    pub points_left: i64,
    pub idea: Option<LatestIdea>,
    pub next_meeting: Option<Coming>,
    pub branch_place: Option<BranchPlace>,
}

impl Today {
    pub fn new(house: &House) -> Today {
        let looks: Vec<_> = [
            &members::LOOKS[..],
            &study::LOOKS[..],
            &quiz::LOOKS[..],
            &challenge::LOOKS[..],
            &contests::LOOKS[..],
            &campaigns::LOOKS[..],
            &points::LOOKS[..],
            &ideas::LOOKS[..],
            &notices::LOOKS[..],
        ]
        .concat();
        Today {
            db: house.db.clone(),
            directory: house.get(),
            glance: Glance::new(&looks),
            study: house.get(),
            quiz: house.get(),
            contests: house.get(),
            campaigns: house.get(),
            points: house.get(),
            meetings: house.get(),
            boards: house.get(),
        }
    }

    /// The page of `person`; `None` when he has just left.
    pub async fn page(&self, person: &Arc<Person>) -> Result<Option<Page>, DbError> {
        let Some(card) = self.directory.member(person.member) else { return Ok(None) };
        // what is the same for many
        let pushes = self.study.todays_pushes(&person.path).await?;
        let papers = self.quiz.todays_papers(&person.path).await?;
        let contests = self.contests.open_now().await?;
        let votes = self.campaigns.open_votes(person.member).await?;
        let next_meeting = self.meetings.next_of(up_to_branch(person), sits_on_committee(person)).await?;
        let branch_place = match person.branch {
            Some(branch) => self.boards.branch_place(branch).await?,
            None => None,
        };
        // what is his own, in one hop
        let (today, asker, day, now) = (self.clone(), person.clone(), self.db.today(), self.db.now());
        let (seen, study, desk, notices) = self
            .db
            .read(move |conn| {
                let seen = today.glance.take(conn, asker.member, day)?;
                let study = today.study.today_of(conn, asker.member, &pushes, &seen)?;
                let desk = desk::first_of(conn, &asker, SHOWN)?;
                let notices = notices::newest(conn, (asker.member, &asker.path), &seen, now, SHOWN)?;
                Ok((seen, study, desk, notices))
            })
            .await?;
        let quiz = self.quiz.today_in(&papers, &seen);
        Ok(Some(Page {
            day,
            card,
            points_left: self.points_left(&seen, &study, &quiz),
            run: challenge::running_in(&seen, now),
            contests: contests
                .into_iter()
                .filter_map(|open| {
                    let attempted = contests::attempted_in(&seen, &person.path, &open, now)?;
                    Some((open, attempted))
                })
                .collect(),
            votes: votes.into_iter().map(|vote| (vote.clone(), campaigns::voted_in(&seen, &vote))).collect(),
            desk,
            notices,
            settings: members::settings_in(&seen),
            points: self.points.today_in(&seen),
            idea: ideas::latest_in(&seen),
            next_meeting,
            branch_place,
            study,
            quiz,
        }))
    }

    /// What study, the paper and the challenge would still give today.
    fn points_left(&self, seen: &Seen, study: &StudyToday, quiz: &QuizToday) -> i64 {
        let unread = study.items.iter().filter(|(_, state)| *state != ReadState::Finished).count();
        let unread = i32::try_from(unread).unwrap_or(i32::MAX);
        let asked = match quiz.state {
            quiz::PaperState::Submitted | quiz::PaperState::Waiting => 0,
            _ => i32::try_from(quiz.question_count).unwrap_or(i32::MAX),
        };
        self.points.still_today(seen, RuleName::STUDY_READ, Some(unread))
            + self.points.still_today(seen, RuleName::QUIZ_DAILY, Some(asked))
            + self.points.still_today(seen, RuleName::CHALLENGE, None)
    }

    /// Who leads the branch today.
    pub(super) fn secretaries(&self, branch: UnitId) -> Vec<(MemberId, String)> {
        let holders = self.directory.holders(Role::Secretary, branch, self.db.today());
        let named = |id: MemberId| self.directory.member(id).map(|card| (id, card.name.to_string()));
        let mut named: Vec<_> = holders.into_iter().filter_map(named).collect();
        named.sort();
        named
    }
}

/// The home unit and what lies above it, up to the branch.
fn up_to_branch(person: &Person) -> &[UnitId] {
    let end = person.branch.and_then(|branch| person.path.iter().position(|unit| *unit == branch));
    &person.path[..=end.unwrap_or(0)]
}

/// Whether the committee of the person's branch is his, too.
fn sits_on_committee(person: &Person) -> bool {
    let on_committee = |duty: &Duty| matches!(duty.role, Role::Secretary | Role::BranchCommittee);
    person.duties.iter().any(|duty| Some(duty.unit) == person.branch && on_committee(duty))
}
