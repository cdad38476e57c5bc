//! What a thief finds who takes everything: the database's files with their logs, every folder with the secrets among
//! them, and a copy that is made later. Before the count he opens every ballot, after it none.
//!
//! The thief knows the program. He keeps the ciphertexts that he copied while they were there, looks for keys in all bytes
//! that he has, as they are and as text, and tries each of them, and what the program derives from it, on a ballot.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use diesel::sql_types::Text;
use xianfeng::base::crypto::Key;
use xianfeng::db::Conn;
use xianfeng::db::schema::{campaign_ballots, campaign_seals};
use xianfeng::judging::campaigns::{CampaignId, Campaigns, EntryId};
use xianfeng::kernel::key_store::{KeyName, KeyStore};
use xianfeng::on;

use super::{CLOSING, at, body, cast, organiser, stage, voters, voting};
use crate::support::{Person, TestApp, needs_postgres, on_postgres};

/// How many vote; each chooses an entry of his own.
const VOTERS: usize = 24;

/// A ballot as the thief copied it before the count.
#[derive(Clone)]
struct Sealed {
    /// Campaign, member and period, to which the ciphertext is bound.
    row: Vec<u8>,
    ciphertext: Vec<u8>,
}

/// Bytes that the thief took, and where.
struct Loot(Vec<(String, Vec<u8>)>);

impl Loot {
    /// Every file of a folder.
    fn of_folder(folder: &Path) -> Loot {
        let mut loot = Loot(Vec::new());
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    loot.0.push((path.display().to_string(), std::fs::read(&path).unwrap()));
                }
            }
        }
        loot
    }

    /// All keys that the bytes may hold: 32 bytes as they are, or as the text that the program writes keys in, or what it
    /// derives from such a key.
    fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        let raw = self.0.iter().flat_map(|(_, bytes)| random_looking(bytes));
        let texts = self.0.iter().flat_map(|(_, bytes)| bytes.windows(43).filter(|window| is_base64(window)));
        let parse = |text: &[u8]| Key::parse(std::str::from_utf8(text).ok()?);
        let keys =
            raw.filter_map(move |bytes| parse(URL_SAFE_NO_PAD.encode(bytes).as_bytes())).chain(texts.filter_map(parse));
        keys.flat_map(|key| [key.derive(b"seal"), key.derive(b"ballots").derive(b"seal"), key])
    }

    /// How many of the ballots open under some key, and where it lay.
    fn open(&self, ballots: &[Sealed]) -> usize {
        let key = self.keys().find(|key| key.open_for(&ballots[0].row, &ballots[0].ciphertext).is_some());
        let opens = |key: &Key| ballots.iter().filter(|it| key.open_for(&it.row, &it.ciphertext).is_some()).count();
        key.as_ref().map_or(0, opens)
    }

    /// How many of the ciphertexts lie in the bytes, whole or in their first or last twelve bytes.
    fn ciphertexts(&self, ballots: &[Sealed]) -> usize {
        let ends = |it: &Sealed| [it.ciphertext[..12].to_vec(), it.ciphertext[it.ciphertext.len() - 12..].to_vec()];
        let ends: Vec<[Vec<u8>; 2]> = ballots.iter().map(ends).collect();
        let wanted: BTreeSet<&[u8]> = ends.iter().flatten().map(Vec::as_slice).collect();
        // most of the millions of places are passed over by their first two bytes
        let start = |part: &[u8]| usize::from(part[0]) << 8 | usize::from(part[1]);
        let mut starts = vec![false; 1 << 16];
        wanted.iter().for_each(|part| starts[start(part)] = true);
        let parts = self.0.iter().flat_map(|(_, bytes)| bytes.windows(12));
        let found: BTreeSet<&[u8]> = parts.filter(|part| starts[start(part)] && wanted.contains(part)).collect();
        ends.iter().filter(|ends| ends.iter().any(|end| found.contains(end.as_slice()))).count()
    }
}

