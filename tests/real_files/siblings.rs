//! More files of each kind, made here: the kinds are mended, not the cases.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{Format, Workbook, Worksheet};
use serde_json::json;

use super::{Office, counts, expect, options};
use crate::support::TestApp;

/// A workbook written by `fill`.
fn xlsx(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

fn put(sheet: &mut Worksheet, row: u32, cells: &[&str]) {
    for (column, cell) in (0..).zip(cells) {
        if !cell.is_empty() {
            sheet.write_string(row, column, *cell).unwrap();
        }
    }
}

/// A workbook with one sheet of texts.
fn plain(rows: &[&[&str]]) -> Vec<u8> {
    xlsx(|workbook| {
        let sheet = workbook.add_worksheet();
        (0..).zip(rows).for_each(|(row, cells)| put(sheet, row, cells));
    })
}

/// A workbook of bare XML, for what no library writes.
fn raw(rows: &str, merged: &str, strings: &str) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData>{merged}</worksheet>");
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let parts = [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        (
            "_rels/.rels",
            format!(
                "<Relationships><Relationship Id=\"a\" Type=\"{kind}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        ("xl/workbook.xml", "<workbook><sheets><sheet name=\"S\" r:id=\"b\"/></sheets></workbook>".to_owned()),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships><Relationship Id=\"b\" Type=\"{kind}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"c\" Type=\"{kind}/sharedStrings\" Target=\"strings.xml\"/></Relationships>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/strings.xml", format!("<sst>{strings}</sst>")),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn utf16(text: &str, mark: bool) -> Vec<u8> {
    let mark = if mark { "\u{FEFF}" } else { "" };
    mark.encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

struct Sibling {
    name: &'static str,
    what: &'static str,
    file: Vec<u8>,
    counts: [u64; 4],
    problems: &'static [&'static str],
    warnings: &'static [&'static str],
}

fn sibling(
    name: &'static str,
    what: &'static str,
    file: impl Into<Vec<u8>>,
    counts: [u64; 4],
    problems: &'static [&'static str],
    warnings: &'static [&'static str],
) -> Sibling {
    Sibling { name, what, file: file.into(), counts, problems, warnings }
}

const MEMBER: &str = "工号,姓名,手机号,所属党小组编码,政治面貌\n";

