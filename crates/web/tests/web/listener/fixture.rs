//! A listener, and behind it sessions in memory: they keep players by their keys and answer offers with them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use consonance_link::http::by_hand::{self, Answer, PATIENCE};
use consonance_web::{
    Attendance, Displaced, Info, Join, JoinProblem, JoinRule, Joined, Replier, Reply, Secrets, Signalling,
    WebListener, WebSettings, reply,
};

/// A listener and what is behind it.
pub(crate) struct Fixture {
    pub(crate) listener: WebListener,
    pub(crate) sessions: Arc<Sessions>,
}

/// Players by key; offers that begin with `v=0` are valid, and one that contains `hang` is never answered.
#[derive(Default)]
pub(crate) struct Sessions {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    players: BTreeMap<String, Player>,
    hanging: Vec<Replier<Result<Joined, JoinProblem>>>,
}

/// The state of a player.
#[derive(Debug, Default)]
pub(crate) struct Player {
    pub(crate) name: String,
    pub(crate) remote: Option<IpAddr>,
    pub(crate) candidates: Vec<String>,
    conversation: Option<Replier<Displaced>>,
}

/// The maximum number of players at once.
const PLAYERS_MAX: usize = 3;

impl Signalling for Sessions {
    fn info(&self) -> Info {
        Info {
            sessions: vec!["main".into()],
            on_demand: false,
            join: JoinRule::Open,
            secrets: Secrets::default(),
            udp: true,
            encryption: false,
        }
    }

    fn join(&self, join: Join) -> Reply<Result<Joined, JoinProblem>> {
        let (replier, reply) = reply();
        let mut state = self.state.lock().unwrap();
        if join.body.sdp.contains("hang") {
            state.hanging.push(replier);
        } else {
            replier.send(state.take_in(join));
        }
        self.changed.notify_all();
        reply
    }

    fn attend(&self, key: &str) -> Reply<Result<Attendance, JoinProblem>> {
        let (replier, answer) = reply();
        let mut state = self.state.lock().unwrap();
        replier.send(state.players.get_mut(key).ok_or(JoinProblem::NoSuchPlayer).map(|player| {
            let (conversation, attendance) = reply();
            if let Some(former) = player.conversation.replace(conversation) {
                former.send(Displaced);
            }
            attendance
        }));
        answer
    }

    fn candidate(&self, key: &str, candidate: String) {
        if let Some(player) = self.state.lock().unwrap().players.get_mut(key) {
            player.candidates.push(candidate);
        }
        self.changed.notify_all();
    }

    fn restart(&self, key: &str, sdp: String) -> Reply<Result<String, JoinProblem>> {
        let (replier, reply) = reply();
        let is_there = self.state.lock().unwrap().players.contains_key(key);
        replier.send(if is_there { answer_to(&sdp) } else { Err(JoinProblem::NoSuchPlayer) });
        reply
    }
}

impl State {
    fn take_in(&mut self, join: Join) -> Result<Joined, JoinProblem> {
        if join.session != "main" && join.session != "a/b ü" {
            return Err(JoinProblem::NoSuchSession);
        }
        let sdp = answer_to(&join.body.sdp)?;
        let known = join.body.resume.filter(|key| self.players.contains_key(key));
        let resumed = known.is_some();
        if !resumed && self.players.len() >= PLAYERS_MAX {
            return Err(JoinProblem::Full);
        }
        let key = known.unwrap_or_else(|| format!("key-{}", self.players.len()));
        let player = self.players.entry(key.clone()).or_default();
        (player.name, player.remote) = (join.body.name, Some(join.remote));
        Ok(Joined { sdp, key, slots: 16, resumed })
    }
}

fn answer_to(offer: &str) -> Result<String, JoinProblem> {
    match offer {
        "old" => Err(JoinProblem::PageTooOld("it offers no control channel".into())),
        offer if offer.starts_with("v=0") => Ok(format!("v=0 in answer to {offer}")),
        _ => Err(JoinProblem::BadOffer("it does not begin with v=0".into())),
    }
}

impl Sessions {
    /// Waits until a player meets a condition, and returns it.
    pub(crate) fn player(&self, key: &str, is_so: impl Fn(&Player) -> bool) -> Player {
        let state = self.state.lock().unwrap();
        let is_not_yet = |state: &mut State| !state.players.get(key).is_some_and(&is_so);
        let (state, waited) = self.changed.wait_timeout_while(state, PATIENCE, is_not_yet).unwrap();
        assert!(!waited.timed_out(), "{key} is {:?}", state.players.get(key));
        let Player { name, remote, candidates, .. } = &state.players[key];
        Player { name: name.clone(), remote: *remote, candidates: candidates.clone(), conversation: None }
    }

    /// Removes a player, and notifies a socket about it.
    pub(crate) fn forget(&self, key: &str) {
        assert!(self.state.lock().unwrap().players.remove(key).is_some());
    }

    /// Waits for a request that hangs, then drops it, which tells its client that no answer will come.
    pub(crate) fn let_go_of_one(&self) {
        let state = self.state.lock().unwrap();
        let (mut state, waited) =
            self.changed.wait_timeout_while(state, PATIENCE, |state| state.hanging.is_empty()).unwrap();
        assert!(!waited.timed_out());
        state.hanging.pop();
    }
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    pub(crate) fn with(change: impl FnOnce(&mut WebSettings)) -> Self {
        let mut settings = WebSettings::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        change(&mut settings);
        let sessions = Arc::new(Sessions::default());
        let listener = WebListener::start(&settings, Arc::clone(&sessions) as Arc<dyn Signalling>).unwrap();
        Self { listener, sessions }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.listener.local_addr()
    }

    pub(crate) fn get(&self, path: &str, lines: &[&str]) -> Answer {
        by_hand::ask(self.address(), &format!("GET {path}"), lines, b"").unwrap()
    }

    /// Posts this JSON, with these header lines.
    pub(crate) fn post(&self, path: &str, lines: &[&str], json: &str) -> Answer {
        let length = format!("Content-Length: {}", json.len());
        let lines = [&["Content-Type: application/json", &length], lines].concat();
        by_hand::ask(self.address(), &format!("POST {path}"), &lines, json.as_bytes()).unwrap()
    }

    pub(crate) fn join(&self, name: &str) -> Answer {
        self.post("/api/voice/main", &[], &format!(r#"{{"name":"{name}","sdp":"v=0"}}"#))
    }

    /// Waits until a condition holds, and fails after the tests' timeout.
    pub(crate) fn wait_until(&self, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "{:?}", self.listener.counters().read());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether the listener still answers: other clients' trouble does not affect it.
    pub(crate) fn is_well(&self) -> bool {
        self.get("/api/info", &[]).status == 200
    }
}

/// The detail of a problem.
pub(crate) fn detail(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer:?}");
    let problem: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(problem["status"], answer.status, "{problem}");
    problem["detail"].as_str().unwrap().to_owned()
}
