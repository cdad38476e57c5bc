//! Anchors: once a day where the chain of the trail stood, in a file beside the database and in the log, so that nobody
//! who can write the database alone can cut its end off or hang up another chain.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::model::ChainFault;
use crate::base::time::Day;
use crate::kernel::private_files;
use crate::kernel::trail::chain::Seal;

/// A line of the file: `day position hash`.
#[derive(Clone, Debug)]
pub struct Anchor {
    pub day: Day,
    pub position: i64,
    pub hash: String,
}

impl Anchor {
    fn parse(line: &str) -> Option<Anchor> {
        let mut parts = line.split(' ');
        let (day, position, hash) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Anchor { day: day.parse().ok()?, position: position.parse().ok()?, hash: hash.to_owned() })
    }
}

/// What the file holds.
#[derive(Default)]
pub struct Anchored {
    pub lines: Vec<Anchor>,
    pub fault: Option<ChainFault>,
}

/// The file of anchors.
pub struct Anchors {
    file: PathBuf,
    /// The day of the last one, once it is known.
    last: Mutex<Option<Day>>,
}

impl Anchors {
    pub fn in_file(file: &Path) -> Anchors {
        Anchors { file: file.to_owned(), last: Mutex::new(None) }
    }

    /// Whether `today` has no anchor yet.
    pub fn is_due(&self, today: Day) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none() {
            *last = self.read().lines.last().map(|anchor| anchor.day);
        }
        last.is_none_or(|last| last < today)
    }

    /// Writes `today`'s anchor. A file that cannot be written is told in the log, which has the anchor all the same.
    pub fn put(&self, today: Day, seal: &Seal) {
        let line = format!("{today} {} {}\n", seal.position, seal.text());
        tracing::info!(position = seal.position, hash = seal.text(), "the trail's anchor of {today}");
        if let Err(error) = append(&self.file, line.as_bytes()) {
            tracing::error!("{}: the anchor of the trail could not be written: {error}", self.file.display());
        }
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(today);
    }

    /// Everything in the file; nothing where there is none yet.
    pub fn read(&self) -> Anchored {
        let text = match std::fs::read_to_string(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Anchored::default(),
            Err(_) => return Anchored { lines: Vec::new(), fault: Some(ChainFault::in_anchors(1)) },
        };
        let mut anchored = Anchored::default();
        for (place, line) in text.lines().enumerate() {
            match Anchor::parse(line) {
                Some(anchor) => anchored.lines.push(anchor),
                None => anchored.fault = anchored.fault.or(Some(ChainFault::in_anchors(place + 1))),
            }
        }
        anchored
    }
}

fn append(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    private_files::make_folder(path.parent().unwrap_or(Path::new("")))?;
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
