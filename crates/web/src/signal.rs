//! `GET /api/voice/{session}/signal`: a `WebSocket` for messages about an existing connection.

use std::time::{Duration, Instant};

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::Response;
use consonance_link::http::{HttpCounters, ProblemDetails, Upgrade, bad_json};
use futures_util::{SinkExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Message, Utf8Bytes};
use tracing::debug;

use crate::app::App;
use crate::join_rate::Pace;
use crate::joining::KEY_BYTES_MAX;
use crate::signalling::{Attendance, Displaced, JoinProblem};
use crate::visitor::Visitor;
use crate::web_socket::{self, WebSocket};

pub(crate) async fn signal(
    State(app): State<App>,
    visitor: Visitor,
    Extension(counters): Extension<HttpCounters>,
    upgrade: Result<Upgrade, ProblemDetails>,
) -> Result<Response, ProblemDetails> {
    app.count_join(visitor.address)?;
    let bytes_max = app.limits().request_bytes_max;
    let config = WebSocketConfig::default().max_message_size(Some(bytes_max)).max_frame_size(Some(bytes_max));
    let config = config.write_buffer_size(0).max_write_buffer_size(2 * bytes_max);
    let talk = async move |socket| {
        let pace = Pace::new(app.limits().texts_per_minute, app.limits().texts_burst);
        let conversation = Conversation { socket, app, counters, pace, due: None, wrong_texts: 0 };
        conversation.hold().await;
        // The visitor holds its place until here.
        drop(visitor);
    };
    Ok(web_socket::accept(upgrade?, None, config, talk))
}

/// One text of a page. Each has one of these keys; others are ignored.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
struct Said {
    key: Option<String>,
    candidate: Option<String>,
    sdp: Option<String>,
}

/// One text to a page.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum SignalReply {
    Sdp(String),
    Problem(ProblemDetails),
}

struct Conversation {
    socket: WebSocket,
    app: App,
    counters: HttpCounters,
    pace: Pace,
    /// The time at which the next text is due, by the rate limit.
    due: Option<Instant>,
    wrong_texts: u32,
}

/// Why a conversation ends, as the page is told: a code of RFC 6455, section 7.4.1, and words.
type CloseMessage = (CloseCode, &'static str);

/// Texts of a page that make no sense, until it is sent away.
const WRONG_TEXTS_MAX: u32 = 16;
/// The maximum number of pings that a page may leave unanswered.
const SILENCES_MAX: u32 = 3;

impl Conversation {
    async fn hold(mut self) {
        let stopped = self.app.stopped().clone();
        let close = tokio::select! {
            close = self.converse() => {
                if close.is_some() {
                    self.counters.count_broken_off();
                }
                close
            }
            () = stopped.wait() => Some((CloseCode::Away, "the server is closing")),
        };
        if let Some((code, words)) = close {
            let close = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(words) }));
            // A page that does not read the close message is disconnected anyway.
            let _ = timeout(CLOSE_TIMEOUT, self.socket.send(close)).await;
        }
    }

    /// Until the page ends it, has to be sent away, or its player is gone.
    async fn converse(&mut self) -> Option<CloseMessage> {
        let (key, attendance) = match self.begin().await {
            Ok(begun) => begun,
            Err(close) => return close,
        };
        tokio::select! {
            close = self.carry_on(&key) => close,
            displaced = attendance => Some((CloseCode::Policy, match displaced {
                Some(Displaced) => "this player has a newer connection to this endpoint",
                None => "this player has left: join again",
            })),
        }
    }

    /// The player concerned, which must exist, so that no place is held in vain.
    async fn begin(&mut self) -> Result<(String, Attendance), Option<CloseMessage>> {
        let patience = self.app.limits().head_timeout;
        let key = match timeout(patience, self.read()).await {
            Ok(Ok(Said { key: Some(key), .. })) if key.len() <= KEY_BYTES_MAX => key,
            Ok(Ok(_)) => {
                return Err(Some((CloseCode::Policy, "the first message must contain the player's key")));
            }
            Ok(Err(close)) => return Err(close),
            Err(_) => {
                return Err(Some((CloseCode::Policy, "no player's key was sent in time")));
            }
        };
        match self.app.answer_of(self.app.signalling().attend(&key)).await {
            Ok(attendance) => Ok((key, attendance)),
            Err(JoinProblem::NoSuchPlayer) => {
                Err(Some((CloseCode::Policy, "no player has this key, or no longer: join again")))
            }
            Err(_) => Err(Some((CloseCode::Again, "the server is busy: try again in a moment"))),
        }
    }

    async fn carry_on(&mut self, key: &str) -> Option<CloseMessage> {
        loop {
            let said = match self.read().await {
                Ok(said) => said,
                Err(close) => return close,
            };
            if let Some(candidate) = said.candidate {
                self.app.signalling().candidate(key, candidate);
            }
            if let Some(offer) = said.sdp {
                let reply = self.app.signalling().restart(key, offer);
                let told = match self.app.answer_of(reply).await {
                    Ok(answer) => SignalReply::Sdp(answer),
                    Err(problem) => SignalReply::Problem(problem.into()),
                };
                if let Err(close) = self.tell(&told).await {
                    return close;
                }
            }
        }
    }

    /// The next text that makes sense.
    async fn read(&mut self) -> Result<Said, Option<CloseMessage>> {
        loop {
            let text = self.read_text().await?;
            let problem = match serde_json::from_str(&text) {
                Ok(said) => return Ok(said),
                Err(error) => bad_json(StatusCode::BAD_REQUEST, &error),
            };
            self.wrong_texts += 1;
            if self.wrong_texts >= WRONG_TEXTS_MAX {
                return Err(Some((CloseCode::Policy, "too many malformed messages")));
            }
            self.tell(&SignalReply::Problem(problem)).await?;
        }
    }

    /// The next text, while the page keeps to its rate and answers pings.
    async fn read_text(&mut self) -> Result<Utf8Bytes, Option<CloseMessage>> {
        let mut silences = 0;
        loop {
            let came = timeout(self.app.limits().ping_interval, self.socket.next()).await;
            let Ok(came) = came else {
                silences += 1;
                if silences > SILENCES_MAX {
                    return Err(Some((CloseCode::Policy, "the page has been silent for too long")));
                }
                self.send(Message::Ping(Bytes::new())).await?;
                continue;
            };
            silences = 0;
            match self.pace.count(Instant::now(), self.due) {
                Ok(due) => self.due = Some(due),
                Err(_) => return Err(Some((CloseCode::Policy, "too many texts at once"))),
            }
            match came {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Binary(_))) => {
                    return Err(Some((CloseCode::Unsupported, "expected text messages only")));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_))) | None => return Err(None),
                Some(Err(error)) => {
                    self.counters.count_broken_off();
                    debug!(%error, "a page's conversation broke off");
                    return Err(None);
                }
            }
        }
    }

    async fn tell(&mut self, told: &SignalReply) -> Result<(), Option<CloseMessage>> {
        // Serializing plain data with string keys cannot fail.
        let text = serde_json::to_string(told).unwrap_or_default();
        self.send(Message::Text(text.into())).await
    }

    /// A page that does not read is not waited for without end.
    async fn send(&mut self, message: Message) -> Result<(), Option<CloseMessage>> {
        let sent = timeout(self.app.limits().request_timeout, self.socket.send(message)).await;
        sent.map_err(|_| None)?.map_err(|_| None)
    }
}

/// How long a close message may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
