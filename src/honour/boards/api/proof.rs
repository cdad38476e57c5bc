//! The proof of a closed period as a file.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, get, web};
use futures_util::TryStreamExt;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::base::capability::Capability;
use crate::base::time::{Day, Period};
use crate::honour::boards::BoardRoom;
use crate::honour::boards::proof::{Line, Part};
use crate::honour::points::Points;
use crate::web::caller::Member;
use crate::web::sheet::disposition;
use crate::web::{Problem, Query};

/// What the file holds.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ProofPart {
    /// Every rule and every entry, for auditors.
    Entries,
    /// What branches came to, for everybody.
    Branches,
}

/// Which period is proved.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ProofQuery {
    /// `month` when absent.
    period: Option<Period>,
    /// A day of the period; the newest closed one when absent.
    day: Option<Day>,
    /// When absent, `entries` for auditors, `branches` for everybody else.
    #[param(inline)]
    part: Option<ProofPart>,
}

/// 积分核验文件
///
/// By what anybody arrives at the boards of a closed period: for auditors every rule in every version and every entry of
/// the ledger, for everybody else what the branches came to. One JSON object on each line, from an `opening` to an
/// `ending`. `docs/recompute_points.py` and `xianfeng verify-points` compute the boards from it and say whether they are as
/// published.
#[utoipa::path(tag = "boards", params(ProofQuery),
    responses((status = 200, description = "The file", content_type = "application/x-ndjson", body = Vec<u8>)))]
#[get("/exports/points-proof")]
pub(super) async fn export_points_proof(
    me: Member,
    query: Query<ProofQuery>,
    room: web::Data<BoardRoom>,
    points: web::Data<Points>,
) -> Result<HttpResponse, Problem> {
    let audits = me.reach_of(Capability::Audit).map_err(Problem::from);
    let part = match query.part {
        Some(ProofPart::Branches) => Part::Branches,
        None if audits.is_err() => Part::Branches,
        Some(ProofPart::Entries) | None => audits.map(|_| Part::Entries)?,
    };
    let period = query.period.unwrap_or(Period::Month);
    let proof = room.prove(&points, part, (period, query.day)).await?;
    let name = format!("积分核验-{period}-{}.ndjson", proof.from());
    let body = room.lines_of(proof).map_ok(|lines| Bytes::from(lines.iter().flat_map(written).collect::<Vec<u8>>()));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/x-ndjson"))
        .insert_header((CONTENT_DISPOSITION, disposition("attachment", &name)))
        .streaming(body.inspect_err(|error| tracing::error!(%error, "a proof of points broke off"))))
}

/// A line of the file.
fn written(line: &Line) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(line).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
