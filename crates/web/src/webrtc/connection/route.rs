//! The address of a page while its channels were set up.

use std::net::SocketAddr;

/// The destinations of a connection's encrypted datagrams since it has keys.
///
/// An ICE check comes from whatever address its sender claims, and may redirect all traffic there. A peer that
/// continues an exchange sent to one place only (the answer that associations of SCTP begin with, RFC 9260, section
/// 5.1) has read it at that place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Route {
    #[default]
    Nowhere,
    To(SocketAddr),
    /// To several machines: datagrams sent to one of them may have been read at another.
    Apart,
}

impl Route {
    /// A datagram leaves.
    pub(super) fn note_sent(&mut self, destination: SocketAddr, datagram: &[u8]) {
        if !is_dtls(datagram) {
            return;
        }
        *self = match *self {
            Self::Nowhere => Self::To(destination),
            Self::To(former) if former.ip() == destination.ip() => Self::To(destination),
            Self::To(_) | Self::Apart => Self::Apart,
        };
    }

    /// The address of the page that has answered all of it, if that is known.
    pub(super) fn proven(self) -> Option<SocketAddr> {
        match self {
            Self::To(remote) => Some(remote),
            Self::Nowhere | Self::Apart => None,
        }
    }
}

pub(super) fn is_dtls(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| DTLS.contains(first))
}

/// The first byte of a DTLS record (RFC 7983, section 7).
const DTLS: std::ops::RangeInclusive<u8> = 20..=63;

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::{Duration, Instant};

    use consonance_testing::rtc::{TestBrowser, TestBrowserSettings};
    use str0m::net::Protocol;

    use crate::webrtc::connection::{Connection, ConnectionEvent, Identity};
    use crate::webrtc::settings::PeerLimits;

    use super::*;

    #[test]
    fn an_address_is_known_while_all_that_is_encrypted_goes_to_one_machine() {
        let (here, moved): (SocketAddr, SocketAddr) = (page(), (page().ip(), 9).into());
        let route = |sent: &[(SocketAddr, u8)]| {
            let mut route = Route::default();
            for (to, first) in sent {
                route.note_sent(*to, &[*first]);
            }
            route.proven()
        };
        assert_eq!(route(&[]), None);
        assert_eq!(route(&[(here, 22), (here, 23)]), Some(here));
        assert_eq!(route(&[(here, 23), (moved, 23)]), Some(moved), "another port is the same machine");
        assert_eq!(route(&[(here, 23), (victim(), 1), (victim(), 0x80)]), Some(here), "checks prove nothing");
        assert_eq!(route(&[(here, 23), (victim(), 23), (here, 23)]), None);
    }

    #[test]
    fn a_page_is_where_it_has_read_what_it_was_sent() {
        let connection = connected_with_forged_check(usize::MAX).unwrap();
        assert_eq!(connection.remote(), Some(page()));
    }

    #[test]
    fn a_forged_check_before_any_datagram_moves_no_page_to_another_address() {
        let connected = (0..12).filter_map(connected_with_forged_check);
        let remotes: Vec<_> = connected.map(|connection| connection.remote()).collect();
        assert!(remotes.len() > 3, "it connects all the same: {remotes:?}");
        assert!(!remotes.contains(&Some(victim())), "{remotes:?}");
    }

    /// A page that sends one of its checks from a foreign address, right before its encrypted datagram of this
    /// number. `None` if it does not connect.
    fn connected_with_forged_check(before: usize) -> Option<Connection> {
        let mut now = Instant::now();
        let cryptography = consonance_link::rtc_crypto::provider();
        let certificate = cryptography.dtls_provider.generate_certificate().unwrap();
        let identity = Identity { cryptography, certificate, udp: vec![server()], tcp: Vec::new() };
        let (mut browser, offer) = TestBrowser::new(now, TestBrowserSettings::default(), &[page()], &[]);
        let (mut connection, answer) =
            Connection::accept(now, &offer, &identity, &PeerLimits::default()).unwrap();
        let password = answer.lines().find_map(|line| line.strip_prefix("a=ice-pwd:")).unwrap();
        let cryptography = consonance_link::rtc_crypto::provider();
        let hmac = |bytes: &[u8]| cryptography.sha1_hmac_provider.sha1_hmac(password.as_bytes(), &[bytes]);
        browser.handle_answer(now, &answer);
        let (mut check, mut records) = (Vec::new(), 0);
        for _ in 0..1000 {
            while let Some(sent) = browser.poll_transmit() {
                if sent.contents.starts_with(&[0, 1]) {
                    check = sent.contents.to_vec();
                } else if DTLS.contains(&sent.contents[0]) {
                    if records == before {
                        let forged = preferred(&check, hmac);
                        connection.handle_datagram(now, Protocol::Udp, victim(), server(), &forged);
                        // The destination of outgoing packets changes when the connection next checks its candidate
                        // pairs.
                        now += Duration::from_secs(1);
                        connection.handle_timeout(now);
                    }
                    records += 1;
                }
                connection.handle_datagram(now, Protocol::Udp, page(), server(), &sent.contents);
            }
            if let Some(ConnectionEvent::Connected) = connection.poll_event() {
                return Some(connection);
            }
            while let Some(transmit) = connection.poll_transmit(now) {
                if transmit.destination == page() {
                    browser.handle_datagram(now, Protocol::Udp, server(), page(), &transmit.contents);
                }
            }
            while browser.poll_event().is_some() {}
            now += Duration::from_millis(10);
            browser.handle_timeout(now);
            connection.handle_timeout(now);
        }
        None
    }

    /// The same check with the highest priority, so that its address is preferred, and the proof that takes the
    /// server's password (RFC 8489, sections 5 and 14.5), which every page knows.
    fn preferred(check: &[u8], hmac: impl Fn(&[u8]) -> [u8; 20]) -> Vec<u8> {
        let (mut forged, mut at) = (check[..20].to_vec(), 20);
        loop {
            let kind = u16::from_be_bytes([check[at], check[at + 1]]);
            let length = usize::from(u16::from_be_bytes([check[at + 2], check[at + 3]]));
            let end = (at + 4 + length).next_multiple_of(4);
            match kind {
                PRIORITY => forged.extend([0, 0x24, 0, 4, 0x7f, 0xff, 0xff, 0xff]),
                MESSAGE_INTEGRITY => break,
                _ => forged.extend(&check[at..end]),
            }
            at = end;
        }
        let length = (forged.len() - 20 + 24) as u16;
        forged[2..4].copy_from_slice(&length.to_be_bytes());
        let proof = hmac(&forged);
        forged.extend([0, 8, 0, 20]);
        forged.extend(proof);
        forged
    }

    const PRIORITY: u16 = 0x24;
    const MESSAGE_INTEGRITY: u16 = 8;

    fn server() -> SocketAddr {
        (Ipv4Addr::new(192, 0, 2, 1), 1).into()
    }

    fn page() -> SocketAddr {
        (Ipv4Addr::new(192, 0, 2, 2), 2).into()
    }

    fn victim() -> SocketAddr {
        (Ipv4Addr::new(192, 0, 2, 3), 3).into()
    }
}
