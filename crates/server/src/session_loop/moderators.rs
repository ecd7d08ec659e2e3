//! Moderators: their requests are carried out like an operator's, and are in the audit log.

use consonance_session::{
    ClientId, Instant as SessionInstant, ModeratorAction, ModeratorAnswer, ModeratorRequest, Move,
    PlayerIdentity, Restriction,
};

use crate::audit::AuditEntry;
use crate::bans::{Ban, BanTarget};
use crate::records::{Origin, Records, StoredRestrictions, StoredTerms, Until, held_at, in_session_time};
use crate::sessions::Session;
use crate::utc::seconds_since_1970;

/// Carries out a moderator's request, answers it, and logs the outcome.
pub(super) fn carry_out(
    records: &Records,
    session: &mut Session,
    at: SessionInstant,
    moderator: ClientId,
    request: &ModeratorRequest,
) {
    let now = seconds_since_1970();
    let actor = actor(session, moderator);
    let answer = act(records, session, at, now, &actor, request);
    session.leaving.note_actor(&mut session.server, Some(&actor));
    session.server.moderation().answer_moderator(moderator, request.number, answer);
    let (action, details) = in_words(&request.action);
    records.note(AuditEntry {
        id: 0,
        at: now,
        by: actor,
        action: action.to_owned(),
        session: Some(session.name.clone()),
        target: request.player.to_string(),
        details,
        reason: request.reason.to_string(),
        result: result(answer).to_owned(),
        node: None,
        by_player: true,
    });
}

/// The name in the audit log: the token's subject is known to its issuer, and a name alone can be anyone's.
pub(super) fn actor(session: &Session, moderator: ClientId) -> String {
    let Some(client) = session.server.tables().client(moderator) else {
        return format!("player {moderator}");
    };
    match client.access.and_then(|access| access.subject.as_deref()) {
        Some(subject) => format!("subject {subject} as {}", client.name),
        None => format!("player {}", client.name),
    }
}

fn act(
    records: &Records,
    session: &mut Session,
    at: SessionInstant,
    now: u64,
    actor: &str,
    request: &ModeratorRequest,
) -> ModeratorAnswer {
    let Some(player) = session.server.tables().client_named(&request.player) else {
        return ModeratorAnswer::NoPlayer;
    };
    match &request.action {
        ModeratorAction::Kick => {
            session.server.kick(player, &request.reason);
            ModeratorAnswer::Done
        }
        ModeratorAction::Mute { lasts } => {
            let until = lasts.map(|lasts| now + lasts.as_secs().max(1));
            let origin = Origin { by: actor.to_owned(), since: now, by_moderator: true };
            let terms = StoredTerms { ends: Until { until }, reason: request.reason.clone(), origin };
            set_muted(records, session, at, now, player, Some(terms))
        }
        ModeratorAction::Ban { lasts } => {
            let until = lasts.map(|lasts| now + lasts.as_secs().max(1));
            ban(records, session, now, player, (actor, &request.reason), until)
        }
        ModeratorAction::Unmute => set_muted(records, session, at, now, player, None),
        ModeratorAction::Move { from, to } => {
            match session.server.moderation().move_to_room(player, from, to) {
                Move::Asked | Move::OnlyRemoved => ModeratorAnswer::Done,
                Move::NotThere => ModeratorAnswer::NotInRoom,
                Move::Forbidden => ModeratorAnswer::RoomForbidden,
                Move::Full => ModeratorAnswer::RoomFull,
            }
        }
    }
}

/// Keeps a player out of this session until then, in seconds since 1970, or permanently: by its account, or by its name
/// if it has none.
fn ban(
    records: &Records,
    session: &mut Session,
    now: u64,
    player: ClientId,
    (by, reason): (&str, &str),
    until: Option<u64>,
) -> ModeratorAnswer {
    let Some(identity) = session.server.tables().identity_of(player) else {
        return ModeratorAnswer::NoPlayer;
    };
    let (target, clients) = match &identity {
        PlayerIdentity::Subject(subject) => (
            BanTarget::Subject(subject.as_ref().into()),
            session.server.tables().clients_with_subject(subject),
        ),
        PlayerIdentity::Name(name) => (
            BanTarget::Name(name.as_str().into()),
            session.server.tables().clients_named(name.as_str()).to_vec(),
        ),
    };
    let (reason, by) = (reason.to_owned(), by.to_owned());
    let ban = Ban { id: 0, target, session: Some(session.name.clone()), reason, by, since: now, until };
    let Ok((ban, _)) = records.add_ban(ban) else { return ModeratorAnswer::Failed };
    for client in clients {
        session.server.kick_banned(client, &ban.reason, ban.until);
    }
    ModeratorAnswer::Done
}

/// Applies to the player, like an operator's decision, and not only to this visit. An operator's decisions stay.
fn set_muted(
    records: &Records,
    session: &mut Session,
    at: SessionInstant,
    now: u64,
    player: ClientId,
    terms: Option<StoredTerms>,
) -> ModeratorAnswer {
    let Some(identity) = session.server.tables().identity_of(player) else {
        return ModeratorAnswer::NoPlayer;
    };
    let held = held_at(&records.restrictions(&session.name, &identity), now);
    if held.terms(Restriction::Muted).is_some_and(|terms| !terms.origin.by_moderator) {
        return ModeratorAnswer::Protected;
    }
    let change = |restrictions: &mut StoredRestrictions| match terms {
        Some(terms) => restrictions.impose(Restriction::Muted, terms),
        None => {
            restrictions.lift(Restriction::Muted);
        }
    };
    let Ok((restrictions, _)) = records.change_restrictions(now, &session.name, &identity, change) else {
        return ModeratorAnswer::Failed;
    };
    match session.server.moderation().set_restrictions(&identity, &in_session_time(&restrictions, now, at)) {
        Ok(_) => ModeratorAnswer::Done,
        Err(_) => ModeratorAnswer::Failed,
    }
}

fn in_words(action: &ModeratorAction) -> (&'static str, String) {
    match action {
        ModeratorAction::Kick => ("kick", String::new()),
        ModeratorAction::Mute { lasts: None } => ("mute", "permanently".into()),
        ModeratorAction::Mute { lasts: Some(lasts) } => ("mute", format!("for {} s", lasts.as_secs())),
        ModeratorAction::Ban { lasts: None } => ("ban", "permanently".into()),
        ModeratorAction::Ban { lasts: Some(lasts) } => ("ban", format!("for {} s", lasts.as_secs())),
        ModeratorAction::Unmute => ("unmute", String::new()),
        ModeratorAction::Move { from, to } => ("move", format!("{from} to {to}")),
    }
}

fn result(answer: ModeratorAnswer) -> &'static str {
    match answer {
        ModeratorAnswer::Done => "done",
        ModeratorAnswer::NotModerator => "may not moderate",
        ModeratorAnswer::NoPlayer => "no such player",
        ModeratorAnswer::Protected => "only the operator can do this",
        ModeratorAnswer::NotInRoom => "the player does not listen to the room",
        ModeratorAnswer::RoomForbidden => "the player may not listen to the room",
        ModeratorAnswer::RoomFull => "the room is full",
        ModeratorAnswer::Failed => "it could not be done",
    }
}
