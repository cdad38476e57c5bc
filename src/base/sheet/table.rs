//! Finding the tables of a file: which sheet, which row is the header, which columns are meant; and telling of the rest.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::grid::{Cell, Grid, Mark};
use super::headers::{Header, known};
use super::report::{ImportRemark, Remarks};
use super::{At, Book, SheetError, letters};

/// A column that an import knows.
#[derive(Clone, Debug)]
pub struct Column {
    /// What it is called, the usual name first; the earlier name wins.
    pub names: Vec<String>,
    pub need: Need,
    pub content: Content,
}

/// Whether a table is one without the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Must,
    May,
    /// It must be there unless the sheet's name says it for all rows.
    SheetName,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Whatever the cell shows.
    Words,
    /// A name: no day.
    Name,
    /// A code or a number: no day, and as it is stored rather than with the commas of its cell.
    Code,
}

impl Column {
    pub fn new(need: Need, content: Content, names: &[&str]) -> Column {
        Column { names: names.iter().map(|name| (*name).to_owned()).collect(), need, content }
    }

    fn usual_name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }
}

/// A row with something in a known column.
#[derive(Clone, Debug)]
pub struct Row {
    pub at: At,
    /// By known column; empty where the table has no such column.
    cells: Vec<Box<str>>,
    table: Arc<Table>,
}

/// What the rows of a table have in common.
#[derive(Debug)]
struct Table {
    /// By known column, what the file calls it, or its usual name.
    headers: Vec<String>,
    /// Whether the file has the column.
    has: Vec<bool>,
    /// What the sheet is called.
    sheet: String,
}

impl Row {
    /// The trimmed text of a known column's cell; empty when there is none.
    pub fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.trim())
    }

    /// What the file calls the column.
    pub fn header(&self, column: usize) -> &str {
        self.table.headers.get(column).map_or("", String::as_str)
    }

    /// Whether the file has the column.
    pub fn has(&self, column: usize) -> bool {
        self.table.has.get(column).copied().unwrap_or(false)
    }

    /// What the sheet is called; empty in a csv.
    pub fn sheet_name(&self) -> &str {
        &self.table.sheet
    }
}

/// The rows of every table in a file, and what is to be said about the file.
#[derive(Debug, Default)]
pub struct Found {
    pub rows: Vec<Row>,
    pub remarks: Remarks,
}

/// Rows in which a header is looked for.
const HEADER_ROWS: usize = 60;

/// Merged ranges that are looked at for a header.
const HEADER_RANGES: usize = 2_000;

/// Rows, columns and sheets that one warning names at most.
const TOLD: usize = 20;

/// A header that was found: by known column, the column of the sheet.
#[derive(Clone, Debug)]
struct Place {
    first: u32,
    last: u32,
    columns: Vec<Option<usize>>,
}

impl Place {
    fn score(&self) -> usize {
        self.columns.iter().flatten().count()
    }
}

impl Book {
    /// How many sheets have something in them.
    fn filled(&self) -> usize {
        self.sheets.iter().filter(|sheet| !sheet.rows.is_empty()).count()
    }

    /// The rows of all sheets that have the known columns. `names_one` says whether a sheet's name says what a column with
    /// [`Need::SheetName`] would.
    pub fn rows(&self, known: &[Column], names_one: &dyn Fn(&str) -> bool) -> Result<Found, SheetError> {
        let names: Vec<Vec<String>> =
            known.iter().map(|column| column.names.iter().map(|name| self::known(name)).collect()).collect();
        let wanted = Wanted { known, names };
        let several = self.sheets.len() + self.unread.len() > 1;
        let mut found = Found::default();
        let (mut nearest, mut tables, mut ran_dry): (Option<(usize, SheetError)>, usize, Vec<&Grid>) =
            (None, 0, Vec::new());
        for (name, why) in &self.unread {
            found.remarks.warnings.push(of_sheet(name, *why));
        }
        for sheet in &self.sheets {
            let name: Option<Arc<str>> = several.then(|| sheet.name.as_str().into());
            if sheet.rows.is_empty() && sheet.broken.is_empty() {
                if several {
                    found.remarks.warnings.push(of_sheet(&sheet.name, "工作表是空的"));
                }
                continue;
            }
            match wanted.place_in(sheet, names_one) {
                Ok(place) => {
                    tables += 1;
                    let before = found.rows.len() + found.remarks.problems.len();
                    Reader { wanted: &wanted, sheet, name }.read(place, &mut found);
                    if found.rows.len() + found.remarks.problems.len() == before {
                        ran_dry.push(sheet);
                    }
                }
                Err((score, error)) => {
                    if several {
                        let why = format!("没有找到表头（{}），整个工作表没有读取", error);
                        found.remarks.warnings.push(of_sheet(&sheet.name, why));
                    }
                    if nearest.as_ref().is_none_or(|(best, _)| score > *best) {
                        nearest = Some((score, error));
                    }
                }
            }
        }
        if tables == 0 {
            // a lone row may be a header of which nothing is known, or a file that is no table
            return Err(match nearest {
                Some((0, _)) if self.sheets.iter().map(|sheet| sheet.rows.len()).sum::<usize>() < 2 => {
                    SheetError::Empty
                }
                Some((_, error)) => error,
                None => SheetError::Empty,
            });
        }
        if found.rows.is_empty() && found.remarks.problems.is_empty() {
            return Err(SheetError::Empty);
        }
        for sheet in ran_dry {
            found.remarks.warnings.push(of_sheet(&sheet.name, "工作表只有表头，没有数据"));
        }
        Ok(found)
    }

