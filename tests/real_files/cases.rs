//! The collection of cases, each with its right value.

use reqwest::Method;
use serde_json::json;

use super::{Case, Office, counts, expect, options, stored};
use crate::support::{TestApp, send};

const QUESTIONS: &str = "questions";
const MEMBERS: &str = "members";
const UNITS: &str = "units";

const fn case(
    file: &'static str,
    what: &'static str,
    counts: [u64; 4],
    problems: &'static [&'static str],
    warnings: &'static [&'static str],
) -> Case {
    Case { file, what, counts, problems, warnings }
}

const CASES: &[Case] = &[
    // an opening quote that is never closed
    case("01-unclosed-quote.csv", QUESTIONS, [2, 0, 0, 1], &["2", "引号没有收尾"], &[]),
    case("01b-unclosed-quote-stem.csv", QUESTIONS, [2, 0, 0, 1], &["2", "引号没有收尾"], &[]),
    case("01c-quote-start.csv", QUESTIONS, [2, 0, 0, 0], &[], &[]),
    case("01d-unclosed-quote-members.csv", MEMBERS, [2, 0, 0, 1], &["2", "引号没有收尾"], &[]),
    case("01e-unclosed-quote-units.csv", UNITS, [1, 0, 0, 1], &["2", "引号没有收尾"], &[]),
    // all sheets, whichever is first
    case("02-sheets-per-type.xlsx", QUESTIONS, [3, 0, 0, 0], &[], &[]),
    case("03-phone-header.xlsx", MEMBERS, [1, 0, 0, 0], &[], &[]),
    case("03b-header-notes.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &[]),
    case("03c-unknown-columns.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &["序号", "知识点名称"]),
    case("04-instructions-first.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &["填写说明"]),
    case("04b-title-row.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &["某单位党建知识题库"]),
    case("04c-numbers-summary-first.xlsx", MEMBERS, [1, 0, 0, 0], &[], &["导出摘要"]),
    case("04d-empty-first.xlsx", MEMBERS, [1, 0, 0, 0], &[], &["空"]),
    case("04g-stray-column.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &["BZ 列", "备注"]),
    // the same question as in the file before
    case("04h-stray-note.xlsx", QUESTIONS, [0, 0, 1, 0], &[], &["BZ 列", "草稿", "题库中已有"]),
    // cells
    case("05-error-cell-members.xlsx", MEMBERS, [0, 0, 0, 1], &["2", "姓名", "#N/A"], &[]),
    case("05b-error-cell-questions.xlsx", QUESTIONS, [0, 0, 0, 2], &["#REF!", "#N/A", "选项C", "题干"], &[]),
    case("05c-error-cell-units.xlsx", UNITS, [0, 0, 0, 1], &["#REF!"], &[]),
    case("06-formula-no-value-members.xlsx", MEMBERS, [0, 0, 0, 1], &["手机号", "保存一次"], &[]),
    case("06b-formula-no-value-questions.xlsx", QUESTIONS, [0, 0, 0, 1], &["选项C", "保存一次"], &[]),
    case("07-month-day.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &[]),
    case("07b-long-date.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &[]),
    case("07c-duration.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &[]),
    case("07d-fraction.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &[]),
    case("07e-decimals.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &[]),
    case("07f-literals.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &[]),
    case("07g-percent.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &[]),
    case("07h-year-only.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &[]),
    case("07i-time.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &[]),
    case("07j-dbnum.xlsx", QUESTIONS, [1, 0, 0, 0], &[], &[]),
    case("08-sep-line.csv", QUESTIONS, [1, 0, 0, 0], &[], &[]),
    case("08b-equals-quoted.csv", MEMBERS, [1, 0, 0, 0], &[], &[]),
    case("09-phone-invisible.csv", MEMBERS, [1, 0, 0, 0], &[], &[]),
    case("10-name-only-zwsp.csv", MEMBERS, [0, 0, 0, 1], &["姓名", "不能为空"], &[]),
    case("17-merged-category.xlsx", QUESTIONS, [3, 0, 0, 0], &[], &[]),
    case("19-date-as-employee-no.xlsx", MEMBERS, [0, 0, 0, 1], &["工号", "日期"], &[]),
    case("19b-date-as-unit-code.xlsx", UNITS, [0, 0, 0, 1], &["编码", "日期"], &[]),
    // questions
    case("18-indefinite-one-answer.csv", QUESTIONS, [2, 0, 0, 0], &[], &[]),
    case("20-fill-no-kind.csv", QUESTIONS, [2, 0, 0, 0], &[], &[]),
    // the same blank as in the file before
    case("20b-fill-empty-kind.csv", QUESTIONS, [1, 0, 1, 0], &[], &["题库中已有"]),
    case("20c-options-one-column.csv", QUESTIONS, [1, 0, 0, 0], &[], &[]),
    // the first one is that of the file before
    case("20d-options-one-column-typed.csv", QUESTIONS, [1, 0, 1, 0], &[], &["题库中已有"]),
    case("21-judge-prefixed-options.csv", QUESTIONS, [1, 0, 0, 0], &[], &[]),
];

#[tokio::test]
async fn every_case_has_its_right_value() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    let mut faults = Vec::new();
    for case in CASES {
        let dry = office.import(case.what, stored(case.file), "?dry_run=true").await;
        let report = office.import(case.what, stored(case.file), "").await;
        if report.status != 200 {
            faults.push(format!("{}: {} {}", case.file, report.status, report.text()));
            continue;
        }
        let report = report.json();
        faults.extend(expect(case.file, &report, case.counts, case.problems, case.warnings));
        if counts(&dry.json()) != case.counts {
            faults.push(format!("{}: the dry run says {:?}", case.file, counts(&dry.json())));
        }
    }
    for (text, wanted) in [
        ("建党节是哪一天", json!(["7月1日", "7月9日", "8月1日"])),
        ("一大召开日期", json!(["1921年7月20日", "1921年7月29日", "1921年8月"])),
        ("分数与分秒", json!(["30:00", "1/2", "1/3"])),
        ("带单位的数字", json!(["18大", "第19次", "20大"])),
        ("只有年", json!(["2026年", "七月", "星期三"])),
        ("中文数字格式", json!(["一千九百四十九", "一九四九", "壹拾贰"])),
        ("共有几个选项", json!(["甲", "乙", "丙"])),
        ("分页单选", json!(["甲", "乙", "丙", "丁"])),
    ] {
        let found = office.question(text).await;
        if options(&found) != wanted {
            faults.push(format!("{text}: {found}"));
        }
    }
    for (text, wanted) in [
        ("五位一体", json!("\"五位一体\"总体布局是什么")),
        ("未闭合引号第二题", json!("未闭合引号第二题")),
        ("未闭合引号第三题", json!("未闭合引号第三题")),
    ] {
        if office.question(text).await["stem"] != wanted {
            faults.push(format!("{text}: {}", office.question(text).await));
        }
    }
    for (text, kind, answer) in [
        ("火警电话", "fill", json!(["119"])),
        ("党的根本宗旨", "fill", json!(["全心全意为人民服务", "为人民服务"])),
        ("不定项一个答案", "multiple", json!(["B"])),
        ("太阳从东方升起", "judge", json!(["true"])),
        ("分页多选", "multiple", json!(["A", "B"])),
        ("分页判断", "judge", json!(["true"])),
    ] {
        let found = office.question(text).await;
        if (&found["kind"], &found["answer"]) != (&json!(kind), &answer) {
            faults.push(format!("{text}: {found}"));
        }
    }
    for (text, category, difficulty) in [
        ("未识别的列", "安全", "hard"),
        ("合并分类题0", "消防安全", "medium"),
        ("合并分类题1", "消防安全", "medium"),
        ("合并分类题2", "消防安全", "medium"),
    ] {
        let found = office.question(text).await;
        if (&found["category"], &found["difficulty"]) != (&json!(category), &json!(difficulty)) {
            faults.push(format!("{text}: {found}"));
        }
    }
    let roster = office.roster().await;
    for line in [
        "\"BH0601\",\"试用壬\",\"19900060601\"",
        "\"00123\",\"试用甲\",\"19900009911\"",
        "\"BH0201\",\"试用\",\"19900020101\"",
        "\"BH0002\"",
        "\"BH0003\"",
        "\"BH0504\"",
        "\"BH0505\"",
    ] {
        if !roster.contains(line) {
            faults.push(format!("the roster has no {line}"));
        }
    }
    for absent in ["#N/A", "BH0202", "2026-03-12"] {
        if roster.contains(absent) {
            faults.push(format!("the roster has {absent}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn numbers_are_what_their_cells_show() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    for (file, text) in [
        ("07c-duration.xlsx", "学时时长"),
        ("07e-decimals.xlsx", "小数位与千分位"),
        ("07g-percent.xlsx", "百分数四舍五入"),
        ("07i-time.xlsx", "时刻"),
    ] {
        office.import(QUESTIONS, stored(file), "").await.ok(200);
        let found = options(&office.question(text).await);
        let wanted = match text {
            "学时时长" => json!(["36:00:00", "48:00", "18:00"]),
            "小数位与千分位" => json!(["3.50", "12.00", "1,234,567"]),
            "百分数四舍五入" => json!(["67%", "50%", "75.00%"]),
            _ => json!(["7:50", "上午7时50分", "2026/7/1 7:49"]),
        };
        assert_eq!(found, wanted, "{file}");
    }
}

#[tokio::test]
async fn what_is_no_spreadsheet_is_called_by_its_name() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    for (file, name) in [
        ("04e-html.xls", "网页"),
        ("04f-xml2003.xml", "XML 表格"),
        ("22-pdf-bom.pdf", "PDF"),
        ("23-document2.docx", "Word"),
    ] {
        let refusal = office.import(QUESTIONS, stored(file), "?dry_run=true").await.refused(415, "imports.not_a_sheet");
        assert!(refusal["detail"].as_str().unwrap().contains(name), "{file}: {refusal}");
    }
}

#[tokio::test]
async fn attachments_are_known_however_programs_write_them() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let send_file =
        async |file: &str| send(li.request(Method::POST, &format!("/files?name={file}")).body(stored(file))).await;
    for (file, kind) in [
        ("22-pdf-bom.pdf", "pdf"),
        ("22b-pdf-newline.pdf", "pdf"),
        ("23-document2.docx", "docx"),
        ("23b-backslash.docx", "docx"),
        ("25-display-p3.jpg", "jpeg"),
    ] {
        assert_eq!(send_file(file).await.ok(201)["kind"], kind, "{file}");
    }
    send_file("24-truncated.jpg").await.refused(422, "files.broken");
}

/// A progressive picture paints itself in passes: wherever it is cut, it looks whole and is not.
#[tokio::test]
async fn a_progressive_picture_that_was_cut_is_refused() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let whole = stored("progressive.jpg");
    let send_first = async |length: usize| {
        send(li.request(Method::POST, "/files?name=照片.jpg").body(whole[..length].to_vec())).await
    };
    for part in 1..8 {
        send_first(whole.len() * part / 8).await.refused(422, "files.broken");
    }
    send_first(whole.len() - 1).await.refused(422, "files.broken");
    assert_eq!(send_first(whole.len()).await.ok(201)["kind"], "jpeg");
}

/// Display P3 (220, 60, 60) is about (241, 30, 47) in sRGB.
#[tokio::test]
async fn a_picture_keeps_its_colours_without_its_profile() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let upload = li.request(Method::POST, "/files?name=p3.jpg").body(stored("25-display-p3.jpg"));
    let id = send(upload).await.ok(201)["id"].as_str().unwrap().to_owned();
    let picture = image::load_from_memory(&li.get(&format!("/files/{id}")).await.bytes).unwrap().into_rgb8();
    let [red, green, blue] = picture.get_pixel(picture.width() / 2, picture.height() / 2).0;
    let near = |one: u8, other: u8| one.abs_diff(other) <= 6;
    assert!(near(red, 241) && near(green, 30) && near(blue, 47), "({red}, {green}, {blue})");
}
