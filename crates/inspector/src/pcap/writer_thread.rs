//! The thread that writes: entries out of the queue, blocks into the file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime};

use crate::pcap::error::CaptureError;
use crate::pcap::packet_sink::{CaptureLink, CapturedPacket, Note, PacketDirection, Shared};
use crate::pcap::pcapng::{self, EnhancedPacket, InterfaceStatistics};
use crate::pcap::settings::PacketCaptureSettings;
use crate::pcap::words::Words;
use crate::pcap::{frame, redaction};

/// How long a packet may wait in memory before it is in the file, and how long an end takes to be noticed.
const FLUSH_INTERVAL: Duration = Duration::from_millis(50);

/// The totals of a capture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaptureReport {
    /// Packets in the file.
    pub packets: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Packets that the disk was too slow for.
    pub dropped: u64,
    /// Packets beyond the limits of the settings.
    pub beyond_limits: u64,
}

pub(crate) struct Writing {
    file: BufWriter<File>,
    settings: PacketCaptureSettings,
    began: (Instant, SystemTime),
    words: Words,
    interfaces: Vec<Interface>,
    interface_of: BTreeMap<CaptureLink, u16>,
    report: CaptureReport,
}

#[derive(Default)]
struct Interface {
    packets: u64,
    dropped: u64,
}

impl Writing {
    pub(crate) fn new(file: File, settings: PacketCaptureSettings, began: (Instant, SystemTime)) -> Self {
        Self {
            file: BufWriter::new(file),
            settings,
            began,
            words: Words::default(),
            interfaces: Vec::new(),
            interface_of: BTreeMap::new(),
            report: CaptureReport::default(),
        }
    }

    /// Writes notes until all senders are gone or the capture is closed, and the queue is empty.
    pub(crate) fn run(
        mut self,
        notes: &Receiver<Note>,
        shared: &Shared,
        path: &Path,
    ) -> Result<CaptureReport, CaptureError> {
        let outcome = self.write_all(notes, shared);
        shared.closed.store(true, Ordering::Relaxed);
        outcome.map_err(|cause| CaptureError::Write { path: path.to_owned(), cause })?;
        Ok(self.report)
    }

    fn write_all(&mut self, notes: &Receiver<Note>, shared: &Shared) -> io::Result<()> {
        self.begin()?;
        loop {
            match notes.recv_timeout(FLUSH_INTERVAL) {
                Ok(note) => self.take(note, shared)?,
                // `closed` is checked before the final drain of the queue, so that nothing stays in it.
                Err(RecvTimeoutError::Timeout) if !shared.closed.load(Ordering::Relaxed) => {
                    self.file.flush()?;
                }
                Err(_) => break,
            }
        }
        for note in notes.try_iter() {
            self.take(note, shared)?;
        }
        self.finish(shared.dropped.swap(0, Ordering::Relaxed))
    }

    fn begin(&mut self) -> io::Result<()> {
        let PacketCaptureSettings { max_bytes, max_duration, .. } = self.settings;
        let comment = format!(
            "Plain packets of a voice session in made-up UDP frames; tools/wireshark/consonance.lua takes them apart. \
             At most {max_bytes} bytes and {} s. Secrets and tokens of handshakes are zeros.",
            max_duration.as_secs(),
        );
        let application = concat!("Consonance ", env!("CARGO_PKG_VERSION"));
        self.write(&pcapng::section_header(application, &comment))
    }

    fn take(&mut self, note: Note, shared: &Shared) -> io::Result<()> {
        match note {
            Note::Packet { packet, dropped_before } => {
                shared.waiting_bytes.fetch_sub(packet.packet.len(), Ordering::Relaxed);
                self.take_packet(packet, dropped_before)
            }
            Note::Player { id, name, rooms } => {
                self.words.introduce(id, &name, rooms.iter().map(|room| &**room));
                Ok(())
            }
        }
    }

    fn take_packet(&mut self, mut packet: CapturedPacket<Box<[u8]>>, dropped: u64) -> io::Result<()> {
        let elapsed = packet.at.saturating_duration_since(self.began.0);
        let comment = self.words.describe(&packet.packet);
        redaction::hide_secrets(&mut packet.packet);
        let interface = self.interface(packet.link)?;
        self.report.dropped += dropped;
        let is_received = packet.direction == PacketDirection::Received;
        let block = pcapng::enhanced_packet(&EnhancedPacket {
            interface: interface.into(),
            nanoseconds: self.nanoseconds(elapsed),
            frame: &frame::of(&packet.packet, interface, is_received, packet.is_reliable),
            is_received,
            dropped,
            comment: &comment,
        });
        let counted = &mut self.interfaces[usize::from(interface)];
        counted.dropped += dropped;
        if elapsed > self.settings.max_duration
            || self.report.bytes + block.len() as u64 > self.settings.max_bytes
        {
            self.report.beyond_limits += 1;
            counted.dropped += 1;
            return Ok(());
        }
        counted.packets += 1;
        self.report.packets += 1;
        self.write(&block)
    }

    /// The number of a link's interface, which is described before its first packet.
    fn interface(&mut self, link: CaptureLink) -> io::Result<u16> {
        if let Some(interface) = self.interface_of.get(&link) {
            return Ok(*interface);
        }
        let interface = self.interfaces.len() as u16;
        let last = self.settings.max_links.max(1) - 1;
        if interface > last {
            return Ok(last);
        }
        let (name, description) = match link {
            CaptureLink::Server => ("server".to_owned(), "the link to the server".to_owned()),
            CaptureLink::Direct(number) => {
                (format!("direct-{number}"), format!("direct link {number} to another player"))
            }
            CaptureLink::Client(number) => {
                (format!("client-{number}"), format!("the server's link {number} to a client"))
            }
        };
        self.interfaces.push(Interface::default());
        self.interface_of.insert(link, interface);
        self.write(&pcapng::interface_description(&name, &description))?;
        Ok(interface)
    }

    /// Completes the file. Packets that were `dropped` after the last one belong to no link in particular; they are
    /// counted at the first interface.
    fn finish(&mut self, dropped: u64) -> io::Result<()> {
        self.report.dropped += dropped;
        if let Some(first) = self.interfaces.first_mut() {
            first.dropped += dropped;
        }
        let comment = (self.report.beyond_limits > 0).then(|| {
            let beyond = self.report.beyond_limits;
            format!("{beyond} packets came after a limit of size or time was reached and are not here")
        });
        let nanoseconds = self.nanoseconds(self.began.0.elapsed());
        for (number, interface) in (0..).zip(std::mem::take(&mut self.interfaces)) {
            self.write(&pcapng::interface_statistics(&InterfaceStatistics {
                interface: number,
                nanoseconds,
                packets: interface.packets,
                dropped: interface.dropped,
                comment: comment.as_deref(),
            }))?;
        }
        self.file.flush()
    }

    /// The time since 1970 for a time since the beginning of the capture.
    fn nanoseconds(&self, elapsed: Duration) -> u64 {
        let since_1970 = self.began.1.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default() + elapsed;
        u64::try_from(since_1970.as_nanos()).unwrap_or(u64::MAX)
    }

    fn write(&mut self, block: &[u8]) -> io::Result<()> {
        self.report.bytes += block.len() as u64;
        self.file.write_all(block)
    }
}
