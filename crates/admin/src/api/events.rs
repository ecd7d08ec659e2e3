//! What happens, as it happens: one event each second with everything that a page shows.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use consonance_http::ProblemDetails;
use futures_util::stream::{self, Stream};
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Interval, MissedTickBehavior, interval};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Parameters, Refusal, ask};
use super::nodes::NodesView;
use super::server::ServerView;
use super::session::{SessionSummary, SessionView, look, summaries};
use crate::app::App;

/// What to follow.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Followed {
    /// A session whose players are wanted, too.
    session: Option<String>,
}

/// The data of each event.
#[derive(Debug, Serialize, ToSchema)]
struct Now {
    server: ServerView,
    /// All nodes of the cluster; none if the server is alone.
    cluster: Option<NodesView>,
    sessions: Vec<SessionSummary>,
    /// The session that was asked for, while there is one of that name.
    session: Option<SessionView>,
}

/// Follow the server: server-sent events, one each second, named `now`, with JSON.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    params(Followed),
    responses(
        (status = 200, description = "Events until one of both ends", body = Now, content_type = "text/event-stream"),
        (status = 503, description = "Too many follow already", body = ProblemDetails),
    )
)]
pub(super) async fn events(
    State(app): State<App>,
    Parameters(followed): Parameters<Followed>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refusal> {
    let place = app.follow().ok_or_else(|| {
        let detail = "as many pages follow this server as may at once: close one";
        ProblemDetails::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    })?;
    let mut beat = interval(INTERVAL);
    // A slow subscriber gets the newest state, and not all that it missed.
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let following = Following { app, session: followed.session, beat, _place: place };
    Ok(Sse::new(stream::unfold(following, Following::next)))
}

const INTERVAL: Duration = Duration::from_secs(1);

struct Following {
    app: App,
    session: Option<String>,
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
            Ok(now) => Event::default().event("now").json_data(now),
            Err(problem) => Event::default().event("problem").json_data(problem),
        };
        // Plain data with text for keys cannot fail.
        Some((Ok(event.unwrap_or_default()), self))
    }

    async fn now(&self) -> Result<Now, Refusal> {
        let observation = self.app.observe().await?;
        let session = match self.session.clone() {
            Some(name) => {
                let app = self.app.clone();
                ask(move || Ok(look(&app, &name).ok())).await?
            }
            None => None,
        };
        let cluster = self.app.cluster().await?;
        let sessions = cluster.as_ref().map(|cluster| cluster.sessions.clone());
        let sessions = sessions.unwrap_or_else(|| summaries(&observation));
        let cluster = cluster.as_ref().map(|cluster| NodesView::of(Some(cluster)));
        Ok(Now { server: ServerView::of(&observation), cluster, sessions, session })
    }
}
