//! `[[webhooks]]`: services that are told what happens.

use std::path::PathBuf;

use consonance_server::{WebhookDelivery, WebhookEvent};

use crate::contradiction::{Contradiction, repeated};
use crate::declared::Declared;
use crate::declared::value::DeclaredValue;
use crate::table::{ServiceUrl, table};

table! {
    /// A webhook of `[[webhooks]]`, with the files of its secrets; see
    /// [`WebhookSettings`](consonance_server::WebhookSettings). Its events are here because the file refuses an empty
    /// list of them.
    #[schemars(extend("required" = ["url", "hmac_secret_file"]))]
    pub struct WebhookConfig {
        /// The URL: https, or http on this machine.
        pub url: Option<ServiceUrl> = None;
        /// A file with the key that signs each request.
        #[schemars(extend("format" = "path"))]
        pub hmac_secret_file: PathBuf = PathBuf::new();
        /// A file with a token for Authorization: Bearer.
        #[schemars(extend("format" = "path"))]
        pub bearer_token_file: Option<PathBuf> = None;
        /// Certificate authorities (PEM) instead of the usual ones.
        #[schemars(extend("format" = "path"))]
        pub authorities_file: Option<PathBuf> = None;
        /// How it is told.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<WebhookDelivery>", extend("x-flat" = true))]
        pub delivery: WebhookDelivery = WebhookDelivery::default();
        /// What it is told.
        #[serde(with = "crate::declared::value")]
        #[schemars(
            with = "DeclaredValue<Vec<WebhookEvent>>",
            extend("minItems" = 1, "x-after" = "allow_plain_http")
        )]
        pub events: Vec<WebhookEvent> = WebhookEvent::ALL.to_vec();
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
