//! Asking: limits, approval, lead time, versions, ends.

use super::*;
use crate::support::send;
use reqwest::Method;

#[tokio::test]
async fn a_third_form_for_the_same_units_is_approved_by_another_one_above() {
    let app = TestApp::start().await;
    let people = cast(&app).await;
    let both =
        app.member("兼任").home("JT").role(Role::Organiser, "JT").role(Role::CommitteeMember, "JT").sign_in().await;
    for title in ["一", "二"] {
        let form = people.organiser.post("/report-forms", with(body(&app), &[("title", json!(title))])).await.ok(201);
        assert_eq!((&form["state"], &form["over_limit"]), (&json!("active"), &json!(false)));
    }
    // of another kind of unit it is their first
    let groups = with(body(&app), &[("unit_kind", json!("党小组"))]);
    assert_eq!(people.organiser.post("/report-forms", groups).await.ok(201)["state"], "active");
    let third = both.post("/report-forms", with(body(&app), &[("title", json!("三"))])).await.ok(201);
    assert_eq!((&third["state"], &third["over_limit"]), (&json!("proposed"), &json!(true)));
    let at_form = format!("/report-forms/{}", text(&third["id"]));
    both.post(&format!("{at_form}/approval"), json!({})).await.refused(403, "proposals.own");
    people.organiser.post(&format!("{at_form}/approval"), json!({})).await.refused(403, "access.denied");
    let desk = crate::desk::page(&people.committee).await;
    assert_eq!((&items(&desk)[0]["kind"], &items(&desk)[0]["link"]), (&json!("report_form"), &json!(at_form)));
    let refusal = json!({ "reason": "与月报重复" });
    let refused = people.committee.post(&format!("{at_form}/refusal"), refusal.clone()).await.ok(200);
    assert_eq!((&refused["state"], &refused["answer"]), (&json!("refused"), &json!("与月报重复")));
    assert_eq!(
        people.committee.post(&format!("{at_form}/refusal"), refusal).await.ok(200)["state"],
        "refused",
        "again"
    );
    people.committee.post(&format!("{at_form}/approval"), json!({})).await.refused(409, "proposals.over");
    people.organiser.post(&format!("{at_form}/ending"), json!({})).await.refused(409, "reports.wrong_form_state");

    let fourth = both.post("/report-forms", with(body(&app), &[("title", json!("四"))])).await.ok(201);
    let at_form = format!("/report-forms/{}", text(&fourth["id"]));
    let approved = people.committee.post(&format!("{at_form}/approval"), json!({ "reason": "专项需要" })).await.ok(200);
    assert_eq!(approved["state"], "active");
    assert!(items(&crate::desk::page(&people.committee).await).is_empty());
    at(&app, "2026-07-27T09:00:00+08:00").await;
    let people = people.anew(&app).await;
    let owed = people.secretary.get(&format!("/reports?unit_id={}", app.unit("ZB1"))).await.ok(200);
    let of_branch = items(&owed).iter().filter(|report| report["unit_name"] == "东支部").count();
    assert_eq!(of_branch, 3, "two within the limits and the approved one");
    app.drain().await;
}

#[tokio::test]
async fn one_request_a_month_is_within_the_limits_and_all_leave_three_days() {
    let app = TestApp::start().await;
    let people = cast(&app).await;
    let once = |due: &str| {
        let mut body =
            with(body(&app), &[("cycle", json!("once")), ("due_on", json!(due)), ("title", json!("情况统计"))]);
        body.as_object_mut().unwrap().remove("opens_day");
        body.as_object_mut().unwrap().remove("due_after");
        body
    };
    people.organiser.post("/report-forms", once("2026-07-03")).await.refused(409, "reports.too_soon");
    let first = people.organiser.post("/report-forms", once("2026-07-06")).await.ok(201);
    assert_eq!(first["state"], "active");
    assert_eq!(people.organiser.post("/report-forms", once("2026-07-31")).await.ok(201)["state"], "proposed");
    assert_eq!(people.organiser.post("/report-forms", once("2026-08-03")).await.ok(201)["state"], "active");
    app.tick().await;
    let mine =
        items(&people.secretary.get(&format!("/reports?form_id={}", text(&first["id"]))).await.ok(200))[0].clone();
    assert_eq!((&mine["period_label"], &mine["due_on"]), (&json!("2026年7月6日前"), &json!("2026-07-06")));
    // what is due once is asked once
    at(&app, "2026-07-07T09:00:00+08:00").await;
    at(&app, "2026-07-08T09:00:00+08:00").await;
    let people = people.anew(&app).await;
    let form = people.organiser.get(&format!("/report-forms/{}", text(&first["id"]))).await.ok(200);
    assert_eq!(form["state"], "ended");
    let periods = people.organiser.get(&format!("/report-forms/{}/periods", text(&first["id"]))).await.ok(200);
    assert_eq!(items(&periods).len(), 1);
    // a window that is too short leaves no time either
    let short = with(body(&app), &[("opens_day", json!(30)), ("due_after", json!(0))]);
    people.organiser.post("/report-forms", short).await.refused(409, "reports.too_soon");
    for (field, value, pointer) in [
        ("opens_day", json!(32), "/opens_day"),
        ("due_after", json!(40), "/due_after"),
        ("due_on", json!("2026-07-31"), "/due_on"),
        ("unit_kind", json!("车间"), "/unit_kind"),
        ("owner_id", json!("0197c000-0000-7000-8000-000000000000"), "/owner_id"),
    ] {
        let refused = people.organiser.post("/report-forms", with(body(&app), &[(field, value)])).await;
        assert_eq!(refused.refused(422, "body.invalid")["errors"][0]["pointer"], pointer);
    }
    let unknown = json!({ "fields": [{ "key": "n", "title": "数", "kind": "number", "fact": "nothing.known" }] });
    let refused = people.organiser.post("/report-forms", with(body(&app), &[("form", unknown)])).await;
    assert_eq!(refused.refused(422, "body.invalid")["errors"][0]["pointer"], "/form/fields/0/fact");
    let photo = json!({ "fields": [{ "key": "p", "title": "照片", "kind": "photo", "required": true }] });
    let refused = people.organiser.post("/report-forms", with(body(&app), &[("form", photo)])).await;
    assert_eq!(refused.refused(422, "body.invalid")["errors"][0]["code"], "photo_required");
    // a key that is sent again asks once
    let keyed = || {
        let groups = with(body(&app), &[("unit_kind", json!("党小组"))]);
        send(people.organiser.request(Method::POST, "/report-forms").header("idempotency-key", "ask-1").json(&groups))
    };
    let made = keyed().await.ok(201);
    assert_eq!(keyed().await.ok(201)["id"], made["id"]);
}

