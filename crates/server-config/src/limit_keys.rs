//! The keys of a session's limits; the reason for each default stands at [`Limits`](consonance_session::Limits).

use crate::field::Field;
use crate::keys::Key;

/// In the order of the file.
pub(super) const LIMIT_KEYS: &[Key] = &[
    Key::at_once(
        "limits.links",
        Field::Size(|config| &mut config.limits.links, 1, 65_535),
        "Links at once, joined or not, and players.",
    ),
    Key::at_once(
        "limits.handshake_s",
        Field::Seconds(|config| &mut config.limits.handshake, 0.5, 600.0),
        "How long a link may stay without joining, in seconds.",
    ),
    Key::at_once(
        "limits.resume_s",
        Field::Seconds(|config| &mut config.limits.resume, 0.0, 3600.0),
        "How long the place of a player who lost the connection is kept, in seconds. Players with this library come back to it within ten seconds, and join anew after that: a longer time only shows those who stay away for longer, and keeps for them the names that their join tokens say.",
    ),
    Key::at_once(
        "limits.name_bytes",
        Field::Size(|config| &mut config.limits.name_bytes, 1, 1002),
        "Bytes of a player's name.",
    ),
    Key::at_once(
        "limits.room_name_bytes",
        Field::Size(|config| &mut config.limits.room_name_bytes, 1, 900),
        "Bytes of a room's name.",
    ),
    Key::at_once(
        "limits.rooms_per_client",
        Field::Size(|config| &mut config.limits.rooms_per_client, 1, 65_535),
        "Rooms that one player listens to.",
    ),
    Key::at_once(
        "limits.text_bytes",
        Field::Size(|config| &mut config.limits.text_bytes, 0, 998),
        "Bytes of a text message; with 0 there are none.",
    ),
    Key::at_once(
        "limits.rooms",
        Field::Size(|config| &mut config.limits.rooms, 1, 1_000_000),
        "Names of rooms that somebody listens to, over all players.",
    ),
    Key::at_once(
        "limits.codec_frame_samples",
        Field::Number(|config| &mut config.limits.codec_frame_samples, 1, u32::MAX),
        "Samples per frame of a player's codec.",
    ),
    Key::at_once(
        "limits.codec_sample_rate_hz",
        Field::Number(|config| &mut config.limits.codec_sample_rate_hz, 1, u32::MAX),
        "Sample rate of a player's codec, in Hz.",
    ),
    Key::at_once(
        "limits.voice_packets_per_second",
        Field::Number(|config| &mut config.limits.voice_packets.per_second, 0, u32::MAX),
        "Voice packets of one link per second, times the number of relays that a frame to everybody takes: one for each 255 players.",
    ),
    Key::at_once(
        "limits.voice_packets_burst",
        Field::Number(|config| &mut config.limits.voice_packets.burst, 0, u32::MAX),
        "As many of them at once.",
    ),
    Key::at_once(
        "limits.voice_bytes_per_second",
        Field::Number(|config| &mut config.limits.voice_bytes.per_second, 0, u32::MAX),
        "Bytes of these per second.",
    ),
    Key::at_once(
        "limits.voice_bytes_burst",
        Field::Number(|config| &mut config.limits.voice_bytes.burst, 0, u32::MAX),
        "As many of them at once.",
    ),
    Key::at_once(
        "limits.control_packets_per_second",
        Field::Number(|config| &mut config.limits.control_packets.per_second, 0, u32::MAX),
        "All other packets of one link per second.",
    ),
    Key::at_once(
        "limits.control_packets_burst",
        Field::Number(|config| &mut config.limits.control_packets.burst, 0, u32::MAX),
        "As many of them at once; a player who enters and leaves all its rooms sends 256.",
    ),
    Key::at_once(
        "limits.control_bytes_per_second",
        Field::Number(|config| &mut config.limits.control_bytes.per_second, 0, u32::MAX),
        "Bytes of these per second.",
    ),
    Key::at_once(
        "limits.control_bytes_burst",
        Field::Number(|config| &mut config.limits.control_bytes.burst, 0, u32::MAX),
        "As many of them at once.",
    ),
    Key::at_once(
        "limits.fan_out_per_second",
        Field::Number(|config| &mut config.limits.fan_out.per_second, 0, u32::MAX),
        "Destinations of one link's voice per second, times the number of players: so often may a player speak to everybody. As many of its changes of rooms are told to everybody besides.",
    ),
    Key::at_once(
        "limits.fan_out_burst",
        Field::Number(|config| &mut config.limits.fan_out.burst, 0, u32::MAX),
        "As many of them at once, times the number of players.",
    ),
    Key::at_once(
        "limits.handshakes_per_second",
        Field::Number(|config| &mut config.limits.handshakes.per_second, 0, u32::MAX),
        "Handshakes over one link per second. Each costs twice as many packets as there are players.",
    ),
    Key::at_once(
        "limits.handshakes_burst",
        Field::Number(|config| &mut config.limits.handshakes.burst, 0, u32::MAX),
        "As many of them at once.",
    ),
    Key::at_once(
        "limits.reports_per_second",
        Field::Number(|config| &mut config.limits.reports.per_second, 0, u32::MAX),
        "Reports of one link per second of how it receives the others. An honest player sends one.",
    ),
    Key::at_once(
        "limits.reports_burst",
        Field::Number(|config| &mut config.limits.reports.burst, 0, u32::MAX),
        "As many of them at once.",
    ),
    Key::at_once(
        "limits.positions_per_second",
        Field::Number(|config| &mut config.limits.positions.per_second, 0, u32::MAX),
        "Reports of one link per second of where it is. An honest player sends ten at most.",
    ),
    Key::at_once(
        "limits.positions_burst",
        Field::Number(|config| &mut config.limits.positions.burst, 0, u32::MAX),
        "As many of them at once.",
    ),
    Key::at_once(
        "limits.waiting_joins",
        Field::Size(|config| &mut config.limits.waiting_joins, 1, 65_536),
        "Players who wait to be admitted at once.",
    ),
    Key::at_once(
        "limits.waiting_names",
        Field::Size(|config| &mut config.limits.waiting_names, 1, 65_536),
        "Players of one session who wait for a name in use (joining.name_taken): 4 for one name and 16 of one origin at most (an address prefix, an account or a player of the game's room).",
    ),
    Key::at_once(
        "limits.text_every_s",
        Field::Seconds(|config| &mut config.limits.text_every, 0.0, 86_400.0),
        "How long a player has to wait from one text to the next, in seconds, wherever it writes; 0 for not at all.",
    ),
    Key::at_once(
        "limits.standings",
        Field::Size(|config| &mut config.limits.standings, 1, 1_000_000),
        "Players of one session who are muted or otherwise limited, here or not.",
    ),
    Key::at_once(
        "limits.strikes_per_second",
        Field::Number(|config| &mut config.limits.strikes.per_second, 0, u32::MAX),
        "Packets per second over a rate or against the rules that are forgiven one link.",
    ),
    Key::at_once(
        "limits.strikes_burst",
        Field::Number(|config| &mut config.limits.strikes.burst, 0, u32::MAX),
        "As many of them at once; a link with more is closed.",
    ),
    Key::at_once(
        "limits.events",
        Field::Size(|config| &mut config.limits.events, 16, 10_000_000),
        "Events that wait to be logged; the oldest go.",
    ),
    Key::at_once(
        "limits.outbox_bytes",
        Field::Size(|config| &mut config.limits.outbox_bytes, 65_536, 1 << 30),
        "Bytes that wait to be sent. While more do, no packet is taken.",
    ),
];
