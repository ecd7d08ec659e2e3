//! The servers of the session: one, or two that share it.

use std::fs;

use consonance_testing::nats::NatsServer;
use consonance_testing::stage::{Failure, SOON, until};

use super::arguments::Arguments;
use crate::scenario::house::{House, HouseSettings};

/// Dropping it kills them.
pub(crate) struct Servers {
    houses: Vec<House>,
    /// The NATS server that they share the session over.
    _nats: Option<NatsServer>,
}

impl Servers {
    /// Starts them, each in a folder of its own.
    ///
    /// # Errors
    /// If one of them does not serve in time.
    pub(crate) fn open(arguments: &Arguments) -> Result<Self, Failure> {
        let nats = arguments.two_nodes.then(NatsServer::start);
        let open = |number| {
            let folder = arguments.output.join(format!("server-{number}"));
            fs::create_dir_all(&folder).map_err(Failure::io(format!("{}", folder.display())))?;
            let settings = HouseSettings {
                places: PLACES,
                is_encrypted: arguments.encrypted,
                node: nats.as_ref().map(|nats| (format!("node-{number}"), nats.url())),
            };
            House::open_with(&arguments.consonance, &folder, &settings)
        };
        let count = if arguments.two_nodes { 2 } else { 1 };
        let houses = (1..=count).map(open).collect::<Result<_, _>>()?;
        Ok(Self { houses, _nats: nats })
    }

    /// The server of the client with this number: they take turns.
    pub(crate) fn of(&self, client: usize) -> &House {
        &self.houses[client % self.houses.len()]
    }

    /// Whether the client with this number is at the server that [`kill_last`](Self::kill_last) kills.
    pub(crate) fn is_at_last(&self, client: usize) -> bool {
        client % self.houses.len() == self.houses.len() - 1
    }

    /// Kills the last server without warning, as by a power cut.
    ///
    /// # Errors
    /// If it cannot be killed.
    pub(crate) fn kill_last(&mut self) -> Result<(), Failure> {
        self.houses.last_mut().map_or(Ok(()), House::kill)
    }

    /// Starts the last server again, and waits until so many clients are connected to it.
    ///
    /// # Errors
    /// If it does not start, or they do not come back in time.
    pub(crate) fn reopen_last(&mut self, clients: usize) -> Result<(), Failure> {
        let Some(house) = self.houses.last_mut() else { return Ok(()) };
        house.reopen()?;
        let came_back = || Ok((links(house)? >= clients).then_some(()));
        until(&format!("{clients} clients are connected again"), 3 * SOON, came_back)
    }
}

/// How many clients are connected to this server.
fn links(house: &House) -> Result<usize, Failure> {
    let of_clients = |name: &str| name.starts_with("consonance_links{") && !name.contains("\"edge\"");
    let links = house.metrics()?.into_iter().filter(|(name, _)| of_clients(name));
    Ok(links.map(|(_, count)| count as usize).sum())
}

/// Enough for every kind of client, and for those that reconnect before their former connection has timed out.
const PLACES: usize = 100;
