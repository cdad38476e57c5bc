//! Puts boards together: places from `kernel::board`, names from the roster.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;

use super::glance::BranchPlace;
use super::model::{
    Board, BranchBoard, BranchCard, BranchLine, By, ENTERPRISE, Heading, LaterPoints, MemberBoard, MyPlace, Neighbour,
    OwnCorrection, PersonCard, Shown, Stamp, Viewer,
};
use super::rules::{self, Refusal};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Period, Timestamp};
use crate::db::{DbError, Never, Stop};
use crate::ground::presets::{BoardListing, BoardScope, Presets};
use crate::honour::points::Dimension;
use crate::kernel::board::{self, BoardKey, Boards, Closed, Place, Report, Source, TOTAL, enterprise};
use crate::kernel::memo::Memo;
use crate::kernel::trail::{self, Act};
use crate::people::members::Directory;
use crate::people::members::directory::{MemberCard, UnitTree};
use crate::people::members::model::MemberStatus;

/// Neighbours shown on each side.
const NEIGHBOURS: usize = 3;

/// How long one step of a rebuild goes on before it says how far it came.
const PATIENCE: Duration = Duration::from_secs(2);

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct BoardRoom {
    pub(super) boards: Boards,
    pub(super) directory: Directory,
    /// The moves of the directory that the boards were told of.
    followed: Arc<AtomicU64>,
    presets: Presets,
    /// Places of branches, for the page of the day.
    pub(super) places: Arc<Memo<(), HashMap<UnitId, BranchPlace>>>,
}

impl BoardRoom {
    pub fn new(boards: Boards, directory: Directory, presets: Presets) -> Self {
        BoardRoom { boards, directory, followed: Arc::default(), presets, places: Arc::new(Memo::new(1)) }
    }

    /// Brings to the boards what no push has brought, and puts everyone where the roster says; once a second.
    pub async fn catch_up(&self) -> Result<(), DbError> {
        let moves = self.directory.moves();
        if self.followed.swap(moves, Ordering::Relaxed) != moves {
            self.boards.moved();
        }
        board::sweep(&self.boards).await.map(drop)
    }

    /// The board that these words name; `None` when there is none. This week's unless told otherwise.
    pub(super) fn key(
        &self,
        scope: &str,
        measure: &str,
        period: Option<Period>,
        date: Option<Day>,
    ) -> Option<BoardKey> {
        let is_measure =
            measure == TOTAL || measure.parse::<Dimension>().is_ok() || self.boards.measure(measure).is_some();
        let scope = match scope {
            ENTERPRISE => enterprise(),
            id => id.parse().ok().filter(|id| self.directory.tree().get(*id).is_some())?,
        };
        let day = date.unwrap_or_else(|| self.boards.db().today());
        is_measure.then(|| BoardKey::new(measure, period.unwrap_or(Period::Week), day, scope))
    }

    /// Whether somebody of `branch` is shown the board: where members are compared within branches alone, that of his own
    /// branch and of what lies in it.
    pub(super) fn may_see(&self, key: &BoardKey, by: By, branch: Option<UnitId>) -> Result<(), Refusal> {
        match by {
            By::Branch if !self.presets.compares_branches() => Err(Refusal::BranchesOff),
            By::Branch => Ok(()),
            By::Member if self.presets.personal_boards() == BoardScope::Enterprise => Ok(()),
            By::Member => {
                let of_scope = self.directory.tree().get(key.scope).and_then(|card| card.branch);
                if of_scope.is_some() && of_scope == branch { Ok(()) } else { Err(Refusal::OwnBranchOnly) }
            }
        }
    }

    /// Who can compete here.
    pub(super) fn competitors(&self) -> Vec<By> {
        By::EACH.iter().copied().filter(|by| *by != By::Branch || self.presets.compares_branches()).collect()
    }

    /// Whether branches are compared here.
    pub(super) fn compares_branches(&self) -> bool {
        self.presets.compares_branches()
    }

    /// The measures that are no points, with their names in Chinese.
    pub(super) fn beside_points(&self) -> Vec<(&'static str, &'static str)> {
        self.boards.measures().into_iter().map(|measure| (measure.name, measure.title)).collect()
    }

    /// Taken before a board is read: what changes in between makes the next stamp another one.
    pub(super) fn stamp(&self, key: &BoardKey, by: By) -> Stamp {
        let board = match by {
            By::Member => self.boards.version(key),
            By::Branch => self.boards.tick(),
        };
        Stamp { board, roster: self.directory.version(), listing: self.presets.board_listing() }
    }

    /// The first `lines` of a board as a viewer from `branch` sees them.
    pub(super) async fn show(
        &self,
        key: &BoardKey,
        by: By,
        lines: usize,
        branch: Option<UnitId>,
    ) -> Result<Shown, DbError> {
        match by {
            By::Member => self.members(key, lines, branch).await,
            By::Branch => self.branches(key, lines).await,
        }
    }

