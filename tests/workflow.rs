//! Every workflow of the house: its table is walked from end to end, and through the front door.
//!
//! What an idea answers to everybody's every verb in every stage is in `tests/ideas/verbs.rs`, and a task in
//! `tests/tasks/verbs.rs`.

use std::fmt::Debug;

use diesel::prelude::*;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::time::Timestamp;
use xianfeng::base::workflow::Flow;
use xianfeng::db::schema::{campaigns as campaigns_table, contests as contests_table};
use xianfeng::doing::{ideas, reports, tasks};
use xianfeng::judging::campaigns::{self, CampaignId, CampaignState};
use xianfeng::learning::contests::{self, ContestId, ContestState};
use xianfeng::on;

use crate::campaigns::decision::{committee, counted, decided_by_committee, turned};
use crate::support::{Person, Reply, TestApp};

/// The rooms with a table, and how it is walked; `tests/house.rs` knows of every room that has one.
pub const TABLES: [(&str, fn()); 6] = [
    ("campaigns", || {
        walk("entries of campaigns", &campaigns::ENTRY_FLOW, campaigns::EntryState::EACH, campaigns::EntryVerb::EACH);
    }),
    ("campaigns", || walk("campaigns", &campaigns::FLOW, CampaignState::EACH, campaigns::CampaignVerb::EACH)),
    ("contests", || walk("contests", &contests::FLOW, ContestState::EACH, contests::ContestVerb::EACH)),
    // who does which verb where is tried in tests/reports/reviewing.rs
    ("reports", || walk("reports", &reports::FLOW, reports::ReportState::EACH, reports::ReportVerb::EACH)),
    ("ideas", || walk("ideas", &ideas::FLOW, ideas::IdeaState::EACH, ideas::Verb::EACH)),
    ("tasks", || walk("tasks", &tasks::FLOW, tasks::TaskState::EACH, tasks::TaskVerb::EACH)),
];

/// Each stage is reached, each verb applies somewhere and is refused everywhere else.
fn walk<S, V, W>(name: &str, flow: &Flow<S, V, W>, stages: &[S], verbs: &[V])
where
    S: Copy + PartialEq + Debug,
    V: Copy + PartialEq + Debug,
{
    assert_eq!(flow.flaws(stages, verbs), Vec::<String>::new(), "{name}");
    let mut allowed = 0;
    for stage in stages {
        for verb in verbs {
            let listed = flow.steps.iter().filter(|step| step.from == *stage && step.verb == *verb).count();
            assert_eq!(flow.step(*stage, *verb).is_some(), listed == 1, "{name}: {verb:?} in {stage:?}");
            allowed += listed;
        }
    }
    assert_eq!(allowed, flow.steps.len(), "{name}: a line speaks of an unknown stage or verb");
}

#[test]
fn every_stage_is_reached_and_every_verb_refused_elsewhere() {
    for (_, walk) in TABLES {
        walk();
    }
}

/// What a reply to a verb says: `None` when it was done, else status and code.
fn refusal(reply: &Reply) -> Option<(u16, String)> {
    let code = reply.json()["code"].as_str().map(str::to_owned);
    (reply.status >= 300).then(|| (reply.status, code.unwrap_or_default()))
}

fn no(status: u16, code: &str) -> Option<(u16, String)> {
    Some((status, code.to_owned()))
}

