//! The API document, made from the code, and the page to try it out.

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
    let document = openapi();
    let text = Data::new(OpenApiText(document.to_json().unwrap_or_default()));
    cfg.app_data(text)
        .app_data(Data::new(manual::config("/openapi.json")))
        .route("/openapi.json", web::get().to(openapi_json))
        .route("/docs", web::get().to(docs_with_slash))
        .route("/docs/{file:.*}", web::get().to(manual::show));
}

/// Anyone who types the address leaves the slash out; the page finds its parts only below it.
async fn docs_with_slash() -> actix_web::HttpResponse {
    // relative, for a proxy that serves us below a path of its own
    actix_web::HttpResponse::PermanentRedirect().insert_header((LOCATION, "docs/")).finish()
}

struct OpenApiText(String);

async fn openapi_json(text: Data<OpenApiText>) -> actix_web::HttpResponse {
    actix_web::HttpResponse::Ok().content_type("application/json").body(text.0.clone())
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

/// The API document, made from the code.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let (_, mut document) =
        ActixApp::new().into_utoipa_app().openapi(Document::openapi()).configure(routes).split_for_parts();
    utoipa::Modify::modify(&CommonGround, &mut document);
    document
}
