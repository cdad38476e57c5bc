//! What a client says to have a creation happen once, however often it is sent.

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
