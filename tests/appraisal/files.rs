//! Files in and out: evidence, awards of many members, the sheet for the pay department, the page for A4.

use std::io::Cursor;
use std::time::Instant;

use calamine::Reader;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::*;
use crate::files::upload;

pub(super) const HEADERS: &str = "工号,姓名,情形编号,分值,发生日期,事项,依据\n";

pub(super) async fn import(by: &Person<'_>, query: &str, file: impl Into<Vec<u8>>) -> Reply {
    send(by.request(Method::POST, &format!("/imports/appraisal{query}")).body(file.into())).await
}

/// A workbook as an office makes it: points are numbers, days are dates.
fn xlsx(rows: &[[String; 7]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let day = Format::new().set_num_format("yyyy/m/d");
    for (column, header) in (0..).zip(HEADERS.trim_end().split(',')) {
        sheet.write(0, column, header).unwrap();
    }
    for (row, cells) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            match (column, cell.parse::<f64>(), ExcelDateTime::parse_from_str(cell)) {
                (_, _, _) if cell.is_empty() => continue,
                (3, Ok(points), _) => sheet.write(row, column, points).unwrap(),
                (4, _, Ok(date)) => sheet.write_with_format(row, column, date, &day).unwrap(),
                _ => sheet.write(row, column, cell).unwrap(),
            };
        }
    }
    book.save_to_buffer().unwrap()
}

/// The cells of the first sheet of a workbook, as they are shown.
fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let (_, sheet) = book.worksheets().remove(0);
    sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[tokio::test]
async fn what_needs_evidence_has_it_and_only_those_who_decide_read_it() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    let other = app.member("王二").sign_in().await;
    adopted(&committee).await;
    li.post("/appraisal/proposals", proposal(li.id, "P07", "高级技师")).await.refused(422, "body.invalid");
    let file = upload(&li, "cert.pdf", &b"%PDF-1.4\n%%EOF"[..]).await.ok(201);
    let mut body = proposal(li.id, "P07", "高级技师");
    body["file_ids"] = json!([file["id"]]);
    let made = li.post("/appraisal/proposals", body).await.ok(201);
    assert_eq!(made["evidence"][0]["id"], file["id"]);
    let path = format!("/files/{}", text(&file["id"]));
    for reader in [&secretary, &leader, &committee] {
        assert_eq!(reader.get(&path).await.status, 200);
    }
    assert_eq!(other.get(&path).await.status, 404);
    let done = approve(&secretary, &made).await.ok(200);
    let entry = li.get(&format!("/appraisal/entries/{}", text(&done["entry_id"]))).await.ok(200);
    assert_eq!(entry["evidence"][0]["id"], file["id"]);
    other
        .get(&format!("/appraisal/entries/{}", text(&done["entry_id"])))
        .await
        .refused(404, "appraisals.entry_not_found");
}

#[tokio::test]
async fn awards_of_many_are_proposed_from_a_file_with_one_wrong_row_and_approved_together() {
    many(2_000).await;
}

#[tokio::test]
#[ignore = "by hand: some minutes"]
async fn by_hand_awards_of_twenty_thousand_with_one_wrong_row() {
    many(20_000).await;
}

fn cells_of(line: &str) -> [String; 7] {
    let cells: Vec<String> = line.split(',').map(str::to_owned).collect();
    cells.try_into().unwrap()
}

/// How long steps took, to be told.
struct Took {
    since: Instant,
    steps: Vec<String>,
}

impl Took {
    fn start() -> Took {
        Took { since: Instant::now(), steps: Vec::new() }
    }

    /// Leaves out what came since.
    fn pass(&mut self) {
        self.since = Instant::now();
    }

    fn note(&mut self, what: &str) {
        self.steps.push(format!("{what} {:.1?}", self.since.elapsed()));
        self.pass();
    }
}

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.steps.join(", "))
    }
}

