//! Reviewing and returning; every verb in every state by everybody; what is asked before the day.

use diesel::prelude::*;
use reqwest::Method;
use xianfeng::db::schema::reports as reports_table;
use xianfeng::doing::reports::{FLOW, ReportId, ReportState, ReportVerb};
use xianfeng::on;

use super::*;
use crate::support::{Reply, send};

#[tokio::test]
async fn another_person_reviews_and_what_is_returned_was_late_or_not_as_it_came_first() {
    let app = TestApp::start().await;
    let (people, _) = in_july(&app).await;
    let both = app.member("兼任").home("XZ21").role(Role::Organiser, "JT").role(Role::Secretary, "ZB2").sign_in().await;
    let east = report_of(&app, &people.secretary, "ZB1").await;
    let west = report_of(&app, &people.west, "ZB2").await;
    hand_in(&people.secretary, &east, "东支部的工作").await;
    hand_in(&both, &west, "西支部的工作").await;
    // one item for all that came in
    let desk = crate::desk::page(&people.organiser).await;
    assert_eq!((items(&desk).len(), &items(&desk)[0]["title"]), (1, &json!("审核各单位提交的“支部月报”（2026年7月）")));
    both.post(&format!("{}/review", path(&west)), json!({})).await.refused(403, "reports.own");
    both.post(&format!("{}/return", path(&west)), json!({ "reason": "不细" })).await.refused(403, "reports.own");
    people.secretary.post(&format!("{}/review", path(&east)), json!({})).await.refused(403, "access.denied");
    let whole = people.organiser.get(&path(&east)).await.ok(200);
    assert_eq!((&whole["can_fill"], &whole["can_review"]), (&json!(false), &json!(true)));
    let reason = json!({ "reason": "请写明成效" });
    let returned = people.organiser.post(&format!("{}/return", path(&east)), reason.clone()).await.ok(200);
    assert_eq!((&returned["state"], &returned["light"]), (&json!("returned"), &json!("amber")));
    assert_eq!(people.organiser.post(&format!("{}/return", path(&east)), reason).await.ok(200), returned, "again");
    let desk = crate::desk::page(&people.secretary).await;
    assert_eq!(items(&desk)[0]["title"], "修改后重新提交“支部月报”（2026年7月）");
    app.drain().await;
    assert_eq!(crate::ideas::notices(&people.secretary).await[0], "报送退回修改");

    // it comes again after its day: on time, since it was there by then
    at(&app, "2026-08-10T09:00:00+08:00").await;
    let people = people.anew(&app).await;
    let again = hand_in(&people.secretary, &east, "东支部的工作和成效").await;
    assert_eq!((&again["state"], &again["standing"]), (&json!("submitted"), &json!("on_time")));
    let reviewed = people.organiser.post(&format!("{}/review", path(&east)), json!({})).await.ok(200);
    assert_eq!((&reviewed["state"], &reviewed["light"]), (&json!("reviewed"), &json!("green")));
    people.organiser.post(&format!("{}/review", path(&west)), json!({})).await.ok(200);
    assert!(items(&crate::desk::page(&people.organiser).await).is_empty());
    let refused = people.organiser.post(&format!("{}/return", path(&east)), json!({ "reason": "晚了" })).await;
    refused.refused(409, "reports.wrong_state");
    let page = people.organiser.get(&format!("{}/sheet", path(&east))).await.text();
    assert!(page.contains("东支部的工作和成效") && page.contains("审核人：组织部"), "{page}");
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    for action in ["ask", "open_period", "submit", "return", "review"] {
        let trail = auditor.get(&format!("/audit?action=reports.{action}")).await.ok(200);
        assert!(!items(&trail).is_empty(), "{action}");
    }
}

