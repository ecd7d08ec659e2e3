//! A NATS server with a user for nodes, which has a node's permissions and no others.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use consonance_cluster::nats::{NatsPermissions, NatsSettings};
use consonance_settings::secrets::SecretText;
use consonance_testing::nats::NatsServer;

pub(crate) const PASSWORD: &str = "sesame-of-the-cluster";

/// A server with that user, `voice`, and with `admin`, who may do everything.
pub(crate) fn server() -> NatsServer {
    let permissions = NatsPermissions::of_cluster("test").unwrap();
    NatsServer::start_configured(&format!(
        "authorization {{ users: [\n{{ user: voice, password: {PASSWORD:?}, {permissions} }}\n\
         {{ user: admin, password: {PASSWORD:?} }}\n] }}"
    ))
}

pub(crate) fn settings(server: &NatsServer) -> NatsSettings {
    let mut settings = NatsSettings::new(vec![server.url().parse().unwrap()], "test");
    settings.user = Some(("voice".to_owned(), SecretText::new(PASSWORD)));
    settings
}
