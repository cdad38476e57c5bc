//! The one way to the platforms: HTTPS within time limits and the platforms' rates, with a token that is fetched once for all,
//! and errors that say what they mean.
//!
//! After an answer that says that the token is none (40001, 40014, 42001) it is fetched anew and the call is made once more,
//! never oftener. A platform that is busy (-1), over its quota (45009) or away is left alone for pauses that grow; what would
//! be asked meanwhile is refused here. Addresses hold secrets, so an error is told without its address.

pub mod tokens;
pub mod wechat;
pub mod wecom;

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde_json::Value;

use super::rules::{self, Fault};
use crate::base::time::Timestamp;
use crate::db::Db;
use tokens::Tokens;

/// How long one call may take: less than the five seconds within which a member is answered.
const ANSWER_LIMIT: Duration = Duration::from_secs(4);
const CONNECT_LIMIT: Duration = Duration::from_secs(2);

/// So many times in a row, and nobody asks a busy platform any more before its pause is over.
const BUSY_TIMES: u32 = 3;

/// One call.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Below the platform's address.
    pub path: &'static str,
    pub query: Vec<(&'static str, String)>,
    /// A `POST` with this body; a `GET` without one.
    pub body: Option<Value>,
    /// The parameter under which the token goes along.
    pub token: Option<&'static str>,
    /// Somebody waits for it with a code: a platform that was busy only a time or two is asked all the same, and no rate is
    /// kept to, since the platforms count none against valid codes.
    pub urgent: bool,
}

impl Ask {
    pub fn get(path: &'static str) -> Ask {
        Ask { path, query: Vec::new(), body: None, token: Some("access_token"), urgent: false }
    }

    pub fn post(path: &'static str, body: Value) -> Ask {
        Ask { body: Some(body), ..Ask::get(path) }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Ask {
        self.query.push((name, value.into()));
        self
    }

    pub fn urgently(self) -> Ask {
        Ask { urgent: true, ..self }
    }

    pub fn without_token(self) -> Ask {
        Ask { token: None, ..self }
    }
}

/// How often the platform was busy in a row, and until when it is left alone.
#[derive(Default)]
struct Rest {
    times: u32,
    until: Option<Timestamp>,
}

/// A connection to one application on one platform; clones share it.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    base: String,
    db: Db,
    limiter: DefaultDirectRateLimiter,
    rest: Mutex<Rest>,
    tokens: Tokens,
}

impl Client {
    pub fn new(http: reqwest::Client, base: &str, rate: NonZeroU32, tokens: Tokens, db: Db) -> Client {
        let limiter = RateLimiter::direct(Quota::per_second(rate));
        let base = base.trim_end_matches('/').to_owned();
        Client(Arc::new(Inner { http, base, db, limiter, rest: Mutex::default(), tokens }))
    }

    /// Until when the platform is left alone, if it is.
    pub fn rests_until(&self) -> Option<Timestamp> {
        let rest = self.0.rest.lock().unwrap_or_else(PoisonError::into_inner);
        rest.until.filter(|until| *until > self.0.db.now())
    }

    fn was_busy_less_than(&self, times: u32) -> bool {
        self.0.rest.lock().unwrap_or_else(PoisonError::into_inner).times < times
    }

    /// Makes a call; with a token that is none, once more with the next one.
    pub async fn call(&self, ask: Ask) -> Result<Value, Fault> {
        if let Some(until) = self.rests_until()
            && !(ask.urgent && self.was_busy_less_than(BUSY_TIMES))
        {
            let message = format!("{} 前暂停调用", until.wall_time());
            return Err(Fault::Busy { code: 0, message });
        }
        let Some(parameter) = ask.token else { return self.ask(&ask, None).await };
        let token = self.0.tokens.get(self, None).await?;
        match self.ask(&ask, Some((parameter, &token))).await {
            Err(Fault::Token { .. }) => {
                let next = self.0.tokens.get(self, Some(&token)).await?;
                self.ask(&ask, Some((parameter, &next))).await
            }
            outcome => outcome,
        }
    }

