//! Disturbances of a server while voice flows: newcomers, a link that floods, garbage from unknown addresses.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use clap::Args;
use consonance_quic::sans_io::Dialer;
use serde_json::{Map, Value, json};

use super::flooder;
use super::garbage;
use super::newcomers;
use super::step::Step;

/// One of them at a time, so that it is clear what did harm.
#[derive(Clone, Copy, Debug, Default, Args)]
#[group(multiple = false)]
pub(super) struct Disturbance {
    /// Let so many others join per second, each with a full handshake and to another session, and leave again.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=5000), conflicts_with_all = ["ramp", "idle"])]
    joins_per_second: Option<u32>,
    /// Let one more client speak in the first room at ten times the rate that a link is allowed.
    /// Limits are as by default then.
    #[arg(long, conflicts_with_all = ["ramp", "idle", "server"])]
    flood: bool,
    /// Send so many datagrams of garbage per second from unknown addresses to the server's port.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000), conflicts_with_all = ["ramp", "idle"])]
    garbage: Option<u32>,
}

/// A disturbance that runs on its own thread.
pub(super) struct Busy {
    disturbance: Disturbance,
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Result<Map<String, Value>, String>>,
}

impl Disturbance {
    /// Whether the server should allow every rate.
    pub(super) fn lifts_limits(self) -> bool {
        !self.flood
    }

    /// Begins, if there is anything to do.
    pub(super) fn begin(self, dialer: &Dialer, session: &str) -> Result<Option<Busy>, Box<dyn Error>> {
        let is_over = Arc::new(AtomicBool::new(false));
        let (stop, dialer, session) = (Arc::clone(&is_over), dialer.clone(), session.to_owned());
        let work = thread::Builder::new().name("disturbance".to_owned());
        let thread = match self {
            Self { joins_per_second: Some(rate), .. } => {
                work.spawn(move || newcomers::keep_joining(&dialer, rate.into(), &stop))
            }
            Self { flood: true, .. } => work.spawn(move || flooder::flood(&dialer, &session, &stop)),
            Self { garbage: Some(rate), .. } => {
                work.spawn(move || garbage::send_garbage(dialer.remote(), rate.into(), &stop))
            }
            _ => return Ok(None),
        };
        Ok(Some(Busy { disturbance: self, is_over, thread: thread? }))
    }

    /// The promise of a server: in words, and the share of frames that may be lost.
    fn promise(self) -> (&'static str, f64) {
        if self.joins_per_second.is_some() {
            ("300 joins per second while 50 000 packets per second flow cost less than 0.1 % of them", 0.001)
        } else if self.flood {
            ("a link that sends ten times what it may costs the others less than 1 %", 0.01)
        } else {
            ("garbage from unknown addresses costs clients less than 1 %", 0.01)
        }
    }
}

impl Busy {
    /// Ends it. Returns what was done, and whether the promise held while `step` was measured.
    pub(super) fn end(self, step: &Step) -> Result<Map<String, Value>, Box<dyn Error>> {
        self.is_over.store(true, Ordering::Relaxed);
        let mut fields = self.thread.join().map_err(|_| "the thread of the others broke")??;
        let (promise, loss_max) = self.disturbance.promise();
        fields.insert("promise".to_owned(), promise.into());
        let holds = if step.is_limited_by_clients() { Value::Null } else { json!(step.loss() < loss_max) };
        fields.insert("holds".to_owned(), holds);
        Ok(fields)
    }
}
