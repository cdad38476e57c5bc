//! Statistics of a unit and a period, and the list of ideas as a spreadsheet.

use std::collections::HashMap;
use std::sync::Arc;

use super::model::{Idea, IdeaId, IdeaOutcome, OutcomeKind, Part};
use super::rules::{self, Numbers, Refusal};
use super::store::lists::{self, IdeaFilter, PRIVATE};
use super::store::numbers::{self, Span};
use super::{Ideas, Outcome, store};
use crate::base::capability::Reach;
use crate::base::id::UnitId;
use crate::base::person::Person;
use crate::base::time::{Day, Timestamp};

/// Ideas of one query of an export.
const CHUNK: i64 = 200;

/// The columns of the export.
pub const EXPORT_HEADERS: [&str; 18] = [
    "标题",
    "类别",
    "提出人",
    "合作者",
    "组织",
    "状态",
    "存在问题",
    "建议方案",
    "预期效果",
    "提交时间",
    "征集时间",
    "决定",
    "决定理由",
    "实施人",
    "完成期限",
    "验收时间",
    "成果",
    "节约金额（元）",
];

impl Ideas {
    /// The present business day.
    pub fn today(&self) -> Day {
        self.db.today()
    }

    /// The numbers of a unit's subtree (of the whole reach when `None`) from one day to another, both included; with
    /// the active members there.
    pub async fn statistics(&self, reach: &Reach, unit: Option<UnitId>, from: Day, to: Day) -> Outcome<(Numbers, u32)> {
        if from > to {
            return Err(Refusal::BadPeriod.into());
        }
        let units = self.units(reach, unit)?;
        let members = self.members_of(reach, unit);
        let span = Span { from: from.start(), until: to.next().start() };
        let numbers = self
            .db
            .read(move |conn| {
                let ideas = numbers::list_passages(conn, units.as_deref(), span)?;
                let co_authors = numbers::list_co_authors(conn, units.as_deref(), span)?;
                let recorded = numbers::list_recorded(conn, units.as_deref(), span)?;
                Ok(rules::summed_up(&ideas, &co_authors, &recorded))
            })
            .await?;
        Ok((numbers, members))
    }

    /// Every idea of a unit's subtree that was handed in, newest first, as rows of [`EXPORT_HEADERS`].
    pub async fn export(&self, person: Arc<Person>, reach: &Reach, unit: Option<UnitId>) -> Outcome<Vec<Vec<String>>> {
        let filter = IdeaFilter { units: self.units(reach, unit)?, ..IdeaFilter::default() };
        let sight = self.sight(&person);
        let (mut rows, mut before) = (Vec::new(), None);
        loop {
            let (sight, filter) = (sight.clone(), filter.clone());
            let (ideas, people, outcomes) = self
                .db
                .read(move |conn| {
                    let ideas = lists::list(conn, &sight, &filter, before, CHUNK)?;
                    let ids: Vec<IdeaId> = ideas.iter().map(|idea| idea.id).collect();
                    let people = store::list_people_of(conn, &ids)?;
                    Ok((ideas, people, numbers::list_outcomes_of(conn, &ids)?))
                })
                .await?;
            let Some(last) = ideas.last() else { return Ok(rows) };
            before = Some(last.id);
            let mut of: HashMap<IdeaId, (Vec<String>, Vec<IdeaOutcome>)> = HashMap::new();
            for person in people.iter().filter(|person| person.part == Part::CoAuthor) {
                of.entry(person.idea_id).or_default().0.push(self.name(person.member_id));
            }
            for outcome in outcomes {
                of.entry(outcome.idea_id).or_default().1.push(outcome);
            }
            let shown = ideas.iter().filter(|idea| !PRIVATE.contains(&idea.stage));
            rows.extend(shown.map(|idea| {
                let (co_authors, outcomes) = of.remove(&idea.id).unwrap_or_default();
                self.row(idea, &co_authors, &outcomes)
            }));
        }
    }

    fn row(&self, idea: &Idea, co_authors: &[String], outcomes: &[IdeaOutcome]) -> Vec<String> {
        let at = |instant: Option<Timestamp>| instant.map(|at| at.day().to_string()).unwrap_or_default();
        let unit = self.directory.tree().get(idea.unit_id).map(|card| card.unit.name.clone()).unwrap_or_default();
        let named = outcomes.iter().map(|outcome| format!("{}：{}", outcome.kind.title(), outcome.title));
        let saved: i64 = outcomes.iter().filter_map(|outcome| outcome.amount_fen).sum();
        let saves = outcomes.iter().any(|outcome| outcome.kind == OutcomeKind::Savings);
        vec![
            idea.title.clone(),
            idea.category.clone(),
            self.name(idea.author_id),
            co_authors.join("、"),
            unit,
            idea.stage.title().to_owned(),
            idea.problem.clone(),
            idea.proposal.clone(),
            idea.benefit.clone(),
            at(idea.submitted_at),
            at(idea.collected_at),
            idea.verdict.map(|verdict| verdict.title().to_owned()).unwrap_or_default(),
            idea.decision_reason.clone().unwrap_or_default(),
            idea.implementer_id.map(|member| self.name(member)).unwrap_or_default(),
            idea.due_on.map(|day| day.to_string()).unwrap_or_default(),
            at(idea.accepted_at),
            named.collect::<Vec<_>>().join("；"),
            if saves { format!("{}.{:02}", saved / 100, saved % 100) } else { String::new() },
        ]
    }

    /// The units of the subtree, or of the whole reach; `None` when that is everything.
    fn units(&self, reach: &Reach, unit: Option<UnitId>) -> Result<Option<Vec<UnitId>>, Refusal> {
        let tree = self.directory.tree();
        let below = |units: &[UnitId]| match tree.root() {
            Some(root) if units.contains(&root) => None,
            _ => Some(units.iter().flat_map(|unit| tree.subtree(*unit)).collect()),
        };
        match (unit, reach) {
            (Some(unit), _) => {
                let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
                if reach.covers(&card.path) { Ok(below(&[unit])) } else { Err(Refusal::OutOfReach) }
            }
            (None, Reach::Everything) => Ok(None),
            (None, Reach::Below(units)) => Ok(below(units)),
        }
    }

    /// What statistics are about, by name.
    pub fn scope_name(&self, reach: &Reach, unit: Option<UnitId>) -> String {
        let tree = self.directory.tree();
        let units = match (unit, reach) {
            (Some(unit), _) => vec![unit],
            (None, Reach::Below(units)) => units.clone(),
            (None, Reach::Everything) => tree.root().into_iter().collect(),
        };
        let name = |unit: &UnitId| tree.get(*unit).map(|card| card.unit.name.clone());
        units.iter().filter_map(name).collect::<Vec<_>>().join("、")
    }

    /// Active members of the subtree, or of the whole reach.
    fn members_of(&self, reach: &Reach, unit: Option<UnitId>) -> u32 {
        let (tree, count) = (self.directory.tree(), self.directory.headcount());
        match (unit, reach) {
            (Some(unit), _) => count.below(unit),
            (None, Reach::Everything) => tree.root().map_or(0, |root| count.below(root)),
            // a duty below another of the same person counts once
            (None, Reach::Below(units)) => {
                let mut units = units.clone();
                units.sort_unstable();
                units.dedup();
                let above = |unit: &UnitId| {
                    let path = tree.get(*unit).map(|card| card.path.clone());
                    path.is_some_and(|path| path.iter().skip(1).any(|ancestor| units.contains(ancestor)))
                };
                units.iter().filter(|unit| !above(unit)).map(|unit| count.below(*unit)).sum()
            }
        }
    }
}
