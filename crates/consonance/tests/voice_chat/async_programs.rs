//! The façade in async programs: sessions over real QUIC on this machine, on the program's own runtimes.

mod runtimes;
mod sessions;
