//! The connection to a signalling server: its name is looked up, a WebSocket is opened, and reopened when it is lost.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use consonance_link::gateway::streams::{Found, MessageStream as _};
use consonance_link::gateway::tcp::{TcpConnections, TcpEnd, TcpEvent, TcpId};
use rustls::ClientConfig;

use super::client::{SignallingClient, SignallingEvent};
use super::message::MESSAGE_BYTES_MAX;
use super::url::SignallingUrl;
use crate::webrtc_network::web_socket::{ClientSocket, client_socket};

/// An event on the connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LinkEvent {
    /// The signalling server may be spoken to.
    Up,
    /// A message from the server.
    Said(SignallingEvent),
    /// It is gone or could not be reached, for this reason. [`SignallingLink::start`] starts again.
    Lost(String),
}

pub(crate) struct SignallingLink {
    url: SignallingUrl,
    tls: Arc<ClientConfig>,
    state: State,
    /// Events between two polls.
    events: VecDeque<LinkEvent>,
    /// The message that was read from the socket, and the output for it.
    message: Vec<u8>,
    out: Vec<u8>,
}

enum State {
    Down,
    Resolving {
        until: Instant,
        answer: Receiver<io::Result<SocketAddr>>,
    },
    Connecting {
        id: TcpId,
        until: Instant,
    },
    /// Shaking hands as long as there is no client.
    Speaking {
        id: TcpId,
        until: Instant,
        socket: Box<ClientSocket>,
        client: Option<SignallingClient>,
    },
}

impl SignallingLink {
    pub(crate) fn new(url: SignallingUrl, tls: Arc<ClientConfig>) -> Self {
        Self { url, tls, state: State::Down, events: VecDeque::new(), message: Vec::new(), out: Vec::new() }
    }

    pub(crate) fn url(&self) -> &SignallingUrl {
        &self.url
    }

    pub(crate) fn is_down(&self) -> bool {
        matches!(self.state, State::Down)
    }

    /// Begins, if it is down. It ends in [`LinkEvent::Up`] or [`LinkEvent::Lost`].
    pub(crate) fn start(&mut self, now: Instant, connections: &mut TcpConnections) {
        if !self.is_down() {
            return;
        }
        let until = now + CONNECTING_MAX;
        if let Ok(ip) = self.url.host().parse::<IpAddr>() {
            let address = SocketAddr::new(ip, self.url.port());
            self.state = State::Connecting { id: connections.connect(now, address, None), until };
            return;
        }
        // The system's name look-up blocks, so a short-lived thread does it.
        let (sender, answer) = sync_channel(1);
        let (host, port) = (self.url.host().to_owned(), self.url.port());
        let looking = std::thread::Builder::new().name("name look-up".to_owned()).spawn(move || {
            let found = (host.as_str(), port).to_socket_addrs().and_then(|mut found| {
                found.next().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the name has no address"))
            });
            // The client that asked may be gone.
            let _ = sender.try_send(found);
        });
        match looking {
            Ok(_) => self.state = State::Resolving { until, answer },
            Err(error) => self.lose(error.to_string()),
        }
    }

    /// Ends it, without an event.
    pub(crate) fn stop(&mut self, now: Instant, connections: &mut TcpConnections) {
        self.flush(now, connections);
        match std::mem::replace(&mut self.state, State::Down) {
            State::Speaking { id, mut socket, .. } => {
                self.out.clear();
                socket.end("", &mut self.out);
                connections.send(now, id, &[&self.out]);
                connections.finish(now, id);
            }
            State::Connecting { id, .. } => connections.abort(id),
            State::Down | State::Resolving { .. } => {}
        }
        self.events.clear();
    }

    /// The signalling server, while it may be spoken to.
    pub(crate) fn client(&mut self) -> Option<&mut SignallingClient> {
        match &mut self.state {
            State::Speaking { client, .. } => client.as_mut(),
            _ => None,
        }
    }

    /// Our address on the way there.
    pub(crate) fn local_ip(&self, connections: &TcpConnections) -> Option<IpAddr> {
        match self.state {
            State::Speaking { id, .. } => connections.local_addr_of(id).map(|address| address.ip()),
            _ => None,
        }
    }

    /// Something happened on a connection, which may be this one's. True if it was.
    pub(crate) fn handle_tcp(
        &mut self,
        now: Instant,
        connections: &mut TcpConnections,
        event: &TcpEvent,
    ) -> bool {
        let (TcpEvent::Opened { id: of, .. }
        | TcpEvent::Received { id: of }
        | TcpEvent::Closed { id: of, .. }) = event;
        match self.state {
            State::Connecting { id, .. } | State::Speaking { id, .. } if id == *of => {}
            _ => return false,
        }
        match event {
            TcpEvent::Opened { id, .. } => self.ask(now, connections, *id),
            TcpEvent::Received { id } => self.receive(now, connections, *id),
            TcpEvent::Closed { end, .. } => self.lose(words_of(end)),
        }
        true
    }

