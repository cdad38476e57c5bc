//! What the room keeps about members. Nothing tells what somebody voted: that is not known to the product.

use crate::kernel::personal::{Keeping, Kept, at, id, number, text};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "campaigns",
    kept: &[
        Kept::own(
            "campaign_ballots",
            "member_id",
            "参加过的投票",
            &[at("cast_at"), id("campaign_id"), number("period")],
        )
        .stays("谁投过票是计票与复核的依据；选了什么从不与人对应"),
        Kept::hidden("campaign_rolls", "lines", "选民名单，只有编号"),
        Kept::own(
            "campaign_objections",
            "member_id",
            "公示异议",
            &[at("raised_at"), id("campaign_id"), id("entry_id"), text("text"), text("answer"), at("answered_at")],
        )
        .stays("公示异议与答复是评选的档案，提出人显示为“已注销成员”"),
        Kept::own(
            "campaign_entries",
            "owner_id",
            "本人负责的参评材料",
            &[at("created_at"), id("id"), id("campaign_id"), text("category"), text("title"), text("state")],
        )
        .stays("参评材料是评选的档案，负责人显示为“已注销成员”"),
        Kept::own(
            "campaign_entries",
            "created_by",
            "本人填报或投稿的参评材料",
            &[at("created_at"), id("id"), id("campaign_id"), text("category"), text("title"), text("state")],
        )
        .stays("参评材料是评选的档案，填报人显示为“已注销成员”"),
        Kept::own("campaign_article_views", "member_id", "看过的宣传文章", &[at("seen_at"), id("entry_id")])
            .stays("阅读人数不变；只有编号"),
        Kept::hidden("campaign_scores", "judge_id", "评分属于评审工作，评审结束前不公开"),
        Kept::office("campaign_scores", "scored_by"),
        Kept::hidden("campaign_voidings", "member_id", "对异常选票的核查，由核查人员掌握"),
        Kept::office("campaign_voidings", "proposed_by"),
        Kept::office("campaign_voidings", "confirmed_by"),
        Kept::office("campaign_flag_looks", "member_id"),
        Kept::office("campaign_decisions", "decided_by"),
        Kept::office("campaign_objections", "answered_by"),
        Kept::office("campaign_entry_versions", "edited_by"),
        Kept::office("campaign_entry_versions", "owner_id"),
        Kept::office("campaign_articles", "published_by"),
        Kept::office("campaigns", "created_by"),
        Kept::office("campaign_extensions", "proposed_by"),
        Kept::office("campaign_extensions", "confirmed_by"),
        Kept::office("campaign_cancellations", "proposed_by"),
        Kept::office("campaign_cancellations", "confirmed_by"),
    ],
    named: &[],
};
