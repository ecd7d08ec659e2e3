//! Name resolution: from a host's name to the addresses to try.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use consonance_link::DisconnectReason;
use tokio::net::lookup_host;
use tokio::time::timeout;

/// The maximum number of addresses tried for one host.
const ADDRESSES_MAX: usize = 8;

/// The timeout for the system's resolver.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5);

/// The addresses of a host in the system's order, which is the order of preference (RFC 6724).
pub(super) async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, DisconnectReason> {
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    let failed = |cause: String| DisconnectReason::CouldNotResolve { host: host.to_owned(), cause };
    let addresses: Vec<_> = match timeout(RESOLVE_TIMEOUT, lookup_host((host, port))).await {
        Ok(Ok(addresses)) => addresses.take(ADDRESSES_MAX).collect(),
        Ok(Err(error)) => return Err(failed(error.to_string())),
        Err(_) => return Err(failed("the name service does not answer".to_owned())),
    };
    if addresses.is_empty() { Err(failed("it has no address".to_owned())) } else { Ok(addresses) }
}
