//! What `xianfeng doctor` says: how the service is set up, and what should be looked after.

use std::path::Path;

use super::actions::{AlarmRoom, Means};
use crate::base::disk;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub is_well: bool,
    /// In Chinese; of what is not well also what to do.
    pub sentence: String,
}

impl Finding {
    fn well(sentence: impl Into<String>) -> Finding {
        Finding { is_well: true, sentence: sentence.into() }
    }

    fn bad(sentence: impl Into<String>) -> Finding {
        Finding { is_well: false, sentence: sentence.into() }
    }

    /// As a line of the terminal.
    pub fn line(&self) -> String {
        format!("{} {}", if self.is_well { "正常" } else { "注意" }, self.sentence)
    }
}

impl AlarmRoom {
    /// Looks at configuration, disks, database, Redis and clock, and at everything else that rooms see.
    pub async fn examine(&self) -> Vec<Finding> {
        let mut findings = self.means.configuration();
        for (what, folder) in self.means.folders() {
            findings.push(match disk::room(&folder) {
                Ok(room) => Finding::well(format!(
                    "{what}所在磁盘剩余 {} MB，共 {} MB（{}）",
                    room.free >> 20,
                    room.whole >> 20,
                    folder.display()
                )),
                Err(error) => Finding::bad(format!("无法查看{what}所在磁盘（{}）：{error}", folder.display())),
            });
        }
        findings.push(match self.means.db.is_migrated().await {
            Ok(true) => Finding::well("数据库可用，表结构与程序一致"),
            Ok(false) => Finding::bad("数据库的表结构比程序旧：请由表的所有者运行 xianfeng migrate"),
            Err(error) => Finding::bad(format!("数据库不可用：{error}。请检查 DATABASE_URL 和数据库服务")),
        });
        // on PostgreSQL this process is not the one that serves
        self.means.boards.ask_redis().await;
        let alarms = self.look().await.0;
        findings.extend(alarms.into_iter().map(|alarm| Finding::bad(format!("{}。{}", alarm.message, alarm.advice))));
        findings
    }
}

impl Means {
    fn configuration(&self) -> Vec<Finding> {
        let (config, mut findings) = (&self.config, Vec::new());
        let web = &config.web;
        findings.push(match web.public_url.as_deref() {
            Some(url) if url.trim().starts_with("https://") => Finding::well(format!("成员访问地址 {url}")),
            Some(url) => Finding::bad(format!("成员访问地址 {url} 不是 https：登录信息会明文传输，请改用 https")),
            None => Finding::bad("没有设置成员访问地址：请把 XIANFENG_PUBLIC_URL 设为 https 地址"),
        });
        if !config.listen.ip().is_loopback() && web.trusted_proxies.is_empty() {
            findings.push(Finding::bad(
                "服务直接对外监听且没有设置可信代理：如前面有反向代理，请设置 XIANFENG_TRUSTED_PROXIES，否则限流会把所有人当作同一个地址",
            ));
        }
        findings.push(match config.backup.folder() {
            Some(folder) => Finding::well(format!("每天备份到 {}", folder.display())),
            None => Finding::bad("没有设置每日备份：请设置 XIANFENG_BACKUP_FOLDER（多台服务器时只在一台上设置）"),
        });
        let anchors = config.trail_anchors();
        let is_beside = self.db.file().is_some_and(|file| file.parent() == anchors.parent());
        findings.push(match is_beside {
            true => Finding::bad(format!(
                "留痕锚点与数据库在同一文件夹（{}）：请把 XIANFENG_TRAIL_ANCHORS 指向另一块磁盘",
                anchors.display()
            )),
            false => Finding::well(format!("留痕锚点写入 {}", anchors.display())),
        });
        findings.extend(self.private_files());
        findings
    }

    /// Files that only their owner may read.
    #[cfg(unix)]
    fn private_files(&self) -> Vec<Finding> {
        use std::os::unix::fs::PermissionsExt;
        let database = self.db.file().map(Path::to_path_buf);
        let files = database.into_iter().chain([self.config.secrets.secrets_file.clone()]);
        let open =
            files.filter(|file| std::fs::metadata(file).is_ok_and(|found| found.permissions().mode() & 0o077 != 0));
        open.map(|file| Finding::bad(format!("其他用户可以读取 {}：请运行 chmod 600", file.display()))).collect()
    }

    #[cfg(not(unix))]
    fn private_files(&self) -> Vec<Finding> {
        Vec::new()
    }
}
