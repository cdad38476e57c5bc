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
    /// The last day that is not late.
    pub due_on: Option<Day>,
    pub urgency: Urgency,
    pub whose: Whose,
    /// Holders who may not act on it, such as those whose own it is; few.
    pub barred: Vec<MemberId>,
}

/// Something that waits.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = desk_items, treat_none_as_default_value = false)]
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
}

impl Item {
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
        let post = self.capability.zip(self.unit_id).map(|(capability, unit)| Post { capability, unit });
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
    let (holder, post) = match item.whose {
        Whose::Member(member) => (Some(Holder { member, stay: Stay::Member, home: None }), None),
        Whose::Holders(post) => (None, Some(post)),
        Whose::Either(holder, post) => (Some(holder), Some(post)),
    };
    let row = Item {
        id: tx.fresh_id(),
        kind: item.kind.to_owned(),
        subject_id: item.subject.as_bytes().to_vec(),
        title: item.title,
        link: item.link,
        due_by: item.due_on.unwrap_or_else(never),
        urgency: item.urgency,
        member_id: holder.map(|holder| holder.member),
        stay: holder.map(|holder| holder.stay),
        home_id: holder.and_then(|holder| holder.home),
        capability: post.map(|post| post.capability),
        unit_id: post.map(|post| post.unit),
        lies_on,
        barred: item.barred.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        created_at: tx.now(),
    };
    on!(tx.conn, c => diesel::insert_into(desk_items::table).values(&row).execute(c)).map(drop)
}

/// Ends the waiting of a thing, for everybody.
pub fn clear(tx: &mut Tx, kind: &str, subject: Uuid) -> QueryResult<()> {
    let its = desk_items::kind.eq(kind).and(desk_items::subject_id.eq(subject.as_bytes().as_slice()));
    on!(tx.conn, c => diesel::delete(desk_items::table.filter(its)).execute(c)).map(drop)
}

/// Ends the waiting of a thing for one member, where several are asked each for himself.
pub fn clear_for(tx: &mut Tx, kind: &str, subject: Uuid, member: MemberId) -> QueryResult<()> {
    let its = desk_items::table
        .filter(desk_items::kind.eq(kind))
        .filter(desk_items::subject_id.eq(subject.as_bytes().as_slice()))
        .filter(desk_items::member_id.eq(member));
    on!(tx.conn, c => diesel::delete(its).execute(c)).map(drop)
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
    on!(tx.conn, c => diesel::delete(desk_items::table.filter(desk_items::id.eq_any(&over))).execute(c)).map(drop)
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
