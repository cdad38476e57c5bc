//! The ladder of three grades: self-assessment, inspection, rectification, decision.

use super::*;

/// Nineteen branches below DW1: the three of the sample count.
async fn nineteen(app: &TestApp) -> Vec<String> {
    let admin = app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    let mut codes: Vec<String> = ["ZB1", "ZB2", "ZB3"].map(str::to_owned).to_vec();
    for n in 4..20 {
        let code = format!("ZB{n}");
        let body =
            json!({ "code": code, "name": format!("第{n}党支部"), "kind": "党支部", "parent_id": app.unit("DW1") });
        admin.post("/units", body).await.ok(201);
        codes.push(code);
    }
    codes
}

struct Ladder<'a> {
    app: &'a TestApp,
    secretary: Person<'a>,
    organiser: Person<'a>,
    committee: Person<'a>,
}

impl<'a> Ladder<'a> {
    async fn set(app: &'a TestApp) -> Ladder<'a> {
        Ladder {
            app,
            secretary: app.member("秘书").home("JT").role(Role::Secretary, "JT").sign_in().await,
            organiser: app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await,
            committee: app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await,
        }
    }

    async fn anew(self) -> Ladder<'a> {
        Ladder {
            app: self.app,
            secretary: self.app.sign_in_anew(&self.secretary).await,
            organiser: self.app.sign_in_anew(&self.organiser).await,
            committee: self.app.sign_in_anew(&self.committee).await,
        }
    }

    fn assessment(&self, unit: &str, year: i32, wanted: &str) -> Value {
        json!({
            "unit_id": self.app.unit(unit), "year": year, "wanted": wanted, "score": 9000, "text": "对照标准自评",
        })
    }

    async fn assess(&self, unit: &str, year: i32, wanted: &str) -> String {
        let case = self.secretary.post("/grade-cases", self.assessment(unit, year, wanted)).await.ok(201);
        format!("/grade-cases/{}", text(&case["id"]))
    }

    async fn inspect(&self, case: &str, score: i32) {
        let done = self.organiser.post(&format!("{case}/inspection"), json!({ "score": score })).await.ok(200);
        assert_eq!(done["state"], "inspected");
    }

    async fn decide(&self, case: &str, grade: &str) -> Reply {
        let body =
            json!({ "grade": grade, "document": "集团党发〔2026〕6号", "practice": "“三清单”工作法在第5党支部推广" });
        self.committee.post(&format!("{case}/decision"), body).await
    }
}

