//! The sessions of one worker, by name: those of the configuration, and those that come and go.

mod beginning;
mod departed;
mod lease;
mod leaving;
mod lost_links;
mod schedule;
mod settings;

use std::collections::{BTreeMap, BTreeSet};

use consonance_cluster::KeptClient;
use consonance_session::{Instant, JoinState, LinkId, PacketLimits, Server, ServerStatistics, SessionId};
use tracing::{Span, error_span, info};

use crate::copies::NodeEdges;
use crate::recording::SessionRecording;
use crate::report_buffer::ReportBuffer;
use crate::reports::Reports;
use crate::shedding::Shedding;
use departed::Departed;
pub(crate) use lease::{Held, SessionLease};
use leaving::Leaving;
pub(crate) use leaving::{Departure, LinkEnd};
use lost_links::LostLinks;
use schedule::Schedule;
pub use settings::{
    ChannelMonitoring, SessionEncryption, SessionHosting, SessionsSettings, SessionsSettingsError,
};

/// One session with its name.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) name: String,
    /// The span of its log lines; never entered for a packet.
    pub(crate) span: Span,
    pub(crate) server: Server,
    pub(crate) recording: SessionRecording,
    pub(crate) report_buffer: ReportBuffer,
    pub(crate) departed: Departed,
    pub(crate) leaving: Leaving,
    /// Workers of other nodes that follow it.
    pub(crate) edges: NodeEdges,
    /// Whether it is this node's to decide about, where there are others.
    pub(crate) lease: Option<SessionLease>,
    /// Links that lead to it.
    pub(crate) links: usize,
    /// Links whose clients may believe that they are in the session, and were asked to join.
    pub(crate) resumed: BTreeSet<LinkId>,
    lost_links: LostLinks,
    /// It was started by a joining player, and ends when it has been empty for a while.
    is_on_demand: bool,
    /// It had a player.
    was_used: bool,
    /// Clients in it when it was looked at last.
    clients: usize,
    /// It is empty, and ends then.
    ends_at: Option<Instant>,
    /// Something may have changed since it was last processed.
    is_touched: bool,
}

/// The identity of a new session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begin {
    pub(crate) id: SessionId,
    /// Of this process: no other session has it, ever.
    pub(crate) serial: u64,
}

/// All sessions of a worker. An index names one as long as it runs, and may name another one later.
#[derive(Debug)]
pub(crate) struct Sessions {
    settings: SessionsSettings,
    /// The worker's.
    span: Span,
    slots: Vec<Option<Session>>,
    by_name: BTreeMap<String, usize>,
    schedule: Schedule,
    /// Sessions to process before the iteration ends.
    touched: Vec<usize>,
    /// Clients in all sessions, as of when each was last processed.
    clients: usize,
    has_observers: bool,
    /// Also of sessions that begin later.
    is_draining: bool,
    shedding: Shedding,
    /// The number of seconds that dropped newcomers are told to wait.
    retry_in_s: u32,
    packets: PacketLimits,
    /// The totals of sessions that have ended.
    ended: ServerStatistics,
}

impl Sessions {
    /// None yet; their lines of the log belong to this span.
    pub(crate) fn new(settings: &SessionsSettings, span: Span) -> Self {
        Self {
            settings: settings.clone(),
            span,
            slots: Vec::new(),
            by_name: BTreeMap::new(),
            schedule: Schedule::default(),
            touched: Vec::new(),
            clients: 0,
            has_observers: false,
            is_draining: false,
            shedding: Shedding::Nothing,
            retry_in_s: 0,
            packets: PacketLimits::default(),
            ended: ServerStatistics::default(),
        }
    }

    /// Whether no newcomers are admitted, now and into sessions that begin later.
    pub(crate) fn set_draining(&mut self, is_draining: bool) {
        self.is_draining = is_draining;
        self.follow_load();
    }

    /// Applies a step of load shedding, to running sessions and to later ones.
    pub(crate) fn shed(&mut self, shedding: Shedding, retry_in_s: u32) {
        (self.shedding, self.retry_in_s) = (shedding, retry_in_s);
        self.follow_load();
    }

    /// The current step of load shedding.
    pub(crate) fn shedding(&self) -> Shedding {
        self.shedding
    }

