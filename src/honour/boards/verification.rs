//! Arrives at the boards of a closed period from their proof alone; needs neither a database nor keys.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::BufRead;

use super::model::{BranchCard, BranchTotal};
use super::proof::{Line, MemberPlace, Opening, Part, ProvenBranch, ProvenMember};
use super::rules;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::kernel::board::{self, TOTAL};

/// Faults that are told of a file; what is wrong once is often wrong everywhere.
const MOST_FAULTS: usize = 20;

/// What a proof comes to, for whoever asked.
#[derive(Debug)]
pub struct Verified {
    pub opening: Opening,
    pub members: usize,
    pub entries: usize,
    /// The board of branches by all points: rank, name, hundredths of a point per active member where they are told.
    pub branches: Vec<(usize, String, Option<i64>)>,
}

/// What was read of a file.
#[derive(Default)]
struct Reading {
    opening: Option<Opening>,
    /// Rule and version.
    rules: HashSet<(String, i32)>,
    branches: Vec<ProvenBranch>,
    /// By measure: points, when they last changed.
    sums: HashMap<String, Vec<(MemberId, i64, Timestamp)>>,
    published: HashMap<String, BTreeMap<MemberId, MemberPlace>>,
    counted_for: HashMap<MemberId, UnitId>,
    members: usize,
    entries: usize,
    said_members: Option<usize>,
    faults: Vec<String>,
}

/// Recomputes every board of a proof and compares it with what was published; the faults, in Chinese, when they differ.
pub fn verify(file: impl BufRead) -> Result<Verified, Vec<String>> {
    let mut reading = Reading::default();
    for (number, line) in (1..).zip(file.lines()) {
        let line = line.map_err(|error| vec![format!("第 {number} 行读不出来：{error}")])?;
        let line = serde_json::from_str(&line)
            .map_err(|error| vec![format!("第 {number} 行不是积分核验文件的内容：{error}")])?;
        reading.take(line);
    }
    reading.check()
}

