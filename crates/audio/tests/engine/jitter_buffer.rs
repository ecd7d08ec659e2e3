//! The jitter buffer alone: which frame is played when, whatever the network does.

use consonance_audio::jitter::{Decision, FrameId, JitterBuffer, JitterSettings, Stretch};
use consonance_audio::limits::{MAX_DELAY_SAMPLES, MAX_QUEUED_PACKETS};
use consonance_audio::{FrameProperties, FrameSize, SamplePosition};
use proptest::prelude::*;

/// A listener without ears: asks for what to play, stretches it as wished, and takes its time to play it.
struct Player {
    buffer: JitterBuffer,
    now: SamplePosition,
    /// Samples handed out that were not played yet.
    unheard: usize,
    /// Samples put in or left out so far.
    stretched: [usize; 2],
    /// Whether the packets that arrive carry copies.
    copies: bool,
    /// Every frame whose turn is over, and how it went.
    turns: Vec<(FrameId, Turn)>,
    ended: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Played(SamplePosition),
    Recovered,
    GivenUp,
}

impl Player {
    fn new() -> Self {
        let buffer = JitterBuffer::new(FrameSize::Ms20, JitterSettings::default());
        let now = SamplePosition::default();
        let (turns, ended) = (Vec::new(), Vec::new());
        Self { buffer, now, unheard: 0, stretched: [0; 2], copies: false, turns, ended }
    }

    fn speaking() -> Self {
        let mut player = Self::new();
        player.buffer.start_utterance();
        player
    }

    /// A frame whose packet is its own number arrives now.
    fn arrive(&mut self, sequence: u32) {
        self.buffer.push(
            sequence,
            self.now,
            &sequence.to_le_bytes(),
            FrameProperties::default(),
            self.copies,
        );
    }

    /// Plays one block.
    fn step(&mut self) {
        let mut rounds = 0;
        while self.unheard < 480 {
            rounds += 1;
            assert!(rounds < 200, "the buffer makes no progress");
            let begins = self.now + self.unheard as u64;
            let (samples, wish) = match self.buffer.next(self.now, self.unheard) {
                Decision::Silence => (480 - self.unheard, Stretch::Keep),
                Decision::Conceal => (480, Stretch::Keep),
                Decision::Play { frame, packet, late_samples, stretch, .. } => {
                    assert_eq!(packet, frame.sequence.to_le_bytes());
                    let begins = SamplePosition(begins.0 - late_samples as u64);
                    self.turns.push((frame, Turn::Played(begins)));
                    (960 - late_samples, stretch)
                }
                Decision::Recover { frame, next_packet, late_samples, stretch, .. } => {
                    assert!(self.copies);
                    assert_eq!(next_packet, (frame.sequence + 1).to_le_bytes());
                    self.turns.push((frame, Turn::Recovered));
                    (960 - late_samples, stretch)
                }
                Decision::GaveUp { first, count, from } => {
                    assert!(from <= begins);
                    self.turns.extend((0..count).map(|i| {
                        (FrameId { sequence: first.sequence.saturating_add(i), ..first }, Turn::GivenUp)
                    }));
                    (0, Stretch::Keep)
                }
                Decision::EndOfUtterance { utterance } => {
                    self.ended.push(utterance);
                    (0, Stretch::Keep)
                }
            };
            assert!(samples <= 960);
            self.unheard += samples;
            self.stretch(wish);
        }
        self.unheard -= 480;
        self.now += 480;
    }

    /// A voice whose period fits every wish.
    fn stretch(&mut self, wish: Stretch) {
        match wish {
            Stretch::Keep => return,
            Stretch::Shorten { at_most, .. } => {
                let samples = at_most.min(480);
                self.unheard -= samples;
                self.stretched[1] += samples;
            }
            Stretch::Lengthen { at_least, .. } => {
                let samples = at_least.max(120);
                self.unheard += samples;
                self.stretched[0] += samples;
            }
        }
        self.buffer.note_stretched();
    }

    fn steps(&mut self, blocks: usize) {
        for _ in 0..blocks {
            self.step();
        }
    }

    fn played(&self) -> Vec<u32> {
        let played = self.turns.iter().filter(|(_, turn)| matches!(turn, Turn::Played(_)));
        played.map(|(frame, _)| frame.sequence).collect()
    }

    /// From when each frame played was spoken to when it was played.
    fn delays(&self) -> Vec<u64> {
        let delay = |(frame, turn): &(FrameId, Turn)| match turn {
            Turn::Played(at) => Some(at.samples_since(SamplePosition(u64::from(frame.sequence) * 960))),
            Turn::Recovered | Turn::GivenUp => None,
        };
        self.turns.iter().filter_map(delay).collect()
    }

    /// Frames arrive every 20 ms, `delay(n)` blocks late, while sound is played.
    fn stream(&mut self, frames: std::ops::Range<u32>, delay: impl Fn(u32) -> Option<u64>) {
        let start = self.now;
        let first = frames.start;
        let mut arrivals: Vec<(SamplePosition, u32)> =
            frames.filter_map(|n| Some((start + u64::from(n - first) * 960 + delay(n)? * 480, n))).collect();
        arrivals.sort_unstable();
        for (at, sequence) in arrivals {
            while self.now < at {
                self.step();
            }
            self.arrive(sequence);
        }
    }
}

