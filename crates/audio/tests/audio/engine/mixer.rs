//! From packets to the mix: what is heard, when, how loud, from where, and that it never clicks.

mod apart;
mod crowd;
mod desk;
mod effects;
mod hostile;
mod joints;
mod levelling;
mod loudness;
mod noise_gate;
mod precedence;
mod reception;
mod space;
mod stereo;
mod watching;
