//! The socket between a command and the server that holds the database: one command for each connection.
//!
//! A command is one line of JSON, and the bytes of its file if it has one; the server answers with lines of JSON, the
//! last of which says how it ended. The socket lies in a folder beside the database that only its owner may enter, and
//! the server looks at who is on the other side besides.
//!
//! A server that died leaves its socket behind. Anyone who holds the database's lock replaces it, so nobody else's is
//! ever taken away.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::timeout;

use super::commands::Operator;
use super::model::{Command, Said, Via, Voice};
use crate::base::sheet::limits::MAX_INPUT_BYTES;
use crate::base::text::place_in_json;

/// The longest line either side sends; a difference or a message is much shorter.
const LINE_LIMIT: u64 = 256 * 1024;

/// How long one side may take to send a line, or to take one.
const LINE_PATIENCE: Duration = Duration::from_secs(10);

/// How long a file may take to come.
const FILE_PATIENCE: Duration = Duration::from_secs(60);

/// How often a server that works says so, and after which silence it is taken for gone.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(60);

/// Connections at once; further ones wait.
const CONNECTIONS: usize = 8;

/// The longest path that every system takes for a socket.
const PATH_LIMIT: usize = 100;

#[derive(Serialize, Deserialize)]
struct Request {
    command: Command,
    /// Bytes of a file that follow the line.
    file_bytes: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", content = "text", rename_all = "snake_case")]
enum Answer {
    /// Nothing new.
    Working,
    Progress(String),
    Line(String),
    Done,
    Failed(String),
}

/// The folder of the socket beside a SQLite file, and the socket in it.
fn place_of(database: &Path) -> (PathBuf, PathBuf) {
    let folder = database.with_extension("operator");
    let socket = folder.join("socket");
    (folder, socket)
}

/// A server's end of the socket; taken away when dropped.
pub struct Door {
    listener: UnixListener,
    path: PathBuf,
    owner: u32,
}

impl Drop for Door {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Door {
    /// Opens the socket of the SQLite file `database`, whose lock the caller holds.
    pub fn open(database: &Path) -> io::Result<Door> {
        let (folder, path) = place_of(database);
        match fs::DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            // a link would have the server change a folder elsewhere
            _ if !fs::symlink_metadata(&folder)?.is_dir() => return Err(io::ErrorKind::NotADirectory.into()),
            _ => fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?,
        }
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let (short, _open) = shortened(&folder, &path)?;
        let listener = UnixListener::bind(short)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        let owner = fs::metadata(&path)?.uid();
        Ok(Door { listener, path, owner })
    }

    /// Serves commands for as long as it is polled, one at a time.
    pub async fn serve(self, operator: Operator) {
        let (turn, room) = (Arc::new(Mutex::new(())), Arc::new(Semaphore::new(CONNECTIONS)));
        loop {
            let Ok(permit) = room.clone().acquire_owned().await else { return };
            let stream = match self.listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "the operator's socket does not take connections");
                    tokio::time::sleep(LINE_PATIENCE).await;
                    continue;
                }
            };
            // the superuser may read the data folder anyway
            let peer = stream.peer_cred().map(|peer| peer.uid());
            if !peer.is_ok_and(|uid| uid == self.owner || uid == 0) {
                tracing::warn!("somebody else than its owner opened the operator's socket");
                continue;
            }
            let (operator, turn) = (operator.clone(), turn.clone());
            tokio::spawn(async move {
                if let Err(error) = converse(stream, operator, &turn).await {
                    tracing::warn!(%error, "a command from the operator's socket was not heard to its end");
                }
                drop(permit);
            });
        }
    }
}

/// A path to the socket that is short enough, by way of the open folder where it is not; valid while that is open.
fn shortened(folder: &Path, path: &Path) -> io::Result<(PathBuf, Option<fs::File>)> {
    if path.as_os_str().len() <= PATH_LIMIT {
        return Ok((path.to_owned(), None));
    }
    let open = fs::File::open(folder)?;
    let number = std::os::fd::AsRawFd::as_raw_fd(&open);
    Ok((PathBuf::from(format!("/proc/self/fd/{number}/socket")), Some(open)))
}

