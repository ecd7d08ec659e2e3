//! Reports between our peers on how well voice arrives, sent during speech.
//!
//! A report is carried as [`Extension`] describes, to peers that announced
//! [`Capabilities::VOICE_REPORTS`](crate::Capabilities).
//!
//! | item | way | says |
//! |---|---|---|
//! | [`UplinkReceipt`] | server to speaker | which of its frames have reached the server |
//! | [`ListenerSummary`] | server to speaker | how the speaker's listeners receive it, together |
//! | [`ReceptionReport`] | listener to server | how the listener receives each speaker |

mod reception;

pub use reception::{LossRun, Reception, ReceptionReport, RedundancySupport};

use crate::{
    ErrorWrongSession, Extension, ExtensionWriter, List, ParseError, Reader, SessionId, WriteError, Writer,
};

/// The contents of one report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VoiceReport<'a> {
    /// Server to speaker: the frames of its voice that have arrived.
    pub uplink: Option<UplinkReceipt>,
    /// Server to speaker: the reception at its listeners.
    pub listeners: Option<ListenerSummary>,
    /// Listener to server: its reception of the speakers.
    pub reception: Option<ReceptionReport<'a>>,
}

/// The frames of a speaker that have reached the server since the speaker got its place there.
///
/// The speaker knows which frames it sent to the server and when, so two of these tell it how many were lost in
/// between, even if reports were lost themselves, and by how much the delay has grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UplinkReceipt {
    /// The newest frame's number.
    pub newest_sequence: u16,
    /// How many frames have arrived, each counted once, wrapping.
    pub frames: u32,
    /// When the newest frame arrived, by the server's clock: ms, wrapping.
    pub arrived_ms: u32,
}

/// How the listeners of one speaker receive it, without naming any listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenerSummary {
    /// The number of listeners in the summary; 255 also stands for more.
    pub listeners: u8,
    /// The percentage of frames that did not arrive in time over the whole path: the 90th percentile of the listeners,
    /// which is the second worst of ten.
    pub lost_percent: u8,
    /// The average number of frames that they miss in a row, by the same rule.
    pub lost_in_a_row: LossRun,
    /// The shortest playout delay of all listeners, in ms: the time that frames wait before they are heard.
    pub playout_delay_ms: u16,
    /// The kinds of redundancy that all of them can use.
    pub redundancy: RedundancySupport,
}

impl<'a> VoiceReport<'a> {
    /// The report behind an [`ErrorWrongSession`]; `None` if there is none or it is empty.
    ///
    /// Unknown items are skipped, and so are items of a wrong length.
    pub fn find(trailing: &'a [u8]) -> Option<Self> {
        let mut found = Self::default();
        let (mut listeners_run, mut runs) = (None, None);
        for (tag, bytes) in Extension::find(trailing)?.items() {
            match tag {
                UPLINK => found.uplink = whole(bytes, read_uplink),
                LISTENERS => found.listeners = whole(bytes, read_listeners),
                RECEPTION => found.reception = whole(bytes, read_reception),
                LISTENERS_RUN => {
                    listeners_run = whole(bytes, |reader| reader.u8("losses in a row").map(LossRun));
                }
                RECEPTION_RUNS => runs = whole(bytes, |reader| reader.list8(RUNS)),
                _ => {}
            }
        }
        if let (Some(summary), Some(run)) = (&mut found.listeners, listeners_run) {
            summary.lost_in_a_row = run;
        }
        if let (Some(report), Some(runs)) = (&mut found.reception, runs.filter(is_any_known)) {
            report.lost_in_a_row = runs;
        }
        (found != Self::default()).then_some(found)
    }

    /// Writes the whole packet: the [`ErrorWrongSession`] and the extension after it.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`], or [`WriteError::TooManyItems`] for more than 255 speakers; within
    /// [`PACKET_BYTES_MAX`](crate::limits::PACKET_BYTES_MAX) fit [`RECEPTIONS_MAX`](crate::limits::RECEPTIONS_MAX).
    pub fn write(&self, session: SessionId, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        ErrorWrongSession { session }.write(writer)?;
        let mut block = ExtensionWriter::begin(writer)?;
        if let Some(UplinkReceipt { newest_sequence, frames, arrived_ms }) = self.uplink {
            let item = block.begin_item(UPLINK, 10)?;
            item.u16(newest_sequence)?;
            item.u32(frames)?;
            item.u32(arrived_ms)?;
        }
        if let Some(summary) = self.listeners {
            let item = block.begin_item(LISTENERS, 5)?;
            item.u8(summary.listeners)?;
            item.u8(summary.lost_percent)?;
            item.u16(summary.playout_delay_ms)?;
            item.u8(summary.redundancy.0)?;
            if summary.lost_in_a_row != LossRun::UNKNOWN {
                block.begin_item(LISTENERS_RUN, 1)?.u8(summary.lost_in_a_row.0)?;
            }
        }
        if let Some(ReceptionReport { redundancy, speakers, lost_in_a_row }) = self.reception {
            let item = block.begin_item(RECEPTION, 2 + Reception::BYTES * speakers.len())?;
            item.u8(redundancy.0)?;
            item.count8(speakers.len(), SPEAKERS)?;
            speakers.write(item, SPEAKERS)?;
            if is_any_known(&lost_in_a_row) {
                let item = block.begin_item(RECEPTION_RUNS, 1 + lost_in_a_row.len())?;
                item.count8(lost_in_a_row.len(), RUNS)?;
                lost_in_a_row.write(item, RUNS)?;
            }
        }
        Ok(())
    }
}

