//! PostgreSQL and Redis under measurement, by their own programs: psql, pgbench, redis-cli, redis-benchmark.
//!
//! The floor under a write is pgbench running the very statements that the server sent for one submission, read from
//! PostgreSQL's log, with the member and the fresh ids replaced by those of the next member.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rusqlite::types::ValueRef;

use crate::raw;
use crate::report::Figure;
use crate::world::{Kind, World, id, prefix};

/// A PostgreSQL server, and what it writes into its log.
pub struct Postgres {
    /// The URL of a database on it, whose user may create others.
    pub url: String,
    pub log: PathBuf,
}

impl Postgres {
    /// The URL of the database `name` on the same server.
    pub fn database(&self, name: &str) -> String {
        let (server, _) = self.url.rsplit_once('/').unwrap_or((&self.url, ""));
        format!("{server}/{name}")
    }

    fn psql(&self, database: &str, input: &[u8]) -> Result<()> {
        let mut command = Command::new("psql");
        command.args(["-q", "-X", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", &self.database(database)]);
        let mut psql = command.stdin(Stdio::piped()).spawn().context("psql")?;
        let written = psql.stdin.take().context("psql takes no input")?.write_all(input);
        ensure!(psql.wait()?.success(), "psql failed");
        written?;
        Ok(())
    }

    fn control(&self, sql: &str) -> Result<()> {
        self.psql(
            self.url.rsplit('/').next().unwrap_or("postgres"),
            format!("SET client_min_messages = warning;\n{sql}").as_bytes(),
        )
    }

    /// Runs SQL in the database `name`.
    pub fn execute(&self, name: &str, sql: &str) -> Result<()> {
        self.psql(name, sql.as_bytes())
    }

    /// An empty database.
    pub fn create(&self, name: &str) -> Result<()> {
        self.control(&format!("DROP DATABASE IF EXISTS {name};\nCREATE DATABASE {name};"))
    }

    /// A database that is a copy of `model`, with its statistics fresh and nothing left to write back.
    pub fn copy(&self, model: &str, name: &str) -> Result<()> {
        self.control(&format!("DROP DATABASE IF EXISTS {name};\nCREATE DATABASE {name} TEMPLATE {model};\nCHECKPOINT;"))
    }

    /// Copies every row of a SQLite database into the equally named tables of `name`.
    pub fn fill(&self, name: &str, from: &Path) -> Result<()> {
        let db = rusqlite::Connection::open(from)?;
        // what is append-only is so by triggers, and is copied like everything else
        let mut script = b"SET session_replication_role = replica;\n".to_vec();
        for table in raw::tables(&db)? {
            let mut query = db.prepare(&format!("SELECT * FROM {table}"))?;
            let columns = query.column_names().join(", ");
            let count = query.column_count();
            let mut rows = query.query([])?;
            let mut next = rows.next()?;
            if next.is_none() {
                continue;
            }
            // Migrations may have put rows of their own there already.
            writeln!(script, "DELETE FROM {table};")?;
            writeln!(script, "COPY {table} ({columns}) FROM STDIN;")?;
            while let Some(row) = next {
                let values: Vec<String> =
                    (0..count).map(|index| row.get_ref(index).map(copy_text)).collect::<Result<_, _>>()?;
                writeln!(script, "{}", values.join("\t"))?;
                next = rows.next()?;
            }
            writeln!(script, "\\.")?;
        }
        writeln!(script, "ANALYZE;")?;
        self.psql(name, &script)
    }

    /// Fills the search index with `lines` of ids and arrays of grams, and makes its index anew, which is much faster.
    pub fn fill_grams(&self, name: &str, lines: &[u8]) -> Result<()> {
        let mut script = b"SET maintenance_work_mem = '1GB';\nDROP INDEX search_grams_index;\nCREATE TEMP TABLE lines (id bigint, grams text[]);\n\
            COPY lines FROM STDIN;\n"
            .to_vec();
        script.extend_from_slice(lines);
        script.extend_from_slice(
            b"\\.\nINSERT INTO search_grams SELECT id, array_to_tsvector(grams) FROM lines;\n\
              SELECT setval(pg_get_serial_sequence('search_entries', 'id'), max(id)) FROM search_entries;\n\
              CREATE INDEX search_grams_index ON search_grams USING gin (grams) WITH (fastupdate = off);\n\
              VACUUM ANALYZE;\n",
        );
        self.psql(name, &script)
    }

    /// What the server logged while `act` ran, with every statement of the database `name`.
    pub fn logged(&self, name: &str, act: impl FnOnce() -> Result<()>) -> Result<String> {
        self.control(&format!("ALTER DATABASE {name} SET log_statement = 'all';"))?;
        let before = std::fs::read(&self.log).with_context(|| self.log.display().to_string())?.len();
        act()?;
        std::thread::sleep(Duration::from_millis(300));
        let log = std::fs::read(&self.log)?;
        Ok(String::from_utf8_lossy(&log[before..]).into_owned())
    }

    /// Runs a script with so many clients; each prepares its statements once.
    pub fn pgbench(&self, name: &str, script: &Path, clients: usize, seconds: u32) -> Result<Figure> {
        let output = Command::new("pgbench")
            .args([
                "-n",
                "-M",
                "prepared",
                "-j",
                "2",
                "-D",
                "i=0",
                "-c",
                &clients.to_string(),
                "-T",
                &seconds.to_string(),
            ])
            .arg("-f")
            .arg(script)
            .arg(self.database(name))
            .output()
            .context("pgbench")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "pgbench failed: {complaint}");
        let field = |name: &str| {
            let line =
                text.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("pgbench: {text}"))?;
            anyhow::Ok(line.split(' ').next().unwrap_or_default().parse::<f64>()?)
        };
        // pgbench reports no percentiles without a log; the mean is shown in their place.
        Ok(Figure { rate: field("tps = ")?, p99_ms: field("latency average = ")? })
    }
}

