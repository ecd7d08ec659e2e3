//! Recordings of sessions: what there is, fetched and removed.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use consonance_link::http::ProblemDetails;
use consonance_server::moderation::ModerationError;
use consonance_server::recording::{
    RecorderStatistics, RecordingEntry, RecordingId, RecordingRefusal, RecordingSummary, Recordings,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Limit, Parameters, Refusal, Why, ask};
use super::outcome::Outcome;
use super::track::{TrackView, download};
use crate::app::App;

/// The recordings to return.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// Only recordings before this one, by its `id`.
    before: Option<String>,
    /// The maximum number of results, up to 1000; 100 by default.
    #[serde(default)]
    #[param(value_type = usize, default = 100)]
    limit: Limit,
}

/// A recording, as paths name it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct Which {
    /// The session's folder: the first part of `id`.
    folder: String,
    /// The recording's folder: the second part of `id`.
    name: String,
}

/// Recordings, and the state of the recorder.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct RecordingsView {
    /// Whether recording is configured: `recording.folder` is set.
    is_set_up: bool,
    /// Finished recordings.
    finished: usize,
    /// Their size in bytes.
    finished_bytes: u64,
    /// The maximum size of all recordings, in bytes.
    folder_bytes_max: u64,
    /// The space that is left free on the disk, in bytes.
    free_bytes_min: u64,
    /// Whether the oldest are removed when there is no space.
    remove_oldest: bool,
    #[serde(flatten)]
    statistics: RecorderStatistics,
    /// Running and finished recordings, the newest first; for the next page, pass the last one as `before`.
    recordings: Vec<RecordingSummary>,
}

/// A recording with its tracks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordingDetails {
    recording: RecordingSummary,
    /// The voices; all start at the same time.
    tracks: Vec<TrackView>,
}

/// Recordings, and the state of the recorder.
#[utoipa::path(
    get,
    path = "/api/v1/recordings",
    params(Page),
    responses((status = 200, description = "As far as the disk has it", body = RecordingsView))
)]
pub(super) async fn recordings(
    State(app): State<App>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<RecordingsView>, Refusal> {
    ask(move || {
        let Some(recordings) = app.moderation().recordings() else { return Ok(Json::default()) };
        let (status, settings) = (recordings.status(), recordings.settings());
        let before = page.before.map(|id| id.parse()).transpose().map_err(ModerationError::Recordings)?;
        let found = recordings.list(before.as_ref(), page.limit.get());
        let found = found.map_err(ModerationError::Recordings)?;
        Ok(Json(RecordingsView {
            is_set_up: true,
            finished: status.finished,
            finished_bytes: status.finished_bytes,
            folder_bytes_max: settings.folder_bytes_max,
            free_bytes_min: settings.free_bytes_min,
            remove_oldest: settings.remove_oldest,
            statistics: status.statistics,
            recordings: found.iter().map(|it| RecordingSummary::new(&it.id, &it.index)).collect(),
        }))
    })
    .await
}

/// A recording with its tracks.
#[utoipa::path(
    get,
    path = "/api/v1/recordings/{folder}/{name}",
    params(Which),
    responses(
        (status = 200, description = "As of a moment ago", body = RecordingDetails),
        (status = 404, description = "No such recording", body = ProblemDetails),
    )
)]
pub(super) async fn details(
    State(app): State<App>,
    Path(which): Path<Which>,
) -> Result<Json<RecordingDetails>, Refusal> {
    ask(move || {
        let found = known(&app)?.get(&which.into());
        let RecordingEntry { id, index, .. } = found.map_err(ModerationError::Recordings)?;
        let recording = RecordingSummary::new(&id, &index);
        Ok(Json(RecordingDetails { recording, tracks: index.tracks.into_iter().map(Into::into).collect() }))
    })
    .await
}

/// A voice of a recording, as Ogg Opus. For a running recording, the file ends at its current position.
#[utoipa::path(
    get,
    path = "/api/v1/recordings/{folder}/{name}/tracks/{file}",
    params(
        Which,
        ("file" = String, Path, description = "The track's file, as the recording names it"),
    ),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "audio/ogg"),
        (status = 404, description = "No such recording or track", body = ProblemDetails),
    )
)]
pub(super) async fn track(
    State(app): State<App>,
    Path((session_folder, name, file)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    download(move || {
        let found = known(&app)?.track(&RecordingId { name, session_folder }, &file);
        Ok(found.map_err(ModerationError::Recordings)?)
    })
    .await
}

/// Remove a finished recording with its files.
#[utoipa::path(
    delete,
    path = "/api/v1/recordings/{folder}/{name}",
    params(Which, Why),
    responses(
        (status = 200, description = "It is gone", body = Outcome),
        (status = 404, description = "No such recording", body = ProblemDetails),
        (status = 409, description = "It goes on", body = ProblemDetails),
    )
)]
pub(super) async fn remove(
    State(app): State<App>,
    Path(which): Path<Which>,
    Parameters(why): Parameters<Why>,
) -> Result<Json<Outcome>, Refusal> {
    ask(move || Ok(Json(app.moderation().remove_recording(&why.into(), &which.into())?.into()))).await
}

fn known(app: &App) -> Result<Recordings, Refusal> {
    let none = ModerationError::Recording(RecordingRefusal::NotSetUp);
    Ok(app.moderation().recordings().ok_or(none)?)
}

impl From<Which> for RecordingId {
    fn from(Which { folder, name }: Which) -> Self {
        Self { name, session_folder: folder }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counters_are_beside_the_state_in_one_object() {
        let json = concat!(
            r#"{"is_set_up":false,"finished":0,"finished_bytes":0,"folder_bytes_max":0,"free_bytes_min":0,"#,
            r#""remove_oldest":false,"begun":0,"refused":0,"failed":0,"removed":0,"frames_dropped":0,"#,
            r#""recordings":[]}"#
        );
        assert_eq!(serde_json::to_string(&RecordingsView::default()).unwrap(), json);
    }
}
