//! The `WebSocket`s of pages, whose frames are counted before a library reads them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use consonance_link::gateway::websocket::FrameBudget;
use consonance_link::http::{ProblemDetails, Upgrade, UpgradedStream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// One page's end: a stream and a sink of messages.
pub(crate) type WebSocket = WebSocketStream<CountedStream>;

/// Takes a page's request, for messages of at most this many bytes in either direction.
pub(crate) fn accept<T: Future<Output = ()> + Send + 'static>(
    upgrade: Upgrade,
    protocol: Option<&'static str>,
    config: WebSocketConfig,
    talk: impl FnOnce(WebSocket) -> T + Send + 'static,
) -> Response {
    // It is base64.
    let Ok(accept) = HeaderValue::from_str(&derive_accept_key(upgrade.key())) else {
        return ProblemDetails::new(StatusCode::BAD_REQUEST, "the key of a WebSocket is base64")
            .into_response();
    };
    upgrade.accept(accept, protocol, async move |stream| {
        let stream = CountedStream { stream, budget: FrameBudget::new(Instant::now()) };
        talk(WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await).await;
    })
}

/// A stream that breaks where it has more pieces of messages and pings than any page sends.
#[derive(Debug)]
pub(crate) struct CountedStream {
    stream: UpgradedStream,
    budget: FrameBudget,
}

impl AsyncRead for CountedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let noted = self.budget.note(Instant::now(), &buffer.filled()[before..]);
        Poll::Ready(noted.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error)))
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