    /// Rows below the headers, at most: for showing how far a work has come.
    pub fn size(&self) -> usize {
        let rows: usize = self.sheets.iter().map(|sheet| sheet.rows.len()).sum();
        rows.saturating_sub(self.filled())
    }
}

fn of_sheet(name: &str, message: impl Into<String>) -> ImportRemark {
    let sheet = (!name.is_empty()).then(|| name.to_owned());
    ImportRemark { sheet, row: None, column: None, message: message.into() }
}

/// The known columns with their names as headers are compared.
struct Wanted<'a> {
    known: &'a [Column],
    names: Vec<Vec<String>>,
}

impl Wanted<'_> {
    /// The best header of a sheet, or why there is none and how near it came.
    fn place_in(&self, sheet: &Grid, names_one: &dyn Fn(&str) -> bool) -> Result<Place, (usize, SheetError)> {
        let said_by_name = names_one(&sheet.name);
        let rows: Vec<u32> = sheet.rows.keys().copied().take(HEADER_ROWS + 1).collect();
        let mut best: Option<Place> = None;
        let mut nearest: Option<Place> = None;
        for (at, row) in rows.iter().copied().enumerate().take(HEADER_ROWS) {
            let single = self.place(&[header_texts(sheet, row)], row, row);
            // a second row belongs to the header only if the first one is more than a title
            let next = rows.get(at + 1).copied().filter(|next| *next == row + 1 && single.score() > 0);
            let double = next.map(|next| self.place(&[header_texts(sheet, next), header_texts(sheet, row)], row, next));
            for place in [Some(single), double].into_iter().flatten() {
                let is_better =
                    |other: &Option<Place>| other.as_ref().is_none_or(|other| place.score() > other.score());
                if self.missing(&place, said_by_name).is_none() && is_better(&best) {
                    best = Some(place);
                } else if is_better(&nearest) {
                    nearest = Some(place);
                }
            }
        }
        best.ok_or_else(|| self.refusal(sheet, nearest, said_by_name))
    }

    /// The first column that a table must have and this header has not.
    fn missing(&self, place: &Place, said_by_name: bool) -> Option<&Column> {
        let is_missing = |(column, at): &(&Column, &Option<usize>)| {
            at.is_none()
                && match column.need {
                    Need::Must => true,
                    Need::SheetName => !said_by_name,
                    Need::May => false,
                }
        };
        self.known.iter().zip(&place.columns).find(is_missing).map(|(column, _)| column)
    }

    fn refusal(&self, sheet: &Grid, nearest: Option<Place>, said_by_name: bool) -> (usize, SheetError) {
        let score = nearest.as_ref().map_or(0, Place::score);
        let column = match &nearest {
            Some(place) => self.missing(place, said_by_name),
            None => self.known.iter().find(|column| column.need != Need::May),
        };
        let taken = nearest.filter(|_| score > 0).map(|place| {
            let place_said =
                if sheet.name.is_empty() { String::new() } else { format!("工作表“{}”", sheet.name) };
            let seen: Vec<String> =
                header_texts(sheet, place.last).into_iter().filter(|text| !text.is_empty()).collect();
            let seen: Vec<&str> = seen.iter().take(TOLD).map(String::as_str).collect();
            format!("{place_said}第 {} 行是表头：{}", place.last, seen.join("、"))
        });
        let column = column.map(|column| column.usual_name().to_owned()).unwrap_or_default();
        (score, SheetError::MissingColumn { column, taken })
    }

    /// Which columns are meant by `texts`: one row, or two of which the first is the lower one.
    fn place(&self, texts: &[Vec<String>], first: u32, last: u32) -> Place {
        let width = texts.iter().map(Vec::len).max().unwrap_or(0);
        let text =
            |row: usize, column: usize| texts.get(row).and_then(|row| row.get(column)).map_or("", String::as_str);
        let forms: Vec<Vec<Header>> = (0..width)
            .map(|column| {
                let (low, high) = (text(0, column), text(1, column));
                let mut said = vec![low.to_owned()];
                if texts.len() > 1 {
                    said.extend([format!("{high}{low}"), high.to_owned()]);
                }
                said.iter().map(|text| Header::of(text)).collect()
            })
            .collect();
        // what stands above several columns names one of them only if nothing below names it better
        let mut taken = BTreeSet::new();
        let mut columns = vec![None; self.names.len()];
        for depth in [2, 3] {
            for (names, column) in self.names.iter().zip(&mut columns).filter(|(_, column)| column.is_none()) {
                let meant = names.iter().find_map(|name| {
                    let fits = |at: usize| {
                        let said = forms[at].iter().take(depth).enumerate();
                        said.filter_map(|(n, form)| Some((form.is(name)?, n))).min().map(|how| (how, at))
                    };
                    (0..width).filter(|at| !taken.contains(at)).filter_map(fits).min()
                });
                *column = meant.map(|(_, at)| at);
                taken.extend(*column);
            }
        }
        Place { first, last, columns }
    }
}

