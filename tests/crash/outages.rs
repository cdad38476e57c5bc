//! The databases go away while members work, by being refused and by silence, and come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::alone;
use super::load::{Books, Load};
use crate::support::needs_postgres;
use crate::support::process::{Server, Site};
use crate::support::proxy::{Proxy, Way};

/// Nothing takes longer than this, whatever is away.
const LONGEST: Duration = Duration::from_secs(5);

/// The first good answer comes this soon after the return: half of it alone, and a loaded machine takes its time.
const RECOVERY: Duration = Duration::from_secs(3);

/// Longer than anything may take.
const OUTAGE: Duration = Duration::from_secs(7);

/// More than the server has connections, so that requests queue up when these hang.
const CLIENTS: usize = 40;

const BOARD: &str = "/boards/enterprise/total?period=all&limit=100";

/// What came of one request.
struct Answer {
    write: bool,
    asked: Instant,
    took: Duration,
    status: u16,
    retry_after: bool,
}

impl Answer {
    fn is_good(&self) -> bool {
        matches!(self.status, 200 | 201)
    }

    fn came(&self) -> Instant {
        self.asked + self.took
    }
}

/// Members who fetch and submit papers all the time.
struct Watch {
    clients: JoinSet<Vec<Answer>>,
    over: Arc<AtomicBool>,
}

impl Watch {
    fn start(site: &Arc<Site>, server: &Arc<Server>, load: &Arc<Load>) -> Watch {
        let (over, next) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let mut clients = JoinSet::new();
        for client in 0..CLIENTS {
            let (site, server, load) = (site.clone(), server.clone(), load.clone());
            let (over, next) = (over.clone(), next.clone());
            clients.spawn(async move {
                let mut answers = Vec::new();
                while !over.load(Ordering::SeqCst) {
                    let asked = Instant::now();
                    let write = client % 2 == 0;
                    let index = next.fetch_add(1, Ordering::SeqCst) % site.len();
                    let reply = match write {
                        true => load.submit(&server, index).await,
                        false => server.get("/quiz/daily", &site.token(index)).await,
                    };
                    let reply = reply.unwrap_or_else(|error| panic!("after {:?}: {error:?}", asked.elapsed()));
                    let (status, retry_after) = (reply.status, reply.header("retry-after").is_some());
                    answers.push(Answer { write, asked, took: asked.elapsed(), status, retry_after });
                    sleep(Duration::from_millis(20)).await;
                }
                answers
            });
        }
        Watch { clients, over }
    }

    async fn end(self) -> Vec<Answer> {
        self.over.store(true, Ordering::SeqCst);
        self.clients.join_all().await.into_iter().flatten().collect()
    }
}

/// Checks what came between the cut and the return, and after it.
fn check(name: &str, answers: &[Answer], cut: Instant, restored: Instant, good_in_between: bool) {
    let longest = answers.iter().map(|answer| answer.took).max().unwrap();
    let refused = answers.iter().filter(|answer| answer.status == 503).count();
    let away: Vec<&Answer> = answers.iter().filter(|a| a.asked >= cut && a.came() < restored).collect();
    let first_good = |write| {
        let good = answers.iter().filter(|a| a.write == write && a.is_good() && a.came() >= restored);
        good.map(|answer| answer.came() - restored).min().expect("it works again")
    };
    let last_bad = answers.iter().filter(|a| !a.is_good() && a.asked >= restored).map(|a| a.asked - restored).max();
    println!(
        "{name}: {} answers, {refused} of them 503, {} while away; the longest took {longest:.2?}; after the return the \
         first good read came after {:.2?}, the first good write after {:.2?}, the last refused was asked after {:.2?}",
        answers.len(),
        away.len(),
        first_good(false),
        first_good(true),
        last_bad.unwrap_or_default(),
    );
    for answer in answers {
        let known = answer.is_good() || (answer.status == 503 && answer.retry_after);
        assert!(known, "{name}: {} (Retry-After: {})", answer.status, answer.retry_after);
        let steady = answer.came() < cut || answer.asked > restored + RECOVERY;
        assert!(answer.is_good() || !steady && !good_in_between, "{name}: {} in between", answer.status);
    }
    assert!(longest <= LONGEST, "{name}: an answer took {longest:?}");
    assert!(first_good(false) <= RECOVERY && first_good(true) <= RECOVERY, "{name}: it was too slow to come back");
    assert!(last_bad.unwrap_or_default() <= RECOVERY, "{name}: it took too long until all was well");
}

/// A site whose server reaches its databases through proxies.
struct Cuttable {
    site: Arc<Site>,
    server: Arc<Server>,
    load: Arc<Load>,
    postgres: Proxy,
    redis: Proxy,
}

