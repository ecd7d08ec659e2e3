//! The capture chain through its public API: in simulated rooms, in noise, and with input that no microphone should
//! deliver.

mod bad_input;
mod clicks;
mod echo;
mod level;
mod noise;
mod similarity;
mod sound;
mod speech_onset;
