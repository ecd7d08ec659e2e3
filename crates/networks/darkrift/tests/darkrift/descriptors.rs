//! How many sockets the tests may have, each of which has hundreds, while several run at once.

use std::sync::Once;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// As many as they need, or as the system allows: it gives many programs only 1024 unless they ask.
pub(crate) fn ask_for_enough() {
    static ASKED: Once = Once::new();
    ASKED.call_once(|| {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let wanted = maximum.map_or(WANTED, |maximum| maximum.min(WANTED));
        if current.is_some_and(|current| current < wanted) {
            // Where it is not given, there may be enough all the same.
            let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
        }
    });
}

const WANTED: u64 = 10_000;
