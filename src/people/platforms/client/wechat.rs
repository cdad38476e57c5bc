//! What of WeChat 微信 is used: the official account and the mini-program. Sources: `docs/platforms.md`, sections 1, 2, 4 to 7.

use serde_json::{Value, json};

use super::{Ask, Client};
use crate::people::platforms::model::Identity;
use crate::people::platforms::rules::Fault;

/// By what WeChat gives a stable token: another test server with the same application does not invalidate it.
pub fn token(app: &str, secret: &str) -> Ask {
    let body = json!({ "grant_type": "client_credential", "appid": app, "secret": secret, "force_refresh": false });
    Ask::post("/cgi-bin/stable_token", body).without_token()
}

/// An application of the enterprise in WeChat; clones share it.
#[derive(Clone)]
pub struct Wechat {
    pub client: Client,
    /// AppID.
    pub app: String,
    secret: crate::config::RedactedText,
}

impl Wechat {
    pub fn new(client: Client, app: &crate::config::Application) -> Wechat {
        Wechat { client, app: app.id.clone(), secret: app.secret.clone() }
    }

    /// Who opened a page of the official account, by the code that it came back with.
    pub async fn who_opened(&self, code: &str) -> Result<Option<Identity>, Fault> {
        let ask = self.signed("/sns/oauth2/access_token").with("code", code);
        Ok(identity(&self.client.call(ask.with("grant_type", "authorization_code")).await?))
    }

    /// Who opened the mini-program, by its code of `wx.login`.
    pub async fn who_opened_mini(&self, code: &str) -> Result<Option<Identity>, Fault> {
        let ask = self.signed("/sns/jscode2session").with("js_code", code);
        Ok(identity(&self.client.call(ask.with("grant_type", "authorization_code")).await?))
    }

    fn signed(&self, path: &'static str) -> Ask {
        Ask::get(path).with("appid", self.app.as_str()).with("secret", self.secret.reveal()).without_token().urgently()
    }

    /// The phone number that a member has let the mini-program know, with the application it was given to.
    pub async fn phone(&self, code: &str) -> Result<(String, String), Fault> {
        let answer = self.client.call(Ask::post("/wxa/business/getuserphonenumber", json!({ "code": code }))).await?;
        let info = &answer["phone_info"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok((text(&info["purePhoneNumber"]), text(&info["watermark"]["appid"])))
    }

    /// A one-time subscribe message of the mini-program.
    pub async fn subscribe(&self, to: &str, template: &str, page: &str, data: Value) -> Result<(), Fault> {
        let body = json!({
            "touser": to, "template_id": template, "page": page, "data": data,
            // both are needed by the newer page of the documents
            "miniprogram_state": "formal", "lang": "zh_CN",
        });
        self.client.call(Ask::post("/cgi-bin/message/subscribe/send", body)).await.map(drop)
    }

    /// A template message of the official account; the platform sends one of `once` once.
    pub async fn template(&self, to: &str, template: &str, url: &str, once: &str, data: Value) -> Result<(), Fault> {
        let body = json!({ "touser": to, "template_id": template, "url": url, "client_msg_id": once, "data": data });
        self.client.call(Ask::post("/cgi-bin/message/template/send", body)).await.map(drop)
    }

    /// What the content check says of a text of at most 2,500 characters, and under which label.
    pub async fn check_text(&self, openid: &str, scene: u8, content: &str) -> Result<(Suggestion, i64), Fault> {
        let body = json!({ "version": 2, "openid": openid, "scene": scene, "content": content });
        let answer = self.client.call(Ask::post("/wxa/msg_sec_check", body)).await?;
        // that the call worked says nothing of the text
        let suggestion = match answer["result"]["suggest"].as_str() {
            Some("pass") => Suggestion::Pass,
            Some("risky") => Suggestion::Risky,
            _ => Suggestion::Review,
        };
        Ok((suggestion, answer["result"]["label"].as_i64().unwrap_or(0)))
    }
}

/// What the content check advises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suggestion {
    Pass,
    /// That a person looks at it.
    Review,
    Risky,
}

fn identity(answer: &Value) -> Option<Identity> {
    let text = |name: &str| answer[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    Some(Identity { account: text("openid")?, union: text("unionid"), session_key: text("session_key") })
}
