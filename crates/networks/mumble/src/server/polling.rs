//! Polling a server: datagrams and streams in turn, and the messages that the server handles itself.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::{Delivery, MessageChannel, Peer, ServerLinkEvent, ServerNetwork as _};

use super::{DATAGRAM_BYTES_MAX, MumbleServer, MumbleServerEvent};
use crate::control::messages::{CryptSetup, Ping};
use crate::control::{Control, MalformedControl, TUNNEL};
use crate::crypt::CryptCounts;
use crate::login::Login;
use crate::server_list::{ListedServer, ServerList};
use crate::voice::{Sender, VOICE_BYTES_MAX, VoicePacket};

/// The source that a series of polls reads: first datagrams, up to a limit, then streams.
#[derive(Debug)]
pub(super) enum Turn {
    Datagrams { left: u32 },
    Streams,
}

/// Maximum number of datagrams that are read before streams get their turn.
const DATAGRAMS_MAX: u32 = 256;

impl Default for Turn {
    fn default() -> Self {
        Self::Datagrams { left: DATAGRAMS_MAX }
    }
}

impl MumbleServer {
    /// The next event. Call it until it returns `None`.
    pub fn poll(&mut self, now: Instant) -> Option<MumbleServerEvent> {
        loop {
            let event = match self.turn {
                Turn::Datagrams { left } => self.read_datagram(now, left),
                Turn::Streams => {
                    let Some(event) = self.streams.poll_event(now, &mut self.message) else {
                        self.turn = Turn::default();
                        return None;
                    };
                    self.handle_streamed(now, event)
                }
            };
            if event.is_some() {
                return event;
            }
        }
    }

    fn read_datagram(&mut self, now: Instant, left: u32) -> Option<MumbleServerEvent> {
        let received = if left == 0 { None } else { self.udp.receive(&mut self.datagram) };
        let Some((bytes, from)) = received else {
            self.turn = Turn::Streams;
            return None;
        };
        self.turn = Turn::Datagrams { left: left - 1 };
        if bytes > DATAGRAM_BYTES_MAX {
            self.counts.dropped.datagrams_too_long += 1;
            return None;
        }
        if ServerList::is_question(&self.datagram[..bytes]) {
            self.answer_list(now, from, bytes);
            return None;
        }
        match self.paths.open(now, from, &self.datagram[..bytes], &mut self.message) {
            Ok(user) => self.handle_packet(now, user, Way::Datagram),
            Err(Some(user)) if self.paths.asks_for_resync(now, user) => {
                self.counts.resyncs_requested += 1;
                self.send(now, user, &CryptSetup::default().into());
                None
            }
            Err(_) => None,
        }
    }

    fn answer_list(&mut self, now: Instant, from: SocketAddr, bytes: usize) {
        let listed = ListedServer {
            users: self.users,
            users_max: u32::try_from(self.settings.connections_max).unwrap_or(u32::MAX),
            bandwidth_max: self.settings.bandwidth_max,
        };
        if let Some(answer) = self.list.answer(now, from.ip(), &self.datagram[..bytes], listed) {
            self.counts.list_pings_answered += 1;
            self.udp.send(Some(from), &answer);
        }
    }

    /// An event on the control channels, whose greeting or message is in `message`.
    fn handle_streamed(
        &mut self,
        now: Instant,
        event: ServerLinkEvent<MessageChannel>,
    ) -> Option<MumbleServerEvent> {
        match event {
            ServerLinkEvent::Connected { peer: user, remote, .. } => {
                // Streams come from sockets, and the message was encoded by this crate.
                let (remote, login) = (remote.socket()?, Login::read(&self.message)?);
                self.users += 1;
                Some(MumbleServerEvent::Connected { user, remote, login })
            }
            ServerLinkEvent::Packet { peer: user, .. } => {
                let kind = u16::from_be_bytes(*self.message.first_chunk()?);
                if kind == TUNNEL {
                    self.message.drain(..KIND_BYTES);
                    self.paths.note_tunnelled(now, user);
                    return self.handle_packet(now, user, Way::Tunnel);
                }
                if !self.may_send(now, user) {
                    self.counts.dropped.control_too_many += 1;
                    return None;
                }
                let read = Control::read(kind, &self.message[KIND_BYTES..]);
                let control = self.handle_control(now, user, read)?;
                Some(MumbleServerEvent::Control { user, control })
            }
            ServerLinkEvent::Disconnected { peer: user, reason } => {
                self.users = self.users.saturating_sub(1);
                self.paths.remove(user);
                self.control_bytes.remove(&user);
                Some(MumbleServerEvent::Disconnected { user, reason })
            }
        }
    }

