//! A process that writes bans to the server's database as fast as the disk takes them, until it is killed.
//!
//! It works while the server is down, as only one process can open the database. All bans that it has reported must be
//! there afterwards, for the server and for readers of the audit log.

use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use consonance_server::audit::AuditQuery;
use consonance_server::bans::BanTarget;
use consonance_server::moderation::{By, Moderation};
use consonance_server::records::{Records, RecordsSettings};
use consonance_server::store::Stored;
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};

use crate::soak::installation::{AUDIT_ENTRIES_MAX, SESSIONS};
use crate::soak::process::{Limited, START, limit};

/// The running process.
#[derive(Debug)]
pub(crate) struct BanWriter {
    child: Child,
    told: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

/// The author of all bans here, as the audit log has it.
pub(crate) const ACTOR: &str = "ban writer";
const PAUSE: Duration = Duration::from_millis(4);

/// The work of the process; it ends by itself only if its output is not read.
///
/// # Errors
/// If there is no database, or the output is not read.
pub(crate) fn work(folder: &Path, first: u64) -> Result<(), Box<dyn Error>> {
    let mut settings = SessionsSettings::new(["office"])?;
    settings.records = Records::open(folder, records_settings())?;
    let server = DedicatedServer::start(SessionLoop::new(&settings));
    let moderation = Moderation::new(server.handle(), settings.records.clone());
    for number in first.. {
        let name = format!("banned-{number}");
        let banned = moderation.ban(&By::new(ACTOR, "soak"), BanTarget::Name(name.clone()), None)?;
        if banned.done.stored == Stored::OnDisk {
            writeln!(io::stdout(), "{name}")?;
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

impl BanWriter {
    /// Begins to ban names with numbers from this one on.
    ///
    /// # Errors
    /// If the process cannot be started.
    pub(crate) fn start(folder: &Path, first: usize) -> io::Result<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", START]).arg(env::current_exe()?).arg("--ban-writer").arg(folder);
        command.args(["--first", &first.to_string()]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let told = Arc::new(Mutex::new(Vec::new()));
        let out = child.stdout.take().ok_or_else(|| io::Error::other("the ban writer has no output"))?;
        let into = Arc::clone(&told);
        let read = move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                into.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        };
        let reader = thread::Builder::new().name("ban writer".to_owned()).spawn(read)?;
        Ok(Self { child, told, reader: Some(reader) })
    }

    /// The number of bans that it has reported as being on the disk.
    pub(crate) fn told(&self) -> usize {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Makes its disk full, or no longer full.
    ///
    /// # Errors
    /// If it is gone.
    pub(crate) fn fill_disk(&self, is_full: bool) -> io::Result<()> {
        limit(self.child.id(), Limited::FileBytes, is_full.then_some(0))
    }

    /// Kills it during its work; returns the names whose bans it has reported as being on the disk.
    ///
    /// # Errors
    /// If it cannot be killed.
    pub(crate) fn kill(mut self) -> io::Result<Vec<String>> {
        self.child.kill()?;
        self.child.wait()?;
        if let Some(reader) = self.reader.take() {
            reader.join().map_err(|_| io::Error::other("the ban writer's reader is gone"))?;
        }
        Ok(std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Drop for BanWriter {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The names whose ban or audit log entry is missing in the database. No other process may have it open.
///
/// # Errors
/// If the database cannot be opened.
pub(crate) fn lost<'n>(folder: &Path, names: &'n [String]) -> Result<Vec<&'n str>, Box<dyn Error>> {
    let records = Records::open(folder, records_settings())?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let targets = audited(&records);
    let is_kept = |name: &String| {
        let is_in_log = targets.iter().any(|target| target.contains(name.as_str()));
        records.ban_of_player(now, SESSIONS[0], name, None).is_some() && is_in_log
    };
    Ok(names.iter().filter(|name| !is_kept(name)).map(String::as_str).collect())
}

/// The server's settings for its database.
fn records_settings() -> RecordsSettings {
    let mut settings = RecordsSettings::default();
    settings.audit_entries_max = AUDIT_ENTRIES_MAX;
    settings
}

fn audited(records: &Records) -> BTreeSet<String> {
    let mut targets = BTreeSet::new();
    let mut query = AuditQuery { limit: 1_000, by: Some(ACTOR.to_owned()), ..AuditQuery::default() };
    loop {
        let page = records.audit(&query);
        targets.extend(page.entries.into_iter().map(|entry| entry.target));
        query.before = page.next;
        if query.before.is_none() {
            return targets;
        }
    }
}
