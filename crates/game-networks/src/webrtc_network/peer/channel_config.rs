//! The two data channels of a connection.

use str0m::channel::{ChannelConfig, Reliability};

pub(super) const RELIABLE_LABEL: &str = "reliable";
pub(super) const UNRELIABLE_LABEL: &str = "unreliable";

/// The two channels, by the names that the network gives them.
pub(super) fn channels() -> [ChannelConfig; 2] {
    let reliable = ChannelConfig { label: RELIABLE_LABEL.to_owned(), ..ChannelConfig::default() };
    let unreliable = ChannelConfig {
        label: UNRELIABLE_LABEL.to_owned(),
        ordered: false,
        reliability: Reliability::MaxRetransmits { retransmits: 0 },
        ..ChannelConfig::default()
    };
    [reliable, unreliable]
}
