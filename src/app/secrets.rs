//! The secrets of the process, which must be those of its database.

use std::path::Path;

use crate::config::{Config, Secrets, SecretsConfig};
use crate::db::Db;
use crate::judging::campaigns;
use crate::kernel::secret_checks;
use crate::people::members;

/// Refuses, before anything is opened, to make a SQLite file for an enterprise that had one: what was made would be in the
/// way of the file that is looked for, a log beside it would even be taken for that file's own.
pub(super) fn refuse_to_make_anew(config: &Config) -> Result<(), String> {
    let Some(database) = config.database_url.strip_prefix("sqlite://") else { return Ok(()) };
    let is_there = std::fs::metadata(database).is_ok_and(|found| found.len() > 0);
    if is_there || config.is_demo {
        return Ok(());
    }
    let used_before = Secrets::used_before(&config.secrets)?;
    used_before.map_or(Ok(()), |file| Err(lost_database(&file, &config.database_url)))
}

/// The secrets that belong to the database; made for one that is new.
pub(super) async fn secrets_of(db: &Db, config: &Config) -> Result<Secrets, String> {
    let known = db.read(secret_checks::list).await.map_err(|error| error.to_string())?;
    let is_new = known.is_empty() && !db.read(members::any).await.map_err(|error| error.to_string())?;
    let secrets = match Secrets::find(&config.secrets)? {
        Some(secrets) => {
            // the demo is begun anew by throwing its data away
            let used_before = if is_new && !config.is_demo { Secrets::used_before(&config.secrets)? } else { None };
            if let Some(file) = used_before {
                return Err(lost_database(&file, &config.database_url));
            }
            secrets
        }
        None => match (is_new, config.is_postgres()) {
            (true, false) => Secrets::make(&config.secrets)?,
            (true, true) => return Err(no_shared_secrets(&config.secrets)),
            (false, _) => return Err(missing_secrets(&config.secrets)),
        },
    };
    let mut differing = secret_checks::differing(&known, &secrets.lasting_keys());
    if known.is_empty() {
        // a database from before there were checks: what is in it tells whether the keys are the right ones
        let (phone_key, ballot_key) = (secrets.phone_key.clone(), secrets.ballot_key.clone());
        let phones = db.read(move |conn| members::proves_phone_key(conn, &phone_key)).await;
        let ballots = db.read(move |conn| campaigns::proves_ballot_key(conn, &ballot_key)).await;
        let doubted = [("phone_key", phones), ("ballot_key", ballots)];
        for (name, proven) in doubted {
            if proven.map_err(|error| error.to_string())? == Some(false) {
                differing.push(name);
            }
        }
        if differing.is_empty() {
            let known = secret_checks::put(db, &secrets.lasting_keys()).await.map_err(|error| error.to_string())?;
            differing = secret_checks::differing(&known, &secrets.lasting_keys());
        }
    }
    if !differing.is_empty() {
        return Err(other_secrets(&differing));
    }
    Secrets::note_use(&config.secrets);
    Ok(secrets)
}

fn lost_database(file: &Path, database_url: &str) -> String {
    // the address of a server may hold a password
    let place = database_url.strip_prefix("sqlite://").unwrap_or("DATABASE_URL");
    format!(
        "数据库 {place} 是空的，但密钥 {0} 已有企业在用：数据可能丢失、磁盘未挂载，或 DATABASE_URL 指错了位置，因此没有当作新企业启动。\
         请改正位置，或删除这个空数据库后用 xianfeng restore 恢复备份；确要新建企业时，先把 {0} 和 {0}.in-use 移到别处保管 \
         (the database is empty, but an enterprise uses these secrets: look for the disk or the right DATABASE_URL, or restore \
         a backup; to begin a new enterprise, put {0} and {0}.in-use away first)",
        file.display()
    )
}

fn no_shared_secrets(config: &SecretsConfig) -> String {
    format!(
        "使用 PostgreSQL 的各服务器须共用一组密钥：请设置 XIANFENG_SECRETS 或 XIANFENG_SECRETS_FILE（`xianfeng secrets` 可打印\
         一组新的）；文件 {0} 不存在 (servers on PostgreSQL must share their secrets: set XIANFENG_SECRETS or \
         XIANFENG_SECRETS_FILE; {0} does not exist)",
        config.missing()
    )
}

fn missing_secrets(config: &SecretsConfig) -> String {
    format!(
        "数据库中已有数据，但找不到它的密钥文件 {0}。请从另行保管的副本恢复该文件，或设置 XIANFENG_SECRETS；不会另建新密钥，\
         因为新密钥打不开已有的手机号和会话 (the database has data, but its secrets are missing: put {0} back from the copy \
         that was kept apart, or set XIANFENG_SECRETS; no new ones are made)",
        config.missing()
    )
}

fn other_secrets(differing: &[&str]) -> String {
    let names = differing.join("、");
    format!(
        "密钥与这个数据库不符：{names}。请换回原来的 secrets.json（或 XIANFENG_SECRETS），或检查 DATABASE_URL 是否指向正确的数据库；\
         token_keys 可以更换，其余密钥不能 (these secrets are not those of the database, they differ in {names}: use those \
         that it began with, or check DATABASE_URL; only token_keys may be changed)"
    )
}
