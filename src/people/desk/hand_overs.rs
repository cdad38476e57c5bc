//! What lay with a duty on the day it ended, kept as a list for whoever has it next.

use diesel::QueryResult;

use super::actions::Desktop;
use super::model::{DeskHandOverId, HandOver, HandedItem};
use super::rules::{self, Refusal};
use super::store::hand_overs as store;
use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::{self, Desk, Item, Post};
use crate::people::members::ended_duties;
use crate::people::members::model::RoleRow;

/// So long after its end a duty is still looked for, should no server have run meanwhile.
const LOOKED_BACK_DAYS: u64 = 31;

/// Things that one list names; how many there were stands beside them.
const MOST: i64 = 500;

type Outcome<T> = Result<T, Stop<Refusal>>;

impl Desktop {
    /// Lists what lies with duties that have ended, each once; before anything is handed on. Several servers find the same.
    pub(super) async fn list_what_is_left(&self, today: Day) -> Result<(), DbError> {
        let days = (today.minus_days(LOOKED_BACK_DAYS), today.previous());
        let ended = self
            .db
            .read(move |conn| {
                let ended = ended_duties(conn, days)?;
                let ids: Vec<_> = ended.iter().map(|duty| duty.id).collect();
                let known = store::list_known(conn, &ids)?;
                Ok(ended.into_iter().filter(|duty| !known.contains(&duty.id)).collect::<Vec<_>>())
            })
            .await?;
        for duty in ended.into_iter().filter(|duty| !self.goes_on(duty, today)) {
            let works = rules::works_of(duty.role);
            if works.is_empty() {
                continue;
            }
            let desktop = self.clone();
            let listed =
                self.db.write(move |tx| -> Result<(), Stop<Never>> { Ok(desktop.list_left(tx, &duty, &works)?) });
            listed.await.map_err(DbError::from)?;
        }
        Ok(())
    }

    /// Whether the same duty was given anew to whoever held it.
    fn goes_on(&self, ended: &RoleRow, today: Day) -> bool {
        let same = |duty: &RoleRow| (duty.role, duty.unit_id) == (ended.role, ended.unit_id) && duty.holds_on(today);
        self.directory.member(ended.member_id).is_some_and(|card| card.duties.iter().any(same))
    }

    fn list_left(&self, tx: &mut Tx, duty: &RoleRow, works: &[Capability]) -> QueryResult<()> {
        let (member, unit) = (duty.member_id, duty.unit_id);
        let post = Desk { viewer: member, with_own: false, posts: vec![(unit, works.to_vec())] };
        let mut left = desk::list(tx.conn, &post, None, MOST)?;
        let count: i64 = desk::count(tx.conn, &post)?.iter().map(|(_, count)| count).sum();
        let tree = self.directory.tree();
        let is_below = |post: Post| tree.get(post.unit).is_some_and(|card| card.path.contains(&unit));
        let was_his = |item: &Item| {
            let his = item.holder_by_duty() == Some(member);
            his && item.post().is_some_and(|post| works.contains(&post.capability) && is_below(post))
        };
        let own: Vec<Item> = desk::list_of_member(tx.conn, member, MOST)?.into_iter().filter(was_his).collect();
        let items =
            i32::try_from(count).unwrap_or(i32::MAX).saturating_add(i32::try_from(own.len()).unwrap_or(i32::MAX));
        left.extend(own);
        left.sort_by_key(|item| (item.due_on().unwrap_or(Day::LAST), item.id));
        left.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
        let row = HandOver {
            id: tx.fresh_id(),
            role_id: duty.id,
            member_id: member,
            role: duty.role,
            unit_id: unit,
            ended_on: duty.to_on.unwrap_or_else(|| tx.today()),
            items,
            at: tx.now(),
        };
        if !store::insert(tx.conn, &row)? || left.is_empty() {
            return Ok(());
        }
        let handed = |(item, number): (Item, i32)| HandedItem {
            id: tx.fresh_id(),
            hand_over_id: row.id,
            number,
            due_on: item.due_on(),
            kind: item.kind,
            title: item.title,
            link: item.link,
            waits_since: item.created_at,
        };
        let rows: Vec<HandedItem> = left.into_iter().zip(1..).map(handed).collect();
        store::insert_items(tx.conn, &rows)?;
        self.tell_left(tx, &row, works)
    }

    fn tell_left(&self, tx: &mut Tx, row: &HandOver, works: &[Capability]) -> QueryResult<()> {
        let today = tx.today();
        let near = |capability: &Capability| {
            self.desks.nearest(Post { capability: *capability, unit: row.unit_id }, &[row.member_id], today)
        };
        let mut members: Vec<MemberId> = works.iter().flat_map(near).collect();
        members.sort_unstable();
        members.dedup();
        let (name, unit) = (self.directory.name_of(row.member_id), self.directory.unit_name(row.unit_id));
        let body = format!(
            "{name}不再担任{}，经手的 {} 项待办已转由您或同岗位人员办理，请核对移交清单",
            row.role.title_on(&unit),
            row.items
        );
        for to in members {
            let (to, title) = (To::Member(to), "待办移交".to_owned());
            let link = Some(format!("/desk-hand-overs/{}", row.id));
            notices::tell(tx, NewNotice { to, kind: NoticeKind::DESK, title, body: body.clone(), link })?;
        }
        Ok(())
    }

    /// What duties left on units whose work `person` does or watches, or that lie below them; and whatever he left himself.
    pub(super) async fn hand_overs(
        &self,
        person: &Person,
        (unit, member): (Option<UnitId>, Option<MemberId>),
        before: Option<DeskHandOverId>,
        limit: i64,
    ) -> Outcome<Vec<HandOver>> {
        let reach = rules::reach_of_work(person);
        let own = Some(person.member).filter(|_| unit.is_none());
        let tree = self.directory.tree();
        let units = match (unit, reach) {
            (Some(unit), reach) => {
                let path = tree.get(unit).map(|card| card.path.clone()).ok_or(Refusal::NoSuchUnit)?;
                if !reach.is_some_and(|reach| reach.covers(&path)) {
                    return Err(Refusal::OutOfReach.into());
                }
                Some(tree.subtree(unit))
            }
            (None, Some(reach)) => tree.within(&reach),
            (None, None) => Some(Vec::new()),
        };
        let found = self.db.read(move |conn| store::list(conn, (units.as_deref(), own), member, before, limit));
        Ok(found.await?)
    }

    /// What one duty left.
    pub(super) async fn hand_over(&self, person: &Person, id: DeskHandOverId) -> Outcome<(HandOver, Vec<HandedItem>)> {
        let found = self.db.read(move |conn| {
            let Some(row) = store::find(conn, id)? else { return Ok(None) };
            Ok(Some((row, store::list_items(conn, id)?)))
        });
        let (row, items) = found.await?.ok_or(Refusal::NoSuchHandOver)?;
        let path = self.directory.tree().get(row.unit_id).map(|card| card.path.clone());
        let reaches = path.zip(rules::reach_of_work(person)).is_some_and(|(path, reach)| reach.covers(&path));
        if row.member_id == person.member || reaches { Ok((row, items)) } else { Err(Refusal::NoSuchHandOver.into()) }
    }
}
