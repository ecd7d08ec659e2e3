//! Recordings: what sessions relay, per speaker as Ogg Opus files that fit together, without
//! decoding or encoding anything.
//!
//! A [`SessionRecorder`] has a thread and a folder. Each thread that relays has a [`RecordingFeed`]: a ring that takes
//! bytes without waiting, or drops and counts them.
//!
//! ```text
//!   session loop ── feed (ring) ──▶ recorder ──▶ folder/session/2033-05-18T03-33-20Z/
//!   session loop ── feed (ring) ──▶    │            ├─ Alice-1.opus, Bob-2.sealed, …
//!                                   limits          └─ index.json
//! ```
//!
//! Voice that is encrypted from end to end stays encrypted: its frames are written as they came.

mod ended;
mod error;
mod excerpt;
mod feed;
mod file_name;
mod finished;
mod folder_lock;
mod id;
mod index;
mod live;
mod message;
mod recorder;
mod recordings;
mod session;
mod settings;
mod shared;
mod status;
mod summary;
mod track;
mod writer_thread;

pub use error::{RecordingsError, SessionRecorderError};
pub(crate) use excerpt::Excerpt;
pub use feed::RecordingFeed;
pub use finished::recordings_in;
pub(crate) use finished::remove_recording;
pub use id::RecordingId;
pub use index::{IndexError, RecordingEndReason, RecordingIndex, Span, TrackIndex};
pub(crate) use message::SpokenCodec;
pub use recorder::SessionRecorder;
pub use recordings::{RecordingEntry, Recordings};
pub use session::RecordingRefusal;
pub(crate) use session::SessionRecording;
pub use settings::SessionRecordingSettings;
pub use status::{RecorderStatistics, RecorderStatus, RecordingStatus};
pub use summary::RecordingSummary;
