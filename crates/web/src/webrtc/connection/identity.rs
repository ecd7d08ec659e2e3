//! Data shared by all connections of a server, and the setup of str0m for each.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::crypto::CryptoProvider;
use str0m::crypto::dtls::DtlsCert;
use str0m::net::TcpType;
use str0m::rtp::{Extension, ExtensionMap};
use str0m::{Candidate, Rtc, RtcConfig};

use crate::webrtc::settings::PeerLimits;

/// A server's identity towards browsers.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) cryptography: Arc<CryptoProvider>,
    pub(crate) certificate: DtlsCert,
    /// The addresses announced to browsers.
    pub(crate) udp: Vec<SocketAddr>,
    pub(crate) tcp: Vec<SocketAddr>,
}

impl Identity {
    /// A connection without a peer yet.
    pub(super) fn new_rtc(&self, now: Instant, limits: &PeerLimits) -> Rtc {
        let mut rtc = RtcConfig::new()
            .set_crypto_provider(Arc::clone(&self.cryptography))
            .set_dtls_cert(self.certificate.clone())
            .set_ice_lite(true)
            .set_rtp_mode(true)
            .set_stats_interval(Some(STATISTICS_INTERVAL))
            .set_rtcp_report_interval_audio(REPORT_INTERVAL)
            .set_sctp_max_buffered_amount(limits.send_bytes_max)
            .set_sctp_max_message_size(limits.message_bytes_max as u32)
            .clear_codecs()
            .enable_opus(true, false)
            .set_extension_map(extensions())
            .build(now);
        let udp = self.udp.iter().map(|&address| Candidate::host(address, "udp"));
        let passive = |&address| Candidate::builder().tcp().host(address).tcptype(TcpType::Passive).build();
        for candidate in udp.chain(self.tcp.iter().map(passive)).flatten() {
            rtc.add_local_candidate(candidate);
        }
        rtc
    }
}

/// The extension that names a stream's media, and no other: a browser that is told when its packets arrive probes for
/// bandwidth with empty ones, which are numbered like voice.
fn extensions() -> ExtensionMap {
    let mut extensions = ExtensionMap::empty();
    extensions.set(4, Extension::RtpMid);
    extensions
}

/// How often str0m says how the link does; a browser says it of each slot every few seconds.
const STATISTICS_INTERVAL: Duration = Duration::from_secs(1);

/// How often a browser is told what of its voice was lost, by which its encoder decides how much to say twice.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
