//! The search kernel: Chinese of one character and more, traditional as simplified, the same on both databases.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::BigInt;
use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl};
use uuid::Uuid;
use xianfeng::base::clock::Clock;
use xianfeng::db::{Conn, Db, DbOptions, Never, Refusal, Stop};
use xianfeng::kernel::search::{self, MOST_FOUND, Place};
use xianfeng::on;

use crate::support::{Database, MORNING, on_postgres};

const IDEA: &str = "idea";

/// A database with nothing to find; the first is kept for its lifetime.
async fn fresh() -> (Database, Db) {
    open(Database::fresh()).await
}

async fn open(database: Database) -> (Database, Db) {
    let options = DbOptions { pg_readers: 2, pg_writers: 1, ..DbOptions::default() };
    let db = Db::open(database.url(), Clock::manual(MORNING.parse().unwrap()), options).unwrap();
    db.migrate().await.unwrap();
    (database, db)
}

async fn put(db: &Db, number: u128, text: &str) {
    put_all(db, vec![(number, text.to_owned())]).await;
}

async fn put_all(db: &Db, texts: Vec<(u128, String)>) {
    put_all_on(db, texts.into_iter().map(|(number, text)| (number, text, Vec::new())).collect()).await;
}

async fn put_on(db: &Db, number: u128, text: &str, scopes: Vec<Uuid>) {
    put_all_on(db, vec![(number, text.to_owned(), scopes)]).await;
}

async fn put_all_on(db: &Db, texts: Vec<(u128, String, Vec<Uuid>)>) {
    db.write(move |tx| -> Result<(), Stop<Never>> {
        for (number, text, scopes) in &texts {
            search::put(tx, IDEA, Uuid::from_u128(*number), text, scopes)?;
        }
        Ok(())
    })
    .await
    .unwrap();
}

/// The numbers of what is found, which must be the same before and after the index has got what waits for it.
async fn find(db: &Db, query: &str) -> Vec<u128> {
    same_when_indexed(db, async || {
        let query = query.to_owned();
        let found = db.read(move |conn| search::find::<Uuid>(conn, Place::all(IDEA), &query, 2_000)).await.unwrap();
        found.into_iter().map(|id| id.as_u128()).collect()
    })
    .await
}

async fn similar(db: &Db, text: &str) -> Vec<(u128, u32)> {
    same_when_indexed(db, async || {
        let text = text.to_owned();
        let found = db.read(move |conn| search::similar::<Uuid>(conn, Place::all(IDEA), &text, 5)).await.unwrap();
        found.into_iter().map(|similar| (similar.id.as_u128(), similar.likeness)).collect()
    })
    .await
}

async fn same_when_indexed<T: PartialEq + std::fmt::Debug>(db: &Db, look: impl AsyncFn() -> T) -> T {
    let before = look().await;
    search::index_waiting(db, 0).await.unwrap();
    let after = look().await;
    assert_eq!(before, after, "waiting, and in the index");
    after
}

#[tokio::test]
async fn chinese_is_found_by_one_character_and_more_in_either_script() {
    let (_kept, db) = fresh().await;
    put(&db, 1, "矿山党建金点子").await;
    put(&db, 2, "降低電解槽能耗的辦法\n党员建议：第2期 ERP 系统").await;
    for (query, found) in [
        ("矿", vec![1]),
        ("金点子", vec![1]),
        ("黨建", vec![1]),
        ("礦山黨建金點子", vec![1]),
        ("电解槽", vec![2]),
        ("能耗 ｅｒｐ", vec![2]),
        ("ER", vec![2]),
        ("2期", vec![2]),
        ("党", vec![1, 2]),
        ("党建 能耗", vec![]),
        ("金子", vec![]),
        ("期ERP", vec![]),
    ] {
        assert_eq!(find(&db, query).await, found, "{query}");
    }
}

#[tokio::test]
async fn characters_are_found_only_where_they_stand_together() {
    let (_kept, db) = fresh().await;
    put(&db, 1, "党建工作，建设矿山").await;
    assert_eq!(find(&db, "党建设").await, Vec::<u128>::new());
    assert_eq!(find(&db, "建设矿山").await, [1]);
}