#[tokio::test]
async fn a_contest_does_every_verb_where_its_table_says_and_refuses_it_elsewhere() {
    let app = TestApp::start().await;
    let organiser = crate::contests::organiser(&app).await;
    let confirmer = app.member("领导").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let lines = json!([{ "category": "党章", "kind": "single", "count": 1 }]);
    let mut wrong = Vec::new();
    for state in ContestState::EACH {
        for verb in contests::ContestVerb::EACH {
            let body = crate::contests::with(crate::contests::body(&app), &[("/paper/lines", lines.clone())]);
            let path = format!("/contests/{}", organiser.post("/contests", body).await.ok(201)["id"].as_str().unwrap());
            put_contest(&app, &path, *state).await;
            let reply = do_to_contest(&organiser, &confirmer, &path, *verb).await;
            let now: ContestState = state_of(&organiser, &path).await.parse().unwrap();
            let (expected, then) = match contests::FLOW.step(*state, *verb) {
                Some(step) => (None, step.to),
                // nobody proposes anew what two people have done
                None if contests::FLOW.was_done(*state, *verb) && *verb != contests::ContestVerb::Cancel => {
                    (None, *state)
                }
                None if *state == ContestState::Cancelled => (no(410, "contests.cancelled"), *state),
                None => (no(409, "contests.wrong_state"), *state),
            };
            if (refusal(&reply), now) != (expected.clone(), then) {
                wrong.push(format!("{verb} in {state}: {:?} and {now}, not {expected:?} and {then}", refusal(&reply)));
            }
            // what it has taken is there for the next one
            app.write(|tx| Ok(tx.conn.batch("DELETE FROM question_guards")?)).await;
            put_contest(&app, &path, ContestState::Withdrawn).await;
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Puts a contest into a state, whatever the table says; a closed one is ranked.
async fn put_contest(app: &TestApp, path: &str, state: ContestState) {
    let id: ContestId = path.rsplit('/').next().unwrap().parse().unwrap();
    let ranked_at = matches!(state, ContestState::Closed | ContestState::Published).then(|| app.now());
    app.write(move |tx| {
        on!(tx.conn, c => diesel::update(contests_table::table.find(id))
            .set((contests_table::state.eq(state), contests_table::ranked_at.eq(ranked_at)))
            .execute(c))?;
        Ok(())
    })
    .await;
}

async fn do_to_contest(
    organiser: &Person<'_>,
    confirmer: &Person<'_>,
    path: &str,
    verb: contests::ContestVerb,
) -> Reply {
    use contests::ContestVerb as Verb;
    let route = match verb {
        Verb::Announce => "announcement",
        Verb::Open => "opening",
        Verb::Close => "closing",
        Verb::Publish => "publication",
        Verb::Withdraw => "withdrawal",
        Verb::Cancel => "cancellation",
    };
    let body = if verb == Verb::Cancel { json!({ "reason": "试题泄露" }) } else { json!({}) };
    let reply = organiser.post(&format!("{path}/{route}"), body).await;
    if verb == Verb::Cancel && reply.status == 201 {
        return confirmer.post(&format!("{path}/cancellation/approval"), json!({})).await;
    }
    reply
}

async fn state_of(organiser: &Person<'_>, path: &str) -> String {
    organiser.get(path).await.ok(200)["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_campaign_does_every_verb_where_its_table_says_and_refuses_it_elsewhere() {
    use CampaignState::*;
    use campaigns::CampaignVerb as Verb;
    let app = TestApp::start().await;
    let organiser = crate::campaigns::organiser(&app).await;
    let decider = committee(&app).await;
    let mut wrong = Vec::new();
    for state in CampaignState::EACH {
        for verb in Verb::EACH {
            let step = campaigns::FLOW.step(*state, *verb);
            if matches!(verb, Verb::Decide | Verb::Publish) && (step.is_some() || matches!(state, Published | Archived))
            {
                continue; // needs a result: the next test has one
            }
            let body = crate::campaigns::body(&app);
            let made = organiser.post("/campaigns", body).await.ok(201);
            let path = format!("/campaigns/{}", made["id"].as_str().unwrap());
            put_campaign(&app, &path, *state).await;
            let reply = do_to_campaign(&organiser, &decider, &path, *verb).await;
            let now: CampaignState = state_of(&organiser, &path).await.parse().unwrap();
            let done = campaigns::FLOW.was_done(*state, *verb) && *verb != Verb::Cancel;
            // what was decided about a campaign lies beside its state, which stays open
            let opened = *verb == Verb::Open && matches!(state, Decided | Published | Archived);
            let (expected, then) = match step {
                Some(step) => (None, step.to),
                None if done || opened => (None, *state),
                None if *verb == Verb::Archive => (no(409, "campaigns.not_published"), *state),
                None if *verb == Verb::Publish && *state == Open => (no(409, "campaigns.undecided"), *state),
                None if *state == Cancelled => (no(410, "campaigns.cancelled"), *state),
                None => (no(409, "campaigns.wrong_state"), *state),
            };
            if (refusal(&reply), now) != (expected.clone(), then) {
                wrong.push(format!("{verb} in {state}: {:?} and {now}, not {expected:?} and {then}", refusal(&reply)));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[tokio::test]
async fn a_campaign_is_decided_published_and_archived_in_this_order() {
    let app = TestApp::start().await;
    let organiser = crate::campaigns::organiser(&app).await;
    let decider = committee(&app).await;
    let (path, entries) = counted(&app, &organiser, decided_by_committee(&app, &[])).await;
    let (decision, publication, archive) =
        (format!("{path}/decision"), format!("{path}/publication"), format!("{path}/archive"));
    organiser.post(&publication, json!({})).await.refused(409, "campaigns.undecided");
    organiser.post(&archive, json!({})).await.refused(409, "campaigns.not_published");
    assert_eq!(decider.put(&decision, json!({})).await.ok(201)["state"], "decided");
    assert_eq!(decider.put(&decision, json!({})).await.ok(200)["state"], "decided");
    organiser.post(&archive, json!({})).await.refused(409, "campaigns.not_published");
    for _ in 0..2 {
        assert_eq!(organiser.post(&publication, json!({})).await.ok(200)["state"], "published");
    }
    decider.put(&decision, turned(&entries)).await.refused(409, "campaigns.wrong_state");
    for _ in 0..2 {
        assert_eq!(organiser.post(&archive, json!({})).await.ok(200)["state"], "archived");
    }
    decider.put(&decision, turned(&entries)).await.refused(409, "campaigns.wrong_state");
    assert_eq!(organiser.post(&publication, json!({})).await.ok(200)["state"], "archived");
    app.drain().await;
}

/// Puts a campaign into a state, whatever the table says.
async fn put_campaign(app: &TestApp, path: &str, state: CampaignState) {
    use CampaignState::*;
    let id: CampaignId = path.rsplit('/').next().unwrap().parse().unwrap();
    let now = app.now();
    let since = |states: &[CampaignState]| -> Option<Timestamp> { states.contains(&state).then_some(now) };
    let kept = if matches!(state, Decided | Published | Archived) { Open } else { state };
    let (decided, published) = (since(&[Decided, Published, Archived]), since(&[Published, Archived]));
    let archived = since(&[Archived]);
    app.write(move |tx| {
        on!(tx.conn, c => diesel::update(campaigns_table::table.find(id))
            .set((
                campaigns_table::state.eq(kept),
                campaigns_table::decided_at.eq(decided),
                campaigns_table::published_at.eq(published),
                campaigns_table::archived_at.eq(archived),
            ))
            .execute(c))?;
        Ok(())
    })
    .await;
}

async fn do_to_campaign(
    organiser: &Person<'_>,
    decider: &Person<'_>,
    path: &str,
    verb: campaigns::CampaignVerb,
) -> Reply {
    use campaigns::CampaignVerb as Verb;
    let post = async |route: &str, body: Value| organiser.post(&format!("{path}/{route}"), body).await;
    match verb {
        Verb::Announce => post("announcement", json!({})).await,
        Verb::Open => post("opening", json!({})).await,
        Verb::Withdraw => post("withdrawal", json!({})).await,
        Verb::Decide => decider.put(&format!("{path}/decision"), json!({})).await,
        Verb::Publish => post("publication", json!({})).await,
        Verb::Archive => post("archive", json!({})).await,
        Verb::Cancel => {
            let proposed = post("cancellation", json!({ "reason": "方案有误" })).await;
            if proposed.status != 201 {
                return proposed;
            }
            decider.post(&format!("{path}/cancellation/approval"), json!({})).await
        }
    }
}
