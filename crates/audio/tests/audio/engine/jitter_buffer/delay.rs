//! How long frames wait, and how later ones are handled.

use consonance_audio::limits::DELAY_SAMPLES_MAX;
use consonance_audio::{BLOCK_SAMPLES, FrameSize};

use super::player::{Player, Turn};

#[test]
fn on_a_perfect_network_frames_wait_less_than_20_ms() {
    let mut player = Player::speaking();
    player.stream(0..200, |_| Some(0));
    player.steps(10);
    assert!(player.played().into_iter().eq(0..200), "{:?}", player.played());
    assert!(player.delays().iter().all(|&delay| delay <= 960), "{:?}", player.delays());
}

#[test]
fn the_delay_grows_when_frames_come_late_and_shrinks_when_they_no_longer_do() {
    let mut player = Player::speaking();
    player.stream(0..100, |_| Some(0));
    let before = player.buffer.delay_samples();
    player.stream(100..250, |n| Some(u64::from(n * 7 % 8)));
    let rough = player.buffer.delay_samples();
    let missed_at_first = player.buffer.counters().late + player.buffer.counters().lost;
    player.stream(250..400, |n| Some(u64::from(n * 7 % 8)));
    assert!(rough >= before + 5 * 480, "from {before} to {rough}");
    let missed_later = player.buffer.counters().late + player.buffer.counters().lost - missed_at_first;
    assert!(missed_later <= 2, "{missed_later} missed once the delay has grown");
    player.stream(400..600, |_| Some(0));
    assert!(player.buffer.delay_samples() <= before + 480, "{}", player.buffer.delay_samples());
    assert!(player.stretched[1] >= 5 * 480, "within the utterance");
    assert!(
        player.turns[500..].iter().all(|(_, turn)| matches!(turn, Turn::Played(_))),
        "and without a loss"
    );
}

#[test]
fn the_delay_finds_its_level_within_a_second() {
    let mut player = Player::speaking();
    player.stream(0..100, |n| Some(u64::from(n % 2) * 2));
    player.steps(10);
    let delays = player.delays();
    assert_eq!(delays[0], 480);
    assert!(delays[50..].iter().all(|&delay| (960..=1_920).contains(&delay)), "{delays:?}");
    assert!(player.turns[50..].iter().all(|(_, turn)| matches!(turn, Turn::Played(_))));
}

#[test]
fn one_late_frame_loses_its_beginning_and_moves_nothing() {
    let mut player = Player::speaking();
    player.stream(0..200, |n| Some(if n == 150 { 2 } else { 0 }));
    player.steps(10);
    assert!(player.played().into_iter().eq(0..200), "{:?}", player.played());
    assert!(player.delays().iter().all(|&delay| delay == 480), "{:?}", player.delays());
}

#[test]
fn a_frame_that_comes_when_its_time_is_over_is_late() {
    let mut player = Player::speaking();
    // Its successor is lost, so that there is nothing else to play.
    player.stream(0..200, |n| match n {
        150 => Some(3),
        151 => None,
        _ => Some(0),
    });
    player.steps(10);
    assert_eq!(player.turns[150].1, Turn::GivenUp);
    assert_eq!((player.buffer.counters().late, player.buffer.counters().lost), (1, 2));
    assert!(player.delays().iter().all(|&delay| delay == 480), "{:?}", player.delays());
}

#[test]
fn frames_that_are_only_late_do_not_count_as_lost_for_the_copies() {
    let delay_with_copies = |copies| {
        let mut player = Player::speaking();
        player.recoverable = copies;
        player.stream(0..200, |n| Some(if n == 100 || n == 150 { 5 } else { 0 }));
        assert_eq!(player.buffer.counters().late, 2);
        player.buffer.target_samples()
    };
    assert_eq!(delay_with_copies(1), delay_with_copies(0));
}

#[test]
fn after_a_long_stall_only_the_newest_frames_are_played() {
    let mut player = Player::speaking();
    player.stream(0..50, |_| Some(0));
    player.steps(200);
    for sequence in 50..150 {
        player.arrive(sequence);
    }
    player.stream(150..200, |_| Some(0));
    let delay = player.buffer.delay_samples();
    assert!(delay <= DELAY_SAMPLES_MAX, "{delay}");
    assert!(player.buffer.counters().overflowed > 50);
    let heard = player.played();
    assert!(!heard.contains(&60) && heard.contains(&149), "{heard:?}");
}

#[test]
fn a_queue_spike_costs_its_own_time_and_moves_nothing() {
    let mut player = Player::speaking();
    player.stream(0..300, |_| Some(0));
    player.steps(30);
    for sequence in 300..315 {
        player.arrive(sequence);
    }
    let before = player.buffer.counters();
    player.stream(315..400, |_| Some(0));
    player.steps(100);
    let missed = player.buffer.counters().lost - before.lost;
    assert!((13..=15).contains(&missed), "{missed} of the fifteen frames of 300 ms");
    assert!(player.played().ends_with(&[397, 398, 399]));
    assert!(player.delays().iter().all(|&delay| delay <= 960), "{:?}", player.delays());
}

