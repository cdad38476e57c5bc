//! Who may do what: every route of the document, asked by everybody.
//!
//! A route that is missing here fails the build of the house: add a row to [`ROUTES`]. Everybody of [`KINDS`] is at home
//! in XZ11 and holds the duty on DW1 (a branch's duty on ZB1, a group's on XZ11, the auditor's on JT). "Own" is ZB1 and
//! a member of it, "other" is ZB3 of DW2. What is asked for is minimal, and only 401 and 403 count as refused, so a
//! handler must look at the caller before it looks at the body.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::capability::Role::*;
use xianfeng::base::id::MemberId;
use xianfeng::base::own_case::Involvement::{
    Author, BelowUnit, CoAuthor, Implementer, MergedAuthor, Owner, Proposer, Recused, Subject, Writer,
};
use xianfeng::base::own_case::Judgement::*;
use xianfeng::base::own_case::{Involvement, Judgement};
use xianfeng::web::second_factor::{MARKS, Mark};

use crate::openapi::operations;
use crate::support::{Person, TestApp, send};

/// Everybody who asks: a member without any duty, then one for each.
const KINDS: [(Option<Role>, &str); 11] = [
    (None, ""),
    (Some(GroupLeader), "XZ11"),
    (Some(Secretary), "ZB1"),
    (Some(BranchCommittee), "ZB1"),
    (Some(Organiser), "DW1"),
    (Some(CommitteeMember), "DW1"),
    (Some(Leader), "DW1"),
    (Some(Expert), "DW1"),
    (Some(Inspector), "DW1"),
    (Some(Auditor), "JT"),
    (Some(Administrator), "DW1"),
];

