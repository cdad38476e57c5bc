//! What waits for whom: one list of all rooms, by due day.
//!
//! Table: `desk_items`. A room writes an item in the transaction of the step that makes somebody wait, and clears it in
//! the transaction of the step that ends the waiting. It tells the title and the link, so that a list asks no room.
//!
//! An item waits for a member, for those who hold a capability on a unit, or for a member and, once he is gone from there,
//! for those holders. Who holds what is known to the roster alone: the unit on which an item lies at present is handed in
//! by who lends the roster (`people::members::Desks`, which every room calls), and brought up to date by the room that
//! shows the desk.

use diesel::dsl::count_star;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::schema::desk_items;
use crate::db::{Conn, Tx};
use crate::on;

/// Items that [`clear_overdue`] takes away in one transaction.
const CLEARED_AT_ONCE: i64 = 500;

crate::id!(
    /// Something that waits.
    DeskItemId
);

/// Declares what a room has on the desk, each with its name in Chinese, which `GET /labels` tells under `DeskKind`.
macro_rules! kinds {
    ($($(#[$doc:meta])* $vis:vis $name:ident = $word:literal / $chinese:literal),+ $(,)?) => {
        $($(#[$doc])* $vis const $name: &str = $word;)+

        const _: () = {
            #[linkme::distributed_slice($crate::base::words::EVERY_SET)]
            static LABELS: $crate::base::words::Labels = $crate::base::words::Labels {
                name: || std::borrow::Cow::Borrowed($crate::kernel::desk::KINDS),
                labels: || vec![$($crate::base::words::Label { word: $word, chinese: $chinese }),+],
            };
        };
    };
}

pub(crate) use kinds;

/// Under which `GET /labels` tells what kinds are called.
pub const KINDS: &str = "DeskKind";

crate::words!(
    /// How much something presses, whatever its day.
    Urgency {
        Normal = "normal" / "一般",
        /// Somebody cannot go on, or an account is at stake.
        Urgent = "urgent" / "紧急",
    }
);

crate::words!(
    /// Until when an item stays with its member; then those take over who hold the capability.
    Stay {
        /// Until he leaves the enterprise.
        Member = "member" / "随本人",
        /// Until he moves away from the unit that he belonged to.
        Home = "home" / "随所在组织",
        /// Until he holds the capability no more.
        Duty = "duty" / "随职务",
    }
);

/// A member whose task something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    pub member: MemberId,
    pub stay: Stay,
    /// For [`Stay::Home`]: where he is at home.
    pub home: Option<UnitId>,
}

/// Those who hold a capability on a unit or, where none can act, on the nearest one above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Post {
    pub capability: Capability,
    pub unit: UnitId,
}

/// For whom something waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The member, for as long as it waits.
    Member(MemberId),
    /// The holders.
    Holders(Post),
    /// The member and, once he is gone from there, the holders.
    Either(Holder, Post),
}

/// Until when something is not late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The last day.
    On(Day),
    /// From this instant on it is over.
    At(Timestamp),
}

impl Due {
    /// The last day that is not late.
    fn day(self) -> Day {
        match self {
            Due::On(day) => day,
            Due::At(at) => at.plus_seconds(-1).day(),
        }
    }
}

/// Something that waits, as a room writes it.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// What kind of thing it is, a word of the room such as `idea`.
    pub kind: &'static str,
    pub subject: Uuid,
    /// What is to be done, in Chinese.
    pub title: String,
    /// Where it is done, as notices link.
    pub link: String,
    /// `None` for what is never late.
    pub due: Option<Due>,
    pub urgency: Urgency,
    pub whose: Whose,
    /// Holders who may not act on it, such as those whose own it is; few.
    pub barred: Vec<MemberId>,
}

/// Something that waits.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = desk_items, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Item {
    pub id: DeskItemId,
    pub kind: String,
    subject_id: Vec<u8>,
    pub title: String,
    pub link: String,
    due_by: Day,
    pub urgency: Urgency,
    member_id: Option<MemberId>,
    stay: Option<Stay>,
    home_id: Option<UnitId>,
    capability: Option<Capability>,
    unit_id: Option<UnitId>,
    /// The unit whose holders have it now; `None` while it is with its member, or nobody holds the capability.
    pub lies_on: Option<UnitId>,
    barred: String,
    /// Since when it waits.
    pub created_at: Timestamp,
    /// The instant from which it is late, where the day alone does not tell.
    pub due_at: Option<Timestamp>,
    /// Who was asked to prepare it by those who have it, and has not yet.
    pub preparer_id: Option<MemberId>,
}

