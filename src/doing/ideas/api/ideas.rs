//! Writing ideas down, and reading them.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::recusals;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::db::Db;
use crate::doing::ideas::Ideas;
use crate::doing::ideas::drafts::{IdeaChange, NewIdea};
use crate::doing::ideas::lists::{Listed, Shown, Wanted};
use crate::doing::ideas::model::{
    Due, Idea, IdeaId, IdeaOutcome, IdeaState, IdeaText, MergedIdea, OutcomeCorrection, OutcomeId, OutcomeKind, Verb,
    Verdict, thing,
};
use crate::doing::meetings::MeetingId;
use crate::ground::files::{FileId, FileView};
use crate::people::texts::TextReview;
use crate::web::caller::Member;
use crate::web::etag::{IfMatch, Versioned};
use crate::web::recusal::OwnRecusal;
use crate::web::{Body, OptionalKey, Page, Path, Problem, Query, page};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_ideas).service(create_idea).service(get_idea).service(edit_idea);
}

/// Somebody, by name.
#[derive(Serialize, ToSchema)]
#[schema(as = NamedMember)]
pub struct Named {
    id: MemberId,
    /// The member's name.
    name: String,
}

impl Named {
    pub fn new(ideas: &Ideas, id: MemberId) -> Named {
        Named { id, name: ideas.name(id) }
    }
}

/// An idea in a list.
#[derive(Serialize, ToSchema)]
pub struct IdeaHead {
    id: IdeaId,
    state: IdeaState,
    /// One line.
    title: String,
    /// What it is about.
    category: String,
    author: Named,
    unit_id: UnitId,
    /// What the unit is called for short.
    unit_name: String,
    /// Who carries it out.
    implementer: Option<Named>,
    /// Whether who was to carry it out has left, so that somebody else must be named.
    implementer_left: bool,
    /// The last day on which delivering it is not late.
    due_on: Option<Day>,
    /// How many like it.
    likes: i64,
    /// Whether the caller likes it.
    liked: bool,
    /// How many comments it has, replies among them.
    comments: i64,
    /// How many files those who wrote it attached.
    attachment_count: usize,
    /// Where the thumbnail of the first picture among them is shown without a session; `null` where there is none.
    thumbnail_url: Option<String>,
    submitted_at: Option<Timestamp>,
    updated_at: Timestamp,
}

impl IdeaHead {
    pub fn new(ideas: &Ideas, listed: Listed) -> IdeaHead {
        let Listed { idea, likes, liked, comments, attachments } = listed;
        IdeaHead::of(ideas, &idea, (likes, liked, comments), &attachments)
    }

    fn of(
        ideas: &Ideas,
        idea: &Idea,
        (likes, liked, comments): (i64, bool, i64),
        attachments: &[FileView],
    ) -> IdeaHead {
        IdeaHead {
            id: idea.id,
            state: idea.state,
            title: idea.title.clone(),
            category: idea.category.clone(),
            author: Named::new(ideas, idea.author_id),
            unit_id: idea.unit_id,
            unit_name: ideas.unit_name(idea.unit_id),
            implementer: idea.implementer_id.map(|member| Named::new(ideas, member)),
            implementer_left: ideas.lacks_implementer(idea),
            due_on: idea.due_on,
            likes,
            liked,
            comments,
            attachment_count: attachments.len(),
            thumbnail_url: attachments.iter().find_map(|file| file.thumbnail_url.clone()),
            submitted_at: idea.submitted_at,
            updated_at: idea.updated_at,
        }
    }
}

/// What the committee decided.
#[derive(Serialize, ToSchema)]
struct DecisionView {
    verdict: Verdict,
    /// Why.
    reason: String,
    meeting_id: Option<MeetingId>,
    decided_at: Option<Timestamp>,
}

/// What came of an idea.
#[derive(Serialize, ToSchema)]
struct OutcomeView {
    id: OutcomeId,
    kind: OutcomeKind,
    /// One line.
    title: String,
    /// Money saved, in fen; of 节约金额 only.
    amount_fen: Option<i64>,
    created_at: Timestamp,
    /// It is none any more.
    struck: bool,
    /// What was put right about it, in that order; empty as a rule.
    corrections: Vec<OutcomeCorrectionView>,
}

