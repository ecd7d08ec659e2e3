//! Access to a running server for operators and for other nodes of the cluster.

use std::error::Error;
use std::sync::Arc;

use consonance_admin::{AdminListener, AdminSettings, AnswerThread, NodeInspection, Operator};
use consonance_inspector::Inspected;
use consonance_inspector::page::Inspector;
use consonance_server::DedicatedServer;
use consonance_server_config::Config;

use super::admin;
use crate::inspect;

/// Dropping it closes everything.
pub(super) struct OperatorAccess {
    _inspector: Option<Inspector>,
    _admin: Option<AdminListener>,
    _node_answers: Option<AnswerThread>,
}

impl OperatorAccess {
    /// Opens what is configured; `admin` has the settings of the listener, if there is to be one.
    pub(super) fn start(
        config: &Config,
        server: &DedicatedServer,
        operator: &Operator,
        admin: Option<AdminSettings>,
    ) -> Result<Self, Box<dyn Error>> {
        let is_node = config.cluster.is_on();
        Ok(Self {
            _inspector: inspector(config, server, operator)?,
            _admin: admin.map(|settings| admin::listener(settings, operator.clone())).transpose()?,
            _node_answers: is_node.then(|| AnswerThread::start(operator.clone())).transpose()?,
        })
    }
}

/// The page that shows what happens, of this server and of the other nodes of its cluster.
fn inspector(
    config: &Config,
    server: &DedicatedServer,
    operator: &Operator,
) -> Result<Option<Inspector>, Box<dyn Error>> {
    let Some(port) = config.diagnostics.inspector_port else { return Ok(None) };
    let mut settings = inspect::settings(port);
    if std::env::var_os("RUST_LOG").is_none() {
        settings.log_levels = format!("log.level = {}", config.log.level.name());
    }
    let inspected: Arc<dyn Inspected> = if config.cluster.is_on() {
        Arc::new(NodeInspection::new(operator.clone(), &*settings.log_levels))
    } else {
        Arc::new(server.inspection().with_log_levels(&*settings.log_levels))
    };
    let inspector = Inspector::start(&settings, inspected)?;
    inspect::print_url(&inspector.url());
    Ok(Some(inspector))
}