/// The texts of a row, with those of ranges that are merged across it.
fn header_texts(sheet: &Grid, row: u32) -> Vec<String> {
    let cells = sheet.rows.get(&row).map(Vec::as_slice).unwrap_or_default();
    let mut texts: Vec<String> = cells.iter().map(|cell| cell.text.trim().to_owned()).collect();
    let across = sheet.merged.iter().take(HEADER_RANGES).filter(|range| range.top <= row && row <= range.bottom);
    for range in across.filter(|range| range.right > range.left) {
        let Some(text) = texts.get(range.left).filter(|text| !text.is_empty()).cloned() else { continue };
        let right = range.right.min(super::limits::MAX_COLUMNS - 1);
        if texts.len() <= right {
            texts.resize(right + 1, String::new());
        }
        for place in &mut texts[range.left + 1..=right] {
            if place.is_empty() {
                place.clone_from(&text);
            }
        }
    }
    texts
}

/// Reads the rows of one sheet.
struct Reader<'a> {
    wanted: &'a Wanted<'a>,
    sheet: &'a Grid,
    name: Option<Arc<str>>,
}

impl Reader<'_> {
    fn at(&self, row: u32) -> At {
        At { sheet: self.name.clone(), row }
    }

    fn read(&self, mut place: Place, found: &mut Found) {
        let remarks = &mut found.remarks;
        self.tell_of_rows_above(&place, remarks);
        self.tell_of_columns(&place, remarks);
        self.tell_of_what_lies_beyond(remarks);
        for broken in &self.sheet.broken {
            remarks.refuse(&self.at(broken.row), "", broken.message.clone());
        }
        for doubt in &self.sheet.doubts {
            remarks.warn(&self.at(doubt.row), "", doubt.message.clone());
        }
        let mut table = self.table(&place);
        let signs = self.signs(&place);
        let mut unused: Vec<u32> = Vec::new();
        for (row, cells) in self.sheet.rows.range(place.last + 1..) {
            // a table that is printed on several pages has its header on each
            if let Some(again) = self.repeated(*row, cells, &signs, &place) {
                if again.columns != place.columns {
                    self.tell_of_columns(&again, &mut found.remarks);
                    place = again;
                    table = self.table(&place);
                }
                continue;
            }
            let of = |column: &Option<usize>| column.and_then(|column| cells.get(column));
            if place.columns.iter().all(|column| of(column).is_none_or(Cell::is_blank)) {
                unused.push(*row);
                continue;
            }
            let at = self.at(*row);
            let known = self.wanted.known.iter().zip(&place.columns).enumerate();
            let mut is_sound = true;
            let mut texts: Vec<Box<str>> = Vec::with_capacity(self.wanted.known.len());
            for (index, (known, column)) in known {
                let Some(cell) = of(column) else {
                    texts.push("".into());
                    continue;
                };
                let plain = column.and_then(|column| self.sheet.plain.get(&(*row, column)));
                match read_cell(cell, plain.map(|plain| &**plain), known.content) {
                    Ok(text) => texts.push(text),
                    Err(message) => {
                        is_sound = false;
                        found.remarks.refuse(&at, &table.headers[index], message);
                    }
                }
                if let Some(doubt) = doubt(cell, known.content) {
                    found.remarks.warn(&at, &table.headers[index], doubt);
                }
            }
            if is_sound {
                found.rows.push(Row { at, cells: texts, table: table.clone() });
            }
        }
        self.tell_of_unused(&unused, &mut found.remarks);
    }

    /// What a row has somewhere if it is a header: names of the first column that must be there.
    fn signs(&self, place: &Place) -> HashSet<String> {
        let must = self.wanted.known.iter().position(|column| column.need == Need::Must);
        let Some(must) = must else { return HashSet::new() };
        let mut signs: HashSet<String> = self.wanted.known[must].names.iter().cloned().collect();
        let row = header_texts(self.sheet, place.last);
        signs.extend(place.columns[must].and_then(|column| row.get(column).cloned()));
        signs
    }

    /// The header that a row below the first one is, if it is one.
    fn repeated(&self, row: u32, cells: &[Cell], signs: &HashSet<String>, place: &Place) -> Option<Place> {
        if !cells.iter().any(|cell| signs.contains(cell.text.trim())) {
            return None;
        }
        let again = self.wanted.place(&[header_texts(self.sheet, row)], row, row);
        let all = self.wanted.missing(&again, true).is_none();
        (all && again.score() >= 2 && again.score() * 2 >= place.score()).then_some(again)
    }

    fn table(&self, place: &Place) -> Arc<Table> {
        let header = |(column, at): (&Column, &Option<usize>)| {
            at.map_or_else(|| column.usual_name().to_owned(), |at| self.header(place, at))
        };
        Arc::new(Table {
            headers: self.wanted.known.iter().zip(&place.columns).map(header).collect(),
            has: place.columns.iter().map(Option::is_some).collect(),
            sheet: self.sheet.name.clone(),
        })
    }

    /// What the file calls a column.
    fn header(&self, place: &Place, column: usize) -> String {
        let of = |row: u32| header_texts(self.sheet, row).get(column).cloned().unwrap_or_default();
        let (low, high) = (of(place.last), of(place.first));
        let text = if low.is_empty() { high } else { low };
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn tell_of_rows_above(&self, place: &Place, remarks: &mut Remarks) {
        for (row, cells) in self.sheet.rows.range(..place.first).take(TOLD) {
            let words: Vec<&str> = cells.iter().map(|cell| cell.text.trim()).filter(|text| !text.is_empty()).collect();
            let said: String = words.join(" ").chars().take(40).collect();
            remarks.warn(&self.at(*row), "", format!("表头之前的文字（“{said}”），没有用到"));
        }
        let more = self.sheet.rows.range(..place.first).count().saturating_sub(TOLD);
        if more > 0 {
            remarks.warn(&self.at(place.first), "", format!("表头之前另有 {more} 行，没有用到"));
        }
    }

    /// Names every column that has something in it and is not used.
    fn tell_of_columns(&self, place: &Place, remarks: &mut Remarks) {
        let used: BTreeSet<usize> = place.columns.iter().flatten().copied().collect();
        let mut filled: BTreeSet<usize> = BTreeSet::new();
        for cells in self.sheet.rows.range(place.first..).map(|(_, cells)| cells) {
            filled.extend((0..cells.len()).filter(|column| !used.contains(column) && !cells[*column].is_blank()));
        }
        for column in filled {
            let header = self.header(place, column);
            let form = Header::of(&header);
            let as_known = self.wanted.names.iter().position(|names| names.iter().any(|name| form.is(name).is_some()));
            let message = match as_known.and_then(|known| place.columns[known]) {
                Some(other) if !header.is_empty() => {
                    format!("与“{}”列意思相同，没有用到", self.header(place, other))
                }
                _ if form.is_blank() => format!("{} 列没有表头，其中的内容没有用到", letters(column)),
                _ => "不认识的列，没有用到".to_owned(),
            };
            remarks.warn(&self.at(place.last), &header, message);
        }
    }

    fn tell_of_what_lies_beyond(&self, remarks: &mut Remarks) {
        for (row, column, said) in &self.sheet.beyond {
            let said = if said.is_empty() { String::new() } else { format!("（“{said}”）") };
            let message = format!("{} 列的内容{said}远在表格之外，没有读取", letters(*column));
            remarks.warn(&self.at(*row), "", message);
        }
        let more = self.sheet.beyond_count - self.sheet.beyond.len();
        if more > 0 {
            let message = format!("另有 {more} 个单元格在第 {} 列之后，没有读取", super::limits::MAX_COLUMNS);
            remarks.warnings.push(of_sheet(&self.sheet.name, message));
        }
    }

    /// Names the rows with nothing in a column that is used, neighbours together.
    fn tell_of_unused(&self, rows: &[u32], remarks: &mut Remarks) {
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for row in rows {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == *row => *last = *row,
                _ => runs.push((*row, *row)),
            }
        }
        for (first, last) in runs {
            let message = match first == last {
                true => "该行只在没有用到的列中有内容，没有读取".to_owned(),
                false => format!("第 {first}–{last} 行只在没有用到的列中有内容，没有读取"),
            };
            remarks.warn(&self.at(first), "", message);
        }
    }
}

