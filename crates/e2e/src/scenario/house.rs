//! The real server, as its operator runs it: configuration, start, end, restart; the output of its own commands and
//! metrics.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use consonance_server_config::{NETWORKS, find};
use consonance_testing::stage::{Child, Failure, ensure, free_port};

use crate::scenario::cast::{CARD_TABLE, WORLD};

/// Dropping it kills it.
#[derive(Debug)]
pub(crate) struct House {
    program: PathBuf,
    folder: PathBuf,
    ports: BTreeMap<&'static str, u16>,
    child: Child,
    /// The address for native players.
    address: String,
}

/// The settings in which the servers of tests differ.
#[derive(Clone, Debug)]
pub(crate) struct HouseSettings {
    /// The maximum number of clients.
    pub(crate) places: usize,
    /// Whether all clients have to encrypt from end to end.
    pub(crate) is_encrypted: bool,
    /// Its name, and the address of NATS, where it shares the session with other servers.
    pub(crate) node: Option<(String, String)>,
}

impl Default for HouseSettings {
    fn default() -> Self {
        Self { places: PLACES, is_encrypted: false, node: None }
    }
}

/// The session of all players.
pub(crate) const SESSION: &str = "main";
/// The server's maximum number of clients: more than the cast, but few enough for the scenario to reach.
pub(crate) const PLACES: usize = 20;
/// The file of the secret that the server shares with the game's own server.
pub(crate) const SECRET_FILE: &str = "sidecar-secret.txt";

impl House {
    /// Starts the server in this folder, and waits until it serves.
    ///
    /// # Errors
    /// If it does not.
    pub(crate) fn open(program: &Path, folder: &Path) -> Result<Self, Failure> {
        Self::open_with(program, folder, &HouseSettings::default())
    }

    /// The same with other settings.
    ///
    /// # Errors
    /// If it does not.
    pub(crate) fn open_with(
        program: &Path,
        folder: &Path,
        settings: &HouseSettings,
    ) -> Result<Self, Failure> {
        let mut ports = BTreeMap::new();
        for listener in LISTENERS.iter().copied().chain([WEB, ADMIN]) {
            ports.insert(listener, free_port().map_err(Failure::io("a free port"))?);
        }
        write(folder, SECRET_FILE, "what only the two of us know\n")?;
        write(folder, CONFIG, &config(&ports, settings))?;
        let child = serve(program, folder)?;
        let (program, folder) = (program.to_owned(), folder.to_owned());
        let mut house = Self { program, folder, ports, child, address: String::new() };
        let line = house.child.wait_for_line("quic://")?;
        line.split(' ').next_back().unwrap_or_default().clone_into(&mut house.address);
        Ok(house)
    }

    /// The address for native players.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The address of the listener with this name.
    pub(crate) fn at(&self, listener: &str) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ports.get(listener).copied().unwrap_or_default()).into()
    }

    /// The page for players.
    pub(crate) fn page(&self) -> String {
        format!("http://{}/", self.at(WEB))
    }

    /// All ports of players.
    pub(crate) fn doors(&self) -> Vec<SocketAddr> {
        LISTENERS.iter().map(|listener| self.at(listener)).collect()
    }

    /// The folder of its recordings.
    pub(crate) fn recordings(&self) -> PathBuf {
        self.folder.join("recordings")
    }

    /// An update in the sense of `docs/operations.md`: the server is told to end, and the next one is started on the
    /// same ports.
    ///
    /// # Errors
    /// If either does not do so in time.
    pub(crate) fn restart(&mut self) -> Result<(), Failure> {
        self.close()?;
        self.reopen()
    }

    /// Kills it without warning, as by a power cut.
    ///
    /// # Errors
    /// If it cannot be killed.
    pub(crate) fn kill(&mut self) -> Result<(), Failure> {
        self.child.kill()
    }

    /// Starts it again after a power cut, on the same ports.
    ///
    /// # Errors
    /// If it does not start in time.
    pub(crate) fn reopen(&mut self) -> Result<(), Failure> {
        self.child = serve(&self.program, &self.folder)?;
        self.child.wait_for_line("quic://").map(drop)
    }

    /// Shuts it down.
    ///
    /// # Errors
    /// If it does not.
    pub(crate) fn close(&mut self) -> Result<(), Failure> {
        let status = self.child.end()?;
        ensure(status.success(), || format!("the server has ended with {status}"))
    }

    /// Runs `consonance admin` as a moderator; returns its output.
    ///
    /// # Errors
    /// If it fails, with its output.
    pub(crate) fn moderate(&self, words: &[&str]) -> Result<String, Failure> {
        let server = format!("http://{}", self.at(ADMIN));
        let mut command = vec!["admin", "--server", &server, "--token-file", TOKEN];
        command.extend(words);
        self.command(&command)
    }

    /// Runs `consonance` in the server's folder; returns its output.
    ///
    /// # Errors
    /// If it fails, with its output.
    pub(crate) fn command(&self, words: &[&str]) -> Result<String, Failure> {
        let what = format!("consonance {}", words.join(" "));
        let output = Command::new(&self.program).args(words).current_dir(&self.folder).output();
        let output = output.map_err(Failure::io(&*what))?;
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        ensure(output.status.success(), || format!("{what}: {}", said(&output.stderr)))?;
        Ok(said(&output.stdout))
    }

    /// All values of the metrics, by name and labels.
    ///
    /// # Errors
    /// If the server does not return them.
    pub(crate) fn metrics(&self) -> Result<BTreeMap<String, f64>, Failure> {
        let what = "the server's metrics";
        let mut stream = TcpStream::connect(self.at(ADMIN)).map_err(Failure::io(what))?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(Failure::io(what))?;
        let question = format!("GET /metrics HTTP/1.0\r\nHost: {}\r\n\r\n", self.at(ADMIN));
        stream.write_all(question.as_bytes()).map_err(Failure::io(what))?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(Failure::io(what))?;
        Ok(answer.lines().filter_map(number).collect())
    }
}

