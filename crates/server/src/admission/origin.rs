//! The origin of a player, as wrong passwords are counted.

use consonance_link::{AddressPrefix, Remote};

/// A place from which one person can connect as often as it likes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// An address of IPv4, or a network of IPv6: of 64 bits, which every home has for itself, or of 48, the largest
    /// that one customer of a provider is given (RFC 6177).
    Prefix(AddressPrefix),
    /// An origin on a network other than IP, by the name that the network gives it.
    Other(Box<str>),
}

impl Origin {
    pub(crate) fn of(remote: &Remote) -> Self {
        let address = match remote {
            Remote::Named(name) => return Self::Other(name.clone()),
            Remote::Socket(address) => address.ip(),
            Remote::Address(address) => *address,
        };
        Self::Prefix(AddressPrefix::of(address.to_canonical(), NETWORK_BITS))
    }

    /// The network of IPv6 around it from which one person may come with 65 536 networks of 64 bits.
    pub(crate) fn site(&self) -> Option<Self> {
        let Self::Prefix(network) = self else { return None };
        let site = Self::Prefix(AddressPrefix::of(network.network(), SITE_BITS));
        (site != *self).then_some(site)
    }
}

const NETWORK_BITS: u8 = 64;
const SITE_BITS: u8 = 48;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(remote: &str) -> Origin {
        Origin::of(&remote.into())
    }

    #[test]
    fn ports_and_the_own_half_of_an_ipv6_address_make_no_difference() {
        for (one, other, is_same) in [
            ("192.0.2.1:7", "192.0.2.1:8", true),
            ("192.0.2.1:7", "[::ffff:192.0.2.1]:8", true),
            ("192.0.2.1:7", "192.0.2.1", true),
            ("192.0.2.1:7", "192.0.2.2:7", false),
            ("[2001:db8:1:2:3::4]:7", "[2001:db8:1:2::9]:8", true),
            ("[2001:db8:1:2::1]:7", "[2001:db8:1:3::1]:7", false),
            ("steam 7", "steam 8", false),
        ] {
            assert_eq!(of(one) == of(other), is_same, "{one} and {other}");
        }
    }

    #[test]
    fn only_networks_of_ipv6_have_a_site_around_them() {
        let site = |remote| of(remote).site();
        assert_eq!(site("192.0.2.1:7"), None);
        assert_eq!(site("[::ffff:192.0.2.1]:7"), None);
        assert_eq!(site("steam 7"), None);
        assert!(site("[2001:db8:1:2::1]:7").is_some());
        assert_eq!(site("[2001:db8:1:2::1]:7"), site("2001:db8:1:ffff::1"));
        assert_ne!(site("2001:db8:1::1"), site("2001:db8:2::1"));
    }
}