async fn many(count: usize) {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    let other = app.member("支委").role(Role::BranchCommittee, "ZB1").sign_in().await;
    let far = app.member("赵西").home("XZ21").unregistered().await.1;
    adopted(&committee).await;
    let mut numbers = Vec::new();
    for n in 0..count / 50 {
        numbers.push(app.member(&format!("党员{n}")).unregistered().await.1);
    }
    let row =
        |number: &str, matter: String| [number, "", "P27", "0.5", "2026-06-20", &matter, "台账"].map(str::to_owned);
    let rows = |from: usize, to: usize| -> Vec<[String; 7]> {
        (from..to).map(|n| row(&numbers[n % numbers.len()], format!("任务 {n}"))).collect()
    };
    let mut lines = rows(0, count - 1);
    lines.push(row("E99999", "任务".into()));
    let file = xlsx(&lines);
    let mut took = Took::start();
    let looked = import(&secretary, "?dry_run=true", file.clone()).await.ok(200);
    took.note("dry run");
    assert_eq!((&looked["accepted"], &looked["refused"]), (&json!(count - 1), &json!(1)));
    assert_eq!((&looked["problems"][0]["row"], &looked["problems"][0]["column"]), (&json!(count + 1), &json!("工号")));
    assert_eq!(items(&secretary.get("/appraisal/proposals").await.ok(200)).len(), 0, "a dry run writes nothing");
    let confirm = format!("?confirm={}", text(&looked["digest"]));
    import(&secretary, &confirm, xlsx(&rows(0, 3))).await.refused(409, "imports.stale");
    took.pass();
    let done = import(&secretary, &confirm, file.clone()).await.ok(200);
    took.note("proposed");
    assert_eq!((&done["accepted"], &done["refused"]), (&json!(count - 1), &json!(1)));
    let again = import(&secretary, "", file).await.ok(200);
    took.note("the same file again");
    assert_eq!(
        (&again["accepted"], &again["unchanged"], &again["import_id"]),
        (&json!(0), &json!(count - 1), &Value::Null)
    );

    let path = format!("/appraisal/imports/{}", text(&done["import_id"]));
    assert_eq!(other.get(&path).await.ok(200)["open"], json!(count - 1));
    // it lies with the nearest who may; others who may do so find it by its link
    let desk = leader.get("/me/desk").await.ok(200);
    assert_eq!((items(&desk).len(), &items(&desk)[0]["kind"]), (1, &json!("appraisal_import")));
    let approve = async |by: &Person<'_>| send(by.request(Method::POST, &format!("{path}/approval"))).await;
    assert_eq!(
        approve(&secretary).await.ok(200),
        json!({ "approved": 0, "left": count - 1, "more": false }),
        "his own"
    );
    approve(&li).await.refused(404, "imports.not_found");
    took.pass();
    let mut approved = 0;
    loop {
        let some = approve(&other).await.ok(200);
        approved += some["approved"].as_u64().unwrap();
        assert_eq!(some["left"], 0);
        if some["more"] == false {
            break;
        }
    }
    assert_eq!(approved, count as u64 - 1);
    took.note("approved");
    assert_eq!(approve(&other).await.ok(200), json!({ "approved": 0, "left": 0, "more": false }));
    assert_eq!(items(&leader.get("/me/desk").await.ok(200)).len(), 0);
    let sheet = format!("/exports/appraisal?unit_id={}&from=2026-07-01&until=2026-07-01", app.unit("ZB1"));
    let sheet = secretary.get(&sheet).await;
    took.note("sheet for the pay department");
    assert!(sheet.header("content-type").unwrap().contains("spreadsheetml"), "{:?}", sheet.header("content-type"));
    let sheet = cells(&sheet.bytes);
    assert_eq!(sheet[0], ["工号", "姓名", "单位", "政治思想", "学习培训", "组织生活", "示范引领", "履职履责", "合计"]);
    let full = sheet.iter().filter(|line| line[3..] == ["0", "0", "0", "0", "3", "3"]);
    assert_eq!(full.count(), count / 50, "to the cap, each");
    assert!(sheet[1..].iter().all(|line| line[0].starts_with('E')), "employee numbers stay text");
    println!("{count} awards of {} members from a workbook: {took}", count / 50);

    // the wrong row, put right: it alone is new
    lines.last_mut().unwrap()[0] = numbers[0].clone();
    let report = import(&secretary, "", xlsx(&lines)).await.ok(200);
    assert_eq!(
        (&report["accepted"], &report["unchanged"], &report["refused"]),
        (&json!(1), &json!(count - 1), &json!(0))
    );

    // what is wrong with rows
    let wrong = format!(
        "{HEADERS}{n},王二,P27,0.5,2026-06-20,一,\n{n},,P99,0.5,2026-06-20,二,\n{n},,P28,0.5,2026-06-20,三,\n\
         {n},,P27,7,2026-06-20,四,\n{n},,P27,0.5,去年,五,\n{n},,P27,0.5,2027-01-01,六,\n{n},,P06,1,2026-06-20,七,\n\
         {far},,P27,0.5,2026-06-20,八,\n{own},,P27,0.5,2026-06-20,九,\n{n},,P27,,2026-06-20,十,\n{n},,P27,,2026-06-20,十,\n",
        n = li.employee_no,
        own = secretary.employee_no,
    );
    let table: Vec<[String; 7]> = wrong.lines().skip(1).map(cells_of).collect();
    let by_book = import(&secretary, "?dry_run=true", xlsx(&table)).await.ok(200);
    let report = import(&secretary, "?dry_run=true", wrong).await.ok(200);
    assert_eq!(by_book["problems"], report["problems"], "a workbook says what a file of text says");
    assert_eq!((&report["accepted"], &report["refused"], &report["unchanged"]), (&json!(1), &json!(9), &json!(1)));
    let columns: Vec<&str> = report["problems"].as_array().unwrap().iter().map(|one| text(&one["column"])).collect();
    assert_eq!(columns, ["姓名", "情形编号", "情形编号", "分值", "发生日期", "发生日期", "情形编号", "工号", "工号"]);
}

