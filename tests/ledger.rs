//! The ledger, straight at its kernel: caps, sources, corrections, and that nothing of it changes.

use xianfeng::base::time::Period;
use xianfeng::db::{Never, Stop, Tx};
use xianfeng::kernel::board;
use xianfeng::kernel::ledger::{self, Awarded, Caps};

use crate::board_kernel::{World, fresh_source, gift, member, rule, this_month, top};

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