/// All stretches as long as a key that look random: random bytes are hardly ever equal; those of text, numbers and pages of
/// a database are. Counted along the way, for there are millions of them.
fn random_looking(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    const LENGTH: usize = 32;
    const LEAST_DIFFERENT: usize = 25;
    let (mut counts, mut different) = ([0_u8; 256], 0);
    (0..bytes.len()).filter_map(move |last| {
        let added = &mut counts[usize::from(bytes[last])];
        different += usize::from(*added == 0);
        *added += 1;
        if let Some(before) = last.checked_sub(LENGTH) {
            let gone = &mut counts[usize::from(bytes[before])];
            *gone -= 1;
            different -= usize::from(*gone == 0);
        }
        (different >= LEAST_DIFFERENT && last + 1 >= LENGTH).then(|| &bytes[last + 1 - LENGTH..=last])
    })
}

fn is_base64(window: &[u8]) -> bool {
    window.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

async fn ask(app: &TestApp, sql: String) -> Vec<String> {
    let ask = move |conn: &mut Conn| on!(conn, c => diesel::sql_query(sql.as_str()).load::<Line>(c));
    app.db().read(ask).await.unwrap().into_iter().map(|row| row.line).collect()
}

/// Everything the thief can take now. On PostgreSQL its heap, indexes and log come with it where the test may read them;
/// the log from `since` on, for it serves all databases of the server.
async fn take(app: &TestApp, since: &str) -> Loot {
    let mut loot = Loot::of_folder(app.folder());
    if on_postgres() {
        let tables = ask(app, "SELECT tablename::text AS line FROM pg_tables WHERE schemaname = 'public'".into()).await;
        for table in tables {
            let rows = ask(app, format!("SELECT t::text AS line FROM {table} AS t")).await;
            loot.0.push((table, rows.iter().flat_map(|row| bytes_of(row)).collect()));
        }
        for file in files_of_postgres(app, since).await {
            if let Ok(bytes) = std::fs::read(&file) {
                loot.0.push((file.display().to_string(), bytes));
            }
        }
    }
    loot
}

/// A row as text, and what it shows in hexadecimal as the bytes that it means.
fn bytes_of(row: &str) -> Vec<u8> {
    let mut bytes = row.as_bytes().to_vec();
    for field in row.split("\\x").skip(1) {
        let digits: Vec<u8> = field.bytes().take_while(u8::is_ascii_hexdigit).collect();
        let pairs = digits.chunks_exact(2).filter_map(|pair| std::str::from_utf8(pair).ok());
        bytes.extend(pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()));
    }
    bytes
}

/// The files of the test's database, and of the log from `since` to now.
async fn files_of_postgres(app: &TestApp, since: &str) -> Vec<PathBuf> {
    let sql = format!(
        "SELECT current_setting('data_directory') || '/base/' || oid || '/' AS line FROM pg_database
         WHERE datname = current_database()
         UNION ALL
         SELECT current_setting('data_directory') || '/pg_wal/' || name FROM pg_ls_waldir()
         WHERE name BETWEEN pg_walfile_name('{since}'::pg_lsn) AND pg_walfile_name(pg_current_wal_lsn())"
    );
    let mut files = Vec::new();
    for path in ask(app, sql).await {
        match path.strip_suffix('/') {
            None => files.push(PathBuf::from(path)),
            Some(folder) => {
                let heap = ask(app, "SELECT pg_relation_filepath('campaign_ballots') AS line".into()).await;
                let name = Path::new(&heap[0]).file_name().unwrap().to_owned();
                files.push(Path::new(folder).join(name));
            }
        }
    }
    files
}

/// Has PostgreSQL write its pages to their files, so that these are as the thief of a disk would find them.
async fn settle(app: &TestApp) {
    if on_postgres() {
        app.write(|tx| Ok(tx.conn.batch("CHECKPOINT")?)).await;
    }
}

async fn log_position(app: &TestApp) -> String {
    if !on_postgres() {
        return String::new();
    }
    ask(app, "SELECT pg_current_wal_lsn()::text AS line".into()).await.remove(0)
}

