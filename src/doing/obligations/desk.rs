//! What waits for a unit, and who is told: one item for each unit, about all that is due soon or late.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use diesel::QueryResult;

use super::actions::Obligations;
use super::model::{Exemption, ObligationState, Rule};
use super::sheet::Line;
use super::store;
use crate::base::approval::ProposalState;
use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::base::period::Span;
use crate::base::text::in_quotes;
use crate::base::time::{Day, Period, Timestamp};
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::{Due, NewItem, Post, Urgency, Whose};

crate::kernel::desk::kinds! {
    /// What is due soon in a unit, or late.
    pub(super) SHEET = "month_sheet" / "规定动作",
    /// That something does not apply.
    pub(super) EXEMPTION = "obligation_exemption" / "规定动作不适用",
}

/// What the room is looked at for.
pub(super) const LOOK: &str = "obligations";
/// How often desks follow what was recorded.
const LOOK_SECONDS: i64 = 600;
/// Days before the last one from which something lies on the desk.
const DESK_DAYS: u64 = 10;
/// Days before the last one on which a unit is told, besides the last one itself.
const TOLD_DAYS: u64 = 3;
/// Desks that are brought up to date in one transaction.
const CHUNK: usize = 50;

/// From when until when units are told.
fn daytime() -> (NaiveTime, NaiveTime) {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    (hour(8), hour(20))
}

impl Obligations {
    /// Who does a unit's share.
    fn post(unit: UnitId) -> Post {
        Post { capability: Capability::KeepObligations, unit }
    }

    /// Brings the desks of all units up to date and, by day, tells them what is due soon; says when to look again.
    pub(super) async fn look(&self) -> Result<Option<Timestamp>, DbError> {
        let (now, today) = (self.db.now(), self.db.today());
        let (units, known): (Vec<UnitId>, Vec<UnitId>) = {
            let tree = self.directory.tree();
            let open: Vec<UnitId> =
                tree.each().filter(|card| card.unit.closed_on.is_none()).map(|c| c.unit.id).collect();
            (open, tree.each().map(|card| card.unit.id).collect())
        };
        let month = Span { first: Period::Month.start(today), end: today.plus_days(DESK_DAYS + 1) };
        let lines = self.sheet(&units, month).await?;
        let mut due: BTreeMap<UnitId, Vec<Line>> = known.into_iter().map(|unit| (unit, Vec::new())).collect();
        for line in lines {
            let is_soon = line.state == ObligationState::Open && line.window.due <= today.plus_days(DESK_DAYS);
            if is_soon || line.state == ObligationState::Late {
                due.entry(line.unit).or_default().push(line);
            }
        }
        let (morning, evening) = daytime();
        let tells = !self.calendar.is_off(today) && now >= today.at(morning) && now < today.at(evening);
        let due: Vec<(UnitId, Vec<Line>)> = due.into_iter().collect();
        for units in due.chunks(CHUNK) {
            let (room, units) = (self.clone(), units.to_vec());
            let written = self.db.write(move |tx| -> Result<(), Stop<Never>> {
                for (unit, lines) in &units {
                    room.lay(tx, *unit, lines)?;
                    if tells {
                        room.remind(tx, *unit, lines)?;
                    }
                }
                Ok(())
            });
            written.await?;
        }
        Ok(Some(now.plus_seconds(LOOK_SECONDS)))
    }

    /// Has what is due in a unit wait there, or nothing.
    fn lay(&self, tx: &mut Tx, unit: UnitId, lines: &[Line]) -> QueryResult<()> {
        let item = lines.first().map(|first| {
            let others = if lines.len() > 1 { format!("等 {} 项", lines.len()) } else { String::new() };
            NewItem {
                kind: SHEET,
                subject: unit.uuid(),
                title: format!("{}：{}{others}待完成", self.directory.unit_name(unit), first.rule.title),
                link: format!("/month-sheet/{unit}"),
                due: Some(Due::On(first.window.due)),
                urgency: Urgency::Normal,
                whose: Whose::Holders(Self::post(unit)),
                barred: Vec::new(),
            }
        });
        self.desks.replace(tx, SHEET, unit.uuid(), item)
    }

    /// Tells a unit once on a day what is due that day or three days later.
    fn remind(&self, tx: &mut Tx, unit: UnitId, lines: &[Line]) -> QueryResult<()> {
        let today = tx.today();
        let soon: Vec<&Line> = lines
            .iter()
            .filter(|line| line.window.due == today || line.window.due == today.plus_days(TOLD_DAYS))
            .collect();
        if soon.is_empty() || !store::mark_reminded(tx.conn, unit, today)? {
            return Ok(());
        }
        let said = |line: &&Line| format!("{}（{}截止）", line.rule.title, line.window.due.in_chinese_on(today));
        let body = soon.iter().map(said).collect::<Vec<_>>().join("、");
        let body = format!("{}：{body}。", self.directory.unit_name(unit));
        for member in self.desks.nearest(Self::post(unit), &[], today) {
            self.tell(tx, member, "规定动作将到期", body.clone(), format!("/month-sheet/{unit}"))?;
        }
        Ok(())
    }

    /// Has an exemption wait for those above.
    pub(super) fn lay_exemption(&self, tx: &mut Tx, row: &Exemption, rule: &Rule) -> QueryResult<()> {
        let tree = self.directory.tree();
        let above = tree.get(row.unit_id).and_then(|card| card.path.get(1)).copied().unwrap_or(row.unit_id);
        let unit = self.directory.unit_name(row.unit_id);
        let item = NewItem {
            kind: EXEMPTION,
            subject: row.id.uuid(),
            title: format!("{unit}：{}是否不适用", in_quotes(&rule.title)),
            link: format!("/obligation-exemptions/{}", row.id),
            due: Some(Due::On(self.calendar.working_day_from(tx.today().plus_days(TOLD_DAYS)))),
            urgency: Urgency::Normal,
            whose: Whose::Holders(Post { capability: Capability::ExcuseObligations, unit: above }),
            barred: vec![row.proposed_by],
        };
        self.desks.put(tx, item)
    }

    /// Tells who asked what was answered.
    pub(super) fn tell_answer(
        &self,
        tx: &mut Tx,
        row: &Exemption,
        (state, words): (ProposalState, Option<&str>),
    ) -> QueryResult<()> {
        let unit = self.directory.unit_name(row.unit_id);
        let title = if state == ProposalState::Approved { "已确认不适用" } else { "不适用的申请未同意" };
        let body = format!("{unit}，{}。{}", row.code, words.unwrap_or_default());
        self.tell(tx, row.proposed_by, title, body, format!("/month-sheet/{}", row.unit_id))
    }

    fn tell(&self, tx: &mut Tx, member: MemberId, title: &str, body: String, page: String) -> QueryResult<()> {
        let (to, kind) = (To::Member(member), NoticeKind::OBLIGATIONS);
        notices::tell(tx, NewNotice { to, kind, title: title.into(), body, link: Some(page) })
    }
}

/// Forgets whom it reminded long ago.
pub(super) fn tidy(tx: &mut Tx) -> QueryResult<()> {
    let before: Day = tx.today().minus_days(7);
    store::delete_reminders(tx.conn, before, 500).map(drop)
}