#[test]
fn after_spikes_that_keep_coming_the_delay_is_longer_and_nothing_is_lost() {
    let mut player = Player::speaking();
    player.stream(0..100, |_| Some(0));
    // 80 ms, once a second.
    let spike = |n: u32| Some(u64::from(8_u32.saturating_sub(2 * (n % 50))));
    player.stream(100..700, spike);
    let before = player.buffer.counters();
    player.stream(700..1_000, spike);
    let after = player.buffer.counters();
    assert_eq!((after.lost, after.late), (before.lost, before.late));
    assert!(player.buffer.target_samples() <= 3_840 + 480, "{}", player.buffer.target_samples());
}

#[test]
fn what_piles_up_without_a_listener_is_skipped() {
    let mut player = Player::speaking();
    player.stream(0..20, |_| Some(0));
    for sequence in 20..300 {
        player.arrive(sequence);
    }
    player.steps(20);
    let heard = player.played();
    assert!(heard.contains(&299), "{heard:?}");
    assert!(!heard.contains(&200), "{heard:?}");
}

/// How many of 200 frames are played if the path slows down right before them, by `slower(n)` blocks for frame `n`.
fn played_on_a_slower_path(frame_size: FrameSize, slower: impl Fn(u32) -> u64) -> usize {
    let mut player = Player::speaking_in(frame_size);
    player.stream(0..200, |_| Some(0));
    player.stream(200..400, |n| Some(slower(n - 200)));
    player.steps(200);
    player.played().iter().filter(|&&sequence| sequence >= 200).count()
}

#[test]
fn a_path_that_gets_slower_and_stays_so_is_soon_heard_again() {
    for frame_size in FrameSize::ALL {
        for blocks in [20, 40, 50, 58, 60, 100, 150, 190, 250] {
            let played = played_on_a_slower_path(frame_size, |_| blocks);
            assert!(played >= 180, "{frame_size:?}, slower by {blocks} blocks: {played} of 200");
        }
        for blocks in [45, 50, 58, 60, 100, 150, 190, 250] {
            let played = played_on_a_slower_path(frame_size, |n| blocks + u64::from(n * 7 % 5));
            assert!(played >= 170, "{frame_size:?}, slower by {blocks} blocks or more: {played} of 200");
        }
    }
}

#[test]
fn a_path_that_gets_slower_and_slower_is_heard_most_of_the_time() {
    for frame_size in FrameSize::ALL {
        let blocks_per_frame = (frame_size.samples() / BLOCK_SAMPLES) as u64;
        for ramp in [60, 100, 200] {
            // With each second the path gets a second slower.
            let slower = |n: u32| (u64::from(n) * blocks_per_frame).min(ramp);
            let played = played_on_a_slower_path(frame_size, slower);
            assert!(played >= 165, "{frame_size:?}, slower by {ramp} blocks in the end: {played} of 200");
        }
    }
}

#[test]
fn a_slower_path_is_taken_to_be_as_even_as_the_one_before() {
    for blocks in [100, 250] {
        let mut player = Player::speaking();
        let jitter = |n: u32| u64::from(n * 5 % 7);
        player.stream(0..400, |n| Some(jitter(n)));
        let before = player.buffer.target_samples();
        player.stream(400..430, |n| Some(blocks + jitter(n)));
        let after = player.buffer.target_samples();
        assert!(after.abs_diff(before) <= 480, "{blocks} blocks slower: from {before} to {after}");
    }
}

#[test]
fn a_burst_after_a_stall_is_played_from_its_newest_frames_on() {
    for frame_size in FrameSize::ALL {
        for rate in [1_000, 3] {
            let mut player = Player::speaking_in(frame_size);
            player.stream(0..200, |_| Some(0));
            let frames = 48_000 / frame_size.samples() as u32;
            // A second's worth of frames: all at once, or three in the time of one.
            let blocks = (frame_size.samples() / BLOCK_SAMPLES) as u64;
            let late = |n: u32| {
                let (n, all) = (u64::from(n - 200) * blocks, u64::from(frames) * blocks);
                Some(all.saturating_sub(n - n / rate))
            };
            player.stream(200..400, late);
            player.steps(100);
            let counters = player.buffer.counters();
            assert!(player.played().ends_with(&[397, 398, 399]), "{frame_size:?}, {rate}");
            assert!(player.buffer.delay_samples() <= DELAY_SAMPLES_MAX);
            assert!(counters.overflowed >= u64::from(frames) / 4, "{frame_size:?}, {rate}: {counters:?}");
            assert!(counters.overflowed <= u64::from(frames), "{frame_size:?}, {rate}: {counters:?}");
        }
    }
}

#[test]
fn a_packet_from_long_ago_changes_nothing_that_is_known_of_the_network() {
    for (frame_size, sequence) in [(FrameSize::Ms10, 190), (FrameSize::Ms20, 250), (FrameSize::Ms60, 300)] {
        let mut player = Player::speaking_in(frame_size);
        let jitter = |n: u32| u64::from(n * 5 % 7);
        player.stream(0..400, |n| (n != 300).then(|| jitter(n)));
        let before = player.buffer.target_samples();
        let late = player.buffer.counters().late;
        player.arrive(sequence);
        player.stream(400..402, |n| Some(jitter(n)));
        assert_eq!(player.buffer.counters().late, late + 1);
        let after = player.buffer.target_samples();
        assert!(after.abs_diff(before) <= 480, "{frame_size:?}: from {before} to {after}");
    }
}
