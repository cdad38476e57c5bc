//! Files of ideas: whose, when, how many, and who fetches them.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Scene, idea, submitted, text};
use crate::support::{Person, TestApp, send};

/// Uploads a PDF; its id.
async fn upload(person: &Person<'_>, name: &str) -> String {
    let request = person.request(Method::POST, &format!("/files?name={name}.pdf"));
    text(&send(request.body("%PDF-1.4 test")).await.ok(201)["id"])
}

async fn uploads(person: &Person<'_>, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..count {
        ids.push(upload(person, &format!("f{n}")).await);
    }
    ids
}

fn names(files: &Value) -> Vec<String> {
    files.as_array().unwrap().iter().map(|file| text(&file["name"])).collect()
}

#[tokio::test]
async fn authors_attach_to_what_is_not_collected_yet_and_whoever_sees_the_idea_fetches() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let co_author = app.member("张二").home("XZ21").sign_in().await;
    let west = app.member("西员").home("XZ21").sign_in().await;
    let first = upload(&scene.author, "a").await;
    let mut body = idea("皮带巡检", false);
    body["co_author_ids"] = json!([co_author.id]);
    body["file_ids"] = json!([first]);
    let draft = scene.author.post("/ideas", body).await.ok(201);
    assert_eq!(names(&draft["attachments"]), ["a.pdf"]);
    let id = text(&draft["id"]);
    let path = format!("/ideas/{id}/attachments");
    let second = upload(&co_author, "b").await;
    let file = |id: &str| format!("/files/{id}");
    // as long as it is a draft, only its people read what is on it
    scene.worker.get(&file(&first)).await.refused(404, "files.not_found");
    assert_eq!(co_author.get(&file(&first)).await.status, 200);
    // nobody attaches what is another's, nor to what is another's
    scene.author.post(&path, json!({ "file_ids": [second] })).await.refused(422, "files.unknown");
    west.post(&path, json!({ "file_ids": [] })).await.refused(404, "ideas.not_found");
    scene.author.post(&format!("/ideas/{id}/submission"), json!({})).await.ok(200);
    scene.worker.post(&path, json!({ "file_ids": [] })).await.refused(403, "ideas.not_author");
    for _ in 0..2 {
        let shown = co_author.post(&path, json!({ "file_ids": [second] })).await.ok(200);
        assert_eq!(names(&shown["attachments"]), ["a.pdf", "b.pdf"]);
    }
    assert_eq!(scene.worker.get(&file(&first)).await.status, 200);
    assert_eq!(scene.worker.get(&file(&second)).await.status, 200);
    west.get(&file(&first)).await.refused(404, "files.not_found");
    assert_eq!(names(&scene.leader.get(&format!("/ideas/{id}")).await.ok(200)["attachments"]).len(), 2);
    let off = |file: &str| format!("{path}/{file}");
    scene.worker.delete(&off(&first)).await.refused(403, "ideas.not_author");
    scene.author.delete(&off("00000000-0000-0000-0000-000000000000")).await.refused(404, "ideas.file_not_found");
    scene.author.delete(&off(&second)).await.ok(204);
    co_author.post(&path, json!({ "file_ids": [second] })).await.ok(200);
    scene.collect(&id).await;
    scene.author.delete(&off(&first)).await.refused(409, "ideas.wrong_state");
    scene.author.post(&path, json!({ "file_ids": [] })).await.refused(409, "ideas.wrong_state");
    // what is attached stays, however old
    app.advance_seconds(3 * 24 * 3600);
    app.tick().await;
    let author = app.sign_in(scene.author.id, &scene.author.employee_no).await;
    assert_eq!(author.get(&file(&second)).await.status, 200);
    // taken back, it is its people's again
    author.post(&format!("/ideas/{id}/withdrawal"), json!({})).await.ok(200);
    let worker = app.sign_in(scene.worker.id, &scene.worker.employee_no).await;
    worker.get(&file(&first)).await.refused(404, "files.not_found");
}