/// Whom a route lets in.
#[derive(Clone, Copy)]
enum Who {
    /// Also anyone who has not signed in.
    Anyone,
    SignedIn,
    /// Anyone who holds one of these duties.
    With(&'static [Role]),
}
use Who::*;

/// What is asked, and whether it matters of which unit it is.
#[derive(Clone, Copy)]
enum Ask {
    /// The same for all; ids in the path name nothing.
    Plain,
    /// The id in the path is a unit, own and other.
    OfUnit,
    /// The id in the path is a member, of one's own unit and of another.
    OfMember,
    /// This path, with its query, and this body.
    Exactly(fn(&World, &Place) -> (String, Value)),
}
use Ask::*;

const ADMINISTRATORS: Who = With(&[Administrator]);
const DUTY_READERS: Who = With(&[Auditor, Administrator]);
const INVITERS: Who = With(&[Secretary, BranchCommittee, Administrator]);
const LEAVE_RECORDERS: Who = With(&[Secretary, BranchCommittee, Administrator]);
const ROSTER_READERS: Who = With(&[Secretary, BranchCommittee, Organiser, CommitteeMember, Auditor, Administrator]);

/// Who could do something by a duty on the unit or above it.
const UNIT_WATCHERS: Who =
    With(&[Secretary, BranchCommittee, Organiser, CommitteeMember, Leader, Expert, Inspector, Auditor, Administrator]);

const RESULT_READERS: Who = With(&[GroupLeader, Secretary, BranchCommittee, Organiser, CommitteeMember, Auditor]);
const PUSH_PLANNERS: Who = With(&[Secretary, BranchCommittee, Organiser]);
const CONTEST_RUNNERS: Who = With(&[Secretary, BranchCommittee, Organiser]);
const APPRAISAL_PROPOSERS: Who = With(&[GroupLeader, Secretary, BranchCommittee, Organiser]);
/// Who reads rules, and results of a whole branch.
const RULE_READERS: Who = With(&[Secretary, BranchCommittee, Organiser, CommitteeMember, Auditor]);
const HONOUR_RECOMMENDERS: Who = With(&[Secretary, BranchCommittee, Organiser, CommitteeMember]);
const OBLIGATION_KEEPERS: Who = With(&[GroupLeader, Secretary, BranchCommittee, CommitteeMember]);
const OBLIGATION_EXCUSERS: Who = With(&[CommitteeMember, Organiser]);
const OBLIGATION_READERS: Who =
    With(&[GroupLeader, Secretary, BranchCommittee, CommitteeMember, Organiser, Auditor, Leader, Inspector]);
const HONOUR_GRANTERS: Who = With(&[CommitteeMember]);
const HONOUR_KEEPERS: Who = With(&[Organiser]);
const CONTEST_CONFIRMERS: Who = With(&[Secretary, BranchCommittee, Organiser, CommitteeMember]);
const CONTEST_READERS: Who = With(&[Secretary, BranchCommittee, Organiser, Auditor]);
const CONTENT_MANAGERS: Who = With(&[Organiser]);
const CONTENT_CHOOSERS: Who = With(&[Secretary, BranchCommittee, Organiser, Auditor]);
const CONTENT_READERS: Who = With(&[Organiser, Auditor]);

const CAMPAIGN_RUNNERS: Who = With(&[Organiser]);
const CAMPAIGN_READERS: Who = With(&[Organiser, CommitteeMember, Auditor]);
const CAMPAIGN_DECIDERS: Who = With(&[CommitteeMember]);
const BRAND_KEEPERS: Who = With(&[Secretary, BranchCommittee, Organiser]);
const ENTRY_WRITERS: Who = With(&[Secretary, BranchCommittee]);

const SETTING_READERS: Who = With(&[Organiser, Auditor, Administrator]);
const SETTING_CHANGERS: Who = With(&[Organiser, Administrator]);

const MEETING_READERS: Who = With(&[GroupLeader, Secretary, BranchCommittee, Organiser, CommitteeMember, Auditor]);
/// Who leads a unit: writes its meetings down and collects its ideas.
const MEETING_HOLDERS: Who = With(&[GroupLeader, Secretary, BranchCommittee, CommitteeMember]);
const IDEA_READERS: Who = With(&[GroupLeader, Secretary, BranchCommittee, Organiser, CommitteeMember, Leader, Auditor]);
const TEXT_REVIEWERS: Who = With(&[Secretary, BranchCommittee, CommitteeMember]);
/// Who sets tasks, and who sees those of a scope.
const TASK_ISSUERS: Who = With(&[Secretary, BranchCommittee, Organiser, CommitteeMember]);
const TASK_READERS: Who =
    With(&[GroupLeader, Secretary, BranchCommittee, Organiser, CommitteeMember, Leader, Inspector, Auditor]);
const IDEA_DECIDERS: Who = With(&[Secretary, BranchCommittee, CommitteeMember]);

const REPORT_READERS: Who = With(&[GroupLeader, Secretary, BranchCommittee, Organiser, CommitteeMember, Auditor]);
const REPORT_FILLERS: Who = With(&[GroupLeader, Secretary, BranchCommittee, CommitteeMember]);
const REPORT_RUNNERS: Who = With(&[Organiser]);
const REPORT_APPROVERS: Who = With(&[CommitteeMember]);

/// Every route and who may. `who` is about one's own part of the enterprise; only an auditor reaches the other.
const ROUTES: &[(&str, Who, Ask)] = &[
    // health
    ("GET /healthz", Anyone, Plain),
    ("GET /readyz", Anyone, Plain),
    ("GET /metrics", Anyone, Plain),
    // session
    ("POST /session", Anyone, Plain),
    ("GET /labels", Anyone, Plain),
    ("POST /session/refresh", Anyone, Plain),
    ("POST /session/invitation", Anyone, Plain),
    ("GET /me/sessions", SignedIn, Plain),
    ("DELETE /me/sessions/{id}", SignedIn, Plain),
    ("PUT /me/password", SignedIn, Plain),
    ("POST /session/reset-request", Anyone, Plain),
    ("DELETE /me/reset-request", SignedIn, Plain),
    ("GET /me/resets", SignedIn, Plain),
    ("GET /me/consents", SignedIn, Plain),
    ("PUT /me/consents/{version}", SignedIn, Plain),
    ("POST /me/resets/{id}/approval", SignedIn, Plain),
    ("POST /me/resets/{id}/refusal", SignedIn, Plain),
    ("GET /session/platforms/{platform}/entry", Anyone, Plain),
    ("GET /session/platforms/{platform}/return", Anyone, Plain),
    ("POST /session/platforms/{platform}", Anyone, Plain),
    ("POST /session/binding", Anyone, Plain),
    ("GET /me/platforms", SignedIn, Plain),
    ("DELETE /me/platforms/{platform}", SignedIn, Plain),
    ("GET /events", SignedIn, Plain),
    ("GET /me/wechat/subscriptions", SignedIn, Plain),
    ("POST /me/wechat/subscriptions", SignedIn, Plain),
    ("GET /platforms/{platform}/js-config", SignedIn, Plain),
    ("GET /platforms/wechat/events", Anyone, Plain),
    ("POST /platforms/wechat/events", Anyone, Plain),
    ("GET /me/notice-settings", SignedIn, Plain),
    ("PUT /me/notice-settings", SignedIn, Plain),
    ("POST /invitations", INVITERS, Plain),
    ("GET /invitations", INVITERS, Plain),
    ("GET /resets", INVITERS, Plain),
    ("POST /resets/{id}/approval", INVITERS, Plain),
    // second_factors
    ("GET /me/second-factor", SignedIn, Plain),
    ("POST /me/second-factor", SignedIn, Plain),
    ("POST /me/second-factor/confirmation", SignedIn, Plain),
    ("POST /me/second-factor/recovery-codes", SignedIn, Plain),
    ("POST /me/second-factor/removal", SignedIn, Plain),
    ("POST /session/second-factor", SignedIn, Plain),
    ("GET /second-factor-resets", ADMINISTRATORS, Plain),
    ("POST /second-factor-resets", ADMINISTRATORS, Plain),
    ("GET /second-factor-resets/{id}", ADMINISTRATORS, Plain),
    ("POST /second-factor-resets/{id}/approval", ADMINISTRATORS, Plain),
    ("POST /second-factor-resets/{id}/refusal", ADMINISTRATORS, Plain),
    ("POST /second-factor-resets/{id}/withdrawal", ADMINISTRATORS, Plain),
    // desk
    ("GET /me/desk", SignedIn, Plain),
    ("GET /me/calendar", SignedIn, Plain),
    ("GET /me/calendar/feed", SignedIn, Plain),
    ("PUT /me/calendar/feed", SignedIn, Plain),
    ("DELETE /me/calendar/feed", SignedIn, Plain),
    ("GET /calendar-feeds/{token}", Anyone, Plain),
    ("GET /units/{id}/desk", UNIT_WATCHERS, OfUnit),
    ("GET /desk-items/{id}", SignedIn, Plain),
    ("POST /desk-items/{id}/assignment", SignedIn, Plain),
    ("DELETE /desk-items/{id}/assignment", SignedIn, Plain),
    ("PUT /desk-items/{id}/preparation", SignedIn, Plain),
    ("GET /desk-hand-overs", SignedIn, Plain),
    ("GET /desk-hand-overs/{id}", SignedIn, Plain),
    ("GET /desk-hand-overs/{id}/sheet", SignedIn, Plain),
    // members
    ("GET /me", SignedIn, Plain),
    ("PATCH /me", SignedIn, Plain),
    ("GET /units", SignedIn, Plain),
    ("GET /units/{id}", SignedIn, Plain),
    ("POST /units", ADMINISTRATORS, Exactly(new_unit)),
    ("PATCH /units/{id}", ADMINISTRATORS, OfUnit),
    ("GET /units/{id}/members", SignedIn, OfUnit),
    ("POST /members", ADMINISTRATORS, Exactly(new_member)),
    ("GET /members/{id}", ROSTER_READERS, OfMember),
    ("PATCH /members/{id}", ADMINISTRATORS, OfMember),
    ("GET /members/{id}/absences", ROSTER_READERS, OfMember),
    ("POST /members/{id}/absences", LEAVE_RECORDERS, Exactly(new_leave)),
    ("DELETE /members/{id}/absences/{absence_id}", LEAVE_RECORDERS, OfMember),
    ("POST /members/{id}/roles", ADMINISTRATORS, Exactly(new_duty)),
    ("DELETE /members/{id}/roles/{role_id}", ADMINISTRATORS, OfMember),
    ("GET /duty-conflicts", DUTY_READERS, Plain),
    ("GET /duty-proposals", DUTY_READERS, Plain),
    ("GET /duty-proposals/{id}", DUTY_READERS, Plain),
    ("POST /duty-proposals/{id}/approval", ADMINISTRATORS, Plain),
    ("POST /duty-proposals/{id}/refusal", ADMINISTRATORS, Plain),
    ("POST /duty-proposals/{id}/withdrawal", ADMINISTRATORS, Plain),
    ("GET /phone-proposals", INVITERS, Plain),
    ("POST /phone-proposals/{id}/approval", INVITERS, Plain),
    ("POST /phone-proposals/{id}/refusal", INVITERS, Plain),
    ("DELETE /me/phone-proposal", SignedIn, Plain),
    ("POST /me/corrections", SignedIn, Plain),
    ("GET /me/corrections", SignedIn, Plain),
    ("DELETE /me/corrections/{id}", SignedIn, Plain),
    ("GET /member-corrections", ADMINISTRATORS, Plain),
    ("POST /member-corrections/{id}/approval", ADMINISTRATORS, Plain),
    ("POST /member-corrections/{id}/refusal", ADMINISTRATORS, Plain),
    // personal
    ("GET /me/archive", SignedIn, Plain),
    ("GET /personal-data", SignedIn, Plain),
    ("GET /anonymisations", ADMINISTRATORS, Plain),
    ("POST /anonymisations", ADMINISTRATORS, Plain),
    ("POST /anonymisations/{id}/approval", ADMINISTRATORS, Plain),
    ("POST /anonymisations/{id}/refusal", ADMINISTRATORS, Plain),
    ("POST /anonymisations/{id}/withdrawal", ADMINISTRATORS, Plain),
    ("POST /imports/units", ADMINISTRATORS, Plain),
    ("POST /imports/members", ADMINISTRATORS, Plain),
    ("POST /imports/units/{id}/withdrawal", ADMINISTRATORS, Plain),
    ("POST /imports/members/{id}/withdrawal", ADMINISTRATORS, Plain),
    ("GET /exports/units", ROSTER_READERS, Plain),
    ("GET /imports/members/template", ADMINISTRATORS, Plain),
    ("GET /exports/members", ROSTER_READERS, Exactly(|world, place| (exported(world, place), Value::Null))),
    // points
    ("GET /me/points", SignedIn, Plain),
    ("GET /me/points/entries", SignedIn, Plain),
    ("GET /members/{id}/points", RESULT_READERS, OfMember),
    ("GET /points/rules", SignedIn, Plain),
    ("POST /points/rules", With(&[CommitteeMember]), Plain),
    ("DELETE /points/rules/{rule}/{version}", With(&[CommitteeMember]), Plain),
    // tasks
    ("GET /task-lists", TASK_READERS, Plain),
    ("POST /task-lists", TASK_ISSUERS, Plain),
    ("GET /task-lists/{id}", TASK_READERS, Plain),
    ("GET /task-lists/{id}/items", TASK_READERS, Plain),
    ("GET /task-lists/{id}/items/{number}", TASK_READERS, Plain),
    ("PATCH /task-lists/{id}", TASK_ISSUERS, Plain),
    ("GET /task-lists/{id}/layout", TASK_READERS, Plain),
    ("PUT /task-lists/{id}/layout", TASK_ISSUERS, Plain),
    ("DELETE /task-lists/{id}/layout", TASK_ISSUERS, Plain),
    ("PUT /task-lists/{id}/items/{number}", TASK_ISSUERS, Plain),
    ("DELETE /task-lists/{id}/items/{number}", TASK_ISSUERS, Plain),
    ("POST /task-lists/{id}/layings", TASK_ISSUERS, Plain),
    ("GET /task-layings/{id}", TASK_READERS, Plain),
    ("POST /task-lists/{id}/closing", TASK_ISSUERS, Plain),
    ("POST /imports/task-lists/{id}", TASK_ISSUERS, Plain),
    ("GET /exports/task-lists/{id}", TASK_READERS, Plain),
    ("GET /task-hand-overs", TASK_READERS, Plain),
    ("GET /task-hand-overs/sheet", TASK_READERS, Plain),
    ("GET /tasks", SignedIn, Plain),
    ("GET /tasks/board", SignedIn, Plain),
    ("GET /tasks/board/sheet", SignedIn, Plain),
    ("GET /tasks/standing", TASK_READERS, Plain),
    ("GET /tasks/{id}", SignedIn, Plain),
    ("GET /tasks/{id}/slip", SignedIn, Plain),
    ("PUT /tasks/{id}/people", SignedIn, Plain),
    ("PUT /tasks/{id}/nodes/{place}", SignedIn, Plain),
    ("POST /tasks/{id}/acceptance", SignedIn, Plain),
    ("POST /tasks/{id}/answer", SignedIn, Plain),
    ("POST /tasks/{id}/rewording", SignedIn, Plain),
    ("POST /tasks/{id}/redirection", SignedIn, Plain),
    ("POST /tasks/{id}/dismissal", SignedIn, Plain),
    ("POST /tasks/{id}/reports", SignedIn, Plain),
    ("POST /tasks/{id}/submission", SignedIn, Plain),
    ("POST /tasks/{id}/verification", SignedIn, Plain),
    ("POST /tasks/{id}/return", SignedIn, Plain),
    ("POST /tasks/{id}/closing", SignedIn, Plain),
    ("POST /tasks/{id}/suspension", SignedIn, Plain),
    ("POST /tasks/{id}/resumption", SignedIn, Plain),
    ("POST /tasks/{id}/merging", SignedIn, Plain),
    ("POST /tasks/{id}/reminder", SignedIn, Plain),
    ("POST /tasks/{id}/extension", SignedIn, Plain),
    ("POST /tasks/{id}/extension/approval", SignedIn, Plain),
    ("POST /tasks/{id}/extension/refusal", SignedIn, Plain),
    ("POST /tasks/{id}/extension/withdrawal", SignedIn, Plain),
    ("POST /tasks/{id}/cancellation", SignedIn, Plain),
    ("POST /tasks/{id}/cancellation/approval", SignedIn, Plain),
    ("POST /tasks/{id}/cancellation/refusal", SignedIn, Plain),
    ("POST /tasks/{id}/cancellation/withdrawal", SignedIn, Plain),
    // appraisal
    ("GET /appraisal/scheme", SignedIn, Plain),
    ("GET /appraisal/schemes", RULE_READERS, Plain),
    ("GET /appraisal/presets/{preset}", RULE_READERS, Plain),
    ("POST /appraisal/schemes", With(&[CommitteeMember]), Plain),
    ("DELETE /appraisal/schemes/{version}", With(&[CommitteeMember]), Plain),
    ("POST /appraisal/rules", With(&[CommitteeMember]), Plain),
    ("POST /appraisal/rule-trials", With(&[CommitteeMember]), Plain),
    ("POST /appraisal/openings", With(&[CommitteeMember]), Plain),
    ("PUT /members/{id}/appraisal-class", IDEA_DECIDERS, Plain),
    ("POST /appraisal/proposals", SignedIn, Plain),
    ("GET /appraisal/proposals", RESULT_READERS, Plain),
    ("GET /me/appraisal/proposals", SignedIn, Plain),
    ("GET /appraisal/proposals/{id}", SignedIn, Plain),
    ("PUT /appraisal/proposals/{id}/reply", SignedIn, Plain),
    ("POST /appraisal/proposals/{id}/approval", SignedIn, Plain),
    ("POST /appraisal/proposals/{id}/refusal", SignedIn, Plain),
    ("POST /appraisal/proposals/{id}/withdrawal", SignedIn, Plain),
    ("GET /me/appraisal", SignedIn, Plain),
    ("GET /me/appraisal/entries", SignedIn, Plain),
    ("GET /me/appraisal/sheet", SignedIn, Plain),
    ("GET /members/{id}/appraisal", RESULT_READERS, OfMember),
    ("GET /members/{id}/appraisal/entries", RESULT_READERS, OfMember),
    ("GET /members/{id}/appraisal/sheet", RESULT_READERS, OfMember),
    ("GET /appraisal/entries/{id}", SignedIn, Plain),
    ("GET /units/{id}/appraisal", RULE_READERS, OfUnit),
    (
        "GET /exports/appraisal",
        RULE_READERS,
        Exactly(|world, place| {
            let span = "from=2026-07-01&until=2026-07-01";
            (format!("/exports/appraisal?unit_id={}&{span}", world.app.unit(place.unit)), Value::Null)
        }),
    ),
    ("POST /appraisal/entries/{id}/appeal", SignedIn, Plain),
    ("GET /me/appraisal/appeals", SignedIn, Plain),
    ("GET /appraisal/appeals", RESULT_READERS, Plain),
    ("GET /appraisal/appeals/{id}", SignedIn, Plain),
    ("PUT /appraisal/appeals/{id}/decision", IDEA_DECIDERS, Plain),
    ("POST /appraisal/appeals/{id}/withdrawal", SignedIn, Plain),
    ("POST /imports/appraisal", APPRAISAL_PROPOSERS, Plain),
    ("GET /appraisal/imports/{id}", SignedIn, Plain),
    ("POST /appraisal/imports/{id}/approval", SignedIn, Plain),
    ("POST /imports/appraisal/{id}/withdrawal", APPRAISAL_PROPOSERS, Plain),
    // obligations
    ("GET /units/{id}/month-sheet", SignedIn, Plain),
    ("GET /units/{id}/month-sheet/paper", SignedIn, Plain),
    ("GET /month-sheets", OBLIGATION_READERS, Plain),
    ("GET /meeting-overviews", OBLIGATION_READERS, Plain),
    ("POST /units/{id}/obligation-entries", OBLIGATION_KEEPERS, Plain),
    ("DELETE /obligation-entries/{id}", OBLIGATION_KEEPERS, Plain),
    ("POST /units/{id}/obligation-events", OBLIGATION_KEEPERS, Plain),
    ("DELETE /obligation-events/{id}", OBLIGATION_KEEPERS, Plain),
    ("POST /units/{id}/obligation-exemptions", OBLIGATION_KEEPERS, Plain),
    ("GET /obligation-exemptions", OBLIGATION_READERS, Plain),
    ("GET /obligation-exemptions/{id}", OBLIGATION_READERS, Plain),
    ("POST /obligation-exemptions/{id}/approval", OBLIGATION_EXCUSERS, Plain),
    ("POST /obligation-exemptions/{id}/refusal", OBLIGATION_EXCUSERS, Plain),
    ("POST /obligation-exemptions/{id}/withdrawal", OBLIGATION_KEEPERS, Plain),
    ("GET /obligation-rules", SignedIn, Plain),
    ("POST /obligation-rules", HONOUR_KEEPERS, Plain),
    ("POST /obligation-rules/{code}/end", HONOUR_KEEPERS, Plain),
    ("POST /obligation-rules/{code}/use", HONOUR_KEEPERS, Plain),
    // honours
    ("GET /honours", SignedIn, Plain),
    ("POST /honours", HONOUR_GRANTERS, Plain),
    ("GET /honours/{id}", SignedIn, Plain),
    ("POST /honours/{id}/withdrawal", HONOUR_GRANTERS, Plain),
    ("GET /honours/{id}/certificate", SignedIn, Plain),
    ("GET /certificates/{code}", Anyone, Plain),
    ("GET /ceremonies/{year}", HONOUR_RECOMMENDERS, Plain),
    ("GET /honour-holders", SignedIn, Plain),
    ("POST /honour-holders/{id}/falls", HONOUR_GRANTERS, Plain),
    ("GET /honour-bars", HONOUR_GRANTERS, Plain),
    ("POST /honour-bars", HONOUR_GRANTERS, Plain),
    ("POST /imports/honours", HONOUR_KEEPERS, Plain),
    ("GET /star-scheme", SignedIn, Plain),
    ("GET /star-schemes", RULE_READERS, Plain),
    ("POST /star-schemes", HONOUR_GRANTERS, Plain),
    ("DELETE /star-schemes/{version}", HONOUR_GRANTERS, Plain),
    ("GET /star-levels", SignedIn, Plain),
    ("GET /star-levels/{subject}/{id}/explanation", SignedIn, Plain),
    ("GET /grades", SignedIn, Plain),
    ("GET /units/{id}/grade", SignedIn, Plain),
    ("POST /units/{id}/grade", HONOUR_GRANTERS, Plain),
    ("POST /grade-cases", HONOUR_RECOMMENDERS, Plain),
    ("GET /grade-cases", RESULT_READERS, Plain),
    ("GET /grade-cases/{id}", SignedIn, Plain),
    ("POST /grade-cases/{id}/inspection", HONOUR_KEEPERS, Plain),
    ("POST /grade-cases/{id}/rectification", HONOUR_RECOMMENDERS, Plain),
    ("POST /grade-cases/{id}/recheck", HONOUR_KEEPERS, Plain),
    ("POST /grade-cases/{id}/decision", HONOUR_GRANTERS, Plain),
    ("POST /title-rounds", HONOUR_GRANTERS, Plain),
    ("GET /title-rounds", SignedIn, Plain),
    ("GET /title-rounds/{id}", SignedIn, Plain),
    ("GET /title-rounds/{id}/candidates", HONOUR_RECOMMENDERS, Plain),
    ("POST /title-rounds/{id}/nominations", HONOUR_RECOMMENDERS, Plain),
    ("GET /title-rounds/{id}/nominations", HONOUR_RECOMMENDERS, Plain),
    ("GET /title-rounds/{id}/shown", SignedIn, Plain),
    ("POST /title-rounds/{id}/decision", HONOUR_GRANTERS, Plain),
    ("POST /title-rounds/{id}/naming", HONOUR_GRANTERS, Plain),
    ("GET /title-nominations/{id}", SignedIn, Plain),
    ("POST /title-nominations/{id}/forwarding", HONOUR_RECOMMENDERS, Plain),
    ("PUT /title-nominations/{id}/opinions/{office}", HONOUR_KEEPERS, Plain),
    ("POST /title-nominations/{id}/refusal", HONOUR_RECOMMENDERS, Plain),
    ("GET /insignia", SignedIn, Plain),
    ("POST /insignia", HONOUR_KEEPERS, Plain),
    ("GET /insignia/{id}/holdings", SignedIn, Plain),
    ("POST /insignia/{id}/handover", HONOUR_KEEPERS, Plain),
    // reports
    ("GET /report-presets", REPORT_RUNNERS, Plain),
    ("GET /report-presets/{preset}", REPORT_RUNNERS, Plain),
    ("GET /report-forms", REPORT_READERS, Plain),
    ("POST /report-forms", REPORT_RUNNERS, Plain),
    ("GET /report-forms/{id}", REPORT_READERS, Plain),
    ("PATCH /report-forms/{id}", REPORT_RUNNERS, Plain),
    ("GET /report-forms/{id}/layout", REPORT_READERS, Plain),
    ("PUT /report-forms/{id}/layout", REPORT_RUNNERS, Plain),
    ("DELETE /report-forms/{id}/layout", REPORT_RUNNERS, Plain),
    ("POST /report-forms/{id}/renewal", REPORT_RUNNERS, Plain),
    ("POST /report-forms/{id}/ending", REPORT_RUNNERS, Plain),
    ("POST /report-forms/{id}/approval", REPORT_APPROVERS, Plain),
    ("POST /report-forms/{id}/refusal", REPORT_APPROVERS, Plain),
    ("GET /report-forms/{id}/versions", REPORT_READERS, Plain),
    ("GET /report-forms/{id}/periods", REPORT_READERS, Plain),
    ("GET /report-forms/{id}/overview", REPORT_READERS, Plain),
    ("GET /reports", REPORT_READERS, Plain),
    ("GET /reports/{id}", REPORT_READERS, Plain),
    ("GET /reports/{id}/sheet", REPORT_READERS, Plain),
    ("PUT /reports/{id}/draft", SignedIn, Plain),
    ("POST /reports/{id}/submission", REPORT_FILLERS, Plain),
    ("POST /reports/{id}/no-change", REPORT_FILLERS, Plain),
    ("POST /reports/{id}/review", REPORT_RUNNERS, Plain),
    ("POST /reports/{id}/return", REPORT_RUNNERS, Plain),
    ("POST /reports/{id}/task", REPORT_RUNNERS, Plain),
    ("POST /reports/{id}/requests", REPORT_FILLERS, Plain),
    ("POST /report-requests/{id}/approval", REPORT_RUNNERS, Plain),
    ("POST /report-requests/{id}/refusal", REPORT_RUNNERS, Plain),
    ("POST /report-requests/{id}/withdrawal", REPORT_FILLERS, Plain),
    ("POST /reports/{id}/corrections", REPORT_FILLERS, Plain),
    ("POST /report-corrections/{id}/answer", REPORT_RUNNERS, Plain),
    ("GET /exports/reports", REPORT_READERS, Plain),
    ("POST /report-periods/{id}/bulletin", REPORT_RUNNERS, Plain),
    ("GET /report-periods/{id}/bulletin", SignedIn, Plain),
    ("PUT /report-periods/{id}/bulletin", REPORT_RUNNERS, Plain),
    ("POST /report-periods/{id}/bulletin/review", REPORT_APPROVERS, Plain),
    ("POST /report-periods/{id}/bulletin/issuance", REPORT_RUNNERS, Plain),
    ("GET /report-periods/{id}/bulletin/versions", REPORT_READERS, Plain),
    // boards
    ("GET /boards", SignedIn, Plain),
    ("GET /boards/{scope}/{measure}", SignedIn, Plain),
    ("GET /boards/{scope}/{measure}/mine", SignedIn, Plain),
    ("POST /boards/rebuild", ADMINISTRATORS, Plain),
    // study
    ("GET /study/feed", SignedIn, Plain),
    ("GET /study/pushes/{id}/deliveries", RESULT_READERS, Plain),
    ("POST /study/pushes/{id}/reminder", PUSH_PLANNERS, Plain),
    ("GET /exports/study-deliveries", RESULT_READERS, Plain),
    ("GET /study/today", SignedIn, Plain),
    ("GET /study/items", CONTENT_CHOOSERS, Plain),
    ("POST /study/items", CONTENT_MANAGERS, Plain),
    ("GET /study/items/{id}", SignedIn, Plain),
    ("GET /study/items/{id}/versions", CONTENT_CHOOSERS, Plain),
    ("PATCH /study/items/{id}", CONTENT_MANAGERS, Plain),
    ("DELETE /study/items/{id}", CONTENT_MANAGERS, Plain),
    ("POST /study/items/{id}/readings", SignedIn, Plain),
    ("GET /study/readings/{id}", SignedIn, Plain),
    ("POST /study/readings/{id}/completion", SignedIn, Plain),
    ("GET /study/pushes", PUSH_PLANNERS, Plain),
    ("POST /study/pushes", PUSH_PLANNERS, Plain),
    ("GET /study/pushes/{id}", PUSH_PLANNERS, Plain),
    ("DELETE /study/pushes/{id}", PUSH_PLANNERS, Plain),
    ("GET /study/pushes/{id}/coverage", RESULT_READERS, Plain),
    ("GET /me/streak", SignedIn, Plain),
    ("GET /me/study-hours", SignedIn, Plain),
    // quiz
    ("GET /quiz/daily", SignedIn, Plain),
    ("PUT /quiz/daily/{day}/submission", SignedIn, Plain),
    ("GET /quiz/daily/{day}", CONTENT_READERS, Exactly(|world, place| (paper(world, place), Value::Null))),
    (
        "PUT /quiz/daily/{day}",
        CONTENT_MANAGERS,
        Exactly(|world, place| ("/quiz/daily/2026-07-09".into(), paper_body(world, place))),
    ),
    ("DELETE /quiz/daily/{day}", CONTENT_MANAGERS, Exactly(|world, place| (paper(world, place), Value::Null))),
    ("GET /quiz/daily/{day}/coverage", RESULT_READERS, Plain),
    ("GET /me/quiz/history", SignedIn, Plain),
    ("GET /me/quiz/history/{day}", SignedIn, Plain),
    ("GET /me/quiz/wrong-answers", SignedIn, Plain),
    ("GET /quiz/practice/categories", SignedIn, Plain),
    ("GET /quiz/practice/questions", SignedIn, Plain),
    ("POST /quiz/practice", SignedIn, Plain),
    ("GET /questions", CONTENT_CHOOSERS, Plain),
    ("POST /questions", CONTENT_MANAGERS, Plain),
    ("GET /questions/categories", CONTENT_CHOOSERS, Plain),
    ("GET /questions/{id}", CONTENT_CHOOSERS, Plain),
    ("GET /questions/{id}/versions", CONTENT_READERS, Plain),
    ("GET /questions/{id}/statistics", CONTENT_READERS, Plain),
    ("PATCH /questions/{id}", CONTENT_MANAGERS, Plain),
    ("DELETE /questions/{id}", CONTENT_MANAGERS, Plain),
    ("POST /questions/{id}/correction", CONTENT_MANAGERS, Plain),
    ("POST /questions/{id}/correction/preview", CONTENT_MANAGERS, Plain),
    ("GET /questions/{id}/corrections", CONTENT_READERS, Plain),
    ("POST /questions/{id}/voidings", CONTENT_MANAGERS, Plain),
    ("GET /questions/{id}/voidings", CONTENT_READERS, Plain),
    ("GET /question-voidings/{id}", CONTENT_READERS, Plain),
    ("POST /question-voidings/{id}/approval", CONTENT_MANAGERS, Plain),
    ("POST /question-voidings/{id}/refusal", CONTENT_MANAGERS, Plain),
    ("POST /question-voidings/{id}/withdrawal", CONTENT_MANAGERS, Plain),
    ("POST /imports/questions", CONTENT_MANAGERS, Plain),
    ("POST /imports/questions/{id}/withdrawal", CONTENT_MANAGERS, Plain),
    ("GET /imports/questions/template", CONTENT_MANAGERS, Plain),
    ("GET /exports/questions", CONTENT_READERS, Plain),
    // challenge
    ("POST /challenge/runs", SignedIn, Plain),
    ("GET /challenge/runs/current", SignedIn, Plain),
    ("POST /challenge/runs/{id}/answers", SignedIn, Plain),
    ("POST /challenge/runs/{id}/revival", SignedIn, Plain),
    ("POST /challenge/runs/{id}/completion", SignedIn, Plain),
    ("GET /challenge/today", SignedIn, Plain),
    ("GET /me/challenge/runs", SignedIn, Plain),
    ("GET /challenge/review", CONTENT_READERS, Exactly(|world, place| (review(world, place), Value::Null))),
    // contests
    ("GET /contests", SignedIn, Plain),
    ("POST /contests", CONTEST_RUNNERS, Exactly(new_contest)),
    ("GET /contests/{id}", SignedIn, Plain),
    ("PATCH /contests/{id}", CONTEST_RUNNERS, Plain),
    ("POST /contests/{id}/announcement", CONTEST_RUNNERS, Plain),
    ("POST /contests/{id}/opening", CONTEST_RUNNERS, Plain),
    ("POST /contests/{id}/closing", CONTEST_RUNNERS, Plain),
    ("POST /contests/{id}/publication", CONTEST_RUNNERS, Plain),
    ("POST /contests/{id}/withdrawal", CONTEST_RUNNERS, Plain),
    ("POST /contests/{id}/extensions", CONTEST_RUNNERS, Plain),
    ("POST /contests/{id}/cancellation", CONTEST_RUNNERS, Plain),
    ("GET /contests/{id}/cancellation", CONTEST_CONFIRMERS, Plain),
    ("DELETE /contests/{id}/cancellation", CONTEST_RUNNERS, Plain),
    ("POST /contests/{id}/cancellation/approval", CONTEST_CONFIRMERS, Plain),
    ("POST /contests/{id}/attempts", SignedIn, Plain),
    ("GET /contests/{id}/attempts/current", SignedIn, Plain),
    ("GET /attempts/{id}", SignedIn, Plain),
    ("PUT /attempts/{id}/answers/{question_id}", SignedIn, Plain),
    ("POST /attempts/{id}/submission", SignedIn, Plain),
    ("GET /contests/{id}/results", SignedIn, Plain),
    ("GET /contests/{id}/rankings", SignedIn, Plain),
    ("GET /contests/{id}/rankings/mine", SignedIn, Plain),
    ("GET /contests/{id}/branch-rankings", SignedIn, Plain),
    ("GET /exports/contests/{id}", CONTEST_READERS, Plain),
    // meetings
    ("GET /meetings", SignedIn, Plain),
    ("POST /meetings", MEETING_HOLDERS, Plain),
    ("GET /meetings/{id}", SignedIn, Plain),
    ("PATCH /meetings/{id}", MEETING_HOLDERS, Plain),
    ("GET /meetings/{id}/versions", MEETING_READERS, Plain),
    ("DELETE /meetings/{id}", MEETING_HOLDERS, Plain),
    ("GET /meetings/{id}/attendance-code", MEETING_HOLDERS, Plain),
    ("PUT /meetings/{id}/my-attendance", SignedIn, Plain),
    ("POST /meetings/{id}/photographs", MEETING_HOLDERS, Plain),
    ("DELETE /meetings/{id}/photographs/{file_id}", MEETING_HOLDERS, Plain),
    ("DELETE /meetings/{id}/attendance/{member_id}", MEETING_HOLDERS, Plain),
    ("GET /meeting-series", SignedIn, Plain),
    ("GET /meetings/{id}/record", SignedIn, Plain),
    ("POST /meetings/{id}/decisions/{number}/task", TASK_ISSUERS, Plain),
    ("POST /meetings/{id}/absences", MEETING_HOLDERS, Plain),
    // ideas
    ("GET /ideas", SignedIn, Plain),
    ("POST /ideas", SignedIn, Plain),
    ("GET /ideas/categories", SignedIn, Plain),
    ("PUT /ideas/categories", CONTENT_MANAGERS, Plain),
    ("GET /ideas/similar", SignedIn, Plain),
    ("GET /ideas/statistics", IDEA_READERS, Plain),
    ("GET /ideas/statistics/summary", IDEA_READERS, Plain),
    ("GET /ideas/statistics/groups", IDEA_READERS, Plain),
    ("GET /exports/ideas", IDEA_READERS, Plain),
    ("GET /ideas/{id}", SignedIn, Plain),
    ("PATCH /ideas/{id}", SignedIn, Plain),
    ("GET /ideas/{id}/timeline", SignedIn, Plain),
    ("POST /ideas/{id}/attachments", SignedIn, Plain),
    ("DELETE /ideas/{id}/attachments/{file_id}", SignedIn, Plain),
    ("POST /ideas/{id}/submission", SignedIn, Plain),
    ("POST /ideas/{id}/withdrawal", SignedIn, Plain),
    ("POST /ideas/{id}/collection", MEETING_HOLDERS, Plain),
    ("POST /ideas/{id}/return", MEETING_HOLDERS, Plain),
    ("POST /ideas/{id}/merge", MEETING_HOLDERS, Plain),
    ("POST /ideas/{id}/decision", IDEA_DECIDERS, Plain),
    ("POST /ideas/{id}/reopening", IDEA_DECIDERS, Plain),
    ("POST /ideas/{id}/assignment", IDEA_DECIDERS, Plain),
    ("POST /ideas/{id}/progress", SignedIn, Plain),
    ("POST /ideas/{id}/delivery", SignedIn, Plain),
    ("POST /ideas/{id}/acceptance", IDEA_DECIDERS, Plain),
    ("POST /ideas/{id}/outcomes", IDEA_DECIDERS, Plain),
    ("POST /outcomes/{id}/correction", IDEA_DECIDERS, Plain),
    ("POST /ideas/{id}/closure", IDEA_DECIDERS, Plain),
    ("PUT /ideas/{id}/recusals/mine", MEETING_HOLDERS, Plain),
    ("PUT /ideas/{id}/like", SignedIn, Plain),
    ("DELETE /ideas/{id}/like", SignedIn, Plain),
    ("GET /ideas/{id}/comments", SignedIn, Plain),
    ("POST /ideas/{id}/comments", SignedIn, Plain),
    ("DELETE /ideas/{id}/comments/{comment_id}", SignedIn, Plain),
    // brands
    ("GET /brands", SignedIn, Plain),
    ("POST /campaigns/{id}/proposals", SignedIn, Plain),
    ("GET /campaigns/{id}/proposals", SignedIn, Plain),
    ("POST /entry-proposals/{id}/withdrawal", SignedIn, Plain),
    ("POST /entry-proposals/{id}/approval", CAMPAIGN_RUNNERS, Plain),
    ("POST /entry-proposals/{id}/refusal", CAMPAIGN_RUNNERS, Plain),
    ("POST /entries/{id}/adoption", CAMPAIGN_RUNNERS, Plain),
    ("GET /brands/{id}", SignedIn, Plain),
    ("POST /brands", BRAND_KEEPERS, Plain),
    ("PATCH /brands/{id}", BRAND_KEEPERS, Plain),
    ("POST /brands/{id}/evidence", BRAND_KEEPERS, Plain),
    ("DELETE /brands/{id}/evidence/{file_id}", BRAND_KEEPERS, Plain),
    ("PUT /brands/{id}/picture", BRAND_KEEPERS, Plain),
    ("POST /imports/brands", CONTENT_MANAGERS, Plain),
    ("POST /imports/brands/{id}/withdrawal", CONTENT_MANAGERS, Plain),
    ("GET /exports/brands", CONTENT_READERS, Plain),
    // campaigns
    ("GET /campaigns", SignedIn, Plain),
    ("POST /campaigns", CAMPAIGN_RUNNERS, Exactly(new_campaign)),
    ("GET /campaigns/{id}", SignedIn, Plain),
    ("PATCH /campaigns/{id}", CAMPAIGN_RUNNERS, Plain),
    ("POST /campaigns/{id}/announcement", CAMPAIGN_RUNNERS, Plain),
    ("POST /campaigns/{id}/opening", CAMPAIGN_RUNNERS, Plain),
    ("POST /campaigns/{id}/withdrawal", CAMPAIGN_RUNNERS, Plain),
    ("POST /campaigns/{id}/stage-closing", CAMPAIGN_RUNNERS, Plain),
    ("POST /campaigns/{id}/extensions", CAMPAIGN_RUNNERS, Plain),
    ("POST /extensions/{id}/approval", CAMPAIGN_DECIDERS, Plain),
    ("DELETE /extensions/{id}", CAMPAIGN_RUNNERS, Plain),
    ("POST /campaigns/{id}/cancellation", CAMPAIGN_RUNNERS, Plain),
    ("POST /campaigns/{id}/cancellation/approval", CAMPAIGN_DECIDERS, Plain),
    ("DELETE /campaigns/{id}/cancellation", CAMPAIGN_RUNNERS, Plain),
    ("GET /campaigns/{id}/roll", SignedIn, Plain),
    ("GET /campaigns/{id}/participation", SignedIn, Plain),
    ("GET /campaigns/{id}/entries", SignedIn, Plain),
    ("POST /campaigns/{id}/entries", ENTRY_WRITERS, Exactly(new_entry)),
    ("GET /entries/{id}", SignedIn, Plain),
    ("PATCH /entries/{id}", ENTRY_WRITERS, Plain),
    ("POST /entries/{id}/submission", ENTRY_WRITERS, Plain),
    ("POST /entries/{id}/withdrawal", ENTRY_WRITERS, Plain),
    ("GET /entries/{id}/versions", SignedIn, Plain),
    ("PUT /entries/{id}/article", With(&[Secretary, BranchCommittee, Organiser]), Plain),
    ("GET /entries/{id}/article", SignedIn, Plain),
    ("GET /entries/{id}/article/versions", SignedIn, Plain),
    ("GET /entries/{id}/evidence", SignedIn, Plain),
    ("POST /entries/{id}/evidence", ENTRY_WRITERS, Plain),
    ("DELETE /entries/{id}/evidence/{file_id}", ENTRY_WRITERS, Plain),
    ("PUT /entries/{id}/scores/mine", SignedIn, Plain),
    ("GET /entries/{id}/scores/mine", SignedIn, Plain),
    ("PUT /entries/{id}/recusals/mine", SignedIn, Plain),
    ("GET /campaigns/{id}/scores/mine", SignedIn, Plain),
    ("GET /campaigns/{id}/scores", CAMPAIGN_READERS, Plain),
    ("GET /campaigns/{id}/flags", CAMPAIGN_READERS, Plain),
    ("GET /campaigns/{id}/flags/{flag}", CAMPAIGN_READERS, Plain),
    ("GET /campaigns/{id}/flag-review", CAMPAIGN_READERS, Plain),
    ("POST /campaigns/{id}/flag-review", With(&[Organiser, CommitteeMember]), Plain),
    ("GET /campaigns/{id}/voidings", CAMPAIGN_READERS, Plain),
    ("POST /campaigns/{id}/voidings", CAMPAIGN_RUNNERS, Plain),
    ("POST /voidings/{id}/approval", CAMPAIGN_DECIDERS, Plain),
    ("DELETE /voidings/{id}", CAMPAIGN_RUNNERS, Plain),
    ("POST /campaigns/{id}/ballots", SignedIn, Plain),
    ("GET /campaigns/{id}/ballots/mine", SignedIn, Plain),
    ("GET /campaigns/{id}/receipts", SignedIn, Plain),
    ("GET /campaigns/{id}/results", SignedIn, Plain),
    ("GET /entries/{id}/explanation", SignedIn, Plain),
    ("GET /exports/campaigns/{id}", Anyone, Plain),
    ("PUT /campaigns/{id}/decision", CAMPAIGN_DECIDERS, Plain),
    ("PUT /campaigns/{id}/recusals/mine", CAMPAIGN_DECIDERS, Plain),
    ("POST /campaigns/{id}/publication", CAMPAIGN_RUNNERS, Plain),
    ("POST /campaigns/{id}/archive", CAMPAIGN_RUNNERS, Plain),
    ("GET /campaigns/{id}/awards", SignedIn, Plain),
    ("POST /campaigns/{id}/objections", SignedIn, Plain),
    ("GET /campaigns/{id}/objections", SignedIn, Plain),
    ("PUT /objections/{id}/answer", CAMPAIGN_RUNNERS, Plain),
    ("PUT /objections/{id}/recusals/mine", CAMPAIGN_RUNNERS, Plain),
    ("DELETE /objections/{id}", SignedIn, Plain),
    ("POST /campaigns/{id}/bulletin", CAMPAIGN_RUNNERS, Plain),
    ("GET /campaigns/{id}/bulletin", SignedIn, Plain),
    ("PUT /campaigns/{id}/bulletin", CAMPAIGN_RUNNERS, Plain),
    ("GET /campaigns/{id}/bulletin/versions", CAMPAIGN_READERS, Plain),
    ("POST /campaigns/{id}/bulletin/review", CAMPAIGN_DECIDERS, Plain),
    ("POST /campaigns/{id}/bulletin/issuance", CAMPAIGN_RUNNERS, Plain),
    ("POST /campaigns/{id}/bulletin/findings/{place}/task", CAMPAIGN_RUNNERS, Plain),
    // notices
    ("POST /me/feedback", SignedIn, Plain),
    ("GET /me/feedback", SignedIn, Plain),
    ("GET /feedback", With(&[Organiser, Auditor, Administrator]), Plain),
    ("GET /feedback/{id}", SignedIn, Plain),
    ("PUT /feedback/{id}/answer", With(&[Organiser, Administrator]), Plain),
    ("GET /me/texts", SignedIn, Plain),
    ("GET /texts", TEXT_REVIEWERS, Plain),
    ("GET /texts/{id}", SignedIn, Plain),
    ("POST /texts/{id}/decision", TEXT_REVIEWERS, Plain),
    ("GET /presets", SignedIn, Plain),
    ("GET /me/today", SignedIn, Plain),
    ("GET /config", Anyone, Plain),
    ("GET /me/settings", SignedIn, Plain),
    ("PUT /me/settings", SignedIn, Plain),
    ("GET /me/notices", SignedIn, Plain),
    ("GET /me/notices/unread-count", SignedIn, Plain),
    ("POST /me/notices/receipts", SignedIn, Plain),
    // files
    ("POST /files", SignedIn, Plain),
    ("GET /files/{id}", SignedIn, Plain),
    ("GET /files/{id}/picture", Anyone, Plain),
    ("GET /files/{id}/thumbnail", SignedIn, Plain),
    ("DELETE /files/{id}", SignedIn, Plain),
    // burden
    ("GET /units/{id}/burden", PUSH_PLANNERS, OfUnit),
    ("GET /units/{id}/office-burden", PUSH_PLANNERS, OfUnit),
    // facts
    ("GET /facts", RESULT_READERS, Plain),
    ("GET /facts/{name}", RESULT_READERS, Plain),
    ("GET /facts/{name}/records", RESULT_READERS, Plain),
    // alarms
    ("GET /operations/alarms", ADMINISTRATORS, Plain),
    // audit
    ("GET /audit", With(&[Auditor]), Plain),
    ("GET /audit/verification", With(&[Auditor]), Plain),
    ("GET /exports/trail", With(&[Auditor]), Plain),
    ("GET /exports/points-proof", SignedIn, Plain),
    // settings
    ("GET /settings", SETTING_READERS, Plain),
    ("GET /settings/{key}", SETTING_READERS, Plain),
    ("PUT /settings/{key}", SETTING_CHANGERS, Plain),
    ("GET /settings/{key}/history", SETTING_READERS, Plain),
    ("GET /setting-proposals/{id}", SETTING_READERS, Plain),
    ("POST /setting-proposals/{id}/approval", SETTING_CHANGERS, Plain),
    ("POST /setting-proposals/{id}/refusal", SETTING_CHANGERS, Plain),
    ("POST /setting-proposals/{id}/withdrawal", SETTING_CHANGERS, Plain),
    ("GET /calendars/{year}", SignedIn, Plain),
    ("PUT /calendars/{year}", CONTENT_MANAGERS, Plain),
    // operations
    ("GET /operations/channels", ADMINISTRATORS, Plain),
    ("GET /operations/outbox", ADMINISTRATORS, Plain),
    ("POST /operations/outbox/release", ADMINISTRATORS, Plain),
    ("POST /operations/outbox/{id}/release", ADMINISTRATORS, Plain),
    ("DELETE /operations/outbox/{id}", ADMINISTRATORS, Plain),
    // last, because it ends the sessions of those who ask
    ("DELETE /session", SignedIn, Plain),
];

/// What a route has to do with the own case of who calls it.
#[derive(Clone, Copy)]
enum OwnCase {
    /// Kept from those who are involved, by the table in `base::own_case`.
    Judges(&'static [Judgement]),
    /// Open to everybody with the duty, for this reason.
    Open(&'static str),
}
use OwnCase::*;

const OWN: &str = "his own";
const NOBODY_YET: &str = "before anybody has signed in";
const ORDER: &str = "keeps the order of the enterprise, which belongs to nobody";
const WRITES: &str = "writes or runs something; who judges it is another verb";
const ASKS: &str = "asks for it; another one answers";
const BACK: &str = "takes back what he asked for himself";
const LEAVES: &str = "leaves it to others";
const COMPUTED: &str = "makes known what others decided or what was computed";
const SERVICE: &str = "looks after the service, and sees of nobody what it was about";
const SETS: &str = "sets what others are to do; whether it was done is judged by somebody without a part in it";
const LOOKS: &str = "says what a file looks like, and not what is in it";
const DOES: &str = "does what his unit owes; another one judges it";
const MINUTES: &str = "writes down what others did; every version stays, with its writer";

/// Every route that changes something, and whether somebody may do so in a case of his own. A route that is missing here
/// fails the build of the house: say which judgement it is, or why it is none.
const OWN_CASE: &[(&str, OwnCase)] = &[
    ("POST /session", Open(NOBODY_YET)),
    ("POST /session/refresh", Open(OWN)),
    ("POST /session/invitation", Open(NOBODY_YET)),
    ("POST /study/pushes/{id}/reminder", Open(WRITES)),
    ("POST /session/platforms/{platform}", Open(NOBODY_YET)),
    ("POST /session/binding", Open(NOBODY_YET)),
    ("DELETE /me/platforms/{platform}", Open(OWN)),
    ("PUT /me/notice-settings", Open(OWN)),
    ("POST /desk-items/{id}/assignment", Open("has another one prepare it; who decides stays the same")),
    ("DELETE /desk-items/{id}/assignment", Open(BACK)),
    ("PUT /desk-items/{id}/preparation", Open("prepares it for others, who decide")),
    ("POST /me/wechat/subscriptions", Open(OWN)),
    ("POST /platforms/wechat/events", Open("the platform tells of its user, by a signature")),
    ("DELETE /me/sessions/{id}", Open(OWN)),
    ("PUT /me/password", Open(OWN)),
    ("PUT /me/consents/{version}", Open(OWN)),
    ("POST /session/reset-request", Open(NOBODY_YET)),
    ("DELETE /me/reset-request", Open(OWN)),
    (
        "POST /me/resets/{id}/approval",
        Open("his own device says yes; that is what the second person is for where he has none"),
    ),
    ("POST /me/resets/{id}/refusal", Open("his own device says no, which outweighs every yes")),
    ("POST /me/second-factor", Open(OWN)),
    ("POST /me/second-factor/confirmation", Open(OWN)),
    ("POST /me/second-factor/recovery-codes", Open(OWN)),
    ("POST /me/second-factor/removal", Open(OWN)),
    ("POST /session/second-factor", Open(OWN)),
    ("POST /second-factor-resets", Open("asks for it, never for his own; another one answers")),
    ("POST /second-factor-resets/{id}/approval", Judges(&[AnswerProposal])),
    ("POST /second-factor-resets/{id}/refusal", Judges(&[AnswerProposal])),
    ("POST /second-factor-resets/{id}/withdrawal", Open(BACK)),
    ("POST /invitations", Open("a code for somebody who ever signed in waits for another person")),
    ("POST /resets/{id}/approval", Judges(&[AnswerProposal])),
    ("PATCH /me", Open(OWN)),
    ("POST /units", Open(ORDER)),
    ("PATCH /units/{id}", Open(ORDER)),
    ("POST /members", Open(ORDER)),
    ("PATCH /members/{id}", Open("keeps the roster; duties are not in it, and to leave takes two")),
    ("POST /members/{id}/absences", Open("nobody enters leave of his own, whatever his duty")),
    ("DELETE /members/{id}/absences/{absence_id}", Open("nobody takes back leave of his own, whatever his duty")),
    ("POST /members/{id}/roles", Judges(&[GrantDuty])),
    ("DELETE /members/{id}/roles/{role_id}", Open("to lay one's own duty down harms nobody; privileged ones take two")),
    ("POST /duty-proposals/{id}/approval", Judges(&[AnswerProposal])),
    ("POST /duty-proposals/{id}/refusal", Judges(&[AnswerProposal])),
    ("POST /duty-proposals/{id}/withdrawal", Open(BACK)),
    ("POST /phone-proposals/{id}/approval", Judges(&[AnswerProposal])),
    ("POST /phone-proposals/{id}/refusal", Judges(&[AnswerProposal])),
    ("DELETE /me/phone-proposal", Open(OWN)),
    ("POST /me/corrections", Open(OWN)),
    ("DELETE /me/corrections/{id}", Open(OWN)),
    ("POST /member-corrections/{id}/approval", Judges(&[AnswerProposal])),
    ("POST /member-corrections/{id}/refusal", Judges(&[AnswerProposal])),
    ("POST /anonymisations", Open("only somebody who has left, who proposes nothing; another one confirms it")),
    ("POST /anonymisations/{id}/approval", Judges(&[AnswerProposal])),
    ("POST /anonymisations/{id}/refusal", Judges(&[AnswerProposal])),
    ("POST /anonymisations/{id}/withdrawal", Open(BACK)),
    ("POST /imports/units", Open(ORDER)),
    ("POST /imports/units/{id}/withdrawal", Open(BACK)),
    ("POST /imports/members/{id}/withdrawal", Open(BACK)),
    ("POST /imports/members", Open("names duties of branches only; privileged ones take two")),
    ("POST /points/rules", Open("a rule is for everybody, and for days to come")),
    ("DELETE /points/rules/{rule}/{version}", Open("a rule is for everybody, and for days to come")),
    (
        "POST /report-forms",
        Open("what is asked is asked of every unit of a kind; beyond the limits another one approves"),
    ),
    ("PATCH /report-forms/{id}", Open("is for every unit of a kind, and for periods to come")),
    ("POST /report-forms/{id}/renewal", Open(WRITES)),
    ("POST /report-forms/{id}/ending", Open(WRITES)),
    ("POST /report-forms/{id}/approval", Judges(&[AnswerProposal])),
    ("POST /report-forms/{id}/refusal", Judges(&[AnswerProposal])),
    ("PUT /reports/{id}/draft", Open(WRITES)),
    ("POST /reports/{id}/submission", Open(WRITES)),
    ("POST /reports/{id}/no-change", Open(WRITES)),
    ("POST /reports/{id}/review", Judges(&[ReviewReport])),
    ("POST /reports/{id}/return", Judges(&[ReviewReport])),
    ("POST /reports/{id}/task", Open(SETS)),
    ("POST /reports/{id}/requests", Open(ASKS)),
    ("POST /report-requests/{id}/approval", Judges(&[AnswerProposal])),
    ("POST /report-requests/{id}/refusal", Judges(&[AnswerProposal])),
    ("POST /report-requests/{id}/withdrawal", Open(BACK)),
    ("POST /reports/{id}/corrections", Open(ASKS)),
    ("POST /report-corrections/{id}/answer", Open("explains a number, and changes none")),
    ("POST /report-periods/{id}/bulletin", Open(WRITES)),
    ("PUT /report-periods/{id}/bulletin", Open(WRITES)),
    ("POST /report-periods/{id}/bulletin/review", Judges(&[ReviewBulletin])),
    ("POST /report-periods/{id}/bulletin/issuance", Open(COMPUTED)),
    ("POST /task-lists", Open(SETS)),
    ("PATCH /task-lists/{id}", Open(SETS)),
    ("PUT /task-lists/{id}/layout", Open(LOOKS)),
    ("DELETE /task-lists/{id}/layout", Open(LOOKS)),
    ("PUT /report-forms/{id}/layout", Open(LOOKS)),
    ("DELETE /report-forms/{id}/layout", Open(LOOKS)),
    ("PUT /task-lists/{id}/items/{number}", Open(SETS)),
    ("DELETE /task-lists/{id}/items/{number}", Open(SETS)),
    ("POST /task-lists/{id}/layings", Open(SETS)),
    ("POST /task-lists/{id}/closing", Judges(&[VerifyTask])),
    ("POST /imports/task-lists/{id}", Open(SETS)),
    ("PUT /tasks/{id}/people", Open(DOES)),
    ("PUT /tasks/{id}/nodes/{place}", Open(DOES)),
    ("POST /campaigns/{id}/bulletin/findings/{place}/task", Open(SETS)),
    ("POST /tasks/{id}/acceptance", Open(DOES)),
    ("POST /tasks/{id}/answer", Open(DOES)),
    ("POST /tasks/{id}/rewording", Open(SETS)),
    ("POST /tasks/{id}/redirection", Open(SETS)),
    ("POST /tasks/{id}/dismissal", Judges(&[VerifyTask])),
    ("POST /tasks/{id}/reports", Open(DOES)),
    ("POST /tasks/{id}/submission", Open(DOES)),
    ("POST /tasks/{id}/verification", Judges(&[VerifyTask])),
    ("POST /tasks/{id}/return", Judges(&[VerifyTask])),
    ("POST /tasks/{id}/closing", Judges(&[VerifyTask])),
    ("POST /tasks/{id}/suspension", Open(SETS)),
    ("POST /tasks/{id}/resumption", Open(SETS)),
    ("POST /tasks/{id}/merging", Open(SETS)),
    ("POST /tasks/{id}/reminder", Open(SETS)),
    ("POST /tasks/{id}/extension", Open(ASKS)),
    ("POST /tasks/{id}/extension/approval", Judges(&[GrantTask])),
    ("POST /tasks/{id}/extension/refusal", Judges(&[GrantTask])),
    ("POST /tasks/{id}/extension/withdrawal", Open(BACK)),
    ("POST /tasks/{id}/cancellation", Open(ASKS)),
    ("POST /tasks/{id}/cancellation/approval", Judges(&[GrantTask])),
    ("POST /tasks/{id}/cancellation/refusal", Judges(&[GrantTask])),
    ("POST /tasks/{id}/cancellation/withdrawal", Open(BACK)),
    ("POST /appraisal/schemes", Open("a rule is for everybody, and for days to come")),
    ("DELETE /appraisal/schemes/{version}", Open("a rule is for everybody, and for days to come")),
    ("POST /appraisal/rules", Open("a rule is for everybody, and for days to come")),
    ("POST /appraisal/rule-trials", Open("writes nothing")),
    ("POST /appraisal/openings", Open("gives everybody what the scheme says, and nobody anything twice")),
    ("PUT /members/{id}/appraisal-class", Judges(&[SetAppraisalClass])),
    ("POST /appraisal/proposals", Open(ASKS)),
    ("PUT /appraisal/proposals/{id}/reply", Open(OWN)),
    ("POST /appraisal/proposals/{id}/approval", Judges(&[DecideAppraisal])),
    ("POST /appraisal/proposals/{id}/refusal", Judges(&[DecideAppraisal])),
    ("POST /appraisal/proposals/{id}/withdrawal", Open(BACK)),
    ("POST /appraisal/entries/{id}/appeal", Open(ASKS)),
    ("PUT /appraisal/appeals/{id}/decision", Judges(&[DecideAppraisalAppeal])),
    ("POST /appraisal/appeals/{id}/withdrawal", Open(BACK)),
    ("POST /imports/appraisal", Open(ASKS)),
    ("POST /appraisal/imports/{id}/approval", Judges(&[DecideAppraisal])),
    ("POST /imports/appraisal/{id}/withdrawal", Open(BACK)),
    ("POST /units/{id}/obligation-entries", Open(WRITES)),
    ("DELETE /obligation-entries/{id}", Open(WRITES)),
    ("POST /units/{id}/obligation-events", Open(WRITES)),
    ("DELETE /obligation-events/{id}", Open(WRITES)),
    ("POST /units/{id}/obligation-exemptions", Open(ASKS)),
    ("POST /obligation-exemptions/{id}/approval", Judges(&[AnswerProposal])),
    ("POST /obligation-exemptions/{id}/refusal", Judges(&[AnswerProposal])),
    ("POST /obligation-exemptions/{id}/withdrawal", Open(BACK)),
    ("POST /obligation-rules", Open("a rule is for everybody, and for days to come")),
    ("POST /obligation-rules/{code}/end", Open("a rule is for everybody, and for days to come")),
    ("POST /obligation-rules/{code}/use", Open("a rule is for everybody, and for days to come")),
    ("POST /honours", Judges(&[GiveHonour])),
    ("POST /honours/{id}/withdrawal", Judges(&[GiveHonour])),
    ("POST /honour-bars", Judges(&[GiveHonour])),
    ("POST /honour-holders/{id}/falls", Judges(&[GiveHonour])),
    ("POST /imports/honours", Open("writes down what others gave, by its document")),
    ("POST /star-schemes", Open("a rule is for everybody, and for days to come")),
    ("DELETE /star-schemes/{version}", Open("a rule is for everybody, and for days to come")),
    ("POST /units/{id}/grade", Judges(&[JudgeGrade])),
    ("POST /grade-cases", Open(ASKS)),
    ("POST /grade-cases/{id}/inspection", Judges(&[JudgeGrade])),
    ("POST /grade-cases/{id}/rectification", Open("says what the branch has done; another one looks")),
    ("POST /grade-cases/{id}/recheck", Judges(&[JudgeGrade])),
    ("POST /grade-cases/{id}/decision", Judges(&[JudgeGrade])),
    ("POST /title-rounds", Open(WRITES)),
    ("POST /title-rounds/{id}/nominations", Open("asks for it, and never for himself; another one answers")),
    ("POST /title-rounds/{id}/decision", Judges(&[JudgeNomination])),
    ("POST /title-rounds/{id}/naming", Judges(&[JudgeNomination])),
    ("POST /title-nominations/{id}/forwarding", Judges(&[JudgeNomination])),
    ("PUT /title-nominations/{id}/opinions/{office}", Judges(&[JudgeNomination])),
    ("POST /title-nominations/{id}/refusal", Judges(&[JudgeNomination])),
    ("POST /insignia", Open(WRITES)),
    ("POST /insignia/{id}/handover", Judges(&[GiveHonour])),
    ("POST /boards/rebuild", Open("computed from the ledger")),
    ("POST /study/items", Open(WRITES)),
    ("PATCH /study/items/{id}", Open(WRITES)),
    ("DELETE /study/items/{id}", Open(WRITES)),
    ("POST /study/items/{id}/readings", Open(OWN)),
    ("POST /study/readings/{id}/completion", Open(OWN)),
    ("POST /study/pushes", Open(WRITES)),
    ("DELETE /study/pushes/{id}", Open(WRITES)),
    ("PUT /quiz/daily/{day}/submission", Open(OWN)),
    ("PUT /quiz/daily/{day}", Open(WRITES)),
    ("DELETE /quiz/daily/{day}", Open(WRITES)),
    ("POST /quiz/practice", Open(OWN)),
    ("POST /questions", Open(WRITES)),
    ("PATCH /questions/{id}", Open(WRITES)),
    ("DELETE /questions/{id}", Open(WRITES)),
    ("POST /questions/{id}/correction", Open("the same key for everybody, with a published reason")),
    ("POST /questions/{id}/correction/preview", Open("changes nothing")),
    ("POST /questions/{id}/voidings", Open(ASKS)),
    ("POST /question-voidings/{id}/approval", Judges(&[AnswerProposal])),
    ("POST /question-voidings/{id}/refusal", Judges(&[AnswerProposal])),
    ("POST /question-voidings/{id}/withdrawal", Open(BACK)),
    ("POST /imports/questions", Open(WRITES)),
    ("POST /imports/questions/{id}/withdrawal", Open(BACK)),
    ("POST /challenge/runs", Open(OWN)),
    ("POST /challenge/runs/{id}/answers", Open(OWN)),
    ("POST /challenge/runs/{id}/revival", Open(OWN)),
    ("POST /challenge/runs/{id}/completion", Open(OWN)),
    ("POST /contests", Open(WRITES)),
    ("PATCH /contests/{id}", Open(WRITES)),
    ("POST /contests/{id}/announcement", Open(WRITES)),
    ("POST /contests/{id}/opening", Open(WRITES)),
    ("POST /contests/{id}/closing", Open(WRITES)),
    ("POST /contests/{id}/publication", Open(COMPUTED)),
    ("POST /contests/{id}/withdrawal", Open(WRITES)),
    ("POST /contests/{id}/extensions", Open("for everybody alike, with a published reason")),
    ("POST /contests/{id}/cancellation", Open(ASKS)),
    ("DELETE /contests/{id}/cancellation", Open(BACK)),
    ("POST /contests/{id}/cancellation/approval", Judges(&[AnswerProposal])),
    ("POST /contests/{id}/attempts", Open(OWN)),
    ("PUT /attempts/{id}/answers/{question_id}", Open(OWN)),
    ("POST /attempts/{id}/submission", Open(OWN)),
    ("POST /meetings", Open(MINUTES)),
    ("PATCH /meetings/{id}", Open(MINUTES)),
    ("DELETE /meetings/{id}", Open(MINUTES)),
    ("PUT /meetings/{id}/my-attendance", Open(OWN)),
    ("POST /meetings/{id}/photographs", Open(MINUTES)),
    ("DELETE /meetings/{id}/photographs/{file_id}", Open(MINUTES)),
    ("DELETE /meetings/{id}/attendance/{member_id}", Open(MINUTES)),
    ("POST /meetings/{id}/decisions/{number}/task", Open(SETS)),
    (
        "POST /meetings/{id}/absences",
        Open("proposes what a rule says; the member may answer, and another person decides"),
    ),
    ("POST /ideas", Open(OWN)),
    ("PUT /ideas/categories", Open(ORDER)),
    ("PATCH /ideas/{id}", Open(OWN)),
    ("POST /ideas/{id}/attachments", Open(OWN)),
    ("DELETE /ideas/{id}/attachments/{file_id}", Open(OWN)),
    ("POST /ideas/{id}/submission", Open(OWN)),
    ("POST /ideas/{id}/withdrawal", Open(OWN)),
    ("POST /ideas/{id}/collection", Judges(&[CollectIdea])),
    ("POST /ideas/{id}/return", Judges(&[ReturnIdea])),
    ("POST /ideas/{id}/merge", Judges(&[MergeIdea])),
    ("POST /ideas/{id}/decision", Judges(&[DecideIdea])),
    ("POST /ideas/{id}/reopening", Judges(&[ReopenIdea])),
    ("POST /ideas/{id}/assignment", Judges(&[AssignIdea])),
    ("POST /ideas/{id}/progress", Open(OWN)),
    ("POST /ideas/{id}/delivery", Open(OWN)),
    ("POST /ideas/{id}/acceptance", Judges(&[AcceptIdea])),
    ("POST /ideas/{id}/outcomes", Judges(&[RecordOutcome])),
    ("POST /outcomes/{id}/correction", Judges(&[CorrectOutcome])),
    ("POST /ideas/{id}/closure", Judges(&[CloseIdea])),
    ("PUT /ideas/{id}/recusals/mine", Open(LEAVES)),
    ("PUT /ideas/{id}/like", Judges(&[LikeIdea])),
    ("DELETE /ideas/{id}/like", Open(OWN)),
    ("POST /ideas/{id}/comments", Open(OWN)),
    ("DELETE /ideas/{id}/comments/{comment_id}", Open(OWN)),
    ("POST /campaigns/{id}/proposals", Open(WRITES)),
    ("POST /entry-proposals/{id}/withdrawal", Open(BACK)),
    ("POST /entry-proposals/{id}/approval", Judges(&[AnswerProposal])),
    ("POST /entry-proposals/{id}/refusal", Judges(&[AnswerProposal])),
    ("POST /entries/{id}/adoption", Open(COMPUTED)),
    ("POST /brands", Open(WRITES)),
    ("PATCH /brands/{id}", Open(WRITES)),
    ("POST /brands/{id}/evidence", Open(WRITES)),
    ("DELETE /brands/{id}/evidence/{file_id}", Open(WRITES)),
    ("PUT /brands/{id}/picture", Open(WRITES)),
    ("POST /imports/brands", Open(WRITES)),
    ("POST /imports/brands/{id}/withdrawal", Open(BACK)),
    ("POST /campaigns", Open(WRITES)),
    ("PATCH /campaigns/{id}", Open(WRITES)),
    ("POST /campaigns/{id}/announcement", Open(WRITES)),
    ("POST /campaigns/{id}/opening", Open(WRITES)),
    ("POST /campaigns/{id}/withdrawal", Open(WRITES)),
    ("POST /campaigns/{id}/stage-closing", Open(WRITES)),
    ("POST /campaigns/{id}/extensions", Open(ASKS)),
    ("POST /extensions/{id}/approval", Judges(&[AnswerProposal, ConfirmSelectionChange])),
    ("DELETE /extensions/{id}", Open(BACK)),
    ("POST /campaigns/{id}/cancellation", Open(ASKS)),
    ("POST /campaigns/{id}/cancellation/approval", Judges(&[AnswerProposal, ConfirmSelectionChange])),
    ("DELETE /campaigns/{id}/cancellation", Open(BACK)),
    ("POST /campaigns/{id}/entries", Open(WRITES)),
    ("PATCH /entries/{id}", Open(WRITES)),
    ("POST /entries/{id}/submission", Open(WRITES)),
    ("POST /entries/{id}/withdrawal", Open(WRITES)),
    ("PUT /entries/{id}/article", Open(WRITES)),
    ("POST /entries/{id}/evidence", Open(WRITES)),
    ("DELETE /entries/{id}/evidence/{file_id}", Open(WRITES)),
    ("PUT /entries/{id}/scores/mine", Judges(&[ScoreAsExpert, ScoreForUnit])),
    ("PUT /entries/{id}/recusals/mine", Open(LEAVES)),
    ("POST /campaigns/{id}/flag-review", Judges(&[ReviewFlags])),
    ("POST /campaigns/{id}/voidings", Open(ASKS)),
    ("POST /voidings/{id}/approval", Judges(&[AnswerProposal, ConfirmSelectionChange])),
    ("DELETE /voidings/{id}", Open(BACK)),
    ("POST /campaigns/{id}/ballots", Judges(&[Vote])),
    ("PUT /campaigns/{id}/decision", Judges(&[DecideSelection])),
    ("PUT /campaigns/{id}/recusals/mine", Open(LEAVES)),
    ("POST /campaigns/{id}/publication", Open(COMPUTED)),
    ("POST /campaigns/{id}/archive", Open(WRITES)),
    ("POST /campaigns/{id}/objections", Open(OWN)),
    ("PUT /objections/{id}/answer", Judges(&[AnswerObjection])),
    ("PUT /objections/{id}/recusals/mine", Open(LEAVES)),
    ("DELETE /objections/{id}", Open(OWN)),
    ("POST /campaigns/{id}/bulletin", Open(WRITES)),
    ("PUT /campaigns/{id}/bulletin", Open(WRITES)),
    ("POST /campaigns/{id}/bulletin/review", Judges(&[ReviewBulletin])),
    ("POST /campaigns/{id}/bulletin/issuance", Open(COMPUTED)),
    ("POST /me/feedback", Open(OWN)),
    ("PUT /feedback/{id}/answer", Judges(&[AnswerFeedback])),
    ("POST /texts/{id}/decision", Judges(&[ReviewText])),
    ("PUT /me/settings", Open(OWN)),
    ("PUT /me/calendar/feed", Open(OWN)),
    ("DELETE /me/calendar/feed", Open(OWN)),
    ("POST /me/notices/receipts", Open(OWN)),
    ("POST /files", Open(OWN)),
    ("DELETE /files/{id}", Open(OWN)),
    ("PUT /settings/{key}", Open("a delicate one is a proposal; the others are for everybody")),
    ("PUT /calendars/{year}", Open(ORDER)),
    ("POST /setting-proposals/{id}/approval", Judges(&[AnswerProposal])),
    ("POST /setting-proposals/{id}/refusal", Judges(&[AnswerProposal])),
    ("POST /setting-proposals/{id}/withdrawal", Open(BACK)),
    ("POST /operations/outbox/release", Open(SERVICE)),
    ("POST /operations/outbox/{id}/release", Open(SERVICE)),
    ("DELETE /operations/outbox/{id}", Open(SERVICE)),
    ("DELETE /session", Open(OWN)),
];

/// What was tried of each judgement, and by which tests: every involvement that keeps somebody from it.
const TRIED: &[(Judgement, &[Involvement], &str)] = &[
    (CollectIdea, HANDLING, "own_case::nobody_handles_an_idea_in_which_he_is_involved"),
    (ReturnIdea, HANDLING, "own_case::nobody_handles_an_idea_in_which_he_is_involved"),
    (MergeIdea, HANDLING, "own_case::nobody_handles_an_idea_in_which_he_is_involved"),
    (DecideIdea, HANDLING, "own_case::nobody_handles_an_idea_in_which_he_is_involved"),
    (ReopenIdea, HANDLING, "own_case::nobody_handles_an_idea_in_which_he_is_involved"),
    (AssignIdea, HANDLING, "own_case::nobody_handles_an_idea_in_which_he_is_involved"),
    (AcceptIdea, HANDLING, "own_case::nobody_handles_an_idea_in_which_he_is_involved"),
    (RecordOutcome, HANDLING, "own_case::nobody_handles_an_idea_in_which_he_is_involved"),
    (CloseIdea, HANDLING, "own_case::nobody_handles_an_idea_in_which_he_is_involved"),
    (
        CorrectOutcome,
        &[Author, CoAuthor, MergedAuthor, Implementer, Proposer, Recused],
        "own_case::nobody_puts_an_outcome_right_that_he_recorded_or_of_an_idea_in_which_he_is_involved",
    ),
    (LikeIdea, &[Author, CoAuthor], "merging::likes_of_a_former_text_and_of_a_co_author_do_not_count"),
    (CollectIdea, &[Recused], "own_case::who_asked_to_be_kept_out_of_an_idea_takes_no_step_of_it"),
    (ReturnIdea, &[Recused], "own_case::who_asked_to_be_kept_out_of_an_idea_takes_no_step_of_it"),
    (MergeIdea, &[Recused], "own_case::who_asked_to_be_kept_out_of_an_idea_takes_no_step_of_it"),
    (DecideIdea, &[Recused], "own_case::who_asked_to_be_kept_out_of_an_idea_takes_no_step_of_it"),
    (ReopenIdea, &[Recused], "own_case::who_asked_to_be_kept_out_of_an_idea_takes_no_step_of_it"),
    (AssignIdea, &[Recused], "own_case::who_asked_to_be_kept_out_of_an_idea_takes_no_step_of_it"),
    (AcceptIdea, &[Recused], "own_case::who_asked_to_be_kept_out_of_an_idea_takes_no_step_of_it"),
    (RecordOutcome, &[Recused], "own_case::who_asked_to_be_kept_out_of_an_idea_takes_no_step_of_it"),
    (CloseIdea, &[Recused], "own_case::who_asked_to_be_kept_out_of_an_idea_takes_no_step_of_it"),
    (ScoreAsExpert, ENTRANTS, "own_case::an_expert_scores_neither_his_own_entry_nor_one_of_his_branch"),
    (ScoreAsExpert, &[Recused], "own_case::an_expert_may_ask_to_be_kept_out_of_an_entry_until_he_has_scored_it"),
    (ScoreForUnit, ENTRANTS, "own_case::who_is_involved_in_an_entry_does_not_score_it_for_another_unit"),
    (Vote, ENTRANTS, "own_case::nobody_votes_for_what_he_led_or_wrote_in_any_version"),
    (DecideSelection, ENTRANTS, "own_case::who_takes_part_in_a_selection_leaves_the_decision_to_others"),
    (DecideSelection, &[Recused], "own_case::who_asked_to_be_kept_out_of_a_decision_or_an_answer_leaves_it_to_others"),
    (AnswerObjection, &[Recused], "own_case::who_asked_to_be_kept_out_of_a_decision_or_an_answer_leaves_it_to_others"),
    (
        AnswerObjection,
        &[Proposer, Owner, Writer, Involvement::OfUnit, BelowUnit],
        "own_case::who_is_a_party_to_an_objection_does_not_answer_it",
    ),
    (ConfirmSelectionChange, &[Owner, Writer], "own_case::who_takes_part_confirms_no_change_of_the_selection"),
    (
        ReviewFlags,
        &[Subject],
        "puppets::ballots_of_accounts_opened_or_reset_since_the_announcement_are_flagged_until_two_people_looked",
    ),
    (ReviewBulletin, &[Writer], "own_case::nobody_reviews_a_bulletin_of_which_he_wrote_a_version"),
    (AnswerProposal, &[Proposer, Subject], "own_case::nobody_answers_what_he_proposed_or_what_is_about_him"),
    (GrantDuty, &[Subject], "own_case::nobody_answers_what_he_proposed_or_what_is_about_him"),
    (ReviewText, &[Author, CoAuthor], "texts::nobody_decides_about_a_text_of_his_own"),
    (
        DecideAppraisal,
        &[Proposer, Subject],
        "appraisal::nobody_approves_what_he_proposed_what_is_about_himself_or_beyond_his_reach",
    ),
    (
        DecideAppraisalAppeal,
        &[Proposer, Writer, Subject],
        "appeals::an_appeal_that_is_upheld_is_an_opposite_entry_and_a_new_one_both_linked",
    ),
    (GiveHonour, &[Subject], "honours::party_committees_commend_branches_praise_and_nobody_honours_himself"),
    (
        JudgeGrade,
        &[Proposer, Involvement::OfUnit],
        "grades::what_is_not_reached_is_refused_with_the_reason_and_nobody_judges_his_own_branch",
    ),
    (JudgeNomination, &[Proposer, Subject], "titles::nobody_decides_about_himself_or_what_he_nominated"),
    (SetAppraisalClass, &[Subject], "appraisal::classes_say_what_is_asked_and_nobody_sets_his_own"),
    (
        ReviewReport,
        &[Writer],
        "reviewing::another_person_reviews_and_what_is_returned_was_late_or_not_as_it_came_first",
    ),
    (
        VerifyTask,
        &[Implementer, Proposer, Involvement::OfUnit],
        "tasks::nobody_verifies_what_he_does_handed_in_or_what_is_of_his_unit_also_by_a_second_duty",
    ),
    (
        GrantTask,
        &[Implementer, Proposer, Involvement::OfUnit],
        "requests::nobody_grants_what_he_asked_for_or_more_time_for_his_own_unit",
    ),
    (AnswerFeedback, &[Subject], "own_case::nobody_answers_what_he_proposed_or_what_is_about_him"),
];

/// Judgements that are the second of two.
const SECOND: [Judgement; 11] = [
    AnswerProposal,
    ConfirmSelectionChange,
    ReviewFlags,
    ReviewBulletin,
    DecideSelection,
    CorrectOutcome,
    JudgeGrade,
    JudgeNomination,
    DecideAppraisal,
    DecideAppraisalAppeal,
    ReviewReport,
];

/// Routes that look like acts of a second person and ask for no code again, and why.
const NOT_SECOND: &[(&str, &str)] = &[
    ("POST /me/resets/{id}/approval", "the member himself says that he asked for it, from a device of his own"),
    ("POST /me/resets/{id}/refusal", "a no that protects the account is not held up"),
    ("POST /tasks/{id}/extension/approval", "an everyday matter: the day that was set first stays beside the new one"),
    ("POST /tasks/{id}/extension/refusal", "an everyday matter: the day stays as it was"),
];

/// Exports that ask for no code again, and why.
const NOT_PERSONAL: &[(&str, &str)] = &[
    ("GET /exports/units", "names of units, which everybody sees"),
    ("GET /exports/questions", "the question bank, without anybody who answered"),
    ("GET /exports/brands", "brands of units, which everybody sees"),
    (
        "GET /exports/task-lists/{id}",
        "what units owe; of people it names leaders in charge, as the list on the wall does",
    ),
    ("GET /exports/campaigns/{id}", "published for everybody to recompute, also without signing in"),
];

#[test]
fn every_act_of_a_second_person_and_every_export_asks_for_a_code_again_or_says_why_not() {
    let marked: BTreeMap<&str, Mark> = MARKS.iter().copied().collect();
    assert_eq!(marked.len(), MARKS.len(), "a route has two marks");
    let known: BTreeSet<&str> = ROUTES.iter().map(|(route, ..)| *route).collect();
    let gone: Vec<&&str> = marked.keys().filter(|route| !known.contains(**route)).collect();
    assert!(gone.is_empty(), "marks of src/web/second_factor.rs without a route: {gone:#?}");
    let is_second = |route: &str| {
        let judged = OWN_CASE.iter().find(|(known, _)| *known == route).map_or(&[][..], |(_, case)| judgements(*case));
        let verb = ["/approval", "/refusal"].iter().any(|end| route.ends_with(end));
        verb || judged.iter().any(|judgement| SECOND.contains(judgement))
    };
    let reason = |list: &[(&str, &str)], route: &str| list.iter().any(|(exempt, _)| *exempt == route);
    let mut wrong = Vec::new();
    for route in &known {
        let mark = marked.get(route).copied();
        let (second, export) = (is_second(route), route.starts_with("GET /exports/"));
        let due = second && !reason(NOT_SECOND, route) || export && !reason(NOT_PERSONAL, route);
        let fits = match mark {
            Some(Mark::SecondPerson) => second && due,
            Some(Mark::PersonalData) => export && due,
            Some(Mark::OwnAccount) => !second && !export,
            None => !due,
        };
        if !fits {
            wrong.push(format!("{route}: {mark:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "a mark in src/web/second_factor.rs, or a reason in tests/access.rs:\n{}",
        wrong.join("\n")
    );
    let exempt = NOT_SECOND.iter().chain(NOT_PERSONAL);
    let idle: Vec<_> = exempt.filter(|(route, _)| !known.contains(route) || marked.contains_key(route)).collect();
    assert!(idle.is_empty(), "reasons for nothing: {idle:#?}");
}

const HANDLING: &[Involvement] = &[Author, CoAuthor, MergedAuthor, Implementer];
const ENTRANTS: &[Involvement] = &[Owner, Writer, Involvement::OfUnit];

#[test]
fn every_route_says_what_it_has_to_do_with_an_own_case() {
    let changing: BTreeSet<&str> =
        ROUTES.iter().map(|(route, ..)| *route).filter(|route| !route.starts_with("GET ")).collect();
    let told: BTreeSet<&str> = OWN_CASE.iter().map(|(route, _)| *route).collect();
    let missing: Vec<_> = changing.difference(&told).collect();
    assert!(missing.is_empty(), "routes without a line in OWN_CASE of tests/access.rs: {missing:#?}");
    let gone: Vec<_> = told.difference(&changing).collect();
    assert!(gone.is_empty(), "lines of OWN_CASE without a route: {gone:#?}");
    assert_eq!(told.len(), OWN_CASE.len(), "a route has two lines");
    let duty = |route: &str| ROUTES.iter().any(|(known, who, _)| *known == route && matches!(who, With(_)));
    let own = OWN_CASE.iter().filter(|(route, case)| duty(route) && matches!(case, Open(OWN)));
    assert_eq!(own.count(), 0, "what takes a duty is not one's own");
    let judged: BTreeSet<Judgement> = OWN_CASE.iter().flat_map(|(_, case)| judgements(*case)).copied().collect();
    assert_eq!(judged, Judgement::EACH.iter().copied().collect(), "every judgement has a route");
}

fn judgements(case: OwnCase) -> &'static [Judgement] {
    match case {
        Judges(judgements) => judgements,
        Open(_) => &[],
    }
}

#[test]
fn every_involvement_that_keeps_from_a_judgement_was_tried() {
    let sources = test_sources();
    for judgement in Judgement::EACH {
        let tried: BTreeSet<Involvement> = TRIED
            .iter()
            .filter(|(tried, ..)| tried == judgement)
            .flat_map(|(_, involvements, _)| involvements.iter().copied())
            .collect();
        assert_eq!(tried, judgement.barred().iter().copied().collect(), "{judgement}: TRIED of tests/access.rs");
    }
    for (_, _, test) in TRIED {
        let (file, name) = test.split_once("::").unwrap();
        let there = sources.iter().any(|(path, text)| {
            (path.ends_with(&format!("/{file}.rs")) || path.ends_with(&format!("/{file}/mod.rs")))
                && text.contains(&format!("async fn {name}("))
        });
        assert!(there, "no test {test}");
    }
}

/// The files of tests with what they say.
pub fn test_sources() -> Vec<(String, String)> {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|end| end == "rs") {
                found.push((entry.to_string_lossy().into_owned(), std::fs::read_to_string(&entry).unwrap()));
            }
        }
    }
    found
}

#[test]
fn the_table_of_own_cases_is_written_down() {
    let mut text = String::from(
        "# Own cases 回避\n\nWho is involved in a thing, now or at any time before, and what that keeps him from. Written by \
         `tests/access.rs` from\n`src/base/own_case.rs`: run `XIANFENG_OBSERVE=1` with `access::the_table_of_own_cases`.\n\n",
    );
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let heads = Involvement::EACH.iter().map(|involvement| format!("{} {involvement}", involvement.title()));
    text += &row(["judgement".to_owned()].into_iter().chain(heads).chain(["routes".to_owned()]).collect());
    text += &row(vec!["---".to_owned(); Involvement::EACH.len() + 2]);
    for judgement in Judgement::EACH {
        let barred = |involvement: &Involvement| {
            let barred = judgement.barred().contains(involvement);
            if barred { "no".to_owned() } else { String::new() }
        };
        let routes: Vec<String> = OWN_CASE
            .iter()
            .filter(|(_, case)| judgements(*case).contains(judgement))
            .map(|(route, _)| format!("`{route}`"))
            .collect();
        let cells = Involvement::EACH.iter().map(barred);
        let name = format!("{} {judgement}", judgement.title());
        text += &row([name].into_iter().chain(cells).chain([routes.join("<br>")]).collect());
    }
    text += "\n## Open to everybody with the duty, and why\n\n";
    for (route, case) in OWN_CASE {
        if let Open(reason) = case {
            text += &format!("- `{route}`: {reason}\n");
        }
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/own-case.md");
    if std::env::var_os("XIANFENG_OBSERVE").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    assert!(kept == text, "docs/own-case.md is not the table: run this test with XIANFENG_OBSERVE=1");
}

fn new_unit(world: &World, place: &Place) -> (String, Value) {
    let parent = world.app.unit(place.unit);
    ("/units".into(), json!({ "code": "ZB1", "name": "新组", "kind": "党小组", "parent_id": parent }))
}

fn new_member(world: &World, place: &Place) -> (String, Value) {
    let unit = world.app.unit(place.unit);
    ("/members".into(), json!({ "employee_no": "E00001", "name": "新人", "kind": "full", "unit_id": unit }))
}

fn new_duty(world: &World, place: &Place) -> (String, Value) {
    let unit = world.app.unit(place.unit);
    (format!("/members/{}/roles", place.member), json!({ "role": "expert", "unit_id": unit }))
}

fn new_leave(_: &World, place: &Place) -> (String, Value) {
    let body = json!({ "from_on": "2026-07-02", "to_on": "2026-07-03", "reason": "休假" });
    (format!("/members/{}/absences", place.member), body)
}

fn exported(world: &World, place: &Place) -> String {
    format!("/exports/members?format=csv&unit_id={}", world.app.unit(place.unit))
}

fn paper(world: &World, place: &Place) -> String {
    format!("/quiz/daily/2026-07-09?unit_id={}", world.app.unit(place.unit))
}

fn review(world: &World, place: &Place) -> String {
    format!("/challenge/review?unit_id={}", world.app.unit(place.unit))
}

/// A paper of one question that does not exist: refused for that, but only to who may set papers.
fn paper_body(world: &World, place: &Place) -> Value {
    let unit = world.app.unit(place.unit);
    json!({ "question_ids": [unit], "unit_id": unit })
}

/// A contest whose end lies before its start: refused for that, but only to who may run one there.
fn new_contest(world: &World, place: &Place) -> (String, Value) {
    let body = json!({
        "title": "竞赛", "unit_id": world.app.unit(place.unit),
        "opens_at": "2026-07-02T08:00:00+08:00", "closes_at": "2026-07-01T08:00:00+08:00",
        "paper": { "lines": [{ "count": 1 }] },
        "terms": {
            "minutes": 10, "attempts": 1, "counts": "best", "reveal": "at_publication",
            "scoring": { "single": 1, "multiple": 1, "judge": 1, "fill": 1, "partial": "none" },
        },
    });
    ("/contests".into(), body)
}

/// A campaign without any stage: refused for that, but only to who may run one there.
fn new_campaign(world: &World, place: &Place) -> (String, Value) {
    let terms = json!({
        "kind": "other", "categories": [{ "code": "a", "title": "类别", "quota": 1 }],
        "electorate": { "kinds": ["full"] }, "timetable": [],
        "sources": [{ "source": "vote", "rule": "share_of_ballots", "weight": 10000 }],
    });
    ("/campaigns".into(), json!({ "title": "评选", "unit_id": world.app.unit(place.unit), "terms": terms }))
}

/// An entry in a campaign that does not exist: refused for that, but only to who may write one for the unit.
fn new_entry(world: &World, place: &Place) -> (String, Value) {
    let plan = json!({ "title": "方案", "owner_id": place.member });
    let body = json!({ "unit_id": world.app.unit(place.unit), "category": "a", "plan": plan });
    (format!("/campaigns/{}/entries", uuid::Uuid::nil()), body)
}

/// A unit and a member of it.
struct Place {
    unit: &'static str,
    member: MemberId,
}

struct World {
    app: TestApp,
    own: Place,
    other: Place,
}

#[tokio::test]
async fn every_route_lets_in_exactly_those_who_may() {
    let app = TestApp::start().await;
    let own = Place { unit: "ZB1", member: app.member("甲").unregistered().await.0 };
    let other = Place { unit: "ZB3", member: app.member("乙").home("XZ31").unregistered().await.0 };
    let world = World { app, own, other };
    let mut wrong = Vec::new();
    for (role, unit) in KINDS {
        let builder = world.app.member("某某");
        let person = match role {
            Some(role) => builder.role(role, unit).sign_in().await,
            None => builder.sign_in().await,
        };
        for (route, who, ask) in ROUTES {
            let may = match who {
                Anyone | SignedIn => true,
                With(roles) => role.is_some_and(|role| roles.contains(&role)),
            };
            for place in places(&world, *ask) {
                let may = may && (place.unit == "ZB1" || role == Some(Auditor));
                let status = status(&world, Some(&person), route, *ask, place).await;
                if matches!(status, 401 | 403) == may {
                    let asked = role.map_or("member", Role::as_str);
                    wrong.push(format!("{route} asked by {asked} about {}: {status}", place.unit));
                }
            }
        }
    }
    for (route, who, ask) in ROUTES {
        let status = status(&world, None, route, *ask, &world.own).await;
        if matches!(who, Anyone) == (status == 401 || status == 403) {
            wrong.push(format!("{route} asked by nobody: {status}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_route_of_the_document_has_its_row() {
    let document = serde_json::to_value(xianfeng::app::openapi()).unwrap();
    let known: BTreeSet<String> = ROUTES.iter().map(|(route, ..)| (*route).to_owned()).collect();
    let served: BTreeSet<String> = operations(&document)
        .iter()
        .map(|(method, path, _)| format!("{method} {}", path.strip_prefix("/api/v1").unwrap_or(path)))
        .collect();
    let missing: Vec<_> = served.difference(&known).collect();
    assert!(missing.is_empty(), "routes without a row in tests/access.rs: {missing:#?}");
    let gone: Vec<_> = known.difference(&served).collect();
    assert!(gone.is_empty(), "rows of tests/access.rs without a route: {gone:#?}");
    assert_eq!(known.len(), ROUTES.len(), "a route has two rows");
}

fn places(world: &World, ask: Ask) -> Vec<&Place> {
    match ask {
        Plain => vec![&world.own],
        OfUnit | OfMember | Exactly(_) => vec![&world.own, &world.other],
    }
}

/// What `person` (or nobody) is answered; the body of the answer is not waited for, since a stream has no end.
#[test]
fn the_document_says_who_may_call() {
    let document = serde_json::to_value(xianfeng::app::openapi()).unwrap();
    let mut duties = BTreeMap::new();
    for (method, path, operation) in operations(&document) {
        let route = format!("{method} {}", path.strip_prefix("/api/v1").unwrap_or(&path));
        let Some((_, who, _)) = ROUTES.iter().find(|(known, _, _)| *known == route) else { continue };
        let expected = if matches!(who, Anyone) { json!([]) } else { json!([{ "session": [] }]) };
        assert_eq!(operation["security"], expected, "{route}");
        if let With(roles) = who {
            duties.insert(operation["operationId"].as_str().unwrap().to_owned(), *roles);
        }
    }
    let written = serde_json::to_string_pretty(&duties).unwrap() + "\n";
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/access.json");
    if std::env::var_os("XIANFENG_OBSERVE").is_some() {
        std::fs::write(file, &written).unwrap();
    }
    assert!(
        std::fs::read_to_string(file).is_ok_and(|kept| kept == written),
        "openapi/access.json is not ROUTES: run this test with XIANFENG_OBSERVE=1, then make the document anew"
    );
}

async fn status(world: &World, person: Option<&Person<'_>>, route: &str, ask: Ask, place: &Place) -> u16 {
    let (method, path) = route.split_once(' ').unwrap();
    let nothing = uuid::Uuid::nil().to_string();
    let id = match ask {
        Plain | Exactly(_) => nothing.clone(),
        OfUnit => world.app.unit(place.unit).to_string(),
        OfMember => place.member.to_string(),
    };
    let parts: Vec<&str> = path
        .split('/')
        .map(|part| match part {
            "{id}" => id.as_str(),
            "{day}" => "2026-07-01",
            "{year}" => "2026",
            part if part.starts_with('{') => nothing.as_str(),
            part => part,
        })
        .collect();
    let (path, body) = match ask {
        Exactly(what) => what(world, place),
        Plain | OfUnit | OfMember => (parts.join("/"), json!({})),
    };
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let request = match (person, route.ends_with("z") || path == "/metrics") {
        (_, true) => world.app.at_root(method.clone(), &path),
        (Some(person), false) => person.request(method.clone(), &path),
        (None, false) => world.app.request(method.clone(), &path),
    };
    let request = if method == Method::GET || method == Method::DELETE { request } else { request.json(&body) };
    send(request).await.status
}
