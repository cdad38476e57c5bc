//! The few cryptographic moves that the rooms need, each by a well-kept library: hashing, keyed hashing, sealing,
//! random codes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

/// A 256-bit key; never printed, and overwritten where it lay when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Key {
    pub fn random() -> Self {
        Key(rand::random())
    }

    /// Reads the base64url form that [`Key::to_text`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Key)
    }

    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// HMAC-SHA-256 over the parts, each preceded by its length, so that no two lists of parts look alike.
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// A key of its own for the purpose `label`; from it nobody gets back to this one.
    pub fn derive(&self, label: &[u8]) -> Key {
        Key(self.mac(&[b"derive", label]))
    }

    /// Encrypts and authenticates (ChaCha20-Poly1305 under a fresh nonce, which precedes the ciphertext).
    pub fn seal(&self, plain: &[u8]) -> Vec<u8> {
        self.seal_for(b"", plain)
    }

    /// Opens what [`Key::seal`] sealed; `None` when it was tampered with or sealed under another key.
    pub fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        self.open_for(b"", sealed)
    }

    /// [`Key::seal`] for one place, such as a row's key: what is moved to another place does not open there.
    pub fn seal_for(&self, place: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; 12] = rand::random();
        let cipher = ChaCha20Poly1305::new((&self.0).into());
        let payload = Payload { msg: plain, aad: place };
        let sealed = cipher.encrypt(Nonce::from_slice(&nonce), payload).expect("memory can be allocated");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`Key::seal_for`] sealed for the same place.
    pub fn open_for(&self, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(12)?;
        let payload = Payload { msg: sealed, aad: place };
        ChaCha20Poly1305::new((&self.0).into()).decrypt(Nonce::from_slice(nonce), payload).ok()
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// SHA-256.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-1, which WeChat and WeCom want for what they sign; for nothing else.
pub fn sha1_hex(bytes: &[u8]) -> String {
    hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref())
}

/// HMAC-SHA-1, which one-time codes are made with (RFC 4226); for nothing else.
pub fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    aws_lc_rs::hmac::sign(&key, message).as_ref().try_into().expect("SHA-1 has 20 bytes")
}

/// 160 random bits, for secrets that one-time codes are made from.
pub fn random_secret() -> [u8; 20] {
    rand::random()
}

/// 64 random bits, for whatever must not be foreseen.
pub fn random_number() -> u64 {
    rand::random()
}

/// 128 random bits, for keys of rows that must say nothing.
pub fn random_key() -> [u8; 16] {
    rand::random()
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 256 random bits as base64url text.
pub fn random_token() -> String {
    Key::random().to_text()
}

/// Crockford's digits: no I, L, O or U, so that a code read aloud or from paper is not mistaken.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Twelve random Crockford digits (60 bits) in groups of four: `7K2M-9QXT-04CD`.
pub fn random_code() -> String {
    let digits = crockford(rand::random());
    [&digits[0..4], &digits[4..8], &digits[8..12]].join("-")
}

/// The lowest 60 of `bits` as twelve Crockford digits.
pub fn crockford(bits: u64) -> String {
    let digit = |n: u64| char::from(CROCKFORD[usize::try_from(bits >> (5 * n) & 31).unwrap_or(0)]);
    (0..12).map(digit).collect()
}

/// A code as it was meant: capitals, no separators, and the letters that Crockford reads as digits.
pub fn normal_code(typed: &str) -> String {
    super::text::fold(typed)
        .to_uppercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_untouched_and_with_the_same_key() {
        let key = Key::random();
        let mut sealed = key.seal("13800000000".as_bytes());
        assert_eq!(key.open(&sealed).as_deref(), Some("13800000000".as_bytes()));
        assert_eq!(Key::random().open(&sealed), None);
        *sealed.last_mut().unwrap() ^= 1;
        assert_eq!(key.open(&sealed), None);
        assert_eq!(key.open(b"short"), None);
    }

    #[test]
    fn what_is_sealed_for_one_place_does_not_open_in_another() {
        let key = Key::random();
        let sealed = key.seal_for(b"row 1", b"content");
        assert_eq!(key.open_for(b"row 1", &sealed).as_deref(), Some(&b"content"[..]));
        assert_eq!(key.open_for(b"row 2", &sealed), None);
        assert!(key.derive(b"a") == key.derive(b"a") && key.derive(b"a") != key.derive(b"b"));
    }

    #[test]
    fn a_code_survives_being_typed_by_hand() {
        let code = random_code();
        assert_eq!(code.len(), 14);
        assert_eq!(normal_code(&format!(" {} ", code.to_lowercase())), code.replace('-', ""));
        assert_eq!(normal_code("oil－1"), "0111");
    }
}
