//! How much one account or one address may ask of the server.
//!
//! Counted in each process. A whole plant may sit behind one address, so the limit per address is wide and guards only
//! what needs no account; the limit per account is what a busy phone never reaches.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;

use actix_web::{HttpRequest, web};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::error::Problem;
use super::proxies::TrustedProxies;
use crate::base::id::MemberId;
use crate::base::network::Network;

/// Requests per second; a burst of ten seconds' worth is allowed.
#[derive(Clone, Copy, Debug)]
pub struct RateLimits {
    pub per_account: NonZeroU32,
    /// Only for what needs no account: signing in, refreshing, invite codes.
    pub per_address: NonZeroU32,
}

impl Default for RateLimits {
    fn default() -> Self {
        RateLimits {
            per_account: NonZeroU32::new(20).expect("not zero"),
            per_address: NonZeroU32::new(200).expect("not zero"),
        }
    }
}

/// The counters of this process, and the proxies whose word about addresses is taken.
pub struct Limits {
    accounts: DefaultKeyedRateLimiter<MemberId>,
    addresses: DefaultKeyedRateLimiter<Network>,
    trusted_proxies: TrustedProxies,
    /// Where the enterprise's own app is found, where its operator says so; without a slash at its end.
    public_url: Option<String>,
}

const BURST_SECONDS: u32 = 10;

impl Limits {
    pub fn new(rates: RateLimits, trusted_proxies: TrustedProxies, public_url: Option<&str>) -> Self {
        let quota = |rate: NonZeroU32| Quota::per_second(rate).allow_burst(rate.saturating_mul(burst()));
        Limits {
            accounts: RateLimiter::keyed(quota(rates.per_account)),
            addresses: RateLimiter::keyed(quota(rates.per_address)),
            trusted_proxies,
            public_url: public_url.map(|url| url.trim().trim_end_matches('/').to_owned()).filter(|url| !url.is_empty()),
        }
    }

    /// Forgets accounts and addresses that have been quiet; called now and then.
    pub fn tidy(&self) {
        self.accounts.retain_recent();
        self.addresses.retain_recent();
    }
}

fn burst() -> NonZeroU32 {
    NonZeroU32::new(BURST_SECONDS).expect("not zero")
}

/// Counts a request of `member`; 429 when there were too many.
pub(super) fn account(req: &HttpRequest, member: MemberId) -> Result<(), Problem> {
    let Some(limits) = req.app_data::<web::Data<Limits>>() else { return Ok(()) };
    check(limits.accounts.check_key(&member))
}

/// Counts a request that needs no account by its address; 429 when there were too many.
pub fn address(req: &HttpRequest) -> Result<(), Problem> {
    let Some(limits) = req.app_data::<web::Data<Limits>>() else { return Ok(()) };
    check(limits.addresses.check_key(&Network::of(client_address(req))))
}

/// Whether the client came over HTTPS, as far as a trusted proxy says so.
pub fn is_https(req: &HttpRequest) -> bool {
    let Some(limits) = req.app_data::<web::Data<Limits>>() else { return false };
    let peer = req.peer_addr().map(|peer| peer.ip());
    peer.is_some_and(|peer| limits.trusted_proxies.says_https(peer, req.headers()))
}

/// Where the enterprise's own app is found, without a slash at its end.
pub fn own_address(req: &HttpRequest) -> String {
    let public = req.app_data::<web::Data<Limits>>().and_then(|limits| limits.public_url.clone());
    public.unwrap_or_else(|| {
        let scheme = if is_https(req) { "https" } else { "http" };
        format!("{scheme}://{}", req.connection_info().host())
    })
}

fn check(outcome: Result<(), governor::NotUntil<governor::clock::QuantaInstant>>) -> Result<(), Problem> {
    outcome.map_err(|not_until| {
        let wait = not_until.wait_time_from(DefaultClock::default().now());
        Problem::too_many("limits.too_many_requests", u32::try_from(wait.as_secs()).unwrap_or(60) + 1)
    })
}

/// The client's address; see [`TrustedProxies::client`].
pub fn client_address(req: &HttpRequest) -> IpAddr {
    let peer = req.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    match req.app_data::<web::Data<Limits>>() {
        Some(limits) => limits.trusted_proxies.client(peer, req.headers()),
        None => peer.to_canonical(),
    }
}
