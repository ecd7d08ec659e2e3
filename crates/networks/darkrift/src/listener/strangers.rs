//! Who has opened a stream and not shown its token over UDP yet.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use consonance_transport::Peer;

use crate::ServerSettings;
use crate::format::Token;

#[derive(Debug, Default)]
pub(super) struct Strangers {
    by_token: BTreeMap<Token, Peer>,
    by_network: BTreeMap<IpAddr, usize>,
}

impl Strangers {
    pub(super) fn has_room_for(&self, address: IpAddr, settings: &ServerSettings) -> bool {
        let of_network = self.by_network.get(&network_of(address)).copied().unwrap_or(0);
        self.by_token.len() < settings.strangers_max && of_network < settings.strangers_per_address_max
    }

    pub(super) fn insert(&mut self, token: Token, peer: Peer, address: IpAddr) {
        self.by_token.insert(token, peer);
        *self.by_network.entry(network_of(address)).or_default() += 1;
    }

    pub(super) fn find(&self, token: Token) -> Option<Peer> {
        self.by_token.get(&token).copied()
    }

    pub(super) fn remove(&mut self, token: Token, address: IpAddr) {
        if self.by_token.remove(&token).is_none() {
            return;
        }
        let network = network_of(address);
        if let Some(count) = self.by_network.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                self.by_network.remove(&network);
            }
        }
    }
}

/// One household has 2⁶⁴ IPv6 addresses, and counts as one.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
    }
}
