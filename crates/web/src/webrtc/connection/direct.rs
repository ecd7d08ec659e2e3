//! A connection without an offer and without handshakes, for the fuzz target of media: those take so long that
//! nothing else would be tried.

use std::time::Instant;

use str0m::format::PayloadParams;
use str0m::media::{MediaKind, Mid};
use str0m::rtp::Ssrc;
use str0m::{IceCreds, RtcError};

use super::hosts::Credentials;
use super::{Connection, Identity, Slot, State};
use crate::webrtc::settings::PeerLimits;

/// How the page calls itself in its checks.
pub(crate) const PAGE: &str = "page";

impl Connection {
    /// One that is open, with a microphone and slots of these names, whose streams have numbers from 1 on. It has no
    /// control channel, and nowhere to send before the page's first check.
    pub(crate) fn without_offer(
        now: Instant,
        identity: &Identity,
        limits: &PeerLimits,
        microphone: Mid,
        slots: &[Mid],
    ) -> Result<Self, RtcError> {
        let mut connection = Self::new(now, identity, limits, microphone);
        let payload_type = connection.rtc.codec_config().params().first().map(PayloadParams::pt);
        let payload_type = payload_type.expect("Opus is all that a connection has");
        let mut direct = connection.rtc.direct_api();
        direct.declare_media(microphone, MediaKind::Audio);
        for (&mid, source) in slots.iter().zip(1..) {
            direct.declare_media(mid, MediaKind::Audio);
            connection.slots.push(Slot::new(mid, payload_type, Ssrc::from(source)));
        }
        // The page uses the same certificate as this end.
        let fingerprint = direct.local_dtls_fingerprint().clone();
        direct.set_remote_fingerprint(fingerprint);
        direct.set_remote_ice_credentials(IceCreds { ufrag: PAGE.to_owned(), pass: PAGE.to_owned() });
        direct.start_dtls(false)?;
        let own_user_fragment = connection.user_fragment();
        let page = PAGE.to_owned();
        connection.hosts.set_credentials(Credentials {
            own_user_fragment,
            user_fragment: page.clone(),
            password: page,
        });
        connection.state = State::Open;
        connection.drain(now);
        Ok(connection)
    }

    /// The ICE credentials of this end, name and password, that authenticate a page's checks.
    pub(crate) fn credentials(&mut self) -> IceCreds {
        self.rtc.direct_api().local_ice_credentials()
    }
}
