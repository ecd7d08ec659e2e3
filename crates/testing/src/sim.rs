//! Whole voice sessions in one thread: hundreds of clients and a server on simulated time and a seeded network.
//!
//! The engines are the real ones of `consonance-session`; the network, the clocks and the players are simulated. Some
//! players use the original's protocol and some ours, in which the server finds the listeners and a player can resume
//! after a lost link. A seed decides what goes wrong: packets are lost, late, repeated and held up, links break
//! silently, machines crash, clocks are off, the server is replaced, packets are forged. Meanwhile a simple reference
//! model says what each player must know and which words must arrive where, and each step of the engines is compared
//! with it. Then the faults end, and all players must be connected, agree on the state, and be heard.
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
//! use consonance_testing::sim::{Scenario, run};
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
mod transcript;
mod violation;
mod words;
mod world;

pub use clock::Time;
pub use cluster::{ClusterCounts, ClusterReport, ClusterSabotage, ClusterScenario, run_cluster};
pub use dice::Dice;
pub use groups::{
    AttackScenario, GroupCounts, GroupReport, GroupSabotage, GroupScenario, run_attack, run_groups,
};
pub use live::{Live, LiveScenario, NetworkOrder, ServerAction};
pub use peers::{Peers, UnknownPeers};
pub use report::{RunCounts, RunReport, SessionFailure, SimFailure};
pub use run::run;
pub use sabotage::Sabotage;
pub use scenario::{CLIENTS_MAX, Scenario};
pub use transcript::Transcript;
