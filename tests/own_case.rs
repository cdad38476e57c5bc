//! Nobody acts on his own case: who is involved, now or ever, leaves it to others, and that is written down.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::db::schema::{idea_people, recusals};
use xianfeng::db::{Never, Stop};
use xianfeng::doing::ideas::{FLOW, IdeaId, Who};
use xianfeng::on;

use crate::ideas::verbs::{put, request};
use crate::ideas::{Scene, idea, items, meeting, meeting_of, submitted, text};
use crate::support::{Person, TestApp};

/// An idea in which the secretary is involved in each way; the last one is kept from him by what went into it.
async fn involving(app: &TestApp, scene: &Scene<'_>) -> Vec<(&'static str, String)> {
    let own = submitted(&scene.secretary, "书记自己的").await;
    let mut body = idea("书记曾是合作者", false);
    body["co_author_ids"] = json!([scene.secretary.id]);
    let former = text(&scene.author.post("/ideas", body).await.ok(201)["id"]);
    scene.author.patch(&format!("/ideas/{former}"), json!({ "co_author_ids": [] })).await.ok(200);
    scene.author.post(&format!("/ideas/{former}/submission"), json!({})).await.ok(200);
    let carried = submitted(&scene.author, "书记曾负责实施").await;
    let (id, member): (IdeaId, _) = (carried.parse().unwrap(), scene.secretary.id);
    app.write(move |tx| {
        use diesel::prelude::*;
        let row = (idea_people::idea_id.eq(id), idea_people::member_id.eq(member), idea_people::part.eq("implementer"));
        on!(tx.conn, c => diesel::insert_into(idea_people::table).values(row).execute(c))?;
        Ok(())
    })
    .await;
    let kept = submitted(&scene.author, "并入了书记的").await;
    let merged = submitted(&scene.secretary, "书记被并入的").await;
    scene.committee.post(&format!("/ideas/{merged}/merge"), json!({ "into": kept })).await.ok(200);
    vec![("author", own), ("co_author", former), ("implementer", carried), ("merged_author", kept)]
}

#[tokio::test]
async fn nobody_handles_an_idea_in_which_he_is_involved() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let target = submitted(&scene.worker, "可以并入的").await;
    let mut asked = 0;
    for (way, id) in involving(&app, &scene).await {
        let idea_id: IdeaId = id.parse().unwrap();
        for step in FLOW.steps.iter().filter(|step| matches!(step.who, Who::Collector | Who::Decider)) {
            put(&app, idea_id, step.from, scene.worker.id).await;
            asked += 1;
            let (path, body) = request(step.verb, &scene, &target, asked);
            let path = format!("/ideas/{id}/{path}");
            let told = format!("{way}: {} in {}", step.verb, step.from);
            let refused = scene.secretary.post(&path, body).await;
            assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("ideas.own_idea")), "{told}");
            let (_, body) = request(step.verb, &scene, &target, 1000 + asked);
            let other = scene.committee.post(&path, body).await;
            // for another reason at most: where the idea's group meets, and that something went into it
            assert_ne!(other.status, 403, "{told}: {}", other.text());
            if way == "implementer" {
                assert_eq!(other.status, 200, "{told}: {}", other.text());
            }
        }
    }
    assert!(asked > 60, "{asked}");
}

