//! How a proposal that takes two people refuses an answer.

use super::error::Problem;
use crate::base::approval::{NoAnswer, ProposalState};

/// The refusal of an answer, alike in every room that has proposals.
pub fn unanswerable(no: NoAnswer) -> Problem {
    match no {
        NoAnswer::OwnProposal => Problem::forbidden("proposals.own", "不能确认或拒绝您自己提出的提议，须由另一人处理"),
        NoAnswer::AboutYourself => Problem::forbidden("proposals.about_yourself", "不能确认或拒绝关于您本人的提议"),
        NoAnswer::NotYours => Problem::forbidden("proposals.not_yours", "只有提议人可以撤回提议"),
        NoAnswer::Over(state) => Problem::conflict("proposals.over", format!("这项提议{}，不能再处理", ended(state))),
    }
}

fn ended(state: ProposalState) -> &'static str {
    match state {
        ProposalState::Open => "仍待确认",
        ProposalState::Approved => "已经确认",
        ProposalState::Refused => "已被拒绝",
        ProposalState::TakenBack => "已撤回",
        ProposalState::Expired => "已过期",
    }
}
