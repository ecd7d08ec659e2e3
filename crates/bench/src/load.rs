//! `consonance-bench load`: a server under the load of many clients, which are real down to the session engine.
//!
//! One thread runs all clients (`load/crowd.rs`); the server is a separate process on its own core, so that its
//! processor time can be measured separately. `docs/server-cost.md` describes the figures and the method.

pub(super) mod client;
mod crowd;
mod disturbance;
mod fast_path;
mod flooder;
mod floors;
mod garbage;
mod idle;
mod inbox;
mod memory;
mod mode;
mod newcomers;
mod nodes;
pub(super) mod probe;
mod ramp;
mod report;
mod scene;
mod server_process;
mod sockets;
mod step;
mod udp;

use std::error::Error;
use std::num::NonZero;
use std::time::Duration;

use clap::Args;
use consonance_cli::ProgressLine;
use consonance_quic::QuicAddress;
use consonance_quic::sans_io::Dialer;
use rustix::thread::set_current_timer_slack;
use serde_json::{Map, Value};

use crate::child_process::MeasuredProgram;
use crate::{seconds, within};
use client::Guest;
use crowd::Crowd;
use disturbance::Disturbance;
use floors::Floors;
use idle::Idle;
use mode::Mode;
use nodes::Nodes;
use ramp::Ramp;
use report::Figures;
use scene::Scene;
use sockets::{raise_descriptor_limit, socket_address};

/// The speakers, the number of listeners, and the network.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[derive(Debug, Args)]
pub(crate) struct Load {
    #[command(flatten)]
    scene: Scene,
    /// Load this server and not one of our own on this machine. Its limits hold, and its processor time is not visible.
    #[arg(long, value_name = "ADDRESS")]
    server: Option<QuicAddress>,
    #[command(flatten)]
    measured: MeasuredProgram,
    /// How many workers of the server serve each session, each on a core of its own.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64), conflicts_with = "server")]
    session_workers: u8,
    /// How many nodes of a cluster serve the session, each on cores of its own as far as there are any, and the clients
    /// in turn. The environment variable `NATS_SERVER` names the NATS server between them, which is counted apart.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    #[arg(conflicts_with_all = ["server", "floor"])]
    nodes: u8,
    #[command(flatten)]
    mode: Mode,
    /// Frames as in an encrypted session, 18 bytes longer, of clients that can be in its group;
    /// `CONSONANCE_ENCRYPTION=required` has the server require that.
    #[arg(long)]
    encrypted: bool,
    /// Frames per second of each speaker.
    #[arg(long, default_value_t = 50.0, value_parser = rate, conflicts_with = "ramp")]
    rate: f64,
    /// Raise that rate until more than 1 % is lost. The last line is the result: frames out per second of the server's
    /// processor time at 85 % of that point, delays at 70 %.
    #[arg(long)]
    ramp: bool,
    /// Run the bare loops of `floor` before and after, for the same listeners and on the server's core, and say
    /// how the server stands beside them.
    #[arg(long, conflicts_with = "server")]
    floor: bool,
    #[command(flatten)]
    disturbance: Disturbance,
    #[command(flatten)]
    idle: Idle,
    /// How long each of the two measurements takes: 5 s, and 60 s with --idle.
    #[arg(long, value_parser = seconds)]
    seconds: Option<f64>,
    /// Do not measure the memory of a client, which takes a server with 1200 of them.
    #[arg(long)]
    skip_memory: bool,
    /// Print JSON objects, one per line, instead of a table.
    #[arg(long)]
    json: bool,
}

/// The time for which each rate of a search is tried.
const TRY: Duration = Duration::from_secs(2);
/// The time before the measurement: a server that cannot keep up has filled its buffers by then.
const WARM_UP: Duration = Duration::from_millis(700);
/// Voice has a frame every 20 ms.
const FIRST_RATE: f64 = 50.0;
/// The shares of the rate at which loss passes 1 % where frames out per CPU second and delays are measured.
const BUSY: f64 = 0.85;
const CALM: f64 = 0.70;
/// The default time of the measurement.
const TIME: Duration = Duration::from_secs(5);
const IDLE_TIME: Duration = Duration::from_mins(1);

pub(crate) fn run(load: &Load) -> Result<(), Box<dyn Error>> {
    load.scene.check()?;
    // The default timer slack would make each sleep up to 50 µs too long. If it cannot be set, frames are late, and
    // the report says by how much.
    let _ = set_current_timer_slack(NonZero::new(1));
    if let Some(clients) = load.idle.clients() {
        let time = load.time(IDLE_TIME);
        return load.idle.run(&load.measured, clients, load.mode.client_settings(), time, load.json);
    }
    raise_descriptor_limit(2 * u64::from(load.scene.clients));
    let progress = ProgressLine::new();
    let bytes_per_client = match &load.server {
        None if !load.skip_memory => {
            Some(memory::bytes_per_client(&load.measured, load.mode.client_settings(), |clients| {
                progress.show(format!("memory: {clients} idle clients"));
            })?)
        }
        _ => None,
    };
    let lifts_limits = load.disturbance.lifts_limits();
    let start = || Nodes::start(&load.measured, lifts_limits, load.session_workers, load.nodes);
    let nodes = load.server.is_none().then(start).transpose()?;
    let addresses = load
        .server
        .clone()
        .map_or_else(|| nodes.as_ref().map(Nodes::addresses).unwrap_or_default(), |address| vec![address]);
    let floors = load.floors(nodes.as_ref(), &progress)?;
    let mut crowd = load.gather(&addresses, &progress)?;
    let outcome = load.measure(&mut crowd, &addresses[0], nodes.as_ref(), &progress);
    if let Some(mut nodes) = nodes
        && !nodes.are_running()
    {
        return Err("the server ended while it was measured; run `consonance serve` to see why".into());
    }
    let (mut outcome, disturbance) = outcome?;
    outcome.bytes_per_client = bytes_per_client;
    crowd.leave()?;
    let more = match (floors, outcome.busy.frames_out_per_cpu_s()) {
        (Some(floors), Some(frames_out)) => floors.after(frames_out)?,
        _ => disturbance,
    };
    progress.clear();
    Ok(report::figures(&outcome, more, load.json)?)
}

