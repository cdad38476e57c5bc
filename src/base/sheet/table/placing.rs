//! Which row is the header, and which columns it means.

use std::collections::BTreeSet;

use super::{Column, Need, TOLD};
use crate::base::sheet::SheetError;
use crate::base::sheet::grid::Grid;
use crate::base::sheet::headers::Header;
use crate::base::sheet::limits::MAX_COLUMNS;

/// Rows in which a header is looked for.
const HEADER_ROWS: usize = 60;

/// Merged ranges that are looked at for a header.
const HEADER_RANGES: usize = 2_000;

/// A header that was found: by known column, the column of the sheet.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) columns: Vec<Option<usize>>,
}

impl Place {
    pub(super) fn score(&self) -> usize {
        self.columns.iter().flatten().count()
    }
}

/// The known columns with their names as headers are compared.
pub(super) struct Wanted<'a> {
    pub(super) known: &'a [Column],
    pub(super) names: Vec<Vec<String>>,
}

impl Wanted<'_> {
    /// The best header of a sheet, or why there is none and how near it came.
    pub(super) fn place_in(
        &self,
        sheet: &Grid,
        names_one: &dyn Fn(&str) -> bool,
    ) -> Result<Place, (usize, SheetError)> {
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
    pub(super) fn missing(&self, place: &Place, said_by_name: bool) -> Option<&Column> {
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
    pub(super) fn place(&self, texts: &[Vec<String>], first: u32, last: u32) -> Place {
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
pub(super) fn header_texts(sheet: &Grid, row: u32) -> Vec<String> {
    let cells = sheet.rows.get(&row).map(Vec::as_slice).unwrap_or_default();
    let mut texts: Vec<String> = cells.iter().map(|cell| cell.text.trim().to_owned()).collect();
    let across = sheet.merged.iter().take(HEADER_RANGES).filter(|range| range.top <= row && row <= range.bottom);
    for range in across.filter(|range| range.right > range.left) {
        let Some(text) = texts.get(range.left).filter(|text| !text.is_empty()).cloned() else { continue };
        let right = range.right.min(MAX_COLUMNS - 1);
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
