//! coturn on this machine: carries datagrams for browsers that reach nothing else.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use consonance_testing::stage::{Child, Failure, SOON, free_port, until};

/// Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Turn {
    child: Child,
    port: u16,
}

impl Turn {
    /// Starts it as `docs/browser/networks.md` says, but for addresses of this machine, which coturn refuses
    /// otherwise, and waits until it listens.
    ///
    /// # Errors
    /// [`Failure::Lacking`] if there is no such program; if it does not listen.
    pub(crate) fn start(program: &Path, folder: &Path) -> Result<Self, Failure> {
        let version =
            Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if version.is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Err(Failure::Lacking(format!("there is no {} (Debian: coturn)", program.display())));
        }
        let port = free_port().map_err(Failure::io("a free port"))?;
        let config = folder.join("turnserver.conf");
        let text = format!(
            "listening-ip=127.0.0.1\nlistening-port={port}\nrelay-ip=127.0.0.1\nrealm=voice.test\n\
             use-auth-secret\nstatic-auth-secret={SECRET}\nallow-loopback-peers\nno-cli\nno-tls\nno-dtls\n\
             log-file=stdout\npidfile={0}/turnserver.pid\nuserdb={0}/turndb\n",
            folder.display()
        );
        fs::write(&config, text).map_err(Failure::io(format!("{}", config.display())))?;
        let mut command = Command::new("sh");
        command.args(["-c", ENDS_WITH_INPUT]).arg(program).arg("-c").arg(&config);
        let child = Child::start(&mut command, "the TURN server", &folder.join("turnserver.log"))?;
        let turn = Self { child, port };
        // Its output is block-buffered, so waiting for a log line would not work.
        until("the TURN server listens", SOON, || Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()))?;
        Ok(turn)
    }

    /// The settings of a server whose players reach it by this one, over TCP.
    pub(crate) fn settings(&self) -> String {
        format!(
            "ice_servers = [\"turn:127.0.0.1:{}?transport=tcp\"]\nturn_secret = \"{SECRET}\"\n",
            self.port
        )
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.child.end_with_input();
    }
}

/// coturn would outlive the process that starts it, so a shell ends it at the end of its own input, which comes at the
/// latest when this process ends.
const ENDS_WITH_INPUT: &str = "\"$0\" \"$@\" </dev/null & read -r _; kill $!; wait $!";
const SECRET: &str = "known to the TURN server and the voice server";
