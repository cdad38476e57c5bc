//! The file of a backup: a zip archive (zip64, so of any size) that any unpacker opens.
//!
//! Its first member says what it is, its last one is the [`Manifest`] with a SHA-256 for every other member, and its
//! comment, the last 64 bytes of the file, is the SHA-256 of all bytes before. So one reading tells a file that was
//! cut off from one that was changed, and both from one that is something else.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::manifest::{FORMAT, Manifest, Member};
use crate::base::crypto::hex;
use crate::base::text::place_in_json;

/// The name of the first member, and so what the file has from its 31st byte on.
const MARK: &str = "xianfeng-backup";
const MARK_AT: usize = 30;
const MARK_TEXT: &str = "先锋备份 a backup of Xianfeng; `xianfeng backup verify` checks it\n";
const MANIFEST: &str = "manifest.json";
/// What every zip file begins with, and its last record.
const ZIP: &[u8] = b"PK\x03\x04";
const ZIP_END: &[u8] = b"PK\x05\x06";
const ZIP_END_LENGTH: usize = 22;
/// Hexadecimal digits of the sum at the end.
const SUM: usize = 64;
/// No backup lists more than this.
const MANIFEST_LIMIT: u64 = 512 * 1024 * 1024;
const CHUNK: usize = 256 * 1024;

/// Why a file is not a backup that can be relied on.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// It cannot be read.
    Unreadable(String),
    /// It never was a backup of this program.
    Foreign,
    /// Its end is missing.
    CutOff,
    /// So many bytes follow a whole backup.
    Appended(u64),
    /// Its bytes are not those that were written: what is known of where.
    Changed(String),
    /// It is of a newer program, which wrote this form.
    NewerForm(u32),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Unreadable(cause) => write!(f, "备份文件无法读取：{cause} (cannot be read)"),
            Fault::Foreign => write!(f, "这不是先锋的备份文件 (not a backup of Xianfeng)"),
            Fault::CutOff => write!(f, "备份文件不完整，结尾缺失，可能未写完或未传完 (cut off)"),
            Fault::Appended(bytes) => {
                write!(f, "备份文件末尾多出 {bytes} 字节，前面的备份完好，去掉这些字节后可用 (bytes were appended)")
            }
            Fault::Changed(what) => write!(f, "备份文件的内容与写入时不一致，不可使用：{what} (changed or damaged)"),
            Fault::NewerForm(form) => {
                write!(f, "备份的格式（{form}）比本程序的新，请用较新的程序 (written by a newer program)")
            }
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Unreadable(error.to_string())
    }
}

/// Why a member was not added.
#[derive(Debug)]
pub enum NotAdded {
    /// What it was to hold cannot be read; the archive is as it was before.
    Source(io::Error),
    /// The archive cannot be written, and is of no use any more.
    Archive(io::Error),
}

impl From<NotAdded> for io::Error {
    fn from(cause: NotAdded) -> io::Error {
        let (NotAdded::Source(error) | NotAdded::Archive(error)) = cause;
        error
    }
}

impl std::fmt::Display for NotAdded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (NotAdded::Source(error) | NotAdded::Archive(error)) = self;
        error.fmt(f)
    }
}

/// How a member is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// For what is small already.
    Stored,
    /// Fast rather than small.
    Deflated,
}

/// A backup that is being written.
pub struct Writer {
    zip: ZipWriter<BufWriter<File>>,
    /// The same file, to cut off what is taken back.
    file: File,
    members: Vec<Member>,
}

impl Writer {
    /// Begins a backup in `file`, which is empty.
    pub fn new(file: File) -> io::Result<Writer> {
        let again = file.try_clone()?;
        let zip = ZipWriter::new(BufWriter::with_capacity(CHUNK, file));
        let mut writer = Writer { zip, file: again, members: Vec::new() };
        writer.add(MARK, Packing::Stored, &mut MARK_TEXT.as_bytes(), |_| {})?;
        Ok(writer)
    }

