//! Mumble's users in a real session, beside native players, on simulated time.

mod games;
mod joining;
mod linking;
mod moderating;
mod plugins;
mod positions;
mod rooms;
mod session;
mod speaking;
mod texts;
