//! A member's own second factor, and its codes.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::person::Withholding;
use crate::base::qr;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::people::second_factors::actions::SecondFactors;
use crate::people::second_factors::model::Given;
use crate::people::sessions::FactorPolicy;
use crate::web::caller::Member;
use crate::web::{Body, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_my_second_factor)
        .service(begin_second_factor)
        .service(confirm_second_factor)
        .service(renew_recovery_codes)
        .service(remove_second_factor)
        .service(give_second_factor);
}

/// How the caller's second factor stands.
#[derive(Serialize, ToSchema)]
#[schema(as = SecondFactor)]
struct SecondFactorView {
    /// Whether the enterprise asks for codes.
    policy: FactorPolicy,
    /// Whether the caller may enrol one: holders of privileged duties may.
    may_enrol: bool,
    /// Since when the caller has one; absent without.
    enrolled_at: Option<Timestamp>,
    /// How many recovery codes were not used.
    recovery_codes_left: usize,
    /// What the caller's privileged duties wait for; absent while they allow everything.
    withheld_because: Option<Withholding>,
    /// When a code was last given in this session.
    given_at: Option<Timestamp>,
    /// For so many minutes after that, acts of two people and exports of personal data ask for none.
    minutes: i64,
}

/// 我的动态口令
///
/// Whether the caller has a second factor, and what waits for a code of it.
#[utoipa::path(tag = "second_factors",
    responses((status = 200, description = "How it stands", body = SecondFactorView)))]
#[get("/me/second-factor")]
async fn get_my_second_factor(
    caller: Member,
    factors: web::Data<SecondFactors>,
) -> Result<web::Json<SecondFactorView>, Problem> {
    let standing = factors.standing(caller.member, caller.session).await?;
    Ok(web::Json(SecondFactorView {
        policy: factors.terms.policy(),
        may_enrol: standing.may_enrol,
        enrolled_at: standing.enrolled_at,
        recovery_codes_left: standing.recovery_codes_left,
        withheld_because: caller.withheld_because,
        given_at: standing.given_at,
        minutes: factors.terms.minutes(),
    }))
}

/// What an authenticator is set up with; told once.
#[derive(Serialize, ToSchema)]
struct SecondFactorEnrolment {
    /// For typing by hand, in base32.
    secret: String,
    /// What the picture says: an `otpauth` address.
    uri: String,
    /// The picture, as SVG, for an authenticator to read.
    qr_svg: String,
}

/// 启用动态口令
///
/// Begins to enrol a second factor: give the secret to an authenticator on a phone, then confirm it with a first code within
/// the hour. Again it begins anew with another secret. For holders of privileged duties.
#[utoipa::path(tag = "second_factors",
    responses((status = 201, description = "Begun", body = SecondFactorEnrolment)))]
#[post("/me/second-factor")]
async fn begin_second_factor(caller: Member, factors: web::Data<SecondFactors>) -> Result<HttpResponse, Problem> {
    let begun = factors.begin(caller.member).await?;
    let qr_svg = qr::svg(&begun.address).ok_or_else(|| Problem::internal("the address fits no picture"))?;
    let enrolment = SecondFactorEnrolment { secret: begun.secret, uri: begun.address, qr_svg };
    Ok(HttpResponse::Created().insert_header((LOCATION, "/api/v1/me/second-factor")).json(enrolment))
}

/// A code of the second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeBody {
    /// Six digits as the authenticator shows them, or a recovery code.
    #[schema(examples("492039"))]
    code: Text<32>,
}

/// Recovery codes; told once.
#[derive(Serialize, ToSchema)]
struct RecoveryCodes {
    /// Each works once in the place of a code, when the phone is lost.
    recovery_codes: Vec<String>,
}

/// 确认启用动态口令
///
/// Enrols what was begun, by a first code of it. Sign-ins ask for a code from now on; the recovery codes are told once.
#[utoipa::path(tag = "second_factors", request_body = CodeBody,
    responses((status = 200, description = "Enrolled", body = RecoveryCodes)))]
#[post("/me/second-factor/confirmation")]
async fn confirm_second_factor(
    caller: Member,
    factors: web::Data<SecondFactors>,
    body: Body<CodeBody>,
) -> Result<web::Json<RecoveryCodes>, Problem> {
    let code = body.into_inner().code.into_string();
    let recovery_codes = factors.confirm(caller.member, caller.session, code).await?;
    Ok(web::Json(RecoveryCodes { recovery_codes }))
}

/// 更换恢复码
///
/// Ten fresh recovery codes; those before are worth nothing.
#[utoipa::path(tag = "second_factors", request_body = CodeBody,
    responses((status = 200, description = "The fresh ones", body = RecoveryCodes)))]
#[post("/me/second-factor/recovery-codes")]
async fn renew_recovery_codes(
    caller: Member,
    factors: web::Data<SecondFactors>,
    body: Body<CodeBody>,
) -> Result<web::Json<RecoveryCodes>, Problem> {
    let recovery_codes = factors.renew_codes(caller.member, body.into_inner().code.into_string()).await?;
    Ok(web::Json(RecoveryCodes { recovery_codes }))
}

/// 停用动态口令
///
/// Lays the second factor down, by a code or a recovery code; also one that was begun.
#[utoipa::path(tag = "second_factors", request_body = CodeBody,
    responses((status = 204, description = "Laid down")))]
#[post("/me/second-factor/removal")]
async fn remove_second_factor(
    caller: Member,
    factors: web::Data<SecondFactors>,
    body: Body<CodeBody>,
) -> Result<HttpResponse, Problem> {
    factors.remove(caller.member, body.into_inner().code.into_string()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// That a code was taken.
#[derive(Serialize, ToSchema)]
struct CodeGiven {
    /// Until then nothing asks for another one in this session.
    asked_again_at: Timestamp,
    /// How many recovery codes are left, when one was used; absent for a code.
    recovery_codes_left: Option<usize>,
}

/// 输入动态口令
///
/// Gives a code for this session, after the sign-in and whenever something answers 403 `second_factors.needed` or
/// `second_factors.needed_again`. Each code is taken once; a wrong one makes the next wait, more and more.
#[utoipa::path(tag = "second_factors", request_body = CodeBody,
    responses((status = 200, description = "Taken", body = CodeGiven)))]
#[post("/session/second-factor")]
async fn give_second_factor(
    caller: Member,
    factors: web::Data<SecondFactors>,
    body: Body<CodeBody>,
) -> Result<web::Json<CodeGiven>, Problem> {
    let given = factors.give(caller.member, caller.session, body.into_inner().code.into_string()).await?;
    let recovery_codes_left = match given {
        Given::Code => None,
        Given::Recovery { left } => Some(left),
    };
    let asked_again_at = factors.now().plus_seconds(factors.terms.minutes() * 60);
    Ok(web::Json(CodeGiven { asked_again_at, recovery_codes_left }))
}
