//! Attachments: what is taken, what is refused, who may fetch, and what becomes of what nobody attaches.

use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;
use xianfeng::db::Stop;
use xianfeng::ground::files::{AttachRefusal, FileId, attach, detach, list_of};

use crate::members::administrator;
use crate::support::{Person, Reply, TestApp, send};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A picture in which no two pixels are alike, so that it cannot be packed small; its left upper quarter is red.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match x < width / 2 && y < height / 2 {
        true => Rgb([250, 10, 10]),
        false => Rgb([10, (x * 31 + y * 17) as u8, (x * 7 + y * 89) as u8]),
    })
}

fn encoded(picture: RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    DynamicImage::from(picture).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

/// A JPEG as a phone makes it: lying on its side, with a remark about the place.
pub fn photograph() -> Vec<u8> {
    let plain = encoded(picture(640, 320), ImageFormat::Jpeg);
    // TIFF, little-endian: one directory with the orientation (6: turn right) and an artist
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    exif.extend(b"\x3b\x01\x02\0\x0e\0\0\0\x26\0\0\0");
    exif.extend(b"\0\0\0\0GPS 30.2 115.0\0");
    let mut bytes = plain[..2].to_vec();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&plain[2..]);
    bytes
}

/// A PNG that says it has so many pixels.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 6, 0, 0, 0]);
    let mut bytes = PNG.to_vec();
    for chunk in [header, [&b"IDAT"[..], &[0x78, 0x9c, 0xed, 0xc1, 1, 1, 0, 0]].concat()] {
        bytes.extend(u32::try_from(chunk.len() - 4).unwrap().to_be_bytes());
        bytes.extend(&chunk);
        bytes.extend(crc(&chunk).to_be_bytes());
    }
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

fn zipped(names: &[&str]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(b"<x/>").unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn docx() -> Vec<u8> {
    zipped(&["[Content_Types].xml", "word/document.xml"])
}

/// The request of an upload.
fn upload_of(person: &Person<'_>, name: &str, bytes: impl Into<reqwest::Body>) -> RequestBuilder {
    let name: String = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
    person.request(Method::POST, "/files").header("x-file-name", name).body(bytes)
}

pub async fn upload(person: &Person<'_>, name: &str, bytes: impl Into<reqwest::Body>) -> Reply {
    send(upload_of(person, name, bytes)).await
}

fn path(file: &Value) -> String {
    format!("/files/{}", file["id"].as_str().unwrap())
}

fn id(file: &Value) -> FileId {
    file["id"].as_str().unwrap().parse().unwrap()
}

/// How many files lie in the app's folder.
fn stored(app: &TestApp) -> usize {
    let folders = std::fs::read_dir(app.folder().join("files")).into_iter().flatten();
    folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap()).count()
}

#[tokio::test]
async fn a_photograph_is_kept_upright_and_without_what_was_hidden_in_it() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let reply = upload(&li, "矿山 一号.JPG", photograph()).await;
    let file = reply.ok(201);
    assert_eq!((&file["name"], &file["kind"]), (&"矿山 一号.JPG".into(), &"jpeg".into()));
    assert_eq!(file["has_thumbnail"], true);
    assert_eq!(reply.header("location"), Some(format!("/api/v1{}", path(&file)).as_str()));

    let sent = li.get(&path(&file)).await;
    assert_eq!((sent.status, sent.header("content-type")), (200, Some("image/jpeg")));
    assert_eq!(sent.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(
        sent.header("content-disposition"),
        Some("inline; filename*=UTF-8''%E7%9F%BF%E5%B1%B1%20%E4%B8%80%E5%8F%B7%2E%4A%50%47")
    );
    assert_eq!(file["size"], sent.bytes.len());
    assert!(!sent.bytes.windows(4).any(|part| part == b"GPS " || part == b"Exif"));
    let shown = image::load_from_memory(&sent.bytes).unwrap().into_rgb8();
    assert_eq!(shown.dimensions(), (320, 640));
    assert!(shown.get_pixel(300, 20).0[0] > 200 && shown.get_pixel(20, 20).0[0] < 100, "it was turned to the right");

    let small = li.get(&format!("{}/thumbnail", path(&file))).await;
    assert_eq!((small.status, small.header("content-type")), (200, Some("image/jpeg")));
    let shown = image::load_from_memory(&small.bytes).unwrap();
    assert_eq!((shown.width(), shown.height()), (240, 480));
}

