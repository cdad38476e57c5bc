//! What somebody should look after: things that did not happen at their time, and means that run out. Rooms say how they
//! see it; nothing decides by it.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use crate::base::time::Timestamp;
use crate::db::DbError;

crate::words!(
    /// Of what an alarm is.
    AlarmKind {
        /// A push, a paper, a stage or another planned thing did not happen at its time.
        Overdue = "overdue" / "到点未办",
        /// No backup was taken within its day.
        BackupMissing = "backup_missing" / "备份未完成",
        /// Little room is left on a disk.
        DiskLow = "disk_low" / "磁盘空间不足",
        /// The clock is not believed, so that nothing is written.
        ClockDoubted = "clock_doubted" / "时钟有误",
        /// Nothing can be written at the moment.
        WritesFail = "writes_fail" / "无法写入",
        /// Messages wait for a person.
        MessagesParked = "messages_parked" / "消息待人工处理",
        /// What is set of message templates cannot be read, so that nothing leaves by them.
        TemplatesUnreadable = "templates_unreadable" / "消息模板有误",
        /// Redis is away; boards come from the database.
        RedisAway = "redis_away" / "Redis 不可用",
        /// Lines of the trail wait for their seal for too long.
        TrailUnsealed = "trail_unsealed" / "留痕未封存",
        /// The enterprise has switched to reading only.
        Maintenance = "maintenance" / "维护中",
        /// A look at one of these failed.
        Unknown = "unknown" / "无法检查",
    }
);

/// Something that somebody should look after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    pub kind: AlarmKind,
    /// What is the matter, in Chinese.
    pub message: String,
    /// What to do, in Chinese.
    pub advice: &'static str,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
}

type Looking = Pin<Box<dyn Future<Output = Result<Vec<Alarm>, DbError>> + Send>>;

/// How a room sees what should be looked after.
pub struct Lookout {
    name: &'static str,
    look: Box<dyn Fn() -> Looking + Send + Sync>,
}

impl Lookout {
    /// A look with a handle of its own.
    pub fn new<T, F>(handle: T, name: &'static str, look: impl Fn(T) -> F + Send + Sync + 'static) -> Lookout
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = Result<Vec<Alarm>, DbError>> + Send + 'static,
    {
        Lookout { name, look: Box::new(move || Box::pin(look(handle.clone()))) }
    }
}

/// The lookouts of all rooms; clones share them.
#[derive(Clone, Default)]
pub struct Alarms(Arc<RwLock<Vec<Arc<Lookout>>>>);

impl Alarms {
    pub fn admit(&self, lookouts: Vec<Lookout>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(lookouts.into_iter().map(Arc::new));
    }

    /// Everything that should be looked after now. A look that fails is told of, too.
    pub async fn look(&self) -> Vec<Alarm> {
        let lookouts = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut alarms = Vec::new();
        for lookout in lookouts {
            match (lookout.look)().await {
                Ok(found) => alarms.extend(found),
                Err(error) => {
                    tracing::warn!(lookout = lookout.name, %error, "could not look for alarms");
                    alarms.push(Alarm {
                        kind: AlarmKind::Unknown,
                        message: format!("无法检查“{}”", lookout.name),
                        advice: "请查看服务日志，确认数据库可用",
                        since: None,
                    });
                }
            }
        }
        alarms
    }
}
