//! Every "no" that leaves the server: `application/problem+json` (RFC 9457) with a stable `code`.

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, SET_COOKIE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::id::MemberId;
use crate::base::imports::NoImport;
use crate::base::quota::Spent;
use crate::base::sheet::SheetError;
use crate::base::time::Timestamp;
use crate::base::version::Outdated;
use crate::db::{DbError, Stop};

/// A refusal or failure: programs switch on `code`, people read `detail`.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    retry_after_seconds: Option<u32>,
    /// What the answer says beside its body: the methods that may be used instead, or a cookie that is taken away.
    header: Option<Box<(HeaderName, HeaderValue)>>,
    /// What is logged and never sent, or told of in fields of its own.
    cause: Option<Cause>,
}

/// Why something went wrong, where that is more than a sentence.
#[derive(Debug)]
enum Cause {
    /// To be logged each time.
    Fault(String),
    /// Too many ask at once for this.
    Crowd(&'static str),
    /// Who changed the thing meanwhile, and when: sent, not logged.
    Outdated(Box<Outdated>),
    /// Which quota is used up: sent, not logged.
    Spent(Box<Spent>),
}

/// One field of a body that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where in the body, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// Stable code for programs.
    pub code: Cow<'static, str>,
    /// A Chinese sentence for people.
    pub message: String,
}

/// The body of every failure.
#[derive(Serialize, ToSchema)]
pub struct ProblemBody<'a> {
    /// A URI that names the kind of problem.
    #[schema(value_type = String, examples("urn:xianfeng:quiz.already_submitted"))]
    r#type: String,
    /// The status in words.
    title: &'a str,
    /// The HTTP status again.
    status: u16,
    /// What happened, in Chinese, for people.
    detail: &'a str,
    /// Stable and dotted, for programs; never changes once shipped.
    code: &'a str,
    /// To quote when asking for help.
    request_id: &'a str,
    /// The fields that were not accepted (422 only).
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
    /// Who changed the thing since the caller saw it, and when (`versions.outdated` only).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    changed: Option<ChangedMeanwhile<'a>>,
    /// How much of the day's quota is left, and when the next one begins (429 of a quota only).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    quota: Option<QuotaLeft>,
}

/// A day's quota of one member.
#[derive(Serialize, ToSchema)]
struct QuotaLeft {
    /// Of one day, in the unit that the sentence says.
    most: i64,
    /// What is left of it today; nothing, or less than was asked for.
    left: i64,
    /// When the next day begins.
    again_at: Timestamp,
}

