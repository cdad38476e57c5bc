//! What every database needs that was put back, whether by `restore` or by the operator's own means: nobody is signed in
//! any more, codes are void, boards in Redis are of another life, messages wait for a person, and people hear what was
//! open at that instant.

use serde_json::json;
use uuid::Uuid;

use crate::base::clock::Clock;
use crate::base::time::Timestamp;
use crate::config::Config;
use crate::db::{Conn, Db, DbError, Never, Stop, Tx};
use crate::judging::campaigns;
use crate::kernel::outbox;
use crate::kernel::restores;
use crate::kernel::trail::{self, Act};
use crate::learning::{contests, quiz};
use crate::people::sessions;

/// Sessions that one transaction ends.
const SESSIONS: i64 = 2_000;

/// Things of one kind that are named.
const NAMED: i64 = 200;

/// Why messages wait; `outbox list` shows it.
const HELD: &str = "恢复备份后暂停：备份之后可能已经送达，请查看后放行或丢弃 (held after a restore)";

/// What was done to a restored database, and what was open in it.
#[derive(Debug, Default)]
pub struct Revived {
    pub sessions: usize,
    pub codes: usize,
    pub messages: usize,
    /// What was open, in sentences.
    pub open: Vec<String>,
}

impl Revived {
    /// In lines for people.
    pub fn lines(&self) -> Vec<String> {
        let mut lines =
            vec![format!("已结束登录 {} 个、作废邀请码和重置码 {} 个；所有人需重新登录", self.sessions, self.codes)];
        if self.messages > 0 {
            lines.push(format!(
                "有 {} 条待发消息已暂停，可能在备份之后已经送达：用 `xianfeng outbox list` 查看，`outbox release` 放行，`outbox discard` 丢弃",
                self.messages
            ));
        }
        match self.open.is_empty() {
            true => lines.push("备份时刻没有进行中的评选、竞赛和每日答题".into()),
            false => {
                lines.push("备份时刻正在进行的事项（其后的提交和投票不在备份中，请通知相关人员）：".into());
                lines.extend(self.open.iter().map(|line| format!("  {line}")));
            }
        }
        lines
    }
}

/// Makes a database that was put back ready to be served; `backup_at` is the instant of the backup, if it is known.
///
/// May be repeated. Ends with a new life of the database, by which boards in Redis are told apart.
pub async fn revive(db: &Db, backup_at: Option<Timestamp>) -> Result<Revived, DbError> {
    let mut revived = Revived::default();
    loop {
        let ended = db.write(|tx| -> Result<usize, Stop<Never>> { Ok(sessions::end_restored(tx, SESSIONS)?) }).await?;
        revived.sessions += ended;
        if ended == 0 {
            break;
        }
    }
    let at = backup_at.unwrap_or(db.now());
    revived.open = db.read(move |conn| list_open(conn, at)).await?;
    let ended = revived.sessions;
    let (codes, messages) = db
        .write(move |tx| -> Result<(usize, usize), Stop<Never>> {
            let codes = sessions::withdraw_codes(tx)?;
            let messages = outbox::park_all(tx, HELD)?;
            restores::begin_life(tx, backup_at)?;
            note(tx, json!({ "backup_at": backup_at, "sessions": ended, "codes": codes, "messages": messages }))?;
            Ok((codes, messages))
        })
        .await?;
    (revived.codes, revived.messages) = (codes, messages);
    Ok(revived)
}

/// Does so for the database that `config` names, which was put back by other means than ours.
pub async fn revive_restored(config: &Config, clock: Clock, backup_at: Option<Timestamp>) -> Result<Revived, String> {
    let db = Db::open(&config.database_url, clock, config.db_options()).map_err(|error| error.to_string())?;
    let reviving = async {
        db.migrate().await?;
        revive(&db, backup_at).await
    };
    let revived = reviving.await.map_err(|error| error.to_string());
    db.close();
    revived
}

fn note(tx: &mut Tx, detail: serde_json::Value) -> diesel::QueryResult<()> {
    let act = Act { actor: None, action: "backup.restore", subject_kind: "database", subject_id: Uuid::nil(), detail };
    trail::note(tx, act)
}

/// Votes, contests and papers that were open at `at`, in sentences.
fn list_open(conn: &mut Conn, at: Timestamp) -> diesel::QueryResult<Vec<String>> {
    let mut open = Vec::new();
    for (title, stage) in campaigns::list_open_stages(conn, NAMED)? {
        open.push(format!("评选《{title}》：{}阶段，截止{}", stage.stage.title(), stage.closes_at.in_chinese()));
    }
    for (id, title) in campaigns::list_sealed_votes(conn)? {
        open.push(format!("评选《{title}》：选票未计票，需要其密钥（{id}）"));
    }
    for contest in contests::list_open(conn, NAMED)? {
        open.push(format!("竞赛《{}》：截止{}", contest.title, contest.closes_at.in_chinese()));
    }
    let papers = quiz::count_published(conn, at.day())?;
    if papers > 0 {
        open.push(format!("{} 的每日答题：{papers} 份试卷", at.day()));
    }
    Ok(open)
}
