//! An enterprise in the middle of its year: what a release leaves to the next one.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::doing::ideas::IdeaState;

use crate::campaigns::{self, decision};
use crate::contests;
use crate::ideas::{Scene, idea, submitted, text};
use crate::support::{Person, TestApp, send};

/// What somebody was shown before the database was put away.
pub struct Page<'p> {
    pub who: &'p str,
    pub path: String,
}

/// Everybody who looks, and what at.
pub struct Filled<'a> {
    pub people: Vec<(&'static str, Person<'a>)>,
    pub pages: Vec<Page<'static>>,
    /// What the next release goes on with, by name.
    pub things: Value,
}

/// Where the day ends that is filled, and the next release begins.
const END: &str = "2026-07-01T08:14:00+08:00";

/// Fills a fresh app through the front door, until [`END`].
pub async fn fill(app: &TestApp) -> Filled<'_> {
    let organiser = contests::organiser(app).await;
    let committee = decision::committee(app).await;
    let decided = decide_campaign(app, &organiser, &committee).await;
    // a quarter of an hour is the life of a token: from here on new people go on
    let scene = Scene::set(app).await;
    let auditor = app.member("审计").home("XZ31").role(Role::Auditor, "JT").sign_in().await;
    let administrator = app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    let mut things = json!({ "decided": decided });
    things["ideas"] = fill_ideas(app, &scene).await;
    things["contests"] = fill_contests(app, &organiser, &scene).await;
    things["vote"] = open_vote(app, &organiser, &scene).await;
    earn(app, &scene).await;
    study(app, &organiser, &scene).await;
    let rule = json!({ "rule": "idea.collected", "name": "金点子征集（加倍）", "dimension": "example", "points": 4,
        "effective_on": "2026-08-01" });
    committee.post("/points/rules", rule).await.ok(201);
    let brands = "申报单位,品牌名称,创建要点\n东支部,精·智电解,精细严实智\n".to_owned();
    send(organiser.request(reqwest::Method::POST, "/imports/brands").body(brands)).await.ok(200);
    app.set_clock(END);
    app.drain().await;

    let Scene { author, leader, secretary, worker, committee: branch_committee, group_meeting, .. } = scene;
    let people = vec![
        ("author", author),
        ("leader", leader),
        ("secretary", secretary),
        ("branch_committee", branch_committee),
        ("worker", worker),
        ("organiser", organiser),
        ("committee", committee),
        ("auditor", auditor),
        ("administrator", administrator),
    ];
    let mut renewed = Vec::new();
    for (name, person) in people {
        renewed.push((name, app.sign_in_anew(&person).await));
    }
    app.drain().await;
    Filled { people: renewed, pages: pages(&things, &group_meeting), things }
}

/// What is looked at before and after.
fn pages(things: &Value, meeting: &str) -> Vec<Page<'static>> {
    let mut pages = Vec::new();
    let mut look = |who: &'static str, path: String| pages.push(Page { who, path });
    for who in ["author", "leader", "secretary", "worker", "organiser", "committee"] {
        for path in ["/me", "/me/points", "/me/points/entries?limit=100", "/me/notices?limit=100", "/me/streak"] {
            look(who, path.to_owned());
        }
        look(who, "/boards/enterprise/total?period=all".into());
    }
    for who in ["leader", "secretary", "branch_committee"] {
        look(who, "/me/desk?limit=100".into());
    }
    look("author", "/ideas?author_id=me&limit=100".into());
    for id in things["ideas"].as_object().unwrap().values().map(text) {
        for who in ["author", "secretary"] {
            look(who, format!("/ideas/{id}"));
            look(who, format!("/ideas/{id}/timeline"));
            look(who, format!("/ideas/{id}/comments"));
        }
    }
    for path in ["/ideas?limit=100", "/ideas/statistics", "/ideas/statistics/summary", "/ideas?q=%E7%82%B9%E5%AD%90"] {
        look("secretary", path.into());
        look("auditor", path.into());
    }
    look("author", "/quiz/daily".into());
    look("author", "/me/quiz/history".into());
    look("author", "/me/quiz/wrong-answers".into());
    look("author", "/study/feed".into());
    for id in things["contests"].as_object().unwrap().values().map(text) {
        look("organiser", format!("/contests/{id}"));
    }
    let published = text(&things["contests"]["published"]);
    for part in ["rankings", "rankings/mine", "branch-rankings", "results"] {
        look("author", format!("/contests/{published}/{part}"));
    }
    for campaign in [text(&things["decided"]), text(&things["vote"]["campaign"])] {
        for path in [campaign.clone(), format!("{campaign}/entries"), format!("{campaign}/participation")] {
            look("author", path.clone());
            look("organiser", path);
        }
    }
    let decided = text(&things["decided"]);
    for part in ["results", "awards", "receipts"] {
        look("author", format!("{decided}/{part}"));
    }
    look("author", format!("{}/ballots/mine", text(&things["vote"]["campaign"])));
    look("leader", format!("/meetings/{meeting}"));
    for (who, path) in [
        ("secretary", "/meetings?limit=100"),
        ("organiser", "/questions?limit=100"),
        ("organiser", "/contests?limit=100"),
        ("organiser", "/campaigns?limit=100"),
        ("organiser", "/brands"),
        ("auditor", "/points/rules?all=true&limit=100"),
        ("auditor", "/audit?limit=100"),
        ("auditor", "/audit?action=ideas.collect&limit=100"),
        ("administrator", "/units"),
        ("administrator", "/duty-conflicts"),
    ] {
        look(who, path.into());
    }
    pages
}

