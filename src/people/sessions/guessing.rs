//! What stands in the way of anyone who guesses passwords or invite codes.
//!
//! A try is counted before the password is hashed and given back when it was right. It is counted against the member,
//! whatever the member is called by and wherever it comes from; only a device that had a session of the member before
//! has an allowance of its own, so that nobody is locked out by others. Beside that an address is stopped by its
//! failures alone, and by more of them the more members have signed in from there: a whole plant may sit behind it.

use super::actions::Place;
use super::hasher::Turn;
use super::rules::{self, Refusal};
use crate::base::crypto::Key;
use crate::base::id::MemberId;
use crate::base::network::Network;
use crate::kernel::attempts::{Attempts, Key as LevelKey, Pace, Taken};

/// Tries at one member's password, or at one member's invite code.
const MEMBER_PACE: Pace = Pace { free: 10, longest_wait_seconds: 15 * 60, drain_seconds: 15 * 60 };

/// Whose secret is tried.
#[derive(Clone, Copy)]
pub(super) enum Target<'a> {
    Member(MemberId),
    /// An account that nobody has, as it was typed; it is treated like any other.
    Nobody(&'a str),
}

/// Who tries.
#[derive(Clone, Copy, Debug)]
pub(super) enum Visitor {
    /// A device that had a session of the member before, or has one now.
    KnownDevice,
    /// Anyone else, with the members who signed in from the same network.
    Unknown { network: Network, members: usize },
}

impl Visitor {
    /// Whose turn to be hashed it is.
    pub(super) fn turn(self) -> Turn {
        match self {
            Visitor::Unknown { network, members } if !rules::is_familiar(members) => Turn::Unknown(network),
            _ => Turn::Known,
        }
    }
}

/// A try that was let through; it is settled once its outcome is known.
#[must_use = "a try is settled"]
pub(super) struct Try {
    taken: Taken,
    /// Where a failure counts as well.
    network: Option<Network>,
}

/// Counts tries; clones share the counts.
#[derive(Clone)]
pub(super) struct Guard {
    attempts: Attempts,
    key: Key,
}

impl Guard {
    /// `key` hides in what is stored who and where was meant.
    pub(super) fn new(attempts: Attempts, key: Key) -> Self {
        Guard { attempts, key }
    }

    /// Who it is that tries from `place`; refused when too much has failed there.
    pub(super) async fn meet(&self, place: &Place, is_known_device: bool) -> Result<Visitor, Refusal> {
        if is_known_device {
            return Ok(Visitor::KnownDevice);
        }
        let network = Network::of(place.address);
        let members = self.attempts.count_known(self.network_key(b"members", network)).await;
        self.check_network(b"passwords", network, members).await?;
        Ok(Visitor::Unknown { network, members })
    }

    /// Counts a try at a password before it is made.
    pub(super) async fn begin(&self, target: Target<'_>, visitor: Visitor) -> Result<Try, Refusal> {
        let (kind, network): (&[u8], _) = match visitor {
            Visitor::KnownDevice => (b"known device", None),
            Visitor::Unknown { network, .. } => (b"strangers", Some(network)),
        };
        let key = self.target_key(kind, target);
        let taken = self.attempts.take(key, MEMBER_PACE).await.map_err(|seconds| Refusal::LockedOut { seconds })?;
        Ok(Try { taken, network })
    }

    /// The password was right: the try is given back, and the network is known by one more member.
    pub(super) async fn succeeded(&self, attempt: Try, member: MemberId) {
        self.attempts.give_back(attempt.taken).await;
        if let Some(network) = attempt.network {
            self.welcome(network, member).await;
        }
    }

    /// The password was wrong: the try stays counted, and the network has failed once more.
    pub(super) async fn failed(&self, attempt: Try) {
        if let Some(network) = attempt.network {
            let key = self.network_key(b"passwords", network);
            self.attempts.add(key, rules::NETWORK_DRAIN_SECONDS).await;
        }
    }

    /// The password was not looked at.
    pub(super) async fn put_off(&self, attempt: Try) {
        self.attempts.give_back(attempt.taken).await;
    }

    /// A code that was none: counted apart from passwords, by account and by network. A genuine code is never asked to
    /// wait: sixty random bits are not guessed.
    pub(super) async fn refuse_code(&self, target: Target<'_>, place: &Place) -> Refusal {
        let network = Network::of(place.address);
        let members = self.attempts.count_known(self.network_key(b"members", network)).await;
        if let Err(refusal) = self.check_network(b"codes", network, members).await {
            return refusal;
        }
        match self.attempts.take(self.target_key(b"code", target), MEMBER_PACE).await {
            Err(seconds) => Refusal::LockedOut { seconds },
            Ok(_counted) => {
                self.attempts.add(self.network_key(b"codes", network), rules::NETWORK_DRAIN_SECONDS).await;
                Refusal::BadInvitation
            }
        }
    }

    /// Remembers that `member` came in from `network`.
    async fn welcome(&self, network: Network, member: MemberId) {
        let subject = self.key.mac(&[b"member", member.uuid().as_bytes()]);
        self.attempts.know(self.network_key(b"members", network), subject).await;
    }

    /// Remembers that `member` used a genuine code at `place`.
    pub(super) async fn redeemed(&self, place: &Place, member: MemberId) {
        self.welcome(Network::of(place.address), member).await;
    }

    async fn check_network(&self, kind: &[u8], network: Network, members: usize) -> Result<(), Refusal> {
        let failures = self.attempts.height(self.network_key(kind, network), rules::NETWORK_DRAIN_SECONDS).await;
        match rules::network_wait(failures, members) {
            Some(seconds) => Err(Refusal::LockedOut { seconds }),
            None => Ok(()),
        }
    }

    fn network_key(&self, kind: &[u8], network: Network) -> LevelKey {
        self.key.mac(&[b"network", kind, network.bytes()])
    }

    fn target_key(&self, kind: &[u8], target: Target<'_>) -> LevelKey {
        match target {
            Target::Member(member) => self.key.mac(&[b"target", kind, b"member", member.uuid().as_bytes()]),
            Target::Nobody(account) => self.key.mac(&[b"target", kind, b"nobody", account.as_bytes()]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_an_address_or_the_line_that_it_lies_on() {
        let network = |address: &str| Network::of(address.parse().unwrap());
        assert_eq!(network("192.0.2.7"), network("::ffff:192.0.2.7"));
        assert_ne!(network("192.0.2.7"), network("192.0.2.8"));
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff:1:2:3"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
    }
}