    /// The next thing that happened; what there is to say is sent.
    pub(crate) fn poll(&mut self, now: Instant, connections: &mut TcpConnections) -> Option<LinkEvent> {
        self.look(now, connections);
        self.flush(now, connections);
        self.events.pop_front()
    }

    /// When [`poll`](Self::poll) is to be called although nothing comes.
    pub(crate) fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        match &self.state {
            State::Down => None,
            State::Resolving { .. } => Some(now + LOOK_INTERVAL),
            State::Connecting { until, .. } | State::Speaking { until, client: None, .. } => Some(*until),
            State::Speaking { client: Some(client), .. } => Some(client.poll_timeout()),
        }
    }

    /// The number of events that have not been polled.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.events.len()
    }

    /// Handles timeouts and the result of the look-up.
    fn look(&mut self, now: Instant, connections: &mut TcpConnections) {
        match &mut self.state {
            State::Resolving { until, answer } => match answer.try_recv() {
                Ok(Ok(address)) => {
                    let until = *until;
                    self.state = State::Connecting { id: connections.connect(now, address, None), until };
                }
                Ok(Err(error)) => self.lose(format!("its name is not found: {error}")),
                Err(TryRecvError::Empty) if now < *until => {}
                Err(_) => self.lose("its name is not found in time".to_owned()),
            },
            State::Connecting { id, until } | State::Speaking { id, until, client: None, .. }
                if *until <= now =>
            {
                connections.abort(*id);
                self.lose("it does not answer".to_owned());
            }
            State::Speaking { id, client: Some(client), .. } => {
                client.handle_timeout(now);
                while let Some(event) = client.poll_event() {
                    if event == SignallingEvent::Silent {
                        connections.abort(*id);
                        return self.lose("it does not answer any more".to_owned());
                    }
                    self.events.push_back(LinkEvent::Said(event));
                }
            }
            _ => {}
        }
    }

    fn ask(&mut self, now: Instant, connections: &mut TcpConnections, id: TcpId) {
        match client_socket(&self.url, &self.tls, MESSAGE_BYTES_MAX) {
            Ok(mut socket) => {
                self.out.clear();
                socket.begin(&mut self.out);
                connections.send(now, id, &[&self.out]);
                let (until, socket) = (now + CONNECTING_MAX, Box::new(socket));
                self.state = State::Speaking { id, until, socket, client: None };
            }
            Err(why) => self.give_up(connections, id, why),
        }
    }

    fn receive(&mut self, now: Instant, connections: &mut TcpConnections, id: TcpId) {
        while let State::Speaking { socket, client, .. } = &mut self.state {
            self.message.clear();
            self.out.clear();
            let read = socket.read(connections.received(id), &mut self.message, &mut self.out);
            connections.send(now, id, &[&self.out]);
            let end = match read {
                Ok((taken, found)) => {
                    connections.consume(id, taken);
                    match found {
                        Found::Nothing if taken == 0 => return,
                        Found::Nothing => continue,
                        Found::Greeting => {
                            *client = Some(SignallingClient::new(now));
                            self.events.push_back(LinkEvent::Up);
                            continue;
                        }
                        Found::Message => {
                            if let Some(client) = client {
                                client.handle_message(&self.message);
                            }
                            continue;
                        }
                        Found::Refusal => "it refused the connection".to_owned(),
                        Found::End => "it was closed".to_owned(),
                    }
                }
                Err(violation) => violation.to_string(),
            };
            self.flush(now, connections);
            return self.give_up(connections, id, end);
        }
    }

    /// Sends what there is to say.
    pub(crate) fn flush(&mut self, now: Instant, connections: &mut TcpConnections) {
        if let State::Speaking { id, socket, client, .. } = &mut self.state {
            self.out.clear();
            while let Some(message) = client.as_mut().and_then(SignallingClient::poll_transmit) {
                socket.write(&message.to_bytes(), &mut self.out);
            }
            if !self.out.is_empty() {
                connections.send(now, *id, &[&self.out]);
            }
        }
    }

    fn give_up(&mut self, connections: &mut TcpConnections, id: TcpId, why: String) {
        connections.abort(id);
        self.lose(why);
    }

    fn lose(&mut self, why: String) {
        self.state = State::Down;
        self.events.push_back(LinkEvent::Lost(why));
    }
}

impl AsMut<Self> for SignallingLink {
    fn as_mut(&mut self) -> &mut Self {
        self
    }
}

fn words_of(end: &TcpEnd) -> String {
    match end {
        TcpEnd::Failed(error) => error.to_string(),
        other => format!("the connection ended: {other:?}"),
    }
}

/// How long each of looking up, connecting and shaking hands may take.
const CONNECTING_MAX: Duration = Duration::from_secs(10);

/// How often the answer of the look-up is asked for.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);
