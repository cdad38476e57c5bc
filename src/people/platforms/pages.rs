//! What pages inside WeChat and WeCom need (scanning, sharing), and what WeChat tells of its users.

use std::time::Duration;

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::json;

use super::actions::{Outcome, Platforms, note};
use super::client::Ask;
use super::model::Platform;
use super::rules::{Fault, Refusal};
use super::store;
use crate::base::crypto::{random_code, sha1_hex};
use crate::kernel::memo::Failure;

/// How long a ticket is used: it is good for two hours.
const TICKET_AGE: Duration = Duration::from_secs(90 * 60);

/// What a page gives `wx.config`.
pub struct PageSignature {
    pub app: String,
    pub timestamp: i64,
    pub nonce: String,
    pub signature: String,
}

impl Failure for Fault {
    fn for_who_waited(&self) -> Option<Self> {
        matches!(self, Fault::Busy { .. } | Fault::Token { .. } | Fault::Config { .. }).then(|| self.clone())
    }
}

impl Platforms {
    /// Signs a page's address for the interfaces of the platform's own browser.
    pub(super) async fn sign_page(&self, platform: Platform, url: &str) -> Outcome<PageSignature> {
        let (client, ask) = match (platform, &self.wecom, &self.wechat) {
            (Platform::Wecom, Some(wecom), _) => (wecom.client.clone(), Ask::get("/cgi-bin/get_jsapi_ticket")),
            (Platform::Wechat, _, Some(wechat)) => {
                (wechat.client.clone(), Ask::get("/cgi-bin/ticket/getticket").with("type", "jsapi"))
            }
            _ => return Err(Refusal::NotUsed.into()),
        };
        let fetch = async || -> Result<String, Fault> {
            let answer = client.call(ask).await?;
            Ok(answer["ticket"].as_str().unwrap_or_default().to_owned())
        };
        let ticket = self.tickets.get(&platform, TICKET_AGE, fetch).await.map_err(|fault| match fault {
            Fault::Busy { .. } => Refusal::Away,
            other => {
                tracing::error!("a page could not be signed: {other}");
                Refusal::Misconfigured { code: 0 }
            }
        })?;
        let (timestamp, nonce) = (self.db.now().seconds(), random_code());
        let url = url.split('#').next().unwrap_or_default();
        // in this order, and raw
        let text = format!("jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}");
        let signature = sha1_hex(text.as_bytes());
        Ok(PageSignature { app: self.application(platform).to_owned(), timestamp, nonce, signature })
    }

    /// Whether an event was signed with the token that WeChat was given.
    pub(super) fn is_own_event(&self, signature: &str, timestamp: &str, nonce: &str) -> bool {
        let Some(token) = self.config.wechat_event_token.as_ref().filter(|token| !token.reveal().is_empty()) else {
            return false;
        };
        let mut parts = [token.reveal(), timestamp, nonce];
        parts.sort_unstable();
        subtle::ConstantTimeEq::ct_eq(sha1_hex(parts.concat().as_bytes()).as_bytes(), signature.as_bytes()).into()
    }

    /// Does what an event asks for: who has withdrawn his consent, closed his account or no longer follows is forgotten, with
    /// everything that came from there.
    pub(super) async fn take_event(&self, body: &str) -> Outcome<()> {
        let Some((openid, event)) = read_event(body) else { return Ok(()) };
        let forgets = ["user_authorization_revoke", "user_authorization_cancellation", "unsubscribe"];
        if !forgets.contains(&event.as_str()) {
            return Ok(());
        }
        let room = self.clone();
        self.db
            .write(move |tx| {
                for platform in [Platform::Wechat, Platform::Mini] {
                    let hash = room.hash(platform, &openid);
                    if let Some(member) = store::delete_by_hash(tx.conn, platform, &hash)? {
                        let detail = json!({ "platform": platform, "by": "platform", "event": event });
                        room.forget(tx, member, platform)?;
                        note(tx, member, "platforms.unbind", detail)?;
                    }
                }
                Ok(())
            })
            .await
    }
}

/// Whose event it is, and which: `FromUserName` or `OpenID`, and `Event`.
fn read_event(body: &str) -> Option<(String, String)> {
    let mut reader = Reader::from_str(body);
    let (mut name, mut from, mut open, mut event) = (String::new(), None, None, None);
    loop {
        let text = match reader.read_event().ok()? {
            Event::Start(start) => {
                name = AsRef::<str>::as_ref(&start.name()).to_owned();
                continue;
            }
            Event::CData(data) => data.into_inner().into_owned(),
            Event::Text(text) => text.into_inner().trim().to_owned(),
            Event::Eof => break,
            _ => continue,
        };
        if text.is_empty() {
            continue;
        }
        match name.as_str() {
            "FromUserName" => from = Some(text),
            "OpenID" => open = Some(text),
            "Event" => event = Some(text),
            _ => {}
        }
    }
    Some((open.or(from)?, event?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_names_its_user() {
        let body = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oABC]]></FromUserName>\
            <CreateTime>1</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[unsubscribe]]></Event></xml>";
        assert_eq!(read_event(body), Some(("oABC".into(), "unsubscribe".into())));
        assert_eq!(read_event("<xml><Event>a</Event></xml>"), None);
        assert_eq!(read_event("not xml <<<"), None);
    }
}