impl Cuttable {
    async fn open(members: usize) -> Cuttable {
        let site = Site::open(members).await;
        let redis_url = site.redis_url().expect("on PostgreSQL there is Redis as well");
        let (postgres, redis) = (Proxy::to(site.database_url()).await, Proxy::to(redis_url).await);
        let arguments = [
            format!("--database-url={}", postgres.instead_of(site.database_url())),
            format!("--redis-url={}", redis.instead_of(redis_url)),
        ];
        let server = Arc::new(site.serve_with(&arguments).await);
        Cuttable { load: Arc::new(Load::new(&site)), site: Arc::new(site), server, postgres, redis }
    }

    /// Cuts the way for a while under load, and says when it was cut and open again.
    async fn outage(&self, proxy: &Proxy, way: Way) -> (Vec<Answer>, Instant, Instant) {
        let watch = Watch::start(&self.site, &self.server, &self.load);
        sleep(Duration::from_secs(1)).await;
        let cut = Instant::now();
        proxy.set(way);
        sleep(OUTAGE).await;
        proxy.set(Way::Open);
        let restored = Instant::now();
        sleep(RECOVERY + Duration::from_secs(2)).await;
        (watch.end().await, cut, restored)
    }

    /// What was acknowledged is there, what was not can be sent again.
    async fn check_books(&self) {
        self.load.check(&Books::read(&self.site));
        self.load.resend(&self.server).await;
        self.load.check(&Books::read(&self.site));
        assert!(!self.server.log().contains("panicked"), "{}", self.server.log());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn postgres_may_go_away_and_come_back() {
    needs_postgres();
    let _turn = alone().await;
    let mut it = Cuttable::open(2_000).await;
    for way in [Way::Refusing, Way::Silent, Way::Silent] {
        let (answers, cut, restored) = it.outage(&it.postgres, way).await;
        check(&format!("PostgreSQL {way:?}"), &answers, cut, restored, false);
        it.check_books().await;
    }
    it.postgres.set(Way::Silent);
    sleep(Duration::from_secs(1)).await;
    let asked = Instant::now();
    it.server.terminate();
    let server = Arc::get_mut(&mut it.server).expect("the clients have ended");
    assert!(server.exited(Duration::from_secs(25)).await.success());
    println!("PostgreSQL Silent: a server asked to stop exited after {:.1?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn redis_may_go_away_and_nobody_is_refused() {
    needs_postgres();
    let _turn = alone().await;
    let it = Cuttable::open(2_000).await;
    for way in [Way::Refusing, Way::Silent] {
        it.wait_for_the_board("the boards are filled").await;
        let boards = it.watch_boards(way);
        let (answers, cut, restored) = it.outage(&it.redis, way).await;
        check(&format!("Redis {way:?}"), &answers, cut, restored, true);
        boards.await.unwrap();
        let took = it.wait_for_the_board("the boards are right again").await;
        println!("Redis {way:?}: the board was read from Redis and right again {took:.2?} after the load had ended");
        it.check_books().await;
    }
}

impl Cuttable {
    /// Asks for a board now and then while Redis is away: the database answers in its place.
    fn watch_boards(&self, way: Way) -> tokio::task::JoinHandle<()> {
        let (server, token) = (self.server.clone(), self.site.token(0));
        tokio::spawn(async move {
            sleep(Duration::from_secs(3)).await; // by now it is away
            let mut longest = Duration::ZERO;
            let began = Instant::now();
            while began.elapsed() < OUTAGE - Duration::from_secs(3) {
                let asked = Instant::now();
                let reply = server.get(BOARD, &token).await.unwrap();
                assert_eq!((reply.status, reply.header("x-board-source")), (200, Some("database")));
                longest = longest.max(asked.elapsed());
                sleep(Duration::from_millis(100)).await;
            }
            println!("Redis {way:?}: the boards came from the database, the longest took {longest:.2?}");
        })
    }

    /// Waits until the board comes from Redis and says what the books say.
    async fn wait_for_the_board(&self, what: &str) -> Duration {
        let began = Instant::now();
        loop {
            let reply = self.server.get(BOARD, &self.site.token(0)).await.unwrap();
            let (board, from_redis) = (reply.ok(200), reply.header("x-board-source").is_none());
            let lines = board["items"].as_array().unwrap();
            let scores: Vec<i64> = lines.iter().map(|line| line["score"].as_i64().unwrap()).collect();
            let books = Books::read(&self.site);
            if from_redis && scores == books.best(100) && board["size"] == books.best(usize::MAX).len() {
                return began.elapsed();
            }
            assert!(began.elapsed() < LONGEST, "{what}: not yet (from Redis: {from_redis}): {scores:?}");
            sleep(Duration::from_millis(50)).await;
        }
    }
}
