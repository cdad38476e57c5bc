//! An xlsx from outside: a zip of XML parts that refer to each other.

use std::borrow::Cow;
use std::io::{self, BufReader, Cursor, Read};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::read::ZipFile;

use crate::base::sheet::SheetError;
use crate::base::sheet::limits::{MAX_UNPACKED_BYTES, MAX_ZIP_ENTRIES};

// Beyond what any spreadsheet program writes.
const MAX_DEPTH: usize = 256;
const MAX_RELATIONS: usize = 10_000;
const MAX_PATH_BYTES: usize = 1_000;

/// A zip that has been measured.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
}

/// A reference from one part to another.
pub(super) struct Relation {
    pub(super) id: String,
    /// The last word of its type: `worksheet`, `styles`…
    pub(super) kind: String,
    /// Path in the package.
    pub(super) target: String,
}

impl<'a> Package<'a> {
    /// Refuses what unpacks to more than is allowed, whatever its directory says about its size.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, SheetError> {
        // Counted before the directory is parsed, because every entry costs the parser some memory.
        if bytes.windows(4).filter(|window| window == b"PK\x01\x02").count() > MAX_ZIP_ENTRIES {
            return Err(SheetError::Bomb);
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetError::NotASheet)?;
        if archive.decompressed_size().is_some_and(|size| size > u128::from(MAX_UNPACKED_BYTES)) {
            return Err(SheetError::Bomb);
        }
        let mut left = MAX_UNPACKED_BYTES;
        for index in 0..archive.len() {
            let entry = archive.by_index(index).map_err(|_| SheetError::NotASheet)?;
            let size = io::copy(&mut entry.take(left + 1), &mut io::sink()).map_err(|_| SheetError::NotASheet)?;
            left = left.checked_sub(size).ok_or(SheetError::Bomb)?;
        }
        Ok(Package { archive })
    }

    /// The part at `path`, compared without regard to case as Windows programs do.
    pub(super) fn part(&mut self, path: &str) -> Result<Xml<'_>, SheetError> {
        let is_it = |name: &str| name.replace('\\', "/").trim_start_matches('/').eq_ignore_ascii_case(path);
        let index = self.archive.file_names().position(|name| name.is_ok_and(|name| is_it(&name)));
        let entry = self.archive.by_index(index.ok_or(SheetError::NotASheet)?).map_err(|_| SheetError::NotASheet)?;
        Ok(Xml::new(entry))
    }

    /// What the part at `path` refers to; the package itself has the path "".
    pub(super) fn relations(&mut self, path: &str) -> Result<Vec<Relation>, SheetError> {
        let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
        let mut xml = self.part(resolve(folder, &format!("_rels/{name}.rels")).as_str())?;
        let mut relations = Vec::new();
        loop {
            match xml.next()? {
                Event::Start(tag) if local(&tag) == "Relationship" => relations.extend(relation(&tag, folder)),
                Event::Eof => return Ok(relations),
                _ => (),
            }
            if relations.len() > MAX_RELATIONS {
                return Err(SheetError::Bomb);
            }
        }
    }
}

fn relation(tag: &BytesStart<'_>, folder: &str) -> Option<Relation> {
    let kind = attribute(tag, "Type")?.rsplit('/').next()?.to_owned();
    let target = attribute(tag, "Target").filter(|target| target.len() <= MAX_PATH_BYTES)?;
    let target = resolve(folder, &target);
    Some(Relation { id: attribute(tag, "Id")?.into_owned(), kind, target })
}

/// `target` as seen from `folder`: absolute, beside it, or further up.
fn resolve(folder: &str, target: &str) -> String {
    let base = if target.starts_with('/') { "" } else { folder };
    let mut path: Vec<&str> = Vec::new();
    for step in base.split('/').chain(target.split('/')) {
        match step {
            "" | "." => (),
            ".." => drop(path.pop()),
            name => path.push(name),
        }
    }
    path.join("/")
}

/// The events of one part, with an empty element told as a start and an end.
pub(super) struct Xml<'p> {
    reader: quick_xml::Reader<BufReader<Entry<'p>>>,
    buffer: Vec<u8>,
    depth: usize,
    /// Bytes that the part unpacks to, as the zip says.
    size: u64,
}

type Entry<'p> = Box<dyn Read + 'p>;

impl<'p> Xml<'p> {
    fn new<R: Read>(entry: ZipFile<'p, R>) -> Self {
        let size = entry.size();
        let mut reader = quick_xml::Reader::from_reader(BufReader::new(Box::new(entry) as Entry<'p>));
        reader.config_mut().expand_empty_elements = true;
        Xml { reader, buffer: Vec::new(), depth: 0, size }
    }

    /// Its texts together are no longer than this.
    pub(super) fn max_text_bytes(&self) -> usize {
        usize::try_from(self.size.min(MAX_UNPACKED_BYTES)).unwrap_or_default()
    }

    pub(super) fn next(&mut self) -> Result<Event<'_>, SheetError> {
        self.buffer.clear();
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|_| SheetError::NotASheet)?;
        match event {
            Event::Start(_) if self.depth == MAX_DEPTH => return Err(SheetError::Bomb),
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            // The format forbids it, and nothing good comes of entities that somebody unknown defines.
            Event::DocType(_) => return Err(SheetError::NotASheet),
            _ => (),
        }
        Ok(event)
    }
}

/// The name of an element without the prefix of its namespace.
pub(super) fn local<'t>(tag: &'t BytesStart<'_>) -> &'t str {
    tag.local_name().into_inner()
}

/// The attribute with this name, whatever its namespace.
pub(super) fn attribute<'t>(tag: &'t BytesStart<'_>, name: &str) -> Option<Cow<'t, str>> {
    // Without checks, since looking for repeated names takes a time that grows with the square of their number.
    let found = tag.attributes().with_checks(false).flatten().find(|it| it.key.local_name().into_inner() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok()
}