#[tokio::test]
async fn nobody_merges_from_or_into_an_idea_of_his_own() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let of_member = submitted(&scene.worker, "党员的").await;
    let like = scene.author.put(&format!("/ideas/{of_member}/like"), json!({})).await.ok(200);
    assert_eq!(like["likes"], 1);
    let merge = async |by: &Person<'_>, from: &str, into: &str| {
        by.post(&format!("/ideas/{from}/merge"), json!({ "into": into })).await
    };
    // into his own, as author, as co-author who was taken off, as leader of a group
    let own = submitted(&scene.secretary, "书记的").await;
    merge(&scene.secretary, &of_member, &own).await.refused(403, "ideas.own_idea");
    let of_leader = submitted(&scene.leader, "组长的").await;
    let of_group = submitted(&scene.author, "组员的").await;
    merge(&scene.leader, &of_group, &of_leader).await.refused(403, "ideas.own_idea");
    let mut body = idea("合写的", false);
    body["co_author_ids"] = json!([scene.secretary.id]);
    let shared = text(&scene.author.post("/ideas", body).await.ok(201)["id"]);
    scene.author.post(&format!("/ideas/{shared}/submission"), json!({})).await.ok(200);
    merge(&scene.secretary, &of_member, &shared).await.refused(403, "ideas.own_idea");
    // his own into another one
    merge(&scene.secretary, &own, &of_member).await.refused(403, "ideas.own_idea");
    let seen = scene.author.get(&format!("/ideas/{own}")).await.ok(200);
    assert_eq!((&seen["likes"], &seen["state"], &seen["merged_ideas"]), (&json!(0), &json!("submitted"), &json!([])));
    // into one that his own went into
    merge(&scene.committee, &own, &of_member).await.ok(200);
    merge(&scene.secretary, &of_group, &of_member).await.refused(403, "ideas.own_idea");
    merge(&scene.committee, &of_group, &of_member).await.ok(200);
}

#[tokio::test]
async fn the_next_unit_up_acts_and_the_history_says_who_was_kept_out_and_why() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let above = app.member("党委委员").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    let their_meeting = meeting(&app, &above, "party_committee", "DW1").await;
    let mut body = idea("书记和支委的点子", true);
    body["co_author_ids"] = json!([scene.committee.id]);
    let id = text(&scene.secretary.post("/ideas", body).await.ok(201)["id"]);
    let path = |step: &str| format!("/ideas/{id}/{step}");
    assert_eq!(items(&above.get("/me/desk").await.ok(200)).len(), 1, "it lies on the desk above");
    above.post(&path("collection"), json!({ "meeting_id": their_meeting })).await.ok(200);
    let decision = json!({ "verdict": "adopted", "meeting_id": their_meeting, "reason": "同意" });
    above.post(&path("decision"), decision).await.ok(200);
    let timeline = scene.secretary.get(&path("timeline")).await.ok(200);
    let mut recused = Vec::new();
    for step in items(&timeline) {
        let mut names: Vec<(String, String)> = (step["recused"].as_array().unwrap().iter())
            .map(|one| (text(&one["member"]["name"]), text(&one["involvement"])))
            .collect();
        names.sort();
        recused.push((text(&step["verb"]), names));
    }
    let both = || vec![("书记".to_owned(), "author".to_owned()), ("支委".to_owned(), "co_author".to_owned())];
    let expected =
        [("submit", vec![]), ("collect", both()), ("adopt", both())].map(|(verb, who)| (verb.to_owned(), who));
    assert_eq!(recused, expected);
    // where nobody is involved by duty, nobody was kept out
    let other = submitted(&scene.author, "党员的").await;
    scene.collect(&other).await;
    let timeline = scene.author.get(&format!("/ideas/{other}/timeline")).await.ok(200);
    assert!(items(&timeline).iter().all(|step| step["recused"] == json!([])), "{timeline}");
    let kept: i64 = app
        .db()
        .read(|conn| {
            use diesel::prelude::*;
            on!(conn, c => recusals::table.count().get_result(c))
        })
        .await
        .unwrap();
    assert_eq!(kept, 4);
    for change in ["DELETE FROM recusals", "UPDATE recusals SET involvement = 'x'"] {
        let changed = app.db().write(move |tx| -> Result<(), Stop<Never>> { Ok(tx.conn.batch(change)?) }).await;
        assert!(changed.is_err(), "{change}");
    }
}

