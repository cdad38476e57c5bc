//! How far a report comes, as a table.

use crate::base::workflow::{Flow, step};
use crate::doing::reports::model::ReportState::{self, *};

crate::words!(
    /// Something that is done to a report.
    ReportVerb {
        /// With its answers, or without any change.
        Submit = "submit" / "提交",
        Review = "review" / "审核",
        Return = "return" / "退回修改",
        Exempt = "exempt" / "免报",
        /// The unit was closed before its day.
        Drop = "drop" / "不再报送",
    }
);

/// Whose verb it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Unit,
    Organiser,
    /// One of the unit asks, an organiser approves.
    TwoPeople,
    Clock,
}

/// What was handed in is returned until it is reviewed; then it stays.
pub const FLOW: Flow<ReportState, ReportVerb, Who> = Flow {
    start: Due,
    steps: &[
        step(Due, ReportVerb::Submit, Submitted, Who::Unit),
        step(Due, ReportVerb::Exempt, Exempt, Who::TwoPeople),
        step(Due, ReportVerb::Drop, Void, Who::Clock),
        step(Submitted, ReportVerb::Review, Reviewed, Who::Organiser),
        step(Submitted, ReportVerb::Return, Returned, Who::Organiser),
        step(Returned, ReportVerb::Submit, Submitted, Who::Unit),
    ],
};
