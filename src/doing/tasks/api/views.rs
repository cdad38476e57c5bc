//! Tasks as they are sent.

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::approval::ProposalState;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::doing::tasks::Tasks;
use crate::doing::tasks::boards::{Hands, Listed};
use crate::doing::tasks::model::{
    Request, Step, TaskAnswer, TaskAxis, TaskId, TaskLight, TaskListId, TaskNode, TaskNodeState, TaskPart, TaskPerson,
    TaskReport, TaskRequestId, TaskRequestKind, TaskState, TaskVerb, Whole,
};
use crate::doing::tasks::rules::{FLOW, Who};
use crate::ground::files::FileView;

/// Somebody who is to do a task.
#[derive(Serialize, ToSchema)]
pub(super) struct TaskPersonView {
    member_id: MemberId,
    /// The member's name.
    name: String,
    part: TaskPart,
}

/// A task in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct TaskHead {
    id: TaskId,
    list_id: TaskListId,
    /// What the list is called.
    list_title: String,
    /// Its number in the list.
    number: i32,
    /// What is to be done.
    title: String,
    /// When it counts as done.
    standard: String,
    /// Whose task it is.
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    /// Whose list it is.
    issuing_unit_id: UnitId,
    /// What that unit is called for short.
    issuing_unit_name: String,
    axis: TaskAxis,
    /// The leader in charge.
    leader_id: Option<MemberId>,
    /// The leader's name.
    leader_name: Option<String>,
    /// Who is to do it, who answers for it first.
    people: Vec<TaskPersonView>,
    due_on: Day,
    /// As it was before it was ever put off.
    first_due_on: Day,
    /// Hundredths.
    weight: i32,
    /// A focus task 重点任务.
    focus: bool,
    state: TaskState,
    /// How it stands today.
    light: TaskLight,
    /// Until when the unit accepts or answers.
    answer_by: Day,
    /// How often it was put off.
    extensions: i32,
    /// Until when the unit tells how far it is; `null` where it need not, or has.
    report_due_on: Option<Day>,
    /// The period before went by without.
    report_missed: bool,
    suspended_until: Option<Day>,
    submitted_on: Option<Day>,
    closed_on: Option<Day>,
}

impl TaskHead {
    pub fn new(room: &Tasks, listed: Listed) -> TaskHead {
        let Listed { task, light, people, telling, list_title } = listed;
        TaskHead {
            id: task.id,
            list_id: task.list_id,
            list_title,
            number: task.number,
            unit_name: room.directory.unit_name(task.unit_id),
            issuing_unit_name: room.directory.unit_name(task.issuing_unit_id),
            leader_name: task.leader_id.map(|leader| room.directory.name_of(leader)),
            people: shown_people(room, &people),
            title: task.title,
            standard: task.standard,
            unit_id: task.unit_id,
            issuing_unit_id: task.issuing_unit_id,
            axis: task.axis,
            leader_id: task.leader_id,
            due_on: task.due_on,
            first_due_on: task.first_due_on,
            weight: task.weight,
            focus: task.focus,
            state: task.state,
            light,
            answer_by: task.answer_by,
            extensions: task.extensions,
            report_due_on: telling.map(|telling| telling.due_on),
            report_missed: telling.is_some_and(|telling| telling.missed),
            suspended_until: task.suspended_until,
            submitted_on: task.submitted_on,
            closed_on: task.closed_on,
        }
    }
}

fn shown_people(room: &Tasks, people: &[TaskPerson]) -> Vec<TaskPersonView> {
    let mut present: Vec<&TaskPerson> = people.iter().filter(|person| person.present).collect();
    present.sort_by_key(|person| person.part != TaskPart::Head);
    let shown = |person: &&TaskPerson| TaskPersonView {
        member_id: person.member_id,
        name: room.directory.name_of(person.member_id),
        part: person.part,
    };
    present.iter().map(shown).collect()
}

/// A unit that helps.
#[derive(Serialize, ToSchema)]
pub(super) struct AssistingUnit {
    unit_id: UnitId,
    /// What it is called for short.
    unit_name: String,
}

/// A step on the way of a task, with what became of it.
#[derive(Serialize, ToSchema)]
pub(super) struct TaskNodeView {
    /// From 1 on.
    place: i32,
    /// What is reached by then.
    title: String,
    due_on: Day,
    state: TaskNodeState,
    /// What was done, or why it was dropped.
    note: Option<String>,
    /// Why it was late.
    delay: Option<String>,
    settled_on: Option<Day>,
    /// Not done, and its day is over.
    is_behind: bool,
}

/// What somebody did about a task.
#[derive(Serialize, ToSchema)]
pub(super) struct TaskStepView {
    at: Timestamp,
    /// Who did it; `null` where its time had come.
    actor_name: Option<String>,
    verb: TaskVerb,
    from_state: TaskState,
    to_state: TaskState,
    /// What the unit answered.
    answer: Option<TaskAnswer>,
    /// What was said with it.
    note: Option<String>,
}

/// How far a unit says that it is.
#[derive(Serialize, ToSchema)]
pub(super) struct TaskReportView {
    at: Timestamp,
    /// Who said so.
    member_name: String,
    light: TaskLight,
    /// 0 to 100.
    percent: i32,
    /// What comes next, in a line.
    next_step: String,
    /// Why it is late.
    delay: Option<String>,
}