#[tokio::test]
async fn every_accepted_kind_is_taken_under_a_fitting_name() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let transparent = {
        let mut bytes = Vec::new();
        let picture = image::RgbaImage::from_pixel(20, 10, image::Rgba([0, 0, 0, 0]));
        DynamicImage::from(picture).write_to(&mut Cursor::new(&mut bytes), ImageFormat::WebP).unwrap();
        bytes
    };
    let xlsx = zipped(&["[Content_Types].xml", "xl/workbook.xml"]);
    for (sent_as, bytes, name, kind, media) in [
        ("甲.png", encoded(picture(30, 20), ImageFormat::Png), "甲.png", "png", "image/png"),
        ("甲.webp", encoded(picture(30, 20), ImageFormat::WebP), "甲.jpg", "jpeg", "image/jpeg"),
        ("甲.png", transparent, "甲.webp", "webp", "image/webp"),
        ("报告", b"%PDF-1.4\n%%EOF".to_vec(), "报告.pdf", "pdf", "application/pdf"),
        (
            "a/b/报告.docx",
            docx(),
            "报告.docx",
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("表.docx", xlsx, "表.xlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ] {
        let file = upload(&li, sent_as, bytes.clone()).await.ok(201);
        assert_eq!((&file["name"], &file["kind"]), (&name.into(), &kind.into()));
        let sent = li.get(&path(&file)).await;
        assert_eq!((sent.status, sent.header("content-type")), (200, Some(media)));
        let is_document = matches!(kind, "docx" | "xlsx");
        assert_eq!(sent.header("content-disposition").unwrap().starts_with("attachment"), is_document);
        let small = li.get(&format!("{}/thumbnail", path(&file))).await;
        match file["has_thumbnail"].as_bool().unwrap() {
            true => assert_eq!(image::guess_format(&small.bytes).unwrap(), ImageFormat::Jpeg),
            false => {
                small.refused(404, "files.no_thumbnail");
                assert_eq!(sent.bytes, bytes);
            }
        }
    }
}

#[tokio::test]
async fn what_a_client_has_is_not_sent_again() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let file = upload(&li, "甲.png", encoded(picture(30, 20), ImageFormat::Png)).await.ok(201);
    let thumbnail = format!("{}/thumbnail", path(&file));
    for path in [path(&file), thumbnail] {
        let first = li.get(&path).await;
        let tag = first.header("etag").unwrap();
        let again = send(li.request(Method::GET, &path).header("if-none-match", format!("\"x\", {tag}"))).await;
        assert_eq!((again.status, again.bytes.len()), (304, 0));
        assert_eq!(again.header("etag"), Some(tag));
        assert_eq!(again.header("cache-control"), Some("private, no-cache"));
        let other = send(li.request(Method::GET, &path).header("if-none-match", "\"x\"")).await;
        assert_eq!((other.status, other.bytes == first.bytes), (200, true));
    }
}

#[tokio::test]
async fn what_is_no_attachment_is_refused() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let whole = encoded(picture(200, 200), ImageFormat::Png);
    let jpeg = encoded(picture(200, 200), ImageFormat::Jpeg);
    for (name, bytes, code) in [
        ("照片.png", b"MZ\x90\0\x03\0\0\0".to_vec(), "files.unsupported"),
        ("照片.png", Vec::new(), "files.unsupported"),
        ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "files.unsupported"),
        ("宏.docx", zipped(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]), "files.unsupported"),
        ("包.docx", zipped(&["a.txt"]), "files.unsupported"),
        ("包.docx", docx()[..40].to_vec(), "files.unsupported"),
        ("照片.png", whole[..whole.len() / 2].to_vec(), "files.broken"),
        ("照片.png", PNG.to_vec(), "files.broken"),
        ("照片.jpg", jpeg[..40].to_vec(), "files.broken"),
        ("照片.webp", b"RIFF\x10\0\0\0WEBPVP8 \0\0\0\0".to_vec(), "files.broken"),
        ("炸弹.png", png_header(19_000, 19_000), "files.too_many_pixels"),
        ("炸弹.png", png_header(2_000_000_000, 2_000_000_000), "files.too_many_pixels"),
    ] {
        let began = Instant::now();
        upload(&li, name, bytes).await.refused(422, code);
        assert!(began.elapsed() < Duration::from_secs(2), "{name} took {:?}", began.elapsed());
    }
    assert_eq!(stored(&app), 0);
    for name in ["", "长".repeat(201).as_str(), "甲\n.pdf", "/"] {
        upload(&li, name, &b"%PDF-1.4"[..]).await.refused(422, "files.bad_name");
    }
    send(li.request(Method::POST, "/files").body("%PDF-1.4")).await.refused(422, "files.bad_name");
    send(li.request(Method::POST, "/files?nome=a.pdf").body("%PDF-1.4")).await.refused(400, "query.invalid");
    let named = send(li.request(Method::POST, "/files?name=%E7%94%B2.pdf").body("%PDF-1.4")).await.ok(201);
    assert_eq!(named["name"], "甲.pdf");
}

