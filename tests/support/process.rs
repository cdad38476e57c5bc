//! The server as its users run it: the real program as a child process, on a database that was filled before.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use clap::Parser;
use diesel::prelude::*;
use serde_json::{Value, json};
use xianfeng::app::App;
use xianfeng::base::clock::Clock;
use xianfeng::base::id::{MemberId, SessionId, UnitId};
use xianfeng::base::imports::Mode;
use xianfeng::base::time::Day;
use xianfeng::config::Secrets;
use xianfeng::db::schema::{members, quiz_papers, sessions};
use xianfeng::db::{Conn, Json, Never, Stop, Tx};
use xianfeng::learning::quiz::Quiz;
use xianfeng::on;
use xianfeng::people::members::directory::UnitTree;
use xianfeng::people::members::model::{MemberKind, MemberRow, MemberStatus, Unit};
use xianfeng::people::members::{Directory, store};
use xianfeng::people::sessions::model::{Method, Session};
use xianfeng::people::sessions::tokens::Tokens;

use super::database::Database;
use super::{Arguments, Reply};

/// How long a server may take to become ready; a debug build on a busy machine needs a second or two.
const START_LIMIT: Duration = Duration::from_secs(30);

/// Members who share a transaction while a site is prepared.
const CHUNK: usize = 500;

/// Questions on the paper of a site, all of them true.
pub const QUESTIONS: usize = 5;

/// An enterprise on a database of its own, on which servers may be started: members with sessions, a bank of questions.
pub struct Site {
    database: Database,
    tokens: Tokens,
    clock: Clock,
    pub day: Day,
    people: Vec<(MemberId, SessionId)>,
    root: UnitId,
}

impl Site {
    /// A site with that many members, and today's paper published.
    pub async fn open(members: usize) -> Site {
        Site::open_over(Database::fresh(), members).await
    }

    /// The same on a SQLite file in every run, for what only SQLite has.
    pub async fn on_sqlite(members: usize) -> Site {
        Site::open_over(Database::sqlite(), members).await
    }

    async fn open_over(database: Database, members: usize) -> Site {
        let (site, app) = Site::prepare(database, members).await;
        app.get::<Quiz>().publish_today().await.unwrap();
        app.db.close();
        site
    }

    /// A site whose paper is still to be drawn and published by its servers.
    pub async fn without_paper(members: usize) -> Site {
        let (site, app) = Site::prepare(Database::fresh(), members).await;
        app.db.close();
        site
    }

