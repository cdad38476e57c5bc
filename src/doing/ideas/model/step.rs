//! The steps of an idea: the verbs, what is asked for, and what was done.

use diesel::prelude::*;
use serde::Serialize;

use super::{IdeaId, IdeaState, NewOutcome, Verdict};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::schema::idea_steps;
use crate::doing::meetings::MeetingId;
use crate::ground::files::FileId;

crate::id!(
    /// A step that an idea took.
    StepId
);
crate::words!(
    /// Something that is done to an idea.
    Verb {
        Submit = "submit" / "提交",
        Withdraw = "withdraw" / "撤回",
        Collect = "collect" / "征集",
        /// Back to the author, or to the implementer.
        Return = "return" / "退回",
        Adopt = "adopt" / "采纳",
        Pilot = "pilot" / "试点",
        File = "file" / "存档",
        Decline = "decline" / "不采纳",
        Reopen = "reopen" / "重新启动",
        /// Names the implementer and the due day; again for another one.
        Assign = "assign" / "指派",
        /// Notes progress.
        Report = "report" / "报告进展",
        Deliver = "deliver" / "提交验收",
        Accept = "accept" / "验收",
        RecordOutcome = "record_outcome" / "登记成果",
        Close = "close" / "办结",
        Merge = "merge" / "合并",
    }
);

impl Verb {
    /// What its people are told, after the idea's title.
    pub const fn told(self) -> &'static str {
        match self {
            Verb::Submit => "已提交",
            Verb::Withdraw => "已由作者撤回",
            Verb::Collect => "已在会议上征集，提请支委会讨论",
            Verb::Return => "已退回",
            Verb::Adopt => "已被采纳",
            Verb::Pilot => "已确定先行试点",
            Verb::File => "已存档备查",
            Verb::Decline => "未被采纳",
            Verb::Reopen => "已重新启动讨论",
            Verb::Assign => "已指派实施",
            Verb::Report => "有新的实施进展",
            Verb::Deliver => "已提交成果，等待验收",
            Verb::Accept => "已通过验收",
            Verb::RecordOutcome => "登记了成果",
            Verb::Close => "已办结",
            Verb::Merge => "已并入另一条金点子",
        }
    }
}

/// A step that an idea took.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = idea_steps, treat_none_as_default_value = false)]
pub struct IdeaStep {
    pub id: StepId,
    pub idea_id: IdeaId,
    pub at: Timestamp,
    /// Where the idea stood in the organisation.
    pub unit_id: UnitId,
    pub actor_id: MemberId,
    pub verb: Verb,
    pub from_state: IdeaState,
    pub to_state: IdeaState,
    /// The reason, the note, the evidence.
    pub note: Option<String>,
    /// Where it was collected or decided.
    pub meeting_id: Option<MeetingId>,
    /// Who was to carry it out.
    pub member_id: Option<MemberId>,
    pub due_on: Option<Day>,
    /// Hash of what was asked: the same request again is no new step.
    pub request_hash: Vec<u8>,
    /// Whether the idea shows it as a part of its way: no later step has taken its place or sent the idea back.
    pub in_force: bool,
}

/// The steps that an idea shows as its way: who did it, when, why and at which meeting.
#[derive(Clone, Debug, Default)]
pub struct InForce {
    pub collection: Option<IdeaStep>,
    pub decision: Option<IdeaStep>,
    /// What was delivered last, also while it is done again.
    pub delivery: Option<IdeaStep>,
    pub acceptance: Option<IdeaStep>,
    pub closure: Option<IdeaStep>,
    /// Why the idea or the work came back, until it is handed in again.
    pub returned: Option<IdeaStep>,
}

impl InForce {
    /// Of the steps of one idea, those in force.
    pub fn of(steps: impl IntoIterator<Item = IdeaStep>) -> InForce {
        let mut found = InForce::default();
        for step in steps.into_iter().filter(|step| step.in_force) {
            let place = match step.verb {
                Verb::Collect => &mut found.collection,
                Verb::Adopt | Verb::Pilot | Verb::File | Verb::Decline => &mut found.decision,
                Verb::Deliver => &mut found.delivery,
                Verb::Accept => &mut found.acceptance,
                Verb::Close => &mut found.closure,
                Verb::Return => &mut found.returned,
                _ => continue,
            };
            *place = Some(step);
        }
        found
    }

    /// What the committee decided.
    pub fn verdict(&self) -> Option<Verdict> {
        self.decision.as_ref().and_then(|step| Verdict::of(step.verb))
    }

    /// When the work was delivered; `None` while it is done again.
    pub fn delivered_at(&self) -> Option<Timestamp> {
        self.delivery.as_ref().filter(|_| self.returned.is_none()).map(|step| step.at)
    }
}

/// What somebody asks to be done to an idea: a verb with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Move {
    pub verb: Verb,
    /// The reason, the note, the evidence.
    pub note: Option<String>,
    pub meeting: Option<MeetingId>,
    pub implementer: Option<MemberId>,
    pub due_on: Option<Day>,
    /// The idea that is kept, when this one is merged.
    pub into: Option<IdeaId>,
    pub outcome: Option<NewOutcome>,
    /// The implementer's files that show what was done.
    pub files: Vec<FileId>,
}

impl Move {
    /// The bare verb.
    pub fn new(verb: Verb) -> Move {
        Move {
            verb,
            note: None,
            meeting: None,
            implementer: None,
            due_on: None,
            into: None,
            outcome: None,
            files: Vec::new(),
        }
    }

    pub fn with_note(self, note: Option<String>) -> Move {
        Move { note, ..self }
    }

    pub fn at_meeting(self, meeting: MeetingId) -> Move {
        Move { meeting: Some(meeting), ..self }
    }
}
