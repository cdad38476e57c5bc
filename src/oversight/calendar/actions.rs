//! Showing a year, and entering it.

use std::sync::Arc;

use serde_json::json;

use super::CalendarRoom;
use super::model::{CalendarDay, YearCalendar};
use super::rules::{self, Refusal};
use crate::base::id::MemberId;
use crate::base::version::{SeenState, Version};
use crate::db::Stop;
use crate::kernel::calendar::thing;
use crate::kernel::trail::{self, Act};

type Outcome<T> = Result<T, Stop<Refusal>>;

impl CalendarRoom {
    /// The days of a year, and the state in which they are.
    pub(super) async fn find(&self, year: i32) -> Outcome<(Arc<YearCalendar>, Option<Version>)> {
        rules::check_year(year)?;
        let version = thing(year).present(&self.db).await?;
        Ok((self.calendar.year(year), version))
    }

    /// Enters the days of a year in the place of what was there; the same again changes nothing.
    pub(super) async fn enter(
        &self,
        by: MemberId,
        year: i32,
        seen: Option<SeenState>,
        (source, days): (String, Vec<CalendarDay>),
    ) -> Outcome<Arc<YearCalendar>> {
        let days = rules::check_days(year, days)?;
        let calendar = self.calendar.clone();
        self.db
            .write(move |tx| -> Outcome<()> {
                // of two at once the second one is looked at when the first is in force
                tx.take_turn_on("calendar")?;
                thing(year).changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                let present = calendar.year(year);
                if present.entered.is_some() && present.days == days && present.source == source {
                    return Ok(());
                }
                calendar.put(tx, by, year, source.clone(), days.clone())?;
                let off = days.iter().filter(|day| day.is_off).count();
                let detail = json!({ "year": year, "source": source, "off": off, "worked": days.len() - off });
                let about = thing(year);
                trail::note(
                    tx,
                    Act {
                        actor: Some(by),
                        action: "calendar.enter",
                        subject_kind: about.kind,
                        subject_id: about.id,
                        detail,
                    },
                )?;
                Ok(())
            })
            .await?;
        Ok(self.calendar.year(year))
    }

    pub(super) fn name_of(&self, member: MemberId) -> String {
        self.directory.member(member).map(|card| card.name.to_string()).unwrap_or_default()
    }
}