/// Puts a report into a state, whatever the table says.
async fn put(app: &TestApp, report: &Value, state: ReportState) {
    let id: ReportId = text(&report["id"]).parse().unwrap();
    let (answers, at) = (r#"{"done":"写了"}"#, app.now());
    let came = matches!(state, ReportState::Submitted | ReportState::Returned | ReportState::Reviewed);
    app.write(move |tx| {
        on!(tx.conn, c => diesel::update(reports_table::table.find(id))
            .set((
                reports_table::state.eq(state),
                reports_table::draft.eq(answers),
                reports_table::submitted.eq(came.then_some(answers)),
                reports_table::submitted_at.eq(came.then_some(at)),
                reports_table::first_submitted_at.eq(came.then_some(at)),
            ))
            .execute(c))?;
        Ok(())
    })
    .await;
}

async fn act(who: &Person<'_>, report: &Value, verb: ReportVerb) -> Option<Reply> {
    let at = path(report);
    Some(match verb {
        ReportVerb::Submit => who.post(&format!("{at}/submission"), json!({})).await,
        ReportVerb::Review => who.post(&format!("{at}/review"), json!({})).await,
        ReportVerb::Return => who.post(&format!("{at}/return"), json!({ "reason": "请补充" })).await,
        // asked by one and approved by another, tried below
        ReportVerb::Exempt => return None,
        // of the clock alone
        ReportVerb::Drop => return None,
    })
}

#[tokio::test]
async fn every_verb_is_done_by_whom_and_where_the_table_says_and_refused_elsewhere() {
    let app = TestApp::start().await;
    let (people, _) = in_july(&app).await;
    let report = report_of(&app, &people.secretary, "ZB1").await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let inspector = app.member("督导").home("JT").role(Role::Inspector, "JT").sign_in().await;
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    let member = app.member("党员").sign_in().await;
    let everybody =
        [&people.organiser, &people.committee, &people.secretary, &people.west, &leader, &inspector, &auditor, &member];
    let may = |who: &Person<'_>, verb: ReportVerb| match verb {
        ReportVerb::Submit => who.id == people.secretary.id || who.id == people.committee.id,
        _ => who.id == people.organiser.id,
    };
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for state in ReportState::EACH {
        for verb in ReportVerb::EACH {
            for (n, who) in everybody.iter().enumerate() {
                put(&app, &report, *state).await;
                let Some(reply) = act(who, &report, *verb).await else { continue };
                tried += 1;
                let now = text(&people.organiser.get(&path(&report)).await.ok(200)["state"]);
                let (status, then) = match FLOW.step(*state, *verb) {
                    _ if !may(who, *verb) => (403, *state),
                    Some(step) => (200, step.to),
                    None if FLOW.was_done(*state, *verb) => (200, *state),
                    None => (409, *state),
                };
                if (reply.status, now.as_str()) != (status, then.as_str()) {
                    wrong
                        .push(format!("{verb} in {state} by {n}: {} and {now}, not {status} and {then}", reply.status));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    assert_eq!(tried, ReportState::EACH.len() * 3 * everybody.len());
}

#[tokio::test]
async fn what_is_deferred_or_exempt_before_its_day_is_neither_late_nor_missing() {
    let app = TestApp::start().await;
    let (people, _) = in_july(&app).await;
    let both = app.member("兼任").home("XZ31").role(Role::Organiser, "JT").role(Role::Secretary, "ZB3").sign_in().await;
    let [east, west, south] = [("ZB1", &people.secretary), ("ZB2", &people.west), ("ZB3", &people.south)];
    let (east, west, south) = (
        report_of(&app, east.1, east.0).await,
        report_of(&app, west.1, west.0).await,
        report_of(&app, south.1, south.0).await,
    );
    let ask = |who: &Person<'_>, report: &Value, body: Value| {
        send(who.request(Method::POST, &format!("{}/requests", path(report))).json(&body))
    };
    let defer = |until: &str| json!({ "kind": "defer", "until_on": until, "reason": "检修期间" });
    for until in ["2026-08-05", "2026-09-30"] {
        let refused = ask(&people.secretary, &east, defer(until)).await.refused(422, "body.invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/until_on");
    }
    // the 8th of August is a Saturday: it is due on the Monday after it
    let asked = ask(&people.secretary, &east, defer("2026-08-08")).await.ok(201);
    assert_eq!((&asked["items"][0]["state"], &asked["items"][0]["until_on"]), (&json!("open"), &json!("2026-08-10")));
    ask(&people.secretary, &east, defer("2026-08-12")).await.refused(409, "reports.request_waits");
    let exempt = json!({ "kind": "exempt", "reason": "支部合并" });
    let of_west = ask(&people.west, &west, exempt.clone()).await.ok(201);
    let of_south = ask(&both, &south, exempt.clone()).await.ok(201);
    let answer = |who: &Person<'_>, list: &Value, how: &str, body: Value| {
        let at = format!("/report-requests/{}/{how}", text(&list["items"][0]["id"]));
        send(who.request(Method::POST, &at).json(&body))
    };
    answer(&both, &of_south, "approval", json!({})).await.refused(403, "proposals.own");
    answer(&people.secretary, &of_west, "approval", json!({})).await.refused(403, "access.denied");
    let kinds = async |who: &Person<'_>| -> Vec<String> {
        items(&crate::desk::page(who).await).iter().map(|item| text(&item["kind"])).collect()
    };
    assert_eq!(kinds(&people.organiser).await, ["report_request"; 3]);
    let granted = answer(&people.organiser, &asked, "approval", json!({})).await.ok(200);
    assert_eq!(granted["due_on"], "2026-08-10");
    assert_eq!(answer(&people.organiser, &asked, "approval", json!({})).await.ok(200), granted, "again");
    answer(&people.organiser, &asked, "refusal", json!({ "reason": "不行" })).await.refused(409, "proposals.over");
    answer(&people.organiser, &of_west, "approval", json!({ "reason": "同意" })).await.ok(200);
    assert_eq!(people.west.get(&path(&west)).await.ok(200)["state"], "exempt");
    assert!(kinds(&people.west).await.is_empty());
    answer(&both, &of_south, "withdrawal", json!({})).await.ok(200);
    ask(&people.west, &west, exempt.clone()).await.refused(409, "reports.wrong_state");
    let again = ask(&people.south, &south, exempt.clone()).await.ok(201);
    let refused = answer(&people.organiser, &again, "refusal", json!({ "reason": "仍须报送" })).await.ok(200);
    assert_eq!(refused["due_on"], "2026-08-05");
    let last = ask(&people.south, &south, exempt.clone()).await.ok(201);

    // on the day after it nobody answers any more, and nobody asks
    at(&app, "2026-08-06T09:00:00+08:00").await;
    let people = people.anew(&app).await;
    answer(&people.organiser, &last, "approval", json!({})).await.refused(409, "proposals.over");
    ask(&people.south, &south, exempt).await.refused(409, "reports.past_due");
    let standing = async |who: &Person<'_>, report: &Value| text(&who.get(&path(report)).await.ok(200)["standing"]);
    assert_eq!(standing(&people.secretary, &east).await, "open", "deferred");
    assert_eq!(standing(&people.west, &west).await, "excused");
    assert_eq!(standing(&people.south, &south).await, "missing");
    at(&app, "2026-08-10T09:00:00+08:00").await;
    let people = people.anew(&app).await;
    assert_eq!(hand_in(&people.secretary, &east, "按缓报的日子").await["standing"], "on_time");
    assert_eq!(fact(&app, &people.organiser, "reports.on_time", "JT", "2026-08-10").await, 1);
    assert_eq!(fact(&app, &people.organiser, "reports.missing", "JT", "2026-08-10").await, 1);
    app.drain().await;
}

#[tokio::test]
async fn nothing_new_is_said_in_one_step_two_periods_running_at_most() {
    let app = TestApp::start().await;
    let people = cast(&app).await;
    people.organiser.post("/report-forms", body(&app)).await.ok(201);
    let mut said = Vec::new();
    for month in ["07", "08", "09", "10"] {
        at(&app, &format!("2026-{month}-28T09:00:00+08:00")).await;
        let people = people.anew(&app).await;
        let report = report_of(&app, &people.secretary, "ZB1").await;
        let reply = people.secretary.post(&format!("{}/no-change", path(&report)), json!({})).await;
        if reply.status == 200 {
            assert_eq!((&reply.json()["no_change"], &reply.json()["state"]), (&json!(true), &json!("submitted")));
            let again = people.secretary.post(&format!("{}/no-change", path(&report)), json!({})).await;
            assert_eq!(again.ok(200), reply.json(), "again");
        } else {
            reply.refused(409, "reports.no_change_too_often");
            hand_in(&people.secretary, &report, "写明情况").await;
        }
        said.push(reply.status);
    }
    assert_eq!(said, [200, 200, 409, 200]);
    app.drain().await;
}
