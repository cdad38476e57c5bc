//! Everything that is kept about a member as one zip: a JSON file for each room, the files that he uploaded, and an index that
//! says what is not handed over, and why. It is made while it is sent, a piece at a time, beside the event loop.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::warn;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

use super::actions::{Outcome, PersonalRoom};
use super::rules::{self, Refusal};
use crate::base::id::MemberId;
use crate::db::Tx;
use crate::ground::files::{self, FileId};
use crate::kernel::personal::{self, Erasing, Handing, Keeping, Kept};
use crate::kernel::trail::{self, Act};

/// Archives that one server makes at a time.
const AT_A_TIME: usize = 2;

/// Rows that are read at a time.
const ROWS_AT_ONCE: i64 = 500;

/// Files that are listed at a time.
const FILES_AT_ONCE: i64 = 50;

/// Pieces that wait for a slow receiver.
const PIECES_AHEAD: usize = 4;

/// What the trail calls that a member had his archive.
const ACTION: &str = "personal.archive";

/// As many permits as archives are made at a time.
pub(super) fn turns() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(AT_A_TIME))
}

/// A piece of an archive, or why it ends here.
pub(super) type Piece = io::Result<Bytes>;

impl PersonalRoom {
    /// Begins the archive of a member; refused for some minutes after the last one.
    pub(super) async fn archive(&self, member: MemberId) -> Outcome<Receiver<Piece>> {
        let turn = self.turns.clone().try_acquire_owned().map_err(|_| Refusal::Busy)?;
        let minutes = self.minutes.get();
        self.db
            .write(move |tx| {
                // of two at once one is too soon
                tx.take_turn(member)?;
                may_have(tx, member, minutes)
            })
            .await?;
        let (sender, receiver) = channel(PIECES_AHEAD);
        let room = self.clone();
        let handle = Handle::current();
        tokio::task::spawn_blocking(move || {
            let _turn: OwnedSemaphorePermit = turn;
            handle.block_on(async {
                let mut making = Making::new(sender);
                if let Err(error) = room.write_archive(&mut making, member).await {
                    warn!(%error, "an archive of personal data ends early");
                    // the receiver sees that it is not whole
                    let _ = making.sender.send(Err(error)).await;
                }
            });
        });
        Ok(receiver)
    }

    async fn write_archive(&self, making: &mut Making, member: MemberId) -> io::Result<()> {
        let keepings = self.personal.each();
        let mut rooms = Vec::new();
        for keeping in &keepings {
            if let Some(listed) = self.write_room(making, keeping, member).await? {
                rooms.push(listed);
            }
        }
        let number = self.write_files(making, member).await?;
        let index = self.index(&keepings, rooms, number, member).await?;
        making.begin("index.json", CompressionMethod::Deflated)?;
        making.write(&pretty(&index)).await?;
        making.finish().await
    }

    /// One room's file; what it lists of it for the index.
    async fn write_room(&self, making: &mut Making, keeping: &Keeping, member: MemberId) -> io::Result<Option<Value>> {
        let handed: Vec<(Kept, &str)> = keeping.kept.iter().filter_map(|kept| Some((*kept, title_of(kept)?))).collect();
        if handed.is_empty() {
            return Ok(None);
        }
        let file = format!("{}.json", keeping.room);
        making.begin(&file, CompressionMethod::Deflated)?;
        making.write(b"[").await?;
        let mut parts = Vec::new();
        for (n, (kept, title)) in handed.into_iter().enumerate() {
            let begin = if n == 0 { "\n" } else { ",\n" };
            let head = format!("{begin}{{\"title\": {}, \"table\": {}, \"rows\": [", json!(title), json!(kept.table));
            making.write(head.as_bytes()).await?;
            let mut passed = 0;
            loop {
                let found = self
                    .db
                    .read_aside(move |conn| personal::list(conn, &kept, member, passed, ROWS_AT_ONCE))
                    .await
                    .map_err(io::Error::other)?;
                let count = i64::try_from(found.len()).unwrap_or(ROWS_AT_ONCE);
                let mut text = String::new();
                for (n, row) in found.iter().enumerate() {
                    text.push_str(if passed == 0 && n == 0 { "\n  " } else { ",\n  " });
                    text.push_str(&row.to_string());
                }
                making.write(text.as_bytes()).await?;
                passed += count;
                if count < ROWS_AT_ONCE {
                    break;
                }
            }
            making.write(b"]}").await?;
            parts.push(json!({ "title": title, "table": kept.table, "rows": passed }));
        }
        making.write(b"\n]\n").await?;
        Ok(Some(json!({ "file": file, "parts": parts })))
    }