#[test]
fn on_a_perfect_network_frames_wait_less_than_20_ms() {
    let mut player = Player::speaking();
    player.stream(0..200, |_| Some(0));
    player.steps(10);
    assert!(player.played().into_iter().eq(0..200), "{:?}", player.played());
    assert!(player.delays().iter().all(|&delay| delay <= 960), "{:?}", player.delays());
}

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
fn lost_frames_are_recovered_from_the_next_once_there_are_some() {
    let mut player = Player::speaking();
    player.copies = true;
    player.stream(0..400, |n| (n % 20 != 10).then_some(0));
    player.steps(10);
    let turns = |from, turn| player.turns.iter().filter(|t| t.0.sequence >= from && t.1 == turn).count();
    assert!(turns(60, Turn::Recovered) >= 16, "{:?}", player.buffer);
    assert_eq!(turns(60, Turn::GivenUp), 0);
    let delay = player.buffer.delay_samples();
    assert!((960..=1_440).contains(&delay), "a frame, and hardly more: {delay}");
}

#[test]
fn the_delay_grows_for_copies_without_missing_a_frame() {
    let mut player = Player::speaking();
    player.stream(0..60, |_| Some(0));
    player.steps(2);
    player.copies = true;
    player.stream(60..120, |_| Some(0));
    assert!(player.stretched[0] >= 480, "{:?}", player.stretched);
    assert!((960..=1_440).contains(&player.buffer.delay_samples()), "{}", player.buffer.delay_samples());
    assert!(player.turns.iter().all(|(_, turn)| matches!(turn, Turn::Played(_))));
}

#[test]
fn copies_that_nobody_needs_are_no_longer_waited_for_after_128_frames() {
    let mut player = Player::speaking();
    player.copies = true;
    player.stream(0..120, |_| Some(0));
    player.steps(2);
    assert!(player.buffer.delay_samples() >= 960);
    player.stream(120..200, |_| Some(0));
    assert!(player.buffer.delay_samples() <= 960, "{}", player.buffer.delay_samples());
    assert!(player.turns.iter().all(|(_, turn)| matches!(turn, Turn::Played(_))));
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
    // Its successor is lost, so that nothing else is there to be played.
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
fn a_frame_recovered_late_loses_its_beginning_and_moves_nothing() {
    let mut player = Player::speaking();
    player.copies = true;
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
fn the_delay_finds_its_level_within_a_second() {
    let mut player = Player::speaking();
    player.stream(0..100, |n| Some(u64::from(n % 2) * 2));
    player.steps(10);
    let delays = player.delays();
    assert_eq!(delays[0], 480);
    assert!(delays[50..].iter().all(|&delay| (960..=1_680).contains(&delay)), "{delays:?}");
    assert!(player.turns[50..].iter().all(|(_, turn)| matches!(turn, Turn::Played(_))));
}

#[test]
fn frames_that_are_only_late_do_not_count_as_lost_for_the_copies() {
    let delay_with_copies = |copies| {
        let mut player = Player::speaking();
        player.copies = copies;
        player.stream(0..200, |n| Some(if n == 100 || n == 150 { 5 } else { 0 }));
        assert_eq!(player.buffer.counters().late, 2);
        player.buffer.target_samples()
    };
    assert_eq!(delay_with_copies(true), delay_with_copies(false));
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
    assert!(delay <= MAX_DELAY_SAMPLES, "{delay}");
    assert!(player.buffer.counters().overflowed > 50);
    let heard = player.played();
    assert!(!heard.contains(&60) && heard.contains(&149), "{heard:?}");
}

#[test]
fn a_short_stall_loses_nothing() {
    let mut player = Player::speaking();
    player.stream(0..50, |_| Some(0));
    player.steps(30);
    for sequence in 50..65 {
        player.arrive(sequence);
    }
    player.stream(65..100, |_| Some(0));
    player.steps(100);
    assert!(player.played().into_iter().eq(0..100), "{:?}", player.played());
}

#[test]
fn what_piles_up_while_nobody_listens_is_skipped() {
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

#[test]
fn when_the_first_packet_is_lost_its_frame_is_recovered() {
    let mut player = Player::speaking();
    player.copies = true;
    player.stream(1..20, |_| Some(0));
    player.steps(10);
    assert_eq!(player.turns[0], (FrameId { utterance: 0, sequence: 0 }, Turn::Recovered));
    assert!(player.played().into_iter().eq(1..20), "{:?}", player.played());
}

#[test]
fn oversized_packets_are_not_kept() {
    let mut player = Player::speaking();
    player.buffer.push(0, player.now, &vec![0; 100_000], FrameProperties::default(), false);
    assert_eq!(player.buffer.queued_packets(), 0);
    assert_eq!(player.buffer.counters().oversized, 1);
}

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

fn run(copies: bool, actions: Vec<Action>) -> Player {
    let mut player = Player::new();
    player.copies = copies;
    for action in actions {
        match action {
            Action::Start => drop(player.buffer.start_utterance()),
            Action::End => player.buffer.end_utterance(),
            Action::Arrive(sequence) => player.arrive(sequence),
            Action::Play(blocks) => player.steps(blocks),
        }
        assert!(player.buffer.queued_packets() <= MAX_QUEUED_PACKETS);
        assert!(player.buffer.target_samples() <= MAX_DELAY_SAMPLES);
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
    fn any_order_of_calls_is_safe(copies in any::<bool>(), actions in actions()) {
        check(&run(copies, actions))?;
    }

    #[test]
    fn any_network_gives_an_ordered_subsequence(copies in any::<bool>(), actions in arrivals()) {
        let player = run(copies, actions);
        check(&player)?;
        prop_assert_eq!(player.buffer.queued_packets(), 0, "everything ends");
    }
}
