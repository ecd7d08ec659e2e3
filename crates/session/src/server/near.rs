//! Voice by distance: clients report their positions, and only the near destinations of a relay get it.

use consonance_wire::{
    ChannelKind, ClientId, Position, PositionReport, RoomId, ServerRelay, VoiceChannel, VoiceData,
};

use super::proximity::ProximitySettings;
use super::{Fault, Server};
use crate::link::LinkId;

impl Server {
    /// The proximity settings of a room of this name, if distance decides there.
    pub fn proximity_of(&self, room: &str) -> Option<ProximitySettings> {
        self.policy.proximity().settings_of(room)
    }

    /// The squared distance of two clients, in m², if both have reported a position.
    pub fn distance_squared(&self, a: ClientId, b: ClientId) -> Option<f32> {
        self.policy.proximity().distance_squared(a, b)
    }

    /// A client's position, if it has reported one.
    pub fn position_of(&self, id: ClientId) -> Option<Position> {
        self.policy.proximity().position(id)
    }

    /// In a copy: sets the position of a client at another node, as that node has reported it.
    pub fn set_position(&mut self, id: ClientId, position: Option<Position>) {
        self.policy.proximity_mut().set_position(id, position);
    }

    /// Restores a client's last position known to another owner or copy of the session. A position reported here is
    /// newer.
    pub fn recall_position(&mut self, id: ClientId, position: Option<Position>) {
        self.policy.proximity_mut().recall(id, position);
    }

    /// Handles a client's position report.
    pub(super) fn handle_position(
        &mut self,
        own: Option<ClientId>,
        report: Result<PositionReport, consonance_wire::AbsurdPosition>,
    ) -> Result<(), Fault> {
        let id = own.ok_or(Fault::NotJoined)?;
        let report = report.map_err(|_| Fault::PositionRefused)?;
        self.statistics.positions_received += 1;
        self.policy.proximity_mut().report(id, report);
        Ok(())
    }

    /// Lists the links of those destinations that the frame reaches by distance or by another channel: a sender that
    /// lists destinations lists all clients, wherever they are.
    pub(super) fn gather_near(
        &mut self,
        link: LinkId,
        relay: &ServerRelay<'_>,
        voice: &VoiceData<'_>,
    ) -> Result<(), Fault> {
        let (now, clients, limits) = (self.now, self.members.len(), &self.settings.limits);
        let looks = relay.destinations.len() * voice.channels.len() / LOOKS_PER_SENDING;
        let record = self.links.get_mut(link)?;
        record.budgets.take_fan_out(now, limits, clients, looks)?;
        self.list_near(relay, voice);
        Ok(())
    }

    /// The same for a frame that was checked.
    pub(super) fn list_near(&mut self, relay: &ServerRelay<'_>, voice: &VoiceData<'_>) {
        let spoken = self.members.spoken(self.now, voice);
        self.outbound.begin_frame(self.policy.register().deafened());
        let Self { outbound, policy, members, .. } = self;
        let proximity = policy.proximity_mut();
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
        self.outbound.end_frame(self.now, relay.packet);
    }
}

/// Checking whether a channel reaches a listener is far cheaper than sending to it; this many checks weigh as much.
const LOOKS_PER_SENDING: usize = 8;