fn counts(page: &Value) -> Vec<i64> {
    page["counts"].as_array().unwrap().iter().map(|one| one["count"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn nineteen_branches_stand_at_four_four_and_eleven_after_two_years_with_one_rectification() {
    let app = TestApp::start().await;
    let branches = nineteen(&app).await;
    let ladder = Ladder::set(&app).await;
    // the first year: four model branches and fifteen standard ones, one of which had something to put right
    for (at, branch) in branches.iter().enumerate() {
        let wanted = if at < 4 { "model" } else { "standard" };
        let case = ladder.assess(branch, 2026, wanted).await;
        if at == 18 {
            let found = json!({ "score": 8200, "findings": "党员活动阵地不达标", "due_on": "2026-07-20" });
            let found = ladder.organiser.post(&format!("{case}/inspection"), found).await.ok(200);
            assert_eq!((&found["state"], &found["due_on"]), (&json!("rectifying"), &json!("2026-07-20")));
            ladder.decide(&case, "standard").await.refused(409, "honours.wrong_grade_state");
            let note = json!({ "note": "已改造完成，附照片" });
            ladder.secretary.post(&format!("{case}/rectification"), note).await.ok(200);
            let back = json!({ "passed": false, "note": "标识仍缺", "due_on": "2026-07-27" });
            let back = ladder.organiser.post(&format!("{case}/recheck"), back).await.ok(200);
            assert_eq!((&back["state"], &back["due_on"]), (&json!("rectifying"), &json!("2026-07-27")));
            ladder.secretary.post(&format!("{case}/rectification"), json!({ "note": "已补齐" })).await.ok(200);
            let done = ladder.organiser.post(&format!("{case}/recheck"), json!({ "passed": true })).await.ok(200);
            let steps: Vec<String> = done["steps"].as_array().unwrap().iter().map(|step| text(&step["step"])).collect();
            assert_eq!(steps, ["self_assess", "find", "rectify", "send_back", "rectify", "clear"]);
        } else {
            ladder.inspect(&case, if at < 4 { 9100 } else { 8500 }).await;
        }
        ladder.decide(&case, wanted).await.ok(200);
    }
    let page = ladder.secretary.get("/grades?limit=100").await.ok(200);
    assert_eq!((counts(&page), items(&page).len()), (vec![0, 4, 15], 19));

    // the next year: the model branches climb, four others follow
    app.set_clock("2027-07-05T08:00:00+08:00");
    let ladder = ladder.anew().await;
    for (at, branch) in branches.iter().enumerate() {
        let (wanted, score) = match at {
            0..4 => ("red_flag", 9300),
            4..8 => ("model", 9000),
            _ => ("standard", 8400),
        };
        let case = ladder.assess(branch, 2027, wanted).await;
        ladder.inspect(&case, score).await;
        ladder.decide(&case, wanted).await.ok(200);
    }
    let page = ladder.secretary.get("/grades?limit=7").await.ok(200);
    assert_eq!(counts(&page), [4, 4, 11], "红旗、示范、标准");
    let rest = ladder.secretary.get(&format!("/grades?limit=100&cursor={}", text(&page["next_cursor"]))).await.ok(200);
    assert_eq!((items(&page).len(), items(&rest).len()), (7, 12));
    let before = ladder.secretary.get("/grades?as_of=2027-07-04").await.ok(200);
    assert_eq!(counts(&before), [0, 4, 15], "as it was");
    let path = format!("/units/{}/grade", app.unit("ZB1"));
    let history = ladder.secretary.get(&path).await.ok(200);
    assert_eq!((&history["grade"], history["history"].as_array().unwrap().len()), (&json!("red_flag"), 2));
    assert_eq!(
        (&history["functional_type"], &history["functional_type_word"]),
        (&json!("innovation"), &Value::Null),
        "{history}"
    );
    // lowered at any time, raised never this way
    let set = |grade: Value| json!({ "grade": grade, "from_on": "2027-07-05", "document": "集团党发〔2027〕9号" });
    ladder.committee.post(&path, set(json!("model"))).await.ok(200);
    ladder.committee.post(&path, set(json!("red_flag"))).await.refused(409, "honours.not_reached");
    ladder.organiser.post(&path, set(json!("standard"))).await.refused(403, "access.denied");
    assert_eq!(counts(&ladder.secretary.get("/grades").await.ok(200)), [3, 5, 11]);
    ladder.committee.post(&path, set(Value::Null)).await.ok(200);
    assert_eq!(counts(&ladder.secretary.get("/grades").await.ok(200)), [3, 4, 11]);
}

#[tokio::test]
async fn what_is_not_reached_is_refused_with_the_reason_and_nobody_judges_his_own_branch() {
    let app = TestApp::start().await;
    let ladder = Ladder::set(&app).await;
    let own = app.member("东书记").role(Role::Secretary, "ZB1").role(Role::Organiser, "DW1").sign_in().await;
    let member = app.member("东委员").role(Role::CommitteeMember, "DW1").sign_in().await;
    let mut low = ladder.assessment("ZB1", 2026, "standard");
    low["score"] = json!(7900);
    own.post("/grade-cases", low.clone()).await.refused(409, "honours.not_reached");
    low["score"] = json!(10_001);
    own.post("/grade-cases", low).await.refused(422, "body.invalid");
    own.post("/grade-cases", ladder.assessment("ZB3", 2026, "standard")).await.refused(403, "access.out_of_scope");
    own.post("/grade-cases", ladder.assessment("ZB1", 2024, "standard")).await.refused(422, "body.invalid");
    own.post("/grade-cases", ladder.assessment("XZ11", 2026, "standard")).await.refused(422, "body.invalid");
    let made = own.post("/grade-cases", ladder.assessment("ZB1", 2026, "red_flag")).await.ok(201);
    own.post("/grade-cases", ladder.assessment("ZB1", 2026, "model")).await.refused(409, "honours.case_there");
    let case = format!("/grade-cases/{}", text(&made["id"]));
    assert_eq!(own.get(&case).await.ok(200)["state"], "self_assessed");
    let desk = ladder.organiser.get("/me/desk").await.ok(200);
    assert_eq!((&items(&desk)[0]["kind"], &items(&desk)[0]["link"]), (&json!("honour_grade"), &json!(case)));
    own.post(&format!("{case}/inspection"), json!({ "score": 9500 })).await.refused(403, "honours.own");
    let no_findings = json!({ "score": 9300, "due_on": "2026-07-20" });
    ladder.organiser.post(&format!("{case}/inspection"), no_findings).await.refused(422, "body.invalid");
    let late = json!({ "score": 9300, "findings": "问题", "due_on": "2026-07-01" });
    ladder.organiser.post(&format!("{case}/inspection"), late).await.refused(422, "body.invalid");
    ladder.organiser.post(&format!("{case}/inspection"), json!({ "score": 10_001 })).await.refused(422, "body.invalid");
    ladder.inspect(&case, 9300).await;
    let decision = json!({ "grade": "standard", "document": "集团党发〔2026〕6号" });
    member.post(&format!("{case}/decision"), decision).await.refused(403, "honours.own");
    let why = ladder.decide(&case, "red_flag").await.refused(409, "honours.not_reached");
    assert!(text(&why["detail"]).contains("示范型满 1 年"), "{why}");
    ladder.decide(&case, "model").await.refused(409, "honours.not_reached");
    ladder.decide(&case, "standard").await.ok(200);
    ladder.decide(&case, "standard").await.refused(409, "honours.wrong_grade_state");
    assert_eq!(items(&ladder.committee.get("/me/desk").await.ok(200)).len(), 0);
    assert_eq!(items(&own.get("/grade-cases?year=2026&state=graded").await.ok(200)).len(), 1);
    let stranger = app.member("别人").home("XZ31").sign_in().await;
    stranger.get(&case).await.refused(404, "honours.case_not_found");

    // what a branch was before the product was there
    let path = format!("/units/{}/grade", app.unit("ZB2"));
    let before = json!({ "grade": "model", "from_on": "2025-06-30", "document": "集团党发〔2025〕6号" });
    ladder.committee.post(&path, before.clone()).await.ok(200);
    ladder.committee.post(&path, before.clone()).await.refused(409, "honours.not_reached");
    let mut matter = before;
    matter["document"] = json!("考核不合格");
    ladder.committee.post(&path, matter).await.refused(422, "body.invalid");
    let case = ladder.assess("ZB2", 2026, "red_flag").await;
    ladder.inspect(&case, 9300).await;
    // a quarter of three branches is nobody
    let why = ladder.decide(&case, "red_flag").await.refused(409, "honours.not_reached");
    assert!(text(&why["detail"]).contains("至多 0 个"), "{why}");
}
