//! One client as its server sees it.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use consonance_link::inbox::{Inbox, Pushed};
use consonance_link::{Delivery, Peer};

use crate::GOODBYE;
use crate::tcp_link::{Broken, TcpLink};
use crate::token::Token;

#[derive(Debug)]
pub(super) struct Guest {
    pub(super) tcp: TcpLink,
    pub(super) token: Token,
    /// The source of its datagrams, once its token has arrived from there.
    pub(super) source: Option<SocketAddr>,
    /// A reliable packet that found the inbox full. Until it has a place, nothing more is read.
    held: Option<Vec<u8>>,
    /// Until when it may take what was sent to it, after it was disconnected.
    leaves_until: Option<Instant>,
}

impl Guest {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        let tcp = TcpLink::new(stream)?;
        Ok(Self { tcp, token: Token::random(), source: None, held: None, leaves_until: None })
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.leaves_until.is_some()
    }

    /// Says goodbye after everything that was sent before.
    pub(super) fn leave(&mut self, now: Instant) {
        self.held = None;
        self.tcp.finish();
        self.leaves_until = Some(now + GOODBYE);
    }

    /// Whether it has left, or had its time to.
    pub(super) fn has_left(&mut self, now: Instant) -> bool {
        self.leaves_until.is_some_and(|until| self.tcp.is_over() || now >= until)
    }

    /// Reads the data received over TCP, as far as there is room for it, and sends queued data.
    pub(super) fn read(&mut self, name: Peer, inbox: &mut Inbox<SocketAddr, Vec<u8>>) -> Result<(), Broken> {
        self.tcp.flush()?;
        while let Some(packet) = self.held.take().map_or_else(|| self.tcp.receive(), |held| Ok(Some(held)))? {
            if let Pushed::Full(packet) = inbox.push(name, Delivery::Reliable, packet) {
                self.held = Some(packet);
                break;
            }
        }
        Ok(())
    }
}
