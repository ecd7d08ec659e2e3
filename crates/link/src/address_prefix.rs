//! IP addresses that begin with the same bits.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// An IP address, or a network: all addresses that share their first bits.
///
/// IPv4 is kept as it is mapped into IPv6 (RFC 4291, section 2.5.5.2), so `::ffff:192.0.2.1` is `192.0.2.1`.
///
/// ```
/// # use consonance_link::AddressPrefix;
/// let network: AddressPrefix = "192.0.2.7/24".parse()?;
/// assert_eq!(network.to_string(), "192.0.2.0/24");
/// assert!(network.contains("::ffff:192.0.2.9".parse().unwrap()));
/// # Ok::<(), consonance_link::InvalidAddressPrefix>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressPrefix {
    /// The bits after the prefix are zero.
    network: u128,
    /// The length of the prefix in bits, 0 … 128.
    bits: u8,
}

/// A text that is neither an address nor a prefix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid address {text:?}, expected one like 192.0.2.7, 192.0.2.0/24, 2001:db8::7 or 2001:db8::/32")]
pub struct InvalidAddressPrefix {
    /// The text.
    pub text: String,
}

impl AddressPrefix {
    /// The addresses that count as one where connections and attempts are counted by address: a single IPv4 address, or
    /// the IPv6 network of this many bits (more than 128 count as 128) around an address.
    pub fn of(address: IpAddr, ipv6_bits: u8) -> Self {
        match address.to_canonical() {
            IpAddr::V4(_) => Self::of_mapped(address, ALL_BITS),
            IpAddr::V6(_) => Self::of_mapped(address, ipv6_bits),
        }
    }

    /// The prefix of this many IPv6 bits around an address, where IPv4 uses the last 32; more than 128 count as 128.
    pub fn of_mapped(address: IpAddr, mapped_bits: u8) -> Self {
        let bits = mapped_bits.min(ALL_BITS);
        let mask = u128::MAX.checked_shl(u32::from(ALL_BITS - bits)).unwrap_or(0);
        Self { network: mapped(address) & mask, bits }
    }

    /// The length of the prefix in IPv6 bits, 0 to 128: at least 96 for IPv4.
    pub fn mapped_bits(&self) -> u8 {
        self.bits
    }

    /// Whether it contains an address.
    pub fn contains(&self, address: IpAddr) -> bool {
        Self::of_mapped(address, self.bits) == *self
    }

    /// Its first address.
    pub fn network(&self) -> IpAddr {
        let address = Ipv6Addr::from_bits(self.network);
        if self.bits < MAPPED_BITS { address.into() } else { address.to_canonical() }
    }
}

/// An address in IPv6 form.
fn mapped(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// Bits of an IPv6 address.
const ALL_BITS: u8 = 128;

/// Bits of an IPv6 address before the IPv4 address that is mapped into it.
const MAPPED_BITS: u8 = 96;

impl FromStr for AddressPrefix {
    type Err = InvalidAddressPrefix;

    /// An address, or one with `/` and the number of significant bits.
    fn from_str(text: &str) -> Result<Self, InvalidAddressPrefix> {
        let invalid = || InvalidAddressPrefix { text: text.to_owned() };
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| invalid())?)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        let (most, before) = if address.is_ipv4() { (32, MAPPED_BITS) } else { (ALL_BITS, 0) };
        let bits = bits.unwrap_or(most);
        if bits > most {
            return Err(invalid());
        }
        Ok(Self::of_mapped(address, before + bits))
    }
}

/// In operators' notation: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/48`.
impl fmt::Display for AddressPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.network() {
            address if self.bits == ALL_BITS => address.fmt(f),
            IpAddr::V4(address) => write!(f, "{address}/{}", self.bits - MAPPED_BITS),
            IpAddr::V6(address) => write!(f, "{address}/{}", self.bits),
        }
    }
}

impl fmt::Debug for AddressPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for AddressPrefix {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for AddressPrefix {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_the_prefix_of_the_given_length() {
        for (address, bits, expected) in [
            ("192.0.2.1", 48, "192.0.2.1"),
            ("::ffff:192.0.2.1", 48, "192.0.2.1"),
            ("2001:db8:1:2:3::4", 64, "2001:db8:1:2::/64"),
            ("2001:db8:1:2ff:3::4", 56, "2001:db8:1:200::/56"),
            ("2001:db8:1:2:3::4", 48, "2001:db8:1::/48"),
            ("2001:db8::1", 128, "2001:db8::1"),
            ("2001:db8::1", 200, "2001:db8::1"),
            ("2001:db8::1", 0, "::/0"),
        ] {
            assert_eq!(AddressPrefix::of(address.parse().unwrap(), bits).to_string(), expected, "{address}");
        }
    }

    #[test]
    fn the_first_address_of_a_prefix_is_its_network() {
        for (prefix, expected) in [
            ("192.0.2.7/24", "192.0.2.0"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8::7/32", "2001:db8::"),
            ("0.0.0.0/0", "0.0.0.0"),
            ("::/0", "::"),
            ("::ffff:0:0/80", "::"),
        ] {
            let network = prefix.parse::<AddressPrefix>().unwrap().network();
            assert_eq!(network, expected.parse::<IpAddr>().unwrap(), "{prefix}");
        }
    }

    #[test]
    fn prefixes_are_written_as_short_as_they_are() {
        for (text, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7/24", "192.0.2.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7/120", "192.0.2.0/24"),
            ("2001:db8::7", "2001:db8::7"),
            ("2001:db8::7/32", "2001:db8::/32"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(text.parse::<AddressPrefix>().unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_prefix_is_refused() {
        for text in ["", "example.org", "192.0.2.7/33", "192.0.2", "2001:db8::/129", "1.2.3.4/", "1.2.3.4/-1"]
        {
            assert!(text.parse::<AddressPrefix>().is_err(), "{text}");
        }
    }

    #[test]
    fn all_of_ipv4_is_not_all_of_ipv6() {
        let all: AddressPrefix = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("10.0.0.1".parse().unwrap()) && !all.contains("2001:db8::1".parse().unwrap()));
    }
}
