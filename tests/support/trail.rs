//! Holds what requests leave in the trail against the table of `tests/trail.rs`: every answer that a test gets to a
//! privileged change must have left one of the lines that stand there.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Reply;
use super::document::Operation;
use crate::trail::LINES;

/// What the program writes where the room of a request wrote nothing, since there was nothing to do: of a request that
/// came twice, for example.
const NOTHING_MORE: &str = "access.use";

/// Whether somebody needs a duty for it, and it changes something or hands out a file.
pub fn leaves_line(method: &str, path: &str, operation: &Value) -> bool {
    operation["x-duties"].is_array() && (method != "GET" || path.starts_with("/api/v1/exports/"))
}

/// The lines that debug builds say a request has left.
pub fn lines_of(reply: &Reply) -> BTreeSet<String> {
    let lines = reply.header("x-trail").unwrap_or_default().split(',');
    lines.filter(|line| !line.is_empty() && *line != NOTHING_MORE).map(str::to_owned).collect()
}

/// Panics when a privileged act left no line, or another one than the table says.
#[track_caller]
pub fn check(operation: &Operation, reply: &Reply) {
    if !operation.leaves_line || reply.status >= 300 || std::env::var_os("XIANFENG_OBSERVE").is_some() {
        return;
    }
    let said = LINES.iter().find(|(route, _)| *route == operation.name).map_or(&[][..], |(_, lines)| lines);
    let lines = lines_of(reply);
    let is_noted = reply.header("x-trail").is_some_and(|lines| !lines.is_empty());
    let stranger = lines.iter().find(|line| !said.contains(&line.as_str()));
    assert!(is_noted, "{} left no line in the trail", operation.name);
    assert!(stranger.is_none(), "{} left {stranger:?}: LINES of tests/trail.rs", operation.name);
}
