//! The product as a child process.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::{client, contract};

/// The program and what it is always told.
#[derive(Clone)]
pub struct Product {
    pub program: PathBuf,
    pub secrets: String,
    /// Where its log goes.
    pub log: PathBuf,
    pub redis_url: Option<String>,
    /// The folder of a control group in which it runs.
    pub group: Option<PathBuf>,
}

impl Product {
    fn command(&self, arguments: &[&str], database_url: &str) -> Command {
        let mut command = match &self.group {
            None => Command::new(&self.program),
            Some(group) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$@\""]).arg(group).arg(&self.program);
                shell
            }
        };
        command.args(arguments).env("DATABASE_URL", database_url).envs(contract::settings(&self.secrets));
        command.env_remove("REDIS_URL").stdin(Stdio::null());
        command
    }

    /// The same in a control group.
    pub fn within(&self, group: &Path) -> Product {
        Product { group: Some(group.to_owned()), ..self.clone() }
    }

    /// Runs a command of the product to its end.
    pub fn run(&self, arguments: &[&str], database_url: &str) -> Result<()> {
        let output = self.command(arguments, database_url).output()?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`xianfeng {}` failed: {complaint}", arguments.join(" "));
        Ok(())
    }

    /// Starts the server and waits until it is ready; boards live in Redis when `redis` is set.
    pub fn serve(&self, database_url: &str, redis: bool) -> Result<Server> {
        self.serve_told(database_url, redis, &[])
    }

    /// The same, with further settings.
    pub fn serve_told(&self, database_url: &str, redis: bool, told: &[(&'static str, String)]) -> Result<Server> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = self.command(contract::SERVE, database_url);
        command.envs(told.iter().map(|(name, value)| (name, value)));
        if let Some(url) = self.redis_url.as_ref().filter(|_| redis) {
            command.env("REDIS_URL", url);
        }
        command.env("XIANFENG_LISTEN", address.to_string()).stdout(log.try_clone()?).stderr(log);
        let began = Instant::now();
        let child = command.spawn().with_context(|| self.program.display().to_string())?;
        let mut server = Server { child, address, ready_after: Duration::ZERO };
        server.wait_until_ready(began).with_context(|| format!("see {}", self.log.display()))?;
        Ok(server)
    }
}

/// Fresh secrets, printed by the product.
pub fn print_secrets(program: &Path) -> Result<String> {
    let output = Command::new(program).args(contract::PRINT_SECRETS).output()?;
    ensure!(output.status.success(), "`xianfeng secrets` failed");
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// From its start to its first "ready".
    pub ready_after: Duration,
}

impl Server {
    fn wait_until_ready(&mut self, began: Instant) -> Result<()> {
        let request = client::request("GET", contract::READY, None, "");
        while began.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended: {status}");
            }
            if matches!(client::once(self.address, &request), Ok((200, _))) {
                self.ready_after = began.elapsed();
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        bail!("the server was not ready within 30 s")
    }

    /// Resident memory in MB, now.
    pub fn resident_mb(&self) -> Result<f64> {
        self.status_mb("VmRSS:")
    }

    /// What of it the process has for itself, in MB: what is mapped from files the system may take back.
    pub fn anonymous_mb(&self) -> Result<f64> {
        self.status_mb("RssAnon:")
    }

    fn status_mb(&self, name: &str) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such line")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes / 1024.0)
    }

    /// Asks the server to end, as an operator would, and waits for it.
    pub fn stop(mut self) -> Result<()> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        let began = Instant::now();
        while self.child.try_wait()?.is_none() {
            ensure!(began.elapsed() < Duration::from_secs(40), "the server did not end when asked to");
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
