//! Proposals: made, answered by their members, approved by a second person.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::approval::Answer;
use crate::base::id::{ImportId, MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::ground::files::{Addresses, FileId, FileView};
use crate::honour::appraisal::Appraisal;
use crate::honour::appraisal::deciding::{Verdict, is_open};
use crate::honour::appraisal::desk::capability_of;
use crate::honour::appraisal::model::{
    AppraisalEntryId, AppraisalKind, AppraisalProposalId, AppraisalState, Proposed, state_of,
};
use crate::honour::appraisal::proposing::{Beside, NewProposal};
use crate::honour::appraisal::store::proposals::Wanted;
use crate::web::caller::{Caller, Member, ResultReader};
use crate::web::page::{after, page_limit};
use crate::web::{Body, OptionalKey, Page, PageQuery, Path, Problem, Query};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(propose_appraisal)
        .service(list_appraisal_proposals)
        .service(list_my_appraisal_proposals)
        .service(get_appraisal_proposal)
        .service(answer_appraisal_proposal)
        .service(approve_appraisal_proposal)
        .service(refuse_appraisal_proposal)
        .service(withdraw_appraisal_proposal);
}

/// What is proposed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppraisalProposalBody {
    /// Whom it is about; oneself, for what members declare.
    member_id: MemberId,
    /// The rule's code.
    #[schema(examples("P02"))]
    rule: Text<20>,
    /// In hundredths without a sign; absent where the rule leaves no choice.
    #[schema(examples(200))]
    points: Option<i32>,
    /// When it happened.
    day: Day,
    /// What it is about, in a few words or by its number: the same matter counts once.
    #[schema(examples("7 月主题党日微党课"))]
    matter: Text<100>,
    /// On what it rests, for who approves and who reads it later.
    #[schema(examples("讲授《学习工匠精神》微党课，支部会议记录第 12 页"))]
    reason: Text<300>,
    /// Files of the caller that show it, 9 at most.
    #[serde(default)]
    file_ids: Vec<FileId>,
    /// The entry that is to be put right, for the rule of corrections.
    corrects_entry_id: Option<AppraisalEntryId>,
}

/// What somebody proposed, and what became of it.
#[derive(Serialize, ToSchema)]
struct AppraisalProposalView {
    id: AppraisalProposalId,
    member_id: MemberId,
    /// The member's name.
    member_name: String,
    /// The member's home at that time.
    unit_id: UnitId,
    /// The rule's code.
    rule: String,
    /// What the rule is called.
    rule_name: String,
    /// The rule in words, in the version by which it is proposed.
    rule_in_words: String,
    /// `null` where the rule is not known any more.
    kind: Option<AppraisalKind>,
    /// What the dimension is called.
    dimension: String,
    /// In hundredths; below zero for a deduction.
    points: i32,
    day: Day,
    /// On what it rests.
    reason: String,
    evidence: Vec<FileView>,
    /// The entry that it is to put right.
    corrects_entry_id: Option<AppraisalEntryId>,
    /// The file with which it came.
    import_id: Option<ImportId>,
    /// `null` for what a rule proposed by itself.
    proposed_by: Option<MemberId>,
    /// That person's name.
    proposed_by_name: Option<String>,
    created_at: Timestamp,
    state: AppraisalState,
    /// Until when the member may answer; `null` for awards.
    reply_until: Option<Day>,
    /// What the member said.
    reply: Option<String>,
    decision: Option<AppraisalDecisionView>,
    /// The entry that came of it.
    entry_id: Option<AppraisalEntryId>,
    /// Whether the caller may approve or refuse it.
    may_decide: bool,
}

/// What became of a proposal.
#[derive(Serialize, ToSchema)]
#[schema(as = AppraisalDecision)]
struct AppraisalDecisionView {
    /// What was approved before the caps, in hundredths.
    points: Option<i32>,
    /// Why; told where it is less than was proposed, or refused.
    reason: Option<String>,
    decided_by: MemberId,
    /// That person's name.
    decided_by_name: String,
    decided_at: Timestamp,
}

