//! Every verb by everybody in every state, as the table of steps says.

use diesel::prelude::*;
use serde_json::{Value, json};
use xianfeng::base::approval::ProposalState;
use xianfeng::base::capability::Role;
use xianfeng::base::id::{MemberId, UnitId};
use xianfeng::db::schema::{task_people, task_requests, task_steps, tasks};
use xianfeng::doing::tasks::{FLOW, TaskId, TaskState, TaskVerb, Who, whose};
use xianfeng::on;

use super::{Cast, cast, item, task};
use crate::support::{Person, TestApp};

/// Who somebody is to the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    Secretary,
    /// Named by the unit, without any duty.
    Doer,
    /// Of the same branch.
    Colleague,
    OtherSecretary,
    Organiser,
    /// Sets tasks and does them, for the whole enterprise.
    Committee,
    /// Organiser of the enterprise and secretary of the branch.
    Both,
    Auditor,
}

/// What is answered.
fn expected(verb: TaskVerb, is: Is, state: TaskState, last: Option<TaskVerb>) -> u16 {
    if is == Is::OtherSecretary {
        return 404;
    }
    let does = matches!(is, Is::Secretary | Is::Doer | Is::Committee | Is::Both);
    let issues = matches!(is, Is::Organiser | Is::Committee | Is::Both);
    // the committee member has asked that it is struck off
    let asked = verb == TaskVerb::Cancel && is == Is::Committee;
    let may = match whose(verb) {
        Who::Unit => does,
        Who::Issuer => issues,
        Who::Judge | Who::Second => issues && is != Is::Both && !asked,
    };
    match may {
        false => 403,
        true if FLOW.step(state, verb).is_some() => 200,
        // what was done last, once more
        true if FLOW.was_done(state, verb) && last == Some(verb) && whose(verb) != Who::Second => 200,
        true => 409,
    }
}

/// Where a verb is done, and what is sent.
fn request(app: &TestApp, verb: TaskVerb, kept: &str) -> (&'static str, Value) {
    match verb {
        TaskVerb::Accept => ("acceptance", json!({})),
        TaskVerb::Answer => ("answer", json!({ "answer": "not_ours", "text": "不属于本单位" })),
        TaskVerb::Reword => ("rewording", json!({ "title": "改写", "note": "已改" })),
        TaskVerb::Redirect => ("redirection", json!({ "unit_id": app.unit("ZB2"), "note": "改派" })),
        TaskVerb::Dismiss => ("dismissal", json!({ "effect": "已说明" })),
        TaskVerb::Report => ("reports", json!({ "light": "normal", "percent": 1, "next_step": "推进" })),
        TaskVerb::Submit => ("submission", json!({ "result": "完成" })),
        TaskVerb::Verify => ("verification", json!({})),
        TaskVerb::Return => ("return", json!({ "reason": "补充" })),
        TaskVerb::Close => ("closing", json!({ "effect": "成效" })),
        TaskVerb::Suspend => ("suspension", json!({ "reason": "等待", "until": "2026-08-01" })),
        TaskVerb::Resume => ("resumption", json!({})),
        TaskVerb::Merge => ("merging", json!({ "into": kept, "note": "合并" })),
        TaskVerb::Cancel => ("cancellation/approval", json!({})),
        TaskVerb::Extend => ("extension/approval", json!({})),
    }
}