/// What was put right about an outcome.
#[derive(Serialize, ToSchema)]
#[schema(as = OutcomeCorrection)]
struct OutcomeCorrectionView {
    /// What it was called before.
    former_title: String,
    /// The money before, in fen.
    former_amount_fen: Option<i64>,
    /// Why, in Chinese.
    reason: String,
    /// Name of who corrected it.
    corrected_by: String,
    corrected_at: Timestamp,
}

impl OutcomeView {
    fn new(ideas: &Ideas, outcome: &IdeaOutcome, corrections: &[OutcomeCorrection]) -> Self {
        let its = corrections.iter().filter(|correction| correction.outcome_id == outcome.id);
        let view = |correction: &OutcomeCorrection| OutcomeCorrectionView {
            former_title: correction.former_title.clone(),
            former_amount_fen: correction.former_amount_fen,
            reason: correction.reason.clone(),
            corrected_by: ideas.name(correction.corrected_by),
            corrected_at: correction.corrected_at,
        };
        OutcomeView {
            struck: its.clone().any(|correction| correction.struck),
            corrections: its.map(view).collect(),
            id: outcome.id,
            kind: outcome.kind,
            title: outcome.title.clone(),
            amount_fen: outcome.amount_fen,
            created_at: outcome.created_at,
        }
    }
}

/// An idea that was merged into another one.
#[derive(Serialize, ToSchema)]
#[schema(as = MergedIdea)]
struct MergedView {
    id: IdeaId,
    /// One line.
    title: String,
    author: Named,
    /// Who wrote it together with the author.
    co_authors: Vec<Named>,
    /// What the unit is called for short.
    unit_name: String,
}

impl MergedView {
    fn new(ideas: &Ideas, merged: &MergedIdea) -> MergedView {
        let co_authors = merged.writers().filter(|member| *member != merged.author_id);
        MergedView {
            id: merged.id,
            title: merged.title.clone(),
            author: Named::new(ideas, merged.author_id),
            co_authors: co_authors.map(|member| Named::new(ideas, member)).collect(),
            unit_name: ideas.unit_name(merged.unit_id),
        }
    }
}

/// An idea with everything around it.
#[derive(Serialize, ToSchema)]
pub struct IdeaView {
    #[serde(flatten)]
    head: IdeaHead,
    /// What is wrong today.
    problem: String,
    /// What is to be done.
    proposal: String,
    /// What is expected of it; may be empty.
    benefit: String,
    /// Who wrote it together with the author.
    co_authors: Vec<Named>,
    /// The files of those who wrote it, in the order of uploading.
    attachments: Vec<FileView>,
    /// The branch whose members see it.
    branch_id: UnitId,
    collected_at: Option<Timestamp>,
    /// The meeting at which it was collected.
    collect_meeting_id: Option<MeetingId>,
    /// `null` until the committee has decided.
    decision: Option<DecisionView>,
    delivered_at: Option<Timestamp>,
    /// What the implementer delivered.
    evidence: Option<String>,
    /// The files that show it.
    evidence_files: Vec<FileView>,
    accepted_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    /// Why it came back, until it is handed in again.
    return_reason: Option<String>,
    /// The idea that goes on in its place.
    merged_into: Option<IdeaId>,
    /// What was merged into it, also by way of another one.
    merged_ideas: Vec<MergedView>,
    /// How many liked it before its text was written anew, and have not done so since; they do not count as likes.
    former_likes: i64,
    /// Who asked to be kept out of what is done to it by duty, and why.
    recusals: Vec<OwnRecusal>,
    /// What came of it.
    outcomes: Vec<OutcomeView>,
    /// What the caller may do to it now.
    may: Vec<Verb>,
    /// Of a draft that was handed in: that somebody decides whether others see it, or why it came back. `null` otherwise.
    review: Option<TextReview>,
    created_at: Timestamp,
}

