//! From the speaker to the listener: rooms, tokens, uplink and downlink, loss.

use super::diagnosis::{PathLink, SilenceCause, Step, StepOutcome};
use super::scene::{ON_ITS_WAY_MS, Refusal, Scene, ago, is_recent, list};
use super::speaking::{because, token_missing};
use super::{pages, third_party};
use crate::ChannelTarget;

/// Above this share of lost frames, speech is unintelligible.
const MUCH_LOST_PERCENT: f32 = 60.0;
/// Above this share, loss is worth mentioning.
const SOME_LOST_PERCENT: f32 = 5.0;
/// From this share on, nothing gets through.
const ALL_LOST_PERCENT: f32 = 95.0;

pub(super) fn rooms(scene: &Scene<'_>) -> Step {
    let (link, speaker, listener) = (PathLink::Rooms, scene.speaker, scene.listener);
    if scene.arrives() && scene.mouth.is_none() {
        let through = scene.heard().map(|row| list(&row.channels)).unwrap_or_default();
        let words =
            if through.is_empty() { "it arrives".into() } else { format!("it arrives through {through}") };
        return Step::passed(link, words);
    }
    let Some(targets) = scene.targets() else {
        let rooms = scene.rooms_of_listener().map(words_of_rooms).unwrap_or_default();
        return Step::unknown(
            link,
            format!("the recipients of {speaker}'s voice are not known here{rooms}"),
            speaker,
        );
    };
    if let Some(target) = targets.iter().find(|target| scene.reaches(target)) {
        return Step::passed(link, format!("{speaker} speaks to {target}, and {listener} hears that"));
    }
    if let Some(step) = closed(scene) {
        return step;
    }
    if targets.is_empty() {
        return Step::unknown(link, "no channel that reaches a player", speaker);
    }
    let Some(rooms) = scene.rooms_of_listener() else {
        return Step::unknown(link, format!("what {listener} listens to is not known here"), listener);
    };
    if let Some((name, rule)) = scene.missing_token() {
        return token_missing(link, name, rule);
    }
    if let Some((name, refusal)) = scene.refusal() {
        return refused(link, name, refusal);
    }
    not_listening(scene, &targets, rooms)
}

/// A step for a closed channel whose target the listener would hear.
fn closed(scene: &Scene<'_>) -> Option<Step> {
    let (link, speaker, listener) = (PathLink::Rooms, scene.speaker, scene.listener);
    let channels = scene.mouth.iter().flat_map(|mouth| &mouth.channels);
    let mut closed = channels.filter_map(|channel| Some((&channel.target, channel.is_closed_by.as_deref()?)));
    let (target, reason) = closed.find(|(target, _)| scene.reaches(target))?;
    if scene.arrives() {
        let words = format!("{speaker} spoke to {target} just now, and {listener} heard that");
        return Some(Step::passed(link, words));
    }
    let words = format!("{listener} hears {target}, and {speaker}'s channel to that is closed: {reason}");
    Some(Step::broken(link, SilenceCause::ChannelClosed, words, format!("let {speaker} open that channel")))
}

/// A step for a denied room.
fn refused(link: PathLink, name: &str, refusal: Refusal<'_>) -> Step {
    let Refusal { room, is_speaking } = refusal;
    let verb = if is_speaking { "speak" } else { "listen" };
    let words = format!("the server does not let {name} {verb} to the room {room:?}");
    let remedy = format!("let {name} join with an access token for it, or the server's owner allow it");
    Step::broken(link, SilenceCause::RoomRefused, words, remedy)
}

fn words_of_rooms(rooms: &[String]) -> String {
    if rooms.is_empty() {
        ", and no room is listened to".into()
    } else {
        format!("; listened to: {}", rooms.join(", "))
    }
}

fn not_listening(scene: &Scene<'_>, targets: &[ChannelTarget], rooms: &[String]) -> Step {
    let (speaker, listener) = (scene.speaker, scene.listener);
    let is_heard_by_others = targets.iter().any(|target| match target {
        ChannelTarget::Player(name) => is_here(scene, name),
        ChannelTarget::Room(room) => has_listeners(scene, room),
    });
    let to_what =
        if rooms.is_empty() { "to no room".to_owned() } else { format!("only to {}", rooms.join(", ")) };
    let wanted = targets.iter().find_map(|target| match target {
        ChannelTarget::Room(room) => Some(room),
        ChannelTarget::Player(_) => None,
    });
    let remedy = match wanted {
        Some(room) => format!("let {listener} join the room {room:?}, or let {speaker} speak to {listener}"),
        None => format!("let {speaker} open a channel to {listener}, or to a room of {listener}'s"),
    };
    let (cause, others) = if is_heard_by_others {
        (SilenceCause::NotListening, "")
    } else {
        (SilenceCause::NoListener, ", and it has no other listener")
    };
    let words = format!("{speaker} speaks to {}, but {listener} listens {to_what}{others}", list(targets));
    Step::broken(PathLink::Rooms, cause, words, remedy)
}