    fn follow_load(&mut self) {
        let (entrance, voices) = (self.entrance(), self.shedding.voices_per_room());
        for index in self.indices() {
            let server = &mut self.get_mut(index).server;
            server.reconfigure().set_join_state(entrance);
            server.reconfigure().set_voices_per_room(voices);
        }
    }

    fn entrance(&self) -> JoinState {
        match self.shedding {
            _ if self.is_draining => JoinState::Draining,
            Shedding::Nothing => JoinState::Open,
            _ => JoinState::Overloaded { retry_in_s: self.retry_in_s },
        }
    }

    /// The session of this name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Session> {
        self.slots.get(index)?.as_ref()
    }

    /// A session to change: it is looked at again before the iteration ends.
    pub(crate) fn get_mut(&mut self, index: usize) -> &mut Session {
        let session = self.slots[index].as_mut().expect("an index is used only while its session runs");
        if !std::mem::replace(&mut session.is_touched, true) {
            self.touched.push(index);
        }
        session
    }

    /// The next session whose time has come, by this time.
    pub(crate) fn pop_due(&mut self, at: Instant) -> Option<usize> {
        self.schedule.pop_due(at)
    }

    /// The time at which the next session is due.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.schedule.next()
    }

    /// Updates the sessions changed since the last call: their players, and when they are due.
    pub(crate) fn look_at_touched(&mut self, at: Instant) {
        while let Some(index) = self.touched.pop() {
            let Some(session) = &mut self.slots[index] else { continue };
            session.is_touched = false;
            let clients = session.server.clients();
            self.clients = self.clients - session.clients + clients;
            session.clients = clients;
            session.was_used |= clients > 0;
            if session.is_on_demand {
                session.ends_at = match session.is_empty() {
                    false => None,
                    true if !session.was_used => Some(at),
                    true => session.ends_at.or_else(|| Some(at + self.settings.hosting.empty_for)),
                };
            }
            let timer = session.server.poll_timeout().map(|(due, _)| due);
            let held = session.has_held().then_some(at);
            self.schedule.set(index, [timer, session.ends_at, held].into_iter().flatten().min());
        }
    }

    /// Whether a session that is due has been empty for long enough.
    pub(crate) fn is_over(&self, index: usize, at: Instant) -> bool {
        let session = self.slots[index].as_ref();
        session.is_some_and(|session| session.is_empty() && session.ends_at.is_some_and(|end| end <= at))
    }

    /// Lets an empty session stay for as long again.
    pub(crate) fn keep(&mut self, index: usize) {
        let session = self.get_mut(index);
        (session.ends_at, session.was_used) = (None, true);
    }

    /// Forgets a session that is empty; gives it back for last words.
    pub(crate) fn remove(&mut self, index: usize) -> Option<Session> {
        let session = self.remove_silently(index)?;
        session.span.in_scope(|| info!("session ended: empty"));
        Some(session)
    }

    /// Forgets a session that continues elsewhere.
    pub(crate) fn remove_silently(&mut self, index: usize) -> Option<Session> {
        let session = self.slots[index].take()?;
        self.by_name.remove(&session.name);
        self.clients -= session.clients;
        self.ended.add(&session.server.statistics());
        self.schedule.set(index, None);
        Some(session)
    }

    /// The totals of sessions that have ended here.
    pub(crate) fn ended(&self) -> &ServerStatistics {
        &self.ended
    }

    /// Sets the packet sizes that the networks carry, for running sessions and for later ones.
    pub(crate) fn set_packet_limits(&mut self, limits: PacketLimits) {
        self.packets = limits;
        for index in self.indices() {
            self.get_mut(index).server.reconfigure().set_packet_limits(limits);
        }
    }

    /// Follows the targets of speakers while there is an observer, if not always.
    pub(crate) fn monitor_channels(&mut self, has_observers: bool) {
        self.has_observers = has_observers;
        let is_on = has_observers || self.settings.monitoring.always;
        for index in self.indices() {
            self.get_mut(index).server.reconfigure().set_monitor_channels(is_on);
        }
    }

    /// Processes a session again at that time; until then, nothing may be decided about it.
    pub(crate) fn postpone(&mut self, index: usize, at: Instant) {
        self.schedule.set(index, Some(at));
    }

    /// Applies the settings that can change while sessions run; later sessions have them, too.
    pub(crate) fn reconfigure(&mut self, settings: &SessionsSettings) {
        let own = &mut self.settings;
        own.limits.clone_from(&settings.limits);
        own.admission.clone_from(&settings.admission);
        own.access.clone_from(&settings.access);
        own.room_limits.clone_from(&settings.room_limits);
        own.monitoring = settings.monitoring;
        own.hosting = settings.hosting;
        own.report_buffer = settings.report_buffer;
        own.member_reports.clone_from(&settings.member_reports);
        self.monitor_channels(self.has_observers);
        for index in self.indices() {
            let server = &mut self.get_mut(index).server;
            server.set_access_rules(settings.access.clone());
            server.reconfigure().set_name_taken(settings.admission.settings().name_taken);
            server.reconfigure().set_member_reports(settings.member_reports.is_some());
            self.follow_rooms(index);
            self.announce_report_buffer(index);
        }
    }

    /// The store for members' reports, if they are accepted.
    pub(crate) fn member_reports(&self) -> Option<Reports> {
        self.settings.member_reports.clone()
    }

    pub(crate) fn report_buffers(&mut self) -> impl Iterator<Item = &mut ReportBuffer> {
        self.slots.iter_mut().flatten().map(|session| &mut session.report_buffer)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Session> {
        self.slots.iter().flatten()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// How many bits of an IPv6 address are where a player comes from.
    pub(crate) fn ipv6_prefix_bits(&self) -> u8 {
        self.settings.ipv6_prefix_bits
    }

    /// Clients in all sessions, as of the last iteration.
    pub(crate) fn clients(&self) -> usize {
        self.clients
    }

    /// Applies the operators' decisions about the rooms of a session, on top of the configuration.
    pub(crate) fn follow_rooms(&mut self, index: usize) {
        let Some(session) = self.slots.get_mut(index).and_then(Option::as_mut) else { return };
        let own = self.settings.records.rooms(&session.name);
        own.apply(&mut session.server, &self.settings.limits, &self.settings.room_limits);
    }

    /// Of all that run now.
    pub(crate) fn indices(&self) -> Vec<usize> {
        (0..self.slots.len()).filter(|index| self.slots[*index].is_some()).collect()
    }

    fn insert(&mut self, name: &str, server: Server, is_on_demand: bool) -> usize {
        let free = self.slots.iter().position(Option::is_none);
        let index = free.unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.slots[index] = Some(Session {
            name: name.to_owned(),
            span: error_span!(parent: &self.span, "session", session = name),
            server,
            recording: SessionRecording::default(),
            report_buffer: ReportBuffer::default(),
            departed: Departed::default(),
            leaving: Leaving::default(),
            edges: NodeEdges::default(),
            lease: None,
            links: 0,
            resumed: BTreeSet::new(),
            lost_links: LostLinks::default(),
            is_on_demand,
            was_used: false,
            clients: 0,
            ends_at: None,
            is_touched: false,
        });
        self.by_name.insert(name.to_owned(), index);
        self.announce_report_buffer(index);
        index
    }

    /// Tells players how much of their speech is kept.
    fn announce_report_buffer(&mut self, index: usize) {
        let last_s = self.settings.report_buffer.announced_s();
        let server = &mut self.get_mut(index).server;
        let (is_whole, _) = server.tables().announced_recording();
        server.announcements().announce_recording(is_whole, last_s);
    }
}

impl Session {
    /// A link of an edge is about to be gone, and may come back.
    pub(crate) fn note_lost_link(&mut self, link: LinkId) {
        self.lost_links.note(&self.server, link);
    }

    /// A link of an edge has come back: the client that it was.
    pub(crate) fn take_lost_link(&mut self, link: LinkId) -> Option<KeptClient> {
        self.lost_links.take(&self.server, link)
    }

    /// Whether this node may decide about it now.
    #[inline]
    pub(crate) fn may_act(&self, now: std::time::Instant) -> bool {
        self.lease.as_ref().is_none_or(|lease| lease.holds(now))
    }

    /// Whether something waits until this node may decide.
    #[inline]
    pub(crate) fn has_held(&self) -> bool {
        self.lease.as_ref().is_some_and(SessionLease::has_held)
    }

    /// Whether it wants all voice of its clients at other nodes, listeners or not.
    pub(crate) fn wants_all_voice(&self) -> bool {
        self.recording.is_on() || self.server.tables().monitors_channels()
    }

    /// It is empty, without a client on the way into it or a reservation.
    fn is_empty(&self) -> bool {
        self.links == 0 && self.server.clients() == 0
    }
}
