//! Files that prove an entry: whose, when, and who fetches them.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{ENTRIES, JUDGING, announced, at, body, organiser, plan};
use crate::support::{Person, TestApp, send};

async fn upload(person: &Person<'_>, name: &str) -> String {
    let request = person.request(Method::POST, &format!("/files?name={name}.pdf"));
    send(request.body("%PDF-1.4 test")).await.ok(201)["id"].as_str().unwrap().to_owned()
}

fn shown(list: &Value) -> Vec<(&str, &str)> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| (item["kind"].as_str().unwrap(), item["file"]["name"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_unit_proves_its_entry_until_it_is_judged_and_whoever_sees_the_entry_fetches_the_files() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let writer = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let other = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let member = app.member("某甲").sign_in().await;
    let campaign = announced(&organiser, body(&app)).await;
    at(&app, ENTRIES).await;
    let new = json!({ "unit_id": app.unit("ZB1"), "category": "brand", "plan": plan("党建+安全", writer.id) });
    let entry = writer.post(&format!("{campaign}/entries"), new).await.ok(201);
    let path = format!("/entries/{}", entry["id"].as_str().unwrap());
    let evidence = format!("{path}/evidence");
    let (first, second, third) = (upload(&writer, "a").await, upload(&writer, "b").await, upload(&writer, "c").await);
    let ask = |kind: &str, files: &[&String]| json!({ "kind": kind, "file_ids": files });
    for _ in 0..2 {
        let list = writer.post(&evidence, ask("data", &[&first])).await.ok(200);
        assert_eq!(shown(&list), [("data", "a.pdf")]);
    }
    writer.post(&evidence, ask("measure", &[&second])).await.ok(200);
    writer.post(&evidence, ask("measure", &[&first])).await.refused(422, "files.attached");
    other.post(&evidence, ask("data", &[])).await.refused(403, "access.out_of_scope");
    member.post(&evidence, ask("data", &[])).await.refused(403, "access.denied");
    let theirs = upload(&other, "d").await;
    writer.post(&evidence, ask("data", &[&theirs])).await.refused(422, "files.unknown");
    let ten: Vec<String> = {
        let mut ids = Vec::new();
        for n in 0..9 {
            ids.push(upload(&writer, &format!("n{n}")).await);
        }
        ids
    };
    writer.post(&evidence, ask("data", &ten.iter().collect::<Vec<_>>())).await.refused(422, "files.too_many");

    // a draft shows its files to its unit and to who runs the campaign
    let file = |id: &str| format!("/files/{id}");
    member.get(&evidence).await.refused(404, "campaigns.entry_not_found");
    member.get(&file(&first)).await.refused(404, "files.not_found");
    assert_eq!(organiser.get(&file(&first)).await.status, 200);
    writer.post(&evidence, ask("experience", &[&third])).await.ok(200);
    writer.delete(&file(&third)).await.ok(204);
    writer.post(&format!("{path}/submission"), json!({})).await.ok(200);
    assert_eq!(shown(&member.get(&evidence).await.ok(200)), [("measure", "b.pdf"), ("data", "a.pdf")]);
    assert_eq!(member.get(&file(&first)).await.status, 200);
    writer.delete(&file(&first)).await.refused(409, "files.in_use");
    writer.delete(&format!("{evidence}/{second}")).await.ok(204);
    writer.delete(&format!("{evidence}/{second}")).await.refused(404, "campaigns.file_not_found");
    member.get(&file(&second)).await.refused(404, "files.not_found");

    // what is judged keeps what proves it
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, JUDGING).await;
    writer.delete(&format!("{evidence}/{first}")).await.refused(409, "campaigns.judged");
    writer.post(&evidence, ask("measure", &[&second])).await.refused(409, "campaigns.judged");
    assert_eq!(shown(&member.get(&evidence).await.ok(200)), [("data", "a.pdf")]);
    app.drain().await;
}

#[tokio::test]
async fn pictures_among_the_evidence_have_addresses_that_end_with_the_draft() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let writer = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let member = app.member("某甲").sign_in().await;
    let campaign = announced(&organiser, body(&app)).await;
    at(&app, ENTRIES).await;
    let new = json!({ "unit_id": app.unit("ZB1"), "category": "brand", "plan": plan("党建+安全", writer.id) });
    let entry = writer.post(&format!("{campaign}/entries"), new).await.ok(201);
    let path = format!("/entries/{}", entry["id"].as_str().unwrap());
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(6, 4).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let picture = send(writer.request(Method::POST, "/files?name=a.png").body(bytes.into_inner())).await.ok(201);
    let attach = json!({ "kind": "data", "file_ids": [picture["id"]] });
    let list = writer.post(&format!("{path}/evidence"), attach).await.ok(200);
    let opened = async |list: &Value| {
        send(app.at_root(Method::GET, list["items"][0]["file"]["url"].as_str().unwrap())).await.status
    };
    assert_eq!(opened(&list).await, 200);
    writer.post(&format!("{path}/submission"), json!({})).await.ok(200);
    assert_eq!(opened(&list).await, 404, "it was for those who see drafts");
    let list = member.get(&format!("{path}/evidence")).await.ok(200);
    assert_eq!(opened(&list).await, 200);
    writer.post(&format!("{path}/withdrawal"), json!({})).await.ok(200);
    assert_eq!(opened(&list).await, 404);
}
