//! A running server: its listeners, its inspector, its capture, and the settings that a reload can change.

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::time::{Duration, Instant};

use consonance_inspector::pcap::{CaptureError, PacketCapture};
use consonance_link::authority;
use consonance_quic::{
    BindError, Identity, QuicAddress, QuicRuntime, QuicServer, QuicServerSettings, ShownIdentity,
};
use consonance_server::moderation::Moderation;
use consonance_server::recording::SessionRecorder;
use consonance_server::records::Records;
use consonance_server::reports::{self, Reports};
use consonance_server::{DedicatedServer, SavedIdentity, Webhooks, Workers};
use consonance_server_config::{Config, TakesEffect};
use tracing::{debug, info};

use super::admin;
use super::browsers::{Browsers, OpenedBrowsers};
use super::cluster::{self, JoinedCluster};
use super::free_addresses;
use super::host::host_at;
use super::inherited;
use super::opened_listener::{OpenedListener, TlsPort};
use super::operator_access::OperatorAccess;
use super::prepared::{Prepared, example_of};
use super::recording::Recording;
use super::telemetry::{Export, Telemetry};
use crate::logging::{complain, note};

/// The interval at which expired state is removed.
const CLEARING_INTERVAL: Duration = Duration::from_mins(1);
/// The timeout for disk writes at shutdown.
const LAST_WRITES: Duration = Duration::from_secs(5);
/// The timeout for webhooks at shutdown.
const LAST_DELIVERIES: Duration = Duration::from_secs(5);
/// The timeout for the collector at shutdown.
const LAST_EXPORTS: Duration = Duration::from_secs(2);

/// A running server. Dropping it ends everything.
pub(super) struct Running {
    server: DedicatedServer,
    listeners: Vec<Listener>,
    /// The identity that listeners with TLS over TCP present.
    stream_identity: Option<ShownIdentity>,
    /// The certificate, if it does not come from files.
    made_identity: Option<SavedIdentity>,
    records: Records,
    moderation: Moderation,
    webhooks: Webhooks,
    cluster: Option<JoinedCluster>,
    export: Option<Export>,
    cleared_at: Instant,
    capture: Option<PacketCapture>,
    recording: Recording,
    /// Dropped before the server, so that it does not query one that is gone.
    access: Option<OperatorAccess>,
    /// Dropped before the server, too.
    browsers: Option<Browsers>,
    /// The configuration at the start.
    started: Config,
    /// The configuration with the changes of later reloads.
    config: Config,
}

struct Listener {
    host: String,
    port: u16,
    shown_identity: ShownIdentity,
    /// The ports of `WebSocket`s with TLS on the same host, by session.
    web_socket_ports: BTreeMap<String, u16>,
}

impl Running {
    pub(super) fn start(prepared: Prepared, opened: Vec<OpenedListener>) -> Result<Self, Box<dyn Error>> {
        let Prepared { loaded, mut sessions, webhooks: told, cluster, telemetry, identity, .. } = prepared;
        let Prepared { made_identity, stream_identity, networks, browsers, places, .. } = prepared;
        let config = loaded.config;
        let (left, left_file) = inherited::read_left(&config);
        let (tracer, counters) = telemetry.as_ref().map(Telemetry::sources).unwrap_or_default();
        let webhooks = Webhooks::traced(tracer.clone());
        webhooks.follow(told)?;
        sessions.records = records(&config)?.with_webhooks(webhooks.clone());
        (sessions.webhooks, sessions.tracer) = (webhooks.clone(), tracer.clone());
        // `records` has created the folder that a certificate is kept in.
        let (identity, made_identity) =
            inherited::identity(&config, left.identity, (identity, made_identity));
        if let Some(shown) = &stream_identity {
            shown.replace(identity.clone());
        }
        let reports = reports(&config)?;
        sessions.member_reports = reports.as_ref().and_then(Reports::of_members);
        let capture = capture(&config)?;
        let (mut workers, cluster) = cluster::workers(cluster, &sessions, &config.threads);
        let kept = workers.restore(&left.sessions);
        let tls_ports: Vec<_> = opened.iter().filter_map(OpenedListener::tls_port).collect();
        let listeners = listen(&config, &identity, &tls_ports, &mut workers)?;
        opened.into_iter().try_for_each(|listener| listener.hand_to(&mut workers))?;
        let browsers = browsers.map(|browsers| browsers.open(&mut workers, &places)).transpose()?;
        if let Some(capture) = &capture {
            workers.capture_packets(&capture.sink());
        }
        let recording = Recording::start(&config.recording, &webhooks)?;
        if let Some(recorder) = recording.recorder() {
            workers.record_with(recorder);
            workers.ask_to_record(&left.recorded);
        }
        let admin = admin::settings(&config.admin)?;
        free_addresses::check(&config)?;
        // Players can connect from here on.
        let server = DedicatedServer::try_start(workers)?;
        let cluster = cluster::start(cluster, &server, &config, listeners.iter().map(|place| place.port))?;
        let moderation = moderation(&server, &sessions.records, reports);
        moderation.set_recordings(recording.recorder().map(SessionRecorder::recordings));
        let browsers = browsers.map(OpenedBrowsers::start).transpose()?;
        let page = browsers.iter().flat_map(Browsers::counters);
        let operator =
            admin::operator(&server, &moderation, &webhooks, page, networks).with_export(tracer, counters);
        let operator = cluster::watched(operator, &server, cluster.as_ref());
        let access = OperatorAccess::start(&config, &server, &operator, admin)?;
        let export = telemetry.map(|telemetry| telemetry.start(operator)).transpose()?;
        left_file.delete();
        log_reservations(kept, &config);
        let (records, cleared_at) = (sessions.records, Instant::now());
        Ok(Self {
            server,
            listeners,
            stream_identity,
            made_identity,
            records,
            moderation,
            webhooks,
            cluster,
            export,
            cleared_at,
            capture,
            recording,
            access: Some(access),
            browsers,
            started: config.clone(),
            config,
        })
    }