/// A change that another one made meanwhile.
#[derive(Serialize, ToSchema)]
struct ChangedMeanwhile<'a> {
    /// Who made it; `null` for the program itself and the operator's command line.
    by: Option<MemberId>,
    /// That member's name.
    name: Option<&'a str>,
    /// When it was made; `null` where the caller named a state that never was.
    at: Option<Timestamp>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Problem {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_seconds: None,
            header: None,
            cause: None,
        }
    }

    /// 400: the request itself cannot be read.
    pub fn malformed(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: the caller is not known.
    pub fn unauthenticated(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Problem::new(StatusCode::UNAUTHORIZED, code, detail)
    }

    /// 403: known, and not allowed.
    pub fn forbidden(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Problem::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 404: not there, or not for the caller to know of.
    pub fn not_found(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Problem::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 405: the path is there, and takes only the methods in `allow`, which are separated by commas.
    pub fn method_not_allowed(allow: String) -> Self {
        let detail = format!("该接口不支持这种请求方法，可用的方法：{allow}");
        let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "route.method_not_allowed", detail);
        problem.with_header(ALLOW, HeaderValue::from_str(&allow).unwrap_or_else(|_| HeaderValue::from_static("")))
    }

    /// 409: the present state does not allow it.
    pub fn conflict(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Problem::new(StatusCode::CONFLICT, code, detail)
    }

    /// 410: it was possible once and is over.
    pub fn gone(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Problem::new(StatusCode::GONE, code, detail)
    }

    /// 422: understood, and a field is not acceptable.
    pub fn unprocessable(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 422 about one field; `pointer` is a JSON pointer such as `/title`, empty for the whole body (RFC 6901).
    pub fn field(pointer: &str, code: &'static str, message: impl Into<String>) -> Self {
        Problem::unprocessable("body.invalid", "请求内容有误，请检查标出的字段").with_errors(vec![FieldError {
            pointer: pointer.to_owned(),
            code: code.into(),
            message: message.into(),
        }])
    }

    /// 429 with the seconds to wait.
    pub fn too_many(code: &'static str, retry_after_seconds: u32) -> Self {
        Problem::new(StatusCode::TOO_MANY_REQUESTS, code, format!("操作过于频繁，请 {retry_after_seconds} 秒后再试"))
            .retry_after(retry_after_seconds)
    }

    /// 429: the day's quota of `what` is used up, or what is left of it is not enough.
    pub fn used_up(code: &'static str, what: &str, unit: &str, spent: Spent) -> Self {
        let Spent { most, left, again_at, seconds } = spent;
        let again = again_at.in_chinese();
        let detail = format!("每人每天最多{what} {most} {unit}，今天还剩 {left} {unit}，请在{again}后再试");
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, code, detail);
        Problem { cause: Some(Cause::Spent(Box::new(spent))), ..problem }
            .retry_after(u32::try_from(seconds).unwrap_or(1))
    }

    /// 503: something that is needed is away for now.
    pub fn unavailable(cause: impl Into<String>) -> Self {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "service.unavailable", "服务繁忙，请稍后重试")
            .retry_after(1)
            .because(cause)
    }

    /// 503: too many ask at once for what `crowd` says. A storm of them is logged now and then, see [`super::crowding`].
    pub fn crowded(crowd: &'static str) -> Self {
        Problem { cause: Some(Cause::Crowd(crowd)), ..Problem::unavailable("") }
    }

    /// 503: the server's clock is not believed, so that nothing is written until a person has looked.
    pub fn clock_doubted() -> Self {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "service.clock_doubted",
            "服务器时钟有误，暂时只能查看。请联系系统维护人员校准时间，或核对无误后确认",
        )
        .retry_after(60)
    }

    /// 503: the enterprise has switched to reading only, and says so in its own sentence.
    pub fn in_maintenance(sentence: String) -> Self {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "service.maintenance", sentence).retry_after(60)
    }

    /// 500: a fault of ours; the client sees an id to quote and nothing else.
    pub fn internal(cause: impl Into<String>) -> Self {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "service.internal",
            "服务器内部错误，请联系管理员并告知请求编号",
        )
        .because(cause)
    }

    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds.max(1));
        self
    }

    fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(Cause::Fault(cause.into()));
        self
    }

    /// Sets a cookie with the refusal, such as one that takes away what is worth nothing any more.
    pub fn with_cookie(self, cookie: HeaderValue) -> Self {
        self.with_header(SET_COOKIE, cookie)
    }

    fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.header = Some(Box::new((name, value)));
        self
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The fields that were not accepted.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The sentence for people.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What to write to the log; `None` for refusals, which need no cause, and where something is too busy.
    pub fn cause(&self) -> Option<&str> {
        match &self.cause {
            Some(Cause::Fault(cause)) => Some(cause),
            Some(Cause::Crowd(_) | Cause::Outdated(_) | Cause::Spent(_)) | None => None,
        }
    }

    /// What is too busy, where that is all.
    pub fn crowd(&self) -> Option<&'static str> {
        match self.cause {
            Some(Cause::Crowd(crowd)) => Some(crowd),
            Some(Cause::Fault(_) | Cause::Outdated(_) | Cause::Spent(_)) | None => None,
        }
    }

    fn outdated(&self) -> Option<&Outdated> {
        match &self.cause {
            Some(Cause::Outdated(outdated)) => Some(outdated),
            Some(Cause::Fault(_) | Cause::Crowd(_) | Cause::Spent(_)) | None => None,
        }
    }

    fn quota(&self) -> Option<QuotaLeft> {
        match &self.cause {
            Some(Cause::Spent(spent)) => {
                Some(QuotaLeft { most: spent.most, left: spent.left, again_at: spent.again_at })
            }
            Some(Cause::Fault(_) | Cause::Crowd(_) | Cause::Outdated(_)) | None => None,
        }
    }

    /// The member whose change is in the way, if that is what is wrong.
    pub fn changed_by(&self) -> Option<MemberId> {
        self.outdated()?.by
    }

    /// The response for the request that bears `request_id`; `name` is that of [`Problem::changed_by`].
    pub fn respond(&self, request_id: &str, name: Option<&str>) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after_seconds {
            response.insert_header((RETRY_AFTER, seconds));
        }
        if let Some((name, value)) = self.header.as_deref() {
            response.insert_header((name.clone(), value.clone()));
        }
        let outdated = self.outdated();
        let told = outdated.map(|outdated| outdated_by(name, outdated.at));
        let body = ProblemBody {
            r#type: format!("urn:xianfeng:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: told.as_deref().unwrap_or(&self.detail),
            code: self.code,
            request_id,
            errors: &self.errors,
            changed: outdated.map(|Outdated { by, at }| ChangedMeanwhile { by: *by, name, at: *at }),
            quota: self.quota(),
        };
        response
            .insert_header((CONTENT_TYPE, "application/problem+json"))
            .body(serde_json::to_vec(&body).unwrap_or_default())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Without a request id; [`super::trace`] replaces it by the one with the id.
    fn error_response(&self) -> HttpResponse {
        self.respond("", None)
    }
}

