//! The page to try the API out: Swagger UI out of the binary, under its own name and in the language of who reads it.

use actix_web::HttpResponse;
use actix_web::web::Data;
use utoipa_swagger_ui::Config;

use super::body::Path;
use super::error::Problem;

/// What the page is called as it comes, and as it is sent.
const RENAMED: [(&str, &str); 2] = [
    ("<html lang=\"en\">", "<html lang=\"zh-CN\">"),
    (
        "<title>Swagger UI</title>",
        "<title>先锋 接口文档</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
    ),
];

/// The page of the document at `url`.
pub fn config(url: &'static str) -> Config<'static> {
    Config::from(url)
}

/// Answers with one of the page's files; the page itself where none is named.
pub async fn show(file: Path<String>, config: Data<Config<'static>>) -> Result<HttpResponse, Problem> {
    let found = utoipa_swagger_ui::serve(&file, config.into_inner());
    let found = found.map_err(|error| Problem::internal(error.to_string()))?;
    let Some(found) = found else { return Err(Problem::not_found("route.not_found", "没有这个页面")) };
    let is_page = file.is_empty() || *file == "index.html";
    let mut answer = HttpResponse::Ok();
    answer.content_type(found.content_type);
    match std::str::from_utf8(&found.bytes) {
        Ok(text) if is_page => Ok(answer.body(RENAMED.iter().fold(text.to_owned(), |text, (a, b)| text.replace(a, b)))),
        _ => Ok(answer.body(found.bytes.into_owned())),
    }
}
