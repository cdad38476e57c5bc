//! What of WeCom 企业微信 is used. Sources: `docs/platforms.md`, section 3.

use serde_json::{Value, json};

use super::{Ask, Client};
use crate::base::text::cut;
use crate::people::platforms::model::Identity;
use crate::people::platforms::rules::Fault;

/// Members that one message names at most.
pub const MOST_RECEIVERS: usize = 1000;

/// Bytes of a title and of a description that WeCom shows of a text card.
const TITLE_BYTES: usize = 128;
const DESCRIPTION_BYTES: usize = 512;

/// Characters of a mini-program notice that WeCom shows: of its title, and of what stands below it.
const MINI_TITLE_CHARS: usize = 12;
const VALUE_CHARS: usize = 30;

/// Seconds within which the same message to the same member is sent once.
const DUPLICATE_SECONDS: u32 = 1800;

/// A text card, as it lies in a member's chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub title: String,
    pub description: String,
    /// Where a tap leads.
    pub url: String,
    /// What the tap says, four characters at most.
    pub button: &'static str,
}

/// A notice of the mini-program that is associated with the application, as it lies in a member's chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MiniNotice {
    /// AppID of the mini-program.
    pub app: String,
    /// The page of it that a tap opens.
    pub page: String,
    /// 4 to 12 characters.
    pub title: String,
    /// What stands below it, each with what it is called: 10 characters and 30.
    pub items: Vec<(&'static str, String)>,
}

/// A message as WeCom shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Card(Card),
    Mini(MiniNotice),
}

impl Shape {
    fn body(&self, agent: u32, to: &[String]) -> Value {
        let mut body = json!({
            "touser": to.join("|"),
            "agentid": agent,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATE_SECONDS,
        });
        let (kind, shown) = match self {
            Shape::Card(card) => (
                "textcard",
                json!({
                    "title": cut_to_bytes(&card.title, TITLE_BYTES),
                    "description": cut_to_bytes(&escaped(&card.description), DESCRIPTION_BYTES),
                    "url": card.url,
                    "btntxt": cut(card.button, 4),
                }),
            ),
            Shape::Mini(notice) => {
                let item = |(key, value): &(&str, String)| json!({ "key": key, "value": fitted(value, VALUE_CHARS) });
                let items: Vec<Value> = notice.items.iter().filter(|(_, value)| !value.is_empty()).map(item).collect();
                let title = fitted(&notice.title, MINI_TITLE_CHARS);
                // a title that is shorter is refused
                let title = if title.chars().count() < 4 { format!("通知：{title}") } else { title };
                (
                    "miniprogram_notice",
                    json!({ "appid": notice.app, "page": notice.page, "title": title, "content_item": items }),
                )
            }
        };
        body["msgtype"] = json!(kind);
        body[kind] = shown;
        body
    }
}

/// What became of a message that was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Those whom it did not reach, since WeCom does not know them or they may not use the application.
    pub invalid: Vec<String>,
}

/// The enterprise's own application in WeCom; clones share it.
#[derive(Clone)]
pub struct Wecom {
    pub client: Client,
    agent: u32,
}

/// By what WeCom gives a token.
pub fn token(corp: &str, secret: &str) -> Ask {
    Ask::get("/cgi-bin/gettoken").with("corpid", corp).with("corpsecret", secret).without_token()
}

impl Wecom {
    pub fn new(client: Client, agent: u32) -> Wecom {
        Wecom { client, agent }
    }

    /// AgentId.
    pub fn agent(&self) -> u32 {
        self.agent
    }

    /// Who opened a page in WeCom, by the code that it came back with. `None` for somebody outside of the enterprise.
    pub async fn who_opened(&self, code: &str) -> Result<Option<Identity>, Fault> {
        let answer = self.client.call(Ask::get("/cgi-bin/auth/getuserinfo").with("code", code).urgently()).await?;
        Ok(identity(&answer))
    }

    /// Who opened the mini-program inside WeCom, by its code of `wx.qy.login`.
    pub async fn who_opened_mini(&self, code: &str) -> Result<Option<Identity>, Fault> {
        let ask = Ask::get("/cgi-bin/miniprogram/jscode2session")
            .with("js_code", code)
            .with("grant_type", "authorization_code")
            .urgently();
        Ok(identity(&self.client.call(ask).await?))
    }

    /// Sends one message to some members, by their account ids.
    pub async fn send(&self, to: &[String], shape: &Shape) -> Result<Sent, Fault> {
        let body = shape.body(self.agent, to);
        match self.client.call(Ask::post("/cgi-bin/message/send", body)).await {
            Ok(answer) => Ok(Sent { invalid: listed(&answer["invaliduser"]) }),
            // everybody in it was invalid
            Err(Fault::Refused { code: 81013 }) => Ok(Sent { invalid: to.to_vec() }),
            Err(fault) => Err(fault),
        }
    }

    /// Whether the application is there and may be used.
    pub async fn look(&self) -> Result<Value, Fault> {
        self.client.call(Ask::get("/cgi-bin/agent/get").with("agentid", self.agent.to_string())).await
    }
}

fn identity(answer: &Value) -> Option<Identity> {
    let account = answer["userid"].as_str().or_else(|| answer["UserId"].as_str()).filter(|id| !id.is_empty())?;
    let session_key = answer["session_key"].as_str().map(str::to_owned);
    Some(Identity { account: account.to_owned(), union: None, session_key })
}

/// `a|b` as WeCom lists accounts.
fn listed(value: &Value) -> Vec<String> {
    let text = value.as_str().unwrap_or_default();
    text.split('|').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A description is read as HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// As much as fits into so many characters, with … for what is left out.
fn fitted(text: &str, most: usize) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// As many whole characters as fit into so many bytes, with … for what is left out.
fn cut_to_bytes(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at + '…'.len_utf8() <= most).last().unwrap_or(0);
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut_to_bytes("学习", 6), "学习");
        assert_eq!(cut_to_bytes("学习党章", 9), "学习…");
        assert!(cut_to_bytes(&"学".repeat(100), TITLE_BYTES).len() <= TITLE_BYTES);
    }

    #[test]
    fn an_answer_tells_whom_a_message_did_not_reach() {
        assert_eq!(listed(&json!("a|b")), ["a", "b"]);
        assert!(listed(&json!("")).is_empty() && listed(&Value::Null).is_empty());
    }
}