/// A selection with its awards, until 8:10; its path.
async fn decide_campaign(app: &TestApp, organiser: &Person<'_>, committee: &Person<'_>) -> String {
    let (campaign, _) = decision::counted(app, organiser, decision::decided_by_committee(app, &[])).await;
    committee.put(&format!("{campaign}/decision"), json!({})).await.ok(201);
    let published = organiser.post(&format!("{campaign}/publication"), json!({})).await.ok(200);
    assert_eq!(published["state"], "published");
    campaign
}

/// A selection whose vote is open with one ballot in it, from 8:13 on.
async fn open_vote(app: &TestApp, organiser: &Person<'_>, scene: &Scene<'_>) -> Value {
    let writer = app.member("南书记").home("XZ31").role(Role::Secretary, "DW2").sign_in().await;
    let at = |minute: u32| format!("2026-07-01T08:{minute:02}:00+08:00");
    let stage =
        |stage: &str, from: u32, until: u32| json!({ "stage": stage, "opens_at": at(from), "closes_at": at(until) });
    let timetable = json!([stage("entry", 11, 12), stage("publicity", 12, 13), stage("vote", 13, 20)]);
    let body = campaigns::with(campaigns::body(app), &[("/title", json!("最美矿工")), ("/terms/timetable", timetable)]);
    let campaign = campaigns::announced(organiser, body).await;
    campaigns::at(app, &at(11)).await;
    let mut entries = Vec::new();
    for title in ["张师傅", "李师傅"] {
        entries.push(campaigns::entry(&writer, app, &campaign, "DW2", title).await);
    }
    campaigns::at(app, &at(12)).await;
    campaigns::at(app, &at(13)).await;
    campaigns::cast(&scene.author, &campaign, &[&entries[0]]).await.ok(201);
    json!({ "campaign": campaign, "entries": entries })
}

/// One contest that is published, one that is open with an attempt that runs, one that is to come and a draft; their ids.
async fn fill_contests(app: &TestApp, organiser: &Person<'_>, scene: &Scene<'_>) -> Value {
    let lines = json!([{ "category": "党章", "kind": "single", "count": 3 }]);
    let body = |title: &str, closes_at: &str| {
        let opens_at =
            if closes_at.contains("07-02") { "2026-07-02T08:00:00+08:00" } else { "2026-07-01T08:11:00+08:00" };
        contests::with(
            contests::body(app),
            &[
                ("/title", json!(title)),
                ("/opens_at", json!(opens_at)),
                ("/closes_at", json!(closes_at)),
                ("/paper/lines", lines.clone()),
                ("/terms/participation_points", json!(2)),
            ],
        )
    };
    let open = async |title: &str| {
        let path = contests::announced(organiser, body(title, "2026-07-01T08:30:00+08:00")).await;
        organiser.post(&format!("{path}/opening"), json!({})).await.ok(200);
        path
    };
    let published = open("已公布的竞赛").await;
    contests::sit(app, &scene.author, &published, 2, 3).await;
    contests::sit(app, &scene.worker, &published, 3, 2).await;
    organiser.post(&format!("{published}/closing"), json!({})).await.ok(200);
    app.tick().await;
    organiser.post(&format!("{published}/publication"), json!({})).await.ok(200);
    let running = open("正在进行的竞赛").await;
    let attempt = contests::start(&scene.author, &running).await;
    contests::answer_all(&scene.author, &attempt, 3).await;
    let coming = contests::announced(organiser, body("明天的竞赛", "2026-07-02T09:00:00+08:00")).await;
    let draft = organiser.post("/contests", body("草稿竞赛", "2026-07-02T09:00:00+08:00")).await.ok(201);
    app.tick().await;
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    json!({ "published": id(&published), "open": id(&running), "announced": id(&coming), "draft": draft["id"] })
}