impl Item {
    /// What it is called for `viewer`: whoever is to prepare it does not do it.
    pub fn title_for(&self, viewer: MemberId) -> String {
        if self.preparer_id == Some(viewer) { format!("准备：{}", self.title) } else { self.title.clone() }
    }

    /// Where `viewer` goes: whoever is to prepare it may have no leave to see the thing, and tells what he has prepared.
    pub fn link_for(&self, viewer: MemberId) -> String {
        if self.preparer_id == Some(viewer) { format!("/desk-items/{}", self.id) } else { self.link.clone() }
    }

    /// The member whose it is for as long as he holds the duty.
    pub fn holder_by_duty(&self) -> Option<MemberId> {
        self.member_id.filter(|_| self.stay == Some(Stay::Duty))
    }

    /// What those may do who have it, or may come to have it.
    pub fn capability(&self) -> Option<Capability> {
        self.capability
    }

    /// Holders of what have it, or may come to have it.
    pub fn post(&self) -> Option<Post> {
        self.capability.zip(self.unit_id).map(|(capability, unit)| Post { capability, unit })
    }

    /// The thing that waits.
    pub fn subject(&self) -> Uuid {
        Uuid::from_slice(&self.subject_id).unwrap_or_default()
    }

    /// The last day that is not late.
    pub fn due_on(&self) -> Option<Day> {
        Some(self.due_by).filter(|day| *day != never())
    }

    /// For whom it waits.
    pub fn whose(&self) -> Option<Whose> {
        let post = self.post();
        let holder =
            self.member_id.map(|member| Holder { member, stay: self.stay.unwrap_or(Stay::Member), home: self.home_id });
        match (holder, post) {
            (Some(holder), Some(post)) => Some(Whose::Either(holder, post)),
            (Some(holder), None) => Some(Whose::Member(holder.member)),
            (None, Some(post)) => Some(Whose::Holders(post)),
            (None, None) => None,
        }
    }

    /// Holders who may not act on it.
    pub fn barred(&self) -> Vec<MemberId> {
        self.barred.split(' ').filter_map(|id| id.parse().ok()).collect()
    }

    /// Which of `known` is about the same task: of the same people rather than of others.
    fn place_among(&self, known: &[Item]) -> Option<usize> {
        let same_task = |item: &Item| item.title == self.title && item.member_id == self.member_id;
        let same_post = |item: &Item| (item.capability, item.unit_id) == (self.capability, self.unit_id);
        known.iter().position(|item| same_task(item) && same_post(item)).or_else(|| known.iter().position(same_task))
    }

    /// Where it stands in the list.
    pub fn mark(&self) -> Mark {
        Mark { due_by: self.due_by, id: self.id }
    }
}

/// The day of what has none: it comes last.
fn never() -> Day {
    Day::LAST
}

/// Has an item wait, lying on `lies_on`.
pub fn put(tx: &mut Tx, item: NewItem, lies_on: Option<UnitId>) -> QueryResult<()> {
    let row = new_row(tx, item, lies_on);
    insert(tx.conn, &row)
}

/// Has exactly `items` wait about a thing, each lying on the unit beside it; `[]` ends the waiting for everybody. What
/// waits already for the same purpose goes on waiting since it does, also where it now lies elsewhere. The caller holds
/// the thing.
pub fn settle(tx: &mut Tx, kind: &str, subject: Uuid, items: Vec<(NewItem, Option<UnitId>)>) -> QueryResult<()> {
    let mut known = list_about(tx.conn, kind, subject)?;
    for (item, lies_on) in items {
        let row = new_row(tx, item, lies_on);
        let Some(at) = row.place_among(&known) else {
            insert(tx.conn, &row)?;
            continue;
        };
        let old = known.swap_remove(at);
        // whoever prepares it goes on
        let row = Item { id: old.id, created_at: old.created_at, preparer_id: old.preparer_id, ..row };
        if row != old {
            let its = desk_items::table.find(row.id);
            on!(tx.conn, c => diesel::update(its).set(&row).execute(c))?;
        }
    }
    let over: Vec<DeskItemId> = known.iter().map(|item| item.id).collect();
    if over.is_empty() { Ok(()) } else { delete(tx.conn, &over) }
}

/// What is the task of a member alone, what is due first.
pub fn list_of_member(conn: &mut Conn, member: MemberId, limit: i64) -> QueryResult<Vec<Item>> {
    on!(conn, c => desk_items::table
        .filter(desk_items::member_id.eq(member))
        .filter(desk_items::lies_on.is_null())
        .order((desk_items::due_by, desk_items::id))
        .limit(limit)
        .select(Item::as_select())
        .load(c))
}

