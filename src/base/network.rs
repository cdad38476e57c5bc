//! Addresses as they are counted. Pure.

use std::net::IpAddr;

/// The network that a caller comes from: an IPv4 address, or the 64 bits of an IPv6 address that one line is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network([u8; 16]);

impl Network {
    pub fn of(address: IpAddr) -> Network {
        let bytes = match address.to_canonical() {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
            IpAddr::V6(v6) => {
                let mut bytes = v6.octets();
                bytes[8..].fill(0);
                bytes
            }
        };
        Network(bytes)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}