/// An idea in every state, and three that came back on their way; ids by state, or by how they came back.
async fn fill_ideas(app: &TestApp, scene: &Scene<'_>) -> Value {
    let colleague = app.member("同事").home("XZ12").sign_in().await;
    let mut ids = json!({});
    for state in IdeaState::EACH {
        let id = lead_to(scene, *state, &format!("{}的点子", state.title())).await;
        if !matches!(state, IdeaState::Draft | IdeaState::Withdrawn | IdeaState::Merged) {
            colleague.put(&format!("/ideas/{id}/like"), json!({})).await.ok(200);
        }
        ids[state.as_str()] = json!(id);
        app.advance_seconds(1);
    }
    let path = |id: &str, step: &str| format!("/ideas/{id}/{step}");
    let kept = text(&ids["submitted"]);
    let said = json!({ "text": "想法不错，能否先试一班" });
    let comment = colleague.post(&path(&kept, "comments"), said).await.ok(201);
    let reply = json!({ "text": "可以", "parent_id": comment["id"] });
    scene.author.post(&path(&kept, "comments"), reply).await.ok(201);
    scene.leader.post(&path(&text(&ids["merged"]), "merge"), json!({ "into": kept })).await.ok(200);

    let returned = lead_to(scene, IdeaState::Collected, "退回的点子").await;
    scene.leader.post(&path(&returned, "return"), json!({ "reason": "请补充数据" })).await.ok(200);
    let redone = lead_to(scene, IdeaState::Delivered, "返工的点子").await;
    scene.committee.post(&path(&redone, "return"), json!({ "reason": "缺少对比数据" })).await.ok(200);
    let reopened = lead_to(scene, IdeaState::Filed, "重新讨论的点子").await;
    scene.committee.post(&path(&reopened, "reopening"), json!({ "reason": "有了新的条件" })).await.ok(200);
    for (name, id) in [("returned", returned), ("redone", redone), ("reopened", reopened)] {
        ids[name] = json!(id);
    }
    ids
}

/// Takes a new idea of the author to a state; one that is to be merged is only handed in.
async fn lead_to(scene: &Scene<'_>, state: IdeaState, title: &str) -> String {
    if state == IdeaState::Draft {
        return text(&scene.author.post("/ideas", idea(title, false)).await.ok(201)["id"]);
    }
    let id = submitted(&scene.author, title).await;
    let path = |step: &str| format!("/ideas/{id}/{step}");
    if state == IdeaState::Withdrawn {
        scene.author.post(&path("withdrawal"), json!({ "note": "想错了" })).await.ok(200);
    }
    if matches!(state, IdeaState::Submitted | IdeaState::Withdrawn | IdeaState::Merged) {
        return id;
    }
    scene.collect(&id).await;
    match state {
        IdeaState::Collected => return id,
        IdeaState::Pilot | IdeaState::Filed | IdeaState::Declined => {
            scene.decide(&id, state.as_str()).await;
            return id;
        }
        _ => scene.decide(&id, "adopted").await,
    };
    if state == IdeaState::Adopted {
        return id;
    }
    scene.assign(&id, &scene.worker, "2026-07-20").await;
    if state == IdeaState::Assigned {
        return id;
    }
    scene.worker.post(&path("progress"), json!({ "text": format!("{title}：方案已完成") })).await.ok(200);
    if state == IdeaState::Implementing {
        return id;
    }
    scene.worker.post(&path("delivery"), json!({ "evidence": "运行记录三份" })).await.ok(200);
    if state == IdeaState::Delivered {
        return id;
    }
    scene.committee.post(&path("acceptance"), json!({ "note": "达到预期" })).await.ok(200);
    if state == IdeaState::Closed {
        let saved = json!({ "kind": "savings", "title": "年节约维修费", "amount_fen": 80_000_000 });
        scene.committee.post(&path("outcomes"), saved).await.ok(200);
        scene.secretary.post(&path("closure"), json!({})).await.ok(200);
    }
    id
}

/// The author submits the paper of the day, three of five right.
async fn earn(app: &TestApp, scene: &Scene<'_>) {
    app.tick().await;
    let paper = scene.author.get("/quiz/daily").await.ok(200);
    let answers = paper["questions"].as_array().unwrap().iter().enumerate();
    let answers: Vec<Value> = answers
        .map(|(n, question)| json!({ "question_id": question["id"], "answer": contests::answer(question, n < 3) }))
        .collect();
    let day = text(&paper["day"]);
    let path = format!("/quiz/daily/{day}/submission");
    scene.author.put(&path, json!({ "answers": answers })).await.ok(201);
}

/// An item that is pushed today.
async fn study(app: &TestApp, organiser: &Person<'_>, scene: &Scene<'_>) {
    let item = json!({ "title": "党章", "summary": "摘要", "body": "正文", "source": "党章", "minimum_seconds": 30 });
    let item = organiser.post("/study/items", item).await.ok(201)["id"].clone();
    let push = json!({ "item_id": item, "unit_id": app.unit("JT"), "day": "2026-07-01" });
    organiser.post("/study/pushes", push).await.ok(201);
    app.tick().await;
    scene.author.post(&format!("/study/items/{}/readings", text(&item)), json!({})).await;
}
