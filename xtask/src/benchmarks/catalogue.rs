//! Every bench of the command, with its figures, their floors and promised limits.

mod engine;
mod server;
mod sound;

use super::bench::Bench;

/// All benches, in the order of the page.
pub(super) const CATALOGUE: [&Bench; 19] = [
    &engine::RELAY,
    &engine::JOIN,
    &engine::MEMORY,
    &engine::ROUTING,
    &engine::PROXIMITY,
    &engine::BANS,
    &engine::KEEPING,
    &engine::FRAMES,
    &engine::GROUPS,
    &server::FLOOR,
    &server::LOAD,
    &server::PROXY,
    &server::BROWSER,
    &server::NODE_DELAY,
    &server::MURMUR,
    &sound::AUDIO,
    &sound::QUALITY,
    &sound::MOUTH_TO_EAR,
    &sound::FIRST_WORDS,
];
