//! Effects on voices, by numbers: what they do to bands, pitch and decay, and that nothing clicks.

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
