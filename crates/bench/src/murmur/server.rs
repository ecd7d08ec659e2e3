//! Mumble's server on a core of its own.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::thread;

use consonance_testing::murmur::Murmur;

use crate::cores;
use crate::process_figures::ProcessFigures;

/// A server on the last core. Dropping it ends it.
pub(super) struct MurmurServer {
    murmur: Murmur,
    core: usize,
}

impl MurmurServer {
    pub(super) fn start() -> Result<Self, Box<dyn Error>> {
        let mut core = 0;
        let murmur = Murmur::start(SETTINGS, |mut serve| {
            let spawn = move || Ok::<_, io::Error>((cores::stay_on_one()?, serve.spawn()?));
            let gone = |_| io::Error::other("the thread that starts Murmur is gone");
            let (own, process) = thread::spawn(spawn).join().map_err(gone)??;
            core = own;
            Ok(process)
        })?;
        Ok(Self { murmur, core })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.murmur.address()
    }

    pub(super) fn core(&self) -> usize {
        self.core
    }

    pub(super) fn figures(&self) -> ProcessFigures {
        ProcessFigures::of(self.murmur.process_id())
    }
}

/// Settings without limits that would affect the measurement.
const SETTINGS: &str = "bandwidth=558000\nusers=1000\nobfuscate=false\nautobanAttempts=0\nopusthreshold=0\n\
                        messageburst=2000\nmessagelimit=2000\n";
