//! Who holds what, and so on whose desk something lies.
//!
//! Lent to every room that has somebody wait: it writes items of [`kernel::desk`](crate::kernel::desk) where they lie by
//! the roster of the moment. Built from the roster in memory and kept while neither roster nor day changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use diesel::QueryResult;
use uuid::Uuid;

use super::directory::Directory;
use super::model::MemberStatus;
use crate::base::capability::{Duty, Reach, Role};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::Tx;
use crate::kernel::desk::{self, Holder, Item, NewItem, Post, Stay, Whose};

/// Active members who hold a duty, by the unit on which they hold it.
type ByUnit = HashMap<UnitId, Vec<(MemberId, Role)>>;

/// What the roster was when the holders were looked up.
pub type Edition = (u64, Day);

/// The holders as they were looked up last.
type Kept = Option<(Edition, Arc<ByUnit>)>;

/// Where things lie that wait; clones share what they know.
#[derive(Clone)]
pub struct Desks {
    directory: Directory,
    kept: Arc<Mutex<Kept>>,
}

impl Desks {
    pub fn new(directory: Directory) -> Self {
        Desks { directory, kept: Arc::default() }
    }

    /// Has something wait from now on.
    pub fn put(&self, tx: &mut Tx, item: NewItem) -> QueryResult<()> {
        let lies_on = self.lies_on(item.whose, &item.barred, tx.today());
        desk::put(tx, item, lies_on)
    }

    /// Has exactly `items` wait about a thing that the caller holds; `None` or `[]` when nothing waits any more.
    pub fn replace(
        &self,
        tx: &mut Tx,
        kind: &'static str,
        subject: Uuid,
        items: impl IntoIterator<Item = NewItem>,
    ) -> QueryResult<()> {
        let today = tx.today();
        let lying = |item: NewItem| {
            let lies_on = self.lies_on(item.whose, &item.barred, today);
            (item, lies_on)
        };
        desk::settle(tx, kind, subject, items.into_iter().map(lying).collect())
    }

    /// The unit whose holders have `item` on `today`; `None` while it is with its member, or nobody holds the capability.
    pub fn place_of(&self, item: &Item, today: Day) -> Option<UnitId> {
        self.lies_on(item.whose()?, &item.barred(), today)
    }

    /// Active members whose duties on the unit, or above it, carry the capability.
    pub fn able(&self, post: Post, today: Day) -> Vec<MemberId> {
        let (holders, tree) = (self.by_unit(today), self.directory.tree());
        let path = tree.get(post.unit).map(|card| card.path.clone()).unwrap_or_default();
        let of_unit = path.iter().filter_map(|unit| holders.get(unit)).flatten();
        let mut able: Vec<MemberId> =
            of_unit.filter(|(_, role)| role.allows().contains(&post.capability)).map(|(member, _)| *member).collect();
        able.sort_unstable();
        able.dedup();
        able
    }

    /// Those with whom something of a post lies on `today`: who can act of those on the nearest unit where anybody can.
    pub fn nearest(&self, post: Post, barred: &[MemberId], today: Day) -> Vec<MemberId> {
        let holders = self.by_unit(today);
        let at = self.lies_on(Whose::Holders(post), barred, today).and_then(|unit| holders.get(&unit));
        let acts =
            |(member, role): &&(MemberId, Role)| role.allows().contains(&post.capability) && !barred.contains(member);
        let mut nearest: Vec<MemberId> = at.into_iter().flatten().filter(acts).map(|(member, _)| *member).collect();
        nearest.sort_unstable();
        nearest.dedup();
        nearest
    }

    /// The present edition of the roster.
    pub fn edition(&self, today: Day) -> Edition {
        (self.directory.version(), today)
    }

    /// The unit that is or lies above all of `paths`, each a unit with its ancestors, nearest first.
    pub fn common_unit(paths: &[Vec<UnitId>]) -> Option<UnitId> {
        let (first, others) = paths.split_first()?;
        first.iter().copied().find(|unit| others.iter().all(|path| path.contains(unit)))
    }

    fn lies_on(&self, to: Whose, barred: &[MemberId], today: Day) -> Option<UnitId> {
        let post = match to {
            Whose::Member(_) => return None,
            Whose::Holders(post) => post,
            Whose::Either(holder, post) if self.is_with(holder, post, today) => return None,
            Whose::Either(_, post) => post,
        };
        let holders = self.by_unit(today);
        let acts =
            |(member, role): &(MemberId, Role)| role.allows().contains(&post.capability) && !barred.contains(member);
        let tree = self.directory.tree();
        let path = tree.get(post.unit)?.path.clone();
        path.iter().copied().find(|unit| holders.get(unit).is_some_and(|holders| holders.iter().any(acts)))
    }

    /// Whether a member still has what waits for him.
    fn is_with(&self, holder: Holder, post: Post, today: Day) -> bool {
        let Some(card) = self.directory.member(holder.member) else { return false };
        let path = self.directory.path(holder.member).unwrap_or_else(|| Arc::from([]));
        let stays = match holder.stay {
            Stay::Member => true,
            Stay::Home => holder.home.is_none_or(|home| path.contains(&home)),
            Stay::Duty => {
                let duties = card.duties.iter().filter(|duty| duty.holds_on(today));
                let duties: Vec<Duty> = duties.map(|duty| Duty { role: duty.role, unit: duty.unit_id }).collect();
                let tree = self.directory.tree();
                let covers = |reach: Reach| tree.is_within(&reach, post.unit);
                Reach::of(&duties, post.capability).is_some_and(covers)
            }
        };
        card.status != MemberStatus::Left && stays
    }

    fn by_unit(&self, today: Day) -> Arc<ByUnit> {
        let edition = self.edition(today);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, holders)) = kept.as_ref().filter(|(known, _)| *known == edition) {
            return holders.clone();
        }
        let mut holders = ByUnit::new();
        self.directory.each_member(|member, _| {
            if member.status == MemberStatus::Active {
                for duty in member.duties.iter().filter(|duty| duty.holds_on(today)) {
                    holders.entry(duty.unit_id).or_default().push((member.id, duty.role));
                }
            }
        });
        let holders = Arc::new(holders);
        *kept = Some((edition, holders.clone()));
        holders
    }
}