/// What a cell says in a column of that content, or why its row is refused.
fn read_cell(cell: &Cell, plain: Option<&str>, content: Content) -> Result<Box<str>, String> {
    let shown = cell.text.trim();
    match (cell.mark, content) {
        (Mark::Error, _) => return Err(format!("单元格显示的是错误（{shown}），请先改正公式")),
        (Mark::NamesError, Content::Name | Content::Code) => return Err(format!("单元格里是错误的名字（{shown}）")),
        (Mark::NoValue, _) => {
            return Err("单元格是公式，而文件中没有它的结果：请用 Excel 或 WPS 打开文件，保存一次再导入".to_owned());
        }
        (Mark::Moment, Content::Code) => {
            return Err(format!("单元格是日期（{shown}），不是编码或号码：请把这一列设为文本后重新填写"));
        }
        (Mark::Moment, Content::Name) => return Err(format!("单元格是日期（{shown}），不是名称")),
        (Mark::Rounded, Content::Code) => {
            return Err(format!("数字超过 15 位，表格程序已改动末几位（{shown}）：请把这一列设为文本后重新填写"));
        }
        _ => {}
    }
    if content != Content::Code {
        return Ok(shown.into());
    }
    if is_scientific(shown) && plain.is_none() {
        return Err(format!("“{shown}”是科学计数法，末几位已经丢失：请把这一列设为文本后重新填写"));
    }
    let is_code = !shown.is_empty() && shown.chars().all(|c| c.is_alphanumeric() || c == '-');
    let text = plain.filter(|_| !is_code).unwrap_or(shown);
    // with an apostrophe people keep a number from being one
    Ok(text.trim_start_matches(['\'', '‘', '’']).into())
}

