//! The `Idempotency-Key` header of creations: sent twice, done once (`kernel::idempotency` remembers).

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::Serialize;

use super::error::Problem;
use crate::base::id::MemberId;
use crate::base::idempotency::IdempotencyKey;

/// The longest key in bytes.
pub const MAX_KEY: usize = 64;

/// The client's key, if it sent one: 1 to 64 visible ASCII characters, else 400.
pub struct OptionalKey(pub Option<String>);

impl OptionalKey {
    /// The key of `member` for this very request: route and body decide whether a repeated key means the same.
    pub fn of<T: Serialize>(self, member: MemberId, route: &str, body: &T) -> Option<IdempotencyKey> {
        self.0.map(|key| IdempotencyKey::new(member, key, route, body))
    }
}

impl FromRequest for OptionalKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match req.headers().get("idempotency-key") {
            None => Ok(OptionalKey(None)),
            Some(value) => read(value.as_bytes()).map(|key| OptionalKey(Some(key))),
        })
    }
}

fn read(value: &[u8]) -> Result<String, Problem> {
    let visible = value.iter().all(u8::is_ascii_graphic);
    if !visible || !(1..=MAX_KEY).contains(&value.len()) {
        return Err(Problem::malformed("idempotency.bad_key", "Idempotency-Key 须为 1 到 64 个可见的 ASCII 字符"));
    }
    Ok(value.iter().copied().map(char::from).collect())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_key_is_short_and_visible() {
        assert_eq!(read(b"push-2026-07-01").unwrap(), "push-2026-07-01");
        for bad in [&b""[..], b"two words", "键".as_bytes(), &[b'a'; 65]] {
            assert_eq!(read(bad).unwrap_err().code(), "idempotency.bad_key");
        }
    }
}
