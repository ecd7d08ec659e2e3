//! Preparations for every server of a soak: a certificate, and free ports.

use std::error::Error;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::Path;

use consonance_quic::{Fingerprint, Identity};

/// Writes a certificate for these addresses, and its private key.
///
/// # Errors
/// If it cannot be made or written.
pub(crate) fn write_certificate(
    certificate_file: &Path,
    private_key_file: &Path,
    addresses: &[String],
) -> Result<Fingerprint, Box<dyn Error>> {
    let made = rcgen::generate_simple_self_signed(addresses)?;
    let (certificate, private) = (made.cert.pem(), made.signing_key.serialize_pem());
    fs::write(certificate_file, &certificate)?;
    fs::write(private_key_file, &private)?;
    Ok(Identity::from_pem(certificate.as_bytes(), private.as_bytes())?.fingerprint())
}

/// One free port for UDP and several for TCP. If another process takes one of them before the server does, the server
/// reports it.
///
/// # Errors
/// If the system has none.
pub(crate) fn free_ports<const TCP: usize>() -> io::Result<(SocketAddr, [SocketAddr; TCP])> {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    // All bound at the same time, so that they are distinct.
    let listeners: Vec<_> = (0..TCP).map(|_| TcpListener::bind(any)).collect::<io::Result<_>>()?;
    let mut tcp = [any; TCP];
    for (address, listener) in tcp.iter_mut().zip(&listeners) {
        *address = listener.local_addr()?;
    }
    Ok((UdpSocket::bind(any)?.local_addr()?, tcp))
}
