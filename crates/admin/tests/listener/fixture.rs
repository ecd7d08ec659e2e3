//! A running server with a listener for operators, and players in a network in memory.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance_admin::metrics::ExportCounters;
use consonance_admin::{AdminListener, AdminSettings, AnswerThread, Operator};
use consonance_cluster::{ClusterStatus, NodeInfo, NodeQueries};
use consonance_link::memory::{MemoryClient, MemoryNetwork};
use consonance_server::moderation::Moderation;
use consonance_server::recording::SessionRecorder;
use consonance_server::records::{Records, RecordsSettings};
use consonance_server::reports::Reports;
use consonance_server::spans::Tracer;
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings, Webhooks, Workers};
use consonance_session::{ChannelProperties, Client, ClientSettings, Target};
use consonance_testing::node_bus::NodeBus;
use consonance_testing::player::TestPlayer;

use crate::ask::settings;

/// The timeout for every operation. Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) struct Fixture {
    /// Dropped first, so that no query goes to a server that is gone.
    pub(crate) listener: AdminListener,
    pub(crate) server: DedicatedServer,
    pub(crate) moderation: Moderation,
    pub(crate) operator: Operator,
    /// For a node of a cluster only.
    pub(crate) answers: Option<AnswerThread>,
    network: MemoryNetwork,
}

impl Fixture {
    /// With the sessions "main" and "a/b ü", which is hard to write in an address.
    pub(crate) fn new(settings: AdminSettings) -> Self {
        Self::with(settings, |_| {}, |moderation| moderation)
    }

    /// The same, where operators see these numbers of a cluster.
    pub(crate) fn with_cluster(read: impl Fn() -> ClusterStatus + Send + Sync + 'static) -> Self {
        let mut fixture = Self::new(settings());
        fixture.operator = fixture.operator.with_cluster(read);
        fixture.listener = AdminListener::start(settings(), fixture.operator.clone()).unwrap();
        fixture
    }

    /// The same with reports, which keep voice of this duration.
    pub(crate) fn with_reports(reports: Reports, last: Duration) -> Self {
        let keep = move |sessions: &mut SessionsSettings| sessions.report_buffer.last = last;
        Self::with(settings(), keep, |moderation| moderation.with_reports(reports))
    }

    /// The same, which records requests as spans.
    pub(crate) fn with_tracer(settings: AdminSettings, tracer: &Tracer) -> Self {
        let record = |sessions: &mut SessionsSettings| sessions.tracer = tracer.clone();
        Self::with(settings, record, |moderation| moderation)
    }

    /// The same with this recorder for operators' recordings.
    pub(crate) fn with_recorder(recorder: &SessionRecorder) -> Self {
        Self::new(settings()).recorded(recorder)
    }

    /// The same, which also notifies these webhooks.
    pub(crate) fn with_webhooks(webhooks: &Webhooks, recorder: &SessionRecorder) -> Self {
        let tell = |sessions: &mut SessionsSettings| sessions.webhooks = webhooks.clone();
        Self::with(settings(), tell, |moderation| moderation).recorded(recorder)
    }

    fn recorded(self, recorder: &SessionRecorder) -> Self {
        self.server.handle().record_with(Some(recorder)).unwrap();
        self.moderation.set_recordings(Some(recorder.recordings()));
        self
    }

    fn with(
        settings: AdminSettings,
        change: impl FnOnce(&mut SessionsSettings),
        complete: impl FnOnce(Moderation) -> Moderation,
    ) -> Self {
        let mut sessions = SessionsSettings::new(["main", "a/b ü"]).unwrap();
        change(&mut sessions);
        let records = Records::in_memory(RecordsSettings::default()).with_webhooks(sessions.webhooks.clone());
        sessions.records = records.clone();
        let network = MemoryNetwork::new();
        let mut session_loop = SessionLoop::new(&sessions);
        session_loop.add_network(Box::new(network.listen()));
        let server = DedicatedServer::start(session_loop);
        let moderation = complete(Moderation::new(server.handle(), records));
        let operator =
            Operator::new(server.handle(), moderation.clone()).with_webhooks(sessions.webhooks.clone());
        let operator = operator.with_export(sessions.tracer.clone(), ExportCounters::default());
        let listener = AdminListener::start(settings, operator.clone()).unwrap();
        Self { listener, server, moderation, operator, answers: None, network }
    }

