//! The same rules with high latency and late voice.

use consonance_link::conformance::Impaired;

use crate::steam::conformance::Game;

consonance_link::conformance_tests!(Impaired(Game::start()));
consonance_link::direct_conformance_tests!(Impaired(Game::start()));
