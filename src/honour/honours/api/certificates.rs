//! Certificates: printed, and checked by strangers; the list for a ceremony.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::paper;
use crate::base::id::UnitId;
use crate::base::network::Network;
use crate::base::time::Day;
use crate::honour::honours::Honours;
use crate::honour::honours::model::{AwardId, HonourHolderKind, HonourLevel};
use crate::honour::honours::rules::Refusal;
use crate::web::caller::{HonourRecommender, Member};
use crate::web::{Path, Problem, Query, limits};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_certificate).service(get_honour_certificate).service(get_ceremony);
}

crate::words!(
    /// Whether what a certificate says still holds.
    CertificateState {
        Valid = "valid" / "有效",
        Withdrawn = "withdrawn" / "已撤销",
    }
);

/// What a stranger is told of a certificate: what is printed on it, with the name masked.
#[derive(Serialize, ToSchema)]
struct Certificate {
    /// As it is printed.
    code: String,
    state: CertificateState,
    /// As it was given.
    title: String,
    /// The year that it is for.
    year: i32,
    level: HonourLevel,
    /// Who gave it.
    issuer: String,
    awarded_on: Day,
    holder_kind: HonourHolderKind,
    /// Of members the surname and stars.
    name: String,
    /// What the holder's unit is called.
    unit_name: String,
}

/// 查验证书
///
/// What the certificate with a code says: title, year, unit and a masked name. For anybody, without signing in; whoever
/// tries many codes that are none waits.
#[utoipa::path(tag = "honours", security(()), params(("code" = String, Path, description = "The code as it is printed, with or without its dashes")),
    responses((status = 200, description = "The certificate", body = Certificate)))]
#[get("/certificates/{code}")]
async fn get_certificate(
    req: HttpRequest,
    code: Path<String>,
    room: web::Data<Honours>,
) -> Result<web::Json<Certificate>, Problem> {
    limits::address(&req)?;
    let network = Network::of(limits::client_address(&req));
    let checked = room.check_certificate(network, &code).await?;
    let (award, withdrawn, _) = checked.awarded;
    let state = if withdrawn.is_some() { CertificateState::Withdrawn } else { CertificateState::Valid };
    Ok(web::Json(Certificate {
        code: award.code,
        state,
        title: award.title,
        year: award.year,
        level: award.level,
        issuer: award.issuer,
        awarded_on: award.awarded_on,
        holder_kind: award.holder_kind,
        name: checked.name,
        unit_name: checked.unit,
    }))
}

/// 打印证书或奖牌
///
/// A page for A4: a certificate for members, a plaque for units, posts, zones and brands, with the code by which anybody
/// checks it.
#[utoipa::path(tag = "honours", params(("id" = AwardId, Path, description = "The honour")),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/honours/{id}/certificate")]
async fn get_honour_certificate(
    _caller: Member,
    id: Path<AwardId>,
    req: HttpRequest,
    room: web::Data<Honours>,
) -> Result<HttpResponse, Problem> {
    let awarded = room.award(*id).await?;
    if awarded.1.is_some() {
        return Err(Refusal::Withdrawn.into());
    }
    let name = room.holder_name(&awarded);
    let unit = room.directory.unit_name(awarded.0.unit_id);
    let address = format!("{}/m/#/certificates/{}", limits::own_address(&req), awarded.0.code);
    Ok(html(paper::certificate(&awarded.0, (&name, &unit), &address)))
}

/// Which ceremony.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CeremonyQuery {
    /// Of this unit and below; everything within reach when absent.
    unit_id: Option<UnitId>,
}

/// 表彰大会名单
///
/// A page for A4 with what is handed out for a year, from the highest level down: who is honoured, by which document.
#[utoipa::path(tag = "honours", params(("year" = i32, Path, description = "The year"), CeremonyQuery),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
#[get("/ceremonies/{year}")]
async fn get_ceremony(
    recommender: HonourRecommender,
    year: Path<i32>,
    query: Query<CeremonyQuery>,
    room: web::Data<Honours>,
) -> Result<HttpResponse, Problem> {
    let awards = room.ceremony(&recommender.reach, query.unit_id, *year).await?;
    let lines = awards.iter().map(|awarded| {
        let unit = room.directory.unit_name(awarded.0.unit_id);
        (&awarded.0, room.holder_name(awarded), unit)
    });
    Ok(html(paper::ceremony(*year, &lines.collect::<Vec<_>>())))
}

fn html(page: String) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/html; charset=utf-8")).body(page)
}