    async fn prepare(database: Database, members: usize) -> (Site, App) {
        let config = Arguments::parse_from(database.arguments()).config;
        let tokens = Tokens::new(&Secrets::find(&config.secrets).unwrap().unwrap());
        let clock = Clock::System;
        let app = App::build(config, clock.clone()).await.unwrap();
        let root = write(&app, insert_units).await;
        app.get::<Directory>().put_tree(UnitTree::new(app.db.read(store::list_units).await.unwrap()));
        let mut people = Vec::new();
        while people.len() < members {
            let (from, until) = (people.len(), members.min(people.len() + CHUNK));
            people.extend(write(&app, move |tx| insert_people(tx, root, from..until)).await);
        }
        let questions: String = (1..=QUESTIONS).map(|n| format!("判断题,第{n}条是对的,对\n")).collect();
        let file = format!("题型,题干,答案\n{questions}");
        app.get::<Quiz>().import_questions(None, file, Mode::AtOnce, false, |_, _| ()).await.unwrap();
        let root = app.get::<Directory>().tree().root().expect("units were made");
        (Site { database, tokens, day: clock.now().day(), clock, people, root }, app)
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// The enterprise.
    pub fn root(&self) -> UnitId {
        self.root
    }

    pub fn member(&self, index: usize) -> MemberId {
        self.people[index].0
    }

    /// An access token of the member's one session.
    pub fn token(&self, index: usize) -> String {
        let (member, session) = self.people[index];
        self.tokens.access(member, session, self.clock.now())
    }

    /// What the member submits: `right` right answers and the rest wrong.
    pub fn answers(&self, right: usize) -> Value {
        let questions = self.paper().into_iter().enumerate();
        let answer = |(n, id): (usize, String)| json!({ "question_id": id, "answer": [(n < right).to_string()] });
        json!({ "answers": questions.map(answer).collect::<Vec<_>>() })
    }

    /// The ids of the questions on today's paper.
    fn paper(&self) -> Vec<String> {
        let day = self.day;
        let mut conn = self.connect();
        let Json(questions): Json<Vec<Value>> = on!(&mut conn, c => quiz_papers::table
            .filter(quiz_papers::day.eq(day))
            .select(quiz_papers::questions)
            .first(c))
        .unwrap();
        questions.iter().map(|question| question["id"].as_str().unwrap().to_owned()).collect()
    }

    /// A connection of the test's own, to look at what the servers have written.
    pub fn connect(&self) -> Conn {
        self.database.connect()
    }

    pub fn folder(&self) -> &Path {
        self.database.folder()
    }

    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    /// Where Redis is, in runs on PostgreSQL.
    pub fn redis_url(&self) -> Option<&str> {
        self.database.redis_url()
    }

    /// What the program prints for a command on this site.
    pub async fn command(&self, command: &[&str]) -> Output {
        self.command_with(&[], command).await
    }

    /// A command with further arguments, which win over the usual ones.
    pub async fn command_with(&self, arguments: &[&str], command: &[&str]) -> Output {
        let further: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let usual = self.arguments(&further);
        program(&[command.to_vec(), usual.iter().map(String::as_str).collect()].concat()).await
    }

    /// Runs SQL beside the servers.
    pub fn run(&self, sql: &str) {
        self.database.run(sql);
    }

    /// The same enterprise with the same secrets on another database, into which it is yet to be restored.
    pub fn elsewhere(&self) -> Site {
        let database = self.database.elsewhere();
        let config = Arguments::parse_from(database.arguments()).config;
        let tokens = Tokens::new(&Secrets::find(&config.secrets).unwrap().unwrap());
        Site {
            database,
            tokens,
            clock: self.clock.clone(),
            day: self.day,
            people: self.people.clone(),
            root: self.root,
        }
    }

    /// The usual arguments, with others in the place of those of the same name.
    pub fn arguments(&self, others: &[String]) -> Vec<String> {
        let mut all: Vec<String> = self.database.arguments().split_off(1);
        let given = |argument: &String| {
            let name = argument.split('=').next();
            others.iter().any(|other| other.split('=').next() == name)
        };
        all.retain(|argument| !given(argument));
        all.extend(others.iter().cloned());
        all
    }

    /// A server on this site, ready to answer.
    pub async fn serve(&self) -> Server {
        self.serve_with(&[]).await
    }

    /// A server with further arguments, which win over the usual ones.
    pub async fn serve_with(&self, arguments: &[String]) -> Server {
        self.serve_where(arguments, &[]).await
    }

    /// A server with further arguments and variables of its environment.
    pub async fn serve_where(&self, arguments: &[String], environment: &[(&str, String)]) -> Server {
        Server::start("serve", &self.arguments(arguments), environment, self.folder()).await
    }
}

async fn write<T: Send + 'static>(app: &App, action: impl Fn(&mut Tx) -> Result<T, Stop<Never>> + Send + 'static) -> T {
    app.db.write(action).await.unwrap_or_else(|stop| panic!("{stop:?}"))
}

/// The enterprise and one branch in it; the branch is where everybody belongs.
fn insert_units(tx: &mut Tx) -> Result<UnitId, Stop<Never>> {
    let mut parent_id = None;
    for (code, name, kind) in [("JT", "集团党委", "集团党委"), ("ZB1", "东支部", "党支部")] {
        let unit = Unit {
            id: tx.fresh_id(),
            code: code.into(),
            name: name.into(),
            short_name: name.into(),
            kind: kind.into(),
            parent_id,
            closed_on: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        store::insert_unit(tx.conn, &unit)?;
        parent_id = Some(unit.id);
    }
    Ok(parent_id.expect("units were made"))
}

fn insert_people(
    tx: &mut Tx,
    unit: UnitId,
    numbers: std::ops::Range<usize>,
) -> Result<Vec<(MemberId, SessionId)>, Stop<Never>> {
    let mut people = Vec::new();
    for number in numbers {
        let (member, session) = person(tx, unit, number);
        // one by one: diesel would begin a transaction of its own for several rows on SQLite
        on!(&mut *tx.conn, c => diesel::insert_into(members::table).values(&member).execute(c))?;
        on!(&mut *tx.conn, c => diesel::insert_into(sessions::table).values(&session).execute(c))?;
        people.push((member.id, session.id));
    }
    Ok(people)
}

fn person(tx: &Tx, unit_id: UnitId, number: usize) -> (MemberRow, Session) {
    let now = tx.now();
    let member = MemberRow {
        id: tx.fresh_id(),
        employee_no: format!("E{number:05}"),
        name: format!("党员{number}"),
        phone_sealed: None,
        phone_index: None,
        kind: MemberKind::Full,
        status: MemberStatus::Active,
        unit_id,
        hidden_from_boards: false,
        on_boards: false,
        created_at: now,
        updated_at: now,
    };
    let session = Session {
        id: tx.fresh_id(),
        member_id: member.id,
        method: Method::Password,
        device: "phone".into(),
        refresh_hash: vec![0; 32],
        previous_hash: None,
        rotated_at: now,
        created_at: now,
        expires_at: now.plus_seconds(86_400),
        revoked_at: None,
        revoked_because: None,
        rotation: 0,
        seen_rotation: 0,
        code_given_at: None,
    };
    (member, session)
}

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    pub client: reqwest::Client,
    log: std::path::PathBuf,
}

