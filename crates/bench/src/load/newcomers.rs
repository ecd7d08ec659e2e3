//! Clients that join one after the other, each with a full handshake, and leave again soon.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use consonance_quic::sans_io::Dialer;
use serde_json::{Map, Value, json};

use super::client::{Buffers, Guest, JoinProgress, LoadClient, Now};
use crate::delays::Delays;
use crate::schedule::Schedule;

/// Sessions that they are spread over.
const SESSIONS: u64 = 1000;
/// How long each stays after joining.
const STAY: Duration = Duration::from_millis(200);
/// A newcomer that has not joined after this time has failed.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(1);

struct Newcomer {
    client: LoadClient,
    dialled: Instant,
    joined: Option<Instant>,
}

/// Joins at this rate until `is_over`; returns how many joined, how many failed, and how long joining took.
pub(super) fn keep_joining(
    dialer: &Dialer,
    rate: f64,
    is_over: &AtomicBool,
) -> Result<Map<String, Value>, String> {
    let (started, mut buffers, mut times) = (Instant::now(), Buffers::new(0), Delays::new());
    let mut schedule = Schedule::new(started, 1, rate);
    let mut newcomers: Vec<Newcomer> = Vec::new();
    let (mut dialled, mut joined, mut failed) = (0_u64, 0_u64, 0_u64);
    let mut dialling = Duration::ZERO;
    loop {
        let now = Now::since(started);
        let goes_on = dialled == 0 || !is_over.load(Ordering::Relaxed);
        while goes_on && schedule.next_due(now.instant).is_some() {
            let client = LoadClient::dial(dialer, &guest(dialled), now).map_err(|error| error.to_string())?;
            newcomers.push(Newcomer { client, dialled: Instant::now(), joined: None });
            dialled += 1;
            dialling = started.elapsed();
        }
        for it in &mut newcomers {
            let now = Now::since(started);
            it.client.run_once(now, &mut buffers).map_err(|error| error.to_string())?;
            if it.joined.is_none() && *it.client.progress() == JoinProgress::Joined {
                it.joined = Some(now.instant);
                joined += 1;
                times.add(now.instant.duration_since(it.dialled));
            } else if it.joined.is_none() && it.has_failed(now.instant) {
                failed += 1;
            }
        }
        newcomers.retain_mut(|it| it.stays(Now::since(started), &mut buffers));
        // Waits for newcomers that have already started.
        if !goes_on && newcomers.is_empty() {
            break;
        }
        thread::sleep(PAUSE);
    }
    let millis = |share| times.quantile(share).map(|time| (time.as_secs_f64() * 1e4).round() / 10.0);
    let fields = json!({
        "joins": joined,
        "joins_failed": failed,
        "joins_per_s": (dialled as f64 / dialling.as_secs_f64().max(1e-3)).round(),
        "join_p50_ms": millis(0.5),
        "join_p99_ms": millis(0.99),
    });
    let Value::Object(fields) = fields else { return Ok(Map::new()) };
    Ok(fields)
}

impl Newcomer {
    fn has_failed(&self, now: Instant) -> bool {
        matches!(self.client.progress(), JoinProgress::Gone(_)) || now.duration_since(self.dialled) > PATIENCE
    }

    /// False once it has said goodbye, or was never admitted.
    fn stays(&mut self, now: Now, buffers: &mut Buffers) -> bool {
        match self.joined {
            None => !self.has_failed(now.instant),
            Some(joined) if now.instant.duration_since(joined) < STAY => true,
            Some(_) => {
                // The server can do without the goodbye.
                let _ = self.client.leave(now, buffers);
                false
            }
        }
    }
}

fn guest(number: u64) -> Guest {
    Guest {
        name: format!("newcomer {number}"),
        session: format!("newcomers-{}", number % SESSIONS),
        room: Some("lobby".to_owned()),
        listens: true,
        speaks: false,
        encrypts: false,
    }
}