/// `u16` sequence number, `u32` frames, `u32` ms. (Tags 1 to 4 stand behind handshakes.)
const UPLINK: u8 = 5;
/// `u8` listeners, `u8` percent, `u16` ms, `u8` redundancy.
const LISTENERS: u8 = 6;
/// `u8` redundancy, `u8` count, then for each speaker `u16` id, `u16` expected, `u16` lost, `u16` ms.
const RECEPTION: u8 = 7;

/// `u8` tenths of frames, of the listeners before.
const LISTENERS_RUN: u8 = 15;
/// `u8` count, then for each speaker before, in its order, `u8` tenths of frames.
const RECEPTION_RUNS: u8 = 16;

const SPEAKERS: &str = "receptions";
const RUNS: &str = "losses in a row";

/// Whether any of them is known. If none is, the list is neither written nor read.
fn is_any_known(runs: &List<'_, LossRun>) -> bool {
    runs.into_iter().any(|run| run != LossRun::UNKNOWN)
}

/// The value of an item, if it ends exactly at the end of the bytes.
fn whole<'a, T>(bytes: &'a [u8], read: impl FnOnce(&mut Reader<'a>) -> Result<T, ParseError>) -> Option<T> {
    let mut reader = Reader::new(bytes);
    read(&mut reader).ok().filter(|_| reader.rest().is_empty())
}

fn read_uplink(reader: &mut Reader<'_>) -> Result<UplinkReceipt, ParseError> {
    Ok(UplinkReceipt {
        newest_sequence: reader.u16("sequence number")?,
        frames: reader.u32("frame count")?,
        arrived_ms: reader.u32("arrival")?,
    })
}

fn read_listeners(reader: &mut Reader<'_>) -> Result<ListenerSummary, ParseError> {
    Ok(ListenerSummary {
        listeners: reader.u8("listener count")?,
        lost_percent: reader.u8("loss")?.min(100),
        lost_in_a_row: LossRun::UNKNOWN,
        playout_delay_ms: reader.u16("playout delay")?,
        redundancy: RedundancySupport(reader.u8("redundancy")?),
    })
}