#[tokio::test]
async fn nobody_answers_what_he_proposed_or_what_is_about_him() {
    let app = TestApp::start().await;
    let administrator = async |name: &str| app.member(name).home("JT").role(Role::Administrator, "JT").sign_in().await;
    let (first, second) = (administrator("甲管理员").await, administrator("乙管理员").await);
    let li = app.member("李一").sign_in().await;
    let duty = json!({ "role": "organiser", "unit_id": app.unit("JT") });
    // duties: to oneself, one's own proposal, one about oneself
    let to = |member: &Person<'_>| format!("/members/{}/roles", member.id);
    first
        .post(&to(&first), json!({ "role": "secretary", "unit_id": app.unit("ZB1") }))
        .await
        .refused(403, "duties.own");
    let proposal = first.post(&to(&li), duty).await.ok(202);
    let answer = |proposal: &Value, verb: &str| format!("/duty-proposals/{}/{verb}", proposal["id"].as_str().unwrap());
    first.post(&answer(&proposal, "approval"), json!({})).await.refused(403, "proposals.own");
    second.post(&answer(&proposal, "approval"), json!({})).await.ok(200);
    let seen = first.get(&format!("/members/{}", second.id)).await.ok(200);
    let end = format!("{}/{}", to(&second), seen["duties"][0]["id"].as_str().unwrap());
    let about = first.delete(&end).await.ok(202);
    second.post(&answer(&about, "approval"), json!({})).await.refused(403, "proposals.about_yourself");
    // settings
    let wish = json!({ "value": 90, "reason": "党委会议定" });
    let setting = first.put("/settings/sessions.days", wish).await.ok(202);
    let path = format!("/setting-proposals/{}/approval", setting["id"].as_str().unwrap());
    first.post(&path, json!({})).await.refused(403, "proposals.own");
    second.post(&path, json!({})).await.ok(200);
    // what one said oneself
    let said = first.post("/me/feedback", json!({ "text": "字太小" })).await.ok(201);
    let path = format!("/feedback/{}/answer", said["id"].as_str().unwrap());
    first.put(&path, json!({ "text": "自己答复" })).await.refused(403, "feedback.own");
    second.put(&path, json!({ "text": "请打开大字版" })).await.ok(200);
}

#[tokio::test]
async fn who_asked_to_be_kept_out_of_an_idea_takes_no_step_of_it() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let target = submitted(&scene.worker, "可以并入的").await;
    let id = submitted(&scene.author, "爱人的点子").await;
    let idea_id: IdeaId = id.parse().unwrap();
    let reason = json!({ "reason": "作者是我的爱人" });
    let recused = scene.secretary.put(&format!("/ideas/{id}/recusals/mine"), reason).await.ok(200);
    assert_eq!((&recused["name"], &recused["reason"]), (&json!("书记"), &json!("作者是我的爱人")));
    let mut asked = 0;
    for step in FLOW.steps.iter().filter(|step| matches!(step.who, Who::Collector | Who::Decider)) {
        put(&app, idea_id, step.from, scene.worker.id).await;
        asked += 1;
        let (path, body) = request(step.verb, &scene, &target, asked);
        let path = format!("/ideas/{id}/{path}");
        let refused = scene.secretary.post(&path, body).await;
        let told = format!("{} in {}", step.verb, step.from);
        assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("ideas.recused")), "{told}");
        let (_, body) = request(step.verb, &scene, &target, 1000 + asked);
        let other = scene.committee.post(&path, body).await;
        assert_eq!(other.status, 200, "{told}: {}", other.text());
    }
    assert!(asked > 15, "{asked}");
    // nor does he merge anything into it, nor into what it goes into
    let (other, kept) = (submitted(&scene.worker, "另一条").await, submitted(&scene.worker, "再一条").await);
    put(&app, idea_id, xianfeng::doing::ideas::IdeaState::Submitted, scene.worker.id).await;
    let merge = async |by: &Person<'_>, from: &str, into: &str| {
        by.post(&format!("/ideas/{from}/merge"), json!({ "into": into })).await
    };
    merge(&scene.secretary, &other, &id).await.refused(403, "ideas.recused");
    merge(&scene.committee, &id, &kept).await.ok(200);
    merge(&scene.secretary, &other, &kept).await.refused(403, "ideas.recused");
    merge(&scene.secretary, &other, &target).await.ok(200);
}

async fn waiting(who: &Person<'_>) -> usize {
    items(&who.get("/me/desk").await.ok(200)).len()
}

