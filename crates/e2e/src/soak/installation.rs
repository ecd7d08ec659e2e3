//! The permanent parts of an installation while servers come and go: the folder with the configuration, the
//! certificate, the keys, the port.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use consonance_quic::sans_io::Dialer;
use consonance_quic::{Fingerprint, QuicAddress, QuicClientSettings};
use consonance_server::token::{Claims, Key};
use consonance_session::{ClientSettings, JoinToken};

use super::provision::{free_ports, write_certificate};

/// The permanent sessions; the first is recorded, as are sessions on demand.
pub(crate) const SESSIONS: [&str; 2] = ["main", "arena"];
/// The name prefix of sessions on demand, which their first player creates.
pub(crate) const ON_DEMAND: &str = "match-";

/// The session of the bots.
pub(crate) const BOTS_SESSION: &str = "bots";
/// The channels that the bots are spread over; at times all are in the first one.
pub(crate) const BOTS_ROOMS: [&str; 8] =
    ["hall", "attic", "cellar", "porch", "garden", "garage", "kitchen", "roof"];

/// The folder and what is in it.
#[derive(Debug)]
pub(crate) struct Installation {
    folder: PathBuf,
    remote: SocketAddr,
    page: SocketAddr,
    admin: SocketAddr,
    mumble: SocketAddr,
    fingerprint: Fingerprint,
    key: Key,
    foreign_key: Key,
}

/// The server's limit for connections: more than honest players and visitors need, including those that have vanished.
pub(crate) const CONNECTIONS_MAX: usize = 300;
const CAPTURE: &str = "packets.pcapng";
/// The limit of the audit log: more entries than bans and a moderator add in a day of soaking, so that none is
/// deleted.
pub(crate) const AUDIT_ENTRIES_MAX: usize = 1_000_000;
/// The limit for all recordings together: less than a run produces, so that the oldest are removed.
const RECORDINGS_BYTES_MAX: u64 = 8 << 20;
/// The limit for all reports together: further ones are rejected.
const REPORTS_BYTES_MAX: u64 = 8 << 20;
/// Each worker's queue for recordings: fully used within the first wave, so that the memory level includes it.
const QUEUE_BYTES: u64 = 128 << 10;
/// The validity of a guest's token and of an honest player's, in seconds.
const VISIT: u64 = 3_600;
const ALWAYS: u64 = 10 * 365 * 86_400;

