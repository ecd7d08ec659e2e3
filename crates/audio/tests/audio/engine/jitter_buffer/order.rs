//! Each frame is played once, in order.

use consonance_audio::FrameProperties;

use super::player::Player;

#[test]
fn frames_out_of_order_are_put_in_order() {
    let mut player = Player::speaking();
    player.stream(0..100, |n| Some(if n % 5 == 0 { 3 } else { 0 }));
    player.steps(20);
    let in_order = player.played();
    assert!(in_order.is_sorted());
    assert!(in_order.len() >= 98, "{} of 100", in_order.len());
}

#[test]
fn duplicates_are_played_once() {
    let mut player = Player::speaking();
    for sequence in 0..50 {
        player.arrive(sequence);
        player.arrive(sequence);
        player.steps(2);
        player.arrive(sequence / 2);
    }
    player.steps(20);
    assert!(player.played().into_iter().eq(0..50), "{:?}", player.played());
    assert_eq!(player.buffer.counters().duplicates, 100);
    assert_eq!(player.buffer.counters().late, 0);
}

#[test]
fn a_frame_after_its_turn_is_late_and_not_played() {
    let mut player = Player::speaking();
    player.stream(0..100, |n| (n != 60).then_some(0));
    player.arrive(60);
    player.steps(20);
    assert!(!player.played().contains(&60));
    assert_eq!(player.buffer.counters().late, 1);
    assert_eq!(player.buffer.counters().lost, 1);
}

#[test]
fn a_hole_in_the_numbering_is_jumped_over() {
    let mut player = Player::speaking();
    player.stream(0..20, |_| Some(0));
    for sequence in 4_000_000_000..4_000_000_020 {
        player.arrive(sequence);
        player.steps(2);
    }
    player.steps(20);
    assert!(player.played().contains(&4_000_000_019), "{:?}", player.played());
}

#[test]
fn oversized_packets_are_not_kept() {
    let mut player = Player::speaking();
    player.buffer.push(0, player.now, &vec![0; 100_000], FrameProperties::default(), 0);
    assert_eq!(player.buffer.queued_packets(), 0);
    assert_eq!(player.buffer.counters().oversized, 1);
}
