//! `[[webhooks]]`: services that are told what happens.

use std::path::PathBuf;

use consonance_server::{WebhookDelivery, WebhookEvent};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contradiction::{Contradiction, repeated};
use crate::declared::Declared;
use crate::table::{ServiceUrl, table};

table! {
    /// A webhook of `[[webhooks]]`, with the files of its secrets; see
    /// [`WebhookSettings`](consonance_server::WebhookSettings).
    #[schemars(extend("required" = ["url", "hmac_secret_file"]))]
    pub struct WebhookConfig {
        /// The URL: https, or http on this machine.
        pub url: Option<ServiceUrl> = None;
        /// A file whose first line is the key that signs each request.
        #[schemars(extend("format" = "path"))]
        pub hmac_secret_file: PathBuf = PathBuf::new();
        /// A file whose first line is sent with each request, as Authorization: Bearer.
        #[schemars(extend("format" = "path"))]
        pub bearer_token_file: Option<PathBuf> = None;
        /// A PEM file with certificate authorities to trust instead of the usual ones.
        #[schemars(extend("format" = "path"))]
        pub authorities_file: Option<PathBuf> = None;
        /// How it is told.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<WebhookDelivery>", extend("x-flat" = true))]
        pub delivery: WebhookDelivery = WebhookDelivery::default();
        /// What it is told.
        #[schemars(length(min = 1), extend("x-after" = "allow_plain_http"))]
        pub events: Vec<WebhookEventName> = WebhookEvent::ALL.map(WebhookEventName::of).to_vec();
    }
}

/// An event of a webhook; see [`WebhookEvent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WebhookEventName {
    /// A session runs.
    SessionBegun,
    /// A session does not run any more.
    SessionEnded,
    /// A player has joined a session.
    PlayerJoined,
    /// A player has left a session, or was removed.
    PlayerLeft,
    /// A name, an account or addresses were banned.
    Banned,
    /// The files of a recording are complete.
    RecordingReady,
}

impl WebhookEventName {
    const fn of(event: WebhookEvent) -> Self {
        match event {
            WebhookEvent::SessionBegun => Self::SessionBegun,
            WebhookEvent::SessionEnded => Self::SessionEnded,
            WebhookEvent::PlayerJoined => Self::PlayerJoined,
            WebhookEvent::PlayerLeft => Self::PlayerLeft,
            WebhookEvent::Banned => Self::Banned,
            WebhookEvent::RecordingReady => Self::RecordingReady,
        }
    }
}

impl From<WebhookEventName> for WebhookEvent {
    fn from(name: WebhookEventName) -> Self {
        match name {
            WebhookEventName::SessionBegun => Self::SessionBegun,
            WebhookEventName::SessionEnded => Self::SessionEnded,
            WebhookEventName::PlayerJoined => Self::PlayerJoined,
            WebhookEventName::PlayerLeft => Self::PlayerLeft,
            WebhookEventName::Banned => Self::Banned,
            WebhookEventName::RecordingReady => Self::RecordingReady,
        }
    }
}

/// Each webhook has a thread.
const WEBHOOKS_MAX: usize = 16;

/// Those of these webhooks.
pub(super) fn contradictions(webhooks: &[WebhookConfig]) -> Vec<Contradiction> {
    let urls: Vec<_> = webhooks.iter().map(|webhook| &webhook.url).collect();
    // The URL may be secret, so it is not shown.
    let twice = repeated(&urls)
        .map(|(item, _)| Contradiction::in_item("webhooks", item, "two webhooks have this url: merge them"));
    let count = urls.len();
    let what = format!("{count} webhooks are too many, expected at most {WEBHOOKS_MAX}");
    let too_many = (count > WEBHOOKS_MAX).then(|| Contradiction::new("webhooks", what));
    twice.chain(too_many).collect()
}
