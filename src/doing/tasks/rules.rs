//! What leads from where to where, whose it is, and how a task stands on a day. Pure.

use super::model::{
    NewItem, RequestAsked, Standing, Step, Task, TaskItemNode, TaskLight, TaskListKind, TaskNode, TaskNodeState,
    TaskRequestKind, TaskRhythm, TaskState, TaskVerb,
};
use crate::base::approval::NoAnswer;
use crate::base::imports::NoImport;
use crate::base::own_case::Involvement;
use crate::base::sheet::SheetError;
use crate::base::sheet::layout::LayoutError;
use crate::base::time::{Day, Period};
use crate::base::version::Outdated;
use crate::base::workflow::{Flow, step};
use crate::ground::files::AttachRefusal;

/// A no of this room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    NoSuchList,
    NoSuchItem,
    NoSuchTask,
    NoSuchLaying,
    /// The body names a unit that is none; where.
    NoSuchUnit(String),
    /// The body names a unit that lies not below the list's.
    UnitBeyond(String),
    /// The body names somebody who is none, or does not belong there; where.
    NoSuchMember(String),
    OutOfReach,
    NotAllowed,
    /// A task was made of the item, so it stays.
    ItemLaid,
    TooManyItems,
    NothingToLay,
    /// An item without a lead unit, laid without units.
    NoUnit(i32),
    TooManyTasks,
    WrongState(TaskState),
    /// Somebody who has a part in it.
    OwnCase(Involvement),
    BadDueDay,
    BadNode(usize),
    BadUntil,
    /// Asked when it was due already.
    ExtensionTooLate,
    ExtensionsSpent(i64),
    RequestOpen,
    NoRequest,
    /// More time for a focus task is the leader's to grant once the issuer has.
    LeaderNext,
    NoAnswer(NoAnswer),
    EvidenceMissing(String),
    NothingReworded,
    AlreadyThere,
    BadMerge,
    NoSuchNode,
    NodeSettled,
    NodeNoteMissing,
    BadMonth,
    Outdated(Outdated),
    Files(AttachRefusal),
    BadSheet(SheetError),
    BadLayout(LayoutError),
    NoImport(NoImport),
    KeyReused,
}

impl crate::db::Refusal for Refusal {}

impl From<AttachRefusal> for Refusal {
    fn from(refusal: AttachRefusal) -> Self {
        Refusal::Files(refusal)
    }
}

/// Whose a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Those who do tasks of the unit, and those who are named.
    Unit,
    /// Those who set tasks for the unit whose list it is.
    Issuer,
    /// Of these, somebody who has no part in the task.
    Judge,
    /// Of these, another one than who asked for it.
    Second,
}

/// Items of one list.
pub const ITEMS_LIMIT: i64 = 500;
/// Tasks that are made in one go.
pub const TASKS_LIMIT: usize = 200_000;
/// How far ahead a task is due.
const DAYS_AHEAD: u64 = 5 * 366;

use TaskState::{
    Accepted, Answered, Cancelled, Closed, Doing, Issued, Merged, Returned, Submitted, Suspended, Verified,
};
use TaskVerb::{
    Accept, Answer, Cancel, Close, Dismiss, Extend, Merge, Redirect, Report, Resume, Return, Reword, Submit, Suspend,
    Verify,
};
use Who::{Issuer, Judge, Second, Unit};