impl IdeaView {
    pub fn new(ideas: &Ideas, shown: Shown) -> IdeaView {
        let Shown {
            idea,
            circle,
            in_force,
            outcomes,
            corrections,
            likes,
            former_likes,
            liked,
            comments,
            files,
            may,
            review,
        } = shown;
        IdeaView {
            head: IdeaHead::of(ideas, &idea, (likes, liked, comments), &files.attachments),
            co_authors: circle.co_authors().map(|member| Named::new(ideas, member)).collect(),
            merged_ideas: circle.merged.iter().map(|merged| MergedView::new(ideas, merged)).collect(),
            recusals: circle.recused.iter().map(|asked| recusals::view(ideas, asked)).collect(),
            former_likes,
            attachments: files.attachments,
            branch_id: idea.branch_id,
            collected_at: in_force.collection.as_ref().map(|step| step.at),
            collect_meeting_id: in_force.collection.as_ref().and_then(|step| step.meeting_id),
            delivered_at: in_force.delivered_at(),
            decision: in_force.decision.and_then(|step| {
                let verdict = Verdict::of(step.verb)?;
                let reason = step.note.unwrap_or_default();
                Some(DecisionView { verdict, reason, meeting_id: step.meeting_id, decided_at: Some(step.at) })
            }),
            problem: idea.problem,
            proposal: idea.proposal,
            benefit: idea.benefit,
            evidence: in_force.delivery.and_then(|step| step.note),
            evidence_files: files.evidence,
            accepted_at: in_force.acceptance.map(|step| step.at),
            closed_at: in_force.closure.map(|step| step.at),
            return_reason: in_force.returned.and_then(|step| step.note),
            merged_into: idea.merged_into,
            outcomes: outcomes.iter().map(|outcome| OutcomeView::new(ideas, outcome, &corrections)).collect(),
            may,
            review,
            created_at: idea.created_at,
        }
    }
}

/// Whose ideas a list shows: a member's, or with `me` the caller's own.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
pub enum Whose {
    Me(Me),
    Member(MemberId),
}

impl Whose {
    pub fn member(self, caller: MemberId) -> MemberId {
        match self {
            Whose::Me(Me::Me) => caller,
            Whose::Member(member) => member,
        }
    }
}

/// The caller's own.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Me {
    Me,
}

/// What a list of ideas is narrowed by.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct IdeaQuery {
    /// Only ideas in which each of these words stands, the most relevant first; of a word that thousands of ideas hold,
    /// first of the newest thousand, then of the next. A page may be short, or empty, and still have a next one. Parted
    /// by spaces; one character is enough, traditional characters are taken for simplified ones.
    q: Option<String>,
    /// Only ideas in this state.
    state: Option<IdeaState>,
    /// Only ideas of this unit and of everything below it.
    unit_id: Option<UnitId>,
    /// Only ideas of this category.
    category: Option<String>,
    /// Only ideas of this member, or with `me` the caller's own.
    #[param(value_type = Option<String>)]
    author_id: Option<Whose>,
    /// Only ideas that this member carries out, or with `me` the caller.
    #[param(value_type = Option<String>)]
    implementer_id: Option<Whose>,
    /// Only ideas under way that are overdue, or due within three days.
    #[param(inline)]
    due: Option<Due>,
    /// How many items at most; 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// 金点子列表
///
/// Ideas that the caller may see: his own, those of his branch and those of his scope; newest first, with `q` the most
/// relevant first.
#[utoipa::path(tag = "ideas", params(IdeaQuery),
    responses((status = 200, description = "Ideas", body = Page<IdeaHead>)))]
#[get("/ideas")]
async fn list_ideas(
    caller: Member,
    query: Query<IdeaQuery>,
    ideas: web::Data<Ideas>,
) -> Result<web::Json<Page<IdeaHead>>, Problem> {
    let (limit, cursor) = (page::page_limit(query.limit)?, query.cursor.as_deref());
    let wanted = Wanted {
        state: query.state,
        unit: query.unit_id,
        category: query.category.clone(),
        author: query.author_id.map(|whose| whose.member(caller.member)),
        implementer: query.implementer_id.map(|whose| whose.member(caller.member)),
        due: query.due,
    };
    if let Some(text) = query.q.clone().filter(|text| !text.trim().is_empty()) {
        let most = usize::try_from(limit + 1).unwrap_or(0);
        let found = ideas.search(caller.person.clone(), wanted, text, page::after(cursor)?, most).await?;
        let page = Page::new(found.items, limit, |(mark, _)| *mark).or_next(found.next);
        return Ok(web::Json(page.map(|(_, listed)| IdeaHead::new(&ideas, listed))));
    }
    let found = ideas.list(caller.person.clone(), wanted, page::after(cursor)?, limit + 1).await?;
    let page = Page::new(found, limit, |listed| listed.idea.id);
    Ok(web::Json(page.map(|listed| IdeaHead::new(&ideas, listed))))
}

