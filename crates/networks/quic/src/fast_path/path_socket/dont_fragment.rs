//! The "don't fragment" bit, whatever the system believes about the path (Linux).

use std::net::UdpSocket;

use rustix::net::sockopt::{
    Ipv4PathMtuDiscovery, Ipv6PathMtuDiscovery, set_ip_mtu_discover, set_ipv6_mtu_discover,
};

pub(super) fn keep_whole(socket: &UdpSocket) {
    // A dual-stack socket needs both; an IPv4 socket rejects the second, which it does not need.
    let _ = set_ip_mtu_discover(socket, Ipv4PathMtuDiscovery::PROBE);
    let _ = set_ipv6_mtu_discover(socket, Ipv6PathMtuDiscovery::PROBE);
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use rustix::net::sockopt::{ip_mtu_discover, ipv6_mtu_discover};

    use super::*;

    #[test]
    fn datagrams_of_both_families_stay_whole() {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        keep_whole(&socket);
        assert_eq!(ip_mtu_discover(&socket), Ok(Ipv4PathMtuDiscovery::PROBE));
        let Ok(socket) = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)) else { return };
        keep_whole(&socket);
        assert_eq!(ip_mtu_discover(&socket), Ok(Ipv4PathMtuDiscovery::PROBE));
        assert_eq!(ipv6_mtu_discover(&socket), Ok(Ipv6PathMtuDiscovery::PROBE));
    }
}
