//! What comes in: JSON bodies, query strings and path parameters, read strictly and refused in Chinese.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::{Ready, ready};
use futures_util::{Stream, StreamExt};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use utoipa::PartialSchema;
use utoipa::openapi::{RefOr, Schema};

use super::complaint;
use super::error::{FieldError, Problem};
use super::methods;

/// The longest JSON body, in bytes.
const MAX_JSON: usize = 256 * 1024;

/// How long a client may take to send its body.
const SENDING_LIMIT: Duration = Duration::from_secs(10);

/// What a sender of a file must bring within [`SENDING_LIMIT`], in bytes: less than a poor phone network carries.
const LEAST_OF_FILE: usize = 128 * 1024;

/// A JSON body of type `T`; unknown fields, wrong types and broken JSON are refused with the place and the reason. No
/// body at all is the empty object.
pub struct Body<T>(pub T);

impl<T> Body<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Body<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + PartialSchema + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = media_type(req).is_some_and(|kind| kind == "application/json");
        let payload = payload.take();
        Box::pin(async move {
            let sent = receive(payload, MAX_JSON).await?;
            if sent.is_empty() {
                // whatever it calls itself: nothing is what there is to say when everything is optional
                return parse_object(b"{}").map(Body);
            }
            if !is_json {
                return Err(Problem::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "body.not_json",
                    "请求内容须为 JSON（Content-Type: application/json）",
                ));
            }
            parse_object(&sent).map(Body)
        })
    }
}

/// The media type of the request's body in small letters and without parameters, if it names one.
pub fn media_type(req: &HttpRequest) -> Option<String> {
    let named = req.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    named.split(';').next().map(|kind| kind.trim().to_ascii_lowercase())
}

/// Tells a field that is `null` from one that is absent.
pub fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Receives a whole body of at most `limit` bytes within the time limit.
async fn receive(mut payload: Payload, limit: usize) -> Result<Bytes, Problem> {
    let mut body = BytesMut::new();
    let receiving = receive_until(&mut payload, &mut body, usize::MAX, limit);
    in_time(receiving).await??;
    Ok(body.freeze())
}

/// Receives a file of at most `limit` bytes, for which `announced` make room at once. A sender who brings less than
/// [`LEAST_OF_FILE`] within the time limit is cut off.
pub(super) async fn receive_file<E>(
    mut stream: impl Stream<Item = Result<Bytes, E>> + Unpin,
    announced: usize,
    limit: usize,
) -> Result<Bytes, Problem> {
    let mut body = BytesMut::with_capacity(announced.min(limit));
    loop {
        let goal = body.len() + LEAST_OF_FILE;
        if in_time(receive_until(&mut stream, &mut body, goal, limit)).await?? {
            return Ok(body.freeze());
        }
    }
}

/// Waits for a sender as long as he may take for one step.
pub(super) async fn in_time<T>(step: impl Future<Output = T>) -> Result<T, Problem> {
    tokio::time::timeout(SENDING_LIMIT, step).await.map_err(|_| too_slow())
}

/// Receives until `body` holds `goal` bytes; true when the sender has ended before.
async fn receive_until<E>(
    stream: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
    body: &mut BytesMut,
    goal: usize,
    limit: usize,
) -> Result<bool, Problem> {
    while body.len() < goal {
        let Some(chunk) = stream.next().await else { return Ok(true) };
        let chunk = chunk.map_err(|_| Problem::malformed("body.incomplete", "请求内容没有完整送达"))?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(false)
}

/// 413: the body or the file has more than `limit` bytes.
pub(super) fn too_large(limit: usize) -> Problem {
    let limit = if limit < 1024 * 1024 { format!("{} KB", limit / 1024) } else { format!("{} MB", limit >> 20) };
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body.too_large", format!("请求内容过大，上限为 {limit}"))
}

fn too_slow() -> Problem {
    Problem::new(StatusCode::REQUEST_TIMEOUT, "body.too_slow", "请求内容发送超时，请检查网络后重试")
}

/// [`parse_json`] of a body: an object always. serde would take a list for one, its items for fields in their order. What
/// is wrong about several fields is told of at once.
fn parse_object<T: DeserializeOwned + PartialSchema>(bytes: &[u8]) -> Result<T, Problem> {
    let is_list = bytes.trim_ascii_start().starts_with(b"[");
    if is_list {
        parse_json::<serde::de::IgnoredAny>(bytes)?;
        return Err(Problem::field("", "invalid", "应为对象"));
    }
    read(bytes).map_err(|fault| match fault {
        Fault::Field(first) => {
            let others = others_wrong::<T>(&first, bytes);
            invalid([first].into_iter().chain(others).collect())
        }
        fault => fault.into(),
    })
}

/// Fields of one body of which is told that they are wrong.
const TOLD: usize = 50;

/// What else is wrong beside `first`: each field is looked at by itself, and of each the first fault counts.
fn others_wrong<T: DeserializeOwned + PartialSchema>(first: &FieldError, bytes: &[u8]) -> Vec<FieldError> {
    let Ok(serde_json::Value::Object(fields)) = serde_json::from_slice(bytes) else { return Vec::new() };
    let lies_in = |pointer: &str, field: &str| {
        pointer.strip_prefix(&step(field)).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_open = |field: &&str| !lies_in(&first.pointer, field);
    let wrong = |field: &str| {
        let alone = serde_json::json!({ field: fields[field] }).to_string();
        // that the other fields are missing then is no fault of this one
        match read::<T>(alone.as_bytes()) {
            Err(Fault::Field(error)) if lies_in(&error.pointer, field) => Some(error),
            _ => None,
        }
    };
    let present = fields.keys().map(String::as_str).filter(is_open).filter_map(wrong);
    let required = required_of::<T>();
    let missing = required.iter().map(String::as_str).filter(|field| !fields.contains_key(*field)).filter(is_open);
    let missing = missing.map(|field| FieldError {
        pointer: step(field),
        code: "invalid".into(),
        message: complaint::missing(field).sentence,
    });
    present.chain(missing).take(TOLD).collect()
}

/// The fields that a body must have, as the API document says.
fn required_of<T: PartialSchema>() -> Vec<String> {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.required,
        _ => Vec::new(),
    }
}

/// Why something that was sent is not taken.
enum Fault {
    Malformed(serde_json::Error),
    Field(FieldError),
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Malformed(cause) => not_json(&cause),
            Fault::Field(error) => invalid(vec![error]),
        }
    }
}

