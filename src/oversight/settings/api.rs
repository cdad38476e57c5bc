//! The routes of settings.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::SettingRoom;
use super::actions::{Changed, Known, Wish};
use super::rules::Refusal;
use crate::base::approval::{Answer, ProposalState};
use crate::base::capability::Capability;
use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::kernel::settings::{Range, Setting, SettingChange, SettingChangeId, SettingValue};
use crate::web::approval::unanswerable;
use crate::web::caller::{Caller, SettingChanger, SettingReader, out_of_reach};
use crate::web::etag::{IfMatch, Versioned};
use crate::web::{Body, Page, Path, Problem, Query, page};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_settings)
        .service(get_setting)
        .service(set_setting)
        .service(list_setting_changes)
        .service(get_setting_proposal)
        .service(approve_setting_proposal)
        .service(refuse_setting_proposal)
        .service(withdraw_setting_proposal);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchSetting => Problem::not_found("settings.not_found", "没有这项设置"),
            Refusal::Outdated(outdated) => outdated.into(),
            Refusal::BadValue(allowed) => Problem::unprocessable("settings.bad_value", allowed),
            Refusal::NotYours => out_of_reach(),
            Refusal::ProposedAlready => {
                Problem::conflict("settings.already_proposed", "这项设置已有一项变动待确认，请先处理")
            }
            Refusal::ProposerGone => {
                Problem::conflict("proposals.proposer_gone", "提议人已不再有权提出此项变动，请重新提议")
            }
            Refusal::NoSuchProposal => Problem::not_found("settings.no_proposal", "没有这项提议"),
            Refusal::NoAnswer(no) => unanswerable(no),
        }
    }
}

/// One of the words that a setting may be.
#[derive(Serialize, ToSchema)]
struct SettingChoice {
    /// As it is sent.
    word: &'static str,
    /// What people read in its place, in Chinese.
    title: &'static str,
}

/// A setting, with what is in force.
#[derive(Serialize, ToSchema)]
struct SettingView {
    /// The room and what it is.
    #[schema(examples("study.push_at"))]
    key: &'static str,
    /// What it decides, in Chinese.
    title: &'static str,
    /// What it decides, in English.
    title_en: &'static str,
    /// What is in force.
    value: SettingValue,
    /// What applies where nothing was set: what the environment of the server says.
    default: SettingValue,
    /// The least that a number may be.
    from: Option<i64>,
    /// The most that a number may be.
    until: Option<i64>,
    /// Of what a number is, in Chinese.
    unit: Option<&'static str>,
    /// The words of which it is one; absent for everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<Vec<SettingChoice>>,
    /// The capability of those who may change it, on the top unit.
    changed_by: Capability,
    /// Whether a second person has to approve a change.
    is_delicate: bool,
    /// Whether the caller may change it.
    can_change: bool,
    /// The change that waits for a second person.
    proposal: Option<SettingChangeView>,
}

impl SettingView {
    fn of(room: &SettingRoom, caller: &Caller, known: &Known) -> Self {
        let setting = &known.setting;
        let (from, until, unit) = match setting.range {
            Range::Number { from, to, unit } => (Some(from), Some(to), Some(unit)),
            _ => (None, None, None),
        };
        let choices = match setting.range {
            Range::OneOf(words) => Some(words.iter().map(|(word, title)| SettingChoice { word, title }).collect()),
            _ => None,
        };
        SettingView {
            key: setting.key,
            title: setting.title.0,
            title_en: setting.title.1,
            value: setting.show(setting.value()),
            default: setting.show(setting.default()),
            from,
            until,
            unit,
            choices,
            changed_by: setting.changed_by,
            is_delicate: setting.is_delicate,
            can_change: room.is_theirs(caller, setting),
            proposal: known.proposal.as_ref().map(|change| SettingChangeView::of(room, caller, setting, change)),
        }
    }
}