impl AppraisalProposalView {
    fn of(room: &Appraisal, caller: &Caller, (proposed, beside): (Proposed, &Beside), addresses: &Addresses) -> Self {
        let state = state_of(&proposed);
        let version = beside.book.version(proposed.0.scheme_version);
        let rule = version.and_then(|version| version.scheme.rule(&proposed.0.rule));
        let may_decide = is_open(&proposed)
            && rule.is_some_and(|rule| {
                let (member, unit) = (proposed.0.member_id, proposed.0.unit_id);
                let post = room.post_of(capability_of(rule.approver), member, unit, room.db.today());
                room.check_hand(caller, &proposed.0, post).is_ok()
            });
        let (proposal, reply, decision) = proposed;
        let source = proposal.corrects_id.map_or(proposal.id.uuid(), |wrong| wrong.uuid());
        let is_approved = state == AppraisalState::Approved;
        let names = beside.book.dimension_names();
        let (now, id) = (room.db.now(), proposal.id.uuid());
        let its = beside.evidence.iter().filter(|(of, _)| *of == id);
        AppraisalProposalView {
            id: proposal.id,
            member_id: proposal.member_id,
            member_name: room.directory.name_of(proposal.member_id),
            unit_id: proposal.unit_id,
            rule_name: rule.map_or_else(|| proposal.rule.clone(), |rule| rule.name.clone()),
            rule_in_words: rule.map_or_else(|| proposal.rule.clone(), |rule| rule.in_words()),
            rule: proposal.rule,
            kind: rule.map(|rule| rule.kind),
            dimension: names.get(proposal.dimension.as_str()).map_or(proposal.dimension.clone(), |name| (*name).into()),
            points: proposal.points,
            day: proposal.day,
            reason: proposal.reason,
            evidence: its.map(|(_, file)| addresses.put(file.clone(), true, now)).collect(),
            corrects_entry_id: proposal.corrects_id,
            import_id: proposal.import_id,
            proposed_by: proposal.proposed_by,
            proposed_by_name: proposal.proposed_by.map(|by| room.directory.name_of(by)),
            created_at: proposal.created_at,
            state,
            reply_until: proposal.reply_until,
            reply: reply.map(|reply| reply.text),
            decision: decision.map(|decision| AppraisalDecisionView {
                points: decision.points,
                reason: decision.reason,
                decided_by: decision.decided_by,
                decided_by_name: room.directory.name_of(decision.decided_by),
                decided_at: decision.decided_at,
            }),
            entry_id: beside.entries.iter().find(|(of, _)| is_approved && *of == source).map(|(_, entry)| *entry),
            may_decide,
        }
    }
}

async fn shown(
    room: &Appraisal,
    caller: &Caller,
    proposed: Proposed,
    addresses: &Addresses,
) -> Result<web::Json<AppraisalProposalView>, Problem> {
    let beside = room.beside(std::slice::from_ref(&proposed)).await?;
    Ok(web::Json(AppraisalProposalView::of(room, caller, (proposed, &beside), addresses)))
}

async fn page_of(
    room: &Appraisal,
    caller: &Caller,
    (found, limit): (Vec<Proposed>, i64),
    addresses: &Addresses,
) -> Result<web::Json<Page<AppraisalProposalView>>, Problem> {
    let page = Page::new(found, limit, |(proposal, ..)| proposal.id);
    let beside = room.beside(&page.items).await?;
    Ok(web::Json(page.map(|proposed| AppraisalProposalView::of(room, caller, (proposed, &beside), addresses))))
}

/// 提出或申报考评积分
///
/// Members declare what is theirs to declare, those with a duty propose for others. It waits for a second person; a
/// deduction also for its member, who may answer first. The same matter gives once and costs once.
#[utoipa::path(tag = "appraisals", params(("Idempotency-Key" = Option<String>, Header, description = "The same key again returns the first answer")),
    request_body = AppraisalProposalBody,
    responses((status = 201, description = "Proposed", body = AppraisalProposalView)))]
