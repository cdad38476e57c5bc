//! Who agreed to which version of the privacy notice.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::db::Conn;
use crate::db::schema::privacy_consents;
use crate::on;
use crate::people::sessions::model::PrivacyConsent;

/// Puts down that a member agreed; the first time counts.
pub fn insert(conn: &mut Conn, consent: &PrivacyConsent) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(privacy_consents::table).values(consent).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// What a member agreed to, newest first.
pub fn list(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<PrivacyConsent>> {
    on!(conn, c => privacy_consents::table
        .filter(privacy_consents::member_id.eq(member))
        .order((privacy_consents::agreed_at.desc(), privacy_consents::version))
        .select(PrivacyConsent::as_select())
        .load(c))
}
