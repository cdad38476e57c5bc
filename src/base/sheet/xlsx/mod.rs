//! Reading xlsx, by hand on an XML parser rather than by a library for it.
//!
//! calamine 0.38 was tried first. It reserves as many strings as a workbook claims to have, so that 1.5 KB of zip end the
//! process, and copies the number format into every cell style, so that 4 KB become 4 GB. Here nothing is kept but the
//! cells of one sheet within the limits, the shared texts, and one small value for each style.

use std::collections::HashMap;

use super::SheetError;
use super::grid::Grid;

mod cells;
mod numbers;
mod package;
mod strings;

use numbers::Numbers;
use package::{Package, Relation, Xml, attribute, local};
use quick_xml::events::Event;
use strings::Strings;

/// The cells of the first visible worksheet.
pub(super) fn read(bytes: &[u8]) -> Result<Grid, SheetError> {
    let mut package = Package::open(bytes)?;
    let root = package.relations("")?;
    let workbook = related(&root, "officeDocument").ok_or(SheetError::NotASheet)?;
    let relations = package.relations(workbook)?;
    let (sheet, since_1904) = outline(package.part(workbook)?, &relations)?;
    let mut numbers = Numbers::new(since_1904);
    if let Some(path) = related(&relations, "styles") {
        numbers.read_styles(package.part(path)?)?;
    }
    let strings = match related(&relations, "sharedStrings") {
        Some(path) => Strings::read(package.part(path)?)?,
        None => Strings::default(),
    };
    cells::read(package.part(&sheet)?, &strings, &numbers)
}

/// The part to which a relation of this kind leads.
fn related<'a>(relations: &'a [Relation], kind: &str) -> Option<&'a str> {
    relations.iter().find(|relation| relation.kind == kind).map(|relation| relation.target.as_str())
}

/// Where the first visible worksheet is, and whether days are counted from 1904.
fn outline(mut xml: Xml<'_>, relations: &[Relation]) -> Result<(String, bool), SheetError> {
    let worksheets = relations.iter().filter(|relation| relation.kind == "worksheet");
    let worksheets: HashMap<&str, &str> = worksheets.map(|it| (it.id.as_str(), it.target.as_str())).collect();
    let mut since_1904 = false;
    loop {
        match xml.next()? {
            Event::Start(tag) if local(&tag) == "workbookPr" => {
                since_1904 = attribute(&tag, "date1904").is_some_and(|value| value == "1" || value == "true");
            }
            Event::Start(tag) if local(&tag) == "sheet" => {
                let visible = attribute(&tag, "state").is_none_or(|state| state == "visible");
                let target = attribute(&tag, "id").and_then(|id| worksheets.get(&*id));
                if let Some(target) = target.filter(|_| visible) {
                    return Ok(((*target).to_owned(), since_1904));
                }
            }
            Event::Eof => return Err(SheetError::Empty),
            _ => (),
        }
    }
}
