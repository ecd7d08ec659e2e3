//! Effects on voices, by numbers: what they do to bands, pitch and decay, and that nothing clicks.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, helpers included")]

mod chains;
mod changes;
mod distance;
mod hostile;
mod measure;
mod megaphone;
mod muffle;
mod pitch;
mod radio;
mod reverb;
mod sounds;