#[tokio::test]
async fn an_idea_has_nine_files_its_evidence_among_them() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let files = uploads(&scene.author, 10).await;
    let mut body = idea("点子", true);
    body["file_ids"] = json!(files);
    scene.author.post("/ideas", body.clone()).await.refused(422, "files.too_many");
    body["file_ids"] = json!(files[..7]);
    let id = text(&scene.author.post("/ideas", body.clone()).await.ok(201)["id"]);
    body["file_ids"] = json!([files[0]]);
    scene.author.post("/ideas", body).await.refused(422, "files.attached");
    let path = format!("/ideas/{id}/attachments");
    scene.author.post(&path, json!({ "file_ids": files[7..] })).await.refused(422, "files.too_many");

    scene.collect(&id).await;
    scene.decide(&id, "adopted").await;
    scene.assign(&id, &scene.worker, "2026-07-20").await;
    scene.worker.post(&format!("/ideas/{id}/progress"), json!({ "text": "开工" })).await.ok(200);
    let shown = uploads(&scene.worker, 3).await;
    let deliver = async |files: &[String]| {
        let body = json!({ "evidence": "运行记录", "file_ids": files });
        scene.worker.post(&format!("/ideas/{id}/delivery"), body).await
    };
    deliver(&shown).await.refused(422, "files.too_many");
    deliver(&files[9..]).await.refused(422, "files.unknown");
    let delivered = deliver(&shown[..2]).await.ok(200);
    assert_eq!(names(&delivered["evidence_files"]), ["f0.pdf", "f1.pdf"]);
    assert_eq!(delivered["attachments"].as_array().unwrap().len(), 7);
    assert_eq!(deliver(&shown[..2]).await.ok(200), delivered, "a repetition");
    assert_eq!(scene.committee.get(&format!("/files/{}", shown[0])).await.status, 200);
    // while it waits for acceptance nothing is changed; sent back, it is the implementer's again
    scene.worker.delete(&format!("{path}/{}", shown[0])).await.refused(409, "ideas.wrong_state");
    let back = json!({ "reason": "补充数据" });
    scene.committee.post(&format!("/ideas/{id}/return"), back).await.ok(200);
    scene.author.delete(&format!("{path}/{}", shown[0])).await.refused(403, "ideas.not_implementer");
    scene.worker.delete(&format!("{path}/{}", shown[0])).await.ok(204);
    let delivered = deliver(&shown[2..]).await.ok(200);
    assert_eq!(names(&delivered["evidence_files"]), ["f1.pdf", "f2.pdf"]);
}

#[tokio::test]
async fn a_file_is_deleted_by_its_owner_while_nobody_needs_it() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let file = |id: &str| format!("/files/{id}");
    let loose = upload(&scene.author, "a").await;
    scene.worker.delete(&file(&loose)).await.refused(404, "files.not_found");
    scene.author.delete(&file(&loose)).await.ok(204);
    scene.author.get(&file(&loose)).await.refused(404, "files.not_found");
    scene.author.delete(&file(&loose)).await.refused(404, "files.not_found");

    let on_draft = upload(&scene.author, "b").await;
    let mut body = idea("点子", false);
    body["file_ids"] = json!([on_draft]);
    let id = text(&scene.author.post("/ideas", body.clone()).await.ok(201)["id"]);
    scene.author.delete(&file(&on_draft)).await.ok(204);
    let shown = scene.author.get(&format!("/ideas/{id}")).await.ok(200);
    assert_eq!(shown["attachments"], json!([]));

    let handed_in = upload(&scene.author, "c").await;
    body["file_ids"] = json!([handed_in]);
    body["submit"] = json!(true);
    let id = text(&scene.author.post("/ideas", body).await.ok(201)["id"]);
    scene.author.delete(&file(&handed_in)).await.refused(409, "files.in_use");
    // taken off first, it may be deleted
    scene.author.delete(&format!("/ideas/{id}/attachments/{handed_in}")).await.ok(204);
    scene.author.delete(&file(&handed_in)).await.ok(204);
    app.tick().await;
    let left = std::fs::read_dir(app.folder().join("files")).into_iter().flatten();
    let left = left.flat_map(|day| std::fs::read_dir(day.unwrap().path()).unwrap()).count();
    assert_eq!(left, 0, "the bytes are gone");
}

