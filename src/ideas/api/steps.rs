//! The steps of an idea, each a resource of its own. All take an `Idempotency-Key`; the same request of the same person
//! again returns the idea and changes nothing.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ideas::{IdeaView, Named};
use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::ideas::Ideas;
use crate::ideas::model::{IdeaId, IdeaStep, Move, NewOutcome, OutcomeKind, Stage, StepId, Verb, Verdict};
use crate::meetings::{Meeting, MeetingId, MeetingKind};
use crate::web::caller::{Caller, IdeaCollector, IdeaDecider, Member};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_idea_timeline)
        .service(submit_idea)
        .service(withdraw_idea)
        .service(collect_idea)
        .service(return_idea)
        .service(decide_idea)
        .service(reopen_idea)
        .service(assign_idea)
        .service(report_idea_progress)
        .service(deliver_idea)
        .service(accept_idea)
        .service(record_idea_outcome)
        .service(close_idea)
        .service(merge_idea);
}

type Answer = Result<web::Json<IdeaView>, Problem>;

/// Takes the step and shows the idea as it is then.
async fn act(ideas: &Ideas, caller: &Caller, id: IdeaId, key: OptionalKey, what: Move) -> Answer {
    let key = key.of(caller.member, &format!("POST /ideas/{id}/{}", what.verb), &what);
    ideas.act(caller.person.clone(), id, what, key).await?;
    let shown = ideas.show(caller.person.clone(), id).await?;
    Ok(web::Json(IdeaView::new(ideas, shown)))
}

/// The meeting at which a step was taken.
#[derive(Serialize, ToSchema)]
struct StepMeeting {
    id: MeetingId,
    kind: MeetingKind,
    /// The kind in Chinese.
    kind_name: &'static str,
    /// One line.
    title: String,
    held_on: Day,
}

impl From<&Meeting> for StepMeeting {
    fn from(meeting: &Meeting) -> Self {
        StepMeeting {
            id: meeting.id,
            kind: meeting.kind,
            kind_name: meeting.kind.title(),
            title: meeting.title.clone(),
            held_on: meeting.held_on,
        }
    }
}

/// A step that an idea took.
#[derive(Serialize, ToSchema)]
struct StepView {
    id: StepId,
    at: Timestamp,
    /// Who did it.
    actor: Named,
    verb: Verb,
    from: Stage,
    to: Stage,
    /// Where it stood afterwards, in Chinese.
    to_name: &'static str,
    /// The reason, the note, the evidence, the outcome.
    note: Option<String>,
    /// Where it was collected or decided.
    meeting: Option<StepMeeting>,
    /// Who was to carry it out.
    implementer: Option<Named>,
    /// By which day.
    due_on: Option<Day>,
}

/// The steps of an idea, oldest first.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea"), PageQuery),
    responses((status = 200, description = "Steps", body = Page<StepView>)))]
#[get("/ideas/{id}/timeline")]
async fn get_idea_timeline(
    caller: Member,
    id: Path<IdeaId>,
    query: Query<PageQuery>,
    ideas: web::Data<Ideas>,
) -> Result<web::Json<Page<StepView>>, Problem> {
    let (limit, after) = (query.limit()?, query.after::<StepId>()?);
    let (steps, meetings) = ideas.timeline(caller.person.clone(), *id, after, limit + 1).await?;
    let view = |step: IdeaStep| StepView {
        id: step.id,
        at: step.at,
        actor: Named::new(&ideas, step.actor_id),
        verb: step.verb,
        from: step.from_stage,
        to: step.to_stage,
        to_name: step.to_stage.title(),
        note: step.note,
        meeting: step.meeting_id.and_then(|id| meetings.get(&id)).map(StepMeeting::from),
        implementer: step.member_id.map(|member| Named::new(&ideas, member)),
        due_on: step.due_on,
    };
    Ok(web::Json(Page::new(steps, limit, |step| step.id).map(view)))
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

fn noted(verb: Verb, body: Body<NoteBody>) -> Move {
    Move::new(verb).with_note(body.into_inner().note.map(Text::into_string))
}

fn reasoned(verb: Verb, body: Body<ReasonBody>) -> Move {
    Move::new(verb).with_note(Some(body.into_inner().reason.into_string()))
}

/// Hands a draft in; only its author may.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")), request_body = NoteBody,
    responses((status = 200, description = "Handed in", body = IdeaView)))]
