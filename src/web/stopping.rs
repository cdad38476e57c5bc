//! That this process is about to stop, told to clients and balancers a moment before it does.
//!
//! A server that simply closes its connections meets requests that are on their way on them, and their senders cannot
//! know whether they were heard. So at first new connections are refused, which every client and proxy understands, and
//! for a second every answer on those that are open asks the client to close; only then does the server close the rest.

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::ServiceResponse;
use actix_web::http::ConnectionType;
use actix_web::web::Data;

/// How long clients have to hear of it.
pub const NOTICE: Duration = Duration::from_secs(1);

/// Shared by all workers of the process.
#[derive(Debug, Default)]
pub struct Stopping(AtomicBool);

impl Stopping {
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Makes the system refuse connections to a paused server at once, instead of keeping them for nobody.
pub fn refuse_connections(door: TcpListener) {
    #[cfg(unix)]
    {
        // the listening socket is the server's as well, so closing this handle alone would not end it
        let socket = std::net::TcpStream::from(std::os::fd::OwnedFd::from(door));
        if let Err(error) = socket.shutdown(std::net::Shutdown::Both) {
            tracing::debug!(%error, "the system goes on taking connections until the end");
        }
    }
    #[cfg(not(unix))]
    drop(door);
}

/// Asks the client to leave with this answer, if the process is about to stop.
pub(super) fn tell<B>(response: &mut ServiceResponse<B>) {
    if response.request().app_data::<Data<Stopping>>().is_some_and(|stopping| stopping.has_begun()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
}
