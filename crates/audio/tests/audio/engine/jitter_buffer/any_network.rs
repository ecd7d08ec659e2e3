//! With any network and any calls: nothing breaks, nothing is played twice, everything is counted.

use consonance_audio::limits::{DELAY_SAMPLES_MAX, QUEUED_PACKETS_MAX};
use proptest::prelude::*;

use super::player::Player;

#[derive(Debug, Clone)]
enum Action {
    Start,
    End,
    /// A frame near the newest one, or anywhere.
    Arrive(u32),
    Play(usize),
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let action = prop_oneof![
        1 => Just(Action::Start),
        1 => Just(Action::End),
        20 => (0_u32..300).prop_map(Action::Arrive),
        1 => any::<u32>().prop_map(Action::Arrive),
        20 => (0_usize..6).prop_map(Action::Play),
        1 => (0_usize..300).prop_map(Action::Play),
    ];
    prop::collection::vec(action, 0..400)
}

/// Arrivals as a bad network makes them: mostly the next frame, sometimes an old one, a gap, a burst.
fn arrivals() -> impl Strategy<Value = Vec<Action>> {
    let step = (0_u32..4, 0_usize..5, 0_u32..30);
    prop::collection::vec(step, 0..400).prop_map(|steps| {
        let mut newest = 0;
        let mut actions = vec![Action::Start];
        for (ahead, blocks, back) in steps {
            newest += ahead;
            let sequence = if back < 4 { newest.saturating_sub(back * 3) } else { newest };
            actions.extend([Action::Arrive(sequence), Action::Play(blocks)]);
        }
        actions.extend([Action::End, Action::Play(500)]);
        actions
    })
}

fn run(recoverable: u8, actions: Vec<Action>) -> Player {
    let mut player = Player::new();
    player.recoverable = recoverable;
    for action in actions {
        match action {
            Action::Start => drop(player.buffer.start_utterance()),
            Action::End => player.buffer.end_utterance(),
            Action::Arrive(sequence) => player.arrive(sequence),
            Action::Play(blocks) => player.steps(blocks),
        }
        assert!(player.buffer.queued_packets() <= QUEUED_PACKETS_MAX);
        assert!(player.buffer.target_samples() <= DELAY_SAMPLES_MAX);
    }
    player
}

fn check(player: &Player) -> Result<(), TestCaseError> {
    prop_assert!(
        player.turns.windows(2).all(|pair| pair[0].0 < pair[1].0),
        "each frame has one turn, in order: {:?}",
        player.turns
    );
    let counters = player.buffer.counters();
    prop_assert_eq!(
        counters.received,
        player.played().len() as u64
            + player.buffer.queued_packets() as u64
            + counters.late
            + counters.duplicates
            + counters.overflowed
            + counters.oversized,
        "each packet is played or counted: {:?}",
        counters
    );
    Ok(())
}

proptest! {
    #[test]
    fn any_order_of_calls_is_safe(recoverable in 0..7_u8, actions in actions()) {
        check(&run(recoverable, actions))?;
    }

    #[test]
    fn any_network_gives_an_ordered_subsequence(recoverable in 0..7_u8, actions in arrivals()) {
        let player = run(recoverable, actions);
        check(&player)?;
        prop_assert_eq!(player.buffer.queued_packets(), 0, "everything ends");
    }
}
