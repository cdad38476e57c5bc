//! How long what is kept: docs/retention.md names every table, jobs throw away what nobody asks for any more, and a year of
//! rows is measured by hand.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Instant;

use chrono::{Days, NaiveDate};
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params_from_iter};
use serde_json::json;
use xianfeng::base::capability::Role;

use crate::quiz::{TODAY, answers};
use crate::support::{Person, TestApp, on_postgres};

const PAGE: &str = "docs/retention.md";

#[test]
fn every_table_has_its_line_in_the_page() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let named: BTreeSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(tables, _)| tables).collect();
    let schema = crate::schema::text();
    let tables: BTreeSet<&str> = schema
        .split("diesel::table! {")
        .skip(1)
        .map(|block| block.trim_start().split([' ', '(']).next().unwrap())
        .collect();
    assert_eq!(tables.difference(&named).collect::<Vec<_>>(), Vec::<&&str>::new(), "without a line in {PAGE}");
    assert_eq!(named.difference(&tables).collect::<Vec<_>>(), Vec::<&&str>::new(), "no such table");
}

async fn count(app: &TestApp, table: &'static str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Counted {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let sql = format!("SELECT count(*) AS n FROM {table}");
    let read = move |conn: &mut xianfeng::db::Conn| {
        use diesel::RunQueryDsl;
        xianfeng::on!(conn, c => diesel::sql_query(&sql).get_result::<Counted>(c))
    };
    app.db().read(read).await.unwrap().n
}

/// A day of a member: the feed, an item, the paper, a challenge; and an item that is never finished.
async fn live(app: &TestApp, who: &Person<'_>, items: &[String; 2]) {
    who.get("/study/feed").await.ok(200);
    crate::study::read(app, who, &items[0]).await;
    who.post(&format!("/study/items/{}/readings", items[1]), json!({})).await;
    let paper = who.get("/quiz/daily").await.ok(200);
    who.put(TODAY, answers(&paper, 3)).await.ok(201);
    let run = who.post("/challenge/runs", json!({})).await.ok(201);
    let body = json!({ "seq": run["question"]["seq"], "answer": ["A"] });
    app.advance_seconds(1);
    who.post(&format!("/challenge/runs/{}/answers", run["id"].as_str().unwrap()), body).await.ok(200);
}

/// An enterprise with a paper and two items for today.
async fn set_up(app: &TestApp) -> [String; 2] {
    let organiser = crate::quiz::organiser(app).await;
    let [(first, _), (second, _)] = [
        crate::study::push(app, &organiser, "党章", "JT", "2026-07-01").await,
        crate::study::push(app, &organiser, "条例", "DW1", "2026-07-01").await,
    ];
    app.tick().await;
    [first, second]
}

#[tokio::test]
async fn what_is_only_needed_within_the_grace_is_gone_a_week_later_and_the_rest_in_its_time() {
    let app = TestApp::start().await;
    let items = set_up(&app).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    for who in [&li, &wang] {
        live(&app, who, &items).await;
    }
    app.tick().await;
    let tables = ["study_servings", "quiz_fetches", "study_readings", "challenge_runs", "challenge_answers"];
    let mut seen = Vec::new();
    for (day, hour) in [
        ("2026-07-01", 20),
        ("2026-07-02", 9),
        ("2026-07-08", 9),
        ("2026-07-12", 9),
        ("2026-10-10", 9),
        ("2026-10-10", 11),
    ] {
        app.set_clock(&format!("{day}T{hour:02}:00:00+08:00"));
        for _ in 0..3 {
            app.tick().await;
        }
        let mut rows = Vec::new();
        for table in tables {
            rows.push(count(&app, table).await);
        }
        seen.push(rows);
    }
    assert_eq!(seen[0][1..], [2, 4, 2, 2], "{tables:?}");
    assert!(seen[0][0] >= 4);
    assert_eq!(seen[2], seen[0], "a week is not over");
    // finished readings are hours of study, and stay
    assert_eq!(seen[3], [0, 0, 2, 2, 2]);
    assert_eq!(seen[5], [0, 0, 2, 0, 0]);
    let li = app.sign_in(li.id, &li.employee_no).await;
    assert_eq!(li.get("/me/quiz/history/2026-07-01").await.ok(200)["right_count"], 3);
    let board = "/boards/enterprise/total/mine?period=day&day=2026-07-01";
    assert!(li.get(board).await.ok(200)["score"].as_i64().unwrap() > 0);
}