    /// The address of each session over each listener, and an example for those on demand.
    pub(super) fn addresses(&self) -> Vec<QuicAddress> {
        let at = |session: &str, listener: &Listener| {
            let fingerprint = Some(listener.shown_identity.fingerprint());
            let address = QuicAddress::new(&*listener.host, listener.port, session, fingerprint).ok()?;
            Some(address.with_web_socket_port(listener.web_socket_ports.get(session).copied()))
        };
        let on_demand = self.config.sessions_on_demand.iter().map(|pattern| example_of(pattern));
        let sessions = self.config.sessions.iter().cloned().chain(on_demand);
        sessions
            .flat_map(|session| self.listeners.iter().filter_map(move |place| at(&session, place)))
            .collect()
    }

    /// Says in the log that players can come, with what they come to.
    pub(super) fn log_listening(&self) {
        let quic: Vec<_> = self.listeners.iter().map(|it| authority(&it.host, it.port)).collect();
        info!(
            version = env!("CARGO_PKG_VERSION"),
            quic = (!quic.is_empty()).then(|| quic.join(" ")),
            page = self.browsers.as_ref().map(Browsers::url),
            sessions = self.config.sessions.join(" "),
            "listening"
        );
    }

    /// Whether an address is printed that is not the one by which others reach this machine.
    pub(super) fn is_on_every_address(&self) -> bool {
        let config = &self.config;
        let others = config.listen.others.iter().map(|listener| &listener.address);
        config.listen.quic.iter().chain(others).any(|address| address.ip().is_unspecified())
    }

