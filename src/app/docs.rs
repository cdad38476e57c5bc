//! The API document, made from the code, and the page to try it out.

use std::sync::LazyLock;

use actix_web::App as ActixApp;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, Data};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;

use super::routes;
use crate::web::manual;
use crate::web::openapi::CommonGround;

/// The API document and the page to try it out, both served from the binary.
pub(super) fn docs(cfg: &mut web::ServiceConfig) {
    cfg.app_data(Data::new(manual::config("/openapi.json")))
        .route("/openapi.json", web::get().to(openapi_json))
        .route("/docs", web::get().to(docs_with_slash))
        .route("/docs/{file:.*}", web::get().to(manual::show));
}

/// Anyone who types the address leaves the slash out; the page finds its parts only below it.
async fn docs_with_slash() -> actix_web::HttpResponse {
    // relative, for a proxy that serves us below a path of its own
    actix_web::HttpResponse::PermanentRedirect().insert_header((LOCATION, "docs/")).finish()
}

async fn openapi_json() -> actix_web::HttpResponse {
    static TEXT: LazyLock<String> = LazyLock::new(|| openapi().to_json().unwrap_or_default());
    actix_web::HttpResponse::Ok().content_type("application/json").body(TEXT.as_str())
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Xianfeng 先锋",
        description = "The mobile backend that carries an enterprise's year of Party-building work.",
        license(name = "MIT", identifier = "MIT"),
    ),
    components(schemas(crate::web::error::ProblemBody<'static>, crate::web::FieldError)),
    modifiers(&CommonGround)
)]
struct Document;

/// The API document, made from the code: once, since it is large and every worker asks for it.
pub fn openapi() -> &'static utoipa::openapi::OpenApi {
    static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(|| {
        let (_, mut document) =
            ActixApp::new().into_utoipa_app().openapi(Document::openapi()).configure(routes).split_for_parts();
        utoipa::Modify::modify(&CommonGround, &mut document);
        document
    });
    &DOCUMENT
}
