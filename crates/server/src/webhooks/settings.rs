//! The settings of a webhook: its address, its events, and how long they are retried.

use std::fmt;
use std::time::Duration;

use consonance_settings::secrets::{SecretText, ServiceAddress};
use consonance_settings::settings;

use super::event::WebhookEvent;
use crate::operator_service::{RequestRules, ServiceClient, ServiceError, ServiceSettings};

/// The settings of one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookSettings {
    /// Its address and its secrets; its requests are always signed.
    pub service: ServiceSettings,
    /// The events that it gets (default all).
    pub events: Vec<WebhookEvent>,
    /// How it is told.
    pub delivery: WebhookDelivery,
}

settings! {
    /// How a webhook is told.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct WebhookDelivery {
        /// Accept http to other machines. Anyone on the path can then read what is told.
        pub allow_plain_http: bool = false;
        /// Time to answer.
        pub timeout: Duration as timeout_s = Duration::from_secs(5), 0.1..=60;
        /// Events that wait, besides the one that is being sent; the oldest is dropped first.
        pub queue: usize as queue_max = 1024, 1..=65_536;
        /// How long an event is tried again from when it happened.
        pub retry_for: Duration as retry_for_s = Duration::from_hours(1), 1..=86_400;
    }
}

impl WebhookSettings {
    /// The webhook at this address, with this secret.
    pub fn new(url: ServiceAddress, hmac_secret: SecretText) -> Self {
        let service = ServiceSettings { hmac_secret: Some(hmac_secret), ..ServiceSettings::new(url) };
        Self { service, events: WebhookEvent::ALL.to_vec(), delivery: WebhookDelivery::default() }
    }
}

impl WebhookDelivery {
    fn rules(&self) -> RequestRules {
        RequestRules { timeout: self.timeout, allow_plain_http: self.allow_plain_http }
    }
}

/// Why a webhook cannot be told anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// This is not an address.
    #[error("invalid address of a webhook, expected one like https://example.org/voice")]
    Url,
    /// It would be told in the open.
    #[error("unencrypted webhook on another machine: use https, or set allow_plain_http")]
    PlainHttp,
    /// The program knows no HTTP.
    #[error("this program was built without the feature `joining-hook`, which webhooks need, too")]
    NotBuiltIn,
    /// These are not certificates.
    #[error("invalid certificate authorities of a webhook, expected PEM certificates")]
    Authorities,
    /// Anyone can sign with it.
    #[error("the secret of a webhook is empty")]
    NoSecret,
}

impl WebhookError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::PlainHttp => "plain-http",
            Self::NotBuiltIn => "not-built-in",
            Self::Authorities => "authorities",
            Self::NoSecret => "no-secret",
        }
    }
}

impl From<ServiceError> for WebhookError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Url => Self::Url,
            ServiceError::PlainHttp => Self::PlainHttp,
            ServiceError::NotBuiltIn => Self::NotBuiltIn,
            ServiceError::Authorities => Self::Authorities,
        }
    }
}

/// A webhook that can be told, as far as can be seen without doing so; it does nothing until
/// [`Webhooks::follow`](super::Webhooks::follow).
pub struct Webhook {
    pub(super) settings: WebhookSettings,
    pub(super) service: ServiceClient,
}

impl Webhook {
    /// One with these settings.
    ///
    /// # Errors
    /// If they are invalid.
    pub fn new(settings: WebhookSettings) -> Result<Self, WebhookError> {
        if settings.service.hmac_secret.as_ref().is_none_or(|secret| secret.reveal().is_empty()) {
            return Err(WebhookError::NoSecret);
        }
        let service = ServiceClient::new(&settings.service, settings.delivery.rules())?;
        Ok(Self { settings, service })
    }

    /// The host of its address, with a port that is in it: names the webhook in the log and in metrics, since the rest
    /// of the address may be secret.
    pub fn host(&self) -> &str {
        self.settings.service.url.authority()
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("host", &self.host()).finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "joining-hook"))]
mod tests {
    use super::*;

    fn webhook(url: &str, secret: &str) -> Result<Webhook, WebhookError> {
        let address = url.parse().expect("it is an address");
        Webhook::new(WebhookSettings::new(address, SecretText::new(secret)))
    }

    #[test]
    fn a_webhook_is_named_without_the_secrets_of_its_address() {
        for (url, host) in [
            ("https://example.org/voice?key=sesame", "example.org"),
            ("https://example.org:8443?key=sesame", "example.org:8443"),
            ("http://[::1]:80/", "[::1]:80"),
        ] {
            let webhook = webhook(url, "secret").unwrap();
            assert_eq!(webhook.host(), host);
            assert_eq!(format!("{webhook:?}"), format!("Webhook {{ host: {host:?}, .. }}"));
        }
    }

    #[test]
    fn a_webhook_that_anyone_could_imitate_or_overhear_is_refused() {
        for (url, secret, error) in [
            ("https://example.org/", "", WebhookError::NoSecret),
            ("http://example.org/", "secret", WebhookError::PlainHttp),
            ("ftp://example.org", "secret", WebhookError::Url),
        ] {
            assert_eq!(webhook(url, secret).map(drop), Err(error), "{url}");
        }
    }
}
