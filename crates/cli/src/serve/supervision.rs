//! Supervision of a running server: reloads, renewed certificates, the watchdog, and the end.

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use consonance_quic::QuicAddress;
use tracing::info;

use super::certificate_watch::CertificateWatch;
use super::ending::{self, Ending};
use super::prepared::{Prepared, identity_from};
use super::running::Running;
use super::service_manager::ServiceManager;
use crate::interrupt::{Hangup, Interrupt};
use crate::logging::{LogLevelSwitch, complain, note};

/// The interval at which signals are checked: their maximum latency, and the wake-up interval of an idle server.
const CHECK_INTERVAL: Duration = Duration::from_millis(200);

/// Reads all settings again.
type Prepare<'p> = dyn Fn() -> Result<Prepared, Box<dyn Error>> + 'p;

/// Serves until interrupted; reloads the settings on request.
pub(super) fn supervise(
    mut running: Running,
    interrupt: &Interrupt,
    hangup: &Hangup,
    log_level: &LogLevelSwitch,
    prepare: &Prepare<'_>,
) -> Result<(), Box<dyn Error>> {
    running.log_listening();
    let mut certificates = CertificateWatch::new(Instant::now());
    let mut manager = ServiceManager::ready(Instant::now());
    let mut ending = Ending::default();
    while !ending.is_due(&running, interrupt, Instant::now()) {
        if !running.server().is_running() {
            return Err("the server stopped unexpectedly, which is a bug: please report it".into());
        }
        let now = Instant::now();
        running.clear_away(now);
        manager.keep_alive(now, running.server().iterations());
        if hangup.happened() {
            match ServiceManager::while_reloading(|| reload(&mut running, prepare)) {
                Ok(line) => {
                    note(&line);
                    log_level.set(running.config().log.level);
                    certificates = CertificateWatch::new(now);
                }
                Err(line) => complain(&line),
            }
        } else if certificates.has_changed(running.config(), now) {
            renew_certificate(&running);
        }
        thread::sleep(CHECK_INTERVAL);
    }
    ServiceManager::stopping();
    ending::end(running);
    info!("stopped");
    Ok(())
}

/// Reloads the settings. Returns the result in one line.
fn reload(running: &mut Running, prepare: &Prepare<'_>) -> Result<String, String> {
    match prepare() {
        Ok(prepared) => {
            let identity = prepared.identity.clone();
            let line = running.take_over(prepared);
            renew_page_certificate(running);
            let has_files = running.config().certificate.file.is_some();
            let news =
                if has_files && running.show(&identity) { new_certificate(running) } else { String::new() };
            Ok(line + &news)
        }
        Err(error) => {
            let what = error.to_string().replace('\n', "; ");
            Err(format!("not reloaded, nothing has changed: {what}"))
        }
    }
}

fn renew_page_certificate(running: &Running) {
    let Some(browsers) = running.browsers() else { return };
    if let Err(what) = browsers.renew_certificate(running.config()) {
        complain(&format!("the page for players keeps its certificate: {what}"));
    }
}

fn renew_certificate(running: &Running) {
    renew_page_certificate(running);
    let config = running.config();
    let (Some(file), Some(key_file)) = (&config.certificate.file, &config.certificate.private_key_file)
    else {
        return;
    };
    match identity_from(file, key_file) {
        Ok(identity) if running.show(&identity) => {
            note(&format!("the certificate's files have changed{}", new_certificate(running)));
        }
        Ok(_) => {}
        Err(what) => {
            complain(&format!("the certificate's files have changed, keeping the previous one: {what}"));
        }
    }
}

fn new_certificate(running: &Running) -> String {
    let addresses = running.addresses();
    let fingerprint = addresses.first().and_then(QuicAddress::fingerprint);
    let fingerprint = fingerprint.map(|it| it.to_string()).unwrap_or_default();
    let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
    format!("; newcomers see the certificate sha256={fingerprint}: {}", addresses.join(" "))
}
