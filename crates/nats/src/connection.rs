//! The client's connection: how it is made, and what it tells.

use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event};
use tokio::sync::mpsc::Sender;

use crate::counters::{Counter, NatsCounters};
use crate::error::NatsError;
use crate::settings::NatsSettings;

/// A server that answers nothing for twice as long is gone.
const PING: Duration = Duration::from_secs(1);
/// A server that cannot be reached is tried again as often; other ones are tried in between.
const RECONNECT: Duration = Duration::from_millis(200);
/// How long connecting may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// So many bundles wait for the connection; more are dropped.
const QUEUE: usize = 256;
/// So many messages wait to be taken by the node; more are dropped by the client, and counted.
const WAITING: usize = 8192;

/// A client that connects as soon as a server can be reached, and says so.
pub(crate) async fn connect(
    settings: &NatsSettings,
    name: &str,
    events: Sender<Event>,
    counters: NatsCounters,
) -> Result<Client, NatsError> {
    let mut options = ConnectOptions::new()
        .name(name)
        .retry_on_initial_connect()
        .ping_interval(PING)
        .connection_timeout(PATIENCE)
        .reconnect_delay_callback(|attempt| if attempt <= 1 { Duration::ZERO } else { RECONNECT })
        .client_capacity(QUEUE)
        .subscription_capacity(WAITING)
        .event_callback(move |event| {
            let is_slow = matches!(event, Event::SlowConsumer(_));
            if is_slow {
                counters.add(Counter::Slow);
            }
            let events = (!is_slow).then(|| events.clone());
            async move {
                if let Some(events) = events {
                    let _ = events.send(event).await;
                }
            }
        });
    if let Some((user, password)) = &settings.user {
        options = options.user_and_password(user.clone(), password.clone());
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
    let client = options.connect(settings.servers.clone()).await;
    client.map_err(|cause| NatsError::Client { cause: cause.to_string() })
}
