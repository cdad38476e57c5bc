//! A year at random – awards, deductions, caps, reversals, appeals, classes, transfers between units, several approvals at
//! once – and the start of the next one, with what is entered late for the year before, against an independent model.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::*;

/// A line of the model: it stands until it is put right.
struct Line {
    rule: &'static str,
    dimension: &'static str,
    points: i64,
    in_first_half: bool,
    stands: bool,
}

/// What the test believes of a member's year; written without looking at the program's own rules.
#[derive(Default)]
struct Model {
    lines: Vec<Line>,
}

/// A rule as the printed scheme has it.
#[derive(Clone, Copy)]
struct Tried {
    rule: &'static str,
    dimension: &'static str,
    /// Hundredths that it gives at once; below zero for a deduction.
    most: i64,
    cap_half: i64,
    cap_year: i64,
    cap_of_dimension: i64,
}

const fn tried(
    rule: &'static str,
    dimension: &'static str,
    most: i64,
    (cap_half, cap_year, cap_of_dimension): (i64, i64, i64),
) -> Tried {
    Tried { rule, dimension, most, cap_half, cap_year, cap_of_dimension }
}

const FREE: i64 = i64::MAX / 2;
const TRIED: [Tried; 9] = [
    tried("P02", "politics", 200, (FREE, 400, 600)),
    tried("P03", "politics", 200, (200, 400, 600)),
    tried("P09", "meetings", 100, (FREE, 300, 400)),
    tried("P10", "meetings", 200, (FREE, 200, 400)),
    tried("P16", "example", 500, (FREE, 600, 1_400)),
    tried("P14", "example", 300, (FREE, 600, 1_400)),
    tried("P27", "duty", 50, (FREE, 300, 800)),
    tried("P28", "duty", -50, (FREE, 300, FREE)),
    tried("P11", "meetings", -100, (FREE, 600, FREE)),
];

impl Model {
    fn sum(&self, of: impl Fn(&Line) -> bool) -> i64 {
        self.lines.iter().filter(|line| line.stands && of(line)).map(|line| line.points.abs()).sum()
    }

    fn give(&mut self, tried: &Tried, in_first_half: bool) {
        let mut left = tried.cap_year - self.sum(|line| line.rule == tried.rule);
        left =
            left.min(tried.cap_half - self.sum(|line| line.rule == tried.rule && line.in_first_half == in_first_half));
        if tried.most > 0 {
            left = left
                .min(tried.cap_of_dimension - self.sum(|line| line.dimension == tried.dimension && line.points > 0));
            left = left.min(4_000 - self.sum(|line| line.points > 0));
        }
        let points = tried.most.signum() * tried.most.abs().min(left.max(0));
        let Tried { rule, dimension, .. } = *tried;
        self.lines.push(Line { rule, dimension, points, in_first_half, stands: true });
    }

    /// Puts one line of that rule and those points right; whether it was of the first half of the year.
    fn put_right(&mut self, rule: &str, points: i64, in_first_half: bool) {
        let its = |line: &&mut Line| {
            line.stands && line.rule == rule && line.points == points && line.in_first_half == in_first_half
        };
        self.lines.iter_mut().find(its).expect("the model has the entry").stands = false;
    }

    fn totals(&self) -> BTreeMap<String, i64> {
        let mut totals = BTreeMap::new();
        for line in self.lines.iter().filter(|line| line.stands) {
            *totals.entry(line.dimension.to_owned()).or_insert(0) += line.points;
        }
        totals.retain(|_, points| *points != 0);
        totals
    }

    fn of_half(&self, first: bool) -> i64 {
        self.lines.iter().filter(|line| line.stands && line.in_first_half == first).map(|line| line.points).sum()
    }
}

#[tokio::test]
async fn a_year_at_random_comes_to_what_an_independent_model_says() {
    for seed in [20_260_701, 7] {
        one_year(seed, 110).await;
    }
}

#[tokio::test]
#[ignore = "by hand: some minutes"]
async fn by_hand_many_years_at_random() {
    for seed in 0..20 {
        one_year(seed, 300).await;
    }
}

