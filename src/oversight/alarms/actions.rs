//! What belongs to no room: clock, disk, agenda, messages, Redis.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::disk;
use crate::base::time::Timestamp;
use crate::config::Config;
use crate::db::{Db, DbError};
use crate::kernel::alarms::{Alarm, AlarmKind, Alarms};
use crate::kernel::board::Boards;
use crate::kernel::settings::Setting;
use crate::kernel::{agenda, outbox};

/// Seconds after its instant at which something in the agenda is said not to have happened.
const OVERDUE_SECONDS: i64 = 300;

/// A disk with less than this is said to be low, in bytes.
const LOW: u64 = 1 << 30;

/// What the service lives on. Not with the alarms in it: they hold this one.
#[derive(Clone)]
pub struct Means {
    pub db: Db,
    pub config: Arc<Config>,
    pub boards: Boards,
    /// The sentence of maintenance.
    pub sentence: Setting,
}

/// The handle; clones share what was said.
#[derive(Clone)]
pub struct AlarmRoom {
    pub(super) means: Means,
    alarms: Alarms,
    /// The kinds that were raised at the last look; `None` before the first.
    raised: Arc<Mutex<Option<HashSet<AlarmKind>>>>,
}

impl AlarmRoom {
    pub fn new(means: Means, alarms: Alarms) -> AlarmRoom {
        AlarmRoom { means, alarms, raised: Arc::default() }
    }

    /// Everything that should be looked after now, and the instant of the look.
    pub async fn look(&self) -> (Vec<Alarm>, Timestamp) {
        (self.alarms.look().await, self.means.db.now())
    }

    /// Measures every kind, and says in the log what has come up and what is over.
    pub async fn measure(&self) {
        let mut found: HashSet<AlarmKind> = self.look().await.0.into_iter().map(|alarm| alarm.kind).collect();
        let mut raised = self.raised.lock().unwrap_or_else(PoisonError::into_inner);
        // what came due while no process ran is being done just now
        let raised = raised.get_or_insert_with(|| {
            found.remove(&AlarmKind::Overdue);
            HashSet::new()
        });
        for kind in AlarmKind::EACH {
            let is_raised = found.contains(kind);
            metrics::gauge!("xianfeng_alarm", "kind" => kind.as_str()).set(f64::from(u8::from(is_raised)));
        }
        for kind in found.difference(raised) {
            tracing::error!(
                alarm = kind.as_str(),
                "an alarm has come up: GET /api/v1/operations/alarms, xianfeng doctor"
            );
        }
        for kind in raised.difference(&found) {
            tracing::info!(alarm = kind.as_str(), "an alarm is over");
        }
        *raised = found;
    }
}

impl Means {
    /// What people are told while nothing can be changed.
    pub fn sentence(&self) -> Option<String> {
        Some(self.sentence.words().to_string()).filter(|words| !words.is_empty())
    }

    /// What belongs to no room.
    pub(super) async fn look_out(self) -> Result<Vec<Alarm>, DbError> {
        let mut alarms = self.of_this_process();
        // what the database says comes last: when it is away, the rest is still told
        match self.of_the_database().await {
            Ok(found) => alarms.extend(found),
            Err(error) if alarms.is_empty() => return Err(error),
            Err(_) => {}
        }
        Ok(alarms)
    }

    fn of_this_process(&self) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        let mut raise = |kind, message: String, advice| alarms.push(Alarm { kind, message, advice, since: None });
        if self.db.is_doubted() {
            raise(
                AlarmKind::ClockDoubted,
                "服务器时钟与数据库记录不符，暂停一切写入".into(),
                "请校准本机时间；核对无误时运行 xianfeng confirm-clock",
            );
        }
        if self.db.is_failing() {
            raise(
                AlarmKind::WritesFail,
                "最近一次写入数据库失败，目前只能查看".into(),
                "请检查数据库是否可用、磁盘是否已满、账号是否有写权限",
            );
        }
        if self.boards.is_shared() && self.boards.is_degraded() {
            raise(
                AlarmKind::RedisAway,
                "Redis 不可用，排行榜改由数据库提供，速度较慢".into(),
                "请检查 Redis 服务和 REDIS_URL；恢复后自动补齐，无须其他操作",
            );
        }
        if let Some(sentence) = self.sentence() {
            raise(
                AlarmKind::Maintenance,
                format!("正在维护，只能查看：{sentence}"),
                "维护结束后，请把设置 service.maintenance 清空",
            );
        }
        for (what, folder) in self.folders() {
            if let Ok(room) = disk::room(&folder)
                && room.free < LOW
            {
                raise(
                    AlarmKind::DiskLow,
                    format!("{what}所在磁盘只剩 {} MB（{}）", room.free >> 20, folder.display()),
                    "请清理或扩充磁盘；空间用尽后无法写入",
                );
            }
        }
        alarms
    }

    async fn of_the_database(&self) -> Result<Vec<Alarm>, DbError> {
        let before = self.db.now().plus_seconds(-OVERDUE_SECONDS);
        let (overdue, (_, parked)) =
            self.db.read(move |conn| Ok((agenda::list_overdue(conn, before)?, outbox::count(conn)?))).await?;
        let mut alarms: Vec<Alarm> = overdue
            .into_iter()
            .map(|late| Alarm {
                kind: AlarmKind::Overdue,
                message: format!("到点未办：{}，共 {} 项，最早应在{}", late.kind, late.count, late.since.in_chinese()),
                advice: "请查看服务日志中这项工作的错误；服务恢复后会自动补办",
                since: Some(late.since),
            })
            .collect();
        if parked > 0 {
            alarms.push(Alarm {
                kind: AlarmKind::MessagesParked,
                message: format!("有 {parked} 条消息多次发送失败，或在恢复备份后暂停，等待人工处理"),
                advice: "请运行 xianfeng outbox list 查看，再用 release 重发或 discard 放弃",
                since: None,
            });
        }
        Ok(alarms)
    }

    /// The folders whose disks the service lives on, with what lies there.
    pub(super) fn folders(&self) -> Vec<(&'static str, PathBuf)> {
        let database = self.db.file().map(|file| ("数据库", file.to_path_buf()));
        let place = &self.config.files.files_place;
        let files = (!place.starts_with("s3://")).then(|| ("附件", PathBuf::from(place)));
        let backups = self.config.backup.folder().map(|folder| ("备份", folder));
        database.into_iter().chain(files).chain(backups).collect()
    }
}
