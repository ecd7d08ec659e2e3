//! The arguments of the commands, and the requests that they make.

use std::error::Error;
use std::thread;
use std::time::Duration;

use clap::Args;
use consonance_link::session_name::encode as percent_encoded;
use serde_json::{Value, json};

use super::client::Client;

/// A player.
#[derive(Debug, Args)]
pub(super) struct OfPlayer {
    /// The session.
    pub(super) session: String,
    /// The player's name.
    player: String,
    /// PLAYER is the subject of a join token: every player online with it, under any name.
    #[arg(long)]
    subject: bool,
    /// The reason, for the audit log. Players see it only when they are muted, deafened or kicked.
    #[arg(long, default_value = "")]
    pub(super) reason: String,
}

/// A player and a duration.
#[derive(Debug, Args)]
pub(super) struct Restriction {
    #[command(flatten)]
    of: OfPlayer,
    /// The duration [default: permanent].
    #[arg(long, value_name = "SECONDS")]
    duration: Option<u64>,
}

/// A player and a room.
#[derive(Debug, Args)]
pub(super) struct InRoom {
    #[command(flatten)]
    of: OfPlayer,
    /// The room.
    room: String,
    /// Listening only.
    #[arg(long, conflicts_with = "speak")]
    listen: bool,
    /// Speaking only.
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
    /// The room to enter.
    to: String,
}

/// A room's limits.
#[derive(Debug, Args)]
pub(super) struct LimitRoom {
    /// The session.
    session: String,
    /// The room.
    room: String,
    /// The maximum number of listeners.
    #[arg(long, value_name = "N")]
    listeners: Option<u32>,
    /// The maximum number of simultaneous speakers.
    #[arg(long, value_name = "N")]
    speakers: Option<u32>,
    /// Seconds between two text messages of one player.
    #[arg(long, value_name = "SECONDS")]
    text_every: Option<u32>,
}

/// The slow mode of a session.
#[derive(Debug, Args)]
pub(super) struct SlowTexts {
    /// The session.
    session: String,
    /// Seconds between two text messages of one player; 0 turns slow mode off [default: as configured].
    seconds: Option<u32>,
}

/// A player in a room.
#[derive(Debug, Args)]
pub(super) struct RemoveFromRoom {
    #[command(flatten)]
    of: OfPlayer,
    /// The room.
    room: String,
}

/// A name that is kept.
#[derive(Debug, Args)]
pub(super) struct ReleaseName {
    /// The session.
    session: String,
    /// The name; case does not matter.
    name: String,
    /// The reason, for the audit log.
    #[arg(long, default_value = "")]
    reason: String,
}

/// How a server drains.
#[derive(Debug, Args)]
pub(super) struct Drain {
    /// The server exits after this time at the latest.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    within: u32,
    /// The address to redirect players to; {session} is replaced by the session's name [default: none; players are
    /// told that the server shuts down].
    #[arg(long, value_name = "ADDRESS")]
    redirect: Option<String>,
    /// Players are redirected evenly over this time.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    redirect_window: u32,
    /// Wait until the server has exited or the drain is cancelled.
    #[arg(long, conflicts_with = "node")]
    wait: bool,
    /// The reason, for the audit log.
    #[arg(long, default_value = "")]
    reason: String,
    /// Another node of the cluster, by its name or id; other nodes take over its sessions [default: this server].
    #[arg(long, value_name = "NODE")]
    node: Option<String>,
}

/// The drain to cancel.
#[derive(Debug, Args)]
pub(super) struct Undrain {
    #[command(flatten)]
    why: Removal,
    /// Another node of the cluster, by its name or id [default: this server].
    #[arg(long, value_name = "NODE")]
    node: Option<String>,
}

/// The interval at which a server is polled for whether it still drains.
const DRAIN_POLL: Duration = Duration::from_millis(500);
/// Consecutive failures that mean that the server has ended. An overloaded server answers in between.
const DRAIN_FAILURES_MAX: u32 = 3;