    /// Adds what `from` gives under `name`; `progress` hears how many bytes were taken so far.
    pub fn add(
        &mut self,
        name: &str,
        packing: Packing,
        from: &mut dyn Read,
        mut progress: impl FnMut(u64),
    ) -> Result<&Member, NotAdded> {
        let method = match packing {
            Packing::Stored => CompressionMethod::Stored,
            Packing::Deflated => CompressionMethod::Deflated,
        };
        let level = (packing == Packing::Deflated).then_some(1);
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .compression_level(level)
            .large_file(name != MARK)
            .unix_permissions(0o600);
        self.zip.start_file(name, options).map_err(|error| NotAdded::Archive(error.into()))?;
        let (mut sum, mut size, mut chunk) = (Sha256::new(), 0_u64, vec![0; CHUNK]);
        loop {
            let read = match from.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.take_back().map_err(NotAdded::Archive)?;
                    return Err(NotAdded::Source(error));
                }
            };
            sum.update(&chunk[..read]);
            self.zip.write_all(&chunk[..read]).map_err(NotAdded::Archive)?;
            size += read as u64;
            progress(size);
        }
        self.members.push(Member { name: name.to_owned(), size, sha256: hex(&sum.finalize()) });
        Ok(&self.members[self.members.len() - 1])
    }

    /// Takes back the member that is being added; what follows is written in its place.
    fn take_back(&mut self) -> io::Result<()> {
        self.zip.abort_file()?;
        let end = self.file.stream_position()?;
        self.file.set_len(end)
    }

    /// What was added so far.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Writes the manifest and the sum of everything; when this answers, the file is on disk.
    pub fn finish(mut self, manifest: &Manifest) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(manifest)?;
        self.add(MANIFEST, Packing::Stored, &mut text.as_slice(), |_| {})?;
        self.zip.set_comment("0".repeat(SUM))?;
        let mut file = self.zip.finish()?.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        let before = file.metadata()?.len() - SUM as u64;
        let sum = sum_of(&mut file, before)?;
        file.seek(SeekFrom::Start(before))?;
        file.write_all(sum.as_bytes())?;
        file.sync_all()
    }
}

/// The SHA-256 of the first `length` bytes.
fn sum_of(file: &mut File, length: u64) -> io::Result<String> {
    file.seek(SeekFrom::Start(0))?;
    let (mut sum, mut left) = (Sha256::new(), file.take(length));
    let mut chunk = vec![0; CHUNK];
    loop {
        match left.read(&mut chunk)? {
            0 => return Ok(hex(&sum.finalize())),
            read => sum.update(&chunk[..read]),
        }
    }
}

/// A backup that was found whole.
pub struct Archive {
    zip: ZipArchive<BufReader<File>>,
    pub manifest: Manifest,
}

impl Archive {
    /// Opens a backup and reads it from end to end: its bytes are those that were written.
    pub fn open(path: &Path) -> Result<Archive, Fault> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        recognise(&mut file, length)?;
        let written = sum_at_end(&mut file, length)?;
        let whole = sum_of(&mut file, length - SUM as u64)? == written;
        file.seek(SeekFrom::Start(0))?;
        let changed = |what: &str| Fault::Changed(what.to_owned());
        let mut zip =
            ZipArchive::new(BufReader::with_capacity(CHUNK, file)).map_err(|_| changed("文件目录 (zip directory)"))?;
        let mut text = Vec::new();
        let packed = zip.by_name(MANIFEST).map_err(|_| changed(MANIFEST))?;
        packed.take(MANIFEST_LIMIT).read_to_end(&mut text).map_err(|_| changed(MANIFEST))?;
        let manifest: Manifest = serde_json::from_slice(&text).map_err(|error| {
            newer_form(&text).unwrap_or_else(|| Fault::Changed(format!("{MANIFEST}（{}）", place_in_json(&error))))
        })?;
        if manifest.format > FORMAT {
            return Err(Fault::NewerForm(manifest.format));
        }
        let mut archive = Archive { zip, manifest };
        if !whole {
            return Err(archive.find_damage());
        }
        Ok(archive)
    }

    /// Names the first member that is not what was written.
    fn find_damage(&mut self) -> Fault {
        for member in self.manifest.members.clone() {
            if self.copy_to(&member, &mut io::sink(), |_| {}).is_err() {
                return Fault::Changed(member.name);
            }
        }
        Fault::Changed("清单之外的部分".into())
    }

    /// Writes a member out and compares it with the manifest; `progress` hears how many bytes were written.
    pub fn copy_to(&mut self, member: &Member, to: &mut dyn Write, mut progress: impl FnMut(u64)) -> Result<(), Fault> {
        let wrong = || Fault::Changed(member.name.clone());
        let mut from = self.zip.by_name(&member.name).map_err(|_| wrong())?;
        let (mut sum, mut size, mut chunk) = (Sha256::new(), 0_u64, vec![0; CHUNK]);
        loop {
            let read = from.read(&mut chunk).map_err(|_| wrong())?;
            if read == 0 {
                break;
            }
            size += read as u64;
            if size > member.size {
                return Err(wrong());
            }
            sum.update(&chunk[..read]);
            to.write_all(&chunk[..read])?;
            progress(size);
        }
        if size == member.size && hex(&sum.finalize()) == member.sha256 { Ok(()) } else { Err(wrong()) }
    }
}