async fn try_all(siblings: Vec<Sibling>) {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    let mut faults = Vec::new();
    for Sibling { name, what, file, counts, problems, warnings } in siblings {
        let reply = office.import(what, file, "?dry_run=true").await;
        if reply.status != 200 {
            faults.push(format!("{name}: {} {}", reply.status, reply.text()));
            continue;
        }
        faults.extend(expect(name, &reply.json(), counts, problems, warnings));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn quotes_and_delimiters() {
    try_all(vec![
        sibling(
            "an unclosed quote, closed by the opening one of a later row",
            "questions",
            "题型,题干,选项A,选项B,答案,解析\n单选题,其一,甲,乙,A,\"没有收尾\n单选题,其二,\"甲\",乙,B,无\n单选题,其三,甲,乙,A,无\n",
            [2, 0, 0, 1],
            &["2", "引号没有收尾"],
            &[],
        ),
        sibling(
            "an unclosed quote in the last row",
            "members",
            format!("{MEMBER}S1,甲,,XZ11,党员\nS2,\"乙,,XZ11,党员"),
            [1, 0, 0, 1],
            &["3", "引号没有收尾"],
            &[],
        ),
        sibling(
            "a quote that is closed far below is told",
            "questions",
            "题型,题干,选项A,选项B,答案\n单选题,\"其一,甲,乙,A\n单选题,其二,甲,乙,B\n单选题,其三\",甲,乙,A\n",
            [1, 0, 0, 0],
            &[],
            &["2", "引号跨了 3 行"],
        ),
        sibling(
            "quotes around a word in the middle and at the end",
            "members",
            format!("{MEMBER}S3,甲\"乙\"丙,,XZ11,党员\n"),
            [1, 0, 0, 0],
            &[],
            &[],
        ),
        sibling("a line for Excel, quoted, with a tab", "members", format!("\"sep=\t\"\r\n{}S4\t甲\t\tXZ11\t党员\r\n", MEMBER.replace(',', "\t")), [1, 0, 0, 0], &[], &[]),
        sibling("bars", "members", format!("{}S5|甲||XZ11|党员\n", MEMBER.replace(',', "|")), [1, 0, 0, 0], &[], &[]),
        sibling("a title above a csv", "members", format!("某党支部党员名册\n{MEMBER}S6,甲,,XZ11,党员\n"), [1, 0, 0, 0], &[], &["党员名册"]),
        sibling("UTF-16 without a mark", "members", utf16(&format!("{MEMBER}S7,甲,,XZ11,党员\n"), false), [1, 0, 0, 0], &[], &[]),
        sibling("UTF-16 with a mark and tabs", "members", utf16(&format!("{MEMBER}S8,甲,,XZ11,党员\n").replace(',', "\t"), true), [1, 0, 0, 0], &[], &[]),
        sibling("GBK", "members", encoding_rs::GBK.encode(&format!("{MEMBER}S9,甲,,XZ11,党员\n")).0.into_owned(), [1, 0, 0, 0], &[], &[]),
        sibling("a quoted ", "members", format!("{MEMBER}\"=\"\"00123\"\"\",甲,\"=\"\"13800001234\"\"\",XZ11,党员\n"), [1, 0, 0, 0], &[], &[]),
        sibling("a lost character", "members", format!("{MEMBER}S10,张\u{FFFD}三,,XZ11,党员\n"), [1, 0, 0, 0], &[], &["无法识别的文字"]),
        sibling("a number that Excel has cut", "members", format!("{MEMBER}S11,甲,1.38E+10,XZ11,党员\n"), [0, 0, 0, 1], &["科学计数法"], &[]),
        sibling("an error in a csv", "members", format!("{MEMBER}S12,#VALUE!,,XZ11,党员\nS13,甲,########,XZ11,党员\n"), [0, 0, 0, 2], &["#VALUE!", "########"], &[]),
    ])
    .await;
}

#[tokio::test]
async fn tables_and_headers() {
    let members: &[&str] = &["工号", "姓名", "手机号码\n（11 位）", "党小组编码*", "政治面貌【必填】"];
    let by_branch = xlsx(|workbook| {
        for (name, number) in [("东一组", "T1"), ("西一组", "T2")] {
            let sheet = workbook.add_worksheet().set_name(name).unwrap();
            put(sheet, 0, &["工号", "姓名", "政治面貌"]);
            put(sheet, 1, &[number, "甲", "党员"]);
        }
        let sheet = workbook.add_worksheet().set_name("合计").unwrap();
        put(sheet, 0, &["支部", "人数"]);
        put(sheet, 1, &["东一组", "1"]);
        put(workbook.add_worksheet().set_name("隐藏页").unwrap().set_hidden(true), 0, members);
    });
    let two_rows = xlsx(|workbook| {
        let sheet = workbook.add_worksheet();
        let bold = Format::new();
        sheet.merge_range(0, 0, 0, 6, "试题导入表", &bold).unwrap();
        sheet.merge_range(1, 0, 2, 0, "题型", &bold).unwrap();
        sheet.merge_range(1, 1, 2, 1, "题干", &bold).unwrap();
        sheet.merge_range(1, 2, 1, 4, "选项", &bold).unwrap();
        put(sheet, 2, &["", "", "A", "B", "C"]);
        sheet.merge_range(1, 5, 2, 5, "答案", &bold).unwrap();
        put(sheet, 3, &["单选题", "两行表头", "甲", "乙", "丙", "C"]);
    });
    try_all(vec![
        sibling(
            "title, instructions, header notes and a total",
            "members",
            plain(&[
                &["2026 年党员名册"],
                &["填表说明：工号必填，手机号选填"],
                members,
                &["U1", "甲", "13800002001", "XZ11", "党员"],
                &["合计", "1"],
            ]),
            [1, 0, 0, 1],
            &["5"],
            &["名册", "填表说明"],
        ),
        sibling(
            "a sheet per group, a summary and a hidden one",
            "members",
            by_branch,
            [2, 0, 0, 0],
            &[],
            &["合计", "隐藏页"],
        ),
        sibling("a header of two rows with merged cells", "questions", two_rows, [1, 0, 0, 0], &[], &["试题导入表"]),
        sibling(
            "the header again on each page",
            "members",
            plain(&[members, &["U2", "甲", "", "XZ11", "党员"], members, &["U3", "乙", "", "XZ11", "党员"]]),
            [2, 0, 0, 0],
            &[],
            &[],
        ),
        sibling(
            "numbered rows that nobody filled",
            "members",
            plain(&[
                &["序号", "工号", "姓名", "党小组", "政治面貌"],
                &["1", "U4", "甲", "东一组", "党员"],
                &["2"],
                &["3"],
            ]),
            [1, 0, 0, 0],
            &[],
            &["序号", "第 3–4 行"],
        ),
        sibling(
            "two columns that mean the same",
            "questions",
            plain(&[&["题目", "题干", "答案", "1.选项A", "2、选项B"], &["甲", "乙", "A", "丙", "丁"]]),
            [1, 0, 0, 0],
            &[],
            &["题目", "意思相同"],
        ),
        sibling(
            "a column without a header",
            "members",
            plain(&[&["工号", "姓名", "党小组", "政治面貌"], &["U5", "甲", "东一组", "党员", "备用"]]),
            [1, 0, 0, 0],
            &[],
            &["E 列没有表头"],
        ),
        sibling(
            "sheets that are called by the kind of question",
            "questions",
            xlsx(|workbook| {
                for (name, stem, answer) in
                    [("一、单选（10题）", "某一", "A"), ("不定项选择题", "某二", "B"), ("判断", "某三", "B")]
                {
                    let sheet = workbook.add_worksheet().set_name(name).unwrap();
                    put(sheet, 0, &["试题内容", "A", "B", "参考答案"]);
                    let (one, other) = if name == "判断" { ("对", "错") } else { ("甲", "乙") };
                    put(sheet, 1, &[stem, one, other, answer]);
                }
            }),
            [3, 0, 0, 0],
            &[],
            &[],
        ),
    ])
    .await;
}

#[tokio::test]
async fn files_that_are_none() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    let ole = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), vec![0; 504], name].concat()
    };
    for (file, name) in [
        (b"  \n<!DOCTYPE html><html><table></table></html>".to_vec(), "网页"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related".to_vec(), "网页存档"),
        (
            b"\xEF\xBB\xBF<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>"
                .to_vec(),
            "XML 表格",
        ),
        (b"junk\n%PDF-1.7\n".to_vec(), "PDF"),
        (b"\x09\x08\x08\x00\x00\x05\x05\x00".to_vec(), "旧版 xls"),
        (ole("Workbook"), "旧版 xls"),
        (ole("EncryptedPackage"), "密码"),
        (ole("WordDocument"), "Word"),
        (b"\x89PNG\r\n\x1a\n\0\0".to_vec(), "PNG"),
        (b"Rar!\x1a\x07".to_vec(), "RAR"),
        (b"{\"a\": 1}".to_vec(), "JSON"),
    ] {
        let refusal = office.import("members", file, "").await.json();
        assert!(refusal["detail"].as_str().unwrap_or_default().contains(name), "{name}: {refusal}");
    }
}

