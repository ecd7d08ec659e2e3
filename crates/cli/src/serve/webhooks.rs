//! Webhooks of the configuration, with the files of their secrets.

use consonance_server::{Webhook, WebhookError, WebhookSettings};
use consonance_server_config::{ConfigProblem, LoadedConfig, WebhookConfig};

use super::joining::{read_authorities, read_secret_line};

/// Reads the secrets; warnings go to the notes, and nothing is told yet.
pub(super) fn read(loaded: &LoadedConfig, notes: &mut Vec<String>) -> Result<Vec<Webhook>, ConfigProblem> {
    loaded.config.webhooks.iter().map(|config| read_one(loaded, config, notes)).collect()
}

fn read_one(
    loaded: &LoadedConfig,
    config: &WebhookConfig,
    notes: &mut Vec<String>,
) -> Result<Webhook, ConfigProblem> {
    let Some(url) = &config.url else {
        return Err(loaded.problem(KEY, "the key url is missing"));
    };
    let mut secret = |path| read_secret_line(loaded, KEY, path, notes);
    let mut settings = WebhookSettings::new(url.0.clone(), secret(&config.hmac_secret_file)?);
    settings.service.bearer_token = config.bearer_token_file.as_deref().map(secret).transpose()?;
    settings.service.authorities_pem =
        config.authorities_file.as_deref().map(|path| read_authorities(loaded, KEY, path)).transpose()?;
    settings.events.clone_from(&config.events);
    settings.delivery = config.delivery.clone();
    Webhook::new(settings).map_err(|error| {
        let what = match error {
            WebhookError::NoSecret => {
                format!("{error}: write one into {}", config.hmac_secret_file.display())
            }
            error => error.to_string(),
        };
        loaded.problem(KEY, what)
    })
}

const KEY: &str = "webhooks";
