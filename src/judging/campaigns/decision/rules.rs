//! What a committee may decide, what it must give a reason for, and when a result is final.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{AwardLine, Decision, LeftOut, ObjectionCount, ObjectionOutcome};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::entries::rules as entries;
use crate::judging::campaigns::model::{CampaignStage, Source, StageRow, StageState, Terms};
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::totals::model::{Proposal, Proposed};
use crate::judging::campaigns::totals::rules::Judged;

/// A no of the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Of the campaign itself.
    Campaign(CampaignRefusal),
    /// Of entries.
    Entries(entries::Refusal),
    /// These sources are not complete, so that nothing is decided.
    Incomplete(Vec<Source>),
    /// Something about the decision cannot stand.
    BadDecision(Fault),
    /// Where no committee is planned nobody departs from what was computed.
    NoCommittee,
    /// Nobody changes what was computed for his own unit.
    OwnLine,
    /// Another decision was made already.
    Decided {
        version: i32,
        at: Timestamp,
    },
    /// An objection was upheld, and the committee has not decided anew.
    SentBack,
    /// Objections are still heard.
    ObjectionsRunning,
    /// Objections without an answer.
    OpenObjections {
        open: usize,
    },
    /// The member has objected as often as one may.
    ObjectedEnough {
        most: usize,
    },
    /// The member has said something else about this entry already.
    ObjectedAlready,
    /// No such objection.
    NoSuchObjection,
    /// What was not awarded becomes no mark.
    NotAwarded,
    /// The entry has no picture.
    NoMark,
    NoSuchBrand,
    /// Nobody answers his own objection, or one about his own unit.
    OwnObjection,
    /// It was answered otherwise already.
    AnsweredAlready,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Refusal::BadDecision(fault)
    }
}

/// Something about a decision that cannot stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in the body, as a JSON pointer.
    pub pointer: String,
    /// Stable, for programs.
    pub code: &'static str,
    /// A Chinese sentence.
    pub message: String,
}

fn fault(pointer: String, code: &'static str, message: impl Into<String>) -> Fault {
    Fault { pointer, code, message: message.into() }
}

/// Checks headings, quotas, categories, units, places, and that every departure from what was computed has its reason.
/// Without a proposal (nothing was computed, or it is withheld) there is nothing to depart from.
pub fn check_decision(
    terms: &Terms,
    judged: &[Judged],
    proposal: Option<&Proposal>,
    lines: &[AwardLine],
    left_out: &[LeftOut],
) -> Result<(), Fault> {
    check_lines(terms, judged, lines)?;
    check_places(terms, lines)?;
    check_reasons(proposal, lines)?;
    check_left_out(judged, proposal, lines, left_out)
}

fn check_lines(terms: &Terms, judged: &[Judged], lines: &[AwardLine]) -> Result<(), Fault> {
    let headings = terms.headings();
    let (mut entries, mut units) = (BTreeSet::new(), BTreeSet::new());
    for (index, line) in lines.iter().enumerate() {
        let at = |field: &str| format!("/awards/{index}/{field}");
        let heading = headings.iter().find(|heading| heading.code == line.heading);
        let heading = heading.ok_or_else(|| fault(at("heading"), "campaigns.unknown_heading", "没有这个奖项"))?;
        let entry = judged.iter().find(|one| one.entry == line.entry_id);
        let entry = entry.ok_or_else(|| fault(at("entry_id"), "campaigns.not_judged", "这项申报没有参加评选"))?;
        if heading.category.as_ref().is_some_and(|category| **category != *entry.category) {
            return Err(fault(at("heading"), "campaigns.wrong_category", "这项申报不属于该奖项的类别"));
        }
        if !entries.insert(line.entry_id) {
            return Err(fault(at("entry_id"), "campaigns.entry_awarded_twice", "同一项申报不能获奖两次"));
        }
        if terms.one_award_per_unit && !units.insert(entry.unit) {
            return Err(fault(at("entry_id"), "campaigns.unit_awarded_twice", "按规则每个单位最多获奖一次"));
        }
    }
    Ok(())
}

