//! Reads by wrk, each request under the next member's token.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::report::Figure;

const SCRIPT: &str = include_str!("reads.lua");

/// Asks for `path` for some seconds; `tokens` is a file with one access token a line.
pub fn read(address: SocketAddr, path: &str, tokens: &Path, connections: usize, seconds: u32) -> Result<Figure> {
    let script = tokens.with_file_name("reads.lua");
    std::fs::write(&script, SCRIPT)?;
    let output = Command::new("wrk")
        .args(["-t1", &format!("-c{connections}"), &format!("-d{seconds}s"), "-s"])
        .arg(&script)
        .arg(format!("http://{address}{path}"))
        .arg("--")
        .arg(tokens)
        .output()
        .context("wrk")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("seen ")).with_context(|| format!("wrk said: {text}"))?;
    let numbers: Vec<f64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    let [requests, micros, p99, errors] = numbers[..] else { anyhow::bail!("wrk said: {line}") };
    ensure!(errors == 0.0, "{errors} of {requests} requests for {path} failed");
    Ok(Figure { rate: requests / micros * 1e6, p99_ms: p99 / 1000.0 })
}
