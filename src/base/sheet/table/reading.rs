//! The rows below a header, and what is told of everything that is not read.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::cells::{doubt, read_cell};
use super::placing::{Place, Wanted, header_texts};
use super::{Column, Found, Need, Row, TOLD, Table, of_sheet};
use crate::base::sheet::grid::{Cell, Grid};
use crate::base::sheet::headers::Header;
use crate::base::sheet::limits::MAX_COLUMNS;
use crate::base::sheet::report::Remarks;
use crate::base::sheet::{At, letters};

/// Reads the rows of one sheet.
pub(super) struct Reader<'a> {
    pub(super) wanted: &'a Wanted<'a>,
    pub(super) sheet: &'a Grid,
    pub(super) name: Option<Arc<str>>,
}

impl Reader<'_> {
    fn at(&self, row: u32) -> At {
        At { sheet: self.name.clone(), row }
    }

    pub(super) fn read(&self, mut place: Place, found: &mut Found) {
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
            let message = format!("另有 {more} 个单元格在第 {} 列之后，没有读取", MAX_COLUMNS);
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
