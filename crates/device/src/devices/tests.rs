//! The device rules, on simulated time and with simulated devices.

mod fake_system;
mod fixture;
mod supervision;
mod unplugging;
