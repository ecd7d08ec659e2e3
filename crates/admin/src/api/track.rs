//! Voices in files: what is said of them, and how they are sent.

use std::fs::File;
use std::io::{self, Read, Take};
use std::path::PathBuf;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use consonance_link::http::ProblemDetails;
use consonance_server::recording::TrackIndex;
use futures_util::stream;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Refusal, ask};
use crate::blocking::blocking;

/// A player's voice in a file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TrackView {
    /// The file's name.
    file: String,
    /// The player's name.
    player: String,
    /// The subject of its join token.
    subject: Option<String>,
    /// The duration of the file in seconds.
    duration_s: f64,
    bytes: u64,
    /// Whether it is encrypted, so that only holders of keys can open it with `consonance decrypt`; absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sealed: bool,
    /// The stretches of speech.
    spans: Vec<SpanView>,
}

impl TrackView {
    /// The sealed file of a report that a player has submitted.
    pub(super) fn of_sealed_report(file: &str, bytes: u64) -> Self {
        let (file, player) = (file.to_owned(), String::new());
        Self { file, player, subject: None, duration_s: 0.0, bytes, sealed: true, spans: Vec::new() }
    }
}

/// A stretch of speech.
#[derive(Debug, Serialize, ToSchema)]
struct SpanView {
    /// Its start, in seconds from the start of the file.
    from_s: f64,
    to_s: f64,
    /// The rooms that were spoken to.
    rooms: Vec<String>,
    /// Whether single players were spoken to, also or only.
    to_players: bool,
}

/// Sends a file piece by piece, as long as it is at first; it may grow meanwhile.
pub(super) async fn download(
    find: impl FnOnce() -> Result<PathBuf, Refusal> + Send + 'static,
) -> Result<Response, Refusal> {
    let (file, bytes) = ask(move || {
        let path = find()?;
        open(&path).map_err(|error| {
            let detail = format!("cannot read {}: {error}", path.display());
            ProblemDetails::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into()
        })
    })
    .await?;
    let pieces = stream::try_unfold(file, |file| async move {
        let read = blocking(move || read_piece(file)).await;
        read.unwrap_or_else(|_| Err(io::Error::other("a read was given up")))
    });
    let head = [(header::CONTENT_TYPE, "audio/ogg".to_owned()), (header::CONTENT_LENGTH, bytes.to_string())];
    Ok((head, Body::from_stream(pieces)).into_response())
}

fn open(path: &PathBuf) -> io::Result<(Take<File>, u64)> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    Ok((file.take(bytes), bytes))
}

/// The next piece, if there is one, and the reader for the others.
fn read_piece(mut file: Take<File>) -> io::Result<Option<(Bytes, Take<File>)>> {
    let mut piece = vec![0; PIECE_BYTES];
    let bytes = file.read(&mut piece)?;
    piece.truncate(bytes);
    Ok((bytes > 0).then(|| (piece.into(), file)))
}

const PIECE_BYTES: usize = 64 << 10;
/// The sample rate of recordings (RFC 7845).
const SAMPLES_PER_SECOND: f64 = 48_000.0;

impl From<TrackIndex> for TrackView {
    fn from(track: TrackIndex) -> Self {
        let seconds = |samples: u64| samples as f64 / SAMPLES_PER_SECOND;
        let span = |span: consonance_server::recording::Span| SpanView {
            from_s: seconds(span.from_sample),
            to_s: seconds(span.to_sample),
            rooms: span.rooms,
            to_players: span.to_players,
        };
        Self {
            file: track.file,
            player: track.player,
            subject: track.subject,
            duration_s: seconds(track.duration_samples),
            bytes: track.bytes,
            sealed: track.sealed,
            spans: track.spans.into_iter().map(span).collect(),
        }
    }
}
