//! Who may do what with a bulletin, and when.

use super::model::{Bulletin, BulletinState, Written};
use crate::base::id::MemberId;
use crate::base::own_case::{Involvement, Judgement};
use crate::db;

/// A no of bulletins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is no bulletin, or none for the caller to know of.
    NotFound,
    /// An issued bulletin stays as it is.
    Issued,
    /// Somebody wrote another version meanwhile.
    Changed { version: i32 },
    /// Nobody reviews what he wrote himself.
    Own,
    /// The bulletin was not reviewed in this version.
    NotReviewed,
    /// A bulletin is reviewed with its number only.
    NoNumber,
    /// Another document bears that number.
    NumberTaken,
}

impl db::Refusal for Refusal {}

/// Whether a bulletin may be changed: it is not issued.
pub fn may_edit<T>(bulletin: &Bulletin<T>) -> Result<(), Refusal> {
    if bulletin.state == BulletinState::Issued { Err(Refusal::Issued) } else { Ok(()) }
}

/// Whether `actor` may approve this version: it is the one that the caller has seen, and none of the `writers` of this one
/// and those before was he.
pub fn may_review<T: Written>(
    bulletin: &Bulletin<T>,
    writers: &[MemberId],
    actor: MemberId,
    version: i32,
) -> Result<(), Refusal> {
    is_seen(bulletin, version)?;
    let involved = writers.contains(&actor).then_some(Involvement::Writer).into_iter().collect();
    Judgement::ReviewBulletin.check(involved).map_err(|_| Refusal::Own)?;
    if bulletin.text.document_no().is_none() { Err(Refusal::NoNumber) } else { Ok(()) }
}

/// Whether this version may be issued: it is the one that the caller has seen, and it was reviewed.
pub fn may_issue<T>(bulletin: &Bulletin<T>, version: i32) -> Result<(), Refusal> {
    is_seen(bulletin, version)?;
    if bulletin.state == BulletinState::Reviewed { Ok(()) } else { Err(Refusal::NotReviewed) }
}

fn is_seen<T>(bulletin: &Bulletin<T>, version: i32) -> Result<(), Refusal> {
    may_edit(bulletin)?;
    if bulletin.version == version { Ok(()) } else { Err(Refusal::Changed { version: bulletin.version }) }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use uuid::Uuid;

    use crate::base::time::Timestamp;

    use super::super::model::About;
    use super::*;
    use crate::ground::documents::DocumentNumber;

    #[derive(Clone, Serialize, Deserialize)]
    struct Numbered(Option<DocumentNumber>);

    impl Written for Numbered {
        fn document_no(&self) -> Option<&DocumentNumber> {
            self.0.as_ref()
        }
    }

    #[test]
    fn another_person_reviews_the_version_with_its_number_and_only_then_it_is_issued() {
        let now = Timestamp::from_micros(0);
        let [writer, other] = [1, 2].map(|n| MemberId::from(Uuid::from_u128(n)));
        let number = serde_json::from_value(serde_json::json!({ "prefix": "字", "year": 2026, "number": 7 })).unwrap();
        let bulletin = |state, text| Bulletin {
            about: About { kind: "sample", id: Uuid::nil().into() },
            version: 3,
            state,
            text,
            sheet: None,
            edited_by: writer,
            edited_at: now,
            reviewed_by: None,
            reviewed_at: None,
            issued_by: None,
            issued_at: None,
        };
        let draft = bulletin(BulletinState::Draft, Numbered(Some(number)));
        let reviewed = Bulletin { state: BulletinState::Reviewed, ..draft.clone() };
        let issued = Bulletin { state: BulletinState::Issued, ..draft.clone() };
        let unnumbered = bulletin(BulletinState::Draft, Numbered(None));
        for (asked, expected) in [
            (may_edit(&draft), Ok(())),
            (may_edit(&reviewed), Ok(())),
            (may_edit(&issued), Err(Refusal::Issued)),
            (may_review(&draft, &[writer], other, 3), Ok(())),
            (may_review(&draft, &[writer], writer, 3), Err(Refusal::Own)),
            (may_review(&draft, &[writer, other], other, 3), Err(Refusal::Own)),
            (may_review(&draft, &[], other, 2), Err(Refusal::Changed { version: 3 })),
            (may_review(&unnumbered, &[], other, 3), Err(Refusal::NoNumber)),
            (may_review(&issued, &[], other, 3), Err(Refusal::Issued)),
            (may_issue(&draft, 3), Err(Refusal::NotReviewed)),
            (may_issue(&reviewed, 2), Err(Refusal::Changed { version: 3 })),
            (may_issue(&reviewed, 3), Ok(())),
            (may_issue(&issued, 3), Err(Refusal::Issued)),
        ] {
            assert_eq!(asked, expected);
        }
    }
}
