//! Under fire: two at once, a key sent again after a kill, and a year at random against an independent model.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::*;

#[tokio::test]
async fn two_approvers_at_once_enter_it_once() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    let other = app.member("支委").role(Role::BranchCommittee, "ZB1").sign_in().await;
    adopted(&committee).await;
    for n in 0..6 {
        let made = proposed(&leader, li.id, "P27", &format!("任务 {n}")).await;
        let both = join_all([&secretary, &other, &secretary, &other].map(|by| approve(by, &made))).await;
        assert!(both.iter().all(|reply| reply.status == 200), "{:?}", both.iter().map(Reply::text).collect::<Vec<_>>());
        let entries: Vec<Value> = both.iter().map(|reply| reply.json()["entry_id"].clone()).collect();
        assert!(entries.iter().all(|entry| *entry == entries[0] && entry.is_string()), "{entries:?}");
    }
    assert_eq!(total(&li).await["bonus"], 300);
    assert_eq!(items(&li.get("/me/appraisal/entries?limit=100").await.ok(200)).len(), 6);

    // an approval and a refusal at once: one of them stands
    let made = proposed(&leader, li.id, "P09", "主持").await;
    let refusal = format!("/appraisal/proposals/{}/refusal", text(&made["id"]));
    let (yes, no) = tokio::join!(approve(&secretary, &made), other.post(&refusal, json!({ "reason": "不符" })));
    let mut statuses = [yes.status, no.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(total(&li).await["bonus"], if yes.status == 200 { 400 } else { 300 });
}

#[tokio::test]
async fn one_cause_is_proposed_once_however_many_propose_it_at_once() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let rules = ["P28", "P11", "P08", "P12"];
    let each = rules.iter().flat_map(|rule| [(&secretary, rule), (&leader, rule)]);
    let sent = each.map(|(by, rule)| by.post("/appraisal/proposals", proposal(li.id, rule, "同一件事")));
    let replies = join_all(sent).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        reply.refused(409, "appraisals.cause_taken");
    }
}

#[tokio::test]
async fn a_key_that_is_sent_again_after_the_server_was_killed_does_nothing_twice() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let body = proposal(li.id, "P09", "主持党日");
    let keyed = |by: &Person<'_>| {
        by.request(Method::POST, "/appraisal/proposals").header("idempotency-key", "appraisal-1").json(&body)
    };
    let made = send(keyed(&leader)).await.ok(201);
    let others = join_all((0..8).map(|_| send(keyed(&leader)))).await;
    assert!(others.iter().all(|reply| reply.ok(201)["id"] == made["id"]));
    approve(&secretary, &made).await.ok(200);
    let people =
        [&secretary, &leader, &li].map(|person| (person.id, person.employee_no.clone(), person.session.clone()));
    let app = app.restarted().await;
    let [secretary, leader, li] = people.map(|(id, number, session)| app.with_session(id, &number, session));
    assert_eq!(send(keyed(&leader)).await.ok(201)["id"], made["id"]);
    approve(&secretary, &made).await.ok(200);
    assert_eq!(total(&li).await["total"], 100);
    let entry = items(&li.get("/me/appraisal/entries").await.ok(200))[0].clone();
    let path = format!("/appraisal/entries/{}/appeal", text(&entry["id"]));
    let appeal =
        || li.request(Method::POST, &path).header("idempotency-key", "appeal-1").json(&json!({ "text": "应更多" }));
    let filed = join_all((0..4).map(|_| send(appeal()))).await;
    assert!(filed.iter().all(|reply| reply.ok(201)["id"] == filed[0].json()["id"]));
}

/// What the test believes of a member's year; written without looking at the program's own rules.
#[derive(Default)]
struct Model {
    /// Rule, dimension, hundredths, and whether it still stands.
    lines: Vec<(String, String, i64, bool)>,
}

impl Model {
    fn give(&mut self, rule: &str, dimension: &str, wanted: i64, caps: (i64, i64)) -> i64 {
        let sum = |of: &dyn Fn(&(String, String, i64, bool)) -> bool, lines: &[(String, String, i64, bool)]| -> i64 {
            lines.iter().filter(|line| line.3 && of(line)).map(|line| line.2.abs()).sum()
        };
        let of_rule = caps.0 - sum(&|line| line.0 == rule, &self.lines);
        let left = if wanted > 0 {
            let of_dimension = caps.1 - sum(&|line| line.1 == dimension && line.2 > 0, &self.lines);
            let of_year = 4_000 - sum(&|line| line.2 > 0, &self.lines);
            of_rule.min(of_dimension).min(of_year)
        } else {
            of_rule
        };
        let points = wanted.signum() * wanted.abs().min(left.max(0));
        self.lines.push((rule.into(), dimension.into(), points, true));
        points
    }

    fn totals(&self) -> BTreeMap<String, i64> {
        let mut totals = BTreeMap::new();
        for (_, dimension, points, stands) in &self.lines {
            *totals.entry(dimension.clone()).or_insert(0) += if *stands { *points } else { 0 };
        }
        totals.retain(|_, points| *points != 0);
        totals
    }
}

