//! What a dry run has shown is what is imported; what was imported can be taken back; what is exported changes nothing.

use serde_json::{Value, json};

use super::{Office, counts};
use crate::quiz::{TODAY, answers};
use crate::support::TestApp;

const MEMBERS: &str =
    "工号,姓名,手机号,所属党小组编码,政治面貌,职务\nC1,张三,13800004001,XZ11,党员,党小组组长\nC2,李四,,XZ11,群众,\n";
const UNITS: &str = "编码,名称,简称,上级编码,类型\nZB7,七支部,七,DW1,党支部\nXZ71,七一组,七一,ZB7,党小组\n";
const QUESTIONS: &str = "题型,题干,选项A,选项B,答案\n单选题,确认一,甲,乙,A\n单选题,确认二,甲,乙,B\n";
const BRANDS: &str = "申报单位,品牌名称,创建要点\n东支部,精·智电解,要点\n";

const EACH: [(&str, &str, u64); 4] =
    [("units", UNITS, 2), ("members", MEMBERS, 2), ("questions", QUESTIONS, 2), ("brands", BRANDS, 1)];

async fn dry(office: &Office<'_>, what: &str, file: &str) -> String {
    let report = office.import(what, file.as_bytes().to_vec(), "?dry_run=true").await.ok(200);
    assert_eq!(report["import_id"], Value::Null);
    report["digest"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_was_shown_is_imported_or_nothing() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    for (what, file, rows) in EACH {
        let digest = dry(&office, what, file).await;
        assert_eq!(digest, dry(&office, what, file).await, "{what}: a dry run changes nothing");
        let confirm = format!("?confirm={digest}");
        let other = file.replacen("甲", "乙", 1).replacen("七支部", "八支部", 1).replacen("李四", "李五", 1).replacen(
            "要点\n",
            "要点二\n",
            1,
        );
        let other = if other == file { file.replace("确认一", "确认三") } else { other };
        office.import(what, other.into_bytes(), &confirm).await.refused(409, "imports.stale");
        let report = office.import(what, file.as_bytes().to_vec(), &confirm).await.ok(200);
        assert_eq!((&report["accepted"], &report["dry_run"]), (&json!(rows), &json!(false)), "{what}");
        // the base is another one now
        office.import(what, file.as_bytes().to_vec(), &confirm).await.refused(409, "imports.stale");
    }
}

#[tokio::test]
async fn what_changed_meanwhile_is_not_overwritten() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    office.import("members", MEMBERS.as_bytes().to_vec(), "").await.ok(200);
    let moved = MEMBERS.replace("李四,,XZ11", "李四,,XZ12");
    let digest = dry(&office, "members", &moved).await;
    office.import("members", MEMBERS.replace("李四", "李四四").into_bytes(), "").await.ok(200);
    let confirm = format!("?confirm={digest}");
    office.import("members", moved.into_bytes(), &confirm).await.refused(409, "imports.stale");
    assert!(office.roster().await.contains("\"李四四\",\"\",\"XZ11\""));
}

#[tokio::test]
async fn an_import_is_taken_back_as_a_whole() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    for (what, file, rows) in EACH {
        let importer = if matches!(what, "units" | "members") { &office.administrator } else { &office.organiser };
        let report = office.import(what, file.as_bytes().to_vec(), "").await.ok(200);
        let path = format!("/imports/{what}/{}/withdrawal", report["import_id"].as_str().unwrap());
        importer.post(&path, json!({})).await.ok(204);
        importer.post(&path, json!({})).await.refused(409, "imports.taken_back");
        let again = office.import(what, file.as_bytes().to_vec(), "").await.ok(200);
        assert_eq!(again["accepted"], json!(rows), "{what}: all of it was gone");
        // what was changed becomes what it was
        let changed = match what {
            "units" => file.replace("七支部", "第七支部"),
            "members" => file.replace("李四", "李四四"),
            "brands" => file.replace("要点\n", "新要点\n"),
            _ => continue,
        };
        let report = office.import(what, changed.clone().into_bytes(), "").await.ok(200);
        assert_eq!(report["changed"], 1, "{what}: {report}");
        let path = format!("/imports/{what}/{}/withdrawal", report["import_id"].as_str().unwrap());
        importer.post(&path, json!({})).await.ok(204);
        let back = office.import(what, file.as_bytes().to_vec(), "?dry_run=true").await.ok(200);
        assert_eq!(counts(&back), [0, 0, rows, 0], "{what}");
    }
    let nothing = format!("/imports/members/{}/withdrawal", uuid::Uuid::nil());
    office.administrator.post(&nothing, json!({})).await.refused(404, "imports.not_found");
}

