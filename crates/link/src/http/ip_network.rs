//! Networks of addresses, as operators write them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Addresses with a common prefix, such as `10.0.0.0/8`, or a single one, such as `127.0.0.1`.
///
/// ```
/// use consonance_link::http::IpNetwork;
///
/// let network: IpNetwork = "10.0.0.0/8".parse()?;
/// assert!(network.contains("10.7.7.7".parse().unwrap()));
/// assert!(network.contains("::ffff:10.7.7.7".parse().unwrap()), "which is the same");
/// assert!(!network.contains("11.7.7.7".parse().unwrap()));
/// # Ok::<(), consonance_link::http::BadIpNetwork>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IpNetwork {
    address: IpAddr,
    /// The length of the common prefix in bits: 0 … 32 or 0 … 128.
    prefix_bits: u32,
}

/// An error for text that is not a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid address or network {text:?}, expected one like 127.0.0.1, 10.0.0.0/8 or fd00::/8")]
pub struct BadIpNetwork {
    text: String,
}

impl IpNetwork {
    /// Whether an address is in the network. An IPv4-mapped IPv6 address counts as its IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (u64::from(own.to_bits() ^ other.to_bits()) >> (32 - self.prefix_bits.min(32))) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differing = own.to_bits() ^ other.to_bits();
                differing.checked_shr(128 - self.prefix_bits).is_none_or(|bits| bits == 0)
            }
            _ => false,
        }
    }
}

impl FromStr for IpNetwork {
    type Err = BadIpNetwork;

    fn from_str(text: &str) -> Result<Self, BadIpNetwork> {
        parse(text).ok_or_else(|| BadIpNetwork { text: text.to_owned() })
    }
}

impl fmt::Display for IpNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix_bits)
    }
}

fn parse(text: &str) -> Option<IpNetwork> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let prefix_bits = bits.unwrap_or(most);
    (prefix_bits <= most).then_some(IpNetwork { address, prefix_bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_the_networks_that_begin_like_it() {
        for (network, address, is_in) in [
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("0.0.0.0/0", "203.0.113.7", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "2001:db8::1", true),
            ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fe00::1", false),
            ("::1", "::1", true),
            ("::1", "::2", false),
        ] {
            let network: IpNetwork = network.parse().unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), is_in, "{address} in {network}");
        }
    }

    #[test]
    fn what_is_no_network_is_told_so() {
        for text in ["", "here", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/", "/8", "10/8"] {
            let error = text.parse::<IpNetwork>().unwrap_err();
            assert!(error.to_string().contains("10.0.0.0/8"), "{error}");
        }
    }
}
