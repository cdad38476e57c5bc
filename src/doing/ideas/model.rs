//! What the room keeps: ideas, their people, their steps, what is said about them and what came of them.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::schema::{idea_comments, idea_outcomes, idea_people, idea_steps, ideas};
use crate::doing::meetings::MeetingId;
use crate::ground::files::FileId;

crate::id!(
    /// A golden idea.
    IdeaId
);
crate::id!(
    /// A step that an idea took.
    StepId
);
crate::id!(
    /// What somebody said about an idea.
    CommentId
);
crate::id!(
    /// What came of an idea.
    OutcomeId
);

crate::words!(
    /// Where an idea stands.
    Stage {
        /// Being written; only its author and co-authors see it.
        Draft = "draft",
        /// Sent to the group; the branch sees it.
        Submitted = "submitted",
        /// Taken up at a meeting of the group; waits for the committee.
        Collected = "collected",
        /// The committee wants it done.
        Adopted = "adopted",
        /// The committee wants it tried.
        Pilot = "pilot",
        /// Put on file; final unless reopened.
        Filed = "filed",
        /// Not taken; final unless reopened.
        Declined = "declined",
        /// Somebody is to do it by a day.
        Assigned = "assigned",
        /// Being done.
        Implementing = "implementing",
        /// Done, says the implementer; waits for acceptance.
        Delivered = "delivered",
        /// Done, says somebody else; outcomes are recorded.
        Accepted = "accepted",
        /// Over; outcomes may still come.
        Closed = "closed",
        /// Taken back by its author.
        Withdrawn = "withdrawn",
        /// The same as another idea, which goes on in its place.
        Merged = "merged",
    }
);

impl Stage {
    /// The stage in Chinese.
    pub const fn title(self) -> &'static str {
        match self {
            Stage::Draft => "草稿",
            Stage::Submitted => "已提交",
            Stage::Collected => "已征集",
            Stage::Adopted => "已采纳",
            Stage::Pilot => "试点",
            Stage::Filed => "存档备查",
            Stage::Declined => "未采纳",
            Stage::Assigned => "已指派",
            Stage::Implementing => "实施中",
            Stage::Delivered => "待验收",
            Stage::Accepted => "已验收",
            Stage::Closed => "已办结",
            Stage::Withdrawn => "已撤回",
            Stage::Merged => "已合并",
        }
    }
}

crate::words!(
    /// Something that is done to an idea.
    Verb {
        Submit = "submit",
        Withdraw = "withdraw",
        Collect = "collect",
        /// Back to the author, or to the implementer.
        Return = "return",
        Adopt = "adopt",
        Pilot = "pilot",
        File = "file",
        Decline = "decline",
        Reopen = "reopen",
        /// Names the implementer and the due day; again for another one.
        Assign = "assign",
        /// Notes progress.
        Report = "report",
        Deliver = "deliver",
        Accept = "accept",
        RecordOutcome = "record_outcome",
        Close = "close",
        Merge = "merge",
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

crate::words!(
    /// What the committee decided.
    Verdict {
        /// 采纳
        Adopted = "adopted",
        /// 试点
        Pilot = "pilot",
        /// 存档
        Filed = "filed",
        /// 不采纳
        Declined = "declined",
    }
);

impl Verdict {
    /// The verb by which it is decided so.
    pub const fn verb(self) -> Verb {
        match self {
            Verdict::Adopted => Verb::Adopt,
            Verdict::Pilot => Verb::Pilot,
            Verdict::Filed => Verb::File,
            Verdict::Declined => Verb::Decline,
        }
    }

    /// The verdict in Chinese.
    pub const fn title(self) -> &'static str {
        match self {
            Verdict::Adopted => "采纳",
            Verdict::Pilot => "试点",
            Verdict::Filed => "存档",
            Verdict::Declined => "不采纳",
        }
    }

    /// The verdict that `verb` gives, if it is one of deciding.
    pub fn of(verb: Verb) -> Option<Verdict> {
        Verdict::EACH.iter().copied().find(|verdict| verdict.verb() == verb)
    }
}

crate::words!(
    /// What came of an idea.
    OutcomeKind {
        /// 技术创新成果
        Result = "result",
        /// 科研孵化项目
        Incubation = "incubation",
        /// 攻关立题
        Topic = "topic",
        /// 专利
        Patent = "patent",
        /// 节约金额
        Savings = "savings",
    }
);

impl OutcomeKind {
    /// The kind in Chinese.
    pub const fn title(self) -> &'static str {
        match self {
            OutcomeKind::Result => "技术创新成果",
            OutcomeKind::Incubation => "科研孵化项目",
            OutcomeKind::Topic => "攻关立题",
            OutcomeKind::Patent => "专利",
            OutcomeKind::Savings => "节约金额",
        }
    }
}

