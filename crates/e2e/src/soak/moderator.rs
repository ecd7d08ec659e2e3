//! A moderator that continuously acts on visitors over the admin API: mutes, moves, kicks, reports, bans for some
//! seconds.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use consonance_testing::sim::Dice;
use serde_json::{Value, json};

use crate::soak::admin_client::AdminClient;
use crate::soak::crowd::{VISITORS, VISITORS_ROOM};
use crate::soak::installation::{Installation, ON_DEMAND, SESSIONS};

/// A thread that makes requests and waits for the responses, until it is stopped.
#[derive(Debug)]
pub(crate) struct Moderator {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Work>,
}

/// The results of a moderator's requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// Requests that succeeded.
    pub(crate) done: u64,
    /// Requests that the server rejected, as players come and go.
    pub(crate) declined: u64,
    /// Requests without a response, as when the server is down.
    pub(crate) unanswered: u64,
    /// Responses that no request should get.
    pub(crate) faults: Vec<String>,
}

const PAUSE: Duration = Duration::from_millis(50);
const FAULTS_MAX: usize = 5;

impl Moderator {
    /// Starts the thread.
    ///
    /// # Errors
    /// If there is no token of the server.
    pub(crate) fn start(installation: &Installation, mut dice: Dice) -> io::Result<Self> {
        let client = AdminClient::new(installation)?;
        let is_over = Arc::new(AtomicBool::new(false));
        let obeyed = Arc::clone(&is_over);
        let moderate = move || {
            let mut work = Work::default();
            while !obeyed.load(Ordering::Relaxed) {
                if work.act(&client, &mut dice).is_err() {
                    work.unanswered += 1;
                }
                thread::sleep(PAUSE);
            }
            work
        };
        let thread = thread::Builder::new().name("moderator".to_owned()).spawn(moderate)?;
        Ok(Self { is_over, thread })
    }

    /// Stops further requests.
    pub(crate) fn stop(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// Whether the last response has come, or has timed out.
    pub(crate) fn is_done(&self) -> bool {
        self.thread.is_finished()
    }

    /// Stops, and waits until it is [done](Self::is_done); returns the results.
    ///
    /// # Errors
    /// If the thread is gone.
    pub(crate) fn end(self) -> io::Result<Work> {
        self.stop();
        self.thread.join().map_err(|_| io::Error::other("the moderator's thread is gone"))
    }
}

impl Work {
    fn act(&mut self, client: &AdminClient, dice: &mut Dice) -> io::Result<()> {
        let on_demand = format!("{ON_DEMAND}{}", dice.below(12));
        let session = [SESSIONS[0], SESSIONS[1], &on_demand][dice.below(3) as usize];
        let path = format!("/api/v1/sessions/{session}");
        let answer = client.get(&path)?;
        self.note("looking at a session", answer.status, &answer.body);
        let visitors = visitors(&answer.body);
        let Some(name) = visitors.get(dice.below(visitors.len() as u64) as usize) else { return Ok(()) };
        let (path, body) = match dice.below(ACTIONS + 2) {
            ACTIONS => ("/api/v1/bans".to_owned(), json!({"target": {"name": name}, "duration_s": 5})),
            REPORT => ("/api/v1/reports".to_owned(), json!({"session": session, "player": name})),
            which => (format!("{path}/actions"), json!({"action": action(which, name)})),
        };
        let body = body.to_string();
        let answer = client.post(&path, &body)?;
        self.note(&body, answer.status, &answer.body);
        Ok(())
    }

    /// `503` is a session's worker that is asked while the server freezes, and `507` a report without room on the disk.
    fn note(&mut self, request: &str, status: u16, answer: &str) {
        match status {
            200 | 201 => self.done += 1,
            404 | 409 | 503 | 507 => self.declined += 1,
            _ if self.faults.len() < FAULTS_MAX => self.faults.push(format!("{request}: {status} {answer}")),
            _ => {}
        }
    }
}

/// The names of the players in this session that are not honest players.
fn visitors(session: &str) -> Vec<String> {
    let session: Value = serde_json::from_str(session).unwrap_or_default();
    let players = session["players"].as_array().into_iter().flatten();
    let names = players.filter_map(|player| player["name"].as_str());
    names.filter(|name| name.starts_with(VISITORS)).map(str::to_owned).collect()
}

const ACTIONS: u64 = 12;
const REPORT: u64 = ACTIONS + 1;

/// A request of this kind.
fn action(which: u64, player: &str) -> Value {
    let room = VISITORS_ROOM;
    match which {
        0 => json!({"kick": {"player": player}}),
        1 => json!({"mute": {"player": player, "duration_s": 2}}),
        2 => json!({"unmute": {"player": player}}),
        3 => json!({"mute_text": {"player": player, "duration_s": 2}}),
        4 => json!({"deafen": {"player": {"subject": format!("account of {player}")}, "duration_s": 2}}),
        5 => json!({"undeafen": {"player": player}}),
        6 => json!({"set_room_rights": {"player": player, "room": room, "speak": false}}),
        7 => json!({"move": {"player": player, "from": room, "to": "elsewhere"}}),
        8 => json!({"remove_from_room": {"player": player, "room": room}}),
        9 => json!({"reset": {"player": player}}),
        10 => json!({"limit_room": {"room": room, "listeners_max": 40, "speakers_max": 4}}),
        _ => json!({"unlimit_room": {"room": room}}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_visitors_are_moderated() {
        let session = r#"{"name": "main", "players": [{"name": "visitor-7"}, {"name": "main-red-0"}]}"#;
        assert_eq!(visitors(session), ["visitor-7"]);
        assert_eq!(visitors(r#"{"detail": "there is no such session"}"#), [""; 0]);
    }

    #[test]
    fn a_player_that_is_gone_is_not_a_fault_and_a_server_that_fails_is_one() {
        let mut work = Work::default();
        for (status, answer) in [(200, ""), (404, "gone"), (500, "lost"), (422, "unreadable")] {
            work.note("kick", status, answer);
        }
        assert_eq!((work.done, work.declined), (1, 1));
        assert_eq!(work.faults, ["kick: 500 lost", "kick: 422 unreadable"]);
    }
}
