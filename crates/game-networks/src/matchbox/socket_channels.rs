//! The socket of matchbox.

use consonance_link::Delivery;
use matchbox_socket::{ChannelConfig, ChannelError, PeerId, WebRtcChannel, WebRtcSocket};
use uuid::Uuid;

use crate::matchbox::{PeerSocket, PlayerId};

/// The two channels of a [`WebRtcSocket`] that are voice's, for one [pump](crate::matchbox::MatchboxVoice::pump).
///
/// The game calls the socket's `update_peers` before, as always: the present players are read from what that has found.
#[derive(Debug)]
pub struct SocketChannels<'a> {
    socket: &'a mut WebRtcSocket,
    reliable: usize,
    unreliable: usize,
}

/// A channel of the socket cannot carry what voice has for it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChannelUnfit {
    /// The channel is missing.
    #[error("channel {channel}: {cause}; give the socket one for voice when you build it")]
    Missing {
        /// Its index.
        channel: usize,
        /// The socket's error.
        cause: ChannelError,
    },
    /// The channel may lose or reorder packets that require reliable delivery.
    #[error("channel {channel} is not reliable and ordered; build it with ChannelConfig::reliable()")]
    NotReliable {
        /// Its index.
        channel: usize,
    },
}

impl ChannelUnfit {
    /// A code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::NotReliable { .. } => "not-reliable",
        }
    }
}

impl<'a> SocketChannels<'a> {
    /// Channels by their indices, in the order in which the socket was built with them. Voice's own unreliable channel
    /// may be any; one that sends again makes voice late and not better.
    ///
    /// # Errors
    /// [`ChannelUnfit`] if the socket was built without them, or the reliable one otherwise.
    pub fn new(
        socket: &'a mut WebRtcSocket,
        reliable: usize,
        unreliable: usize,
    ) -> Result<Self, ChannelUnfit> {
        for channel in [reliable, unreliable] {
            socket.get_channel(channel).map_err(|cause| ChannelUnfit::Missing { channel, cause })?;
        }
        match socket.channel(reliable).config() {
            ChannelConfig { ordered: true, max_retransmits: None } => {
                Ok(Self { socket, reliable, unreliable })
            }
            _ => Err(ChannelUnfit::NotReliable { channel: reliable }),
        }
    }

    fn index(&self, delivery: Delivery) -> usize {
        match delivery {
            Delivery::Reliable => self.reliable,
            Delivery::Unreliable => self.unreliable,
        }
    }
}

impl PeerSocket for SocketChannels<'_> {
    /// `None` also when the socket has ended: the game makes another one, and has another id with it.
    fn id(&mut self) -> Option<PlayerId> {
        if self.socket.any_channel_closed() {
            return None;
        }
        self.socket.id().map(PlayerId::from)
    }

    fn connected(&self) -> Vec<PlayerId> {
        self.socket.connected_peers().map(PlayerId::from).collect()
    }

    fn receive(&mut self, delivery: Delivery) -> Vec<(PlayerId, Vec<u8>)> {
        let channel = self.index(delivery);
        let messages = self.socket.get_channel_mut(channel).map(WebRtcChannel::receive);
        messages.into_iter().flatten().map(|(from, message)| (from.into(), message.into())).collect()
    }

    fn send(&mut self, delivery: Delivery, to: PlayerId, message: &[u8]) {
        let channel = self.index(delivery);
        if let Ok(channel) = self.socket.get_channel_mut(channel) {
            // Fails only when the socket has ended, which its closed channels report.
            let _ = channel.try_send(message.to_vec().into(), to.into());
        }
    }
}

impl From<PeerId> for PlayerId {
    fn from(peer: PeerId) -> Self {
        Self(peer.0.as_u128())
    }
}

impl From<PlayerId> for PeerId {
    fn from(player: PlayerId) -> Self {
        Self(Uuid::from_u128(player.0))
    }
}