/// Whether the file begins as our backups do.
fn recognise(file: &mut File, length: u64) -> Result<(), Fault> {
    let mut start = Vec::new();
    file.take((MARK_AT + MARK.len()) as u64).read_to_end(&mut start)?;
    if length == 0 {
        return Err(Fault::CutOff);
    }
    let ours = start.starts_with(ZIP) && start.get(MARK_AT..) == Some(MARK.as_bytes());
    match start.len() == MARK_AT + MARK.len() {
        true if ours => Ok(()),
        false if start.starts_with(ZIP) => Err(Fault::CutOff),
        _ => Err(Fault::Foreign),
    }
}

/// The sum that the writer put at the end.
fn sum_at_end(file: &mut File, length: u64) -> Result<String, Fault> {
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(length.saturating_sub((ZIP_END_LENGTH + SUM) as u64)))?;
    file.read_to_end(&mut end)?;
    if end.len() < ZIP_END_LENGTH + SUM {
        return Err(Fault::CutOff);
    }
    let (record, sum) = end.split_at(ZIP_END_LENGTH);
    let is_end = record.starts_with(ZIP_END);
    let is_sum = sum.iter().all(|byte| byte.is_ascii_hexdigit());
    if is_end && is_sum {
        return Ok(String::from_utf8_lossy(sum).into_owned());
    }
    Err(match appended(file, length)? {
        Some(bytes) => Fault::Appended(bytes),
        None if is_end || is_sum => Fault::Changed("文件结尾".into()),
        None => Fault::CutOff,
    })
}

/// How many bytes follow the end of a whole backup, if one ends before the end of the file: what a transfer or an
/// editor has added hurts nothing, and is easily taken away.
fn appended(file: &mut File, length: u64) -> io::Result<Option<u64>> {
    let whole = ZIP_END_LENGTH + SUM;
    let (mut chunk, mut until) = (Vec::new(), length);
    // from the end on, each piece with so much of the one after it that no record is split
    while until > 0 {
        let from = until.saturating_sub(CHUNK as u64);
        file.seek(SeekFrom::Start(from))?;
        chunk.clear();
        (&mut *file).take(until - from + whole as u64 - 1).read_to_end(&mut chunk)?;
        for (at, record) in chunk.windows(whole).enumerate().rev() {
            if !record.starts_with(ZIP_END) || !record[ZIP_END_LENGTH..].iter().all(u8::is_ascii_hexdigit) {
                continue;
            }
            let end = from + (at + whole) as u64;
            if sum_of(file, end - SUM as u64)?.as_bytes() == &record[ZIP_END_LENGTH..] {
                return Ok(Some(length - end));
            }
        }
        until = from;
    }
    Ok(None)
}

