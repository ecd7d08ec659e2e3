//! An early check that the addresses of listeners that start after the sessions are free.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use consonance_inspector::page::InspectorError;
use consonance_link::http::ListenError;
use consonance_server_config::Config;

/// Fails if an address is in use. If the server found out only after players have rejoined, they would be
/// disconnected, and their reservations, which are valid only once, would be used up.
pub(super) fn check(config: &Config) -> Result<(), Box<dyn Error>> {
    let inspector = config.diagnostics.inspector_port.map(|port| {
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|cause| InspectorError::Port { port, cause })
    });
    // Held all at once, since two of them may be equal.
    let taken = [
        inspector.transpose()?,
        take("web", config.web.listen)?,
        take("redirect", config.web.redirect)?,
        take("admin", config.admin.listen)?,
    ];
    drop(taken);
    Ok(())
}

fn take(name: &'static str, address: Option<SocketAddr>) -> Result<Option<TcpListener>, ListenError> {
    let Some(address) = address else { return Ok(None) };
    match TcpListener::bind(address) {
        Ok(listener) => Ok(Some(listener)),
        Err(cause) => Err(ListenError::Bind { name, address, cause }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_free_are_free_afterwards() {
        let any_port = Some((Ipv4Addr::LOCALHOST, 0).into());
        let mut config = Config::default();
        (config.web.listen, config.admin.listen) = (any_port, any_port);
        config.diagnostics.inspector_port = Some(0);
        check(&config).unwrap();
        check(&config).unwrap();
    }

    #[test]
    fn an_address_that_is_taken_or_wanted_twice_is_reported_with_its_settings() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut config = Config::default();
        config.web.redirect = Some(taken.local_addr().unwrap());
        let error = check(&config).unwrap_err().to_string();
        assert!(error.contains("for the redirect listener"), "{error}");
        config.diagnostics.inspector_port = Some(taken.local_addr().unwrap().port());
        let error = check(&config).unwrap_err().to_string();
        assert!(error.contains("the inspector cannot listen"), "{error}");
        config.diagnostics.inspector_port = None;
        drop(taken);
        config.admin.listen = config.web.redirect;
        let error = check(&config).unwrap_err().to_string();
        assert!(error.contains("for the admin listener"), "{error}");
    }
}
