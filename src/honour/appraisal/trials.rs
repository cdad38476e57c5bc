//! What a rule would have given in a month: what was entered by it then, counted again by other terms. Writes nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::QueryResult;

use super::actions::{Appraisal, Outcome, book};
use super::model::{AppraisalEntryId, AppraisalKind, AppraisalRule, AppraisalScheme, AppraisalSource, Counted, Entry};
use super::rules::{self, Refusal};
use super::store;
use crate::base::id::MemberId;
use crate::base::time::{Day, Period};
use crate::db::Conn;

/// Entries of a month that a trial looks at; the months of no enterprise have more of one rule.
const MOST: i64 = 100_000;

/// What one member got, and would have got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TrialLine {
    pub member: MemberId,
    /// Hundredths that the month gave by the rule as it was.
    pub given: i64,
    /// Hundredths that it would have given.
    pub would_give: i64,
}

impl Appraisal {
    /// What `rule` would have given in the month of `day`: of everybody to whom the rule of that code – or the one in whose
    /// place it comes, for a rule that is new – gave something then.
    /// What was approved is brought between the rule's least and most, and cut by its caps, with what the year had given
    /// before the month and by other rules as it stands.
    pub(super) async fn try_rule(
        &self,
        rule: AppraisalRule,
        instead_of: Option<String>,
        day: Day,
    ) -> Outcome<Vec<TrialLine>> {
        let month = (Period::Month.start(day), Period::Month.end(day));
        if month.0 > self.db.today() {
            return Err(Refusal::TrialAhead.into());
        }
        let book = self.db.read(book).await?;
        let version = book.on(month.1.previous()).or(book.0.last()).ok_or(Refusal::NoScheme)?;
        let mut scheme = version.scheme.clone();
        match scheme.rules.iter_mut().find(|known| known.code == rule.code) {
            Some(known) => *known = rule.clone(),
            None => scheme.rules.push(rule.clone()),
        }
        rules::check_scheme(&scheme)?;
        let code = instead_of.unwrap_or_else(|| rule.code.clone());
        if scheme.rule(&code).is_none() {
            return Err(Refusal::NoSuchRule.into());
        }
        Ok(self.db.read(move |conn| count(conn, &scheme, (&rule, &code), month)).await?)
    }
}

fn count(
    conn: &mut Conn,
    scheme: &AppraisalScheme,
    (rule, code): (&AppraisalRule, &str),
    (first, end): (Day, Day),
) -> QueryResult<Vec<TrialLine>> {
    let mut of_member: BTreeMap<MemberId, Vec<Entry>> = BTreeMap::new();
    for entry in store::book::list_of_rule(conn, code, first, end, MOST)? {
        if entry.source_kind != AppraisalSource::Correction {
            of_member.entry(entry.member_id).or_default().push(entry);
        }
    }
    let mut lines = Vec::new();
    for (member, entries) in of_member {
        let mut by_year: HashMap<i32, (HashSet<AppraisalEntryId>, Vec<Counted>)> = HashMap::new();
        let (mut given, mut would_give) = (0_i64, 0_i64);
        for entry in entries {
            let (stands, counted) = match by_year.entry(entry.year) {
                std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::hash_map::Entry::Vacant(free) => {
                    let all = store::book::list_counted(conn, member, entry.year)?;
                    let standing = rules::standing(&all);
                    // what the month gave by this rule is given anew
                    let of_trial = |entry: &Counted| entry.rule == code && (first..end).contains(&entry.day);
                    let (anew, stays): (Vec<&Counted>, Vec<&Counted>) =
                        standing.into_iter().partition(|one| of_trial(one));
                    let anew = anew.into_iter().map(|entry| entry.id).collect();
                    free.insert((anew, stays.into_iter().cloned().collect()))
                }
            };
            if !stands.contains(&entry.id) {
                continue;
            }
            let sign = if rule.kind == AppraisalKind::Deduction { -1 } else { 1 };
            let wanted = entry.wanted.abs().clamp(rule.least, rule.most) * sign;
            let dimension = rule.dimension.as_deref().unwrap_or(&entry.dimension);
            let standing: Vec<&Counted> = counted.iter().collect();
            let (points, _) = rules::cut((scheme, rule, dimension), (wanted, entry.day), &standing);
            counted.push(Counted {
                id: entry.id,
                kind: rule.kind,
                dimension: dimension.to_owned(),
                rule: rule.code.clone(),
                wanted,
                points,
                day: entry.day,
                source_kind: entry.source_kind,
                source_id: entry.source_id,
            });
            given += i64::from(entry.points);
            would_give += i64::from(points);
        }
        if given != 0 || would_give != 0 {
            lines.push(TrialLine { member, given, would_give });
        }
    }
    Ok(lines)
}
