//! The operators' access to the server, and the admin listener, if configured.

use std::error::Error;

use consonance_admin::{AdminError, AdminListener, AdminSettings, AdminToken, Operator};
use consonance_link::http::HttpCounters;
use consonance_server::moderation::Moderation;
use consonance_server::{DedicatedServer, Webhooks};
use consonance_server_config::{AdminConfig, Networks};

use crate::logging::{complain, show};
use crate::state_folder;

/// The operators' access to this server.
pub(super) fn operator(
    server: &DedicatedServer,
    moderation: &Moderation,
    webhooks: &Webhooks,
    page: impl IntoIterator<Item = (&'static str, HttpCounters)>,
    networks: Networks,
) -> Operator {
    let operator = Operator::new(server.handle(), moderation.clone())
        .with_webhooks(webhooks.clone())
        .with_network_families(networks.metric_families());
    page.into_iter().fold(operator, |operator, (name, counters)| operator.with_page_listener(name, counters))
}

/// Starts it and says where it is; it ends when it is dropped.
pub(super) fn listener(settings: AdminSettings, operator: Operator) -> Result<AdminListener, AdminError> {
    let listener = AdminListener::start(settings, operator)?;
    show(&format!("admin: http://{}/", listener.local_addr()));
    Ok(listener)
}

/// With the token from its file, which is made if it is not there; nothing if there is to be no listener.
pub(super) fn settings(config: &AdminConfig) -> Result<Option<AdminSettings>, Box<dyn Error>> {
    let Some(listen) = config.listen else { return Ok(None) };
    let path = config.token_file.clone().or_else(state_folder::admin_token_file);
    let path = path.ok_or("no folder for the admin token: set admin.token_file")?;
    let file = AdminToken::read_or_make(&path)?;
    let shown = path.display().to_string();
    if file.was_made {
        show(&format!("admin: made a token in {shown}"));
    }
    if file.is_exposed {
        complain(&format!("other users of this machine can read the admin token: chmod 600 {shown}"));
    }
    let mut settings = AdminSettings::new(listen, file.token);
    settings.token_file = Some(std::path::absolute(&path).unwrap_or(path));
    (settings.access, settings.limits) = (config.access.clone(), config.limits.clone());
    Ok(Some(settings))
}
