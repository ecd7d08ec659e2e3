//! Recipients and times of voice reports, without a server.

use consonance_wire::{ChannelBits, List, Reception, SessionId, VoiceOptions};

use super::*;

const NOW: Instant = Instant::START;
const ANN: ClientId = ClientId(3);
const BOB: ClientId = ClientId(4);

fn speak(reports: &mut VoiceReports, now: Instant, sequence: u16) {
    let channels = [VoiceChannel { bits: ChannelBits::new(ChannelKind::Room), recipient: 5 }];
    let (session, options, channels) = (SessionId(1), VoiceOptions::new(0), List::from(&channels));
    let voice = VoiceData { session, sender: ANN, options, sequence, channels, frame: &[0; 9] };
    reports.count(now, ANN, &voice);
}

#[test]
fn a_speaker_is_told_once_for_each_interval_in_which_it_speaks() {
    let mut reports = VoiceReports::default();
    speak(&mut reports, NOW, 1);
    assert_eq!(reports.next_due(), None, "it does not want to be told");
    reports.insert(ANN);
    speak(&mut reports, NOW, 2);
    speak(&mut reports, NOW, 3);
    assert_eq!((reports.next_due(), reports.pop(NOW)), (Some(NOW + INTERVAL), None));
    let (id, report) = reports.pop(NOW + INTERVAL).unwrap();
    assert_eq!((id, report.uplink.map(|receipt| receipt.frames)), (ANN, Some(2)));
    assert_eq!((reports.next_due(), reports.pop(NOW + INTERVAL)), (None, None));
}

#[test]
fn a_speaker_that_is_gone_is_told_nothing() {
    let mut reports = VoiceReports::default();
    reports.insert(ANN);
    speak(&mut reports, NOW, 2);
    reports.remove(ANN);
    assert_eq!((reports.pop(NOW + INTERVAL), reports.voice(ANN)), (None, None));
}

#[test]
fn a_listener_says_something_only_of_others_that_it_hears() {
    let mut reports = VoiceReports::default();
    reports.insert(ANN);
    speak(&mut reports, NOW, 2);
    let reception = |expected| Reception { speaker: ANN, expected, lost: 1, playout_delay_ms: 60 };
    let mut refused = |listener, receptions: &[Reception], hears| {
        let report = ReceptionReport { speakers: List::from(receptions), ..ReceptionReport::default() };
        reports.take_votes(NOW, listener, &report, |channels| hears && channels[0].recipient == 5)
    };
    assert_eq!(refused(BOB, &[reception(9)], true), 0);
    assert_eq!(refused(BOB, &[reception(9)], false), 1);
    assert_eq!(refused(ANN, &[reception(9)], true), 1, "itself");
    assert_eq!(refused(BOB, &[reception(0), reception(9)], true), 1, "nothing was expected");
}