/// The way of a task. `Issued` is where every task begins.
pub const FLOW: Flow<TaskState, TaskVerb, Who> = Flow {
    start: Issued,
    steps: &[
        step(Issued, Accept, Accepted, Unit),
        step(Issued, Answer, Answered, Unit),
        step(Answered, Reword, Issued, Issuer),
        step(Answered, Redirect, Issued, Issuer),
        step(Answered, Dismiss, Closed, Judge),
        step(Accepted, Report, Doing, Unit),
        step(Doing, Report, Doing, Unit),
        step(Returned, Report, Returned, Unit),
        step(Accepted, Submit, Submitted, Unit),
        step(Doing, Submit, Submitted, Unit),
        step(Returned, Submit, Submitted, Unit),
        step(Submitted, Verify, Verified, Judge),
        step(Submitted, Return, Returned, Judge),
        step(Verified, Return, Returned, Judge),
        step(Verified, Close, Closed, Judge),
        step(Accepted, Extend, Accepted, Second),
        step(Doing, Extend, Doing, Second),
        step(Returned, Extend, Returned, Second),
        step(Answered, Suspend, Suspended, Issuer),
        step(Accepted, Suspend, Suspended, Issuer),
        step(Doing, Suspend, Suspended, Issuer),
        step(Returned, Suspend, Suspended, Issuer),
        step(Suspended, Resume, Accepted, Issuer),
        step(Issued, Merge, Merged, Issuer),
        step(Answered, Merge, Merged, Issuer),
        step(Accepted, Merge, Merged, Issuer),
        step(Doing, Merge, Merged, Issuer),
        step(Returned, Merge, Merged, Issuer),
        step(Suspended, Merge, Merged, Issuer),
        step(Issued, Cancel, Cancelled, Second),
        step(Answered, Cancel, Cancelled, Second),
        step(Accepted, Cancel, Cancelled, Second),
        step(Doing, Cancel, Cancelled, Second),
        step(Returned, Cancel, Cancelled, Second),
        step(Suspended, Cancel, Cancelled, Second),
    ],
};

/// Whose the verb is, wherever it is done.
pub fn whose(verb: TaskVerb) -> Who {
    FLOW.of_verb(verb).next().map_or(Who::Judge, |step| step.who)
}

/// Where the verb leads from here.
pub fn leads_to(state: TaskState, verb: TaskVerb) -> Result<TaskState, Refusal> {
    FLOW.step(state, verb).map(|step| step.to).ok_or(Refusal::WrongState(state))
}

/// Whether the verb is what was done `last` and led here, so that a request sent twice is one.
pub fn is_repeated(state: TaskState, verb: TaskVerb, last: Option<TaskVerb>) -> bool {
    FLOW.step(state, verb).is_none() && FLOW.was_done(state, verb) && last == Some(verb)
}

/// Whether what is asked may be asked: the day, the nodes in order and not after it.
pub fn check_item(item: &NewItem, today: Day) -> Result<(), Refusal> {
    check_due(item.due_on, today)?;
    check_nodes(&item.nodes, item.due_on)
}

fn check_due(due_on: Day, today: Day) -> Result<(), Refusal> {
    // what is written down late may have been due this year
    let earliest = Period::Year.start(today);
    if due_on >= earliest && due_on <= today.plus_days(DAYS_AHEAD) { Ok(()) } else { Err(Refusal::BadDueDay) }
}

fn check_nodes(nodes: &[TaskItemNode], due_on: Day) -> Result<(), Refusal> {
    for (index, node) in nodes.iter().enumerate() {
        let follows = index == 0 || nodes[index - 1].due_on <= node.due_on;
        if !follows || node.due_on > due_on {
            return Err(Refusal::BadNode(index));
        }
    }
    Ok(())
}

/// Whether more time may be asked for now.
pub fn check_request(task: &Task, asked: &RequestAsked, today: Day, most: i64) -> Result<(), Refusal> {
    let verb = match asked.kind {
        TaskRequestKind::Extension => TaskVerb::Extend,
        TaskRequestKind::Cancellation => TaskVerb::Cancel,
    };
    if FLOW.step(task.state, verb).is_none() {
        return Err(Refusal::WrongState(task.state));
    }
    if asked.kind == TaskRequestKind::Cancellation {
        return Ok(());
    }
    if today > task.due_on {
        return Err(Refusal::ExtensionTooLate);
    }
    if i64::from(task.extensions) >= most {
        return Err(Refusal::ExtensionsSpent(most));
    }
    match asked.until {
        Some(until) if until > task.due_on && until <= today.plus_days(DAYS_AHEAD) => Ok(()),
        _ => Err(Refusal::BadUntil),
    }
}

