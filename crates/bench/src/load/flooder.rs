//! A client that sends ten times as much as a link may, and reconnects whenever the server rejects it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use consonance_quic::sans_io::Dialer;
use consonance_session::Limits;
use serde_json::{Map, Value, json};

use super::client::{Buffers, Guest, JoinProgress, LoadClient, Now};
use super::probe::{Frames, Stamp};
use crate::schedule::Schedule;

const TIMES_TOO_MUCH: f64 = 10.0;
const FRAME_BYTES: usize = 120;
const PAUSE: Duration = Duration::from_millis(1);
/// The pause before it reconnects.
const REST: Duration = Duration::from_millis(100);

/// Floods the first room until `is_over`; returns the number of frames, and the number of times the server rejected
/// it.
pub(super) fn flood(
    dialer: &Dialer,
    session: &str,
    is_over: &AtomicBool,
) -> Result<Map<String, Value>, String> {
    let rate = TIMES_TOO_MUCH * f64::from(Limits::default().voice_packets.per_second);
    let (started, mut buffers, mut frames) = (Instant::now(), Buffers::new(0), Frames::new(0, FRAME_BYTES));
    let (mut sent, mut thrown_out) = (0_u64, 0_u64);
    let guest = Guest {
        name: "flooder".to_owned(),
        session: session.to_owned(),
        room: Some("room 0".to_owned()),
        listens: true,
        speaks: true,
        encrypts: false,
    };
    while !is_over.load(Ordering::Relaxed) {
        let mut client =
            LoadClient::dial(dialer, &guest, Now::since(started)).map_err(|error| error.to_string())?;
        let mut schedule: Option<Schedule> = None;
        while !is_over.load(Ordering::Relaxed) && !matches!(client.progress(), JoinProgress::Gone(_)) {
            let now = Now::since(started);
            client.run_once(now, &mut buffers).map_err(|error| error.to_string())?;
            if *client.progress() == JoinProgress::Joined {
                let schedule = schedule.get_or_insert_with(|| Schedule::new(now.instant, 1, rate));
                while schedule.next_due(now.instant).is_some() {
                    let frame = frames.next(0, Stamp::now());
                    client.speak(now, frame, &mut buffers).map_err(|error| error.to_string())?;
                    sent += 1;
                }
            }
            thread::sleep(PAUSE);
        }
        thrown_out += u64::from(matches!(client.progress(), JoinProgress::Gone(_)));
        // A kicked client has already left; for others, a lost goodbye does no harm.
        let _ = client.leave(Now::since(started), &mut buffers);
        thread::sleep(REST);
    }
    let fields = json!({
        "flood_frames": sent,
        "flood_frames_per_s": (sent as f64 / started.elapsed().as_secs_f64()).round(),
        "flooder_thrown_out": thrown_out,
    });
    let Value::Object(fields) = fields else { return Ok(Map::new()) };
    Ok(fields)
}
