//! The rules of the devices, on simulated time and with devices that are made up.

mod fake_system;
mod stage;
mod supervision;
mod unplugging;
