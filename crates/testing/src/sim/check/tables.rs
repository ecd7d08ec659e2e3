//! The invariants of the tables as a whole.

use consonance_session::Client;

use crate::sim::actor::Player;
use crate::sim::clock::Time;
use crate::sim::heard::Heard;
use crate::sim::model::{Model, View};
use crate::sim::numbers::{PlayerId, Room};
use crate::sim::tally::Tally;
use crate::sim::violation::{Checked, Violation, ensure};

/// A player's whole table is the truth as far as it has been told, and what its events said; its rooms are those it
/// was told to listen to. After a lost link the table stays as it was until the place is given up.
pub(crate) fn tables(player: &Player, client: &Client, model: &Model, now: Time) -> Checked {
    let player_id = player.id;
    let listens = client.rooms().len() == player.rooms.len();
    ensure!(
        listens,
        "{player_id} was told to listen to {:?}, not to {:?}",
        player.rooms,
        client.rooms().collect::<Vec<_>>()
    );
    let mut table = Tally::default();
    for known in client.players().iter() {
        table.add_player(known.id, known.name);
        for room in known.rooms {
            table.add_room(known.id, room);
        }
    }
    let mut told = table;
    if let Some(own) = client.players().id_of(client.name()) {
        told.remove_player(own, client.name());
    }
    let Heard { view, told: expected, .. } = &player.heard;
    ensure!(told == *expected, "the table of {player_id} is not what its events said");
    let is_alone = table == Tally::default();
    ensure!(
        is_alone || !player.heard.has_given_up(player.clock.read(now)),
        "{player_id} is in no session with others"
    );
    match view {
        Some(view) if model.tally(*view) != Some(table) => {
            Err(Violation::new(difference(player_id, client, model, *view)))
        }
        _ => Ok(()),
    }
}

/// Describes the difference between a player's tables and the truth, for people.
fn difference(player_id: PlayerId, client: &Client, model: &Model, view: View) -> String {
    let truth = model.known(view).map(|stay| {
        let rooms =
            (0..model.rooms()).map(Room).filter(|room| model.listeners(view, *room).any(|id| id == stay.id));
        let rooms: Vec<_> = rooms.map(|room| model.room_name(room)).collect();
        format!("{} {} {rooms:?}", stay.id, model.name(stay.player_id))
    });
    let mut truth: Vec<_> = truth.collect();
    let mut known: Vec<_> = client
        .players()
        .iter()
        .map(|known| format!("{} {} {:?}", known.id, known.name, known.rooms))
        .collect();
    let both: Vec<_> = truth.iter().filter(|entry| known.contains(entry)).cloned().collect();
    truth.retain(|entry| !both.contains(entry));
    known.retain(|entry| !both.contains(entry));
    format!("{player_id} should know {truth:?} and knows {known:?} instead, at version {}", view.version.0)
}
