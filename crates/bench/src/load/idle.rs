//! Very many idle clients, and their cost for a server in memory and time.

use std::error::Error;
use std::io::{Write, stdout};
use std::time::{Duration, Instant};

use clap::Args;
use consonance_cli::ProgressLine;
use consonance_quic::QuicClientSettings;
use consonance_quic::sans_io::Dialer;
use serde_json::json;

use super::crowd::Crowd;
use super::memory::idle_guest;
use super::report::{round, whole};
use super::server_process;
use super::sockets::{raise_descriptor_limit, socket_address};
use crate::child_process::MeasuredProgram;

/// How many, and where.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Idle {
    /// Instead of all that, let so many clients join and do nothing, and say what memory and time they take.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=60_000), conflicts_with_all = ["server", "ramp", "floor"])]
    idle: Option<u32>,
    /// Over how many sessions they are spread.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..), requires = "idle")]
    sessions: u32,
}

/// The time for the work of joining to finish.
const SETTLE: Duration = Duration::from_secs(5);
/// The promise is 400 MB and 6 % of a core for 10 000 clients in 1000 sessions, and proportionally less for fewer.
const BYTES_PER_CLIENT_MAX: f64 = 40_000.0;
const SHARE_PER_CLIENT_MAX: f64 = 0.06 / 10_000.0;

impl Idle {
    pub(super) fn clients(self) -> Option<u32> {
        self.idle
    }

    /// Measures for this long.
    pub(super) fn run(
        self,
        measured: &MeasuredProgram,
        clients: u32,
        settings: QuicClientSettings,
        time: Duration,
        json: bool,
    ) -> Result<(), Box<dyn Error>> {
        raise_descriptor_limit(2 * u64::from(clients));
        let progress = ProgressLine::new();
        let server = server_process::start(measured, true)?;
        let dialer = Dialer::new(server.address(), socket_address(server.address())?, settings);
        let mut crowd = Crowd::new(vec![dialer], 0, false);
        let guests = (0..clients).map(|index| idle_guest(index as usize, (index % self.sessions) as usize));
        crowd.join(guests, Vec::new(), |clients| progress.show(format!("{clients} clients joined")))?;
        crowd.idle(SETTLE)?;
        progress.show("measuring".to_owned());
        let (began, before) = (Instant::now(), server.figures().cpu_time()?);
        crowd.idle(time)?;
        let spent = server.figures().cpu_time()?.saturating_sub(before);
        let share = spent.as_secs_f64() / began.elapsed().as_secs_f64();
        let bytes = server.figures().anonymous_bytes()?;
        progress.clear();
        self.report(clients, bytes as f64, share, json)
    }

    fn report(self, clients: u32, bytes: f64, share: f64, json: bool) -> Result<(), Box<dyn Error>> {
        let holds = bytes < BYTES_PER_CLIENT_MAX * f64::from(clients)
            && share < SHARE_PER_CLIENT_MAX * f64::from(clients);
        let mut out = stdout();
        if json {
            let row = json!({
                "idle_clients": clients,
                "sessions": self.sessions,
                "anonymous_bytes": whole(bytes),
                "anonymous_bytes_per_client": whole(bytes / f64::from(clients)),
                "server_cpu_share": round(share, 5),
                "promise": "10 000 idle clients in 1000 sessions take less than 400 MB and 6 % of a core, fewer as much less",
                "holds": holds,
            });
            writeln!(out, "{row}")?;
        } else {
            let sessions = self.sessions;
            let verdict = if holds { "holds" } else { "does not hold" };
            writeln!(
                out,
                "{clients} idle clients in {sessions} sessions: {:.1} MB, {:.2} % of a core\n  \
                 less than 400 MB and 6 % for 10 000, and as much less for fewer: {verdict}",
                bytes / 1e6,
                100.0 * share,
            )?;
        }
        Ok(out.flush()?)
    }
}
