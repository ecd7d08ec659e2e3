//! The positions that clients report, for rooms where distance decides which players hear each other.

use consonance_wire::{ClientId, Position, PositionReport};

use super::proximity::ProximitySettings;
use super::{Fault, Server};

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
}
