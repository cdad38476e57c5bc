//! What ideas may be about.

use actix_web::{get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::text::Text;
use crate::doing::ideas::Ideas;
use crate::web::caller::{ContentManager, Member};
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
#[utoipa::path(tag = "ideas", responses((status = 200, description = "The categories", body = Categories)))]
#[get("/ideas/categories")]
async fn list_idea_categories(_caller: Member, ideas: web::Data<Ideas>) -> Result<web::Json<Categories>, Problem> {
    Ok(web::Json(categories(ideas.categories().await?)))
}

fn categories(names: Vec<String>) -> Categories {
    Categories { names: names.iter().filter_map(|name| Text::new(name).ok()).collect() }
}

/// 设置金点子类别
///
/// Puts other categories in the place of the present ones; ideas keep theirs.
#[utoipa::path(tag = "ideas", request_body = Categories,
    responses((status = 200, description = "The categories", body = Categories)))]
#[put("/ideas/categories")]
async fn set_idea_categories(
    manager: ContentManager,
    ideas: web::Data<Ideas>,
    body: Body<Categories>,
) -> Result<web::Json<Categories>, Problem> {
    let names = body.into_inner().names.into_iter().map(Text::into_string).collect();
    Ok(web::Json(categories(ideas.set_categories(manager.member, names).await?)))
}
