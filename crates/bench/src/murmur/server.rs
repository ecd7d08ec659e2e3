//! Debian's `mumble-server` in a folder of its own.

use std::error::Error;
use std::fs::{self, Permissions};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::cores;
use crate::process_figures::ProcessFigures;

/// On the last core. Dropping it ends it.
pub(super) struct MurmurServer {
    process: Child,
    core: usize,
    folder: PathBuf,
    pub(super) address: SocketAddr,
}

/// Where Debian has it.
const PROGRAM: &str = "/usr/sbin/murmurd";
pub(super) const PASSWORD: &str = "measured";
const PATIENCE: Duration = Duration::from_secs(20);

impl MurmurServer {
    pub(super) fn is_installed() -> bool {
        fs::exists(PROGRAM).unwrap_or(false)
    }

    pub(super) fn start() -> Result<Self, Box<dyn Error>> {
        let folder = std::env::temp_dir().join(format!("consonance-murmur-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        // Started by an administrator, it goes on as a user of its own.
        fs::set_permissions(&folder, Permissions::from_mode(0o777))?;
        let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        let path = |name: &str| folder.join(name).display().to_string();
        fs::write(folder.join("certificate.pem"), made.cert.pem())?;
        fs::write(folder.join("key.pem"), made.signing_key.serialize_pem())?;
        let settings = [
            format!("database={}", path("murmur.sqlite")),
            format!("logfile={}", path("murmur.log")),
            "pidfile=".to_owned(),
            format!("host={}", Ipv4Addr::LOCALHOST),
            format!("port={port}"),
            format!("sslCert={}", path("certificate.pem")),
            format!("sslKey={}", path("key.pem")),
            SETTINGS.to_owned(),
        ];
        fs::write(folder.join("murmur.ini"), settings.join("\n"))?;
        let command = || {
            let mut command = Command::new(PROGRAM);
            command.arg("-ini").arg(folder.join("murmur.ini")).stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        command().args(["-supw", PASSWORD]).status()?;
        let mut serve = command();
        serve.arg("-fg");
        let spawn = move || Ok::<_, io::Error>((cores::stay_on_one()?, serve.spawn()?));
        let (core, process) =
            thread::spawn(spawn).join().map_err(|_| "the thread that starts Murmur is gone")??;
        let address = (Ipv4Addr::LOCALHOST, port).into();
        let server = Self { process, core, folder, address };
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            if Instant::now() > deadline {
                return Err("Murmur does not start".into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    pub(super) fn core(&self) -> usize {
        self.core
    }

    pub(super) fn figures(&self) -> ProcessFigures {
        ProcessFigures::of(self.process.id())
    }
}

impl Drop for MurmurServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// No limit is in the way of what is measured.
const SETTINGS: &str = "bandwidth=558000\nusers=1000\nobfuscate=false\nautobanAttempts=0\nopusthreshold=0\n\
                        messageburst=2000\nmessagelimit=2000\n";
