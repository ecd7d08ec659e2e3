//! Mumble's server from Debian's `mumble-server`, with its own folder and port.

use std::fs::{self, Permissions};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::folder::Folder;

/// A server on 127.0.0.1. Dropping it ends it.
#[derive(Debug)]
pub struct Murmur {
    process: Child,
    _folder: Folder,
    address: SocketAddr,
}

/// The password of its `SuperUser`.
pub const MURMUR_PASSWORD: &str = "measured";
/// The path of the program on Debian.
const PROGRAM: &str = "/usr/sbin/murmurd";
const PATIENCE: Duration = Duration::from_secs(20);

impl Murmur {
    /// Whether Debian's package is installed.
    pub fn is_installed() -> bool {
        fs::exists(PROGRAM).unwrap_or(false)
    }

    /// Starts it with these settings in addition to its addresses, and waits until it serves. `spawn` starts the
    /// server's command.
    ///
    /// # Errors
    /// If it does not serve in time.
    pub fn start(settings: &str, spawn: impl FnOnce(Command) -> io::Result<Child>) -> io::Result<Self> {
        let folder = Folder::new();
        // When started as root, Murmur switches to another user, which must be able to write here.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777))?;
        let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).map_err(io::Error::other)?;
        let settings = [
            format!("database={}", folder.file("murmur.sqlite")),
            format!("logfile={}", folder.file("murmur.log")),
            "pidfile=".to_owned(),
            format!("host={}", Ipv4Addr::LOCALHOST),
            format!("port={port}"),
            format!("sslCert={}", folder.write("certificate.pem", made.cert.pem().as_bytes())),
            format!("sslKey={}", folder.write("key.pem", made.signing_key.serialize_pem().as_bytes())),
            settings.to_owned(),
        ];
        let settings = folder.write("murmur.ini", settings.join("\n").as_bytes());
        let command = |arguments: &[&str]| {
            let mut command = Command::new(PROGRAM);
            command.args(["-ini", &settings]).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        command(&["-supw", MURMUR_PASSWORD]).status()?;
        let process = spawn(command(&["-fg"]))?;
        let murmur = Self { process, _folder: folder, address: (Ipv4Addr::LOCALHOST, port).into() };
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(murmur.address).is_err() {
            if Instant::now() > deadline {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "Murmur does not start"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(murmur)
    }

    /// The address that it serves at, over TCP and UDP.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process ID.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Murmur {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