async fn ballots(app: &TestApp, campaign: &str) -> Vec<Sealed> {
    let id: CampaignId = campaign.rsplit('/').next().unwrap().parse().unwrap();
    let columns = (campaign_ballots::member_id, campaign_ballots::period, campaign_ballots::sealed);
    let load = move |conn: &mut Conn| {
        on!(conn, c => campaign_ballots::table
            .filter(campaign_ballots::campaign_id.eq(id))
            .select(columns)
            .load::<(Vec<u8>, i32, Vec<u8>)>(c))
    };
    let rows = app.db().read(load).await.unwrap();
    let row = |(member, period, ciphertext): (Vec<u8>, i32, Vec<u8>)| Sealed {
        row: [id.uuid().as_bytes().as_slice(), &member, &period.to_be_bytes()].concat(),
        ciphertext,
    };
    rows.into_iter().map(row).collect()
}

async fn voted(app: &TestApp, organiser: &Person<'_>) -> (String, Vec<String>) {
    let voters = voters(app, VOTERS).await;
    let (campaign, entries) = voting(app, organiser, body(app), VOTERS).await;
    for (voter, entry) in voters.iter().zip(&entries) {
        cast(voter, &campaign, &[entry]).await.ok(201);
    }
    (campaign, entries)
}

fn keys_of(app: &TestApp) -> KeyStore {
    KeyStore::open(app.folder().join("votes").to_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_thief_of_everything_opens_all_ballots_before_the_count_and_none_after_it() {
    let app = TestApp::start().await;
    let since = log_position(&app).await;
    let organiser = organiser(&app).await;
    let (campaign, _) = voted(&app, &organiser).await;
    let copied = ballots(&app, &campaign).await;
    assert_eq!(copied.len(), VOTERS);
    settle(&app).await;
    let before = take(&app, &since).await;
    assert_eq!(before.open(&copied), VOTERS, "with the key at hand the attack works");
    assert_eq!(before.ciphertexts(&copied), VOTERS, "and so does the search for ciphertext");

    at(&app, CLOSING).await;
    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    assert_eq!(results["vote"]["ballots_counted"], VOTERS);
    settle(&app).await;
    let after = take(&app, &since).await;
    let left = after.ciphertexts(&copied);
    println!(
        "before the count: {} of {VOTERS} ballots opened; after it: {} (ciphertexts left in {} bytes: {left})",
        before.open(&copied),
        after.open(&copied),
        after.0.iter().map(|(_, bytes)| bytes.len()).sum::<usize>(),
    );
    assert_eq!(after.open(&copied), 0, "what he copied before does not open with anything that is there now");
    assert!(on_postgres() || left == 0, "and on SQLite no ciphertext is left");
    assert!(keys_of(&app).list().await.unwrap().is_empty());

    // a copy that is made later
    let backup = tempfile::tempdir().unwrap();
    if on_postgres() {
        let again = Loot(after.0.into_iter().filter(|(place, _)| !place.contains("/pg_wal/")).collect());
        assert_eq!(again.open(&copied), 0);
    } else {
        let reader = rusqlite::Connection::open(app.folder().join("test.db")).unwrap();
        reader.execute("VACUUM INTO ?1", [backup.path().join("copy.db").to_str().unwrap()]).unwrap();
        std::fs::copy(app.folder().join("secrets.json"), backup.path().join("secrets.json")).unwrap();
        let later = Loot::of_folder(backup.path());
        assert_eq!((later.open(&copied), later.ciphertexts(&copied)), (0, 0));
    }
    app.drain().await;
}

#[tokio::test]
async fn a_vote_that_was_open_before_votes_had_keys_is_counted_under_the_key_it_began_with() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, 2).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;
    // as the older program left it: no key of its own, and nothing written of any
    app.write(|tx| Ok(on!(tx.conn, c => diesel::delete(campaign_seals::table).execute(c)).map(drop)?)).await;
    for name in keys_of(&app).list().await.unwrap() {
        keys_of(&app).destroy(name).await.unwrap();
    }
    let first = cast(&voters[0], &campaign, &[&entries[0]]).await.ok(201)["receipt"].clone();
    let app_key = app.secrets().ballot_key.derive(b"seal");
    let sealed = ballots(&app, &campaign).await;
    assert!(app_key.open_for(&sealed[0].row, &sealed[0].ciphertext).is_some(), "it goes on under the older key");
    assert_eq!(cast(&voters[0], &campaign, &[&entries[0]]).await.ok(200)["receipt"], first);
    cast(&voters[1], &campaign, &[&entries[1]]).await.ok(201);
    at(&app, CLOSING).await;
    let vote = organiser.get(&format!("{campaign}/results")).await.ok(200)["vote"].clone();
    assert_eq!(vote["ballots_counted"], 2);
    let mine = voters[0].get(&format!("{campaign}/ballots/mine")).await.ok(200);
    assert!(mine.to_string().contains(first.as_str().unwrap()), "{mine}");
    app.drain().await;
}

