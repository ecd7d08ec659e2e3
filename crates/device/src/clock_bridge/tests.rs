//! Both sides of the rings on simulated time.

mod callbacks;
mod dice;
mod engines;
mod jitter;
mod rings;
mod run;