/// The reason of a removal.
#[derive(Debug, Args)]
pub(super) struct Removal {
    /// The reason, for the audit log.
    #[arg(long, default_value = "")]
    reason: String,
}

/// A player to ban.
#[derive(Debug, Args)]
pub(super) struct Ban {
    /// The player's name; case does not matter.
    #[arg(required_unless_present_any = ["subject", "address"])]
    name: Option<String>,
    /// A subject of join tokens instead of a name.
    #[arg(long, conflicts_with_all = ["name", "address"])]
    subject: Option<String>,
    /// An address or a prefix instead of a name, such as 192.0.2.0/24.
    #[arg(long, conflicts_with = "name")]
    address: Option<String>,
    /// The duration [default: permanent].
    #[arg(long, value_name = "SECONDS")]
    duration: Option<u64>,
    /// The reason; the banned player sees it.
    #[arg(long, default_value = "")]
    reason: String,
}

pub(super) type Answer = Result<Value, Box<dyn Error>>;

impl OfPlayer {
    /// The player as the API names it.
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

impl Restriction {
    pub(super) fn act(&self, client: &Client, action: &str) -> Answer {
        self.of.act_with(client, action, json!({"duration_s": self.duration}))
    }
}

impl InRoom {
    /// Sets both rights, unless only one is meant; `None` leaves them to the room's own rules.
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

impl RemoveFromRoom {
    pub(super) fn act(&self, client: &Client) -> Answer {
        self.of.act_with(client, "remove_from_room", json!({"room": self.room}))
    }
}

impl ReleaseName {
    pub(super) fn act(&self, client: &Client) -> Answer {
        let action = json!({"release_name": {"name": self.name}});
        act(client, &self.session, &action, &self.reason)
    }
}

impl Removal {
    /// Removes what is at this path of the API.
    pub(super) fn act(&self, client: &Client, path: &str) -> Answer {
        client.delete(&format!(
            "{path}?reason={}&by={}",
            percent_encoded(&self.reason),
            percent_encoded(&operator())
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
        let Self { within, redirect, redirect_window, wait, reason, node } = self;
        let body = json!({"within_s": within, "redirect": redirect, "redirect_window_s": redirect_window,
            "reason": reason, "by": operator()});
        let answer = client.post(&drain_path(node.as_deref()), &body)?;
        let mut failures = 0;
        while *wait && failures < DRAIN_FAILURES_MAX {
            thread::sleep(DRAIN_POLL);
            match client.get("server") {
                Ok(server) if server["is_draining"] == true => failures = 0,
                Ok(_) => break,
                Err(_) => failures += 1,
            }
        }
        Ok(answer)
    }
}

impl Undrain {
    pub(super) fn act(&self, client: &Client) -> Answer {
        self.why.act(client, &drain_path(self.node.as_deref()))
    }
}

fn drain_path(node: Option<&str>) -> String {
    node.map_or_else(|| "drain".into(), |node| format!("nodes/{}/drain", percent_encoded(node)))
}

impl Ban {
    pub(super) fn act(&self, client: &Client) -> Answer {
        let Self { name, subject, address, duration, reason } = self;
        let target = match (subject, address) {
            (Some(subject), _) => json!({"subject": subject}),
            (_, Some(address)) => json!({"address": address}),
            _ => json!({"name": name}),
        };
        let body = json!({"target": target, "duration_s": duration, "reason": reason, "by": operator()});
        client.post("bans", &body)
    }
}

/// Applies an action to a session.
pub(super) fn act(client: &Client, session: &str, action: &Value, reason: &str) -> Answer {
    let body = json!({"action": action, "reason": reason, "by": operator()});
    client.post(&format!("sessions/{}/actions", percent_encoded(session)), &body)
}

/// The operator, by the name of the user of this machine.
pub(super) fn operator() -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("USERNAME"));
    user.unwrap_or_else(|_| "consonance admin".into())
}
