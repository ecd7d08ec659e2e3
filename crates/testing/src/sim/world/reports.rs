//! Reports of how voice arrives: the reports to speakers are compared with a naive count.

use consonance_session::{Capabilities, Client, ClientId, Delivery, LinkId, LossRun, Reception};
use consonance_wire::{Packet, UplinkReceipt, VoiceReport};

use super::World;
use super::arrived::Arrived;
use crate::sim::network::Parcel;
use crate::sim::numbers::{PlayerId, owner};
use crate::sim::violation::{Checked, ensure};

/// The frames expected in each listener's report, of which it lost some; constant, so that it is recognized.
const EXPECTED: u16 = 50;

impl World {
    /// A client was admitted over this link, and none of its frames has arrived yet.
    pub(super) fn begin_arrivals(&mut self, link: LinkId) {
        self.arrived.insert(owner(link), Arrived::none_over(link));
    }

    /// The server took a frame of the sender's own.
    pub(super) fn note_arrival(&mut self, parcel: &Parcel, voice: &[u8]) {
        if self.own_word(parcel).is_none() {
            return;
        }
        let Ok(Packet::VoiceData(voice)) = Packet::parse(voice) else { return };
        let arrived =
            self.arrived.get_mut(&owner(parcel.link)).filter(|arrived| arrived.link() == parcel.link);
        if let Some(arrived) = arrived {
            arrived.count(voice.sequence);
        }
    }

    /// A report goes to a speaker of ours only, and says what has arrived and what some listener said.
    pub(super) fn is_reported_right(&mut self, outgoing: &Parcel) -> Checked {
        let Ok((Packet::ErrorWrongSession(packet), trailing)) =
            Packet::parse_with_trailing(&outgoing.payload)
        else {
            return Ok(());
        };
        let Some(report) = VoiceReport::find(trailing) else { return Ok(()) };
        let link = outgoing.link;
        let speaker = self.model.over(link);
        let announced = speaker.is_some_and(|stay| stay.capabilities.contains(Capabilities::VOICE_REPORTS));
        ensure!(
            announced && packet.session == self.model.session,
            "{link} is sent a report that it cannot read"
        );
        ensure!(outgoing.delivery == Delivery::Unreliable, "a report to {link} is sent again if it is lost");
        let told =
            report.uplink.map(|UplinkReceipt { newest_sequence, frames, .. }| (newest_sequence, frames));
        let arrived = self.arrived.get(&owner(link)).filter(|arrived| arrived.link() == link);
        let arrived = arrived.and_then(Arrived::newest_and_frames);
        ensure!(told.is_some() && told == arrived, "{link} is told of {told:?} when {arrived:?} has arrived");
        if let Some(summary) = report.listeners {
            let others = self.players.iter().filter(|player| player.may_have_reported);
            let said = others.map(|player| reception(player.id, ClientId(0)).lost_percent());
            ensure!(
                said.clone().any(|said| said == summary.lost_percent),
                "no listener reported what {link} is told: {summary:?}"
            );
            let listeners = usize::from(summary.listeners);
            ensure!(listeners < self.players.len(), "{listeners} listeners tell {link} something");
            self.counts.summaries += 1;
        }
        self.counts.reports += 1;
        Ok(())
    }
}

/// A client's game reports how it receives a speaker.
pub(super) fn report_reception(client: &mut Client, player_id: PlayerId, speaker: ClientId) {
    client.report_reception(reception(player_id, speaker), LossRun(10));
}

fn reception(player_id: PlayerId, speaker: ClientId) -> Reception {
    Reception { speaker, expected: EXPECTED, lost: player_id.0 % EXPECTED, playout_delay_ms: 60 }
}