/// Rule, dimension, the most it gives or takes at once, its cap of a year and its dimension's.
const TRIED: [(&str, &str, i64, i64, i64); 8] = [
    ("P02", "politics", 200, 400, 600),
    ("P09", "meetings", 100, 300, 400),
    ("P10", "meetings", 200, 200, 400),
    ("P16", "example", 500, 600, 1_400),
    ("P14", "example", 300, 600, 1_400),
    ("P27", "duty", 50, 300, 800),
    ("P28", "duty", -50, 300, 0),
    ("P11", "meetings", -100, 600, 0),
];

#[tokio::test]
async fn a_year_at_random_comes_to_what_an_independent_model_says() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    let wang = app.member("王二").sign_in().await;
    adopted(&committee).await;
    let mut seed = 20_260_701_u64;
    let mut draw = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut models = [Model::default(), Model::default()];
    let mut is_mobile = [false, false];
    for step in 0..120 {
        let who = usize::try_from(draw(2)).unwrap();
        let (member, model) = ([&li, &wang][who], &mut models[who]);
        match draw(10) {
            0 => {
                is_mobile[who] = !is_mobile[who];
                let class = if is_mobile[who] { "mobile" } else { "ordinary" };
                let body = json!({ "class": class, "reason": "调整" });
                secretary.put(&format!("/members/{}/appraisal-class", member.id), body).await.ok(204);
            }
            1 | 2 => {
                let page = member.get("/me/appraisal/entries?limit=100").await.ok(200);
                let mut open: Vec<&Value> = items(&page).iter().filter(|entry| entry["may_appeal"] == true).collect();
                if open.is_empty() {
                    continue;
                }
                open.reverse();
                let entry = open[usize::try_from(draw(open.len() as u64)).unwrap()];
                let path = format!("/appraisal/entries/{}/appeal", text(&entry["id"]));
                let filed = member.post(&path, json!({ "text": "有误" })).await.ok(201);
                let (upheld, anew) = (draw(3) > 0, draw(2) == 0);
                let (_, dimension, most, cap, of_dimension) =
                    *TRIED.iter().find(|tried| entry["rule"] == tried.0).unwrap();
                let mut body = json!({ "upheld": upheld, "reason": "核查" });
                if upheld && anew {
                    body["points"] = json!(most.abs());
                }
                committee.put(&format!("/appraisal/appeals/{}/decision", text(&filed["id"])), body).await.ok(200);
                if upheld {
                    let rule = text(&entry["rule"]);
                    let points = entry["points"].as_i64().unwrap();
                    let line = model.lines.iter_mut().find(|line| line.3 && line.0 == rule && line.2 == points);
                    line.expect("the model has the entry").3 = false;
                    if anew {
                        model.give(rule, dimension, most, (cap, of_dimension));
                    }
                }
            }
            _ => {
                let (rule, dimension, most, cap, of_dimension) = TRIED[usize::try_from(draw(8)).unwrap()];
                let mut body = proposal(member.id, rule, &format!("第 {step} 件"));
                body["points"] = json!(most.abs());
                body["day"] = json!("2026-07-01");
                let made = leader.post("/appraisal/proposals", body).await;
                if is_mobile[who] && rule == "P11" {
                    made.refused(422, "body.invalid");
                    continue;
                }
                let made = made.ok(201);
                if most < 0 {
                    let path = format!("/appraisal/proposals/{}/reply", text(&made["id"]));
                    member.put(&path, json!({ "text": "知道了" })).await.ok(200);
                }
                if draw(5) == 0 {
                    let path = format!("/appraisal/proposals/{}/refusal", text(&made["id"]));
                    secretary.post(&path, json!({ "reason": "不予认定" })).await.ok(200);
                    continue;
                }
                approve(&secretary, &made).await.ok(200);
                model.give(rule, dimension, most, (cap, of_dimension));
            }
        }
        let year = member.get("/me/appraisal").await.ok(200);
        let said: BTreeMap<String, i64> = year["dimensions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (text(&one["dimension"]).to_owned(), one["total"].as_i64().unwrap()))
            .filter(|(_, points)| *points != 0)
            .collect();
        assert_eq!(said, models[who].totals(), "after step {step}");
        assert_eq!(year["total"]["total"], json!(said.values().sum::<i64>()));
    }
    // the unit's table, which sums in the database, says the same
    let table = secretary.get(&format!("/units/{}/appraisal", app.unit("XZ11"))).await.ok(200);
    for (person, model) in [(&li, &models[0]), (&wang, &models[1])] {
        let line = items(&table).iter().find(|line| line["member_id"] == json!(person.id)).unwrap();
        assert_eq!(line["total"]["total"], json!(model.totals().values().sum::<i64>()));
        assert_eq!(line["total"]["cut"], total(person).await["cut"]);
    }
}
