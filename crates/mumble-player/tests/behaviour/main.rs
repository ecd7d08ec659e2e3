//! Mumble's users in a real session, beside native players, on simulated time.

mod joining;
mod linking;
mod moderating;
mod rooms;
mod session;
mod speaking;
mod texts;
