//! The routes of the room, and what its refusals mean over HTTP.

mod attachments;
mod categories;
mod ideas;
mod statistics;
mod similar;
mod steps;
mod summary;
mod comments;
mod exports;
mod likes;
mod outcomes;
mod recusals;
mod timeline;

use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{IdeaState, Verb};
use super::rules::{AMOUNT_LIMIT_FEN, CATEGORY_LIMIT, CO_AUTHOR_LIMIT, OUTCOME_LIMIT, Refusal};
use crate::base::text::yuan;
use crate::web::caller::out_of_reach;
use crate::web::{FieldError, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    // before `/ideas/{id}`, which would take `/ideas/statistics` for an id
    cfg.configure(statistics::routes)
        .configure(similar::routes)
        .configure(categories::routes)
        .configure(ideas::routes)
        .configure(attachments::routes)
        .configure(timeline::routes)
        .configure(steps::routes)
        .configure(comments::routes)
        .configure(likes::routes)
        .configure(outcomes::routes)
        .configure(recusals::routes)
        .configure(exports::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Outdated(outdated) => outdated.into(),
            Refusal::NoSuchIdea => Problem::not_found("ideas.not_found", "没有找到这条金点子"),
            Refusal::NoSuchComment => Problem::not_found("ideas.comment_not_found", "没有找到这条评论"),
            Refusal::NoSuchParent => Problem::field("/parent_id", "no_such_comment", "没有找到所回复的评论"),
            Refusal::NoSuchCategory => Problem::field("/category", "no_such_category", "没有这个类别"),
            Refusal::WrongState { state } => wrong_state(state),
            Refusal::AlreadyDecided { verdict } => {
                Problem::conflict("ideas.already_decided", format!("这条金点子已经讨论决定：{}", verdict.title()))
                    .with_errors(vec![FieldError {
                        pointer: "/verdict".into(),
                        code: verdict.as_str().into(),
                        message: verdict.title().into(),
                    }])
            }
            Refusal::Merged { into } => {
                Problem::conflict("ideas.merged", "这条金点子已并入另一条金点子").with_errors(vec![FieldError {
                    pointer: "/merged_into".into(),
                    code: into.to_string().into(),
                    message: "已合并".into(),
                }])
            }
            Refusal::NotAuthor => Problem::forbidden("ideas.not_author", "只有作者本人可以这样做"),
            Refusal::NotImplementer => Problem::forbidden("ideas.not_implementer", "只有实施人本人可以这样做"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::OwnIdea => Problem::forbidden(
                "ideas.own_idea",
                "不能处理自己提出、参与或实施的金点子，或有自己的金点子并入的金点子，请由上一级组织处理",
            ),
            Refusal::Recused => {
                Problem::forbidden("ideas.recused", "您已自行回避这条金点子，由其他有权人员或上一级组织处理")
            }
            Refusal::NoSuchOutcome => Problem::not_found("ideas.outcome_not_found", "没有找到这项成果"),
            Refusal::OwnOutcome => Problem::forbidden("ideas.own_outcome", "您登记的成果须由另一位有权人员更正"),
            Refusal::OutcomeStruck => Problem::conflict("ideas.outcome_struck", "这项成果已经撤销，不能再更正"),
            Refusal::SameOutcome => Problem::conflict("ideas.same_outcome", "更正后的内容与现有内容相同"),
            Refusal::HasMerged => Problem::conflict(
                "ideas.has_merged",
                "已有其他金点子并入这条金点子，不能撤回或退回；不再采用的，请由支委会讨论决定",
            ),
            Refusal::NoSuchMeeting => Problem::field("/meeting_id", "no_such_meeting", "没有找到这次会议"),
            Refusal::WrongMeeting => Problem::field(
                "/meeting_id",
                "wrong_meeting",
                "征集须在本党小组的会议上，决定须在本支部的支委会（没有支委会的支部为党员大会）或上级党委会上",
            ),
            Refusal::MeetingNotHeld => Problem::field("/meeting_id", "not_held", "这次会议还没有召开"),
            Refusal::MeetingTooEarly { verb } => {
                let before = if verb == Verb::Collect { "提交" } else { "征集或重新启动" };
                Problem::field("/meeting_id", "too_early", format!("这次会议在金点子{before}之前召开"))
            }
            Refusal::NobodyMet => Problem::field(
                "/meeting_id",
                "nobody_present",
                "这次会议没有登记参会人员，或只有与这条金点子有关的人，不能据以征集或决定",
            ),
            Refusal::NotAtMeeting => {
                Problem::field("/meeting_id", "not_present", "您没有参加这次会议，须由参会的委员登记决定")
            }
            Refusal::BadDueDay => Problem::field("/due_on", "out_of_range", "完成期限须在今天之后三年以内"),
            Refusal::NoSuchImplementer => {
                Problem::field("/implementer_id", "no_such_member", "没有找到这名党员，或其已离开")
            }
            Refusal::ImplementerOutOfReach => {
                Problem::field("/implementer_id", "out_of_scope", "这名党员不在您的职责范围之内")
            }
            Refusal::BadMerge => Problem::field("/into", "bad_merge", "不能并入这条金点子"),
            Refusal::BadCoAuthor { index } => Problem::field(
                &format!("/co_author_ids/{index}"),
                "bad_co_author",
                format!("合作者须为在册的其他党员，不能重复，最多 {CO_AUTHOR_LIMIT} 名"),
            ),
            Refusal::TooManyOutcomes => {
                Problem::conflict("ideas.too_many_outcomes", format!("一条金点子最多登记 {OUTCOME_LIMIT} 项成果"))
            }
            Refusal::BadAmount => Problem::field(
                "/amount_fen",
                "bad_amount",
                format!("节约金额须填写金额（0.01 元到 {} 元），其他成果不填金额", yuan(AMOUNT_LIMIT_FEN)),
            ),
            Refusal::DraftsSpent(spent) => Problem::used_up("ideas.too_many_drafts", "新建金点子草稿", "条", spent),
            Refusal::HandInsSpent(spent) => Problem::used_up("ideas.too_many_hand_ins", "提交金点子", "条", spent),
            Refusal::CommentsSpent(spent) => Problem::used_up("ideas.too_many_comments", "发表评论", "条", spent),
            Refusal::ReplyTooDeep => Problem::field("/parent_id", "too_deep", "只能回复评论，不能回复别人的回复"),
            Refusal::OwnLike => Problem::forbidden("ideas.own_like", "不能给自己的金点子点赞"),
            Refusal::NoSuchUnit => Problem::malformed("query.invalid", "查询参数有误：没有这个组织"),
            Refusal::BadCategories => {
                Problem::field("/names", "bad_categories", format!("类别须有 1 至 {CATEGORY_LIMIT} 个，且不能重复"))
            }
            Refusal::BadPeriod => Problem::malformed("query.invalid", "查询参数有误：起始日期不能晚于截止日期"),
            Refusal::DoneBefore => Problem::conflict(
                "ideas.done_before",
                "您已做过同样的操作，此后这条金点子又回到了该环节；如确需再做一次，请重新操作（附新的 Idempotency-Key）",
            ),
            Refusal::NoSuchFile => Problem::not_found("ideas.file_not_found", "这条金点子没有这个附件"),
            Refusal::Files(refusal) => refusal.into(),
            Refusal::KeyReused => Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求"),
        }
    }
}

/// 409 that says where the idea stands.
fn wrong_state(state: IdeaState) -> Problem {
    let message = format!("这条金点子目前为“{}”，不能这样做", state.title());
    let error = FieldError { pointer: "/state".into(), code: state.as_str().into(), message: state.title().into() };
    Problem::conflict("ideas.wrong_state", message).with_errors(vec![error])
}