    async fn members(&self, key: &BoardKey, lines: usize, branch: Option<UnitId>) -> Result<Shown, DbError> {
        let homes = self.homes(key).await?;
        let (top, source) = self.boards.top(key, lines).await?;
        let listing = self.presets.board_listing();
        let (mut branches, mut items) = (HashSet::new(), Vec::with_capacity(top.places.len()));
        for place in &top.places {
            let Some(member) = self.present(place.subject, &homes) else { continue };
            let Some(person) = homes.person(&member, listing) else { continue };
            branches.extend(person.branch);
            items.extend(rules::line(place, &person, branch));
        }
        let mut corrections = Vec::new();
        if let Homes::Then(closed) = &homes {
            let belongs = closed.roster.belongs_to(key.scope);
            let later = self.boards.later_points(key).await?;
            for later in later.iter().filter(|later| belongs(later.member)).take(rules::MOST_CORRECTIONS) {
                let Some(member) = self.directory.member(later.member) else { continue };
                let Some(person) = homes.person(&member, listing) else { continue };
                branches.extend(person.branch);
                corrections.extend(rules::correction(later, closed.rank_of(later.member), &person, branch));
            }
        }
        let heading = heading(key, &homes);
        let board = Board::Members(MemberBoard { heading, size: top.size, items, corrections });
        Ok(Shown { board, branches, source })
    }

    async fn branches(&self, key: &BoardKey, lines: usize) -> Result<Shown, DbError> {
        let homes = self.homes(key).await?;
        let (totals, source) = self.boards.branch_totals(key).await?;
        let of = (key.period, key.start);
        let (mut items, corrections) = match &homes {
            Homes::Now(tree) => (rules::rank_branches(of, self.branches_now(key, tree), &totals), Vec::new()),
            Homes::Then(closed) => {
                let lines = rules::rank_branches(of, branches_then(key, closed), &totals);
                let corrections = rules::correct_branches(&lines, &self.later_by_branch(key, closed).await?);
                (lines, corrections)
            }
        };
        let size = items.len();
        items.truncate(lines);
        let heading = heading(key, &homes);
        let board = Board::Branches(BranchBoard { heading, size, items, corrections });
        Ok(Shown { board, branches: HashSet::new(), source })
    }

    /// Every branch of a board with its place: as the roster has it today, or as it had it when the board was frozen.
    pub(super) async fn branch_lines(&self, key: &BoardKey) -> Result<Vec<BranchLine>, DbError> {
        let (totals, of) = (self.boards.branch_totals(key).await?.0, (key.period, key.start));
        Ok(match self.homes(key).await? {
            Homes::Now(tree) => rules::rank_branches(of, self.branches_now(key, &tree), &totals),
            Homes::Then(closed) => rules::rank_branches(of, branches_then(key, &closed), &totals),
        })
    }

