//! The program's front door: reads the command line and hands over to the library.

use std::fmt::Display;
use std::io::{BufReader, ErrorKind, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use xianfeng::app::{self, App};
use xianfeng::base::clock::Clock;
use xianfeng::base::time::Timestamp;
use xianfeng::config::{Config, Secrets, variable, without_empty_variables};
use xianfeng::demo;
use xianfeng::honour::boards::{self, Verified};
use xianfeng::judging::campaigns::{self, CampaignId};
use xianfeng::kernel::outbox::MessageId;
use xianfeng::oversight::backup;
use xianfeng::oversight::health;
use xianfeng::oversight::operator::{self, ImportKind, MessageCommand, Operator, Said, Via, Voice};

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
        /// Listens on the network, where anyone can be anyone
        #[arg(long)]
        lan: bool,
        #[command(flatten)]
        config: Box<Config>,
    },
    /// Makes an administrator of the whole enterprise, or gives one a new password
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Imports a roster from an xlsx or csv file
    #[command(subcommand)]
    Import(ImportCommand),
    /// Compares the boards with the ledger and puts right what differs
    RebuildBoards {
        /// Only compares and reports
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        config: Box<Config>,
    },
    /// Says that the clock of this machine is right, after the server has refused to write because of it
    ConfirmClock(Box<Config>),
    /// Looks at configuration, disks, database, Redis and clock, and says what to do; ends with 1 when something is wrong
    Doctor(Box<Config>),
    /// Recomputes a published selection from its export alone; needs neither a database nor keys
    VerifyCampaign {
        /// What GET /api/v1/exports/campaigns/{id} gave
        file: PathBuf,
    },
    /// Recomputes the boards of a closed period from their proof alone; needs neither a database nor keys
    VerifyPoints {
        /// What GET /api/v1/exports/points-proof gave
        file: PathBuf,
    },
    /// Counts the shuffled ballots of a selection again and compares
    Recount {
        /// The id of the campaign
        campaign: CampaignId,
        #[command(flatten)]
        config: Box<Config>,
    },
    /// Writes a backup of database and attachments into one file, also while the server runs
    Backup(BackupArguments),
    /// Puts a backup into an empty place
    Restore {
        /// What `backup` wrote
        file: PathBuf,
        #[command(flatten)]
        config: Box<Config>,
    },
    /// Makes a PostgreSQL database ready that was restored by other means than `restore`; servers must be stopped
    AfterRestore {
        /// The instant of the backup, such as 2026-07-01T02:30:00+08:00; says which papers were open
        #[arg(long)]
        taken_at: Option<Timestamp>,
        #[command(flatten)]
        config: Box<Config>,
    },
    /// Looks after the trail of who did what
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Looks after the messages that wait for a person: after a restore, or after ten failures
    #[command(subcommand)]
    Outbox(OutboxCommand),
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
        /// The address where it answers nothing else, if it has one; then this one is asked
        #[arg(long, env = "XIANFENG_HEALTH_LISTEN")]
        health_listen: Option<SocketAddr>,
    },
    /// Serves a stand-in for WeCom and WeChat, for trying out and for tests; no platform is asked
    FakePlatform {
        /// The port on this machine
        #[arg(long, default_value = "8090")]
        port: u16,
        /// Where the app is, to which the phones on its page lead
        #[arg(long, default_value = "http://127.0.0.1:8080")]
        app_url: String,
        /// Somebody with an account there, as NUMBER=NAME; may be given many times
        #[arg(long = "member")]
        members: Vec<String>,
        /// A file with many of them, one on each line
        #[arg(long)]
        member_file: Option<PathBuf>,
    },
    /// Looks after the channels by which messages leave
    #[command(subcommand)]
    Channels(ChannelsCommand),
    /// Prints fresh secrets, for servers that share a PostgreSQL database
    Secrets,
    /// Prints the OpenAPI document
    Openapi,
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Checks that no line of the trail was changed, removed, inserted or cut off, and names the first that was
    Verify {
        #[command(flatten)]
        config: Box<Config>,
    },
    /// Checks that an export of the trail holds every line as it was sealed, and names the first that differs
    VerifyExport {
        /// What GET /api/v1/exports/trail gave as ndjson
        file: PathBuf,
        #[command(flatten)]
        config: Box<Config>,
    },
}

