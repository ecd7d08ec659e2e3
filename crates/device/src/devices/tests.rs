//! The device rules, on simulated time and with simulated devices.

mod fake_system;
mod stage;
mod supervision;
mod unplugging;