#[tokio::test]
async fn days_that_no_streak_looks_back_to_are_forgotten_a_month_at_a_time() {
    let app = TestApp::start().await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").unregistered().await.0);
    let first: xianfeng::base::time::Day = "2025-04-01".parse().unwrap();
    let today = app.now().day();
    let all = i64::from(today.number() - first.number()) + 1;
    for member in [li.id, wang] {
        app.write(move |tx| {
            (0..all.unsigned_abs())
                .try_for_each(|n| xianfeng::learning::study::mark_day(tx, member, first.plus_days(n)))?;
            Ok(())
        })
        .await;
    }
    let before = li.get("/me/streak").await.ok(200);
    assert_eq!((&before["current"], &before["longest"]), (&json!(401), &json!(401)), "as far as anybody looks back");
    assert_eq!(count(&app, "streak_days").await, 2 * all);
    app.advance_seconds(3601);
    for _ in 0..3 {
        app.tick().await;
    }
    let li = app.sign_in(li.id, &li.employee_no).await;
    assert_eq!(count(&app, "streak_days").await, 2 * (all - 30), "400 days before today lie in the May of last year");
    assert_eq!(li.get("/me/streak").await.ok(200), before);
}

#[tokio::test]
async fn codes_and_cleared_lines_are_forgotten_when_nobody_can_use_them() {
    let app = TestApp::start().await;
    crate::quiz::organiser(&app).await;
    app.tick().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let other = app.member("新来").unregistered().await.0;
    secretary.post("/invitations", json!({ "member_id": other })).await.ok(201);
    let invited = count(&app, "invitations").await;
    let paper = li.get("/quiz/daily").await.ok(200);
    li.put(TODAY, answers(&paper, 0)).await.ok(201);
    let booked = count(&app, "quiz_wrong_answers").await;
    assert_eq!(booked, 5);
    // two of the lines are cleared, as two right answers do
    let cleared = app.now().micros();
    let sql = format!(
        "UPDATE quiz_wrong_answers SET cleared_at = {cleared} WHERE question_id IN (SELECT question_id FROM \
         quiz_wrong_answers ORDER BY question_id LIMIT 2)"
    );
    app.write(move |tx| Ok(tx.conn.batch(&sql)?)).await;
    app.set_clock("2026-07-20T09:00:00+08:00");
    app.tick().await;
    assert_eq!(count(&app, "quiz_wrong_answers").await, 5);
    app.set_clock("2026-09-20T09:00:00+08:00");
    app.tick().await;
    assert_eq!(count(&app, "quiz_wrong_answers").await, 3, "what was not cleared stays in the book");
    assert_eq!(count(&app, "invitations").await, 0, "of {invited}");
}

// a year, by hand

/// Tables of which every day of a member makes rows.
const DAILY: [&str; 11] = [
    "ledger_entries",
    "ledger_days",
    "study_servings",
    "study_readings",
    "streak_days",
    "quiz_fetches",
    "quiz_submissions",
    "challenge_runs",
    "challenge_answers",
    "challenge_days",
    "notice_reads",
];

/// What differs from day to day for everybody.
const OF_DAYS: [&str; 2] = ["quiz_papers", "study_pushes"];

type Row = Vec<(String, Cell)>;