    /// The files that a member uploaded; how many.
    async fn write_files(&self, making: &mut Making, member: MemberId) -> io::Result<usize> {
        let (mut after, mut number): (Option<FileId>, usize) = (None, 0);
        loop {
            let page = self
                .db
                .read_aside(move |conn| files::list_own(conn, member, after, FILES_AT_ONCE))
                .await
                .map_err(io::Error::other)?;
            let Some(last) = page.last() else { return Ok(number) };
            after = Some(last.id);
            for file in &page {
                // one that went away meanwhile is no reason to give nothing
                let Ok(mut bytes) = self.files.fetch(file).await else { continue };
                // packed already, all of them
                let name = format!("files/{}/{}", file.id, rules::safe_name(&file.name));
                making.begin(&name, CompressionMethod::Stored)?;
                while let Some(piece) = bytes.next().await {
                    making.write(&piece?).await?;
                }
                number += 1;
            }
        }
    }

    async fn index(
        &self,
        keepings: &[Keeping],
        rooms: Vec<Value>,
        number: usize,
        member: MemberId,
    ) -> io::Result<Value> {
        let found = self.members.find(member).await.map_err(io::Error::other)?;
        let (name, employee_no, phone) =
            found.map_or((None, None, None), |(row, phone)| (Some(row.name), Some(row.employee_no), phone));
        let left_out: Vec<Value> = keepings
            .iter()
            .flat_map(|keeping| keeping.kept.iter().map(move |kept| (keeping.room, kept)))
            .filter_map(|(room, kept)| match kept.handing {
                Handing::Not(why) => {
                    Some(json!({ "room": room, "table": kept.table, "column": kept.column, "why": why }))
                }
                Handing::Rows { .. } => None,
            })
            .collect();
        let secrets = [
            json!({ "what": "选票的内容", "why": "投票为无记名投票，计票后无人能够得知谁选了什么" }),
            json!({ "what": "密码、登录凭据", "why": "只存不可还原的摘要" }),
        ];
        Ok(json!({
            "made_at": self.db.now(), "name": name, "employee_no": employee_no, "phone": phone, "rooms": rooms,
            "files": number, "left_out": left_out, "never_kept": secrets,
        }))
    }
}

/// Writes down that a member has his archive, unless he had it a moment ago.
fn may_have(tx: &mut Tx, member: MemberId, minutes: i64) -> Outcome<()> {
    let filter = trail::Filter { actor: Some(member), action: Some(ACTION.to_owned()), ..trail::Filter::default() };
    let last = trail::list(tx.conn, &filter, None, 1)?.first().map(|line| line.at);
    if let Some(seconds) = rules::wait_seconds(last, tx.now(), minutes) {
        return Err(Refusal::TooSoon { seconds }.into());
    }
    let act =
        Act { actor: Some(member), action: ACTION, subject_kind: "member", subject_id: member.uuid(), detail: () };
    Ok(trail::note(tx, act)?)
}

fn title_of(kept: &Kept) -> Option<&'static str> {
    match kept.handing {
        Handing::Rows { title, .. } => Some(title),
        Handing::Not(_) => None,
    }
}

/// What becomes of rows, in words for whoever asks.
pub(super) fn fate_of(kept: &Kept) -> (&'static str, Option<&'static str>) {
    match kept.erasing {
        Erasing::Stays(why) => ("stays", Some(why)),
        Erasing::Deleted => ("deleted", None),
        Erasing::Cleared(_) => ("cleared", None),
    }
}

fn pretty(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap_or_default()
}

/// Where the zip is written to until it is sent.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An archive that is being made.
struct Making {
    zip: Option<ZipWriter<StreamWriter<Buffer>>>,
    buffer: Buffer,
    sender: Sender<Piece>,
}

impl Making {
    fn new(sender: Sender<Piece>) -> Making {
        let buffer = Buffer::default();
        Making { zip: Some(ZipWriter::new_stream(buffer.clone())), buffer, sender }
    }

    fn begin(&mut self, name: &str, packed: CompressionMethod) -> io::Result<()> {
        let options = SimpleFileOptions::default().compression_method(packed);
        self.zip()?.start_file(name, options).map_err(io::Error::other)
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.zip()?.write_all(bytes)?;
        self.send().await
    }

    async fn finish(&mut self) -> io::Result<()> {
        if let Some(zip) = self.zip.take() {
            zip.finish().map_err(io::Error::other)?;
        }
        self.send().await
    }

    fn zip(&mut self) -> io::Result<&mut ZipWriter<StreamWriter<Buffer>>> {
        self.zip.as_mut().ok_or_else(|| io::Error::other("the archive is finished"))
    }

    /// Hands over what was written; an error when nobody receives it any more.
    async fn send(&mut self) -> io::Result<()> {
        let bytes = self.buffer.take();
        if bytes.is_empty() {
            return Ok(());
        }
        self.sender.send(Ok(bytes.into())).await.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}
