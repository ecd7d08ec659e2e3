//! A server's shutdown, and its handover to the next one.

use std::path::Path;
use std::time::{Duration, Instant};

use consonance_server::HandOver;

use super::running::Running;
use super::service_manager::ServiceManager;
use crate::interrupt::Interrupt;
use crate::logging::{complain, note};

/// The interval at which the server checks whether the last player has left.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// Hands all players over to the next process, or disconnects them in order; ends the files.
pub(super) fn end(mut running: Running) {
    // Operators' decisions made after the sessions were written would be lost in the next process.
    running.close_admin();
    let is_draining = running.server().handle().drains_until().is_some();
    if let Some(path) = running.config().shutdown.handover_file.as_ref().filter(|_| !is_draining) {
        hand_over(&running, path);
    }
    running.stop();
}

/// Hands the sessions over to the next process, and ends them without notice. Returns false if the file could not be
/// written, in which case no client was notified.
fn hand_over(running: &Running, path: &Path) -> bool {
    // A trial write, before players lose their links.
    if let Err(error) = HandOver::default().write(path) {
        complain(&format!("could not hand over the sessions: {error}"));
        return false;
    }
    let config = running.config();
    let recorded = running.server().handle().asked_to_record();
    let sessions = running.server().handle().hand_over(&config.shutdown.restart);
    let identity = running.made_identity().filter(|_| config.certificate.file.is_none()).cloned();
    let places: usize = sessions.iter().map(|(_, snapshot)| snapshot.places.len()).sum();
    match (HandOver { sessions, identity, recorded }).write(path) {
        Ok(()) => {
            note(&format!("saved the places of {places} players for the next process in {}", path.display()));
        }
        Err(error) => complain(&format!("players will have to rejoin: {error}")),
    }
    true
}

/// The state of draining the sessions before the server ends.
#[derive(Default)]
pub(super) struct Ending {
    looked_at: Option<Instant>,
}

impl Ending {
    /// Whether the server is to end now. The first signal can drain the sessions before, and a second one ends that; an
    /// operator can do the same.
    pub(super) fn is_due(&mut self, running: &Running, interrupt: &Interrupt, now: Instant) -> bool {
        let (handle, ending) = (running.server().handle(), &running.config().shutdown);
        let is_draining = handle.drains_until().is_some();
        if interrupt.happened() {
            if is_draining || ending.draining.ends_in.is_zero() || ending.handover_file.is_some() {
                return true;
            }
            interrupt.acknowledge();
            ServiceManager::stopping();
            let told = handle.drain(&ending.draining).unwrap_or_else(|error| {
                complain(&error.to_string());
                0
            });
            note(&format!(
                "draining for at most {} s, {told} players notified; a second signal exits at once",
                ending.draining.ends_in.as_secs_f64()
            ));
        }
        let Some(until) = handle.drains_until() else { return false };
        if self.looked_at.is_some_and(|at| now.saturating_duration_since(at) < LOOK_INTERVAL) {
            return now >= until;
        }
        self.looked_at = Some(now);
        ServiceManager::extend();
        now >= until || handle.is_idle() == Ok(true)
    }
}
