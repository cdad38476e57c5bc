//! Proxies in front of the server: whose word about addresses is taken, and what it says.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use actix_web::http::header::HeaderMap;
use ipnet::{IpNet, Ipv4Net};

const X_FORWARDED_FOR: &str = "x-forwarded-for";
const X_FORWARDED_PROTO: &str = "x-forwarded-proto";

/// The bits of an IPv6 address before the IPv4 address that it may hold.
const MAPPED_BITS: u8 = 96;

/// The proxies whose `X-Forwarded-For` is believed: addresses and ranges of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl FromStr for TrustedProxies {
    type Err = String;

    /// Reads a list such as `10.0.0.10, 172.31.0.0/16, fd00::/8`.
    fn from_str(list: &str) -> Result<Self, String> {
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(range).collect::<Result<_, _>>().map(TrustedProxies)
    }
}

impl TrustedProxies {
    /// Whether nobody is trusted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|range| range.contains(&address))
    }

    /// Whether `peer` is trusted and says that the client asked over HTTPS.
    pub fn says_https(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let scheme = headers.get(X_FORWARDED_PROTO).and_then(|scheme| scheme.to_str().ok());
        self.trusts(peer.to_canonical()) && scheme.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
    }

    /// The client's address: the peer's, unless that is a trusted proxy; then the last one in `X-Forwarded-For` that is
    /// none, or the first of all if each of them is. What stands before something unreadable may be anybody's invention.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let lines: Vec<&str> = headers.get_all(X_FORWARDED_FOR).map(|line| line.to_str().unwrap_or("?")).collect();
        let entries = lines.iter().rev().flat_map(|line| line.rsplit(',')).map(str::trim);
        for entry in entries.filter(|entry| !entry.is_empty()) {
            if !self.trusts(client) {
                break;
            }
            let Some(address) = address(entry) else { break };
            client = address;
        }
        client
    }
}

/// Whether the request says that it came through a proxy.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(X_FORWARDED_FOR) || headers.contains_key("forwarded")
}

fn range(entry: &str) -> Result<IpNet, String> {
    let one = || entry.parse::<IpAddr>().map(IpNet::from);
    let range = entry.parse::<IpNet>().or_else(|_| one()).map_err(|_| {
        format!(
            "\"{entry}\" is neither an address nor a range of addresses such as 10.0.0.10, 172.31.0.0/16 or fd00::/8"
        )
    })?;
    Ok(unmapped(range))
}

/// A range of IPv4 addresses that was written as IPv6 (`::ffff:10.0.0.0/104`) in its own form.
fn unmapped(range: IpNet) -> IpNet {
    let IpNet::V6(six) = range else { return range };
    let four = six.addr().to_ipv4_mapped().zip(six.prefix_len().checked_sub(MAPPED_BITS));
    four.and_then(|(address, bits)| Ipv4Net::new(address, bits).ok()).map_or(range, IpNet::V4)
}

/// Reads `1.2.3.4`, `1.2.3.4:5678`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:443`, perhaps in quotes.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim_matches('"');
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let address = bare.parse().or_else(|_| entry.parse::<SocketAddr>().map(|with_port| with_port.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn client(trusted: &str, peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(HeaderName::from_static(X_FORWARDED_FOR), HeaderValue::from_str(line).unwrap());
        }
        trusted.parse::<TrustedProxies>().unwrap().client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn the_client_is_the_last_address_that_no_proxy_of_ours_has() {
        let ours = "10.0.0.0/8, 172.31.250.10 ,fd00::/8,";
        for (peer, lines, expected) in [
            ("9.9.9.9", &["1.2.3.4"][..], "9.9.9.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["1.2.3.4"], "1.2.3.4"),
            ("172.31.250.10", &["1.2.3.4"], "1.2.3.4"),
            ("172.31.250.11", &["1.2.3.4"], "172.31.250.11"),
            ("10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.2"], "1.2.3.4"),
            ("10.0.0.1", &["6.6.6.6", "1.2.3.4", "10.0.0.2,10.0.0.3"], "1.2.3.4"),
            ("10.0.0.1", &["1.2.3.4:5678"], "1.2.3.4"),
            ("10.0.0.1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("10.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
            ("10.0.0.1", &["\"[2001:db8::1]:443\""], "2001:db8::1"),
            ("10.0.0.1", &["\"1.2.3.4\" , "], "1.2.3.4"),
            ("::ffff:10.0.0.1", &["::ffff:1.2.3.4"], "1.2.3.4"),
            ("fd00::1", &["1.2.3.4, [fd00::2]:80"], "1.2.3.4"),
            ("10.0.0.1", &["1.2.3.4, unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["unknown"], "10.0.0.1"),
            ("10.0.0.1", &["10.1.2.3, 10.0.0.2"], "10.1.2.3"),
        ] {
            assert_eq!(client(ours, peer, lines), expected, "{peer} {lines:?}");
        }
        assert_eq!(client("::ffff:10.0.0.0/104", "10.0.0.1", &["1.2.3.4"]), "1.2.3.4");
        assert_eq!(client("", "10.0.0.1", &["1.2.3.4"]), "10.0.0.1");
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_sentence() {
        for wrong in ["nginx", "10.0.0.0/33", "10.0.0.1:80", "10.0.0.1 10.0.0.2", "*"] {
            let complaint = wrong.parse::<TrustedProxies>().unwrap_err();
            assert!(complaint.contains(wrong) && complaint.contains("172.31.0.0/16"), "{complaint}");
        }
    }
}