/// Hears one command and runs it. When the other side goes away, the command goes on all the same.
async fn converse(stream: UnixStream, operator: Operator, turn: &Mutex<()>) -> io::Result<()> {
    let (from, mut to) = stream.into_split();
    let mut from = BufReader::new(from);
    let (command, file) = match receive(&mut from).await {
        Ok(request) => request,
        Err(complaint) => return send(&mut to, &Answer::Failed(complaint)).await,
    };
    let Ok(_turn) = turn.try_lock() else {
        let busy = "服务器正在执行另一条操作命令，请稍后再试 (the server is busy with another command)";
        return send(&mut to, &Answer::Failed(busy.into())).await;
    };
    let (voice, mut said) = Voice::new();
    let running = async move { operator.run(command, file, Via::Socket, &voice).await };
    let mut running = std::pin::pin!(running);
    let mut listening = true;
    let mut signs = tokio::time::interval(SIGN_OF_LIFE);
    let outcome = loop {
        let answer = tokio::select! {
            biased;
            Some(said) = said.recv() => match said {
                Said::Progress(text) => Answer::Progress(text),
                Said::Line(text) => Answer::Line(text),
            },
            outcome = &mut running => break outcome,
            _ = signs.tick() => Answer::Working,
        };
        listening = listening && send(&mut to, &answer).await.is_ok();
    };
    while let Ok(said) = said.try_recv() {
        if let Said::Line(text) = said {
            send(&mut to, &Answer::Line(text)).await?;
        }
    }
    send(&mut to, &outcome.map_or_else(Answer::Failed, |()| Answer::Done)).await
}

/// Reads a command and its file; says what is wrong with it.
async fn receive(from: &mut BufReader<OwnedReadHalf>) -> Result<(Command, Vec<u8>), String> {
    let line = read_line(from, LINE_PATIENCE).await.map_err(|error| error.to_string())?;
    let request: Request = serde_json::from_str(&line).map_err(|error| {
        let version = env!("CARGO_PKG_VERSION");
        format!(
            "运行中的服务（{version}）不认识这条命令，可能与命令行程序版本不同，请重启服务：{} (not understood)",
            place_in_json(&error)
        )
    })?;
    if request.file_bytes > MAX_INPUT_BYTES as u64 {
        return Err(format!("文件超过 {} MB (the file is too large)", MAX_INPUT_BYTES / 1024 / 1024));
    }
    let (mut file, mut limited) = (Vec::new(), from.take(request.file_bytes));
    match timeout(FILE_PATIENCE, limited.read_to_end(&mut file)).await {
        Ok(Ok(read)) if read as u64 == request.file_bytes => Ok((request.command, file)),
        Ok(Ok(_)) => Err("文件没有传完 (the file was cut off)".into()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("文件传送超时 (the file took too long)".into()),
    }
}

/// One line, without its end.
async fn read_line(from: &mut BufReader<OwnedReadHalf>, patience: Duration) -> io::Result<String> {
    let mut line = String::new();
    let mut limited = from.take(LINE_LIMIT);
    let read = timeout(patience, limited.read_line(&mut line)).await;
    read.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no answer within the time limit"))??;
    if line.pop() != Some('\n') {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the other side ended in the middle"));
    }
    Ok(line)
}

async fn send(to: &mut OwnedWriteHalf, answer: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    timeout(LINE_PATIENCE, to.write_all(&line)).await.map_err(io::Error::from)?
}

/// Has the server that holds `database` run a command; `hear` is told what it says. `None` when there is no server.
pub async fn ask(
    database: &Path,
    command: &Command,
    file: &[u8],
    mut hear: impl FnMut(Said),
) -> Option<Result<(), String>> {
    let (folder, path) = place_of(database);
    let (short, _open) = shortened(&folder, &path).ok()?;
    let stream = match UnixStream::connect(short).await {
        Ok(stream) => stream,
        // none, or one that a server which died has left behind
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return None;
        }
        Err(error) => return Some(Err(format!("{}: {error}", path.display()))),
    };
    Some(dictate(stream, command, file, &mut hear).await)
}

async fn dictate(stream: UnixStream, command: &Command, file: &[u8], hear: &mut dyn FnMut(Said)) -> Result<(), String> {
    let lost = |error: io::Error| format!("与服务器的连接中断，命令可能仍在执行：{error} (the server was lost)");
    let (from, mut to) = stream.into_split();
    let request = Request { command: command.clone(), file_bytes: file.len() as u64 };
    send(&mut to, &request).await.map_err(lost)?;
    // the server may refuse before it has taken the file: what it says then is worth more than that
    let _ = timeout(FILE_PATIENCE, to.write_all(file)).await;
    let mut from = BufReader::new(from);
    loop {
        let line = read_line(&mut from, SILENCE).await.map_err(lost)?;
        match serde_json::from_str(&line).map_err(|error| not_understood(&error))? {
            Answer::Working => {}
            Answer::Progress(text) => hear(Said::Progress(text)),
            Answer::Line(text) => hear(Said::Line(text)),
            Answer::Done => return Ok(()),
            Answer::Failed(complaint) => return Err(complaint),
        }
    }
}

/// What to say of an answer that this program does not know.
fn not_understood(error: &serde_json::Error) -> String {
    format!(
        "服务器的回答无法读取（{}），可能与命令行程序版本不同，命令可能仍在执行 (its answer is not understood)",
        place_in_json(error)
    )
}
