//! An overloaded server: what it sheds, in which order, and that it recovers fully.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use consonance_testing::command::Folder;
use consonance_testing::command::Program;
use serde_json::json;

use crate::machine::whole_machine;

/// Settings under which no load is too high.
const GENEROUS: &str = "busy_percent_max = 100\niteration_max_s = 1\n";
/// Settings under which a worker is overloaded when it is busy for a twentieth of its time, so that a load that leaves
/// the machine to other tests is enough.
const STRICT: &str = "busy_percent_max = 5\n";
/// Longer than anything takes here: each step of the recovery needs five calm seconds, and machines that run tests are
/// busy.
const PATIENCE: Duration = Duration::from_mins(3);

struct Server {
    program: Program,
    session: String,
    admin: String,
    token: String,
}

impl Server {
    fn start(folder: &Folder) -> Self {
        let (file, token) = (write_settings(folder, GENEROUS), folder.file("token"));
        let arguments = ["serve", "--config", &file, "--admin=127.0.0.1:0", "--admin-token-file", &token];
        let program = Program::start_in(&arguments, &[("CONSONANCE_OVERLOAD_ENABLED", "true")]);
        let line = program.until_line("the session's address", |line| line.contains("quic://"));
        let (session, admin) = (line.split(' ').next_back().unwrap().to_owned(), program.until_admin());
        let token = fs::read_to_string(&token).unwrap().trim().to_owned();
        Self { program, session, admin, token }
    }

    /// The value of a metric, by the beginning of its line. Requested over the network, as by a scraper.
    fn metric(&self, name: &str) -> f64 {
        let request = ureq::get(format!("http://{}/metrics", self.admin));
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        let metrics = request.call().unwrap().body_mut().read_to_string().unwrap();
        let line = metrics.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {metrics}")).trim().parse().unwrap()
    }

    /// Makes the server load other settings.
    fn reload(&self, folder: &Folder, overload: &str) {
        write_settings(folder, overload);
        self.program.signal("HUP");
        self.program.until_complaint("reloaded: changed overload.busy_percent_max");
    }

    fn step(&self) -> f64 {
        self.metric("consonance_worker_shedding_step{worker=\"0\"}")
    }

    /// Waits for a step that is wanted; returns the steps seen on the way to it.
    fn until_step(&self, is_wanted: impl Fn(f64) -> bool) -> Vec<f64> {
        let deadline = Instant::now() + PATIENCE;
        let mut steps = vec![self.step()];
        while !steps.last().is_some_and(|step| is_wanted(*step)) {
            assert!(Instant::now() < deadline, "it stays at {steps:?}");
            thread::sleep(Duration::from_millis(50));
            let step = self.step();
            if steps.last() != Some(&step) {
                steps.push(step);
            }
        }
        steps
    }

    /// Waits until a counter has reached a value, as metrics may be a second old.
    fn until_counted(&self, name: &str, least: f64) {
        let deadline = Instant::now() + PATIENCE;
        while self.metric(name) < least {
            assert!(Instant::now() < deadline, "{name} stays below {least}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn join(&self, name: &str) -> Program {
        Program::start(&["join", &self.session, "--name", name, "--null-devices", "--json"])
    }
}

fn write_settings(folder: &Folder, overload: &str) -> String {
    let settings =
        format!("listen = ['127.0.0.1:0']\nworkers = 1\n[overload]\nretry_after_s = 7\n{overload}");
    folder.write("voice.toml", settings.as_bytes())
}

#[test]
fn newcomers_are_given_up_first_then_voices_and_everything_comes_back_in_the_end() {
    let _machine = whole_machine();
    let folder = Folder::new();
    let server = Server::start(&folder);
    let alice = server.join("Alice");
    alice.until_event(&json!({"event": "players_synced"}));
    let load = ["load", "--server", &server.session, "--clients", "40", "--speakers", "20"];
    let load = Program::bench(&[&load[..], &["--seconds", "300", "--skip-memory"]].concat());
    server.until_counted("consonance_clients ", 41.0);
    assert!(server.step() < 1.0, "nothing is given up yet");
    server.reload(&folder, STRICT);
    let up = server.until_step(|step| step >= 2.0);
    assert!(up.is_sorted(), "one thing after the other: {up:?}");
    let bob = server.join("Bob").end();
    assert!(bob.err.join("\n").contains("7 s"), "{:?} {:?}", bob.out, bob.err);
    server.until_counted("consonance_joins_refused_total{reason=\"overload_or_draining\"}", 1.0);
    server.until_counted("consonance_packets_dropped_total{reason=\"shed\"}", 1.0);
    drop(load);
    let down = server.until_step(|step| step == 0.0);
    // The load is measured with some delay, so the server may take one more step first.
    let highest = down.iter().copied().fold(0.0, f64::max);
    let back = down.iter().skip_while(|step| **step < highest);
    assert!(back.is_sorted_by(|a, b| a >= b), "one thing after the other: {down:?}");
    let carol = server.join("Carol");
    carol.until_event(&json!({"event": "players_synced"}));
    // Earlier players are still connected, and were never disconnected.
    alice.until_event(&json!({"event": "player_joined", "name": "Carol"}));
    alice.signal("INT");
    let events = alice.end().events();
    assert!(!events.iter().any(|event| event["event"] == "connection_lost"), "{events:?}");
}