#[tokio::test]
async fn a_title_comes_before_a_text_and_the_newest_first_among_equals() {
    let (_kept, db) = fresh().await;
    put(&db, 1, "食堂\n节水节水节水").await;
    put(&db, 2, "节水").await;
    put(&db, 3, "车间节水的建议").await;
    put(&db, 4, "班组节水的建议").await;
    assert_eq!(find(&db, "节水").await, [2, 4, 3, 1]);
    // an edit changes what is found, not how new it is
    put(&db, 3, "矿区节水的建议").await;
    assert_eq!(find(&db, "节水").await, [2, 4, 3, 1]);
    assert_eq!(find(&db, "车间").await, Vec::<u128>::new());
    assert_eq!(find(&db, "矿区").await, [3]);
    let two = db.read(|conn| search::find::<Uuid>(conn, Place::all(IDEA), "节水", 2)).await.unwrap();
    assert_eq!(two.len(), 2);
}

#[tokio::test]
async fn what_is_removed_or_was_never_committed_is_not_found() {
    #[derive(Debug)]
    struct No;
    impl Refusal for No {}
    let (_kept, db) = fresh().await;
    put(&db, 1, "金点子").await;
    let refused = db.write(|tx| -> Result<(), Stop<No>> {
        search::put(tx, IDEA, Uuid::from_u128(2), "金点子二", &[])?;
        search::remove(tx, IDEA, Uuid::from_u128(1))?;
        Err(No.into())
    });
    assert!(matches!(refused.await, Err(Stop::Refused(No))));
    assert_eq!(find(&db, "金点子").await, [1]);
    for _ in 0..2 {
        let removal = db.write(|tx| -> Result<(), Stop<Never>> { Ok(search::remove(tx, IDEA, Uuid::from_u128(1))?) });
        removal.await.unwrap();
        assert_eq!(find(&db, "金点子").await, Vec::<u128>::new());
    }
    put(&db, 3, "银点子").await;
    assert_eq!(find(&db, "点子").await, [3]);
    assert_eq!(find(&db, "金").await, Vec::<u128>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_put_while_others_fill_the_index_is_found_as_it_is_in_the_end() {
    let (_kept, db) = fresh().await;
    let writers = (0..4).map(|writer: u128| {
        let db = db.clone();
        tokio::spawn(async move {
            for round in 0..20 {
                put(&db, writer, &format!("金点子第{round}稿")).await;
                put(&db, 100 + writer * 20 + round, "银点子").await;
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let fillers: Vec<_> = (0..2)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                for _ in 0..40 {
                    search::index_waiting(&db, 0).await.unwrap();
                }
            })
        })
        .collect();
    for task in writers.into_iter().chain(fillers) {
        task.await.unwrap();
    }
    let mut last = find(&db, "第19稿").await;
    last.sort_unstable();
    assert_eq!(last, [0, 1, 2, 3]);
    assert_eq!(find(&db, "第18稿").await, Vec::<u128>::new());
    assert_eq!(find(&db, "银点子").await.len(), 80);
}

#[tokio::test]
async fn the_index_of_sqlite_is_merged_a_little_with_every_few_entries() {
    let (database, db) = open(Database::sqlite()).await;
    put_all(&db, (0..60).map(|n| (n, made_up(n as u64))).collect()).await;
    search::index_waiting(&db, 0).await.unwrap();
    let segments: i64 = on!(&mut database.connect(), c => diesel::select(sql::<BigInt>(
        "(SELECT count(DISTINCT segid) FROM search_grams_idx)"
    )).get_result(c))
    .unwrap();
    // fifteen transactions at least, each of which writes one; FTS5 by itself merges when there are sixteen
    assert!((1..10).contains(&segments), "{segments}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_index_lets_others_write_first_and_then_keeps_them_for_one_entry_and_not_for_several() {
    let (_kept, db) = fresh().await;
    put_all(&db, (0..4).map(|n| (n, made_up(n as u64))).collect()).await;
    let waiting = |conn: &mut Conn| -> QueryResult<i64> {
        let count = "(SELECT count(*) FROM search_entries WHERE waiting_marks IS NOT NULL)";
        on!(conn, c => diesel::select(sql::<BigInt>(count)).get_result(c))
    };
    let write = || {
        let db = db.clone();
        tokio::spawn(async move {
            db.write(move |tx| -> Result<i64, Stop<Never>> {
                let seen = waiting(tx.conn)?;
                std::thread::sleep(Duration::from_millis(100));
                Ok(seen)
            })
            .await
            .unwrap()
        })
    };
    // there are always some who wait for the only writer
    let mut line: VecDeque<_> = (0..6).map(|_| write()).collect();
    let index = {
        let db = db.clone();
        tokio::spawn(async move { search::index_waiting(&db, 1).await.unwrap() })
    };
    let mut seen = Vec::new();
    for _ in 0..25 {
        seen.push(line.pop_front().unwrap().await.unwrap());
        line.push_back(write());
    }
    assert_eq!(seen[..3], [4, 4, 4], "others go first");
    assert!(seen[24] < 4, "but not for ever: {seen:?}");
    assert!(seen.windows(2).all(|pair| pair[0] - pair[1] <= 1), "one entry at a time: {seen:?}");
    for writer in line {
        writer.await.unwrap();
    }
    index.await.unwrap();
    assert_eq!(db.read(waiting).await.unwrap(), 0);
}

#[tokio::test]
async fn each_kind_is_searched_for_itself() {
    let (_kept, db) = fresh().await;
    put(&db, 1, "金点子").await;
    let other = db.write(|tx| -> Result<(), Stop<Never>> {
        search::put(tx, "ideas", Uuid::from_u128(2), "金点子", &[])?;
        Ok(search::remove(tx, "ideas", Uuid::from_u128(1))?)
    });
    other.await.unwrap();
    assert_eq!(find(&db, "金点子").await, [1]);
    assert_eq!(find(&db, "idea").await, Vec::<u128>::new());
    assert_eq!(similar(&db, "金点子").await, [(1, 10_000)]);
}

#[tokio::test]
async fn a_shelf_is_searched_for_itself_however_common_the_word() {
    let (_kept, db) = fresh().await;
    let scope = |number: u128| Uuid::from_u128(0xABCD_0000 + number);
    put_on(&db, 1, "安全金点子", vec![scope(1), scope(3)]).await;
    // newer than what is looked for, and more than are ranked
    let many = MOST_FOUND as u128 + 50;
    for chunk in 0..many / 50 {
        let texts = (0..50).map(|n| (100 + chunk * 50 + n, "安全金点子".to_owned(), vec![scope(2)])).collect();
        put_all_on(&db, texts).await;
    }
    let find = async |scopes: Option<Vec<Uuid>>| {
        same_when_indexed(&db, async || {
            let scopes = scopes.clone();
            let found = db.read(move |conn| {
                let place = Place { kind: IDEA, scopes: scopes.as_deref() };
                let similar = search::similar::<Uuid>(conn, place, "金点子", 5)?;
                Ok((search::find::<Uuid>(conn, place, "安全", 2_000)?, similar))
            });
            let (found, similar) = found.await.unwrap();
            (found.len(), found.first().map(|id| id.as_u128()), similar.len())
        })
        .await
    };
    // more wait than a search looks at; of a scope beyond them it learns when they are in the index
    search::index_waiting(&db, 0).await.unwrap();
    assert_eq!(find(Some(vec![scope(1)])).await, (1, Some(1), 1));
    assert_eq!(find(Some(vec![scope(9), scope(3)])).await, (1, Some(1), 1));
    assert_eq!(find(Some(vec![scope(9)])).await, (0, None, 0));
    assert_eq!(find(Some(vec![])).await, (0, None, 0));
    assert_eq!(find(None).await.0, MOST_FOUND);
    // put again, it lies elsewhere
    put_on(&db, 1, "安全金点子", vec![scope(4)]).await;
    assert_eq!(find(Some(vec![scope(1)])).await, (0, None, 0));
    assert_eq!(find(Some((1..300).map(scope).filter(|id| *id != scope(2)).collect())).await, (1, Some(1), 1));
}

#[tokio::test]
async fn nothing_that_is_typed_is_an_error() {
    let (_kept, db) = fresh().await;
    put(&db, 1, "O'Brien \"AND\" NOT \\ ·idea 😀 𠮷野家 ﷺ İ ß").await;
    put(&db, 2, "").await;
    for query in ["", "   ", "\"", "' OR 1=1 --", "a\0b", "AND NOT OR NEAR(", "*", "·idea", "\\", "😀", "%_", "!!!"]
    {
        find(&db, query).await;
        similar(&db, query).await;
    }
    let long = "长文".repeat(50_000);
    find(&db, &long).await;
    similar(&db, &long).await;
    put(&db, 3, &long).await;
    assert_eq!(find(&db, "文长").await, [3]);
    assert_eq!(find(&db, "𠮷野").await, [1]);
    assert_eq!(find(&db, "o'brien").await, [1]);
    assert_eq!(find(&db, "brien and").await, [1]);
}

#[tokio::test]
async fn of_a_common_word_the_newest_are_found() {
    let (_kept, db) = fresh().await;
    let many = MOST_FOUND as u128 + 50;
    let numbers: Vec<u128> = (1..=many).collect();
    for chunk in numbers.chunks(100) {
        put_all(&db, chunk.iter().map(|number| (*number, format!("建议{number}号"))).collect()).await;
    }
    let found = find(&db, "建议").await;
    assert_eq!((found.len(), found.contains(&50), found.contains(&51)), (MOST_FOUND, false, true));
    assert_eq!(find(&db, "议1号").await, [1]);
}

#[tokio::test]
async fn what_matches_is_found_behind_any_number_of_newer_things_that_match_in_part() {
    let (_kept, db) = fresh().await;
    put(&db, 1, "党建设备改造").await;
    put(&db, 2, "推进党建设").await;
    // both pairs of characters, but apart: the index cannot tell
    let many = 2 * MOST_FOUND as u128 + 100;
    for chunk in (10..10 + many).collect::<Vec<_>>().chunks(100) {
        put_all(&db, chunk.iter().map(|number| (*number, "党建工作，建设矿山".to_owned())).collect()).await;
    }
    assert_eq!(find(&db, "党建设").await, [2, 1]);
    assert_eq!(find(&db, "党建设备").await, [1]);
    assert_eq!(find(&db, "党建设 推进").await, [2]);
}

#[tokio::test]
async fn window_by_window_everything_is_found_once() {
    let (_kept, db) = fresh().await;
    let many = 2 * MOST_FOUND as u128 + 345;
    for chunk in (0..many).collect::<Vec<_>>().chunks(100) {
        // every seventh entry has it in its title
        let text = |number: u128| {
            if number.is_multiple_of(7) { "节水建议".to_owned() } else { "别的\n说到节水".to_owned() }
        };
        put_all(&db, chunk.iter().map(|number| (*number, text(*number))).collect()).await;
    }
    for _ in 0..2 {
        let (mut window, mut sizes, mut all) = (search::Window::default(), Vec::new(), Vec::new());
        loop {
            let found =
                db.read(move |conn| search::find_in::<Uuid>(conn, Place::all(IDEA), "节水", window)).await.unwrap();
            let numbers: Vec<u128> = found.subjects.iter().map(Uuid::as_u128).collect();
            let titled = numbers.iter().take_while(|number| **number % 7 == 0).count();
            assert!(numbers[..titled].is_sorted_by(|a, b| a > b) && numbers[titled..].is_sorted_by(|a, b| a > b));
            assert!(numbers[titled..].iter().all(|number| number % 7 != 0), "titles come first in a window");
            sizes.push(numbers.len());
            all.extend(numbers);
            let Some(next) = found.next else { break };
            window = next;
        }
        assert_eq!(sizes, [MOST_FOUND, MOST_FOUND, 345]);
        all.sort_unstable();
        assert_eq!(all, (0..many).collect::<Vec<_>>());
        // the same once the index has got it
        search::index_waiting(&db, 0).await.unwrap();
    }
}

#[tokio::test]
async fn similar_texts_are_found_the_most_similar_first() {
    let (_kept, db) = fresh().await;
    put(&db, 1, "关于降低电解槽能耗的建议\n把槽温再降五度，每年可省电两百万度。").await;
    put(&db, 2, "关于改善食堂伙食的建议\n每周增加两个菜。").await;
    put(&db, 3, "降低运输能耗").await;
    let found = similar(&db, "降低電解槽能耗的建議").await;
    assert_eq!(found[0], (1, 10_000));
    assert!(found[1].1 < 5_000 && found.len() == 3, "{found:?}");
    assert_eq!(similar(&db, "登山比赛").await, []);
    // the last line has twice the length of a double's
    assert_eq!(similar(&db, "关于改善食堂伙食的建议，每周增加两个菜").await[0].0, 2);
}

/// Not a test: prints how long searches take over 100,000 entries of 300 characters.
/// `cargo test --test main by_hand_searches_are_measured -- --ignored --nocapture`
#[tokio::test]
#[ignore = "takes minutes; prints timings, asserts nothing"]
async fn by_hand_searches_are_measured() {
    let entries: u128 = std::env::var("MEASURED_ENTRIES").map_or(100_000, |number| number.parse().unwrap());
    let (database, db) = fresh().await;
    // filling the index gram by gram takes PostgreSQL much longer than making it anew
    let mut maker = on_postgres().then(|| PgConnection::establish(database.url()).unwrap());
    let index = "CREATE INDEX search_grams_index ON search_grams USING gin (grams) WITH (fastupdate = off)";
    maker.iter_mut().for_each(|conn| conn.batch_execute("DROP INDEX search_grams_index").unwrap());
    let began = Instant::now();
    for chunk in 0..entries / 200 {
        let from = chunk * 200;
        put_all(&db, (from..from + 200).map(|number| (number, made_up(number as u64))).collect()).await;
    }
    println!("{entries} entries put in {:?}", began.elapsed());
    search::index_waiting(&db, 0).await.unwrap();
    println!("and in the index after {:?}", began.elapsed());
    maker
        .iter_mut()
        .for_each(|conn| conn.batch_execute(index).and_then(|()| conn.batch_execute("VACUUM ANALYZE")).unwrap());
    let began = Instant::now();
    put(&db, 1, "一条新的建议").await;
    println!("one more put in {:?}", began.elapsed());
    for query in ["贰佰甲", "稀有", "百分之一", "十分之一", "半数", "的", "矿山百分之一", "关于加强的建议", "一 二 三"]
    {
        let mut times = Vec::new();
        let mut found = 0;
        for _ in 0..7 {
            let began = Instant::now();
            found = find(&db, query).await.len();
            times.push(began.elapsed());
        }
        times.sort();
        println!("find {query}: {found} found, median {:?}, longest {:?}", times[3], times[6]);
    }
    for text in ["关于加强稀有矿山通风的建议", &made_up(7), "的的的"] {
        let mut times = Vec::new();
        let mut first = None;
        for _ in 0..7 {
            let began = Instant::now();
            first = similar(&db, text).await.first().copied();
            times.push(began.elapsed());
        }
        times.sort();
        let short: String = text.chars().take(12).collect();
        println!("similar {short}…: {first:?}, median {:?}, longest {:?}", times[3], times[6]);
    }
}

/// A text of about 300 characters, distributed as in Chinese: few characters are common, most are rare.
fn made_up(number: u64) -> String {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut character = || char::from_u32(0x4E00 + (2_500_f64.powf(next()) as u32) * 7 % 20_000).unwrap();
    let body: String = (0..280).map(|_| character()).collect();
    let mut title = "关于加强的建议".to_owned();
    for (every, word) in [(1_000, "稀有"), (100, "矿山百分之一"), (10, "十分之一"), (2, "半数")] {
        if number.is_multiple_of(every) {
            title.push_str(word);
        }
    }
    format!("{title}\n{body}")
}
