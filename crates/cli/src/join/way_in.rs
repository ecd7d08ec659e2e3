//! The ways into a session, by its address.

use std::error::Error;

use consonance::quic::QuicClientSettings;
use consonance::{VoiceChat, VoiceChatBuilder};
use consonance_gateway::streams::StreamClientSettings;
use consonance_websocket::{ClientEnd, WebSocketAddress, default_settings};

/// Over QUIC, or over a `WebSocket` where the address begins with `ws://`.
pub(super) fn to(address: &str, quic: QuicClientSettings) -> Result<VoiceChatBuilder, Box<dyn Error>> {
    let is_web_socket = address
        .split_once("://")
        .is_some_and(|(scheme, _)| ["ws", "wss"].iter().any(|known| scheme.eq_ignore_ascii_case(known)));
    if !is_web_socket {
        return Ok(VoiceChat::builder().server_with(address, quic)?);
    }
    let address: WebSocketAddress = address.parse()?;
    let at = address.resolve().map_err(|error| {
        format!("cannot find the host {} ({error}); check its spelling and your connection", address.host())
    })?;
    let settings = StreamClientSettings { streams: default_settings(), ..StreamClientSettings::new(at) };
    let client = consonance_websocket::client(ClientEnd::new(&address), settings)?;
    Ok(VoiceChat::over(Box::new(client)))
}
