//! The input of a capture: a bounded queue to the thread that writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use consonance_wire::ClientId;

/// Packets that may wait for the disk …
const WAITING_PACKETS_MAX: usize = 4096;
/// … and their bytes: 4 MiB.
const WAITING_BYTES_MAX: usize = 4 << 20;

/// A link that packets travel over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaptureLink {
    /// A client's link to the server.
    Server,
    /// A client's direct link to another player, by the transport's number.
    Direct(u64),
    /// A server's link to a client, by the server's number.
    Client(u64),
}

/// The direction of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PacketDirection {
    /// The packet was received.
    Received,
    /// It was given to the transport.
    Sent,
}

/// A packet as it passed by; its bytes are borrowed (`&[u8]`) until it is queued.
#[derive(Debug, Clone, Copy)]
pub struct CapturedPacket<B> {
    /// When.
    pub at: Instant,
    /// Over which link.
    pub link: CaptureLink,
    /// Its direction.
    pub direction: PacketDirection,
    /// Whether it travelled, or shall travel, reliably.
    pub is_reliable: bool,
    /// Its bytes, header included; the secrets in it do not get into the file.
    pub packet: B,
}

/// The end of a capture that packets are put into. Clones are the same.
#[derive(Debug, Clone)]
pub struct PacketSink {
    queue: SyncSender<Note>,
    shared: Arc<Shared>,
}

impl PacketSink {
    /// A sink, the receiver of its notes, and the state that both ends share.
    pub(crate) fn new() -> (Self, Receiver<Note>, Arc<Shared>) {
        let (queue, notes) = sync_channel(WAITING_PACKETS_MAX);
        let shared = Arc::new(Shared::default());
        (Self { queue, shared: Arc::clone(&shared) }, notes, shared)
    }

    /// Writes a packet down, or drops and counts it if too many wait for the disk. Never waits; it copies the packet.
    pub fn record(&self, packet: &CapturedPacket<&[u8]>) {
        if self.is_closed() {
            return;
        }
        let CapturedPacket { at, link, direction, is_reliable, packet } = *packet;
        let bytes = packet.len();
        if self.shared.waiting_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > WAITING_BYTES_MAX {
            return self.drop_packet(bytes);
        }
        let dropped_before = self.shared.dropped.swap(0, Ordering::Relaxed);
        let packet = CapturedPacket { at, link, direction, is_reliable, packet: packet.into() };
        if self.queue.try_send(Note::Packet { packet, dropped_before }).is_err() {
            self.shared.dropped.fetch_add(dropped_before, Ordering::Relaxed);
            self.drop_packet(bytes);
        }
    }

    /// Names a client that was here before the capture began, so that comments can say the name. Packets tell of all
    /// others.
    pub fn introduce(&self, id: ClientId, name: &str, rooms: &[&str]) {
        let rooms = rooms.iter().map(|room| (*room).into()).collect();
        // If the queue is full, a missing name is the smallest gap.
        let _ = self.queue.try_send(Note::Player { id, name: name.into(), rooms });
    }

    /// Whether the capture is over, so that the sink can be dropped too.
    pub fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Relaxed)
    }

    fn drop_packet(&self, bytes: usize) {
        self.shared.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.shared.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// The state that both ends share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) waiting_bytes: AtomicUsize,
    /// Packets dropped since the last one that was not.
    pub(crate) dropped: AtomicU64,
    pub(crate) closed: AtomicBool,
}

/// An entry in the queue of the thread that writes.
#[derive(Debug)]
pub(crate) enum Note {
    Packet { packet: CapturedPacket<Box<[u8]>>, dropped_before: u64 },
    Player { id: ClientId, name: Box<str>, rooms: Vec<Box<str>> },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(packet: &[u8]) -> CapturedPacket<&[u8]> {
        let (at, link) = (Instant::now(), CaptureLink::Server);
        CapturedPacket { at, link, direction: PacketDirection::Sent, is_reliable: true, packet }
    }

    #[test]
    fn what_the_disk_is_too_slow_for_is_dropped_and_the_next_packet_says_how_much() {
        let (sink, notes, shared) = PacketSink::new();
        let large = vec![0; 1 << 20];
        for _ in 0..7 {
            sink.record(&packet(&large));
        }
        assert_eq!(shared.dropped.load(Ordering::Relaxed), 3, "four times 1 MiB may wait");
        while let Ok(Note::Packet { packet, dropped_before }) = notes.try_recv() {
            assert_eq!(dropped_before, 0);
            shared.waiting_bytes.fetch_sub(packet.packet.len(), Ordering::Relaxed);
        }
        sink.record(&packet(b"again"));
        let Ok(Note::Packet { dropped_before, .. }) = notes.try_recv() else { panic!("it waits") };
        assert_eq!(dropped_before, 3);
    }

    #[test]
    fn no_more_small_packets_wait_than_there_are_places() {
        let (sink, notes, shared) = PacketSink::new();
        for _ in 0..WAITING_PACKETS_MAX + 10 {
            sink.record(&packet(b"x"));
        }
        assert_eq!(notes.try_iter().count(), WAITING_PACKETS_MAX);
        assert_eq!(shared.dropped.load(Ordering::Relaxed), 10);
        assert_eq!(shared.waiting_bytes.load(Ordering::Relaxed), WAITING_PACKETS_MAX);
    }
}
