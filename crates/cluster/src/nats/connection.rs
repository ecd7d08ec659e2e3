//! The client's connection: how it is made, and its changes.

use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, Event};
use consonance_settings::secrets::ServiceAddress;
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::nats::error::NatsError;
use crate::nats::settings::NatsSettings;
use crate::nats::subjects::Subjects;
use crate::placement::NodeId;

/// A server that answers nothing for twice as long is gone.
const PING: Duration = Duration::from_secs(1);
/// A server that cannot be reached is tried again as often; other ones are tried in between.
const RECONNECT: Duration = Duration::from_millis(200);
/// How long connecting may take: four round trips, and one packet that is sent again. Behind a partition, each server
/// is tried for as long before one that can be reached.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// So many bundles wait for the connection; more are dropped.
const QUEUE: usize = 256;
/// The maximum number of messages that wait for the node; the client drops and counts further ones.
const WAITING: usize = 8192;
/// The maximum number of events of the connection that wait; a full queue does not block the client.
const EVENTS: usize = 64;

/// A client's connection, as of the last check.
pub(crate) struct ConnectionWatch {
    client: Client,
    events: Receiver<Event>,
    is_connected: bool,
    /// How often the client had connected.
    connects: u64,
}

/// A change of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectionChange {
    /// The previous connection is gone.
    pub(crate) was_lost: bool,
    /// There is a connection.
    pub(crate) is_connected: bool,
}

impl ConnectionWatch {
    /// Starts a node's client that connects as soon as a server can be reached. `note_dropped` is called for each
    /// message that the client drops because earlier ones were not taken in time.
    ///
    /// # Errors
    /// [`NatsError`] if what the settings name cannot be read.
    pub(crate) async fn start(
        settings: &NatsSettings,
        own: NodeId,
        purpose: &str,
        note_dropped: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, NatsError> {
        let (tell, events) = mpsc::channel(EVENTS);
        let client = connect(settings, own, purpose, tell, note_dropped).await?;
        Ok(Self { client, events, is_connected: false, connects: 0 })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The next event. It only says when to look: the client drops those that are not taken at once.
    pub(crate) async fn next_event(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// The change since the last call, if any. The loss of a connection and a new one in between are a change, too.
    pub(crate) fn look(&mut self) -> Option<ConnectionChange> {
        let is_connected = self.client.connection_state() == State::Connected;
        let connects = self.client.statistics().connects.load(Ordering::Relaxed);
        if (is_connected, connects) == (self.is_connected, self.connects) {
            return None;
        }
        let was_lost = self.is_connected;
        (self.is_connected, self.connects) = (is_connected, connects);
        Some(ConnectionChange { was_lost, is_connected })
    }
}

async fn connect(
    settings: &NatsSettings,
    own: NodeId,
    purpose: &str,
    events: Sender<Event>,
    note_dropped: impl Fn() + Send + Sync + 'static,
) -> Result<Client, NatsError> {
    let mut options = ConnectOptions::new()
        .name(format!("consonance {own}{purpose}"))
        .custom_inbox_prefix(format!("{}.{own}", Subjects::new(&settings.cluster, None).inbox()))
        // The first line of a server is in the clear, and anyone on the path can change it: TLS does not depend on it,
        // and servers of which it tells are not used.
        .require_tls(settings.require_tls())
        .ignore_discovered_servers()
        .retry_on_initial_connect()
        .ping_interval(PING)
        .connection_timeout(PATIENCE)
        .reconnect_delay_callback(|attempt| if attempt <= 1 { Duration::ZERO } else { RECONNECT })
        .client_capacity(QUEUE)
        .subscription_capacity(WAITING)
        .event_callback(move |event| {
            let is_slow = matches!(event, Event::SlowConsumer(_));
            if is_slow {
                note_dropped();
            }
            let events = (!is_slow).then(|| events.clone());
            async move {
                if let Some(events) = events {
                    let _ = events.send(event).await;
                }
            }
        });
    if let Some((user, password)) = &settings.user {
        options = options.user_and_password(user.clone(), password.reveal().to_owned());
    }
    if let Some(path) = &settings.credentials {
        let read = options.credentials_file(path).await;
        options = read.map_err(|cause| NatsError::File { path: path.clone(), cause })?;
    }
    if let Some(path) = &settings.ca {
        options = options.add_root_certificates(path.clone());
    }
    if let Some((certificate, key)) = &settings.certificate {
        options = options.add_client_certificate(certificate.clone(), key.clone());
    }
    let servers: Vec<&str> = settings.servers.iter().map(ServiceAddress::reveal).collect();
    let client = options.connect(servers).await;
    client.map_err(|cause| NatsError::Client { cause: cause.to_string() })
}