#[tokio::test]
async fn what_is_no_attachment_never_comes_to_an_idea() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "点子").await;
    let upload = |name: &str, bytes: Vec<u8>| {
        send(scene.author.request(Method::POST, &format!("/files?name={name}")).body(bytes))
    };
    upload("photo.png", b"MZ\x90\0\x03\0".to_vec()).await.refused(422, "files.unsupported");
    // the server may end the connection before all of it was sent
    let large = scene.author.request(Method::POST, "/files?name=photo.jpg").body(vec![0xFF; 40 << 20]).send().await;
    assert!(large.is_err() || large.unwrap().status() == 413);
    let nothing = json!({ "file_ids": ["00000000-0000-0000-0000-000000000000"] });
    scene.author.post(&format!("/ideas/{id}/attachments"), nothing).await.refused(422, "files.unknown");
}

/// What an address answers without a session.
async fn opened(app: &TestApp, address: &Value) -> crate::support::Reply {
    send(app.at_root(Method::GET, address.as_str().unwrap())).await
}

async fn photograph(person: &Person<'_>) -> Value {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(600, 400).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    send(person.request(Method::POST, "/files?name=a.png").body(bytes.into_inner())).await.ok(201)
}

#[tokio::test]
async fn a_picture_is_shown_by_its_address_until_it_is_hidden_taken_off_or_deleted() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let file = photograph(&scene.author).await;
    assert_eq!(opened(&app, &file["url"]).await.status, 200, "its owner sees what he has uploaded");
    let mut body = idea("皮带巡检", true);
    body["file_ids"] = json!([file["id"]]);
    let id = text(&scene.author.post("/ideas", body).await.ok(201)["id"]);
    let place = format!("/ideas/{id}");
    let seen_by = async |person: &Person<'_>| person.get(&place).await.ok(200)["attachments"][0].clone();

    let seen = seen_by(&scene.leader).await;
    assert_eq!(seen, seen_by(&scene.author).await, "one address for everybody");
    let whole = opened(&app, &seen["url"]).await;
    assert_eq!((whole.status, whole.header("content-type")), (200, Some("image/png")));
    assert_eq!(whole.bytes, scene.leader.get(&format!("/files/{}", text(&file["id"]))).await.bytes);
    // the morning began at 3 o'clock, so that from 8 on there are 19 hours
    assert_eq!(whole.header("cache-control"), Some("private, immutable, max-age=68400"));
    let small = opened(&app, &seen["thumbnail_url"]).await;
    assert_eq!((small.status, small.header("content-type")), (200, Some("image/jpeg")));
    let known = app.at_root(Method::GET, seen["url"].as_str().unwrap());
    let again = send(known.header("if-none-match", whole.header("etag").unwrap())).await;
    assert_eq!((again.status, again.header("cache-control")), (304, whole.header("cache-control")));
    let further = json!(format!("{}&from=timeline", text(&seen["url"])));
    assert_eq!(opened(&app, &further).await.status, 200, "what others add says nothing");
    opened(&app, &file["url"]).await.refused(404, "files.not_found");

    // the same for half a day, then another one, and the first is good until that is over
    app.set_clock("2026-07-01T14:59:59+08:00");
    let leader = app.sign_in(scene.leader.id, &scene.leader.employee_no).await;
    let author = app.sign_in(scene.author.id, &scene.author.employee_no).await;
    assert_eq!(seen_by(&leader).await, seen);
    app.set_clock("2026-07-01T15:00:00+08:00");
    let leader = app.sign_in(leader.id, &leader.employee_no).await;
    let author = app.sign_in(author.id, &author.employee_no).await;
    let later = seen_by(&leader).await;
    assert_ne!(later["url"], seen["url"]);
    assert_eq!(opened(&app, &seen["url"]).await.header("cache-control"), Some("private, immutable, max-age=43200"));

    // withdrawn: nobody but the author sees it, and the address that others have is dead
    author.post(&format!("{place}/withdrawal"), json!({})).await.ok(200);
    opened(&app, &later["url"]).await.refused(404, "files.not_found");
    opened(&app, &later["thumbnail_url"]).await.refused(404, "files.not_found");
    let own = seen_by(&author).await;
    assert_eq!(opened(&app, &own["url"]).await.status, 200);

    // taken off another one, then deleted
    let file = photograph(&author).await;
    let mut body = idea("安全帽", true);
    body["file_ids"] = json!([file["id"]]);
    let created = author.post("/ideas", body).await.ok(201);
    let address = created["attachments"][0]["url"].clone();
    assert_eq!(opened(&app, &address).await.status, 200);
    let attached = format!("/ideas/{}/attachments/{}", text(&created["id"]), text(&file["id"]));
    assert!(author.delete(&attached).await.status < 300);
    opened(&app, &address).await.refused(404, "files.not_found");
    assert_eq!(opened(&app, &file["url"]).await.status, 200, "its owner's alone again");
    assert_eq!(author.delete(&format!("/files/{}", text(&file["id"]))).await.status, 204);
    opened(&app, &file["url"]).await.refused(404, "files.not_found");

    app.set_clock("2026-07-02T15:00:00+08:00");
    opened(&app, &own["url"]).await.refused(410, "files.address_over");
}

