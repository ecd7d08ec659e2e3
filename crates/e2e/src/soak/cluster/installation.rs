//! The permanent parts of a cluster while nodes and NATS servers come and go: folders, certificates, ports,
//! configurations.

use std::error::Error;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use consonance_quic::{Fingerprint, QuicAddress};

use super::machines::Machines;
use crate::soak::provision::{free_ports, write_certificate};

/// The sessions; each is created by its first player.
pub(crate) const SESSIONS: [&str; 3] = ["arena", "lobby", "field"];

/// How long places are kept: longer than a partition and the time that NATS servers take after it to reconnect their
/// routes.
const PLACES_KEPT_S: u32 = 20;

/// The folder and what is in it.
#[derive(Debug)]
pub(crate) struct Installation {
    folder: PathBuf,
    fingerprint: Fingerprint,
    places: Vec<Places>,
}

/// The addresses of a machine's node and NATS server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    node: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) nats: SocketAddr,
    routes: SocketAddr,
}

const USER: &str = "consonance";
const PASSWORD: &str = "only this run's";

impl Installation {
    /// Makes everything in this folder.
    ///
    /// # Errors
    /// If something cannot be made or written.
    pub(crate) fn build(folder: &Path, machines: &Machines) -> Result<Self, Box<dyn Error>> {
        fs::create_dir_all(folder)?;
        let places: Vec<Places> = (0..machines.count())
            .map(|machine| Places::find(machines.address(machine)))
            .collect::<io::Result<_>>()?;
        let certify = |name: &str, addresses: &[String]| {
            let [certificate, private] = ["", "-key"].map(|part| folder.join(format!("{name}{part}.pem")));
            write_certificate(&certificate, &private, addresses)
        };
        let fingerprint = certify("node", &["127.0.0.1".to_owned()])?;
        let names: Vec<String> = places.iter().map(|places| places.nats.ip().to_string()).collect();
        certify("nats", &names)?;
        fs::write(folder.join("password"), PASSWORD)?;
        let installation = Self { folder: folder.to_owned(), fingerprint, places };
        for machine in 0..machines.count() {
            fs::create_dir_all(folder.join(format!("nats-{machine}")))?;
            fs::write(installation.nats_file(machine), installation.nats_config(machine))?;
            fs::write(installation.node_file(machine), installation.node_config(machine))?;
        }
        Ok(installation)
    }

    pub(crate) fn places(&self, machine: usize) -> Places {
        self.places[machine]
    }

    pub(crate) fn nats_file(&self, machine: usize) -> PathBuf {
        self.folder.join(format!("nats-{machine}.conf"))
    }

    pub(crate) fn node_file(&self, machine: usize) -> PathBuf {
        self.folder.join(format!("node-{machine}.toml"))
    }

    pub(crate) fn token_file(&self, machine: usize) -> PathBuf {
        self.folder.join(format!("admin-token-{machine}"))
    }

    pub(crate) fn log_file(&self, of: &str) -> PathBuf {
        self.folder.join(format!("{of}.log"))
    }

    /// The folder that contains all files.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The addresses of a session: one on every node.
    ///
    /// # Errors
    /// If this is not a valid session name.
    pub(crate) fn addresses(&self, session: &str) -> Result<Vec<QuicAddress>, String> {
        let at = |places: &Places| {
            let (host, port) = (places.node.ip().to_string(), places.node.port());
            QuicAddress::new(&*host, port, session, Some(self.fingerprint))
        };
        self.places.iter().map(at).collect::<Result<_, _>>().map_err(|error| error.to_string())
    }

    /// Uses certificates and credentials, as on a network that is shared with others; the permissions are those of
    /// docs/cluster.md.
    fn nats_config(&self, machine: usize) -> String {
        let (folder, Places { nats, routes, .. }) = (self.folder.display(), self.places[machine]);
        let others: Vec<String> =
            self.places.iter().map(|places| format!("\"nats://{}\"", places.routes)).collect();
        format!(
            "server_name: nats-{machine}\nlisten: \"{nats}\"\nping_interval: \"2s\"\n\
             tls {{ cert_file: \"{folder}/nats.pem\", key_file: \"{folder}/nats-key.pem\" }}\n\
             authorization {{ users: [ {{ user: {USER}, password: \"{PASSWORD}\", {} }} ] }}\n\
             jetstream {{ store_dir: \"{folder}/nats-{machine}\" }}\n\
             cluster {{ name: soak, listen: \"{routes}\", ping_interval: \"2s\", routes: [{}] }}\n",
            permissions(),
            others.join(", ")
        )
    }

    fn node_config(&self, machine: usize) -> String {
        let Places { node, admin, .. } = self.places[machine];
        let nats: Vec<String> =
            self.places.iter().map(|places| format!("\"tls://{}\"", places.nats)).collect();
        format!(
            "listen = [\"{node}\"]\nhost = \"{}\"\nsessions = {SESSIONS:?}\nworkers = 2\n\
             [certificate]\nfile = \"node.pem\"\nprivate_key_file = \"node-key.pem\"\n\
             [admin]\nlisten = \"{admin}\"\ntoken_file = \"admin-token-{machine}\"\nallow_plain = true\n\
             [quic]\nidle_timeout_s = 6\n[limits]\nresume_s = {PLACES_KEPT_S}\n\
             [cluster]\nnats = [{}]\nnode_name = \"node-{machine}\"\nuser = \"{USER}\"\n\
             password_file = \"password\"\nauthorities_file = \"nats.pem\"\nstore_replicas = {}\n",
            node.ip(),
            nats.join(", "),
            self.places.len()
        )
    }
}

/// The permissions that docs/cluster.md shows, which those that servers need are compared with.
fn permissions() -> String {
    let page = include_str!("../../../../../docs/cluster.md");
    let shown = page.split("```text\n").find(|block| block.starts_with("permissions: {"));
    let shown = shown.and_then(|block| block.split("```").next()).unwrap_or_default();
    shown.replace("CLUSTER", "main")
}

impl Places {
    /// Finds ports that are free on this machine; they are also free in a fresh network namespace.
    fn find(address: Ipv4Addr) -> io::Result<Self> {
        let (node, [admin, nats, routes]) = free_ports()?;
        let at = |local: SocketAddr| SocketAddr::from((address, local.port()));
        Ok(Self { node: at(node), admin: at(admin), nats: at(nats), routes: at(routes) })
    }
}
