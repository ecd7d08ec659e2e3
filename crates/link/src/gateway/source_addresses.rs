//! A source address of our own for each client, so that a game's server can still tell clients apart, and ban them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Addresses of this machine that begin alike, such as `127.1.0.0/16` or `fd00:1::/64`: connections to a game's server
/// come from one of them, chosen by the client's address.
///
/// The same client has the same one each time, also after a restart; two clients share one if there are few of them. On
/// Linux all of 127.0.0.0/8 is there already, for a game's server on the same machine; of another network, this machine
/// has to have the addresses (`ip route add local fd00:1::/64 dev lo`), and the game's server a route to them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SourceAddresses {
    /// The address with nothing behind the prefix.
    network: IpAddr,
    /// The number of bits that depend on the client: 2 … 128.
    host_bits: u32,
}

/// A text that names no addresses to choose from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid source addresses {text:?}, expected a prefix with at least two, such as 127.1.0.0/16 or fd00:1::/64"
)]
pub struct BadSourceAddresses {
    /// The text.
    pub text: String,
}

impl SourceAddresses {
    /// The source address of connections that are made for a client at this address.
    pub fn of(&self, client: IpAddr) -> IpAddr {
        // Never the first or the last address: in IPv4 those are the network's own and the broadcast address.
        let choices = (1_u128.checked_shl(self.host_bits).unwrap_or(0)).wrapping_sub(2);
        let host = 1 + spread(client) % choices;
        match self.network {
            IpAddr::V4(network) => Ipv4Addr::from_bits(network.to_bits() | host as u32).into(),
            IpAddr::V6(network) => Ipv6Addr::from_bits(network.to_bits() | host).into(),
        }
    }
}

impl FromStr for SourceAddresses {
    type Err = BadSourceAddresses;

    fn from_str(text: &str) -> Result<Self, BadSourceAddresses> {
        parse(text).ok_or_else(|| BadSourceAddresses { text: text.to_owned() })
    }
}

impl fmt::Display for SourceAddresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, bits_of(self.network) - self.host_bits)
    }
}

impl fmt::Debug for SourceAddresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn parse(text: &str) -> Option<SourceAddresses> {
    let (address, prefix_bits) = text.split_once('/')?;
    let (address, prefix_bits): (IpAddr, u32) = (address.parse().ok()?, prefix_bits.parse().ok()?);
    let host_bits = bits_of(address).checked_sub(prefix_bits).filter(|bits| *bits >= 2)?;
    let network = match address {
        IpAddr::V4(address) => Ipv4Addr::from_bits(cut(address.to_bits().into(), host_bits) as u32).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(cut(address.to_bits(), host_bits)).into(),
    };
    Some(SourceAddresses { network, host_bits })
}

fn bits_of(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Without the last bits.
fn cut(address: u128, bits: u32) -> u128 {
    address.checked_shr(bits).and_then(|kept| kept.checked_shl(bits)).unwrap_or(0)
}

/// A number that follows from an address alone, spread over all there are: FNV-1a of 128 bits
/// (<http://www.isthe.com/chongo/tech/comp/fnv/>).
fn spread(address: IpAddr) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let octets = match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    };
    octets.iter().fold(OFFSET, |hash, octet| (hash ^ u128::from(*octet)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn of(addresses: &str, client: &str) -> IpAddr {
        addresses.parse::<SourceAddresses>().unwrap().of(client.parse().unwrap())
    }

    #[test]
    fn a_client_has_the_same_address_each_time_and_within_the_prefix() {
        for (addresses, begins) in
            [("127.1.0.0/16", "127.1."), ("10.7.7.9/24", "10.7.7."), ("fd00:1::/64", "fd00:1::")]
        {
            for client in ["192.0.2.1", "2001:db8::7"] {
                let source = of(addresses, client);
                assert!(source.to_string().starts_with(begins), "{source} in {addresses}");
                assert_eq!(of(addresses, client), source);
            }
        }
        assert_eq!(of("127.1.0.0/16", "::ffff:192.0.2.1"), of("127.1.0.0/16", "192.0.2.1"));
        // The mapping must not change between versions: bans that operators have set have to stay in force.
        assert_eq!(of("127.1.0.0/16", "192.0.2.1").to_string(), "127.1.233.113");
    }

    #[test]
    fn clients_are_spread_over_all_addresses_but_the_first_and_the_last() {
        let sources: BTreeSet<IpAddr> =
            (0..=255).map(|last| of("127.1.2.0/29", &format!("192.0.2.{last}"))).collect();
        let all: BTreeSet<IpAddr> = (1..=6).map(|last| IpAddr::from([127, 1, 2, last])).collect();
        assert_eq!(sources, all);
        let sources: BTreeSet<IpAddr> =
            (0..=255).map(|last| of("127.1.0.0/16", &format!("192.0.2.{last}"))).collect();
        assert!(sources.len() >= 250, "{} of 256 clients have an address of their own", sources.len());
    }

    #[test]
    fn what_leaves_no_choice_is_refused_and_what_is_read_is_written_alike() {
        for bad in ["", "127.0.0.1", "127.0.0.0/31", "127.0.0.0/33", "fd00::/127", "fd00::/-1", "x/8"] {
            assert_eq!(bad.parse::<SourceAddresses>(), Err(BadSourceAddresses { text: bad.to_owned() }));
        }
        assert_eq!("10.9.8.7/8".parse::<SourceAddresses>().unwrap().to_string(), "10.0.0.0/8");
        assert!("::/0".parse::<SourceAddresses>().unwrap().of(IpAddr::from([1, 2, 3, 4])).is_ipv6());
        assert!("0.0.0.0/0".parse::<SourceAddresses>().unwrap().of(IpAddr::from([1, 2, 3, 4])).is_ipv4());
    }
}
