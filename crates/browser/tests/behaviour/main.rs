//! Pages and native players in one session, on simulated time.

mod control;
mod encryption;
mod frames;
mod hostile;
mod joining;
mod moderating;
mod outlook;
mod positions;
mod reports;
mod returning;
mod session;
mod shortage;
mod slots;
mod speaking;