fn rows_of(db: &Connection, table: &str, of: Option<&[u8]>) -> Vec<Row> {
    let by = match (table, of) {
        ("challenge_answers", Some(_)) => "WHERE run_id IN (SELECT id FROM challenge_runs WHERE member_id = ?)",
        (_, Some(_)) => "WHERE member_id = ?",
        _ => "",
    };
    let mut query = db.prepare(&format!("SELECT * FROM {table} {by}")).unwrap();
    let names: Vec<String> = query.column_names().into_iter().map(str::to_owned).collect();
    let read = |row: &rusqlite::Row| {
        Ok(names.iter().enumerate().map(|(n, name)| (name.clone(), row.get_unwrap::<_, Cell>(n))).collect::<Row>())
    };
    let rows = query.query_map(params_from_iter(of), read).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Writes the rows of one member's day again for other members and days: fresh ids, the same day everywhere in a row.
struct Copier {
    fresh: u64,
}

impl Copier {
    fn id(&mut self, day: NaiveDate) -> Vec<u8> {
        self.fresh += 1;
        let millis = u128::from(day.and_hms_opt(1, 0, 0).unwrap().and_utc().timestamp_millis().unsigned_abs());
        // spread as random bits would be
        let low = u128::from(self.fresh.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        (millis << 80 | 7 << 76 | (low & ((1 << 62) - 1)) | 1 << 63).to_be_bytes().to_vec()
    }

    fn write(
        &mut self,
        db: &Connection,
        table: &str,
        row: &Row,
        day: NaiveDate,
        days: i64,
        ids: &mut HashMap<Vec<u8>, Vec<u8>>,
    ) {
        let cells: Vec<Cell> = row
            .iter()
            .map(|(name, cell)| match cell {
                Cell::Blob(id) if id.len() == 16 && name != "question_id" && name != "unit_id" && name != "item_id" => {
                    Cell::Blob(ids.entry(id.clone()).or_insert_with(|| self.id(day)).clone())
                }
                Cell::Text(_) if name == "day" => Cell::Text(day.to_string()),
                Cell::Integer(at) if *at > 1_000_000_000_000_000 => Cell::Integer(at + days * 86_400_000_000),
                other => other.clone(),
            })
            .collect();
        let marks = vec!["?"; cells.len()].join(", ");
        let sql = format!("INSERT OR IGNORE INTO {table} VALUES ({marks})");
        db.prepare_cached(&sql).unwrap().execute(params_from_iter(cells)).unwrap();
    }
}

fn sizes(db: &Connection) -> BTreeMap<String, (i64, i64)> {
    let mut query = db
        .prepare(
            "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat('main', 1) s JOIN sqlite_master m ON m.name = s.name \
             GROUP BY m.tbl_name",
        )
        .unwrap();
    let sizes = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))).unwrap();
    sizes
        .map(Result::unwrap)
        .map(|(table, bytes)| {
            let rows = db.query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |row| row.get(0)).unwrap_or(0);
            (table, (rows, bytes))
        })
        .collect()
}

/// Not a test: writes a year of an enterprise, has it frozen and tidied, and prints what each table takes on SQLite.
/// `GROWTH_MEMBERS=100 cargo test --test main by_hand_a_year_of_members -- --ignored --nocapture`
#[tokio::test]
#[ignore = "takes minutes and gigabytes; prints sizes, asserts nothing"]
async fn by_hand_a_year_of_members_is_measured() {
    measure(number("GROWTH_MEMBERS", 60), number("GROWTH_DAYS", 365)).await;
}

/// Not a test: the same for five years of a few members, with what it comes to for as many as an enterprise has.
/// `cargo test --test main by_hand_five_years -- --ignored --nocapture`
#[tokio::test]
#[ignore = "takes minutes and gigabytes; prints sizes, asserts nothing"]
async fn by_hand_five_years_of_members_are_measured() {
    measure(number("GROWTH_MEMBERS", 60), 1826).await;
}

/// As many looks as it takes: a year at once is more than a job may wait for in a build without optimisation, and the next
/// look goes on where the last one stood, as the scheduler's does.
async fn work_off(app: &TestApp) {
    for look in 1..=LOOKS {
        match app.app.tick().await {
            Ok(()) => return,
            Err(error) => println!("look {look}: {error}"),
        }
    }
    panic!("not worked off after {LOOKS} looks");
}

const LOOKS: usize = 200;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |number| number.parse().unwrap())
}

/// Members of a large enterprise, for which sizes are extrapolated.
const MANY_MEMBERS: f64 = 60_000.0;

/// Tables in whose rows each member has a line.
const OF_MEMBERS: [&str; 3] = ["frozen_boards", "study_coverages", "quiz_coverages"];

