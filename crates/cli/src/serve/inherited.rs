//! What the process before has left for this one: its sessions, and the certificate that players know.

use consonance_quic::Identity;
use consonance_server::{HandOver, SavedIdentity};
use consonance_server_config::Config;

use crate::logging::complain;

/// What another process has left for this one; nothing if it cannot be used, which is said.
pub(super) fn take_left(config: &Config) -> HandOver {
    let Some(path) = &config.ending.hand_over_file else { return HandOver::default() };
    HandOver::take(path)
        .unwrap_or_else(|error| {
            complain(&format!("starting without the sessions of the server before: {error}"));
            None
        })
        .unwrap_or_default()
}

/// The certificate of this process, with its text if a server has made it: the one that the process before has handed
/// over, or else the one that is kept, or else this one, which is kept from now on.
pub(super) fn identity(
    config: &Config,
    left: Option<SavedIdentity>,
    prepared: (Identity, Option<SavedIdentity>),
) -> (Identity, Option<SavedIdentity>) {
    let (identity, made) = match left_identity(config, left) {
        Some((known, saved)) => (known, Some(saved)),
        None => prepared,
    };
    match made.as_ref().and_then(|made| kept_identity(config, made)) {
        Some((known, saved)) => (known, Some(saved)),
        None => (identity, made),
    }
}

/// The certificate that players know, if the process before has made one and none is configured now.
fn left_identity(config: &Config, left: Option<SavedIdentity>) -> Option<(Identity, SavedIdentity)> {
    let saved = left.filter(|_| config.certificate.file.is_none())?;
    match Identity::from_pem(saved.certificate.as_bytes(), saved.key.as_bytes()) {
        Ok(identity) => Some((identity, saved)),
        Err(error) => {
            complain(&format!("starting with a new certificate: {error}"));
            None
        }
    }
}

/// The certificate that players know if the process before has made one, whatever became of it, or else this one from
/// now on; with a folder for what outlives a process and no certificate configured.
fn kept_identity(config: &Config, made: &SavedIdentity) -> Option<(Identity, SavedIdentity)> {
    let folder = config.storage.folder.as_ref()?;
    let file = folder.join(CERTIFICATE_FILE);
    let kept = HandOver::read(&file).unwrap_or_else(|error| {
        complain(&format!("starting with a new certificate: {error}"));
        None
    });
    let known = left_identity(config, kept.and_then(|kept| kept.identity));
    if known.is_none() {
        let news = HandOver { identity: Some(made.clone()), ..HandOver::default() };
        if let Err(error) = news.write(&file) {
            complain(&format!("addresses change with the next start: {error}"));
        }
    }
    known
}

/// In the storage folder, with its key; only this user may read it.
const CERTIFICATE_FILE: &str = "certificate";
