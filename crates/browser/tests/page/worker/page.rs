//! The worker in Node.js, from the view of a page and a worklet.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// Node.js 20 has `WebSockets` behind this flag, and later versions accept it.
const WEBSOCKETS: &str = "--experimental-websocket";

/// A running worker; dropping it ends it.
pub(crate) struct Page {
    child: Child,
    stdin: ChildStdin,
    told: Arc<Mutex<Vec<Value>>>,
}

impl Page {
    /// `None` without a Node.js that has the `WebSocket` of browsers.
    pub(crate) fn open(name: &str, url: &str) -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/page/worker/worker.mjs");
        let asked = Command::new("node")
            .args([WEBSOCKETS, "--eval", "process.exit(Number(!globalThis.WebSocket))"])
            .status();
        if !asked.is_ok_and(|status| status.success()) {
            return None;
        }
        let mut child = Command::new("node")
            .args(["--no-warnings", WEBSOCKETS, script, url, name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let told = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&told);
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                kept.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        Some(Self { child, stdin, told })
    }

    /// A control message.
    pub(crate) fn say(&mut self, message: &Value) {
        self.type_line(&json!({ "say": message }));
    }

    /// Sends the microphone's samples in real time.
    pub(crate) fn speak(&mut self, sound: &[f32]) {
        self.type_line(&json!({ "speak": sound }));
    }

    pub(crate) fn end(&mut self) {
        self.type_line(&json!({ "end": true }));
    }

    /// Whether a control message with all these keys has arrived.
    pub(crate) fn has_been_told(&self, keys: &Value) -> bool {
        self.count(keys) > 0
    }

    /// How many messages with all these keys have arrived.
    pub(crate) fn count(&self, keys: &Value) -> usize {
        let has_all =
            |message: &Value| keys.as_object().unwrap().iter().all(|(key, value)| message[key] == *value);
        self.messages().iter().filter(|message| has_all(message)).count()
    }

    /// The data for the worklet so far: slot, stream, sequence and samples; and the packet.
    pub(crate) fn voices(&self) -> Vec<([u32; 4], Vec<u8>)> {
        let told = self.told.lock().unwrap();
        let voices = told.iter().filter(|line| line["type"] == "voice");
        let read = |line: &Value| {
            let header = serde_json::from_value(line["header"].clone()).unwrap();
            let hex = line["payload"].as_str().unwrap().as_bytes();
            let byte = |two: &[u8]| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap();
            (header, hex.chunks_exact(2).map(byte).collect())
        };
        voices.map(read).collect()
    }

    fn messages(&self) -> Vec<Value> {
        let told = self.told.lock().unwrap();
        let texts =
            told.iter().filter(|line| line["type"] == "message").filter_map(|line| line["text"].as_str());
        texts.map(|text| serde_json::from_str(text).unwrap()).collect()
    }

    fn type_line(&mut self, line: &Value) {
        writeln!(self.stdin, "{line}").unwrap();
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
