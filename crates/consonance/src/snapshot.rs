//! The chat's snapshot for observers: written by the voice thread, rarely while there is no observer.

mod rows;
mod watch;

#[cfg(feature = "devices")]
pub(crate) use rows::device_snapshot;
pub(crate) use rows::{
    activation, capture_snapshot, channel_row, encryption_row, engine_snapshot, network_row, player_row,
    uplink_snapshot,
};
pub(crate) use watch::Watch;

/// The cell in which the voice thread publishes the snapshot.
pub(crate) type SharedSnapshot = consonance_inspector::SnapshotCell<consonance_inspector::ClientSnapshot>;