impl Server {
    /// The program with a command that serves, such as `serve`, ready to answer.
    pub async fn start(command: &str, arguments: &[String], environment: &[(&str, String)], folder: &Path) -> Server {
        let address = free_address();
        let mut program = Command::new(env!("CARGO_BIN_EXE_xianfeng"));
        program
            .arg(command)
            .arg(format!("--port={}", address.port()))
            .args(["--rate-per-account=1000000", "--rate-per-address=1000000"])
            .args(arguments)
            .env("XIANFENG_LOG", "warn")
            // by the real clock, a vote at night would be counted a day later
            .env("XIANFENG_WATCH_NIGHT_FROM", "00:00")
            .env("XIANFENG_WATCH_NIGHT_UNTIL", "00:00")
            // and on a weekend there would be no paper
            .env("XIANFENG_DAYS_OFF", "as_usual")
            .envs(environment.iter().map(|(name, value)| (name, value)));
        Server::run(program, address, folder).await
    }

    /// `xianfeng serve` in `folder` with nothing but an environment, as a container starts it; it is told its address.
    pub async fn in_environment(environment: &[(String, String)], folder: &Path) -> Server {
        let address = free_address();
        let mut program = Command::new(env!("CARGO_BIN_EXE_xianfeng"));
        program
            .arg("serve")
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("XIANFENG_LISTEN", address.to_string())
            .current_dir(folder);
        Server::run(program, address, folder).await
    }

    async fn run(mut program: Command, address: SocketAddr, folder: &Path) -> Server {
        let log = folder.join(format!("server-{}.log", address.port()));
        let child = program
            .stdin(Stdio::null())
            .stdout(File::create(log.with_extension("out")).unwrap())
            .stderr(File::options().create(true).append(true).open(&log).unwrap())
            .spawn()
            .unwrap();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        let server = Server { child, address, client, log };
        server.ready().await;
        server
    }

    /// What the server has printed for anyone who started it.
    pub fn printed(&self) -> String {
        std::fs::read_to_string(self.log.with_extension("out")).unwrap()
    }

    /// Waits until the server says that it can serve.
    async fn ready(&self) {
        let began = Instant::now();
        let url = format!("http://{}/readyz", self.address);
        while !matches!(self.client.get(&url).send().await, Ok(reply) if reply.status() == 200) {
            assert!(began.elapsed() < START_LIMIT, "the server did not become ready:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What the server has logged; warnings and errors only.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `http://127.0.0.1:port/api/v1{path}`
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1{path}", self.address)
    }

    /// Asks for `/api/v1{path}`.
    pub async fn get(&self, path: &str, token: &str) -> reqwest::Result<Reply> {
        Reply::of(self.client.get(self.url(path)).bearer_auth(token)).await
    }

    /// Ends the process as a power failure would: without a word.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the process to stop, as a service manager does.
    pub fn terminate(&self) {
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.pid())]).status().unwrap();
        assert!(asked.success());
    }

    /// Waits for the process to end by itself.
    pub async fn exited(&mut self, limit: Duration) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < limit, "still running after {limit:?}:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(20).collect();
            eprintln!("the end of {}:\n{}", self.log.display(), tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
        }
    }
}

/// Runs the program to its end.
pub async fn program(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xianfeng"));
    command.args(arguments).env("XIANFENG_LOG", "warn").stdin(Stdio::null());
    if let Some(folder) = pg_bin() {
        command.env("XIANFENG_PG_BIN", folder);
    }
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// What a command printed, which succeeded.
#[track_caller]
pub fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What a command complained of, which failed.
#[track_caller]
pub fn complaint(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The newest tools of PostgreSQL where Debian puts them; else they are looked for on the PATH.
pub fn pg_bin() -> Option<std::path::PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path().join("bin"));
    versions.filter(|bin| bin.join("pg_dump").exists()).max()
}

/// An address that nobody listens on at this moment.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
