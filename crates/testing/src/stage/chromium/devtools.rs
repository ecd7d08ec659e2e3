//! The `DevTools` protocol of Chromium over a pipe: commands with responses, and events.
//!
//! Each message is JSON followed by a zero byte. A browser driven in this way ends with the pipe, and therefore with
//! this process, however it ends.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;

use serde_json::{Value, json};

use crate::stage::failure::Failure;
use crate::stage::patience::{BEAT, Patience, SOON};

/// A connected browser.
pub(crate) struct Devtools {
    commands: Box<dyn Write>,
    incoming: Receiver<Value>,
    last_id: u64,
    events: Vec<Event>,
}

/// An event in the browser.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The session of the tab; empty for the browser itself.
    pub(crate) session: String,
    pub(crate) method: String,
    pub(crate) params: Value,
}

impl Devtools {
    /// Connects over the two directions of a pipe.
    ///
    /// # Errors
    /// If no thread can be started.
    pub(crate) fn new(
        commands: impl Write + 'static,
        answers: impl Read + Send + 'static,
    ) -> Result<Self, Failure> {
        let (sender, incoming) = sync_channel(MESSAGES_AHEAD);
        let read = move || {
            for message in BufReader::new(answers).split(0).map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&message) else { return };
                if sender.send(message).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name("devtools".to_owned())
            .spawn(read)
            .map_err(Failure::io("a thread that reads what the browser says"))?;
        Ok(Self { commands: Box::new(commands), incoming, last_id: 0, events: Vec::new() })
    }

    /// Sends a command to the browser, or to the tab of this session; returns its answer.
    ///
    /// # Errors
    /// If the browser refuses the command, does not answer in time, or has gone.
    pub(crate) fn call(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: &Value,
    ) -> Result<Value, Failure> {
        self.last_id += 1;
        let id = self.last_id;
        let mut command = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        let message = [command.to_string().as_bytes(), &[0]].concat();
        self.commands
            .write_all(&message)
            .and_then(|()| self.commands.flush())
            .map_err(|_| Failure::BrowserGone)?;
        let patience = Patience::of(SOON);
        loop {
            let Some(mut message) = self.next(&patience, method)? else { continue };
            if message["id"].as_u64() != Some(id) {
                continue;
            }
            if let Some(message) = message["error"]["message"].as_str() {
                return Err(Failure::Refused { method: method.to_owned(), message: message.to_owned() });
            }
            return Ok(message["result"].take());
        }
    }

    /// Waits until there is such an event of this session, and takes it.
    ///
    /// # Errors
    /// If it does not come in time, or the browser has gone.
    pub(crate) fn event(&mut self, session: &str, method: &str) -> Result<Value, Failure> {
        let patience = Patience::of(SOON);
        loop {
            let is_it = |event: &Event| event.session == session && event.method == method;
            if let Some(at) = self.events.iter().position(is_it) {
                return Ok(self.events.remove(at).params);
            }
            self.next(&patience, method)?;
        }
    }

    /// The events so far that [`event`](Self::event) has not taken.
    pub(crate) fn events(&mut self) -> &mut Vec<Event> {
        while let Ok(message) = self.incoming.try_recv() {
            self.keep(&message);
        }
        &mut self.events
    }

    /// The next message, if one comes within a beat; an event is kept, too.
    fn next(&mut self, patience: &Patience, what: &str) -> Result<Option<Value>, Failure> {
        let left = patience.left(&format!("the browser has done {what}"))?;
        match self.incoming.recv_timeout(left.min(BEAT)) {
            Ok(message) => {
                self.keep(&message);
                Ok(Some(message))
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Failure::BrowserGone),
        }
    }

    fn keep(&mut self, message: &Value) {
        let Some(method) = message["method"].as_str().filter(|method| KEPT.contains(method)) else { return };
        let session = message["sessionId"].as_str().unwrap_or_default().to_owned();
        if self.events.len() < EVENTS_MAX {
            self.events.push(Event { session, method: method.to_owned(), params: message["params"].clone() });
        }
    }
}

/// The number of messages that the browser may send before they are read; then it waits.
const MESSAGES_AHEAD: usize = 4_096;
/// More events than a run has; later ones are not kept.
const EVENTS_MAX: usize = 100_000;
/// The events that scenarios use.
const KEPT: [&str; 7] = [
    "Audits.issueAdded",
    "Log.entryAdded",
    "Network.loadingFinished",
    "Network.requestWillBeSent",
    "Network.webSocketCreated",
    "Page.loadEventFired",
    "Runtime.exceptionThrown",
];
