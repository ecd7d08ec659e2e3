//! A capture: its file, and the thread that writes it.

use std::fs::OpenOptions;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};
use std::time::{Instant, SystemTime};

use crate::pcap::error::CaptureError;
use crate::pcap::packet_sink::{PacketSink, Shared};
use crate::pcap::settings::PacketCaptureSettings;
use crate::pcap::writer_thread::{CaptureReport, Writing};

/// A running packet capture. Dropping it also completes the file, but reports no errors.
#[derive(Debug)]
pub struct PacketCapture {
    sink: PacketSink,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<Result<CaptureReport, CaptureError>>>,
}

impl PacketCapture {
    /// Makes the file, which must not be there yet, and waits for packets.
    ///
    /// # Errors
    /// [`CaptureError::Create`] or [`CaptureError::Thread`].
    pub fn start(path: impl AsRef<Path>, settings: PacketCaptureSettings) -> Result<Self, CaptureError> {
        let path = path.as_ref().to_owned();
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(|cause| CaptureError::Create { path: path.clone(), cause })?;
        let (sink, notes, shared) = PacketSink::new();
        let began = (Instant::now(), SystemTime::now());
        let for_thread = Arc::clone(&shared);
        let run = move || Writing::new(file, settings, began).run(&notes, &for_thread, &path);
        let thread =
            thread::Builder::new().name("packets".into()).spawn(run).map_err(CaptureError::Thread)?;
        Ok(Self { sink, shared, thread: Some(thread) })
    }

    /// The sink that packets are recorded through.
    pub fn sink(&self) -> PacketSink {
        self.sink.clone()
    }

    /// Writes what waits and completes the file.
    ///
    /// # Errors
    /// [`CaptureError::Write`] if not all of it could be written; the file holds what could.
    ///
    /// # Panics
    /// If the thread that writes did.
    pub fn stop(mut self) -> Result<CaptureReport, CaptureError> {
        match self.end() {
            Some(Ok(report)) => report,
            Some(Err(panic)) => resume_unwind(panic),
            None => Ok(CaptureReport::default()),
        }
    }

    fn end(&mut self) -> Option<thread::Result<Result<CaptureReport, CaptureError>>> {
        self.shared.closed.store(true, Ordering::Relaxed);
        let thread = self.thread.take()?;
        Some(thread.join())
    }
}

impl Drop for PacketCapture {
    fn drop(&mut self) {
        let _what_went_wrong = self.end();
    }
}
