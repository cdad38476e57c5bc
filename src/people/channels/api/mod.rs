//! The routes of what a member wants to hear by which channel.

use actix_web::{get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::Channels;
use super::actions::Way;
use super::model::ChannelName;
use super::rules::Refusal;
use crate::base::text::Text;
use crate::ground::notices::{Leaving, NoticeKind};
use crate::web::caller::Member;
use crate::web::{Body, Problem};

/// Choices of one request.
const MOST_CHOICES: usize = 200;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_my_notice_settings)
        .service(set_my_notice_settings)
        .service(list_my_subscriptions)
        .service(record_subscriptions);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotOffered => {
                Problem::field("/choices", "not_offered", "本企业不通过这个渠道发送这类通知，请刷新后重试")
            }
            Refusal::NotToChoose => Problem::field("/choices", "not_to_choose", "这类通知按规定必须送达，不能关闭"),
            Refusal::Twice => Problem::field("/choices", "twice", "同一类通知的同一渠道只能填写一次"),
        }
    }
}

/// How a kind of notice comes to the caller by a channel.
#[derive(Serialize, ToSchema)]
struct NoticeWay {
    kind: NoticeKind,
    channel: ChannelName,
    /// What the enterprise has decided.
    leaving: Leaving,
    /// Whether the caller may switch it off.
    may_choose: bool,
    /// Whether it comes to the caller.
    wanted: bool,
}

impl From<Way> for NoticeWay {
    fn from(way: Way) -> Self {
        let Way { kind, channel, leaving, wanted } = way;
        NoticeWay { kind, channel, leaving, may_choose: leaving != Leaving::Always, wanted }
    }
}

/// What the enterprise sends beyond the inbox, and what of it the caller wants.
#[derive(Serialize, ToSchema)]
struct NoticeSettings {
    /// Empty where the enterprise uses no channel beyond the inbox.
    ways: Vec<NoticeWay>,
}

impl NoticeSettings {
    fn of(ways: Vec<Way>) -> Self {
        NoticeSettings { ways: ways.into_iter().map(NoticeWay::from).collect() }
    }
}

/// 我的通知设置
///
/// Which kinds of notices the enterprise sends by which channel, and which of them the caller wants. When nothing reminds of
/// anything is in `/me/settings`.
#[utoipa::path(tag = "notices", responses((status = 200, description = "The settings", body = NoticeSettings)))]
#[get("/me/notice-settings")]
async fn get_my_notice_settings(
    caller: Member,
    channels: web::Data<Channels>,
) -> Result<web::Json<NoticeSettings>, Problem> {
    Ok(web::Json(NoticeSettings::of(channels.ways_of(caller.member).await?)))
}

/// A kind of notice that the caller wants by a channel, or does not.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoticeChoice {
    kind: NoticeKind,
    channel: ChannelName,
    /// `false` switches it off.
    wanted: bool,
}

/// What the caller wants.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoticeChoices {
    /// What is not in it goes back to what the enterprise says.
    choices: Vec<NoticeChoice>,
}

/// 修改通知设置
///
/// Says what of it the caller wants. What the enterprise must tell cannot be switched off.
#[utoipa::path(tag = "notices", request_body = NoticeChoices,
    responses((status = 200, description = "The settings", body = NoticeSettings)))]
#[put("/me/notice-settings")]
async fn set_my_notice_settings(
    caller: Member,
    channels: web::Data<Channels>,
    body: Body<NoticeChoices>,
) -> Result<web::Json<NoticeSettings>, Problem> {
    let choices = body.into_inner().choices;
    if choices.len() > MOST_CHOICES {
        return Err(Problem::field("/choices", "too_many", format!("一次最多 {MOST_CHOICES} 项")));
    }
    let wishes = choices.into_iter().map(|choice| (choice.kind, choice.channel, choice.wanted)).collect();
    Ok(web::Json(NoticeSettings::of(channels.choose(caller.member, wishes).await?)))
}

/// What the member has allowed of one template.
#[derive(Serialize, ToSchema)]
struct SubscriptionView {
    /// The template's id on the platform.
    #[schema(examples("TEMPLATE_ID"))]
    template: String,
    /// Messages that may still be sent, as far as we know.
    remaining: i32,
    /// The kinds of notices that are put in it.
    kinds: Vec<NoticeKind>,
}

/// What the member has allowed the mini-program to send.
#[derive(Serialize, ToSchema)]
struct Subscriptions {
    /// Every template that the enterprise uses; ask for three at most at a time, after a tap.
    items: Vec<SubscriptionView>,
}

fn subscriptions(channels: &Channels, known: Vec<(String, i32)>) -> Subscriptions {
    let mut items: Vec<SubscriptionView> = Vec::new();
    for kind in NoticeKind::each() {
        let Some(template) = channels.mini_template(kind) else { continue };
        match items.iter_mut().find(|item| item.template == template) {
            Some(item) => item.kinds.push(kind),
            None => {
                let remaining = known.iter().find(|(of, _)| *of == template).map_or(0, |(_, remaining)| *remaining);
                items.push(SubscriptionView { template, remaining, kinds: vec![kind] });
            }
        }
    }
    Subscriptions { items }
}

/// 我的订阅次数
///
/// The templates of the mini-program that the enterprise uses, and how many messages of each the caller still allows.
#[utoipa::path(tag = "notices", responses((status = 200, description = "What is allowed", body = Subscriptions)))]
#[get("/me/wechat/subscriptions")]
async fn list_my_subscriptions(
    caller: Member,
    channels: web::Data<Channels>,
) -> Result<web::Json<Subscriptions>, Problem> {
    let known = channels.quotas_of(caller.member).await?;
    Ok(web::Json(subscriptions(&channels, known)))
}

/// What the platform's question brought.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptedTemplates {
    /// The templates that the member has accepted, one message each; three at most.
    accepted: Vec<Text<100>>,
}

/// 登记订阅授权
///
/// Puts down which templates the member has just accepted: one message each, with no end.
#[utoipa::path(tag = "notices", request_body = AcceptedTemplates,
    responses((status = 200, description = "What is allowed now", body = Subscriptions)))]
#[post("/me/wechat/subscriptions")]
async fn record_subscriptions(
    caller: Member,
    channels: web::Data<Channels>,
    body: Body<AcceptedTemplates>,
) -> Result<web::Json<Subscriptions>, Problem> {
    let accepted: Vec<String> = body.into_inner().accepted.into_iter().map(Text::into_string).collect();
    let used: Vec<String> = NoticeKind::each().filter_map(|kind| channels.mini_template(kind)).collect();
    // the platform asks for three at a time
    if accepted.is_empty() || accepted.len() > 3 || accepted.iter().any(|template| !used.contains(template)) {
        return Err(Problem::field("/accepted", "unknown_template", "请填写一至三个本企业使用的模板"));
    }
    let known = channels.accept(caller.member, accepted).await?;
    Ok(web::Json(subscriptions(&channels, known)))
}