    /// A node of a cluster with the sessions "main" and "arena", and its queries to itself and other nodes.
    pub(crate) fn node(bus: &NodeBus, name: &str) -> (Self, NodeQueries) {
        let sessions = SessionsSettings::new(["main", "arena"]).unwrap();
        let info = NodeInfo { name: name.into(), ..NodeInfo::default() };
        let (mut workers, id, cluster) = Workers::of_node(&sessions, NonZeroUsize::MIN, info);
        let (network, queries) = (MemoryNetwork::new(), cluster.queries());
        workers.add_shards([Box::new(network.listen()) as _]);
        let server = DedicatedServer::start(workers);
        let handle = server.handle();
        bus.join(id, cluster, move |event| handle.follow_node(event));
        let moderation = Moderation::new(server.handle(), sessions.records.clone());
        let operator = Operator::new(server.handle(), moderation.clone());
        let operator = operator.with_nodes(queries.clone(), server.inspection());
        let answers = Some(AnswerThread::start(operator.clone()).unwrap());
        let listener = AdminListener::start(settings(), operator.clone()).unwrap();
        (Self { listener, server, moderation, operator, answers, network }, queries)
    }

    /// A player in a session that listens to "lobby", until it is dropped.
    pub(crate) fn player(&self, name: &str, session: &str) -> Player {
        self.player_with(name, session, false, &self.moderation)
    }

    /// The same, but it also speaks there all the time.
    pub(crate) fn talker(&self, name: &str, session: &str) -> Player {
        self.player_with(name, session, true, &self.moderation)
    }

    /// The same in a session of another node.
    pub(crate) fn talker_of(&self, owner: &Fixture, name: &str, session: &str) -> Player {
        self.player_with(name, session, true, &owner.moderation)
    }

    fn player_with(&self, name: &str, session: &str, talks: bool, seen_by: &Moderation) -> Player {
        let transport = self.network.client(session);
        let is_over = Arc::new(AtomicBool::new(false));
        let (over, own) = (Arc::clone(&is_over), name.to_owned());
        let thread = thread::spawn(move || play(&own, transport, talks, &over));
        let is_here = || {
            // The session may not exist before this player joins.
            let players = seen_by.players(session).unwrap_or_default();
            players.iter().any(|player| player.name == name && player.rooms == ["lobby"])
        };
        wait_until(is_here);
        Player { is_over, thread: Some(thread) }
    }
}

/// 20 ms of silence as an Opus encoder makes it.
const SILENT_FRAME: &[u8] = &[0xF8, 0xFF, 0xFE];

pub(crate) struct Player {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Player {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub(crate) fn wait_until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it takes too long");
        thread::sleep(Duration::from_millis(5));
    }
}

fn play(name: &str, transport: MemoryClient, talks: bool, is_over: &AtomicBool) {
    let mut client = Client::new(ClientSettings::new(name));
    client.join_room("lobby").unwrap();
    if talks {
        client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    }
    let mut next_frame = Instant::now();
    let mut player = TestPlayer::new(client, transport, next_frame);
    // A disconnected player does not reconnect.
    while !is_over.load(Ordering::Relaxed) && player.ends.is_empty() {
        let now = Instant::now();
        player.wake(now);
        if talks && now >= next_frame {
            next_frame = now + Duration::from_millis(20);
            // A player that has not joined yet cannot speak.
            let _ = player.client.send_voice(SILENT_FRAME);
        }
        player.run_once(now, |_| {});
        thread::sleep(Duration::from_millis(2));
    }
}