fn is_here(scene: &Scene<'_>, name: &str) -> bool {
    let served =
        scene.session.is_some_and(|session| session.players.iter().any(|player| player.name == name));
    served || scene.witnesses().any(|client| client.player(name).is_some())
}

/// Whether another player besides the two listens to the room.
fn has_listeners(scene: &Scene<'_>, room: &str) -> bool {
    let served = scene.session.into_iter().flat_map(|session| &session.rooms);
    let mut served = served.filter(|row| row.name == room).flat_map(|row| &row.listeners);
    let mut seen = scene.witnesses().flat_map(|client| &client.players);
    let is_other = |name: &str| name != scene.speaker && name != scene.listener;
    served.any(|name| is_other(name))
        || seen.any(|row| is_other(&row.name) && row.rooms.iter().any(|name| name == room))
}

pub(super) fn tokens(scene: &Scene<'_>) -> Step {
    let link = PathLink::Tokens;
    if let Some((name, rule)) = scene.missing_token().filter(|_| !scene.arrives()) {
        return token_missing(link, name, rule);
    }
    if let Some((name, refusal)) = scene.refusal().filter(|_| !scene.arrives()) {
        return refused(link, name, refusal);
    }
    match (scene.arrives(), scene.mouth, scene.ear) {
        (true, ..) => Step::passed(link, "no token is missing: it arrives"),
        (_, Some(_), Some(_)) => Step::passed(link, "no token that is missing keeps them apart"),
        (_, None, _) => Step::unknown(link, "the speaker's tokens are not known here", scene.speaker),
        (_, _, None) => Step::unknown(link, "the listener's tokens are not known here", scene.listener),
    }
}

pub(super) fn uplink(scene: &Scene<'_>) -> Step {
    let (link, name) = (PathLink::Uplink, scene.speaker);
    if scene.arrives() {
        return Step::passed(link, format!("it arrives{}", way(scene)));
    }
    if let Some(step) = pages::uplink(scene).or_else(|| third_party::uplink(scene)) {
        return step;
    }
    let lost = scene.mouth.and_then(|mouth| mouth.uplink.lost_percent);
    let lost = lost.or_else(|| scene.served_speaker().and_then(|player| player.lost_percent));
    // With direct links, the server need not receive any voice.
    let is_direct = scene.mouth.is_some_and(|mouth| mouth.network.direct_links > 0);
    if let Some(player) = scene.served_speaker().filter(|player| player.is_followed && !is_direct) {
        if is_recent(player.voice_ms_ago) {
            return Step::passed(
                link,
                format!("the server got voice of {name} {}{}", ago(player.voice_ms_ago), way(scene)),
            );
        }
        if is_sending(scene) {
            return dead_uplink(name, &ago(player.voice_ms_ago));
        }
    }
    match lost {
        Some(lost) if lost >= ALL_LOST_PERCENT => dead_uplink(name, &format!("{lost:.0} % is lost")),
        Some(lost) => {
            let words = format!("the server misses {lost:.0} % of what {name} sends{}", way(scene));
            Step::passed(link, words)
        }
        None if scene.has_server() => {
            Step::unknown(link, format!("the server has had no voice of {name} so far"), name)
        }
        None => Step::unknown(
            link,
            format!("whether the server gets what {name} sends is not known here"),
            "the server",
        ),
    }
}

/// The path of the speaker's voice to the server, as best known to its own client.
fn way(scene: &Scene<'_>) -> String {
    let own = scene.mouth.and_then(|mouth| mouth.network.voice_path.as_deref());
    let served = || scene.served_speaker().and_then(|player| player.voice_path.as_deref());
    own.or_else(served).map(|way| format!(", {way}")).unwrap_or_default()
}

/// The path of voice to the listener, as known to the server: missing voice may be due to it.
fn way_to(scene: &Scene<'_>) -> String {
    let way = scene.served_listener().and_then(|player| player.voice_path.as_deref());
    way.map(|way| format!("; voice comes to it {way}")).unwrap_or_default()
}