#[tokio::test]
async fn cells_of_workbooks() {
    let day = || Format::new().set_num_format("yyyy-mm-dd");
    let merged_unit = xlsx(|workbook| {
        let sheet = workbook.add_worksheet();
        put(sheet, 0, &["工号", "姓名", "党小组", "政治面貌"]);
        for (row, number) in (1..).zip(["V1", "V2", "V3"]) {
            put(sheet, row, &[number, "甲", "", "党员"]);
        }
        sheet.merge_range(1, 2, 3, 2, "东一组", &Format::new()).unwrap();
    });
    let dates = xlsx(|workbook| {
        let sheet = workbook.add_worksheet();
        put(sheet, 0, &["工号", "姓名", "手机号", "党小组", "政治面貌"]);
        put(sheet, 1, &["", "甲", "", "XZ11", "党员"]);
        sheet.write_number_with_format(1, 0, 46_000.0, &Format::new().set_num_format("m-d")).unwrap();
        put(sheet, 2, &["V5", "", "", "XZ11", "党员"]);
        sheet.write_number_with_format(2, 1, 46_000.0, &day()).unwrap();
        put(sheet, 3, &["V6", "丙", "", "", "党员"]);
        sheet.write_number_with_format(3, 3, 46_000.5, &day()).unwrap();
    });
    let numbers = xlsx(|workbook| {
        let sheet = workbook.add_worksheet();
        put(sheet, 0, &["工号", "姓名", "手机号", "党小组", "政治面貌"]);
        put(sheet, 1, &["", "甲", "", "XZ11", "党员"]);
        sheet.write_number_with_format(1, 0, 42.0, &Format::new().set_num_format("\"BH\"0000")).unwrap();
        sheet.write_number_with_format(1, 2, 13_800_001_111.0, &Format::new().set_num_format("#,##0.00")).unwrap();
        put(sheet, 2, &["", "乙", "", "XZ11", "党员"]);
        sheet.write_number(2, 0, 123_456_789_012_345_000.0).unwrap();
        put(sheet, 3, &["V9", "丙", "", "XZ11", "党员"]);
        sheet.write_number_with_format(3, 2, 13_800_001_112.0, &Format::new().set_num_format("0.00E+00")).unwrap();
    });
    let formulas = raw(
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>工号</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>姓名</t></is></c><c r=\"C1\" t=\"inlineStr\"><is><t>手机号</t></is></c><c r=\"D1\" t=\"inlineStr\"><is><t>党小组</t></is></c><c r=\"E1\" t=\"inlineStr\"><is><t>政治面貌</t></is></c></row>\
         <row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>W1</t></is></c><c r=\"B2\" t=\"str\"><f>X</f><v>甲</v></c><c r=\"C2\" t=\"str\"><f>X</f><v></v></c><c r=\"D2\" t=\"inlineStr\"><is><t>XZ11</t></is></c><c r=\"E2\" t=\"inlineStr\"><is><t>党员</t></is></c></row>\
         <row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>W2</t></is></c><c r=\"B3\"><f>X</f></c><c r=\"D3\" t=\"inlineStr\"><is><t>XZ11</t></is></c><c r=\"E3\" t=\"inlineStr\"><is><t>党员</t></is></c></row>\
         <row r=\"4\"><c r=\"A4\" t=\"inlineStr\"><is><t>W3</t></is></c><c r=\"B4\" t=\"str\"><f>X</f><v>=DISPIMG(\"ID_1\",1)</v></c><c r=\"D4\" t=\"inlineStr\"><is><t>XZ11</t></is></c><c r=\"E4\" t=\"inlineStr\"><is><t>党员</t></is></c></row>",
        "",
        "",
    );
    try_all(vec![
        sibling("a group for several rows", "members", merged_unit, [3, 0, 0, 0], &[], &[]),
        sibling(
            "days where numbers and names belong",
            "members",
            dates,
            [0, 0, 0, 3],
            &["工号", "姓名", "党小组", "日期"],
            &[],
        ),
        sibling("numbers that are shown otherwise", "members", numbers, [2, 0, 0, 1], &["15 位"], &[]),
        sibling(
            "formulas with and without a value",
            "members",
            formulas,
            [1, 0, 0, 2],
            &["3", "保存一次", "DISPIMG"],
            &[],
        ),
    ])
    .await;
}