    /// The branches within the board's scope as they are today.
    fn branches_now<'a>(&self, key: &BoardKey, tree: &'a UnitTree) -> Vec<BranchCard<'a>> {
        let count = self.directory.headcount();
        let within = |path: &[UnitId]| key.scope == enterprise() || path.contains(&key.scope);
        tree.each()
            .filter(|card| card.branch == Some(card.unit.id) && within(&card.path))
            .map(|card| BranchCard {
                unit: card.unit.id,
                name: &card.unit.short_name,
                active_members: count.of_branch(card.unit.id).into(),
            })
            .collect()
    }

    /// What was corrected after a frozen period, by day and branch, of those who counted.
    async fn later_by_branch(&self, key: &BoardKey, closed: &Closed) -> Result<BTreeMap<(Day, UnitId), i64>, DbError> {
        let mut by_branch = BTreeMap::new();
        for later in self.boards.later_points(key).await?.iter() {
            if let Some(branch) = closed.counted_for(later.member) {
                *by_branch.entry((later.made_on, branch)).or_default() += later.points;
            }
        }
        Ok(by_branch)
    }

    /// The viewer's own place, with neighbours.
    pub(super) async fn place_of(&self, viewer: Viewer, key: &BoardKey) -> Result<(MyPlace, Source), DbError> {
        let homes = self.homes(key).await?;
        let (view, source) = self.boards.around(key, viewer.member, NEIGHBOURS).await?;
        let mut mine = MyPlace {
            heading: heading(key, &homes),
            rank: None,
            score: 0,
            size: view.size,
            distance_to_next: None,
            neighbours: Vec::new(),
            corrections: Vec::new(),
        };
        if let Some(around) = view.around {
            mine.rank = Some(around.place.rank);
            mine.score = around.place.score;
            mine.distance_to_next = self.distance_to_shown((key, &homes), viewer.member, around.place).await?;
            mine.neighbours =
                around.neighbours.iter().filter_map(|line| self.neighbour(line, &homes, viewer)).collect();
        }
        if let Homes::Then(_) = &homes {
            let later = self.boards.later_points_of(key, viewer.member).await?;
            let own = |later: LaterPoints| OwnCorrection { made_on: later.made_on, points: later.points };
            mine.corrections = later.into_iter().map(own).collect();
        }
        Ok((mine, source))
    }

    /// How many points the next member above has more who is shown on the board: by the distance to one who is not, his
    /// would be known. Looks further up until it finds one.
    async fn distance_to_shown(
        &self,
        (key, homes): (&BoardKey, &Homes),
        member: MemberId,
        mine: Place,
    ) -> Result<Option<i64>, DbError> {
        let listing = self.presets.board_listing();
        let mut reach = NEIGHBOURS;
        loop {
            let Some(around) = self.boards.around(key, member, reach).await?.0.around else { return Ok(None) };
            let above = around.neighbours.iter().rev().filter(|place| place.rank < around.place.rank);
            let shown = |place: &&Place| {
                let card = self.present(place.subject, homes);
                card.is_some_and(|card| homes.person(&card, listing).is_some_and(|person| !person.hidden))
            };
            if let Some(place) = above.into_iter().find(shown) {
                return Ok(Some(place.score - around.place.score));
            }
            if reach >= around.place.rank || reach >= mine.rank {
                return Ok(None);
            }
            reach *= 8;
        }
    }

    /// A line near the viewer's own; one's own is never hidden from oneself.
    fn neighbour(&self, place: &Place, homes: &Homes, viewer: Viewer) -> Option<Neighbour> {
        let member = self.present(place.subject, homes)?;
        let person = homes.person(&member, self.presets.board_listing())?;
        let me = place.subject == viewer.member;
        let line =
            if me { rules::full_line(place, &person, false) } else { rules::line(place, &person, viewer.branch)? };
        Some(Neighbour { line, me })
    }

    /// Where the members of a board are at home.
    async fn homes(&self, key: &BoardKey) -> Result<Homes, DbError> {
        Ok(match self.boards.closed(key).await? {
            Some(closed) => Homes::Then(closed),
            None => Homes::Now(self.directory.tree()),
        })
    }

    /// Anyone whom a board shows: on a running one nobody who has left, which the boards themselves follow within a second;
    /// on a frozen one also somebody who left later.
    fn present(&self, member: MemberId, homes: &Homes) -> Option<Arc<MemberCard>> {
        let was_there = matches!(homes, Homes::Then(_));
        self.directory.member(member).filter(|member| was_there || member.status != MemberStatus::Left)
    }

    /// Freezes what has become final; says when to look next.
    pub(super) async fn freeze(&self) -> Result<Option<Timestamp>, DbError> {
        self.boards.freeze().await
    }

    /// Compares standings with the ledger from the member after `after` on, for about two seconds, and puts right what
    /// differs unless it is a dry run. Then the trail knows of it; `actor` is `None` for the command line.
    pub async fn rebuild(
        &self,
        actor: Option<MemberId>,
        dry_run: bool,
        after: Option<MemberId>,
    ) -> Result<Report, DbError> {
        let report = board::rebuild(&self.boards, dry_run, after, PATIENCE).await?;
        if !dry_run {
            let (members, written) = (report.members, report.written);
            let noting = self.boards.db().write(move |tx| -> Result<(), Stop<Never>> {
                let detail = json!({ "members": members, "written": written });
                let subject_id = enterprise().uuid();
                Ok(trail::note(
                    tx,
                    Act { actor, action: "boards.rebuild", subject_kind: "boards", subject_id, detail },
                )?)
            });
            noting.await?;
        }
        Ok(report)
    }
}

/// The branches within the board's scope as they were when it was frozen.
pub(super) fn branches_then<'a>(key: &BoardKey, closed: &'a Closed) -> Vec<BranchCard<'a>> {
    let branches = closed.roster.branches(key.scope).into_iter();
    branches
        .map(|(unit, counted)| BranchCard { unit: unit.id, name: &unit.short_name, active_members: counted })
        .collect()
}

/// Where the members of a board are at home: as the roster has it today, or as it had it when the board was frozen.
enum Homes {
    Now(Arc<UnitTree>),
    Then(Arc<Closed>),
}

impl Homes {
    fn person<'a>(&'a self, member: &'a MemberCard, listing: BoardListing) -> Option<PersonCard<'a>> {
        let (unit_name, branch): (&str, _) = match self {
            Homes::Now(tree) => tree.get(member.unit).map(|home| (home.unit.short_name.as_str(), home.branch))?,
            Homes::Then(closed) => {
                let (_, then) = closed.roster.find(member.id)?;
                let branch = closed.roster.branch_of(then).map(|branch| branch.id);
                (closed.roster.home_of(then).short_name.as_str(), branch)
            }
        };
        Some(PersonCard { name: &member.name, unit_name, branch, hidden: !member.appears(listing) })
    }

    fn frozen_at(&self) -> Option<Timestamp> {
        match self {
            Homes::Now(_) => None,
            Homes::Then(closed) => Some(closed.frozen_at),
        }
    }
}

fn heading(key: &BoardKey, homes: &Homes) -> Heading {
    Heading {
        scope: if key.scope == enterprise() { ENTERPRISE.to_owned() } else { key.scope.to_string() },
        measure: key.measure.to_string(),
        period: key.period,
        from: key.start,
        to: (key.period != Period::All).then(|| key.end().previous()),
        frozen_at: homes.frozen_at(),
    }
}
