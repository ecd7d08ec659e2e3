//! One of many members leaves: the time until all others have new keys, with a real server, clients, and members on
//! two threads.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use consonance_e2ee::{MemberEvent, MlsMember};
use consonance_session::{
    Capabilities, Client, ClientEvent, ClientSettings, Encryption, Instant as SessionTime, LinkCommand,
    LinkId, Server, ServerSettings,
};

use super::{name, new_member};
use crate::table::Table;
use crate::thread_clock;

const MEMBERS: usize = 100;
const THREADS: usize = 2;
const ROUNDS: usize = 5;
/// More than all members send at once, so that neither side blocks on the other one.
const WAITING_MAX: usize = 100_000;
/// Generous: everything takes a fraction of it.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) fn run(json: bool) -> Result<(), Box<dyn Error>> {
    let table = Table::start(["session_members", "leave_to_new_epoch_ms", "longest_cpu_ms"], json)?;
    let mut shortest = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        let round = measure()?;
        if round[0] < shortest[0] {
            shortest = round;
        }
    }
    table.row([MEMBERS as f64, shortest[0], shortest[1]])
}

/// The time until all have the next epoch, and the longest time that one of them computed for it, in milliseconds.
fn measure() -> Result<[f64; 2], Box<dyn Error>> {
    thread::scope(|scope| {
        let (news, from_members) = sync_channel(WAITING_MAX);
        let mut to_members = Vec::new();
        for _ in 0..THREADS {
            let (sender, messages) = sync_channel(WAITING_MAX);
            to_members.push(sender);
            let news = news.clone();
            scope.spawn(move || work(&messages, &news));
        }
        let mut session = Session::new(to_members, from_members)?;
        session.run_until(|session| session.epochs.len() == MEMBERS && session.is_in_one_epoch())?;
        session.worked.clear();
        let (start, before) = (Instant::now(), session.epochs.clone());
        session.leave();
        session.run_until(|session| {
            session.is_in_one_epoch() && session.epochs.iter().all(|(index, epoch)| before[index] < *epoch)
        })?;
        let took = start.elapsed();
        let longest = session.worked.values().max().copied().unwrap_or_default();
        Ok([took, longest].map(|span| span.as_secs_f64() * 1000.0))
    })
}

/// The result of one message that a thread of members has handled for one of them.
struct Done {
    index: usize,
    messages: Vec<Vec<u8>>,
    epoch: Option<u64>,
    took: Duration,
}

enum Task {
    New(usize, Box<MlsMember>),
    Message(usize, Box<[u8]>),
}

/// Handles the messages of a thread's members until the session is gone.
fn work(tasks: &Receiver<Task>, news: &SyncSender<Done>) {
    let mut members = BTreeMap::new();
    while let Ok(task) = tasks.recv() {
        let (index, message) = match task {
            Task::New(index, member) => {
                members.insert(index, member);
                continue;
            }
            Task::Message(index, message) => (index, message),
        };
        let Some(member) = members.get_mut(&index) else { continue };
        let start = thread_clock::now();
        member.handle(Duration::ZERO, &message);
        let events: Vec<_> = std::iter::from_fn(|| member.poll_event()).collect();
        let is_new = events.iter().any(|event| matches!(event, MemberEvent::NewEpoch { .. }));
        // Derives the keys at once, as a chat does.
        let epoch =
            is_new.then(|| member.epoch_keys().ok()).flatten().and(member.epoch()).map(|(_, epoch)| epoch);
        let took = thread_clock::now().saturating_sub(start);
        let messages = std::iter::from_fn(|| member.poll_message()).collect();
        if news.send(Done { index, messages, epoch, took }).is_err() {
            return;
        }
    }
}

struct Session {
    begun: Instant,
    server: Server,
    clients: BTreeMap<usize, Client>,
    to_members: Vec<SyncSender<Task>>,
    from_members: Receiver<Done>,
    epochs: BTreeMap<usize, u64>,
    worked: BTreeMap<usize, Duration>,
}

