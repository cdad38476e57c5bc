//! The routes of the room, and what its refusals mean over HTTP.

use utoipa_actix_web::service_config::ServiceConfig;

use super::Campaigns;
use super::model::CampaignState;
use super::rules::CampaignRefusal;
use super::viewer::Viewer;
use super::{bulletins, calendar, decision, entries, results, scores, vote};
use crate::base::approval::NoAnswer;
use crate::kernel::recusals::RecusalRequest;
use crate::web::Problem;
use crate::web::caller::{Caller, out_of_reach};
use crate::web::recusal::OwnRecusal;

/// The routes of every part.
pub fn routes(cfg: &mut ServiceConfig) {
    calendar::routes(cfg);
    entries::routes(cfg);
    vote::routes(cfg);
    scores::routes(cfg);
    results::routes(cfg);
    decision::routes(cfg);
    bulletins::routes(cfg);
}

/// Who looks.
pub(super) fn viewer(caller: &Caller) -> Viewer<'_> {
    Viewer::of(caller)
}

/// That somebody asked to be kept out of something, as it is shown.
pub(super) fn own_recusal(campaigns: &Campaigns, asked: &RecusalRequest) -> OwnRecusal {
    let name = campaigns.member_name(asked.member_id);
    OwnRecusal { member_id: asked.member_id, name, reason: asked.reason.clone(), at: asked.at }
}

impl From<CampaignRefusal> for Problem {
    fn from(refusal: CampaignRefusal) -> Self {
        match refusal {
            CampaignRefusal::Outdated(outdated) => outdated.into(),
            CampaignRefusal::NoSuchCampaign => Problem::not_found("campaigns.not_found", "没有找到这次评选"),
            CampaignRefusal::OutOfReach => out_of_reach(),
            CampaignRefusal::WrongState(CampaignState::Cancelled) => {
                Problem::gone("campaigns.cancelled", "这次评选已经终止，理由见评选页面")
            }
            CampaignRefusal::WrongState(state) => {
                Problem::conflict("campaigns.wrong_state", format!("评选{}，不能进行此操作", said(state)))
            }
            CampaignRefusal::BadField(flaw) => Problem::field(&flaw.pointer, "campaigns.rule", flaw.message),
            CampaignRefusal::NoSuchStage => Problem::conflict("campaigns.no_stage", "这次评选没有这个阶段"),
            CampaignRefusal::NotOpen(stage) => {
                Problem::conflict("campaigns.not_open", format!("{}阶段还没有开始", stage.title()))
            }
            CampaignRefusal::Over(stage) => Problem::gone("campaigns.over", format!("{}阶段已经结束", stage.title())),
            CampaignRefusal::OwnCase => Problem::forbidden(
                "campaigns.own_case",
                "您本人或您所在的单位参加了这次评选，请由其他有权人员处理；没有其他人的，请先由管理员任命",
            ),
            CampaignRefusal::Recused => {
                Problem::forbidden("campaigns.recused", "您已自行回避，由其他有权人员或上一级组织处理")
            }
            CampaignRefusal::NoAnswer(no) => unanswerable(no),
            CampaignRefusal::NotCounted => Problem::conflict("campaigns.not_counted", "还没有计票"),
            CampaignRefusal::Undecided => Problem::conflict("campaigns.undecided", "还没有作出决定"),
            CampaignRefusal::NotPublished => Problem::conflict("campaigns.not_published", "评选结果还没有公布"),
            CampaignRefusal::KeyReused => {
                Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求")
            }
        }
    }
}

fn said(state: CampaignState) -> &'static str {
    match state {
        CampaignState::Draft => "还是草稿",
        CampaignState::Announced => "已经公布通知",
        CampaignState::Open => "正在进行",
        CampaignState::Withdrawn => "已经取消",
        CampaignState::Cancelled => "已经终止",
        CampaignState::Decided => "已经作出决定",
        CampaignState::Published => "已经公布结果",
        CampaignState::Archived => "已经归档",
    }
}

fn unanswerable(no: NoAnswer) -> Problem {
    match no {
        NoAnswer::OwnProposal => {
            Problem::forbidden("campaigns.own_proposal", "不能确认您自己提出的事项，须由另一人确认")
        }
        NoAnswer::AboutYourself => Problem::forbidden("campaigns.about_yourself", "不能确认关于您本人的事项"),
        NoAnswer::NotYours => Problem::forbidden("campaigns.not_own_proposal", "只能撤回您自己提出的事项"),
        NoAnswer::Over(_) => Problem::conflict("campaigns.confirmed", "这一事项已经由另一人确认，不能再处理"),
    }
}
