//! Sealing the trail, anchoring the chain of seals, and checking all of it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::Mutex;
use uuid::Uuid;

use super::anchors::Anchors;
use super::model::{ChainFault, Verified};
use crate::base::crypto::Key;
use crate::base::id::MemberId;
use crate::base::network::Network;
use crate::base::time::Timestamp;
use crate::db::{Db, DbError, Never, Stop};
use crate::kernel::alarms::{Alarm, AlarmKind};
use crate::kernel::lease::{Lease, ProcessId, leased};
use crate::kernel::trail::chain::{self, Seal};
use crate::kernel::trail::{self, Act, ActResult, Repetitions};

/// Lines that one transaction seals, or one look checks.
const CHUNK: i64 = 500;
/// How long other processes leave the sealing to one that has died.
const LEASE_SECONDS: i64 = 60;

/// Looks after the trail; clones share it.
#[derive(Clone)]
pub struct Audit {
    pub(super) db: Db,
    process: ProcessId,
    /// Seals lines.
    pub(super) chain_key: Key,
    /// Hides addresses.
    address_key: Key,
    anchors: Arc<Anchors>,
    /// One check at a time.
    checking: Arc<Mutex<()>>,
    /// What was refused lately.
    pub(super) refusals: Arc<Repetitions>,
}

/// Seconds after which a line without a seal is told of.
const UNSEALED_SECONDS: i64 = 300;

impl Audit {
    pub fn new(db: Db, key: &Key, anchors: Anchors) -> Self {
        Audit {
            process: db.fresh_id(),
            db,
            chain_key: key.derive(b"trail chain"),
            address_key: key.derive(b"trail addresses"),
            anchors: Arc::new(anchors),
            checking: Arc::default(),
            refusals: Arc::default(),
        }
    }

    /// What the trail keeps of an address.
    pub(super) fn hide(&self, address: IpAddr) -> [u8; 16] {
        let hash = self.address_key.mac(&[Network::of(address).bytes()]);
        std::array::from_fn(|place| hash[place])
    }

    /// Whether lines wait for their seal for longer than that takes.
    pub(super) async fn look_out(self) -> Result<Vec<Alarm>, DbError> {
        let oldest = self.db.read(chain::find_oldest_waiting).await?;
        let late = oldest.filter(|at| self.db.now().seconds_since(*at) > UNSEALED_SECONDS);
        let raise = |since: Timestamp| Alarm {
            kind: AlarmKind::TrailUnsealed,
            message: format!("自{}起的留痕尚未封存", since.in_chinese()),
            advice: "请查看服务日志中“trail seals”的错误；在此期间的留痕不受锚点保护",
            since: Some(since),
        };
        Ok(late.map(raise).into_iter().collect())
    }

    /// Writes down what no room wrote down.
    pub(super) async fn note(
        &self,
        actor: Option<MemberId>,
        action: &'static str,
        detail: serde_json::Value,
        result: ActResult,
    ) -> Result<(), DbError> {
        let noted = self.db.write(move |tx| -> Result<(), Stop<Never>> {
            let act = Act { actor, action, subject_kind: "route", subject_id: Uuid::nil(), detail: detail.clone() };
            Ok(trail::note_as(tx, act, result)?)
        });
        Ok(noted.await?)
    }

    /// Seals what waits for it, and anchors the chain once a day.
    pub async fn seal(&self) -> Result<(), DbError> {
        if self.db.read(chain::count_waiting).await? > 0 {
            let lease = Lease { name: "trail seals", holder: self.process, seconds: LEASE_SECONDS };
            loop {
                let key = self.chain_key.clone();
                let sealed = leased(&self.db, lease, move |tx| chain::seal(tx, &key, CHUNK)).await?;
                if sealed.is_none_or(|sealed| (sealed as i64) < CHUNK) {
                    break;
                }
            }
        }
        let today = self.db.now().day();
        if self.anchors.is_due(today) {
            let last = self.db.read(chain::last).await?;
            if last != Seal::START {
                self.anchors.put(today, &last);
            }
        }
        Ok(())
    }

    /// Walks the whole chain and holds it against the anchors; names the first thing that does not fit.
    pub async fn verify(&self) -> Result<Verified, DbError> {
        let _turn = self.checking.lock().await;
        let anchored = self.anchors.read();
        let mut at: HashMap<i64, Vec<&str>> = HashMap::new();
        for anchor in anchored.lines.iter() {
            at.entry(anchor.position).or_default().push(&anchor.hash);
        }
        let (mut last, mut fault) = (Seal::START, None);
        while fault.is_none() {
            let (key, from) = (self.chain_key.clone(), last.clone());
            let (seals, found) = self.db.read(move |conn| chain::walk(conn, &key, &from, CHUNK)).await?;
            let differs = seals.iter().find(|seal| {
                let known = at.get(&seal.position);
                known.is_some_and(|known| known.iter().any(|hash| *hash != seal.text()))
            });
            fault = differs.map(|seal| ChainFault::at_anchor(seal.position)).or_else(|| found.map(ChainFault::of));
            match seals.last() {
                Some(seal) => last = seal.clone(),
                None => break,
            }
        }
        if fault.is_none() {
            fault = self.db.read(chain::find_inserted).await?.map(ChainFault::of);
        }
        if fault.is_none() {
            let beyond = anchored.lines.iter().find(|anchor| anchor.position > last.position);
            fault = beyond.map(|anchor| ChainFault::cut_off(last.position + 1, anchor.day)).or(anchored.fault.clone());
        }
        let waiting = self.db.read(chain::count_waiting).await?;
        Ok(Verified {
            sealed: last.position,
            waiting,
            last_hash: last.text(),
            anchors: anchored.lines.len(),
            checked_at: self.db.now(),
            fault,
        })
    }

    pub(super) fn now(&self) -> Timestamp {
        self.db.now()
    }
}
