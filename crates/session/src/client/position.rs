//! My position, for servers that route by distance.

use core::time::Duration;

use consonance_wire::{Position, PositionReport, Writer};

use super::output::Output;
use super::send_order::SendOrder;
use super::server_link::Joined;
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

impl PositionState {
    pub(super) fn position(&self) -> Option<Position> {
        self.position
    }

    pub(super) fn set(
        &mut self,
        now: Instant,
        position: Option<Position>,
        is_wanted: bool,
        out: &mut Output,
    ) {
        self.position = position;
        self.is_shared |= position.is_some();
        self.schedule(now, is_wanted, out);
    }

    /// Begins a session, whose server does not know my position.
    pub(super) fn begin(&mut self, now: Instant, is_wanted: bool, out: &mut Output) {
        self.told = None;
        out.timers.clear(Timer::Position);
        self.schedule(now, is_wanted, out);
    }

    /// Sends a position report that is due.
    pub(super) fn send(&mut self, now: Instant, me: Joined, out: &mut Output) {
        let report = PositionReport { number: self.number.wrapping_add(1), position: self.position };
        let write = |writer: &mut Writer<'_>| report.write(me.session, writer);
        let written = out.send_written(SendOrder::ServerUnreliable, me.link, write);
        debug_assert!(written.is_ok(), "a position is short");
        self.number = report.number;
        self.told = Some((report.position, now));
        out.statistics.positions_sent += 1;
        self.schedule(now, true, out);
    }

    /// Schedules the next report, if the server wants any.
    fn schedule(&self, now: Instant, is_wanted: bool, out: &mut Output) {
        if !is_wanted || !self.is_shared {
            return;
        }
        let due = match self.told {
            None => now,
            Some((told, at)) if told == self.position => at + KEEP_ALIVE,
            Some((_, at)) => at + INTERVAL,
        };
        out.timers.set_no_later(Timer::Position, due);
    }
}

#[cfg(test)]
mod tests {
    use super::super::server_link::IN_TESTS as ME;
    use super::*;

    fn due(out: &Output) -> Option<Instant> {
        out.timers.next().map(|(due, _)| due)
    }

    #[test]
    fn a_position_is_sent_ten_times_a_second_while_it_changes_and_once_a_second_otherwise() {
        let (mut state, mut out) = (PositionState::default(), Output::new(8));
        let at = |x| Position::new([x, 0.0, 0.0]).ok();
        state.set(Instant::START, at(1.0), true, &mut out);
        assert_eq!(due(&out), Some(Instant::START), "the first one at once");
        out.timers.clear(Timer::Position);
        state.send(Instant::START, ME, &mut out);
        assert_eq!(due(&out), Some(Instant::START + KEEP_ALIVE));
        state.set(Instant::START, at(2.0), true, &mut out);
        assert_eq!(due(&out), Some(Instant::START + INTERVAL));
    }

    #[test]
    fn nothing_is_scheduled_before_the_game_has_set_a_position_or_for_a_server_that_wants_none() {
        let (mut state, mut out) = (PositionState::default(), Output::new(8));
        state.begin(Instant::START, true, &mut out);
        state.set(Instant::START, Position::new([0.0; 3]).ok(), false, &mut out);
        assert_eq!(due(&out), None);
        state.begin(Instant::START, true, &mut out);
        assert_eq!(due(&out), Some(Instant::START));
    }
}
