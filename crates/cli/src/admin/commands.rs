//! What can be done: the arguments, and what the API is asked for.

use std::error::Error;

use clap::Args;
use consonance_transport::session_name::encode as percent_encoded;
use serde_json::{Value, json};

use super::client::Client;

/// A player.
#[derive(Debug, Args)]
pub(super) struct OfPlayer {
    /// The session.
    pub(super) session: String,
    /// The player's name.
    player: String,
    /// PLAYER is the subject of its join token instead: whoever is here by it, under every name.
    #[arg(long)]
    subject: bool,
    /// Why, for the audit log. Players are shown it when they are muted, deafened, kept from writing or sent away, and
    /// not otherwise.
    #[arg(long, default_value = "")]
    pub(super) reason: String,
}

/// A player, and for how long.
#[derive(Debug, Args)]
pub(super) struct Sanction {
    #[command(flatten)]
    of: OfPlayer,
    /// For so many seconds [default: for good].
    #[arg(long = "for", value_name = "SECONDS")]
    for_s: Option<u64>,
}

/// A player and a room.
#[derive(Debug, Args)]
pub(super) struct InRoom {
    #[command(flatten)]
    of: OfPlayer,
    /// The room.
    room: String,
    /// Only about listening.
    #[arg(long, conflicts_with = "speak")]
    listen: bool,
    /// Only about speaking.
    #[arg(long)]
    speak: bool,
}

/// A player and two rooms.
#[derive(Debug, Args)]
pub(super) struct Move {
    #[command(flatten)]
    of: OfPlayer,
    /// The room that it is in.
    from: String,
    /// The room that it shall go to.
    to: String,
}

/// A room's limits.
#[derive(Debug, Args)]
pub(super) struct LimitRoom {
    /// The session.
    session: String,
    /// The room.
    room: String,
    /// Most listeners.
    #[arg(long, value_name = "N")]
    listeners: Option<u32>,
    /// Most speakers at once.
    #[arg(long, value_name = "N")]
    speakers: Option<u32>,
    /// Seconds between two texts of one player.
    #[arg(long, value_name = "SECONDS")]
    text_every: Option<u32>,
}

/// A session's texts.
#[derive(Debug, Args)]
pub(super) struct SlowTexts {
    /// The session.
    session: String,
    /// Seconds between two texts of one player; 0 for none, and without a number as configured.
    seconds: Option<u32>,
}

/// A player that is in a room.
#[derive(Debug, Args)]
pub(super) struct TakeOut {
    #[command(flatten)]
    of: OfPlayer,
    /// The room.
    room: String,
}

/// How a server runs empty.
#[derive(Debug, Args)]
pub(super) struct Drain {
    /// It ends in so many seconds at the latest.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    within: u32,
    /// Where players go on: an address in which {session} stands for the session's name [default: they
    /// are told that the server ends].
    #[arg(long, value_name = "ADDRESS")]
    onward: Option<String>,
    /// They are sent there evenly over so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    onward_window: u32,
    /// Why, for the audit log.
    #[arg(long, default_value = "")]
    reason: String,
}

/// Why something is taken back or away.
#[derive(Debug, Args)]
pub(super) struct Removal {
    /// Why, for the audit log.
    #[arg(long, default_value = "")]
    reason: String,
}

/// Somebody to be kept out.
#[derive(Debug, Args)]
pub(super) struct Ban {
    /// The name, in upper or lower case.
    #[arg(required_unless_present_any = ["subject", "address"])]
    name: Option<String>,
    /// The subject of join tokens instead.
    #[arg(long, conflicts_with_all = ["name", "address"])]
    subject: Option<String>,
    /// An address or a prefix instead, such as 192.0.2.0/24.
    #[arg(long, conflicts_with = "name")]
    address: Option<String>,
    /// For so many seconds [default: for good].
    #[arg(long = "for", value_name = "SECONDS")]
    for_s: Option<u64>,
    /// Why; who is banned is shown it.
    #[arg(long, default_value = "")]
    reason: String,
}

