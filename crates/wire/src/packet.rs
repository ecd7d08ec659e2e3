//! Any packet: one line per kind.

use crate::{
    ClientState, DeltaChannelState, ErrorWrongSession, HandshakeP2P, HandshakeRequest, HandshakeResponse,
    MessageType, PacketHeader, ParseError, RemoveClient, ServerRelay, SessionId, TextData, VoiceData,
    WriteError, Writer,
};

/// One of the eleven packets, borrowing from the bytes it was parsed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// A client's name, id, codec and rooms.
    ClientState(ClientState<'a>),
    /// One encoded frame.
    VoiceData(VoiceData<'a>),
    /// A text message.
    TextData(TextData<'a>),
    /// A client's request to be admitted.
    HandshakeRequest(HandshakeRequest<'a>),
    /// The server's admission of a client.
    HandshakeResponse(HandshakeResponse<'a>),
    /// The server's notice that it is in another session.
    ErrorWrongSession(ErrorWrongSession),
    /// A packet to be passed on, reliably.
    ServerRelayReliable(ServerRelay<'a>),
    /// A packet to be passed on, unreliably.
    ServerRelayUnreliable(ServerRelay<'a>),
    /// A client has started or stopped listening to a room.
    DeltaChannelState(DeltaChannelState<'a>),
    /// A client has left.
    RemoveClient(RemoveClient),
    /// The identity of the client at the other end of a direct link.
    HandshakeP2P(HandshakeP2P),
}

impl<'a> Packet<'a> {
    /// Parses a whole packet; bytes behind its body are ignored.
    ///
    /// # Errors
    /// Any [`ParseError`]: the packet is to be counted and dropped.
    pub fn parse(packet: &'a [u8]) -> Result<Self, ParseError> {
        Self::parse_with_trailing(packet).map(|(packet, _)| packet)
    }

    /// Parses a whole packet and returns the bytes behind its body, where an [`crate::Extension`] may be.
    ///
    /// # Errors
    /// As [`Packet::parse`].
    pub fn parse_with_trailing(packet: &'a [u8]) -> Result<(Self, &'a [u8]), ParseError> {
        use MessageType as M;
        let (header, body) = PacketHeader::parse(packet)?;
        // Only a handshake request has no session, and its parser takes none.
        let session = header.session.unwrap_or(SessionId(0));
        match header.message {
            M::ClientState => ClientState::parse_body(session, body).map(any),
            M::VoiceData => VoiceData::parse_body(session, body).map(any),
            M::TextData => TextData::parse_body(session, body).map(any),
            M::HandshakeRequest => HandshakeRequest::parse_body(body).map(any),
            M::HandshakeResponse => HandshakeResponse::parse_body(session, body).map(any),
            M::ErrorWrongSession => ErrorWrongSession::parse_body(session, body).map(any),
            M::ServerRelayReliable => ServerRelay::parse_body(session, body)
                .map(|(relay, rest)| (Self::ServerRelayReliable(relay), rest)),
            M::ServerRelayUnreliable => ServerRelay::parse_body(session, body)
                .map(|(relay, rest)| (Self::ServerRelayUnreliable(relay), rest)),
            M::DeltaChannelState => DeltaChannelState::parse_body(session, body).map(any),
            M::RemoveClient => RemoveClient::parse_body(session, body).map(any),
            M::HandshakeP2P => HandshakeP2P::parse_body(session, body).map(any),
        }
    }

    /// Writes the packet, header included, to the front of `out` and returns its length in bytes.
    ///
    /// # Errors
    /// Any [`WriteError`]; `out` then holds no packet.
    pub fn write(&self, out: &mut [u8]) -> Result<usize, WriteError> {
        let mut writer = Writer::new(out);
        self.write_to(&mut writer)?;
        Ok(writer.len())
    }

    /// Writes the packet, header included, where the writer stands.
    ///
    /// # Errors
    /// As [`Packet::write`].
    pub fn write_to(&self, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        match self {
            Self::ClientState(body) => body.write(writer),
            Self::VoiceData(body) => body.write(writer),
            Self::TextData(body) => body.write(writer),
            Self::HandshakeRequest(body) => body.write(writer),
            Self::HandshakeResponse(body) => body.write(writer),
            Self::ErrorWrongSession(body) => body.write(writer),
            Self::ServerRelayReliable(body) => body.write_reliable(writer),
            Self::ServerRelayUnreliable(body) => body.write_unreliable(writer),
            Self::DeltaChannelState(body) => body.write(writer),
            Self::RemoveClient(body) => body.write(writer),
            Self::HandshakeP2P(body) => body.write(writer),
        }
    }

    /// The packet's type on the wire.
    pub const fn message_type(&self) -> MessageType {
        match self {
            Self::ClientState(_) => MessageType::ClientState,
            Self::VoiceData(_) => MessageType::VoiceData,
            Self::TextData(_) => MessageType::TextData,
            Self::HandshakeRequest(_) => MessageType::HandshakeRequest,
            Self::HandshakeResponse(_) => MessageType::HandshakeResponse,
            Self::ErrorWrongSession(_) => MessageType::ErrorWrongSession,
            Self::ServerRelayReliable(_) => MessageType::ServerRelayReliable,
            Self::ServerRelayUnreliable(_) => MessageType::ServerRelayUnreliable,
            Self::DeltaChannelState(_) => MessageType::DeltaChannelState,
            Self::RemoveClient(_) => MessageType::RemoveClient,
            Self::HandshakeP2P(_) => MessageType::HandshakeP2P,
        }
    }
}

fn any<'a>((body, trailing): (impl Into<Packet<'a>>, &'a [u8])) -> (Packet<'a>, &'a [u8]) {
    (body.into(), trailing)
}

impl<'a> From<ClientState<'a>> for Packet<'a> {
    fn from(body: ClientState<'a>) -> Self {
        Self::ClientState(body)
    }
}

impl<'a> From<VoiceData<'a>> for Packet<'a> {
    fn from(body: VoiceData<'a>) -> Self {
        Self::VoiceData(body)
    }
}

impl<'a> From<TextData<'a>> for Packet<'a> {
    fn from(body: TextData<'a>) -> Self {
        Self::TextData(body)
    }
}

impl<'a> From<HandshakeRequest<'a>> for Packet<'a> {
    fn from(body: HandshakeRequest<'a>) -> Self {
        Self::HandshakeRequest(body)
    }
}

impl<'a> From<HandshakeResponse<'a>> for Packet<'a> {
    fn from(body: HandshakeResponse<'a>) -> Self {
        Self::HandshakeResponse(body)
    }
}

impl From<ErrorWrongSession> for Packet<'_> {
    fn from(body: ErrorWrongSession) -> Self {
        Self::ErrorWrongSession(body)
    }
}

impl<'a> From<DeltaChannelState<'a>> for Packet<'a> {
    fn from(body: DeltaChannelState<'a>) -> Self {
        Self::DeltaChannelState(body)
    }
}

impl From<RemoveClient> for Packet<'_> {
    fn from(body: RemoveClient) -> Self {
        Self::RemoveClient(body)
    }
}

impl From<HandshakeP2P> for Packet<'_> {
    fn from(body: HandshakeP2P) -> Self {
        Self::HandshakeP2P(body)
    }
}
