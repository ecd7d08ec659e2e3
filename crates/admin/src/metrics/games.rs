//! What proxies carry between games' clients and games' servers.

use consonance_transport::{Count, GameStatistics};

use super::exposition::Exposition;
use super::families::{Family, GAME_BYTES, GAME_MESSAGES, GAME_UPSTREAMS, GAME_VOICE_UNWANTED};
use super::observation::{Observation, by_network};

pub(super) fn write(out: &mut Exposition, observation: &Observation) {
    let counted = observation.networks.iter().filter_map(|numbers| Some((numbers.network, numbers.game?)));
    let games = by_network(counted, GameStatistics::with);
    traffic(out, &GAME_MESSAGES, &games, |count| count.packets);
    traffic(out, &GAME_BYTES, &games, |count| count.bytes);
    let mut unwanted = out.family(&GAME_VOICE_UNWANTED);
    for (network, game) in &games {
        unwanted.sample(&[network], game.voice_unwanted);
    }
    let mut upstreams = out.family(&GAME_UPSTREAMS);
    for (network, game) in &games {
        upstreams.sample(&[network, "failed"], game.upstreams_failed);
        upstreams.sample(&[network, "lost"], game.upstreams_lost);
        upstreams.sample(&[network, "too_slow"], game.upstreams_too_slow);
    }
}

/// The name of a network, and what its proxies carried together.
type Merged = (&'static str, GameStatistics);

fn traffic(out: &mut Exposition, family: &'static Family, games: &[Merged], of: fn(Count) -> u64) {
    let mut samples = out.family(family);
    for (network, game) in games {
        for (direction, traffic) in [("to_server", game.to_server), ("from_server", game.from_server)] {
            samples.sample(&[network, direction, "reliable"], of(traffic.reliable));
            samples.sample(&[network, direction, "unreliable"], of(traffic.unreliable));
        }
    }
}
