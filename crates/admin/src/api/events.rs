//! The server's state as a stream: one event each second with everything that a page shows.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use consonance_link::http::ProblemDetails;
use futures_util::stream::{self, Stream};
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Interval, MissedTickBehavior, interval};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Parameters, Refusal};
use super::nodes::NodesView;
use super::server::ServerView;
use super::session_view::{SessionSummary, SessionView, summaries};
use crate::app::{App, FollowedSession};

/// The parts of the server to follow.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Followed {
    /// A session whose players are included.
    session: Option<String>,
}

/// The data of each event.
#[derive(Debug, Serialize, ToSchema)]
struct Now<'a> {
    server: ServerView,
    /// All nodes of the cluster; none if the server is alone.
    cluster: Option<NodesView>,
    sessions: Vec<SessionSummary>,
    /// The requested session, while it exists.
    session: Option<&'a SessionView>,
}

/// Follow the server: server-sent events, one each second, named `now`, with JSON.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    params(Followed),
    responses(
        (status = 200, description = "Events until one of both ends", body = Now<'_>, content_type = "text/event-stream"),
        (status = 503, description = "Too many follow already", body = ProblemDetails),
    )
)]
pub(super) async fn events(
    State(app): State<App>,
    Parameters(followed): Parameters<Followed>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refusal> {
    let place = app.follow().ok_or_else(|| {
        let detail = "too many pages are following this server: close one";
        ProblemDetails::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    })?;
    let mut beat = interval(INTERVAL);
    // A slow subscriber gets the latest state, not a backlog of the ones it missed.
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let session = followed.session.map(|name| app.follow_session(&name));
    let following = Following { app, session, beat, _place: place };
    Ok(Sse::new(stream::unfold(following, Following::next)))
}

const INTERVAL: Duration = Duration::from_secs(1);

struct Following {
    app: App,
    session: Option<FollowedSession>,
    beat: Interval,
    _place: OwnedSemaphorePermit,
}

impl Following {
    /// Ends with the listener.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        tokio::select! {
            () = self.app.stopped() => return None,
            _ = self.beat.tick() => {}
        }
        let event = match self.now().await {
            Ok(event) => event,
            Err(problem) => event("problem", &problem),
        };
        Some((Ok(event), self))
    }

    async fn now(&self) -> Result<Event, Refusal> {
        let observation = self.app.observe().await?;
        let session = match &self.session {
            Some(session) => session.look(&self.app).await?,
            None => None,
        };
        let cluster = self.app.cluster().await?;
        let sessions = cluster.as_ref().map(|cluster| cluster.sessions.clone());
        let sessions = sessions.unwrap_or_else(|| summaries(&observation));
        let cluster = cluster.as_ref().map(|cluster| NodesView::of(Some(cluster)));
        let session = session.as_deref();
        Ok(event("now", &Now { server: ServerView::of(&observation), cluster, sessions, session }))
    }
}

fn event(name: &str, data: &impl Serialize) -> Event {
    // Serializing plain data with string keys cannot fail.
    Event::default().event(name).json_data(data).unwrap_or_default()
}
