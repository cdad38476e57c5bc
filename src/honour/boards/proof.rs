//! The proof of a closed period: the rules and entries that its boards were made of, or what its branches came to.
//!
//! One JSON object stands on each line, from an opening to an ending, so that a file of millions of entries is written and
//! read piece by piece, and one that was cut off is noticed. [`verification`](super::verification) and
//! `docs/recompute_points.py` arrive at the boards from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::stream::{self, Stream, StreamExt};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::BoardRoom;
use super::actions::branches_then;
use super::model::BranchTotal;
use super::rules::{self, Refusal};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Period, Timestamp};
use crate::db::{DbError, Stop};
use crate::honour::points::{Caps, Dimension, Points, Rule};
use crate::kernel::board::{BoardKey, Closed, Place, TOTAL, enterprise};
use crate::kernel::ledger::{self, LedgerEntryId, ProvenEntry};

/// Members whose entries are read at once.
const MEMBERS_AT_ONCE: usize = 20;

/// What a proof holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Every rule and every entry.
    Entries,
    /// What branches came to.
    Branches,
}

/// A line of the file.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    Opening(Opening),
    Rule(ProvenRule),
    Branch(ProvenBranch),
    Member(ProvenMember),
    Ending(Ending),
}

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    pub part: Part,
    pub period: Period,
    /// The first day of the period.
    pub from: Day,
    /// The last one.
    pub to: Day,
    pub frozen_at: Timestamp,
    pub made_at: Timestamp,
    /// What boards there are: all points together, then each dimension.
    pub measures: Vec<String>,
}

/// A rule in one version.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenRule {
    pub rule: String,
    pub version: i32,
    pub name: String,
    pub dimension: Dimension,
    pub points: i32,
    pub caps: Caps,
    pub effective_on: Day,
}

/// A branch as the period was closed, and where its boards have it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenBranch {
    pub id: UnitId,
    pub name: String,
    /// Those among whom the points are shared out.
    pub active_members: i64,
    pub boards: BTreeMap<String, BranchPlace>,
}

/// A branch on a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BranchPlace {
    pub rank: usize,
    /// Points of those who counted; `null` where it is not told, since the points of a few who hide would follow from it.
    pub total: Option<i64>,
    /// Those of them who have points.
    pub participants: i64,
}

/// A member with points in the period.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenMember {
    pub id: MemberId,
    pub employee_no: String,
    pub name: String,
    /// The branch for which the member counted.
    pub branch: Option<UnitId>,
    /// Whether the member was there when the period was closed.
    pub on_boards: bool,
    pub boards: BTreeMap<String, MemberPlace>,
    pub entries: Vec<ProofEntry>,
}

/// A member on a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberPlace {
    pub rank: usize,
    pub score: i64,
}

/// An entry of the ledger.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofEntry {
    pub id: LedgerEntryId,
    pub rule: String,
    pub version: i32,
    pub dimension: String,
    /// What was given, after the caps.
    pub points: i32,
    /// What the rule would have given.
    pub uncapped_points: i32,
    pub day: Day,
    /// The day that a correction is about.
    pub about: Option<Day>,
    pub source_kind: String,
    pub source_id: String,
    pub reason: String,
    pub approved_by: Option<MemberId>,
    pub at: Timestamp,
}

impl From<ProvenEntry> for ProofEntry {
    fn from(entry: ProvenEntry) -> Self {
        ProofEntry {
            id: entry.id,
            rule: entry.rule,
            version: entry.rule_version,
            dimension: entry.dimension,
            points: entry.points,
            uncapped_points: entry.uncapped_points,
            day: entry.day,
            about: entry.caps_on,
            source_kind: entry.source_kind,
            source_id: Uuid::from_slice(&entry.source_id).unwrap_or_default().to_string(),
            reason: entry.reason,
            approved_by: entry.approved_by,
            at: entry.created_at,
        }
    }
}

/// The last line: without it, something is missing.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    pub members: usize,
}

/// The boards of a closed period, and who stands on them.
pub(super) struct Proof {
    opening: Opening,
    rules: Vec<ProvenRule>,
    branches: Vec<ProvenBranch>,
    total: Arc<Closed>,
    /// By measure, as [`Opening::measures`] has them.
    places: Vec<BTreeMap<MemberId, Place>>,
    members: Vec<MemberId>,
}

impl Proof {
    /// The first day of the period.
    pub(super) fn from(&self) -> Day {
        self.opening.from
    }
}

