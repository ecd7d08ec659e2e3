//! `consonance-bench sim`: whole sessions on simulated time; a seed that fails here fails everywhere.

mod announcement;
mod cluster;
mod groups;
mod one;
mod seeds;
mod sessions;

use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use consonance_testing::sim::{CLIENTS_MAX, Peers, Scenario};

use cluster::ClusterRun;
use groups::{AttackRun, GroupRun};
use seeds::Seeds;
use sessions::SessionRun;

/// What to simulate.
#[derive(Debug, Args)]
pub(crate) struct Sim {
    /// Decides everything that is left to chance; without it one is drawn and printed first.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Players; a tenth of them talks at any time, each heard by about ten.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(2..=i64::from(CLIENTS_MAX)))]
    clients: u16,
    /// Which protocol they speak: mixed, ours or originals.
    #[arg(long, value_name = "KIND", default_value_t)]
    peers: Peers,
    /// Minutes to simulate, 1 if nothing is said; the run ends with the first calm after them. With --cluster or
    /// --groups, minutes of trouble, 0.4 or 0.2 if nothing is said.
    #[arg(long, value_name = "N", value_parser = minutes)]
    minutes: Option<Duration>,
    /// Several servers that share their sessions, on a NATS that loses, delays and partitions.
    #[arg(long, conflicts_with_all = ["clients", "peers"])]
    cluster: bool,
    /// Encrypted sessions of 3 to 12 members, whose links stall and break while they commit.
    #[arg(long, conflicts_with_all = ["clients", "peers", "cluster"])]
    groups: bool,
    /// With --groups, so many hostile members, 1 or 2, instead of faults: how long honest ones do not hear each other.
    #[arg(long, requires = "groups", value_name = "N", value_parser = clap::value_parser!(u8).range(1..=2))]
    hostile: Option<u8>,
    /// So many seeds, from the first one on, until one fails.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Simulates, and prints the result.
pub(crate) fn run(arguments: &Sim) -> Result<(), Box<dyn Error>> {
    let seed = arguments.seed.unwrap_or_else(any_seed);
    let (seeds, is_json) = (Seeds { first: seed, count: arguments.seeds }, arguments.json);
    if arguments.cluster {
        return seeds::run(&ClusterRun { trouble: arguments.minutes }, seeds, is_json);
    }
    if let Some(hostile) = arguments.hostile {
        let hostile = usize::from(hostile);
        return seeds::run(&AttackRun { hostile, length: arguments.minutes }, seeds, is_json);
    }
    if arguments.groups {
        return seeds::run(&GroupRun { trouble: arguments.minutes }, seeds, is_json);
    }
    let mut scenario = Scenario::new(seed);
    scenario.clients = arguments.clients;
    scenario.peers = arguments.peers;
    scenario.length = arguments.minutes.unwrap_or(scenario.length);
    if seeds.count > 1 {
        return seeds::run(&SessionRun(scenario), seeds, is_json);
    }
    one::run(&scenario, is_json)
}

/// A random seed that is short enough to type.
fn any_seed() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (since_1970.as_micros() % 1_000_000_000) as u64
}

fn minutes(text: &str) -> Result<Duration, String> {
    let minutes: f64 = text.parse().map_err(|_| "give a number of minutes, such as 1 or 0.5".to_owned())?;
    if !(0.01..=100_000.0).contains(&minutes) {
        return Err("give 0.01 to 100000 minutes".to_owned());
    }
    Ok(Duration::from_secs_f64(minutes * 60.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_may_be_parts_of_one() {
        assert_eq!(minutes("0.5"), Ok(Duration::from_secs(30)));
        assert!(minutes("soon").is_err());
        assert!(minutes("-1").is_err());
        assert!(minutes("NaN").is_err());
    }
}
