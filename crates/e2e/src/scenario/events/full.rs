//! A full room, and a full server.

use consonance::{EventKind, OperatorDecision, RoomUse, VoiceChat};
use consonance_testing::stage::Failure;

use crate::scenario::cast::{CARD_TABLE, CastMember};
use crate::scenario::fixture::Fixture;
use crate::scenario::house::PLACES;
use crate::scenario::player::not_so;
use crate::scenario::report::{Check, Checks};

impl Fixture {
    pub(super) fn table_fills(&mut self, players: &[CastMember]) -> Checks {
        for member in players {
            let player = self.player(*member)?;
            player.voice.room(CARD_TABLE).listen();
            player.is_told("there is a chair", |kind| match kind {
                EventKind::EnteredRoom { name, room } if *name == member.name() && room == CARD_TABLE => {
                    Some(())
                }
                _ => None,
            })?;
        }
        Ok(vec![Check::seen(format!("{players:?} sit at the card table"))])
    }

    pub(super) fn has_no_chair(&mut self, member: CastMember) -> Checks {
        let player = self.player(member)?;
        player.voice.room(CARD_TABLE).listen();
        player.is_told("it is told that there is no chair", |kind| match kind {
            EventKind::Operator(OperatorDecision::RoomFull { room, to: RoomUse::Listen })
                if room == CARD_TABLE =>
            {
                Some(())
            }
            _ => None,
        })?;
        player.voice.room(CARD_TABLE).stop_listening();
        Ok(vec![Check::seen(format!("{member:?} is told that the card table is full"))])
    }

    pub(super) fn house_fills(&mut self) -> Checks {
        let mut guests = Vec::new();
        let refusal = loop {
            let name = format!("Newcomer {}", guests.len() + 1);
            match self.guest(&name)? {
                Ok(guest) => guests.push(guest),
                Err(refusal) => break refusal,
            }
            if guests.len() > PLACES {
                return Err(Failure::NotSo(format!("{} guests are admitted", guests.len())));
            }
        };
        let (came, left) = (guests.len(), guests.pop().map(VoiceChat::leave));
        left.transpose().map_err(not_so)?;
        let again = self.guest("A waiting guest")?;
        let is_admitted = again.is_ok();
        drop((guests, again));
        self.all_players_know_each_other()?;
        let words =
            format!("{came} guests fill the house of {PLACES} places, and one more is told: {refusal:?}");
        let told = came > 0 && refusal.contains("full");
        Ok(vec![Check::new(words, told), Check::new("When one goes, the next is admitted", is_admitted)])
    }

    /// A player that only takes a place on the server, or the reason why it is not admitted.
    fn guest(&self, name: &str) -> Result<Result<VoiceChat, String>, Failure> {
        let chat = VoiceChat::to(self.house.address()).map_err(not_so)?.name(name).start().map_err(not_so)?;
        while let Some(event) = chat.wait_event(consonance_testing::stage::SOON) {
            match event.kind {
                EventKind::PlayersSynced => return Ok(Ok(chat)),
                EventKind::Ended(end) => return Ok(Err(end.to_string())),
                _ => {}
            }
        }
        Err(Failure::NotSo(format!("{name} is told nothing")))
    }
}
