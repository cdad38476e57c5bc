//! What the room keeps about members: who acted in office. What units wrote is the enterprise's, and names members as its
//! office papers do.

use crate::kernel::personal::{Keeping, Kept};

/// What the room keeps about members.
pub(super) const PERSONAL: Keeping = Keeping {
    room: "reports",
    kept: &[
        Kept::office("report_forms", "owner_id"),
        Kept::office("report_forms", "created_by"),
        Kept::office("report_forms", "answered_by"),
        Kept::office("report_form_versions", "written_by"),
        Kept::office("report_periods", "names_by"),
        Kept::office("reports", "edited_by"),
        Kept::office("reports", "submitted_by"),
        Kept::office("reports", "reviewed_by"),
        Kept::office("report_requests", "proposed_by"),
        Kept::office("report_requests", "answered_by"),
        Kept::office("report_corrections", "noted_by"),
        Kept::office("report_corrections", "answered_by"),
    ],
    named: &[],
};
