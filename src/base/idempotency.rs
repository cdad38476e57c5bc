//! What a client says to have a creation happen once, however often it is sent.

use serde::Serialize;

use super::crypto::digest;
use super::id::MemberId;

/// What the client sent along with a creation.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    pub member: MemberId,
    /// 1 to 64 visible ASCII characters.
    pub key: String,
    /// Hash of the route and the body: the same key must mean the same request.
    pub request_hash: [u8; 32],
}

impl IdempotencyKey {
    /// The key that `member` sent with `body` to `route`, such as `POST /study/items`.
    pub fn new(member: MemberId, key: String, route: &str, body: &impl Serialize) -> Self {
        // a body that was read from JSON can be written as JSON
        let mut request = serde_json::to_vec(body).unwrap_or_default();
        request.push(b'\n');
        request.extend_from_slice(route.as_bytes());
        IdempotencyKey { member, key, request_hash: digest(&request) }
    }
}