fn read_reception<'a>(reader: &mut Reader<'a>) -> Result<ReceptionReport<'a>, ParseError> {
    Ok(ReceptionReport {
        redundancy: RedundancySupport(reader.u8("redundancy")?),
        speakers: reader.list8(SPEAKERS)?,
        lost_in_a_row: List::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ClientId;
    use crate::cursor::written;

    const SESSION: SessionId = SessionId(0x1234_5678);
    const UPLINK_RECEIPT: UplinkReceipt =
        UplinkReceipt { newest_sequence: 0x0102, frames: 0x0304_0506, arrived_ms: 0x0708_090a };

    #[test]
    fn a_report_to_a_speaker_is_a_packet_a_mark_and_items() {
        let summary = ListenerSummary {
            listeners: 3,
            lost_percent: 12,
            lost_in_a_row: LossRun(25),
            playout_delay_ms: 0x0064,
            redundancy: RedundancySupport::DRED,
        };
        let report =
            VoiceReport { uplink: Some(UPLINK_RECEIPT), listeners: Some(summary), ..VoiceReport::default() };
        let expected = [
            &[0x8b, 0xc7, 6, 0x12, 0x34, 0x56, 0x78, 0xc0, 0x5a][..],
            &[5, 0, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
            &[6, 0, 5, 3, 12, 0, 100, 1, 15, 0, 1, 25],
        ];
        assert_eq!(written(|writer| report.write(SESSION, writer)), expected.concat());
    }

    #[test]
    fn a_report_of_a_listener_lists_speakers() {
        let speakers = [
            Reception { speaker: ClientId(7), expected: 50, lost: 5, playout_delay_ms: 60 },
            Reception { speaker: ClientId(300), expected: 25, lost: 0, playout_delay_ms: 40 },
        ];
        let runs = [LossRun(10), LossRun::UNKNOWN];
        let reception = Some(ReceptionReport {
            redundancy: RedundancySupport::NONE,
            speakers: List::from(&speakers),
            lost_in_a_row: List::from(&runs),
        });
        let report = VoiceReport { reception, ..VoiceReport::default() };
        let bytes = written(|writer| report.write(SESSION, writer));
        assert_eq!(bytes[9..][..5], [7, 0, 18, 0, 2]);
        assert_eq!(bytes[9 + 3 + 18..], [16, 0, 3, 2, 10, 0]);
        let found = VoiceReport::find(&bytes[7..]);
        assert_eq!(found, Some(report));
        assert!(found.unwrap().reception.unwrap().receptions().eq(speakers.into_iter().zip(runs)));
        let without = VoiceReport::find(&bytes[7..bytes.len() - 1]).unwrap().reception.unwrap();
        assert!(without.lost_in_a_row.is_empty(), "an item that is cut off");
        assert!(without.receptions().all(|(_, run)| run == LossRun::UNKNOWN));
        assert_eq!(VoiceReport::find(&bytes[7..9 + 3 + 17]), None, "one more that is cut off");
    }

    #[test]
    fn a_wrong_session_error_without_a_report_stays_an_error() {
        assert_eq!(VoiceReport::find(&[]), None);
        assert_eq!(VoiceReport::find(b"whatever follows"), None);
        assert_eq!(VoiceReport::find(&[0xc0, 0x5a]), None);
    }

    #[test]
    fn items_that_are_too_short_or_too_long_are_skipped() {
        let mut buffer = [0; 128];
        let mut writer = Writer::new(&mut buffer);
        let mut block = ExtensionWriter::begin(&mut writer).unwrap();
        block.item(200, b"from the future").unwrap();
        block.item(LISTENERS, &[1, 2, 3, 4]).unwrap();
        block.item(RECEPTION, &[0, 1, 0, 7, 0, 50, 0, 5, 0, 60, 99]).unwrap();
        assert_eq!(VoiceReport::find(writer.written()), None);
        let mut block = ExtensionWriter::begin(&mut writer).unwrap();
        block.item(RECEPTION, &[0, 2, 0, 7, 0, 50, 0, 5, 0, 60]).unwrap();
        assert_eq!(VoiceReport::find(writer.written()), None, "two are said to follow, and one does");
    }

    #[test]
    fn losses_in_a_row_that_are_all_unknown_are_read_as_none() {
        let found = |run| {
            let runs = [RECEPTION_RUNS, 0, 2, 1, run];
            let block = [&[0xc0, 0x5a, RECEPTION, 0, 10, 0, 1, 0, 7, 0, 50, 0, 5, 0, 60][..], &runs].concat();
            VoiceReport::find(&block).unwrap().reception.unwrap().lost_in_a_row.len()
        };
        assert_eq!([found(0), found(1)], [0, 1]);
    }

    #[test]
    fn a_loss_is_never_above_all_frames() {
        let percent = |expected, lost| {
            Reception { speaker: ClientId(0), expected, lost, playout_delay_ms: 0 }.lost_percent()
        };
        assert_eq!([percent(50, 5), percent(3, 2), percent(65_535, 65_535)], [10, 67, 100]);
        assert_eq!([percent(0, 0), percent(0, 9), percent(10, 11)], [0, 0, 100]);
        assert_eq!([percent(8, 1), percent(200, 1), percent(201, 1)], [13, 1, 0], "halves are rounded up");
        let far_too_much = [0xc0, 0x5a, LISTENERS, 0, 5, 1, 255, 0, 0, 0];
        let found = VoiceReport::find(&far_too_much).unwrap().listeners.unwrap();
        assert_eq!(found.lost_percent, 100);
    }

    #[test]
    fn as_many_speakers_as_promised_fit_into_a_packet() {
        let most = crate::limits::RECEPTIONS_MAX;
        let one = Reception { speaker: ClientId(7), expected: 1, lost: 1, playout_delay_ms: 1 };
        let speakers = [one; 127];
        let write = |speakers: &[Reception]| {
            let runs = &[LossRun(10); 127][..speakers.len()];
            let reception = ReceptionReport {
                redundancy: RedundancySupport::NONE,
                speakers: List::from(speakers),
                lost_in_a_row: List::from(runs),
            };
            let report = VoiceReport { reception: Some(reception), ..VoiceReport::default() };
            report.write(SESSION, &mut Writer::new(&mut [0; crate::limits::PACKET_BYTES_MAX]))
        };
        assert!(write(&speakers[..most]).is_ok() && write(&speakers[..=most]).is_err());
    }
}
