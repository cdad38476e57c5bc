//! The privacy notice, and who agreed to it.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::privacy_consents;

/// The privacy notice 个人信息保护告知书 that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PrivacyNotice {
    /// What the enterprise calls it, such as 2026-07; another one asks everybody anew.
    pub version: String,
    /// Where its text is read.
    pub address: Option<String>,
}

/// That a member agreed to a version of the notice; never changed.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = privacy_consents)]
pub struct PrivacyConsent {
    pub member_id: MemberId,
    pub version: String,
    pub agreed_at: Timestamp,
}
