//! What the boards show, and what they must know of people to show it.

use std::collections::HashSet;

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Period, Timestamp};
use crate::ground::presets::BoardListing;
use crate::kernel::board::Source;

/// The scope that is everyone.
pub const ENTERPRISE: &str = "enterprise";

/// A member as a board shows one.
#[derive(Clone, Copy, Debug)]
pub struct PersonCard<'a> {
    pub name: &'a str,
    /// Short name of the home unit.
    pub unit_name: &'a str,
    /// The branch within which the name is shown in full.
    pub branch: Option<UnitId>,
    /// Whether the member wishes not to appear on public boards.
    pub hidden: bool,
}

/// A branch as a board of branches shows it.
#[derive(Clone, Copy, Debug)]
pub struct BranchCard<'a> {
    pub unit: UnitId,
    pub name: &'a str,
    /// Those whose points count for it.
    pub active_members: i64,
}

/// Who looks at a board.
#[derive(Clone, Copy, Debug)]
pub struct Viewer {
    pub member: MemberId,
    pub branch: Option<UnitId>,
}

/// When two pages with equal stamps say the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    pub board: u64,
    pub roster: u64,
    pub listing: BoardListing,
}

/// A board as a viewer from one branch sees it.
#[derive(Debug)]
pub struct Shown {
    pub board: Board,
    /// Branches of which somebody is shown, in full to their own members and masked to others.
    pub branches: HashSet<UnitId>,
    pub source: Source,
}

pub use crate::kernel::board::{BranchTotal, Place, lot};
pub use crate::kernel::ledger::LaterPoints;

crate::words!(
    /// Who competes on a board.
    By {
        /// Members, by their points.
        Member = "member" / "个人",
        /// Branches, by their points per active member.
        Branch = "branch" / "支部",
    }
);

/// What a board is about, repeated in every answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Heading {
    /// `enterprise` or a unit's id.
    pub scope: String,
    /// `total`, a dimension, or `challenge`: the sum of the days' best runs.
    pub measure: String,
    /// How long the period is.
    pub period: Period,
    /// The first day of the period.
    pub from: Day,
    /// The last day of the period; `null` when it never ends.
    pub to: Option<Day>,
    /// Since when the board is frozen: who was where, who counted, scores and ranks stay as they were then. `null` while the
    /// period runs, and until late entries for its last day had their time.
    pub frozen_at: Option<Timestamp>,
}

/// A board of either kind.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "by")]
pub enum Board {
    /// Otherwise.
    #[serde(rename = "member")]
    Members(MemberBoard),
    /// With `by=branch`.
    #[serde(rename = "branch")]
    Branches(BranchBoard),
}

/// A board of members.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberBoard {
    /// What the board is about.
    #[serde(flatten)]
    pub heading: Heading,
    /// Members who have points, shown or not.
    pub size: usize,
    /// Best first. Anyone who is hidden is left out and keeps his rank, so ranks may have gaps.
    pub items: Vec<MemberLine>,
    /// What was corrected after the period and changes nothing of a frozen board, newest first; 100 at most.
    pub corrections: Vec<MemberCorrection>,
}

/// Points that came to a member after the period, or went, by a correction about a day of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberCorrection {
    /// The day that bears the points.
    pub made_on: Day,
    /// The member's rank on the frozen board; `null` for anyone who is not on it.
    pub rank: Option<usize>,
    /// Masked beyond the viewer's branch.
    pub name: String,
    /// Short name of the home unit at that time.
    pub unit: String,
    /// Negative when points were taken back.
    pub points: i64,
}

/// A member on a board.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberLine {
    /// 1 is the best; ties go to anyone who was there first.
    pub rank: usize,
    /// Masked beyond the viewer's branch.
    pub name: String,
    /// Short name of the home unit.
    pub unit: String,
    /// Points in the period.
    pub score: i64,
}

/// A board of branches.
#[derive(Debug, Serialize, ToSchema)]
pub struct BranchBoard {
    /// What the board is about.
    #[serde(flatten)]
    pub heading: Heading,
    /// Branches with active members.
    pub size: usize,
    /// Best first, by points per active member.
    pub items: Vec<BranchLine>,
    /// What was corrected after the period and changes nothing of a frozen board, newest first; 100 at most.
    pub corrections: Vec<BranchCorrection>,
}

/// Points that came to members of a branch after the period, or went, by corrections about days of it.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BranchCorrection {
    /// The day that bears the points.
    pub made_on: Day,
    pub unit_id: UnitId,
    /// The branch's short name at that time.
    pub name: String,
    /// Of those who counted for the branch.
    pub points: i64,
}

/// A branch on a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BranchLine {
    /// 1 is the best.
    pub rank: usize,
    /// The branch.
    pub unit_id: UnitId,
    /// Its short name.
    pub name: String,
    /// Hundredths of a point per active member, rounded half up; `null` where fewer than five of those who have points
    /// hide, whose own would follow from it.
    pub average_hundredths: Option<i64>,
    /// Points of all active members; `null` as well.
    pub total: Option<i64>,
    /// Those among whom the points are shared out.
    pub active_members: i64,
    /// Active members who have points.
    pub participants: i64,
}

/// One's own place on a board.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyPlace {
    /// What the board is about.
    #[serde(flatten)]
    pub heading: Heading,
    /// `null` without points, or outside the scope.
    pub rank: Option<usize>,
    /// 0 when there is no rank.
    pub score: i64,
    /// Members who have points.
    pub size: usize,
    /// Points that the next one above who is shown has more; 0 when only the time decides, `null` where nobody above is
    /// shown, and without a rank.
    pub distance_to_next: Option<i64>,
    /// Up to three above and three below, oneself between them; anyone who is hidden is left out.
    pub neighbours: Vec<Neighbour>,
    /// What was corrected for oneself after the period and changes nothing of a frozen board, newest first.
    pub corrections: Vec<OwnCorrection>,
}

/// Points that came to oneself after the period, or went, by a correction about a day of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnCorrection {
    /// The day that bears the points.
    pub made_on: Day,
    /// Negative when points were taken back.
    pub points: i64,
}

/// A line around one's own.
#[derive(Debug, Serialize, ToSchema)]
pub struct Neighbour {
    /// The line itself.
    #[serde(flatten)]
    pub line: MemberLine,
    /// Whether this is oneself.
    pub me: bool,
}
