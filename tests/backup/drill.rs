//! The drill: a backup under load, restored elsewhere, and looked at by the people in it.

use serde_json::{Value, json};

use super::{back_up, manifest, verify};
use crate::crash::load::{Books, Load};
use crate::support::process::{Server, Site, printed};
use crate::support::{on_postgres, send};

/// Members who submit while the backup is taken.
const MEMBERS: usize = 3000;

const BOARD: &str = "/boards/enterprise/total?period=all&limit=100";

/// An access token and a refresh token.
async fn sign_in(server: &Server, account: &str, password: &str) -> (String, Value) {
    let body = json!({ "account": account, "password": password });
    let session = send(server.client.post(server.url("/session")).json(&body)).await.ok(201);
    let token = session["access_token"].as_str().unwrap().to_owned();
    let refresh = json!({ "refresh_token": session["refresh_token"] });
    // a server on PostgreSQL hears within two seconds of somebody whom another process made
    let began = std::time::Instant::now();
    while server.get("/me", &token).await.unwrap().status == 401 && began.elapsed().as_secs() < 5 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    (token, refresh)
}

fn picture() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8, y as u8, 7]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(picture).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The scores on the board, best first, once the boards are complete.
async fn scores(server: &Server, token: &str) -> Vec<i64> {
    let mut board = Value::Null;
    for _ in 0..100 {
        let reply = server.get(BOARD, token).await.unwrap();
        let complete = reply.header("x-board-source").is_none();
        board = reply.ok(200);
        if complete {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    board["items"].as_array().unwrap().iter().map(|line| line["score"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_the_instant_is_restored_elsewhere() {
    let _turn = crate::crash::alone().await;
    let site = Site::open(MEMBERS).await;
    let mut server = site.serve().await;
    let told = printed(&site.command(&["admin", "create", "--employee-no", "A0001", "--name", "张三"]).await);
    let password = told.split("密码 ").nth(1).unwrap().split('（').next().unwrap().to_owned();
    let (token, refresh) = sign_in(&server, "A0001", &password).await;
    let upload = server.client.post(server.url("/files")).bearer_auth(&token).header("x-file-name", "a.png");
    let file = send(upload.body(picture())).await.ok(201);
    let picture_path = format!("/files/{}", file["id"].as_str().unwrap());
    let bytes = server.get(&picture_path, &token).await.unwrap().bytes;

    let load = Load::new(&site);
    let running = load.start(&server, 0..MEMBERS);
    running.wait_for_answers(300).await;
    let backup = back_up(&site).await;
    let during = load.acknowledged();
    running.wait_for_answers(during + 100).await;
    let after = load.acknowledged();
    server.kill();
    running.end().await;
    printed(&verify(&backup).await);
    let instant = manifest(&backup).instant;
    let before = load.acknowledged_before(instant);
    assert!(before.len() >= 300 && after > before.len(), "the load went on: {} before, {after} in all", before.len());

    let there = site.elsewhere();
    let told = printed(&there.command(&["restore", backup.to_str().unwrap()]).await);
    assert!(told.contains("每日答题：1 份试卷") && told.contains("密钥"), "{told}");
    let books = Books::read(&there);
    books.agree();
    let lost = before.iter().filter(|member| !books.holds(**member)).count();
    assert_eq!(lost, 0, "acknowledged before the instant and not restored");

    // under the names that the original's boards have in Redis, where they know more than the restored table
    let name = site.database_url().rsplit('/').next().unwrap().to_owned();
    let arguments = if on_postgres() { vec![format!("--redis-prefix={name}")] } else { Vec::new() };
    let server = there.serve_with(&arguments).await;
    server.get("/me", &token).await.unwrap().refused(401, "sessions.restored");
    server.get("/me", &there.token(1)).await.unwrap().refused(401, "sessions.restored");
    let refreshed = send(server.client.post(server.url("/session/refresh")).json(&refresh)).await;
    refreshed.refused(401, "sessions.restored");
    let (token, _) = sign_in(&server, "A0001", &password).await;
    assert_eq!(server.get(&picture_path, &token).await.unwrap().bytes, bytes);
    assert_eq!(scores(&server, &token).await, books.best(100));
    let compared = there
        .command_with(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), &["rebuild-boards", "--dry-run"])
        .await;
    assert!(printed(&compared).contains("不一致 0"));
    println!(
        "drill: {after} acknowledged, {} of them before the instant, {lost} lost, {} restored in all; boards differing 0",
        before.len(),
        books.len(),
    );
}