crate::words!(
    /// What somebody besides the author has to do with an idea.
    Part {
        /// Wrote it together with the author.
        CoAuthor = "co_author",
        /// Has been asked to carry it out, now or before.
        Implementer = "implementer",
    }
);

/// What an idea says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdeaText {
    pub category: String,
    pub title: String,
    pub problem: String,
    pub proposal: String,
    pub benefit: String,
}

/// An idea as stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = ideas, treat_none_as_default_value = false)]
pub struct Idea {
    pub id: IdeaId,
    pub author_id: MemberId,
    /// The author's home unit when it was submitted; its scope follows the tree from there.
    pub unit_id: UnitId,
    /// The branch of that unit, whose members see it; the unit itself where there is no branch.
    pub branch_id: UnitId,
    pub category: String,
    pub title: String,
    pub problem: String,
    pub proposal: String,
    pub benefit: String,
    pub stage: Stage,
    pub submitted_at: Option<Timestamp>,
    pub collected_at: Option<Timestamp>,
    pub collect_meeting_id: Option<MeetingId>,
    pub verdict: Option<Verdict>,
    pub decision_reason: Option<String>,
    pub decided_at: Option<Timestamp>,
    pub decide_meeting_id: Option<MeetingId>,
    /// Who carries it out at present.
    pub implementer_id: Option<MemberId>,
    /// The last day on which delivering it is not late.
    pub due_on: Option<Day>,
    pub delivered_at: Option<Timestamp>,
    pub evidence: Option<String>,
    pub accepted_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    /// Why it came back, until it is handed in again.
    pub return_reason: Option<String>,
    pub merged_into: Option<IdeaId>,
    /// The unit whose post acts next.
    pub waits_unit_id: Option<UnitId>,
    pub reminded_on: Option<Day>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Somebody besides the author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = idea_people)]
pub struct IdeaPerson {
    pub idea_id: IdeaId,
    pub member_id: MemberId,
    pub part: Part,
}

/// A step that an idea took.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = idea_steps, treat_none_as_default_value = false)]
pub struct IdeaStep {
    pub id: StepId,
    pub idea_id: IdeaId,
    pub at: Timestamp,
    pub actor_id: MemberId,
    pub verb: Verb,
    pub from_stage: Stage,
    pub to_stage: Stage,
    /// The reason, the note, the evidence.
    pub note: Option<String>,
    /// Where it was collected or decided.
    pub meeting_id: Option<MeetingId>,
    /// Who was to carry it out.
    pub member_id: Option<MemberId>,
    pub due_on: Option<Day>,
    /// Hash of what was asked: the same request again is no new step.
    pub request_hash: Vec<u8>,
}

/// What somebody said about an idea; a reply names what it replies to.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = idea_comments, treat_none_as_default_value = false)]
pub struct Comment {
    pub id: CommentId,
    pub idea_id: IdeaId,
    pub parent_id: Option<CommentId>,
    pub author_id: MemberId,
    /// Empty once it was taken back.
    pub text: String,
    pub created_at: Timestamp,
    /// When its author took it back; it stays as a gap while replies depend on it.
    pub deleted_at: Option<Timestamp>,
}

/// What came of an idea.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = idea_outcomes, treat_none_as_default_value = false)]
pub struct IdeaOutcome {
    pub id: OutcomeId,
    pub idea_id: IdeaId,
    pub kind: OutcomeKind,
    pub title: String,
    /// Money saved, in fen; of 节约金额 only.
    pub amount_fen: Option<i64>,
    pub recorded_by: MemberId,
    pub created_at: Timestamp,
}

/// An outcome as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewOutcome {
    pub kind: OutcomeKind,
    pub title: String,
    pub amount_fen: Option<i64>,
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

crate::words!(
    /// Which ideas under way a list shows by their due day.
    Due {
        /// Past their due day.
        Overdue = "overdue",
        /// Due today or within the next three days.
        Soon = "soon",
    }
);

/// When an idea passed where, for statistics.
#[derive(Clone, Copy, Debug, Queryable, Selectable)]
#[diesel(table_name = ideas)]
pub struct Passage {
    pub author_id: MemberId,
    pub stage: Stage,
    pub verdict: Option<Verdict>,
    pub submitted_at: Option<Timestamp>,
    pub collected_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
}
