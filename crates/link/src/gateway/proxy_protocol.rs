//! Telling a game's server the addresses of its clients: the PROXY protocol, version 2.
//!
//! A server behind a proxy reads this header before the client's own data, and takes the addresses in it for those of
//! the connection. See "The PROXY protocol", versions 1 & 2, by Willy Tarreau, section 2.2.

use std::net::{IpAddr, SocketAddr};

/// The transport of the client's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportProtocol {
    /// A TCP stream: the header is its beginning.
    Tcp,
    /// UDP datagrams: the header is the beginning of one.
    Udp,
}

/// The header for a client at this address that has connected to this address of ours: 28 bytes for IPv4, 52 for IPv6.
///
/// IPv4 addresses that are mapped into IPv6 (RFC 4291, section 2.5.5.2) count as IPv4; if only one of the two is one,
/// both are written as IPv6.
pub fn header(client: SocketAddr, listener: SocketAddr, protocol: TransportProtocol) -> Vec<u8> {
    let mut header = SIGNATURE.to_vec();
    let protocol = match protocol {
        TransportProtocol::Tcp => 1,
        TransportProtocol::Udp => 2,
    };
    header.push(VERSION_2_PROXY);
    match (client.ip().to_canonical(), listener.ip().to_canonical()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            header.push(IPV4 | protocol);
            header.extend(12_u16.to_be_bytes());
            header.extend(from.octets());
            header.extend(to.octets());
        }
        (from, to) => {
            header.push(IPV6 | protocol);
            header.extend(36_u16.to_be_bytes());
            header.extend(as_ipv6(from));
            header.extend(as_ipv6(to));
        }
    }
    header.extend(client.port().to_be_bytes());
    header.extend(listener.port().to_be_bytes());
    header
}

/// No protocol of a client begins like this.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Version 2 in the upper four bits, and the command PROXY: the connection is made on behalf of another client.
const VERSION_2_PROXY: u8 = 0x21;
/// Families of addresses, in the upper four bits.
const IPV4: u8 = 0x10;
const IPV6: u8 = 0x20;

fn as_ipv6(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE_IN_HEX: &str = "0d0a0d0a000d0a515549540a";

    fn hex(client: &str, listener: &str, protocol: TransportProtocol) -> String {
        let header = header(client.parse().unwrap(), listener.parse().unwrap(), protocol);
        header
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|digit| char::from_digit(digit.into(), 16))
            .collect()
    }

    #[test]
    fn the_header_is_that_of_the_specification() {
        let ports = "c0001e61";
        let (v4, listener) = ("192.0.2.7:49152", "198.51.100.1:7777");
        let addresses = "c0000207c6336401";
        assert_eq!(
            hex(v4, listener, TransportProtocol::Tcp),
            format!("{SIGNATURE_IN_HEX}2111000c{addresses}{ports}")
        );
        assert_eq!(
            hex(v4, listener, TransportProtocol::Udp),
            format!("{SIGNATURE_IN_HEX}2112000c{addresses}{ports}")
        );
        let addresses = "20010db800000000000000000000000720010db8000000000000000000000001";
        assert_eq!(
            hex("[2001:db8::7]:49152", "[2001:db8::1]:7777", TransportProtocol::Udp),
            format!("{SIGNATURE_IN_HEX}21220024{addresses}{ports}")
        );
        assert_eq!(
            hex("[2001:db8::7]:49152", "[2001:db8::1]:7777", TransportProtocol::Tcp),
            format!("{SIGNATURE_IN_HEX}21210024{addresses}{ports}")
        );
    }

    #[test]
    fn an_address_of_ipv4_is_one_even_within_ipv6() {
        let plain = hex("192.0.2.7:1", "198.51.100.1:2", TransportProtocol::Udp);
        assert_eq!(hex("[::ffff:192.0.2.7]:1", "[::ffff:198.51.100.1]:2", TransportProtocol::Udp), plain);
        let mixed = hex("192.0.2.7:1", "[2001:db8::1]:2", TransportProtocol::Udp);
        let addresses = "00000000000000000000ffffc000020720010db8000000000000000000000001";
        assert_eq!(mixed, format!("{SIGNATURE_IN_HEX}21220024{addresses}00010002"));
    }
}