/// What somebody asked for about a task.
#[derive(Serialize, ToSchema)]
pub(super) struct TaskRequestView {
    id: TaskRequestId,
    kind: TaskRequestKind,
    /// The new day that is asked for.
    until: Option<Day>,
    /// Why it is asked for.
    reason: String,
    /// What is done by then.
    done: Option<String>,
    /// How the rest is caught up.
    remedy: Option<String>,
    state: ProposalState,
    /// Who asked.
    asked_by_name: String,
    asked_at: Timestamp,
    /// Who granted it for the issuer.
    granted_by_name: Option<String>,
    /// Who granted, refused or took it back.
    answered_by_name: Option<String>,
    answered_at: Option<Timestamp>,
    /// What was said with the answer.
    answer: Option<String>,
}

/// A task with everything that belongs to it.
#[derive(Serialize, ToSchema)]
pub(super) struct TaskView {
    #[serde(flatten)]
    head: TaskHead,
    /// Units that help.
    assisting: Vec<AssistingUnit>,
    /// Why evidence must be attached; `null` where it need not be.
    evidence_reason: Option<String>,
    /// What was attached, in the order of uploading.
    evidence: Vec<FileView>,
    nodes: Vec<TaskNodeView>,
    /// The oldest first.
    steps: Vec<TaskStepView>,
    /// The newest first, ten at most.
    reports: Vec<TaskReportView>,
    /// The oldest first.
    requests: Vec<TaskRequestView>,
    /// A word for the thing of which it came, such as `finding`; `null` of a plain list.
    source_kind: Option<String>,
    /// On what it rests, for people.
    source_document: Option<String>,
    /// Which task it was merged into.
    merged_into: Option<TaskId>,
    /// What the caller may do about it now; an extension and a cancellation are asked for and then granted.
    verbs: Vec<TaskVerb>,
    /// The caller may ask for more time.
    may_ask_extension: bool,
    /// The caller may ask that it is struck off.
    may_ask_cancellation: bool,
}

impl TaskView {
    pub fn new(
        room: &Tasks,
        reader: MemberId,
        (whole, listed): (Whole, Listed),
        hands: Hands,
        (evidence, today): (Vec<FileView>, Day),
    ) -> TaskView {
        let name = |member: MemberId| room.directory.name_of(member);
        let task = whole.task;
        let is_open = |kind| whole.requests.iter().any(|one| one.kind == kind && one.state == ProposalState::Open);
        let node = |node: &TaskNode| TaskNodeView {
            place: node.place,
            title: node.title.clone(),
            due_on: node.due_on,
            state: node.state,
            note: node.note.clone(),
            delay: node.delay.clone(),
            settled_on: node.settled_on,
            is_behind: crate::doing::tasks::rules::is_behind(node, today),
        };
        let step = |step: &Step| TaskStepView {
            at: step.at,
            actor_name: step.actor_id.map(name),
            verb: step.verb,
            from_state: step.from_state,
            to_state: step.to_state,
            answer: step.answer,
            note: step.note.clone(),
        };
        let report = |report: &TaskReport| TaskReportView {
            at: report.at,
            member_name: name(report.member_id),
            light: report.light,
            percent: report.percent,
            next_step: report.next_step.clone(),
            delay: report.delay.clone(),
        };
        let request = |request: &Request| TaskRequestView {
            id: request.id,
            kind: request.kind,
            until: request.until_on,
            reason: request.reason.clone(),
            done: request.done.clone(),
            remedy: request.remedy.clone(),
            state: request.state,
            asked_by_name: name(request.asked_by),
            asked_at: request.asked_at,
            granted_by_name: request.granted_by.map(name),
            answered_by_name: request.answered_by.map(name),
            answered_at: request.answered_at,
            answer: request.answer.clone(),
        };
        let may_extend = FLOW.step(task.state, TaskVerb::Extend).is_some();
        let may_cancel = FLOW.step(task.state, TaskVerb::Cancel).is_some();
        TaskView {
            assisting: whole
                .assisting
                .iter()
                .map(|unit| AssistingUnit { unit_id: *unit, unit_name: room.directory.unit_name(*unit) })
                .collect(),
            evidence_reason: task.evidence.clone(),
            evidence,
            nodes: whole.nodes.iter().map(node).collect(),
            steps: whole.steps.iter().map(step).collect(),
            reports: whole.reports.iter().map(report).collect(),
            requests: whole.requests.iter().map(request).collect(),
            source_kind: whole.source.map(|source| source.kind),
            source_document: whole.source_document,
            merged_into: task.merged_into,
            verbs: verbs(&task, hands, (reader, &whole.requests)),
            may_ask_extension: hands.does
                && may_extend
                && task.due_on >= today
                && i64::from(task.extensions) < room.terms.extensions()
                && !is_open(TaskRequestKind::Extension),
            may_ask_cancellation: hands.issues && may_cancel && !is_open(TaskRequestKind::Cancellation),
            head: TaskHead::new(room, listed),
        }
    }
}

/// What somebody may do about a task now.
fn verbs(
    task: &crate::doing::tasks::model::Task,
    hands: Hands,
    (reader, requests): (MemberId, &[Request]),
) -> Vec<TaskVerb> {
    let waits = |kind: TaskRequestKind| {
        let open = requests.iter().find(|one| one.kind == kind && one.state == ProposalState::Open);
        open.is_some_and(|open| {
            let for_leader = open.granted_by.is_some();
            let is_his = if for_leader { task.leader_id == Some(reader) } else { hands.judges };
            is_his && open.asked_by != reader
        })
    };
    let may = |verb: TaskVerb, who: Who| match verb {
        TaskVerb::Extend => waits(TaskRequestKind::Extension),
        TaskVerb::Cancel => waits(TaskRequestKind::Cancellation),
        _ => match who {
            Who::Unit => hands.does,
            Who::Issuer | Who::Second => hands.issues,
            Who::Judge => hands.judges,
        },
    };
    FLOW.of_stage(task.state).filter(|step| may(step.verb, step.who)).map(|step| step.verb).collect()
}
