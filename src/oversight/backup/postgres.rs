//! `pg_dump` and `pg_restore`, the means that PostgreSQL itself has: found on the PATH or where the operator says.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use percent_encoding::percent_decode_str;

/// What a tool may say when it fails, of which the end is kept.
const COMPLAINT: usize = 2_000;

/// The program `name`, from `folder` or the PATH.
fn tool(folder: Option<&Path>, name: &str) -> Command {
    let program: OsString = folder.map_or_else(|| name.into(), |folder| folder.join(name).into());
    Command::new(program)
}

/// Points a tool at the database of `url`; the password goes by the environment, where others do not see it.
fn point_at(command: &mut Command, url: &str) {
    let (url, password) = without_password(url);
    command.arg("--no-password").arg(format!("--dbname={url}"));
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
}

/// A connection address without its password, and the password.
fn without_password(url: &str) -> (String, Option<String>) {
    let Some((scheme, rest)) = url.split_once("://") else { return (url.to_owned(), None) };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let Some((user, password)) = authority.rsplit_once('@').and_then(|(who, _)| who.split_once(':')) else {
        return (url.to_owned(), None);
    };
    let bare = rest.replacen(&format!("{user}:{password}@"), &format!("{user}@"), 1);
    (format!("{scheme}://{bare}"), Some(percent_decode_str(password).decode_utf8_lossy().into_owned()))
}

/// A tool that runs, and what it complains of.
struct Running {
    name: &'static str,
    child: Child,
    complaint: Option<JoinHandle<String>>,
}

impl Running {
    fn start(name: &'static str, mut command: Command) -> Result<Running, String> {
        let mut child = command.stderr(Stdio::piped()).spawn().map_err(|error| {
            format!(
                "{name}: {error}；请安装 PostgreSQL 客户端，或用 XIANFENG_PG_BIN 指明其所在文件夹 ({name} is needed)"
            )
        })?;
        let mut from = child.stderr.take().expect("the error output is piped");
        // read beside, so that a tool that says much does not wait for us while we wait for it
        let complaint = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = from.read_to_string(&mut text);
            text.chars().skip(text.chars().count().saturating_sub(COMPLAINT)).collect()
        });
        Ok(Running { name, child, complaint: Some(complaint) })
    }

    /// Waits for the tool to end.
    fn finish(&mut self) -> Result<(), String> {
        let status = self.child.wait().map_err(|error| format!("{}: {error}", self.name))?;
        let complaint = self.complaint.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        if status.success() { Ok(()) } else { Err(format!("{} failed: {}", self.name, complaint.trim())) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.complaint.is_some() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// A dump under way.
pub struct Dump {
    running: Running,
    output: ChildStdout,
}

impl Dump {
    /// Begins to dump the database of `url` as the snapshot sees it.
    pub fn start(folder: Option<&Path>, url: &str, snapshot: &str) -> Result<Dump, String> {
        let mut command = tool(folder, "pg_dump");
        command.arg("--format=custom").arg(format!("--snapshot={snapshot}"));
        point_at(&mut command, url);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut running = Running::start("pg_dump", command)?;
        let output = running.child.stdout.take().expect("the output is piped");
        Ok(Dump { running, output })
    }

    /// What the dump consists of.
    pub fn output(&mut self) -> &mut ChildStdout {
        &mut self.output
    }

    /// Says whether the dump is whole.
    pub fn finish(mut self) -> Result<(), String> {
        // anyone who stopped reading must not leave it waiting
        drop(self.output);
        self.running.finish()
    }
}

/// A tool that reads a dump.
pub struct Reader {
    running: Running,
    input: Option<ChildStdin>,
}

impl Reader {
    /// Looks through a dump without a database.
    pub fn check(folder: Option<&Path>) -> Result<Reader, String> {
        let mut command = tool(folder, "pg_restore");
        command.arg("--list").stdout(Stdio::null());
        Reader::start(command)
    }

    /// Puts a dump into the empty database of `url`, all of it or nothing. Everything belongs to anyone who restores;
    /// who else may do what is for `migrate` and the operator to say again.
    pub fn restore(folder: Option<&Path>, url: &str) -> Result<Reader, String> {
        let mut command = tool(folder, "pg_restore");
        command.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]);
        point_at(&mut command, url);
        command.stdout(Stdio::null());
        Reader::start(command)
    }

    fn start(mut command: Command) -> Result<Reader, String> {
        command.stdin(Stdio::piped());
        let mut running = Running::start("pg_restore", command)?;
        let input = running.child.stdin.take();
        Ok(Reader { running, input })
    }

    /// Waits for the tool to have taken everything.
    pub fn finish(mut self) -> Result<(), String> {
        self.input = None;
        self.running.finish()
    }
}

/// Takes the dump. A tool that has seen enough closes its input, which is no fault: its end says whether all was well.
impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let Some(input) = &mut self.input else { return Ok(bytes.len()) };
        match input.write(bytes) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                self.input = None;
                Ok(bytes.len())
            }
            outcome => outcome,
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_is_taken_out_of_the_address() {
        for (url, bare, password) in [
            ("postgres://a:p%40ss@db:5432/x?sslmode=require", "postgres://a@db:5432/x?sslmode=require", Some("p@ss")),
            ("postgres://a@db/x", "postgres://a@db/x", None),
            ("postgres:///x?host=/run", "postgres:///x?host=/run", None),
        ] {
            assert_eq!(without_password(url), (bare.to_owned(), password.map(str::to_owned)), "{url}");
        }
    }
}