#[tokio::test]
async fn a_form_that_is_changed_keeps_its_version_for_what_is_open_and_tells_who_changed_it_before() {
    let app = TestApp::start().await;
    let (people, form) = in_july(&app).await;
    let other = app.member("组织部二").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let at_form = format!("/report-forms/{}", text(&form["id"]));
    let seen = people.organiser.get(&at_form).await.header("etag").unwrap().to_owned();
    let changed = json!({ "fields": [
        { "key": "done", "title": "本月工作", "kind": "text", "required": true },
        { "key": "plan", "title": "下月打算", "kind": "text", "required": true },
    ] });
    let edit = |who: &Person<'_>, tag: &str, body: Value| {
        send(who.request(Method::PATCH, &at_form).header("if-match", tag.to_owned()).json(&body))
    };
    let done = edit(&other, &seen, json!({ "form": changed, "title": "支部工作月报" })).await.ok(200);
    assert_eq!((&done["version"], &done["title"]), (&json!(2), &json!("支部工作月报")));
    let refused = edit(&people.organiser, &seen, json!({ "reader": "党委" })).await.refused(409, "versions.outdated");
    assert_eq!(refused["changed"]["name"], "组织部二");
    let versions = people.organiser.get(&format!("{at_form}/versions")).await.ok(200);
    let told: Vec<(i64, usize)> = items(&versions)
        .iter()
        .map(|one| (one["version"].as_i64().unwrap(), one["form"]["fields"].as_array().unwrap().len()))
        .collect();
    assert_eq!(told, [(1, 4), (2, 2)]);
    // July keeps the first version, August has the second one
    let july = report_of(&app, &people.secretary, "ZB1").await;
    assert_eq!(people.secretary.get(&path(&july)).await.ok(200)["form"]["fields"].as_array().unwrap().len(), 4);
    hand_in(&people.secretary, &july, "完成").await;
    at(&app, "2026-08-26T09:00:00+08:00").await;
    let people = people.anew(&app).await;
    let august = report_of(&app, &people.secretary, "ZB1").await;
    let whole = people.secretary.get(&path(&august)).await.ok(200);
    assert_eq!((&whole["version"], &whole["form"]["fields"][1]["key"]), (&json!(2), &json!("plan")));
    assert_eq!(whole["previous"]["answers"], json!({ "done": "完成" }));
    let organiser = app.sign_in_anew(&people.organiser).await;
    // a year after it was asked it ends, unless somebody renews it
    at(&app, "2027-06-10T09:00:00+08:00").await;
    let organiser = app.sign_in_anew(&organiser).await;
    let desk = crate::desk::page(&organiser).await;
    assert!(items(&desk).iter().any(|item| item["kind"] == "report_renewal"), "{desk}");
    let renewed = organiser.post(&format!("{at_form}/renewal"), json!({})).await.ok(200);
    assert_eq!(renewed["ends_on"], "2028-06-09");
    let desk = crate::desk::page(&organiser).await;
    assert!(items(&desk).iter().all(|item| item["kind"] != "report_renewal"));
    let ended = organiser.post(&format!("{at_form}/ending"), json!({})).await.ok(200);
    assert_eq!(ended["state"], "ended");
    organiser.post(&format!("{at_form}/renewal"), json!({})).await.refused(409, "reports.wrong_form_state");
    edit(&organiser, "*", json!({ "title": "再改" })).await.refused(409, "reports.wrong_form_state");
    at(&app, "2027-06-28T09:00:00+08:00").await;
    let organiser = app.sign_in_anew(&organiser).await;
    let periods = organiser.get(&format!("{at_form}/periods?limit=100")).await.ok(200);
    assert_eq!(items(&periods)[0]["label"], "2027年5月", "nothing of June");
    let listed = organiser.get("/report-forms?state=ended").await.ok(200);
    assert_eq!(items(&listed).len(), 1);
    app.drain().await;
}
