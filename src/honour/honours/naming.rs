//! The committee's part of a title: which nominations everybody sees for some days, and the naming.

use std::sync::Arc;

use serde_json::json;

use super::actions::{Honours, Outcome, cause_of, note};
use super::awards::Draft;
use super::model::{
    AwardSource, Holder, NominationId, NominationState, TitleMove, TitleNomination, TitleRound, TitleRoundId,
};
use super::nominations::{Whole, list_whole};
use super::rules::titles::check_move;
use super::rules::{Refusal, level_of};
use super::store;
use super::store::titles::Wanted;
use crate::base::capability::Capability;
use crate::base::person::Person;
use crate::base::text::in_quotes;
use crate::db::Tx;

/// Nominations of one title that are looked at together.
const MOST: i64 = 2_000;

impl Honours {
    /// Decides which nominations are shown to everybody, all or none of them.
    pub(super) async fn choose(
        &self,
        person: &Arc<Person>,
        id: TitleRoundId,
        chosen: Vec<NominationId>,
    ) -> Outcome<Vec<Whole>> {
        let round = self.round(id).await?;
        self.holds(person, Capability::GrantHonours, round.unit_id)?;
        let until = self.calendar.working_day_from(self.db.today().plus_days(self.terms.shown_days()));
        let (room, person) = (self.clone(), person.clone());
        self.db
            .write(move |tx| {
                tx.take_turn_on("title_nominations")?;
                let all = store::titles::list(tx.conn, &Wanted { round: id, units: None, state: None }, None, MOST)?;
                let is_taken =
                    |one: &&TitleNomination| matches!(one.state, NominationState::Shown | NominationState::Named);
                let taken = all.iter().filter(is_taken).count() + chosen.len();
                if i32::try_from(taken).unwrap_or(i32::MAX) > round.terms.0.quota {
                    return Err(Refusal::OverQuota(round.terms.0.quota).into());
                }
                for one in &chosen {
                    let nomination = all.iter().find(|known| known.id == *one).ok_or(Refusal::NoSuchNomination)?;
                    check_move(nomination.state, TitleMove::Choose)?;
                    room.check_hand(&person, Capability::GrantHonours, nomination)?;
                    let step = (TitleMove::Choose, round.unit_id, None, None);
                    let to = (NominationState::Shown, round.unit_id, Some(until));
                    room.go_on(tx, (nomination, &round), person.member, step, to)?;
                    if let Some(member) = nomination.member_id {
                        let day = until.in_chinese();
                        let body = format!("您被列为{}拟表彰人选，公示到{day}。", in_quotes(&round.title));
                        room.tell(tx, member, "表彰人选公示", body, format!("/title-rounds/{id}"))?;
                    }
                }
                let detail = json!({ "title": round.title, "chosen": chosen.len(), "shown_until": until });
                note(tx, Some(person.member), "honours.choose", ("title_round", id.uuid()), detail)?;
                let shown = Wanted { round: id, units: None, state: Some(NominationState::Shown) };
                Ok(list_whole(tx.conn, &shown, None, MOST)?)
            })
            .await
    }

    /// Names everybody whose days are over: the titles become honours.
    pub(super) async fn name(&self, person: &Arc<Person>, id: TitleRoundId, document: String) -> Outcome<usize> {
        let round = self.round(id).await?;
        self.holds(person, Capability::GrantHonours, round.unit_id)?;
        self.check_title(round.unit_id, (round.terms.0.kind, &round.title), &document)?;
        let (room, person) = (self.clone(), person.clone());
        self.db
            .write(move |tx| {
                let wanted = Wanted { round: id, units: None, state: Some(NominationState::Shown) };
                let named = store::titles::list(tx.conn, &wanted, None, MOST)?;
                tx.take_turns(named.iter().filter_map(|one| one.member_id))?;
                tx.take_turn_on("honours")?;
                let shown = store::titles::list(tx.conn, &wanted, None, MOST)?;
                let today = tx.today();
                let is_over = |one: &TitleNomination| one.shown_until.is_some_and(|until| until < today);
                let waits = shown.iter().filter(|one| !is_over(one)).filter_map(|one| one.shown_until).max();
                let due: Vec<&TitleNomination> = shown.iter().filter(|one| is_over(one)).collect();
                if let Some(until) = waits.filter(|_| due.is_empty()) {
                    return Err(Refusal::StillShown(until).into());
                }
                for nomination in &due {
                    room.check_hand(&person, Capability::GrantHonours, nomination)?;
                    room.name_one(tx, (nomination, &round), &person, &document)?;
                }
                let detail = json!({ "title": round.title, "named": due.len(), "document": document });
                note(tx, Some(person.member), "honours.name", ("title_round", id.uuid()), detail)?;
                Ok(due.len())
            })
            .await
    }

    fn name_one(
        &self,
        tx: &mut Tx,
        (nomination, round): (&TitleNomination, &TitleRound),
        person: &Person,
        document: &str,
    ) -> Outcome<()> {
        let step = (TitleMove::Name, round.unit_id, None, None);
        let to = (NominationState::Named, round.unit_id, nomination.shown_until);
        self.go_on(tx, (nomination, round), person.member, step, to)?;
        let tree = self.directory.tree();
        let giver = tree.get(round.unit_id).ok_or(Refusal::NoSuchUnit)?;
        let holder = nomination.member_id.map_or(Holder::Unit(nomination.unit_id), Holder::Member);
        let draft = Draft {
            holder,
            unit: nomination.unit_id,
            kind: round.terms.0.kind,
            title: round.title.clone(),
            level: level_of(tree.root() == Some(round.unit_id), &giver.unit.kind),
            year: round.year,
            awarded_on: tx.today(),
            document: document.to_owned(),
            issuer: giver.unit.name.clone(),
            source: (AwardSource::Title, nomination.id.uuid().into()),
            cause: cause_of(holder, &round.title, round.year, document),
            by: Some(person.member),
        };
        self.write(tx, draft)?;
        Ok(())
    }
}