async fn one_year(seed: u64, steps: usize) {
    let app = TestApp::start().await;
    let Cast { committee, li, .. } = cast(&app).await;
    let wang = app.member("王二").home("XZ21").sign_in().await;
    let organiser = app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let approver = app.member("党委二").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let third = app.member("党委三").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let admin = app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    let mut scheme = committee.get("/appraisal/presets/five").await.ok(200);
    scheme["carry_over"] = json!({ "percent": CARRIED_PERCENT, "most": CARRIED_MOST });
    committee.post("/appraisal/schemes", scheme_body(&scheme, "2026-01-01")).await.ok(201);
    let mut seed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((seed >> 33) % below as u64).unwrap()
    };
    let mut models = [Model::default(), Model::default()];
    let mut is_mobile = [false, false];
    for step in 0..steps {
        let who = draw(2);
        let (member, model) = ([&li, &wang][who], &mut models[who]);
        let answer = async |path: &str, body: Value| approver.post(path, body).await;
        match draw(13) {
            0 => {
                is_mobile[who] = !is_mobile[who];
                let class = if is_mobile[who] { "mobile" } else { "ordinary" };
                let body = json!({ "class": class, "reason": "调整" });
                approver.put(&format!("/members/{}/appraisal-class", member.id), body).await.ok(204);
            }
            1 => {
                let home = ["XZ11", "XZ12", "XZ21", "XZ31"][draw(4)];
                admin.patch(&format!("/members/{}", member.id), json!({ "unit_id": app.unit(home) })).await.ok(200);
            }
            2 => {
                // two people put something right without an appeal
                let page = member.get("/me/appraisal/entries?limit=100").await.ok(200);
                let open: Vec<&Value> = items(&page)
                    .iter()
                    .filter(|entry| entry["may_appeal"] == true && entry["points"] != json!(0))
                    .collect();
                if open.is_empty() {
                    continue;
                }
                let entry = open[draw(open.len())];
                let mut body = proposal(member.id, "P32", "更正");
                body["corrects_entry_id"] = entry["id"].clone();
                let made = organiser.post("/appraisal/proposals", body).await.ok(201);
                approve(&approver, &made).await.ok(200);
                model.put_right(text(&entry["rule"]), entry["points"].as_i64().unwrap(), is_first(entry));
            }
            12 => {
                // several at once, by two people: in whatever order they come, each is cut by what stands by then
                let mut made = Vec::new();
                for n in 0..4 {
                    let tried = loop {
                        let tried = TRIED[draw(TRIED.len())];
                        if tried.most > 0 {
                            break tried;
                        }
                    };
                    let mut body = proposal(member.id, tried.rule, &format!("第 {step} 件之 {n}"));
                    body["points"] = json!(tried.most);
                    made.push((tried, organiser.post("/appraisal/proposals", body).await.ok(201)));
                }
                let both = [&approver, &third];
                let sent = made.iter().zip(both.iter().cycle()).map(|((_, one), by)| approve(by, one));
                for reply in join_all(sent).await {
                    reply.ok(200);
                }
                let page = member.get("/me/appraisal/entries?limit=4").await.ok(200);
                for entry in items(&page).iter().rev() {
                    let rule = text(&entry["rule"]);
                    model.give(made.iter().map(|(tried, _)| tried).find(|tried| tried.rule == rule).unwrap(), true);
                }
            }
            3 | 4 => {
                let page = member.get("/me/appraisal/entries?limit=100").await.ok(200);
                let open: Vec<&Value> = items(&page).iter().filter(|entry| entry["may_appeal"] == true).collect();
                if open.is_empty() {
                    continue;
                }
                let entry = open[draw(open.len())];
                let path = format!("/appraisal/entries/{}/appeal", text(&entry["id"]));
                let filed = member.post(&path, json!({ "text": "有误" })).await.ok(201);
                let (upheld, anew) = (draw(3) > 0, draw(2) == 0);
                let tried = TRIED.iter().find(|tried| entry["rule"] == tried.rule).unwrap();
                let mut body = json!({ "upheld": upheld, "reason": "核查" });
                if upheld && anew {
                    body["points"] = json!(tried.most.abs());
                }
                // who decided an appeal approved what came of it, and leaves it to another one
                let judge = if entry["approved_by_name"] == "党委" { &third } else { &committee };
                judge.put(&format!("/appraisal/appeals/{}/decision", text(&filed["id"])), body).await.ok(200);
                if upheld {
                    model.put_right(tried.rule, entry["points"].as_i64().unwrap(), is_first(entry));
                    if anew {
                        model.give(tried, is_first(entry));
                    }
                }
            }
            _ => {
                let (tried, is_first_half) = (TRIED[draw(TRIED.len())], draw(2) == 0);
                let mut body = proposal(member.id, tried.rule, &format!("第 {step} 件"));
                body["points"] = json!(tried.most.abs());
                // a class holds from the day on which it was said
                body["day"] = json!(if is_first_half { "2026-06-20" } else { "2026-07-01" });
                let made = organiser.post("/appraisal/proposals", body).await;
                if is_mobile[who] && tried.rule == "P11" && !is_first_half {
                    made.refused(422, "body.invalid");
                    continue;
                }
                let made = made.ok(201);
                if tried.most < 0 {
                    let path = format!("/appraisal/proposals/{}/reply", text(&made["id"]));
                    member.put(&path, json!({ "text": "知道了" })).await.ok(200);
                }
                if draw(5) == 0 {
                    let path = format!("/appraisal/proposals/{}/refusal", text(&made["id"]));
                    answer(&path, json!({ "reason": "不予认定" })).await.ok(200);
                    continue;
                }
                approve(&approver, &made).await.ok(200);
                model.give(&tried, is_first_half);
            }
        }
        compare(member, &models[who], step).await;
    }
    let people = [&committee, &li, &wang, &organiser, &approver];
    app.set_clock("2027-01-05T09:00:00+08:00");
    let [committee, li, wang, organiser, approver] = people.map(|person| app.sign_in_anew(person));
    let (committee, li, wang) = (committee.await, li.await, wang.await);
    let (organiser, approver) = (organiser.await, approver.await);
    let mut next = [Model::default(), Model::default()];
    let mut is_begun = false;
    for step in 0..steps / 3 {
        let who = draw(2);
        let (member, is_late) = ([&li, &wang][who], draw(3) > 0);
        let (year, model) = if is_late { (2026, &mut models[who]) } else { (2027, &mut next[who]) };
        if step == 3 || draw(9) == 0 {
            let body = json!({ "year": 2027 });
            let opened = send(committee.request(Method::POST, "/appraisal/openings").json(&body)).await.ok(200);
            assert!(!is_begun || opened["year_start"] == 0, "what came since was followed: {opened}");
            is_begun = true;
        }
        if draw(4) == 0 {
            let entries = all_entries(member, year).await;
            let open: Vec<&Value> = entries.iter().filter(|entry| stands(entry)).collect();
            if open.is_empty() {
                continue;
            }
            let entry = open[draw(open.len())];
            let mut body = proposal(member.id, "P32", "更正");
            body["corrects_entry_id"] = entry["id"].clone();
            body["day"] = json!("2027-01-05");
            let made = organiser.post("/appraisal/proposals", body).await.ok(201);
            approve(&approver, &made).await.ok(200);
            model.put_right(text(&entry["rule"]), entry["points"].as_i64().unwrap(), is_first(entry));
        } else {
            let tried = TRIED[draw(TRIED.len())];
            let mut body = proposal(member.id, tried.rule, &format!("新年第 {step} 件"));
            body["points"] = json!(tried.most.abs());
            body["day"] = json!(if is_late { "2026-12-20" } else { "2027-01-05" });
            let made = organiser.post("/appraisal/proposals", body).await;
            if is_mobile[who] && tried.rule == "P11" {
                made.refused(422, "body.invalid");
                continue;
            }
            let made = made.ok(201);
            if tried.most < 0 {
                let path = format!("/appraisal/proposals/{}/reply", text(&made["id"]));
                member.put(&path, json!({ "text": "知道了" })).await.ok(200);
            }
            approve(&approver, &made).await.ok(200);
            model.give(&tried, !is_late);
        }
        for (member, (before, new)) in [&li, &wang].into_iter().zip(models.iter().zip(&next)) {
            compare_years(member, (before, new), is_begun, step).await;
        }
    }
    // the tables of units, which sum in the database, say the same wherever the members are by now
    for year in [2026, 2027] {
        let table = format!("/units/{}/appraisal?year={year}&limit=100", app.unit("JT"));
        let table = committee.get(&table).await.ok(200);
        for (person, model) in [&li, &wang].into_iter().zip(&models) {
            let line = items(&table).iter().find(|line| line["member_id"] == json!(person.id)).unwrap();
            assert_eq!(line["total"], person.get(&format!("/me/appraisal?year={year}")).await.ok(200)["total"]);
            if year == 2026 {
                assert_eq!(line["total"]["total"], json!(model.totals().values().sum::<i64>()));
            }
        }
    }
}

