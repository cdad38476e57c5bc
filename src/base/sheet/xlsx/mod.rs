//! Reading xlsx, by hand on an XML parser rather than by a library for it.
//!
//! calamine 0.38 was tried first. It reserves as many strings as a workbook claims to have, so that 1.5 KB of zip end the
//! process, and copies the number format into every cell style, so that 4 KB become 4 GB. Here nothing is kept but the
//! cells of the sheets within the limits, the shared texts, each number format once, and one small value for each style.

use std::collections::HashMap;

use super::grid::{Budget, Grid};
use super::{Book, SheetError};

mod cells;
mod formats;
mod numbers;
mod package;
mod strings;

use numbers::Numbers;
use package::{Package, Relation, Xml, attribute, local};
use quick_xml::events::Event;
use strings::Strings;

/// Sheets that are read; more are named.
const MAX_SHEETS: usize = 200;

/// The cells of every visible worksheet.
pub(super) fn read(bytes: &[u8]) -> Result<Book, SheetError> {
    let mut package = Package::open(bytes)?;
    let root = package.relations("")?;
    let workbook = related(&root, "officeDocument").ok_or(SheetError::NotASheet)?;
    let relations = package.relations(workbook)?;
    let Outline { sheets, unread, since_1904 } = outline(package.part(workbook)?, &relations)?;
    let mut numbers = Numbers::new(since_1904);
    if let Some(path) = related(&relations, "styles") {
        numbers.read_styles(package.part(path)?)?;
    }
    let strings = match related(&relations, "sharedStrings") {
        Some(path) => Strings::read(package.part(path)?)?,
        None => Strings::default(),
    };
    let mut budget = Budget::default();
    let mut grids = Vec::with_capacity(sheets.len());
    for (name, path) in sheets {
        let grid = Grid::new(&name, &mut budget);
        grids.push(cells::read(package.part(&path)?, &strings, &numbers, grid, &mut budget)?);
    }
    Ok(Book { sheets: grids, unread })
}

/// The part to which a relation of this kind leads.
fn related<'a>(relations: &'a [Relation], kind: &str) -> Option<&'a str> {
    relations.iter().find(|relation| relation.kind == kind).map(|relation| relation.target.as_str())
}

/// What a workbook says about itself.
struct Outline {
    /// Names of the visible worksheets, and where they are.
    sheets: Vec<(String, String)>,
    /// The other sheets, and why they are not read.
    unread: Vec<(String, &'static str)>,
    /// Whether days are counted from 1904.
    since_1904: bool,
}

fn outline(mut xml: Xml<'_>, relations: &[Relation]) -> Result<Outline, SheetError> {
    let known: HashMap<&str, &Relation> = relations.iter().map(|it| (it.id.as_str(), it)).collect();
    let mut outline = Outline { sheets: Vec::new(), unread: Vec::new(), since_1904: false };
    loop {
        match xml.next()? {
            Event::Start(tag) if local(&tag) == "workbookPr" => {
                outline.since_1904 = attribute(&tag, "date1904").is_some_and(|value| value == "1" || value == "true");
            }
            Event::Start(tag) if local(&tag) == "sheet" => {
                let name = attribute(&tag, "name").unwrap_or_default().into_owned();
                let visible = attribute(&tag, "state").is_none_or(|state| state == "visible");
                let relation = attribute(&tag, "id").and_then(|id| known.get(&*id).copied());
                let why = match relation {
                    Some(relation) if relation.kind != "worksheet" => "不是表格（图表等），没有读取",
                    None => "文件中没有它的内容，没有读取",
                    // a file that leads to one part many times is read once
                    Some(relation) if outline.sheets.iter().any(|(_, path)| *path == relation.target) => {
                        "与另一个工作表是同一个，没有再读"
                    }
                    Some(_) if outline.sheets.len() == MAX_SHEETS => "工作表过多，没有读取",
                    Some(_) if !visible => "是隐藏的工作表，没有读取",
                    Some(relation) => {
                        outline.sheets.push((name, relation.target.clone()));
                        continue;
                    }
                };
                if outline.unread.len() < MAX_SHEETS {
                    outline.unread.push((name, why));
                }
            }
            Event::Eof if outline.sheets.is_empty() => return Err(SheetError::Empty),
            Event::Eof => return Ok(outline),
            _ => (),
        }
    }
}
