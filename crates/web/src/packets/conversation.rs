//! `GET /api/voice/{session}/packets`: one page's `WebSocket`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use consonance_link::http::{HttpCounters, ProblemDetails, Upgrade};
use consonance_link::voice_websocket::{MESSAGE_BYTES_MAX, SUBPROTOCOL, close_code, is_question};
use consonance_link::{Delivery, EndCode, EndReason};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};

use super::PacketEntrance;
use super::link::{CloseMessage, Link, Next};
use super::pump::Seat;
use crate::app::App;
use crate::joining::is_session_name;
use crate::signalling::JoinProblem;
use crate::visitor::Visitor;
use crate::web_socket::{self, WebSocket};

pub(crate) async fn packets(
    State(app): State<App>,
    session: Result<Path<String>, PathRejection>,
    visitor: Visitor,
    Extension(counters): Extension<HttpCounters>,
    upgrade: Result<Upgrade, ProblemDetails>,
) -> Result<Response, ProblemDetails> {
    let entrance = app.packets().cloned();
    let entrance =
        entrance.ok_or_else(|| ProblemDetails::not_found("voice over WebSockets is switched off here"))?;
    app.count_join(visitor.address)?;
    let session = session.ok().map(|Path(session)| session).filter(|session| is_session_name(session));
    let session = session.ok_or(JoinProblem::NoSuchSession)?;
    let upgrade = upgrade?;
    if !upgrade.asks_for(SUBPROTOCOL) {
        let what = "ask for the subprotocol consonance.v1";
        return Err(ProblemDetails::new(StatusCode::BAD_REQUEST, what).with_code("no-subprotocol"));
    }
    let config = WebSocketConfig::default().max_message_size(Some(READ_BYTES_MAX));
    let config = config.max_frame_size(Some(READ_BYTES_MAX)).write_buffer_size(0);
    let talk = async move |socket| {
        hold(socket, &entrance, &session, &visitor, &app, &counters).await;
        // The visitor holds its place until here.
        drop(visitor);
    };
    Ok(web_socket::accept(upgrade, Some(SUBPROTOCOL), config, talk))
}

/// The longest message that is read to its end, so that its sender can be told that it is too long; one that is longer
/// still is cut off.
const READ_BYTES_MAX: usize = 4 * MESSAGE_BYTES_MAX;
/// How long what was sent before a close message may take.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How long the answer to a close message may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// The maximum number of pings that a page may leave unanswered.
const SILENCES_MAX: u32 = 3;

type Writer = SplitSink<WebSocket, Message>;

