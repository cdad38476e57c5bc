//! Judges' scores.

use diesel::prelude::*;

use super::model::{JudgeId, Score};
use crate::db::Conn;
use crate::db::schema::campaign_scores;
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::{CampaignId, Source};
use crate::on;

/// Writes what a judge gives an entry; a later score takes the place of the one before.
pub fn put(conn: &mut Conn, score: &Score) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_scores::table)
        .values(score)
        .on_conflict((campaign_scores::entry_id, campaign_scores::source, campaign_scores::judge_id))
        .do_update()
        .set((
            campaign_scores::scored_by.eq(score.scored_by),
            campaign_scores::marks.eq(&score.marks),
            campaign_scores::total.eq(score.total),
            campaign_scores::scored_at.eq(score.scored_at),
        ))
        .execute(c))
    .map(drop)
}

/// Which judge scored which entry.
pub fn list_given(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<(Source, JudgeId, EntryId)>> {
    on!(conn, c => campaign_scores::table
        .filter(campaign_scores::campaign_id.eq(id))
        .select((campaign_scores::source, campaign_scores::judge_id, campaign_scores::entry_id))
        .load(c))
}

/// The entries that one judge scored.
pub fn list_scored(conn: &mut Conn, id: CampaignId, source: Source, judge: JudgeId) -> QueryResult<Vec<EntryId>> {
    on!(conn, c => campaign_scores::table
        .filter(campaign_scores::campaign_id.eq(id))
        .filter(campaign_scores::source.eq(source))
        .filter(campaign_scores::judge_id.eq(judge))
        .select(campaign_scores::entry_id)
        .load(c))
}

pub fn list(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Score>> {
    on!(conn, c => campaign_scores::table
        .filter(campaign_scores::campaign_id.eq(id))
        .order((campaign_scores::source, campaign_scores::judge_id, campaign_scores::entry_id))
        .select(Score::as_select())
        .load(c))
}
