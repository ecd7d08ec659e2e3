//! The floor of a server over QUIC: quinn sends each frame to every connection, and nothing else is done.

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bytes::Bytes;
use consonance_link::Delivery;
use consonance_quic::sans_io::{ClientCore, CoreEvent, Dialer};
use consonance_quic::{BareFanOut, Identity, QuicAddress, QuicClientSettings, QuicServerSettings};

use super::super::cores;
use super::super::median::median;
use super::super::thread_clock;
use super::frames::Frames;
use super::measurement::{Measured, TURN};

/// The number of frames to all listeners before the loop waits for them.
const FRAMES_PER_BURST: usize = 8;
/// A frame that has not arrived after this time is lost.
const PATIENCE: Duration = Duration::from_millis(200);
/// The pause between two passes over all sockets.
const PAUSE: Duration = Duration::from_millis(1);

/// Gives the loop `rounds` turns after one that does not count. Pins the calling thread to the last core that it may
/// use.
pub(super) fn measure(listeners: usize, frames: &Frames, rounds: usize) -> Result<Measured, Box<dyn Error>> {
    let core = cores::stay_on_one()?;
    let identity = Identity::self_signed(["127.0.0.1"])?;
    let mut fan_out = BareFanOut::bind(&identity, &QuicServerSettings::default())?;
    let remote = fan_out.local_addr()?;
    let address = QuicAddress::new("127.0.0.1", remote.port(), "floor", Some(fan_out.fingerprint()))?;
    let audience = Audience::start(listeners, address, remote, core)?;
    fan_out.accept(listeners)?;
    let frames: Vec<Bytes> = frames.iter().map(Bytes::copy_from_slice).collect();
    let mut turns = Vec::new();
    let (mut sent, mut received) = (0, 0);
    for round in 0..=rounds {
        let turn = turn(&fan_out, &audience, &frames, listeners)?;
        if round > 0 {
            turns.push(turn.sent as f64 / turn.spent.as_secs_f64());
            sent += turn.sent;
            received += turn.received;
        }
    }
    audience.leave()?;
    let lost = Some(1.0 - received as f64 / sent as f64);
    Ok(Measured { name: "quinn", packets_per_cpu_s: median(turns), lost })
}

struct Turn {
    spent: Duration,
    sent: u64,
    received: u64,
}

/// Runs one turn. quinn's handling of acknowledgements counts too, so waiting is part of the time.
fn turn(fan_out: &BareFanOut, audience: &Audience, frames: &[Bytes], listeners: usize) -> io::Result<Turn> {
    let (start, heard_before) = (thread_clock::now(), audience.heard());
    let mut turn = Turn { spent: Duration::ZERO, sent: 0, received: 0 };
    while turn.spent < TURN {
        for frame in frames.iter().cycle().take(FRAMES_PER_BURST) {
            fan_out.send(frame);
        }
        turn.sent += (FRAMES_PER_BURST * listeners) as u64;
        let deadline = Instant::now() + PATIENCE;
        while audience.heard() - heard_before < turn.sent && Instant::now() < deadline {
            if audience.is_gone() {
                return Err(io::Error::other("the listeners are gone"));
            }
            fan_out.rest(PAUSE);
        }
        turn.spent = thread_clock::now().saturating_sub(start);
    }
    turn.received = audience.heard() - heard_before;
    Ok(turn)
}

/// Listeners, each with its own socket, served by a thread on another core.
struct Audience {
    heard: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<()>>,
}

impl Audience {
    fn start(count: usize, address: QuicAddress, remote: SocketAddr, core: usize) -> io::Result<Self> {
        let (heard, is_over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (counter, stop) = (Arc::clone(&heard), Arc::clone(&is_over));
        let listen = move || {
            // If there is no other core, it stays on this one.
            let _ = cores::keep_off(core);
            let dialer = Dialer::new(&address, remote, QuicClientSettings::default());
            let listeners = (0..count).map(|_| Listener::dial(&dialer));
            let mut listeners = listeners.collect::<io::Result<Vec<_>>>()?;
            while !stop.load(Ordering::Relaxed) {
                for listener in &mut listeners {
                    counter.fetch_add(listener.run_once()?, Ordering::Relaxed);
                }
                thread::sleep(PAUSE);
            }
            Ok(())
        };
        let thread = thread::Builder::new().name("listeners".to_owned()).spawn(listen)?;
        Ok(Self { heard, is_over, thread })
    }

    fn heard(&self) -> u64 {
        self.heard.load(Ordering::Relaxed)
    }

    fn is_gone(&self) -> bool {
        self.thread.is_finished()
    }

    fn leave(self) -> io::Result<()> {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| io::Error::other("the listeners' thread broke"))?
    }
}

struct Listener {
    socket: UdpSocket,
    core: ClientCore,
    datagram: Vec<u8>,
}

impl Listener {
    fn dial(dialer: &Dialer) -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.connect(dialer.remote())?;
        socket.set_nonblocking(true)?;
        let core = dialer.dial(Instant::now(), "floor").map_err(io::Error::other)?;
        Ok(Self { socket, core, datagram: Vec::new() })
    }

    /// Receives frames; returns their number.
    fn run_once(&mut self) -> io::Result<u64> {
        let now = Instant::now();
        let mut buffer = [0; 2048];
        let mut frames = 0;
        while let Ok(bytes) = self.socket.recv(&mut buffer) {
            self.core.handle_datagram(now, &buffer[..bytes]);
            frames += self.frames();
        }
        if self.core.poll_timeout().is_some_and(|at| at <= now) {
            self.core.handle_timeout(now);
            frames += self.frames();
        }
        while self.core.poll_transmit(now, &mut self.datagram) {
            self.socket.send(&self.datagram)?;
        }
        Ok(frames)
    }

    fn frames(&mut self) -> u64 {
        let events = std::iter::from_fn(|| self.core.poll_event());
        let is_frame =
            |event: &CoreEvent| matches!(event, CoreEvent::Packet { delivery: Delivery::Unreliable, .. });
        events.filter(is_frame).count() as u64
    }
}
