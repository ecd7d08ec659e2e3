//! The configured rules for sharing connections of all listeners between addresses.

use consonance_server_config::Config;
use consonance_transport::AddressShares;

pub(super) fn address_shares(config: &Config) -> AddressShares {
    let own = &config.addresses;
    AddressShares {
        ipv6_prefix_bits: u8::try_from(own.ipv6_prefix_bits).unwrap_or(u8::MAX),
        share_percent: u8::try_from(own.share_percent).unwrap_or(u8::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_configured_is_what_listeners_get_and_the_default_is_theirs() {
        let mut config = Config::default();
        assert_eq!(address_shares(&config), AddressShares::default());
        (config.addresses.ipv6_prefix_bits, config.addresses.share_percent) = (56, 25);
        assert_eq!(address_shares(&config), AddressShares { ipv6_prefix_bits: 56, share_percent: 25 });
    }
}
