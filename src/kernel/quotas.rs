//! How much of something each member may do in a day 每日限额, as the enterprise sets it: enough for anybody who means it, and a
//! bound to what one account can leave behind.
//!
//! Table: `quotas`. What is counted is what was done, whatever became of it, so that nobody deletes and begins anew. Whoever
//! has a duty acts for others, and imports come from them: neither is counted.

use diesel::dsl::case_when;
use diesel::prelude::*;

use crate::base::capability::Capability;
use crate::base::person::Person;
use crate::base::quota::Spent;
use crate::db::Tx;
use crate::db::schema::quotas;
use crate::kernel::settings::Setting;
use crate::on;

/// The most that a quota may be set to.
const MOST: i64 = 100_000;

/// How often a member may do something in a day; clones share the setting.
#[derive(Clone)]
pub struct Quota(Setting);

impl Quota {
    /// A quota with the setting that says how much it is, in so many of a unit (in Chinese).
    pub fn a_day(key: &'static str, title: (&'static str, &'static str), unit: &'static str, default: i64) -> Quota {
        Quota(Setting::number(key, title, Capability::Operate, ((1, MOST), unit), default))
    }

    /// The setting, to be handed over.
    pub fn setting(&self) -> Setting {
        self.0.clone()
    }

    /// Counts one more of what `person` does today; refused, with everything that the transaction did, when there is none
    /// left.
    pub fn take(&self, tx: &mut Tx, person: &Person) -> QueryResult<Result<(), Spent>> {
        if person.has_duty() {
            return Ok(Ok(()));
        }
        let (today, most) = (tx.today(), self.0.get());
        let new = (
            quotas::member_id.eq(person.member),
            quotas::what.eq(self.0.key),
            quotas::day.eq(today),
            quotas::used.eq(1_i64),
        );
        let used = case_when(quotas::day.eq(today), quotas::used + 1_i64).otherwise(1_i64);
        // the row is the member's alone, and whoever comes second waits for it
        let used: i64 = on!(&mut *tx.conn, c => diesel::insert_into(quotas::table)
            .values(new)
            .on_conflict((quotas::member_id, quotas::what))
            .do_update()
            .set((quotas::day.eq(today), quotas::used.eq(used)))
            .returning(quotas::used)
            .get_result(c))?;
        Ok(if used <= most { Ok(()) } else { Err(Spent::today(tx.now(), most, 0)) })
    }
}
