//! The ways into a session, by its address.

use std::error::Error;

use consonance::quic::{Fingerprint, QuicClientSettings, stream_client_tls};
use consonance::{VoiceChat, VoiceChatBuilder};
use consonance_link::gateway::streams::StreamClientSettings;
use consonance_link::voice_websocket::{ClientEnd, WebSocketAddress, default_settings};

/// Over QUIC, or over a `WebSocket` where the address begins with `ws://` or `wss://`.
pub(super) fn to(address: &str, quic: QuicClientSettings) -> Result<VoiceChatBuilder, Box<dyn Error>> {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("ws" | "wss") => over_web_socket(address),
        Some("http" | "https") => Err(format!(
            "{address} is the page for browsers: open it in one, or join with the quic:// address that the \
             server also prints"
        )
        .into()),
        Some(scheme) if scheme != "quic" => Err(format!(
            "invalid session address {address}, expected quic://, wss:// or ws://, as the server prints it"
        )
        .into()),
        _ => Ok(VoiceChat::builder().server_with(address, quic)?),
    }
}

fn over_web_socket(address: &str) -> Result<VoiceChatBuilder, Box<dyn Error>> {
    let (address, fingerprint) = match address.split_once('#') {
        Some((address, fragment)) => (address, Some(fingerprint_in(fragment)?)),
        None => (address, None),
    };
    let address: WebSocketAddress = address.parse()?;
    if fingerprint.is_some() && !address.has_tls() {
        return Err("a fingerprint needs TLS: the address has to begin with wss://".into());
    }
    let at = address.resolve().map_err(|error| {
        format!("cannot find the host {} ({error}); check its spelling and your connection", address.host())
    })?;
    let settings = StreamClientSettings { streams: default_settings(), ..StreamClientSettings::new(at) };
    let end = ClientEnd::new(&address);
    if address.has_tls() {
        let tls = stream_client_tls(address.host_name(), fingerprint);
        let client = consonance_link::voice_websocket::tls_client(end, address.host_name(), tls, settings)?;
        return Ok(VoiceChat::over(Box::new(client)));
    }
    Ok(VoiceChat::over(Box::new(consonance_link::voice_websocket::client(end, settings)?)))
}

/// The certificate that a server has to show, as the address says it.
fn fingerprint_in(fragment: &str) -> Result<Fingerprint, Box<dyn Error>> {
    let hex = fragment.strip_prefix("sha256=").ok_or("expected sha256= and a fingerprint after #")?;
    Ok(hex.parse()?)
}
