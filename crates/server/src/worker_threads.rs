//! How many workers a server has, and where they run.

use std::num::NonZeroUsize;
use std::thread;

use consonance_settings::settings;

settings! {
    /// How many workers a server has, and where they run; see [`Workers`](crate::Workers).
    #[derive(Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct WorkerThreads {
        /// Worker threads; 0 starts one for each core.
        pub count: usize as workers = 0, 0..=256;
        /// Pin each worker to its own core (Linux).
        pub are_pinned: bool as pin_workers = false;
    }
}

impl WorkerThreads {
    /// The number of workers, or of cores where the settings leave it to the machine.
    pub fn number(&self) -> NonZeroUsize {
        let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        NonZeroUsize::new(self.count).unwrap_or_else(cores)
    }
}
