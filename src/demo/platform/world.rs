//! What the stand-in remembers: people, tokens, codes, messages, and the faults that are switched on.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::base::crypto::{digest, hex, random_token};

/// Somebody who has an account on the platforms.
#[derive(Clone, Debug)]
pub struct Person {
    /// The id in WeCom; openids are made of it.
    pub userid: String,
    pub name: String,
    /// What the person is in the enterprise.
    pub title: String,
    pub phone: Option<String>,
}

/// The enterprise, as the platforms know it.
#[derive(Clone, Debug)]
pub struct Setup {
    pub corp: String,
    pub agent: u32,
    pub wecom_secret: String,
    pub wechat_app: String,
    pub wechat_secret: String,
    pub mini_app: String,
    pub mini_secret: String,
    pub people: Vec<Person>,
    /// The only address to which browsers are sent back; any when absent.
    pub trusted: Option<String>,
    /// Where the app is, for links of the pages.
    pub app: String,
}

impl Setup {
    /// An enterprise of these people.
    pub fn of(people: Vec<Person>) -> Setup {
        Setup {
            corp: "ww0000000000000001".into(),
            agent: 1_000_002,
            wecom_secret: "wecom-secret".into(),
            wechat_app: "wx000000000000000a".into(),
            wechat_secret: "wechat-secret".into(),
            mini_app: "wx000000000000000b".into(),
            mini_secret: "mini-secret".into(),
            people,
            trusted: None,
            app: "http://127.0.0.1:8080".into(),
        }
    }

    /// The arguments by which a server of ours is told of this stand-in.
    pub fn arguments(&self, url: &str) -> Vec<String> {
        [
            ("wecom-corp-id", self.corp.clone()),
            ("wecom-agent-id", self.agent.to_string()),
            ("wecom-secret", self.wecom_secret.clone()),
            ("wecom-api", url.to_owned()),
            ("wecom-qr-pages", url.to_owned()),
            ("wechat-app-id", self.wechat_app.clone()),
            ("wechat-secret", self.wechat_secret.clone()),
            ("mini-app-id", self.mini_app.clone()),
            ("mini-secret", self.mini_secret.clone()),
            ("wechat-api", url.to_owned()),
            ("wechat-pages", url.to_owned()),
        ]
        .map(|(name, value)| format!("--{name}={value}"))
        .to_vec()
    }
}

/// Where a code is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeKind {
    /// A page in WeCom.
    WecomPage,
    /// `wx.qy.login` of the mini-program in WeCom.
    WecomMini,
    /// A page of the official account.
    WechatPage,
    /// `wx.login` of the mini-program.
    Mini,
    /// The phone number.
    Phone,
}

pub(super) struct Code {
    pub userid: String,
    pub kind: CodeKind,
    pub made: Instant,
    pub used: bool,
}

/// A message on a phone.
#[derive(Clone, Debug, Serialize)]
pub struct Arrived {
    pub platform: &'static str,
    pub userid: String,
    pub title: String,
    pub description: String,
    pub url: String,
}

/// A fault that is switched on.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub path: String,
    pub errcode: Option<i64>,
    pub left: u32,
    pub delay: Duration,
}

impl Fault {
    pub fn new(path: &str, errcode: i64, times: u32) -> Fault {
        Fault { path: path.to_owned(), errcode: Some(errcode), left: times, delay: Duration::ZERO }
    }
}

struct Token {
    text: String,
    until: Instant,
}

pub(super) const TOKEN_SECONDS: u64 = 7_200;
pub(super) const CODE_SECONDS: u64 = 300;
/// Calls a minute that one interface takes of an enterprise.
const CALLS_A_MINUTE: usize = 10_000;
/// Messages a minute to one member; more are dropped without a word.
const MESSAGES_A_MINUTE: usize = 30;

