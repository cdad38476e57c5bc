//! The README's first command: the demo enterprise, brought up by the program itself and looked at by its own people.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::process::Server;
use crate::support::{Database, Reply};

/// What the guide prints before an employee number and before a password.
const NUMBER: &str = "工号 ";
const PASSWORD: &str = "密码 ";

async fn demo(database: &Database) -> Server {
    Server::start("demo", &database.arguments()[1..], &[], database.folder()).await
}

/// The number and the password on the guide's line about `title`.
fn sign_in_data(guide: &str, title: &str) -> (String, String) {
    let line = guide.lines().find(|line| line.contains(title)).unwrap_or_else(|| panic!("no {title} in:\n{guide}"));
    let after = |mark: &str| line.split(mark).nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    (after(NUMBER), after(PASSWORD))
}

async fn sign_in(server: &Server, (account, password): &(String, String)) -> String {
    let body = json!({ "account": account, "password": password });
    let reply = server.client.post(server.url("/session")).json(&body).send().await.unwrap();
    let session = Reply::read(reply).await.unwrap().ok(201);
    session["access_token"].as_str().unwrap().to_owned()
}

async fn get(server: &Server, token: &str, path: &str) -> Value {
    server.get(path, token).await.unwrap().ok(200)
}

fn count(page: &Value) -> usize {
    page["items"].as_array().unwrap_or_else(|| panic!("no items in {page}")).len()
}

/// Runs the guide's curl lines as they are pasted, and returns what the shell prints.
fn paste(guide: &str) -> String {
    let lines: Vec<&str> = guide.lines().skip_while(|line| !line.contains("try:")).skip(1).collect();
    assert_eq!(lines.iter().filter(|line| line.contains("curl")).count(), 3, "{guide}");
    let output = Command::new("sh").args(["-c", &lines.join("\n")]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_is_an_enterprise_at_work_and_a_second_start_keeps_it() {
    let database = Database::fresh();
    let mut server = demo(&database).await;
    let guide = server.printed();
    let pasted = paste(&guide);
    assert!(pasted.contains("questions") && pasted.contains("rank"), "{pasted}");

    let member = sign_in_data(&guide, "党员");
    let token = sign_in(&server, &member).await;
    let paper = get(&server, &token, "/quiz/daily").await;
    assert_eq!(paper["questions"].as_array().map(Vec::len), Some(5), "{paper}");
    assert!(count(&get(&server, &token, "/study/feed").await) > 0);
    assert_eq!(count(&get(&server, &token, "/contests?state=open").await), 1);

    let second = sign_in(&server, &sign_in_data(&guide, "second administrator")).await;
    assert_eq!(count(&get(&server, &second, "/duty-conflicts").await), 0, "nobody's duties conflict");
    let organiser = sign_in(&server, &sign_in_data(&guide, "组织部")).await;
    let ideas = get(&server, &organiser, "/ideas?limit=100").await;
    let mut states: Vec<&str> =
        ideas["items"].as_array().unwrap().iter().map(|i| i["state"].as_str().unwrap()).collect();
    states.sort_unstable();
    states.dedup();
    assert!(states.len() >= 6, "{states:?}");
    let found = get(&server, &organiser, "/ideas?q=%E7%9A%AE%E5%B8%A6").await; // 皮带
    assert_eq!(count(&found), 1);

    let selections = get(&server, &token, "/campaigns").await;
    let selection = format!("/campaigns/{}", selections["items"][0]["id"].as_str().unwrap());
    let entries = get(&server, &token, &format!("{selection}/entries?limit=100")).await;
    assert!(
        count(&entries) == 16 && entries["items"].as_array().unwrap().iter().all(|entry| entry["on_ballot"] == true)
    );

    server.terminate();
    server.exited(std::time::Duration::from_secs(40)).await;
    let server = demo(&database).await;
    let guide = server.printed();
    assert!(guide.contains(&format!("{NUMBER}{}", member.0)) && !guide.contains(&member.1), "{guide}");
    let token = sign_in(&server, &member).await;
    assert_eq!(count(&get(&server, &token, "/contests?state=open").await), 1, "with the first start's password");
    let ideas_again = get(&server, &organiser, "/ideas?limit=100").await;
    assert_eq!(count(&ideas_again), count(&ideas));
    assert_eq!(count(&get(&server, &token, "/campaigns").await), 1);
}
