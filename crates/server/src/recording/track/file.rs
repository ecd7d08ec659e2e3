//! The file of one voice: Ogg Opus, or frames as they came where the session is encrypted from end to end.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use consonance_recording::{Channels, OggPacketWriter, OpusPacket, SealedTrackWriter};
use consonance_wire::SealedVoice;

/// The kind of frames in a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::recording) enum FrameKind {
    /// Packets of Opus.
    Opus,
    /// Encrypted from end to end.
    Sealed,
}

impl FrameKind {
    pub(in crate::recording) fn of(frame: &[u8]) -> Self {
        if SealedVoice::of(frame).is_some() { Self::Sealed } else { Self::Opus }
    }

    /// The file name extension of such tracks.
    pub(in crate::recording) fn extension(self) -> &'static str {
        match self {
            Self::Opus => "opus",
            Self::Sealed => SealedTrackWriter::<Vec<u8>>::EXTENSION,
        }
    }
}

/// A file that grows, frame by frame.
#[derive(Debug)]
pub(super) enum TrackFile {
    Opus(OggPacketWriter<AppendedFile>),
    Sealed(SealedTrackWriter<AppendedFile>),
}

impl TrackFile {
    /// Makes the file, which is not there yet.
    pub(super) fn create(path: PathBuf, kind: FrameKind, player: &str, serial: u32) -> io::Result<Self> {
        OpenOptions::new().write(true).create_new(true).open(&path)?;
        let sink = AppendedFile { path, bytes: 0 };
        Ok(match kind {
            FrameKind::Opus => {
                Self::Opus(OggPacketWriter::new(sink, serial, Channels::Mono, &[("TITLE", player)])?)
            }
            FrameKind::Sealed => Self::Sealed(SealedTrackWriter::new(sink, serial, player)?),
        })
    }

    /// Whether a frame fits this kind of file.
    pub(super) fn takes(&self, frame: &[u8]) -> bool {
        match self {
            Self::Opus(_) => OpusPacket::parse(frame).is_ok(),
            Self::Sealed(_) => FrameKind::of(frame) == FrameKind::Sealed,
        }
    }

    /// Writes a frame that the file takes, at this sample or after the existing ones; returns its position and its
    /// length in samples: for a sealed frame, the length that its speaker announced.
    pub(super) fn write(&mut self, at: u64, frame: &[u8], announced: u32) -> io::Result<(u64, u64)> {
        match self {
            Self::Opus(writer) => {
                let packet = OpusPacket::parse(frame).expect("invalid packets were refused on arrival");
                Ok((writer.write(at, packet)?, packet.samples().into()))
            }
            Self::Sealed(writer) => {
                let from = writer.write(at, announced, frame)?;
                Ok((from, writer.end() - from))
            }
        }
    }

    /// The position after the last frame, in samples.
    pub(super) fn end(&self) -> u64 {
        match self {
            Self::Opus(writer) => writer.end(),
            Self::Sealed(writer) => writer.end(),
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Opus(writer) => writer.bytes(),
            Self::Sealed(writer) => writer.bytes(),
        }
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Opus(writer) => writer.flush(),
            Self::Sealed(writer) => writer.flush(),
        }
    }

    /// Completes the file; its bytes.
    pub(super) fn finish(self) -> io::Result<u64> {
        let sink = match self {
            Self::Opus(writer) => writer.finish(),
            Self::Sealed(writer) => writer.finish(),
        };
        sink.map(|sink| sink.bytes)
    }
}

/// Completes a file that a crash has cut off; how many samples it has.
pub(in crate::recording) fn repair(path: &Path) -> io::Result<u64> {
    match path.extension() {
        Some(extension) if extension == FrameKind::Sealed.extension() => {
            consonance_recording::repair_sealed_track(path)
        }
        _ => consonance_recording::repair_ogg_opus(path),
    }
}

/// A path that is opened for each page: many voices need no more open files than one, and a missing disk is an
/// immediate error.
#[derive(Debug)]
pub(super) struct AppendedFile {
    path: PathBuf,
    bytes: u64,
}

impl Write for AppendedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = OpenOptions::new().append(true).open(&self.path)?.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
