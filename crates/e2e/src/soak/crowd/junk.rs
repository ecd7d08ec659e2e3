//! Datagrams without a connection: noise, damaged handshakes, guesses at the fast path, from changing ports.

use std::io;
use std::net::{Ipv4Addr, UdpSocket};

use consonance_quic::sans_io::Dialer;
use consonance_testing::sim::Dice;

use crate::soak::clock::Now;
use crate::soak::installation::SESSIONS;

#[derive(Debug)]
pub(super) struct Junk {
    dialer: Dialer,
    dice: Dice,
}

/// Datagrams per turn of 5 ms: 2000 per second.
const PER_TURN: u64 = 10;
/// Datagrams are shorter than this: a little more than fits into an Ethernet frame.
const LONGEST: u64 = 1_500;

impl Junk {
    pub(super) fn new(dialer: Dialer, dice: Dice) -> Self {
        Self { dialer, dice }
    }

    /// Sends some datagrams; returns their number.
    pub(super) fn run_once(&mut self, now: Now) -> io::Result<u64> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        let handshake = self.handshake(now);
        for _ in 0..PER_TURN {
            let datagram = match self.dice.below(4) {
                0 => self.damaged(&handshake),
                1 => {
                    let mut guess = self.noise();
                    // Clears QUIC's two leading bits, as in datagrams of the fast path.
                    guess.iter_mut().take(1).for_each(|byte| *byte &= 0x3f);
                    guess
                }
                2 => {
                    let mut short_header = self.noise();
                    short_header.iter_mut().take(1).for_each(|byte| *byte = 0x40 | (*byte & 0x3f));
                    short_header
                }
                _ => self.noise(),
            };
            // Loss due to a full buffer does not matter.
            let _ = socket.send_to(&datagram, self.dialer.remote());
        }
        Ok(PER_TURN)
    }

    fn noise(&mut self) -> Vec<u8> {
        let length = self.dice.below(LONGEST) as usize;
        self.dice.bytes(length)
    }

    /// A valid first datagram.
    fn handshake(&mut self, now: Now) -> Vec<u8> {
        let mut datagram = Vec::new();
        if let Ok(mut core) = self.dialer.dial(now.instant, SESSIONS[0]) {
            core.poll_transmit(now.instant, &mut datagram);
        }
        datagram
    }

    /// A datagram that is cut off, or has one bit flipped.
    fn damaged(&mut self, datagram: &[u8]) -> Vec<u8> {
        let mut damaged = datagram.to_vec();
        let place = self.dice.below(damaged.len() as u64) as usize;
        if self.dice.below(2) == 0 {
            damaged.truncate(place);
        } else if let Some(byte) = damaged.get_mut(place) {
            *byte ^= 1 << self.dice.below(8);
        }
        damaged
    }
}
