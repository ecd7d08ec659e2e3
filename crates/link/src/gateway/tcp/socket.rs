//! Sockets as connections need them: never waiting, noticing when the other side is gone.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

use super::TcpSettings;

/// How many pending connections the system queues between two polls.
const BACKLOG: i32 = 1024;

pub(super) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() && address.ip().is_unspecified() {
        socket.set_only_v6(false)?;
    }
    // A restarted server can bind its port while old connections are still in TIME_WAIT. On Windows the option means
    // something else: two servers on one port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// A socket that has begun to connect.
pub(super) fn connect(remote: SocketAddr, local: Option<IpAddr>) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(remote), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    if let Some(local) = local {
        socket.bind(&SocketAddr::new(local, 0).into())?;
    }
    match socket.connect(&remote.into()) {
        Err(error) if !is_in_progress(&error) => Err(error),
        Ok(()) | Err(_) => Ok(socket.into()),
    }
}

/// Voice does not wait for more to send, and half-open connections do not stay forever.
pub(super) fn prepare(stream: &TcpStream, settings: &TcpSettings) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    stream.set_nodelay(true)?;
    SockRef::from(stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(settings.keep_alive))?;
    if let Some(bytes) = settings.system_bytes_max {
        SockRef::from(stream).set_send_buffer_size(bytes)?;
    }
    if let Some(bytes) = settings.system_incoming_bytes_max {
        SockRef::from(stream).set_recv_buffer_size(bytes)?;
    }
    #[cfg(target_os = "linux")]
    linux::ask_often(stream, settings.user_timeout)?;
    Ok(())
}

/// Makes closing discard unsent bytes, and notify the other side at once.
pub(super) fn forget_unsent(stream: &TcpStream) {
    // If this fails, the system keeps trying to send for a little longer, which does no harm.
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

fn is_in_progress(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) {
        return true;
    }
    error.kind() == io::ErrorKind::WouldBlock
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::net::TcpStream;
    use std::time::Duration;

    use rustix::net::sockopt;

    const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(10);
    const KEEP_ALIVE_TRIES: u32 = 3;

    pub(super) fn ask_often(stream: &TcpStream, user_timeout: Duration) -> io::Result<()> {
        sockopt::set_tcp_keepintvl(stream, KEEP_ALIVE_INTERVAL)?;
        sockopt::set_tcp_keepcnt(stream, KEEP_ALIVE_TRIES)?;
        let milliseconds = u32::try_from(user_timeout.as_millis()).unwrap_or(u32::MAX);
        Ok(sockopt::set_tcp_user_timeout(stream, milliseconds)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_system_is_told_to_notice_dead_peers() {
        use rustix::net::sockopt;
        let listener = listen(([127, 0, 0, 1], 0).into()).unwrap();
        let stream = connect(listener.local_addr().unwrap(), None).unwrap();
        prepare(&stream, &TcpSettings::default()).unwrap();
        assert!(sockopt::socket_keepalive(&stream).unwrap());
        assert_eq!(sockopt::tcp_keepidle(&stream).unwrap(), Duration::from_secs(15));
        assert_eq!(sockopt::tcp_keepintvl(&stream).unwrap(), Duration::from_secs(10));
        assert_eq!(sockopt::tcp_keepcnt(&stream).unwrap(), 3);
        assert_eq!(sockopt::tcp_user_timeout(&stream).unwrap(), 15_000);
        assert!(stream.nodelay().unwrap());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_system_keeps_no_more_than_it_is_told() {
        let listener = listen(([127, 0, 0, 1], 0).into()).unwrap();
        let stream = connect(listener.local_addr().unwrap(), None).unwrap();
        let (system_bytes_max, system_incoming_bytes_max) = (Some(16_384), Some(32_768));
        let settings = TcpSettings { system_bytes_max, system_incoming_bytes_max, ..TcpSettings::default() };
        prepare(&stream, &settings).unwrap();
        // Linux adds its own overhead and reports twice the size (socket(7)).
        let socket = SockRef::from(&stream);
        assert_eq!(
            (socket.send_buffer_size().unwrap(), socket.recv_buffer_size().unwrap()),
            (32_768, 65_536)
        );
    }
}