#[post("/appraisal/proposals")]
async fn propose_appraisal(
    caller: Member,
    room: web::Data<Appraisal>,
    addresses: web::Data<Addresses>,
    key: OptionalKey,
    body: Body<AppraisalProposalBody>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(caller.member, "POST /appraisal/proposals", &body.0);
    let body = body.into_inner();
    let new = NewProposal {
        member: body.member_id,
        rule: body.rule.into_string(),
        points: body.points,
        day: body.day,
        matter: body.matter.into_string(),
        reason: body.reason.into_string(),
        files: body.file_ids,
        corrects: body.corrects_entry_id,
    };
    let proposed = room.propose(&caller, new, key).await?;
    let location = (LOCATION, format!("/api/v1/appraisal/proposals/{}", proposed.0.id));
    let view = shown(&room, &caller, proposed, &addresses).await?;
    Ok(HttpResponse::Created().insert_header(location).json(view.into_inner()))
}

/// Which proposals.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AppraisalProposalQuery {
    /// Only of members of this unit and of everything below it; the caller's whole scope when absent.
    unit_id: Option<UnitId>,
    /// Only of this file.
    import_id: Option<ImportId>,
    /// Only what stands so.
    state: Option<AppraisalState>,
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 考评积分申报列表
///
/// What was proposed within the caller's part of the enterprise, newest first.
#[utoipa::path(tag = "appraisals", params(AppraisalProposalQuery),
    responses((status = 200, description = "Proposals", body = Page<AppraisalProposalView>)))]
#[get("/appraisal/proposals")]
async fn list_appraisal_proposals(
    reader: ResultReader,
    query: Query<AppraisalProposalQuery>,
    room: web::Data<Appraisal>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<Page<AppraisalProposalView>>, Problem> {
    let limit = page_limit(query.limit)?;
    let units = room.units(&reader.reach, query.unit_id)?;
    let wanted = Wanted { units, member: None, import: query.import_id, state: query.state };
    let found = room.list_proposals(wanted, after(query.cursor.as_deref())?, limit + 1).await?;
    page_of(&room, &reader, (found, limit), &addresses).await
}

/// 我的考评积分申报
///
/// What was proposed about the caller, newest first.
#[utoipa::path(tag = "appraisals", params(PageQuery),
    responses((status = 200, description = "Proposals", body = Page<AppraisalProposalView>)))]
#[get("/me/appraisal/proposals")]
async fn list_my_appraisal_proposals(
    caller: Member,
    query: Query<PageQuery>,
    room: web::Data<Appraisal>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<Page<AppraisalProposalView>>, Problem> {
    let (limit, wanted) = (query.limit()?, Wanted { member: Some(caller.member), ..Wanted::default() });
    let found = room.list_proposals(wanted, query.after()?, limit + 1).await?;
    page_of(&room, &caller, (found, limit), &addresses).await
}

/// 一条考评积分申报
///
/// For its member, for who proposed it, and for those whose duties reach the member.
#[utoipa::path(tag = "appraisals", params(("id" = AppraisalProposalId, Path, description = "The proposal")),
    responses((status = 200, description = "The proposal", body = AppraisalProposalView)))]
#[get("/appraisal/proposals/{id}")]
async fn get_appraisal_proposal(
    caller: Member,
    id: Path<AppraisalProposalId>,
    room: web::Data<Appraisal>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<AppraisalProposalView>, Problem> {
    let proposed = room.proposal(&caller, *id).await?;
    shown(&room, &caller, proposed, &addresses).await
}

/// What the member has to say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppraisalReplyBody {
    /// For who decides.
    #[schema(examples("当天在井下抢修，已向书记请假"))]
    text: Text<500>,
}

/// 说明情况
///
/// Says something about a deduction that is proposed for the caller, once and within its days.
#[utoipa::path(tag = "appraisals", params(("id" = AppraisalProposalId, Path, description = "The proposal")),
    request_body = AppraisalReplyBody,
    responses((status = 200, description = "Said", body = AppraisalProposalView)))]
