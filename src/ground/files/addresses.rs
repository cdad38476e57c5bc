//! Addresses that open a picture without a session, since an `<img>` sends none.
//!
//! An address is the same for everybody who is shown the file, and stays the same for half a day, so that phones and
//! pages can keep the picture; it is good until the end of the next half-day, 24 hours at most. It does not say who asked
//! for it: anyone who was shown a picture can show it on, and somebody who may no longer see it keeps it until the
//! address runs out. For everybody it ends at once when the file is deleted or taken off what it was attached to, and
//! when that is hidden, since what it was signed for is no longer so.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::model::{File, FileId, FileView};
use crate::base::crypto::Key;
use crate::base::time::Timestamp;

const HALF_DAY_SECONDS: i64 = 12 * 3600;

/// Half-days begin at 3 and at 15 o'clock (+08:00), when few look at pictures.
const SHIFT_SECONDS: i64 = 5 * 3600;

/// Bytes of a signature.
const SIGNATURE: usize = 16;

crate::words!(
    /// How large a picture is shown: as it was uploaded, or as its thumbnail.
    PictureSize {
        Full = "full" / "原图",
        Thumbnail = "thumbnail" / "缩略图",
    }
);

/// Makes and knows addresses; clones share the key.
#[derive(Clone)]
pub struct Addresses {
    key: Key,
}

/// What an address says, beside the file.
#[derive(Clone, Debug)]
pub struct Address {
    pub size: PictureSize,
    /// The half-day in which it was made, counted from 1970.
    pub half_day: i64,
    pub signature: String,
}

impl Addresses {
    /// With a key that is derived from one of the enterprise's.
    pub fn new(key: &Key) -> Addresses {
        Addresses { key: key.derive(b"picture addresses") }
    }

    /// Gives the view of a picture its addresses as of `now`; `hidden` says that what it is attached to is seen only by
    /// those who made it.
    pub fn put(&self, mut view: FileView, hidden: bool, now: Timestamp) -> FileView {
        if view.kind.is_picture() {
            let address = |size| self.address(&view, size, hidden, now);
            let (url, thumbnail_url) = (address(PictureSize::Full), address(PictureSize::Thumbnail));
            (view.url, view.thumbnail_url) = (Some(url), view.has_thumbnail.then_some(thumbnail_url));
        }
        view
    }

    fn address(&self, view: &FileView, size: PictureSize, hidden: bool, now: Timestamp) -> String {
        let half_day = half_day(now);
        let subject = view.subject.as_ref().map(|(kind, id)| (kind.as_str(), *id));
        let signature = URL_SAFE_NO_PAD.encode(self.sign(view.id, size, half_day, subject, hidden));
        // behind the question mark, where no log of ours looks
        format!("/api/v1/files/{}/picture?size={size}&half_day={half_day}&signature={signature}", view.id)
    }

    /// Whether `address` was made for this file as it is now.
    pub(super) fn opens(&self, address: &Address, file: &File, hidden: bool) -> bool {
        let expected = self.sign(file.id, address.size, address.half_day, file.subject(), hidden);
        let sent = URL_SAFE_NO_PAD.decode(&address.signature).unwrap_or_default();
        file.kind.is_picture() && sent.ct_eq(&expected).into()
    }

    fn sign(
        &self,
        id: FileId,
        size: PictureSize,
        half_day: i64,
        subject: Option<(&str, Uuid)>,
        hidden: bool,
    ) -> [u8; SIGNATURE] {
        let (kind, subject) = subject.unwrap_or(("", Uuid::nil()));
        let (id, size, half_day) = (id.uuid(), size.as_str(), half_day.to_be_bytes());
        let mac = self.key.mac(&[
            id.as_bytes(),
            size.as_bytes(),
            &half_day,
            kind.as_bytes(),
            subject.as_bytes(),
            &[u8::from(hidden)],
        ]);
        std::array::from_fn(|n| mac[n])
    }
}

impl Address {
    /// Seconds for which it is still good; `None` when it is over, or of a day to come.
    pub(super) fn seconds_left(&self, now: Timestamp) -> Option<i64> {
        let present = half_day(now);
        let is_good = self.half_day == present || self.half_day == present - 1;
        is_good.then(|| (self.half_day + 2) * HALF_DAY_SECONDS - SHIFT_SECONDS - now.seconds())
    }
}

/// The half-day of an instant, counted from 1970; an address that is made within it is good until the end of the next one.
pub fn half_day(now: Timestamp) -> i64 {
    (now.seconds() + SHIFT_SECONDS).div_euclid(HALF_DAY_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_good_for_half_a_day_to_a_day() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let made =
            |text: &str| Address { size: PictureSize::Full, half_day: half_day(at(text)), signature: String::new() };
        let address = made("2026-07-01T15:00:00+08:00");
        assert_eq!(address.half_day, made("2026-07-02T02:59:59+08:00").half_day);
        assert_ne!(address.half_day, made("2026-07-01T14:59:59+08:00").half_day);
        for (now, left) in [
            ("2026-07-01T15:00:00+08:00", Some(24 * 3600)),
            ("2026-07-02T02:59:59+08:00", Some(12 * 3600 + 1)),
            ("2026-07-02T14:59:59+08:00", Some(1)),
            ("2026-07-02T15:00:00+08:00", None),
            ("2026-07-01T14:59:59+08:00", None),
        ] {
            assert_eq!(address.seconds_left(at(now)), left, "{now}");
        }
    }
}
