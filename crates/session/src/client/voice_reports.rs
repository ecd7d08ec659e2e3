//! How voice arrives: mine, as the server tells me, and the others', as I tell the server.

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

/// How often the server is told how I receive the others, while I do.
const INTERVAL: Duration = Duration::from_secs(1);

impl Client {
    /// Frames of a player had their turn at being heard: so many, of which so many had not come by then. The server is
    /// told once per second, and lets the player know what its listeners say together; one that cannot is told nothing.
    ///
    /// Numbers of the same player add up until the server is told; of the delays and of what is lost in a row the last
    /// one counts.
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

    /// A report to the server is due; speakers that do not fit into the packet are in the next one.
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

    /// A player is gone; its id may belong to another player at once.
    pub(super) fn forget_reception(&mut self, id: ClientId) {
        if let Some(place) = self.receptions.iter().position(|reception| reception.speaker == id) {
            self.receptions.remove(place);
            self.loss_runs.remove(place);
        }
    }

    /// The server tells how my voice arrives.
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
