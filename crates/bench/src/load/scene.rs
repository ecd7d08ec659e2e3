//! The setup of a run: how many clients there are, which of them speak, and in which rooms.

use clap::Args;

/// The clients, their rooms, and their frames.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Scene {
    /// How many clients join. Each listens to one room; with 101, one speaker has 100 listeners.
    #[arg(long, default_value_t = 101, value_parser = clap::value_parser!(u32).range(2..=60_000))]
    pub(super) clients: u32,
    /// How many of them speak, each in the room that it listens to.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) speakers: u32,
    /// Over how many rooms they are spread.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) rooms: u32,
    /// Bytes of a frame.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u16).range(16..=900))]
    pub(super) frame_bytes: u16,
}

impl Scene {
    /// # Errors
    /// If a room would have a single player, or there are more speakers than clients.
    pub(super) fn check(&self) -> Result<(), String> {
        let Self { clients, speakers, rooms, .. } = self;
        if speakers > clients {
            return Err(format!(
                "{speakers} of {clients} clients cannot speak; give fewer --speakers or more --clients"
            ));
        }
        if 2 * rooms > *clients {
            return Err(format!(
                "{clients} clients leave a single player in one of {rooms} rooms; give fewer --rooms or more --clients"
            ));
        }
        Ok(())
    }

    /// The room of a client; clients are assigned to rooms in turn.
    pub(super) fn room(&self, client: u32) -> u32 {
        client % self.rooms
    }

    /// The number of listeners of each speaker.
    pub(super) fn audiences(&self) -> Vec<u64> {
        let audience = |speaker| u64::from((self.clients - self.room(speaker)).div_ceil(self.rooms)) - 1;
        (0..self.speakers).map(audience).collect()
    }
}
