//! Frames that never arrive: recovered from copies where there are any, and counted.

use consonance_audio::jitter::FrameId;

use super::player::{Player, Turn};

#[test]
fn lost_frames_are_recovered_from_the_next_once_there_are_some() {
    let mut player = Player::speaking();
    player.recoverable = 1;
    player.stream(0..400, |n| (n % 20 != 10).then_some(0));
    player.steps(10);
    let turns = |from, turn| player.turns.iter().filter(|t| t.0.sequence >= from && t.1 == turn).count();
    assert!(turns(60, Turn::Recovered) >= 16, "{:?}", player.buffer);
    assert_eq!(turns(60, Turn::GivenUp), 0);
    let delay = player.buffer.delay_samples();
    assert!((960..=1_440).contains(&delay), "a frame, and hardly more: {delay}");
}

#[test]
fn a_frame_recovered_late_loses_its_beginning_and_moves_nothing() {
    let mut player = Player::speaking();
    player.recoverable = 1;
    player.stream(0..200, |n| match n {
        150 => None,
        _ => Some(0),
    });
    player.steps(10);
    assert_eq!(player.turns[150].1, Turn::Recovered);
    let delays = &player.delays()[140..];
    assert!(delays.iter().all(|delay| *delay == delays[0]), "{delays:?}");
}

#[test]
fn when_the_first_packet_is_lost_its_frame_is_recovered() {
    let mut player = Player::speaking();
    player.recoverable = 1;
    player.stream(1..20, |_| Some(0));
    player.steps(10);
    assert_eq!(player.turns[0], (FrameId { utterance: 0, sequence: 0 }, Turn::Recovered));
    assert!(player.played().into_iter().eq(1..20), "{:?}", player.played());
}

#[test]
fn the_delay_grows_for_copies_without_missing_a_frame() {
    let mut player = Player::speaking();
    player.stream(0..60, |_| Some(0));
    player.steps(2);
    player.recoverable = 1;
    player.stream(60..120, |_| Some(0));
    assert!(player.stretched[0] >= 480, "{:?}", player.stretched);
    assert!((960..=1_440).contains(&player.buffer.delay_samples()), "{}", player.buffer.delay_samples());
    assert!(player.turns.iter().all(|(_, turn)| matches!(turn, Turn::Played(_))));
}

#[test]
fn unneeded_copies_are_no_longer_waited_for_after_128_frames() {
    let mut player = Player::speaking();
    player.recoverable = 1;
    player.stream(0..120, |_| Some(0));
    player.steps(2);
    assert!(player.buffer.delay_samples() >= 960);
    player.stream(120..200, |_| Some(0));
    assert!(player.buffer.delay_samples() <= 960, "{}", player.buffer.delay_samples());
    assert!(player.turns.iter().all(|(_, turn)| matches!(turn, Turn::Played(_))));
}

#[test]
fn frames_in_a_row_are_recovered_as_far_as_the_delay_holds_the_packet_after_them() {
    for (late_blocks, recovered) in [(8, 4), (4, 2)] {
        let mut player = Player::speaking();
        player.recoverable = 5;
        // Every fifth packet is late, so that the others wait for as many blocks.
        let late = |n| if n % 5 == 0 { late_blocks } else { 0 };
        player.stream(0..300, |n| (!(201..205).contains(&n)).then_some(late(n)));
        player.steps(20);
        let turns = player.turns.iter().filter(|(frame, _)| (201..205).contains(&frame.sequence));
        let count = turns.filter(|(_, turn)| *turn == Turn::Recovered).count();
        assert!(count >= recovered, "{late_blocks} blocks of delay: {count} of 4");
        let since = player.played().into_iter().filter(|sequence| *sequence >= 100);
        assert_eq!(since.count(), 196, "{late_blocks} blocks of delay: nothing else is missed");
    }
}

#[test]
fn without_copies_lost_frames_do_not_cost_delay() {
    let mut player = Player::speaking();
    player.stream(0..400, |n| (n % 20 != 10).then_some(0));
    assert!(player.delays().iter().all(|&delay| delay == 480), "{:?}", player.delays());
    assert_eq!(player.buffer.counters().lost, 20);
}

#[test]
fn the_loss_of_late_is_that_of_128_frames_and_does_not_count_late_ones() {
    let mut player = Player::speaking();
    assert!(player.buffer.loss_percent().abs() < f32::EPSILON);
    player.stream(0..100, |n| match n % 10 {
        3 => None,
        6 => Some(5),
        _ => Some(0),
    });
    assert!((player.buffer.loss_percent() - 10.0).abs() < 1.0, "{}", player.buffer.loss_percent());
    player.stream(100..300, |_| Some(0));
    assert!(player.buffer.loss_percent().abs() < f32::EPSILON);
}