/// Whether an entry counts in the first half of its year.
fn is_first(entry: &Value) -> bool {
    text(&entry["day"])[5..] < *"07-01"
}

/// Whether an entry may be put right.
fn stands(entry: &Value) -> bool {
    entry["corrected_by"].is_null()
        && entry["points"] != json!(0)
        && entry["source"] != "correction"
        && entry["kind"] != "carry"
}

const CARRIED_PERCENT: i64 = 40;
const CARRIED_MOST: i64 = 100;

async fn all_entries(member: &Person<'_>, year: i32) -> Vec<Value> {
    let (mut entries, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = member.get(&format!("/me/appraisal/entries?year={year}&limit=100{cursor}")).await.ok(200);
        entries.extend(items(&page).to_vec());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return entries,
        }
    }
}

async fn totals_of(member: &Person<'_>, year: i32) -> BTreeMap<String, i64> {
    let year = member.get(&format!("/me/appraisal?year={year}")).await.ok(200);
    let each = year["dimensions"].as_array().unwrap().iter();
    let said: BTreeMap<String, i64> = each
        .map(|one| (text(&one["dimension"]).to_owned(), one["total"].as_i64().unwrap()))
        .filter(|(_, points)| *points != 0)
        .collect();
    assert_eq!(year["total"]["total"], json!(said.values().sum::<i64>()));
    said
}

