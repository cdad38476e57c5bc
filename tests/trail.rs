//! Which lines of the trail every privileged operation leaves. [`crate::support::trail`] holds every answer against it.

use std::collections::{BTreeMap, BTreeSet};

use crate::openapi::operations;
use crate::support::observed::{KEPT, Observed};
use crate::support::trail::leaves_line;

/// Every operation that needs a duty and changes something or hands out a file, and the lines of which it leaves at least
/// one. A route that is missing here fails the build of the house.
pub const LINES: &[(&str, &[&str])] = &[
    ("POST /entry-proposals/{id}/approval", &["campaigns.approve_entry"]),
    ("POST /entry-proposals/{id}/refusal", &["campaigns.decline_entry"]),
    ("POST /entries/{id}/adoption", &["brands.put_picture", "campaigns.adopt_mark"]),
    ("POST /brands", &["brands.create"]),
    ("PATCH /brands/{id}", &["brands.edit"]),
    ("POST /brands/{id}/evidence", &["brands.attach_evidence"]),
    ("DELETE /brands/{id}/evidence/{file_id}", &["brands.detach_evidence"]),
    ("PUT /brands/{id}/picture", &["brands.put_picture"]),
    ("POST /boards/rebuild", &["boards.rebuild"]),
    ("PUT /calendars/{year}", &["calendar.enter"]),
    ("POST /campaigns", &["campaigns.create"]),
    ("PATCH /campaigns/{id}", &["campaigns.edit"]),
    ("POST /campaigns/{id}/announcement", &["campaigns.announce"]),
    ("POST /campaigns/{id}/archive", &["campaigns.archive"]),
    ("PUT /campaigns/{id}/bulletin", &["campaigns.edit_bulletin"]),
    ("POST /campaigns/{id}/bulletin", &["campaigns.draft_bulletin"]),
    ("POST /campaigns/{id}/bulletin/issuance", &["campaigns.issue_bulletin"]),
    ("POST /campaigns/{id}/bulletin/review", &["campaigns.review_bulletin"]),
    ("POST /campaigns/{id}/cancellation", &["campaigns.propose_cancellation"]),
    ("DELETE /campaigns/{id}/cancellation", &["campaigns.withdraw_cancellation"]),
    ("POST /campaigns/{id}/cancellation/approval", &["campaigns.cancel"]),
    ("PUT /campaigns/{id}/decision", &["campaigns.decide"]),
    ("PUT /campaigns/{id}/recusals/mine", &["recusals.ask"]),
    ("POST /campaigns/{id}/entries", &["campaigns.create_entry"]),
    ("POST /campaigns/{id}/extensions", &["campaigns.propose_extension"]),
    ("POST /campaigns/{id}/flag-review", &["campaigns.review_flags"]),
    ("POST /campaigns/{id}/opening", &["campaigns.open"]),
    ("POST /campaigns/{id}/publication", &["campaigns.publish"]),
    ("POST /campaigns/{id}/stage-closing", &["campaigns.close_stage"]),
    ("POST /campaigns/{id}/voidings", &["campaigns.propose_voiding"]),
    ("POST /campaigns/{id}/withdrawal", &["campaigns.withdraw"]),
    ("POST /contests", &["contests.create"]),
    ("PATCH /contests/{id}", &["contests.edit"]),
    ("POST /contests/{id}/announcement", &["contests.announce"]),
    ("POST /contests/{id}/cancellation", &["contests.propose_cancellation"]),
    ("DELETE /contests/{id}/cancellation", &["contests.withdraw_cancellation"]),
    ("POST /contests/{id}/cancellation/approval", &["contests.confirm_cancellation"]),
    ("POST /contests/{id}/closing", &["contests.close"]),
    ("POST /contests/{id}/extensions", &["contests.prolong"]),
    ("POST /contests/{id}/opening", &["contests.open"]),
    ("POST /contests/{id}/publication", &["contests.publish"]),
    ("POST /contests/{id}/withdrawal", &["contests.withdraw"]),
    (
        "POST /duty-proposals/{id}/approval",
        &[
            "members.confirm_duty",
            "members.end_role",
            "members.grant_role",
            "members.take_back_duty",
            "members.update_member",
        ],
    ),
    ("POST /duty-proposals/{id}/refusal", &["members.refuse_duty"]),
    ("POST /duty-proposals/{id}/withdrawal", &["members.take_back_duty"]),
    ("PATCH /entries/{id}", &["campaigns.edit_entry"]),
    ("PUT /entries/{id}/article", &["campaigns.publish_article"]),
    ("POST /entries/{id}/evidence", &["campaigns.attach_evidence"]),
    ("DELETE /entries/{id}/evidence/{file_id}", &["campaigns.detach_evidence"]),
    ("POST /entries/{id}/submission", &["campaigns.submit_entry"]),
    ("POST /entries/{id}/withdrawal", &["campaigns.withdraw_entry"]),
    ("GET /exports/appraisal", &["exports.download"]),
    ("GET /exports/task-lists/{id}", &["exports.download"]),
    ("POST /task-lists", &["tasks.create_list"]),
    ("PATCH /task-lists/{id}", &["tasks.edit_list"]),
    ("PUT /task-lists/{id}/layout", &["tasks.set_layout"]),
    ("DELETE /task-lists/{id}/layout", &["tasks.remove_layout"]),
    ("PUT /report-forms/{id}/layout", &["reports.set_layout"]),
    ("DELETE /report-forms/{id}/layout", &["reports.remove_layout"]),
    ("PUT /task-lists/{id}/items/{number}", &["tasks.write_item"]),
    ("DELETE /task-lists/{id}/items/{number}", &["tasks.delete_item"]),
    ("POST /task-lists/{id}/layings", &["tasks.lay"]),
    ("POST /task-lists/{id}/closing", &["tasks.close"]),
    ("POST /imports/task-lists/{id}", &["tasks.import"]),
    ("POST /campaigns/{id}/bulletin/findings/{place}/task", &["campaigns.open_finding", "tasks.open"]),
    ("GET /exports/brands", &["exports.download"]),
    ("GET /exports/contests/{id}", &["exports.download"]),
    ("GET /exports/ideas", &["exports.download"]),
    ("GET /exports/members", &["exports.download"]),
    ("GET /exports/questions", &["exports.download"]),
    ("GET /exports/units", &["exports.download"]),
    ("GET /exports/study-deliveries", &["exports.download"]),
    ("GET /exports/trail", &["audit.export_trail", "exports.download"]),
    ("POST /second-factor-resets", &["second_factors.expire_reset", "second_factors.propose_reset"]),
    ("POST /second-factor-resets/{id}/approval", &["second_factors.reset"]),
    ("POST /second-factor-resets/{id}/refusal", &["second_factors.refuse_reset"]),
    ("POST /second-factor-resets/{id}/withdrawal", &["second_factors.take_back_reset"]),
    ("DELETE /extensions/{id}", &["campaigns.withdraw_extension"]),
    ("POST /extensions/{id}/approval", &["campaigns.approve_extension"]),
    ("PUT /feedback/{id}/answer", &["feedback.answer"]),
    ("PUT /ideas/categories", &["ideas.set_categories"]),
    ("POST /ideas/{id}/acceptance", &["ideas.accept"]),
    ("POST /ideas/{id}/assignment", &["ideas.assign"]),
    ("POST /ideas/{id}/closure", &["ideas.close"]),
    ("POST /ideas/{id}/collection", &["ideas.collect"]),
    ("POST /ideas/{id}/decision", &["ideas.adopt", "ideas.decline", "ideas.file", "ideas.pilot"]),
    ("POST /ideas/{id}/merge", &["ideas.merge"]),
    ("POST /ideas/{id}/outcomes", &["ideas.record_outcome"]),
    ("PUT /ideas/{id}/recusals/mine", &["recusals.ask"]),
    ("POST /ideas/{id}/reopening", &["ideas.reopen"]),
    ("POST /ideas/{id}/return", &["ideas.return"]),
    ("POST /imports/brands", &["brands.import"]),
    ("POST /imports/brands/{id}/withdrawal", &["brands.withdraw_import"]),
    (
        "POST /imports/members",
        &[
            "members.create_member",
            "members.grant_role",
            "members.import_members",
            "members.propose_duty",
            "members.update_member",
        ],
    ),
    (
        "POST /imports/members/{id}/withdrawal",
        &["members.remove_member", "members.update_member", "members.withdraw_import"],
    ),
    ("POST /imports/questions", &["quiz.import_questions"]),
    ("POST /imports/questions/{id}/withdrawal", &["quiz.delete_question"]),
    ("POST /imports/units", &["members.create_unit", "members.import_units", "members.update_unit"]),
    ("POST /imports/units/{id}/withdrawal", &["members.remove_unit", "members.update_unit", "members.withdraw_import"]),
    ("POST /invitations", &["sessions.invite"]),
    ("POST /report-forms", &["reports.ask"]),
    ("PATCH /report-forms/{id}", &["reports.edit_form"]),
    ("POST /report-forms/{id}/renewal", &["reports.renew_form"]),
    ("POST /report-forms/{id}/ending", &["reports.end_form"]),
    ("POST /report-forms/{id}/approval", &["reports.approve_form"]),
    ("POST /report-forms/{id}/refusal", &["reports.refuse_form"]),
    ("POST /reports/{id}/submission", &["reports.submit"]),
    ("POST /reports/{id}/no-change", &["reports.submit"]),
    ("POST /reports/{id}/review", &["reports.review"]),
    ("POST /reports/{id}/return", &["reports.return"]),
    ("POST /reports/{id}/task", &["reports.open_task", "tasks.open"]),
    ("POST /reports/{id}/requests", &["reports.request"]),
    ("POST /report-requests/{id}/approval", &["reports.approve_request"]),
    ("POST /report-requests/{id}/refusal", &["reports.refuse_request"]),
    ("POST /report-requests/{id}/withdrawal", &["reports.take_back_request"]),
    ("POST /reports/{id}/corrections", &["reports.correct"]),
    ("POST /report-corrections/{id}/answer", &["reports.answer_correction"]),
    ("GET /exports/reports", &["exports.download"]),
    ("POST /report-periods/{id}/bulletin", &["reports.draft_bulletin"]),
    ("PUT /report-periods/{id}/bulletin", &["reports.edit_bulletin"]),
    ("POST /report-periods/{id}/bulletin/review", &["reports.review_bulletin"]),
    ("POST /report-periods/{id}/bulletin/issuance", &["reports.issue_bulletin"]),
    ("POST /meetings", &["meetings.create"]),
    ("DELETE /meetings/{id}", &["meetings.delete"]),
    ("PATCH /meetings/{id}", &["meetings.edit"]),
    ("POST /meetings/{id}/photographs", &["meetings.attach_photographs"]),
    ("DELETE /meetings/{id}/photographs/{file_id}", &["meetings.detach_photograph"]),
    ("DELETE /meetings/{id}/attendance/{member_id}", &["meetings.strike_off"]),
    ("POST /meetings/{id}/decisions/{number}/task", &["meetings.open_task", "tasks.open"]),
    ("POST /meetings/{id}/absences", &["meetings.note_absences"]),
    ("POST /members", &["members.create_member"]),
    (
        "PATCH /members/{id}",
        &[
            "members.end_role",
            "members.propose_duty",
            "members.take_back_correction",
            "members.take_back_duty",
            "members.take_back_phone",
            "members.update_member",
        ],
    ),
    ("POST /members/{id}/absences", &["members.enter_leave"]),
    ("DELETE /members/{id}/absences/{absence_id}", &["members.withdraw_leave"]),
    ("POST /members/{id}/roles", &["members.grant_role", "members.propose_duty"]),
    ("DELETE /members/{id}/roles/{role_id}", &["members.end_role", "members.propose_duty"]),
    ("PUT /objections/{id}/answer", &["campaigns.answer_objection"]),
    ("PUT /objections/{id}/recusals/mine", &["recusals.ask"]),
    ("POST /outcomes/{id}/correction", &["ideas.correct_outcome"]),
    ("POST /anonymisations", &["personal.propose_anonymisation"]),
    ("POST /anonymisations/{id}/approval", &["personal.confirm_anonymisation"]),
    ("POST /anonymisations/{id}/refusal", &["personal.refuse_anonymisation"]),
    ("POST /anonymisations/{id}/withdrawal", &["personal.take_back_anonymisation"]),
    ("POST /member-corrections/{id}/approval", &["members.accept_correction", "members.update_member"]),
    ("POST /member-corrections/{id}/refusal", &["members.refuse_correction"]),
    ("POST /phone-proposals/{id}/approval", &["members.confirm_phone", "members.update_member"]),
    ("POST /phone-proposals/{id}/refusal", &["members.refuse_phone"]),
    ("POST /appraisal/schemes", &["appraisal.write_scheme"]),
    ("DELETE /appraisal/schemes/{version}", &["appraisal.withdraw_scheme"]),
    ("POST /appraisal/rules", &["appraisal.write_scheme"]),
    ("POST /appraisal/rule-trials", &[]),
    ("POST /appraisal/openings", &["appraisal.open"]),
    ("PUT /members/{id}/appraisal-class", &["appraisal.set_class"]),
    ("PUT /appraisal/appeals/{id}/decision", &["appraisal.decide_appeal"]),
    ("POST /imports/appraisal", &["appraisal.import"]),
    ("POST /imports/appraisal/{id}/withdrawal", &["appraisal.withdraw_import"]),
    ("POST /units/{id}/obligation-entries", &["obligations.enter"]),
    ("DELETE /obligation-entries/{id}", &["obligations.withdraw_entry"]),
    ("POST /units/{id}/obligation-events", &["obligations.note_event"]),
    ("DELETE /obligation-events/{id}", &["obligations.withdraw_event"]),
    ("POST /units/{id}/obligation-exemptions", &["obligations.ask_exemption"]),
    ("POST /obligation-exemptions/{id}/approval", &["obligations.answer_exemption"]),
    ("POST /obligation-exemptions/{id}/refusal", &["obligations.answer_exemption"]),
    ("POST /obligation-exemptions/{id}/withdrawal", &["obligations.take_back_exemption"]),
    ("POST /obligation-rules", &["obligations.make_rule"]),
    ("POST /obligation-rules/{code}/end", &["obligations.end_rule"]),
    ("POST /obligation-rules/{code}/use", &["obligations.switch_rule"]),
    ("POST /honours", &["honours.give"]),
    ("POST /honours/{id}/withdrawal", &["appraisal.propose", "appraisal.withdraw", "honours.withdraw"]),
    ("POST /honour-holders/{id}/falls", &["honours.fall"]),
    ("POST /honour-bars", &["honours.bar"]),
    ("POST /imports/honours", &["honours.import"]),
    ("POST /star-schemes", &["honours.write_scheme"]),
    ("DELETE /star-schemes/{version}", &["honours.withdraw_scheme"]),
    ("POST /units/{id}/grade", &["honours.set_grade"]),
    ("POST /grade-cases", &["honours.assess_grade"]),
    ("POST /grade-cases/{id}/inspection", &["honours.inspect_grade"]),
    ("POST /grade-cases/{id}/rectification", &["honours.rectify_grade"]),
    ("POST /grade-cases/{id}/recheck", &["honours.recheck_grade"]),
    ("POST /grade-cases/{id}/decision", &["honours.grade"]),
    ("POST /title-rounds", &["honours.open_title"]),
    ("POST /title-rounds/{id}/nominations", &["honours.nominate"]),
    ("POST /title-rounds/{id}/decision", &["honours.choose"]),
    ("POST /title-rounds/{id}/naming", &["honours.name"]),
    ("POST /title-nominations/{id}/forwarding", &["honours.forward"]),
    ("PUT /title-nominations/{id}/opinions/{office}", &["honours.say"]),
    ("POST /title-nominations/{id}/refusal", &["honours.refuse"]),
    ("POST /insignia", &["honours.make_insigne"]),
    ("POST /insignia/{id}/handover", &["honours.hand_over"]),
    ("POST /points/rules", &["points.write_rule"]),
    ("DELETE /points/rules/{rule}/{version}", &["points.withdraw_rule"]),
    ("POST /questions", &["quiz.create_question"]),
    ("DELETE /questions/{id}", &["quiz.delete_question"]),
    ("PATCH /questions/{id}", &["quiz.edit_question"]),
    ("POST /question-voidings/{id}/approval", &["quiz.approve_voiding", "quiz.void_question"]),
    ("POST /question-voidings/{id}/refusal", &["quiz.refuse_voiding"]),
    ("POST /question-voidings/{id}/withdrawal", &["quiz.withdraw_voiding"]),
    ("POST /questions/{id}/correction", &["quiz.correct_key"]),
    ("POST /questions/{id}/voidings", &["quiz.propose_voiding"]),
    ("DELETE /quiz/daily/{day}", &["quiz.unset_paper"]),
    ("POST /questions/{id}/correction/preview", &[]),
    ("PUT /quiz/daily/{day}", &["quiz.set_paper"]),
    ("POST /resets/{id}/approval", &["sessions.approve_reset"]),
    ("POST /setting-proposals/{id}/approval", &["settings.approve"]),
    ("POST /setting-proposals/{id}/refusal", &["settings.refuse"]),
    ("POST /setting-proposals/{id}/withdrawal", &["settings.take_back"]),
    ("PUT /settings/{key}", &["settings.change", "settings.propose"]),
    ("POST /study/items", &["study.write_item"]),
    ("DELETE /study/items/{id}", &["study.delete_item"]),
    ("PATCH /study/items/{id}", &["study.change_item"]),
    ("POST /study/pushes", &["study.plan_push"]),
    ("DELETE /study/pushes/{id}", &["study.cancel_push"]),
    ("POST /study/pushes/{id}/reminder", &["study.plan_reminder"]),
    ("POST /operations/outbox/release", &["outbox.release"]),
    ("POST /operations/outbox/{id}/release", &["outbox.release"]),
    ("DELETE /operations/outbox/{id}", &["outbox.discard"]),
    ("POST /texts/{id}/decision", &["ideas.keep_draft", "ideas.submit", "texts.decide"]),
    ("POST /units", &["members.create_unit"]),
    ("PATCH /units/{id}", &["members.update_unit"]),
    ("DELETE /voidings/{id}", &["campaigns.withdraw_voiding"]),
    ("POST /voidings/{id}/approval", &["campaigns.approve_voiding"]),
];

