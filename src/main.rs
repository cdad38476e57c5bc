//! The program's front door: reads the command line and hands over to the library.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use xianfeng::app::{self, App};
use xianfeng::base::clock::Clock;
use xianfeng::base::crypto::random_code;
use xianfeng::base::sheet::{self, ImportReport};
use xianfeng::campaigns::{self, CampaignId};
use xianfeng::config::{Config, Secrets, variable, without_empty_variables};
use xianfeng::db::DbError;
use xianfeng::demo;
use xianfeng::health;
use xianfeng::kernel::board::Difference;
use xianfeng::members::{FirstAdministrator, Manager};
use xianfeng::web::Problem;

/// A request makes hundreds of small values on one thread and many of them end on another, which this allocator is made
/// for; without huge pages, which are a fifth more memory and no faster here.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Xianfeng 先锋: the mobile backend that carries an enterprise's year of Party-building work
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the API and does the background work
    Serve(Box<Config>),
    /// Serves a demo enterprise with real data; a second start keeps it
    Demo {
        /// Makes and prints new passwords for the people of the guide
        #[arg(long)]
        new_passwords: bool,
        #[command(flatten)]
        config: Box<Config>,
    },
    /// Makes an administrator of the whole enterprise, or gives one a new password
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Imports a roster from an xlsx or csv file; the server must not be running on a SQLite database
    #[command(subcommand)]
    Import(ImportCommand),
    /// Compares the boards with the ledger and puts right what differs; not beside a server on SQLite, which can be
    /// asked over HTTP instead
    RebuildBoards {
        /// Only compares and reports
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        config: Box<Config>,
    },
    /// Recomputes a published selection from its export alone; needs neither a database nor keys
    VerifyCampaign {
        /// What GET /api/v1/campaigns/{id}/export gave
        file: PathBuf,
    },
    /// Counts the shuffled ballots of a selection again and compares; not beside a server on SQLite
    Recount {
        /// The id of the campaign
        campaign: CampaignId,
        #[command(flatten)]
        config: Box<Config>,
    },
    /// Does the background work alone, beside servers that share a PostgreSQL database
    Work(Box<Config>),
    /// Brings the database schema up to date and ends
    Migrate {
        /// A PostgreSQL role under which servers run: it gets what serving takes, and may change neither tables nor
        /// triggers nor what is append-only
        #[arg(long, env = "XIANFENG_SERVING_ROLE")]
        serving_role: Option<String>,
        #[command(flatten)]
        config: Box<Config>,
    },
    /// Asks the server on this machine whether it is ready; for health checks of containers
    Health {
        /// The address that the server listens on
        #[arg(long, env = "XIANFENG_LISTEN", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
    },
    /// Prints fresh secrets, for servers that share a PostgreSQL database
    Secrets,
    /// Prints the OpenAPI document
    Openapi,
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Makes the member an administrator and prints a fresh password; a database without units gets its root
    Create {
        /// The employee number to sign in with
        #[arg(long)]
        employee_no: String,
        /// The name of a member who is not there yet
        #[arg(long)]
        name: String,
        /// The code of the root unit, for a database without units; a roster to be imported must call its top so too
        #[arg(long, default_value = "ROOT")]
        unit_code: String,
        /// The name of the root unit, for a database without units
        #[arg(long, default_value = "集团党委")]
        unit_name: String,
        #[command(flatten)]
        config: Box<Config>,
    },
}

#[derive(Subcommand)]
enum ImportCommand {
    /// Units: 编码, 名称, 简称, 上级编码, 类型
    Units(ImportFile),
    /// Members: 工号, 姓名, 手机号, 所属党小组编码, 政治面貌, 职务
    Members(ImportFile),
    /// Questions: 题型, 题干, 选项A …, 答案, 解析, 分类, 难度, 来源
    Questions(ImportFile),
}

#[derive(clap::Args)]
struct ImportFile {
    /// The xlsx or csv file
    file: PathBuf,
    /// Says what would happen and writes nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: Box<Config>,
}

fn main() -> std::process::ExitCode {
    let arguments = without_empty_variables(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&arguments).unwrap_or_else(|error| error.exit());
    start_logging();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(cli.command)),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("xianfeng: {complaint}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), String> {
    match command {
        Command::Serve(config) => {
            let listener = bind(config.address())?;
            let app = App::build(*config, Clock::System).await?.measured()?;
            app.serve(listener).await.map_err(|error| error.to_string())
        }
        Command::Demo { new_passwords, config } => {
            let (listener, address) = (bind(config.address())?, config.address());
            let app = App::build(*config, Clock::System).await?.measured()?;
            demo::prepare(&app, address, new_passwords).await?;
            app.serve(listener).await.map_err(|error| error.to_string())
        }
        Command::Admin(AdminCommand::Create { employee_no, name, unit_code, unit_name, config }) => {
            let app = App::build(*config, Clock::System).await?;
            create_administrator(&app, FirstAdministrator { employee_no, name, unit_code, unit_name }).await
        }
        Command::Import(command) => import(command).await,
        Command::RebuildBoards { dry_run, config } => {
            let app = App::build(*config, Clock::System).await?;
            rebuild_boards(&app, dry_run).await.map_err(told)
        }
        Command::VerifyCampaign { file } => verify_campaign(&file),
        Command::Recount { campaign, config } => {
            let app = App::build(*config, Clock::System).await?;
            recount(&app, campaign).await
        }
        Command::Work(config) => {
            let app = App::build(*config, Clock::System).await?;
            app.work().await;
            Ok(())
        }
        Command::Migrate { serving_role, config } => app::migrate(&config, serving_role).await,
        Command::Health { listen } => health::ask(listen).await,
        Command::Secrets => {
            println!("{}", Secrets::random().to_json());
            Ok(())
        }
        Command::Openapi => {
            println!("{}", app::openapi().to_pretty_json().map_err(|error| error.to_string())?);
            Ok(())
        }
    }
}