/// No quota is exceeded, and places count as they do everywhere: 1, 2, 2, 4.
fn check_places(terms: &Terms, lines: &[AwardLine]) -> Result<(), Fault> {
    for heading in terms.headings() {
        let under: Vec<_> = lines.iter().enumerate().filter(|(_, line)| line.heading == heading.code).collect();
        if under.len() > usize::from(heading.quota) {
            let message = format!("{}最多 {} 个名额", heading.title, heading.quota);
            return Err(fault("/awards".into(), "campaigns.quota_exceeded", message));
        }
        for (index, line) in &under {
            let ahead = under.iter().filter(|(_, other)| other.place < line.place).count();
            if usize::from(line.place) != ahead + 1 {
                let pointer = format!("/awards/{index}/place");
                return Err(fault(pointer, "campaigns.wrong_place", "名次须从 1 起连续，并列的占用后面的名次"));
            }
        }
    }
    Ok(())
}

/// Whether the line is exactly as computed.
pub fn is_proposed(proposal: &Proposal, line: &AwardLine) -> bool {
    let same = |award: &&Proposed| award.entry_id == line.entry_id;
    let found = proposal.awards.iter().find(same);
    found.is_some_and(|award| award.heading == *line.heading && award.place == line.place)
}

/// Whether the entries of a decider's own unit are awarded exactly as computed; none where nothing was.
pub fn check_own_lines(own: &[EntryId], lines: &[AwardLine], proposal: Option<&Proposal>) -> Result<(), Refusal> {
    let as_computed = |entry: &EntryId| {
        let line = lines.iter().find(|line| line.entry_id == *entry);
        let proposed = proposal.is_some_and(|proposal| proposal.awards.iter().any(|award| award.entry_id == *entry));
        line.map_or(!proposed, |line| proposal.is_some_and(|proposal| is_proposed(proposal, line)))
    };
    if own.iter().all(as_computed) { Ok(()) } else { Err(Refusal::OwnLine) }
}

fn check_reasons(proposal: Option<&Proposal>, lines: &[AwardLine]) -> Result<(), Fault> {
    let Some(proposal) = proposal else { return Ok(()) };
    for (index, line) in lines.iter().enumerate() {
        if line.reason.is_none() && !is_proposed(proposal, line) {
            let pointer = format!("/awards/{index}/reason");
            return Err(fault(pointer, "campaigns.reason_missing", "奖项或名次与计算结果不同，须写明理由"));
        }
    }
    Ok(())
}

fn check_left_out(
    judged: &[Judged],
    proposal: Option<&Proposal>,
    lines: &[AwardLine],
    left_out: &[LeftOut],
) -> Result<(), Fault> {
    let awarded: BTreeSet<EntryId> = lines.iter().map(|line| line.entry_id).collect();
    let named: BTreeSet<EntryId> = left_out.iter().map(|left| left.entry_id).collect();
    let proposed = |entry: &EntryId| {
        proposal.is_some_and(|proposal| {
            proposal.awards.iter().any(|award| award.entry_id == *entry)
                || proposal.edges.iter().any(|edge| edge.entry_ids.contains(entry))
        })
    };
    for (index, left) in left_out.iter().enumerate() {
        if awarded.contains(&left.entry_id) || !proposed(&left.entry_id) || named.len() != left_out.len() {
            let pointer = format!("/left_out/{index}/entry_id");
            return Err(fault(pointer, "campaigns.not_left_out", "只列出计算结果中获奖而决定未列入的申报，每项一次"));
        }
    }
    let missing = |award: &&Proposed| !awarded.contains(&award.entry_id) && !named.contains(&award.entry_id);
    match proposal.and_then(|proposal| proposal.awards.iter().find(missing)) {
        None => Ok(()),
        Some(award) => {
            let name = judged.iter().find(|one| one.entry == award.entry_id).map_or("申报", |one| &one.name);
            let message = format!("计算结果中获奖的{name}未列入，须写明理由");
            Err(fault("/left_out".into(), "campaigns.reason_missing", message))
        }
    }
}

