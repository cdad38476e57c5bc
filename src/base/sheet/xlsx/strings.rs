//! Text in an xlsx: the table of shared texts, and the escapes within a text.

use std::borrow::Cow;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

use super::package::{Xml, local};
use crate::base::sheet::SheetError;
use crate::base::text::visible;

/// The shared texts, end to end in one buffer: millions of empty ones cost four bytes each.
#[derive(Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    pub(super) fn read(mut xml: Xml<'_>) -> Result<Self, SheetError> {
        // at once: a buffer that grows is there twice for a while; pages that nothing is written to cost nothing
        let mut strings = Strings { text: String::with_capacity(xml.max_text_bytes()), ends: Vec::new() };
        let mut writing = Writing::of("t");
        loop {
            match xml.next()? {
                Event::End(tag) if tag.local_name().into_inner() == "si" => strings.push(&writing.take()),
                Event::Eof => return Ok(strings),
                event => writing.follow(&event)?,
            }
        }
    }

    fn push(&mut self, text: &str) {
        // once for all cells that share it
        self.text.push_str(&visible(&unescape(text)));
        self.ends.push(u32::try_from(self.text.len()).expect("a package unpacks to less than 4 GiB"));
    }

    /// The text with this number.
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        self.text.get(start..end)
    }
}

/// Gathers the text within elements of one name, but not that of phonetic hints.
pub(super) struct Writing {
    element: &'static str,
    text: String,
    within: bool,
    phonetic: bool,
}

impl Writing {
    pub(super) fn of(element: &'static str) -> Self {
        Writing { element, text: String::new(), within: false, phonetic: false }
    }

    pub(super) fn follow(&mut self, event: &Event<'_>) -> Result<(), SheetError> {
        match event {
            Event::Start(tag) if local(tag) == "rPh" => self.phonetic = true,
            Event::Start(tag) if local(tag) == self.element => self.within = !self.phonetic,
            Event::End(tag) if tag.local_name().into_inner() == "rPh" => self.phonetic = false,
            Event::End(tag) if tag.local_name().into_inner() == self.element => self.within = false,
            Event::Text(text) if self.within => self.text.push_str(&text.xml10_content()),
            Event::CData(text) if self.within => self.text.push_str(&text.xml10_content()),
            Event::GeneralRef(name) if self.within => match name.resolve_char_ref() {
                Ok(Some(character)) => self.text.push(character),
                Ok(None) => self.text.push_str(resolve_predefined_entity(name).ok_or(SheetError::NotASheet)?),
                Err(_) => return Err(SheetError::NotASheet),
            },
            _ => (),
        }
        Ok(())
    }

    /// What was gathered since the last time.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}

/// Undoes the escapes of characters that XML cannot hold: `_x000D_` is a carriage return, `_x005F_` the `_` of a text
/// that looks like such an escape.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return text.into();
    }
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("_x") {
        let escaped = rest.get(at + 2..at + 7).and_then(character);
        plain.push_str(&rest[..at]);
        plain.push_str(escaped.map_or("_x".into(), String::from).as_str());
        rest = &rest[at + if escaped.is_some() { 7 } else { 2 }..];
    }
    plain.push_str(rest);
    plain.into()
}

/// The character of `000D_`.
fn character(code: &str) -> Option<char> {
    let digits = code.strip_suffix('_').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}
