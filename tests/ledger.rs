//! The ledger, straight at its kernel: caps, sources, corrections, and that nothing of it changes.

use std::collections::BTreeMap;

use xianfeng::base::time::{Day, Period};
use xianfeng::db::{Never, Stop, Tx};
use xianfeng::kernel::board;
use xianfeng::kernel::ledger::{self, Awarded, Caps, Corrected};

use crate::board_kernel::{World, fresh_source, gift, member, rule, this_month, top};

/// The member's entries, oldest first: points and what they come from.
async fn entries(world: &World) -> Vec<(i32, String)> {
    let entries = world.db.read(|conn| ledger::list(conn, member(1), None, 100)).await.unwrap();
    entries.into_iter().rev().map(|entry| (entry.points, entry.source_kind)).collect()
}

/// Makes what the first member has for a source come to `points` of `day`.
async fn correct(world: &World, source: uuid::Uuid, points: i32, day: Day, caps: Caps) -> Corrected {
    let action = move |tx: &mut Tx| -> Result<Corrected, Stop<Never>> {
        Ok(ledger::correct(tx, &gift(&rule(caps), member(1), points, day, source))?)
    };
    world.db.write(action).await.unwrap()
}

async fn award(world: &World, source: uuid::Uuid, points: i32, day: Day, caps: Caps) -> Awarded {
    let action = move |tx: &mut Tx| -> Result<Awarded, Stop<Never>> {
        Ok(ledger::award(tx, &gift(&rule(caps), member(1), points, day, source))?)
    };
    world.db.write(action).await.unwrap()
}

fn entry(points: i32, kind: &str) -> (i32, String) {
    (points, kind.to_owned())
}