    /// Whether a user may send the control message in `message`, by its bytes.
    fn may_send(&mut self, now: Instant, user: Peer) -> bool {
        let bytes = u32::try_from(self.message.len()).unwrap_or(u32::MAX);
        self.control_bytes.get_mut(&user).is_some_and(|allowance| allowance.take_many(now, bytes))
    }

    /// A packet, in `message`: a sign of life goes back the way that it came.
    fn handle_packet(&mut self, now: Instant, user: Peer, way: Way) -> Option<MumbleServerEvent> {
        let format = self.paths.format(user)?;
        // A message of the control channel could be longer than any datagram.
        if self.message.len() > VOICE_BYTES_MAX {
            self.counts.dropped.voice_malformed += 1;
            return None;
        }
        match VoicePacket::read(format, Sender::Client, &self.message) {
            Ok(VoicePacket::Voice(voice)) => {
                if way == Way::Datagram {
                    self.received.count(Delivery::Unreliable, 1, self.message.len());
                    self.counts.voice_received += 1;
                } else {
                    self.counts.voice_received_tunnelled += 1;
                }
                let voice = voice.into_owned();
                return Some(MumbleServerEvent::Voice { user, voice });
            }
            Ok(VoicePacket::OtherCodec) => {
                self.counts.dropped.voice_other_codec += 1;
                return Some(MumbleServerEvent::OtherCodec { user });
            }
            Ok(VoicePacket::Ping) if way == Way::Datagram => {
                if let Some(to) = self.paths.seal_answer(user, &self.message, &mut self.sealed) {
                    self.udp.send(Some(to), &self.sealed);
                }
            }
            Ok(VoicePacket::Ping) => {
                self.out.clone_from(&self.message);
                self.tunnel(now, user);
            }
            Err(_) => self.counts.dropped.voice_malformed += 1,
        }
        None
    }

    /// A message, unless it is only between the programs.
    fn handle_control(
        &mut self,
        now: Instant,
        user: Peer,
        read: Result<Option<Control>, MalformedControl>,
    ) -> Option<Control> {
        match read {
            Ok(Some(Control::Ping(ping))) => self.answer_ping(now, user, ping),
            Ok(Some(Control::CryptSetup(setup))) => self.handle_crypt_setup(now, user, &setup),
            Ok(control) => return control,
            Err(_) => self.counts.dropped.control_malformed += 1,
        }
        None
    }

    fn answer_ping(&mut self, now: Instant, user: Peer, ping: Ping) {
        let CryptCounts { good, late, lost, resyncs } = self.paths.counts(user);
        let answer = Ping {
            timestamp: ping.timestamp,
            good: Some(good),
            late: Some(late),
            lost: Some(lost),
            resync: Some(resyncs),
        };
        self.send(now, user, &answer.into());
    }

    /// A client requests our nonce, or sends its own.
    fn handle_crypt_setup(&mut self, now: Instant, user: Peer, setup: &CryptSetup) {
        let Some(nonce) = &setup.client_nonce else {
            self.counts.resyncs_answered += 1;
            let server_nonce = self.paths.server_nonce(user).map(Vec::from);
            return self.send(now, user, &CryptSetup { server_nonce, ..CryptSetup::default() }.into());
        };
        match <[u8; 16]>::try_from(&**nonce) {
            Ok(nonce) => {
                self.counts.resyncs_received += 1;
                self.paths.resync(user, nonce);
            }
            Err(_) => self.counts.dropped.control_malformed += 1,
        }
    }
}

/// The path on which a packet came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Datagram,
    Tunnel,
}

/// Bytes of a message's type.
const KIND_BYTES: usize = 2;