#[tokio::test]
async fn an_address_that_nobody_has_made_opens_nothing() {
    let app = TestApp::start().await;
    let author = app.member("李一").sign_in().await;
    let (one, other) = (photograph(&author).await, photograph(&author).await);
    let address = text(&one["url"]);
    let (path, query) = address.split_once('?').unwrap();
    let (half_day, signature) = query.split_once("half_day=").unwrap().1.split_once("&signature=").unwrap();
    let of_other = format!("/api/v1/files/{}/picture", text(&other["id"]));
    for (path, size, half_day, signature, status) in [
        (path, "full", half_day, signature, 200),
        (path, "thumbnail", half_day, signature, 404),
        (of_other.as_str(), "full", half_day, signature, 404),
        (path, "full", half_day, "", 404),
        (path, "full", half_day, "AAAAAAAAAAAAAAAAAAAAAA", 404),
        (path, "full", "0", signature, 410),
        (path, "full", "9223372036854775807", signature, 410),
        (path, "full", "x", signature, 400),
        (path, "large", half_day, signature, 400),
        ("/api/v1/files/00000000-0000-0000-0000-000000000000/picture", "full", half_day, signature, 404),
    ] {
        let asked = format!("{path}?size={size}&half_day={half_day}&signature={signature}");
        assert_eq!(opened(&app, &json!(asked)).await.status, status, "{asked}");
    }
    assert_eq!(opened(&app, &json!(path)).await.status, 400);
    let pdf = send(author.request(Method::POST, "/files?name=a.pdf").body("%PDF-1.4 test")).await.ok(201);
    assert_eq!((&pdf["url"], &pdf["thumbnail_url"]), (&Value::Null, &Value::Null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_never_logged() {
    let site = crate::support::process::Site::open(1).await;
    let server = site.serve_where(&[], &[("XIANFENG_LOG", "debug".to_owned())]).await;
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(6, 4).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let request = server.client.post(server.url("/files?name=a.png")).bearer_auth(site.token(0));
    let file = request.body(bytes.into_inner()).send().await.unwrap().json::<Value>().await.unwrap();
    let address = format!("http://{}{}", server.address, text(&file["url"]));
    assert_eq!(server.client.get(&address).send().await.unwrap().status(), 200);
    assert_eq!(server.client.get(format!("{address}x")).send().await.unwrap().status(), 404);
    let signature = address.rsplit('=').next().unwrap();
    let log = server.log();
    assert!(log.contains("/files/{id}/picture") && !log.contains(signature), "{log}");
    // nor by the nginx that is shipped: it logs the path without what stands behind the question mark
    let nginx = std::fs::read_to_string("deploy/nginx.conf").unwrap();
    for names_query in ["$request_uri", "$args", "$query_string", "$http_referer", "\"$request\""] {
        assert!(!nginx.contains(names_query), "{names_query}");
    }
}
