//! The rules of the devices, on simulated time and with devices that are made up.

mod callbacks;
mod dice;
mod fake_system;
mod jitter;
mod rings;
mod signal;
mod stage;
mod supervision;
mod unplugging;
