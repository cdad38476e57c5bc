//! What ideas may be about.

use actix_web::{get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::text::Text;
use crate::db::Db;
use crate::doing::ideas::Ideas;
use crate::doing::ideas::categories::CATEGORIES;
use crate::web::caller::{ContentManager, Member};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::{Body, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_idea_categories).service(set_idea_categories);
}

/// What ideas may be about.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Categories {
    /// In the order in which they are offered; 1 to 50, none twice.
    names: Vec<Text<20>>,
}

/// 金点子类别
///
/// What ideas may be about.
#[utoipa::path(tag = "ideas", responses((status = 200, description = "The categories", body = Categories),
    (status = 304, description = "Not changed since the given ETag")))]
#[get("/ideas/categories")]
async fn list_idea_categories(
    _caller: Member,
    db: web::Data<Db>,
    ideas: web::Data<Ideas>,
) -> Result<Versioned<Categories>, Problem> {
    let version = CATEGORIES.present(&db).await?;
    Ok(Versioned(categories(ideas.categories().await?), version))
}

fn categories(names: Vec<String>) -> Categories {
    Categories { names: names.iter().filter_map(|name| Text::new(name).ok()).collect() }
}

/// 设置金点子类别
///
/// Puts other categories in the place of the present ones; ideas keep theirs.
#[utoipa::path(tag = "ideas", request_body = Categories,
    params(("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409")),
    responses((status = 200, description = "The categories", body = Categories)))]
#[put("/ideas/categories")]
async fn set_idea_categories(
    manager: ContentManager,
    IfMatch(seen): IfMatch,
    ideas: web::Data<Ideas>,
    body: Body<Categories>,
) -> Result<web::Json<Categories>, Problem> {
    let names = body.into_inner().names.into_iter().map(Text::into_string).collect();
    Ok(web::Json(categories(ideas.set_categories(manager.member, seen, names).await?)))
}
