//! The servers under load: a single one, or the nodes of a cluster.

use std::error::Error;
use std::io;
use std::time::Duration;

use consonance_quic::QuicAddress;
use consonance_testing::nats::NatsServer;
use serde_json::{Map, Value};

use super::report::{round, whole};
use super::server_process::{self, ServerProcess};
use super::step::Step;
use crate::child_process::MeasuredProgram;
use crate::process_figures::ProcessFigures;
use crate::{NATS_SERVER, cores};

/// Servers, each on its own cores if there are enough. Dropping them ends them.
pub(super) struct Nodes {
    servers: Vec<ServerProcess>,
    /// The NATS server that connects the nodes, if there are several.
    nats: Option<NatsServer>,
}

/// Measures the processor time of each node of a cluster and of NATS, until [`end`](Self::end).
pub(super) struct NodeMeter {
    /// The processes; the last one is NATS.
    processes: Vec<ProcessFigures>,
    before: Vec<Duration>,
}

impl Nodes {
    /// Starts this many servers with this many workers each.
    ///
    /// # Errors
    /// If there is no program to start, or no NATS server for several.
    pub(super) fn start(
        measured: &MeasuredProgram,
        lifts_limits: bool,
        workers: u8,
        nodes: u8,
    ) -> Result<Self, Box<dyn Error>> {
        if nodes < 2 {
            let server = server_process::start_with_workers(measured, lifts_limits, workers)?;
            return Ok(Self { servers: vec![server], nats: None });
        }
        if std::env::var_os(NATS_SERVER).is_none() {
            return Err(format!("several nodes need a NATS server: set {NATS_SERVER} to its program").into());
        }
        let nats = NatsServer::start();
        let mut servers = Vec::new();
        for number in 1..=nodes {
            let name = format!("node-{number}");
            let node = Some((nats.url(), name));
            let node = node.as_ref().map(|(url, name)| (url.as_str(), name.as_str()));
            servers.push(server_process::start_node(measured, lifts_limits, workers, node)?);
        }
        let taken: Vec<usize> = servers.iter().map(ServerProcess::core).collect();
        if cores::keep_off_all(&taken).is_err() {
            cores::stay_anywhere()?;
        }
        Ok(Self { servers, nats: Some(nats) })
    }

    /// Their addresses.
    pub(super) fn addresses(&self) -> Vec<QuicAddress> {
        self.servers.iter().map(|server| server.address().clone()).collect()
    }

    /// The figures of all nodes together, without NATS.
    pub(super) fn figures(&self) -> Option<ProcessFigures> {
        self.servers.iter().map(ServerProcess::figures).reduce(ProcessFigures::and)
    }

    /// Starts to measure each of them and NATS, if there are several.
    pub(super) fn meter(&self) -> Result<NodeMeter, Box<dyn Error>> {
        let nats = self.nats.as_ref().and_then(NatsServer::pid).map(ProcessFigures::of);
        let servers = self.servers.iter().map(ServerProcess::figures);
        let processes: Vec<ProcessFigures> = servers.filter(|_| nats.is_some()).chain(nats.clone()).collect();
        let before = processes.iter().map(ProcessFigures::cpu_time).collect::<io::Result<_>>()?;
        Ok(NodeMeter { processes, before })
    }

    /// The core of the first server.
    pub(super) fn core(&self) -> usize {
        self.servers[0].core()
    }

    pub(super) fn are_running(&mut self) -> bool {
        self.servers.iter_mut().all(ServerProcess::is_running)
    }
}

impl NodeMeter {
    /// Adds each process's share of a core while clients spoke, including this warm-up before the step.
    pub(super) fn end(
        self,
        warm_up: Duration,
        step: &Step,
        fields: &mut Map<String, Value>,
    ) -> Result<(), Box<dyn Error>> {
        let time = (warm_up + step.elapsed).as_secs_f64();
        let mut shares = Vec::new();
        for (process, before) in self.processes.iter().zip(self.before) {
            shares.push(process.cpu_time()?.saturating_sub(before).as_secs_f64() / time);
        }
        let Some(nats) = shares.pop() else { return Ok(()) };
        fields.insert("node_cpu_shares".to_owned(), shares.iter().map(|share| round(*share, 3)).collect());
        fields.insert("nats_cpu_share".to_owned(), round(nats, 3).into());
        let out_per_s = step.frames_out_per_s();
        fields.insert("frames_out_per_nats_cpu_s".to_owned(), whole(out_per_s / nats).into());
        Ok(())
    }
}