#[tokio::test]
async fn what_was_used_stays() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    let take_back = async |what: &str, report: &Value| {
        let importer = if matches!(what, "units" | "members") { &office.administrator } else { &office.organiser };
        importer.post(&format!("/imports/{what}/{}/withdrawal", report["import_id"].as_str().unwrap()), json!({})).await
    };
    let units = office.import("units", UNITS.as_bytes().to_vec(), "").await.ok(200);
    let file = MEMBERS.replace("XZ11", "XZ71");
    let members = office.import("members", file.into_bytes(), "").await.ok(200);
    take_back("units", &units).await.refused(409, "imports.used");
    let id =
        crate::members::ids(&office.administrator.get(&format!("/units/{}/members", app.unit("XZ71"))).await.ok(200))
            [0]
        .to_owned();
    app.give_password(id.parse().unwrap()).await;
    take_back("members", &members).await.refused(409, "imports.used");
    assert!(office.roster().await.contains("\"C2\""), "nothing of it went away");

    let mut csv = String::from("题型,题干,选项A,选项B,选项C,答案\n");
    (0..6).for_each(|n| csv += &format!("单选题,用过{n},甲{n},乙{n},丙{n},B\n"));
    let questions = office.import("questions", csv.into_bytes(), "").await.ok(200);
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let paper = li.get("/quiz/daily").await.ok(200);
    li.put(TODAY, answers(&paper, 3)).await.ok(201);
    take_back("questions", &questions).await.refused(409, "imports.used");

    let brands = office.import("brands", BRANDS.as_bytes().to_vec(), "").await.ok(200);
    office.import("brands", BRANDS.replace("要点\n", "别的\n").into_bytes(), "").await.ok(200);
    take_back("brands", &brands).await.refused(409, "imports.used");
}

#[tokio::test]
async fn what_is_exported_changes_nothing_when_it_comes_back() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    for (what, file, _) in EACH {
        office.import(what, file.as_bytes().to_vec(), "").await.ok(200);
    }
    let odd = "题型,题干,选项A,选项B,选项C,答案,选项顺序\n不定项选择题,回来一,甲,乙,丙,C,固定\n判断题,回来二,,,,错误,\n填空题,\"回来三，\"\"引号\"\"____\",,,,一|二,\n单选题,回来四,=1+1,以上都对,-5,A,\n";
    assert_eq!(office.import("questions", odd.as_bytes().to_vec(), "").await.ok(200)["refused"], 0);
    for what in ["units", "members", "questions", "brands"] {
        let exporter = if matches!(what, "units" | "members") { &office.administrator } else { &office.organiser };
        for format in ["xlsx", "csv"] {
            let file = exporter.get(&format!("/exports/{what}?format={format}")).await;
            assert_eq!(file.status, 200, "{what} {}", file.text());
            let report = office.import(what, file.bytes.clone(), "").await.ok(200);
            let [accepted, changed, unchanged, refused] = counts(&report);
            assert_eq!((accepted, changed, refused), (0, 0, 0), "{what} {format}: {report}");
            assert!(unchanged > 0);
        }
    }
}
