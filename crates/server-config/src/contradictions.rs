//! Values that are valid alone but not together.

use consonance_link::listener::IpProtocol;

use crate::config::Config;
use crate::contradiction::{Contradiction, repeated};
use crate::{rooms, webhooks};

impl Config {
    /// All contradictions.
    pub(super) fn contradictions(&self, listens_elsewhere: bool) -> Vec<Contradiction> {
        let Self { listen, sessions, sessions_on_demand, certificate, admin, .. } = self;
        let mut found = Vec::new();
        let mut say = |key, what: &str| found.push(Contradiction::new(key, what));
        if listen.quic.is_empty() && listen.others.is_empty() && !listens_elsewhere {
            say("listen", "no address to listen on: set at least one");
        }
        if sessions.is_empty() && sessions_on_demand.is_empty() {
            say("sessions", "no sessions configured, expected at least one, here or in sessions_on_demand");
        }
        for (_, name) in repeated(sessions) {
            say("sessions", &format!("the session {name:?} is listed twice: remove one"));
        }
        if let Some(name) = self.host.as_deref().and_then(name_within) {
            let what = format!("only the name belongs here, without scheme, port and path: {name:?}");
            say("host", &what);
        }
        for what in self.listener_problems() {
            say("listen", &what);
        }
        if let Some(address) =
            admin.listen.filter(|address| !address.ip().is_loopback() && !admin.access.allow_plain)
        {
            let what = format!(
                "the admin listener speaks plain HTTP, and {address} is not this machine's own address: \
                 listen on 127.0.0.1, or set admin.allow_plain if no other party can read the traffic"
            );
            say("admin.listen", &what);
        }
        if !self.shutdown.draining.can_be_told() {
            let what =
                "is empty or longer than 512 bytes: expected an address such as quic://host:7777/{session}";
            say("shutdown.redirect", what);
        }
        let files = [certificate.file.is_some(), certificate.private_key_file.is_some()];
        found.extend(Contradiction::in_pair(["certificate.file", "certificate.private_key_file"], files));
        found.extend(self.web.contradictions());
        found.extend(rooms::contradictions(&self.access, &self.proximity, &self.room_limits));
        found.extend(self.joining.contradictions());
        found.extend(webhooks::contradictions(&self.webhooks));
        found.extend(self.cluster.contradictions());
        found
    }

    /// Listeners that exclude each other, or whose clients have no session.
    pub(super) fn listener_problems(&self) -> Vec<String> {
        let quic = self.listen.quic.iter().map(|address| (IpProtocol::Udp, *address));
        let others = self.listen.others.iter().map(|it| (it.network.ip_protocol, it.address));
        let all: Vec<_> = quic.chain(others).collect();
        let twice = repeated(&all).filter(|(_, (_, address))| address.port() != 0);
        let twice = twice.map(|(_, (_, address))| format!("{address} is used twice"));
        let wrong = self.listen.others.iter().filter_map(|listener| {
            let what = listener.problem(self)?;
            Some(format!("{} at {}: {what}", listener.network.name, listener.address))
        });
        twice.chain(wrong).collect()
    }
}

/// The name in a URL, or before a port, that was given in place of it.
fn name_within(host: &str) -> Option<&str> {
    let after_scheme = host.split_once("://").map_or(host, |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') && port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => authority,
    };
    (name != host && !name.is_empty()).then_some(name)
}