impl BoardRoom {
    /// The proof of the period that `day` lies in, or of the newest one that is closed.
    pub(super) async fn prove(
        &self,
        points: &Points,
        part: Part,
        (period, day): (Period, Option<Day>),
    ) -> Result<Proof, Stop<Refusal>> {
        if part == Part::Branches && !self.compares_branches() {
            return Err(Refusal::BranchesOff.into());
        }
        let day = day.unwrap_or_else(|| self.boards.newest_closed(period));
        let measures: Vec<String> =
            [TOTAL.to_owned()].into_iter().chain(Dimension::EACH.iter().map(ToString::to_string)).collect();
        let key = |measure: &str| BoardKey::new(measure, period, day, enterprise());
        let of_all = key(TOTAL);
        let total = self.boards.closed(&of_all).await?.ok_or(Refusal::NotClosed)?;
        let mut proof = Proof {
            opening: Opening {
                part,
                period,
                from: of_all.start,
                to: of_all.end().previous(),
                frozen_at: total.frozen_at,
                made_at: self.boards.db().now(),
                measures,
            },
            rules: Vec::new(),
            branches: Vec::new(),
            total,
            places: Vec::new(),
            members: Vec::new(),
        };
        let cards = branches_then(&of_all, &proof.total);
        let mut branches: BTreeMap<UnitId, ProvenBranch> = cards
            .iter()
            .map(|card| {
                let (id, name, active_members) = (card.unit, card.name.to_owned(), card.active_members);
                (id, ProvenBranch { id, name, active_members, boards: BTreeMap::new() })
            })
            .collect();
        for measure in &proof.opening.measures {
            let key = key(measure);
            let mut totals = self.boards.branch_totals(&key).await?.0.to_vec();
            if part == Part::Entries {
                // whoever reads the entries is told all of it
                totals = totals.into_iter().map(|total| BranchTotal { hidden: 0, ..total }).collect();
                let places = self.boards.top(&key, usize::MAX).await?.0.places;
                proof.places.push(places.into_iter().map(|place| (place.subject, place)).collect());
            }
            for line in rules::rank_branches((period, key.start), branches_then(&key, &proof.total), &totals) {
                let Some(branch) = branches.get_mut(&line.unit_id) else { continue };
                let place = BranchPlace { rank: line.rank, total: line.total, participants: line.participants };
                branch.boards.insert(measure.clone(), place);
            }
        }
        proof.branches = branches.into_values().collect();
        if part == Part::Entries {
            proof.rules = points.every_rule().into_iter().map(ProvenRule::from).collect();
            let (from, until) = (of_all.start, of_all.end());
            let found = self.boards.db().read_aside(move |conn| ledger::totals(conn, TOTAL, from, until)).await?;
            proof.members = found.into_iter().map(|(member, ..)| member).collect();
            proof.members.sort_unstable();
        }
        Ok(proof)
    }

    /// The lines of a proof, from the opening to the ending.
    pub(super) fn lines_of(&self, proof: Proof) -> impl Stream<Item = Result<Vec<Line>, DbError>> + use<> {
        let Proof { opening, rules, branches, total, places, members } = proof;
        let before = [Line::Opening(opening.clone())]
            .into_iter()
            .chain(rules.into_iter().map(Line::Rule))
            .chain(branches.into_iter().map(Line::Branch))
            .collect();
        let ending = vec![Line::Ending(Ending { members: members.len() })];
        let chunks: Vec<Vec<MemberId>> = members.chunks(MEMBERS_AT_ONCE).map(<[MemberId]>::to_vec).collect();
        let shared = Arc::new((opening, total, places));
        let room = self.clone();
        let between = stream::iter(chunks).then(move |chunk| {
            let (room, shared) = (room.clone(), shared.clone());
            async move {
                let (opening, total, places) = &*shared;
                room.prove_members(opening, total, places, chunk).await
            }
        });
        stream::iter([Ok(before)]).chain(between).chain(stream::iter([Ok(ending)]))
    }

    async fn prove_members(
        &self,
        opening: &Opening,
        total: &Closed,
        places: &[BTreeMap<MemberId, Place>],
        members: Vec<MemberId>,
    ) -> Result<Vec<Line>, DbError> {
        let (within, made_before) = ((opening.from, opening.to.next()), total.frozen_at);
        let asked = members.clone();
        let entries =
            self.boards.db().read_aside(move |conn| ledger::list_proven(conn, &asked, within, made_before)).await?;
        let mut of_member: BTreeMap<MemberId, Vec<ProofEntry>> = BTreeMap::new();
        entries.into_iter().for_each(|entry| of_member.entry(entry.member_id).or_default().push(entry.into()));
        let belongs = total.roster.belongs_to(enterprise());
        let line = |id: MemberId| {
            let card = self.directory.member(id);
            let standing = |(measure, places): (&String, &BTreeMap<MemberId, Place>)| {
                let place = places.get(&id)?;
                Some((measure.clone(), MemberPlace { rank: place.rank, score: place.score }))
            };
            Line::Member(ProvenMember {
                id,
                employee_no: card.as_ref().map(|card| card.employee_no.to_string()).unwrap_or_default(),
                name: card.as_ref().map(|card| card.name.to_string()).unwrap_or_default(),
                branch: total.counted_for(id),
                on_boards: belongs(id),
                boards: opening.measures.iter().zip(places).filter_map(standing).collect(),
                entries: of_member.remove(&id).unwrap_or_default(),
            })
        };
        Ok(members.into_iter().map(line).collect())
    }
}

impl From<Rule> for ProvenRule {
    fn from(rule: Rule) -> Self {
        ProvenRule {
            rule: rule.rule.to_string(),
            version: rule.version,
            dimension: rule.dimension,
            points: rule.points,
            caps: rule.caps(),
            effective_on: rule.effective_on,
            name: rule.name,
        }
    }
}
