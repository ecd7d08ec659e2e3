//! `[addresses]`: what counts as one address, and how many of a listener's connections it keeps.

use crate::field::Field;
use crate::keys::{Key, Takes};

/// How the connections of each listener are shared between the addresses that they come from; the reasons of the
/// defaults stand at `AddressShares` in the crate `consonance-transport`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddressesConfig {
    /// How many bits of an IPv6 address count as one address.
    pub ipv6_prefix_bits: u32,
    /// How many of a full listener's connections one address keeps, in percent.
    pub share_percent: u32,
}

impl Default for AddressesConfig {
    fn default() -> Self {
        Self { ipv6_prefix_bits: 48, share_percent: 10 }
    }
}

pub(super) const ADDRESS_KEYS: &[Key] = &[
    Key::new(
        "addresses.ipv6_prefix_bits",
        Takes::AtStart,
        Field::Number(|config| &mut config.addresses.ipv6_prefix_bits, 32, 64),
        "How many bits of an IPv6 address are its prefix: 48, 56 or 64. All addresses of a prefix count as one, also for the name of a lost connection (joining.name_taken). An attacker may have a whole /48; where a provider gives its customers less than that, several of them share one.",
    ),
    Key::new(
        "addresses.share_percent",
        Takes::AtStart,
        Field::Number(|config| &mut config.addresses.share_percent, 1, 100),
        "How many of a listener's connections one address keeps while the listener is full and others want in, in percent, rounded up. With 100, only connections that have not joined a session make room. Raise it where many players are behind one address, as at a LAN party or behind a carrier's address translation.",
    ),
];
