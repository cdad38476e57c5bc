//! Measures the product against what the machine can do at all, in the same run.
//!
//! Start it with bench/run; README.md says what the floors mean.

mod ballots;
mod channels;
mod client;
mod closed;
mod contest;
mod contract;
mod ideas;
mod memory;
mod overload;
mod owed;
mod points;
mod postgres;
mod raw;
mod report;
mod server;
mod servers;
mod signins;
mod work;
mod world;
mod wrk;

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};

use postgres::Postgres;
use raw::Replay;
use report::{Figure, Figures, Floor, Target, median};
use server::{Product, Server};
use work::AnswerKeys;
use world::World;

/// Measures Xianfeng against the floors of this machine.
#[derive(Parser)]
struct Arguments {
    /// The product, as the image is built
    #[arg(long)]
    server: PathBuf,
    /// The questions that papers are drawn from
    #[arg(long, default_value = "demo/questions.csv")]
    questions: PathBuf,
    #[arg(long, default_value_t = 60_000)]
    members: u32,
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Seconds of each measurement that is not a fixed amount of work
    #[arg(long, default_value_t = 5)]
    seconds: u32,
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Days that are frozen before closed boards are looked at
    #[arg(long, default_value_t = 1096)]
    days: u32,
    /// Measures these alone, separated by commas
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Stage>,
    /// Where databases, logs and scripts go; on the disk that is to be measured
    #[arg(long)]
    folder: PathBuf,
    /// A PostgreSQL server; without it only SQLite is measured
    #[arg(long, env = "TEST_DATABASE_URL", hide_env_values = true)]
    postgres: Option<String>,
    /// The log of that server, for the statements of pgbench
    #[arg(long, env = "POSTGRES_LOG")]
    postgres_log: Option<PathBuf>,
    #[arg(long, env = "TEST_REDIS_URL", hide_env_values = true)]
    redis: Option<String>,
}

/// A part of a round.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Stage {
    /// Golden ideas on both databases
    Ideas,
    /// Boards, feed, first page, paper and submissions on SQLite
    Requests,
    Contest,
    /// Ballots of ten and their counting on both databases
    Ballots,
    Mornings,
    /// Sign-ins on SQLite: capacity, goodput under more than that, and beside one address that sprays
    SignIns,
    /// Far more submissions at once than can be served, on SQLite, and how long health is waited for meanwhile
    Overload,
    /// Memory when ready, and twelve large pictures at once in a control group of 512 MB, where one may be made
    Memory,
    /// Closed boards on SQLite: freezing three years, freezing a year's end, and first looks
    Closed,
    /// Both books of points on SQLite: boards made anew from ten million entries, statements of members and units
    Points,
    /// What units owe on SQLite: a board of tasks, an overview of reports, a desk
    Owed,
    /// Messages to everybody through the stand-in platform, alone and beside the mornings; sign-ins by code; open streams
    Channels,
    /// Submissions on PostgreSQL, boards in Redis
    Postgres,
    /// Hello and submissions with one, two and four servers on one PostgreSQL and one Redis
    Servers,
}

impl Arguments {
    fn wants(&self, stage: Stage) -> bool {
        self.only.is_empty() || self.only.contains(&stage)
    }
}