async fn create_administrator(app: &App, ask: FirstAdministrator) -> Result<(), String> {
    let employee_no = ask.employee_no.clone();
    let member = app.members.create_first_administrator(ask).await.map_err(told)?;
    let password = random_code().to_lowercase();
    app.sessions.set_password(member, password.clone()).await.map_err(told)?;
    app.db.close();
    println!("工号 {employee_no}，密码 {password}（请登录后立即修改）");
    Ok(())
}

async fn import(command: ImportCommand) -> Result<(), String> {
    let (ImportCommand::Units(ask) | ImportCommand::Members(ask) | ImportCommand::Questions(ask)) = &command;
    let file = std::fs::read(&ask.file).map_err(|error| format!("{}: {error}", ask.file.display()))?;
    let app = App::build((*ask.config).clone(), Clock::System).await?;
    let progress = |done: usize, total: usize| eprintln!("{done}/{total}");
    let operator = Manager::operator();
    let report = match &command {
        ImportCommand::Units(_) => app.members.import_units(operator, file, ask.dry_run, &progress).await,
        ImportCommand::Members(_) => app.members.import_members(operator, file, ask.dry_run, &progress).await,
        ImportCommand::Questions(_) => {
            let sheet = sheet::read(&file, None).map_err(|error| error.to_string())?;
            let total = sheet.rows.len();
            let imported = app.quiz.import_questions(None, &sheet, ask.dry_run, |done| progress(done, total)).await;
            Ok(imported.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?)
        }
    };
    app.db.close();
    let report = report.map_err(told)?;
    for problem in &report.problems {
        let column = problem.column.as_deref().unwrap_or_default();
        eprintln!("第 {} 行 {column}：{}", problem.row, problem.message);
    }
    let ImportReport { accepted, updated, duplicates, rejected, .. } = report;
    let done = if ask.dry_run { "试运行，未写入" } else { "已写入" };
    println!("{done}：新增 {accepted}，更新 {updated}，未变或重复 {duplicates}，拒绝 {rejected}");
    Ok(())
}

async fn rebuild_boards(app: &App, dry_run: bool) -> Result<(), DbError> {
    let (mut members, mut differing, mut after) = (0, 0, None);
    loop {
        let report = app.board_room.rebuild(None, dry_run, after).await?;
        for Difference { member, measure, what, expected, found } in &report.differences {
            println!("{member} {measure} {what}: {found}, should be {expected}");
        }
        members += report.members;
        differing += report.differing;
        eprintln!("{members}");
        after = report.next;
        if after.is_none() {
            break;
        }
    }
    if !dry_run {
        app.board_room.keep_up().await?;
    }
    app.db.close();
    println!("{}：党员 {members}，不一致 {differing}", if dry_run { "试运行，未写入" } else { "已更正" });
    Ok(())
}

fn verify_campaign(file: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let verified = campaigns::verify(&text).map_err(|faults| faults.join("；"))?;
    println!("《{}》的结果与公布的一致；规则 SHA-256：{}", verified.title, verified.rules_sha256);
    for (rank, title, total) in &verified.lines {
        println!("{rank} {title} {total}");
    }
    for (heading, place, title) in &verified.awards {
        println!("{heading} {place} {title}");
    }
    Ok(())
}

async fn recount(app: &App, campaign: CampaignId) -> Result<(), String> {
    let recount = app.campaigns.recount(campaign).await.map_err(told)?;
    app.db.close();
    for (entry, recounted, published) in &recount.lines {
        println!("{entry} {recounted} {published}");
    }
    if !recount.agrees {
        return Err(format!("重新计票 {} 张，与公布的结果不一致", recount.ballots));
    }
    println!("重新计票 {} 张，得票、回执及其 SHA-256 均与公布的一致", recount.ballots);
    Ok(())
}

/// A refusal as the API would tell it.
fn told(stop: impl Into<Problem>) -> String {
    let problem: Problem = stop.into();
    problem.cause().map_or_else(|| format!("{problem}: {}", problem.detail()), str::to_owned)
}

/// Takes the address before anything is opened, so that a busy port is told at once.
fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => format!(
            "端口 {} 已被占用，请换一个，例如 --port {} (the port is in use; choose another with --port)",
            address.port(),
            address.port().wrapping_add(1)
        ),
        _ => format!("cannot listen on {address}: {error}"),
    })
}

/// Logs to standard error, as JSON when `XIANFENG_LOG_FORMAT=json`; `XIANFENG_LOG` filters.
fn start_logging() {
    let filter = variable("XIANFENG_LOG").and_then(|filter| tracing_subscriber::EnvFilter::try_new(filter).ok());
    let filter = filter.unwrap_or_else(|| tracing_subscriber::EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if variable("XIANFENG_LOG_FORMAT").is_some_and(|format| format == "json") {
        builder.json().flatten_event(true).init();
    } else {
        builder.init();
    }
}
