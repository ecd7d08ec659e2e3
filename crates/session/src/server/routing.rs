//! Server-side routing: voice without a list of destinations goes to the listeners in this server's tables.

use consonance_wire::{ChannelKind, ClientId, RoomId, VoiceData};

use super::proximity::Reached;
use super::{Fault, Members, Server};

impl Server {
    /// Lists the links of all clients that the frame's channels reach, each once and without the sender. `own` is the
    /// sender's client.
    pub(super) fn route(
        &mut self,
        own: Option<ClientId>,
        voice: &VoiceData<'_>,
        packet: &[u8],
    ) -> Result<(), Fault> {
        let own = own.ok_or(Fault::NotJoined)?;
        if voice.sender != own {
            self.tell_spoofed(own, voice.sender);
            return Err(Fault::Spoofed);
        }
        self.check_voice(own, voice)?;
        self.monitor(voice);
        self.statistics.frames_routed += 1;
        self.voice_reports.count(self.now, own, voice);
        self.list_listeners(own, voice, packet);
        Ok(())
    }

    /// The same for a frame that was checked.
    pub(super) fn list_listeners(&mut self, own: ClientId, voice: &VoiceData<'_>, packet: &[u8]) {
        let spoken = self.members.spoken(self.now, voice);
        self.outbound.begin_frame(self.policy.register().deafened());
        self.outbound.leave_out(own);
        for channel in voice.channels {
            match channel.bits.kind() {
                ChannelKind::Player => {
                    let player = ClientId(channel.recipient);
                    self.outbound.add([player].into_iter(), packet.len(), false);
                }
                ChannelKind::Room => {
                    let room = RoomId(channel.recipient);
                    let near = self.policy.proximity_mut().reach(room, spoken, channel.bits);
                    let Some(Reached { clients, nodes }) = near else {
                        let listeners = self.members.listeners(room).iter().copied();
                        self.outbound.add(listeners, packet.len(), false);
                        continue;
                    };
                    self.outbound.add(clients.iter().copied(), packet.len(), false);
                    nodes.for_each(|node| self.outbound.add_node(node));
                }
            }
        }
        self.outbound.end_frame(self.now, packet);
    }
}

/// The cost of a frame in listeners, at any node: each is sent it once, but a listener of several of its channels is
/// found once for each, and each channel is looked up, with or without listeners.
pub(super) fn cost(members: &Members, voice: &VoiceData<'_>) -> usize {
    let found = voice.channels.iter().map(|channel| match channel.bits.kind() {
        ChannelKind::Player => 1,
        ChannelKind::Room => members.listeners(RoomId(channel.recipient)).len(),
    });
    let found: usize = found.sum();
    let looks = voice.channels.len() / LOOKS_PER_SENDING;
    found.min(members.len()).max(found / FINDINGS_PER_SENDING).max(looks)
}

/// Finding a listener again is far cheaper than sending to it; this many times weigh as much.
const FINDINGS_PER_SENDING: usize = 8;
/// So is looking up the listeners of a channel. A player alone in a session may well speak to all 27 cells around it,
/// so that fewer would drop an honest player's frames.
const LOOKS_PER_SENDING: usize = 64;
