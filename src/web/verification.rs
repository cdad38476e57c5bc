//! Files by which WeCom and WeChat verify that a domain is the enterprise's: `WW_verify_….txt`, `MP_verify_….txt` and the like,
//! served at `/` from a folder that the operator names.

use std::path::PathBuf;

use actix_web::HttpResponse;
use actix_web::web::{self, Data};

use super::body::Path;
use super::error::Problem;

/// A verification file holds a short line of text.
const MOST_BYTES: u64 = 4_096;

struct Folder(PathBuf);

/// The route of the files in `folder`.
pub fn routes(cfg: &mut web::ServiceConfig, folder: PathBuf) {
    cfg.app_data(Data::new(Folder(folder))).route("/{name:[A-Za-z0-9_-]{4,80}}.txt", web::get().to(verification_file));
}

async fn verification_file(folder: Data<Folder>, name: Path<String>) -> Result<HttpResponse, Problem> {
    // the route lets only letters, digits, - and _ through
    let file = folder.0.join(format!("{}.txt", *name));
    let is_small = std::fs::metadata(&file).is_ok_and(|found| found.is_file() && found.len() <= MOST_BYTES);
    let text = is_small.then(|| std::fs::read_to_string(&file).ok()).flatten();
    let text = text.ok_or_else(|| Problem::not_found("route.not_found", "没有这个页面"))?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text))
}
