//! A running node: a thread between NATS and the workers.

use std::fmt;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use async_nats::{Client, Event, Message, Subscriber};
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::{sleep_until, timeout};
use tracing::{debug, info, warn};

use crate::nats::bucket::{Bucket, Told};
use crate::nats::client_thread::ClientThread;
use crate::nats::connection::{ConnectionChange, ConnectionWatch};
use crate::nats::counters::{Counter, NatsCounters};
use crate::nats::error::NatsError;
use crate::nats::server_version;
use crate::nats::settings::NatsSettings;
use crate::nats::subjects::Subjects;
use crate::placement::NodeId;
use crate::{ClusterNode, ClusterStatus, NodeEvent, NodeQueries, Publication};

/// A running node of a cluster. Dropping it stops it and tells the other nodes; a crashed node is detected by its
/// silence.
pub struct NatsNode {
    counters: NatsCounters,
    queries: NodeQueries,
    _thread: ClientThread,
}

/// The maximum number of the bucket's updates that wait; reading continues once there is room.
const TOLD: usize = 1024;
/// How long the last words of a node may take.
const GOODBYE: Duration = Duration::from_millis(500);
/// The time after which nothing is held back for batching.
const GATHERED: Duration = Duration::from_millis(10);
/// How old what the node itself has counted may be.
const COUNTED: Duration = Duration::from_millis(250);

impl NatsNode {
    /// Runs a node on a thread of its own, and reports events. A server that cannot be reached yet is not an error:
    /// the node keeps trying.
    ///
    /// # Errors
    /// [`NatsError`] if the settings make no sense, or what they name cannot be read.
    pub fn start(
        settings: NatsSettings,
        own: NodeId,
        node: ClusterNode,
        mut tell: impl FnMut(NodeEvent) + Send + 'static,
    ) -> Result<Self, NatsError> {
        settings.check()?;
        let (counters, queries) = (NatsCounters::default(), node.queries());
        let counted = counters.clone();
        let thread = ClientThread::start(
            "cluster",
            async move || Driver::new(&settings, own, node, counted).await,
            async move |driver: Driver, stopped| driver.run(stopped, &mut tell).await,
        )?;
        Ok(Self { counters, queries, _thread: thread })
    }

    /// Its status.
    pub fn status(&self) -> ClusterStatus {
        self.counters.read()
    }

    /// Its counters, which can be read at any time, even after it has stopped.
    pub fn counters(&self) -> NatsCounters {
        self.counters.clone()
    }

    /// Queries of this node's view of the cluster, and questions to other nodes.
    pub fn queries(&self) -> NodeQueries {
        self.queries.clone()
    }
}

impl fmt::Debug for NatsNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsNode").field("status", &self.status()).finish_non_exhaustive()
    }
}

struct Driver {
    node: ClusterNode,
    client: Client,
    subjects: Subjects,
    bucket: Bucket,
    counters: NatsCounters,
    /// The time at which the node's own counters are copied next.
    count_at: Instant,
    /// So many messages that came too fast are in the log.
    slow_told: u64,
    incoming: Incoming,
    connection: ConnectionWatch,
    told: (Sender<Told>, Receiver<Told>),
    /// What follows the store, and what asks whether it is there.
    watches: [Option<AbortHandle>; 2],
    /// A line of the log has said that no server can be reached.
    is_outage_told: bool,
    woken: Arc<WokenFlag>,
}

struct Incoming {
    beats: Subscriber,
    owners: Subscriber,
    bundles: Subscriber,
    queries: Subscriber,
}

impl Driver {
    async fn new(
        settings: &NatsSettings,
        own: NodeId,
        mut node: ClusterNode,
        counters: NatsCounters,
    ) -> Result<Self, NatsError> {
        let counted = counters.clone();
        let note_dropped = move || counted.add(Counter::Slow);
        let connection = ConnectionWatch::start(settings, own, "", note_dropped).await?;
        let client = connection.client().clone();
        let subjects = Subjects::new(&settings.cluster, settings.region.as_deref());
        let failed = |cause: async_nats::SubscribeError| NatsError::Client { cause: cause.to_string() };
        let incoming = Incoming {
            beats: client.subscribe(subjects.beats.clone()).await.map_err(failed)?,
            owners: client.subscribe(subjects.owners.clone()).await.map_err(failed)?,
            bundles: client.subscribe(subjects.node(own)).await.map_err(failed)?,
            queries: client.subscribe(subjects.ask(own)).await.map_err(failed)?,
        };
        let bucket = Bucket::new(client.clone(), &subjects.bucket, subjects.keys.clone(), settings.replicas);
        let woken = Arc::<WokenFlag>::default();
        node.set_waker(&Waker::from(Arc::clone(&woken)));
        // There is no connection yet.
        let now = Instant::now();
        node.handle_bus(now, false);
        let told = mpsc::channel(TOLD);
        Ok(Self {
            node,
            client,
            subjects,
            bucket,
            counters,
            count_at: now,
            slow_told: 0,
            incoming,
            connection,
            told,
            watches: [None, None],
            is_outage_told: false,
            woken,
        })
    }

    async fn run(mut self, stopped: &Notify, tell: &mut (impl FnMut(NodeEvent) + Send)) {
        loop {
            let now = Instant::now();
            self.node.handle_timeout(now);
            self.publish(now);
            self.ask();
            self.count(now);
            while let Some(event) = self.node.poll_event() {
                tell(event);
            }
            let wake_at = self.node.poll_timeout(now);
            tokio::select! {
                biased;
                () = stopped.notified() => return self.say_goodbye().await,
                Some(event) = self.connection.next_event() => self.follow_connection(&event),
                Some(message) = self.incoming.beats.next() => self.handle(&message, ClusterNode::handle_beat),
                Some(message) = self.incoming.bundles.next() => self.handle(&message, ClusterNode::handle_bundle),
                Some(message) = self.incoming.owners.next() => {
                    self.handle(&message, ClusterNode::handle_announcement);
                }
                Some(message) = self.incoming.queries.next() => self.handle(&message, ClusterNode::handle_query_message),
                Some(told) = self.told.1.recv() => self.hear(told),
                () = self.woken.0.notified() => {}
                () = sleep_until(wake_at.into()) => {}
            }
        }
    }