/// The year before comes to what its model says; the new one, once begun, says so dimension by dimension, and has of it what
/// the scheme carries over.
async fn compare_years(member: &Person<'_>, (before, new): (&Model, &Model), is_begun: bool, step: usize) {
    assert_eq!(totals_of(member, 2026).await, before.totals(), "the year before, after step {step}");
    let mut expected = new.totals();
    let (mut left, mut carried) = (BTreeMap::<String, i64>::new(), BTreeMap::<String, i64>::new());
    let mut sum = 0;
    for entry in all_entries(member, 2027).await {
        let points = entry["points"].as_i64().unwrap();
        sum += points;
        if entry["kind"] == "carry" {
            let dimension = text(&entry["dimension"]).to_owned();
            *left.entry(dimension.clone()).or_default() += entry["wanted"].as_i64().unwrap();
            *carried.entry(dimension).or_default() += points;
        }
    }
    left.retain(|_, points| *points != 0);
    let start = if is_begun { before.totals() } else { BTreeMap::new() };
    assert_eq!(left, start, "what the new year begins with, after step {step}");
    for (dimension, closing) in start {
        let share = (closing.max(0) * CARRIED_PERCENT / 100).min(CARRIED_MOST);
        assert_eq!(carried.get(&dimension).copied().unwrap_or(0), share, "{dimension} after step {step}");
        *expected.entry(dimension).or_default() += share;
    }
    expected.retain(|_, points| *points != 0);
    let said = totals_of(member, 2027).await;
    assert_eq!(said, expected, "the new year, after step {step}");
    assert_eq!(sum, said.values().sum::<i64>(), "the book is what the statement says");
}

async fn compare(member: &Person<'_>, model: &Model, step: usize) {
    let year = member.get("/me/appraisal").await.ok(200);
    let said: BTreeMap<String, i64> = year["dimensions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(&one["dimension"]).to_owned(), one["total"].as_i64().unwrap()))
        .filter(|(_, points)| *points != 0)
        .collect();
    assert_eq!(said, model.totals(), "after step {step}");
    assert_eq!(year["total"]["total"], json!(said.values().sum::<i64>()));
    let quarters: Vec<i64> =
        year["quarters"].as_array().unwrap().iter().map(|one| one["total"]["total"].as_i64().unwrap()).collect();
    assert_eq!(quarters, [0, model.of_half(true), model.of_half(false), 0], "after step {step}");
}
