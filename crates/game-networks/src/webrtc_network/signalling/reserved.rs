//! Addresses that are kept for one client of a signalling server: the sessions of a host that belongs to it.

use std::collections::BTreeSet;
use std::fmt;

/// Addresses on which only their owner may listen, which shows a token, on any path of the server.
///
/// Without it an address belongs to the client that asks first, and an attacker that asks while a host is away gets its
/// players.
#[derive(Clone)]
pub struct ReservedAddresses {
    addresses: BTreeSet<Vec<u16>>,
    token: String,
}

impl ReservedAddresses {
    /// Reserves these addresses for a client with the token made of this secret, which no other may know.
    pub fn new<A: AsRef<str>>(addresses: impl IntoIterator<Item = A>, secret: [u8; 16]) -> Self {
        let addresses =
            addresses.into_iter().map(|address| address.as_ref().encode_utf16().collect()).collect();
        Self { addresses, token: format!("{:032x}", u128::from_be_bytes(secret)) }
    }

    /// This path of the server's URL as the owner asks for it. The token is in it: it must not be shared or logged.
    pub fn owner_path(&self, path: &str) -> String {
        format!("{path}?userToken={}", self.token)
    }

    pub(super) fn has(&self, address: &[u16]) -> bool {
        self.addresses.contains(address)
    }

    pub(super) fn is_owner(&self, token: &str) -> bool {
        is_same(self.token.as_bytes(), token.as_bytes())
    }
}

impl fmt::Debug for ReservedAddresses {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addresses = self.addresses.iter().map(|address| String::from_utf16_lossy(address));
        f.debug_set().entries(addresses).finish()
    }
}

/// Whether two secrets are equal, in constant time.
pub(super) fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}
