//! A spreadsheet that unpacks to far more than it weighs, and many large pictures at once, against the memory of the real
//! server.

use std::io::{Cursor, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use xianfeng::base::capability::Role;
use xianfeng::people::members::model::RoleRow;
use xianfeng::people::members::store;

use super::alone;
use crate::support::process::{Server, Site};
use crate::support::{self, Reply};

/// What a server may take beyond what it had, in KiB.
const EXTRA_KIB: u64 = 128 * 1024;
const LIMIT: Duration = Duration::from_secs(2);
/// For what is read almost to its end before it is refused, by a build that nobody has optimised.
const SLOW_LIMIT: Duration = if cfg!(debug_assertions) { Duration::from_secs(15) } else { LIMIT };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spreadsheet_bomb_costs_the_server_little_time_and_memory() {
    let _turn = alone().await;
    let site = Site::open(1).await;
    let (member, root) = (site.member(0), site.root());
    let duty = RoleRow {
        id: uuid::Uuid::from_u128(1).into(),
        member_id: member,
        role: Role::Organiser,
        unit_id: root,
        from_on: site.day,
        to_on: None,
        granted_by: None,
        created_at: site.day.start(),
    };
    store::insert_role(&mut site.connect(), &duty).unwrap();
    let server = site.serve().await;
    // what a first import takes for good is no part of a bomb's cost
    send(&server, &site, "题型,题干,答案\n判断题,火警电话是119,对\n".into()).await.ok(200);
    for (name, bomb) in bombs() {
        assert!(bomb.len() < 20 << 20, "{name}: {}", bomb.len());
        let before = peak_kib(&server);
        let asked = Instant::now();
        let size = bomb.len();
        let reply = send(&server, &site, bomb).await;
        let (took, extra) = (asked.elapsed(), peak_kib(&server).saturating_sub(before));
        println!("{name}: {size} bytes, {} after {took:.2?}, {} MiB more at most", reply.status, extra / 1024);
        // what lies about its size breaks off before it has unpacked it, and is no spreadsheet at all
        let expected: &[u16] = if name == "spaces that lie" { &[413, 415, 422] } else { &[413, 422] };
        assert!(expected.contains(&reply.status), "{name}: {}", reply.text());
        let limit = if name.starts_with("spaces") { LIMIT } else { SLOW_LIMIT };
        assert!(took < limit, "{name}: {took:?}");
        assert!(extra < EXTRA_KIB, "{name}: {extra} KiB more");
    }
    assert_eq!(server.get("/me", &site.token(0)).await.unwrap().status, 200);
}

/// Members of an enterprise that a server holds in memory besides, in KiB.
const ROSTER_KIB: u64 = 200 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twelve_large_pictures_at_once_fit_into_the_memory_that_the_compose_file_gives() {
    let _turn = alone().await;
    let site = Site::open(4).await;
    let server = site.serve().await;
    let picture = large_picture();
    assert!(picture.len() < 10 << 20, "{}", picture.len());
    let upload = |index: usize| {
        let url = server.url("/files?name=a.jpg");
        let request = server.client.post(url).bearer_auth(site.token(index % site.len())).body(picture.clone());
        async move { support::send(request).await.status }
    };
    let answers = futures_util::future::join_all((0..12).map(upload)).await;
    let peak = peak_kib(&server);
    println!("{answers:?}, {} MiB at most", peak / 1024);
    // who has waited too long for his turn is told to come again; nobody is dropped
    assert!(answers.contains(&201) && answers.iter().all(|status| matches!(status, 201 | 503)), "{answers:?}");
    let compose = std::fs::read_to_string("docker-compose.yml").unwrap();
    let limit = compose.split("x-app:").nth(1).and_then(|app| app.split("memory: ").nth(1)).unwrap();
    assert!(limit.starts_with("1G}"), "{limit:.8}");
    assert!(peak + ROSTER_KIB < 1 << 20, "{peak} KiB");
}

/// What a server of that size may take, in KiB, and what of it is the roster's.
const SMALL_KIB: u64 = 512 * 1024;
const SMALL_ROSTER_KIB: u64 = 100 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_of_half_a_gigabyte_serves_or_refuses_twelve_large_pictures_at_once() {
    let _turn = alone().await;
    let site = Site::open(4).await;
    let server = site.serve_with(&["--memory-mb=512".to_owned()]).await;
    let (flat, turned) = (large_picture(), turned(&large_picture()));
    let is_over = AtomicBool::new(false);
    // what it takes from the system for itself: what is mapped from files can be taken back
    let (answers, most) = std::thread::scope(|scope| {
        let watching = scope.spawn(|| {
            let mut most = 0;
            while !is_over.load(Ordering::Relaxed) {
                most = most.max(status_kib(&server, "RssAnon:"));
                std::thread::sleep(Duration::from_millis(2));
            }
            most
        });
        let upload = |index: usize| {
            let picture = if index.is_multiple_of(2) { &flat } else { &turned };
            let request = server.client.post(server.url("/files?name=a.jpg")).body(picture.clone());
            support::send(request.bearer_auth(site.token(index % site.len())))
        };
        let answers = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(futures_util::future::join_all((0..12).map(upload)))
        });
        is_over.store(true, Ordering::Relaxed);
        (answers, watching.join().unwrap())
    });
    println!("{:?}, {} MiB at most", answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), most / 1024);
    assert!(answers.iter().any(|answer| answer.status == 201));
    for answer in &answers {
        match answer.status {
            201 => {}
            503 | 429 => assert!(answer.header("retry-after").is_some(), "{}", answer.text()),
            other => panic!("{other}: {}", answer.text()),
        }
    }
    assert!(most + SMALL_ROSTER_KIB < SMALL_KIB, "{most} KiB");
    assert_eq!(server.get("/me", &site.token(0)).await.unwrap().status, 200);
}