/// A change of a setting, or the proposal of one.
#[derive(Serialize, ToSchema)]
struct SettingChangeView {
    /// The change.
    id: SettingChangeId,
    /// The setting.
    #[schema(examples("study.push_at"))]
    key: &'static str,
    /// What was in force before.
    former: SettingValue,
    /// What it was changed to; absent for the default.
    value: Option<SettingValue>,
    /// Why.
    reason: String,
    /// Whether it waits, or what became of it; `approved` as well where nobody had to be asked.
    state: ProposalState,
    /// Who made it.
    proposed_by: MemberId,
    /// That person's name.
    proposed_by_name: String,
    /// When it was made.
    proposed_at: Timestamp,
    /// Until when it can be answered: 14 days; absent once it is over.
    expires_at: Option<Timestamp>,
    /// Who answered it; absent where nobody had to be asked.
    answered_by: Option<MemberId>,
    /// That person's name.
    answered_by_name: Option<String>,
    /// When it came into force, or was refused or taken back.
    answered_at: Option<Timestamp>,
    /// Whether the caller can approve or refuse it now.
    can_answer: bool,
}

impl SettingChangeView {
    fn of(room: &SettingRoom, caller: &Caller, setting: &Setting, change: &SettingChange) -> Self {
        let now = room.db.now();
        let state = change.rule().state_at(now);
        let may = change.rule().answer(Answer::Approve, caller.member, now) == Ok(true);
        SettingChangeView {
            id: change.id,
            key: setting.key,
            former: setting.show(change.former()),
            value: change.value().map(|value| setting.show(value)),
            reason: change.reason.clone(),
            state,
            proposed_by: change.proposed_by,
            proposed_by_name: room.name_of(change.proposed_by),
            proposed_at: change.proposed_at,
            expires_at: (state == ProposalState::Open).then(|| change.expires_at()),
            answered_by: change.answered_by,
            answered_by_name: change.answered_by.map(|by| room.name_of(by)),
            answered_at: change.answered_at,
            can_answer: may && room.is_theirs(caller, setting),
        }
    }
}

/// The settings.
#[derive(Serialize, ToSchema)]
struct SettingList {
    /// Room by room; there are a few dozen.
    items: Vec<SettingView>,
}

/// 设置列表
///
/// What the enterprise may change without a restart, with what is in force.
#[utoipa::path(tag = "settings", responses((status = 200, description = "Every setting", body = SettingList)))]
#[get("/settings")]
async fn list_settings(reader: SettingReader, room: web::Data<SettingRoom>) -> Result<web::Json<SettingList>, Problem> {
    let known = room.list().await?;
    Ok(web::Json(SettingList { items: known.iter().map(|known| SettingView::of(&room, &reader, known)).collect() }))
}

/// 设置详情
///
/// One setting with what is in force. The `ETag` names the last change of it.
#[utoipa::path(tag = "settings", responses((status = 200, description = "The setting", body = SettingView),
    (status = 304, description = "Not changed since the given ETag")))]
#[get("/settings/{key}")]
async fn get_setting(
    reader: SettingReader,
    key: Path<String>,
    room: web::Data<SettingRoom>,
) -> Result<Versioned<SettingView>, Problem> {
    let (known, version) = room.known(&key).await?;
    Ok(Versioned(SettingView::of(&room, &reader, &known), version))
}

/// What a setting is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingBody {
    /// Of the setting's form and within its range; null, or absent, for the default.
    #[schema(nullable)]
    pub value: Option<SettingValue>,
    /// Why it is changed; kept with the change.
    pub reason: Text<200>,
}

/// 修改设置
///
/// Sets a setting. It is in force at once, on other servers within two seconds; of a delicate one this is a proposal that
/// a second person approves. What is in force already changes nothing.
#[utoipa::path(tag = "settings", params(("If-Match" = Option<String>, Header, description = "The `ETag` of the state that is changed; another one by now is 409")),
    request_body = SettingBody, responses(
    (status = 200, description = "The setting, with what is in force", body = SettingView),
    (status = 202, description = "The proposal, whose address is in `Location`", body = SettingChangeView)))]