/// How a page's side of a conversation ends.
enum End {
    /// It has closed with these words, or hung up.
    Left(String),
    /// The server ends.
    Closing,
    /// It answers no more.
    Lost,
    /// Its system has closed the connection without a word, or it has broken the rules of all `WebSocket`s.
    BrokenOff,
    /// It has broken the protocol: a close code, and words.
    Broken(u16, &'static str),
}

async fn hold(
    socket: WebSocket,
    entrance: &PacketEntrance,
    session: &str,
    visitor: &Visitor,
    app: &App,
    counters: &HttpCounters,
) {
    let (mut writer, mut reader) = socket.split();
    let remote = SocketAddr::new(visitor.address, visitor.port()).into();
    let Some(seat) = entrance.enter(session, remote) else {
        return send_close(&mut writer, close_code::REFUSED, &line(EndCode::ServerFull)).await;
    };
    let link = Arc::clone(&seat.link);
    let ended = tokio::select! {
        ended = read(&mut reader, &seat, app.limits().ping_interval) => Some(ended),
        () = write(&mut writer, &link) => None,
        () = late(&link) => None,
        () = app.stopped().wait() => Some(End::Closing),
    };
    if matches!(ended, Some(End::Broken(..) | End::BrokenOff | End::Lost)) {
        counters.count_broken_off();
    }
    match ended {
        Some(End::Left(words)) => {
            seat.leave(&words);
            // The reply to its close message is already on its way.
            let _ = timeout(CLOSE_TIMEOUT, writer.close()).await;
        }
        Some(End::Closing) => send_close(&mut writer, close_code::ENDED, &line(EndCode::ShuttingDown)).await,
        Some(End::Broken(code, words)) => {
            drop(seat);
            send_close(&mut writer, code, words).await;
            listen_to_the_end(&mut reader).await;
        }
        Some(End::BrokenOff) => seat.leave(""),
        Some(End::Lost) => {}
        None => listen_to_the_end(&mut reader).await,
    }
}

/// A reason without fields, as it travels.
fn line(code: EndCode) -> String {
    EndReason::from(code).encode()
}

/// A page receives a close message best while its own data is still read: a system that drops unread data resets the
/// connection.
async fn listen_to_the_end(reader: &mut SplitStream<WebSocket>) {
    let _ = timeout(CLOSE_TIMEOUT, async { while let Some(Ok(_)) = reader.next().await {} }).await;
}

/// Until a close message is long overdue: a page that does not read is not waited for.
async fn late(link: &Link) {
    link.ended().await;
    sleep(LAST_WORDS).await;
}

async fn write(writer: &mut Writer, link: &Link) {
    loop {
        let message = match link.next().await {
            Next::Message(message) => Message::Binary(message),
            Next::Ping => Message::Ping(Bytes::new()),
            Next::Close(CloseMessage { code, words }) => return send_close(writer, code, &words).await,
        };
        if writer.send(message).await.is_err() {
            // The reader reports how it ended.
            return std::future::pending().await;
        }
    }
}

async fn send_close(writer: &mut Writer, code: u16, words: &str) {
    let reason = words.chars().scan(0, |bytes, char| {
        *bytes += char.len_utf8();
        (*bytes <= REASON_BYTES_MAX).then_some(char)
    });
    let frame = CloseFrame { code: code.into(), reason: reason.collect::<String>().into() };
    let _ = timeout(CLOSE_TIMEOUT, writer.send(Message::Close(Some(frame)))).await;
}

/// The space for the reason in a close frame, beside its code (RFC 6455, section 5.5).
const REASON_BYTES_MAX: usize = 123;

/// Reads until the page has left; pings it while it is silent.
async fn read(reader: &mut SplitStream<WebSocket>, seat: &Seat, ping_interval: Duration) -> End {
    let mut silences = 0;
    loop {
        let Ok(came) = timeout(ping_interval, reader.next()).await else {
            silences += 1;
            if silences > SILENCES_MAX {
                return End::Lost;
            }
            seat.link.ask();
            continue;
        };
        silences = 0;
        seat.link.heard(Instant::now());
        match came {
            Some(Ok(Message::Binary(message))) => {
                if let Some(end) = take(&message, seat) {
                    return end;
                }
            }
            Some(Ok(Message::Text(_))) => return broken("a text, where only packets are understood"),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Ok(Message::Close(frame))) => {
                return End::Left(frame.map(|frame| frame.reason.to_string()).unwrap_or_default());
            }
            Some(Err(_)) | None => return End::BrokenOff,
        }
    }
}

/// Hands a packet on.
fn take(message: &Bytes, seat: &Seat) -> Option<End> {
    if is_question(message) {
        return seat.answer(message).err().map(|_| broken("more questions than answers that are taken"));
    }
    if message.len() > MESSAGE_BYTES_MAX {
        return Some(End::Broken(close_code::TOO_LONG, "a message that is too long"));
    }
    let delivery = match message.first() {
        Some(0) => Delivery::Reliable,
        Some(1) => Delivery::Unreliable,
        _ => return Some(broken("a message that does not say how its packet travels")),
    };
    seat.receive(delivery, &message[1..]);
    None
}

fn broken(words: &'static str) -> End {
    End::Broken(close_code::PROTOCOL_ERROR, words)
}
