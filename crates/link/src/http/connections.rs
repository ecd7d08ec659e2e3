//! Connections, with their timeouts and their maximum lifetime.

use std::future::ready;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse as _;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::debug;

use crate::http::caller::Caller;
use crate::http::connection_limits::ConnectionLimits;
use crate::http::counters::HttpCounters;
use crate::http::problem_details::ProblemDetails;
use crate::http::seats::{Seat, Seats};
use crate::http::stopped::Stopped;
use crate::http::tls::Tls;

/// Settings and state that all connections of a listener share.
#[derive(Clone)]
pub(crate) struct Rules {
    pub(crate) app: Router,
    pub(crate) limits: ConnectionLimits,
    pub(crate) tls: Option<Tls>,
    pub(crate) counters: HttpCounters,
    pub(crate) stopped: Stopped,
}

/// Accepts and serves connections until the listener is stopped, then waits for pending answers and conversations to
/// end, one second at most.
pub(crate) async fn serve(listener: TcpListener, seats: Arc<Seats>, rules: Rules) {
    let mut connections = JoinSet::new();
    let stopped = rules.stopped.clone();
    loop {
        let (stream, remote, seat) = tokio::select! {
            () = stopped.wait() => break,
            accepted = seats.accept(&listener) => accepted,
            // Reap finished connections to free their memory.
            Some(_) = connections.join_next() => continue,
        };
        connections.spawn(converse(stream, remote, seat, rules.clone()));
    }
    let _ = timeout(CLOSE_TIMEOUT, seats.wait_for_all()).await;
}

/// The timeout for pending answers while the listener stops.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

async fn converse(stream: TcpStream, remote: SocketAddr, seat: Seat, rules: Rules) {
    // Responses are small, and clients wait for them. If the system rejects these options, responses are only slower.
    let _ = stream.set_nodelay(true);
    if let Some(bytes) = rules.limits.send_buffer_bytes {
        let _ = SockRef::from(&stream).set_send_buffer_size(bytes);
    }
    let caller = Caller { remote, is_encrypted: rules.tls.is_some(), _seat: Arc::new(seat) };
    let Some(tls) = &rules.tls else { return talk(TokioIo::new(stream), caller, &rules).await };
    match timeout(rules.limits.head_timeout, tls.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => talk(TokioIo::new(stream), caller, &rules).await,
        failed => {
            rules.counters.count_failed_tls();
            debug!(error = ?failed.map(Result::err), "TLS handshake failed");
        }
    }
}

async fn talk(stream: impl Read + Write + Unpin + Send + 'static, caller: Caller, rules: &Rules) {
    let Rules { app, limits, counters, stopped, .. } = rules;
    let app = TowerToHyperService::new(app.clone());
    let app = ForCaller { app, caller, counters: counters.clone() };
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head_timeout).max_buf_size(HEAD_BYTES_MAX);
    let connection = builder.serve_connection(stream, app).with_upgrades();
    tokio::pin!(connection);
    let talk = async {
        tokio::select! {
            ended = connection.as_mut() => return ended,
            () = stopped.wait() => connection.as_mut().graceful_shutdown(),
        }
        connection.await
    };
    // This also bounds clients that read their response one byte at a time.
    match timeout(limits.connection_lifetime, talk).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            if error.is_parse() {
                counters.count_unreadable();
            } else if error.is_timeout() {
                counters.count_timed_out();
            }
            debug!(%error, "a connection failed");
        }
        Err(_) => {
            counters.count_timed_out();
            debug!("a connection has lived long enough");
        }
    }
}

/// Maximum bytes of a request's head; browsers send one or two thousand. It is the minimum that the parser accepts.
const HEAD_BYTES_MAX: usize = 8 * 1024;

/// The routes, which get each request's peer and counters, and whose responses are counted.
#[derive(Clone)]
struct ForCaller {
    app: TowerToHyperService<Router>,
    caller: Caller,
    counters: HttpCounters,
}

impl Service<Request<Incoming>> for ForCaller {
    type Response = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        if let Some(refusal) = ambiguous(request.headers()) {
            let response = refusal.into_response();
            self.counters.count_answer(response.status());
            return Box::pin(ready(Ok(response)));
        }
        request.extensions_mut().insert(self.caller.clone());
        request.extensions_mut().insert(self.counters.clone());
        let (answer, counters) = (self.app.call(request), self.counters.clone());
        Box::pin(async move {
            let response = answer.await?;
            counters.count_answer(response.status());
            Ok(response)
        })
    }
}

/// The answer to a request with two `Host` headers (RFC 9112, section 3.2) or two origins: a proxy in front might have
/// checked the other one.
fn ambiguous(headers: &HeaderMap) -> Option<ProblemDetails> {
    let doubled =
        [header::HOST, header::ORIGIN].into_iter().find(|name| headers.get_all(name).iter().nth(1).is_some());
    doubled.map(|name| {
        ProblemDetails::new(StatusCode::BAD_REQUEST, format!("expected one {name} header, not several"))
    })
}