#[derive(Subcommand)]
enum ChannelsCommand {
    /// Walks through what WeCom and WeChat need, and says in Chinese what is missing and who has to do what
    Check {
        #[command(flatten)]
        config: Box<Config>,
    },
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
    /// Takes away the second factor of somebody who has lost it, where no two administrators can
    ResetSecondFactor {
        /// Whose it is
        #[arg(long)]
        employee_no: String,
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

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct BackupArguments {
    #[command(subcommand)]
    command: Option<BackupCommand>,
    /// The file to write; it must not exist yet
    #[arg(required = true)]
    file: Option<PathBuf>,
    #[command(flatten)]
    config: Box<Config>,
}

#[derive(Subcommand)]
enum BackupCommand {
    /// Reads a backup from end to end and says what it holds
    Verify {
        /// What `backup` wrote
        file: PathBuf,
        /// The folder of pg_restore, when it is not on the PATH
        #[arg(long, env = "XIANFENG_PG_BIN")]
        pg_bin: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum OutboxCommand {
    /// Lists them
    List {
        #[command(flatten)]
        config: Box<Config>,
    },
    /// Lets them be delivered
    Release(HeldMessages),
    /// Throws them away
    Discard(HeldMessages),
}

#[derive(clap::Args)]
struct HeldMessages {
    /// One message, as `list` shows it
    #[arg(required_unless_present = "all")]
    id: Option<MessageId>,
    /// All of them
    #[arg(long, conflicts_with = "id")]
    all: bool,
    #[command(flatten)]
    config: Box<Config>,
}

fn main() -> std::process::ExitCode {
    let arguments = without_empty_variables(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&arguments).unwrap_or_else(|error| error.exit());
    start_logging();
    xianfeng::base::disk::keep_to_ourselves();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(cli.command)),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(complaint) => {
            say_aside(format_args!("xianfeng: {complaint}"));
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), String> {
    match command {
        Command::Serve(config) => {
            let listener = bind(config.address())?;
            let health = config.health_listen.map(bind_for_health).transpose()?;
            let app = App::build(*config, Clock::System).await?.measured()?;
            app.serve(listener, health).await.map_err(|error| error.to_string())
        }
        Command::Demo { new_passwords, lan, config } => show_demo(*config, new_passwords, lan).await,
        Command::Admin(AdminCommand::Create { employee_no, name, unit_code, unit_name, config }) => {
            let command = operator::Command::CreateAdministrator { employee_no, name, unit_code, unit_name };
            operate(*config, command, Vec::new()).await
        }
        Command::Admin(AdminCommand::ResetSecondFactor { employee_no, config }) => {
            operate(*config, operator::Command::ResetSecondFactor { employee_no }, Vec::new()).await
        }
        Command::Import(command) => import(command).await,
        Command::RebuildBoards { dry_run, config } => {
            operate(*config, operator::Command::RebuildBoards { dry_run }, Vec::new()).await
        }
        Command::ConfirmClock(config) => operate(*config, operator::Command::ConfirmClock, Vec::new()).await,
        Command::Doctor(config) => operate(*config, operator::Command::Doctor, Vec::new()).await,
        Command::VerifyCampaign { file } => verify_campaign(&file),
        Command::VerifyPoints { file } => verify_points(&file),
        Command::Recount { campaign, config } => {
            operate(*config, operator::Command::Recount { campaign }, Vec::new()).await
        }
        Command::Backup(ask) => back_up(ask).await,
        Command::Restore { file, config } => restore(&file, &config).await,
        Command::AfterRestore { taken_at, config } => after_restore(&config, taken_at).await,
        Command::Audit(AuditCommand::Verify { config }) => {
            operate(*config, operator::Command::VerifyTrail, Vec::new()).await
        }
        Command::Audit(AuditCommand::VerifyExport { file, config }) => {
            let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            operate(*config, operator::Command::VerifyTrailExport, bytes).await
        }
        Command::Outbox(command) => look_after_messages(command).await,
        Command::Work(config) => {
            let health = config.health_listen.map(bind_for_health).transpose()?;
            let app = App::build(*config, Clock::System).await?.measured()?;
            app.work(health).await.map_err(|error| error.to_string())
        }
        Command::Migrate { serving_role, config } => app::migrate(&config, serving_role).await,
        Command::Health { listen, health_listen } => health::ask(health_listen.unwrap_or(listen)).await,
        Command::FakePlatform { port, app_url, mut members, member_file } => {
            if let Some(file) = member_file {
                let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
                members.extend(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
            }
            serve_fake_platform(port, app_url, &members).await
        }
        Command::Channels(ChannelsCommand::Check { config }) => {
            operate(*config, operator::Command::CheckChannels, Vec::new()).await
        }
        Command::Secrets => {
            say(Secrets::random().to_json());
            Ok(())
        }
        Command::Openapi => {
            say(app::openapi().to_pretty_json().map_err(|error| error.to_string())?);
            Ok(())
        }
    }
}

/// Serves the demo: on this machine alone, unless it is told to listen on the network.
async fn show_demo(mut config: Config, new_passwords: bool, lan: bool) -> Result<(), String> {
    let mut listen = config.address();
    if lan {
        listen.set_ip(std::net::Ipv4Addr::UNSPECIFIED.into());
    } else if !listen.ip().is_loopback() {
        return Err(format!(
            "演示只在本机提供，因为任何人都可以登录为任何角色；要让局域网访问，请用 demo --lan (the demo stays on this machine: {listen} is another address)"
        ));
    }
    config.is_demo = true;
    let listener = bind(listen)?;
    let health = config.health_listen.map(bind_for_health).transpose()?;
    let shown = if lan { demo::Lan::of(listen).address } else { listen };
    let stand_in = demo::StandIn::prepare(&mut config, shown)?;
    let app = App::build(config, Clock::System).await?.measured()?;
    let guide = demo::prepare(&app, shown, new_passwords).await?;
    let phones = stand_in.as_ref().map(demo::StandIn::phones);
    let app = app.clone().with_front(demo::front(&app, phones)?);
    if let Some(stand_in) = stand_in {
        say(stand_in.open(&app)?);
    }
    say(guide);
    if lan {
        say(demo::Lan::of(listen).guide());
    }
    app.serve(listener, health).await.map_err(|error| error.to_string())
}

/// Serves the stand-in platform until somebody asks to stop.
async fn serve_fake_platform(port: u16, app_url: String, members: &[String]) -> Result<(), String> {
    let person = |text: &String| match text.split_once('=') {
        Some((number, name)) if !number.trim().is_empty() => Ok(demo::platform::Person {
            userid: number.trim().to_owned(),
            name: name.trim().to_owned(),
            title: String::new(),
            phone: None,
        }),
        _ => Err(format!("--member {text}: 请写成 工号=姓名 (write NUMBER=NAME)")),
    };
    let people = members.iter().map(person).collect::<Result<Vec<_>, String>>()?;
    let setup = demo::platform::Setup { app: app_url.clone(), ..demo::platform::Setup::of(people) };
    let listener = bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
    let arguments = setup.arguments(&format!("http://127.0.0.1:{port}"));
    let platform = demo::platform::FakePlatform::listen(listener, setup).map_err(|error| error.to_string())?;
    say(format_args!("平台替身 stand-in platform：{0}　手机 phones：{0}/phone", platform.url));
    say("让服务器使用它 tell a server of it:");
    say(format_args!("  xianfeng serve --public-url={app_url} {}", arguments.join(" ")));
    tokio::signal::ctrl_c().await.map_err(|error| error.to_string())?;
    platform.stop().await;
    Ok(())
}

/// Has the server that holds the database run a command, or runs it here when there is none.
async fn operate(config: Config, command: operator::Command, file: Vec<u8>) -> Result<(), String> {
    #[cfg(unix)]
    if let Some(database) = config.database_url.strip_prefix("sqlite://")
        && let Some(outcome) = operator::socket::ask(Path::new(database), &command, &file, print).await
    {
        return outcome;
    }
    let app = App::build(config, Clock::System).await?;
    let (voice, mut said) = Voice::new();
    let printing = tokio::spawn(async move {
        while let Some(said) = said.recv().await {
            print(said);
        }
    });
    let outcome = app.get::<Operator>().run(command, file, Via::CommandLine, &voice).await;
    drop(voice);
    let _ = printing.await;
    app.db.close();
    outcome
}

/// Results go to the standard output, how far things are to the other one.
fn print(said: Said) {
    match said {
        Said::Line(line) => say(line),
        Said::Progress(sentence) => say_aside(sentence),
    }
}

/// Prints a line. To a reader who has seen enough, such as `head`, nothing more is said, and the work goes on to its end.
fn say(line: impl Display) {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            say_aside(format_args!("xianfeng: 输出无法写入：{error} (cannot write the output)"));
            std::process::exit(1);
        }
        _ => {}
    }
}

/// Prints a line to the standard error output, where there may be nobody either.
fn say_aside(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

async fn import(command: ImportCommand) -> Result<(), String> {
    let (what, ask) = match command {
        ImportCommand::Units(ask) => (ImportKind::Units, ask),
        ImportCommand::Members(ask) => (ImportKind::Members, ask),
        ImportCommand::Questions(ask) => (ImportKind::Questions, ask),
    };
    let file = std::fs::read(&ask.file).map_err(|error| format!("{}: {error}", ask.file.display()))?;
    operate(*ask.config, operator::Command::Import { what, dry_run: ask.dry_run }, file).await
}

async fn back_up(ask: BackupArguments) -> Result<(), String> {
    match (ask.command, ask.file) {
        (Some(BackupCommand::Verify { file, pg_bin }), _) => {
            let manifest = backup::verify(&file, pg_bin.as_deref(), &progress())?;
            say(format_args!("{}：完好 (sound)", file.display()));
            manifest.lines().iter().for_each(say);
            Ok(())
        }
        (None, Some(file)) => {
            // the server's folder is another one than the operator's
            let file = std::path::absolute(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            operate(*ask.config, operator::Command::Backup { file }, Vec::new()).await
        }
        (None, None) => Err("which file?".into()),
    }
}

async fn restore(file: &Path, config: &Config) -> Result<(), String> {
    let restored = backup::restore(file, config, Clock::System, &progress()).await?;
    say(format_args!("已恢复 {}", file.display()));
    restored.lines().iter().for_each(say);
    Ok(())
}

async fn after_restore(config: &Config, taken_at: Option<Timestamp>) -> Result<(), String> {
    let revived = backup::revive_restored(config, Clock::System, taken_at).await?;
    revived.lines().iter().for_each(say);
    Ok(())
}

async fn look_after_messages(command: OutboxCommand) -> Result<(), String> {
    let (verb, id, config) = match command {
        OutboxCommand::List { config } => (MessageCommand::List, None, config),
        OutboxCommand::Release(ask) => (MessageCommand::Release, ask.id, ask.config),
        OutboxCommand::Discard(ask) => (MessageCommand::Discard, ask.id, ask.config),
    };
    operate(*config, operator::Command::Messages { verb, id }, Vec::new()).await
}

fn progress() -> backup::Progress {
    std::sync::Arc::new(say_aside)
}

fn verify_campaign(file: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let verified = campaigns::verify(&text).map_err(|faults| faults.join("；"))?;
    say(format_args!("《{}》的结果与公布的一致；规则 SHA-256：{}", verified.title, verified.rules_sha256));
    for (rank, title, total) in &verified.lines {
        say(format_args!("{rank} {title} {total}"));
    }
    for (heading, place, title) in &verified.awards {
        say(format_args!("{heading} {place} {title}"));
    }
    Ok(())
}

fn verify_points(file: &Path) -> Result<(), String> {
    let open = std::fs::File::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let verified = boards::verify(BufReader::new(open)).map_err(|faults| faults.join("；"))?;
    let Verified { opening, members, entries, branches } = verified;
    say(format_args!("{} 至 {} 的榜单与公布的一致：{members} 人，{entries} 条分录", opening.from, opening.to));
    for (rank, name, average) in &branches {
        let average = average
            .map_or("不公布".to_owned(), |hundredths| format!("{}.{:02}", hundredths / 100, hundredths % 100));
        say(format_args!("{rank} {name} {average}"));
    }
    Ok(())
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

/// The same for the address where nothing but health is told.
fn bind_for_health(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address)
        .map_err(|error| format!("XIANFENG_HEALTH_LISTEN: 无法监听 {address}：{error} (cannot listen there)"))
}

/// Logs to standard error, as JSON when `XIANFENG_LOG_FORMAT=json`; `XIANFENG_LOG` filters, but for what libraries of HTTP
/// say.
fn start_logging() {
    let filter = variable("XIANFENG_LOG").and_then(|filter| tracing_subscriber::EnvFilter::try_new(filter).ok());
    let filter = filter.unwrap_or_else(|| tracing_subscriber::EnvFilter::new("info"));
    // below this they write down whole paths and heads, in which numbers and names may stand
    let filter = ["actix_web=info", "actix_http=info", "hyper=info", "hyper_util=info", "h2=info", "reqwest=info"]
        .into_iter()
        .filter_map(|cap| cap.parse().ok())
        .fold(filter, tracing_subscriber::EnvFilter::add_directive);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // which would be told on the same output that cannot be written to
    let builder = builder.log_internal_errors(false);
    if variable("XIANFENG_LOG_FORMAT").is_some_and(|format| format == "json") {
        builder.json().flatten_event(true).init();
    } else {
        builder.init();
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn every_command_can_be_called() {
        super::Cli::command().debug_assert();
    }
}
