//! A page as a client of the kit: it joins with an offer, speaks and writes to the partner, and hears and reads it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use consonance_link::{ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, PacketLimits, Statistics};
use consonance_testing::rtc::{BrowserEvent, TestBrowserSettings, UdpBrowser};
use consonance_web::browser_gateway::PageEntrance;
use consonance_web::{Join, JoinBody, JoinProblem, Joined, Reply, Signalling as _};
use serde_json::{Value, json};

use crate::page_conformance::partner::{LIMITS, OPUS_20_MS, PARTNER};

/// A page, or none while it is not connected.
pub(crate) struct PageClient {
    entrance: PageEntrance,
    session: String,
    state: State,
    /// Whether it must connect again as soon as it has left.
    connects_again: bool,
    packet: Vec<u8>,
    statistics: Statistics,
}

impl fmt::Debug for PageClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageClient").field("session", &self.session).finish_non_exhaustive()
    }
}

enum State {
    Idle,
    Asking(Box<UdpBrowser>, Reply<Result<Joined, JoinProblem>>),
    /// Its offer was answered, but it is not in the session yet.
    Joining(Box<UdpBrowser>),
    Joined(Box<UdpBrowser>),
    /// It has announced that it leaves, if it could, and waits for the server to close.
    Leaving(Option<Box<UdpBrowser>>),
    Cut,
}

/// The result of one poll of the browser.
enum Seen {
    Nothing,
    /// Something that the kit ignores.
    Other,
    Joined,
    Packet(Delivery),
    Ended(DisconnectReason),
}

impl PageClient {
    pub(crate) fn new(entrance: PageEntrance, session: &str) -> Self {
        let (session, statistics) = (session.to_owned(), Statistics::default());
        Self { entrance, session, state: State::Idle, connects_again: false, packet: Vec::new(), statistics }
    }

    /// Cuts its network. A real page notices that after a period of silence; this one reports it at once.
    pub(crate) fn cut(&mut self) {
        self.state = State::Cut;
    }

    fn ask(&mut self, now: Instant) -> State {
        let (browser, sdp) = UdpBrowser::new(now, TestBrowserSettings::default()).unwrap();
        let body = JoinBody {
            name: "guest".to_owned(),
            token: None,
            password: None,
            sdp,
            resume: None,
            place: None,
            encrypts: false,
        };
        let join = Join { session: self.session.clone(), body, remote: IpAddr::V4(Ipv4Addr::LOCALHOST) };
        State::Asking(Box::new(browser), self.entrance.join(join))
    }

    fn look(&mut self, now: Instant) -> Seen {
        match &mut self.state {
            State::Idle => Seen::Nothing,
            State::Cut => Seen::Ended(DisconnectReason::TimedOut),
            State::Leaving(None) => Seen::Ended(DisconnectReason::ClosedByUs),
            State::Leaving(Some(browser)) => match browser.poll(now) {
                None => Seen::Nothing,
                Some(BrowserEvent::Closed) => Seen::Ended(DisconnectReason::ClosedByUs),
                Some(_) => Seen::Other,
            },
            State::Asking(browser, reply) => match reply.try_take() {
                None => Seen::Nothing,
                Some(Ok(joined)) => {
                    browser.handle_answer(now, &joined.sdp);
                    self.state = match std::mem::replace(&mut self.state, State::Idle) {
                        State::Asking(browser, _) => State::Joining(browser),
                        other => other,
                    };
                    self.look(now)
                }
                Some(Err(problem)) => {
                    assert!(matches!(problem, JoinProblem::Closing | JoinProblem::Full), "{problem}");
                    Seen::Ended(DisconnectReason::refused(b""))
                }
            },
            State::Joining(browser) | State::Joined(browser) => match browser.poll(now) {
                None => Seen::Nothing,
                Some(BrowserEvent::Connected) => Seen::Other,
                Some(BrowserEvent::Message(text)) => self.read(now, &serde_json::from_str(&text).unwrap()),
                Some(BrowserEvent::Voice { payload, .. }) => {
                    self.packet = payload[1..].to_vec();
                    Seen::Packet(Delivery::Unreliable)
                }
                Some(BrowserEvent::Closed) => Seen::Ended(DisconnectReason::closed_by_peer(b"")),
            },
        }
    }