#[post("/ideas/{id}/submission")]
async fn submit_idea(
    caller: Member,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<NoteBody>,
) -> Answer {
    act(&ideas, &caller, *id, key, noted(Verb::Submit, body)).await
}

/// Takes an idea back before it is decided; only its author may.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")), request_body = NoteBody,
    responses((status = 200, description = "Taken back", body = IdeaView)))]
#[post("/ideas/{id}/withdrawal")]
async fn withdraw_idea(
    caller: Member,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<NoteBody>,
) -> Answer {
    act(&ideas, &caller, *id, key, noted(Verb::Withdraw, body)).await
}

/// Where an idea is collected.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CollectionBody {
    /// A meeting of the idea's group that has been held; of its branch for whoever acts in the group leader's place.
    meeting_id: MeetingId,
    /// What was said about it.
    note: Option<Text<2000>>,
}

/// Collects an idea at a meeting of its group.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")), request_body = CollectionBody,
    responses((status = 200, description = "Collected", body = IdeaView)))]
#[post("/ideas/{id}/collection")]
async fn collect_idea(
    collector: IdeaCollector,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<CollectionBody>,
) -> Answer {
    let body = body.into_inner();
    let what = Move::new(Verb::Collect).at_meeting(body.meeting_id).with_note(body.note.map(Text::into_string));
    act(&ideas, &collector, *id, key, what).await
}

/// Sends a collected idea back to its author, or delivered work back to its implementer.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")), request_body = ReasonBody,
    responses((status = 200, description = "Sent back", body = IdeaView)))]
#[post("/ideas/{id}/return")]
async fn return_idea(
    collector: IdeaCollector,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<ReasonBody>,
) -> Result<web::Json<IdeaStanding>, Problem> {
    let what = reasoned(Verb::Return, body);
    let key = key.of(collector.member, &format!("POST /ideas/{}/return", *id), &what);
    let stage = ideas.act(collector.person.clone(), *id, what, key).await?;
    Ok(web::Json(IdeaStanding { id: *id, stage, stage_name: stage.title() }))
}

/// Where an idea stands, for whoever may not see the draft that it became.
#[derive(Serialize, ToSchema)]
struct IdeaStanding {
    id: IdeaId,
    stage: Stage,
    /// The stage in Chinese.
    stage_name: &'static str,
}

/// What the committee decided, where, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecisionBody {
    verdict: Verdict,
    /// A meeting of the branch's committee, or of one above, that has been held.
    meeting_id: MeetingId,
    /// Why; the author reads it.
    reason: Text<2000>,
}

/// Decides a collected idea at a meeting of the committee.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")), request_body = DecisionBody,
    responses((status = 200, description = "Decided", body = IdeaView)))]
#[post("/ideas/{id}/decision")]
async fn decide_idea(
    decider: IdeaDecider,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<DecisionBody>,
) -> Answer {
    let DecisionBody { verdict, meeting_id, reason } = body.into_inner();
    let what = Move::new(verdict.verb()).at_meeting(meeting_id).with_note(Some(reason.into_string()));
    act(&ideas, &decider, *id, key, what).await
}

/// Puts an idea that was filed or declined before the committee again.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")), request_body = ReasonBody,
    responses((status = 200, description = "Open again", body = IdeaView)))]
#[post("/ideas/{id}/reopening")]
async fn reopen_idea(
    decider: IdeaDecider,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<ReasonBody>,
) -> Answer {
    act(&ideas, &decider, *id, key, reasoned(Verb::Reopen, body)).await
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

/// Names who carries an idea out and by when; again for another one or another day.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")), request_body = AssignmentBody,
    responses((status = 200, description = "Assigned", body = IdeaView)))]
