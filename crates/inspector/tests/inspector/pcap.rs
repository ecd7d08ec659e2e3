//! Captures, as they are written and as Wireshark reads them.

mod capture;
mod dissector;