/// A manifest of a form that we do not know need not be readable.
fn newer_form(text: &[u8]) -> Option<Fault> {
    let value: serde_json::Value = serde_json::from_slice(text).ok()?;
    let form = u32::try_from(value.get("format")?.as_u64()?).ok()?;
    (form > FORMAT).then_some(Fault::NewerForm(form))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;

    fn manifest(members: &[Member]) -> Manifest {
        Manifest {
            format: FORMAT,
            program: "0".into(),
            schema: vec!["1".into()],
            instant: Timestamp::from_micros(0),
            members: members.to_vec(),
            elsewhere: Vec::new(),
            missing: Vec::new(),
            sealed_votes: Vec::new(),
        }
    }

    fn write(path: &Path, form: u32) {
        let file = File::options().create_new(true).read(true).write(true).open(path).unwrap();
        let mut writer = Writer::new(file).unwrap();
        let text = "党建".repeat(40_000);
        writer.add("database.sqlite", Packing::Deflated, &mut text.as_bytes(), |_| {}).unwrap();
        writer.add("files/a", Packing::Stored, &mut [7_u8; 5000].as_slice(), |_| {}).unwrap();
        let manifest = Manifest { format: form, ..manifest(writer.members()) };
        writer.finish(&manifest).unwrap();
    }

    /// Gives some bytes and then fails, as a bad block does.
    struct Torn(usize);

    impl Read for Torn {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let given = self.0.min(to.len());
            self.0 -= given;
            if given == 0 { Err(io::Error::other("a bad block")) } else { Ok(given) }
        }
    }

    #[test]
    fn what_cannot_be_read_leaves_no_trace_in_the_archive() {
        let folder = tempfile::tempdir().unwrap();
        // much less than all that follows to much more, so that something would lie just behind the end, or far
        for bytes in (0..3000).step_by(50).chain([3 * CHUNK]) {
            let path = folder.path().join(bytes.to_string());
            let file = File::options().create_new(true).read(true).write(true).open(&path).unwrap();
            let mut writer = Writer::new(file).unwrap();
            writer.add("database.sqlite", Packing::Deflated, &mut [1_u8; 900].as_slice(), |_| {}).unwrap();
            let torn = writer.add("files/torn", Packing::Stored, &mut Torn(bytes), |_| {}).map(drop);
            assert!(matches!(torn, Err(NotAdded::Source(_))), "{torn:?}");
            let manifest = manifest(writer.members());
            writer.finish(&manifest).unwrap();
            let mut archive = Archive::open(&path).unwrap_or_else(|fault| panic!("{bytes}: {fault}"));
            assert!(archive.zip.by_name("files/torn").is_err());
            for member in archive.manifest.members.clone() {
                archive.copy_to(&member, &mut io::sink(), |_| {}).unwrap();
            }
        }
    }

    fn fault(path: &Path) -> Fault {
        Archive::open(path).map(|_| ()).unwrap_err()
    }

    #[test]
    fn what_was_written_is_read_and_every_fault_has_its_name() {
        let folder = std::env::temp_dir().join(format!("xianfeng-archive-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (good, other) = (folder.join("good"), folder.join("other"));
        write(&good, FORMAT);
        let mut archive = Archive::open(&good).unwrap();
        for member in archive.manifest.members.clone() {
            archive.copy_to(&member, &mut io::sink(), |_| {}).unwrap();
        }
        let bytes = std::fs::read(&good).unwrap();
        // one flipped bit, wherever it is
        for at in (0..bytes.len()).step_by(bytes.len() / 97).chain([bytes.len() - 1, bytes.len() - 70]) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            std::fs::write(&other, &flipped).unwrap();
            let found = fault(&other);
            assert!(matches!(found, Fault::Changed(_)) || (at < 45 && found == Fault::Foreign), "{at}: {found:?}");
        }
        for length in [0, 20, 100, bytes.len() / 2, bytes.len() - 100, bytes.len() - 30] {
            std::fs::write(&other, &bytes[..length]).unwrap();
            assert_eq!(fault(&other), Fault::CutOff, "{length}");
        }
        for more in [1, 64, 100, CHUNK - 1, 2 * CHUNK + 5] {
            for byte in [b'\n', b'0'] {
                std::fs::write(&other, [&bytes[..], &vec![byte; more]].concat()).unwrap();
                assert_eq!(fault(&other), Fault::Appended(more as u64), "{byte}");
            }
        }
        std::fs::write(&other, b"SQLite format 3\0 and more of what is no backup at all ................").unwrap();
        assert_eq!(fault(&other), Fault::Foreign);
        std::fs::remove_file(&other).unwrap();
        write(&other, FORMAT + 1);
        assert_eq!(fault(&other), Fault::NewerForm(FORMAT + 1));
        assert!(matches!(fault(&folder.join("none")), Fault::Unreadable(_)));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