    /// Players with a page.
    pub(super) fn browsers(&self) -> Option<&Browsers> {
        self.browsers.as_ref()
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn server(&self) -> &DedicatedServer {
        &self.server
    }

    /// Applies the settings that can change while the server runs. Returns a description of them, and of those that
    /// wait for the next start.
    pub(super) fn take_over(&mut self, prepared: Prepared) -> String {
        let Prepared { loaded, mut sessions, webhooks, browsers, .. } = prepared;
        let config = loaded.config;
        sessions.records = self.records.clone();
        if let Some(reports) = self.moderation.reports() {
            reports.set_settings(config.moderation.reports);
            sessions.member_reports = reports.of_members();
        }
        let keys = |changes: Vec<(&'static str, TakesEffect)>, wanted| {
            let keys: Vec<_> = changes.into_iter().filter(|(_, effect)| *effect == wanted).collect();
            keys.into_iter().map(|(key, _)| key).collect::<Vec<_>>().join(", ")
        };
        let taken = keys(config.changes(&self.config), TakesEffect::AtOnce);
        let waiting = keys(config.changes(&self.started), TakesEffect::AtNextStart);
        let is_done = self.server.reconfigure(sessions);
        if let (Some(running), Some(news)) = (&self.browsers, browsers) {
            running.follow(news);
        }
        let webhooks = self.webhooks.follow(webhooks).err();
        let recording = self.recording.follow(&config.recording, &self.server, &self.moderation);
        self.config = config;
        // The running sessions, and so their addresses, are those of the start.
        self.config.sessions.clone_from(&self.started.sessions);
        let taken =
            if taken.is_empty() { "no setting has changed".into() } else { format!("changed {taken}") };
        let waiting =
            if waiting.is_empty() { String::new() } else { format!("; at the next start: {waiting}") };
        let late = if is_done { "" } else { "; the sessions are busy and will follow later" };
        let recording = recording.map_or_else(String::new, |trouble| format!("; {trouble}"));
        let webhooks = webhooks.map_or_else(String::new, |error| format!("; a webhook is not told: {error}"));
        format!("reloaded: {taken}{waiting}{late}{recording}{webhooks}")
    }

    /// Removes expired bans and the like, once a minute.
    pub(super) fn clear_away(&mut self, now: Instant) {
        if now.saturating_duration_since(self.cleared_at) >= CLEARING_INTERVAL {
            self.cleared_at = now;
            self.moderation.clear_away();
        }
    }

    /// Presents this certificate to new connections; returns false if it is already in use.
    pub(super) fn show(&self, identity: &Identity) -> bool {
        let is_same = |place: &Listener| place.shown_identity.fingerprint() == identity.fingerprint();
        if self.listeners.iter().all(is_same) {
            return false;
        }
        let of_quic = self.listeners.iter().map(|place| &place.shown_identity);
        of_quic.chain(&self.stream_identity).for_each(|shown| shown.replace(identity.clone()));
        true
    }

    /// The certificate that was made, with its key.
    pub(super) fn made_identity(&self) -> Option<&SavedIdentity> {
        self.made_identity.as_ref()
    }

    /// Ends operators' access; requests that they have made are complete.
    pub(super) fn close_admin(&mut self) {
        self.access = None;
        // Sessions that are handed over or closed no longer have metrics.
        self.export.iter().for_each(Export::end_metrics);
    }

    /// Disconnects the remaining clients in order; ends the files.
    pub(super) fn stop(self) {
        drop(self.access);
        drop(self.browsers);
        self.server.stop();
        // Dropped after the workers have stopped, since their last messages are for other servers, too.
        drop(self.cluster);
        self.records.flush(LAST_WRITES);
        self.recording.stop();
        self.webhooks.stop(LAST_DELIVERIES);
        if let Some(export) = self.export {
            export.stop(LAST_EXPORTS);
        }
        // The disk may have been full for hours; that is reported, but does not fail the server.
        if let Some(Err(error)) = self.capture.map(PacketCapture::stop) {
            complain(&error);
        }
    }
}

/// Starts the packet capture, if configured. An existing file, for example after a crash, is not overwritten, and
/// does not prevent the server from starting.
fn capture(config: &Config) -> Result<Option<PacketCapture>, CaptureError> {
    let Some(file) = &config.diagnostics.packet_capture_file else { return Ok(None) };
    match PacketCapture::start(file, config.diagnostics.packet_capture) {
        Err(CaptureError::Create { path, cause }) if cause.kind() == io::ErrorKind::AlreadyExists => {
            complain(&format!("not capturing packets: {} already exists; move it away", path.display()));
            Ok(None)
        }
        started => started.map(Some),
    }
}

/// The operators' decisions, from the database if there is one.
fn records(config: &Config) -> Result<Records, Box<dyn Error>> {
    let settings = config.storage.records;
    let Some(folder) = &config.storage.folder else {
        debug!(
            "bans, mutes and the audit log are in memory only: storage.folder names a folder to keep them in"
        );
        return Ok(Records::in_memory(settings));
    };
    Ok(Records::open(folder, settings)?)
}

/// The storage of players' reports, if there is a folder for them.
fn reports(config: &Config) -> Result<Option<Reports>, Box<dyn Error>> {
    let Some(folder) = &config.storage.folder else { return Ok(None) };
    Ok(Some(Reports::open(reports::folder_in(folder), config.moderation.reports)?))
}

/// The moderation service for operators.
fn moderation(server: &DedicatedServer, records: &Records, reports: Option<Reports>) -> Moderation {
    let moderation = Moderation::new(server.handle(), records.clone());
    match reports {
        Some(reports) => moderation.with_reports(reports),
        None => moderation,
    }
}

/// Notes the number of players from the previous process that have reservations.
fn log_reservations(kept: usize, config: &Config) {
    if kept > 0 {
        let seconds = config.limits.resume.as_secs();
        note(&format!("keeping the places of {kept} players of the previous process for {seconds} s"));
    }
}

/// Opens the ports for QUIC, with a shard for each worker.
fn listen(
    config: &Config,
    identity: &Identity,
    tls_ports: &[TlsPort],
    workers: &mut Workers,
) -> Result<Vec<Listener>, Box<dyn Error>> {
    let count = workers.count();
    let runtime = QuicRuntime::new(count.get())?;
    let mut listeners = Vec::new();
    for address in &config.listen.quic {
        let web_socket_ports = TlsPort::beside(tls_ports, config, address.ip());
        let settings =
            QuicServerSettings { web_socket_ports: web_socket_ports.clone(), ..quic_settings(config) };
        let place = workers.placement();
        let shards =
            QuicServer::bind_shards(&runtime, *address, identity, settings, count, place).map_err(advised)?;
        let (port, shown_identity) = (shards[0].local_addr().port(), shards[0].shown_identity());
        let host = host_at(config, address.ip());
        listeners.push(Listener { host, port, shown_identity, web_socket_ports });
        workers.add_shards(shards.into_iter().map(|shard| Box::new(shard) as _));
    }
    Ok(listeners)
}

/// With how another port is chosen here.
fn advised(error: BindError) -> Box<dyn Error> {
    match error {
        BindError::PortTaken { .. } => format!("{error} with --listen: port 0 picks a free one").into(),
        other => other.into(),
    }
}

fn quic_settings(config: &Config) -> QuicServerSettings {
    QuicServerSettings {
        address_shares: config.addresses,
        fast_path: config.fast_path.clone(),
        ..config.quic.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_of_the_configuration_are_those_of_the_network() {
        assert_eq!(quic_settings(&Config::default()), QuicServerSettings::default());
    }
}
