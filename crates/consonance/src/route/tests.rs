//! Routes over networks that are blocked, lost and refused, at times chosen by the test.

mod fallback;
mod one_network;
mod servers;
