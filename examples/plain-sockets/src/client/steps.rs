//! The work of a client at each poll.

use std::io;
use std::time::{Duration, Instant};

use consonance_link::inbox::Pushed;
use consonance_link::{Delivery, DisconnectReason, Peer};

use super::dial::Dial;
use super::udp_path::UdpPath;
use super::{Link, PlainClient, State};
use crate::full;
use crate::tcp_link::{Broken, TcpLink};
use crate::token::Token;

/// How long a server may take to accept us.
const GREETING_TIMEOUT: Duration = Duration::from_secs(5);
/// How long we wait for the way over UDP before we go on without: control works, and voice may still come.
const UDP_PATIENCE: Duration = Duration::from_secs(2);
/// Datagrams taken in one go, so that a flood does not keep us here.
const DATAGRAMS_PER_LOOK: usize = 1024;

impl PlainClient {
    /// Goes one step further, if something has happened that allows it.
    pub(super) fn look(&mut self, now: Instant) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => drop(self.dial.take_if(|dial| dial.is_finished())),
            State::Dialing => self.look_whether_the_server_answers(now),
            State::Greeting { tcp, deadline } => self.look_for_the_token(tcp, deadline, now),
            State::Up(link) => self.look_for_packets(link, now),
            State::Leaving { mut tcp, deadline, connect_again } => {
                if !tcp.is_over() && now < deadline {
                    self.state = State::Leaving { tcp, deadline, connect_again };
                    return;
                }
                self.end(DisconnectReason::ClosedByUs);
                if connect_again {
                    self.begin();
                }
            }
        }
    }

    /// Begins another attempt to connect.
    pub(super) fn begin(&mut self) {
        self.attempt += 1;
        self.inbox.expect(Peer(self.attempt));
        self.state = State::Dialing;
    }

    /// The link ends now, or the attempt to make one.
    pub(super) fn end(&mut self, reason: DisconnectReason) {
        self.state = State::Idle;
        self.held = None;
        self.inbox.disconnected(Peer(self.attempt), reason);
    }

    fn end_unreachable(&mut self, error: &io::Error) {
        let (address, cause) = (self.server.to_string(), error.to_string());
        self.end(DisconnectReason::Unreachable { address, cause });
    }

    fn look_whether_the_server_answers(&mut self, now: Instant) {
        self.state = State::Dialing;
        let Some(dial) = self.dial.take() else {
            match Dial::start(self.server) {
                Ok(dial) => self.dial = Some(dial),
                Err(error) => self.end_unreachable(&error),
            }
            return;
        };
        if !dial.is_finished() {
            self.dial = Some(dial);
            return;
        }
        match dial.into_stream().and_then(|stream| stream.map(TcpLink::new).transpose()) {
            Ok(Some(tcp)) => self.state = State::Greeting { tcp, deadline: now + GREETING_TIMEOUT },
            // The finished dial belonged to an earlier attempt; the next poll starts the current one.
            Ok(None) => {}
            Err(error) => self.end_unreachable(&error),
        }
    }

    fn look_for_the_token(&mut self, mut tcp: TcpLink, deadline: Instant, now: Instant) {
        let packet = match tcp.receive() {
            Ok(Some(packet)) => packet,
            Ok(None) if now < deadline => return self.state = State::Greeting { tcp, deadline },
            Ok(None) => return self.end(DisconnectReason::TimedOut),
            Err(Broken::Closed) => return self.end(DisconnectReason::refused(b"")),
            Err(broken) => return self.end(broken.reason()),
        };
        if let Some(clients_max) = full::parse(&packet) {
            return self.end(DisconnectReason::ServerFull { clients_max });
        }
        let Some(token) = Token::parse(&packet) else {
            let violation = "its first packet is not a token".to_owned();
            return self.end(DisconnectReason::ProtocolViolated { violation });
        };
        match UdpPath::new(self.server, token, now) {
            Ok(udp) => {
                let report_at = now + UDP_PATIENCE;
                self.look_for_packets(Box::new(Link { tcp, udp, is_reported: false, report_at }), now);
            }
            Err(error) => self.end_unreachable(&error),
        }
    }

    fn look_for_packets(&mut self, mut link: Box<Link>, now: Instant) {
        let peer = Peer(self.attempt);
        link.udp.introduce(now);
        let first = link.udp.receive();
        if !link.is_reported && (link.udp.is_known() || now >= link.report_at) {
            link.is_reported = true;
            self.inbox.connected(peer, ());
        }
        let datagrams = first.into_iter().chain(std::iter::from_fn(|| link.udp.receive()));
        for packet in datagrams.take(DATAGRAMS_PER_LOOK) {
            self.inbox.push(peer, Delivery::Unreliable, packet);
        }
        match link.tcp.flush().and_then(|()| self.read(&mut link)) {
            Ok(()) => self.state = State::Up(link),
            Err(broken) => self.end(broken.reason()),
        }
    }

    /// Reads the data received over TCP, as far as there is room for it.
    fn read(&mut self, link: &mut Link) -> Result<(), Broken> {
        while link.is_reported
            && let Some(packet) =
                self.held.take().map_or_else(|| link.tcp.receive(), |held| Ok(Some(held)))?
        {
            if let Pushed::Full(packet) = self.inbox.push(Peer(self.attempt), Delivery::Reliable, packet) {
                self.held = Some(packet);
                break;
            }
        }
        Ok(())
    }
}