    /// Sends what workers said last, and that nothing follows.
    async fn say_goodbye(mut self) {
        let now = Instant::now();
        self.node.handle_timeout(now);
        self.publish(now + GATHERED);
        let last = self.node.leave();
        let _ = self.client.publish(self.subjects.beats.clone(), last.into()).now_or_never();
        let _ = timeout(GOODBYE, self.client.flush()).await;
    }

    fn handle<E: fmt::Display>(
        &mut self,
        message: &Message,
        handle: fn(&mut ClusterNode, Instant, &[u8]) -> Result<(), E>,
    ) {
        if let Err(error) = handle(&mut self.node, Instant::now(), &message.payload) {
            self.counters.add(Counter::Malformed);
            debug!(subject = %message.subject, %error, "malformed message of a node");
        }
    }

    fn hear(&mut self, told: Told) {
        let (now, node) = (Instant::now(), &mut self.node);
        match told {
            Told::Answer(number, answer) => node.handle_answer(now, number, answer),
            Told::Record(name, record, revision) => node.handle_record(now, &name, record, revision),
            Told::NewStore => node.handle_new_store(),
            Told::NoRecord(name, revision) => node.handle_no_record(now, &name, revision),
        }
    }

    fn publish(&mut self, now: Instant) {
        let is_connected = self.is_connected();
        while let Some(publication) = self.node.poll_publish(now) {
            let (subject, bytes, receiver) = match publication {
                Publication::Beat(bytes) => (self.subjects.beats.clone(), bytes, None),
                Publication::Announcement(bytes) => (self.subjects.owners.clone(), bytes, None),
                Publication::Bundle(node, bytes) => (self.subjects.node(node), bytes, Some(node)),
                Publication::Query(node, bytes) => (self.subjects.ask(node), bytes, None),
            };
            // A message that waited for the connection would be stale by then.
            let is_sent = is_connected
                && self
                    .client
                    .publish(subject, bytes.to_vec().into())
                    .now_or_never()
                    .is_some_and(|sent| sent.is_ok());
            self.counters.add(if is_sent { Counter::Published } else { Counter::Dropped });
            if let Some(receiver) = receiver.filter(|_| !is_sent) {
                self.node.note_unpublished(now, receiver);
            }
        }
    }

    fn count(&mut self, now: Instant) {
        if self.count_at <= now {
            self.count_at = now + COUNTED;
            self.counters.set_node(self.node.statistics());
            self.look_at_connection();
            let slow = self.counters.read().slow;
            if slow > self.slow_told {
                let messages = slow - std::mem::replace(&mut self.slow_told, slow);
                warn!(messages, "messages of other nodes were dropped: this node cannot keep up");
            }
        }
    }

    fn is_connected(&self) -> bool {
        self.counters.is_connected()
    }

    fn ask(&mut self) {
        while let Some(request) = self.node.poll_request() {
            spawn_local(self.bucket.clone().ask(request, self.told.0.clone()));
        }
    }

    fn follow_connection(&mut self, event: &Event) {
        match event {
            Event::Connected | Event::Disconnected | Event::Closed => self.look_at_connection(),
            Event::ServerError(error) => warn!(%error, "NATS server"),
            Event::ClientError(error) if !self.is_outage_told && !self.is_connected() => {
                self.is_outage_told = true;
                warn!(%error, "NATS unreachable, retrying");
            }
            Event::ClientError(error) => debug!(%error, "NATS client"),
            event => info!(%event, "NATS"),
        }
    }

    fn look_at_connection(&mut self) {
        let Some(ConnectionChange { was_lost, is_connected }) = self.connection.look() else { return };
        self.counters.set_connected(is_connected);
        if !is_connected {
            self.counters.set_store_answers(false);
            self.watch([None, None]);
        }
        if was_lost {
            warn!("lost connection to NATS: players of other nodes cannot be heard");
            self.counters.add(Counter::Disconnects);
            self.node.handle_bus(Instant::now(), false);
        }
        if is_connected {
            self.begin_connected();
        }
    }

    fn begin_connected(&mut self) {
        info!("connected to NATS");
        self.is_outage_told = false;
        self.warn_of_old_server();
        self.node.handle_bus(Instant::now(), true);
        // An earlier watch may have missed updates.
        let watch = spawn_local(self.bucket.clone().watch(self.told.0.clone()));
        let probe = spawn_local(self.bucket.clone().probe(self.counters.clone()));
        self.watch([Some(watch.abort_handle()), Some(probe.abort_handle())]);
    }

    fn watch(&mut self, watches: [Option<AbortHandle>; 2]) {
        for before in std::mem::replace(&mut self.watches, watches).into_iter().flatten() {
            before.abort();
        }
    }

    fn warn_of_old_server(&self) {
        let found = self.client.server_info().version;
        if server_version::is_too_old(&found) {
            let needed = server_version::NEEDED;
            warn!(%found, needed, "this NATS server is too old: sessions and bans need a later version");
        }
    }
}

/// Wakes the loop from any thread.
#[derive(Debug, Default)]
pub(crate) struct WokenFlag(pub(crate) Notify);

impl Wake for WokenFlag {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}
