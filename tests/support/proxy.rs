//! A way to a database that a test can cut: a TCP proxy with two kinds of outage.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Open,
    /// Connections end, new ones are refused: the server's process is gone.
    Refusing,
    /// Connections are accepted and kept, and nothing ever comes back: the network swallows everything. A connection
    /// that met such a silence stays silent when the way is open again.
    Silent,
}

/// A proxy in front of one server.
pub struct Proxy {
    pub address: SocketAddr,
    way: Arc<watch::Sender<Way>>,
}

impl Proxy {
    /// A proxy in front of the server that `url` names; the way is open.
    pub async fn to(url: &str) -> Proxy {
        let host = host(url).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let way = Arc::new(watch::channel(Way::Open).0);
        tokio::spawn(listen(listener, address, host, way.subscribe()));
        Proxy { address, way }
    }

    /// `url` with this proxy in place of its server.
    pub fn instead_of(&self, url: &str) -> String {
        url.replacen(host(url), &self.address.to_string(), 1)
    }

    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

/// The `host:port` of a URL.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").expect("a URL has a scheme").1;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

async fn listen(listener: TcpListener, address: SocketAddr, host: String, mut way: watch::Receiver<Way>) {
    let mut listener = Some(listener);
    loop {
        let now = *way.borrow_and_update();
        if now == Way::Refusing {
            listener = None;
        } else if listener.is_none() {
            listener = Some(TcpListener::bind(address).await.unwrap());
        }
        let accepting = async {
            match &listener {
                Some(listener) => listener.accept().await.unwrap().0,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            client = accepting => drop(tokio::spawn(carry(client, host.clone(), way.clone()))),
            changed = way.changed() => if changed.is_err() { return },
        }
    }
}

/// Carries bytes both ways until either side ends or the way is cut.
async fn carry(client: TcpStream, host: String, mut way: watch::Receiver<Way>) {
    if *way.borrow_and_update() == Way::Open {
        let Ok(server) = TcpStream::connect(&host).await else { return };
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::select! {
            () = pour(from_client, to_server, way.clone()) => {}
            () = pour(from_server, to_client, way.clone()) => {}
            _ = way.wait_for(|way| *way == Way::Refusing) => {}
        }
    } else {
        let _ = way.wait_for(|way| *way == Way::Refusing).await;
    }
}

async fn pour(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut way: watch::Receiver<Way>) {
    let mut buffer = vec![0; 16 * 1024];
    let silence = async {
        let _ = way.wait_for(|way| *way == Way::Silent).await;
    };
    tokio::pin!(silence);
    loop {
        tokio::select! {
            biased;
            () = &mut silence => return swallow(from).await,
            read = from.read(&mut buffer) => match read {
                Ok(read @ 1..) if to.write_all(&buffer[..read]).await.is_ok() => {}
                _ => return,
            },
        }
    }
}

/// Takes in what comes for ever: in a silent network not even a farewell comes through.
async fn swallow(mut from: impl AsyncRead + Unpin) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(1..) = from.read(&mut buffer).await {}
    std::future::pending().await
}
