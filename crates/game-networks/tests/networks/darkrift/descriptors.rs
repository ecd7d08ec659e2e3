//! The limit on file descriptors: several tests run at once, and each has hundreds of sockets.

use std::sync::Once;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit as far as the tests need and the system allows: the default is often only 1024.
pub(crate) fn ask_for_enough() {
    static ASKED: Once = Once::new();
    ASKED.call_once(|| {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let wanted = maximum.map_or(WANTED, |maximum| maximum.min(WANTED));
        if current.is_some_and(|current| current < wanted) {
            // If this fails, the limit may still be high enough.
            let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
        }
    });
}

const WANTED: u64 = 10_000;