#[tokio::test]
async fn a_large_body_is_refused_before_it_comes() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    // announced: only the head is sent, and the answer comes all the same
    let address = app.base.strip_prefix("http://").unwrap().to_owned();
    let head = format!(
        "POST /api/v1/files?name=a.pdf HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: 41943040\r\n\r\n",
        li.token()
    );
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = [0; 12];
        std::io::Read::read_exact(&mut stream, &mut answer).unwrap();
        answer
    });
    assert_eq!(&answer.await.unwrap(), b"HTTP/1.1 413");
    // not announced: refused when the limit is passed, after which the client may find the connection closed
    let chunks = (0..12).map(|_| Ok::<_, std::io::Error>(vec![b'%'; 1024 * 1024]));
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    if let Ok(reply) = upload_of(&li, "a.pdf", body).send().await {
        assert_eq!(reply.status(), 413);
    }
    assert_eq!(stored(&app), 0);
}

#[tokio::test]
async fn an_upload_that_is_sent_twice_happens_once() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let twice = |name, bytes: &'static [u8]| upload_of(&li, name, bytes).header("idempotency-key", "k-1");
    let first = send(twice("甲.pdf", b"%PDF-1.4")).await.ok(201);
    let again = send(twice("甲.pdf", b"%PDF-1.4")).await.ok(201);
    assert_eq!(first, again);
    send(twice("甲.pdf", b"%PDF-1.5")).await.refused(422, "idempotency.reused");
    send(twice("乙.pdf", b"%PDF-1.4")).await.refused(422, "idempotency.reused");
    assert_eq!(stored(&app), 1, "the bytes of the repetitions are gone");
    assert_eq!(li.get(&path(&first)).await.bytes, b"%PDF-1.4");
}

#[tokio::test]
async fn only_the_owner_reads_what_nobody_vouches_for() {
    let app = TestApp::start().await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let file = upload(&li, "甲.pdf", &b"%PDF-1.4"[..]).await.ok(201);
    let png = upload(&li, "甲.png", encoded(picture(30, 20), ImageFormat::Png)).await.ok(201);
    wang.get(&path(&file)).await.refused(404, "files.not_found");
    wang.get(&format!("{}/thumbnail", path(&png))).await.refused(404, "files.not_found");
    put_on(&app, li.id, &[id(&file)], Uuid::from_u128(1)).await.unwrap();
    wang.get(&path(&file)).await.refused(404, "files.not_found");
    assert_eq!(li.get(&path(&file)).await.status, 200);
    app.get(&path(&file)).await.refused(401, "sessions.required");
    wang.get(&format!("/files/{}", Uuid::nil())).await.refused(404, "files.not_found");
    wang.get("/files/x").await.refused(404, "route.not_found");
}

/// Attaches files to the made-up thing with that id, as a room does.
async fn put_on(app: &TestApp, owner: MemberId, ids: &[FileId], subject: Uuid) -> Result<(), AttachRefusal> {
    let ids = ids.to_vec();
    let outcome = app.db().write(move |tx| attach(tx, &ids, owner, "thing", subject)).await;
    outcome.map_err(|stop: Stop<AttachRefusal>| match stop {
        Stop::Refused(refusal) => refusal,
        Stop::Failed(error) => panic!("{error}"),
    })
}

