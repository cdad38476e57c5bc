//! What is told of ideas: handed in, adopted and realised, who took part, and the money that was saved.

use std::collections::{HashMap, HashSet};

use super::model::{IdeaId, Recorded, Taken, Verb};
use super::store::statistics::{self, Span as Stretch};
use super::{Ideas, store};
use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::base::period::Span;
use crate::base::time::{Period, Timestamp};
use crate::db::{Conn, DbError};
use crate::kernel::facts::{About, FactMeasure, Record};
use crate::people::members::directory::UnitCard;

/// Whether a step is such a one.
type IsSuch = fn(&Taken) -> bool;

/// A step that counts, with the fact that counts it.
pub(super) const STEPS: [(About, IsSuch); 3] = [
    (about("ideas.submitted", ("金点子提交数", "Ideas handed in"), FactMeasure::Count), |step| {
        step.verb == Verb::Submit
    }),
    (about("ideas.adopted", ("金点子采纳数", "Ideas adopted"), FactMeasure::Count), Taken::adopts),
    (about("ideas.realised", ("金点子实施数", "Ideas realised"), FactMeasure::Count), |step| {
        step.verb == Verb::Accept
    }),
];
pub(super) const SAVINGS: About = about("ideas.savings", ("金点子节约金额", "Money saved by ideas"), FactMeasure::Fen);
pub(super) const PARTICIPATION: About =
    about("ideas.participation", ("金点子月均参与率", "Members who wrote an idea in the month"), FactMeasure::Share);

const fn about(name: &'static str, title: (&'static str, &'static str), measure: FactMeasure) -> About {
    About { name, title, measure, higher_is_better: true, not_for_assessment: None, opened_with: Capability::SeeIdeas }
}

fn stretch(month: Span) -> Stretch {
    Stretch { from: month.first.start(), until: month.end.start() }
}

fn record(idea: IdeaId, titles: &HashMap<IdeaId, String>, (at, unit): (Timestamp, UnitId), amount: i64) -> Record {
    let title = titles.get(&idea).cloned().unwrap_or_default();
    Record { kind: "idea", id: idea.to_string(), title, day: at.day(), unit, amount, base: 0, entered_on: None }
}

impl Ideas {
    /// The ideas that took such a step within the month for the first time in it; of handing in for the first time at all.
    pub(super) async fn taken(&self, is_such: IsSuch, month: Span) -> Result<Vec<Record>, DbError> {
        let find = move |conn: &mut Conn| {
            let steps = statistics::list_taken(conn, None, stretch(month))?;
            let counts = |steps: &[Taken]| {
                let step = steps.iter().find(|step| is_such(step) && step.at >= month.first.start())?;
                let is_again = |first: &Taken| step.verb == Verb::Submit && first.id != step.id;
                let first = steps.iter().find(|step| is_such(step));
                (!first.is_some_and(is_again)).then_some(*step)
            };
            let found: Vec<Taken> = steps.chunk_by(|a, b| a.idea_id == b.idea_id).filter_map(counts).collect();
            let ids: Vec<IdeaId> = found.iter().map(|step| step.idea_id).collect();
            let titles = store::list_titles(conn, &ids)?;
            let of = |step: Taken| record(step.idea_id, &titles, (step.at, step.unit_id), 1);
            Ok(found.into_iter().map(of).collect())
        };
        self.db.read(find).await
    }

    /// What the month changed of the money that was saved, outcome by outcome.
    pub(super) async fn saved(&self, month: Span) -> Result<Vec<Record>, DbError> {
        let find = move |conn: &mut Conn| {
            let recorded = statistics::list_recorded(conn, None, stretch(month))?;
            let ids: Vec<IdeaId> = recorded.iter().map(|one| one.idea_id).collect();
            let titles = store::list_titles(conn, &ids)?;
            let changing = recorded.into_iter().filter(|one| one.saved_fen != 0);
            let of = |one: Recorded| record(one.idea_id, &titles, (one.at, one.unit_id), one.saved_fen);
            Ok(changing.map(of).collect())
        };
        self.db.read(find).await
    }

    /// Of each branch, how many of its active members wrote or helped to write what was handed in within the month.
    pub(super) async fn participation(&self, month: Span) -> Result<Vec<Record>, DbError> {
        let closing = self.closings.find(Period::Month, month.first).await?;
        let then = match closing {
            Some(closing) => Some(self.closings.roster(closing.roster).await?),
            None => None,
        };
        let authors = self.db.read(move |conn| statistics::list_authors(conn, stretch(month))).await?;
        let authors: HashSet<MemberId> = authors.into_iter().map(|(_, author)| author).collect();
        let mut wrote: HashMap<UnitId, i64> = HashMap::new();
        for author in authors {
            let branch = match &then {
                Some(roster) => roster.find(author).and_then(|(_, then)| Some(roster.branch_of(then)?.id)),
                None => self.directory.branch_of_active(author),
            };
            branch.into_iter().for_each(|branch| *wrote.entry(branch).or_default() += 1);
        }
        let day = self.db.today().min(month.end.previous());
        let branches: Vec<(UnitId, String, i64)> = match &then {
            Some(roster) => {
                let all = roster.branches(uuid::Uuid::nil().into());
                all.into_iter().map(|(unit, members)| (unit.id, unit.short_name.clone(), members)).collect()
            }
            None => {
                let (tree, count) = (self.directory.tree(), self.directory.headcount());
                let branches = tree.each().filter(|card| card.branch == Some(card.unit.id));
                let sized = |card: &UnitCard| {
                    (card.unit.id, card.unit.short_name.clone(), i64::from(count.below(card.unit.id)))
                };
                branches.map(sized).collect()
            }
        };
        let of = |(unit, title, members): (UnitId, String, i64)| Record {
            kind: "unit",
            id: unit.to_string(),
            title,
            day,
            unit,
            // who left or is away since counts neither above nor below
            amount: wrote.get(&unit).copied().unwrap_or(0).min(members),
            base: members,
            entered_on: None,
        };
        Ok(branches.into_iter().filter(|(.., members)| *members > 0).map(of).collect())
    }
}