impl Session {
    fn new(to_members: Vec<SyncSender<Task>>, from_members: Receiver<Done>) -> Result<Self, Box<dyn Error>> {
        let mut settings = ServerSettings::from_seed(1);
        settings.encryption = Encryption::Required;
        let mut clients = BTreeMap::new();
        for index in 0..MEMBERS {
            let mut settings = ClientSettings::new(name(index));
            settings.capabilities = Capabilities::ALL.with(Capabilities::GROUPS);
            let mut client = Client::new(settings);
            client.start();
            clients.insert(index, client);
            let member = Box::new(new_member(index)?);
            to_members[index % THREADS].send(Task::New(index, member))?;
        }
        Ok(Self {
            begun: Instant::now(),
            server: Server::new(settings),
            clients,
            to_members,
            from_members,
            epochs: BTreeMap::new(),
            worked: BTreeMap::new(),
        })
    }

    fn is_in_one_epoch(&self) -> bool {
        self.epochs.values().all(|epoch| Some(epoch) == self.epochs.values().next())
    }

    /// Lets the last member leave.
    fn leave(&mut self) {
        let now = self.now();
        if let Some((index, mut client)) = self.clients.pop_last() {
            client.stop(now);
            self.epochs.remove(&index);
            while let Some(transmit) = client.poll_transmit() {
                let _ = self.server.handle_packet(now, link_of(index), transmit.delivery, transmit.payload);
            }
            self.server.handle_disconnected(now, link_of(index));
        }
    }

    fn run_until(&mut self, is_done: impl Fn(&Self) -> bool) -> Result<(), Box<dyn Error>> {
        let start = Instant::now();
        while !is_done(self) {
            if start.elapsed() > PATIENCE {
                return Err(format!("{} of {MEMBERS} members have keys", self.epochs.len()).into());
            }
            self.turn();
            if let Ok(done) = self.from_members.recv_timeout(Duration::from_micros(500)) {
                self.take(done);
            }
            while let Ok(done) = self.from_members.try_recv() {
                self.take(done);
            }
        }
        Ok(())
    }

    fn take(&mut self, done: Done) {
        let Done { index, messages, epoch, took } = done;
        *self.worked.entry(index).or_default() += took;
        let Some(client) = self.clients.get_mut(&index) else { return };
        self.epochs.extend(epoch.map(|epoch| (index, epoch)));
        for message in &messages {
            client.send_group_message(message);
        }
    }

    /// Exchanges all pending packets between the clients and the server.
    fn turn(&mut self) {
        let now = self.now();
        for (index, client) in &mut self.clients {
            let link = link_of(*index);
            if client.poll_timeout().is_some_and(|(at, _)| at <= now) {
                client.handle_timeout(now);
            }
            while let Some(command) = client.poll_command() {
                if matches!(command, LinkCommand::Open) {
                    client.handle_connected(now, link);
                    self.server.handle_connected(now, link);
                }
            }
            while let Some(transmit) = client.poll_transmit() {
                let _ = self.server.handle_packet(now, link, transmit.delivery, transmit.payload);
            }
        }
        if self.server.poll_timeout().is_some_and(|(at, _)| at <= now) {
            self.server.handle_timeout(now);
        }
        while let Some(transmit) = self.server.poll_transmit() {
            for link in transmit.to {
                if let Some(client) = self.clients.get_mut(&(link.0 as usize)) {
                    client.handle_packet(now, *link, transmit.delivery, transmit.payload);
                }
            }
        }
        while self.server.poll_event().is_some() || self.server.poll_command().is_some() {}
        for (index, client) in &mut self.clients {
            while let Some(event) = client.poll_event() {
                if let ClientEvent::GroupMessage { message } = event {
                    // If a thread is gone, its members will be missing from the result.
                    let _ = self.to_members[*index % THREADS].send(Task::Message(*index, message));
                }
            }
        }
    }

    fn now(&self) -> SessionTime {
        SessionTime::START + self.begun.elapsed()
    }
}

fn link_of(index: usize) -> LinkId {
    LinkId(index as u64)
}