/// What somebody should look at although the cell is taken.
fn doubt(cell: &Cell, content: Content) -> Option<String> {
    let text = cell.text.trim();
    if text.contains('\u{FFFD}') {
        return Some("含有无法识别的文字（�），请核对文件的编码".to_owned());
    }
    match (cell.mark, content) {
        (Mark::Rounded, Content::Words) => Some(format!("数字超过 15 位，末几位可能已被表格程序改动（{text}）")),
        (Mark::NamesError, Content::Words) => Some(format!("文字是错误的名字（{text}），请核对")),
        (_, Content::Words) if is_scientific(text) && cell.mark == Mark::Plain => {
            Some(format!("“{text}”像是科学计数法，请核对"))
        }
        (Mark::Plain, Content::Code) if looks_like_a_day(text) => {
            Some(format!("“{text}”像是日期，请核对它是不是被表格程序改过的编码"))
        }
        _ => None,
    }
}

/// `1.38E+10`, as a spreadsheet program writes a long number into a csv.
fn is_scientific(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    digits(whole) && whole.len() == 1 && digits(part) && exponent.strip_prefix('+').is_some_and(digits)
}

/// `2026-03-12`, `12-Mar` and `Mar-12`.
fn looks_like_a_day(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let parts: Vec<String> = text.split('-').map(str::to_lowercase).collect();
    let number = |text: &str| text.parse::<u32>().ok();
    match parts.as_slice() {
        [year, month, day] => {
            year.len() == 4
                && number(year).is_some_and(|year| (1900..2100).contains(&year))
                && number(month).is_some_and(|month| (1..=12).contains(&month))
                && number(day).is_some_and(|day| (1..=31).contains(&day))
        }
        [one, other] => {
            let is_month = |text: &str| MONTHS.contains(&text);
            (is_month(one) && number(other).is_some()) || (is_month(other) && number(one).is_some())
        }
        _ => false,
    }
}