/// A value as COPY reads it.
fn copy_text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "\\N".into(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Blob(bytes) => format!("\\\\x{}", hex(bytes)),
        ValueRef::Text(text) => String::from_utf8_lossy(text)
            .replace('\\', "\\\\")
            .replace('\t', "\\t")
            .replace('\n', "\\n")
            .replace('\r', "\\r"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A logged statement and the text of its parameters (`None` for NULL).
#[derive(Debug, PartialEq)]
struct Statement {
    process: String,
    sql: String,
    parameters: Vec<Option<String>>,
}

/// The statements of a log whose lines begin with the process id (`log_line_prefix = '%p '`).
fn statements(log: &str) -> Vec<Statement> {
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match (line.strip_prefix('\t'), entries.last_mut()) {
            (Some(more), Some(entry)) => entry.extend(["\n", more]),
            _ => entries.push(line.to_owned()),
        }
    }
    let mut found: Vec<Statement> = Vec::new();
    for entry in entries {
        let Some((process, entry)) = entry.split_once(' ') else { continue };
        let entry = entry.trim_start();
        let executed = entry.strip_prefix("LOG:  execute ").and_then(|rest| rest.split_once(": "));
        let sql = entry.strip_prefix("LOG:  statement: ").or(executed.map(|(_, sql)| sql));
        if let Some(sql) = sql {
            found.push(Statement { process: process.into(), sql: sql.trim().into(), parameters: Vec::new() });
        } else if let Some(list) = entry.strip_prefix("DETAIL:  ").and_then(|rest| rest.split_once("arameters: "))
            && let Some(last) = found.iter_mut().rev().find(|statement| statement.process == process)
        {
            last.parameters = parameters(list.1);
        }
    }
    found
}

/// Reads `$1 = 'a', $2 = NULL, $3 = 'it''s'`.
fn parameters(list: &str) -> Vec<Option<String>> {
    let mut found = Vec::new();
    let mut rest = list;
    while let Some((_, value)) = rest.split_once(" = ") {
        let Some(quoted) = value.strip_prefix('\'') else {
            found.push(None);
            rest = value.strip_prefix("NULL").unwrap_or("");
            continue;
        };
        let mut text = String::new();
        let mut chars = quoted.char_indices().peekable();
        rest = "";
        while let Some((index, c)) = chars.next() {
            if c != '\'' {
                text.push(c);
            } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
                text.push('\'');
            } else {
                rest = &quoted[index + 1..];
                break;
            }
        }
        found.push(Some(text));
    }
    found
}

