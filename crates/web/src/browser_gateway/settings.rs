//! The limits of browsers: their number, and the limits of each.

use consonance_browser::PageLimits;
use consonance_link::AddressShares;
use consonance_settings::settings;

settings! {
    /// Bounds of the browsers of one port, over all its workers.
    #[derive(Debug, PartialEq, Eq)]
    pub struct GatewaySettings {
        /// Browsers at once.
        ///
        /// Players in browsers, those whose page is being connected or was lost a moment ago included. At the limit,
        /// the page of one [makes room](consonance_link::ConnectionSlots) for another address, or a newcomer is
        /// told that the server is full.
        pub players_max: usize = 1000, 1..=65_536;
        /// How these are shared between the address prefixes that pages ask from.
        pub address_shares: AddressShares as _ = AddressShares::default();
        /// The limits of each page, and how long its player stays when the page is lost.
        pub page: PageLimits as limits.* = PageLimits::default();
        /// Join requests queued for one worker.
        ///
        /// Above it, pages are told to try again.
        pub requests_max: usize as limits.pending_joins = 64, 1..=65_536;
    }
}
