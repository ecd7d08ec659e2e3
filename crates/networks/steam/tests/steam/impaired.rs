//! The same rules with high latency and late voice.

use consonance_transport::conformance::Impaired;

use crate::conformance::Game;

consonance_transport::conformance_tests!(Impaired(Game::start()));
consonance_transport::direct_conformance_tests!(Impaired(Game::start()));
