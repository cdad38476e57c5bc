//! The timeline: what was done to an idea, by whom, where and why.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ideas::Named;
use crate::base::own_case::Involvement;
use crate::base::time::{Day, Timestamp};
use crate::doing::ideas::Ideas;
use crate::doing::ideas::model::{IdeaId, IdeaState, IdeaStep, StepId, Verb};
use crate::doing::meetings::{Meeting, MeetingId, MeetingKind};
use crate::web::caller::Member;
use crate::web::{Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_idea_timeline);
}

/// The meeting at which a step was taken.
#[derive(Serialize, ToSchema)]
struct StepMeeting {
    id: MeetingId,
    kind: MeetingKind,
    /// One line.
    title: String,
    held_on: Day,
}

impl From<&Meeting> for StepMeeting {
    fn from(meeting: &Meeting) -> Self {
        StepMeeting { id: meeting.id, kind: meeting.kind, title: meeting.title.clone(), held_on: meeting.held_on }
    }
}

/// Somebody who was kept out of an act that is his by duty, because he is involved in what it is about 回避.
#[derive(Serialize, ToSchema)]
struct RecusedMember {
    member: Named,
    involvement: Involvement,
}

/// A step that an idea took.
#[derive(Serialize, ToSchema)]
struct StepView {
    id: StepId,
    at: Timestamp,
    /// Who did it.
    actor: Named,
    verb: Verb,
    from: IdeaState,
    to: IdeaState,
    /// The reason, the note, the evidence, the outcome.
    note: Option<String>,
    /// Where it was collected or decided.
    meeting: Option<StepMeeting>,
    /// Who was to carry it out.
    implementer: Option<Named>,
    /// By which day.
    due_on: Option<Day>,
    /// Who would have taken it by duty and was kept out of it; the next unit up acts where that leaves nobody.
    recused: Vec<RecusedMember>,
}

/// 办理过程
///
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
    let (steps, meetings, recusals) = ideas.timeline(caller.person.clone(), *id, after, limit + 1).await?;
    let recused = |step: &IdeaStep| {
        let its = recusals.iter().filter(|recusal| recusal.act == step.id.to_string());
        its.map(|recusal| RecusedMember {
            member: Named::new(&ideas, recusal.member_id),
            involvement: recusal.involvement,
        })
        .collect()
    };
    let view = |step: IdeaStep| StepView {
        recused: recused(&step),
        id: step.id,
        at: step.at,
        actor: Named::new(&ideas, step.actor_id),
        verb: step.verb,
        from: step.from_state,
        to: step.to_state,
        note: step.note,
        meeting: step.meeting_id.and_then(|id| meetings.get(&id)).map(StepMeeting::from),
        implementer: step.member_id.map(|member| Named::new(&ideas, member)),
        due_on: step.due_on,
    };
    Ok(web::Json(Page::new(steps, limit, |step| step.id).map(view)))
}
