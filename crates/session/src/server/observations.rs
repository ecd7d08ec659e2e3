//! What the session reports: events and counts to its driver, and to speakers how their voice arrives.
//!
//! It is shown the frames that are passed on, and decides nothing: without it, every packet would go the same way.

use alloc::vec::Vec;

use consonance_wire::{ClientId, SessionId, VoiceData};

use super::connections::Connections;
use super::event::ServerEvent;
use super::links::Links;
use super::members::Members;
use super::monitor::{Monitor, MonitoredChannel};
use super::room_directory::RoomDirectory;
use super::settings::ServerSettings;
use super::statistics::ServerStatistics;
use super::voice_reports::{VoiceReports, VoiceRow};
use crate::link::LinkId;
use crate::queue::EventQueue;
use crate::time::Instant;

/// The events that wait for the driver, the counts, and what is known of speakers from their frames.
#[derive(Debug)]
pub(super) struct Observations {
    events: EventQueue<ServerEvent>,
    statistics: ServerStatistics,
    monitor: Monitor,
    voice_reports: VoiceReports,
}

impl Observations {
    /// Holds at most this many events.
    pub(super) fn new(events_max: usize) -> Self {
        Self {
            events: EventQueue::new(events_max),
            statistics: ServerStatistics::default(),
            monitor: Monitor::default(),
            voice_reports: VoiceReports::default(),
        }
    }

    /// Continues the counts of a session that is over.
    pub(super) fn count_on_from(&mut self, before: Self) {
        self.statistics = before.statistics;
    }

    /// Applies another limit to the waiting events.
    pub(super) fn set_events_max(&mut self, events_max: usize) {
        self.events.set_limit(events_max);
    }

    pub(super) fn raise(&mut self, event: ServerEvent) {
        self.events.push(event);
    }

    /// Raises an event unless fewer than this many more would fit behind it.
    pub(super) fn raise_before(&mut self, to_come: usize, event: ServerEvent) {
        self.events.push_before(to_come, event);
    }

    /// The next event for the driver.
    pub(super) fn pop_event(&mut self) -> Option<ServerEvent> {
        self.events.pop()
    }

    /// The counts, without those of other parts.
    pub(super) fn statistics(&self) -> ServerStatistics {
        ServerStatistics { events_dropped: self.events.dropped(), ..self.statistics.clone() }
    }

    #[inline]
    pub(super) fn statistics_mut(&mut self) -> &mut ServerStatistics {
        &mut self.statistics
    }

    /// Reports the channels that have begun or ended with a frame that is passed on.
    pub(super) fn note_channels(
        &mut self,
        now: Instant,
        voice: &VoiceData<'_>,
        members: &Members,
        directory: &RoomDirectory,
    ) {
        let crowded = self.monitor.note_frame(now, voice, (members, directory), &mut self.events);
        self.statistics.channels_unmonitored += crowded;
    }

    /// Ends all channels of a client that has left, or cannot be heard.
    pub(super) fn end_channels(&mut self, id: ClientId, members: &Members, directory: &RoomDirectory) {
        self.monitor.end_channels(id, members, directory, &mut self.events);
    }

    /// Ends the channels of all speakers.
    pub(super) fn end_all_channels(&mut self, members: &Members, directory: &RoomDirectory) {
        self.monitor.end_all_channels(members, directory, &mut self.events);
    }

    /// Ends the channels of speakers that have been silent for too long.
    pub(super) fn end_silent_channels(&mut self, now: Instant, members: &Members, directory: &RoomDirectory) {
        while let Some(id) = self.monitor.silent(now) {
            self.end_channels(id, members, directory);
        }
    }

    /// The channels on which a client is speaking, and the time of its last frame; none while it is silent.
    pub(super) fn channels_of(
        &self,
        id: ClientId,
        members: &Members,
        directory: &RoomDirectory,
    ) -> Option<(Instant, Vec<MonitoredChannel>)> {
        self.monitor.channels_of(id, members, directory)
    }

    /// The time at which the next speaking client will have been silent for too long.
    pub(super) fn next_silence(&self) -> Option<Instant> {
        self.monitor.next_due()
    }

    /// Counts a frame without destinations that is passed on.
    #[inline]
    pub(super) fn count_routed(&mut self, now: Instant, own: ClientId, voice: &VoiceData<'_>) {
        self.statistics.frames_routed += 1;
        self.voice_reports.count(now, own, voice);
    }

    /// Counts a packet inside a relay, verified to be the client's own, towards its reports.
    #[inline]
    pub(super) fn count_relayed(&mut self, now: Instant, own: Option<ClientId>, packet: &[u8]) {
        self.voice_reports.count_relayed(now, own, packet);
    }

    /// Starts the reports to a client with a new link, if it supports them.
    pub(super) fn begin_reports(
        &mut self,
        settings: &ServerSettings,
        links: &Links,
        link: LinkId,
        id: ClientId,
    ) {
        self.voice_reports.begin(settings, links, link, id);
    }

    /// Ends the reports to a client that is gone, or whose link is.
    pub(super) fn end_reports(&mut self, id: ClientId) {
        self.voice_reports.remove(id);
    }

    /// Sends all reports that are due.
    pub(super) fn send_reports(&mut self, now: Instant, session: SessionId, connections: &mut Connections) {
        self.statistics.reports_sent += self.voice_reports.send_due(now, session, connections);
    }

    /// The time of the next report.
    pub(super) fn next_report(&self) -> Option<Instant> {
        self.voice_reports.next_due()
    }

    /// Handles a listener's report on the speakers that it hears. False if there is none.
    pub(super) fn handle_report(
        &mut self,
        now: Instant,
        members: &Members,
        listener: ClientId,
        trailing: &[u8],
    ) -> bool {
        let Some(refused) = self.voice_reports.handle(now, members, listener, trailing) else { return false };
        self.statistics.reports_received += 1;
        self.statistics.receptions_refused += refused;
        true
    }

    /// A client's incoming voice, if it is tracked.
    pub(super) fn voice(&self, id: ClientId) -> Option<VoiceRow> {
        self.voice_reports.voice(id)
    }

    /// The percentage of a client's frames that do not arrive, if it is tracked and speaks.
    pub(super) fn lost_percent(&self, id: ClientId) -> Option<f32> {
        self.voice_reports.lost_percent(id)
    }
}

#[cfg(test)]
mod tests;
