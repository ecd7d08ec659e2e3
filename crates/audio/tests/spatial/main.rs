//! Voices in space: where they are heard, how loud, and that nothing clicks.

mod direction;
mod distance;
mod ears;
mod hostile;
mod measured;
mod motion;
