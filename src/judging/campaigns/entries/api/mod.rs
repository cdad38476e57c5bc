//! The routes of entries, their articles and their evidence.

pub mod entries;
mod articles;
mod evidence;
mod proposals;
pub mod views;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::judging::campaigns::entries::model::EntryState;
use crate::judging::campaigns::entries::rules::{PROPOSAL_LIMIT, Refusal};
use crate::web::Problem;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(entries::routes).configure(articles::routes).configure(evidence::routes).configure(proposals::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Campaign(refusal) => refusal.into(),
            Refusal::NoSuchEntry => Problem::not_found("campaigns.entry_not_found", "没有找到这项申报"),
            Refusal::WrongEntryState(state) => {
                Problem::conflict("campaigns.wrong_entry_state", format!("申报{}，不能进行此操作", said_entry(state)))
            }
            Refusal::Judged => Problem::conflict("campaigns.judged", "评选已经开始，申报内容不能再改动"),
            Refusal::OwnerNoSecretary => {
                Problem::field("/plan/owner_id", "campaigns.owner_no_secretary", "“一把手”工程须由本单位党组织书记牵头")
            }
            Refusal::Files(refusal) => refusal.into(),
            Refusal::NotByMembers => {
                Problem::conflict("campaigns.not_by_members", "这次评选不接受个人投稿，请由所在组织申报")
            }
            Refusal::ProposedEnough => Problem::conflict(
                "campaigns.proposed_enough",
                format!("每人在一次评选中最多投稿 {PROPOSAL_LIMIT} 件，撤回后可以再投"),
            ),
            Refusal::OwnProposal => Problem::forbidden("campaigns.own_proposal", "您自己的投稿须由另一位组织者审核"),
            Refusal::NoArticlePicture => Problem::field("/picture_ids", "campaigns.no_picture", "文章配图须是图片"),
            Refusal::NoPicture => Problem::field("/file_ids", "campaigns.no_picture", "投稿的作品须是图片"),
            Refusal::NoSuchFile => Problem::not_found("campaigns.file_not_found", "这项申报没有这个文件"),
        }
    }
}

fn said_entry(state: EntryState) -> &'static str {
    match state {
        EntryState::Draft => "还是草稿",
        EntryState::Submitted => "已经提交",
        EntryState::Withdrawn => "已经撤回",
        EntryState::Proposed => "还在等待审核",
        EntryState::Declined => "未被采用",
    }
}
