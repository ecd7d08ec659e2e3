//! Players in browsers, if configured: the page, and the port of their voices.

mod reading;
mod secrets;

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use consonance_link::authority;
use consonance_link::gateway::PlaceBoard;
use consonance_link::http::{HttpCounters, Tls};
use consonance_server::{JoiningSettings, Reservations, SessionRefusal, Workers};
use consonance_server_config::Config;
use consonance_web::browser_gateway::{
    GatewaySettings, NoReservation, PageEntrance, SessionReservations, browser_gateways,
};
use consonance_web::webrtc::{WebRtcPort, WebRtcSettings};
use consonance_web::{Info, PacketPlaces, PacketSettings, WebListener, WebSettings, packet_shards};

use reading::Pem;
pub(super) use reading::read;
use secrets::{join_rule, secrets};

/// The page's default address.
pub(super) const PAGE_PORT: u16 = 7780;

/// The configuration for browsers, with the files that it names.
#[derive(Clone, Debug)]
pub(super) struct PreparedBrowsers {
    page: WebSettings,
    /// The host name under which players reach the page.
    host: String,
    voice: WebRtcSettings,
    gateway: GatewaySettings,
    info: Info,
    /// The settings for voice over `WebSocket`s, if it is allowed.
    packets: Option<PacketSettings>,
}

/// The port of voice is open, and the workers have players in browsers; none are admitted yet.
pub(super) struct OpenedBrowsers {
    page: WebSettings,
    host: String,
    entrance: PageEntrance,
    voice: SocketAddr,
}

/// Accepts browsers until it is dropped.
pub(super) struct Browsers {
    listener: WebListener,
    host: String,
    tls: Option<Tls>,
    entrance: PageEntrance,
    voice: SocketAddr,
}

impl PreparedBrowsers {
    /// A line that describes what this configuration would open.
    pub(super) fn in_words(&self) -> String {
        let scheme = if self.page.tls.is_some() { "https" } else { "http" };
        let url = url(scheme, &self.host, self.page.listen.port());
        let voice = self.voice.udp;
        let tcp = self.voice.tcp.map(|tcp| format!(" or TCP at {tcp}")).unwrap_or_default();
        format!("players with a browser at {url}, their voices over UDP at {voice}{tcp}\n")
    }

    /// Opens the port of voice, and gives each worker a shard of it.
    pub(super) fn open(
        self,
        workers: &mut Workers,
        places: &PlaceBoard,
    ) -> Result<OpenedBrowsers, Box<dyn Error>> {
        let Self { mut page, host, voice, gateway, info, packets } = self;
        let (udp, tcp) = (voice.udp, voice.tcp);
        let port = WebRtcPort::bind(voice).map_err(|error| cannot_listen(udp, tcp, &error))?;
        let voice = port.local_addr();
        let reservations = Arc::new(InServedSessions(workers.reservations()));
        let shards = port.into_shards(workers.count())?;
        let (entrance, gateways) = browser_gateways(shards, gateway, reservations, info, places);
        workers.add_shards(gateways.into_iter().map(|gateway| Box::new(gateway) as _));
        if let Some(packets) = packets {
            let count = workers.count().get();
            let (shards, entrance) = packet_shards(count, InServedSessions(workers.reservations()), packets);
            workers.add_shards(shards.into_iter().map(|shard| Box::new(shard) as _));
            page.packets = Some(entrance);
        }
        Ok(OpenedBrowsers { page, host, entrance, voice })
    }
}

impl OpenedBrowsers {
    /// Admits browsers, now that the workers run.
    pub(super) fn start(self) -> Result<Browsers, Box<dyn Error>> {
        let Self { page, host, entrance, voice } = self;
        let tls = page.tls.clone();
        let listener = WebListener::start(&page, Arc::new(entrance.clone()))?;
        Ok(Browsers { listener, host, tls, entrance, voice })
    }
}

impl Browsers {
    /// A line that describes the open page and port.
    pub(super) fn line(&self) -> String {
        format!("page for players at {} (voices over UDP at {})\n", self.url(), self.voice)
    }

    /// The URL of the page.
    pub(super) fn url(&self) -> String {
        url(self.listener.scheme(), &self.host, self.listener.local_addr().port())
    }

    /// The counters of its listeners, by their names.
    pub(super) fn counters(&self) -> impl Iterator<Item = (&'static str, HttpCounters)> {
        let redirect = self.listener.redirect_counters().map(|counters| ("redirect", counters));
        [("page", self.listener.counters())].into_iter().chain(redirect)
    }

    /// Takes over the settings that can change while it runs.
    pub(super) fn follow(&self, news: PreparedBrowsers) {
        self.entrance.set_info(news.info);
        self.listener.set_origins(&news.page.origins);
    }

    /// Reloads the certificate from its files, if the page has one.
    pub(super) fn renew_certificate(&self, config: &Config) -> Result<(), String> {
        let Some(tls) = &self.tls else { return Ok(()) };
        let Some(Pem { certificate, key }) = reading::certificate(&config.web)? else { return Ok(()) };
        tls.replace(&certificate, &key).map_err(|error| error.to_string())
    }
}

fn url(scheme: &str, host: &str, port: u16) -> String {
    format!("{scheme}://{}/", authority(host, port))
}

/// The server's own directory of sessions.
struct InServedSessions(Reservations);

impl SessionReservations for InServedSessions {
    fn reserve(&self, session: &str) -> Result<usize, NoReservation> {
        self.0.reserve(session).map_err(|refusal| match refusal {
            SessionRefusal::Full { .. } => NoReservation::Full,
            _ => NoReservation::NoSuchSession,
        })
    }

    fn cancel(&self, session: &str) {
        self.0.cancel(session);
    }
}

impl PacketPlaces for InServedSessions {
    fn place(&self, session: &str) -> usize {
        self.0.place(session)
    }

    fn give_back(&self, session: &str) {
        self.0.cancel(session);
    }
}

fn cannot_listen(udp: SocketAddr, tcp: Option<SocketAddr>, error: &io::Error) -> String {
    let tcp = tcp.map(|tcp| format!(" and TCP {tcp}")).unwrap_or_default();
    let what = match error.kind() {
        io::ErrorKind::AddrInUse => "it is taken".to_owned(),
        _ => error.to_string(),
    };
    format!("cannot use UDP {udp}{tcp} for browsers' voice: {what}; choose others with web.udp and web.tcp")
}

/// The information that pages get before their first request.
fn info(config: &Config, joining: &JoiningSettings) -> Info {
    Info {
        sessions: config.sessions.clone(),
        on_demand: !config.sessions_on_demand.is_empty(),
        join: join_rule(joining),
        secrets: secrets(config, joining),
        udp: true,
        encryption: config.session_encryption().is_possible(),
    }
}