/// Puts the task into a state, whatever the table says, with what is asked for and nobody answered.
async fn put(
    app: &TestApp,
    (id, unit): (TaskId, UnitId),
    state: TaskState,
    (doer, secretary, committee): (MemberId, MemberId, MemberId),
) {
    app.write(move |tx| {
        on!(&mut *tx.conn, c => diesel::update(tasks::table.find(id))
            .set((
                tasks::state.eq(state),
                tasks::unit_id.eq(unit),
                tasks::merged_into.eq(None::<TaskId>),
                tasks::submitted_by.eq(None::<MemberId>),
                tasks::suspended_until.eq(None::<xianfeng::base::time::Day>),
            ))
            .execute(c))?;
        let named = task_people::table.filter(task_people::task_id.eq(id)).filter(task_people::member_id.eq(doer));
        on!(&mut *tx.conn, c => diesel::update(named).set(task_people::present.eq(true)).execute(c))?;
        let its = task_requests::table.filter(task_requests::task_id.eq(id));
        on!(&mut *tx.conn, c => diesel::delete(its).execute(c))?;
        for (kind, asked_by, until) in [("extension", secretary, Some("2026-09-30")), ("cancellation", committee, None)]
        {
            let until = until.map(|day| day.parse::<xianfeng::base::time::Day>().unwrap());
            let row = (
                task_requests::id.eq(tx.fresh_id::<TaskId>()),
                task_requests::task_id.eq(id),
                task_requests::kind.eq(kind),
                task_requests::until_on.eq(until),
                task_requests::reason.eq("理由"),
                task_requests::state.eq(ProposalState::Open),
                task_requests::asked_by.eq(asked_by),
                task_requests::asked_at.eq(tx.now()),
            );
            on!(&mut *tx.conn, c => diesel::insert_into(task_requests::table).values(row).execute(c))?;
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn every_verb_is_done_only_by_whom_and_where_the_table_says() {
    let app = TestApp::start().await;
    let Cast { organiser, committee, secretary, leader, li } = cast(&app).await;
    let colleague = app.member("同事").home("XZ12").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let both = app.member("两职").home("XZ12").role(Role::Organiser, "JT").role(Role::Secretary, "ZB1").sign_in().await;
    let auditor = app.member("审计").home("XZ31").role(Role::Auditor, "JT").sign_in().await;
    drop(leader);
    let everybody: [(Is, &Person<'_>); 8] = [
        (Is::Secretary, &secretary),
        (Is::Doer, &li),
        (Is::Colleague, &colleague),
        (Is::OtherSecretary, &west),
        (Is::Organiser, &organiser),
        (Is::Committee, &committee),
        (Is::Both, &both),
        (Is::Auditor, &auditor),
    ];
    let kept = task(&app, &organiser, item("留下的任务", "2026-12-31")).await;
    let id = task(&app, &organiser, item("被反复办理的任务", "2026-12-31")).await;
    super::step(&secretary, &id, "acceptance", json!({ "head_id": li.id })).await.ok(200);
    let (task_id, unit): (TaskId, UnitId) = (id.parse().unwrap(), app.unit("ZB1"));
    let mut wrong = Vec::new();
    for verb in TaskVerb::EACH {
        for state in TaskState::EACH {
            for (is, person) in everybody {
                put(&app, (task_id, unit), *state, (li.id, secretary.id, committee.id)).await;
                let last: Option<TaskVerb> = app
                    .db()
                    .read(move |conn| {
                        on!(conn, c => task_steps::table
                            .filter(task_steps::task_id.eq(task_id))
                            .order(task_steps::id.desc())
                            .select(task_steps::verb)
                            .first(c)
                            .optional())
                    })
                    .await
                    .unwrap();
                let (noun, body) = request(&app, *verb, &kept);
                let reply = super::step(person, &id, noun, body).await;
                // the answer shows the task to who has just sent it elsewhere, and no longer sees it
                let status = if reply.status == 404 && *verb == TaskVerb::Redirect { 200 } else { reply.status };
                let is_other = is == Is::OtherSecretary;
                let expected = expected(*verb, is, *state, last);
                if (if is_other { reply.status } else { status }) != expected {
                    wrong.push(format!(
                        "{verb} in {state} by {is:?}: {} {}, not {expected}",
                        reply.status,
                        reply.text()
                    ));
                }
                let row: TaskState = app
                    .db()
                    .read(move |conn| on!(conn, c => tasks::table.find(task_id).select(tasks::state).first(c)))
                    .await
                    .unwrap();
                let then = match FLOW.step(*state, *verb) {
                    Some(step) if expected == 200 => step.to,
                    _ => *state,
                };
                if row != then {
                    wrong.push(format!("{verb} in {state} by {is:?}: leads to {row}, not {then}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them\n{}\n", wrong.len(), wrong.join("\n"));
}