/// Whether something of a kind waits about a thing.
pub fn waits(conn: &mut Conn, kind: &str, subject: Uuid) -> QueryResult<bool> {
    Ok(!list_about(conn, kind, subject)?.is_empty())
}

fn list_about(conn: &mut Conn, kind: &str, subject: Uuid) -> QueryResult<Vec<Item>> {
    on!(conn, c => desk_items::table
        .filter(desk_items::kind.eq(kind))
        .filter(desk_items::subject_id.eq(subject.as_bytes().as_slice()))
        .order(desk_items::id)
        .select(Item::as_select())
        .load(c))
}

fn insert(conn: &mut Conn, row: &Item) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(desk_items::table).values(row).execute(c)).map(drop)
}

fn delete(conn: &mut Conn, ids: &[DeskItemId]) -> QueryResult<()> {
    on!(conn, c => diesel::delete(desk_items::table.filter(desk_items::id.eq_any(ids))).execute(c)).map(drop)
}

/// Members as text, in one order, so that the same people are the same text.
fn listed(mut members: Vec<MemberId>) -> String {
    members.sort_unstable();
    members.dedup();
    members.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn new_row(tx: &Tx, item: NewItem, lies_on: Option<UnitId>) -> Item {
    let (holder, post) = match item.whose {
        Whose::Member(member) => (Some(Holder { member, stay: Stay::Member, home: None }), None),
        Whose::Holders(post) => (None, Some(post)),
        Whose::Either(holder, post) => (Some(holder), Some(post)),
    };
    Item {
        id: tx.fresh_id(),
        kind: item.kind.to_owned(),
        subject_id: item.subject.as_bytes().to_vec(),
        title: item.title,
        link: item.link,
        due_by: item.due.map_or_else(never, Due::day),
        urgency: item.urgency,
        member_id: holder.map(|holder| holder.member),
        stay: holder.map(|holder| holder.stay),
        home_id: holder.and_then(|holder| holder.home),
        capability: post.map(|post| post.capability),
        unit_id: post.map(|post| post.unit),
        lies_on,
        barred: listed(item.barred),
        created_at: tx.now(),
        due_at: match item.due {
            Some(Due::At(at)) => Some(at),
            _ => None,
        },
        preparer_id: None,
    }
}

/// Ends the waiting of a thing, for everybody.
pub fn clear(tx: &mut Tx, kind: &str, subject: Uuid) -> QueryResult<()> {
    let its = desk_items::kind.eq(kind).and(desk_items::subject_id.eq(subject.as_bytes().as_slice()));
    on!(tx.conn, c => diesel::delete(desk_items::table.filter(its)).execute(c)).map(drop)
}

/// Ends the waiting of every thing of a kind.
pub fn clear_kind(tx: &mut Tx, kind: &str) -> QueryResult<()> {
    on!(tx.conn, c => diesel::delete(desk_items::table.filter(desk_items::kind.eq(kind))).execute(c)).map(drop)
}

/// Ends the waiting of things of a kind whose day was before `today`: for what is over by itself then. A few at a time.
pub fn clear_overdue(tx: &mut Tx, kind: &str, today: Day) -> QueryResult<()> {
    let over: Vec<DeskItemId> = on!(tx.conn, c => desk_items::table
        .filter(desk_items::kind.eq(kind))
        .filter(desk_items::due_by.lt(today))
        .order(desk_items::id)
        .limit(CLEARED_AT_ONCE)
        .select(desk_items::id)
        .load(c))?;
    delete(tx.conn, &over)
}

/// Whose desk is looked at.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Who looks; what bars him is left out.
    pub viewer: MemberId,
    /// Whether what waits for the viewer himself is on it.
    pub with_own: bool,
    /// What lies with holders: of which unit, and of which capabilities.
    pub posts: Vec<(UnitId, Vec<Capability>)>,
}

impl Desk {
    /// Whether the viewer, or holders whose desk he looks at, have the item to deal with; not whoever prepares it.
    pub fn holds(&self, item: &Item) -> bool {
        let Some(lies_on) = item.lies_on else {
            return self.with_own && item.member_id == Some(self.viewer);
        };
        let lets = |(unit, capabilities): &(UnitId, Vec<Capability>)| {
            *unit == lies_on && item.capability.is_some_and(|capability| capabilities.contains(&capability))
        };
        self.posts.iter().any(lets) && !item.barred().contains(&self.viewer)
    }
}

