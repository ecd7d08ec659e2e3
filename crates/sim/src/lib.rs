//! Whole voice sessions in one thread: hundreds of clients and a server on simulated time and a seeded network.
//!
//! The engines are the real ones of `consonance-session`; the network, the clocks and the players are not. Some players
//! speak the original's protocol and some ours, where the server finds the listeners and a lost link may be followed by
//! another one that gets the same place back. A seed decides what goes wrong: packets are lost, late, repeated and held
//! up, links break silently, machines crash, clocks are off, the server is replaced, packets are forged. All the while
//! a naive reference says what each player has to know and where each word has to arrive, and each step of the engines
//! is compared with it. Then the trouble ends, and all players have to be connected, to know the same, and to be heard.
//!
//! ```text
//!   action ──▶ actor (Client) ──▶ network ──▶ actor (Server) ──▶ network ──▶ actor (Client)
//!                                                │                              │
//!                                              model ───────── check ───────────┘
//! ```
//!
//! `consonance-bench sim` runs it from the command line; the tests of this crate run a list of seeds.
//!
//! ```
//! use consonance_sim::{Scenario, run};
//! use std::time::Duration;
//!
//! let mut scenario = Scenario::new(7);
//! scenario.clients = 5;
//! scenario.length = Duration::from_secs(3);
//! let report = run(&scenario, |_second| {}).map_err(|failure| failure.to_string())?;
//! assert!(report.counts.heard > 0);
//! # Ok::<(), String>(())
//! ```
//!
//! Start reading at `run.rs`, then `world.rs`; `model.rs` is the reference and `check.rs` what must always hold.

mod action;
mod actor;
mod check;
mod clock;
mod cluster;
mod dice;
pub mod fuzz;
mod groups;
mod heard;
mod live;
mod model;
mod network;
mod numbers;
mod peers;
mod report;
mod run;
mod sabotage;
mod scenario;
mod swarm;
mod tally;
mod violation;
mod words;
mod world;

pub use clock::Time;
pub use cluster::{
    ClusterCounts, ClusterFailure, ClusterReport, ClusterSabotage, ClusterScenario, run_cluster,
};
pub use dice::Dice;
pub use groups::{GroupCounts, GroupFailure, GroupReport, GroupSabotage, GroupScenario, run_groups};
pub use live::{Live, LiveScenario, NetworkOrder, ServerAction};
pub use peers::{Peers, UnknownPeers};
pub use report::{RunCounts, RunReport, SimFailure};
pub use run::run;
pub use sabotage::Sabotage;
pub use scenario::{CLIENTS_MAX, Scenario};
