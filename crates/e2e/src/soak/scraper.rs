//! A stand-in for a monitoring system: reads the metrics of one server process every second, and checks that they are
//! plausible.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::soak::admin_client::AdminClient;

/// A thread that reads metrics until this is dropped.
#[derive(Debug)]
pub(crate) struct Scraper {
    is_over: Arc<AtomicBool>,
    seen: Arc<Mutex<Seen>>,
}

/// The results since they were last taken.
#[derive(Debug, Default)]
struct Seen {
    scrapes: u64,
    faults: Vec<String>,
    newest: Option<(Instant, Reading)>,
}

const EVERY: Duration = Duration::from_secs(1);
const FAULTS_MAX: usize = 5;

impl Scraper {
    /// Starts reading; the server may not serve yet.
    ///
    /// # Errors
    /// If no thread can be started.
    pub(crate) fn start(client: AdminClient) -> io::Result<Self> {
        let (is_over, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Seen::default())));
        let (obeyed, noted) = (Arc::clone(&is_over), Arc::clone(&seen));
        let scrape = move || {
            let (mut former, mut drifts) = (Reading::default(), [Drift::default(); SUMS.len()]);
            while !obeyed.load(Ordering::Relaxed) {
                // A server that cannot answer (frozen, or out of descriptors) is judged by other checks.
                if let Ok(answer) = client.get("/metrics")
                    && answer.status == 200
                {
                    let reading = Reading::parse(&answer.body);
                    let mut faults = reading.faults(&former);
                    for (drift, (whole, parts)) in drifts.iter_mut().zip(SUMS) {
                        faults.extend(drift.judge(whole, reading.apart(whole, parts)));
                    }
                    let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
                    noted.take(faults);
                    noted.newest = Some((Instant::now(), reading.clone()));
                    drop(noted);
                    former = reading;
                }
                thread::sleep(EVERY);
            }
        };
        thread::Builder::new().name("scraper".to_owned()).spawn(scrape)?;
        Ok(Self { is_over, seen })
    }

    /// The number of readings since the last call, and their faults.
    pub(crate) fn take(&self) -> (u64, Vec<String>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut seen.scrapes), std::mem::take(&mut seen.faults))
    }

    /// The newest value of a metric by its name and labels, if it was read after `since`.
    pub(crate) fn newest(&self, since: Instant, key: &str) -> Option<f64> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, reading) = seen.newest.as_ref()?;
        reading.0.get(key).copied().filter(|_| *at > since)
    }
}

impl Drop for Scraper {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

impl Seen {
    fn take(&mut self, faults: Vec<String>) {
        self.scrapes += 1;
        self.faults.extend(faults);
        self.faults.truncate(FAULTS_MAX);
    }
}

/// One response: the values by name and labels.
#[derive(Clone, Debug, Default, PartialEq)]
struct Reading(BTreeMap<String, f64>);

/// The endings of metrics that only grow while a process lives.
const GROWING: [&str; 4] = ["_total", "_bucket", "_count", "_sum"];
/// Metrics that indicate a fault whenever they are not 0.
const NEVER: [&str; 2] = ["consonance_internal_messages_lost_total", "consonance_store_writes_dropped_total"];
/// The first metric is the sum of the others, which have one label each.
const SUMS: [(&str, &str); 2] = [
    ("consonance_clients", "consonance_worker_clients{"),
    ("consonance_sessions", "consonance_worker_sessions{"),
];

impl Reading {
    fn parse(text: &str) -> Self {
        let sample = |line: &str| {
            let (key, value) = line.rsplit_once(' ')?;
            Some((key.to_owned(), value.parse().ok()?))
        };
        Self(text.lines().filter(|line| !line.starts_with('#')).filter_map(sample).collect())
    }

    /// Values that are impossible, alone or after the previous reading of the same process.
    fn faults(&self, former: &Self) -> Vec<String> {
        let mut faults = Vec::new();
        for (key, value) in &self.0 {
            let name = key.split('{').next().unwrap_or_default();
            let before = former.0.get(key);
            if GROWING.iter().any(|end| name.ends_with(end)) && before.is_some_and(|before| before > value) {
                faults.push(format!("{key} fell from {} to {value}", before.copied().unwrap_or_default()));
            }
            if NEVER.contains(&name) && *value > 0.0 {
                faults.push(format!("{key} is {value}"));
            }
        }
        // A server out of descriptors cannot read its process metrics from the system.
        let is_gone = |key: &&String| !self.0.contains_key(*key) && !key.starts_with("process_");
        let gone = former.0.keys().filter(is_gone);
        faults.extend(gone.map(|key| format!("{key} is there no more")));
        faults
    }

    /// The difference between a metric and the sum of its parts.
    fn apart(&self, whole: &str, parts: &str) -> f64 {
        let parts = self.0.iter().filter(|(key, _)| key.starts_with(parts));
        self.0.get(whole).copied().unwrap_or(0.0) - parts.map(|(_, value)| value).sum::<f64>()
    }
}

/// The last difference between a metric and the sum of its parts, and for how many readings it has been the same. A
/// short difference is no fault: players come and go, and are not counted everywhere at the same moment.
#[derive(Clone, Copy, Debug, Default)]
struct Drift {
    apart: f64,
    readings: u32,
}

impl Drift {
    /// The number of readings after which a difference is not due to chance.
    const MANY: u32 = 10;

    fn judge(&mut self, whole: &str, apart: f64) -> Option<String> {
        let is_same = apart.abs() >= 1.0 && (apart - self.apart).abs() < 1.0;
        self.readings = if is_same { self.readings + 1 } else { 0 };
        self.apart = apart;
        let words = || format!("{whole} stays {apart} more than what workers have");
        (self.readings == Self::MANY).then(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(before: &str, after: &str) -> Vec<String> {
        Reading::parse(after).faults(&Reading::parse(before))
    }

    #[test]
    fn counters_only_grow_and_gauges_may_fall() {
        assert_eq!(faults("a_total{x=\"1 2\"} 7\nb 7", "a_total{x=\"1 2\"} 7\nb 3"), [""; 0]);
        assert_eq!(
            faults("a_total{x=\"1 2\"} 7", "a_total{x=\"1 2\"} 6"),
            ["a_total{x=\"1 2\"} fell from 7 to 6"]
        );
        assert_eq!(faults("d_bucket{le=\"1\"} 2", "d_bucket{le=\"1\"} 1").len(), 1);
    }

    #[test]
    fn what_workers_have_is_what_the_server_has() {
        let (whole, parts) = SUMS[0];
        let workers = |one, other| {
            let text = format!("{whole} 5\n{parts}worker=\"0\"}} {one}\n{parts}worker=\"1\"}} {other}");
            Reading::parse(&text).apart(whole, parts)
        };
        let faults = |apart: f64| {
            let mut drift = Drift::default();
            (0..30).filter_map(|_| drift.judge(whole, apart)).count()
        };
        assert_eq!((faults(workers(2, 3)), faults(workers(2, 2))), (0, 1));
        let mut drift = Drift::default();
        let mut comes_and_goes = (0..30).filter_map(|second| drift.judge(whole, f64::from(second % 4)));
        assert_eq!(comes_and_goes.next(), None);
    }

    #[test]
    fn lost_messages_and_lost_metrics_are_faults() {
        assert_eq!(faults("", "consonance_internal_messages_lost_total{what=\"events\"} 1").len(), 1);
        assert_eq!(faults("a 1\nb 1\nprocess_open_fds 9", "a 1"), ["b is there no more"]);
    }
}
