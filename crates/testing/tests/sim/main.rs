//! Simulated sessions, and the corpus of the fuzz targets.

mod cluster;
mod corpus;
mod groups;
mod live;
mod seeds;
mod transcripts;
