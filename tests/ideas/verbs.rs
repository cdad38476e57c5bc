//! Every verb by everybody in every state.

use std::cell::Cell;

use diesel::prelude::*;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;
use xianfeng::db::schema::{idea_people, idea_steps, ideas};
use xianfeng::doing::ideas::{IdeaId, IdeaState, Verb};
use xianfeng::on;

use super::{Scene, idea, submitted, text};
use crate::support::{Person, TestApp};

/// Who somebody is to the idea.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Author,
    CoAuthor,
    Implementer,
    /// Of the same branch.
    Colleague,
    Leader,
    /// Of the other group of the same branch.
    OtherLeader,
    Secretary,
    /// Of another branch.
    OtherSecretary,
    Auditor,
}
use Who::*;

/// In which states a verb is whose.
fn allowed(verb: Verb, who: Who) -> &'static [IdeaState] {
    use IdeaState::*;
    match (verb, who) {
        (Verb::Submit, Author) => &[Draft],
        (Verb::Withdraw, Author) => &[Draft, Submitted, Collected],
        (Verb::Collect, Leader | Secretary) => &[Submitted],
        (Verb::Merge, Leader | Secretary) => &[Submitted, Collected],
        (Verb::Return, Leader) => &[Collected],
        (Verb::Return, Secretary) => &[Collected, Delivered],
        (Verb::Adopt | Verb::Pilot | Verb::File | Verb::Decline, Secretary) => &[Collected],
        (Verb::Reopen, Secretary) => &[Filed, Declined],
        (Verb::Assign, Secretary) => &[Adopted, Pilot, Assigned, Implementing],
        (Verb::Report, Implementer) => &[Assigned, Implementing],
        (Verb::Deliver, Implementer) => &[Implementing],
        (Verb::Accept, Secretary) => &[Delivered],
        (Verb::RecordOutcome, Secretary) => &[Accepted, Closed],
        (Verb::Close, Secretary) => &[Accepted],
        _ => &[],
    }
}

/// What is to be answered.
fn expected(verb: Verb, who: Who, state: IdeaState) -> u16 {
    let needs_duty = !matches!(verb, Verb::Submit | Verb::Withdraw | Verb::Report | Verb::Deliver);
    let collects = matches!(verb, Verb::Collect | Verb::Merge | Verb::Return);
    let has_duty = match who {
        Leader | OtherLeader => collects,
        Secretary | OtherSecretary => true,
        _ => false,
    };
    let part = matches!(who, Author | CoAuthor | Implementer);
    let sees = part || (!matches!(state, IdeaState::Draft | IdeaState::Withdrawn) && who != OtherSecretary);
    if needs_duty && !has_duty {
        403
    } else if !sees {
        404
    } else if allowed(verb, who).contains(&state) {
        200
    } else if allowed(verb, who).is_empty() || (verb == Verb::Return && who == Leader && state == IdeaState::Delivered)
    {
        403 // sending work back is the committee's
    } else {
        409
    }
}

/// Where a verb is done, and what is sent; `n` makes each request a new one.
pub fn request(verb: Verb, scene: &Scene<'_>, kept: &str, n: u32) -> (&'static str, Value) {
    let note = format!("第{n}次");
    let decision = |verdict: &str| {
        ("decision", json!({ "verdict": verdict, "meeting_id": scene.committee_meeting, "reason": note }))
    };
    match verb {
        Verb::Submit => ("submission", json!({ "note": note })),
        Verb::Withdraw => ("withdrawal", json!({ "note": note })),
        Verb::Collect => ("collection", json!({ "meeting_id": scene.group_meeting, "note": note })),
        Verb::Return => ("return", json!({ "reason": note })),
        Verb::Adopt => decision("adopted"),
        Verb::Pilot => decision("pilot"),
        Verb::File => decision("filed"),
        Verb::Decline => decision("declined"),
        Verb::Reopen => ("reopening", json!({ "reason": note })),
        Verb::Assign => {
            ("assignment", json!({ "implementer_id": scene.worker.id, "due_on": "2026-08-01", "note": note }))
        }
        Verb::Report => ("progress", json!({ "text": note })),
        Verb::Deliver => ("delivery", json!({ "evidence": note })),
        Verb::Accept => ("acceptance", json!({ "note": note })),
        Verb::RecordOutcome => ("outcomes", json!({ "kind": "patent", "title": note })),
        Verb::Close => ("closure", json!({ "note": note })),
        Verb::Merge => ("merge", json!({ "into": kept, "note": note })),
    }
}

/// Puts the idea into a state, whatever the table says.
pub async fn put(app: &TestApp, id: IdeaId, state: IdeaState, worker: MemberId) {
    app.write(move |tx| {
        on!(tx.conn, c => diesel::update(ideas::table.find(id))
            .set((
                ideas::state.eq(state),
                ideas::implementer_id.eq(worker),
                ideas::merged_into.eq(None::<IdeaId>),
            ))
            .execute(c))?;
        let its = idea_steps::table.filter(idea_steps::idea_id.eq(id));
        on!(tx.conn, c => diesel::update(its).set(idea_steps::in_force.eq(false)).execute(c))?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn every_verb_is_done_only_by_whom_and_where_the_table_says() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let co_author = app.member("张二").sign_in().await;
    let colleague = app.member("同事").home("XZ12").sign_in().await;
    let other_leader = app.member("东二组长").home("XZ12").role(Role::GroupLeader, "XZ12").sign_in().await;
    let other_secretary = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let auditor = app.member("审计").home("XZ31").role(Role::Auditor, "JT").sign_in().await;
    let everybody: [(Who, &Person<'_>); 9] = [
        (Author, &scene.author),
        (CoAuthor, &co_author),
        (Implementer, &scene.worker),
        (Colleague, &colleague),
        (Leader, &scene.leader),
        (OtherLeader, &other_leader),
        (Secretary, &scene.secretary),
        (OtherSecretary, &other_secretary),
        (Auditor, &auditor),
    ];
    let mut body = idea("被反复处理的点子", false);
    body["co_author_ids"] = json!([co_author.id]);
    let id = text(&scene.author.post("/ideas", body).await.ok(201)["id"]);
    let kept = submitted(&colleague, "留下的点子").await;
    let (idea_id, worker): (IdeaId, MemberId) = (id.parse().unwrap(), scene.worker.id);
    app.write(move |tx| {
        let row =
            (idea_people::idea_id.eq(idea_id), idea_people::member_id.eq(worker), idea_people::part.eq("implementer"));
        on!(tx.conn, c => diesel::insert_into(idea_people::table).values(row).execute(c))?;
        Ok(())
    })
    .await;
    let (mut wrong, asked) = (Vec::new(), Cell::new(0));
    for state in IdeaState::EACH {
        put(&app, idea_id, *state, worker).await;
        for verb in Verb::EACH {
            for (who, person) in everybody {
                asked.set(asked.get() + 1);
                let (path, body) = request(*verb, &scene, &kept, asked.get());
                let status = person.post(&format!("/ideas/{id}/{path}"), body).await.status;
                if status != expected(*verb, who, *state) {
                    wrong.push(format!("{who:?} {verb} in {state}: {status}, not {}", expected(*verb, who, *state)));
                }
                if status == 200 {
                    put(&app, idea_id, *state, worker).await;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    assert_eq!(asked.get(), 14 * 16 * 9);
}
