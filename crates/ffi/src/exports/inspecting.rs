//! How a chat is doing, and why a player is not heard.

use std::ffi::c_char;

use consonance::audio::BLOCK_SAMPLES;

use crate::c::{ArrayOut, Out};
use crate::chats::Chat;
use crate::error::{CError, guard};
use crate::structs::{CSpeakerStatistics, CStatistics};

/// Samples of a millisecond.
const SAMPLES_PER_MS: f32 = BLOCK_SAMPLES as f32 / 10.0;

/// The counters of a chat since it was started.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_statistics(chat: u64, statistics: Out<CStatistics>) -> CError {
    guard(|| {
        let counted = Chat::of(chat)?.voice.statistics();
        let (output, input) =
            (counted.engine_output.unwrap_or_default(), counted.engine_input.unwrap_or_default());
        let value = CStatistics {
            size: 0,
            bitrate_bps: counted.uplink.bitrate_bps,
            packets_received: counted.received.total.packets,
            bytes_received: counted.received.total.bytes,
            packets_sent: counted.sent.total.packets,
            bytes_sent: counted.sent.total.bytes,
            uplink_loss: counted.uplink.lost_percent.map_or(-1.0, |percent| percent / 100.0),
            capture_delay_ms: counted.capture.map_or(0.0, |capture| capture.delay.as_secs_f32() * 1000.0),
            output_fill_ms: output.fill.as_secs_f32() * 1000.0,
            output_drift_ppm: output.drift_ppm,
            output_interruptions: output.interruptions,
            input_fill_ms: input.fill.as_secs_f32() * 1000.0,
            input_drift_ppm: input.drift_ppm,
            input_interruptions: input.interruptions,
        };
        statistics.write_sized("statistics", value)
    })
}

/// Reception statistics of a player's voice; zeros for players that were not heard yet.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_speaker_statistics(
    chat: u64,
    player: u32,
    statistics: Out<CSpeakerStatistics>,
) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        let name = chat.name_of(player)?;
        let counted = chat.voice.statistics();
        let speaker = counted.speakers.iter().find(|speaker| speaker.name == name);
        let reception = speaker.map(|speaker| speaker.reception).unwrap_or_default();
        let value = CSpeakerStatistics {
            size: 0,
            loss: reception.loss_percent / 100.0,
            received: reception.arrivals.received,
            played: reception.played,
            lost: reception.arrivals.lost,
            recovered: reception.recovered,
            late: reception.arrivals.late,
            delay_ms: reception.delay_samples as f32 / SAMPLES_PER_MS,
            jitter_ms: reception.jitter_samples / SAMPLES_PER_MS,
            level_dbfs: reception.level_dbfs,
            reserved: 0,
        };
        statistics.write_sized("statistics", value)
    })
}

/// Why a player is not heard here, in English: every step of the path with its state, and in the last line what to do.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_why(
    chat: u64,
    player: u32,
    buffer: ArrayOut<c_char>,
    capacity: usize,
    length: Out<usize>,
) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        let diagnosis = chat.voice.player(&chat.name_of(player)?).why();
        buffer.write_text(capacity, length, &diagnosis.to_string())
    })
}
