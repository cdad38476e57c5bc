//! What a scheme may say, who may do what to whom, and what caps leave.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::model::{
    AppraisalCap, AppraisalClass, AppraisalDimension, AppraisalKind, AppraisalRecord, AppraisalRule, AppraisalScheme,
    AppraisalSource, AppraisalState, AppraisalSums, Counted, Decision, Proposal, Proposed, SchemeBook,
};
use crate::base::approval::{self, Answer, NoAnswer, ProposalState};
use crate::base::id::MemberId;
use crate::base::imports::NoImport;
use crate::base::sheet::SheetError;
use crate::base::text::squeeze;
use crate::base::time::{Day, Period, Timestamp};
use crate::ground::files::AttachRefusal;

/// The most hundredths that anything in a scheme may say.
pub const MOST_POINTS: i32 = 100_000;
/// Dimensions, and classes, of a scheme.
pub const MOST_PARTS: usize = 10;
/// Rules of a scheme.
pub const MOST_RULES: usize = 100;
const MOST_NAME: usize = 60;
const MOST_WORDS: usize = 200;
/// How far ahead a scheme is written.
const DAYS_AHEAD: u64 = 366;

/// A no of this room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No scheme holds on that day.
    NoScheme,
    NoSuchVersion,
    /// It may have counted already.
    InForce,
    /// It would change what days that are over gave, or is too far ahead.
    BadDay,
    /// Dimensions change with a year only.
    DimensionsMidYear,
    /// The scheme contradicts itself: the place, and why.
    BadScheme(&'static str, String),
    ChangedMeanwhile,
    /// Nobody of that id takes part: in a body, and in a path.
    NoSuchMember,
    UnknownMember,
    NoSuchUnit,
    OutOfReach,
    NotAllowed,
    NoSuchClass,
    OwnClass,
    NoSuchRule,
    /// Base is given by an opening, corrections name an entry, and what is not declared is not the member's own to propose.
    NotProposed(&'static str),
    BadDimension,
    /// Outside what the rule gives or takes: least and most.
    PointsOutOfRange(i32, i32),
    /// A day that is to come, or of a year that is settled.
    BadEventDay,
    EvidenceMissing(String),
    Exempt,
    /// The same matter gave, or cost, something already, or waits.
    CauseTaken,
    NoSuchProposal,
    NoAnswer(NoAnswer),
    /// More than was proposed, or nothing.
    BadApproval(i32),
    ReasonMissing,
    /// The member still has his days to answer.
    MayStillAnswer(Day),
    /// Nothing is to be answered, or no longer.
    NoReply,
    Replied,
    NoSuchEntry,
    /// The entry that a proposal is to put right.
    NoSuchCorrected,
    /// It is an opposite entry, or was put right already.
    Corrected,
    /// It follows from the entries of the year before.
    CarriedOver,
    AppealTooLate,
    Appealed,
    NoSuchAppeal,
    OwnAppeal,
    AppealOver,
    /// The opening lies ahead.
    OpeningAhead,
    BadQuarter,
    BadPeriod,
    /// The month of a trial lies ahead.
    TrialAhead,
    BadSheet(SheetError),
    NoImport(NoImport),
    Files(AttachRefusal),
    KeyReused,
}

impl crate::db::Refusal for Refusal {}

impl From<NoImport> for Refusal {
    fn from(no: NoImport) -> Self {
        Refusal::NoImport(no)
    }
}

impl From<AttachRefusal> for Refusal {
    fn from(refusal: AttachRefusal) -> Self {
        Refusal::Files(refusal)
    }
}

/// Whether a scheme is one.
pub fn check_scheme(scheme: &AppraisalScheme) -> Result<(), Refusal> {
    let bad = |place, why: &str| Err(Refusal::BadScheme(place, why.to_owned()));
    let AppraisalScheme { dimensions, classes, rules, .. } = scheme;
    if !is_words(&scheme.name, MOST_NAME) || !is_points(scheme.bonus_cap) {
        return bad("/scheme/name", "名称须为 1 到 60 个字符，全年加分上限须在 0 到 1000 分之间");
    }
    if !(1..=MOST_PARTS).contains(&dimensions.len()) || !all_different(dimensions.iter().map(|one| &one.key)) {
        return bad("/scheme/dimensions", "须有 1 到 10 个维度，标识不能重复");
    }
    let is_dimension = |AppraisalDimension { key, name, bonus_cap }: &AppraisalDimension| {
        is_key(key) && is_words(name, MOST_NAME) && bonus_cap.is_none_or(is_points)
    };
    if !dimensions.iter().all(is_dimension) {
        return bad("/scheme/dimensions", "维度的标识须为小写字母，名称不能为空，上限须在 0 到 1000 分之间");
    }
    if !(1..=MOST_RULES).contains(&rules.len()) || !all_different(rules.iter().map(|one| &one.code)) {
        return bad("/scheme/rules", "须有 1 到 100 项情形，编号不能重复");
    }
    if let Some(rule) = rules.iter().find(|rule| !is_rule(rule, scheme)) {
        return bad("/scheme/rules", &format!("情形“{}”的维度、分值或上限有误", rule.code));
    }
    if !(1..=MOST_PARTS).contains(&classes.len()) || !all_different(classes.iter().map(|one| &one.key)) {
        return bad("/scheme/classes", "须有 1 到 10 类党员，标识不能重复");
    }
    if !(0..=100).contains(&scheme.carry_over.percent) || !scheme.carry_over.most.is_none_or(is_points) {
        return bad("/scheme/carry_over", "结转比例须在 0 到 100 之间，结转上限须在 0 到 1000 分之间");
    }
    let is_class = |AppraisalClass { key, name, base, benchmark, exempt_rules, .. }: &AppraisalClass| {
        is_key(key)
            && is_words(name, MOST_NAME)
            && is_points(*base)
            && is_points(*benchmark)
            && exempt_rules.iter().all(|code| scheme.rule(code).is_some())
    };
    if !classes.iter().all(is_class) {
        return bad(
            "/scheme/classes",
            "党员类别的标识须为小写字母，分值须在 0 到 1000 分之间，免予适用的情形须在办法之内",
        );
    }
    Ok(())
}

fn is_rule(rule: &AppraisalRule, scheme: &AppraisalScheme) -> bool {
    let caps = rule.cap_half.into_iter().chain(rule.cap_year);
    let is_code = (1..=20).contains(&rule.code.len()) && rule.code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let has_place = match (&rule.dimension, rule.kind) {
        (Some(key), _) => scheme.dimension(key).is_some(),
        // a rule of every dimension has its dimension from elsewhere
        (None, kind) => matches!(kind, AppraisalKind::Base | AppraisalKind::Correction),
    };
    is_code
        && has_place
        && rule.kind != AppraisalKind::Carry
        && is_words(&rule.name, MOST_WORDS)
        && rule.evidence.as_ref().is_none_or(|evidence| is_words(evidence, MOST_WORDS))
        && is_points(rule.most)
        && (0..=rule.most).contains(&rule.least)
        && rule.most > 0
        && caps.into_iter().all(is_points)
}

fn is_points(points: i32) -> bool {
    (0..=MOST_POINTS).contains(&points)
}

fn is_key(key: &str) -> bool {
    (1..=20).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn is_words(words: &str, most: usize) -> bool {
    (1..=most).contains(&words.trim().chars().count()) && !words.chars().any(char::is_control)
}

fn all_different<'a>(words: impl Iterator<Item = &'a String>) -> bool {
    let mut known = HashSet::new();
    words.into_iter().all(|word| known.insert(word))
}

/// Whether a version may hold from `from` on, written today: the first one from the year's first day, others from tomorrow.
/// Other dimensions begin with a year, since caps and totals are those of a year; that holds for versions that are written
/// already and come into force later, too.
pub fn check_version(new: &AppraisalScheme, from: Day, book: &SchemeBook, today: Day) -> Result<(), Refusal> {
    check_scheme(new)?;
    let first = if book.0.is_empty() { Period::Year.start(today) } else { today.next() };
    if !(first..=today.plus_days(DAYS_AHEAD)).contains(&from) {
        return Err(Refusal::BadDay);
    }
    let keys = |scheme: &AppraisalScheme| -> BTreeSet<String> {
        scheme.dimensions.iter().map(|dimension| dimension.key.clone()).collect()
    };
    // by the day from which each holds; of one day the newest one alone
    let known = book.0.iter().filter(|version| version.effective_on != from);
    let mut by_day: BTreeMap<Day, (i32, BTreeSet<String>)> = BTreeMap::new();
    for version in known {
        let its = by_day.entry(version.effective_on).or_default();
        if its.0 < version.version {
            *its = (version.version, keys(&version.scheme));
        }
    }
    by_day.insert(from, (i32::MAX, keys(new)));
    let each: Vec<(Day, BTreeSet<String>)> = by_day.into_iter().map(|(day, (_, keys))| (day, keys)).collect();
    let breaks = |pair: &[(Day, BTreeSet<String>)]| match pair {
        [(_, before), (day, after)] => before != after && Period::Year.start(*day) != *day,
        _ => false,
    };
    if each.windows(2).any(breaks) { Err(Refusal::DimensionsMidYear) } else { Ok(()) }
}

/// The rules that hold for a record: of several that share what it may be worth among them, the one that gives so much.
pub fn of_record(scheme: &AppraisalScheme, record: AppraisalRecord, worth: Option<i32>) -> Vec<&AppraisalRule> {
    let mut its: Vec<&AppraisalRule> = scheme.rules.iter().filter(|rule| rule.record == Some(record)).collect();
    if let Some(worth) = worth {
        let away = |rule: &AppraisalRule| (rule.least - worth).max(worth - rule.most).max(0);
        its.sort_by_key(|rule| away(rule));
        its.truncate(1);
    }
    its
}

/// A matter as it is compared: however it is written, it is the same one. An award is one of its rule, since one matter may
/// deserve several things; a deduction costs once, whatever rule names it.
pub fn cause_of(rule: &AppraisalRule, matter: &str) -> String {
    match rule.kind {
        AppraisalKind::Deduction => cost_of(matter),
        _ => format!("+:{}:{}", rule.code, squeeze(matter).to_lowercase()),
    }
}

/// A matter that costs something, as it is compared.
pub fn cost_of(matter: &str) -> String {
    format!("-:{}", squeeze(matter).to_lowercase())
}

/// Whether something may be counted of a day: of this year, or of the last one until the end of January.
pub fn check_event_day(day: Day, today: Day) -> Result<(), Refusal> {
    let (year, month, _) = today.parts();
    let first = Day::of(year - i32::from(month == 1), 1, 1).unwrap_or(today);
    if (first..=today).contains(&day) { Ok(()) } else { Err(Refusal::BadEventDay) }
}

/// Whether a rule gives or takes that much, and to a member of that class.
pub fn check_award(rule: &AppraisalRule, class: &AppraisalClass, points: i32) -> Result<(), Refusal> {
    if !(rule.least.max(1)..=rule.most).contains(&points) {
        return Err(Refusal::PointsOutOfRange(rule.least.max(1), rule.most));
    }
    let is_exempt = class.is_exempt && rule.kind == AppraisalKind::Deduction;
    if is_exempt || class.exempt_rules.contains(&rule.code) { Err(Refusal::Exempt) } else { Ok(()) }
}

/// How a proposal stands, as the rule of two people looks at it.
pub fn approval_of((proposal, _, decision): &Proposed) -> approval::Proposal {
    let state = match decision.as_ref().map(|decision| decision.verdict) {
        None | Some(AppraisalState::Open) => ProposalState::Open,
        Some(AppraisalState::Approved) => ProposalState::Approved,
        Some(AppraisalState::Refused) => ProposalState::Refused,
        Some(AppraisalState::TakenBack) => ProposalState::TakenBack,
    };
    approval::Proposal { state, proposed_by: proposal.proposed_by, about: Some(proposal.member_id), expires_at: None }
}

/// What is decided, checked: `None` when it stands already. `points` are without a sign, `None` for what was proposed.
pub fn check_decision(
    proposed: &Proposed,
    (answer, points, reason): (Answer, Option<i32>, Option<&str>),
    by: MemberId,
    now: Timestamp,
) -> Result<Option<Decision>, Refusal> {
    let is_new = approval_of(proposed).answer(answer, by, now).map_err(Refusal::NoAnswer)?;
    let (Proposal { id, points: wanted, reply_until, corrects_id, .. }, reply, decision) = proposed;
    // an entry is put right as a whole
    let least = if corrects_id.is_some() { wanted.abs() } else { 1 };
    if points.is_some_and(|points| !(least..=wanted.abs()).contains(&points)) {
        return Err(Refusal::BadApproval(wanted.abs()));
    }
    let points = points.map(|points| points * wanted.signum());
    let verdict = match answer {
        Answer::Approve => AppraisalState::Approved,
        Answer::Refuse => AppraisalState::Refused,
        Answer::TakeBack => AppraisalState::TakenBack,
    };
    let given = (verdict == AppraisalState::Approved).then(|| points.unwrap_or(*wanted));
    if !is_new {
        // the same answer stands; another amount would be another answer
        let stands = decision.as_ref().is_some_and(|decision| decision.points == given);
        let over = Refusal::NoAnswer(NoAnswer::Over(answer.leads_to()));
        return if stands { Ok(None) } else { Err(over) };
    }
    let is_less = given.is_some_and(|given| given != *wanted);
    if (is_less || answer == Answer::Refuse) && reason.is_none() {
        return Err(Refusal::ReasonMissing);
    }
    if let (Answer::Approve, Some(until), None) = (answer, reply_until, reply)
        && now.day() <= *until
    {
        return Err(Refusal::MayStillAnswer(*until));
    }
    let reason = reason.map(str::to_owned);
    Ok(Some(Decision { proposal_id: *id, verdict, points: given, reason, decided_by: by, decided_at: now }))
}

/// What stands of a year: neither entries that were put right nor the opposites that did so.
pub fn standing(counted: &[Counted]) -> Vec<&Counted> {
    let is_correction = |entry: &&Counted| entry.source_kind == AppraisalSource::Correction;
    let gone: HashSet<uuid::Uuid> = counted.iter().filter(is_correction).map(|entry| entry.source_id.uuid()).collect();
    counted.iter().filter(|entry| !is_correction(entry) && !gone.contains(&entry.id.uuid())).collect()
}

/// What the caps leave of `wanted` hundredths of `rule` on `day`, with what stands of that year, and which cap cut it.
/// Bonuses are held by the rule, then by the dimension, then by the year; deductions by the rule alone.
pub fn cut(
    (scheme, rule, dimension): (&AppraisalScheme, &AppraisalRule, &str),
    (wanted, day): (i32, Day),
    standing: &[&Counted],
) -> (i32, Option<AppraisalCap>) {
    let half = |day: Day| day.parts().1 > 6;
    let sum = |of: &dyn Fn(&Counted) -> bool| -> i32 {
        let its = standing.iter().filter(|entry| entry.kind == rule.kind && of(entry));
        its.map(|entry| entry.points.abs()).sum()
    };
    let of_rule = |entry: &Counted| entry.rule == rule.code;
    let mut caps = Vec::new();
    if let Some(cap) = rule.cap_half {
        caps.push((cap - sum(&|entry| of_rule(entry) && half(entry.day) == half(day)), AppraisalCap::RuleHalf));
    }
    if let Some(cap) = rule.cap_year {
        caps.push((cap - sum(&of_rule), AppraisalCap::RuleYear));
    }
    if rule.kind == AppraisalKind::Bonus {
        if let Some(cap) = scheme.dimension(dimension).and_then(|dimension| dimension.bonus_cap) {
            caps.push((cap - sum(&|entry| entry.dimension == dimension), AppraisalCap::Dimension));
        }
        caps.push((scheme.bonus_cap - sum(&|_| true), AppraisalCap::Year));
    }
    // of caps that leave the same, the first one is told: the nearest
    let nearest = caps.into_iter().min_by_key(|(left, _)| *left).map(|(left, cap)| (left.max(0), cap));
    match nearest {
        Some((left, cap)) if left < wanted.abs() => (left * wanted.signum(), Some(cap)),
        _ => (wanted, None),
    }
}

/// The sums of every dimension; what was put right counts by its opposite, and not as cut.
pub fn sums_of(counted: &[Counted]) -> BTreeMap<String, AppraisalSums> {
    let standing: HashSet<_> = standing(counted).into_iter().map(|entry| entry.id).collect();
    let mut sums: BTreeMap<String, AppraisalSums> = BTreeMap::new();
    for entry in counted {
        let wanted = if standing.contains(&entry.id) { entry.wanted } else { entry.points };
        sums.entry(entry.dimension.clone()).or_default().add(entry.kind, wanted.into(), entry.points.into());
    }
    sums
}

/// The sums of every dimension, quarter by quarter of a year. What puts an entry right counts in that one's quarter.
pub fn quarters_of(counted: &[Counted]) -> [BTreeMap<String, AppraisalSums>; 4] {
    let days: HashMap<uuid::Uuid, Day> = counted.iter().map(|entry| (entry.id.uuid(), entry.day)).collect();
    [1, 2, 3, 4].map(|quarter| {
        let of_quarter = |entry: &&Counted| {
            let corrected = (entry.source_kind == AppraisalSource::Correction).then(|| entry.source_id.uuid());
            let day = corrected.and_then(|id| days.get(&id).copied()).unwrap_or(entry.day);
            day.parts().1.div_ceil(3) == quarter
        };
        sums_of(&counted.iter().filter(of_quarter).cloned().collect::<Vec<_>>())
    })
}

/// What the base gives of a class in the dimension at a place of the scheme, in a quarter (1 to 4) or for a whole year. The
/// parts of a year come to the whole: what does not divide goes to later ones.
pub fn base_of(scheme: &AppraisalScheme, class: &AppraisalClass, place: usize, quarter: Option<u32>) -> i32 {
    if class.is_exempt {
        return 0;
    }
    let dimensions = scheme.dimensions.len().max(1);
    let (before, parts) = match quarter {
        Some(quarter) => ((quarter as usize).saturating_sub(1) * dimensions + place, dimensions * 4),
        None => (place, dimensions),
    };
    let share = |parts_before: usize| -> i64 {
        i64::from(class.base) * i64::try_from(parts_before).unwrap_or(0) / i64::try_from(parts).unwrap_or(1)
    };
    i32::try_from(share(before + 1) - share(before)).unwrap_or(0)
}

/// The last day on which a member may appeal against something of that day.
pub fn appeal_until(entered_on: Day, days: u64) -> Day {
    entered_on.plus_days(days)
}