#[tokio::test]
async fn files_are_attached_by_their_owner_to_one_thing() {
    let app = TestApp::start().await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut ids = Vec::new();
    for number in 0..11 {
        ids.push(id(&upload(&li, &format!("{number}.pdf"), &b"%PDF-1.4"[..]).await.ok(201)));
    }
    assert_eq!(put_on(&app, wang.id, &ids[..1], one).await, Err(AttachRefusal::Unknown));
    assert_eq!(put_on(&app, li.id, &[FileId::from(Uuid::nil())], one).await, Err(AttachRefusal::Unknown));
    assert_eq!(put_on(&app, li.id, &ids[..10], one).await, Err(AttachRefusal::TooMany));
    put_on(&app, li.id, &ids[..9], one).await.unwrap();
    put_on(&app, li.id, &ids[..9], one).await.unwrap();
    assert_eq!(put_on(&app, li.id, &ids[9..], one).await, Err(AttachRefusal::TooMany));
    assert_eq!(put_on(&app, li.id, &ids[8..], two).await, Err(AttachRefusal::Elsewhere));
    let list = async |subject| app.db().read(move |conn| list_of(conn, "thing", subject)).await.unwrap();
    let names: Vec<String> = list(one).await.into_iter().map(|file| file.name).collect();
    assert_eq!(names, (0..9).map(|number| format!("{number}.pdf")).collect::<Vec<_>>());
    assert!(list(two).await.is_empty());
    let first = ids[0];
    app.write(move |tx| Ok(detach(tx, &[first], "thing", one)?)).await;
    put_on(&app, li.id, &[first], two).await.unwrap();
    assert_eq!((list(one).await.len(), list(two).await.len()), (8, 1));
}

#[tokio::test]
async fn what_nobody_attaches_goes_after_a_day() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let (loose, kept) = (
        upload(&li, "甲.png", encoded(picture(30, 20), ImageFormat::Png)).await.ok(201),
        upload(&li, "乙.pdf", &b"%PDF-1.4"[..]).await.ok(201),
    );
    put_on(&app, li.id, &[id(&kept)], Uuid::from_u128(1)).await.unwrap();
    app.advance_seconds(24 * 3600 - 10);
    app.tick().await;
    assert_eq!(stored(&app), 3);
    // bytes without a row, as a server leaves them that ends in between
    let stray = app.folder().join("files/2026-07-01").join(Uuid::from_u128(9).to_string());
    std::fs::write(&stray, b"%PDF-1.4").unwrap();
    app.advance_seconds(20);
    app.tick().await;
    let li = app.sign_in(li.id, &li.employee_no).await;
    li.get(&path(&loose)).await.refused(404, "files.not_found");
    assert_eq!(put_on(&app, li.id, &[id(&loose)], Uuid::from_u128(1)).await, Err(AttachRefusal::Unknown));
    assert_eq!(li.get(&path(&kept)).await.bytes, b"%PDF-1.4");
    assert_eq!(stored(&app), 2);
    app.advance_seconds(24 * 3600);
    app.tick().await;
    assert!(!stray.exists());
    assert_eq!(stored(&app), 1);
}

#[tokio::test]
async fn a_member_uploads_only_so_much_in_a_day() {
    let app = TestApp::start_with(&["--files-mb-per-day=1"]).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let half = [b"%PDF-1.4".to_vec(), vec![b'x'; 500 * 1024]].concat();
    upload(&li, "1.pdf", half.clone()).await.ok(201);
    upload(&li, "2.pdf", half.clone()).await.ok(201);
    let refused = upload(&li, "3.pdf", half.clone()).await;
    let told = refused.refused(429, "files.allowance_used");
    assert_eq!(told["quota"], json!({ "most": 1, "left": 0, "again_at": "2026-07-02T00:00:00+08:00" }));
    assert_eq!(told["detail"], "每人每天最多上传附件 1 MB，今天还剩 0 MB，请在7月2日0时后再试");
    // whoever has a duty uploads for others
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    for name in ["1.pdf", "2.pdf", "3.pdf"] {
        upload(&secretary, name, half.clone()).await.ok(201);
    }
    assert_eq!(refused.header("retry-after"), Some("57600"));
    assert_eq!(stored(&app), 5);
    upload(&wang, "1.pdf", half.clone()).await.ok(201);
    app.advance_seconds(57_600);
    let li = app.sign_in(li.id, &li.employee_no).await;
    upload(&li, "3.pdf", half).await.ok(201);
}