#[tokio::test]
async fn numbers_in_questions_are_shown_as_in_their_cells() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    let file = xlsx(|workbook| {
        let sheet = workbook.add_worksheet();
        put(sheet, 0, &["题型", "题干", "选项A", "选项B", "选项C", "答案"]);
        let rows: [(&str, [(f64, &str); 3]); 4] = [
            ("数字一", [(1.0, "\"第\"0\"届\""), (0.25, "# ?/?"), (46_204.0, "yyyy\"年\"m\"月\"d\"日\"")]),
            ("数字二", [(1.25, "[h]\"小时\"mm\"分\""), (0.5, "0.0%"), (1_234.5, "#,##0.00\"元\"")]),
            ("数字三", [(46_204.0, "aaaa"), (-3.0, "0;(0)"), (0.75, "h\"时\"mm\"分\"")]),
            ("数字四", [(2_026.0, "[DBNum1]0\"年\""), (20.0, "0\"大\""), (5_600.0, "0.0,\"千\"")]),
        ];
        for (row, (stem, cells)) in (1..).zip(rows) {
            put(sheet, row, &["单选题", stem, "", "", "", "A"]);
            for (column, (number, format)) in (2..).zip(cells) {
                sheet.write_number_with_format(row, column, number, &Format::new().set_num_format(format)).unwrap();
            }
        }
    });
    assert_eq!(counts(&office.import("questions", file, "").await.ok(200)), [4, 0, 0, 0]);
    for (stem, shown) in [
        ("数字一", json!(["第1届", "1/4", "2026年7月1日"])),
        ("数字二", json!(["30小时00分", "50.0%", "1,234.50元"])),
        ("数字三", json!(["星期三", "(3)", "18时00分"])),
        ("数字四", json!(["二〇二六年", "20大", "5.6千"])),
    ] {
        assert_eq!(options(&office.question(stem).await), shown, "{stem}");
    }
}