/// Where a page ended.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Mark {
    due_by: Day,
    id: DeskItemId,
}

/// Adds what lies on a desk to a boxed query; a macro, since two backends want two boxed types.
macro_rules! lying {
    ($query:expr, $desk:expr) => {{
        let desk = $desk;
        let own = Some(desk.viewer).filter(|_| desk.with_own);
        // equal to nothing when there is none
        let mut query = $query.filter(desk_items::member_id.eq(own).and(desk_items::lies_on.is_null()));
        query = query.or_filter(desk_items::preparer_id.eq(own));
        let barred = format!("%{}%", desk.viewer);
        for (unit, capabilities) in &desk.posts {
            query = query.or_filter(
                desk_items::lies_on
                    .eq(*unit)
                    .and(desk_items::capability.eq_any(capabilities))
                    .and(desk_items::barred.not_like(barred.clone())),
            );
        }
        query
    }};
}

/// A page of a desk: what is due first, after `after`; what has no day comes last, the oldest first.
pub fn list(conn: &mut Conn, desk: &Desk, after: Option<Mark>, limit: i64) -> QueryResult<Vec<Item>> {
    on!(conn, c => {
        let mut query = lying!(desk_items::table.into_boxed(), desk);
        if let Some(Mark { due_by, id }) = after {
            let same_day = desk_items::due_by.eq(due_by).and(desk_items::id.gt(id));
            query = query.filter(desk_items::due_by.gt(due_by).or(same_day));
        }
        query.order((desk_items::due_by, desk_items::id)).limit(limit).select(Item::as_select()).load(c)
    })
}

/// What of a desk is due on the days from `from` to `until`, both included, what is due first.
pub fn list_due(conn: &mut Conn, desk: &Desk, (from, until): (Day, Day), limit: i64) -> QueryResult<Vec<Item>> {
    on!(conn, c => lying!(desk_items::table.into_boxed(), desk)
        .filter(desk_items::due_by.between(from, until))
        .order((desk_items::due_by, desk_items::id))
        .limit(limit)
        .select(Item::as_select())
        .load(c))
}

/// An item, held until the end of the transaction.
pub fn lock(conn: &mut Conn, id: DeskItemId) -> QueryResult<Option<Item>> {
    match conn {
        Conn::Pg(c) => desk_items::table.find(id).select(Item::as_select()).for_update().first(c).optional(),
        Conn::Sqlite(c) => desk_items::table.find(id).select(Item::as_select()).first(c).optional(),
    }
}

pub fn find(conn: &mut Conn, id: DeskItemId) -> QueryResult<Option<Item>> {
    on!(conn, c => desk_items::table.find(id).select(Item::as_select()).first(c).optional())
}

/// Has a member prepare an item, or nobody any more. The caller holds the item.
pub fn let_prepare(tx: &mut Tx, item: Item, member: Option<MemberId>) -> QueryResult<Item> {
    let its = desk_items::table.find(item.id);
    on!(tx.conn, c => diesel::update(its).set(desk_items::preparer_id.eq(member)).execute(c))?;
    Ok(Item { preparer_id: member, ..item })
}

/// How many of each kind lie on a desk; kinds without any are left out.
pub fn count(conn: &mut Conn, desk: &Desk) -> QueryResult<Vec<(String, i64)>> {
    on!(conn, c => {
        let counted = desk_items::table.group_by(desk_items::kind).select((desk_items::kind, count_star()));
        lying!(counted.into_boxed(), desk).order(desk_items::kind).load(c)
    })
}

/// Items that holders have or may come to have, in chunks, after `after`.
pub fn list_for_holders(conn: &mut Conn, after: Option<DeskItemId>, limit: i64) -> QueryResult<Vec<Item>> {
    let after = after.unwrap_or_else(|| Uuid::nil().into());
    on!(conn, c => desk_items::table
        .filter(desk_items::capability.is_not_null())
        .filter(desk_items::id.gt(after))
        .order(desk_items::id)
        .limit(limit)
        .select(Item::as_select())
        .load(c))
}

/// Hands an item on: from now on it lies on that unit, or with its member.
pub fn hand_on(tx: &mut Tx, id: DeskItemId, lies_on: Option<UnitId>) -> QueryResult<()> {
    let item = desk_items::table.find(id);
    on!(tx.conn, c => diesel::update(item).set(desk_items::lies_on.eq(lies_on)).execute(c)).map(drop)
}
