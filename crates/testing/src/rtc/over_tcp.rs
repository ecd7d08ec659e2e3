//! A test browser behind a TCP connection (RFC 6544), as on a network that blocks UDP.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::{Deref, DerefMut};
use std::time::Instant;

use str0m::net::Protocol;

use crate::rtc::browser::{BrowserEvent, TestBrowser, TestBrowserSettings};

/// A [`TestBrowser`] whose datagrams go through a TCP connection, each behind its length (RFC 4571).
pub struct TcpBrowser {
    browser: TestBrowser,
    stream: TcpStream,
    own: SocketAddr,
    server: SocketAddr,
    received: Vec<u8>,
    unsent: Vec<u8>,
}

impl TcpBrowser {
    /// A page that is connected to a server's TCP port, and its offer.
    ///
    /// # Errors
    ///
    /// If there is no listener.
    pub fn new(
        now: Instant,
        settings: TestBrowserSettings,
        server: SocketAddr,
    ) -> io::Result<(Self, String)> {
        let stream = TcpStream::connect(server)?;
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        let own = stream.local_addr()?;
        let (browser, offer) = TestBrowser::new(now, settings, &[], &[own]);
        Ok((Self { browser, stream, own, server, received: Vec::new(), unsent: Vec::new() }, offer))
    }

    /// The next event, or `None`.
    pub fn poll(&mut self, now: Instant) -> Option<BrowserEvent> {
        if self.browser.poll_timeout().is_some_and(|at| at <= now) {
            self.browser.handle_timeout(now);
        }
        self.read(now);
        self.transmit();
        self.browser.poll_event()
    }

    /// Sends pending data, without reading.
    pub fn transmit(&mut self) {
        while let Some(transmit) = self.browser.poll_transmit() {
            if transmit.proto == Protocol::Tcp && transmit.destination == self.server {
                self.unsent.extend((transmit.contents.len() as u16).to_be_bytes());
                self.unsent.extend(&*transmit.contents);
            }
        }
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(written) if written > 0 => _ = self.unsent.drain(..written),
                _ => break,
            }
        }
    }

    fn read(&mut self, now: Instant) {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = self.stream.read(&mut buffer) {
            self.received.extend(&buffer[..length]);
        }
        let mut at = 0;
        while let Some(&header) = self.received[at..].first_chunk() {
            let end = at + 2 + usize::from(u16::from_be_bytes(header));
            let Some(datagram) = self.received.get(at + 2..end) else { break };
            self.browser.handle_datagram(now, Protocol::Tcp, self.server, self.own, datagram);
            at = end;
        }
        self.received.drain(..at);
    }
}

impl Deref for TcpBrowser {
    type Target = TestBrowser;

    fn deref(&self) -> &TestBrowser {
        &self.browser
    }
}

impl DerefMut for TcpBrowser {
    fn deref_mut(&mut self) -> &mut TestBrowser {
        &mut self.browser
    }
}
