//! The steps of an idea, each a resource of its own.
//!
//! All take an `Idempotency-Key`, and clients should send one: the same key again returns the idea and changes nothing,
//! a fresh key is a fresh intention. Without a key the same request of the same person again changes nothing either, as
//! long as the idea has not come back to where it was done before; then it is 409 `ideas.done_before`, since a late retry
//! cannot be told from a second intention.

use actix_web::{post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ideas::IdeaView;
use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Day;
use crate::doing::ideas::Ideas;
use crate::doing::ideas::model::{IdeaId, IdeaState, Move, NewOutcome, OutcomeKind, Verb, Verdict};
use crate::doing::meetings::MeetingId;
use crate::ground::files::FileId;
use crate::web::caller::{Caller, IdeaCollector, IdeaDecider, Member};
use crate::web::{Body, OptionalKey, Path, Problem};

type Answer = Result<web::Json<IdeaView>, Problem>;

/// Takes the step and shows the idea as it is then.
async fn act(ideas: &Ideas, caller: &Caller, id: IdeaId, key: OptionalKey, what: Move) -> Answer {
    let key = key.of(caller.member, &format!("POST /ideas/{id}/{}", what.verb), &what);
    ideas.act(caller.person.clone(), id, what, key).await?;
    let shown = ideas.show(caller.person.clone(), id).await?;
    Ok(web::Json(IdeaView::new(ideas, shown)))
}

/// Writes the handlers of the steps, which differ in nothing but who takes them, where, what is sent and what it means,
/// and `steps`, which serves them all.
macro_rules! steps {
    ($($(#[$doc:meta])+ $name:ident: $who:ident $path:tt $sent:ident => $done:tt |$body:ident| $what:expr;)+) => {
        fn steps(cfg: &mut ServiceConfig) {
            cfg$(.service($name))+;
        }

        $(
            $(#[$doc])+
            #[utoipa::path(tag = "ideas", request_body = $sent,
                params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer"),
                    ("id" = IdeaId, Path, description = "The idea")),
                responses((status = 200, description = $done, body = IdeaView)))]
            #[post($path)]
            async fn $name(
                caller: $who,
                id: Path<IdeaId>,
                key: OptionalKey,
                ideas: web::Data<Ideas>,
                $body: Body<$sent>,
            ) -> Answer {
                let $body = $body.into_inner();
                act(&ideas, &caller, *id, key, $what).await
            }
        )+
    };
}

steps! {
    /// 提交金点子
    ///
    /// Hands a draft in; only its author may.
    submit_idea: Member "/ideas/{id}/submission" NoteBody => "Handed in"
        |body| noted(Verb::Submit, body.note);

    /// 撤回金点子
    ///
    /// Takes an idea back before it is decided; only its author may.
    withdraw_idea: Member "/ideas/{id}/withdrawal" NoteBody => "Taken back"
        |body| noted(Verb::Withdraw, body.note);

    /// 收集金点子
    ///
    /// Collects an idea at a meeting of its group.
    collect_idea: IdeaCollector "/ideas/{id}/collection" CollectionBody => "Collected"
        |body| noted(Verb::Collect, body.note).at_meeting(body.meeting_id);

    /// 研究决定
    ///
    /// Decides a collected idea at a meeting of the committee.
    decide_idea: IdeaDecider "/ideas/{id}/decision" DecisionBody => "Decided"
        |body| said(body.verdict.verb(), body.reason).at_meeting(body.meeting_id);

    /// 重新启动
    ///
    /// Puts an idea that was filed or declined before the committee again.
    reopen_idea: IdeaDecider "/ideas/{id}/reopening" ReasonBody => "Open again"
        |body| said(Verb::Reopen, body.reason);

    /// 指派实施
    ///
    /// Names who carries an idea out and by when; again for another one or another day. Another day for the same one keeps
    /// the state.
    assign_idea: IdeaDecider "/ideas/{id}/assignment" AssignmentBody => "Assigned"
        |body| Move {
            implementer: Some(body.implementer_id),
            due_on: Some(body.due_on),
            ..noted(Verb::Assign, body.note)
        };

    /// 报告进展
    ///
    /// Notes progress; the first note begins the work. Only the implementer may.
    report_idea_progress: Member "/ideas/{id}/progress" ProgressBody => "Noted"
        |body| said(Verb::Report, body.text);

    /// 提交实施结果
    ///
    /// Delivers the work with its evidence; only the implementer may.
    deliver_idea: Member "/ideas/{id}/delivery" DeliveryBody => "Delivered"
        |body| Move { files: body.file_ids, ..said(Verb::Deliver, body.evidence) };

    /// 验收金点子
    ///
    /// Accepts delivered work; nobody accepts his own.
    accept_idea: IdeaDecider "/ideas/{id}/acceptance" NoteBody => "Accepted"
        |body| noted(Verb::Accept, body.note);

    /// 登记成果
    ///
    /// Records what came of an accepted idea.
    record_idea_outcome: IdeaDecider "/ideas/{id}/outcomes" OutcomeBody => "Recorded"
        |body| Move { outcome: Some(body.into()), ..Move::new(Verb::RecordOutcome) };

    /// 办结金点子
    ///
    /// Closes an accepted idea.
    close_idea: IdeaDecider "/ideas/{id}/closure" NoteBody => "Closed"
        |body| noted(Verb::Close, body.note);

    /// 合并金点子
    ///
    /// Merges a duplicate that is not decided yet into another idea that is under way; nobody merges from or into his own.
    /// Its authors and supporters support the other one, and its comments go on there.
    merge_idea: IdeaCollector "/ideas/{id}/merge" MergeBody => "Merged"
        |body| Move { into: Some(body.into), ..noted(Verb::Merge, body.note) };
}

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(return_idea).configure(steps);
}

