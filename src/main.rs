//! The program's front door: reads the command line and hands over to the library.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};

use clap::{Parser, Subcommand};
use xianfeng::app::{self, App};
use xianfeng::base::clock::Clock;
use xianfeng::config::{Config, Secrets};

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
    /// Prints fresh secrets, for servers that share a PostgreSQL database
    Secrets,
    /// Prints the OpenAPI document
    Openapi,
}

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
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
            let app = App::build(*config, Clock::System).await?;
            app.serve(listener).await.map_err(|error| error.to_string())
        }
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
    let filter = tracing_subscriber::EnvFilter::try_from_env("XIANFENG_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::env::var("XIANFENG_LOG_FORMAT").is_ok_and(|format| format == "json") {
        builder.json().flatten_event(true).init();
    } else {
        builder.init();
    }
}
