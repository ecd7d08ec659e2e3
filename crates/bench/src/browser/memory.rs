//! The server's memory per player in a browser.

use std::error::Error;
use std::time::Duration;

use serde_json::{Map, Value};

use super::crowd::Crowd;
use super::group::{Cast, Kind};
use super::serve;
use crate::child_process::MeasuredProgram;

/// The first session warms up everything that a server allocates once.
const WARM: &str = "memory-warm";
/// Sessions of [`BROWSERS`] players, some of which speak later.
const SESSIONS: [&str; 4] = ["memory-0", "memory-1", "memory-2", "memory-3"];
const BROWSERS: usize = 25;
const SPEAKERS: usize = 5;
/// A wait until all work for joining is done.
const SETTLE: Duration = Duration::from_secs(3);
/// How long the players of each session speak.
const TALK: Duration = Duration::from_secs(2);

/// Growth of a fresh server's anonymous memory for a hundred browsers that joined, and that have then heard five
/// speakers, in bytes per browser.
pub(super) fn add_to(
    fields: &mut Map<String, Value>,
    measured: &MeasuredProgram,
) -> Result<(), Box<dyn Error>> {
    let server = serve(measured)?;
    let (native, page) = server.address();
    let cast = |session| Cast {
        session,
        speakers: (Kind::Browser, SPEAKERS),
        listeners: (Kind::Browser, BROWSERS - SPEAKERS),
    };
    let figures = server.figures();
    let mut crowd = Crowd::gather(native, page, &[cast(WARM)])?;
    crowd.talk(Some(0), TALK)?;
    crowd.talk(None, SETTLE)?;
    let before = figures.anonymous_bytes()?;
    for session in SESSIONS {
        crowd.join(page, &cast(session))?;
    }
    crowd.talk(None, SETTLE)?;
    let joined = figures.anonymous_bytes()?;
    for group in 1..=SESSIONS.len() {
        crowd.talk(Some(group), TALK)?;
    }
    crowd.talk(None, SETTLE)?;
    let talked = figures.anonymous_bytes()?;
    let per_browser = |after: u64| (after as f64 - before as f64) / (SESSIONS.len() * BROWSERS) as f64;
    fields.insert("bytes_per_browser".to_owned(), per_browser(joined).round().into());
    fields.insert("bytes_per_listening_browser".to_owned(), per_browser(talked).round().into());
    Ok(())
}