    /// Fetches a token anew now, as the self-check does.
    pub async fn try_token(&self) -> Result<(), Fault> {
        self.0.tokens.get(self, None).await.map(drop)
    }

    /// One exchange; what it says of the platform is remembered.
    async fn ask(&self, ask: &Ask, token: Option<(&str, &str)>) -> Result<Value, Fault> {
        // the platforms exempt valid codes from their rates, and who signs in must not wait behind sixty thousand messages
        if !ask.urgent {
            self.0.limiter.until_ready().await;
        }
        let outcome = self.exchange(ask, token).await;
        let code = match &outcome {
            Ok(_) => 0,
            Err(Fault::Busy { code, .. } | Fault::Config { code, .. } | Fault::Invalid { code, .. }) => *code,
            Err(_) => 1,
        };
        metrics::counter!("platform_calls_total", "path" => ask.path, "code" => code.to_string()).increment(1);
        let mut rest = self.0.rest.lock().unwrap_or_else(PoisonError::into_inner);
        match &outcome {
            Err(Fault::Busy { code, .. }) => {
                rest.times += 1;
                rest.until = Some(self.0.db.now().plus_seconds(rules::pause_seconds(*code, rest.times)));
            }
            _ => *rest = Rest::default(),
        }
        outcome
    }

    async fn exchange(&self, ask: &Ask, token: Option<(&str, &str)>) -> Result<Value, Fault> {
        let url = format!("{}{}", self.0.base, ask.path);
        let mut query: Vec<(&str, &str)> = Vec::new();
        query.extend(token);
        query.extend(ask.query.iter().map(|(name, value)| (*name, value.as_str())));
        let encoded = serde_urlencoded::to_string(&query).unwrap_or_default();
        let url = if encoded.is_empty() { url } else { format!("{url}?{encoded}") };
        let request = match &ask.body {
            Some(body) => self.0.http.post(url).json(body),
            None => self.0.http.get(url),
        };
        // bodies come as text/plain in practice, so the type is not looked at
        let answer = async {
            let response = request.send().await?;
            let status = response.status();
            response.bytes().await.map(|bytes| (status, bytes))
        };
        let (status, bytes) = answer.await.map_err(away)?;
        if status.is_server_error() {
            return Err(Fault::Busy { code: -1, message: format!("HTTP {}", status.as_u16()) });
        }
        let value: Value = serde_json::from_slice(&bytes)
            .map_err(|_| Fault::Invalid { code: 0, message: format!("HTTP {}，不是 JSON", status.as_u16()) })?;
        // on success the code may be missing
        match value["errcode"].as_i64().unwrap_or(0) {
            0 => Ok(value),
            code => Err(rules::fault_of(code, value["errmsg"].as_str().unwrap_or_default())),
        }
    }
}

/// Why nothing came back, without the address, which holds secrets.
fn away(error: reqwest::Error) -> Fault {
    let what = if error.is_timeout() {
        "超时"
    } else if error.is_connect() {
        "无法连接"
    } else {
        "连接中断"
    };
    Fault::Busy { code: -1, message: what.to_owned() }
}

/// What all clients speak with.
pub fn http(proxy: Option<&str>) -> Result<reqwest::Client, String> {
    let builder = reqwest::Client::builder()
        .timeout(ANSWER_LIMIT)
        .connect_timeout(CONNECT_LIMIT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent("xianfeng")
        .no_proxy();
    let builder = match proxy.map(str::trim).filter(|proxy| !proxy.is_empty()) {
        Some(proxy) => {
            let proxy = reqwest::Proxy::all(proxy);
            builder.proxy(proxy.map_err(|_| "XIANFENG_PLATFORM_PROXY: 不是代理地址 (not the address of a proxy)")?)
        }
        None => builder,
    };
    builder.build().map_err(|error| error.without_url().to_string())
}
