//! What the boards show, and what they must know of people to show it.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Period};

/// A member as a board shows him.
#[derive(Clone, Debug)]
pub struct PersonCard {
    pub name: Arc<str>,
    /// Short name of the home unit.
    pub unit_name: Arc<str>,
    /// The branch within which the name is shown in full.
    pub branch: Option<UnitId>,
    /// Whether the member wishes not to appear on public boards.
    pub hidden: bool,
}

/// A branch as a board of branches shows it.
#[derive(Clone, Debug)]
pub struct BranchCard {
    pub unit: UnitId,
    pub name: Arc<str>,
    /// Active members, those that [`Directory::branch`](crate::kernel::board::Directory) counts for it.
    pub active_members: i64,
}

/// A unit as a scope.
#[derive(Clone, Debug)]
pub struct UnitCard {
    pub name: Arc<str>,
}

pub use crate::kernel::board::{BranchTotal, Place};

type Ask<Q, A> = Box<dyn Fn(Q) -> A + Send + Sync>;

/// What the room asks about people; supplied by `app`, answered from memory, called for every line shown.
pub struct People {
    pub person: Ask<MemberId, Option<PersonCard>>,
    /// A unit that may be looked at; `None` when there is none with this id.
    pub unit: Ask<UnitId, Option<UnitCard>>,
    /// The branches at or below a unit; all of them for `None`.
    pub branches: Ask<Option<UnitId>, Vec<BranchCard>>,
    /// Grows whenever one of the answers above may have changed; rendered boards are kept until then.
    pub version: Ask<(), u64>,
}

crate::words!(
    /// Who competes on a board.
    By {
        Member = "member",
        Branch = "branch",
    }
);

/// What a board is about, repeated in every answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Heading {
    /// `enterprise` or a unit's id.
    pub scope: String,
    /// `total` or a dimension.
    pub measure: String,
    pub period: Period,
    /// The first day of the period.
    pub from: Day,
    /// The last day of the period; `null` when it never ends.
    pub to: Option<Day>,
}

/// A board of either kind.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Board {
    Members(MemberBoard),
    /// With `by=branch`.
    Branches(BranchBoard),
}

/// A board of members.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberBoard {
    #[serde(flatten)]
    pub heading: Heading,
    /// Members who have points, shown or not.
    pub size: usize,
    /// Best first. Whoever is hidden is left out and keeps his rank, so ranks may have gaps.
    pub items: Vec<MemberLine>,
}

/// A member on a board.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberLine {
    /// 1 is the best; ties go to whoever was there first.
    pub rank: usize,
    /// Masked beyond the viewer's branch.
    #[schema(value_type = String)]
    pub name: Arc<str>,
    /// Short name of the home unit.
    #[schema(value_type = String)]
    pub unit: Arc<str>,
    /// What the board measures.
    pub score: i64,
}

/// A board of branches.
#[derive(Debug, Serialize, ToSchema)]
pub struct BranchBoard {
    #[serde(flatten)]
    pub heading: Heading,
    /// Branches with active members.
    pub size: usize,
    /// Best first, by points per active member.
    pub items: Vec<BranchLine>,
}

/// A branch on a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BranchLine {
    /// 1 is the best.
    pub rank: usize,
    pub unit_id: UnitId,
    /// The branch's short name.
    #[schema(value_type = String)]
    pub name: Arc<str>,
    /// Hundredths of a point per active member, rounded half up.
    pub average_hundredths: i64,
    /// Points of all active members.
    pub total: i64,
    /// Who shares in the average, with points or without.
    pub active_members: i64,
    /// Active members who have points.
    pub participants: i64,
}

/// One's own place on a board.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyPlace {
    #[serde(flatten)]
    pub heading: Heading,
    /// `null` without points, or outside the scope.
    pub rank: Option<usize>,
    /// 0 when there is no rank.
    pub score: i64,
    /// Members who have points.
    pub size: usize,
    /// Points that the next one above has more; 0 when only the time decides, `null` on top or without a rank.
    pub distance_to_next: Option<i64>,
    /// Up to three above and three below, oneself between them; whoever is hidden is left out.
    pub neighbours: Vec<Neighbour>,
}

/// A line around one's own.
#[derive(Debug, Serialize, ToSchema)]
pub struct Neighbour {
    #[serde(flatten)]
    pub line: MemberLine,
    /// Whether this is oneself.
    pub me: bool,
}
