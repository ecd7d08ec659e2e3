//! The expected loss for each kind of report; and a complete uplink that loses packets, or is too narrow.

mod narrow_way;

use consonance_audio::FrameSize;
use consonance_link::LinkQuality;
use consonance_session::LossRun;

use super::*;

const REPORT: Duration = Duration::from_millis(500);
const WANTED: u32 = 24_000;

fn encoder(expected_loss_percent: u8) -> EncoderSettings {
    EncoderSettings { bitrate_bps: WANTED, expected_loss_percent, ..EncoderSettings::default() }
}

/// A report of an uplink that loses `lost` out of 25 frames.
fn report(lost: u32) -> ClientEvent<'static> {
    ClientEvent::UplinkReport(UplinkReport { sent: 25, lost, queueing: Duration::ZERO })
}

fn listeners(lost_percent: u8) -> ClientEvent<'static> {
    ClientEvent::ListenerReport(ListenerReport {
        listeners: 3,
        lost_percent,
        lost_in_a_row: LossRun::UNKNOWN,
        playout_delay: Duration::from_millis(60),
        redundancy: consonance_session::RedundancySupport::NONE,
    })
}

fn expected(quality: &mut UplinkQuality, now: Instant, incoming: Option<u8>) -> u8 {
    quality.update(now, &encoder(0), 0, incoming, &Statistics::default()).expected_loss_percent
}

/// The network's counters after a number of half seconds of 25 datagrams, of which `lost` were lost each time.
fn network(half_seconds: u64, lost: u64, round_trip_ms: u64) -> Statistics {
    let quality = LinkQuality {
        round_trip: Duration::from_millis(round_trip_ms),
        datagrams_sent: 25 * half_seconds,
        datagrams_lost: lost * half_seconds,
        ..LinkQuality::default()
    };
    Statistics { quality: Some(quality), ..Statistics::default() }
}

#[test]
fn without_reports_the_configured_loss_is_expected() {
    let mut quality = UplinkQuality::new(&encoder(7));
    let now = Instant::now();
    assert_eq!(expected(&mut quality, now, None), 7);
    assert_eq!(expected(&mut quality, now, Some(3)), 3);
    assert_eq!(expected(&mut quality, now, None), 3);
}

#[test]
fn the_greatest_of_incoming_loss_own_loss_and_the_listeners_loss_is_expected() {
    let mut now = Instant::now();
    let mut quality = UplinkQuality::new(&encoder(0));
    for _ in 0..10 {
        now += REPORT;
        quality.follow(now, &report(5));
    }
    assert_eq!(expected(&mut quality, now, Some(3)), 20);
    assert_eq!(expected(&mut quality, now, Some(40)), 40);
    quality.follow(now, &listeners(25));
    assert_eq!(expected(&mut quality, now, Some(3)), 25);
}

#[test]
fn listeners_alone_bring_no_more_protection_than_for_30_percent_and_no_other_bit_rate() {
    let mut quality = UplinkQuality::new(&encoder(0));
    let mut now = Instant::now();
    for _ in 0..100 {
        now += REPORT;
        quality.follow(now, &report(0));
        quality.follow(now, &listeners(100));
        let target = quality.update(now, &encoder(0), 0, None, &Statistics::default());
        assert_eq!(
            target,
            EncoderTarget { expected_loss_percent: 30, bitrate_bps: WANTED, redundancy: Redundancy::Fec }
        );
    }
}

#[test]
fn what_listeners_said_is_over_after_a_while() {
    let mut quality = UplinkQuality::new(&encoder(0));
    let now = Instant::now();
    quality.follow(now, &listeners(20));
    assert_eq!(expected(&mut quality, now + LISTENERS_FOR, Some(1)), 20);
    assert_eq!(expected(&mut quality, now + LISTENERS_FOR + REPORT, Some(1)), 1);
}

#[test]
fn a_single_report_does_not_make_the_whole_estimate() {
    let mut quality = UplinkQuality::new(&encoder(0));
    let now = Instant::now();
    quality.follow(now, &report(5));
    assert_eq!(expected(&mut quality, now, None), 8, "25 frames of 64");
    quality.follow(now, &ClientEvent::UplinkReport(UplinkReport { sent: 500, lost: 50, queueing: REPORT }));
    assert_eq!(expected(&mut quality, now, None), 10);
}

