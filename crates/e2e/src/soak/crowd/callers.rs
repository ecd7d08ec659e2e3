//! Hostile connections to the page and to the operators' listener: opened and left, cut off during a request, full of
//! noise, or with a byte now and then, so that they seem to be alive.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use consonance_testing::sim::Dice;

#[derive(Debug)]
pub(super) struct Callers {
    /// The addresses to connect to.
    places: [SocketAddr; 2],
    dice: Dice,
    open: Vec<TcpStream>,
}

const OPEN_MAX: usize = 40;
/// Connects in one of this many turns.
const EVERY: u64 = 8;
const PATIENCE: Duration = Duration::from_millis(20);

impl Callers {
    pub(super) fn new(places: [SocketAddr; 2], dice: Dice) -> Self {
        Self { places, dice, open: Vec::new() }
    }

    /// Makes connections that are due; returns their number.
    pub(super) fn run_once(&mut self) -> u64 {
        self.drip();
        if self.dice.below(EVERY) != 0 {
            return 0;
        }
        if self.open.len() >= OPEN_MAX {
            self.open.swap_remove(self.dice.below(OPEN_MAX as u64) as usize);
        }
        let place = self.places[self.dice.below(2) as usize];
        // A server that is down or out of descriptors does not answer.
        let Ok(mut call) = TcpStream::connect_timeout(&place, PATIENCE) else { return 0 };
        let _ = call.set_nonblocking(true);
        let noise = self.dice.bytes(200);
        let words: &[u8] = match self.dice.below(4) {
            0 => b"",
            1 => b"GET / HTTP/1.1\r\nHost: exa",
            2 => b"POST /api/v1/bans HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999\r\n\r\n{",
            _ => &noise,
        };
        let _ = call.write(words);
        self.open.push(call);
        1
    }

    /// Sends a byte over one of the open connections.
    fn drip(&mut self) {
        let which = self.dice.below(self.open.len() as u64) as usize;
        if let Some(call) = self.open.get_mut(which) {
            // The server may have closed the connection.
            let _ = call.write(b"a");
        }
    }
}
