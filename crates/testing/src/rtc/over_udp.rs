//! A test browser with a socket.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::ops::{Deref, DerefMut};
use std::time::Instant;

use str0m::net::Protocol;

use crate::rtc::browser::{BrowserEvent, TestBrowser, TestBrowserSettings};

/// A [`TestBrowser`] with a UDP socket on 127.0.0.1, which [`poll`](Self::poll) reads and writes.
pub struct UdpBrowser {
    browser: TestBrowser,
    socket: UdpSocket,
    address: SocketAddr,
}

impl UdpBrowser {
    /// A page and its offer.
    ///
    /// # Errors
    ///
    /// If no socket can be opened.
    pub fn new(now: Instant, settings: TestBrowserSettings) -> io::Result<(Self, String)> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let (browser, offer) = TestBrowser::new(now, settings, &[address], &[]);
        Ok((Self { browser, socket, address }, offer))
    }

    /// The next event, or `None`.
    pub fn poll(&mut self, now: Instant) -> Option<BrowserEvent> {
        let mut buffer = [0; 2048];
        loop {
            self.transmit();
            if let Some(event) = self.browser.poll_event() {
                return Some(event);
            }
            if self.browser.poll_timeout().is_some_and(|at| at <= now) {
                self.browser.handle_timeout(now);
            }
            match self.socket.recv_from(&mut buffer) {
                Ok((length, source)) => {
                    let datagram = &buffer[..length];
                    self.browser.handle_datagram(now, Protocol::Udp, source, self.address, datagram);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.transmit();
                    return self.browser.poll_event();
                }
                // An error caused by an earlier datagram, such as an unreachable port.
                Err(_) => {}
            }
        }
    }

    /// Sends pending datagrams, without reading.
    pub fn transmit(&mut self) {
        while let Some(transmit) = self.browser.poll_transmit() {
            // A datagram that cannot be sent counts as lost.
            let _ = self.socket.send_to(&transmit.contents, transmit.destination);
        }
    }

    /// Its own address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The socket, for sending data that no browser would send.
    pub fn socket(&self) -> &UdpSocket {
        &self.socket
    }
}

impl Deref for UdpBrowser {
    type Target = TestBrowser;

    fn deref(&self) -> &TestBrowser {
        &self.browser
    }
}

impl DerefMut for UdpBrowser {
    fn deref_mut(&mut self) -> &mut TestBrowser {
        &mut self.browser
    }
}
