//! Puts boards together: places from `kernel::board`, names from the roster.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;

use super::glance::BranchPlace;
use super::model::{
    Board, BranchBoard, BranchCard, By, ENTERPRISE, Heading, MemberBoard, MyPlace, Neighbour, PersonCard, Shown, Stamp,
    Viewer,
};
use super::rules::{self, Refusal};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Period};
use crate::db::{DbError, Never, Stop};
use crate::ground::presets::{BoardScope, Presets};
use crate::honour::points::Dimension;
use crate::kernel::board::{self, BoardKey, Boards, Place, Report, Source, TOTAL, enterprise};
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
    boards: Boards,
    directory: Directory,
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
        Stamp { board, roster: self.directory.version() }
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
        let (top, source) = self.boards.top(key, lines).await?;
        let (tree, mut branches) = (self.directory.tree(), HashSet::new());
        let mut items = Vec::with_capacity(top.places.len());
        for place in &top.places {
            let Some(member) = self.present(place.subject) else { continue };
            let Some(person) = person(&member, &tree) else { continue };
            branches.extend(person.branch);
            items.extend(rules::line(place, &person, branch));
        }
        let board = Board::Members(MemberBoard { heading: heading(key), size: top.size, items });
        Ok(Shown { board, branches, source })
    }

    async fn branches(&self, key: &BoardKey, lines: usize) -> Result<Shown, DbError> {
        let (totals, source) = self.boards.branch_totals(key).await?;
        let (tree, count) = (self.directory.tree(), self.directory.headcount());
        let within = |path: &[UnitId]| key.scope == enterprise() || path.contains(&key.scope);
        let cards = tree
            .each()
            .filter(|card| card.branch == Some(card.unit.id) && within(&card.path))
            .map(|card| BranchCard {
                unit: card.unit.id,
                name: &card.unit.short_name,
                active_members: count.of_branch(card.unit.id).into(),
            })
            .collect();
        let mut items = rules::rank_branches(cards, &totals);
        let size = items.len();
        items.truncate(lines);
        let board = Board::Branches(BranchBoard { heading: heading(key), size, items });
        Ok(Shown { board, branches: HashSet::new(), source })
    }

    /// The viewer's own place, with neighbours.
    pub(super) async fn place_of(&self, viewer: Viewer, key: &BoardKey) -> Result<(MyPlace, Source), DbError> {
        let (view, source) = self.boards.around(key, viewer.member, NEIGHBOURS).await?;
        let mut mine = MyPlace {
            heading: heading(key),
            rank: None,
            score: 0,
            size: view.size,
            distance_to_next: None,
            neighbours: Vec::new(),
        };
        if let Some(around) = view.around {
            let tree = self.directory.tree();
            mine.rank = Some(around.place.rank);
            mine.score = around.place.score;
            mine.distance_to_next = self.distance_to_shown(key, viewer.member, around.place).await?;
            mine.neighbours = around.neighbours.iter().filter_map(|line| self.neighbour(line, &tree, viewer)).collect();
        }
        Ok((mine, source))
    }

    /// How many points the next member above has more who is shown on the board: by the distance to one who is not, his
    /// would be known. Looks further up until it finds one.
    async fn distance_to_shown(&self, key: &BoardKey, member: MemberId, mine: Place) -> Result<Option<i64>, DbError> {
        let mut reach = NEIGHBOURS;
        loop {
            let Some(around) = self.boards.around(key, member, reach).await?.0.around else { return Ok(None) };
            let above = around.neighbours.iter().rev().filter(|place| place.rank < around.place.rank);
            let shown = |place: &&Place| self.present(place.subject).is_some_and(|card| !card.hidden_from_boards);
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
    fn neighbour(&self, place: &Place, tree: &UnitTree, viewer: Viewer) -> Option<Neighbour> {
        let member = self.present(place.subject)?;
        let person = person(&member, tree)?;
        let me = place.subject == viewer.member;
        let line =
            if me { rules::full_line(place, &person, false) } else { rules::line(place, &person, viewer.branch)? };
        Some(Neighbour { line, me })
    }

    /// Anyone who has not left; the boards themselves follow within a second.
    fn present(&self, member: MemberId) -> Option<Arc<MemberCard>> {
        self.directory.member(member).filter(|member| member.status != MemberStatus::Left)
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

fn person<'a>(member: &'a MemberCard, tree: &'a UnitTree) -> Option<PersonCard<'a>> {
    let home = tree.get(member.unit)?;
    Some(PersonCard {
        name: &member.name,
        unit_name: &home.unit.short_name,
        branch: home.branch,
        hidden: member.hidden_from_boards,
    })
}

fn heading(key: &BoardKey) -> Heading {
    Heading {
        scope: if key.scope == enterprise() { ENTERPRISE.to_owned() } else { key.scope.to_string() },
        measure: key.measure.to_string(),
        period: key.period,
        from: key.start,
        to: (key.period != Period::All).then(|| key.end().previous()),
    }
}