/// Where no committee is planned nobody departs from what was computed; only ties at an edge are somebody's to decide.
pub fn is_confirmation(proposal: &Proposal, lines: &[AwardLine]) -> bool {
    let complete = proposal.awards.iter().all(|award| lines.iter().any(|line| line.entry_id == award.entry_id));
    let filled = proposal.edges.iter().all(|edge| {
        let chosen =
            lines.iter().filter(|line| edge.entry_ids.contains(&line.entry_id) && edge.heading == *line.heading);
        chosen.count() == usize::from(edge.places)
    });
    let computed = |line: &AwardLine| {
        is_proposed(proposal, line) || proposal.edges.iter().any(|edge| edge.entry_ids.contains(&line.entry_id))
    };
    complete && filled && lines.iter().all(computed)
}

/// The lines that say exactly what was computed; none when a tie is left to be decided.
pub fn as_computed(proposal: &Proposal) -> Result<Vec<AwardLine>, Fault> {
    if let Some(edge) = proposal.edges.first() {
        let message = format!("有 {} 项并列争 {} 个名额，须逐项写明决定", edge.entry_ids.len(), edge.places);
        return Err(fault("/awards".into(), "campaigns.tie_at_the_edge", message));
    }
    let line = |award: &Proposed| {
        let heading = Text::new(&award.heading);
        let heading = heading.map_err(|message| fault("/awards".into(), "campaigns.unknown_heading", message))?;
        Ok(AwardLine { entry_id: award.entry_id, heading, place: award.place, reason: None })
    };
    proposal.awards.iter().map(line).collect()
}

/// Lines in one order: heading after heading, best first.
pub fn in_order(terms: &Terms, mut lines: Vec<AwardLine>) -> Vec<AwardLine> {
    let positions: BTreeMap<String, usize> =
        terms.headings().into_iter().enumerate().map(|(position, heading)| (heading.code.into(), position)).collect();
    lines.sort_by_key(|line| (positions.get(&*line.heading).copied(), line.place, line.entry_id));
    lines
}

/// Whether an objection to the last version was upheld, so that the committee decides anew.
pub fn is_sent_back(latest: &Decision, objections: &[ObjectionOutcome]) -> bool {
    objections.iter().any(|one| one.upheld == Some(true) && one.decision_version == latest.version)
}

/// Which version a decision becomes; `None` when it is the one that holds already, so that a request sent twice is one.
///
/// `replaces` names the version that the decider has seen and puts another in the place of.
pub fn next_version(
    latest: Option<&Decision>,
    replaces: Option<i32>,
    is_same: bool,
    is_sent_back: bool,
) -> Result<Option<i32>, Refusal> {
    let Some(latest) = latest else {
        return if replaces.is_none() { Ok(Some(1)) } else { Err(CampaignRefusal::Undecided.into()) };
    };
    let replaced = replaces == Some(latest.version);
    if replaced && is_sent_back {
        return Ok(Some(latest.version + 1));
    }
    if is_same { Ok(None) } else { Err(Refusal::Decided { version: latest.version, at: latest.decided_at }) }
}

/// Whether an answered decision may become final at last.
pub fn may_publish(latest: &Decision, objections: &[ObjectionOutcome], stages: &[StageRow]) -> Result<(), Refusal> {
    let running = |row: &&StageRow| row.stage == CampaignStage::Objection && row.state != StageState::Closed;
    if stages.iter().any(|row| running(&row)) {
        return Err(Refusal::ObjectionsRunning);
    }
    match ObjectionCount::of(objections).open {
        0 if is_sent_back(latest, objections) => Err(Refusal::SentBack),
        0 => Ok(()),
        open => Err(Refusal::OpenObjections { open }),
    }
}

