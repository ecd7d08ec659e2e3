//! My position, for servers that route by distance.

use core::time::Duration;

use consonance_wire::{Capabilities, Position, PositionReport, Writer};

use super::Client;
use super::connect::Connection;
use super::stages::Stage;
use super::timers::Timer;
use crate::time::Instant;

/// The minimum interval of position reports to the server, while I move.
const INTERVAL: Duration = Duration::from_millis(100);
/// The maximum interval of position reports, in case one was lost.
const KEEP_ALIVE: Duration = Duration::from_secs(1);

/// My position, and the last one that the server was told.
#[derive(Debug, Default)]
pub(super) struct PositionState {
    position: Option<Position>,
    /// The game has set my position in this life of the client; before that nothing is sent.
    is_shared: bool,
    /// Numbers the reports.
    number: u16,
    /// The last position that this server was told, and when.
    told: Option<(Option<Position>, Instant)>,
}

impl Client {
    /// Reports my position; `None` withdraws it.
    ///
    /// A server that routes by distance gets reports at most ten times a second, and at least once a second; other
    /// servers get none.
    pub fn set_position(&mut self, position: Option<Position>) {
        self.position_state.position = position;
        self.position_state.is_shared |= position.is_some();
        self.tell_position_in_time();
    }

    /// The position that the game has set last.
    pub fn position(&self) -> Option<Position> {
        self.position_state.position
    }

    /// Whether the server of the present session routes by distance, and so gets reports.
    pub fn is_position_wanted(&self) -> bool {
        self.server_can(Capabilities::PROXIMITY)
    }

    /// Begins a session, whose server does not know my position.
    pub(super) fn begin_position(&mut self) {
        self.position_state.told = None;
        self.timers.clear(Timer::Position);
        self.tell_position_in_time();
    }

    /// Sends a position report that is due.
    pub(super) fn send_position(&mut self) {
        let Connection::Joined { link, session, .. } = self.connection else { return };
        let PositionState { position, number, .. } = self.position_state;
        let report = PositionReport { number: number.wrapping_add(1), position };
        let written = self.outbox.push_written(Stage::ServerUnreliable, [link], |out| {
            let mut writer = Writer::new(out);
            report.write(session, &mut writer)?;
            Ok::<_, consonance_wire::WriteError>(writer.len())
        });
        debug_assert!(written.is_ok(), "a position is short");
        self.position_state.number = report.number;
        self.position_state.told = Some((position, self.now));
        self.statistics.positions_sent += 1;
        self.tell_position_in_time();
    }

    fn tell_position_in_time(&mut self) {
        let wanted = self.position_state.is_shared && self.is_position_wanted();
        if !wanted || self.joined().is_err() {
            return;
        }
        let due = match self.position_state.told {
            None => self.now,
            Some((told, at)) if told == self.position_state.position => at + KEEP_ALIVE,
            Some((_, at)) => at + INTERVAL,
        };
        self.timers.set_no_later(Timer::Position, due);
    }
}
