//! Incoming datagrams of clients, on their way to ENet.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::{DisconnectReason, Peer};

use super::{EnetServer, Number};
use crate::enet::incoming::{Admission, Incoming};
use crate::enet::limits::RELEASED_BYTES_MAX;
use crate::enet::screening::{Command, NO_PEER, Screened};

/// The number of echoed times that were not shown before a client is dropped: real clients echo only shown times. A
/// guess is right once in sixteen thousand attempts to connect.
const GUESSES_MAX: u32 = 4;

/// The verdict on a datagram of a known peer.
enum Reading {
    /// No ENet peer sends it.
    Nonsense,
    /// It belongs to a message that is too large.
    TooLarge,
    /// It echoes a time that was not shown.
    Guess,
    Sound {
        says_goodbye: bool,
    },
}

impl EnetServer {
    /// Handles a datagram. Returns false if no ENet peer can have sent it.
    pub(super) fn read(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) -> bool {
        let dialect = self.settings.connection.dialect;
        let Some(screened) = Screened::parse(dialect, datagram) else { return false };
        if screened.peer != NO_PEER {
            return self.read_known(now, from, screened);
        }
        if let Some(connect) = screened.as_connect() {
            self.handle_connect(now, from, connect, screened);
            return true;
        }
        // A client that gives up before it has a peer number sends its goodbye without one.
        let is_farewell = screened.commands().all(|command| command == Command::Disconnect);
        if is_farewell {
            self.end_unproved_at(from, &DisconnectReason::closed_by_peer(b""));
        }
        is_farewell
    }

    fn read_known(&mut self, now: Instant, from: SocketAddr, screened: Screened<'_>) -> bool {
        let Some(&peer) = self.by_number.get(&(from, screened.peer)) else { return false };
        let Some(client) = self.clients.get(peer) else { return false };
        let Some(number) = client.number else { return false };
        let is_proved = client.is_proved();
        let says_goodbye = match self.judge(number, is_proved, from, screened) {
            Reading::Nonsense => return false,
            Reading::TooLarge => {
                self.end_for_violation(peer, "a message larger than is allowed here");
                return true;
            }
            Reading::Guess => return self.handle_guess(peer),
            Reading::Sound { says_goodbye } => says_goodbye,
        };
        if !is_proved && !self.proved.contains_key(&from) {
            self.machines.at(number.machine).credits().earn(from, screened.bytes());
        }
        if let Some(client) = self.clients.get_mut(peer) {
            client.heard_at = Some(now);
        }
        let leaver = says_goodbye.then_some(peer);
        let is_sound = self.hand_on(now, (peer, number, from), screened, leaver);
        if says_goodbye {
            self.end_if_forgotten(peer);
        }
        is_sound
    }

    fn judge(
        &mut self,
        number: Number,
        is_proved: bool,
        from: SocketAddr,
        screened: Screened<'_>,
    ) -> Reading {
        let (mut says_goodbye, mut guesses) = (false, false);
        for command in screened.commands() {
            match command {
                Command::Connect(_) | Command::VerifyConnect { .. } => return Reading::Nonsense,
                Command::Disconnect => says_goodbye = true,
                Command::Acknowledge { sent_time } if !is_proved => {
                    guesses |= !self.machines.at(number.machine).clocks().was_shown(&from, sent_time);
                }
                _ if command.reliable_bytes() > self.settings.connection.message_bytes_max => {
                    return Reading::TooLarge;
                }
                _ => {}
            }
        }
        if guesses { Reading::Guess } else { Reading::Sound { says_goodbye } }
    }

    /// A client that has not proved its address echoes a time that it was not shown. Returns true if that was its
    /// last guess.
    fn handle_guess(&mut self, peer: Peer) -> bool {
        let Some(client) = self.clients.get_mut(peer) else { return false };
        client.guesses += 1;
        let is_last = client.guesses >= GUESSES_MAX;
        if is_last {
            self.end_for_violation(peer, "it echoed times that it was not shown");
        }
        is_last
    }

    /// Passes ENet its part of a datagram. Returns false if the datagram contains something that no ENet peer sends.
    fn hand_on(
        &mut self,
        now: Instant,
        (peer, number, from): (Peer, Number, SocketAddr),
        screened: Screened<'_>,
        leaver: Option<Peer>,
    ) -> bool {
        let mut admitted = std::mem::take(&mut self.admitted);
        // Commands that establish the connection come first: its other commands are counted from then on.
        if self.machines.channels_of(number).is_none() && screened.write_those_for_no_channel(&mut admitted) {
            self.machines.at(number.machine).receive(from, &mut admitted);
            self.run(now, number.machine, leaver);
        }
        let mut admission = self.admit(peer, number, screened, &mut admitted);
        let mut is_sound = !admission.is_impossible;
        self.links.dropped.incoming_full += admission.lost;
        let mut share = RELEASED_BYTES_MAX;
        while admission.is_any {
            self.machines.at(number.machine).receive(from, &mut admitted);
            self.run(now, number.machine, leaver);
            admission = self.release(peer, number, &mut share, &mut admitted);
            is_sound &= !admission.is_impossible;
        }
        self.admitted = admitted;
        self.note_due(peer);
        is_sound
    }

    fn admit(
        &mut self,
        peer: Peer,
        number: Number,
        screened: Screened<'_>,
        admitted: &mut Vec<u8>,
    ) -> Admission {
        let Some(client) = self.clients.get_mut(peer) else { return Admission::default() };
        let Some(channels) = self.machines.channels_of(number) else { return Admission::default() };
        Incoming::admit(&mut client.incoming, screened, (channels, &self.settings.connection), admitted)
    }
}
