//! Reasons why the listener does not hear voice that has arrived.

use super::super::super::SilenceCause;
use super::Row;
use crate::{DeviceSnapshot, DeviceStatus, UnheardReason};

pub(in super::super) fn ears() -> Vec<Row> {
    let alone_and_together: &[&str] = &["b", "ab", "bs", "abs"];
    vec![
        (
            "undecodable codec",
            Box::new(|pair| {
                pair.bob.players[0].undecodable_because = Some("the codec 7 is unknown".into());
            }),
            alone_and_together,
            SilenceCause::Undecodable,
        ),
        (
            "damaged packets",
            Box::new(|pair| {
                (pair.bob.players[0].undecodable, pair.bob.players[0].played) = (400, 100);
            }),
            alone_and_together,
            SilenceCause::Undecodable,
        ),
        (
            "deafened by the server's operator",
            Box::new(|pair| {
                pair.nothing_arrives();
                pair.bob.server_deafened = Some(String::new());
                pair.server.sessions[0].players[1].server_deafened = Some("pause".into());
            }),
            &["s", "as", "abs"],
            SilenceCause::DeafenedByServer,
        ),
        (
            "deafened",
            Box::new(|pair| {
                pair.bob.deafened = true;
                pair.is_unheard(UnheardReason::Deafened);
            }),
            alone_and_together,
            SilenceCause::Deafened,
        ),
        (
            "all players turned down",
            Box::new(|pair| pair.bob.master_volume = 0.0),
            alone_and_together,
            SilenceCause::MasterVolumeZero,
        ),
        (
            "muted by the listener",
            Box::new(|pair| pair.bob.players[0].muted = true),
            alone_and_together,
            SilenceCause::MutedByListener,
        ),
        (
            "turned down",
            Box::new(|pair| pair.bob.players[0].volume = 0.0),
            alone_and_together,
            SilenceCause::VolumeZero,
        ),
    ]
}

pub(in super::super) fn others_and_devices() -> Vec<Row> {
    let alone_and_together: &[&str] = &["b", "ab", "bs", "abs"];
    vec![
        (
            "a channel without loudness",
            Box::new(|pair| pair.is_unheard(UnheardReason::TurnedDown)),
            alone_and_together,
            SilenceCause::VolumeZero,
        ),
        (
            "outranked",
            Box::new(|pair| pair.is_unheard(UnheardReason::Outranked)),
            alone_and_together,
            SilenceCause::Outranked,
        ),
        (
            "far away",
            Box::new(|pair| pair.is_unheard(UnheardReason::OutOfRange)),
            alone_and_together,
            SilenceCause::OutOfRange,
        ),
        (
            "a crowd",
            Box::new(|pair| pair.is_unheard(UnheardReason::Crowded)),
            alone_and_together,
            SilenceCause::Crowded,
        ),
        (
            "no loudspeaker",
            Box::new(|pair| {
                pair.bob.loudspeaker =
                    Some(DeviceSnapshot { state: DeviceStatus::Missing, ..DeviceSnapshot::default() });
            }),
            alone_and_together,
            SilenceCause::LoudspeakerFailed,
        ),
        (
            "an engine that takes no sound",
            Box::new(|pair| {
                pair.bob.loudspeaker =
                    Some(DeviceSnapshot { state: DeviceStatus::NotCalled, ..DeviceSnapshot::default() });
            }),
            alone_and_together,
            SilenceCause::LoudspeakerFailed,
        ),
        (
            "an engine that takes nothing of this player",
            Box::new(|pair| {
                pair.bob.loudspeaker =
                    Some(DeviceSnapshot { state: DeviceStatus::Running, ..DeviceSnapshot::default() });
                pair.bob.players[0].stream =
                    Some(DeviceSnapshot { state: DeviceStatus::NotCalled, ..DeviceSnapshot::default() });
            }),
            alone_and_together,
            SilenceCause::LoudspeakerFailed,
        ),
        (
            "silence arrives",
            Box::new(|pair| pair.bob.players[0].silent_for_ms = Some(6000)),
            &["b", "bs"],
            SilenceCause::MicrophoneSilent,
        ),
    ]
}
