//! Files that measure disk time.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use consonance_audio::OpenTrack;

/// The disk time of all files together.
#[derive(Debug, Clone, Default)]
pub(super) struct DiskTime(Arc<AtomicU64>);

impl DiskTime {
    pub(super) fn get(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }

    /// Makes files whose time is counted.
    pub(super) fn opener(&self) -> OpenTrack {
        let time = self.clone();
        Box::new(move |path| {
            let file = time.measure(|| File::create_new(path))?;
            Ok(Box::new(TimedFile { file, time: time.clone() }))
        })
    }

    fn measure<T>(&self, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let result = work();
        self.0.fetch_add(began.elapsed().as_nanos() as u64, Ordering::Relaxed);
        result
    }
}

#[derive(Debug)]
struct TimedFile {
    file: File,
    time: DiskTime,
}

impl Write for TimedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.time.measure(|| self.file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.time.measure(|| self.file.flush())
    }
}

impl Seek for TimedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.time.measure(|| self.file.seek(to))
    }
}
