//! The routes of the vote.

mod ballots;
mod participation;
mod flags;
mod flag_review;
mod voidings;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::judging::campaigns::vote::rules::Refusal;
use crate::web::Problem;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(ballots::routes)
        .configure(participation::routes)
        .configure(flags::routes)
        .configure(flag_review::routes)
        .configure(voidings::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Campaign(refusal) => refusal.into(),
            Refusal::NotOnRoll => Problem::forbidden("campaigns.not_on_roll", "您不在这次投票的选民名册中"),
            Refusal::NothingToChoose => Problem::forbidden(
                "campaigns.nothing_to_choose",
                "选票上没有您可以选的申报：不能投给自己或本支部的申报",
            ),
            Refusal::WrongNumber { min, max } if min == max => {
                Problem::field("/entries", "campaigns.wrong_number", format!("您的选票须选 {min} 项"))
            }
            Refusal::WrongNumber { min, max } => {
                Problem::field("/entries", "campaigns.wrong_number", format!("您的选票须选 {min} 到 {max} 项"))
            }
            Refusal::ChosenTwice { index } => {
                Problem::field(&format!("/entries/{index}"), "campaigns.chosen_twice", "同一项不能选两次")
            }
            Refusal::NotOnBallot { index } => {
                Problem::field(&format!("/entries/{index}"), "campaigns.not_on_ballot", "这一项不能投票")
            }
            Refusal::OwnEntry { index } => {
                Problem::field(&format!("/entries/{index}"), "campaigns.own_entry", "不能投给自己或本支部的申报")
            }
            Refusal::AlreadyVoted => Problem::conflict("campaigns.already_voted", "您已经投过票，不能更改"),
            Refusal::NoBallot => Problem::not_found("campaigns.no_ballot", "您还没有投票"),
            Refusal::Unreadable { ballots } => {
                Problem::internal(format!("{ballots} ballots do not open under the key of their vote"))
            }
            Refusal::OtherKey => Problem::unavailable(
                "the ballots of this vote are sealed under another ballot_key than this server has",
            ),
            Refusal::NoKey { cause } => Problem::unavailable(cause),
            Refusal::VoidedAlready => Problem::conflict("campaigns.voided_already", "这张票已经有作废提议"),
            Refusal::NoSuchVoiding => Problem::not_found("campaigns.voiding_not_found", "没有找到这项作废提议"),
            Refusal::NotBetween => Problem::conflict("campaigns.not_between", "只能在投票结束之后、计票之前作废选票"),
            Refusal::VoteRuns => Problem::conflict("campaigns.vote_runs", "投票结束之后才能查看"),
            Refusal::NoSuchFlag => Problem::not_found("campaigns.flag_not_found", "没有找到这条提示"),
            Refusal::NotFlagged => Problem::field("/flag", "campaigns.not_flagged", "这张票不在该提示之列"),
            Refusal::NothingFlagged => Problem::conflict("campaigns.nothing_flagged", "这次投票没有需要查看的提示"),
            Refusal::Counted => Problem::gone("campaigns.counted", "已经计票，不再需要查看"),
            Refusal::FlagOnOneself => Problem::forbidden(
                "campaigns.flag_on_oneself",
                "提示涉及您自己的选票或您经手开通的账号，须由其他人查看",
            ),
        }
    }
}
