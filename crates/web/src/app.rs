//! The state that all routes share: the sessions, and the limits of visitors.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use axum::http::{HeaderValue, StatusCode};
use consonance_link::WarningLimit;
use consonance_link::http::{IpNetwork, ProblemDetails, Stopped};
use consonance_link::is_own_host;
use tokio::time::timeout;

use crate::join_rate::{JoinRate, Pace};
use crate::packets::PacketEntrance;
use crate::reply::Reply;
use crate::settings::{IceServers, WebLimits, WebSettings};
use crate::signalling::{JoinProblem, Signalling};
use crate::this_machine::is_this_machine;

/// Shared by all routes; a clone is the same.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

struct Shared {
    signalling: Arc<dyn Signalling>,
    proxies: Vec<IpNetwork>,
    origins: Origins,
    host_names: Vec<String>,
    ice_servers: IceServers,
    packets: Option<PacketEntrance>,
    limits: WebLimits,
    rate: Mutex<JoinRate>,
    stopped: Stopped,
    /// Whether the operator was told of a proxy that is not named.
    is_unknown_proxy_told: AtomicBool,
    /// Limits warnings about rejected pages of foreign origins.
    foreign_page_warnings: WarningLimit,
}

/// Origins of other sites whose pages may ask, which can change while the page is served; a clone is the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins(Arc<RwLock<Vec<String>>>);

impl Origins {
    pub(crate) fn set(&self, origins: &[String]) {
        let mut own = self.0.write().unwrap_or_else(PoisonError::into_inner);
        own.clear();
        own.extend_from_slice(origins);
    }

    fn contain(&self, origin: &[u8]) -> bool {
        let own = self.0.read().unwrap_or_else(PoisonError::into_inner);
        own.iter().any(|known| origin.eq_ignore_ascii_case(known.as_bytes()))
    }
}

impl App {
    pub(crate) fn new(
        signalling: Arc<dyn Signalling>,
        settings: &WebSettings,
        origins: Origins,
        stopped: Stopped,
    ) -> Self {
        let WebSettings { proxies, host_names, ice_servers, packets, limits, .. } = settings.clone();
        let pace = Pace::new(limits.joins_per_minute, limits.joins_burst);
        let rate = Mutex::new(JoinRate::new(pace, limits.join_addresses_max));
        Self(Arc::new(Shared {
            signalling,
            proxies,
            origins,
            host_names,
            ice_servers,
            packets,
            limits,
            rate,
            stopped,
            is_unknown_proxy_told: AtomicBool::new(false),
            foreign_page_warnings: WarningLimit::default(),
        }))
    }

    pub(crate) fn signalling(&self) -> &dyn Signalling {
        &*self.0.signalling
    }

    /// Whether the other end of a connection is trusted about the visitor's address.
    pub(crate) fn is_proxy(&self, address: IpAddr) -> bool {
        self.0.proxies.iter().any(|network| network.contains(address))
    }

    /// Whether a visitor is the first that comes over a proxy which the operator has not named.
    pub(crate) fn is_first_behind_unknown_proxy(&self) -> bool {
        !self.0.is_unknown_proxy_told.swap(true, Ordering::Relaxed)
    }

    /// Whether a refused page of a foreign origin is one of the first that are logged as warnings.
    pub(crate) fn may_warn_of_foreign_page(&self) -> bool {
        self.0.foreign_page_warnings.take()
    }

    /// Whether pages of this origin may ask, although they are another site's.
    pub(crate) fn allows_origin(&self, origin: &HeaderValue) -> bool {
        self.0.origins.contain(origin.as_bytes())
    }

    /// Whether this `Host` asks for the page, and not for a foreign name that was made to point here.
    pub(crate) fn is_own_host(&self, host: &str) -> bool {
        is_this_machine(host) || is_own_host(host, &self.0.host_names)
    }

    pub(crate) fn ice_servers(&self) -> &IceServers {
        &self.0.ice_servers
    }

    /// The entrance for voice over `WebSocket`s, if there is one.
    pub(crate) fn packets(&self) -> Option<&PacketEntrance> {
        self.0.packets.as_ref()
    }

    pub(crate) fn limits(&self) -> &WebLimits {
        &self.0.limits
    }

    pub(crate) fn stopped(&self) -> &Stopped {
        &self.0.stopped
    }

    /// Counts an attempt to join.
    pub(crate) fn count_join(&self, address: IpAddr) -> Result<(), ProblemDetails> {
        let mut rate = self.0.rate.lock().unwrap_or_else(PoisonError::into_inner);
        rate.count(Instant::now(), address).map_err(|wait| {
            let what = "too many recent attempts to join from this address: wait a little";
            ProblemDetails::new(StatusCode::TOO_MANY_REQUESTS, what).retry_after(wait)
        })
    }

    /// Waits for an answer of the sessions: `Busy` after the timeout, `Closing` if there will be none.
    pub(crate) async fn answer_of<T>(&self, reply: Reply<Result<T, JoinProblem>>) -> Result<T, JoinProblem> {
        match timeout(self.0.limits.reply_timeout, reply).await {
            Ok(Some(answer)) => answer,
            Ok(None) => Err(JoinProblem::Closing),
            Err(_) => Err(JoinProblem::Busy),
        }
    }
}
