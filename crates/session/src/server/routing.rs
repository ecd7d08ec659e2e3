//! Server-side routing: voice without a list of destinations goes to whom this server's tables say.

use consonance_wire::{Capabilities, ChannelKind, ClientId, RoomId, VoiceData};

use super::{Fault, Server};
use crate::link::LinkId;

impl Server {
    /// Whether the client of this link may send voice without destinations.
    pub(super) fn routes_for(&self, link: LinkId) -> bool {
        self.links.get(&link).is_some_and(|link| link.capabilities.contains(Capabilities::SERVER_ROUTING))
    }

    /// Leaves the links of everybody whom the frame's channels reach, each once and without the sender, in `fan_out`.
    pub(super) fn route(&mut self, link: LinkId, voice: &VoiceData<'_>) -> Result<(), Fault> {
        let own = self.client_of(link)?;
        if voice.sender != own {
            return Err(Fault::NotOwn);
        }
        self.statistics.frames_routed += 1;
        self.fan_out.begin();
        self.fan_out.leave_out(own);
        for channel in voice.channels {
            match channel.bits.kind() {
                ChannelKind::Player => self.fan_out.add([ClientId(channel.recipient)]),
                ChannelKind::Room => {
                    let listeners = self.roster.listeners(RoomId(channel.recipient));
                    self.fan_out.add(listeners.iter().copied());
                }
            }
        }
        Ok(())
    }
}