async fn measure(members: u64, days: u64) {
    assert!(!on_postgres(), "the sizes are those of SQLite");
    let app = TestApp::start().await;
    let items = set_up(&app).await;
    let li = app.member("李一").sign_in().await;
    live(&app, &li, &items).await;
    app.tick().await;
    let (me, home) = (li.id.uuid().as_bytes().to_vec(), app.unit("XZ11").uuid().as_bytes().to_vec());
    let database = app.stopped().await;
    let began = Instant::now();
    let path = database.url().strip_prefix("sqlite://").unwrap();
    let mut db = Connection::open(path).unwrap();
    db.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000").unwrap();
    let templates: Vec<(&str, Vec<Row>)> = DAILY.iter().map(|table| (*table, rows_of(&db, table, Some(&me)))).collect();
    let of_days: Vec<(&str, Vec<Row>)> = OF_DAYS.iter().map(|table| (*table, rows_of(&db, table, None))).collect();
    let first: NaiveDate = "2026-07-01".parse().unwrap();
    let mut copier = Copier { fresh: 0 };
    let person = rows_of(&db, "members", None).into_iter().find(|row| row[0].1 == Cell::Blob(me.clone())).unwrap();
    let mut everybody = Vec::new();
    for n in 0..members {
        let id = copier.id(first);
        let mut row = person.clone();
        for (name, cell) in &mut row {
            match name.as_str() {
                "id" => *cell = Cell::Blob(id.clone()),
                "employee_no" => *cell = Cell::Text(format!("G{n:06}")),
                "unit_id" => *cell = Cell::Blob(home.clone()),
                _ => {}
            }
        }
        let marks = vec!["?"; row.len()].join(", ");
        let cells = row.into_iter().map(|(_, cell)| cell);
        db.execute(&format!("INSERT INTO members VALUES ({marks})"), params_from_iter(cells)).unwrap();
        everybody.push(id);
    }
    for ago in 0..days {
        let (day, offset) = (first + Days::new(ago), ago as i64);
        let tx = db.transaction().unwrap();
        let mut shared = HashMap::new();
        for (table, rows) in &of_days {
            if ago > 0 {
                rows.iter().for_each(|row| copier.write(&tx, table, row, day, offset, &mut shared));
            }
        }
        for member in &everybody {
            let mut ids = shared.clone();
            ids.insert(me.clone(), member.clone());
            if ago == 0 {
                // of the first day papers and pushes are there
                for (_, rows) in &of_days {
                    for row in rows {
                        if let Cell::Blob(id) = &row[0].1 {
                            ids.insert(id.clone(), id.clone());
                        }
                    }
                }
            }
            for (table, rows) in &templates {
                rows.iter().for_each(|row| copier.write(&tx, table, row, day, offset, &mut ids));
            }
        }
        tx.commit().unwrap();
    }
    println!("{members} members, {days} days written in {:?}", began.elapsed());
    let before = sizes(&db);
    drop(db);
    let began = Instant::now();
    let end = (first + Days::new(days)).and_hms_opt(1, 0, 0).unwrap().and_utc().timestamp_micros();
    let clock = xianfeng::base::clock::Clock::manual(xianfeng::base::time::Timestamp::from_micros(end));
    let app = TestApp::over(database, clock).await;
    // the last coverage was frozen a week before the end, as in every week of the year
    for pause in [3600, 3600, 8 * 86_400, 3600] {
        work_off(&app).await;
        app.advance_seconds(pause);
    }
    println!("frozen and tidied in {:?}", began.elapsed());
    let database = app.stopped().await;
    let path = database.url().strip_prefix("sqlite://").unwrap();
    let db = Connection::open(path).unwrap();
    let member_days = (members * days) as f64;
    println!(
        "| table | rows written | rows kept | MB written | MB kept | bytes a row | bytes kept per member and day | MB kept \
         of 60,000 members, extrapolated |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    let (mut written, mut kept, mut of_many) = (0, 0, 0.0);
    for (table, (rows, bytes)) in sizes(&db) {
        let (rows_before, bytes_before) = before.get(&table).copied().unwrap_or_default();
        // freed pages lie in the file until something else takes them
        (written, kept) = (written + bytes_before.max(bytes), kept + bytes);
        // what is of a day or of the enterprise does not grow with its members
        let grows = DAILY.contains(&table.as_str()) || OF_MEMBERS.contains(&table.as_str());
        let extrapolated = bytes as f64 * if grows { MANY_MEMBERS / members as f64 } else { 1.0 };
        of_many += extrapolated;
        if bytes.max(bytes_before) > 200_000 || DAILY.contains(&table.as_str()) {
            println!(
                "| `{table}` | {} | {rows} | {:.1} | {:.1} | {:.0} | {:.0} | {:.0} |",
                rows_before.max(rows),
                bytes_before.max(bytes) as f64 / 1e6,
                bytes as f64 / 1e6,
                bytes_before.max(bytes) as f64 / rows_before.max(rows).max(1) as f64,
                bytes as f64 / member_days,
                extrapolated / 1e6,
            );
        }
    }
    println!(
        "in all {:.1} MB written, {:.1} MB kept: {:.0} bytes per active member and day, {:.0} without tidying",
        written as f64 / 1e6,
        kept as f64 / 1e6,
        kept as f64 / member_days,
        written as f64 / member_days,
    );
    println!("extrapolated to {MANY_MEMBERS} members: {:.1} GB kept", of_many / 1e9);
}