#[tokio::test]
async fn a_vote_does_not_open_before_its_key_is_kept() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let folder = app.folder().join("votes");
    let writer =
        app.member("书记").home("XZ31").role(xianfeng::base::capability::Role::Secretary, "DW2").sign_in().await;
    let campaign = super::announced(&organiser, body(&app)).await;
    at(&app, super::ENTRIES).await;
    super::entry(&writer, &app, &campaign, "DW2", "品牌").await;
    at(&app, "2026-07-01T08:02:00+08:00").await;
    // a file lies where the folder should be
    let _ = std::fs::remove_dir(&folder);
    std::fs::write(&folder, b"").unwrap();
    app.set_clock(super::JUDGING);
    app.app.get::<Campaigns>().move_due().await.unwrap();
    assert_eq!(stage(&organiser, &campaign, "vote").await["state"], "planned");
    std::fs::remove_file(&folder).unwrap();
    app.app.get::<Campaigns>().move_due().await.unwrap();
    assert_eq!(stage(&organiser, &campaign, "vote").await["state"], "open");
    assert_eq!(keys_of(&app).list().await.unwrap().len(), 1);
    app.drain().await;
}

#[tokio::test]
async fn a_server_that_cannot_read_the_key_takes_no_ballot_until_it_can() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, 2).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;
    let (votes, elsewhere) = (app.folder().join("votes"), app.folder().join("elsewhere"));
    std::fs::rename(&votes, &elsewhere).unwrap();
    for _ in 0..2 {
        cast(&voters[0], &campaign, &[&entries[0]]).await.refused(503, "service.unavailable");
    }
    std::fs::rename(&elsewhere, &votes).unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    cast(&voters[0], &campaign, &[&entries[0]]).await.ok(201);
    // from here on the key is in memory: no ballot reads a file
    std::fs::rename(&votes, &elsewhere).unwrap();
    cast(&voters[1], &campaign, &[&entries[1]]).await.ok(201);
    cast(&voters[1], &campaign, &[&entries[1]]).await.ok(200);
    std::fs::rename(&elsewhere, &votes).unwrap();
    at(&app, CLOSING).await;
    cast(&voters[1], &campaign, &[&entries[1]]).await.refused(410, "campaigns.over");
    app.drain().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ballots_do_not_wait_one_by_one_for_a_place_that_is_silent() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, 3).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;
    let name = keys_of(&app).list().await.unwrap()[0];
    let key = app.folder().join("votes").join(name.to_string());
    let kept = std::fs::read(&key).unwrap();
    use std::os::unix::fs::OpenOptionsExt;
    /// `O_NONBLOCK`.
    const NO_WAITING: i32 = 0o4000;
    // it is there, and nothing comes from it
    std::fs::remove_file(&key).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&key).status().unwrap().success());
    let began = std::time::Instant::now();
    let chosen = [&entries[0]];
    let casts = voters.iter().map(|voter| cast(voter, &campaign, &chosen));
    for reply in futures_util::future::join_all(casts).await {
        assert!(matches!(reply.status, 503 | 504), "{}", reply.text());
    }
    assert!(began.elapsed().as_secs() < 7, "{:?}", began.elapsed());
    // anyone who still reads hears that nothing comes
    drop(std::fs::OpenOptions::new().write(true).custom_flags(NO_WAITING).open(&key));
    std::fs::remove_file(&key).unwrap();
    std::fs::write(&key, kept).unwrap();
}