fn invalid(errors: Vec<FieldError>) -> Problem {
    Problem::unprocessable("body.invalid", "请求内容有误，请检查标出的字段").with_errors(errors)
}

/// Parses JSON strictly; 400 when it is no JSON, 422 with the place when it is not what was asked for.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    Ok(read(bytes)?)
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let place = pointer(error.path());
        let cause = error.into_inner();
        if !cause.is_data() {
            return Fault::Malformed(cause);
        }
        let found = complaint::of(&cause.to_string());
        let named = found.field.filter(|field| !place.ends_with(&step(field))).map(|field| step(&field));
        let pointer = place + &named.unwrap_or_default();
        Fault::Field(FieldError { pointer, code: "invalid".into(), message: found.sentence })
    })?;
    deserializer.end().map_err(Fault::Malformed)?;
    Ok(value)
}

fn not_json(cause: &serde_json::Error) -> Problem {
    Problem::malformed(
        "body.malformed",
        format!("请求内容不是有效的 JSON（第 {} 行第 {} 列）", cause.line(), cause.column()),
    )
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => step(key),
            Segment::Enum { variant } => format!("/{variant}"),
            // serde does not say which one; its sentence does
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// A field as a step of a JSON pointer.
fn step(field: &str) -> String {
    format!("/{}", field.replace('~', "~0").replace('/', "~1"))
}

/// Query parameters of type `T`; an unknown or unreadable one is a 400.
pub struct Query<T>(pub T);

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse_query(req.query_string()).map(Query))
    }
}

/// Reads what stands behind the question mark, strictly.
pub fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    // no parameter of ours holds a NUL, and PostgreSQL takes none in a text
    if query.contains("%00") {
        return Err(Problem::malformed("query.invalid", "查询参数有误：含有不可见的控制字符"));
    }
    let pairs = form_urlencoded::parse(query.as_bytes());
    let query = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs));
    query.map_err(|error| {
        let name = error.path().to_string();
        let found = complaint::of(&error.into_inner().to_string());
        let named = found.field.is_none() && name != ".";
        let name = if named { format!("{}：", complaint::cut(&name)) } else { String::new() };
        Problem::malformed("query.invalid", format!("查询参数有误：{name}{}", found.sentence))
    })
}

/// Path parameters; one that cannot be what it should be names nothing, so it is a 404.
pub struct Path<T>(pub T);

impl<T> Deref for Path<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(
            actix_web::web::Path::<T>::from_request(req, payload)
                .into_inner()
                .map(|path| Path(path.into_inner()))
                .map_err(|_| methods::no_such_part(req)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its parsing is tested")]
    struct Sample {
        count: u8,
    }

    #[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its parsing is tested")]
    struct Longer {
        name: crate::base::text::Text<3>,
        count: u8,
        #[serde(default)]
        list: Vec<u8>,
        note: Option<String>,
    }

    #[test]
    fn what_is_wrong_about_several_fields_is_told_of_at_once() {
        let told = |text: &str| -> Vec<String> {
            let problem = parse_object::<Longer>(text.as_bytes()).unwrap_err();
            problem.errors().iter().map(|error| error.pointer.clone()).collect()
        };
        assert_eq!(
            told(r#"{"count":300,"name":"","list":[1,"a",300],"note":5}"#),
            ["/count", "/list/1", "/name", "/note"]
        );
        assert_eq!(told("{}"), ["/name", "/count"]);
        assert_eq!(told(r#"{"name":"甲","more":1}"#), ["/more", "/count"]);
        assert_eq!(told(r#"{"note":5,"note":6}"#)[0], "/note");
        assert_eq!(told(r#"{"list":{}}"#), ["/list", "/name", "/count"]);
    }

    fn refusal(text: &[u8]) -> (u16, &'static str) {
        let problem = parse_json::<Sample>(text).unwrap_err();
        (problem.status().as_u16(), problem.code())
    }

    #[test]
    fn a_list_is_no_body() {
        for list in ["[1]", " []"] {
            let problem = parse_object::<Sample>(list.as_bytes()).unwrap_err();
            assert_eq!((problem.status().as_u16(), problem.code()), (422, "body.invalid"));
        }
        assert_eq!(parse_object::<Sample>(b"[1").unwrap_err().code(), "body.malformed");
    }

    #[test]
    fn broken_json_is_malformed_and_wrong_fields_are_invalid() {
        assert_eq!(refusal(b"{"), (400, "body.malformed"));
        assert_eq!(refusal(b"{\"count\":1}x"), (400, "body.malformed"));
        assert_eq!(refusal(b"{\"count\":\"\xff\"}").0 / 100, 4);
        assert_eq!(refusal("[".repeat(100_000).as_bytes()).0 / 100, 4);
        assert_eq!(refusal(b"{\"count\":300}"), (422, "body.invalid"));
        assert_eq!(refusal(b"{\"count\":1,\"more\":2}"), (422, "body.invalid"));
        assert_eq!(refusal(b"{}"), (422, "body.invalid"));
    }
}
