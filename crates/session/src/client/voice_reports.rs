//! Voice reports: the server reports how my voice arrives, and I report how the others' voices arrive.

use core::time::Duration;

use consonance_wire::{
    Capabilities, ClientId, List, LossRun, Reception, ReceptionReport, VoiceReport, Writer,
};

use super::Client;
use super::connect::Connection;
use super::event::{ClientEvent, ListenerReport};
use super::stages::Stage;
use super::timers::Timer;
use crate::time::Instant;

/// The interval of my reports to the server while I receive others.
const INTERVAL: Duration = Duration::from_secs(1);

impl Client {
    /// Reports how many frames of a player were due and how many of them had not arrived by then. The server is told
    /// once per second, and sends the player a summary of its listeners' reports; a server without support is told
    /// nothing.
    ///
    /// The numbers of one player add up until the next report; of the delays and the losses in a row, the last value
    /// is used.
    pub fn report_reception(&mut self, reception: Reception, lost_in_a_row: LossRun) {
        let id = reception.speaker;
        if !self.server_can(Capabilities::VOICE_REPORTS) || self.players.roster.get(id).is_none() {
            return;
        }
        if let Some(place) = self.receptions.iter().position(|earlier| earlier.speaker == id) {
            self.loss_runs[place] = lost_in_a_row;
            let earlier = &mut self.receptions[place];
            earlier.expected = earlier.expected.saturating_add(reception.expected);
            earlier.lost = earlier.lost.saturating_add(reception.lost);
            earlier.playout_delay_ms = reception.playout_delay_ms;
        } else {
            self.receptions.push(reception);
            self.loss_runs.push(lost_in_a_row);
        }
        self.send_receptions_later();
    }

    /// Sends a due report; speakers that do not fit into the packet are in the next one.
    pub(super) fn send_receptions(&mut self) {
        let Connection::Joined { link, session, .. } = self.connection else { return };
        let told = self.receptions.len().min(self.settings.packets.receptions());
        if told == 0 {
            return;
        }
        let reception = Some(ReceptionReport {
            redundancy: self.settings.redundancy,
            speakers: List::from(&self.receptions[..told]),
            lost_in_a_row: List::from(&self.loss_runs[..told]),
        });
        let report = VoiceReport { reception, ..VoiceReport::default() };
        let written = self.outbox.push_written(Stage::ServerUnreliable, [link], |out| {
            let mut writer = Writer::new(out);
            report.write(session, &mut writer)?;
            Ok::<_, consonance_wire::WriteError>(writer.len())
        });
        debug_assert!(written.is_ok(), "so many fit into a packet");
        self.receptions.drain(..told);
        self.loss_runs.drain(..told);
        if !self.receptions.is_empty() {
            self.send_receptions_later();
        }
    }

    /// Removes the reception of a player that is gone; its id may be reused at once.
    pub(super) fn forget_reception(&mut self, id: ClientId) {
        if let Some(place) = self.receptions.iter().position(|reception| reception.speaker == id) {
            self.receptions.remove(place);
            self.loss_runs.remove(place);
        }
    }

    /// Handles the server's report on how my voice arrives.
    pub(super) fn handle_voice_report(&mut self, now: Instant, report: &VoiceReport<'_>) {
        if let Some(uplink) = report.uplink.and_then(|receipt| self.uplink_meter.read(now, receipt)) {
            self.statistics.uplink_frames += u64::from(uplink.sent);
            self.statistics.uplink_lost += u64::from(uplink.lost);
            self.events.push(ClientEvent::UplinkReport(uplink));
        }
        if let Some(summary) = report.listeners {
            self.events.push(ClientEvent::ListenerReport(ListenerReport {
                listeners: summary.listeners,
                lost_percent: summary.lost_percent,
                lost_in_a_row: summary.lost_in_a_row,
                playout_delay: Duration::from_millis(summary.playout_delay_ms.into()),
                redundancy: summary.redundancy,
            }));
        }
    }

    fn send_receptions_later(&mut self) {
        if !self.timers.is_set(Timer::Reception) {
            self.timers.set(Timer::Reception, self.now + INTERVAL);
        }
    }
}
