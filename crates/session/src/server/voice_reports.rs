//! Reports: speakers are told what of their voice arrives, here and at their listeners.
//!
//! Only clients that announced it are told, only while they speak, and listeners of the original are not asked.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::{
    Capabilities, ChannelKind, ClientId, Packet, ReceptionReport, RoomId, VoiceChannel, VoiceData,
    VoiceReport, Writer,
};

use super::listener_votes::ListenerVotes;
use super::voice_arrivals::VoiceArrivals;
use super::{Fault, Members, Server, VoiceRow};
use crate::link::{Delivery, LinkId};
use crate::time::Instant;

/// A speaker is told so long after its first frame, and then again and again while there are frames: often enough that
/// it can do something within a second, and less than a hundredth of what its voice takes.
const INTERVAL: Duration = Duration::from_millis(500);

/// All clients that are to be told of its voice.
#[derive(Debug, Default)]
pub(super) struct VoiceReports {
    /// By client id, as the relay wants no search per frame.
    speakers: Vec<Option<Box<Speaker>>>,
    /// Due times of reports, in the order of time: an entry each for clients that spoke since their last one.
    due: VecDeque<(Instant, ClientId)>,
}

#[derive(Debug, Default)]
struct Speaker {
    arrivals: VoiceArrivals,
    votes: ListenerVotes,
    is_due: bool,
    /// Its channels when a report fell due: their listeners can say how that arrived.
    channels: Vec<VoiceChannel>,
}

impl VoiceReports {
    /// This client is told from now on.
    pub(super) fn insert(&mut self, id: ClientId) {
        let index = usize::from(id.0);
        if index >= self.speakers.len() {
            self.speakers.resize_with(index + 1, || None);
        }
        self.speakers[index] = Some(Box::default());
    }

    /// This client is gone, or its link is.
    pub(super) fn remove(&mut self, id: ClientId) {
        if let Some(speaker) = self.speakers.get_mut(usize::from(id.0)) {
            *speaker = None;
        }
    }

    /// When a report is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due.front().map(|&(at, _)| at)
    }

    /// A frame of this speaker arrived. Takes a few nanoseconds.
    pub(super) fn count(&mut self, now: Instant, id: ClientId, voice: &VoiceData<'_>) {
        let Some(speaker) = self.speaker(id) else { return };
        speaker.arrivals.count(now, voice.sequence);
        if !speaker.is_due {
            speaker.is_due = true;
            speaker.channels.clear();
            speaker.channels.extend(voice.channels);
            self.due.push_back((now + INTERVAL, id));
        }
    }

    /// The same for a frame inside a relay, which was found to be the client's own. It is read again: most clients that
    /// are to be told have their voice routed, and the others' relays are to cost no more than this look.
    #[inline]
    pub(super) fn count_relayed(&mut self, now: Instant, own: Option<ClientId>, packet: &[u8]) {
        if let Some(id) = own.filter(|id| self.speaker(*id).is_some()) {
            self.count_read(now, id, packet);
        }
    }

    #[inline(never)]
    fn count_read(&mut self, now: Instant, id: ClientId, packet: &[u8]) {
        if let Ok(Packet::VoiceData(voice)) = Packet::parse(packet) {
            self.count(now, id, &voice);
        }
    }

    /// How a client's voice comes in, if it is followed.
    pub(super) fn voice(&self, id: ClientId) -> Option<VoiceRow> {
        let speaker = self.speakers.get(usize::from(id.0))?.as_deref()?;
        let of = |kind| {
            let channels = speaker.channels.iter().filter(move |channel| channel.bits.kind() == kind);
            channels.map(|channel| channel.recipient)
        };
        Some(VoiceRow {
            newest_at: speaker.arrivals.newest_at(),
            lost_percent: speaker.arrivals.lost_percent(),
            players: of(ChannelKind::Player).map(ClientId).collect(),
            rooms: of(ChannelKind::Room).map(RoomId).collect(),
        })
    }

    /// How much of a client's voice does not come in, if it is followed and speaks.
    pub(super) fn lost_percent(&self, id: ClientId) -> Option<f32> {
        self.speakers.get(usize::from(id.0))?.as_deref()?.arrivals.lost_percent()
    }

    /// A listener says how it receives speakers. How many of these it has nothing to say about: itself, and those that
    /// it does not hear.
    fn take_votes(
        &mut self,
        now: Instant,
        listener: ClientId,
        report: &ReceptionReport<'_>,
        hears: impl Fn(&[VoiceChannel]) -> bool,
    ) -> u64 {
        let mut refused = 0;
        for (reception, run) in report.receptions() {
            let is_of_another = reception.speaker != listener && reception.expected > 0;
            let speaker = self.speaker(reception.speaker);
            match speaker.filter(|speaker| is_of_another && hears(&speaker.channels)) {
                Some(speaker) => speaker.votes.cast(now, listener, (reception, run), report.redundancy),
                None => refused += 1,
            }
        }
        refused
    }

    fn speaker(&mut self, id: ClientId) -> Option<&mut Speaker> {
        self.speakers.get_mut(usize::from(id.0))?.as_deref_mut()
    }

    /// The next speaker to be told by now, and what.
    fn pop(&mut self, now: Instant) -> Option<(ClientId, VoiceReport<'static>)> {
        while let Some(&(_, id)) = self.due.front().filter(|(at, _)| *at <= now) {
            self.due.pop_front();
            // A client that has gone has left its entry behind.
            let Some(speaker) = self.speaker(id).filter(|speaker| speaker.is_due) else { continue };
            speaker.is_due = false;
            speaker.arrivals.look();
            let uplink = Some(speaker.arrivals.receipt());
            let listeners = speaker.votes.sum_up(now);
            return Some((id, VoiceReport { uplink, listeners, reception: None }));
        }
        None
    }
}

