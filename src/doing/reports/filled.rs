//! What the program knows by itself and fills in: facts of the unit and the period.

use std::time::Duration;

use serde_json::Value;

use super::actions::Reports;
use super::rules::periods;
use crate::base::form::{Answers, Form};
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::base::text::{decimal, yuan};
use crate::db::DbError;
use crate::kernel::facts::{FactMeasure, Sum};

/// How old a number may be.
const FRESH: Duration = Duration::from_secs(30);

/// A number that the program fills in.
#[derive(Clone, Debug)]
pub(super) struct FilledIn {
    /// The field.
    pub key: String,
    /// The fact.
    pub fact: &'static str,
    /// What the fact is called.
    pub title: &'static str,
    /// As it is shown; `None` where there is nobody to count.
    pub value: Option<String>,
}

impl Reports {
    /// What is filled in for a unit and a period, as the records stand now.
    pub(super) async fn filled(&self, form: &Form, unit: UnitId, span: Span) -> Result<Vec<FilledIn>, DbError> {
        let (today, tree) = (self.db.today(), self.directory.tree());
        let mut filled = Vec::new();
        for (field, name) in form.filled() {
            let Some(fact) = self.facts.find(name) else { continue };
            let mut sum = Sum::default();
            for month in periods::months(span).into_iter().filter(|month| month.first <= today) {
                let key = (fact.about.name, month.first);
                let records = self.remembered.get(&key, FRESH, async || fact.records(month).await).await?;
                for record in records.iter().filter(|record| record.day >= span.first && record.day < span.end) {
                    if tree.get(record.unit).is_some_and(|card| card.path.contains(&unit)) {
                        sum = sum.plus(Sum { amount: record.amount, base: record.base });
                    }
                }
            }
            let (measure, title) = (fact.about.measure, fact.about.title.0);
            let shown = |value: i64| match measure {
                FactMeasure::Count => value.to_string(),
                FactMeasure::Fen => yuan(value),
                FactMeasure::Share | FactMeasure::Mean => decimal(value),
            };
            let value = sum.value(measure).map(shown);
            filled.push(FilledIn { key: field.key.clone(), fact: fact.about.name, title, value });
        }
        Ok(filled)
    }
}

/// What was filled in as answers.
pub(super) fn answers(filled: &[FilledIn]) -> Answers {
    let known = filled.iter().filter_map(|one| Some((one.key.clone(), Value::String(one.value.clone()?))));
    known.collect()
}