/// The picture lying on its side, so that a second one is made of it when it is turned.
fn turned(picture: &[u8]) -> Vec<u8> {
    let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&picture[..2], &[0xFF, 0xE1], &length, exif, &picture[2..]].concat()
}

/// A photograph of almost as many pixels as are taken.
fn large_picture() -> Vec<u8> {
    let noise = |x: u32, y: u32| image::Rgb([(x / 8 * 31) as u8, (y / 8 * 17) as u8, (x ^ y) as u8]);
    let mut bytes = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(7_000, 4_700, noise);
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 60);
    picture.write_with_encoder(encoder).unwrap();
    bytes.into_inner()
}

async fn send(server: &Server, site: &Site, file: Vec<u8>) -> Reply {
    let request = server.client.post(server.url("/imports/questions")).bearer_auth(site.token(0)).body(file);
    support::send(request).await
}

/// The most memory that the server has ever had; a little less when read again, since each processor counts for itself.
fn peak_kib(server: &Server) -> u64 {
    status_kib(server, "VmHWM:")
}

/// A line of what the system knows of the server's memory.
fn status_kib(server: &Server, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

/// Spaces without end; then what just may be unpacked, made of cells far to the right, and of long texts.
fn bombs() -> [(&'static str, Vec<u8>); 4] {
    let spaces = packed(&[sheet(&" ".repeat(1 << 20), 256)]);
    let far: String = (1..=50_000).map(|n| format!("<row><c r=\"BL{n}\"><v>1</v></c></row>")).collect();
    let text = format!("<si><t>{}</t></si>", "题".repeat(400));
    let shared: String = (0..49_000).map(|n| format!("<row><c t=\"s\"><v>{n}</v></c></row>")).collect();
    let texts =
        [sheet(&shared, 1), ["xl/sharedStrings.xml", "<sst>", &text.repeat(49_000), "</sst>"].map(str::to_owned)];
    [
        ("spaces that lie", lying(spaces.clone())),
        ("spaces", spaces),
        ("far cells", packed(&[sheet(&far, 1)])),
        ("long texts", packed(&texts)),
    ]
}

/// The sheet of a workbook: its path, head, rows and tail.
fn sheet(piece: &str, times: usize) -> [String; 4] {
    let rows = piece.repeat(times);
    ["xl/worksheets/sheet1.xml", "<worksheet><sheetData>", &rows, "</sheetData></worksheet>"].map(str::to_owned)
}

/// A workbook of these parts.
fn packed(parts: &[[String; 4]]) -> Vec<u8> {
    const TYPE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = |targets: &[(&str, &str)]| {
        let relation =
            |(kind, target)| format!("<Relationship Id=\"{kind}\" Target=\"{target}\" Type=\"{TYPE}/{kind}\"/>");
        format!("<Relationships>{}</Relationships>", targets.iter().copied().map(relation).collect::<String>())
    };
    let workbook = "<workbook><sheets><sheet name=\"a\" r:id=\"worksheet\"/></sheets></workbook>".to_owned();
    let inner = [("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")];
    let frame = [
        ("_rels/.rels", relations(&[("officeDocument", "xl/workbook.xml")])),
        ("xl/workbook.xml", workbook),
        ("xl/_rels/workbook.xml.rels", relations(&inner[..parts.len()])),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_level(Some(1));
    let frame = frame.iter().map(|(name, text)| (*name, text.clone()));
    let parts = parts.iter().map(|[name, head, body, tail]| (name.as_str(), format!("{head}{body}{tail}")));
    for (name, text) in frame.chain(parts) {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The same workbook, whose headers claim that the sheet unpacks to ten bytes.
fn lying(mut workbook: Vec<u8>) -> Vec<u8> {
    let part = b"xl/worksheets/sheet1.xml";
    let places: Vec<usize> = (0..workbook.len() - part.len()).filter(|at| workbook[*at..].starts_with(part)).collect();
    let (local, central) = (places[0] - 30, places[places.len() - 1] - 46);
    workbook[local + 22..local + 26].copy_from_slice(&10_u32.to_le_bytes());
    workbook[central + 24..central + 28].copy_from_slice(&10_u32.to_le_bytes());
    workbook
}
