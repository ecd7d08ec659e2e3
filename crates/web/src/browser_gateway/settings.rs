//! The limits of browsers: their number, and the limits of each.

use consonance_browser::PageLimits;
use consonance_transport::AddressShares;

/// Bounds of the browsers of one port, over all its workers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewaySettings {
    /// Players in browsers, those whose page is being connected or was lost a moment ago included; 1 or more. At the
    /// limit, the page of one [makes room](consonance_transport::ConnectionSlots) for another address, or a newcomer is
    /// told that the server is full.
    pub players_max: usize,
    /// How these are shared between the address prefixes that pages ask from.
    pub address_shares: AddressShares,
    /// Requests that may wait for one worker; 1 or more. Above it, pages are told to try again.
    pub requests_max: usize,
    /// The limits of each page, and how long its player stays when the page is lost.
    pub page: PageLimits,
}

impl Default for GatewaySettings {
    /// 1000 players, 64 requests, and the defaults of [`PageLimits`].
    fn default() -> Self {
        Self {
            players_max: 1000,
            address_shares: AddressShares::default(),
            requests_max: 64,
            page: PageLimits::default(),
        }
    }
}