const TARGETS: &[Target] = &[
    Target { name: "board top 50, in process", figure: "top 50", floor: Floor::Of("hello"), ratio: 0.50, p99_ms: 10.0 },
    Target { name: "my rank, in process", figure: "my rank", floor: Floor::Of("hello"), ratio: 0.50, p99_ms: 10.0 },
    Target { name: "study feed", figure: "feed", floor: Floor::Of("hello"), ratio: 0.35, p99_ms: 15.0 },
    Target { name: "first page", figure: "first page", floor: Floor::Of("hello"), ratio: 0.0, p99_ms: 25.0 },
    Target { name: "today's paper", figure: "paper", floor: Floor::Of("hello"), ratio: 0.35, p99_ms: 15.0 },
    Target {
        name: "daily submission, SQLite",
        figure: "submission",
        floor: Floor::Combined("hello, our client", "raw submission"),
        ratio: 0.40,
        p99_ms: 25.0,
    },
    Target {
        name: "contest answer, SQLite",
        figure: "contest answer",
        floor: Floor::Combined("hello, our client", "raw contest answer"),
        ratio: 0.40,
        p99_ms: 25.0,
    },
    Target {
        name: "ballot of 10, SQLite",
        figure: "ballot",
        floor: Floor::Combined("hello, our client", "raw ballot"),
        ratio: 0.40,
        p99_ms: 25.0,
    },
    Target {
        name: "ballot of 10, PostgreSQL",
        figure: "ballot, PostgreSQL",
        floor: Floor::Of("pgbench ballot"),
        ratio: 0.60,
        p99_ms: 60.0,
    },
    Target {
        name: "contest ranking, first 50",
        figure: "contest ranking",
        floor: Floor::Of("hello"),
        ratio: 0.0,
        p99_ms: 20.0,
    },
    Target {
        name: "closed board, first look",
        figure: "closed board",
        floor: Floor::Of("hello"),
        ratio: 0.0,
        p99_ms: 50.0,
    },
    Target { name: "my place in a contest", figure: "my place", floor: Floor::Of("hello"), ratio: 0.0, p99_ms: 20.0 },
    Target { name: "ideas, first page", figure: "ideas list", floor: Floor::Of("hello"), ratio: 0.0, p99_ms: 20.0 },
    Target {
        name: "ideas, a word of one in 1,000",
        figure: "ideas search, one in 1,000",
        floor: Floor::Of("hello"),
        ratio: 0.0,
        p99_ms: 20.0,
    },
    Target {
        name: "ideas, a word of one in 100",
        figure: "ideas search, one in 100",
        floor: Floor::Of("hello"),
        ratio: 0.0,
        p99_ms: 20.0,
    },
    Target {
        name: "ideas, a word of every one",
        figure: "ideas search, every one",
        floor: Floor::Of("hello"),
        ratio: 0.0,
        p99_ms: 100.0,
    },
    Target { name: "ideas, similar", figure: "ideas similar", floor: Floor::Of("hello"), ratio: 0.0, p99_ms: 100.0 },
    Target {
        name: "idea handed in, SQLite",
        figure: "idea handed in",
        floor: Floor::Combined("hello, our client", "raw idea"),
        ratio: 0.40,
        p99_ms: 25.0,
    },
    Target {
        name: "ideas, first page, PostgreSQL",
        figure: "ideas list, PostgreSQL",
        floor: Floor::Of("hello"),
        ratio: 0.0,
        p99_ms: 20.0,
    },
    Target {
        name: "ideas, a word of one in 1,000, PostgreSQL",
        figure: "ideas search, one in 1,000, PostgreSQL",
        floor: Floor::Of("hello"),
        ratio: 0.0,
        p99_ms: 20.0,
    },
    Target {
        name: "ideas, a word of one in 100, PostgreSQL",
        figure: "ideas search, one in 100, PostgreSQL",
        floor: Floor::Of("hello"),
        ratio: 0.0,
        p99_ms: 20.0,
    },
    Target {
        name: "ideas, a word of every one, PostgreSQL",
        figure: "ideas search, every one, PostgreSQL",
        floor: Floor::Of("hello"),
        ratio: 0.0,
        p99_ms: 100.0,
    },
    Target {
        name: "ideas, similar, PostgreSQL",
        figure: "ideas similar, PostgreSQL",
        floor: Floor::Of("hello"),
        ratio: 0.0,
        p99_ms: 100.0,
    },
    Target {
        name: "idea handed in, PostgreSQL",
        figure: "idea handed in, PostgreSQL",
        floor: Floor::Of("pgbench idea"),
        ratio: 0.60,
        p99_ms: 60.0,
    },
    Target {
        name: "board of a unit with 2,000 tasks",
        figure: "task board of 2,000",
        floor: Floor::Of("hello"),
        ratio: 0.0,
        p99_ms: 20.0,
    },
    Target {
        name: "reports of 308 units and 12 months",
        figure: "report overview, 308 x 12",
        floor: Floor::Of("hello"),
        ratio: 0.0,
        p99_ms: 20.0,
    },
    Target {
        name: "desk, 100,000 items in the enterprise",
        figure: "desk among 100,000",
        floor: Floor::Of("hello"),
        ratio: 0.0,
        p99_ms: 5.0,
    },
    Target {
        name: "daily submission, PostgreSQL",
        figure: "submission, PostgreSQL",
        floor: Floor::Of("pgbench submission"),
        ratio: 0.60,
        p99_ms: 60.0,
    },
    Target {
        name: "contest answer, PostgreSQL",
        figure: "contest answer, PostgreSQL",
        floor: Floor::Of("hello, our client"),
        ratio: 0.0,
        p99_ms: 60.0,
    },
    Target {
        name: "board top 50, Redis",
        figure: "top 50, Redis",
        floor: Floor::Of("ZREVRANGE"),
        ratio: 0.40,
        p99_ms: 10.0,
    },
];

/// The longest that all mornings may take, seconds.
const MORNINGS_SECONDS: f64 = 60.0;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.folder)?;
    let mut bench = Bench::prepare(arguments)?;
    for round in 1..=bench.arguments.rounds {
        eprintln!("==> round {round} of {}", bench.arguments.rounds);
        bench.floors()?;
        for stage in Stage::value_variants() {
            if bench.arguments.wants(*stage) {
                bench.measure(*stage)?;
            }
        }
    }
    println!("{}", bench.report());
    Ok(())
}

/// Everything that lasts from round to round.
struct Bench {
    arguments: Arguments,
    product: Product,
    world: Rc<World>,
    keys: Rc<AnswerKeys>,
    /// The database that every round starts from.
    base: PathBuf,
    postgres: Option<(Postgres, PathBuf)>,
    /// A copy of the base with ideas.
    ideas: PathBuf,
    /// A copy of the base with an open vote, and that vote.
    ballots: PathBuf,
    vote: ballots::Vote,
    /// The statements of handing an idea in.
    idea_script: PathBuf,
    figures: Figures,
    mornings: Vec<(f64, f64)>,
    /// Lines about sign-ins.
    sign_ins: Vec<String>,
    overloads: Vec<String>,
    memories: Vec<String>,
    /// Lines about messages beyond the inbox.
    channels: Vec<String>,
    /// Lines about closed periods.
    closings: Vec<String>,
    /// Lines about both books of points.
    points: Vec<String>,
    /// Lines about several servers.
    servers: Vec<String>,
    /// Seconds from the close of a contest to its ranking.
    rankings: Vec<f64>,
    /// Seconds from the end of a vote to its totals, by the name of the database.
    countings: Vec<(&'static str, f64)>,
    starts_ms: Vec<f64>,
    resident_mb: Vec<f64>,
}

impl Bench {
    fn measure(&mut self, stage: Stage) -> Result<()> {
        match stage {
            Stage::Ideas => {
                self.ideas()?;
                self.postgres_ideas()
            }
            Stage::Requests => self.reads_and_writes(),
            Stage::Contest => self.contest(),
            Stage::Ballots => {
                self.ballots()?;
                self.postgres_ballots()
            }
            Stage::Mornings => self.mornings(),
            Stage::SignIns => self.sign_ins(),
            Stage::Overload => self.overload(),
            Stage::Memory => self.memory(),
            Stage::Closed => self.closed(),
            Stage::Points => self.points(),
            Stage::Owed => self.owed(),
            Stage::Channels => self.channels(),
            Stage::Postgres => self.postgres_round(),
            Stage::Servers => self.servers(),
        }
    }