#[tokio::test]
async fn questions_as_people_write_them() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    let csv = "题型,题干,选项A,选项B,选项C,答案,选项顺序\n\
        不定项,问一,甲,乙,丙,C,\n\
        判断题,问二,A、正确,B、错误,,B,\n\
        ,问三,A.甲,B.乙,C.丙,A;C,\n\
        单选题,问四,甲,乙,丙,乙,固定\n\
        ,问五____。,,,,1,\n\
        ,问六,,,,√,\n\
        多选题,问七,甲,乙,丙,A,\n\
        单选题,问八,Ａ,A,丙,C,\n\
        单选题,问九,甲,\u{200b}甲,丙,A,\n\
        单选题,问十,甲,乙,丙,A.甲,\n";
    let report = office.import("questions", csv.as_bytes().to_vec(), "").await.ok(200);
    assert_eq!(counts(&report), [8, 0, 0, 2], "{report}");
    assert!(super::remarks(&report, "warnings").contains("全角"), "{report}");
    for (stem, kind, answer, kept) in [
        ("问一", "multiple", json!(["C"]), false),
        ("问二", "judge", json!(["false"]), false),
        ("问三", "multiple", json!(["A", "C"]), false),
        ("问四", "single", json!(["B"]), true),
        ("问五", "fill", json!(["1"]), false),
        ("问六", "judge", json!(["true"]), false),
        ("问十", "single", json!(["A"]), false),
    ] {
        let found = office.question(stem).await;
        assert_eq!(
            (&found["kind"], &found["answer"], &found["keep_order"]),
            (&json!(kind), &answer, &json!(kept)),
            "{found}"
        );
    }
    assert_eq!(options(&office.question("问三").await), json!(["甲", "乙", "丙"]));
    for (name, text, taken) in [
        ("Aiken", "火警电话是哪个\nA. 110\nB. 119\nANSWER: B\n", 1),
        ("GIFT", "::一::北京是首都{T}\n\n首都是{=北京 ~上海 ~广州}\n\n首都叫{=北京 =北京市}\n", 3),
    ] {
        let report = office.import("questions", text.as_bytes().to_vec(), "?dry_run=true").await.ok(200);
        assert_eq!(report["accepted"], taken, "{name}: {report}");
    }
}

#[tokio::test]
async fn rosters_as_offices_keep_them() {
    let app = TestApp::start().await;
    let office = Office::open(&app).await;
    let csv = "员工工号,党员姓名,联系电话,所属党支部,党小组名称,政治面貌,人员类别\n\
        R1,张三,无,采矿支部,一组,中共正式党员,在职\n\
        R2,李四,+86 138 0000 3002,选矿支部,一组,共青团员,在职\n\
        R3,王五,,,东一组,中共党员,预备党员\n\
        R4,赵六,,,一组,党员,\n\
        R5,孙七,\u{202d}13800003005\u{202c},东支部,,中国共产党党员,\n";
    let report = office.import("members", csv.as_bytes().to_vec(), "").await.ok(200);
    assert_eq!(counts(&report), [4, 0, 0, 1], "{report}");
    assert!(super::remarks(&report, "problems").contains("个组织叫“一组”"), "{report}");
    let told = super::remarks(&report, "warnings");
    assert!(told.contains("在职") && told.contains("共青团员"), "{told}");
    let roster = office.roster().await;
    for line in [
        "\"R1\",\"张三\",\"\",\"JC01-01-1\",\"党员\"",
        "\"R2\",\"李四\",\"13800003002\",\"JC01-02-1\",\"群众\"",
        "\"R3\",\"王五\",\"\",\"XZ11\",\"预备党员\"",
        "\"R5\",\"孙七\",\"13800003005\",\"ZB1\",\"党员\"",
    ] {
        assert!(roster.contains(line), "{line}: {roster}");
    }
    let root = office.app.unit("JT");
    for (q, found) in [("zs", "张三"), ("zhangsan", "张三"), ("r2", "李四"), ("王", "王五"), ("sunqi", "孙七")]
    {
        let page = office.administrator.get(&format!("/units/{root}/members?q={q}")).await.ok(200);
        let names: Vec<&str> =
            page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect();
        assert_eq!(names, [found], "{q}");
        assert_eq!(page["items"][0]["signed_in"], false);
    }
}
