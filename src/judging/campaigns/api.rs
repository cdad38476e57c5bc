//! The routes of the room, and what its refusals mean over HTTP.

use super::entries::model::EntryState;
use super::model::{CampaignState, ResultsShown};
use super::rules::Refusal;
use super::viewer::Viewer;
use crate::web::Problem;
use crate::web::caller::{Caller, out_of_reach};

/// Who looks.
pub(super) fn viewer(caller: &Caller) -> Viewer<'_> {
    Viewer::of(caller)
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchCampaign => Problem::not_found("campaigns.not_found", "没有找到这次评选"),
            Refusal::NoSuchEntry => Problem::not_found("campaigns.entry_not_found", "没有找到这项申报"),
            Refusal::NoSuchExtension => Problem::not_found("campaigns.extension_not_found", "没有找到这项延期提议"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::WrongState(CampaignState::CalledOff) => {
                Problem::gone("campaigns.called_off", "这次评选已经终止，理由见评选页面")
            }
            Refusal::WrongState(state) => {
                Problem::conflict("campaigns.wrong_state", format!("评选{}，不能进行此操作", said(state)))
            }
            Refusal::WrongEntryState(state) => {
                Problem::conflict("campaigns.wrong_entry_state", format!("申报{}，不能进行此操作", said_entry(state)))
            }
            Refusal::BadField(flaw) => Problem::field(&flaw.pointer, "campaigns.rule", flaw.message),
            Refusal::NoNotice => Problem::field("/terms/notice", "campaigns.no_notice", "发布前须填写评选通知及其文号"),
            Refusal::NobodyVotes => Problem::conflict("campaigns.nobody_votes", "选民范围内没有人，评选不能开始"),
            Refusal::NoSuchStage => Problem::not_found("campaigns.stage_not_found", "这次评选没有这个阶段"),
            Refusal::NotOpen(stage) => {
                Problem::conflict("campaigns.not_open", format!("{}阶段还没有开始", stage.title()))
            }
            Refusal::Over(stage) => Problem::gone("campaigns.over", format!("{}阶段已经结束", stage.title())),
            Refusal::ClockOnly(stage) => Problem::conflict(
                "campaigns.clock_only",
                format!("{}阶段只能按公布的时间结束，不能提前", stage.title()),
            ),
            Refusal::NotLater => Problem::field(
                "/closes_at",
                "campaigns.not_later",
                "结束时间只能推迟；申报不能晚于评选开始的时间，整个评选不能超过两年",
            ),
            Refusal::OwnProposal => {
                Problem::forbidden("campaigns.own_proposal", "不能确认自己提出的事项，须由另一人确认")
            }
            Refusal::NotOwnProposal => Problem::forbidden("campaigns.not_own_proposal", "只能撤回自己提出的事项"),
            Refusal::Confirmed => Problem::conflict("campaigns.confirmed", "这一事项已经由另一人确认，不能再撤回"),
            Refusal::NoCallOff => Problem::not_found("campaigns.call_off_not_found", "没有人提议终止这次评选"),
            Refusal::CallOffProposed => {
                Problem::conflict("campaigns.call_off_proposed", "已经有人提议终止这次评选，请先确认或撤回该提议")
            }
            Refusal::CountedAlready => Problem::conflict("campaigns.counted_already", "已经计票，评选不能再终止"),
            Refusal::NotShown(when) => Problem::conflict("campaigns.not_shown", not_shown(when)),
            Refusal::Judged => Problem::conflict("campaigns.judged", "评选已经开始，申报内容不能再改动"),
            Refusal::OwnerNoSecretary => {
                Problem::field("/plan/owner_id", "campaigns.owner_no_secretary", "“一把手”工程须由本单位党组织书记牵头")
            }
            Refusal::NotOnRoll => Problem::forbidden("campaigns.not_on_roll", "您不在这次投票的选民名册中"),
            Refusal::WrongNumber { min, max } => {
                Problem::field("/entries", "campaigns.wrong_number", format!("每票须选 {min} 到 {max} 项"))
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
            Refusal::Ineligible => {
                Problem::conflict("campaigns.ineligible", "这项申报没有列入选票，按评选规则不参加评选")
            }
            Refusal::NotCounted => Problem::conflict("campaigns.not_counted", "还没有计票"),
            Refusal::Unreadable { ballots } => {
                Problem::internal(format!("{ballots} ballots do not open under the key of their vote"))
            }
            Refusal::OtherKey => Problem::unavailable(
                "the ballots of this vote are sealed under another ballot_key than this server has",
            ),
            Refusal::NoKey { cause } => Problem::unavailable(cause),
            Refusal::NoJudge => Problem::forbidden("campaigns.no_judge", "您不是这一阶段的评委，或不能代表该组织评分"),
            Refusal::OwnScore => Problem::forbidden("campaigns.own_score", "不能给自己或本组织的申报评分"),
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
            Refusal::Files(refusal) => refusal.into(),
            Refusal::NoSuchFile => Problem::not_found("campaigns.file_not_found", "这项申报没有这个文件"),
            Refusal::Incomplete(sources) => {
                let stages: Vec<&str> = sources.iter().map(|source| source.stage().title()).collect();
                Problem::conflict("campaigns.incomplete", format!("{}还没有结束或计票，不能决定", stages.join("、")))
            }
            Refusal::BadDecision(fault) => Problem::field(&fault.pointer, fault.code, fault.message),
            Refusal::NoCommittee => Problem::conflict(
                "campaigns.no_committee",
                "这次评选没有党委研究阶段，只能按计算结果确认；仅名额边缘的并列可以决定",
            ),
            Refusal::Undecided => Problem::conflict("campaigns.undecided", "还没有作出决定"),
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
            Refusal::NoSuchObjection => Problem::not_found("campaigns.objection_not_found", "没有找到这条异议"),
            Refusal::OwnObjection => {
                Problem::forbidden("campaigns.own_objection", "不能答复自己提出的或涉及本单位的异议")
            }
            Refusal::AnsweredAlready => Problem::conflict("campaigns.answered_already", "这条异议已经答复，不能更改"),
            Refusal::NotPublished => Problem::conflict("campaigns.not_published", "评选结果还没有公布"),
            Refusal::NoBulletin => Problem::not_found("campaigns.bulletin_not_found", "还没有通报"),
            Refusal::BulletinIssued => Problem::conflict("campaigns.bulletin_issued", "通报已经印发，不能再改动"),
            Refusal::BulletinChanged { version } => Problem::conflict(
                "campaigns.bulletin_changed",
                format!("通报已被改动，现为第 {version} 稿，请重新查看后再操作"),
            ),
            Refusal::OwnBulletin => {
                Problem::forbidden("campaigns.own_bulletin", "不能审核自己起草的通报，须由另一人审核")
            }
            Refusal::NotReviewed => Problem::conflict("campaigns.not_reviewed", "通报还没有审核"),
            Refusal::NoNumber => Problem::field("/text/document_no", "campaigns.no_number", "审核前须填写文号"),
            Refusal::NumberTaken => Problem::conflict("campaigns.number_taken", "这个文号已被使用"),
            Refusal::KeyReused => Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求"),
        }
    }
}

fn said(state: CampaignState) -> &'static str {
    match state {
        CampaignState::Draft => "还是草稿",
        CampaignState::Announced => "已经公布通知",
        CampaignState::Open => "正在进行",
        CampaignState::Withdrawn => "已经取消",
        CampaignState::CalledOff => "已经终止",
        CampaignState::Decided => "已经作出决定",
        CampaignState::Published => "已经公布结果",
        CampaignState::Archived => "已经归档",
    }
}

const fn not_shown(when: ResultsShown) -> &'static str {
    match when {
        ResultsShown::Count => "评选结果在计票后显示",
        ResultsShown::Decision => "评选结果在作出决定后显示",
        ResultsShown::Publication => "评选结果在正式公布后显示",
    }
}

fn said_entry(state: EntryState) -> &'static str {
    match state {
        EntryState::Draft => "还是草稿",
        EntryState::Submitted => "已经提交",
        EntryState::Withdrawn => "已经撤回",
    }
}