#[tokio::test]
async fn uploads_leave_room_on_the_disk_and_everything_else_goes_on() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let li = app.member("李一").sign_in().await;
    let file = upload(&li, "1.pdf", &b"%PDF-1.4"[..]).await.ok(201);
    let floor = |megabytes: i64| json!({ "value": megabytes, "reason": "磁盘将满" });
    admin.put("/settings/files.free_disk_mb", floor(10_000_000)).await.ok(200);
    let refused = upload(&li, "2.pdf", &b"%PDF-1.4"[..]).await;
    refused.refused(507, "files.no_room");
    assert_eq!((refused.header("retry-after"), stored(&app)), (Some("600"), 1));
    assert_eq!(li.get(&path(&file)).await.bytes, b"%PDF-1.4");
    li.patch("/me", json!({ "hidden_from_boards": true })).await.ok(200);
    admin.put("/settings/files.free_disk_mb", floor(0)).await.ok(200);
    upload(&li, "2.pdf", &b"%PDF-1.4"[..]).await.ok(201);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_an_outage() {
    let app = TestApp::start_with(&["--files=/proc/nowhere"]).await;
    let li = app.member("李一").sign_in().await;
    let refused = upload(&li, "1.pdf", &b"%PDF-1.4"[..]).await;
    refused.refused(503, "service.unavailable");
    assert!(refused.header("retry-after").is_some());
    app.tick().await;
}

/// A form as a client writes it: parts with their own heads, between boundaries.
fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (head, content) in parts {
        bytes.extend(format!("--gRenze\r\n{head}\r\n\r\n").as_bytes());
        bytes.extend(*content);
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"--gRenze--\r\n");
    bytes
}

fn form_of(person: &Person<'_>, path: &str, parts: &[(&str, &[u8])]) -> RequestBuilder {
    let kind = "Multipart/Form-Data; boundary=gRenze";
    person.request(Method::POST, path).header("content-type", kind).body(form(parts))
}

#[tokio::test]
async fn a_form_brings_a_file_as_the_body_does() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let pdf = &b"%PDF-1.4"[..];
    let text = |name: &str| format!("Content-Disposition: form-data; name=\"{name}\"");
    for (head, name) in [
        (
            "Content-Disposition: form-data; name=\"file\"; filename=\"现场 一号.pdf\"\r\nContent-Type: application/pdf",
            "现场 一号.pdf",
        ),
        ("content-disposition: form-data; name=anything; filename=plain.pdf", "plain.pdf"),
        ("Content-Disposition: form-data; name=\"f\"; filename=\"x.pdf\"; filename*=UTF-8''%E7%94%B2.pdf", "甲.pdf"),
        ("Content-Disposition: form-data; name=\"f\"; filename=\"%E7%94%B2.pdf\"", "甲.pdf"),
        ("Content-Disposition: form-data; name=\"f\"; filename=\"100%25.pdf\"", "100%25.pdf"),
        (
            "Content-Disposition: form-data; name=\"f\"; filename=\"tmp_1a2b\"\r\nContent-Type: image/jpeg",
            "tmp_1a2b.pdf",
        ),
    ] {
        // as wx.uploadFile sends it: settings of the mini program before and behind the file
        let (before, behind) = (text("token"), text("时间"));
        let parts = [(before.as_str(), &b"abc"[..]), (head, pdf), (&behind, "八点".as_bytes())];
        let file = send(form_of(&li, "/files", &parts)).await.ok(201);
        assert_eq!(file["name"], name, "{head}");
        assert_eq!(li.get(&path(&file)).await.bytes, pdf);
    }
    // what the program calls it is meant, what the client made up is not
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"tmp_1a2b.pdf\"";
    let named = text("name");
    let parts = [(head, pdf), (named.as_str(), "调查报告.pdf".as_bytes())];
    assert_eq!(send(form_of(&li, "/files", &parts)).await.ok(201)["name"], "调查报告.pdf");
    assert_eq!(send(form_of(&li, "/files?name=b.pdf", &parts)).await.ok(201)["name"], "b.pdf");
    // reqwest's own forms, a photograph, sent twice
    let form = || {
        let part = reqwest::multipart::Part::bytes(photograph()).file_name("照片.jpg").mime_str("image/jpeg").unwrap();
        li.request(Method::POST, "/files")
            .multipart(reqwest::multipart::Form::new().part("file", part))
            .header("idempotency-key", "f-1")
    };
    let first = send(form()).await.ok(201);
    assert_eq!((&first["kind"], first["has_thumbnail"].as_bool()), (&"jpeg".into(), Some(true)));
    assert_eq!(send(form()).await.ok(201)["id"], first["id"]);
}