pub(super) type Answer = Result<Value, Box<dyn Error>>;

impl OfPlayer {
    /// As the API names it.
    pub(super) fn player(&self) -> Value {
        if self.subject { json!({"subject": self.player}) } else { json!(self.player) }
    }

    pub(super) fn act(&self, client: &Client, action: &str) -> Answer {
        self.act_with(client, action, json!({}))
    }

    fn act_with(&self, client: &Client, action: &str, mut details: Value) -> Answer {
        details["player"] = self.player();
        act(client, &self.session, &json!({ action: details }), &self.reason)
    }
}

impl Sanction {
    pub(super) fn act(&self, client: &Client, action: &str) -> Answer {
        self.of.act_with(client, action, json!({"for_s": self.for_s}))
    }
}

impl InRoom {
    /// Both, unless only one is meant; nothing leaves them to the room's own rules.
    pub(super) fn act(&self, client: &Client, is_permitted: Option<bool>) -> Answer {
        let right = |is_other_meant: bool| is_permitted.filter(|_| !is_other_meant);
        let details = json!({"room": self.room, "listen": right(self.speak), "speak": right(self.listen)});
        self.of.act_with(client, "set_room_rights", details)
    }
}

impl Move {
    pub(super) fn act(&self, client: &Client) -> Answer {
        self.of.act_with(client, "move", json!({"from": self.from, "to": self.to}))
    }
}

impl TakeOut {
    pub(super) fn act(&self, client: &Client) -> Answer {
        self.of.act_with(client, "remove_from_room", json!({"room": self.room}))
    }
}

impl Removal {
    /// Removes what is at this path of the API.
    pub(super) fn act(&self, client: &Client, path: &str) -> Answer {
        client.delete(&format!(
            "{path}?reason={}&by={}",
            percent_encoded(&self.reason),
            percent_encoded(&somebody())
        ))
    }
}

impl LimitRoom {
    pub(super) fn act(&self, client: &Client) -> Answer {
        let Self { room, listeners, speakers, text_every, .. } = self;
        let is_limited = listeners.is_some() || speakers.is_some() || text_every.is_some();
        let action = if is_limited {
            json!({"limit_room": {"room": room, "listeners_max": listeners, "speakers_max": speakers,
                "text_every_s": text_every}})
        } else {
            json!({"unlimit_room": {"room": room}})
        };
        act(client, &self.session, &action, "")
    }
}

impl SlowTexts {
    pub(super) fn act(&self, client: &Client) -> Answer {
        act(client, &self.session, &json!({"slow_texts": {"every_s": self.seconds}}), "")
    }
}

impl Drain {
    pub(super) fn act(&self, client: &Client) -> Answer {
        let Self { within, onward, onward_window, reason } = self;
        let body = json!({"within_s": within, "onward": onward, "onward_window_s": onward_window,
            "reason": reason, "by": somebody()});
        client.post("drain", &body)
    }
}

impl Ban {
    pub(super) fn act(&self, client: &Client) -> Answer {
        let Self { name, subject, address, for_s, reason } = self;
        let target = match (subject, address) {
            (Some(subject), _) => json!({"subject": subject}),
            (_, Some(address)) => json!({"address": address}),
            _ => json!({"name": name}),
        };
        let body = json!({"target": target, "for_s": for_s, "reason": reason, "by": somebody()});
        client.post("bans", &body)
    }
}

/// Does something to a session.
pub(super) fn act(client: &Client, session: &str, action: &Value, reason: &str) -> Answer {
    let body = json!({"action": action, "reason": reason, "by": somebody()});
    client.post(&format!("sessions/{}/actions", percent_encoded(session)), &body)
}

/// Who does it, as far as this machine knows.
pub(super) fn somebody() -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("USERNAME"));
    user.unwrap_or_else(|_| "consonance admin".into())
}