/// Turns the submission of member 0 that is in `log`, which is an insertion into `table`, into a pgbench script that submits for one member after another.
///
/// `known` are the ids that stay as they are; any other id was made for this submission. When all members have
/// submitted, they go on with the next day.
pub fn script(log: &str, table: &str, world: &World, known: &HashSet<String>, clients: usize) -> Result<String> {
    let all = statements(log);
    let wanted = format!("INSERT INTO \"{table}\"");
    let insert = all.iter().find(|statement| statement.sql.starts_with(&wanted)).context("no submission in the log")?;
    let of_process: Vec<&Statement> = all.iter().filter(|statement| statement.process == insert.process).collect();
    let place = of_process.iter().position(|statement| *statement == insert).unwrap_or(0);
    let begin = of_process[..place].iter().rposition(|statement| is(statement, "BEGIN")).context("no BEGIN")?;
    let commit = of_process[place..].iter().position(|statement| is(statement, "COMMIT")).context("no COMMIT")? + place;
    let mut fresh = Vec::new();
    let mut script = format!(
        "\\set i :i + {clients}\n\\set n :i + :client_id\n\\set low :n % {0} - 9223372036854775807 - 1\n\
         \\set each :n - 9223372036854775807 - 1\n\\set d :n / {0}\n",
        world.members
    );
    for statement in &of_process[begin..=commit] {
        script += &fill(statement, world, known, &mut fresh).replace('\n', " ");
        script += ";\n";
    }
    Ok(script)
}

fn is(statement: &Statement, word: &str) -> bool {
    statement.sql.to_uppercase().starts_with(word)
}

/// The statement with its parameters in their places.
fn fill(statement: &Statement, world: &World, known: &HashSet<String>, fresh: &mut Vec<String>) -> String {
    let mut pieces = statement.sql.split('$');
    let mut sql = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.len() - piece.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let parameter = piece[..digits].parse::<usize>().ok().and_then(|number| statement.parameters.get(number - 1));
        match parameter {
            // each member has a lock of his own
            Some(Some(_)) if statement.sql.contains("pg_advisory_xact_lock") => sql += ":n",
            Some(Some(text)) => sql += &literal(text, world, known, fresh),
            Some(None) => sql += "NULL",
            None => sql.extend(["$", &piece[..digits]]),
        }
        sql += &piece[digits..];
    }
    sql
}

fn literal(text: &str, world: &World, known: &HashSet<String>, fresh: &mut Vec<String>) -> String {
    let numbered = |prefix: String, variable: &str| format!("(decode('{prefix}', 'hex') || int8send(:{variable}))");
    if text == format!("\\x{}", hex(id(Kind::Member, 0).as_bytes())) {
        return numbered(prefix(Kind::Member as u8), "low");
    }
    if text == world.day.to_string() {
        return format!("(date '{text}' + :d::int)");
    }
    let is_id = text.len() == 34 && text.starts_with("\\x") && !known.contains(text);
    if !is_id {
        return quoted(text);
    }
    let place = fresh.iter().position(|seen| seen == text).unwrap_or_else(|| {
        fresh.push(text.to_owned());
        fresh.len() - 1
    });
    numbered(prefix(0x80 + u8::try_from(place).unwrap_or(0x7f)), "each")
}

/// A string literal without a colon: pgbench takes `:name` for a variable wherever it stands.
fn quoted(text: &str) -> String {
    let text = text.replace('\'', "''");
    if text.contains(':') {
        format!("E'{}'", text.replace('\\', "\\\\").replace(':', "\\x3a"))
    } else {
        format!("'{text}'")
    }
}

