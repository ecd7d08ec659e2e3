//! Operators' actions: on one player, and on the settings for all players.

use std::time::Duration;

use consonance_session::{
    Access, AccessRule, ClientId, DrainTarget, Draining, Instant, JoinState, Restriction, RestrictionTerms,
    RoomLimits, RoomRights, Server,
};
use consonance_wire::fuzz_tape::Tape;

use crate::sim::fuzz::packets::ROOMS;

/// Something about one player, of eight kinds.
pub(super) fn decide(server: &mut Server, now: Instant, kind: u8, id: ClientId, tape: &mut Tape<'_>) {
    match kind {
        0 | 1 => {
            let _was_in_it = server.moderation().remove_from_room(id, tape.pick(&ROOMS));
        }
        2 => {
            let _what_came_of_it = server.moderation().move_to_room(id, tape.pick(&ROOMS), tape.pick(&ROOMS));
        }
        3 => {
            let _was_told = server.kick(id, "enough");
            assert!(server.tables().client(id).is_none(), "a kicked client is gone");
        }
        4 => {
            let _is_here = server.moderation().reset(id);
        }
        5 => {
            let byte = tape.byte();
            let tokens: &[&str] = if byte < 128 { &["gold"] } else { &[] };
            let mut access: Access = tokens.iter().collect();
            if byte.is_multiple_of(2) {
                access = access.listening_to(&ROOMS[..2]).speaking_to(&ROOMS[1..2]);
                access.ends_at = Some(now + Duration::from_secs(byte.into()));
            }
            let _is_here = server.moderation().set_access(id, access);
        }
        _ => judge(server, now, id, tape),
    }
}

/// Takes something from a player, gives it back, or gives it rights in a room.
fn judge(server: &mut Server, now: Instant, id: ClientId, tape: &mut Tape<'_>) {
    let Some(identity) = server.tables().identity_of(id) else { return };
    let mut restrictions = server.tables().restrictions(&identity);
    let byte = tape.byte();
    let restriction = Restriction::ALL[usize::from(byte) % Restriction::ALL.len()];
    match byte / 64 {
        0 => {
            let ends = (byte >= 32).then(|| now + Duration::from_secs(u64::from(byte)));
            restrictions.impose(restriction, RestrictionTerms::new(ends, "loud"));
        }
        1 => {
            let _did_hold = restrictions.lift(restriction);
        }
        _ => {
            let right = |bit: u8| (byte & bit != 0).then_some(byte & (bit << 1) != 0);
            let rights = RoomRights { listen: right(1), speak: right(4) };
            let _fits = restrictions.set_room_rights(tape.pick(&ROOMS), rights);
        }
    }
    let _notified = server.moderation().set_restrictions(&identity, &restrictions);
    assert_eq!(server.tables().restrictions(&identity), restrictions, "what was decided holds");
}

/// Something about the whole session, of four kinds from 11 on.
pub(super) fn change_rules(server: &mut Server, now: Instant, kind: u8, id: ClientId, tape: &mut Tape<'_>) {
    let byte = tape.byte();
    match kind {
        11 => {
            let mut limits = RoomLimits::new();
            limits.listeners = (byte & 1 != 0).then_some(usize::from(byte) / 64);
            limits.speakers = (byte & 2 != 0).then_some(usize::from(byte) / 64);
            limits.text_every = Duration::from_secs(u64::from(byte & 4));
            server.reconfigure().set_room_limits(vec![(tape.pick(&ROOMS).into(), limits)]);
        }
        12 => server.reconfigure().set_voices_per_room((byte < 128).then_some(1 + usize::from(byte % 2))),
        13 => {
            let tokens: &[&str] = if byte < 128 { &["gold"] } else { &[] };
            server.set_access_rules(vec![(tape.pick(&ROOMS).into(), AccessRule::for_both(tokens))]);
            server.announcements().announce_recording(byte.is_multiple_of(2), u16::from(byte));
            let address = "x".repeat(byte.into());
            let _is_told = server.announcements().tell_servers(now, id, &[&*address; 20]);
        }
        _ => open_or_close(server, now, byte, id),
    }
}

fn open_or_close(server: &mut Server, now: Instant, byte: u8, id: ClientId) {
    match byte % 4 {
        0 => server.reconfigure().set_join_state(JoinState::Overloaded { retry_in_s: byte.into() }),
        1 => server.reconfigure().set_join_state(JoinState::Open),
        2 => {
            let target =
                DrainTarget { address: "x".repeat(id.0.into()).into(), window: Duration::from_secs(1) };
            let redirect = (byte < 128).then_some(target);
            let _told = server
                .announcements()
                .drain(now, &Draining { ends_in: Duration::from_secs(byte.into()), redirect });
            assert!(server.announcements().is_draining(), "it is to end");
        }
        _ => {
            let _was_to_end = server.announcements().stop_draining(now);
            assert!(!server.announcements().is_draining(), "it stays");
        }
    }
}