/// What is derived is what the entries come to.
async fn check_sums(world: &World) {
    let members = [member(1)];
    let (entries, days) = world
        .db
        .read(move |conn| Ok((ledger::days_of_entries(conn, &members)?, ledger::days_kept(conn, &members)?)))
        .await
        .unwrap();
    let points = |all: &BTreeMap<_, ledger::Days>| -> Vec<((Day, String), i64)> {
        let days = all.values().flatten().map(|(day, kept)| (day.clone(), kept.points));
        days.filter(|(_, points)| *points != 0).collect()
    };
    assert_eq!(points(&entries), points(&days));
    let total: i64 = points(&entries).iter().map(|(_, points)| points).sum();
    let standings = world.db.read(|conn| board::of_member(conn, member(1))).await.unwrap();
    let today = world.db.today();
    let year = standings.iter().find(|standing| &*standing.measure == board::TOTAL);
    assert_eq!(year.map_or(0, |standing| standing.score(Period::Year, Period::Year.start(today))), total);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cap_is_never_exceeded_however_many_awards_come_at_once() {
    for world in World::each().await {
        let today = world.db.today();
        let awards = (0..32).map(|_| {
            let (db, source) = (world.db.clone(), fresh_source());
            tokio::spawn(async move {
                let rule = rule(Caps { day: Some(50), week: Some(41), ..Caps::default() });
                let action = move |tx: &mut Tx| -> Result<i32, Stop<Never>> {
                    Ok(ledger::award(tx, &gift(&rule, member(1), 2, today, source))?.points)
                };
                db.write(action).await.unwrap()
            })
        });
        let mut given = 0;
        for award in awards.collect::<Vec<_>>() {
            given += award.await.unwrap();
        }
        assert_eq!(given, 41);
        let standings = world.db.read(|conn| board::of_member(conn, member(1))).await.unwrap();
        let seen: Vec<_> = standings.iter().map(|s| (&*s.measure, s.score(Period::Day, today), s.version)).collect();
        assert_eq!(seen, [("learning", 41, 21), ("total", 41, 21)]);
        let entries = world.db.read(|conn| ledger::list(conn, member(1), None, 100)).await.unwrap();
        assert_eq!(entries.len(), 32, "an award of which nothing is left says so");
    }
}

#[tokio::test]
async fn the_same_source_earns_only_once() {
    for world in World::each().await {
        let boards = world.local().await;
        let today = world.db.today();
        let source = fresh_source();
        world.live_in(member(1), &[11, 1]);
        for (wanted, given, duplicate) in [(3, 3, false), (9, 3, true)] {
            let (boards, path) = (boards.clone(), world.path(member(1)));
            let action = move |tx: &mut Tx| -> Result<Awarded, Stop<Never>> {
                let awarded = ledger::award(tx, &gift(&rule(Caps::default()), member(1), wanted, today, source))?;
                boards.awarded(tx, &awarded, &path);
                Ok(awarded)
            };
            let awarded = world.db.write(action).await.unwrap();
            assert_eq!((awarded.points, awarded.duplicate, awarded.wanted), (given, duplicate, 3));
        }
        assert_eq!(top(&boards, &this_month()).await, [(member(1), 3)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_source_at_once_one_award_is_entered() {
    for world in World::each().await {
        let (today, source) = (world.db.today(), fresh_source());
        let awards = (0..32).map(|_| {
            let world = world.clone();
            tokio::spawn(async move { award(&world, source, 3, today, Caps::default()).await })
        });
        let mut first = 0;
        for awarded in awards.collect::<Vec<_>>() {
            let awarded = awarded.await.unwrap();
            assert_eq!((awarded.points, awarded.wanted), (3, 3));
            first += usize::from(!awarded.duplicate);
        }
        assert_eq!(first, 1);
        assert_eq!(entries(&world).await, [entry(3, "test")]);
        check_sums(&world).await;
    }
}

#[tokio::test]
async fn no_entry_is_changed_or_removed() {
    for world in World::each().await {
        award(&world, fresh_source(), 3, world.db.today(), Caps::default()).await;
        for statement in ["UPDATE ledger_entries SET points = 9", "DELETE FROM ledger_entries"] {
            let change = move |tx: &mut Tx| -> Result<(), Stop<Never>> { Ok(tx.conn.batch(statement)?) };
            assert!(world.db.write(change).await.is_err(), "{statement}");
        }
        assert_eq!(entries(&world).await, [entry(3, "test")]);
    }
}

#[tokio::test]
async fn a_correction_takes_the_entry_back_and_enters_what_is_right() {
    for world in World::each().await {
        let (today, source) = (world.db.today(), fresh_source());
        award(&world, source, 5, today, Caps::default()).await;
        for (wanted, before, after) in [(3, 5, 3), (3, 3, 3), (0, 3, 0), (0, 0, 0), (4, 0, 4)] {
            let corrected = correct(&world, source, wanted, today, Caps::default()).await;
            assert_eq!((corrected.before, corrected.after), (before, after), "{wanted}");
            assert_eq!(corrected.standings.is_empty(), before == after, "{wanted}");
        }
        let (back, new) = ("correction", "regraded");
        let expected = [entry(5, "test"), entry(-5, back), entry(3, new), entry(-3, back), entry(4, new)];
        assert_eq!(entries(&world).await, expected);
        check_sums(&world).await;
    }
}

#[tokio::test]
async fn a_correction_of_what_was_never_given_is_its_award() {
    for world in World::each().await {
        let (today, source) = (world.db.today(), fresh_source());
        let corrected = correct(&world, source, 4, today, Caps::default()).await;
        assert_eq!((corrected.before, corrected.after), (0, 4));
        assert!(award(&world, source, 4, today, Caps::default()).await.duplicate);
        assert_eq!(entries(&world).await, [entry(4, "test")]);
        check_sums(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_correction_at_once_one_is_entered() {
    for world in World::each().await {
        let (today, source) = (world.db.today(), fresh_source());
        award(&world, source, 5, today, Caps::default()).await;
        let corrections = (0..16).map(|_| {
            let world = world.clone();
            tokio::spawn(async move { correct(&world, source, 2, today, Caps::default()).await })
        });
        let mut before = Vec::new();
        for corrected in corrections.collect::<Vec<_>>() {
            before.push(corrected.await.unwrap().before);
        }
        before.sort_unstable();
        assert_eq!(before, [vec![2; 15], vec![5]].concat());
        assert_eq!(entries(&world).await, [entry(5, "test"), entry(-5, "correction"), entry(2, "regraded")]);
        check_sums(&world).await;
    }
}

#[tokio::test]
async fn a_correction_is_an_entry_of_today_under_the_caps_of_the_day_that_it_is_about() {
    for world in World::each().await {
        let caps = Caps { day: Some(6), ..Caps::default() };
        let (yesterday, source) = (world.db.today(), fresh_source());
        award(&world, fresh_source(), 4, yesterday, caps).await;
        assert_eq!(award(&world, source, 4, yesterday, caps).await.points, 2, "the cap had two left");
        world.at("2026-07-02T12:00:00+08:00");
        let today = world.db.today();
        assert_eq!(correct(&world, source, 1, yesterday, caps).await.after, 1);
        assert_eq!(correct(&world, source, 9, yesterday, caps).await.after, 2, "no more than that day allows");
        assert_eq!(award(&world, fresh_source(), 9, today, caps).await.points, 6, "today's cap is untouched");
        let days = world.db.read(|conn| ledger::list(conn, member(1), None, 100)).await.unwrap();
        let days: Vec<(i32, Day)> = days.iter().rev().map(|entry| (entry.points, entry.day)).collect();
        assert_eq!(days[..2], [(4, yesterday), (2, yesterday)]);
        assert!(days[2..].iter().all(|(_, day)| *day == today), "{days:?}");
        check_sums(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sums_are_those_of_the_entries_whatever_comes_at_once() {
    for world in World::each().await {
        let today = world.db.today();
        let caps = Caps { day: Some(40), ..Caps::default() };
        let sources: Vec<_> = (0..8).map(|_| fresh_source()).collect();
        let mut tasks = Vec::new();
        for n in 0..64 {
            let (world, source) = (world.clone(), sources[n % 8]);
            tasks.push(tokio::spawn(async move {
                if n % 3 == 0 {
                    correct(&world, source, (n % 7) as i32, today, caps).await;
                } else {
                    award(&world, source, 6, today, caps).await;
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        check_sums(&world).await;
        let total: i32 = entries(&world).await.iter().map(|(points, _)| points).sum();
        assert!((0..=40).contains(&total), "{total} under a cap of 40");
    }
}

#[tokio::test]
async fn entries_are_listed_newest_first_in_pages() {
    for world in World::each().await {
        for points in 1..=5 {
            award(&world, fresh_source(), points, world.db.today(), Caps::default()).await;
            world.tick(1);
        }
        let page = async |before| world.db.read(move |conn| ledger::list(conn, member(1), before, 2)).await.unwrap();
        let points = |page: &[ledger::Entry]| page.iter().map(|entry| entry.points).collect::<Vec<_>>();
        let first = page(None).await;
        let second = page(first.last().map(|entry| entry.id)).await;
        let third = page(second.last().map(|entry| entry.id)).await;
        assert_eq!([points(&first), points(&second), points(&third)], [vec![5, 4], vec![3, 2], vec![1]]);
    }
}
