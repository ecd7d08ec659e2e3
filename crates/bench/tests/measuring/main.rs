//! The `consonance-bench` command, and a server with more load than it may have.
//!
//! They are a program of tests of their own, so that they do not take the time of other tests, and those that depend on
//! how busy the machine is run one after the other. What the figures are depends on the machine, and is not a matter of
//! tests.

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