#[post("/ideas/{id}/assignment")]
async fn assign_idea(
    decider: IdeaDecider,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<AssignmentBody>,
) -> Answer {
    let body = body.into_inner();
    let what = Move {
        implementer: Some(body.implementer_id),
        due_on: Some(body.due_on),
        ..Move::new(Verb::Assign).with_note(body.note.map(Text::into_string))
    };
    act(&ideas, &decider, *id, key, what).await
}

/// How the work goes on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProgressBody {
    /// What was done since.
    text: Text<2000>,
}

/// Notes progress; the first note begins the work. Only the implementer may.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")), request_body = ProgressBody,
    responses((status = 200, description = "Noted", body = IdeaView)))]
#[post("/ideas/{id}/progress")]
async fn report_idea_progress(
    caller: Member,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<ProgressBody>,
) -> Answer {
    let what = Move::new(Verb::Report).with_note(Some(body.into_inner().text.into_string()));
    act(&ideas, &caller, *id, key, what).await
}

/// What was done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeliveryBody {
    /// What shows that it is done.
    evidence: Text<5000>,
}

/// Delivers the work with its evidence; only the implementer may.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")), request_body = DeliveryBody,
    responses((status = 200, description = "Delivered", body = IdeaView)))]
#[post("/ideas/{id}/delivery")]
async fn deliver_idea(
    caller: Member,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<DeliveryBody>,
) -> Answer {
    let what = Move::new(Verb::Deliver).with_note(Some(body.into_inner().evidence.into_string()));
    act(&ideas, &caller, *id, key, what).await
}

/// Accepts delivered work; nobody accepts his own.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")), request_body = NoteBody,
    responses((status = 200, description = "Accepted", body = IdeaView)))]
#[post("/ideas/{id}/acceptance")]
async fn accept_idea(
    decider: IdeaDecider,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<NoteBody>,
) -> Answer {
    act(&ideas, &decider, *id, key, noted(Verb::Accept, body)).await
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

/// Records what came of an accepted idea.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")), request_body = OutcomeBody,
    responses((status = 200, description = "Recorded", body = IdeaView)))]
#[post("/ideas/{id}/outcomes")]
async fn record_idea_outcome(
    decider: IdeaDecider,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<OutcomeBody>,
) -> Answer {
    let OutcomeBody { kind, title, amount_fen } = body.into_inner();
    let outcome = NewOutcome { kind, title: title.into_string(), amount_fen };
    let what = Move { outcome: Some(outcome), ..Move::new(Verb::RecordOutcome) };
    act(&ideas, &decider, *id, key, what).await
}

/// Closes an accepted idea.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")), request_body = NoteBody,
    responses((status = 200, description = "Closed", body = IdeaView)))]
#[post("/ideas/{id}/closure")]
async fn close_idea(
    decider: IdeaDecider,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<NoteBody>,
) -> Answer {
    act(&ideas, &decider, *id, key, noted(Verb::Close, body)).await
}

/// Into which idea a duplicate is merged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MergeBody {
    /// The idea that is kept; whoever likes the duplicate likes it from then on.
    into: IdeaId,
    /// Why; the author reads it.
    note: Option<Text<2000>>,
}

/// Merges a duplicate that is not decided yet into another idea.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The duplicate")), request_body = MergeBody,
    responses((status = 200, description = "Merged", body = IdeaView)))]
#[post("/ideas/{id}/merge")]
async fn merge_idea(
    collector: IdeaCollector,
    id: Path<IdeaId>,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<MergeBody>,
) -> Answer {
    let MergeBody { into, note } = body.into_inner();
    let what = Move { into: Some(into), ..Move::new(Verb::Merge).with_note(note.map(Text::into_string)) };
    act(&ideas, &collector, *id, key, what).await
}
