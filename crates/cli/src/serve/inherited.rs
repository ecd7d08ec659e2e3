//! State handed over by the previous process: its sessions, and the certificate that players know.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use consonance_quic::Identity;
use consonance_server::{HandOver, HandOverError, SavedIdentity};
use consonance_server_config::Config;

use crate::logging::complain;

/// The handover file of the previous process. It is kept until this process runs: if the start fails, the next one
/// can still use it.
#[derive(Default)]
pub(super) struct LeftFile(Option<PathBuf>);

impl LeftFile {
    /// Deletes the file once this process continues from it: no other process may.
    pub(super) fn delete(self) {
        let Some(path) = self.0 else { return };
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => complain(&format!(
                "cannot delete {}: {error}; delete it, or the next start will resume the same sessions again",
                path.display()
            )),
            _ => {}
        }
    }
}

/// Reads the handover and returns it with its file; if it cannot be used, complains and returns an empty one.
pub(super) fn read_left(config: &Config) -> (HandOver, LeftFile) {
    let Some(path) = &config.shutdown.handover_file else { return Default::default() };
    match HandOver::read(path) {
        Ok(None) => Default::default(),
        Ok(Some(left)) => (left, LeftFile(Some(path.clone()))),
        Err(error) => {
            complain(&format!("starting without the previous server's sessions: {error}"));
            // A handover file contains secrets and must not be left behind; any other file is not ours to delete.
            let is_left = matches!(error, HandOverError::OtherVersion { .. } | HandOverError::Damaged { .. });
            (HandOver::default(), LeftFile(is_left.then(|| path.clone())))
        }
    }
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

/// The certificate that an earlier process has saved; if there is none, saves this one and returns `None`. Does
/// nothing without a storage folder.
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
            complain(&format!("addresses will change at the next start: {error}"));
        }
    }
    known
}

/// In the storage folder, with its key; only this user may read it.
const CERTIFICATE_FILE: &str = "certificate";
