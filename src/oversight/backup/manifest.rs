//! What a backup says of itself: its last member, `manifest.json`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::time::Timestamp;

/// The form of archives that this program writes; it reads this one and older ones.
pub const FORMAT: u32 = 1;

/// The member that holds a SQLite database.
pub const SQLITE: &str = "database.sqlite";
/// The member that holds what `pg_dump --format=custom` wrote.
pub const POSTGRES: &str = "database.pgdump";
/// What the members begin with that hold attachments.
pub const FILES: &str = "files/";

/// What a backup holds, and of when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// The migrations that its database bears, oldest first.
    pub schema: Vec<String>,
    /// Whatever was acknowledged before this instant is in it.
    pub instant: Timestamp,
    /// Everything in the archive but the manifest itself.
    pub members: Vec<Member>,
    /// Attachments of the database that are not in the archive because they lie in a bucket.
    pub elsewhere: Vec<Elsewhere>,
    /// Attachments of the database whose bytes could not be read.
    pub missing: Vec<String>,
    /// Votes whose ballots were still sealed.
    pub sealed_votes: Vec<SealedVote>,
}

/// A member of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub name: String,
    /// In bytes, before packing.
    pub size: u64,
    /// Of its bytes before packing, in hexadecimal digits.
    pub sha256: String,
}

/// An attachment that is backed up with its bucket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Elsewhere {
    /// Below the bucket's prefix.
    pub key: String,
    /// In bytes.
    pub size: u64,
    /// In hexadecimal digits.
    pub sha256: String,
}

/// A vote that can only be counted with its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedVote {
    /// Of the campaign.
    pub id: Uuid,
    pub title: String,
}

impl Manifest {
    pub fn is_postgres(&self) -> bool {
        self.members.iter().any(|member| member.name == POSTGRES)
    }

    /// The member that holds the database.
    pub fn database(&self) -> Option<&Member> {
        self.members.iter().find(|member| member.name == SQLITE || member.name == POSTGRES)
    }

    /// The members that hold attachments, each with the name that the files room gave it.
    pub fn files(&self) -> impl Iterator<Item = (&Member, &str)> {
        self.members.iter().filter_map(|member| Some((member, member.name.strip_prefix(FILES)?)))
    }

    /// What it holds, in lines for people.
    pub fn lines(&self) -> Vec<String> {
        let (count, bytes) = self.files().fold((0_u64, 0_u64), |(count, bytes), (m, _)| (count + 1, bytes + m.size));
        let database = self.database().map_or(0, |member| member.size);
        let kind = if self.is_postgres() { "PostgreSQL" } else { "SQLite" };
        let newest = self.schema.last().map_or("", String::as_str);
        let mut lines = vec![
            format!("备份时刻：{}（此刻之前已应答的写入都在其中）", self.instant),
            format!("程序版本：{}，数据库结构：{newest}", self.program),
            format!("数据库：{kind}，{}", megabytes(database)),
            format!("附件：{count} 个，{}", megabytes(bytes)),
        ];
        if !self.elsewhere.is_empty() {
            lines.push(format!(
                "另有 {} 个附件在存储桶中，不在本备份内，请按存储桶自身的方式备份",
                self.elsewhere.len()
            ));
        }
        lines.extend(
            self.sealed_votes.iter().map(|vote| format!("未计票的选票：评选《{}》（{}）", vote.title, vote.id)),
        );
        lines.extend(self.missing.iter().map(|key| format!("注意：附件 {key} 的内容读不到，未能备份")));
        lines
    }
}

/// A size for people.
pub fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}
