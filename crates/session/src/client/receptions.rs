//! Voice reports: the server reports how my voice arrives, and I report how the others' voices arrive.

use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::{ClientId, List, LossRun, Reception, ReceptionReport, VoiceReport, Writer};

use super::output::Output;
use super::send_order::SendOrder;
use super::server_link::Joined;
use super::settings::ClientSettings;
use super::timers::Timer;
use crate::time::Instant;

/// The interval of my reports to the server while I receive others.
const INTERVAL: Duration = Duration::from_secs(1);

/// How I received others since the last report to the server, in the order in which the driver reported it.
#[derive(Debug, Default)]
pub(super) struct Receptions {
    receptions: Vec<Reception>,
    /// The average number of consecutive lost frames of each of those.
    loss_runs: Vec<LossRun>,
}

impl Receptions {
    /// The numbers of one player add up until the next report; of the delays and the losses in a row, the last value
    /// is used.
    pub(super) fn add(
        &mut self,
        now: Instant,
        reception: Reception,
        lost_in_a_row: LossRun,
        out: &mut Output,
    ) {
        if let Some(place) = self.place_of(reception.speaker) {
            self.loss_runs[place] = lost_in_a_row;
            let earlier = &mut self.receptions[place];
            earlier.expected = earlier.expected.saturating_add(reception.expected);
            earlier.lost = earlier.lost.saturating_add(reception.lost);
            earlier.playout_delay_ms = reception.playout_delay_ms;
        } else {
            self.receptions.push(reception);
            self.loss_runs.push(lost_in_a_row);
        }
        send_later(now, out);
    }

    /// Sends a due report; speakers that do not fit into the packet are in the next one.
    pub(super) fn send(&mut self, now: Instant, me: Joined, settings: &ClientSettings, out: &mut Output) {
        let told = self.receptions.len().min(settings.packets.receptions());
        if told == 0 {
            return;
        }
        let reception = Some(ReceptionReport {
            redundancy: settings.redundancy,
            speakers: List::from(&self.receptions[..told]),
            lost_in_a_row: List::from(&self.loss_runs[..told]),
        });
        let report = VoiceReport { reception, ..VoiceReport::default() };
        let write = |writer: &mut Writer<'_>| report.write(me.session, writer);
        let written = out.send_written(SendOrder::ServerUnreliable, me.link, write);
        debug_assert!(written.is_ok(), "so many fit into a packet");
        self.receptions.drain(..told);
        self.loss_runs.drain(..told);
        if !self.receptions.is_empty() {
            send_later(now, out);
        }
    }

    /// Removes the reception of a player that is gone; its id may be reused at once.
    pub(super) fn forget(&mut self, id: ClientId) {
        if let Some(place) = self.place_of(id) {
            self.receptions.remove(place);
            self.loss_runs.remove(place);
        }
    }

    fn place_of(&self, id: ClientId) -> Option<usize> {
        self.receptions.iter().position(|reception| reception.speaker == id)
    }
}

fn send_later(now: Instant, out: &mut Output) {
    if !out.timers.is_set(Timer::Reception) {
        out.timers.set(Timer::Reception, now + INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use consonance_wire::Packet;

    use super::super::server_link::IN_TESTS as ME;

    fn reception(speaker: u16, expected: u16, playout_delay_ms: u16) -> Reception {
        Reception { speaker: ClientId(speaker), expected, lost: 1, playout_delay_ms }
    }

    #[test]
    fn what_is_reported_of_one_player_adds_up_until_it_is_sent() {
        let (mut receptions, mut out) = (Receptions::default(), Output::new(8));
        let settings = ClientSettings::new("Alice");
        for (speaker, expected, delay) in [(3, 50, 60), (4, 10, 20), (3, 25, 80), (5, 50, 20)] {
            receptions.add(Instant::START, reception(speaker, expected, delay), LossRun::default(), &mut out);
        }
        receptions.forget(ClientId(4));
        assert!(out.timers.is_set(Timer::Reception));
        receptions.send(Instant::START, ME, &settings, &mut out);
        let packet = out.outbox.pop().expect("a report").payload.to_vec();
        let (_, trailing) = Packet::parse_with_trailing(&packet).expect("a packet");
        let report = VoiceReport::find(trailing).and_then(|report| report.reception).expect("a report");
        let both = Reception { lost: 2, ..reception(3, 75, 80) };
        assert_eq!(report.speakers.iter().collect::<Vec<_>>(), [both, reception(5, 50, 20)]);
        receptions.send(Instant::START, ME, &settings, &mut out);
        assert!(out.outbox.pop().is_none(), "nothing is new");
    }
}
