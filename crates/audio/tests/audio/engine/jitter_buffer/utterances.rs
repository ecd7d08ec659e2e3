//! Successive utterances.

use consonance_audio::jitter::FrameId;

use super::player::Player;

#[test]
fn utterances_are_played_one_after_another() {
    let mut player = Player::speaking();
    for sequence in 0..10 {
        player.arrive(sequence);
    }
    player.buffer.end_utterance();
    player.steps(3);
    assert_eq!(player.buffer.start_utterance(), 1);
    for sequence in 0..10 {
        player.arrive(sequence);
    }
    player.buffer.end_utterance();
    player.steps(60);
    let expected: Vec<FrameId> =
        (0..2).flat_map(|utterance| (0..10).map(move |sequence| FrameId { utterance, sequence })).collect();
    assert_eq!(player.turns.iter().map(|(frame, _)| *frame).collect::<Vec<_>>(), expected);
    assert_eq!(player.ended, [0, 1]);
}

#[test]
fn an_utterance_without_frames_just_ends() {
    let mut player = Player::speaking();
    player.steps(5);
    player.buffer.start_utterance();
    player.buffer.end_utterance();
    player.steps(5);
    assert_eq!(player.ended, [0, 1]);
    player.arrive(0);
    assert_eq!(player.buffer.counters().late, 1);
}

#[test]
fn restarting_without_end_does_not_pile_up() {
    let mut player = Player::new();
    for _ in 0..1_000 {
        player.buffer.start_utterance();
        player.arrive(0);
    }
    assert!(player.buffer.queued_packets() <= 5);
    player.steps(100);
    assert_eq!(player.buffer.queued_packets(), 0);
    assert_eq!(player.played().len() as u64 + player.buffer.counters().overflowed, 1_000);
}