/// Parses one line of the metrics.
fn number(line: &str) -> Option<(String, f64)> {
    let (name, value) = line.rsplit_once(' ')?;
    Some((name.to_owned(), value.parse().ok().filter(|_| name.starts_with("consonance_"))?))
}

fn serve(program: &Path, folder: &Path) -> Result<Child, Failure> {
    let mut command = Command::new(program);
    command.args(["serve", "--end-with-input", "--config"]).arg(folder.join(CONFIG));
    Child::start(&mut command, "the server", &folder.join("server.log"))
}

fn config(ports: &BTreeMap<&'static str, u16>, settings: &HouseSettings) -> String {
    let at = |listener: &str| format!("127.0.0.1:{}", ports.get(listener).copied().unwrap_or_default());
    let listen = |network: &&str| {
        let more = match *network {
            "sidecar" => format!("secret_file = \"{SECRET_FILE}\"\n"),
            name => {
                let network = find(name);
                network
                    .and_then(consonance_link::listener::ListenerNetwork::scenario_keys)
                    .unwrap_or_default()
                    .to_owned()
            }
        };
        format!("[[listen]]\nnetwork = \"{network}\"\naddress = \"{}\"\n{more}", at(network))
    };
    let listeners: String = LISTENERS.iter().map(listen).collect();
    let HouseSettings { places, is_encrypted, node } = settings;
    let encryption = if *is_encrypted { "required" } else { "off" };
    let cluster = node.as_ref().map_or_else(String::new, |(name, nats)| {
        format!("[cluster]\nnats = [\"{nats}\"]\nnode_name = \"{name}\"\n")
    });
    format!(
        "host = \"127.0.0.1\"\nsessions = [\"{SESSION}\"]\nencryption = \"{encryption}\"\n\
         proximity = [{{ room = \"{WORLD}\", range_m = 25 }}]\n\
         room_limits = [{{ room = \"{CARD_TABLE}\", listeners_max = 3 }}]\n\
         {listeners}\
         [web]\nlisten = \"{}\"\n\
         [admin]\nlisten = \"{}\"\ntoken_file = \"{TOKEN}\"\nopen_metrics = true\n\
         [limits]\nlinks = {places}\n\
         [storage]\nfolder = \"state\"\n\
         [shutdown]\nhandover_file = \"hand-over\"\n\
         [recording]\nfolder = \"recordings\"\nsessions = [\"{SESSION}\"]\nfree_bytes_min = 0\n{cluster}",
        at(WEB),
        at(ADMIN)
    )
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let file = folder.join(name);
    fs::write(&file, text).map_err(Failure::io(format!("{}", file.display())))?;
    secret(&file)
}

/// Makes a file readable for its owner only, which the server requires.
fn secret(file: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;

    let permissions = fs::Permissions::from_mode(0o600);
    fs::set_permissions(file, permissions).map_err(Failure::io(format!("{}", file.display())))
}

/// The names of the listeners in the configuration.
static LISTENERS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let games = NETWORKS.iter().filter(|network| network.scenario_keys().is_some());
    ["quic", "sidecar", MUMBLE].into_iter().chain(games.map(|network| network.table().name)).collect()
});
/// The listener for Mumble's clients.
pub(crate) const MUMBLE: &str = "mumble";
const WEB: &str = "web";
const ADMIN: &str = "admin";
const CONFIG: &str = "voice.toml";
const TOKEN: &str = "admin-token";
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::cast::CAST;

    #[test]
    fn a_number_is_read_with_its_labels_and_nothing_else_is_one() {
        let line = "consonance_packets_dropped_total{reason=\"not text\"} 17";
        assert_eq!(
            number(line),
            Some(("consonance_packets_dropped_total{reason=\"not text\"}".to_owned(), 17.0))
        );
        for line in ["# TYPE consonance_links gauge", "HTTP/1.1 200 OK", ""] {
            assert_eq!(number(line), None, "{line}");
        }
    }

    #[test]
    fn every_player_finds_a_door() {
        for role in CAST.iter() {
            let listener = role.way.listener();
            assert!(LISTENERS.contains(&listener) || listener == WEB, "{listener}");
        }
    }

    #[test]
    fn the_house_has_room_for_the_cast_and_can_be_filled() {
        assert!((CAST.len()..CAST.len() + 10).contains(&PLACES));
    }
}
