//! C libraries through their safe functions.

#[cfg(feature = "libopus")]
mod libopus;
#[cfg(feature = "miniaudio")]
mod miniaudio;
