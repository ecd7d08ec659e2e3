//! The end of a server, and the beginning that another one's end has prepared.

use std::path::Path;
use std::time::{Duration, Instant};

use consonance_quic::Identity;
use consonance_server::{HandOver, SavedIdentity};
use consonance_server_config::Config;

use super::running::Running;
use super::service_manager::ServiceManager;
use crate::interrupt::Interrupt;
use crate::logging::{complain, note};

/// How often it is looked whether the last player has gone.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

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

/// The certificate that players know, if the process before has made one and none is configured now.
pub(super) fn left_identity(
    config: &Config,
    left: Option<SavedIdentity>,
) -> Option<(Identity, SavedIdentity)> {
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
pub(super) fn kept_identity(config: &Config, made: &SavedIdentity) -> Option<(Identity, SavedIdentity)> {
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

/// Leaves everything to the next process, and ends the sessions without a goodbye. False if nothing could be left, and
/// nobody has been told anything.
pub(super) fn hand_over(running: &Running, path: &Path) -> bool {
    // Tried before players lose their links for it.
    if let Err(error) = HandOver::default().write(path) {
        complain(&format!("the sessions are not handed over: {error}"));
        return false;
    }
    let config = running.config();
    let recorded = running.server().handle().asked_to_record();
    let sessions = running.server().handle().hand_over(&config.ending.restart_plan());
    let identity = running.made_identity().filter(|_| config.certificate.file.is_none()).cloned();
    let places: usize = sessions.iter().map(|(_, snapshot)| snapshot.places.len()).sum();
    match (HandOver { sessions, identity, recorded }).write(path) {
        Ok(()) => note(&format!("left {places} players to the next process in {}", path.display())),
        Err(error) => complain(&format!("players will have to join anew: {error}")),
    }
    true
}

/// Sessions that run empty because the server is to end.
#[derive(Default)]
pub(super) struct Ending {
    looked_at: Option<Instant>,
}

impl Ending {
    /// Whether the server is to end now. The first signal may let the sessions run empty before, and a second one ends
    /// that; so may whoever administers the server.
    pub(super) fn is_due(&mut self, running: &Running, interrupt: &Interrupt, now: Instant) -> bool {
        let (handle, ending) = (running.server().handle(), &running.config().ending);
        let is_draining = handle.drains_until().is_some();
        if interrupt.happened() {
            if is_draining || ending.drain.is_zero() || ending.hand_over_file.is_some() {
                return true;
            }
            interrupt.acknowledge();
            ServiceManager::stopping();
            let told = handle.drain(&ending.drain_plan()).unwrap_or_else(|error| {
                complain(&error.to_string());
                0
            });
            note(&format!(
                "running empty for {} s at most, and {told} players know it; a second signal ends this",
                ending.drain.as_secs_f64()
            ));
        }
        let Some(until) = handle.drains_until() else { return false };
        if self.looked_at.is_some_and(|at| now.saturating_duration_since(at) < LOOK_INTERVAL) {
            return now >= until;
        }
        self.looked_at = Some(now);
        ServiceManager::extend();
        now >= until || handle.clients() == Ok(0)
    }
}
