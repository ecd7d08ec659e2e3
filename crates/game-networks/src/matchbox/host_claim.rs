//! The host of the session, as one player believes.

use std::cmp::Reverse;

use crate::matchbox::PlayerId;

/// A claim that players tell each other. Of two, all players choose the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HostClaim {
    /// How often a host was lost.
    pub(crate) term: u32,
    /// Another player has agreed. A player alone in a room considers itself host until it meets others.
    pub(crate) is_agreed: bool,
    pub(crate) host: PlayerId,
}

impl HostClaim {
    /// A newer term wins; within one term, a host that others agree on, and else the lowest number.
    pub(crate) fn is_better_than(&self, other: &Self) -> bool {
        let rank = |claim: &Self| (claim.term, claim.is_agreed, Reverse(claim.host));
        rank(self) > rank(other)
    }

    pub(crate) fn to_bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        bytes[..4].copy_from_slice(&self.term.to_be_bytes());
        bytes[4] = u8::from(self.is_agreed);
        bytes[5..].copy_from_slice(&self.host.0.to_be_bytes());
        bytes
    }

    /// `None` for what no player of ours says.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (term, rest) = bytes.split_first_chunk()?;
        let (&[is_agreed @ 0..=1], host) = rest.split_first_chunk()? else { return None };
        let host = PlayerId(u128::from_be_bytes(host.try_into().ok()?));
        Some(Self { term: u32::from_be_bytes(*term), is_agreed: is_agreed == 1, host })
    }
}

const BYTES: usize = 4 + 1 + 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_claims_all_players_choose_the_same() {
        let claim = |term, is_agreed, host| HostClaim { term, is_agreed, host: PlayerId(host) };
        let from_worst_to_best = [
            claim(0, false, 9),
            claim(0, false, 2),
            claim(0, true, 9),
            claim(0, true, 2),
            claim(1, false, 9),
            claim(1, true, 9),
        ];
        for (worse, one) in from_worst_to_best.iter().enumerate() {
            for (better, other) in from_worst_to_best.iter().enumerate() {
                assert_eq!(other.is_better_than(one), better > worse);
            }
        }
    }

    #[test]
    fn a_claim_is_twenty_one_bytes_and_nothing_else_is_one() {
        let claim = HostClaim { term: 0x0102_0304, is_agreed: true, host: PlayerId(7) };
        let bytes = claim.to_bytes();
        assert_eq!(bytes, *b"\x01\x02\x03\x04\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x07");
        assert_eq!(HostClaim::parse(&bytes), Some(claim));
        assert_eq!(HostClaim::parse(&bytes[1..]), None);
        assert_eq!(HostClaim::parse(&[&bytes[..], b"x"].concat()), None);
        assert_eq!(HostClaim::parse(b"\x01\x02\x03\x04\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x07"), None);
    }
}