#[tokio::test]
async fn a_key_that_vanishes_while_a_server_has_it_is_put_back() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, 2).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;
    cast(&voters[0], &campaign, &[&entries[0]]).await.ok(201);
    let (keys, votes) = (keys_of(&app), app.folder().join("votes"));
    let names = keys.list().await.unwrap();
    for entry in std::fs::read_dir(&votes).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    app.app.get::<Campaigns>().destroy_spent_keys().await.unwrap();
    assert_eq!((names.len(), keys.list().await.unwrap()), (1, names));
    cast(&voters[1], &campaign, &[&entries[1]]).await.ok(201);
    at(&app, CLOSING).await;
    assert_eq!(keys.list().await.unwrap(), [], "counted, and destroyed");
    app.drain().await;
}

#[tokio::test]
async fn a_crash_between_the_count_and_the_end_of_its_key_is_made_good_and_keys_of_others_are_left() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (campaign, _) = voted(&app, &organiser).await;
    let keys = keys_of(&app);
    let names = keys.list().await.unwrap();
    let key = keys.load(names[0]).await.unwrap().unwrap();
    // a key of an opening that came to nothing, one of a vote of another database
    let (spare, _) = keys.create(names[0].owner).await.unwrap();
    let (other, _) = keys.create(uuid::Uuid::from_u128(7)).await.unwrap();
    app.app.get::<Campaigns>().destroy_spent_keys().await.unwrap();
    assert_eq!(keys.list().await.unwrap(), sorted([names[0], other]), "{spare} is destroyed, not the one in use");
    at(&app, CLOSING).await;
    assert_eq!(keys.list().await.unwrap(), [other]);
    // as if the server had died after the count
    keys.put(names[0], &key).await.unwrap();
    app.write(|tx| {
        let untold = campaign_seals::key_destroyed_at.eq(None::<i64>);
        Ok(on!(tx.conn, c => diesel::update(campaign_seals::table).set(untold).execute(c)).map(drop)?)
    })
    .await;
    app.tick().await;
    assert_eq!(keys.list().await.unwrap(), [other]);
    let told = campaign_seals::table.filter(campaign_seals::key_destroyed_at.is_not_null()).count();
    let told: i64 = app.db().read(move |conn| on!(conn, c => told.get_result(c))).await.unwrap();
    assert_eq!(told, 1);
    // and one that comes back with a copy of the folder goes again
    keys.put(names[0], &key).await.unwrap();
    app.tick().await;
    assert_eq!(keys.list().await.unwrap(), [other]);
    app.drain().await;
    drop(campaign);
}

fn sorted<const N: usize>(mut names: [KeyName; N]) -> [KeyName; N] {
    names.sort_unstable();
    names
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn two_servers_that_open_a_vote_at_once_agree_on_its_key() {
    needs_postgres();
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, 2).await;
    let writer =
        app.member("书记").home("XZ31").role(xianfeng::base::capability::Role::Secretary, "DW2").sign_in().await;
    let campaign = super::announced(&organiser, body(&app)).await;
    at(&app, super::ENTRIES).await;
    let entry = super::entry(&writer, &app, &campaign, "DW2", "品牌").await;
    at(&app, "2026-07-01T08:02:00+08:00").await;
    let sibling = app.sibling().await;
    app.set_clock(super::JUDGING);
    let (one, other) = tokio::join!(async { app.app.get::<Campaigns>().move_due().await }, async {
        sibling.app.get::<Campaigns>().move_due().await
    });
    one.and(other).unwrap();
    let id: CampaignId = campaign.rsplit('/').next().unwrap().parse().unwrap();
    let chosen = [entry.parse::<EntryId>().unwrap()];
    for (server, voter) in [(&app, &voters[0]), (&sibling, &voters[1])] {
        assert!(server.app.get::<Campaigns>().cast(voter.id, id, &chosen).await.unwrap().is_new);
    }
    app.set_clock(CLOSING);
    sibling.app.get::<Campaigns>().move_due().await.unwrap();
    app.tick().await;
    let vote = organiser.get(&format!("{campaign}/results")).await.ok(200)["vote"].clone();
    assert_eq!(vote["ballots_counted"], 2);
    assert!(keys_of(&app).list().await.unwrap().is_empty(), "the spare one, if two were made, is gone as well");
    app.drain().await;
}