/// Until when it may be suspended.
pub fn check_suspension(until: Day, today: Day) -> Result<(), Refusal> {
    if until > today && until <= today.plus_days(DAYS_AHEAD) { Ok(()) } else { Err(Refusal::BadUntil) }
}

/// Whether the unit was late, or is: what it handed in counts by the day on which it did.
pub fn is_overdue(state: TaskState, due_on: Day, submitted_on: Option<Day>, today: Day) -> bool {
    match state {
        TaskState::Cancelled | TaskState::Merged | TaskState::Suspended => false,
        TaskState::Submitted | TaskState::Verified | TaskState::Closed => submitted_on.unwrap_or(today) > due_on,
        _ => today > due_on,
    }
}

/// Whether a task was carried out and closed, and its result reported by its day; what needed only an explanation was not.
pub fn was_in_time(task: &Task) -> bool {
    let reported = task.submitted_by.and(task.submitted_on);
    task.state == TaskState::Closed && reported.is_some_and(|day| day <= task.due_on)
}

/// Whether the day of a task that is late could have been kept: the unit had it by then as it is now, it did not rest over its
/// day, and what was handed in by then was not returned later. Steps are the oldest first.
pub fn could_be_kept(task: &Task, steps: &[Step]) -> bool {
    use TaskVerb::{Accept, Redirect, Resume, Return, Reword, Submit};
    let was_by_then = |step: &Step| step.at.day() <= task.due_on;
    let begun = steps.iter().rfind(|step| [Accept, Reword, Redirect, Resume].contains(&step.verb));
    let waited = steps.iter().rfind(|step| was_by_then(step) && [Submit, Return].contains(&step.verb));
    begun.is_none_or(was_by_then)
        && waited.is_none_or(|step| step.verb == Return)
        && task.created_at.day() <= task.due_on
}

/// How a task stands: red overdue, yellow behind a node, blue due soon. What is over shows none.
pub fn light(task: &Task, behind: bool, today: Day, near_days: u64) -> TaskLight {
    if task.state.is_over() || task.state == TaskState::Suspended {
        return TaskLight::Normal;
    }
    let waits_for_others = matches!(task.state, TaskState::Submitted | TaskState::Verified);
    if is_overdue(task.state, task.due_on, task.submitted_on, today) {
        TaskLight::Overdue
    } else if waits_for_others {
        TaskLight::Normal
    } else if behind {
        TaskLight::Behind
    } else if task.due_on <= today.plus_days(near_days) {
        TaskLight::Near
    } else {
        TaskLight::Normal
    }
}

/// Whether a node is behind: not done, and its day is over.
pub fn is_behind(node: &TaskNode, today: Day) -> bool {
    node.state == TaskNodeState::Pending && node.due_on < today
}

/// How often the unit tells how far it is; `None` where nobody asks.
pub fn rhythm(kind: TaskListKind, rhythm: TaskRhythm, focus: bool, light: TaskLight) -> Option<Period> {
    if rhythm == TaskRhythm::None && kind != TaskListKind::Supervision {
        return None;
    }
    if kind == TaskListKind::Supervision || light == TaskLight::Overdue || rhythm == TaskRhythm::Weekly {
        return Some(Period::Week);
    }
    Some(if focus || rhythm == TaskRhythm::Monthly { Period::Month } else { Period::Quarter })
}

/// What is known of a unit's telling: until when it is due, and whether the period before went by without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Telling {
    pub due_on: Day,
    pub missed: bool,
}

/// When the unit tells next how far it is; `None` where it need not, or has.
pub fn telling(period: Option<Period>, task: &Task, today: Day) -> Option<Telling> {
    let period =
        period.filter(|_| matches!(task.state, TaskState::Accepted | TaskState::Doing | TaskState::Returned))?;
    let begins = period.start(today);
    let told_since = |day: Day| task.reported_on.is_some_and(|told| told >= day);
    if told_since(begins) {
        return None;
    }
    let before = period.start(begins.previous());
    let missed = task.created_at.day() < begins && !told_since(before);
    Some(Telling { due_on: period.end(today).previous(), missed })
}