    fn read(&mut self, now: Instant, message: &Value) -> Seen {
        match message["type"].as_str().unwrap() {
            "roster" => {
                self.state = match std::mem::replace(&mut self.state, State::Idle) {
                    State::Joining(mut browser) => {
                        let open = json!({"type": "open", "channel": 1, "to": {"player": PARTNER}});
                        assert!(browser.send_message(now, &open.to_string()));
                        State::Joined(browser)
                    }
                    other => other,
                };
                Seen::Joined
            }
            "text" => {
                self.packet = BASE64_STANDARD.decode(message["text"].as_str().unwrap()).unwrap();
                Seen::Packet(Delivery::Reliable)
            }
            "refused" => Seen::Ended(DisconnectReason::refused(b"")),
            // Leave, since its player would come back by itself, which the kit has not asked for.
            "disconnected" => {
                if let State::Joined(browser) = &mut self.state {
                    leave(now, browser);
                }
                Seen::Ended(DisconnectReason::closed_by_peer(b""))
            }
            _ => Seen::Other,
        }
    }
}

/// Leaves as a closed page does; returns false if it cannot.
fn leave(now: Instant, browser: &mut UdpBrowser) -> bool {
    let is_said = browser.send_message(now, r#"{"type":"leave"}"#);
    browser.transmit();
    is_said
}

impl Drop for PageClient {
    fn drop(&mut self) {
        if let State::Joined(browser) = &mut self.state {
            leave(Instant::now(), browser);
        }
    }
}

impl ClientNetwork for PageClient {
    fn connect(&mut self, now: Instant) {
        match &self.state {
            State::Idle => self.state = self.ask(now),
            State::Leaving(_) | State::Cut => self.connects_again = true,
            State::Asking(..) | State::Joining(_) | State::Joined(_) => {}
        }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        loop {
            match self.look(now) {
                Seen::Nothing => return None,
                Seen::Other => {}
                Seen::Joined => return Some(ClientLinkEvent::Connected),
                Seen::Packet(delivery) => {
                    std::mem::swap(bytes, &mut self.packet);
                    self.statistics.received.count(delivery, 1, bytes.len());
                    return Some(ClientLinkEvent::Packet { channel: delivery });
                }
                Seen::Ended(reason) => {
                    let connects_again = std::mem::take(&mut self.connects_again);
                    self.state = if connects_again { self.ask(now) } else { State::Idle };
                    return Some(ClientLinkEvent::Disconnected { reason });
                }
            }
        }
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        let State::Joined(browser) = &mut self.state else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        if !LIMITS.allow(delivery, packet.len()) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        match delivery {
            Delivery::Reliable => {
                let text = BASE64_STANDARD.encode(packet);
                let message = json!({"type": "text", "to": {"player": PARTNER}, "text": text});
                assert!(browser.send_message(now, &message.to_string()));
            }
            Delivery::Unreliable => browser.say(now, &[&[OPUS_20_MS], packet].concat()),
        }
        browser.transmit();
        self.statistics.sent.count(delivery, 1, packet.len());
    }

    fn disconnect(&mut self, now: Instant) {
        self.connects_again = false;
        self.state = match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => State::Idle,
            State::Cut => State::Cut,
            State::Asking(..) => State::Leaving(None),
            State::Joining(mut browser) | State::Joined(mut browser) => {
                State::Leaving(leave(now, &mut browser).then_some(browser))
            }
            State::Leaving(browser) => State::Leaving(browser),
        };
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }
}