pub(super) struct World {
    pub setup: Setup,
    /// Where each of the people stands, by his id.
    by_id: HashMap<String, usize>,
    pub calls: BTreeMap<String, usize>,
    pub faults: Vec<Fault>,
    pub arrived: Vec<Arrived>,
    pub dropped: usize,
    pub codes: HashMap<String, Code>,
    /// What a member of the mini-program has allowed, by openid and template.
    pub allowed: HashMap<(String, String), u32>,
    /// The application that phone numbers are marked with, where it is not the one that asks.
    pub watermark: Option<String>,
    tokens: HashMap<String, Token>,
    lately: HashMap<String, VecDeque<Instant>>,
    said: HashMap<(String, String), Instant>,
    serial: u64,
}

impl World {
    pub fn new(setup: Setup) -> World {
        let ids = setup.people.iter().enumerate().map(|(at, person)| (person.userid.to_ascii_lowercase(), at));
        World {
            by_id: ids.collect(),
            setup,
            calls: BTreeMap::new(),
            faults: Vec::new(),
            arrived: Vec::new(),
            dropped: 0,
            codes: HashMap::new(),
            allowed: HashMap::new(),
            watermark: None,
            tokens: HashMap::new(),
            lately: HashMap::new(),
            said: HashMap::new(),
            serial: 0,
        }
    }

    /// Counts a call, and says how long it takes and with which error it is answered. Calls with a good `code` keep to no
    /// rate, as docs/platforms.md 3.2 says.
    pub fn begin(&mut self, path: &str, code: Option<&String>) -> (Duration, Option<i64>) {
        *self.calls.entry(path.to_owned()).or_default() += 1;
        let mut delay = Duration::ZERO;
        let mut errcode = None;
        for fault in self.faults.iter_mut().filter(|fault| fault.path.is_empty() || fault.path == path) {
            if fault.left == 0 {
                continue;
            }
            fault.left = if fault.left == u32::MAX { u32::MAX } else { fault.left - 1 };
            delay = delay.max(fault.delay);
            errcode = errcode.or(fault.errcode);
        }
        let is_exempt = code.is_some_and(|code| self.is_good(code));
        if errcode.is_none() && !is_exempt && self.is_too_many(path, CALLS_A_MINUTE) {
            errcode = Some(45_009);
        }
        (delay, errcode)
    }

    /// Whether something came more than `most` times within a minute.
    fn is_too_many(&mut self, what: &str, most: usize) -> bool {
        let lately = self.lately.entry(what.to_owned()).or_default();
        while lately.front().is_some_and(|at| at.elapsed() > Duration::from_secs(60)) {
            lately.pop_front();
        }
        if lately.len() >= most {
            return true;
        }
        lately.push_back(Instant::now());
        false
    }

    /// The token of an application: the same one as long as it is good, or always a fresh one.
    pub fn token(&mut self, application: &str, always_fresh: bool) -> (String, u64) {
        if let Some(token) = self.tokens.get(application).filter(|token| token.until > Instant::now() && !always_fresh)
        {
            return (token.text.clone(), (token.until - Instant::now()).as_secs().max(1));
        }
        self.serial += 1;
        // as long as the documents say that it may be
        let text = format!("{}{}", self.serial, random_token().repeat(12));
        let token = Token { text: text.clone(), until: Instant::now() + Duration::from_secs(TOKEN_SECONDS) };
        self.tokens.insert(application.to_owned(), token);
        (text, TOKEN_SECONDS)
    }

    /// Whether a token lets its application in.
    pub fn lets_in(&self, application: &str, token: Option<&String>) -> bool {
        self.tokens.get(application).is_some_and(|known| Some(&known.text) == token && known.until > Instant::now())
    }

    pub fn revoke(&mut self) {
        self.tokens.clear();
    }

    /// Whether a code was made a while ago at most, and nobody used it.
    fn is_good(&self, code: &str) -> bool {
        self.codes.get(code).is_some_and(|code| !code.used && code.made.elapsed() <= Duration::from_secs(CODE_SECONDS))
    }

