//! The recipients of a frame: the listeners of its rooms and the players it is spoken to, without those that are
//! deafened, and without those that are too far away in rooms where distance decides.

use consonance_wire::{
    ChannelKind, ClientId, MessageType, Packet, RoomId, ServerRelay, TextData, TextRecipient, VoiceChannel,
    VoiceData,
};

use super::{Refused, Relay};
use crate::link::LinkId;
use crate::server::fault::Fault;
use crate::server::members::Members;
use crate::server::proximity::Reached;

impl Relay<'_> {
    /// Lists the listeners in this server's tables, each once and without the sender.
    #[inline]
    pub(super) fn list_listeners(&mut self, own: ClientId, voice: &VoiceData<'_>, packet: &[u8]) {
        let (members, connections) = self.presence.split();
        let outbound = connections.outbound_mut();
        let spoken = members.spoken(self.rules.now(), voice);
        outbound.begin_frame(self.rules.policy().register().deafened());
        outbound.leave_out(own);
        for channel in voice.channels {
            match channel.bits.kind() {
                ChannelKind::Player => {
                    let player = ClientId(channel.recipient);
                    outbound.add([player].into_iter(), packet.len(), false);
                }
                ChannelKind::Room => {
                    let room = RoomId(channel.recipient);
                    let near = self.rules.policy_mut().proximity_mut().reach(room, spoken, channel.bits);
                    let Some(Reached { clients, nodes }) = near else {
                        outbound.add(members.listeners(room).iter().copied(), packet.len(), false);
                        continue;
                    };
                    outbound.add(clients.iter().copied(), packet.len(), false);
                    nodes.for_each(|node| outbound.add_node(node));
                }
            }
        }
        outbound.end_frame(self.rules.now(), packet);
    }

    /// Lists the destinations of a relay of a client of this server.
    #[inline]
    pub(super) fn list_destinations(
        &mut self,
        link: LinkId,
        own: Option<ClientId>,
        relay: &ServerRelay<'_>,
    ) -> Result<(), Refused> {
        let looks_into_it = self.rules.settings().monitor_channels || self.rules.policy().looks_into_voice();
        if looks_into_it && self.list_by_rules(link, own, relay)? {
            return Ok(());
        }
        let ServerRelay { destinations, packet, .. } = relay;
        let (outbound, deafened) = (self.presence.outbound_mut(), self.rules.policy().register().deafened());
        let is_voice = |packet| MessageType::peek(packet).map(|message| message == MessageType::VoiceData);
        if !deafened.is_empty() && is_voice(packet).map_err(Fault::from)? {
            outbound.begin_frame(deafened);
        } else {
            outbound.begin_frame(&[]);
        }
        outbound.add(destinations.iter(), packet.len(), self.rules.is_permissive());
        outbound.end_frame(self.rules.now(), packet);
        Ok(())
    }

    /// Lists the destinations of a relay that another node has checked.
    pub(super) fn list_checked_destinations(
        &mut self,
        sender: ClientId,
        relay: &ServerRelay<'_>,
        voice: &VoiceData<'_>,
    ) {
        if self.rules.policy().proximity().concerns(voice) {
            return self.list_near(relay, voice);
        }
        let outbound = self.presence.outbound_mut();
        outbound.begin_frame(self.rules.policy().register().deafened());
        outbound.leave_out(sender);
        outbound.add(relay.destinations.iter(), relay.packet.len(), false);
        outbound.end_frame(self.rules.now(), relay.packet);
    }

    /// Parses the packet again where some rooms have special rules: sessions without such rooms must pay nothing. True
    /// if the destinations were listed by distance.
    #[inline(never)]
    fn list_by_rules(
        &mut self,
        link: LinkId,
        own: Option<ClientId>,
        relay: &ServerRelay<'_>,
    ) -> Result<bool, Refused> {
        let own = own.ok_or(Fault::NotJoined)?;
        match Packet::parse(relay.packet).map_err(Fault::from)? {
            Packet::VoiceData(voice) => {
                let now = self.rules.now();
                self.rules.policy_mut().check_voice(self.presence.members(), now, own, &voice)?;
                self.note_channels(&voice);
                if self.rules.policy().proximity().concerns(&voice) {
                    self.take_looks(link, relay, &voice)?;
                    self.list_near(relay, &voice);
                    return Ok(true);
                }
            }
            Packet::TextData(TextData { recipient: TextRecipient::Room(room), .. }) => {
                self.rules.policy_mut().check_speech(own, room)?;
            }
            _ => {}
        }
        Ok(false)
    }

    /// Takes the budget for measuring the distance of each destination.
    fn take_looks(
        &mut self,
        link: LinkId,
        relay: &ServerRelay<'_>,
        voice: &VoiceData<'_>,
    ) -> Result<(), Fault> {
        let looks = relay.destinations.len() * voice.channels.len() / DISTANCES_PER_SENDING;
        let (clients, limits) = (self.presence.members().len(), self.rules.limits());
        self.presence.links_mut().get_mut(link)?.budgets.take_fan_out(
            self.rules.now(),
            limits,
            clients,
            looks,
        )
    }

    /// Lists those destinations that the frame reaches by distance or by another channel: a sender that lists
    /// destinations lists all clients, wherever they are.
    fn list_near(&mut self, relay: &ServerRelay<'_>, voice: &VoiceData<'_>) {
        let (members, connections) = self.presence.split();
        let outbound = connections.outbound_mut();
        let spoken = members.spoken(self.rules.now(), voice);
        outbound.begin_frame(self.rules.policy().register().deafened());
        let proximity = self.rules.policy_mut().proximity_mut();
        for id in relay.destinations {
            let mut is_reached = false;
            for VoiceChannel { bits, recipient } in voice.channels {
                is_reached |= match bits.kind() {
                    ChannelKind::Player => recipient == id.0,
                    ChannelKind::Room => {
                        let room = RoomId(recipient);
                        let near = proximity.reaches(room, spoken, bits, id);
                        near.unwrap_or_else(|| members.is_in_id(id, room))
                    }
                };
            }
            if is_reached {
                outbound.add([id].into_iter(), relay.packet.len(), false);
            }
        }
        outbound.end_frame(self.rules.now(), relay.packet);
    }
}

/// The cost of a frame in listeners, at any node: each is sent it once, but a listener of several of its channels is
/// found once for each, and each channel is looked up, with or without listeners.
pub(in crate::server) fn cost(members: &Members, voice: &VoiceData<'_>) -> usize {
    let found = voice.channels.iter().map(|channel| match channel.bits.kind() {
        ChannelKind::Player => 1,
        ChannelKind::Room => members.listeners(RoomId(channel.recipient)).len(),
    });
    let found: usize = found.sum();
    let looks = voice.channels.len() / CHANNELS_PER_SENDING;
    found.min(members.len()).max(found / FINDINGS_PER_SENDING).max(looks)
}

/// Finding a listener again is far cheaper than sending to it; this many times weigh as much.
const FINDINGS_PER_SENDING: usize = 8;
/// So is looking up the listeners of a channel. A player alone in a session may well speak to all 27 cells around it,
/// so that fewer would drop an honest player's frames.
const CHANNELS_PER_SENDING: usize = 64;
/// So is checking whether a channel reaches a listener.
const DISTANCES_PER_SENDING: usize = 8;
