//! Voices in space: their direction, their loudness, and that nothing clicks.

mod direction;
mod distance;
mod ears;
mod hostile;
mod measured;
mod motion;