#[tokio::test]
async fn a_file_of_proposals_is_taken_back_by_who_sent_it() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, li, leader } = cast(&app).await;
    adopted(&committee).await;
    let file = format!("{HEADERS}{},李一,P27,0.5,2026-06-20,任务,台账\n", li.employee_no);
    let done = import(&secretary, "", file.clone()).await.ok(200);
    let path = format!("/imports/appraisal/{}/withdrawal", text(&done["import_id"]));
    send(leader.request(Method::POST, &path)).await.refused(404, "imports.not_found");
    send(secretary.request(Method::POST, &path)).await.ok(204);
    send(secretary.request(Method::POST, &path)).await.refused(404, "imports.not_found");
    assert_eq!(import(&secretary, "", file.clone()).await.ok(200)["accepted"], 1, "the matter is free again");
}

#[tokio::test]
async fn a_unit_has_its_table_the_pay_department_its_sheet_and_a_member_a_page_for_a4() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    let made = proposed(&leader, li.id, "P09", "主持党日").await;
    approve(&secretary, &made).await.ok(200);
    let unit = app.unit("ZB1");
    let table = secretary.get(&format!("/units/{unit}/appraisal?limit=2")).await.ok(200);
    assert_eq!(items(&table).len(), 2);
    let rest = secretary.get(&format!("/units/{unit}/appraisal?cursor={}", text(&table["next_cursor"]))).await.ok(200);
    let line = items(&rest).iter().chain(items(&table)).find(|line| line["member_name"] == "李一").cloned().unwrap();
    assert_eq!((&line["total"]["total"], &line["dimensions"][0]["name"]), (&json!(100), &json!("组织生活")));
    li.get(&format!("/units/{unit}/appraisal")).await.refused(403, "access.denied");
    let dw2 = app.unit("DW2");
    secretary.get(&format!("/units/{dw2}/appraisal")).await.refused(403, "access.out_of_scope");

    let sheet =
        |from: &str, until: &str| format!("/exports/appraisal?unit_id={unit}&from={from}&until={until}&format=csv");
    let csv = secretary.get(&sheet("2026-07-01", "2026-07-31")).await;
    assert_eq!(csv.status, 200);
    let csv = csv.text().replace('"', "");
    let mut lines = csv.trim_start_matches('\u{FEFF}').lines();
    assert_eq!(lines.next().unwrap(), "工号,姓名,单位,政治思想,学习培训,组织生活,示范引领,履职履责,合计");
    let of_li = format!("{},李一,东一组,0,0,1,0,0,1", li.employee_no);
    assert!(lines.any(|line| line == of_li), "{csv}");
    let before = secretary.get(&sheet("2026-06-01", "2026-06-30")).await.text().replace('"', "");
    assert!(before.contains(&format!("{},李一,东一组,0,0,0,0,0,0", li.employee_no)), "{before}");
    secretary.get(&sheet("2026-07-02", "2026-07-01")).await.refused(400, "appraisals.bad_period");
    secretary.get(&sheet("2020-07-02", "2026-07-01")).await.refused(400, "appraisals.bad_period");

    let page = li.get("/me/appraisal/sheet").await.text();
    for words in ["2026 年党员考评积分表", "李一", "组织生活", "支部会议记录", "承担任务", "负责人（签字）", "书记"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let same = secretary.get(&format!("/members/{}/appraisal/sheet", li.id)).await.text();
    assert!(same.contains("李一"));
    let of_li = secretary.get(&format!("/members/{}/appraisal", li.id)).await.ok(200);
    assert_eq!(of_li["total"], total(&li).await);
    let entries = secretary.get(&format!("/members/{}/appraisal/entries?dimension=meetings", li.id)).await.ok(200);
    assert_eq!(items(&entries).len(), 1);
    li.get(&format!("/members/{}/appraisal", secretary.id)).await.refused(403, "access.denied");
}
