//! What is written of the bulletin 通报 of a period.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ReportId, ReportPeriodId};
use crate::base::text::Text;
use crate::base::time::Day;
use crate::ground::bulletins::{About, Written};
use crate::ground::documents::DocumentNumber;
use crate::kernel::trail::Thing;

/// What the register of numbers and the trail call it.
const KIND: &str = "report_bulletin";

/// Something that a unit reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportExtract {
    /// Whose report it is from; units are named as the signer ticks.
    pub report_id: Option<ReportId>,
    /// What it is about.
    pub heading: Text<60>,
    /// What is cited.
    pub excerpt: Text<1000>,
}

/// What organisers write of a bulletin; its numbers are counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportBulletinText {
    /// Who issues it 发文机关.
    pub issuer: Text<60>,
    /// Needed before the review; unique.
    pub document_no: Option<DocumentNumber>,
    /// 标题
    pub title: Text<150>,
    /// 主送: to whom it goes.
    pub addressees: Text<300>,
    /// What stands before the numbers; each line is a paragraph.
    pub opening: Text<3000>,
    /// Whether units that were late, or did not hand in, are to be named; only with the tick of who reviews it.
    pub names_units: bool,
    /// What units reported, 50 at most.
    pub extracts: Vec<ReportExtract>,
    /// 工作要求, 20 at most.
    pub requirements: Vec<Text<1000>>,
    /// 落款: who signs it.
    pub signature: Text<100>,
    /// The day under the signature.
    pub dated_on: Day,
}

impl Written for ReportBulletinText {
    fn document_no(&self) -> Option<&DocumentNumber> {
        self.document_no.as_ref()
    }
}

/// Under what the bulletin of a period is kept.
pub fn about(id: ReportPeriodId) -> About {
    About { kind: KIND, id: id.uuid().into() }
}

/// The bulletin of a period, as its trail knows it.
pub fn thing(id: ReportPeriodId) -> Thing {
    Thing { room: "reports", kind: KIND, id: id.uuid() }
}
