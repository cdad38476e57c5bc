//! What was done to a campaign: into the trail, and to its audience.

use super::CLOCK;
use super::model::{Campaign, CampaignId, thing};
use crate::base::id::MemberId;
use crate::db::Tx;
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::agenda;
use crate::kernel::trail::{self, Act, Thing};

/// Puts into the trail what was done to a campaign.
pub(in crate::judging::campaigns) fn note(
    tx: &mut Tx,
    actor: Option<MemberId>,
    action: &str,
    id: CampaignId,
    detail: serde_json::Value,
) -> diesel::QueryResult<()> {
    note_of(tx, actor, action, (thing(id), id), detail)
}

/// Puts into the trail what was done to something of a campaign that people change on its own.
pub(in crate::judging::campaigns) fn note_of(
    tx: &mut Tx,
    actor: Option<MemberId>,
    action: &str,
    (thing, id): (Thing, CampaignId),
    detail: serde_json::Value,
) -> diesel::QueryResult<()> {
    // whatever was done, the clock may have something to do because of it
    agenda::put_now(tx, CLOCK, id.uuid())?;
    trail::note(tx, Act { actor, action, subject_kind: thing.kind, subject_id: thing.id, detail })
}

/// Tells whoever made a campaign something about it.
pub(in crate::judging::campaigns) fn tell_maker(
    tx: &mut Tx,
    campaign: &Campaign,
    what: &str,
    body: String,
) -> diesel::QueryResult<()> {
    tell_member(tx, campaign, campaign.created_by, what, body)
}

/// Tells whoever made a campaign something that may come many times on a day, in one notice that grows.
pub(in crate::judging::campaigns) fn tell_maker_of_more(
    tx: &mut Tx,
    campaign: &Campaign,
    what: &str,
    body: String,
) -> diesel::QueryResult<()> {
    notices::tell_growing(tx, notice(To::Member(campaign.created_by), campaign, what, body))
}

/// Tells the audience of a campaign something about it.
pub(in crate::judging::campaigns) fn tell_audience(
    tx: &mut Tx,
    campaign: &Campaign,
    what: &str,
    body: String,
) -> diesel::QueryResult<()> {
    notices::tell_growing(tx, notice(To::Unit(campaign.unit_id), campaign, what, body))
}

/// Tells one member something about a campaign.
pub(in crate::judging::campaigns) fn tell_member(
    tx: &mut Tx,
    campaign: &Campaign,
    member: MemberId,
    what: &str,
    body: String,
) -> diesel::QueryResult<()> {
    notices::tell(tx, notice(To::Member(member), campaign, what, body))
}

fn notice(to: To, campaign: &Campaign, what: &str, body: String) -> NewNotice {
    NewNotice {
        to,
        kind: NoticeKind::PUBLISHED,
        title: format!("{what}：{}", campaign.title),
        body,
        link: Some(format!("/campaigns/{}", campaign.id)),
    }
}