#[tokio::test]
async fn a_form_that_is_not_as_it_should_be_is_refused_with_a_sentence() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let pdf = &b"%PDF-1.4"[..];
    let file = "Content-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"";
    let unnamed = "Content-Disposition: form-data; name=\"file\"\r\nContent-Type: application/octet-stream";
    let text = "Content-Disposition: form-data; name=\"remark\"";
    let empty = "Content-Disposition: form-data; name=\"file\"; filename=\"\"";
    let fields = vec![(text, &b"x"[..]); 30];
    let large = vec![b'x'; 20 * 1024];
    for (parts, status, code) in [
        (&[][..], 422, "body.no_file"),
        (&[(text, &b"x"[..])], 422, "body.no_file"),
        (&[(empty, &b""[..])], 422, "body.no_file"),
        (&[(file, pdf), (file, pdf)], 422, "body.one_file_only"),
        (&[(unnamed, pdf)], 422, "files.bad_name"),
        (&[("Content-Type: application/pdf", pdf)], 400, "body.bad_form"),
        (&[("Content-Disposition: form-data; name=\"f\"; filename=\"a.exe\"", &b"MZ"[..])], 422, "files.unsupported"),
        (&fields, 400, "body.bad_form"),
        (&[(text, &large)], 413, "body.too_large"),
    ] {
        send(form_of(&li, "/files", parts)).await.refused(status, code);
    }
    let broken = |kind: &'static str, body: &'static [u8]| {
        send(li.request(Method::POST, "/files").header("content-type", kind).body(body))
    };
    broken("multipart/form-data", b"x").await.refused(400, "body.bad_form");
    broken("multipart/form-data; boundary=b", b"no boundary at all").await.refused(400, "body.incomplete");
    let half = b"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.pdf\"\r\n\r\n%PDF";
    broken("multipart/form-data; boundary=b", half).await.refused(400, "body.incomplete");
    let huge = vec![b'%'; 10 * 1024 * 1024 + 1];
    send(form_of(&li, "/files", &[(file, &huge)])).await.refused(413, "body.too_large");
    assert_eq!(stored(&app), 0);
}

#[tokio::test]
async fn a_form_brings_every_import() {
    let app = TestApp::start().await;
    let roles = [xianfeng::base::capability::Role::Administrator, xianfeng::base::capability::Role::Organiser];
    let person = roles.into_iter().fold(app.member("万能"), |person, role| person.role(role, "JT")).sign_in().await;
    let head = "Content-Disposition: form-data; name=\"表格\"; filename=\"导入.csv\"\r\nContent-Type: text/csv";
    for (path, sheet) in [
        ("/imports/units", "编码,名称,简称,上级编码,类型\nXZ99,九十九组,,ZB1,党小组\n"),
        ("/imports/members", "工号,姓名,手机号,所属党小组编码,政治面貌,职务\nF1,王五,,XZ11,正式党员,\n"),
        ("/imports/questions", "题型,题干,答案\n判断题,火警电话是119,对\n"),
        ("/imports/brands", "申报单位,品牌名称,创建要点\n东支部,先锋岗,要点\n"),
    ] {
        let report = send(form_of(&person, &format!("{path}?dry_run=true"), &[(head, sheet.as_bytes())])).await.ok(200);
        let raw = send(person.request(Method::POST, &format!("{path}?dry_run=true")).body(sheet)).await.ok(200);
        assert_eq!(report, raw, "{path}");
    }
}
