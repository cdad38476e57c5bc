//! The trail of some days as a file: every line with its seal, and at the end how many there were, so that what was cut off
//! or changed on the way is found by whoever has the key.

use futures_util::stream::{Stream, unfold};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Audit;
use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::{DbError, Never, Stop};
use crate::kernel::trail::chain::Seal;
use crate::kernel::trail::export::{self, SealedLine, unhex};
use crate::kernel::trail::{self, Act};

/// Lines that one look at the database brings.
const CHUNK: i64 = 500;

/// The part of the chain that an export holds.
#[derive(Clone, Debug)]
pub struct Portion {
    /// The seal before the first line.
    pub before: Seal,
    pub last: i64,
}

/// The first line of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Always `trail`.
    pub export: String,
    pub from: Day,
    pub until: Day,
    pub made_at: Timestamp,
    /// The place and the seal before the first line.
    pub before: SealText,
    /// The place of the last line.
    pub last_position: i64,
}

/// A seal as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealText {
    pub position: i64,
    /// In hexadecimal digits.
    pub hash: String,
}

impl SealText {
    pub fn of(seal: &Seal) -> SealText {
        SealText { position: seal.position, hash: seal.text() }
    }

    fn read(&self) -> Option<Seal> {
        Some(Seal { position: self.position, hash: unhex(&self.hash)?.try_into().ok()? })
    }
}

/// The last line of an export: without it, something is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// Always true.
    pub end: bool,
    pub lines: i64,
}

/// A line between the two. Its `actor_name` is from the roster of the day of the export and not sealed.
#[derive(Deserialize)]
struct Line {
    #[serde(flatten)]
    sealed: SealedLine,
}

impl Audit {
    /// What an export of these days holds, both included; and that somebody takes it out stands in the trail.
    pub(super) async fn open_export(&self, by: MemberId, from: Day, until: Day) -> Result<Portion, DbError> {
        // so that nothing that was done before is missing
        self.seal().await?;
        let (start, end) = (from.start(), until.next().start());
        let portion = self
            .db
            .read(move |conn| {
                let Some((first, last)) = export::find_range(conn, start, end)? else {
                    return Ok(Portion { before: Seal::START, last: 0 });
                };
                Ok(Portion { before: export::find_seal(conn, first - 1)?, last })
            })
            .await?;
        let detail = json!({
            "from": from, "until": until, "lines": portion.last - portion.before.position, "last": portion.last,
        });
        self.db
            .write(move |tx| -> Result<(), Stop<Never>> {
                let (action, subject_kind, subject_id) = ("audit.export_trail", "trail", uuid::Uuid::nil());
                let detail = detail.clone();
                Ok(trail::note(tx, Act { actor: Some(by), action, subject_kind, subject_id, detail })?)
            })
            .await?;
        Ok(portion)
    }

    /// The lines of a portion, chunk by chunk, to its end.
    pub(super) fn lines_of(&self, portion: &Portion) -> impl Stream<Item = Result<Vec<SealedLine>, DbError>> + use<> {
        let (db, last) = (self.db.clone(), portion.last);
        unfold(portion.before.position, move |after| {
            let db = db.clone();
            async move {
                if after >= last {
                    return None;
                }
                match db.read(move |conn| export::list_sealed(conn, after, last, CHUNK)).await {
                    Ok(lines) => {
                        let next = lines.last()?.position;
                        Some((Ok(lines), next))
                    }
                    Err(error) => Some((Err(error), last)),
                }
            }
        })
    }

    /// Checks what an export says: gives the first and the last position, or the first thing that does not fit, in Chinese.
    pub fn verify_export(&self, file: &[u8]) -> Result<(i64, i64), String> {
        let text = std::str::from_utf8(file).map_err(|_| "不是留痕导出文件".to_owned())?;
        let mut lines = text.lines();
        let opening: Opening =
            lines.next().and_then(|line| serde_json::from_str(line).ok()).ok_or("第 1 行不是留痕导出文件的开头")?;
        let mut seal =
            opening.before.read().filter(|_| opening.export == "trail").ok_or("第 1 行不是留痕导出文件的开头")?;
        let first = seal.position + 1;
        for (place, line) in lines.by_ref().enumerate() {
            if let Ok(ending) = serde_json::from_str::<Ending>(line) {
                let whole =
                    ending.lines == seal.position + 1 - first && seal.position == opening.last_position.max(first - 1);
                let is_last = lines.next().is_none();
                return match ending.end && whole && is_last {
                    true => Ok((first, seal.position)),
                    false => Err(format!("第 {} 行：条数与开头、结尾所记不符", place + 2)),
                };
            }
            let read: Result<Line, _> = serde_json::from_str(line);
            let fits = read.ok().and_then(|line| line.sealed.check(&self.chain_key, &seal));
            seal = fits
                .ok_or_else(|| format!("第 {} 行（应为第 {} 条留痕）与封存时不一致", place + 2, seal.position + 1))?;
        }
        Err(format!("文件不完整：在第 {} 条留痕之后中断", seal.position))
    }
}
