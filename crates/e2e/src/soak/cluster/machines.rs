//! The machines of a cluster: a network namespace each, so that they can be partitioned, or all of them this machine.

use std::fmt::Write as _;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// All machines. Dropping them removes their namespaces.
#[derive(Debug)]
pub(crate) struct Machines(Vec<Machine>);

#[derive(Debug)]
struct Machine {
    address: Ipv4Addr,
    /// The process that keeps its namespace alive.
    holder: Option<Child>,
}

impl Machines {
    /// Machines with a namespace each, and a router between them, which is this process's own namespace.
    ///
    /// # Errors
    /// If this process may not do that, or the programs `ip`, `nft` or `nsenter` are missing.
    pub(crate) fn apart(count: u8) -> io::Result<Self> {
        run(ROUTER)?;
        let mut machines = Self(Vec::new());
        for number in 1..=count {
            let holder = Command::new("unshare").args(["--net", "sleep", "infinity"]).spawn()?;
            let (pid, address) = (holder.id(), Ipv4Addr::new(10, 77, number, 2));
            machines.0.push(Machine { address, holder: Some(holder) });
            // The process enters its namespace shortly after it starts.
            let mut script = String::from(WAIT_FOR_NAMESPACE);
            let _ = write!(
                script,
                "ip link add machine{number} type veth peer name eth0 netns $pid\n\
                 ip addr add 10.77.{number}.1/24 dev machine{number}\n\
                 ip link set machine{number} up\n\
                 nsenter --net=/proc/$pid/ns/net sh -ec '\n\
                 ip link set lo up\n\
                 ip addr add {address}/24 dev eth0\n\
                 ip link set eth0 up\n\
                 ip route add default via 10.77.{number}.1\n\
                 nft add table ip soak\n\
                 nft \"add chain ip soak out {{ type filter hook output priority 0; }}\"\n\
                 nft \"add chain ip soak in {{ type filter hook input priority 0; }}\"'"
            );
            run(&format!("pid={pid}\n{script}"))?;
        }
        Ok(machines)
    }

    /// Machines that are all this machine, and cannot be partitioned.
    pub(crate) fn together(count: u8) -> Self {
        let machine = |_| Machine { address: Ipv4Addr::LOCALHOST, holder: None };
        Self((0..count).map(machine).collect())
    }

    /// Whether they can be partitioned.
    pub(crate) fn are_apart(&self) -> bool {
        self.0.iter().all(|machine| machine.holder.is_some())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn address(&self, machine: usize) -> Ipv4Addr {
        self.0[machine].address
    }

    /// A command that runs a program on a machine.
    pub(crate) fn command(&self, machine: usize, program: &Path) -> Command {
        match &self.0[machine].holder {
            None => Command::new(program),
            Some(holder) => {
                let mut command = Command::new("nsenter");
                command.arg(format!("--net=/proc/{}/ns/net", holder.id())).arg(program);
                command
            }
        }
    }

    /// Partitions a machine from all others; players can still reach it.
    ///
    /// # Errors
    /// If machines cannot be partitioned.
    pub(crate) fn part(&self, machine: usize) -> io::Result<()> {
        let address = self.address(machine);
        run(&format!(
            "nft add rule ip soak forward ip saddr {address} drop\nnft add rule ip soak forward ip daddr {address} drop"
        ))
    }

    /// Cuts the programs of a machine off from the servers that listen on these ports, on all machines.
    ///
    /// # Errors
    /// If machines cannot be partitioned.
    pub(crate) fn cut_off(&self, machine: usize, ports: &[u16]) -> io::Result<()> {
        let rule = |port: &u16| {
            format!(
                "nft add rule ip soak out tcp dport {port} drop\nnft add rule ip soak in tcp sport {port} drop\n"
            )
        };
        self.run_at(machine, &ports.iter().map(rule).collect::<String>())
    }

    /// Ends all partitions.
    ///
    /// # Errors
    /// If machines cannot be partitioned.
    pub(crate) fn heal(&self) -> io::Result<()> {
        run("nft flush chain ip soak forward")?;
        (0..self.count()).try_for_each(|machine| self.run_at(machine, "nft flush table ip soak"))
    }

    fn run_at(&self, machine: usize, script: &str) -> io::Result<()> {
        finish(self.command(machine, Path::new("sh")).args(["-ec", script]))
    }
}

impl Drop for Machines {
    fn drop(&mut self) {
        for holder in self.0.iter_mut().filter_map(|machine| machine.holder.as_mut()) {
            // Both fail only if the process is gone.
            let _ = holder.kill();
            let _ = holder.wait();
        }
    }
}

const ROUTER: &str = "echo 1 > /proc/sys/net/ipv4/ip_forward
nft add table ip soak
nft 'add chain ip soak forward { type filter hook forward priority 0; }'";

const WAIT_FOR_NAMESPACE: &str = "for try in $(seq 100); do
[ \"$(readlink /proc/$pid/ns/net)\" = \"$(readlink /proc/self/ns/net)\" ] || break; sleep 0.05; done
";

fn run(script: &str) -> io::Result<()> {
    finish(Command::new("sh").args(["-ec", script]))
}

fn finish(command: &mut Command) -> io::Result<()> {
    let done = command.stdin(Stdio::null()).output()?;
    if done.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&done.stderr).trim().to_owned()))
}