    fn prepare(arguments: Arguments) -> Result<Bench> {
        eprintln!("==> writing an enterprise of {} members", arguments.members);
        let secrets = server::print_secrets(&arguments.server)?;
        let world = Rc::new(World::new(arguments.members, &secrets)?);
        let (log, redis_url) = (arguments.folder.join("server.log"), arguments.redis.clone());
        let product = Product { program: arguments.server.clone(), secrets, log, redis_url, group: None };
        let base = arguments.folder.join("base.db");
        remove_database(&base);
        product.run(contract::MIGRATE, &sqlite_url(&base))?;
        let questions = arguments.questions.to_str().context("the path of the questions")?;
        product.run(&[contract::IMPORT_QUESTIONS, &[questions]].concat(), &sqlite_url(&base))?;
        world.write(&base)?;
        // The server draws the paper of the day, so that every round starts with the same one.
        let server = product.serve(&sqlite_url(&base), false)?;
        work::fetch_paper(server.address, &world)?;
        // nor does every round begin with freezing yesterday
        closed::wait_until_frozen(&base, &world)?;
        server.stop()?;
        rusqlite::Connection::open(&base)?.pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
        let keys = Rc::new(AnswerKeys::read(&base)?);
        let mut bench = Bench {
            arguments,
            product,
            world,
            keys,
            base,
            postgres: None,
            ideas: PathBuf::new(),
            ballots: PathBuf::new(),
            vote: ballots::Vote::default(),
            idea_script: PathBuf::new(),
            figures: Figures::default(),
            mornings: Vec::new(),
            sign_ins: Vec::new(),
            overloads: Vec::new(),
            memories: Vec::new(),
            channels: Vec::new(),
            closings: Vec::new(),
            points: Vec::new(),
            servers: Vec::new(),
            rankings: Vec::new(),
            countings: Vec::new(),
            starts_ms: Vec::new(),
            resident_mb: Vec::new(),
        };
        bench.prepare_postgres()?;
        if bench.arguments.wants(Stage::Ideas) {
            eprintln!("==> writing {} ideas", ideas::IDEAS);
            bench.ideas = bench.copy("ideas.db")?;
            ideas::seed(&bench.ideas, &bench.world)?;
            bench.prepare_postgres_ideas()?;
        }
        if bench.arguments.wants(Stage::Ballots) {
            bench.prepare_ballots()?;
        }
        Ok(bench)
    }

    /// An open vote on both databases.
    fn prepare_ballots(&mut self) -> Result<()> {
        eprintln!("==> opening a vote");
        self.ballots = self.copy("ballots.db")?;
        ballots::give_duty(&self.ballots, &self.world)?;
        let keys = self.arguments.folder.join("vote-keys");
        empty(&keys)?;
        let told = [(contract::VOTE_KEYS, keys.display().to_string())];
        let server = self.product.serve_told(&sqlite_url(&self.ballots), false, &told)?;
        self.vote = ballots::open(server.address, &self.world)?;
        server.stop()?;
        rusqlite::Connection::open(&self.ballots)?.pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
        let Some((postgres, _)) = &self.postgres else { return Ok(()) };
        eprintln!("==> copying the vote to PostgreSQL");
        postgres.create("bench_ballots")?;
        self.product.run(contract::MIGRATE, &postgres.database("bench_ballots"))?;
        postgres.fill("bench_ballots", &self.ballots)
    }