fn noted(verb: Verb, note: Option<Text<2000>>) -> Move {
    Move::new(verb).with_note(note.map(Text::into_string))
}

fn said<const MAX: usize>(verb: Verb, text: Text<MAX>) -> Move {
    Move::new(verb).with_note(Some(text.into_string()))
}

/// 退回金点子
///
/// Sends a collected idea back to its author, or delivered work back to its implementer.
#[utoipa::path(tag = "ideas", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer"),
        ("id" = IdeaId, Path, description = "The idea")), request_body = ReasonBody,
    responses((status = 200, description = "Sent back", body = IdeaStanding)))]
#[post("/ideas/{id}/return")]
async fn return_idea(
    collector: IdeaCollector,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<ReasonBody>,
) -> Result<web::Json<IdeaStanding>, Problem> {
    let what = said(Verb::Return, body.into_inner().reason);
    let key = key.of(collector.member, &format!("POST /ideas/{}/return", *id), &what);
    let state = ideas.act(collector.person.clone(), *id, what, key).await?;
    Ok(web::Json(IdeaStanding { id: *id, state }))
}

/// Where an idea stands, for those who may not see the draft that it became.
#[derive(Serialize, ToSchema)]
struct IdeaStanding {
    id: IdeaId,
    state: IdeaState,
}

/// A step that needs no words, but may have some.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoteBody {
    /// What is to be said about it.
    note: Option<Text<2000>>,
}

/// A step that needs a reason.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReasonBody {
    /// Why; the idea's people read it.
    reason: Text<2000>,
}

/// Where an idea is collected.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CollectionBody {
    /// A meeting of the idea's group that has been held since the idea was handed in, with somebody there whose idea it is
    /// not; of its branch for those who act in the group leader's place.
    meeting_id: MeetingId,
    /// What was said about it.
    note: Option<Text<2000>>,
}

/// What the committee decided, where, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IdeaDecisionBody)]
struct DecisionBody {
    verdict: Verdict,
    /// A meeting of the branch's committee, or of one above, that has been held since the idea was collected or opened
    /// again, and that the caller attended.
    meeting_id: MeetingId,
    /// Why; the author reads it.
    reason: Text<2000>,
}

/// Who carries an idea out, and by when.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssignmentBody {
    /// A member within the caller's scope.
    implementer_id: MemberId,
    /// Today or later, three years ahead at most.
    due_on: Day,
    /// What is to be said about it.
    note: Option<Text<2000>>,
}

/// How the work goes on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProgressBody {
    /// What was done since.
    text: Text<2000>,
}

/// What was done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeliveryBody {
    /// What shows that it is done.
    evidence: Text<5000>,
    /// The implementer's files that show it; an idea has 9 files at most.
    #[serde(default)]
    file_ids: Vec<FileId>,
}

/// What came of an idea.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OutcomeBody {
    kind: OutcomeKind,
    /// One line.
    title: Text<200>,
    /// Money saved, in fen; for 节约金额 and for nothing else.
    amount_fen: Option<i64>,
}

impl From<OutcomeBody> for NewOutcome {
    fn from(body: OutcomeBody) -> Self {
        NewOutcome { kind: body.kind, title: body.title.into_string(), amount_fen: body.amount_fen }
    }
}

/// Into which idea a duplicate is merged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MergeBody {
    /// The idea that is kept.
    into: IdeaId,
    /// Why; the author reads it.
    note: Option<Text<2000>>,
}
