//! Freezing goes on where a killed server stopped.

use std::time::{Duration, Instant};

use diesel::dsl::{count_star, min, sum};
use diesel::prelude::*;
use serde_json::json;
use xianfeng::base::clock::Clock;
use xianfeng::base::period::newest_final_day;
use xianfeng::base::time::{Day, Period, Timestamp};
use xianfeng::db::schema::{frozen_periods, ledger_days};
use xianfeng::on;

use super::alone;
use crate::support::process::Site;

const MEMBERS: usize = 40;
/// Three years.
const DAYS: u64 = 1_096;

/// Points of everybody on every day of three years, as if nothing had ever been frozen.
fn fill(site: &Site) {
    let mut conn = site.connect();
    for ago in 1..=DAYS {
        let day = site.day.minus_days(ago);
        let rows: Vec<_> = (0..MEMBERS)
            .map(|index| {
                (
                    ledger_days::member_id.eq(site.member(index)),
                    ledger_days::day.eq(day),
                    ledger_days::dimension.eq("learning"),
                    ledger_days::points.eq(1 + (index as i32 + ago as i32) % 7),
                    ledger_days::reached_at.eq(day.start().plus_seconds(3600 * 9 + index as i64)),
                )
            })
            .collect();
        on!(&mut conn, c => diesel::insert_into(ledger_days::table).values(&rows).execute(c)).unwrap();
    }
}

/// The newest day that is final now, whatever the hour.
fn newest() -> Day {
    newest_final_day(Clock::System.now(), 6 * 3600)
}

/// How many days are to be frozen by now.
fn due(site: &Site) -> i64 {
    i64::from(newest().number() - site.day.minus_days(DAYS).number() + 1)
}

fn closed(site: &Site, period: Period) -> i64 {
    on!(&mut site.connect(), c => frozen_periods::table
        .filter(frozen_periods::period.eq(period))
        .select(count_star())
        .get_result(c))
    .unwrap()
}

async fn wait_until(what: &str, limit: Duration, is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < limit, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn freezing_that_was_killed_goes_on_where_it_stopped() {
    let _turn = alone().await;
    let site = Site::open(MEMBERS).await;
    fill(&site);
    let mut server = site.serve().await;
    wait_until("nothing is frozen", Duration::from_secs(60), || closed(&site, Period::Day) > 0).await;
    server.kill();
    let (frozen, first_at): (i64, Option<Timestamp>) = on!(&mut site.connect(), c => frozen_periods::table
        .filter(frozen_periods::period.eq(Period::Day))
        .select((count_star(), min(frozen_periods::frozen_at)))
        .get_result(c))
    .unwrap();
    assert!(frozen < DAYS as i64, "it was killed too late: {frozen}");

    let server = site.serve().await;
    let whole = || closed(&site, Period::Day) >= due(&site);
    wait_until("freezing does not go on", Duration::from_secs(120), whole).await;
    let again: Option<Timestamp> = on!(&mut site.connect(), c => frozen_periods::table
        .filter(frozen_periods::period.eq(Period::Day))
        .select(min(frozen_periods::frozen_at))
        .get_result(c))
    .unwrap();
    assert_eq!(again, first_at, "what was frozen before stays");
    println!("killed after {frozen} days of {DAYS}");
    // boards of every length are what the days say
    for ago in [40, 200, 500, 900] {
        for period in [Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year] {
            let day = site.day.minus_days(ago);
            let (from, until): (Day, Day) = (period.start(day), period.end(day));
            if until > newest().next() {
                continue;
            }
            let points: Option<i64> = on!(&mut site.connect(), c => ledger_days::table
                .filter(ledger_days::member_id.eq(site.member(3)))
                .filter(ledger_days::day.ge(from))
                .filter(ledger_days::day.lt(until))
                .select(sum(ledger_days::points))
                .get_result(c))
            .unwrap();
            let path = format!("/boards/enterprise/learning/mine?period={period}&day={day}");
            let mine = server.get(&path, &site.token(3)).await.unwrap().ok(200);
            assert_eq!((&mine["score"], &mine["size"]), (&json!(points), &json!(MEMBERS)), "{path}");
            assert!(mine["frozen_at"].is_string(), "{path}");
        }
    }
}