/// The privileged operations: by name, with id and Chinese name.
fn privileged() -> BTreeMap<String, (String, String)> {
    let document = serde_json::to_value(xianfeng::app::openapi()).unwrap();
    let each =
        operations(&document).into_iter().filter(|(method, path, operation)| leaves_line(method, path, operation));
    each.map(|(method, path, operation)| {
        let text = |name: &str| operation[name].as_str().unwrap().to_owned();
        let title = text("summary").split(" · ").next().unwrap().to_owned();
        (format!("{method} {}", path.trim_start_matches("/api/v1")), (text("operationId"), title))
    })
    .collect()
}

#[test]
fn every_privileged_operation_has_its_lines_and_was_seen_to_leave_them() {
    let kept: Observed = serde_json::from_str(&std::fs::read_to_string(KEPT).unwrap()).unwrap();
    let seen: BTreeMap<String, BTreeSet<String>> = privileged()
        .into_iter()
        .map(|(name, (id, _))| (name, kept.get(&id).map(|kept| kept.lines.clone()).unwrap_or_default()))
        .collect();
    let said: BTreeMap<String, BTreeSet<String>> = LINES
        .iter()
        .map(|(name, lines)| ((*name).to_owned(), lines.iter().map(|line| (*line).to_owned()).collect()))
        .collect();
    // these show what a change would do
    let leaves = |name: &str| !["/preview", "-trials"].iter().any(|end| name.ends_with(end));
    let without: Vec<&String> =
        seen.iter().filter(|(name, lines)| lines.is_empty() && leaves(name)).map(|(name, _)| name).collect();
    assert!(without.is_empty(), "no test saw a line of {without:#?}; after the tests: scripts/observe");
    assert_eq!(said.len(), LINES.len(), "a route has two entries in LINES");
    assert_eq!(said, seen, "LINES of tests/trail.rs beside what the tests saw");
}

const PAGE: &str = "docs/trail.md";
const BEGIN: &str = "<!-- made by trail::the_page_names_every_line -->\n";
const END: &str = "<!-- end -->\n";

#[test]
fn the_page_names_every_line() {
    let privileged = privileged();
    let mut by_line = BTreeMap::<&str, Vec<String>>::new();
    for (name, lines) in LINES {
        for line in *lines {
            let title = privileged.get(*name).map(|(_, title)| title.as_str()).unwrap_or_default();
            by_line.entry(line).or_default().push(format!("{title} `{name}`"));
        }
    }
    let mut table = String::from("\n| action | left by |\n|---|---|\n");
    for (line, by) in by_line {
        table += &format!("| `{line}` | {} |\n", by.join("<br>"));
    }
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let made = format!("{before}{BEGIN}{table}\n{END}{after}");
    if std::env::var_os("XIANFENG_OBSERVE").is_some() {
        std::fs::write(PAGE, &made).unwrap();
    }
    let kept = std::fs::read_to_string(PAGE).unwrap();
    assert!(kept == made, "{PAGE} is not the table: run this test with XIANFENG_OBSERVE=1");
}