#[put("/appraisal/proposals/{id}/reply")]
async fn answer_appraisal_proposal(
    caller: Member,
    id: Path<AppraisalProposalId>,
    room: web::Data<Appraisal>,
    addresses: web::Data<Addresses>,
    body: Body<AppraisalReplyBody>,
) -> Result<web::Json<AppraisalProposalView>, Problem> {
    let proposed = room.reply(caller.member, *id, body.into_inner().text.into_string()).await?;
    shown(&room, &caller, proposed, &addresses).await
}

/// An approval.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppraisalApprovalBody {
    /// In hundredths without a sign, where less is approved than was proposed.
    points: Option<i32>,
    /// Why; needed where it is less.
    reason: Option<Text<300>>,
}

/// 审定考评积分
///
/// Enters what was proposed, or less of it; caps may cut it further. Neither who proposed it nor whom it is about approves it.
#[utoipa::path(tag = "appraisals", params(("id" = AppraisalProposalId, Path, description = "The proposal")),
    request_body = AppraisalApprovalBody,
    responses((status = 200, description = "Approved", body = AppraisalProposalView)))]
#[post("/appraisal/proposals/{id}/approval")]
async fn approve_appraisal_proposal(
    caller: Member,
    id: Path<AppraisalProposalId>,
    room: web::Data<Appraisal>,
    addresses: web::Data<Addresses>,
    body: Body<AppraisalApprovalBody>,
) -> Result<web::Json<AppraisalProposalView>, Problem> {
    let AppraisalApprovalBody { points, reason } = body.into_inner();
    let verdict = Verdict { answer: Answer::Approve, points, reason: reason.map(Text::into_string) };
    let proposed = room.decide(&caller.person, *id, verdict).await?;
    shown(&room, &caller, proposed, &addresses).await
}

/// A refusal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppraisalRefusalBody {
    /// Why; the member reads it.
    #[schema(examples("会议记录中没有这次微党课"))]
    reason: Text<300>,
}

/// 不予认定或免予扣分
///
/// Refuses an award, whose matter may be proposed anew, or waives a deduction, whose matter then costs nothing any more.
#[utoipa::path(tag = "appraisals", params(("id" = AppraisalProposalId, Path, description = "The proposal")),
    request_body = AppraisalRefusalBody,
    responses((status = 200, description = "Refused", body = AppraisalProposalView)))]
#[post("/appraisal/proposals/{id}/refusal")]
async fn refuse_appraisal_proposal(
    caller: Member,
    id: Path<AppraisalProposalId>,
    room: web::Data<Appraisal>,
    addresses: web::Data<Addresses>,
    body: Body<AppraisalRefusalBody>,
) -> Result<web::Json<AppraisalProposalView>, Problem> {
    let reason = Some(body.into_inner().reason.into_string());
    let proposed = room.decide(&caller.person, *id, Verdict { answer: Answer::Refuse, points: None, reason }).await?;
    shown(&room, &caller, proposed, &addresses).await
}

/// 撤回考评积分申报
///
/// Takes back what the caller proposed, as long as nobody has decided about it.
#[utoipa::path(tag = "appraisals", params(("id" = AppraisalProposalId, Path, description = "The proposal")),
    responses((status = 200, description = "Taken back", body = AppraisalProposalView)))]
#[post("/appraisal/proposals/{id}/withdrawal")]
async fn withdraw_appraisal_proposal(
    caller: Member,
    id: Path<AppraisalProposalId>,
    room: web::Data<Appraisal>,
    addresses: web::Data<Addresses>,
) -> Result<web::Json<AppraisalProposalView>, Problem> {
    let verdict = Verdict { answer: Answer::TakeBack, points: None, reason: None };
    let proposed = room.decide(&caller.person, *id, verdict).await?;
    shown(&room, &caller, proposed, &addresses).await
}
