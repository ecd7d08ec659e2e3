//! The part of an IP address that one person has for themselves.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// The addresses that count as one where connections and attempts are counted by address: an IPv4 address, or an IPv6
/// network of a given length.
///
/// An IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`) is the former.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressPrefix {
    /// Zero after the prefix.
    network: IpAddr,
    bits: u8,
}

impl AddressPrefix {
    /// The prefix that an address is in, with IPv6 networks of so many bits (more than 128 count as 128). IPv4
    /// addresses are always prefixes of their own: 32 bits.
    pub fn of(address: IpAddr, ipv6_bits: u8) -> Self {
        match address.to_canonical() {
            network @ IpAddr::V4(_) => Self { network, bits: 32 },
            IpAddr::V6(address) => {
                let bits = ipv6_bits.min(128);
                let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
                Self { network: Ipv6Addr::from_bits(address.to_bits() & mask).into(), bits }
            }
        }
    }

    /// The first address of the prefix.
    pub fn network(&self) -> IpAddr {
        self.network
    }
}

/// As operators write it, such as `192.0.2.1/32` and `2001:db8::/48`.
impl fmt::Display for AddressPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_the_prefix_of_the_given_length() {
        for (address, bits, expected) in [
            ("192.0.2.1", 48, "192.0.2.1/32"),
            ("::ffff:192.0.2.1", 48, "192.0.2.1/32"),
            ("2001:db8:1:2:3::4", 64, "2001:db8:1:2::/64"),
            ("2001:db8:1:2ff:3::4", 56, "2001:db8:1:200::/56"),
            ("2001:db8:1:2:3::4", 48, "2001:db8:1::/48"),
            ("2001:db8::1", 128, "2001:db8::1/128"),
            ("2001:db8::1", 200, "2001:db8::1/128"),
            ("2001:db8::1", 0, "::/0"),
        ] {
            assert_eq!(AddressPrefix::of(address.parse().unwrap(), bits).to_string(), expected, "{address}");
        }
    }
}
