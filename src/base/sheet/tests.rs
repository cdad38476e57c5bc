//! The door under honest, messy and hostile files.

use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use encoding_rs::GBK;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::limits::*;
use super::*;

/// A header and the rows below it, as they lie in the first sheet that has any.
#[derive(Debug, PartialEq, Eq)]
struct Sheet {
    headers: Vec<String>,
    rows: Vec<SheetRow>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct SheetRow {
    number: u32,
    cells: Vec<String>,
}

fn read(bytes: &[u8], hint: Option<Format>) -> Result<Sheet, SheetError> {
    let book = super::read(bytes, hint)?;
    let first = book.sheets.into_iter().find(|sheet| !sheet.rows.is_empty()).ok_or(SheetError::Empty)?;
    let texts = |cells: Vec<grid::Cell>| cells.into_iter().map(|cell| cell.text.into_string()).collect::<Vec<_>>();
    let mut rows = first.rows.into_iter().map(|(number, cells)| SheetRow { number, cells: texts(cells) });
    let headers = rows.next().map(|row| row.cells).unwrap_or_default();
    let rows: Vec<SheetRow> = rows.collect();
    if rows.is_empty() { Err(SheetError::Empty) } else { Ok(Sheet { headers, rows }) }
}

fn csv(text: &str) -> Sheet {
    read(text.as_bytes(), None).unwrap()
}

fn cells(sheet: &Sheet) -> Vec<Vec<&str>> {
    sheet.rows.iter().map(|row| row.cells.iter().map(String::as_str).collect()).collect()
}

fn numbers(sheet: &Sheet) -> Vec<u32> {
    sheet.rows.iter().map(|row| row.number).collect()
}

/// A workbook written by `fill`.
fn xlsx(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

/// A zip with these entries, each repeated `times` times over.
fn packed(entries: &[(&str, &[u8], usize)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part, times) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        (0..*times).for_each(|_| zip.write_all(part).unwrap());
    }
    zip.finish().unwrap().into_inner()
}

/// The least workbook, with these parts put in place of its own or added.
fn parts(replaced: &[(&str, &str)]) -> Vec<u8> {
    let parts = [("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "strings.xml"), ("styles", "styles.xml")];
    let mut parts = vec![
        ("_rels/.rels", rels(&[("officeDocument", "/xl/workbook.xml")])),
        ("xl/_rels/workbook.xml.rels", rels(&parts)),
        ("xl/workbook.xml", r#"<workbook><sheets><sheet name="A" r:id="r0"/></sheets></workbook>"#.to_owned()),
        ("xl/strings.xml", "<sst/>".to_owned()),
        ("xl/styles.xml", "<styleSheet/>".to_owned()),
        ("xl/worksheets/sheet1.xml", worksheet(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#)),
    ];
    for (name, part) in replaced {
        parts.retain(|(kept, _)| kept != name);
        parts.push((name, (*part).to_owned()));
    }
    packed(&parts.iter().map(|(name, part)| (*name, part.as_bytes(), 1)).collect::<Vec<_>>())
}

fn rels(targets: &[(&str, &str)]) -> String {
    const TYPE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let rel = |(n, (kind, target)): (u32, &(&str, &str))| {
        format!(r#"<Relationship Id="r{n}" Type="{TYPE}/{kind}" Target="{target}"/>"#)
    };
    format!("<Relationships>{}</Relationships>", (0..).zip(targets).map(rel).collect::<String>())
}

fn with_part(name: &str, part: &str) -> Vec<u8> {
    parts(&[(name, part)])
}

fn worksheet(rows: &str) -> String {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
}

/// The columns of a small table.
fn small() -> [Column; 3] {
    use Content::{Code, Words};
    [
        Column::new(Need::Must, Words, &["题干", "题目"]),
        Column::new(Need::Must, Code, &["答案"]),
        Column::new(Need::May, Words, &["选项A"]),
    ]
}

fn found(bytes: &[u8]) -> Result<Found, SheetError> {
    super::read(bytes, None)?.rows(&small(), &|_| false)
}

#[test]
fn headers_are_found_however_they_are_written() {
    let rows = found("＊题 干,选项Ａ*,答案（必填）\n甲,乙,1\n".as_bytes()).unwrap().rows;
    assert_eq!((rows[0].text(0), rows[0].text(1), rows[0].text(2), rows[0].text(9)), ("甲", "1", "乙", ""));
    assert_eq!((rows[0].header(1), rows[0].at.row, rows[0].has(2)), ("答案（必填）", 2, true));
    let missing = found("题干,选项A\n甲,乙\n".as_bytes()).unwrap_err();
    assert_eq!(missing.to_string(), "缺少“答案”列（第 1 行是表头：题干、选项A）");
    assert_eq!(found(b"").unwrap_err(), SheetError::Empty);
}

#[test]
fn rows_keep_the_numbers_that_the_user_sees() {
    let sheet = csv("\r\n,,\r\n题干,答案\r\n\r\n甲,\"一\r\n二\"\r\n , \r\n\r\n\r\n乙,B");
    assert_eq!(numbers(&sheet), [5, 9]);
    assert_eq!(cells(&sheet), [["甲", "一\r\n二"], ["乙", "B"]]);
    assert_eq!(numbers(&csv("题干\n\n甲\n乙\r丙\r\r丁")), [3, 4, 5, 7]);
}

#[test]
fn delimiters_are_guessed_from_the_header() {
    for delimiter in [',', ';', '\t', '|'] {
        let sheet = csv(&format!("题干{delimiter}\"选项,,,A\"{delimiter}答案\n\"甲，乙\"{delimiter}x{delimiter}A\n"));
        assert_eq!(sheet.headers.len(), 3);
        assert_eq!(cells(&sheet), [["甲，乙", "x", "A"]]);
    }
}

#[test]
fn a_messy_csv_from_a_chinese_office_is_read() {
    let text = "\r\n题 型；,* 题干 ,答案\r\n单选，,\"所谓\"\"两个维护\"\"是指（）。\",a\r\n,,\r\n判断,'=1+1,√\r\n";
    let (bytes, _, lost) = GBK.encode(text);
    assert!(!lost && std::str::from_utf8(&bytes).is_err());
    let sheet = read(&bytes, Some(Format::Csv)).unwrap();
    assert_eq!(sheet.headers, ["题 型；", "* 题干 ", "答案"]);
    assert_eq!(numbers(&sheet), [3, 5]);
    assert_eq!(cells(&sheet), [["单选，", "所谓\"两个维护\"是指（）。", "a"], ["判断", "=1+1", "√"]]);
}

#[test]
fn every_usual_encoding_gives_the_same_sheet() {
    let text = "姓名,工号\n张三,007\n";
    let utf16 =
        |bytes: fn(u16) -> [u8; 2]| "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect();
    let files: [Vec<u8>; 4] = [
        format!("\u{FEFF}{text}").into_bytes(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        GBK.encode(text).0.into_owned(),
    ];
    for bytes in files {
        assert_eq!(read(&bytes, None).unwrap(), csv(text));
    }
}

#[test]
fn cells_of_a_workbook_read_as_a_person_sees_them() {
    let bytes = xlsx(|workbook| {
        let day = CellFormat::new().set_num_format("yyyy/m/d");
        let minute = CellFormat::new().set_num_format("yyyy-mm-dd hh:mm");
        let clock = CellFormat::new().set_num_format("hh:mm");
        workbook.add_worksheet().set_hidden(true).write_string(0, 0, "hidden").unwrap();
        let sheet = workbook.add_worksheet().set_name("题目").unwrap().set_active(true);
        sheet.write_string(2, 0, "＊值").unwrap();
        sheet.write_number(3, 0, 5.0).unwrap();
        sheet.write_number(4, 0, 13_800_001_111.0).unwrap();
        sheet.write_string(5, 0, "620302199001011234").unwrap();
        sheet.write_number(6, 0, 0.1 + 0.2).unwrap();
        sheet.write_boolean(7, 0, true).unwrap();
        sheet.write_datetime_with_format(8, 0, ExcelDateTime::from_ymd(2026, 7, 1).unwrap(), &day).unwrap();
        let instant = ExcelDateTime::from_ymd(2026, 7, 1).unwrap().and_hms(7, 50, 0).unwrap();
        sheet.write_datetime_with_format(9, 0, instant, &minute).unwrap();
        sheet.write_datetime_with_format(10, 0, ExcelDateTime::from_hms(7, 50, 0).unwrap(), &clock).unwrap();
        sheet.write_number(11, 0, -12.5).unwrap();
        sheet.write_string(13, 0, "007").unwrap();
    });
    let sheet = read(&bytes, Some(Format::Xlsx)).unwrap();
    assert_eq!(sheet.headers, ["＊值"]);
    let values: Vec<&str> = sheet.rows.iter().map(|row| row.cells[0].as_str()).collect();
    let day = "2026/7/1";
    let instant = "2026-07-01 07:50";
    let expected = ["5", "13800001111", "620302199001011234", "0.3", "TRUE", day, instant, "07:50", "-12.5", "007"];
    assert_eq!(values, expected);
    assert_eq!(numbers(&sheet), [4, 5, 6, 7, 8, 9, 10, 11, 12, 14]);
}

#[test]
fn what_is_no_sheet_is_refused_with_its_reason() {
    let refusal = |bytes: &[u8], hint| read(bytes, hint).unwrap_err();
    assert_eq!(refusal(b"", None), SheetError::Empty);
    assert_eq!(refusal("题干,答案\n,\n".as_bytes(), None), SheetError::Empty);
    assert_eq!(refusal("题干\n甲".as_bytes(), Some(Format::Xlsx)), SheetError::NotASheet);
    assert_eq!(refusal(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None), SheetError::Other("PNG 图片"));
    assert_eq!(refusal(b"\xFF\xD8\xFF\xE0 a photograph", None), SheetError::Other("JPEG 图片"));
    assert_eq!(refusal(b"GIF89a\0\0", None), SheetError::Other("GIF 图片"));
    let locked = SheetError::Legacy("旧版 xls 文件或加了密码的文件");
    assert_eq!(refusal(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest", None), locked);
    assert_eq!(refusal(b"PK\x03\x04rest", None), SheetError::NotASheet);
    assert_eq!(refusal(&packed(&[("word/document.xml", b"<w/>", 1)]), None), SheetError::Other("Word 文档"));
}

#[test]
fn limits_hold_for_both_formats() {
    let wide = |columns: usize| vec!["x"; columns].join(",");
    assert_eq!(csv(&format!("{0}\n{0}", wide(MAX_COLUMNS))).rows.len(), 1);
    let wider = super::read(format!("{0}\n{0}", wide(MAX_COLUMNS + 1)).as_bytes(), None).unwrap();
    assert_eq!((wider.sheets[0].beyond_count, wider.sheets[0].rows[&2].len()), (2, MAX_COLUMNS));
    assert_eq!(read(&vec![b','; MAX_INPUT_BYTES], None), Err(SheetError::TooManyColumns));
    assert_eq!(read(&vec![b'x'; MAX_INPUT_BYTES + 1], None), Err(SheetError::TooLarge));

    assert_eq!(csv(&("h\n".to_owned() + &"x\n\n".repeat(MAX_ROWS))).rows.len(), MAX_ROWS);
    assert_eq!(read("x\n".repeat(MAX_ROWS + 2).as_bytes(), None), Err(SheetError::TooManyRows));

    let long = |chars: usize| format!("题干\n{}", "题".repeat(chars));
    assert_eq!(csv(&long(MAX_CELL_CHARS)).rows.len(), 1);
    let refusal = Err(SheetError::CellTooLong { row: 2, column: 1 });
    assert_eq!(read(long(MAX_CELL_CHARS + 1).as_bytes(), None), refusal);
    let bytes = xlsx(|workbook| {
        let sheet = workbook.add_worksheet();
        sheet.write_string(0, 0, "题干").unwrap();
        sheet.write_string(1, 0, "题".repeat(MAX_CELL_CHARS + 1)).unwrap();
    });
    assert_eq!(read(&bytes, None), refusal);
}

#[test]
fn a_far_away_cell_costs_nothing() {
    let rows = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="B1048576"><v>2</v></c></row>"#;
    let sheet = read(&parts(&[("xl/worksheets/sheet1.xml", &worksheet(rows))]), None).unwrap();
    assert_eq!((numbers(&sheet), cells(&sheet)), (vec![1_048_576], vec![vec!["", "2"]]));
    let rows = r#"<row r="1"><c r="XFD1"><v>1</v></c></row>"#;
    let refusal = read(&parts(&[("xl/worksheets/sheet1.xml", &worksheet(rows))]), None);
    assert_eq!(refusal, Err(SheetError::Empty));
}

fn refused_quickly(bytes: &[u8]) -> SheetError {
    assert!(bytes.len() < MAX_INPUT_BYTES);
    let start = Instant::now();
    let refusal = read(bytes, None).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(2), "took {:?}", start.elapsed());
    refusal
}

#[test]
fn a_bomb_is_refused_quickly_even_when_its_directory_lies() {
    let chunk = vec![b' '; 1 << 20];
    let mut bomb = packed(&[("xl/worksheets/sheet1.xml", &chunk, 80)]);
    assert_eq!(refused_quickly(&bomb), SheetError::Bomb);

    // The same, but both headers claim that the entry unpacks to ten bytes.
    let central = bomb.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bomb[central + 24..central + 28].copy_from_slice(&10_u32.to_le_bytes());
    bomb[22..26].copy_from_slice(&10_u32.to_le_bytes());
    assert!(matches!(refused_quickly(&bomb), SheetError::Bomb | SheetError::NotASheet));

    let names: Vec<String> = (0..=MAX_ZIP_ENTRIES).map(|n| n.to_string()).collect();
    let many: Vec<(&str, &[u8], usize)> = names.iter().map(|name| (name.as_str(), &b""[..], 1)).collect();
    assert_eq!(refused_quickly(&packed(&many)), SheetError::Bomb);
}

/// A cell takes memory whatever it says: 50,000 rows with one cell each, in the last column.
#[test]
fn cells_are_counted_with_the_blanks_before_them() {
    let rows = |count: usize| -> String {
        (1..=count).map(|n| format!(r#"<row r="{n}"><c r="BL{n}"><v>1</v></c></row>"#)).collect()
    };
    let sheet = |count| parts(&[("xl/worksheets/sheet1.xml", &worksheet(&rows(count)))]);
    assert_eq!(read(&sheet(1000), None).unwrap().rows.len(), 999);
    assert_eq!(refused_quickly(&sheet(MAX_CELLS / MAX_COLUMNS + 1)), SheetError::Bomb);
}

#[test]
fn a_text_shared_by_a_million_cells_is_refused() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "题".repeat(MAX_CELL_CHARS));
    let row: String = ('A'..='Z').map(|column| format!(r#"<c r="{column}1" t="s"><v>0</v></c>"#)).collect();
    let rows: String =
        (1..=1_000).map(|n| format!("<row>{}</row>", row.replace("1\" t", &format!("{n}\" t")))).collect();
    let bytes = parts(&[("xl/strings.xml", &strings), ("xl/worksheets/sheet1.xml", &worksheet(&rows))]);
    assert_eq!(refused_quickly(&bytes), SheetError::Bomb);
}

/// Each of these small files ended a process, or took gigabytes, with a reader that believed it.
#[test]
fn a_part_that_promises_or_repeats_too_much_costs_little() {
    let promise = r#"<sst uniqueCount="100000000000"><si><t>a</t></si></sst>"#;
    assert_eq!(refused_quickly(&with_part("xl/strings.xml", promise)), SheetError::Empty);
    let code = format!(r#"<numFmt numFmtId="200" formatCode="{}"/>"#, "x".repeat(200_000));
    let repeated = r#"<xf numFmtId="200"/>"#.repeat(20_000);
    let styles = format!("<styleSheet><numFmts>{code}</numFmts><cellXfs>{repeated}</cellXfs></styleSheet>");
    assert_eq!(refused_quickly(&with_part("xl/styles.xml", &styles)), SheetError::Empty);
    let entities = r#"<!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>"#;
    assert_eq!(refused_quickly(&with_part("xl/strings.xml", entities)), SheetError::NotASheet);
    assert_eq!(refused_quickly(&with_part("xl/strings.xml", &"<a>".repeat(1_000_000))), SheetError::Bomb);
    let path = format!("{}/workbook.xml", "x".repeat(1_000_000));
    assert_eq!(refused_quickly(&parts(&[("_rels/.rels", &rels(&[("officeDocument", &path)]))])), SheetError::NotASheet);
}

#[test]
fn exported_cells_never_start_a_formula() {
    let dangerous = ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "''-1"];
    let rows = || dangerous.iter().map(|cell| vec![(*cell).to_owned()]);
    let text = String::from_utf8(write_csv(&["值"], rows())).unwrap();
    assert!(text.starts_with("\u{FEFF}\"值\"\r\n\"'=1+1\"\r\n\"'+1\"\r\n"));
    let bytes = write_xlsx("值", &["值"], rows()).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let part = std::io::read_to_string(archive.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
    assert!(!part.contains("<f>") && part.contains("t=\"s\"") && part.contains("pane"));
    for file in [text.into_bytes(), bytes] {
        assert_eq!(
            read(&file, None).unwrap().rows.iter().map(|row| row.cells[0].as_str()).collect::<Vec<_>>(),
            dangerous
        );
    }
}

/// The sheets of a workbook as another reader sees them: names, and rows with the header.
fn sheets(bytes: &[u8]) -> Vec<(String, Vec<Vec<String>>)> {
    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let cells = |row: &[calamine::Data]| row.iter().map(ToString::to_string).collect();
    let all = calamine::Reader::worksheets(&mut workbook);
    all.into_iter().map(|(name, range)| (name, range.rows().map(cells).collect())).collect()
}

#[test]
fn a_text_longer_than_a_cell_is_cut_and_says_so() {
    let most = 32_767;
    let texts = [
        ("字".repeat(most), false),
        ("字".repeat(most + 1), true),
        // two units each: half as many fit
        ("😀".repeat(most / 2), false),
        ("😀".repeat(most / 2 + 1), true),
        (format!("={}", "1".repeat(most)), true),
        ("\n".repeat(40_000), true),
    ];
    for (text, is_cut) in texts {
        let rows = || std::iter::once(vec!["前".to_owned(), text.clone(), "后".to_owned()]);
        let found = sheets(&write_xlsx("值", &["甲", "值", "乙"], rows()).unwrap());
        let cell = &found[0].1[1][1];
        assert!(cell.encode_utf16().count() <= most);
        assert_eq!(cell.ends_with("……（内容过长，此处截断）"), is_cut);
        assert_eq!(*cell == text, !is_cut);
        assert_eq!((&*found[0].1[1][0], &*found[0].1[1][2]), ("前", "后"));
        let text = String::from_utf8(write_csv(&["甲", "值", "乙"], rows())).unwrap();
        let mut reader = csv::ReaderBuilder::new().from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
        let record = reader.records().next().unwrap().unwrap();
        assert!(record.iter().all(|cell| cell.encode_utf16().count() <= most));
        assert_eq!((&record[0], &record[2]), ("前", "后"));
    }
}

#[test]
fn more_rows_than_a_sheet_has_go_on_in_the_next_one() {
    for (count, sizes) in
        [(0, vec![1]), (1, vec![2]), (3, vec![4]), (4, vec![4, 2]), (6, vec![4, 4]), (7, vec![4, 4, 2])]
    {
        let rows = (0..count).map(|n| vec![n.to_string(), format!("第{n}行")]);
        let found = sheets(&export::write_sheets("名单", &["号", "值"], rows, 3).unwrap());
        assert_eq!(found.iter().map(|(_, rows)| rows.len()).collect::<Vec<_>>(), sizes);
        assert!(found.iter().all(|(_, rows)| rows[0] == ["号", "值"]), "each sheet has the header");
        let numbers: Vec<&str> = found.iter().flat_map(|(_, rows)| &rows[1..]).map(|row| &*row[0]).collect();
        assert_eq!(numbers, (0..count).map(|n| n.to_string()).collect::<Vec<_>>());
        let names: Vec<&str> = found.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["名单", "名单 (2)", "名单 (3)"][..sizes.len()]);
    }
}

#[test]
fn every_name_of_a_sheet_is_one_that_programs_allow() {
    let name = |name: &str| sheets(&write_xlsx(name, &["值"], std::iter::empty()).unwrap()).remove(0).0;
    assert_eq!(name("[一]:二*三?四/五\\六"), "一二三四五六");
    assert_eq!(name("'党建'"), "党建");
    assert_eq!(name("History"), "Sheet");
    assert_eq!(name(""), "Sheet");
    assert_eq!(name("  "), "Sheet");
    assert_eq!(name(&"长".repeat(60)), "长".repeat(31));
    assert_eq!(name(&"😀".repeat(60)), "😀".repeat(15));
    let rows = (0..2).map(|n| vec![n.to_string()]);
    let found = sheets(&export::write_sheets(&"长".repeat(60), &["值"], rows, 1).unwrap());
    assert_eq!(found[1].0, format!("{} (2)", "长".repeat(27)));
}

#[test]
fn what_no_xml_may_hold_is_left_out() {
    let rows = || std::iter::once(vec!["一\0\u{1}\u{B}\u{1F}二\u{FFFE}\u{FFFF}三\t四\n五".to_owned()]);
    assert_eq!(sheets(&write_xlsx("值", &["值"], rows()).unwrap())[0].1[1][0], "一二三\t四\n五");
    assert!(String::from_utf8(write_csv(&["值"], rows())).unwrap().contains("\"一二三\t四\n五\""));
}

#[test]
fn problems_are_counted_by_row_and_capped() {
    let mut report = ImportReport::new(true);
    let on = |row| ImportRemark::new(&At::row(row), "题干", "不能为空");
    report.warn(on(1));
    report.refuse(on(2));
    report.refuse(ImportRemark::new(&At::row(2), "答案", "不能为空"));
    assert_eq!((report.refused, report.problems.len(), report.warnings.len()), (1, 2, 1));
    (4..10_004).for_each(|row| report.refuse(on(row)));
    assert_eq!((report.refused, report.problems.len(), report.problems_omitted), (10_001, MAX_PROBLEMS, 5_002));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!((&json["problems"][0]["row"], &json["warnings"][0]["column"]), (&2.into(), &"题干".into()));
    assert!(json.get("left_out").is_none() && json.get("digest").is_none());
}

#[test]
fn the_public_question_file_is_read_whole() {
    let Ok(bytes) = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/questions.xlsx")) else {
        return println!("questions.xlsx is absent; nothing to read");
    };
    let sheet = read(&bytes, Some(Format::Xlsx)).unwrap();
    assert_eq!((sheet.rows.len(), sheet.rows[0].number), (2_396, 2));
}

/// calamine as the judge: an independent reader finds the same cells in files that other programs wrote.
#[test]
fn another_reader_reads_the_same() {
    use calamine::{Data, Reader, Xlsx};
    let files = ["demo/members.xlsx", "../shared/data/questions.xlsx"];
    for bytes in files.iter().filter_map(|file| std::fs::read(file).ok()) {
        let sheet = read(&bytes, None).unwrap();
        let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let range = workbook.worksheet_range_at(0).unwrap().unwrap();
        for row in &sheet.rows {
            for column in 0..sheet.headers.len() {
                let theirs = range.get_value((row.number - 1, column as u32)).unwrap_or(&Data::Empty).to_string();
                let ours = row.cells.get(column).map_or("", |cell| cell.trim());
                assert_eq!(ours, theirs.trim(), "row {} column {column}", row.number);
            }
        }
    }
}

#[test]
fn shared_and_rich_texts_are_joined_and_unescaped() {
    let strings = "<sst><si><r><rPr><b/></rPr><t>不忘</t></r><r><t xml:space=\"preserve\"> 初心</t></r>\
        <rPh><t>bù</t></rPh></si><si/><si><t><![CDATA[<b>]]>&amp;&#x4E00;_x000D__x005F_x0041_ _x</t></si></sst>";
    let rows = r#"<row><c t="inlineStr"><is><t>值</t></is></c><c t="str"><v>B</v></c></row>
        <row r="3"><c r="a3" t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v> 2 </v></c></row>
        <row><c t="b"><v>0</v></c><c t="e"><v>#N/A</v></c><c t="d"><v>2026-07-01T00:00:00</v></c><c><f>1+1</f><v>2</v></c></row>"#;
    let sheet =
        read(&parts(&[("xl/strings.xml", strings), ("xl/worksheets/sheet1.xml", &worksheet(rows))]), None).unwrap();
    assert_eq!(sheet.headers, ["值", "B"]);
    assert_eq!(numbers(&sheet), [3, 4]);
    assert_eq!(cells(&sheet)[0], ["不忘 初心", "", "<b>&一\r_x0041_ _x"]);
    assert_eq!(cells(&sheet)[1], ["FALSE", "#N/A", "2026-07-01", "2"]);
}

#[test]
fn the_demonstration_files_are_read_whole() {
    let demo = |name: &str| read(&std::fs::read(format!("demo/{name}")).unwrap(), None).unwrap();
    assert_eq!(demo("members.xlsx").rows.len(), 760);
    assert_eq!(demo("organization.csv").rows.len(), 308);
    assert_eq!(demo("organization.csv").headers, ["编码", "名称", "简称", "上级编码", "类型"]);
}

/// A cell that is either empty or survives: what is merely white space is read as blank.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "['＝=+@\\-\t\r\n\" ;,a题_x0-9]{1,12}", any::<String>(),].prop_map(|text| {
        let kept = |c: &char| (!c.is_control() || "\t\r\n".contains(*c)) && !crate::base::text::is_invisible(*c);
        let text: String = text.chars().filter(kept).collect();
        if text.trim().is_empty() { String::new() } else { text.replace(['\u{FFFE}', '\u{FFFF}'], "") }
    })
}

/// Rows as they come back: blank ones and trailing blanks are gone.
fn expected(rows: &[Vec<String>]) -> Vec<SheetRow> {
    let trimmed = |cells: &Vec<String>| {
        let filled = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        cells[..filled].to_vec()
    };
    let rows = (2..).zip(rows.iter().map(trimmed)).map(|(number, cells)| SheetRow { number, cells });
    rows.filter(|row| !row.cells.is_empty()).collect()
}

proptest! {
    #[test]
    fn an_export_is_imported_unchanged(rows in prop::collection::vec(prop::collection::vec(cell(), 1..5), 1..8)) {
        let headers = ["题干;;;", "答案"];
        let expected = expected(&rows);
        prop_assume!(!expected.is_empty());
        prop_assert_eq!(&read(&write_csv(&headers, rows.iter().cloned()), None).unwrap().rows, &expected);
        let bytes = write_xlsx("题库", &headers, rows.iter().cloned()).unwrap();
        prop_assert_eq!(&read(&bytes, None).unwrap().rows, &expected);
    }

    #[test]
    fn no_bytes_make_it_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..512), zip in any::<bool>()) {
        if zip {
            bytes.splice(..0, *b"PK\x03\x04");
        }
        let _ = read(&bytes, None);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[a题,;\t\"'=\r\n]{0,64}") {
        let _ = read(text.as_bytes(), None);
    }

    #[test]
    fn no_damaged_workbook_makes_it_panic(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)) {
        let mut bytes = write_xlsx("题库", &["题干"], [vec!["甲".to_owned()], vec!["乙".to_owned()]].into_iter()).unwrap();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&bytes, None);
    }

    #[test]
    fn no_damaged_part_makes_it_panic(damage in prop::collection::vec((any::<prop::sample::Index>(), "[<>/\"=&;A-Z0-9cvrst ]{0,6}"), 1..6)) {
        let mut part = worksheet(r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>46204.5</v></c></row>"#);
        for (at, text) in damage {
            let at = at.index(part.len());
            part.insert_str(at, &text);
        }
        let _ = read(&parts(&[("xl/worksheets/sheet1.xml", &part), ("xl/strings.xml", "<sst><si><t>甲</t></si></sst>")]), None);
    }
}

proptest! {
    /// Whatever a file is, what is found in it never makes the reader panic, and every filled row is accounted for.
    #[test]
    fn no_row_is_lost(rows in prop::collection::vec(prop::collection::vec("[甲乙12#\"\n ]{0,4}", 3), 1..12)) {
        let headers = ["题干", "答案", "备注"];
        let bytes = write_csv(&headers, rows.iter().cloned());
        let filled = rows.iter().filter(|row| row[..2].iter().any(|cell| !cell.trim().is_empty())).count();
        let Ok(found) = found(&bytes) else { return Ok(()) };
        let refused: std::collections::HashSet<_> = found.remarks.problems.iter().map(|problem| problem.row).collect();
        prop_assert_eq!(found.rows.len() + refused.len(), filled);
    }

    #[test]
    fn no_quote_swallows_a_row_without_a_word(lines in prop::collection::vec("[甲\",]{0,8}", 1..8)) {
        let text = format!("题干,答案,选项A\n{}\n", lines.join("\n"));
        let Ok(found) = found(text.as_bytes()) else { return Ok(()) };
        let told = found.rows.len() + found.remarks.problems.len() + found.remarks.warnings.len();
        let spoken = lines.iter().filter(|line| line.contains('甲') && line.matches('"').count() == 0).count();
        let spanned: usize = found.rows.iter().map(|row| (0..3).map(|n| row.text(n).lines().count().saturating_sub(1)).sum::<usize>()).sum();
        prop_assert!(told + spanned >= spoken, "{found:?}");
    }
}