fn outdated_by(name: Option<&str>, at: Option<Timestamp>) -> String {
    let Some(at) = at else { return "这里的内容与您看到的不一致，请刷新后再修改".into() };
    format!("{}已于{}修改过这里的内容，请刷新后再修改", name.unwrap_or("其他人"), at.in_chinese())
}

impl From<Outdated> for Problem {
    fn from(outdated: Outdated) -> Self {
        let problem = Problem::conflict("versions.outdated", "其他人已修改过这里的内容，请刷新后再修改");
        Problem { cause: Some(Cause::Outdated(Box::new(outdated))), ..problem }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(cause) | DbError::OtherSchema(cause) => Problem::unavailable(cause),
            DbError::Doubted => Problem::clock_doubted(),
            DbError::Overloaded => Problem::crowded("the database queue is full"),
            DbError::Panicked => Problem::internal("a database job panicked"),
            DbError::Query(cause) => Problem::internal(cause.to_string()),
        }
    }
}

impl<R: Into<Problem>> From<Stop<R>> for Problem {
    fn from(stop: Stop<R>) -> Self {
        match stop {
            Stop::Refused(refusal) => refusal.into(),
            Stop::Failed(error) => error.into(),
        }
    }
}

/// 413 for a file that is too large, 415 for one that is no sheet, 422 for a sheet that is not what was asked for.
impl From<NoImport> for Problem {
    fn from(no: NoImport) -> Self {
        match no {
            NoImport::Stale => Problem::conflict(
                "imports.stale",
                "文件或系统中的数据与试运行时不同，没有导入任何内容。请重新试运行，核对后再确认",
            ),
            NoImport::NotFound => Problem::not_found("imports.not_found", "没有这次导入，或已超过可以撤回的期限"),
            NoImport::TakenBack => Problem::conflict("imports.taken_back", "这次导入已经撤回"),
            NoImport::TooLate => Problem::gone("imports.too_late", "导入已超过 30 天，不能再整体撤回"),
            NoImport::Used(what) => {
                Problem::conflict("imports.used", format!("导入的内容已被使用或改动，不能整体撤回：{what}"))
            }
        }
    }
}

impl From<SheetError> for Problem {
    fn from(error: SheetError) -> Self {
        let status = match &error {
            error if error.is_too_large() => StatusCode::PAYLOAD_TOO_LARGE,
            SheetError::Legacy(_) | SheetError::UnknownEncoding | SheetError::NotASheet | SheetError::Other(_) => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Problem::new(status, error.code(), error.to_string())
    }
}

impl From<crate::db::Never> for Problem {
    fn from(never: crate::db::Never) -> Self {
        match never {}
    }
}