impl Server {
    /// A client has a link: it is told of its voice if it can take that.
    pub(super) fn begin_voice_reports(&mut self, link: LinkId, id: ClientId) {
        let announced = self.links.can(link, Capabilities::VOICE_REPORTS);
        if announced && !self.settings.permissive {
            self.voice_reports.insert(id);
        }
    }

    /// Sends all reports that are due.
    pub(super) fn send_voice_reports(&mut self) {
        while let Some((id, report)) = self.voice_reports.pop(self.now) {
            let Some(link) = self.outbound.link_of(id) else { continue };
            let mut buffer = [0; REPORT_BYTES];
            let mut writer = Writer::new(&mut buffer);
            let written = report.write(self.settings.session, &mut writer);
            debug_assert!(written.is_ok(), "a report to a speaker is short");
            let length = writer.len();
            self.statistics.reports_sent += 1;
            self.send_bytes(link, Delivery::Unreliable, &buffer[..length]);
        }
    }

    /// A listener says how it receives the speakers that it hears.
    pub(super) fn handle_reception(&mut self, own: Option<ClientId>, trailing: &[u8]) -> Result<(), Fault> {
        let listener = own.ok_or(Fault::NotJoined)?;
        let Some(report) = VoiceReport::find(trailing).and_then(|report| report.reception) else {
            self.statistics.ignored += 1;
            return Ok(());
        };
        self.statistics.reports_received += 1;
        let hears = |channels: &[VoiceChannel]| reaches(&self.members, channels, listener);
        let refused = self.voice_reports.take_votes(self.now, listener, &report, hears);
        self.statistics.receptions_refused += refused;
        Ok(())
    }
}

/// Whether this listener hears a speaker on these channels, and so can report on it.
fn reaches(members: &Members, channels: &[VoiceChannel], listener: ClientId) -> bool {
    channels.iter().any(|channel| match channel.bits.kind() {
        ChannelKind::Player => channel.recipient == listener.0,
        ChannelKind::Room => members.listeners(RoomId(channel.recipient)).binary_search(&listener).is_ok(),
    })
}

/// Packet, mark and the three items of a speaker: 7 + 2 + 13 + 8 + 4.
const REPORT_BYTES: usize = 34;

#[cfg(test)]
mod tests;