#[put("/settings/{key}")]
async fn set_setting(
    changer: SettingChanger,
    key: Path<String>,
    IfMatch(seen): IfMatch,
    room: web::Data<SettingRoom>,
    body: Body<SettingBody>,
) -> Result<HttpResponse, Problem> {
    let SettingBody { value, reason } = body.into_inner();
    let wish = Wish { value, reason: reason.into_string(), seen };
    let changed = room.change(&changer, &key, wish).await?;
    let (known, _) = room.known(&key).await?;
    Ok(match changed {
        Changed::InForce => HttpResponse::Ok().json(SettingView::of(&room, &changer, &known)),
        Changed::Proposed(change) => {
            let location = (LOCATION, format!("/api/v1/setting-proposals/{}", change.id));
            let view = SettingChangeView::of(&room, &changer, &known.setting, &change);
            HttpResponse::Accepted().insert_header(location).json(view)
        }
    })
}

/// Which part of a history.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SettingHistoryQuery {
    /// How many items at most; 20 when absent, 100 at most.
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// 设置变更记录
///
/// What a setting was changed to, by whom, when and why, newest first; proposals that came to nothing among them.
#[utoipa::path(tag = "settings", params(SettingHistoryQuery),
    responses((status = 200, description = "A page of changes", body = Page<SettingChangeView>)))]
#[get("/settings/{key}/history")]
async fn list_setting_changes(
    reader: SettingReader,
    key: Path<String>,
    query: Query<SettingHistoryQuery>,
    room: web::Data<SettingRoom>,
) -> Result<web::Json<Page<SettingChangeView>>, Problem> {
    let limit = page::page_limit(query.limit)?;
    let (setting, found) = room.history(&key, page::after(query.cursor.as_deref())?, limit + 1).await?;
    let page = Page::new(found, limit, |change| change.id);
    Ok(web::Json(page.map(|change| SettingChangeView::of(&room, &reader, &setting, &change))))
}

/// 设置变更提议
///
/// A change of a delicate setting that was proposed.
#[utoipa::path(tag = "settings", responses((status = 200, description = "The proposal", body = SettingChangeView)))]
#[get("/setting-proposals/{id}")]
async fn get_setting_proposal(
    reader: SettingReader,
    id: Path<SettingChangeId>,
    room: web::Data<SettingRoom>,
) -> Result<web::Json<SettingChangeView>, Problem> {
    let (setting, change) = room.proposal(*id).await?;
    Ok(web::Json(SettingChangeView::of(&room, &reader, &setting, &change)))
}

/// 同意设置变更
///
/// Approves what somebody else proposed; it is in force at once. Again it changes nothing.
#[utoipa::path(tag = "settings", responses((status = 200, description = "The proposal", body = SettingChangeView)))]
#[post("/setting-proposals/{id}/approval")]
async fn approve_setting_proposal(
    changer: SettingChanger,
    id: Path<SettingChangeId>,
    room: web::Data<SettingRoom>,
) -> Result<web::Json<SettingChangeView>, Problem> {
    answer(&changer, &room, *id, Answer::Approve).await
}

/// 不同意设置变更
///
/// Refuses what somebody else proposed. Again it changes nothing.
#[utoipa::path(tag = "settings", responses((status = 200, description = "The proposal", body = SettingChangeView)))]
#[post("/setting-proposals/{id}/refusal")]
async fn refuse_setting_proposal(
    changer: SettingChanger,
    id: Path<SettingChangeId>,
    room: web::Data<SettingRoom>,
) -> Result<web::Json<SettingChangeView>, Problem> {
    answer(&changer, &room, *id, Answer::Refuse).await
}

/// 撤回设置变更提议
///
/// Takes one's own proposal back. Again it changes nothing.
#[utoipa::path(tag = "settings", responses((status = 200, description = "The proposal", body = SettingChangeView)))]
#[post("/setting-proposals/{id}/withdrawal")]
async fn withdraw_setting_proposal(
    changer: SettingChanger,
    id: Path<SettingChangeId>,
    room: web::Data<SettingRoom>,
) -> Result<web::Json<SettingChangeView>, Problem> {
    answer(&changer, &room, *id, Answer::TakeBack).await
}

async fn answer(
    changer: &SettingChanger,
    room: &SettingRoom,
    id: SettingChangeId,
    answer: Answer,
) -> Result<web::Json<SettingChangeView>, Problem> {
    let change = room.answer(changer, id, answer).await?;
    let setting = room.setting(&change.key)?;
    Ok(web::Json(SettingChangeView::of(room, changer, &setting, &change)))
}