#[test]
fn without_reports_the_networks_own_figures_have_to_do() {
    let mut quality = UplinkQuality::new(&encoder(0));
    let mut now = Instant::now();
    for looks in 1..=10 {
        now += REPORT;
        quality.update(now, &encoder(0), 0, None, &network(looks, 5, if looks < 5 { 40 } else { 240 }));
    }
    assert!(quality.row().bitrate_bps < WANTED);
}

#[test]
fn voice_that_does_not_even_leave_is_overload_whatever_the_server_has_reported() {
    let mut quality = UplinkQuality::new(&encoder(0));
    let now = Instant::now();
    quality.follow(now, &report(0));
    quality.update(now, &encoder(0), 0, None, &Statistics::default());
    let mut full = Statistics::default();
    full.dropped.outgoing_full = 1;
    assert!(quality.update(now + REPORT, &encoder(0), 0, None, &full).bitrate_bps < WANTED);
}

#[test]
fn a_server_that_reports_is_believed_rather_than_the_network() {
    let mut quality = UplinkQuality::new(&encoder(0));
    let mut now = Instant::now();
    for looks in 1..=20 {
        now += REPORT;
        if looks % 2 == 0 {
            quality.follow(now, &report(0));
        }
        let network = network(looks, 20, if looks < 5 { 40 } else { 900 });
        assert_eq!(quality.update(now, &encoder(0), 0, None, &network).bitrate_bps, WANTED);
    }
}

/// Listeners that lose every fifth frame, and can use repeated ones.
fn listeners_that_can_use_repeated_frames(count: u8) -> ClientEvent<'static> {
    ClientEvent::ListenerReport(ListenerReport {
        listeners: count,
        lost_percent: 20,
        lost_in_a_row: LossRun(11),
        playout_delay: Duration::from_millis(60),
        redundancy: consonance_session::RedundancySupport::REPEAT,
    })
}

#[test]
fn frames_are_repeated_only_if_every_listener_says_that_it_can_use_them() {
    let mut quality = UplinkQuality::new(&encoder(0));
    let mut now = Instant::now();
    let mut chosen = |sent_to, count| {
        now += Duration::from_secs(2);
        quality.follow(now, &listeners_that_can_use_repeated_frames(count));
        quality.update(now, &encoder(0), sent_to, None, &Statistics::default()).redundancy
    };
    let repeated = Redundancy::Repeat { frames: 1 };
    assert_eq!(chosen(3, 3), repeated);
    assert_eq!(chosen(4, 3), Redundancy::Fec);
    assert_eq!(chosen(4, 4), repeated);
    assert_eq!(chosen(4, 3), repeated, "a report got lost");
    assert_eq!([chosen(4, 3), chosen(4, 3), chosen(4, 3)], [repeated, repeated, Redundancy::Fec]);
    assert_eq!(chosen(1000, 64), Redundancy::Fec);
}

#[test]
fn a_player_that_has_copies_off_keeps_to_that() {
    let without = EncoderSettings { redundancy: Redundancy::None, ..encoder(0) };
    let mut quality = UplinkQuality::new(&without);
    let now = Instant::now();
    quality.follow(now, &listeners_that_can_use_repeated_frames(3));
    let target = quality.update(now, &without, 0, None, &Statistics::default());
    assert_eq!((target.redundancy, quality.row().redundancy), (Redundancy::None, Redundancy::None));
}

#[test]
fn descriptions_of_lost_sound_are_counted_in_frames_as_long_as_they_are_now() {
    let mut quality = UplinkQuality::new(&encoder(0));
    let now = Instant::now();
    quality.follow(
        now,
        &ClientEvent::ListenerReport(ListenerReport {
            listeners: 3,
            lost_percent: 10,
            lost_in_a_row: LossRun(30),
            playout_delay: Duration::from_millis(100),
            redundancy: consonance_session::RedundancySupport::DRED,
        }),
    );
    for (frame, frames) in [(FrameSize::Ms20, 10), (FrameSize::Ms60, 3), (FrameSize::Ms40, 5)] {
        let encoder = EncoderSettings { frame, bitrate_bps: 48_000, ..encoder(0) };
        let target = quality.update(now, &encoder, 0, None, &Statistics::default());
        assert_eq!(target.redundancy, Redundancy::Dred { frames }, "{frame:?}");
    }
}