impl Installation {
    /// Makes everything in this folder.
    ///
    /// # Errors
    /// If something cannot be made or written.
    pub(crate) fn build(folder: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        fs::create_dir_all(folder)?;
        let (certificate, private) = (folder.join("certificate.pem"), folder.join("private.pem"));
        let fingerprint = write_certificate(&certificate, &private, &["127.0.0.1".to_owned()])?;
        let (key, foreign_key) = (Key::generate_ed25519()?, Key::generate_ed25519()?);
        fs::write(folder.join("token-key.jwk"), key.public()?.to_jwk())?;
        let (remote, [page, admin, mumble]) = free_ports()?;
        let installation =
            Self { folder: folder.to_owned(), remote, page, admin, mumble, fingerprint, key, foreign_key };
        installation.write_config(&installation.config())?;
        Ok(installation)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes the file that a server does not overwrite.
    ///
    /// # Errors
    /// If the file is there and stays.
    pub(crate) fn clear(&self) -> io::Result<()> {
        match fs::remove_file(self.folder.join(CAPTURE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The folder of the server's database.
    pub(crate) fn database_folder(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// The folder of the server's recordings.
    pub(crate) fn recordings_folder(&self) -> PathBuf {
        self.folder.join("recordings")
    }

    pub(crate) fn config_file(&self) -> PathBuf {
        self.folder.join("voice.toml")
    }

    /// The address of the inspector's page.
    pub(crate) fn page(&self) -> SocketAddr {
        self.page
    }

    /// The address of the listener for operators.
    pub(crate) fn admin(&self) -> SocketAddr {
        self.admin
    }

    /// The address of the listener for Mumble's users.
    pub(crate) fn mumble(&self) -> SocketAddr {
        self.mumble
    }

    /// The file of the operators' token, which the server has made.
    pub(crate) fn admin_token_file(&self) -> PathBuf {
        self.folder.join("admin-token")
    }

    pub(crate) fn write_config(&self, text: &str) -> io::Result<()> {
        fs::write(self.config_file(), text)
    }

    /// Writes a configuration with the same port and database, and nothing else that two servers cannot share; returns
    /// its path.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn write_twin_config(&self) -> io::Result<PathBuf> {
        let file = self.folder.join("twin.toml");
        let is_shared = |line: &&str| {
            ![CAPTURE, "inspector_port", "handover_file", "# operators"].iter().any(|it| line.contains(it))
        };
        let text: Vec<_> = self.config().lines().filter(is_shared).map(str::to_owned).collect();
        fs::write(&file, text.join("\n"))?;
        Ok(file)
    }

    /// A valid configuration.
    pub(crate) fn config(&self) -> String {
        let (remote, page, admin, [first, second]) = (self.remote, self.page.port(), self.admin, SESSIONS);
        let mumble = format!(
            "{{ network = \"mumble\", address = \"{}\", session = \"{BOTS_SESSION}\", rooms = {BOTS_ROOMS:?} }}",
            self.mumble
        );
        format!(
            "listen = [\"{remote}\", {mumble}]\n\
             host = \"127.0.0.1\"\n\
             sessions = [\"{first}\", \"{second}\", \"{BOTS_SESSION}\"]\n\
             sessions_on_demand = [\"{ON_DEMAND}*\"]\n\
             sessions_idle_s = 2\n\
             workers = 2\n\
             [certificate]\nfile = \"certificate.pem\"\nprivate_key_file = \"private.pem\"\n\
             [joining]\ntoken_key_files = [\"token-key.jwk\"]\n\
             [admin]\nlisten = \"{admin}\" # operators\ntoken_file = \"admin-token\"\n\
             [quic]\nconnections_max = {CONNECTIONS_MAX}\n\
             [shutdown]\nhandover_file = \"hand-over\"\n\
             [storage]\nfolder = \"state\"\naudit_entries_max = {AUDIT_ENTRIES_MAX}\n\
             [moderation]\nreport_buffer_s = 5\nreports_bytes_max = {REPORTS_BYTES_MAX}\n\
             [recording]\nfolder = \"recordings\"\nsessions = [\"{first}\", \"{ON_DEMAND}*\"]\nduration_max_s = 40\n\
             folder_bytes_max = {RECORDINGS_BYTES_MAX}\nfree_bytes_min = 0\nqueue_bytes = {QUEUE_BYTES}\n\
             [diagnostics]\ninspector_port = {page}\npacket_capture_file = \"{CAPTURE}\"\n"
        )
    }

    /// The address of a session.
    ///
    /// # Errors
    /// If this is not a valid session name.
    pub(crate) fn address(&self, session: &str) -> Result<QuicAddress, String> {
        let address = QuicAddress::new("127.0.0.1", self.remote.port(), session, Some(self.fingerprint));
        address.map_err(|error| error.to_string())
    }

    /// The dialer for clients without threads.
    ///
    /// # Errors
    /// Never for permanent sessions.
    pub(crate) fn dialer(&self) -> Result<Dialer, String> {
        Ok(Dialer::new(&self.address(SESSIONS[0])?, self.remote, QuicClientSettings::default()))
    }

    /// The settings of a player that may join at any time.
    ///
    /// # Errors
    /// If no token can be made.
    pub(crate) fn honest(&self, name: &str) -> Result<ClientSettings, String> {
        with_token(name, &self.key, &claims(name, ALWAYS))
    }

    /// The settings of a player that may join for an hour.
    ///
    /// # Errors
    /// If no token can be made.
    pub(crate) fn guest(&self, name: &str) -> Result<ClientSettings, String> {
        with_token(name, &self.key, &claims(name, VISIT))
    }

    /// A join token for a player of this name, valid for the whole run.
    ///
    /// # Errors
    /// If no token can be made.
    pub(crate) fn token(&self, name: &str) -> Result<String, String> {
        self.key.sign(&claims(name, ALWAYS)).map_err(|error| error.to_string())
    }

    /// The settings of a player that must not be admitted, for one of several reasons.
    ///
    /// # Errors
    /// If no token can be made.
    pub(crate) fn impostor(&self, name: &str, way: u64) -> Result<ClientSettings, String> {
        let good = claims(name, VISIT);
        match way % 5 {
            0 => Ok(ClientSettings::new(name)),
            1 => with_token(name, &self.foreign_key, &good),
            2 => with_token(name, &self.key, &Claims { expires_at: 1_000_000, ..good }),
            3 => with_token(name, &self.key, &Claims { name: Some("another name".to_owned()), ..good }),
            _ => {
                let mut token = self.key.sign(&good).map_err(|error| error.to_string())?;
                // A byte within the claims.
                token.replace_range(70..71, if &token[70..71] == "A" { "B" } else { "A" });
                with(name, token.as_bytes())
            }
        }
    }
}

fn with_token(name: &str, key: &Key, claims: &Claims) -> Result<ClientSettings, String> {
    let token = key.sign(claims).map_err(|error| error.to_string())?;
    with(name, token.as_bytes())
}

fn claims(name: &str, good_for: u64) -> Claims {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Claims {
        name: Some(name.to_owned()),
        subject: Some(format!("account of {name}")),
        expires_at: now + good_for,
        ..Claims::default()
    }
}

fn with(name: &str, token: &[u8]) -> Result<ClientSettings, String> {
    let mut settings = ClientSettings::new(name);
    settings.join_token = Some(JoinToken::new(token).map_err(|error| error.to_string())?);
    Ok(settings)
}