/// An idea as its author writes it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdeaBody {
    /// One of the enterprise's categories.
    category: Text<20>,
    /// One line.
    title: Text<100>,
    /// What is wrong today.
    problem: Text<2000>,
    /// What is to be done.
    proposal: Text<5000>,
    /// What is expected of it.
    benefit: Option<Text<2000>>,
    /// Who wrote it together with the author; 10 at most.
    #[serde(default)]
    co_author_ids: Vec<MemberId>,
    /// The author's own files; 9 at most.
    #[serde(default)]
    file_ids: Vec<FileId>,
    /// Hands it in at once instead of keeping it as a draft.
    #[serde(default)]
    submit: bool,
}

impl From<IdeaBody> for NewIdea {
    fn from(body: IdeaBody) -> Self {
        let text = IdeaText {
            category: body.category.into_string(),
            title: body.title.into_string(),
            problem: body.problem.into_string(),
            proposal: body.proposal.into_string(),
            benefit: body.benefit.map(Text::into_string).unwrap_or_default(),
        };
        NewIdea { text, co_authors: body.co_author_ids, files: body.file_ids, submit: body.submit }
    }
}

/// 新建金点子
///
/// Writes an idea, as a draft or handed in. Takes an `Idempotency-Key`.
#[utoipa::path(tag = "ideas", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
     request_body = IdeaBody,
    responses((status = 201, description = "Written", body = IdeaView)))]
#[post("/ideas")]
async fn create_idea(
    caller: Member,
    key: OptionalKey,
    ideas: web::Data<Ideas>,
    body: Body<IdeaBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(caller.member, "POST /ideas", &body.0);
    let id = ideas.create(caller.person.clone(), body.into_inner().into(), key).await?;
    let shown = ideas.show(caller.person.clone(), id).await?;
    let place = format!("/api/v1/ideas/{id}");
    Ok(HttpResponse::Created().insert_header((LOCATION, place)).json(IdeaView::new(&ideas, shown)))
}

/// 金点子详情
///
/// One idea that the caller may see.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea")),
    responses((status = 200, description = "The idea", body = IdeaView),
        (status = 304, description = "Not changed since the given ETag")))]
#[get("/ideas/{id}")]
async fn get_idea(
    caller: Member,
    id: Path<IdeaId>,
    db: web::Data<Db>,
    ideas: web::Data<Ideas>,
) -> Result<Versioned<IdeaView>, Problem> {
    let version = thing(*id).present(&db).await?;
    let shown = ideas.show(caller.person.clone(), *id).await?;
    Ok(Versioned(IdeaView::new(&ideas, shown), version))
}

/// What changes about a draft; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdeaChangeBody {
    /// One of the enterprise's categories.
    category: Option<Text<20>>,
    /// One line.
    title: Option<Text<100>>,
    /// What is wrong today.
    problem: Option<Text<2000>>,
    /// What is to be done.
    proposal: Option<Text<5000>>,
    /// What is expected of it.
    benefit: Option<Text<2000>>,
    /// Everybody who wrote it together with the author; 10 at most.
    co_author_ids: Option<Vec<MemberId>>,
}

/// 修改金点子
///
/// Changes a draft; only its author may, and only before it is handed in.
#[utoipa::path(tag = "ideas", params(("id" = IdeaId, Path, description = "The idea"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409")),
    request_body = IdeaChangeBody,
    responses((status = 200, description = "Changed", body = IdeaView)))]
#[patch("/ideas/{id}")]
async fn edit_idea(
    caller: Member,
    id: Path<IdeaId>,
    IfMatch(seen): IfMatch,
    ideas: web::Data<Ideas>,
    body: Body<IdeaChangeBody>,
) -> Result<web::Json<IdeaView>, Problem> {
    let body = body.into_inner();
    let change = IdeaChange {
        category: body.category.map(Text::into_string),
        title: body.title.map(Text::into_string),
        problem: body.problem.map(Text::into_string),
        proposal: body.proposal.map(Text::into_string),
        benefit: body.benefit.map(Text::into_string),
        co_authors: body.co_author_ids,
    };
    ideas.edit(caller.person.clone(), *id, seen, change).await?;
    let shown = ideas.show(caller.person.clone(), *id).await?;
    Ok(web::Json(IdeaView::new(&ideas, shown)))
}