/// Whether the committee may decide now; it may also after its time, since nothing goes on without it.
pub fn may_decide(stages: &[StageRow]) -> Result<(), CampaignRefusal> {
    let committee = stages.iter().find(|row| row.stage == CampaignStage::Committee);
    match committee {
        Some(row) if row.state == StageState::Planned => Err(CampaignRefusal::NotOpen(CampaignStage::Committee)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::judging::campaigns::totals::rules::propose;

    fn terms() -> Terms {
        let body = json!({
            "kind": "other", "electorate": { "kinds": ["full"] }, "timetable": [], "sources": [],
            "categories": [{ "code": "a", "title": "甲", "quota": 2 }, { "code": "b", "title": "乙", "quota": 1 }],
        });
        serde_json::from_value(body).unwrap()
    }

    fn id(n: u128) -> EntryId {
        Uuid::from_u128(n).into()
    }

    /// 1, 2 and 3 of category a and 4 of b, best first; 3 is of the unit of 1.
    fn judged() -> Vec<Judged> {
        let of = |n: u128, unit: u128, category: &str, total| Judged {
            entry: id(n),
            unit: Uuid::from_u128(unit).into(),
            name: format!("支部{unit}《方案{n}》"),
            category: category.into(),
            key: vec![total],
        };
        vec![of(1, 11, "a", 9), of(2, 12, "a", 8), of(3, 11, "a", 7), of(4, 14, "b", 6)]
    }

    fn line(n: u128, heading: &str, place: u16, reason: &str) -> AwardLine {
        let heading = Text::new(heading).unwrap();
        AwardLine { entry_id: id(n), heading, place, reason: Text::new(reason).ok() }
    }

    fn code(lines: &[AwardLine], left_out: &[u128]) -> Option<&'static str> {
        let left = |n: &u128| LeftOut { entry_id: id(*n), reason: Text::new("因故").unwrap() };
        let left_out: Vec<LeftOut> = left_out.iter().map(left).collect();
        let proposal = propose(&terms(), &judged());
        check_decision(&terms(), &judged(), Some(&proposal), lines, &left_out).err().map(|fault| fault.code)
    }

    #[test]
    fn what_departs_from_the_computed_order_has_a_reason() {
        let computed = [line(1, "a", 1, ""), line(2, "a", 2, ""), line(4, "b", 1, "")];
        assert_eq!(code(&computed, &[]), None);
        let turned = |reason: &str| [line(1, "a", 2, reason), line(2, "a", 1, "成效更好"), line(4, "b", 1, "")];
        assert_eq!(code(&turned(""), &[]), Some("campaigns.reason_missing"));
        assert_eq!(code(&turned("顺延"), &[]), None);
        let without = [line(2, "a", 1, "递补"), line(4, "b", 1, "")];
        assert_eq!(code(&without, &[]), Some("campaigns.reason_missing"), "left out in silence");
        let fault =
            check_decision(&terms(), &judged(), Some(&propose(&terms(), &judged())), &without, &[]).unwrap_err();
        assert_eq!(fault.message, "计算结果中获奖的支部11《方案1》未列入，须写明理由");
        assert_eq!(code(&without, &[1]), None);
        assert_eq!(code(&computed, &[1]), Some("campaigns.not_left_out"));
        assert_eq!(code(&without, &[1, 1]), Some("campaigns.not_left_out"));
    }

    #[test]
    fn nobody_changes_what_was_computed_for_his_own_unit() {
        let (judged, entry) = (judged(), |n: u128| EntryId::from(Uuid::from_u128(n)));
        let proposal = propose(&terms(), &judged);
        let awarded: Vec<EntryId> = proposal.awards.iter().map(|award| award.entry_id).collect();
        let computed = as_computed(&proposal).unwrap();
        assert_eq!(check_own_lines(&awarded, &computed, Some(&proposal)), Ok(()));
        assert_eq!(check_own_lines(&[entry(99)], &computed, Some(&proposal)), Ok(()), "awarded nothing either way");
        assert_eq!(check_own_lines(&awarded[..1], &computed[1..], Some(&proposal)), Err(Refusal::OwnLine));
        let mut other = computed.clone();
        other[0].place = 9;
        assert_eq!(check_own_lines(&awarded[..1], &other, Some(&proposal)), Err(Refusal::OwnLine));
        assert_eq!(check_own_lines(&awarded[..1], &computed, None), Err(Refusal::OwnLine), "nothing was computed");
    }

    #[test]
    fn quotas_categories_units_and_places_hold() {
        for (lines, refused) in [
            (vec![line(9, "a", 1, "因故")], "campaigns.not_judged"),
            (vec![line(1, "x", 1, "因故")], "campaigns.unknown_heading"),
            (vec![line(4, "a", 1, "因故")], "campaigns.wrong_category"),
            (vec![line(1, "a", 1, ""), line(1, "a", 2, "因故")], "campaigns.entry_awarded_twice"),
            (vec![line(1, "a", 1, ""), line(3, "a", 2, "因故")], "campaigns.unit_awarded_twice"),
            (vec![line(1, "a", 1, ""), line(2, "a", 3, "因故")], "campaigns.wrong_place"),
            (vec![line(1, "a", 0, "因故")], "campaigns.wrong_place"),
        ] {
            assert_eq!(code(&lines, &[]), Some(refused));
        }
        let mut loose = terms();
        loose.one_award_per_unit = false;
        let three = [line(1, "a", 1, "因故"), line(2, "a", 2, "因故"), line(3, "a", 3, "因故")];
        let fault = check_decision(&loose, &judged(), None, &three, &[]).unwrap_err();
        assert_eq!((fault.code, fault.message.as_str()), ("campaigns.quota_exceeded", "甲最多 2 个名额"));
    }

    #[test]
    fn without_a_committee_only_a_tie_at_the_edge_is_decided_by_anybody() {
        let mut judged = judged();
        (judged[2].key, judged[2].unit) = (vec![8], Uuid::from_u128(13).into());
        let proposal = propose(&terms(), &judged);
        assert_eq!(as_computed(&proposal).unwrap_err().code, "campaigns.tie_at_the_edge");
        let chosen = |n| [line(1, "a", 1, ""), line(n, "a", 2, "抽签"), line(4, "b", 1, "")];
        assert!(is_confirmation(&proposal, &chosen(3)) && is_confirmation(&proposal, &chosen(2)));
        assert!(!is_confirmation(&proposal, &chosen(3)[..1]));
        assert!(!is_confirmation(&proposal, &[line(2, "a", 1, "因故"), line(4, "b", 1, "")]));
    }

    #[test]
    fn a_decision_is_made_once_until_an_objection_is_upheld() {
        let latest = Decision {
            campaign_id: Uuid::nil().into(),
            version: 1,
            lines: crate::db::Json(Vec::new()),
            left_out: crate::db::Json(Vec::new()),
            reason: None,
            decided_by: Uuid::nil().into(),
            decided_at: Timestamp::from_micros(0),
        };
        let decided = Refusal::Decided { version: 1, at: Timestamp::from_micros(0) };
        assert_eq!(next_version(None, None, false, false), Ok(Some(1)));
        assert_eq!(next_version(None, Some(1), false, false), Err(CampaignRefusal::Undecided.into()));
        assert_eq!(next_version(Some(&latest), None, true, true), Ok(None), "the first request again");
        assert_eq!(next_version(Some(&latest), None, false, false), Err(decided.clone()));
        assert_eq!(next_version(Some(&latest), Some(1), false, false), Err(decided.clone()));
        assert_eq!(next_version(Some(&latest), Some(1), true, true), Ok(Some(2)));
        assert_eq!(next_version(Some(&latest), Some(2), false, true), Err(decided));
    }
}