fn dead_uplink(name: &str, evidence: &str) -> Step {
    let words = format!("what {name} sends does not reach the server ({evidence})");
    let remedy = format!("check {name}'s network: does it block outgoing UDP?");
    Step::broken(PathLink::Uplink, SilenceCause::UplinkDead, words, remedy)
}

/// Whether the speaker's client has been sending to a listener for longer than packets take.
fn is_sending(scene: &Scene<'_>) -> bool {
    let is_long = |capture: &crate::CaptureSnapshot| capture.utterance_ms >= ON_ITS_WAY_MS;
    let has_sent = scene.mouth.is_some_and(|mouth| mouth.uplink.frames_sent > 0);
    has_sent && scene.capture().is_some_and(|capture| is_recent(capture.spoke_ms_ago) && is_long(capture))
}

pub(super) fn downlink(scene: &Scene<'_>) -> Step {
    let (link, speaker, listener) = (PathLink::Downlink, scene.speaker, scene.listener);
    if let Some(reason) = scene.deafened_by_server() {
        let words = format!("the server's operator has deafened {listener}{}", because(reason));
        return Step::broken(
            link,
            SilenceCause::DeafenedByServer,
            words,
            "ask the operator to undeafen it, or wait",
        );
    }
    let Some(row) = scene.heard() else {
        return Step::unknown(link, format!("whether it arrives at {listener} is not known here"), listener);
    };
    if is_recent(row.heard_ms_ago) {
        return Step::passed(link, format!("voice of {speaker} arrived {}", ago(row.heard_ms_ago)));
    }
    let is_for_listener = rooms(scene).outcome == StepOutcome::Passed;
    let server_got_it = scene.served_speaker().is_some_and(|player| is_recent(player.voice_ms_ago));
    if is_for_listener && (is_sending(scene) || server_got_it) {
        let words = format!(
            "nothing of what {speaker} sends arrives at {listener} (the last: {})",
            ago(row.heard_ms_ago)
        );
        let network = format!("check {listener}'s network: does it block incoming UDP?");
        // Without the server, a player that is too far away, refused or lost on the uplink looks the same.
        let remedy = if scene.has_server() {
            network
        } else {
            format!(
                "ask the inspector of the server whether distance, rights or {speaker}'s way up keep it there; \
                 if none of them does, {network}"
            )
        };
        return Step::broken(link, SilenceCause::NothingArrives, words, remedy);
    }
    let words = format!("voice of {speaker} last arrived: {}", ago(row.heard_ms_ago));
    Step::unknown(link, words, speaker)
}

fn against_loss(scene: &Scene<'_>) -> String {
    let redundancy = scene.mouth.map(|mouth| &mouth.uplink.redundancy).filter(|words| !words.is_empty());
    redundancy.map_or_else(String::new, |words| format!("; its packets have {words}"))
}

pub(super) fn loss(scene: &Scene<'_>) -> Step {
    let (link, speaker, listener) = (PathLink::Loss, scene.speaker, scene.listener);
    let Some(row) = scene.heard() else {
        let told = scene.mouth.and_then(|mouth| mouth.uplink.listeners);
        return match told {
            Some(told) if told.listeners > 0 => Step::passed(
                link,
                format!(
                    "nine of ten of its {} listeners miss at most {}{}",
                    told.listeners,
                    told.missed(),
                    against_loss(scene)
                ),
            ),
            _ => Step::unknown(
                link,
                format!("what {listener} misses is not known here{}", way_to(scene)),
                listener,
            ),
        };
    };
    let lost = row.loss_percent;
    if row.received == 0 {
        return Step::unknown(link, "nothing has arrived that could be counted", speaker);
    }
    let uplink_lost = scene.mouth.and_then(|mouth| mouth.uplink.lost_percent);
    let where_to_look = match uplink_lost {
        Some(percent) if percent >= SOME_LOST_PERCENT => format!("check {speaker}'s network first"),
        Some(_) => format!("check {listener}'s network: up to the server all is fine"),
        None => format!("check the networks of {speaker} and {listener}"),
    };
    let figures = format!("{lost:.0} % of {speaker}'s frames are lost, jitter {:.0} ms", row.jitter_ms);
    let figures = if lost > 0.0 { figures + &against_loss(scene) } else { figures };
    if lost >= MUCH_LOST_PERCENT {
        return Step::broken(link, SilenceCause::Loss, figures, where_to_look);
    }
    if lost >= SOME_LOST_PERCENT {
        return Step::passed(link, format!("{figures}: it can be heard, and {where_to_look}"));
    }
    Step::passed(link, figures)
}
