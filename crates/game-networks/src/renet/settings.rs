//! The game's channels that voice uses, and their limits.

use std::time::Duration;

use consonance_link::hosted::{HostedSettings, channels};
use consonance_link::{Delivery, PACKET_BYTES_MAX, PacketLimits};
use renet::{ChannelConfig, ConnectionConfig, SendType};

/// The two channels of voice, the same for server and clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenetSettings {
    /// The channel of reliable packets, such as the roster and its rooms. 200.
    pub reliable_channel: u8,
    /// The channel of voice itself. 201.
    pub unreliable_channel: u8,
    /// How long renet waits for a confirmation before it sends again on the reliable channel. 100 ms.
    pub resend_after: Duration,
    /// Bytes of one client that wait for confirmation on the reliable channel. More end its voice link. 1 MiB.
    pub reliable_memory_bytes: usize,
    /// Bytes of one client that wait for the end of the frame on the unreliable channel. Of more,
    /// the newest is dropped. 256 KiB.
    pub unreliable_memory_bytes: usize,
    /// Clients with voice at once. 4096.
    pub clients_max: usize,
}

/// The game has given one of the channels to something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the game uses channel {channel} already; choose another one for voice in RenetSettings")]
pub struct ChannelTaken {
    /// Its id.
    pub channel: u8,
}

impl Default for RenetSettings {
    fn default() -> Self {
        Self {
            reliable_channel: 200,
            unreliable_channel: 201,
            resend_after: Duration::from_millis(100),
            reliable_memory_bytes: 1024 * 1024,
            unreliable_memory_bytes: 256 * 1024,
            clients_max: 4096,
        }
    }
}

impl RenetSettings {
    /// Adds voice's channels to those of the game, in both directions and before all others: renet serves channels in
    /// the order in which they stand, and voice that has to wait for a frame's last bytes is dropped.
    ///
    /// # Errors
    /// [`ChannelTaken`] if the game uses one of them, and then nothing was added.
    pub fn add_channels(&self, config: &mut ConnectionConfig) -> Result<(), ChannelTaken> {
        let lists = [&config.server_channels_config, &config.client_channels_config];
        let mut ids: Vec<u8> = lists.into_iter().flatten().map(|channel| channel.channel_id).collect();
        for channel in [self.unreliable_channel, self.reliable_channel] {
            if ids.contains(&channel) {
                return Err(ChannelTaken { channel });
            }
            ids.push(channel);
        }
        for list in [&mut config.server_channels_config, &mut config.client_channels_config] {
            list.splice(0..0, self.channels());
        }
        Ok(())
    }

    /// The channels by themselves, for a game that wants them in another place of its lists.
    pub fn channels(&self) -> [ChannelConfig; 2] {
        let unreliable = ChannelConfig {
            channel_id: self.unreliable_channel,
            max_memory_usage_bytes: self.unreliable_memory_bytes,
            send_type: SendType::Unreliable,
        };
        let reliable = ChannelConfig {
            channel_id: self.reliable_channel,
            max_memory_usage_bytes: self.reliable_memory_bytes,
            send_type: SendType::ReliableOrdered { resend_time: self.resend_after },
        };
        [unreliable, reliable]
    }

    /// Both channels, the reliable one first.
    pub(crate) fn by_delivery(&self) -> [(Delivery, u8); 2] {
        [(Delivery::Reliable, self.reliable_channel), (Delivery::Unreliable, self.unreliable_channel)]
    }

    /// The channel for a message, and how many bytes have to be free there: the last words of a
    /// link may take the last of them.
    pub(crate) fn place_for(&self, delivery: Delivery, bytes: usize, is_last: bool) -> (u8, usize) {
        match delivery {
            Delivery::Unreliable => (self.unreliable_channel, bytes),
            Delivery::Reliable if is_last => (self.reliable_channel, bytes),
            Delivery::Reliable => (self.reliable_channel, bytes + channels::LAST_MESSAGE_BYTES_MAX),
        }
    }

    pub(crate) fn hosted(&self) -> HostedSettings {
        // renet slices and reassembles longer reliable messages.
        let messages =
            PacketLimits { reliable_bytes: PACKET_BYTES_MAX, unreliable_bytes: UNRELIABLE_MESSAGE_BYTES_MAX };
        HostedSettings {
            peers_max: self.clients_max,
            ..HostedSettings::new(channels::packet_limits(messages))
        }
    }
}

/// renet's packets have room for 1200 bytes of messages, each with its length, which takes two; a longer unreliable
/// message would be lost whenever one of its slices is.
const UNRELIABLE_MESSAGE_BYTES_MAX: usize = 1200 - 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_channels_come_first_in_both_directions() {
        let mut config = ConnectionConfig::default();
        RenetSettings::default().add_channels(&mut config).unwrap();
        for list in [&config.server_channels_config, &config.client_channels_config] {
            let ids: Vec<u8> = list.iter().map(|channel| channel.channel_id).collect();
            assert_eq!(ids, [201, 200, 0, 1, 2]);
        }
    }

    #[test]
    fn a_channel_that_the_game_uses_is_refused_before_anything_was_added() {
        for (reliable_channel, unreliable_channel, channel) in [(2, 201, 2), (200, 0, 0), (7, 7, 7)] {
            let settings = RenetSettings { reliable_channel, unreliable_channel, ..RenetSettings::default() };
            let mut config = ConnectionConfig::default();
            assert_eq!(settings.add_channels(&mut config), Err(ChannelTaken { channel }));
            assert_eq!((config.server_channels_config.len(), config.client_channels_config.len()), (3, 3));
        }
    }
}
