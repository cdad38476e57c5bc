//! The list of ideas as a spreadsheet.

use std::collections::HashMap;
use std::sync::Arc;

use super::lists::Wanted;
use super::model::{Idea, IdeaId, IdeaOutcome, IdeaStep, InForce, OutcomeId, OutcomeKind, Part};
use super::store::lists::{self, IdeaFilter, PRIVATE};
use super::{Ideas, Outcome, store};
use crate::base::capability::Reach;
use crate::base::person::Person;
use crate::base::time::Timestamp;

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
    /// Every idea of a unit's subtree that was handed in and passes the filters of the list, newest first, as rows of
    /// [`EXPORT_HEADERS`].
    pub async fn export(&self, person: Arc<Person>, reach: &Reach, wanted: Wanted) -> Outcome<Vec<Vec<String>>> {
        let units = self.units(reach, wanted.unit)?;
        let filter = IdeaFilter { units, ..self.filter(Wanted { unit: None, ..wanted })? };
        let sight = self.sight(&person);
        let (mut rows, mut before) = (Vec::new(), None);
        loop {
            let (sight, filter) = (sight.clone(), filter.clone());
            let (ideas, people, steps, (outcomes, corrections)) = self
                .db
                .read(move |conn| {
                    let ideas = lists::list(conn, &sight, &filter, before, CHUNK)?;
                    let ids: Vec<IdeaId> = ideas.iter().map(|idea| idea.id).collect();
                    let people = store::people::list_people_of(conn, &ids)?;
                    let steps = store::steps::list_in_force(conn, &ids)?;
                    let outcomes = store::outcomes::list_outcomes_of(conn, &ids)?;
                    let ids: Vec<OutcomeId> = outcomes.iter().map(|outcome| outcome.id).collect();
                    let corrections = store::outcomes::list_corrections(conn, &ids)?;
                    Ok((ideas, people, steps, (outcomes, corrections)))
                })
                .await?;
            let Some(last) = ideas.last() else { return Ok(rows) };
            before = Some(last.id);
            let mut ways: HashMap<IdeaId, Vec<IdeaStep>> = HashMap::new();
            for step in steps {
                ways.entry(step.idea_id).or_default().push(step);
            }
            let mut of: HashMap<IdeaId, (Vec<String>, Vec<IdeaOutcome>)> = HashMap::new();
            for person in people.iter().filter(|person| person.part == Part::CoAuthor) {
                of.entry(person.idea_id).or_default().0.push(self.name(person.member_id));
            }
            let is_struck =
                |outcome: &IdeaOutcome| corrections.iter().any(|one| one.struck && one.outcome_id == outcome.id);
            for outcome in outcomes.into_iter().filter(|outcome| !is_struck(outcome)) {
                of.entry(outcome.idea_id).or_default().1.push(outcome);
            }
            let shown = ideas.iter().filter(|idea| !PRIVATE.contains(&idea.state));
            rows.extend(shown.map(|idea| {
                let (co_authors, outcomes) = of.remove(&idea.id).unwrap_or_default();
                let way = InForce::of(ways.remove(&idea.id).unwrap_or_default());
                self.row(idea, &way, &co_authors, &outcomes)
            }));
        }
    }

    fn row(&self, idea: &Idea, way: &InForce, co_authors: &[String], outcomes: &[IdeaOutcome]) -> Vec<String> {
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
            idea.state.title().to_owned(),
            idea.problem.clone(),
            idea.proposal.clone(),
            idea.benefit.clone(),
            at(idea.submitted_at),
            at(way.collection.as_ref().map(|step| step.at)),
            way.verdict().map(|verdict| verdict.title().to_owned()).unwrap_or_default(),
            way.decision.as_ref().and_then(|step| step.note.clone()).unwrap_or_default(),
            idea.implementer_id.map(|member| self.name(member)).unwrap_or_default(),
            idea.due_on.map(|day| day.to_string()).unwrap_or_default(),
            at(way.acceptance.as_ref().map(|step| step.at)),
            named.collect::<Vec<_>>().join("；"),
            if saves { format!("{}.{:02}", saved / 100, saved % 100) } else { String::new() },
        ]
    }
}
