//! A list of tasks, and what came in by a form, are handed in to those above in their own workbook, which is sent once.

use reqwest::Method;
use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};

use crate::ideas::text;
use crate::reports::{hand_in, in_july, report_of};
use crate::support::{Person, Reply, TestApp, send};
use crate::tasks::{Cast, cast, item, lay, list};

/// A workbook of a superior: a title, a row to be repeated, a line to be signed.
fn workbook(cells: &[(u32, u16, &str)]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, column, said) in cells {
        sheet.write_string_with_format(*row, *column, *said, &Format::new().set_bold()).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// What stands in the cells of the first sheet, row by row.
fn cells(reply: &Reply) -> Vec<Vec<String>> {
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(reply.bytes.clone())).unwrap();
    let sheet = calamine::Reader::worksheet_range_at(&mut book, 0).unwrap().unwrap();
    sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

async fn put(by: &Person<'_>, path: &str, file: Vec<u8>) -> Reply {
    send(by.request(Method::PUT, path).body(file)).await
}

const LAYOUT: [(u32, u16, &str); 6] = [
    (0, 0, "{{组织}}{{年度}}年{{清单名称}}"),
    (1, 0, "序号"),
    (2, 0, "{{序号}}"),
    (2, 1, "{{重点任务}}（{{承办单位}}）"),
    (2, 2, "{{完成情况}}"),
    (4, 0, "填报日期：{{导出日期}}"),
];

#[tokio::test]
async fn a_list_is_exported_in_the_layout_that_was_set_for_it() {
    let app = TestApp::start().await;
    let Cast { organiser, secretary, li, .. } = cast(&app).await;
    let list = list(&app, &organiser, "year").await;
    for n in 1..=2 {
        organiser.put(&format!("/task-lists/{list}/items/{n}"), item(&format!("任务{n}"), "2026-12-31")).await.ok(201);
    }
    lay(&app, &organiser, &list, &["ZB1", "ZB2"]).await;
    let path = format!("/task-lists/{list}/layout");
    let export = format!("/exports/task-lists/{list}?in_layout=true");
    let none = organiser.get(&path).await.ok(200);
    assert_eq!(none["file"], Value::Null);
    let names = none["names"].as_array().unwrap();
    for name in ["清单名称", "导出日期", "重点任务", "完成情况"] {
        assert!(names.contains(&json!(name)), "{names:?}");
    }
    let once: std::collections::BTreeSet<String> = names.iter().map(text).collect();
    assert_eq!(once.len(), names.len(), "a name means one thing: {names:?}");
    organiser.get(&export).await.refused(404, "layouts.not_found");

    let set = put(&organiser, &path, workbook(&LAYOUT)).await.ok(200);
    assert_eq!((&set["file"]["set_by_name"], &set["file"]["name"]), (&json!("组织员"), &json!("上级格式.xlsx")));
    let filled = organiser.get(&export).await;
    let rows = cells(&filled);
    assert_eq!(rows[0][0], "集团党委2026年2026 年任务清单");
    let lines: Vec<[&str; 3]> = rows[2..6].iter().map(|row| [0, 1, 2].map(|at| row[at].as_str())).collect();
    assert_eq!(
        lines,
        [
            ["1", "任务1（东支部）", "待签收"],
            ["1", "任务1（西支部）", "待签收"],
            ["2", "任务2（东支部）", "待签收"],
            ["2", "任务2（西支部）", "待签收"]
        ]
    );
    assert_eq!(rows[7][0], "填报日期：2026年7月1日");
    // who sees less of the list fills in less
    assert_eq!(cells(&secretary.get(&export).await).len(), 6);
    put(&secretary, &path, workbook(&LAYOUT)).await.refused(403, "access.out_of_scope");
    put(&li, &path, workbook(&LAYOUT)).await.refused(403, "access.denied");
    assert_eq!(secretary.delete(&path).await.status, 403);

    // what cannot be filled is refused with its place, and what was set stays
    for (wrong, code) in [
        (vec![(0, 0, "{{任务名}}")], "layouts.unknown_name"),
        (vec![(0, 0, "没有项目")], "layouts.no_names"),
        (vec![(0, 0, "{{序号}}"), (1, 0, "{{序号}}")], "layouts.two_rows"),
    ] {
        let no = put(&organiser, &path, workbook(&wrong)).await.refused(422, code);
        assert!(code != "layouts.unknown_name" || text(&no["detail"]).contains("A1"), "{no}");
    }
    put(&organiser, &path, b"a,b\n".to_vec()).await.refused(415, "imports.not_a_sheet");
    let nothing = format!("/task-lists/{}/layout", app.unit("JT"));
    put(&organiser, &nothing, b"a,b\n".to_vec()).await.refused(404, "tasks.list_not_found");
    assert_eq!(put(&organiser, &path, vec![0; 3 << 20]).await.status, 413);
    assert_eq!(organiser.get(&path).await.ok(200)["file"], set["file"]);

    assert_eq!(organiser.delete(&path).await.status, 204);
    assert_eq!(organiser.delete(&path).await.status, 204, "a second time nothing happens");
    organiser.get(&export).await.refused(404, "layouts.not_found");
}

#[tokio::test]
async fn a_period_is_exported_in_the_layout_that_was_set_for_its_form() {
    let app = TestApp::start().await;
    let (people, form) = in_july(&app).await;
    let east = report_of(&app, &people.secretary, "ZB1").await;
    hand_in(&people.secretary, &east, "东支部的工作").await;
    let period = text(&east["period_id"]);
    let layout = format!("/report-forms/{}/layout", text(&form["id"]));
    let export = format!("/exports/reports?period_id={period}&in_layout=true");
    people.organiser.get(&export).await.refused(404, "layouts.not_found");
    let known = people.organiser.get(&layout).await.ok(200);
    let names = known["names"].as_array().unwrap();
    for name in ["报送事项", "期间", "单位", "本月工作", "参加人数（人）"] {
        assert!(names.contains(&json!(name)), "{name} in {names:?}");
    }
    let sheet = [
        (0, 0, "{{报送事项}}（{{期间}}）"),
        (2, 0, "{{单位}}"),
        (2, 1, "{{本月工作}}"),
        (2, 2, "{{是否按期}}"),
        (5, 0, "{{布置单位}} {{导出日期}}"),
    ];
    let file = workbook(&sheet);
    put(&people.secretary, &layout, file.clone()).await.refused(403, "access.denied");
    put(&people.organiser, &layout, file).await.ok(200);
    let wrong = workbook(&[(0, 0, "{{下月工作}}")]);
    put(&people.organiser, &layout, wrong).await.refused(422, "layouts.unknown_name");
    let rows = cells(&people.organiser.get(&export).await);
    assert_eq!(rows[0][0], "支部月报（2026年7月）");
    let of_east = rows.iter().find(|row| row[0] == "东支部").unwrap();
    assert_eq!(of_east[1], "东支部的工作");
    assert_eq!(rows.last().unwrap()[0], "集团党委 2026年7月27日");
    // a secretary fills in what he reaches
    assert_eq!(cells(&people.secretary.get(&export).await).iter().filter(|row| row[0].ends_with("支部")).count(), 1);
    people.secretary.delete(&layout).await.refused(403, "access.denied");
    assert_eq!(people.organiser.delete(&layout).await.status, 204);
    people.organiser.get(&export).await.refused(404, "layouts.not_found");
}
