//! Voice reports: speakers are told how much of their voice arrives, here and at their listeners.
//!
//! Only clients that announced support receive them, only while they speak, and listeners of the original are not
//! asked.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::{
    Capabilities, ChannelKind, ClientId, Packet, ReceptionReport, RoomId, SessionId, VoiceChannel, VoiceData,
    VoiceReport, Writer,
};

use super::connections::Connections;
use super::links::Links;
use super::listener_votes::ListenerVotes;
use super::members::Members;
use super::settings::ServerSettings;
use super::voice_arrivals::VoiceArrivals;
use crate::link::{Delivery, LinkId};
use crate::time::Instant;

/// The time from a speaker's first frame to its report, and between its reports while there are frames: often enough
/// to react within a second, and less than a hundredth of the traffic of its voice.
const INTERVAL: Duration = Duration::from_millis(500);

/// A client's incoming voice.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct VoiceRow {
    /// The time of the newest frame; none if there never was one.
    pub newest_at: Option<Instant>,
    /// Its recent recipients.
    pub players: Vec<ClientId>,
    /// The rooms among its recent recipients.
    pub rooms: Vec<RoomId>,
    /// The percentage of its frames that did not arrive during the latest two seconds in which it spoke; none if it
    /// has not spoken for long enough. Frames that only went over direct links count as missing, too.
    pub lost_percent: Option<f32>,
}

/// All clients that receive reports on their voice.
#[derive(Debug, Default)]
pub(super) struct VoiceReports {
    /// By client id, as the relay must not search for each frame.
    speakers: Vec<Option<Box<Speaker>>>,
    /// Due times of reports, in the order of time: an entry each for clients that spoke since their last one.
    due: VecDeque<(Instant, ClientId)>,
}

#[derive(Debug, Default)]
struct Speaker {
    arrivals: VoiceArrivals,
    votes: ListenerVotes,
    is_due: bool,
    /// Its channels when a report became due: their listeners can report its reception.
    channels: Vec<VoiceChannel>,
}

impl VoiceReports {
    /// Starts reports for this client.
    pub(super) fn insert(&mut self, id: ClientId) {
        let index = usize::from(id.0);
        if index >= self.speakers.len() {
            self.speakers.resize_with(index + 1, || None);
        }
        self.speakers[index] = Some(Box::default());
    }

    /// Starts reports for a client with a new link, if it supports them.
    pub(super) fn begin(&mut self, settings: &ServerSettings, links: &Links, link: LinkId, id: ClientId) {
        if links.can(link, Capabilities::VOICE_REPORTS) && !settings.permissive {
            self.insert(id);
        }
    }

    /// Sends all reports that are due; returns their number.
    pub(super) fn send_due(
        &mut self,
        now: Instant,
        session: SessionId,
        connections: &mut Connections,
    ) -> u64 {
        let mut sent = 0;
        while let Some((id, report)) = self.pop(now) {
            let Some(link) = connections.link_of(id) else { continue };
            let mut buffer = [0; REPORT_BYTES];
            let mut writer = Writer::new(&mut buffer);
            let written = report.write(session, &mut writer);
            debug_assert!(written.is_ok(), "a report to a speaker is short");
            connections.send_bytes(now, link, Delivery::Unreliable, writer.written());
            sent += 1;
        }
        sent
    }

    /// Handles a listener's report on the speakers that it hears. Returns the number of those that it may not report
    /// on; `None` if there is no report.
    pub(super) fn handle(
        &mut self,
        now: Instant,
        members: &Members,
        listener: ClientId,
        trailing: &[u8],
    ) -> Option<u64> {
        let report = VoiceReport::find(trailing).and_then(|report| report.reception)?;
        let hears = |channels: &[VoiceChannel]| reaches(members, channels, listener);
        Some(self.take_votes(now, listener, &report, hears))
    }

    /// Removes a client that is gone, or whose link is.
    pub(super) fn remove(&mut self, id: ClientId) {
        if let Some(speaker) = self.speakers.get_mut(usize::from(id.0)) {
            *speaker = None;
        }
    }

    /// The time of the next report.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due.front().map(|&(at, _)| at)
    }

    /// Counts a frame of this speaker. Takes a few nanoseconds.
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

    /// The same for a frame inside a relay, which was verified to be the client's own. It is parsed again: most
    /// clients with reports have their voice routed, and the relays of others must cost no more than this check.
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

    /// A client's incoming voice, if it is tracked.
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

    /// The percentage of a client's frames that do not arrive, if it is tracked and speaks.
    pub(super) fn lost_percent(&self, id: ClientId) -> Option<f32> {
        self.speakers.get(usize::from(id.0))?.as_deref()?.arrivals.lost_percent()
    }

    /// Handles a listener's report on speakers. Returns the number of those that it may not report on: itself, and
    /// speakers that it does not hear.
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

    /// The next speaker with a due report, and the report.
    fn pop(&mut self, now: Instant) -> Option<(ClientId, VoiceReport<'static>)> {
        while let Some(&(_, id)) = self.due.front().filter(|(at, _)| *at <= now) {
            self.due.pop_front();
            // The entry may be of a client that has left.
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