impl Reading {
    fn find_fault(&mut self, fault: String) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }

    fn take(&mut self, line: Line) {
        match line {
            Line::Opening(opening) if self.opening.is_none() => self.opening = Some(opening),
            Line::Opening(_) => self.find_fault("文件有两个开头".to_owned()),
            Line::Rule(rule) => drop(self.rules.insert((rule.rule, rule.version))),
            Line::Branch(branch) => self.branches.push(branch),
            Line::Member(member) => self.take_member(member),
            Line::Ending(ending) => self.said_members = Some(ending.members),
        }
    }

    fn take_member(&mut self, member: ProvenMember) {
        let ProvenMember { id, employee_no, branch, on_boards, boards, entries, .. } = member;
        self.members += 1;
        self.entries += entries.len();
        let (from, to) =
            self.opening.as_ref().map_or_else(Default::default, |opening| (Some(opening.from), Some(opening.to)));
        let mut sums: BTreeMap<&str, (i64, Timestamp)> = BTreeMap::new();
        let mut ids = HashSet::new();
        for entry in &entries {
            let about = |what: &str| format!("工号 {employee_no} 的分录 {}：{what}", entry.id);
            if !ids.insert(entry.id) {
                self.find_fault(about("出现了两次"));
            }
            if Some(entry.day) < from || Some(entry.day) > to {
                self.find_fault(about("不在本时段内"));
            }
            if !self.rules.contains(&(entry.rule.clone(), entry.version)) {
                self.find_fault(about("依据的积分规则不在文件里"));
            }
            if entry.points > entry.uncapped_points.max(0) {
                self.find_fault(about("超过了规则应给的分"));
            }
            // what the caps left nothing of changed no score
            for measure in [TOTAL, &entry.dimension].into_iter().filter(|_| entry.points != 0) {
                let sum = sums.entry(measure).or_insert((0, entry.at));
                *sum = (sum.0 + i64::from(entry.points), sum.1.max(entry.at));
            }
        }
        for (measure, place) in boards {
            self.published.entry(measure).or_default().insert(id, place);
        }
        if !on_boards {
            return;
        }
        for (measure, (points, at)) in sums {
            self.sums.entry(measure.to_owned()).or_default().push((id, points, at));
        }
        self.counted_for.extend(branch.map(|branch| (id, branch)));
    }

    fn check(mut self) -> Result<Verified, Vec<String>> {
        let Some(opening) = self.opening.take() else {
            return Err(vec!["不是积分核验文件：没有开头".to_owned()]);
        };
        if self.said_members != Some(self.members) {
            self.find_fault("文件不完整：没有结尾，或者缺少人员".to_owned());
        }
        let mut of_all = Vec::new();
        for measure in &opening.measures {
            let lines = match opening.part {
                Part::Entries => self.check_members(&opening, measure),
                Part::Branches => self.told(measure),
            };
            let ranked = self.check_branches(&opening, measure, &lines);
            if measure == TOTAL {
                of_all = ranked;
            }
        }
        let Reading { members, entries, faults, .. } = self;
        if faults.is_empty() { Ok(Verified { opening, members, entries, branches: of_all }) } else { Err(faults) }
    }

    /// Ranks the members and adds up their branches.
    fn check_members(&mut self, opening: &Opening, measure: &str) -> Vec<BranchTotal> {
        let sums = self.sums.remove(measure).unwrap_or_default();
        let places = board::rank((opening.period, opening.from), sums.into_iter());
        let published = self.published.remove(measure).unwrap_or_default();
        let computed: BTreeMap<MemberId, MemberPlace> =
            places.iter().map(|place| (place.subject, MemberPlace { rank: place.rank, score: place.score })).collect();
        if computed != published {
            let differs = |member: &&MemberId| computed.get(member) != published.get(member);
            let who: Vec<String> =
                computed.keys().chain(published.keys()).filter(differs).take(3).map(ToString::to_string).collect();
            self.find_fault(format!("{measure} 个人榜与公布的不一致：{}", who.join("、")));
        }
        let counted = |member: MemberId| self.counted_for.get(&member).copied();
        board::by_branch(places.iter().map(|place| (place.subject, place.score)), counted, |_| false)
    }

    /// What the file says that branches came to.
    fn told(&self, measure: &str) -> Vec<BranchTotal> {
        let total = |branch: &ProvenBranch| {
            let place = branch.boards.get(measure)?;
            Some(BranchTotal { branch: branch.id, total: place.total?, participants: place.participants, hidden: 0 })
        };
        self.branches.iter().filter_map(total).collect()
    }

    /// Ranks the branches of which it is known what they came to, between those of which only the rank is told.
    fn check_branches(
        &mut self,
        opening: &Opening,
        measure: &str,
        totals: &[BranchTotal],
    ) -> Vec<(usize, String, Option<i64>)> {
        let known: HashSet<UnitId> = match opening.part {
            Part::Entries => self.branches.iter().map(|branch| branch.id).collect(),
            Part::Branches => totals.iter().map(|total| total.branch).collect(),
        };
        let card = |branch: &&ProvenBranch| known.contains(&branch.id) && branch.active_members > 0;
        let cards = self.branches.iter().filter(card).map(|branch| BranchCard {
            unit: branch.id,
            name: &branch.name,
            active_members: branch.active_members,
        });
        let computed = rules::rank_branches((opening.period, opening.from), cards.collect(), totals);
        let mut published: Vec<(usize, &ProvenBranch)> =
            self.branches.iter().filter_map(|branch| Some((branch.boards.get(measure)?.rank, branch))).collect();
        published.sort_unstable_by_key(|(rank, _)| *rank);
        let told = published.iter().filter(|(_, branch)| known.contains(&branch.id));
        let same = computed.len() == told.clone().count()
            && computed.iter().zip(told).all(|(line, (_, branch))| {
                let place = &branch.boards[measure];
                line.unit_id == branch.id && (line.total, line.participants) == (place.total, place.participants)
            });
        let places_are_whole = published.iter().map(|(rank, _)| *rank).eq(1..=published.len());
        let averages: HashMap<UnitId, Option<i64>> =
            computed.iter().map(|line| (line.unit_id, line.average_hundredths)).collect();
        let ranked = published
            .iter()
            .map(|(rank, branch)| (*rank, branch.name.clone(), averages.get(&branch.id).copied().flatten()))
            .collect();
        if !same || !places_are_whole {
            self.find_fault(format!("{measure} 支部榜与公布的不一致"));
        }
        ranked
    }
}
