//! The thread that reads the port: finds the owner of each datagram, and its mailbox.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use consonance_link::gateway::tcp::{TcpConnections, TcpEvent, TcpId};
use consonance_link::gateway::udp::DatagramSocket;

use super::directory::{Route, Source, Way};
use super::framing;
use super::mailbox::Datagram;
use super::shared::SharedPort;
use super::streams::Streams;

/// The thread, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct PortReader {
    shared: Arc<SharedPort>,
    thread: Option<JoinHandle<()>>,
}

impl PortReader {
    pub(crate) fn start(
        shared: Arc<SharedPort>,
        socket: DatagramSocket,
        #[cfg_attr(not(target_os = "linux"), expect(unused_mut, reason = "only Linux watches descriptors"))]
        mut tcp: TcpConnections,
        negotiation_timeout: Duration,
    ) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        {
            tcp.watch(socket.socket())?;
            tcp.watch(shared.wake_event.descriptor())?;
        }
        let work = Work {
            shared: Arc::clone(&shared),
            socket,
            tcp,
            streams: Streams::new(negotiation_timeout),
            outgoing: VecDeque::new(),
            buffer: vec![0; DATAGRAM_BYTES_MAX],
        };
        let builder = std::thread::Builder::new().name("webrtc port".to_owned());
        let thread = builder.spawn(move || work.run())?;
        Ok(Self { shared, thread: Some(thread) })
    }
}

impl Drop for PortReader {
    fn drop(&mut self) {
        self.shared.close();
        if let Some(thread) = self.thread.take() {
            // The thread does not panic, and even if it did, the port would be closed.
            let _ = thread.join();
        }
    }
}

struct Work {
    shared: Arc<SharedPort>,
    socket: DatagramSocket,
    tcp: TcpConnections,
    streams: Streams,
    outgoing: VecDeque<(SocketAddr, Vec<u8>)>,
    buffer: Vec<u8>,
}

impl Work {
    fn run(mut self) {
        while !self.shared.is_closed() {
            self.shared.wake_event.clear();
            let now = Instant::now();
            self.read_datagrams(now);
            self.write_streams(now);
            self.read_streams(now);
            self.end_unclaimed(now);
            self.tcp.flush(now);
            self.sleep(now);
        }
    }

    /// Takes what waits at the socket, but not forever: the streams have a turn, too.
    fn read_datagrams(&mut self, now: Instant) {
        for _ in 0..DATAGRAMS_IN_A_ROW_MAX {
            let Some((length, source)) = self.socket.receive(&mut self.buffer) else { break };
            let address = SocketAddr::new(source.ip().to_canonical(), source.port());
            deliver(&self.shared, now, Source { way: Way::Udp, address }, &self.buffer[..length]);
        }
    }

    fn read_streams(&mut self, now: Instant) {
        while let Some(event) = self.tcp.poll(now) {
            match event {
                TcpEvent::Opened { id, remote } => self.streams.insert(now, id, remote),
                TcpEvent::Received { id } => self.read_stream(now, id),
                TcpEvent::Closed { id, .. } => self.streams.remove(id),
            }
        }
    }

    fn read_stream(&mut self, now: Instant, id: TcpId) {
        let Some(address) = self.streams.remote_of(id) else { return };
        let mut consumed = 0;
        let received = self.tcp.received(id);
        while let Some(datagram) = framing::first(&received[consumed..]) {
            deliver(&self.shared, now, Source { way: Way::Tcp, address }, datagram);
            consumed += framing::HEADER_BYTES + datagram.len();
        }
        let is_too_long = framing::announced(&received[consumed..]).is_some_and(|it| it > DATAGRAM_BYTES_MAX);
        self.tcp.consume(id, consumed);
        if is_too_long {
            self.end(id);
        }
    }

    fn end_unclaimed(&mut self, now: Instant) {
        let is_claimed = |address| self.shared.directory.knows(Source { way: Way::Tcp, address });
        for id in self.streams.unclaimed(now, is_claimed) {
            self.end(id);
        }
        self.shared.counts.rejected.store(self.tcp.rejected(), Ordering::Relaxed);
    }

    /// Ends a connection without a peer, or one that is not WebRTC.
    fn end(&mut self, id: TcpId) {
        self.tcp.abort(id);
        self.streams.remove(id);
        self.shared.counts.stray_connections.fetch_add(1, Ordering::Relaxed);
    }

    fn write_streams(&mut self, now: Instant) {
        self.shared.take_outgoing(&mut self.outgoing);
        for (to, datagram) in self.outgoing.drain(..) {
            let id = self.streams.from(to);
            // Late voice is dropped; other protocols retransmit dropped datagrams themselves.
            let takes = |id: &TcpId| {
                self.tcp.waiting_bytes(*id)
                    < if is_media(&datagram) { VOICE_WAITING_MAX } else { WAITING_MAX }
            };
            match id.filter(takes) {
                Some(id) => self.tcp.send(now, id, &[&framing::header(&datagram), &datagram]),
                None => _ = self.shared.counts.unsent.fetch_add(1, Ordering::Relaxed),
            }
        }
    }

    #[cfg(target_os = "linux")]
    fn sleep(&self, now: Instant) {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let until = self.tcp.poll_timeout().map_or(SLEEP_MAX, |at| at.saturating_duration_since(now));
        let nanoseconds = until.min(SLEEP_MAX).as_nanos() as i64;
        let timeout = Timespec { tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000 };
        // An interrupted sleep is merely a short one.
        let _ = poll(&mut [PollFd::from_borrowed_fd(self.tcp.descriptor(), PollFlags::IN)], Some(&timeout));
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "elsewhere it waits for the sockets")]
    fn sleep(&self, _now: Instant) {
        std::thread::sleep(SLEEP_MAX);
    }
}

fn deliver(shared: &SharedPort, now: Instant, source: Source, datagram: &[u8]) {
    match shared.directory.route(now, source, datagram) {
        Route::To { shard, peer } => {
            shared.mailboxes[shard].put(Datagram { peer, source, bytes: datagram.into() });
        }
        Route::Unknown => _ = shared.counts.strays.fetch_add(1, Ordering::Relaxed),
        Route::TooMany => _ = shared.counts.too_many.fetch_add(1, Ordering::Relaxed),
    }
}

/// Voice or reports about it, by the first byte (RFC 7983, section 7).
fn is_media(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| (128..192).contains(first))
}

/// A datagram of WebRTC is at most 1500 bytes.
const DATAGRAM_BYTES_MAX: usize = 2048;

const DATAGRAMS_IN_A_ROW_MAX: usize = 256;

/// How much may wait in a TCP connection before voice is dropped: what comes behind it would be late.
const VOICE_WAITING_MAX: usize = 8 * 1024;

/// How much may wait there of anything.
const WAITING_MAX: usize = 256 * 1024;

/// How long the thread sleeps when nothing wakes it.
#[cfg(target_os = "linux")]
const SLEEP_MAX: Duration = Duration::from_secs(1);
#[cfg(not(target_os = "linux"))]
const SLEEP_MAX: Duration = Duration::from_millis(2);