impl Load {
    /// Lets all players join.
    fn gather(&self, addresses: &[QuicAddress], progress: &ProgressLine) -> Result<Crowd, Box<dyn Error>> {
        let dialer = |address| {
            Ok::<_, Box<dyn Error>>(Dialer::new(
                address,
                socket_address(address)?,
                self.mode.client_settings(),
            ))
        };
        let dialers = addresses.iter().map(dialer).collect::<Result<Vec<_>, _>>()?;
        let scene = &self.scene;
        let frame_bytes = usize::from(scene.frame_bytes);
        let mut crowd = Crowd::new(dialers, frame_bytes, self.mode.wants_fast_path());
        if self.encrypted {
            crowd.seal_frames(frame_bytes);
        }
        let guest = |index: u32| Guest {
            name: format!("load {index}"),
            session: addresses[0].session().to_owned(),
            room: Some(format!("room {}", scene.room(index))),
            listens: true,
            speaks: index < scene.speakers,
            encrypts: self.encrypted,
        };
        crowd.join((0..scene.clients).map(guest), scene.audiences(), |clients| {
            progress.show(format!("{clients} clients joined"));
        })?;
        crowd.idle(WARM_UP)?;
        Ok(crowd)
    }

    /// The bare loops, if wanted.
    fn floors(
        &self,
        server: Option<&Nodes>,
        progress: &ProgressLine,
    ) -> Result<Option<Floors>, Box<dyn Error>> {
        let Some(server) = server.filter(|_| self.floor) else { return Ok(None) };
        progress.show("the bare loops".to_owned());
        let Scene { clients, rooms, frame_bytes, .. } = self.scene;
        let listeners = (clients / rooms - 1) as usize;
        Floors::before(server.core(), listeners, frame_bytes.into(), true).map(Some)
    }

    fn measure(
        &self,
        crowd: &mut Crowd,
        address: &QuicAddress,
        nodes: Option<&Nodes>,
        progress: &ProgressLine,
    ) -> Result<(Figures, Map<String, Value>), Box<dyn Error>> {
        let figures = nodes.and_then(Nodes::figures);
        let server = figures.as_ref();
        let mut is_limited_by_clients = false;
        let (busy_rate, calm_rate) = if self.ramp {
            report::start(self.json)?;
            let mut ramp = Ramp::new(FIRST_RATE);
            while let Some(rate) = ramp.next() {
                progress.show(format!("{rate:.0} frames per second of each speaker"));
                let step = crowd.talk(rate, WARM_UP, TRY, server)?;
                progress.clear();
                report::step(&step, self.json)?;
                ramp.note(step.is_fine(), step.is_limited_by_clients());
            }
            is_limited_by_clients = ramp.is_limited_by_clients();
            let point =
                ramp.point().ok_or("more than 1 % is lost at every rate; is something else running here?")?;
            (BUSY * point, CALM * point)
        } else {
            (self.rate, self.rate)
        };
        let time = self.time(TIME);
        let dialer = Dialer::new(address, socket_address(address)?, self.mode.client_settings());
        let disturbance = self.disturbance.begin(&dialer, address.session())?;
        progress.show(format!("measuring at {busy_rate:.0} frames per second of each speaker"));
        let meter = nodes.map(Nodes::meter).transpose()?;
        let busy = crowd.talk(busy_rate, WARM_UP, time, server)?;
        let mut more = disturbance.map(|disturbance| disturbance.end(&busy)).transpose()?.unwrap_or_default();
        meter.map(|meter| meter.end(WARM_UP, &busy, &mut more)).transpose()?;
        crowd.stamp_arrivals()?;
        let calm = crowd.talk(calm_rate, WARM_UP, time, server)?;
        let is_limited_by_clients = is_limited_by_clients || busy.is_limited_by_clients();
        let figures = Figures {
            mode: self.mode.name(crowd.is_on_fast_path()),
            scene: self.scene,
            busy,
            calm,
            bytes_per_client: None,
            is_limited_by_clients,
        };
        Ok((figures, more))
    }

    fn time(&self, otherwise: Duration) -> Duration {
        self.seconds.map_or(otherwise, Duration::from_secs_f64)
    }
}

fn rate(text: &str) -> Result<f64, String> {
    within(text, 1.0, 100_000.0)
}
