//! The routes of decisions, objections, publication and awards.

mod adoption;
mod decision;
mod objections;
mod publication;
mod recusals;
mod awards;

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::own_case::Involvement;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::decision::rules::Refusal;
use crate::kernel::recusals::Recusal;
use crate::web::Problem;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(decision::routes)
        .configure(objections::routes)
        .configure(publication::routes)
        .configure(recusals::routes)
        .configure(awards::routes)
        .configure(adoption::routes);
}

/// Somebody who was kept out of an act that is his by duty, because he is involved in what it is about 回避.
#[derive(Serialize, ToSchema)]
pub(in crate::judging::campaigns) struct RecusedName {
    /// The member's name.
    name: String,
    involvement: Involvement,
}

impl RecusedName {
    pub fn new(campaigns: &Campaigns, recusal: &Recusal) -> RecusedName {
        RecusedName { name: campaigns.member_name(recusal.member_id), involvement: recusal.involvement }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Campaign(refusal) => refusal.into(),
            Refusal::Entries(refusal) => refusal.into(),
            Refusal::Incomplete(sources) => {
                let stages: Vec<&str> = sources.iter().map(|source| source.stage().title()).collect();
                Problem::conflict("campaigns.incomplete", format!("{}还没有结束或计票，不能决定", stages.join("、")))
            }
            Refusal::BadDecision(fault) => Problem::field(&fault.pointer, fault.code, fault.message),
            Refusal::NoCommittee => Problem::conflict(
                "campaigns.no_committee",
                "这次评选没有党委研究阶段，只能按计算结果确认；仅名额边缘的并列可以决定",
            ),
            Refusal::OwnLine => Problem::forbidden(
                "campaigns.own_line",
                "各位委员所在的单位都参加了这次评选：您所在单位的申报须按计算结果，不能更改",
            ),
            Refusal::Decided { version, at } => {
                let at = at.in_chinese();
                Problem::conflict("campaigns.decided", format!("{at}已经作出决定（第 {version} 次），见评选结果"))
            }
            Refusal::SentBack => Problem::conflict("campaigns.sent_back", "有异议成立，须由党委重新作出决定"),
            Refusal::ObjectionsRunning => Problem::conflict("campaigns.objections_running", "公示还没有结束"),
            Refusal::OpenObjections { open } => {
                Problem::conflict("campaigns.open_objections", format!("还有 {open} 条异议没有答复，结果不能公布"))
            }
            Refusal::ObjectedEnough { most } => {
                Problem::conflict("campaigns.objected_enough", format!("每人在一次评选中最多提出 {most} 条异议"))
            }
            Refusal::ObjectedAlready => {
                Problem::conflict("campaigns.objected_already", "您已经对这项申报提出过异议，不能更改")
            }
            Refusal::NotAwarded => Problem::conflict("campaigns.not_awarded", "只有获奖的作品可以启用为品牌标识"),
            Refusal::NoMark => Problem::conflict("campaigns.no_mark", "这项申报没有图片，不能启用为品牌标识"),
            Refusal::NoSuchBrand => Problem::field("/brand_id", "no_such_brand", "没有找到这个党建品牌"),
            Refusal::NoSuchObjection => Problem::not_found("campaigns.objection_not_found", "没有找到这条异议"),
            Refusal::OwnObjection => {
                Problem::forbidden("campaigns.own_objection", "不能答复自己提出的或涉及本单位的异议")
            }
            Refusal::AnsweredAlready => Problem::conflict("campaigns.answered_already", "这条异议已经答复，不能更改"),
        }
    }
}