    /// A copy of the vote's keys for one count, which destroys them, as a server is told of it.
    fn vote_keys(&self) -> Result<[(&'static str, String); 1]> {
        let (keys, copy) = (self.arguments.folder.join("vote-keys"), self.arguments.folder.join("vote-keys-round"));
        empty(&copy)?;
        for entry in std::fs::read_dir(keys)? {
            let entry = entry?;
            std::fs::copy(entry.path(), copy.join(entry.file_name()))?;
        }
        Ok([(contract::VOTE_KEYS, copy.display().to_string())])
    }

    /// A PostgreSQL twin of the base, and the statements of one submission as a pgbench script.
    fn prepare_postgres(&mut self) -> Result<()> {
        let (Some(url), Some(log)) = (self.arguments.postgres.clone(), self.arguments.postgres_log.clone()) else {
            eprintln!("==> PostgreSQL is not measured: --postgres and --postgres-log are needed");
            return Ok(());
        };
        eprintln!("==> copying the enterprise to PostgreSQL");
        let postgres = Postgres { url, log };
        postgres.create("bench_base")?;
        self.product.run(contract::MIGRATE, &postgres.database("bench_base"))?;
        postgres.fill("bench_base", &self.base)?;
        postgres.copy("bench_base", "bench_capture")?;
        let log = postgres.logged("bench_capture", || {
            let server = self.product.serve(&postgres.database("bench_capture"), false)?;
            let questions = work::fetch_paper(server.address, &self.world)?;
            let (status, body) = client::once(server.address, &work::submit(&self.world, &self.keys, &questions, 0))?;
            ensure!((200..300).contains(&status), "{status} {}", String::from_utf8_lossy(&body));
            server.stop()
        })?;
        let known = postgres::known_ids(&self.base)?;
        let script = self.arguments.folder.join("submission.pgbench");
        std::fs::write(
            &script,
            postgres::script(&log, contract::SUBMISSIONS, &self.world, &known, self.arguments.connections)?,
        )?;
        self.postgres = Some((postgres, script));
        Ok(())
    }

    /// The ideas on PostgreSQL, and the statements of handing one in as a pgbench script.
    fn prepare_postgres_ideas(&mut self) -> Result<()> {
        let Some((postgres, _)) = &self.postgres else { return Ok(()) };
        eprintln!("==> copying the ideas to PostgreSQL");
        postgres.create("bench_ideas")?;
        self.product.run(contract::MIGRATE, &postgres.database("bench_ideas"))?;
        postgres.fill("bench_ideas", &self.ideas)?;
        postgres.fill_grams("bench_ideas", &ideas::gram_lines(&self.world))?;
        postgres.copy("bench_ideas", "bench_capture")?;
        let log = postgres.logged("bench_capture", || {
            let server = self.product.serve(&postgres.database("bench_capture"), false)?;
            let (status, body) = client::once(server.address, &ideas::submission(&self.world, 0))?;
            ensure!((200..300).contains(&status), "{status} {}", String::from_utf8_lossy(&body));
            server.stop()
        })?;
        let known = postgres::known_ids(&self.base)?;
        let script = postgres::script(&log, contract::IDEAS_TABLE, &self.world, &known, self.arguments.connections)?;
        self.idea_script = self.arguments.folder.join("idea.pgbench");
        std::fs::write(&self.idea_script, script)?;
        Ok(())
    }

    /// A copy of the base that a round may spoil.
    fn copy(&self, name: &str) -> Result<PathBuf> {
        let path = self.arguments.folder.join(name);
        remove_database(&path);
        std::fs::copy(&self.base, &path)?;
        std::fs::File::open(&path)?.sync_all()?;
        Ok(path)
    }

    /// A server whose boards live in Redis and are there.
    fn serve_with_redis(&self, url: &str, redis: &str) -> Result<Server> {
        postgres::flush_redis(redis)?;
        let server = self.product.serve(url, true)?;
        self.wait_for_redis(&server)?;
        Ok(server)
    }

    /// An emptied Redis is filled in the background; what is measured is a board that is there.
    fn wait_for_redis(&self, server: &Server) -> Result<()> {
        let began = Instant::now();
        let request = client::request("GET", contract::BOARD, Some(&self.world.access_token(0)), "");
        while client::with_head(server.address, &request)?.1.contains(contract::NOT_BY_REDIS) {
            ensure!(began.elapsed() < Duration::from_secs(60), "Redis does not have the boards after a minute");
            std::thread::sleep(Duration::from_millis(200));
        }
        // a server that has just started sends everything once more when it has heard of the roster's changes
        std::thread::sleep(Duration::from_secs(5));
        Ok(())
    }

    fn read(&mut self, server: &Server, name: &'static str, path: &str) -> Result<()> {
        let tokens = self.world.write_tokens(&self.arguments.folder)?;
        let Arguments { connections, seconds, .. } = self.arguments;
        self.figures.add(name, wrk::read(server.address, path, &tokens, connections, seconds)?);
        Ok(())
    }

    /// What every answer costs at least, by both load generators.
    fn floors(&mut self) -> Result<()> {
        let path = self.copy("round.db")?;
        let server = self.product.serve(&sqlite_url(&path), false)?;
        self.starts_ms.push(server.ready_after.as_secs_f64() * 1000.0);
        self.read(&server, "hello", contract::HELLO)?;
        let Arguments { connections, seconds, .. } = self.arguments;
        let limit = Duration::from_secs(seconds.into());
        self.figures.add("hello, our client", work::hello(server.address, &self.world, connections, limit)?);
        server.stop()
    }

    fn reads_and_writes(&mut self) -> Result<()> {
        let path = self.copy("round.db")?;
        let server = self.product.serve(&sqlite_url(&path), false)?;
        self.read(&server, "top 50", contract::BOARD)?;
        self.read(&server, "my rank", contract::MY_RANK)?;
        self.read(&server, "feed", contract::FEED)?;
        self.read(&server, "first page", contract::TODAY)?;
        self.read(&server, "paper", contract::PAPER)?;
        let Arguments { connections, .. } = self.arguments;
        // What reading left behind (papers fetched, feeds served) is not part of what a submission writes.
        server.stop()?;
        let before = self.arguments.folder.join("before.db");
        settle(&path, &before)?;
        let server = self.product.serve(&sqlite_url(&path), false)?;
        self.figures.add("submission", work::submissions(server.address, &self.world, &self.keys, connections)?);
        self.resident_mb.push(server.resident_mb()?);
        server.stop()?;
        let replay = Replay::between(&before, &path)?;
        eprintln!("    a submission writes {:.1} rows", replay.rows_each());
        self.figures.add("raw submission", replay.run(&before)?);
        Ok(())
    }

    fn contest(&mut self) -> Result<()> {
        let path = self.copy("contest.db")?;
        let Arguments { connections, .. } = self.arguments;
        let server = self.product.serve(&sqlite_url(&path), false)?;
        let contest = contest::open(server.address, &self.world)?;
        let (figure, attempts) = contest::start(server.address, &self.world, &contest, connections)?;
        self.figures.add("contest start", figure);
        server.stop()?;
        let before = self.arguments.folder.join("before.db");
        settle(&path, &before)?;
        let server = self.product.serve(&sqlite_url(&path), false)?;
        let figure = contest::answer(server.address, &self.world, &attempts, connections)?;
        self.figures.add("contest answer", figure);
        self.figures.add("raw contest answer", Replay::of_table(&path, contract::ANSWERS)?.run(&before)?);
        let figure = contest::hand_in(server.address, &self.world, &attempts, connections)?;
        self.figures.add("contest hand-in", figure);
        let ranking = contest::close(server.address, &self.world, &contest)?;
        eprintln!("    {} attempts ranked in {:.1} s", attempts.len(), ranking.as_secs_f64());
        self.rankings.push(ranking.as_secs_f64());
        self.read(&server, "contest ranking", &format!("{contest}{}", contract::RANKING))?;
        self.read(&server, "my place", &format!("{contest}{}", contract::MY_PLACE))?;
        server.stop()
    }

    fn ballots(&mut self) -> Result<()> {
        let path = self.arguments.folder.join("round.db");
        settle(&self.ballots, &path)?;
        let server = self.product.serve_told(&sqlite_url(&path), false, &self.vote_keys()?)?;
        let figure = self.vote.cast(server.address, &self.world, self.arguments.connections)?;
        self.figures.add("ballot", figure);
        self.resident_mb.push(server.resident_mb()?);
        let before = self.arguments.folder.join("before.db");
        settle(&self.ballots, &before)?;
        self.figures.add("raw ballot", Replay::of_table(&path, contract::BALLOT_ROWS)?.run(&before)?);
        let end = |sql: &str| Ok(rusqlite::Connection::open(&path)?.execute_batch(sql)?);
        let took = self.vote.count(server.address, &self.world, end)?;
        self.counted("SQLite", took);
        self.resident_mb.push(server.resident_mb()?);
        server.stop()
    }

    fn postgres_ballots(&mut self) -> Result<()> {
        let Some((postgres, script)) = self.postgres.take() else { return Ok(()) };
        let Arguments { connections, seconds, .. } = self.arguments;
        postgres.copy("bench_ballots", "bench_round")?;
        let told = self.vote_keys()?;
        let server = self.product.serve_told(&postgres.database("bench_round"), false, &told)?;
        let figure = self.vote.cast(server.address, &self.world, connections)?;
        self.figures.add("ballot, PostgreSQL", figure);
        let took = self.vote.count(server.address, &self.world, |sql| postgres.execute("bench_round", sql))?;
        self.counted("PostgreSQL", took);
        self.resident_mb.push(server.resident_mb()?);
        server.stop()?;
        postgres.copy("bench_ballots", "bench_round")?;
        let statement = self.arguments.folder.join("ballot.pgbench");
        std::fs::write(&statement, self.vote.script(&self.world, connections))?;
        self.figures.add("pgbench ballot", postgres.pgbench("bench_round", &statement, connections, seconds)?);
        self.postgres = Some((postgres, script));
        Ok(())
    }

    fn counted(&mut self, database: &'static str, took: Duration) {
        eprintln!("    {} ballots closed and counted in {:.1} s", self.world.members - 1, took.as_secs_f64());
        self.countings.push((database, took.as_secs_f64()));
    }

    fn ideas(&mut self) -> Result<()> {
        let path = self.arguments.folder.join("round.db");
        settle(&self.ideas, &path)?;
        let server = self.product.serve(&sqlite_url(&path), false)?;
        self.look_at_ideas(&server, |name| name)?;
        let Arguments { connections, .. } = self.arguments;
        self.read(&server, "ideas list, everybody", "/api/v1/ideas?limit=20")?;
        self.read(&server, "ideas search, everybody", ideas::LOOKED_AT[4].1)?;
        self.figures.add("idea handed in", ideas::submit(server.address, &self.world, connections)?);
        server.stop()?;
        let raw = ideas::replay(&path)?.run(&self.copy_of_ideas()?)?;
        self.figures.add("raw idea", raw);
        Ok(())
    }

    fn copy_of_ideas(&self) -> Result<PathBuf> {
        let path = self.arguments.folder.join("before.db");
        settle(&self.ideas, &path)?;
        Ok(path)
    }

    /// One person, who sees everything, looks.
    fn look_at_ideas(&mut self, server: &Server, named: impl Fn(&'static str) -> &'static str) -> Result<()> {
        // the server looks through what waits for whom when it starts
        std::thread::sleep(Duration::from_secs(3));
        for (name, path) in ideas::LOOKED_AT {
            self.figures.add(named(name), ideas::look(server.address, &self.world, path)?);
        }
        Ok(())
    }

    fn postgres_ideas(&mut self) -> Result<()> {
        let Some((postgres, script)) = self.postgres.take() else { return Ok(()) };
        let Arguments { connections, seconds, .. } = self.arguments;
        postgres.copy("bench_ideas", "bench_round")?;
        let server = self.product.serve(&postgres.database("bench_round"), false)?;
        self.look_at_ideas(&server, |name| format!("{name}, PostgreSQL").leak())?;
        self.read(&server, "ideas list, everybody, PostgreSQL", "/api/v1/ideas?limit=20")?;
        let figure = ideas::submit(server.address, &self.world, connections)?;
        self.figures.add("idea handed in, PostgreSQL", figure);
        server.stop()?;
        postgres.copy("bench_ideas", "bench_round")?;
        let floor = postgres.pgbench("bench_round", &self.idea_script, connections, seconds)?;
        self.figures.add("pgbench idea", floor);
        self.postgres = Some((postgres, script));
        Ok(())
    }

    fn mornings(&mut self) -> Result<()> {
        let path = self.copy("mornings.db")?;
        let server = self.product.serve(&sqlite_url(&path), false)?;
        let seen = work::mornings(server.address, &self.world, &self.keys, self.arguments.connections)?;
        self.resident_mb.push(server.resident_mb()?);
        server.stop()?;
        if let Some(error) = &seen.first_error {
            anyhow::bail!("mornings: {} errors, the first: {error}", seen.errors);
        }
        let p99 = seen.percentile_ms(0.99);
        eprintln!("    {} mornings: {:.1} s", self.world.members, seen.seconds);
        self.mornings.push((seen.seconds, p99));
        self.figures.add("requests of mornings", Figure { rate: seen.rate(), p99_ms: p99 });
        Ok(())
    }

    /// A reminder to everybody and the mornings, each alone and then both at once; everybody signs in by a code; two thousand
    /// open streams. One server does all of it, so every rate is that of one process.
    fn channels(&mut self) -> Result<()> {
        const STREAMS: u32 = 2_000;
        let (world, connections) = (self.world.clone(), self.arguments.connections);
        let platform = self.platform()?;
        let path = self.copy("channels.db")?;
        channels::seed(&path, &world)?;
        let began = Instant::now();
        let server = self.product.serve_told(&sqlite_url(&path), false, &platform.settings())?;
        let alone = channels::wait(&path, &platform, &world, began)?;
        let kib = channels::streams(&server, &world, STREAMS)?;
        let seen = channels::sign_ins(server.address, platform.codes()?, connections)?;
        server.stop()?;
        drop(platform);
        let members = f64::from(world.members);
        self.channels.push(format!(
            "a push expanded to {} members after {:.1} s (10: {}); {} reminders alone: on every phone after {:.1} s, {:.0} a \
             second of one process",
            world.members,
            alone.expanded,
            reached(alone.expanded <= 10.0),
            world.members,
            alone.arrived,
            members / alone.arrived,
        ));
        let mornings = self.mornings_told("channels_alone.db", false)?.0;
        let (beside, sent) = self.mornings_told("channels_mornings.db", true)?;
        let sent = sent.context("nothing was sent beside the mornings")?;
        for (what, alone, beside) in [("mornings", mornings, beside), ("reminders", alone.arrived, sent.arrived)] {
            let ratio = beside / alone;
            self.channels.push(format!(
                "{} {what}: {alone:.1} s alone, {beside:.1} s beside the others, {ratio:.2} times as long (1.5: {})",
                world.members,
                reached(ratio <= 1.5)
            ));
        }
        self.channels.push(format!(
            "{} sign-ins by code in {:.0} s (600: {}), {:.0} a second of one process, {} errors, p99 {:.0} ms",
            world.members,
            seen.seconds,
            reached(seen.seconds <= 600.0 && seen.errors == 0),
            members / seen.seconds,
            seen.errors,
            seen.percentile_ms(0.99)
        ));
        self.channels.push(format!("{STREAMS} open streams: {kib:.1} KiB each (20: {})", reached(kib <= 20.0)));
        Ok(())
    }

    fn platform(&self) -> Result<channels::Platform> {
        channels::Platform::start(&self.product.program, &self.arguments.folder, self.world.members)
    }

    /// Everybody's morning on a server that uses the platform, with a reminder to everybody under way if `reminding`; seconds of
    /// the mornings, and when the reminders had arrived.
    fn mornings_told(&self, name: &str, reminding: bool) -> Result<(f64, Option<channels::Sent>)> {
        let platform = self.platform()?;
        let told = platform.settings();
        let path = self.copy(name)?;
        if reminding {
            channels::seed(&path, &self.world)?;
        }
        let began = Instant::now();
        let server = self.product.serve_told(&sqlite_url(&path), false, &told)?;
        let (members, secrets) = (self.world.members, self.product.secrets.clone());
        let send = move || -> Result<channels::Sent> {
            let world = World::new(members, &secrets)?;
            channels::wait(&path, &platform, &world, began)
        };
        // the platform stays as long as the server does
        let (sending, _platform) = if reminding { (Some(std::thread::spawn(send)), None) } else { (None, Some(send)) };
        let seen = work::mornings(server.address, &self.world, &self.keys, self.arguments.connections)?;
        if let Some(error) = &seen.first_error {
            anyhow::bail!("mornings: {} errors, the first: {error}", seen.errors);
        }
        let sent = sending.map(|sending| sending.join().map_err(|_| anyhow::anyhow!("the sending broke off")));
        let sent = sent.transpose()?.transpose()?;
        server.stop()?;
        Ok((seen.seconds, sent))
    }

    /// The capacity, then one, two and three times as many sign-ins, then as many as there is room for beside one strange
    /// address that sprays wrong passwords.
    fn sign_ins(&mut self) -> Result<()> {
        let path = self.copy("sign_ins.db")?;
        signins::seed(&path, self.world.members)?;
        let server = self.product.serve(&sqlite_url(&path), false)?;
        let members = signins::Members::new(self.world.members);
        let capacity = signins::capacity(server.address, &members)?;
        self.sign_ins.push(format!("sign-ins: capacity {capacity:.0} right ones a second"));
        for (times, sprayed) in [(1.0, false), (2.0, false), (3.0, false), (1.0, true)] {
            let seen = signins::goodput(server.address, &members, capacity * times, sprayed)?;
            let beside = if sprayed { ", beside one address that sprays wrong passwords" } else { "" };
            let reached = if seen.right >= 0.8 * capacity { "reached" } else { "**missed**" };
            self.sign_ins.push(format!(
                "at {times} ×{beside}: {:.0} right a second, {:.0} % of the capacity (80 %: {reached}); {:.0} told to come \
                 back, {:.0} left unanswered; p99 {:.0} ms",
                seen.right,
                seen.right / capacity * 100.0,
                seen.shed,
                seen.left,
                seen.p99_ms,
            ));
        }
        server.stop()
    }

    /// Everybody submits over very many connections, and the server is asked how it is.
    fn overload(&mut self) -> Result<()> {
        let path = self.copy("overload.db")?;
        let health = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let told = [(contract::HEALTH_ADDRESS, health.to_string())];
        let server = self.product.serve_told(&sqlite_url(&path), false, &told)?;
        let connections = self.arguments.connections;
        let seen = overload::submit(server.address, health, &self.world, &self.keys, connections)?;
        self.overloads.push(format!(
            "overload: {:.0} submissions a second, {:.0} told to come back, p99 {:.0} ms",
            seen.right, seen.shed, seen.p99_ms
        ));
        for (what, p99_ms, errors) in seen.asked {
            self.overloads.push(format!("meanwhile {what}: p99 {p99_ms:.0} ms (100), {errors} other than 200"));
        }
        server.stop()
    }

    /// A server of half a gigabyte, ready and under pictures.
    fn memory(&mut self) -> Result<()> {
        let group = match memory::Group::make(memory::LIMIT) {
            Ok(group) => group,
            Err(error) => {
                self.memories
                    .push(format!("memory of 512 MB: not measured, no control group may be made here ({error})"));
                return Ok(());
            }
        };
        let path = self.copy("memory.db")?;
        let files = self.arguments.folder.join("memory-files");
        let told = [(contract::FILES, files.display().to_string())];
        let server = self.product.within(group.folder()).serve_told(&sqlite_url(&path), false, &told)?;
        let ready = server.anonymous_mb()?;
        let answers = memory::upload(server.address, &self.world)?;
        let answers: Vec<_> = answers.iter().map(|(status, many)| format!("{many} × {status}")).collect();
        let reached = if ready <= 150.0 { "reached" } else { "**missed**" };
        self.memories.push(format!(
            "in 512 MB: {ready:.0} MB anonymous when ready (150: {reached}); twelve large pictures at once: {}, not killed; \
             {:.0} MB anonymous afterwards",
            answers.join(", "),
            server.anonymous_mb()?
        ));
        server.stop()
    }

    /// Three years of days as they are after an upgrade, then the end of a year, then boards that nobody has looked at.
    fn closed(&mut self) -> Result<()> {
        let path = self.copy("closed.db")?;
        let Arguments { days, members, .. } = self.arguments;
        eprintln!("==> writing {days} days of {members} members");
        closed::seed(&path, &self.world, days)?;
        let server = self.product.serve(&sqlite_url(&path), false)?;
        let whole = closed::wait_until_frozen(&path, &self.world)?;
        self.closings.push(format!("freezing {days} days of {members} members: {:.0} s", whole.as_secs_f64()));
        server.stop()?;
        closed::thaw_the_years_end(&path, &self.world)?;
        let server = self.product.serve(&sqlite_url(&path), false)?;
        let (took, beside) = closed::end_the_year(server.address, &path, &self.world, &self.keys)?;
        self.closings.push(format!(
            "freezing a year's end beside {} who submit: {:.1} s (60); they submit {:.0} a second, p99 {:.1} ms",
            closed::BESIDE,
            took.as_secs_f64(),
            beside.rate,
            beside.p99_ms,
        ));
        self.resident_mb.push(server.resident_mb()?);
        server.stop()?;
        let server = self.product.serve(&sqlite_url(&path), false)?;
        self.figures.add("closed board", closed::first_looks(server.address, &self.world)?);
        server.stop()
    }

    /// Boards made anew from few and from many entries, then statements of the second book.
    fn points(&mut self) -> Result<()> {
        let members = self.arguments.members;
        let mut first = None;
        for entries in points::ENTRIES {
            let path = self.copy("points.db")?;
            eprintln!("==> writing {entries} entries");
            points::seed_ledger(&path, &self.world, entries)?;
            let began = Instant::now();
            self.product.run(contract::REBUILD_BOARDS, &sqlite_url(&path))?;
            let took = began.elapsed().as_secs_f64();
            let standing = points::standing(&path)?;
            ensure!(standing == members, "{standing} of {members} members stand on boards");
            let (least, few) = *first.get_or_insert((took, entries));
            let line = format!(
                "every board made anew from {entries} entries of {members} members: {took:.1} s ({:.1} times as long as from \
                 {few})",
                took / least
            );
            eprintln!("    {line}");
            self.points.push(line);
            remove_database(&path);
        }
        let path = self.copy("points.db")?;
        points::give_duty(&path, &self.world)?;
        let server = self.product.serve(&sqlite_url(&path), false)?;
        points::adopt(server.address, &self.world)?;
        server.stop()?;
        points::seed_book(&path, &self.world)?;
        let server = self.product.serve(&sqlite_url(&path), false)?;
        let mut lines = points::statements(server.address, &self.world)?;
        lines.extend(points::units(server.address, &self.world)?);
        lines.iter().for_each(|line| eprintln!("    {line}"));
        self.points.extend(lines);
        server.stop()
    }

    /// One person, who sees everything, looks at what units owe.
    fn owed(&mut self) -> Result<()> {
        let path = self.copy("owed.db")?;
        eprintln!("==> writing what units owe");
        owed::seed(&path, &self.world)?;
        let server = self.product.serve(&sqlite_url(&path), false)?;
        // the server looks through what waits for whom when it starts
        std::thread::sleep(Duration::from_secs(20));
        for (name, path) in owed::looked_at(&self.world) {
            self.figures.add(name, owed::look(server.address, &self.world, &path)?);
        }
        server.stop()
    }

    fn postgres_round(&mut self) -> Result<()> {
        let Some((postgres, script)) = self.postgres.take() else { return Ok(()) };
        let Arguments { connections, seconds, .. } = self.arguments;
        let url = postgres.database("bench_round");
        if let Some(redis) = self.arguments.redis.clone() {
            postgres.copy("bench_base", "bench_round")?;
            let server = self.serve_with_redis(&url, &redis)?;
            self.read(&server, "top 50, Redis", contract::BOARD)?;
            self.figures.add("ZREVRANGE", postgres::redis_floor(&redis, self.world.members)?);
            let figure = work::submissions(server.address, &self.world, &self.keys, connections)?;
            self.figures.add("submission, PostgreSQL and Redis", figure);
            server.stop()?;
        }
        postgres.copy("bench_base", "bench_round")?;
        let server = self.product.serve(&url, false)?;
        let figure = work::submissions(server.address, &self.world, &self.keys, connections)?;
        self.figures.add("submission, PostgreSQL", figure);
        server.stop()?;
        postgres.copy("bench_base", "bench_round")?;
        let server = self.product.serve(&url, false)?;
        let contest = contest::open(server.address, &self.world)?;
        let (_, attempts) = contest::start(server.address, &self.world, &contest, connections)?;
        let figure = contest::answer(server.address, &self.world, &attempts, connections)?;
        self.figures.add("contest answer, PostgreSQL", figure);
        server.stop()?;
        postgres.copy("bench_base", "bench_round")?;
        self.figures.add("pgbench submission", postgres.pgbench("bench_round", &script, connections, seconds)?);
        self.postgres = Some((postgres, script));
        Ok(())
    }

    /// One, two and four servers on one database.
    fn servers(&mut self) -> Result<()> {
        let Some(redis) = self.arguments.redis.clone() else { return Ok(()) };
        let Some((postgres, script)) = self.postgres.take() else { return Ok(()) };
        for count in servers::COUNTS {
            postgres.copy("bench_base", "bench_round")?;
            postgres::flush_redis(&redis)?;
            let url = postgres.database("bench_round");
            let started = (0..count).map(|_| self.product.serve(&url, true)).collect::<Result<Vec<_>>>()?;
            for server in &started {
                self.wait_for_redis(server)?;
            }
            let seen = servers::share(&started, &self.world, &self.keys, self.arguments.connections)?;
            let [servers, database, redis] = seen.cost_ms;
            let line = format!(
                "{count} servers, PostgreSQL and Redis: hello {:.0} a second; submissions {:.0} a second, p99 {:.1} ms; each takes \
                 {servers:.3} ms of the servers' processors, {database:.3} of PostgreSQL's, {redis:.3} of Redis's",
                seen.hello.rate, seen.submission.rate, seen.submission.p99_ms,
            );
            eprintln!("    {line}");
            self.servers.push(line);
            started.into_iter().try_for_each(Server::stop)?;
        }
        self.postgres = Some((postgres, script));
        Ok(())
    }

    /// How long the counting took on one database.
    fn counting(&self, name: &str) -> String {
        let seconds: Vec<f64> =
            self.countings.iter().filter(|(database, _)| *database == name).map(|(_, seconds)| *seconds).collect();
        format!("{name} {:.1} s", median(&seconds))
    }

    fn report(&self) -> String {
        let Arguments { members, rounds, connections, .. } = self.arguments;
        let seconds: Vec<f64> = self.mornings.iter().map(|morning| morning.0).collect();
        let p99s: Vec<f64> = self.mornings.iter().map(|morning| morning.1).collect();
        let reached = median(&seconds) <= MORNINGS_SECONDS * f64::from(members) / 60_000.0 && median(&p99s) <= 100.0;
        let mornings = if seconds.is_empty() {
            "mornings: not measured".to_owned()
        } else {
            format!(
                "{members} mornings: {:.1} s ({}), p99 {:.1} ms, no errors; to reach: 60 s for 60,000, 100 ms: {}",
                median(&seconds),
                seconds.iter().map(|seconds| format!("{seconds:.1}")).collect::<Vec<_>>().join(", "),
                median(&p99s),
                if reached { "reached" } else { "**missed**" },
            )
        };
        format!(
            "\n{members} members, {connections} connections, medians of {rounds} rounds\n\n{}\n\
             {mornings}\n\
             ranking of a contest with {members} attempts: {:.1} s\n\
             closing and counting of as many ballots of 10: {} (3)\n\
             {}\n\
             {}\n\
             {}\n\
             {}\n\
             {}\n\
             {}\n\
             {}\n\
             start: {:.0} ms (1,000); resident memory: at most {:.0} MB (200)\n\n{}",
            self.figures.comparison(TARGETS),
            median(&self.rankings),
            ["SQLite", "PostgreSQL"].map(|name| self.counting(name)).join(", "),
            self.sign_ins.join("\n"),
            self.overloads.join("\n"),
            self.memories.join("\n"),
            self.channels.join("\n"),
            self.closings.join("\n"),
            self.points.join("\n"),
            self.servers.join("\n"),
            median(&self.starts_ms),
            self.resident_mb.iter().copied().fold(0.0, f64::max),
            self.figures.all(),
        )
    }
}

/// What a figure is printed with beside its limit.
fn reached(is: bool) -> &'static str {
    if is { "reached" } else { "**missed**" }
}

fn sqlite_url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

/// A folder with nothing in it.
fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(std::fs::create_dir_all(folder)?)
}

fn remove_database(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
}

/// Moves what is in the log of `database` into its file, and copies that to `copy`.
fn settle(database: &Path, copy: &Path) -> Result<()> {
    rusqlite::Connection::open(database)?.pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
    remove_database(copy);
    std::fs::copy(database, copy)?;
    Ok(())
}
