//! The app in the hand and the console: files that lie in the program, under `/m/` and `/console/`.
//!
//! A release has them inside, with what brotli and gzip make of them; a debug build reads the folder `web/dist`, or the one
//! that `XIANFENG_WEB_DIST` names, so that anyone who works on the pages sees what he has just built. Files under `assets/`
//! bear a hash in their names and are kept for a year; the entry pages are asked for again each time. What is not there is
//! 404, never the entry page: a page of an older release learns so that its parts are gone, and begins anew.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderValue, LOCATION, VARY,
};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};

use super::body::Path;
use super::error::Problem;
use super::etag::knows;
use super::headers::page;

/// What is served here and can be read only, for anyone who asks by another method.
pub const PATHS: [&str; 5] = ["/", "/m", "/m/{tail}*", "/console", "/console/{tail}*"];

/// What the pages may do: their own scripts, styles and pictures, and questions to their own server.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; \
     base-uri 'none'",
);

/// Kept, and asked for again.
const CHECKED: HeaderValue = HeaderValue::from_static("no-cache");
/// Never another content under this name.
const FOR_A_YEAR: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The entry page of a folder.
const ENTRY: &str = "index.html";

/// The routes of the pages; `/` sends a browser to them, unless something else is there.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/", web::get().to(|| see("m/")))
        .route("/m", web::get().to(|| see("m/")))
        .route("/m/{file:.*}", web::get().to(app_file))
        .route("/console", web::get().to(|| see("console/")))
        .route("/console/{file:.*}", web::get().to(console_file));
}

/// Relative, for a proxy that serves us below a path of its own.
async fn see(place: &'static str) -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, place)).insert_header((CACHE_CONTROL, CHECKED)).finish()
}

async fn app_file(req: HttpRequest, file: Path<String>) -> Result<HttpResponse, Problem> {
    answer(&req, "m", &file)
}

async fn console_file(req: HttpRequest, file: Path<String>) -> Result<HttpResponse, Problem> {
    if file.is_empty() && find("console/index.html").is_none() {
        return Ok(page(StatusCode::OK, CONSOLE_FOLLOWS.to_owned()));
    }
    answer(&req, "console", &file)
}

/// In the place of the console, until there is one.
const CONSOLE_FOLLOWS: &str = "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>先锋 管理台</title></head>\
    <body><p>管理台将在后续版本中提供。</p><p><a href=\"../m/\">打开手机应用</a></p></body></html>";

fn answer(req: &HttpRequest, folder: &str, file: &str) -> Result<HttpResponse, Problem> {
    let file = if file.is_empty() { ENTRY } else { file };
    let found =
        find(&format!("{folder}/{file}")).ok_or_else(|| Problem::not_found("route.not_found", "没有这个页面"))?;
    let tag = format!("W/\"{}\"", found.hash);
    let kept = if file.starts_with("assets/") { FOR_A_YEAR } else { CHECKED };
    let known = knows(req.headers(), &tag);
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, kept)).insert_header((VARY, "accept-encoding"));
    if found.kind.starts_with("text/html") {
        response.insert_header((CONTENT_SECURITY_POLICY, POLICY));
    }
    if known {
        return Ok(response.finish());
    }
    response.insert_header((CONTENT_TYPE, found.kind));
    let packed = [("br", found.brotli), ("gzip", found.gzip)];
    let packed =
        packed.into_iter().find_map(|(name, bytes)| Some((name, bytes?)).filter(|_| takes(req.headers(), name)));
    Ok(match packed {
        Some((name, bytes)) => response.insert_header((CONTENT_ENCODING, name)).body(bytes),
        None => response.body(found.bytes),
    })
}

/// Whether the client takes answers that are packed so.
fn takes(headers: &HeaderMap, packing: &str) -> bool {
    let lines = headers.get_all(ACCEPT_ENCODING).filter_map(|line| line.to_str().ok());
    let mut named = lines.flat_map(|line| line.split(',')).map(|each| {
        let mut parts = each.split(';').map(str::trim);
        (parts.next().unwrap_or_default().to_ascii_lowercase(), parts.any(is_zero))
    });
    named.any(|(name, refused)| name == packing && !refused)
}

/// Whether that is a quality of nothing: `q=0`, `q=0.0` …
fn is_zero(part: &str) -> bool {
    part.strip_prefix("q=").and_then(|quality| quality.parse::<f32>().ok()).is_some_and(|quality| quality <= 0.0)
}

/// A file as it is sent.
struct Found {
    bytes: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    hash: String,
    kind: &'static str,
}

/// The media type by how a name ends; what is not listed is bytes.
fn kind_of(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(not(debug_assertions))]
fn find(name: &str) -> Option<Found> {
    use rust_embed_for_web::{EmbedableFile, RustEmbed};

    #[derive(RustEmbed)]
    #[folder = "web/dist"]
    struct Dist;

    let file = Dist::get(name)?;
    Some(Found {
        bytes: Bytes::from_static(file.data()),
        brotli: file.data_br().map(Bytes::from_static),
        gzip: file.data_gzip().map(Bytes::from_static),
        hash: file.hash().to_owned(),
        kind: kind_of(name),
    })
}

#[cfg(debug_assertions)]
fn find(name: &str) -> Option<Found> {
    use std::hash::{DefaultHasher, Hasher};
    use std::path::{Component, Path, PathBuf};

    let folder = std::env::var_os("XIANFENG_WEB_DIST")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("web/dist"), PathBuf::from);
    let stays_within = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    let bytes = std::fs::read(folder.join(name)).ok().filter(|_| stays_within)?;
    let mut hasher = DefaultHasher::new();
    hasher.write(&bytes);
    let hash = format!("{:016x}", hasher.finish());
    Some(Found { bytes: bytes.into(), brotli: None, gzip: None, hash, kind: kind_of(name) })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_client_has_what_it_says_it_takes() {
        let takes_of = |accepted: &str, packing: &str| {
            let req = TestRequest::default().insert_header((ACCEPT_ENCODING, accepted)).to_http_request();
            takes(req.headers(), packing)
        };
        assert!(takes_of("gzip, deflate, br", "br") && takes_of("BR;q=0.5", "br"));
        assert!(!takes_of("gzip, br;q=0", "br") && !takes_of("br;q=0.0", "br") && !takes_of("identity", "br"));
    }

    #[test]
    fn nothing_beside_the_folder_is_found() {
        assert!(find("m/index.html").is_some());
        for elsewhere in ["../Cargo.toml", "m/../../dist/m/index.html", "/etc/passwd", "m/none.js", "m"] {
            assert!(find(elsewhere).is_none(), "{elsewhere}");
        }
    }
}
