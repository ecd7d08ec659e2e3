//! The origin of a peer, as a session compares it.

use std::hash::{Hash as _, Hasher as _};
use std::net::IpAddr;

use consonance_link::AddressPrefix;
use consonance_session::PeerOrigin;
use rustc_hash::FxHasher;

/// An identity that the network vouches for is the player's, regardless of the address; without one, the address
/// prefix counts. `None` if neither is known.
pub(crate) fn peer_origin(
    kind: &str,
    identity: Option<u64>,
    address: Option<IpAddr>,
    ipv6_prefix_bits: u8,
) -> Option<PeerOrigin> {
    if let Some(number) = identity {
        let mut network = FxHasher::default();
        kind.hash(&mut network);
        return Some(PeerOrigin::Identity { network: network.finish() as u32, number });
    }
    let prefix = match AddressPrefix::of(address?, ipv6_prefix_bits).network() {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    Some(PeerOrigin::AddressPrefix(prefix.to_bits()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str, ipv6_prefix_bits: u8) -> Option<PeerOrigin> {
        peer_origin("quic", None, Some(address.parse().unwrap()), ipv6_prefix_bits)
    }

    #[test]
    fn the_configured_prefix_length_decides_which_addresses_are_one_origin() {
        for (one, other, bits, is_same) in [
            ("2001:db8:1:2::1", "2001:db8:1:3::1", 48, true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", 56, true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", 64, false),
            ("2001:db8:1:2::1", "2001:db8:1:102::1", 56, false),
            ("2001:db8:1::1", "2001:db8:2::1", 48, false),
            ("192.0.2.1", "192.0.2.2", 48, false),
            ("192.0.2.1", "::ffff:192.0.2.1", 48, true),
        ] {
            assert_eq!(of(one, bits) == of(other, bits), is_same, "{one} and {other}, /{bits}");
        }
    }

    #[test]
    fn an_identity_counts_before_the_address_and_only_on_its_network() {
        let address = Some("192.0.2.1".parse().unwrap());
        let on = |network, number| peer_origin(network, Some(number), address, 48);
        assert_eq!(on("steam", 7), peer_origin("steam", Some(7), None, 48));
        assert_ne!(on("steam", 7), on("steam", 8));
        assert_ne!(on("steam", 7), on("hosted", 7));
        assert_ne!(on("steam", 7), of("192.0.2.1", 48));
        assert_eq!(peer_origin("steam", None, None, 48), None);
    }
}