/// The ids in a database that a submission refers to and does not make, as PostgreSQL prints them.
pub fn known_ids(database: &Path) -> Result<HashSet<String>> {
    let db = rusqlite::Connection::open(database)?;
    let mut query = db.prepare(
        "SELECT id FROM questions UNION ALL SELECT id FROM quiz_papers UNION ALL SELECT id FROM units
         UNION ALL SELECT id FROM study_items UNION ALL SELECT id FROM study_pushes",
    )?;
    let ids = query.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    ids.map(|id| Ok(format!("\\x{}", hex(&id?)))).collect()
}

/// Forgets the boards, which belong to another copy of the database.
pub fn flush_redis(url: &str) -> Result<()> {
    let flushed = Command::new("redis-cli").args(["-u", url, "FLUSHDB"]).output().context("redis-cli")?;
    ensure!(flushed.status.success(), "redis-cli failed: {}", String::from_utf8_lossy(&flushed.stderr));
    Ok(())
}

/// The head of a sorted set of so many members, asked for by 32 clients.
pub fn redis_floor(url: &str, members: u32) -> Result<Figure> {
    let fill = format!(
        "redis.call('DEL', KEYS[1]) for n = 1, {members} do redis.call('ZADD', KEYS[1], n * 7919 % 104729, string.format('%016d', n)) end"
    );
    let filled =
        Command::new("redis-cli").args(["-u", url, "EVAL", &fill, "1", "bench:floor"]).output().context("redis-cli")?;
    ensure!(filled.status.success(), "redis-cli failed: {}", String::from_utf8_lossy(&filled.stderr));
    let address = url.trim_start_matches("redis://").split('/').next().unwrap_or_default();
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "6379"));
    let output = Command::new("redis-benchmark")
        .args(["-h", host, "-p", port, "-c", "32", "-n", "200000", "--csv"])
        .args(["ZREVRANGE", "bench:floor", "0", "49", "WITHSCORES"])
        .output()
        .context("redis-benchmark")?;
    let text = String::from_utf8_lossy(&output.stdout);
    // "test","rps","avg","min","p50","p95","p99","max"; the test's name may hold anything but quotes
    let line = text.lines().last().context("redis-benchmark said nothing")?;
    let fields: Vec<&str> = line.split("\",\"").map(|field| field.trim_matches('"')).collect();
    let number = |index: usize| fields.get(index).and_then(|field| field.parse().ok());
    let rate = number(1).with_context(|| format!("redis-benchmark said: {text}"))?;
    Ok(Figure { rate, p99_ms: number(6).unwrap_or(0.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "7 LOG:  statement: BEGIN
9 LOG:  execute s1: SELECT 1
7 LOG:  execute __diesel_stmt_3: INSERT INTO \"quiz_submissions\" (\"id\", \"member_id\")
\tVALUES ($1, $2, $3, $4, $5)
7 DETAIL:  parameters: $1 = '\\x019a0000000070008000000000000009', $2 = '\\x018f0000000270008000000000000000', $3 = NULL, $4 = 'it''s $1 {\"a\":true}', $5 = '2026-07-01'
7 LOG:  statement: COMMIT
";

    #[test]
    fn a_logged_submission_becomes_a_script_for_every_member() {
        let secrets = r#"{"token_keys":[{"kid":"1","key":"AAAA"}]}"#;
        let mut world = World::new(100, secrets).unwrap();
        world.day = "2026-07-01".parse().unwrap();
        let script = script(LOG, contract::SUBMISSIONS, &world, &HashSet::new(), 64).unwrap();
        let lines: Vec<&str> = script.lines().collect();
        assert_eq!(lines[5], "BEGIN;");
        assert_eq!(
            lines[6],
            "INSERT INTO \"quiz_submissions\" (\"id\", \"member_id\") VALUES \
             ((decode('018f000000807000', 'hex') || int8send(:each)), \
             (decode('018f000000027000', 'hex') || int8send(:low)), NULL, E'it''s $1 {\"a\"\\x3atrue}', \
             (date '2026-07-01' + :d::int));"
        );
        assert_eq!(lines[7..], ["COMMIT;"]);
    }
}
