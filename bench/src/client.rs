//! The load generator: keep-alive connections on one thread, each sending the next request when the last is answered.
//!
//! Written for requests that all differ, which wrk cannot send fast; small enough to leave the cores to the server.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

/// A request as it goes over the wire.
pub fn request(method: &str, path: &str, token: Option<&str>, body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: bench\r\n");
    if let Some(token) = token {
        text += &format!("Authorization: Bearer {token}\r\n");
    }
    if method != "GET" {
        text += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    text += "\r\n";
    text += body;
    text.into_bytes()
}

/// One keep-alive connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and reads its answer: the status and the body.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<(u16, &[u8])> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server closed the connection");
            }
            if let Some((status, start, end)) = measure(&self.buffer)?
                && self.buffer.len() >= end
            {
                return Ok((status, &self.buffer[start..end]));
            }
        }
    }
}

/// The status, and where the body begins and ends, once the head is complete.
fn measure(buffer: &[u8]) -> Result<Option<(u16, usize, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(start) = response.parse(buffer)? else { return Ok(None) };
    let status = response.code.context("no status")?;
    let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = match length {
        Some(header) => std::str::from_utf8(header.value)?.parse()?,
        None if status == 204 => 0,
        None => bail!("an answer {status} without content-length"),
    };
    Ok(Some((status, start, start + length)))
}

/// What was seen during a load.
#[derive(Default)]
pub struct Seen {
    /// Microseconds of each request.
    pub latencies: Vec<u32>,
    pub errors: u64,
    pub first_error: Option<String>,
    pub seconds: f64,
}

impl Seen {
    pub fn count(&mut self, began: Instant, status: u16, body: &[u8]) -> bool {
        self.latencies.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
        let good = (200..300).contains(&status);
        if !good {
            self.fail(format!("{status} {}", String::from_utf8_lossy(body)));
        }
        good
    }

    pub fn fail(&mut self, error: String) {
        self.errors += 1;
        self.first_error.get_or_insert(error);
    }

    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.seconds
    }

    /// Milliseconds that `share` of the requests stayed below.
    pub fn percentile_ms(&self, share: f64) -> f64 {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let index = (sorted.len() as f64 * share) as usize;
        sorted.get(index.min(sorted.len().saturating_sub(1))).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }
}

/// Runs `work` on so many connections at once, on this thread, and waits for all of them.
pub fn on_connections<W>(address: SocketAddr, connections: usize, work: W) -> Result<Seen>
where
    W: AsyncFn(&mut Connection, &RefCell<Seen>) -> Result<()> + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let seen = Rc::new(RefCell::new(Seen::default()));
    let work = Rc::new(work);
    LocalSet::new().block_on(&runtime, async {
        let mut opened = Vec::new();
        for _ in 0..connections {
            opened.push(Connection::open(address).await?);
        }
        let began = Instant::now();
        let tasks: Vec<_> = opened
            .into_iter()
            .map(|mut connection| {
                let (seen, work) = (seen.clone(), work.clone());
                tokio::task::spawn_local(async move { work(&mut connection, &seen).await })
            })
            .collect();
        for task in tasks {
            if let Err(error) = task.await? {
                seen.borrow_mut().fail(format!("{error:#}"));
            }
        }
        seen.borrow_mut().seconds = began.elapsed().as_secs_f64();
        anyhow::Ok(())
    })?;
    Ok(seen.take())
}

/// Sends `requests`, whichever connection is free taking the next.
pub fn flood<I>(address: SocketAddr, connections: usize, requests: I) -> Result<Seen>
where
    I: Iterator<Item = Vec<u8>> + 'static,
{
    let requests = RefCell::new(requests);
    on_connections(address, connections, async move |connection, seen| {
        loop {
            let Some(request) = requests.borrow_mut().next() else { return Ok(()) };
            let began = Instant::now();
            let (status, body) = connection.exchange(&request).await?;
            seen.borrow_mut().count(began, status, body);
        }
    })
}

/// One request on a connection of its own; the status and the body.
pub fn once(address: SocketAddr, request: &[u8]) -> Result<(u16, Vec<u8>)> {
    with_head(address, request).map(|(status, _, body)| (status, body))
}

/// One request on a connection of its own; the status, the head as text in lower case, and the body.
pub fn with_head(address: SocketAddr, request: &[u8]) -> Result<(u16, String, Vec<u8>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let (status, body) = connection.exchange(request).await?;
        let body = body.to_vec();
        let head = &connection.buffer[..connection.buffer.len() - body.len()];
        Ok((status, String::from_utf8_lossy(head).to_lowercase(), body))
    })
}