    pub fn make_code(&mut self, userid: &str, kind: CodeKind) -> String {
        let code = random_token();
        self.codes.insert(code.clone(), Code { userid: userid.to_owned(), kind, made: Instant::now(), used: false });
        code
    }

    pub fn person(&self, userid: &str) -> Option<&Person> {
        // WeCom takes no notice of capitals
        self.by_id.get(&userid.to_ascii_lowercase()).map(|at| &self.setup.people[*at])
    }

    /// Whose openid it is.
    pub fn person_of(&self, app: &str, openid: &str) -> Option<&Person> {
        self.setup.people.iter().find(|person| openid_of(app, &person.userid) == openid)
    }

    /// Puts a message on a phone, unless it is one too many of the minute, or the same as a moment ago.
    pub fn deliver(&mut self, message: Arrived, once: Option<Duration>) {
        let same = (message.userid.clone(), format!("{}\0{}\0{}", message.title, message.description, message.url));
        if let Some(interval) = once
            && self.said.get(&same).is_some_and(|at| at.elapsed() < interval)
        {
            self.dropped += 1;
            return;
        }
        self.said.insert(same, Instant::now());
        if !self.is_too_many(&format!("to {}", message.userid), MESSAGES_A_MINUTE) {
            self.arrived.push(message);
        }
    }
}

/// The id of a person for one application.
pub(super) fn openid_of(app: &str, userid: &str) -> String {
    format!("o{}", &hex(&digest(format!("{app}/{userid}").as_bytes()))[..27])
}

/// The id of a person for all applications of one owner.
pub(super) fn unionid_of(userid: &str) -> String {
    format!("u{}", &hex(&digest(format!("union/{userid}").as_bytes()))[..27])
}

/// What a platform says with an error code.
pub(super) fn message_of(errcode: i64) -> &'static str {
    match errcode {
        -1 => "system error",
        40001 => "invalid credential, access_token is invalid or not latest",
        40003 => "invalid openid",
        40008 => "invalid message type",
        40013 => "invalid appid",
        40014 => "invalid access_token",
        40029 => "invalid code",
        40037 => "invalid template_id",
        40125 => "invalid appsecret",
        40129 => "invalid scene",
        40163 => "code been used",
        40164 => "invalid ip 203.0.113.9, not in whitelist",
        40226 => "high risk user, blocked",
        40241 => "duplicate message",
        42001 => "access_token expired",
        43004 => "require subscribe",
        43104 => "appid not match openid",
        44002 => "empty post data",
        43101 => "user refuse to accept the msg",
        43117 => "too many messages to this user",
        45009 => "reach max api daily quota limit",
        45011 => "api minute-quota reach limit, please retry next minute",
        47001 => "data format error",
        47003 => "argument invalid! data.thing1.value invalid",
        48002 => "api forbidden",
        50001 => "redirect_url is not allowed",
        60020 => {
            "not allow to access from your ip, hint: [1626], from ip: 203.0.113.9, more info at https://open.work.weixin.qq.com"
        }
        81013 => "user & party & tag all invalid",
        _ => "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_good_code_goes_by_the_rate_of_a_minute() {
        let mut world = World::new(Setup::of(Vec::new()));
        let path = "/cgi-bin/auth/getuserinfo";
        let (good, bad) = (world.make_code("li", CodeKind::WecomPage), "nobody-made-it".to_owned());
        for _ in 0..CALLS_A_MINUTE {
            assert_eq!(world.begin(path, Some(&bad)).1, None);
        }
        assert_eq!(world.begin(path, Some(&bad)).1, Some(45_009));
        assert_eq!(world.begin(path, None).1, Some(45_009));
        assert_eq!(world.begin(path, Some(&good)).1, None);
        world.codes.get_mut(&good).unwrap().used = true;
        assert_eq!(world.begin(path, Some(&good)).1, Some(45_009));
    }
}
