//! Addresses that begin alike.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// One address, or all that share their first bits; IPv4 is kept as it is mapped into IPv6 (RFC 4291, section 2.5.5.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressPrefix {
    /// Without the bits behind the prefix.
    network: u128,
    /// How many bits count, 0 … 128.
    bits: u8,
}

/// A text that is neither an address nor a prefix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid address {text:?}, expected one like 192.0.2.7, 192.0.2.0/24, 2001:db8::7 or 2001:db8::/32")]
pub struct BadPrefix {
    /// The text.
    pub text: String,
}

impl AddressPrefix {
    /// Just this address.
    pub fn of(address: IpAddr) -> Self {
        Self { network: mapped(address), bits: 128 }
    }

    /// Whether an address is among them.
    pub fn contains(&self, address: IpAddr) -> bool {
        Self::cut(mapped(address), self.bits) == *self
    }

    /// The first bits of an address.
    pub(super) fn cut(address: u128, bits: u8) -> Self {
        let mask = if bits == 0 { 0 } else { u128::MAX << (128 - bits) };
        Self { network: address & mask, bits }
    }

    /// How many bits count.
    pub(super) fn bits(&self) -> u8 {
        self.bits
    }
}

/// An address as IPv6 writes it.
pub(super) fn mapped(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// Bits of an IPv6 address before the IPv4 address that is mapped into it.
const MAPPED_BITS: u8 = 96;

impl FromStr for AddressPrefix {
    type Err = BadPrefix;

    /// An address, or one with `/` and the number of bits that count.
    fn from_str(text: &str) -> Result<Self, BadPrefix> {
        let bad = || BadPrefix { text: text.to_owned() };
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| bad())?)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        let (most, before) = if address.is_ipv4() { (32, MAPPED_BITS) } else { (128, 0) };
        let bits = bits.unwrap_or(most);
        if bits > most {
            return Err(bad());
        }
        Ok(Self::cut(mapped(address), before + bits))
    }
}

impl fmt::Display for AddressPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = Ipv6Addr::from_bits(self.network);
        match address.to_ipv4_mapped().filter(|_| self.bits >= MAPPED_BITS) {
            Some(address) if self.bits == 128 => address.fmt(f),
            Some(address) => write!(f, "{address}/{}", self.bits - MAPPED_BITS),
            None if self.bits == 128 => address.fmt(f),
            None => write!(f, "{address}/{}", self.bits),
        }
    }
}

impl fmt::Debug for AddressPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for AddressPrefix {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for AddressPrefix {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
