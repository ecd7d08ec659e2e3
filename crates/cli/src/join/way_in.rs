//! The ways into a session, by its address.

use std::error::Error;

use consonance::quic::QuicClientSettings;
use consonance::{VoiceChat, VoiceChatBuilder};
use consonance_gateway::streams::StreamClientSettings;
use consonance_websocket::{ClientEnd, WebSocketAddress, default_settings};

/// Over QUIC, or over a `WebSocket` where the address begins with `ws://`.
pub(super) fn to(address: &str, quic: QuicClientSettings) -> Result<VoiceChatBuilder, Box<dyn Error>> {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("ws" | "wss") => over_web_socket(address),
        Some("http" | "https") => Err(format!(
            "{address} is the page for browsers; open it with one, or join at the address that the server prints \
             besides, which begins with quic://"
        )
        .into()),
        Some(scheme) if scheme != "quic" => Err(format!(
            "{address} is no address of a session; those begin with quic:// or ws://, as the server prints them"
        )
        .into()),
        _ => Ok(VoiceChat::builder().server_with(address, quic)?),
    }
}

fn over_web_socket(address: &str) -> Result<VoiceChatBuilder, Box<dyn Error>> {
    let address: WebSocketAddress = address.parse()?;
    let at = address.resolve().map_err(|error| {
        format!("cannot find the host {} ({error}); check its spelling and your connection", address.host())
    })?;
    let settings = StreamClientSettings { streams: default_settings(), ..StreamClientSettings::new(at) };
    let client = consonance_websocket::client(ClientEnd::new(&address), settings)?;
    Ok(VoiceChat::over(Box::new(client)))
}
