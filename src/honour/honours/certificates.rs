//! Certificates: a stranger checks one by its code, and is told no more than what is printed on it.

use super::actions::{Honours, Outcome};
use super::model::{Awarded, Holder};
use super::rules::Refusal;
use super::store;
use crate::base::capability::Reach;
use crate::base::crypto::normal_code;
use crate::base::id::UnitId;
use crate::base::network::Network;
use crate::base::text::mask_name;
use crate::kernel::attempts::{Key as LevelKey, Pace};

/// Codes that are none, from one network: sixty random bits are not guessed, and nobody is to make us look all day.
const PACE: Pace = Pace { free: 20, longest_wait_seconds: 15 * 60, drain_seconds: 60 };
/// Honours of one ceremony at most.
const MOST_AT_CEREMONY: i64 = 2_000;

/// What a stranger is told of a certificate.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    pub awarded: Awarded,
    /// The holder's name; of members the surname and stars.
    pub name: String,
    pub unit: String,
}

impl Honours {
    /// What the certificate with that code says.
    pub(super) async fn check_certificate(&self, network: Network, code: &str) -> Outcome<Checked> {
        let key: LevelKey = self.key.mac(&[b"certificates", network.bytes()]);
        let taken = self.attempts.take(key, PACE).await.map_err(|seconds| Refusal::TooMany { seconds })?;
        let typed = normal_code(code);
        let found = match typed.len() {
            12 => {
                let code = [&typed[0..4], &typed[4..8], &typed[8..12]].join("-");
                self.db.read(move |conn| store::find_by_code(conn, &code)).await
            }
            _ => Ok(None),
        };
        match found {
            Ok(Some(awarded)) => {
                self.attempts.give_back(taken).await;
                let name = self.holder_name(&awarded);
                let name = if matches!(awarded.0.holder(), Holder::Member(_)) { mask_name(&name) } else { name };
                let unit = self.directory.unit_name(awarded.0.unit_id);
                Ok(Checked { awarded, name, unit })
            }
            Ok(None) => Err(Refusal::NoSuchCertificate.into()),
            Err(error) => {
                self.attempts.give_back(taken).await;
                Err(error.into())
            }
        }
    }

    /// What is handed out at the ceremony of a year to holders of a unit and below, from the highest level down.
    pub(super) async fn ceremony(&self, reach: &Reach, unit: Option<UnitId>, year: i32) -> Outcome<Vec<Awarded>> {
        let units = self.within(reach, unit)?;
        let wanted = store::Wanted { units, year: Some(year), ..Default::default() };
        let mut awards = self.awards(wanted, None, MOST_AT_CEREMONY).await?;
        awards.retain(|(_, withdrawn, _)| withdrawn.is_none());
        awards.sort_by(|(one, ..), (other, ..)| {
            let order = |level| std::cmp::Reverse(level);
            (order(one.level), &one.title, one.id).cmp(&(order(other.level), &other.title, other.id))
        });
        Ok(awards)
    }
}
