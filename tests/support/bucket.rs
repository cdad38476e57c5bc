//! A bucket that a test can look into: as much of S3 as the blob store uses, over real HTTP. It believes every signature, but
//! wants one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, ETAG, LAST_MODIFIED};
use actix_web::web::{Bytes, Data, PayloadConfig, to};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};

/// The name of the bucket, and who may use it.
pub const BUCKET: &str = "party";
pub const ACCESS_KEY: &str = "test-key";

const DATE: &str = "Wed, 01 Jul 2026 00:00:00 GMT";

#[derive(Default)]
struct Content {
    objects: BTreeMap<String, Bytes>,
    /// What every request is answered with while it is set.
    failing: Option<u16>,
    /// Whether it says that it keeps former versions.
    versioned: bool,
    requests: Vec<String>,
}

/// A running bucket.
pub struct Bucket {
    pub url: String,
    content: Arc<Mutex<Content>>,
}

impl Bucket {
    pub fn start() -> Bucket {
        let content = Arc::new(Mutex::new(Content::default()));
        let shared = Data::from(content.clone());
        let server = HttpServer::new(move || {
            App::new().app_data(shared.clone()).app_data(PayloadConfig::new(64 << 20)).default_service(to(answer))
        });
        let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        tokio::spawn(server.run());
        Bucket { url, content }
    }

    /// The keys in the bucket.
    pub fn keys(&self) -> Vec<String> {
        self.content.lock().unwrap().objects.keys().cloned().collect()
    }

    pub fn put(&self, key: &str, bytes: &'static [u8]) {
        self.content.lock().unwrap().objects.insert(key.to_owned(), Bytes::from_static(bytes));
    }

    /// Answers everything with this status from now on; as it should with `None`.
    pub fn fail(&self, status: Option<u16>) {
        self.content.lock().unwrap().failing = status;
    }

    /// Says from now on that it keeps former versions of its objects.
    pub fn keep_versions(&self) {
        self.content.lock().unwrap().versioned = true;
    }

    /// Methods and paths of what was asked.
    pub fn requests(&self) -> Vec<String> {
        self.content.lock().unwrap().requests.clone()
    }
}

async fn answer(request: HttpRequest, body: Bytes, content: Data<Mutex<Content>>) -> HttpResponse {
    let mut content = content.lock().unwrap();
    content.requests.push(format!("{} {}", request.method(), request.path()));
    if let Some(status) = content.failing {
        return refuse(status, "InternalError");
    }
    let signed = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !signed.starts_with(&format!("AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/")) {
        return refuse(403, "SignatureDoesNotMatch");
    }
    let path = request.path().trim_start_matches('/');
    let Some((BUCKET, key)) = path.split_once('/').or(Some((path, ""))) else { return refuse(404, "NoSuchBucket") };
    match (request.method().as_str(), key) {
        ("GET", "") => list(&content.objects, request.query_string()),
        ("GET" | "HEAD", key) => match content.objects.get(key) {
            Some(bytes) => HttpResponse::Ok()
                .insert_header((ETAG, "\"x\""))
                .insert_header((LAST_MODIFIED, DATE))
                .body(bytes.clone()),
            None => refuse(404, "NoSuchKey"),
        },
        ("PUT", key) => {
            content.objects.insert(key.to_owned(), body);
            let mut done = HttpResponse::Ok();
            if content.versioned {
                done.insert_header(("x-amz-version-id", "3sL4kqtJlcpXroDTDmJ"));
            }
            done.insert_header((ETAG, "\"x\"")).finish()
        }
        ("DELETE", key) => {
            content.objects.remove(key);
            HttpResponse::NoContent().finish()
        }
        _ => refuse(405, "MethodNotAllowed"),
    }
}

fn list(objects: &BTreeMap<String, Bytes>, query: &str) -> HttpResponse {
    let prefix = query.split('&').find_map(|part| part.strip_prefix("prefix=")).unwrap_or_default().replace("%2F", "/");
    let found = objects.iter().filter(|(key, _)| key.starts_with(&prefix)).map(|(key, bytes)| {
        let size = bytes.len();
        format!(
            "<Contents><Key>{key}</Key><Size>{size}</Size><LastModified>2026-07-01T00:00:00Z</LastModified></Contents>"
        )
    });
    let found: String = found.collect();
    HttpResponse::Ok().content_type("application/xml").body(format!("<ListBucketResult>{found}</ListBucketResult>"))
}

fn refuse(status: u16, code: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::from_u16(status).unwrap())
        .content_type("application/xml")
        .body(format!("<Error><Code>{code}</Code><Message>no</Message></Error>"))
}
