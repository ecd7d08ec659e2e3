//! Settings as arguments, and the merge of file, environment and arguments into one configuration.

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Args;
use consonance_server_config::{ConfigSources, LoadedConfig, Networks};

use super::room_rules::RoomRules;

/// Arguments, which take precedence over the environment and the file.
#[derive(Debug, Default, Args)]
pub(super) struct SettingsArguments {
    /// UDP address to listen on, by default `[::]:7777`; port 0 picks a free port; can be given several times.
    #[arg(long, value_name = "ADDR")]
    listen: Vec<String>,
    /// Serve browsers: the address of the page [without a value: 127.0.0.1:7780]. For other machines it needs a
    /// certificate, or a proxy that has one: see docs/browser/https.md.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:7780", require_equals = true)]
    web: Option<String>,
    /// A session to serve [default: main]; can be given several times.
    #[arg(long = "session", value_name = "NAME")]
    sessions: Vec<String>,
    /// The host name or address of this machine in the printed addresses.
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// A PEM file with the TLS certificate chain [default: self-signed, generated at each start, or once with
    /// storage.folder].
    #[arg(long, value_name = "FILE", requires = "private_key")]
    cert: Option<PathBuf>,
    /// The PEM file with the private key of the TLS certificate.
    #[arg(long, value_name = "FILE", requires = "cert")]
    private_key: Option<PathBuf>,
    /// Write the decrypted packets of all sessions to this file, for Wireshark: 64 MiB or an hour at most. Tell the
    /// players: it contains what they say and write.
    #[arg(long, value_name = "FILE.pcapng")]
    capture_packets: Option<PathBuf>,
    /// Admit only players that present a join token signed with a key of this file (a JSON Web Key, or a set of them;
    /// see `consonance token`); can be given several times [default: tokens are ignored, and rooms that need access
    /// tokens stay closed].
    #[arg(long = "token-key", value_name = "FILE")]
    token_keys: Vec<PathBuf>,
    /// Admit only players that present the password in the first line of this file; with --token-key, either is enough.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Encrypt sessions from end to end: off, allowed (where all clients of a room can do it) or required (other
    /// clients are refused) [default: off].
    #[arg(long, value_name = "WHEN", value_parser = ["off", "allowed", "required"])]
    encryption: Option<String>,
    #[command(flatten)]
    rooms: RoomRules,
    /// Share sessions with other servers over this NATS server; can be given several times; see docs/cluster.md.
    #[arg(long, value_name = "URL")]
    nats: Vec<String>,
    /// The name of this server among those that share sessions [default: a random one].
    #[arg(long, value_name = "NAME")]
    node: Option<String>,
    /// Carry voice over QUIC only, without the fast path.
    #[arg(long)]
    no_fast_path: bool,
    #[command(flatten)]
    operator: OperatorArguments,
}

/// Inspector, admin listener and log of every command that serves.
#[derive(Debug, Default, Args)]
pub(crate) struct OperatorArguments {
    /// Serve the inspector page on this port of this machine, and print its address; port 0 picks a free port.
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "0", require_equals = true)]
    inspector: Option<u16>,
    /// Open the admin listener: health, metrics, the admin API and its page [without a value: 127.0.0.1:7778].
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:7778", require_equals = true)]
    admin: Option<String>,
    /// The format of the log: text for people, json for programs.
    #[arg(long, value_name = "FORMAT", value_parser = ["text", "json"])]
    log_format: Option<String>,
    /// The file with the token for clients of the admin listener; it is created if missing.
    #[arg(long, value_name = "FILE")]
    admin_token_file: Option<PathBuf>,
}

impl SettingsArguments {
    /// Reads the file, then the environment, then the arguments.
    pub(super) fn load(
        &self,
        file: Option<&Path>,
        networks: Networks,
    ) -> Result<LoadedConfig, Box<dyn Error>> {
        let mut sources = file_and_environment(file, networks)?;
        self.add_to(&mut sources);
        let mut loaded = sources.load()?;
        self.rooms.apply(&mut loaded.config);
        Ok(loaded)
    }

    fn add_to(&self, sources: &mut ConfigSources) {
        let path = |path: &PathBuf| path.to_string_lossy().into_owned();
        if !self.listen.is_empty() {
            sources.add_argument("--listen", "listen", self.listen.clone());
        }
        if let Some(web) = &self.web {
            sources.add_argument("--web", "web.listen", &**web);
        }
        if !self.sessions.is_empty() {
            sources.add_argument("--session", "sessions", self.sessions.clone());
        }
        if let Some(host) = &self.host {
            sources.add_argument("--host", "host", &**host);
        }
        if let Some(cert) = &self.cert {
            sources.add_argument("--cert", "certificate.file", path(cert));
        }
        if let Some(key) = &self.private_key {
            sources.add_argument("--private-key", "certificate.private_key_file", path(key));
        }
        if let Some(capture) = &self.capture_packets {
            sources.add_argument("--capture-packets", "diagnostics.packet_capture_file", path(capture));
        }
        if !self.token_keys.is_empty() {
            let keys: Vec<_> = self.token_keys.iter().map(path).collect();
            sources.add_argument("--token-key", "joining.token_key_files", keys);
        }
        if let Some(file) = &self.password_file {
            sources.add_argument("--password-file", "joining.password_file", path(file));
        }
        if let Some(encryption) = &self.encryption {
            sources.add_argument("--encryption", "encryption", &**encryption);
        }
        if !self.nats.is_empty() {
            sources.add_argument("--nats", "cluster.nats", self.nats.clone());
        }
        if let Some(node) = &self.node {
            sources.add_argument("--node", "cluster.node_name", &**node);
        }
        if self.no_fast_path {
            sources.add_argument("--no-fast-path", "fast_path.enabled", false);
        }
        self.operator.add_to(sources);
    }
}

impl OperatorArguments {
    pub(crate) fn add_to(&self, sources: &mut ConfigSources) {
        if let Some(admin) = &self.admin {
            sources.add_argument("--admin", "admin.listen", &**admin);
        }
        if let Some(file) = &self.admin_token_file {
            sources.add_argument("--admin-token-file", "admin.token_file", file.to_string_lossy());
        }
        if let Some(format) = &self.log_format {
            sources.add_argument("--log-format", "log.format", &**format);
        }
        if let Some(port) = self.inspector {
            sources.add_argument("--inspector", "diagnostics.inspector_port", port);
        }
    }
}

/// The settings of the file and of the environment.
pub(crate) fn file_and_environment(file: Option<&Path>, networks: Networks) -> Result<ConfigSources, String> {
    let mut sources = ConfigSources::new(networks.tables());
    if let Some(path) = file {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        sources.add_file(path, &text);
    }
    // A variable that is not UTF-8 cannot be a setting.
    let variables = std::env::vars_os();
    sources.add_environment(
        variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
    );
    Ok(sources)
}
