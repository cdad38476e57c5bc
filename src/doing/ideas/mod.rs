//! Golden ideas 金点子: 党小组会征集 → 支委会讨论确定 → 党员负责实施, and what comes of them.
//!
//! A member hands an idea in, a group's leader collects it at a meeting of the group, the branch's committee decides at a
//! meeting with a reason, somebody carries it out by a day, and somebody else accepts the work. Every step is told to
//! the idea's people and earns what the rules of the points room say. Nobody handles an idea of his own: the next unit
//! up does, and that is written down.
//!
//! Tables: `ideas`, `idea_people`, `idea_steps`, `idea_hand_ins`, `idea_likes`, `idea_comments`, `idea_outcomes`, `idea_outcome_corrections`, `idea_categories`.
//! Routes: `/ideas…`, `/exports/ideas`. Uses `meetings`, `points`, `members`, `texts`, `notices` and `files`.
//!
//! The way of a request: `api` reads and answers; [`Ideas`] writes (`drafts`), takes steps (`steps`, which look at their
//! meeting in `at_meetings`, merge in `merging`, are left to others in `recusing`, are told in `notices`, earn in `awards` and wait on the `desk`), attaches
//! files (`attachments`), lists (`lists`, `timeline`), searches (`search`), counts (`statistics`, printed by
//! `api/summary`), exports, keeps `likes` and `comments`, has texts held until they may be seen (`holding`) and reminds (`reminders`); [`rules`] hold the table of steps. Tells `files` who may read and delete what is attached, and
//! `meetings` which of them ideas point at.

mod api;
mod drafts;
mod steps;
mod at_meetings;
mod merging;
mod outcomes;
mod recusing;
mod lists;
mod desk;
mod timeline;
mod search;
mod statistics;
mod exports;
mod facts;
mod glance;
mod categories;
mod attachments;
mod likes;
mod comments;
mod holding;
mod awards;
mod notices;
mod reminders;
mod rules;
mod model;
mod store;
mod personal;
mod room;

use std::sync::Arc;

use crate::db::{Db, Stop};
use crate::ground::files::Addresses;
use crate::honour::appraisal::Appraisal;
use crate::honour::points::Points;
use crate::kernel::backlog::Backlog;
use crate::kernel::calendar::Calendar;
use crate::kernel::closing::Closings;
use crate::kernel::quotas::Quota;
use crate::kernel::settings::Setting;
use crate::people::members::{Desks, Directory};
use crate::people::texts::Texts;

pub use api::routes;
pub use attachments::{ATTACHMENT, EVIDENCE, is_draft, is_hidden};
pub use drafts::NewIdea;
pub use glance::{LOOKS, LatestIdea, latest_in};
pub use model::{IdeaId, IdeaState, IdeaText, Move, NewOutcome, OutcomeKind, Verb};
pub use room::open;
pub use rules::{FLOW, Who};
pub use store::steps::list_actors_at;

use rules::Refusal;

type Outcome<T> = Result<T, Stop<Refusal>>;

/// What one member may write in a day.
#[derive(Clone)]
struct Quotas {
    drafts: Quota,
    hand_ins: Quota,
    comments: Quota,
}

impl Quotas {
    fn new() -> Quotas {
        Quotas {
            drafts: Quota::a_day(
                "ideas.drafts_per_day",
                ("每人每天可新建的金点子草稿", "Drafts of ideas that one member may begin in a day"),
                "条",
                50,
            ),
            hand_ins: Quota::a_day(
                "ideas.hand_ins_per_day",
                ("每人每天可提交的金点子", "Ideas that one member may hand in in a day"),
                "条",
                20,
            ),
            comments: Quota::a_day(
                "ideas.comments_per_day",
                ("每人每天可发表的金点子评论", "Comments on ideas that one member may write in a day"),
                "条",
                200,
            ),
        }
    }

    fn settings(&self) -> [Setting; 3] {
        [&self.drafts, &self.hand_ins, &self.comments].map(Quota::setting)
    }
}

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Ideas {
    db: Db,
    directory: Directory,
    points: Points,
    appraisal: Arc<Appraisal>,
    closings: Closings,
    calendar: Calendar,
    desks: Desks,
    texts: Texts,
    addresses: Addresses,
    quotas: Quotas,
    /// Ideas from before there was a search.
    unindexed: Backlog,
    /// What waited before there was a desk of all rooms.
    unlaid: Backlog,
}

impl Ideas {
    pub fn new(
        db: Db,
        directory: Directory,
        desks: Desks,
        (points, appraisal): (Points, Appraisal),
        (closings, calendar): (Closings, Calendar),
        (texts, addresses): (Texts, Addresses),
    ) -> Self {
        let (unindexed, unlaid) = (Backlog::new("ideas.search"), Backlog::new("ideas.desk"));
        let quotas = Quotas::new();
        Ideas {
            db,
            directory,
            desks,
            points,
            appraisal: Arc::new(appraisal),
            closings,
            calendar,
            texts,
            addresses,
            quotas,
            unindexed,
            unlaid,
        }
    }
}
