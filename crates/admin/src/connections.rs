//! Connections: how many at once, how slow, and how long.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

use crate::settings::AdminLimits;

/// Answers until `stop` says true or is dropped, and then lets what was asked be answered, for a second at most.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    limits: AdminLimits,
    mut stop: watch::Receiver<bool>,
) {
    let free = Arc::new(Semaphore::new(limits.connections_max));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accept(&listener, &free) => accepted,
            // What has ended gives its memory back.
            Some(_) = connections.join_next() => continue,
        };
        let (stream, permit) = accepted;
        connections.spawn(converse(stream, permit, app.clone(), limits.clone(), stop.clone()));
    }
    let _ = timeout(GOODBYE, async { while connections.join_next().await.is_some() {} }).await;
}

/// How long answers may take while the listener stops.
const GOODBYE: Duration = Duration::from_secs(1);
/// Without descriptors the operating system refuses at once, again and again.
const AFTER_REFUSAL: Duration = Duration::from_millis(200);

/// Who comes while all places are taken waits in the operating system's queue.
async fn accept(listener: &TcpListener, free: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let permit = Arc::clone(free).acquire_owned().await.expect("nobody closes the semaphore");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, permit),
            Err(error) => {
                warn!(%error, "an admin connection could not be accepted");
                sleep(AFTER_REFUSAL).await;
            }
        }
    }
}

async fn converse(
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
    app: Router,
    limits: AdminLimits,
    mut stop: watch::Receiver<bool>,
) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head_timeout).max_buf_size(HEAD_BYTES_MAX);
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    tokio::pin!(connection);
    let talk = async {
        tokio::select! {
            ended = connection.as_mut() => return ended,
            _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
        }
        connection.await
    };
    // Also who reads its answers one byte at a time comes to an end.
    match timeout(limits.connection_lifetime, talk).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => debug!(%error, "an admin connection failed"),
        Err(_) => debug!("an admin connection has lived long enough"),
    }
}

/// Bytes of a request's head; browsers send one or two thousand. It is the least that the parser takes.
const HEAD_BYTES_MAX: usize = 8 * 1024;