#[tokio::test]
async fn where_everybody_asked_to_be_kept_out_the_next_unit_up_acts_and_all_is_shown() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let above = app.member("党委委员").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    let their_meeting = meeting_of(&app, &above, ("party_committee", "DW1"), &[&above]).await;
    let id = submitted(&scene.author, "点子").await;
    let path = |step: &str| format!("/ideas/{id}/{step}");
    let recuse =
        async |who: &Person<'_>, reason: &str| who.put(&path("recusals/mine"), json!({ "reason": reason })).await;
    assert_eq!((waiting(&scene.leader).await, waiting(&scene.secretary).await), (1, 0));
    recuse(&scene.leader, "是我的师傅").await.ok(200);
    assert_eq!((waiting(&scene.leader).await, waiting(&scene.secretary).await), (0, 1), "the next unit up");
    recuse(&scene.secretary, "同住一室").await.ok(200);
    assert_eq!((waiting(&scene.committee).await, waiting(&above).await), (1, 0), "others with the duty come first");
    recuse(&scene.committee, "曾有争议").await.ok(200);
    assert_eq!((waiting(&scene.committee).await, waiting(&above).await), (0, 1));
    // what was asked first stands
    assert_eq!(recuse(&scene.leader, "另一个理由").await.ok(200)["reason"], "是我的师傅");
    // who has nothing to do with it by duty, or may not know of it, asks for nothing
    recuse(&scene.author, "无").await.refused(403, "access.denied");
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    recuse(&west, "无").await.refused(404, "ideas.not_found");
    let other_leader = app.member("二组长").home("XZ12").role(Role::GroupLeader, "XZ12").sign_in().await;
    recuse(&other_leader, "无").await.refused(403, "access.out_of_scope");

    let collect = |meeting: &str| json!({ "meeting_id": meeting });
    scene.leader.post(&path("collection"), collect(&scene.group_meeting)).await.refused(403, "ideas.recused");
    above.post(&path("collection"), collect(&their_meeting)).await.ok(200);
    let seen = scene.author.get(&format!("/ideas/{id}")).await.ok(200);
    let told: Vec<(String, String)> = items(&json!({ "items": seen["recusals"] }))
        .iter()
        .map(|one| (text(&one["name"]), text(&one["reason"])))
        .collect();
    let asked = [("组长", "是我的师傅"), ("书记", "同住一室"), ("支委", "曾有争议")];
    assert_eq!(told, asked.map(|(name, reason)| (name.to_owned(), reason.to_owned())));
    let timeline = scene.author.get(&path("timeline")).await.ok(200);
    let step = &items(&timeline)[1];
    let mut recused: Vec<(String, String)> = (step["recused"].as_array().unwrap().iter())
        .map(|one| (text(&one["member"]["name"]), text(&one["involvement"])))
        .collect();
    recused.sort();
    let mut expected = ["组长", "书记", "支委"].map(|name| (name.to_owned(), "recused".to_owned()));
    expected.sort();
    assert_eq!((text(&step["verb"]), recused), ("collect".to_owned(), expected.to_vec()));
    assert_eq!(text(&step["actor"]["name"]), "党委委员");
    for change in ["DELETE FROM recusal_requests", "UPDATE recusal_requests SET reason = 'x'"] {
        let changed = app.db().write(move |tx| -> Result<(), Stop<Never>> { Ok(tx.conn.batch(change)?) }).await;
        assert!(changed.is_err(), "{change}");
    }
}

#[tokio::test]
async fn nobody_puts_an_outcome_right_that_he_recorded_or_of_an_idea_in_which_he_is_involved() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let target = submitted(&scene.author, "书记回避的").await;
    let mut all = involving(&app, &scene).await;
    all.push(("recused", target.clone()));
    scene.secretary.put(&format!("/ideas/{target}/recusals/mine"), json!({ "reason": "回避" })).await.ok(200);
    let right = || json!({ "title": "更正后", "reason": "名称有误" });
    for (way, id) in all {
        put(&app, id.parse().unwrap(), xianfeng::doing::ideas::IdeaState::Accepted, scene.worker.id).await;
        let recorded = json!({ "kind": "patent", "title": "成果" });
        let seen = scene.committee.post(&format!("/ideas/{id}/outcomes"), recorded).await.ok(200);
        let path = format!("/outcomes/{}/correction", text(&seen["outcomes"][0]["id"]));
        let code = if way == "recused" { "ideas.recused" } else { "ideas.own_idea" };
        scene.secretary.post(&path, right()).await.refused(403, code);
        scene.committee.post(&path, right()).await.refused(403, "ideas.own_outcome");
        scene.leader.post(&path, right()).await.refused(403, "access.denied");
    }
}