/// A share in basis points, rounded half up; `None` of nothing.
pub fn share(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| (part * 20_000 + whole) / (whole * 2))
}

/// Where each branch stands: by what it closed, then by what it closed in time; equals share a place.
pub fn places(standings: &[Standing]) -> Vec<(i64, Standing)> {
    let key = |standing: &Standing| {
        let closed = share(standing.weight_closed, standing.weight_due).unwrap_or(0);
        (-closed, -share(standing.on_time.into(), standing.due.into()).unwrap_or(0))
    };
    let mut sorted: Vec<Standing> = standings.iter().copied().filter(|standing| standing.due > 0).collect();
    sorted.sort_by_key(|standing| (key(standing), standing.unit));
    let mut placed: Vec<(i64, Standing)> = Vec::new();
    for (index, standing) in sorted.iter().enumerate() {
        let place = match placed.last() {
            Some((place, last)) if key(last) == key(standing) => *place,
            _ => i64::try_from(index).unwrap_or(i64::MAX - 1) + 1,
        };
        placed.push((place, *standing));
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn each_verb_is_of_one_kind_of_people() {
        for verb in TaskVerb::EACH {
            let whose = whose(*verb);
            assert!(FLOW.of_verb(*verb).all(|step| step.who == whose), "{verb}");
        }
    }

    #[test]
    fn what_was_handed_in_counts_by_its_day_and_what_rests_is_never_late() {
        let (due, today) = (day("2026-07-31"), day("2026-08-01"));
        assert!(is_overdue(TaskState::Doing, due, None, today));
        assert!(!is_overdue(TaskState::Doing, due, None, due));
        assert!(!is_overdue(TaskState::Submitted, due, Some(due), today));
        assert!(is_overdue(TaskState::Closed, due, Some(today), today));
        for state in [TaskState::Cancelled, TaskState::Merged, TaskState::Suspended] {
            assert!(!is_overdue(state, due, None, today));
        }
    }

    #[test]
    fn who_is_asked_how_often_follows_from_the_list_and_from_how_a_task_stands() {
        use TaskListKind::{Supervision, Year};
        let asked = |kind, every, focus, light| rhythm(kind, every, focus, light);
        assert_eq!(asked(Year, TaskRhythm::Quarterly, false, TaskLight::Normal), Some(Period::Quarter));
        assert_eq!(asked(Year, TaskRhythm::Quarterly, true, TaskLight::Normal), Some(Period::Month));
        assert_eq!(asked(Year, TaskRhythm::Quarterly, false, TaskLight::Overdue), Some(Period::Week));
        assert_eq!(asked(Year, TaskRhythm::None, true, TaskLight::Overdue), None);
        assert_eq!(asked(Supervision, TaskRhythm::None, false, TaskLight::Normal), Some(Period::Week));
    }

    #[test]
    fn shares_are_rounded_half_up_and_equals_share_a_place() {
        assert_eq!((share(1, 3), share(2, 3), share(0, 0)), (Some(3333), Some(6667), None));
        let standing = |n: u128, closed: i64, on_time: i32| Standing {
            unit: uuid::Uuid::from_u128(n).into(),
            due: 4,
            closed: 0,
            on_time,
            weight_due: 400,
            weight_closed: closed,
        };
        let placed = places(&[standing(1, 300, 3), standing(2, 400, 4), standing(3, 300, 3), standing(4, 300, 2)]);
        assert_eq!(placed.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 2, 2, 4]);
    }

    #[test]
    fn nodes_follow_each_other_and_none_comes_after_the_end() {
        let node = |text: &str| TaskItemNode { title: "节点".into(), due_on: day(text) };
        let due = day("2026-12-31");
        assert!(check_nodes(&[node("2026-03-31"), node("2026-06-30")], due).is_ok());
        assert!(matches!(check_nodes(&[node("2026-06-30"), node("2026-03-31")], due), Err(Refusal::BadNode(1))));
        assert!(matches!(check_nodes(&[node("2027-01-01")], due), Err(Refusal::BadNode(0))));
    }
}
