//! The `consonance-bench` command, and a server with more load than it may have.
//!
//! A separate test program, so that these tests do not slow down others, and those that depend on the machine's load
//! run one after the other. The figures themselves depend on the machine, and are not tested.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod bench;
#[cfg(target_os = "linux")]
mod browser_bench;
mod lab;
mod lab_capture;
#[cfg(target_os = "linux")]
mod load;
mod machine;
mod mentions;
#[cfg(target_os = "linux")]
mod overload;
#[cfg(target_os = "linux")]
mod proxy_bench;
