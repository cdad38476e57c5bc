//! Access tokens (JWT, HS256) and refresh tokens (opaque).
//!
//! An access token lives 15 minutes and names the member, the session and the exchange of refresh tokens that it came
//! with. A refresh token is `session.secret`; the database knows only the secret's hash. The next secret is derived from
//! the present one, so a phone that lost the answer to a refresh and asks again is told the same token. A secret carries a
//! mark that only we can make, so what we never issued is told from what was issued long ago without a list of either.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::model::Session;
use crate::base::crypto::{Key, digest, random_token};
use crate::base::id::{MemberId, SessionId};
use crate::base::time::Timestamp;
use crate::config::Secrets;

/// Seconds that an access token is good for.
pub const ACCESS_SECONDS: i64 = 15 * 60;

/// Characters of a secret before its mark: 32 bytes as base64url.
const CORE: usize = 43;
/// Bytes of the mark.
const MARK: usize = 16;

const ISSUER: &str = "xianfeng";
const AUDIENCE: &str = "xianfeng";

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub sub: MemberId,
    pub sid: SessionId,
    /// How often the session's refresh token had been exchanged; absent in tokens that began with the session.
    #[serde(default)]
    pub rot: i32,
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
        self.access_after(member, session, 0, now)
    }

    /// An access token for `session` as it is after its latest exchange of refresh tokens.
    pub fn access_of(&self, session: &Session, now: Timestamp) -> String {
        self.access_after(session.member_id, session.id, session.rotation, now)
    }

    fn access_after(&self, member: MemberId, session: SessionId, rotation: i32, now: Timestamp) -> String {
        let iat = now.seconds();
        let claims = Claims {
            sub: member,
            sid: session,
            rot: rotation,
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
        // what claims to come from the future was not made by a server of ours with a clock that is right
        let begun = claims.iat <= now.seconds() && claims.nbf <= now.seconds();
        (begun && now.seconds() < claims.exp).then_some(claims)
    }

    /// The first secret of a session.
    pub fn first_secret(&self, session: SessionId) -> String {
        self.marked(session, random_token())
    }

    /// The secret that follows `secret` in the session.
    pub fn next_secret(&self, session: SessionId, secret: &str) -> String {
        let next = self.session_key.mac(&[b"refresh", session.uuid().as_bytes(), secret.as_bytes()]);
        self.marked(session, URL_SAFE_NO_PAD.encode(next))
    }

    /// Where `secret` comes from, as far as it says so itself.
    pub fn origin(&self, session: SessionId, secret: &str) -> Origin {
        match secret.split_at_checked(CORE) {
            Some((core, mark)) if bool::from(mark.as_bytes().ct_eq(self.mark(session, core).as_bytes())) => {
                Origin::Ours
            }
            Some((_, "")) => Origin::Unmarked,
            _ => Origin::Foreign,
        }
    }

    fn marked(&self, session: SessionId, core: String) -> String {
        let mark = self.mark(session, &core);
        core + &mark
    }

    fn mark(&self, session: SessionId, core: &str) -> String {
        let mark = self.session_key.mac(&[b"issued", session.uuid().as_bytes(), core.as_bytes()]);
        URL_SAFE_NO_PAD.encode(&mark[..MARK])
    }

    /// A key that proves, at a later sign-in, that the device had a session of this member before. `salt` is drawn with
    /// each password, so that a new password makes new keys.
    pub fn device_key(&self, member: MemberId, salt: Option<&[u8]>) -> String {
        let member = member.uuid();
        let key = match salt {
            Some(salt) => self.session_key.mac(&[b"device", member.as_bytes(), salt]),
            None => self.session_key.mac(&[b"device", member.as_bytes()]),
        };
        URL_SAFE_NO_PAD.encode(key)
    }

    /// Whether `presented` is the device key of `member`.
    pub fn is_device_key(&self, presented: &str, member: MemberId, salt: Option<&[u8]>) -> bool {
        presented.as_bytes().ct_eq(self.device_key(member, salt).as_bytes()).into()
    }
}

/// What a secret says of its own origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// We issued it for this session, whenever that was.
    Ours,
    /// It has the form of secrets that bore no mark yet; only the session's row can tell.
    Unmarked,
    /// We never issued it.
    Foreign,
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

    #[test]
    fn a_secret_is_known_as_ours_for_its_own_session_only() {
        let now: Timestamp = "2026-07-01T07:50:00+08:00".parse().unwrap();
        let (ids, tokens) = (Ids::default(), Tokens::new(&Secrets::random()));
        let (session, other): (SessionId, SessionId) = (ids.fresh(now), ids.fresh(now));
        let first = tokens.first_secret(session);
        let next = tokens.next_secret(session, &first);
        assert_eq!((next.clone(), next.len()), (tokens.next_secret(session, &first), first.len()));
        for secret in [&first, &next] {
            assert_eq!(tokens.origin(session, secret), Origin::Ours);
            assert_eq!(tokens.origin(other, secret), Origin::Foreign);
            assert_eq!(Tokens::new(&Secrets::random()).origin(session, secret), Origin::Foreign);
        }
        assert_eq!(tokens.origin(session, &random_token()), Origin::Unmarked);
        for foreign in ["garbage", "", "密钥", &format!("{}x", random_token())] {
            assert_eq!(tokens.origin(session, foreign), Origin::Foreign, "{foreign}");
        }
    }

    #[test]
    fn a_new_password_makes_new_device_keys() {
        let tokens = Tokens::new(&Secrets::random());
        let member: MemberId = Ids::default().fresh("2026-07-01T07:50:00+08:00".parse().unwrap());
        let key = tokens.device_key(member, Some(b"one"));
        assert!(tokens.is_device_key(&key, member, Some(b"one")));
        assert!(!tokens.is_device_key(&key, member, Some(b"two")) && !tokens.is_device_key(&key, member, None));
    }

    #[test]
    fn a_token_from_the_future_is_refused() {
        let now: Timestamp = "2026-07-01T07:50:00+08:00".parse().unwrap();
        let (ids, secrets) = (Ids::default(), Secrets::random());
        let tokens = Tokens::new(&secrets);
        let claims = |iat: i64| Claims {
            sub: ids.fresh(now),
            sid: ids.fresh(now),
            rot: 0,
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            iat,
            nbf: now.seconds(),
            exp: now.seconds() + ACCESS_SECONDS,
        };
        let (header, key) = &tokens.signing;
        let sign = |claims: &Claims| jsonwebtoken::encode(header, claims, key).unwrap();
        assert!(tokens.verify(&sign(&claims(now.seconds())), now).is_some());
        assert!(tokens.verify(&sign(&claims(now.seconds() + 1)), now).is_none());
    }
}
