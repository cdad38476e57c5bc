//! Access tokens (JWT, HS256) and refresh tokens (opaque).
//!
//! An access token lives 15 minutes and names the member and the session. A refresh token is `session.secret`; the
//! database knows only the secret's hash. The next secret is derived from the present one, so a phone that lost the
//! answer to a refresh and asks again is told the same token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::base::crypto::{Key, digest};
use crate::base::id::{MemberId, SessionId};
use crate::base::time::Timestamp;
use crate::config::Secrets;

/// Seconds that an access token is good for.
pub const ACCESS_SECONDS: i64 = 15 * 60;
/// Seconds without a refresh after which a session ends.
pub const SESSION_SECONDS: i64 = 30 * 24 * 3600;

const ISSUER: &str = "xianfeng";
const AUDIENCE: &str = "xianfeng";

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub sub: MemberId,
    pub sid: SessionId,
    iss: String,
    aud: String,
    /// Seconds since 1970.
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Signs and verifies tokens.
pub struct Tokens {
    signing: (Header, EncodingKey),
    verifying: Vec<(String, DecodingKey)>,
    validation: Validation,
    session_key: Key,
}

impl Tokens {
    pub fn new(secrets: &Secrets) -> Self {
        let (kid, key) = &secrets.token_keys[0];
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(kid.clone());
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // times are compared with our own clock below
        validation.validate_exp = false;
        Tokens {
            signing: (header, EncodingKey::from_secret(key.bytes())),
            verifying: secrets
                .token_keys
                .iter()
                .map(|(kid, key)| (kid.clone(), DecodingKey::from_secret(key.bytes())))
                .collect(),
            validation,
            session_key: secrets.session_key.clone(),
        }
    }

    /// An access token for `session` of `member`, good from `now` on.
    pub fn access(&self, member: MemberId, session: SessionId, now: Timestamp) -> String {
        let iat = now.seconds();
        let claims = Claims {
            sub: member,
            sid: session,
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            iat,
            nbf: iat,
            exp: iat + ACCESS_SECONDS,
        };
        let (header, key) = &self.signing;
        jsonwebtoken::encode(header, &claims, key).expect("HS256 signs any claims")
    }

    /// The claims of a token that one of our keys signed and that is good at `now`; `None` for any other text.
    pub fn verify(&self, token: &str, now: Timestamp) -> Option<Claims> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let (_, key) = self.verifying.iter().find(|(known, _)| *known == kid)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok()?.claims;
        (claims.nbf <= now.seconds() && now.seconds() < claims.exp).then_some(claims)
    }

    /// The secret that follows `secret` in the session.
    pub fn next_secret(&self, session: SessionId, secret: &str) -> String {
        let next = self.session_key.mac(&[b"refresh", session.uuid().as_bytes(), secret.as_bytes()]);
        URL_SAFE_NO_PAD.encode(next)
    }

    /// A key that proves, at a later sign-in, that the device had a session of this member before.
    pub fn device_key(&self, member: MemberId) -> String {
        URL_SAFE_NO_PAD.encode(self.session_key.mac(&[b"device", member.uuid().as_bytes()]))
    }
}

/// The refresh token as the client keeps it.
pub fn refresh_token(session: SessionId, secret: &str) -> String {
    format!("{session}.{secret}")
}

/// The two halves of a refresh token.
pub fn split_refresh_token(token: &str) -> Option<(SessionId, &str)> {
    let (session, secret) = token.split_once('.')?;
    Some((session.parse().ok()?, secret))
}

/// What the database keeps of a secret.
pub fn secret_hash(secret: &str) -> [u8; 32] {
    digest(secret.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Ids;

    #[test]
    fn a_token_is_good_for_a_quarter_of_an_hour_and_for_our_keys_only() {
        let now: Timestamp = "2026-07-01T07:50:00+08:00".parse().unwrap();
        let ids = Ids::default();
        let mut secrets = Secrets::random();
        let old = Tokens::new(&secrets);
        let token = old.access(ids.fresh(now), ids.fresh(now), now);
        assert!(old.verify(&token, now).is_some());
        assert!(old.verify(&token, now.plus_seconds(ACCESS_SECONDS - 1)).is_some());
        assert!(old.verify(&token, now.plus_seconds(ACCESS_SECONDS)).is_none());
        assert!(old.verify(&token, now.plus_seconds(-1)).is_none());
        assert!(Tokens::new(&Secrets::random()).verify(&token, now).is_none());

        secrets.token_keys.insert(0, ("2".into(), Key::random()));
        let rotated = Tokens::new(&secrets);
        assert!(rotated.verify(&token, now).is_some(), "tokens of the old key stay good");
        assert!(old.verify(&rotated.access(ids.fresh(now), ids.fresh(now), now), now).is_none());
    }
}
