//! Seeded runs of the impairer: lost, late, doubled and overtaken packets are compared with the settings.

use proptest::prelude::*;

use super::*;

const MS: Duration = Duration::from_millis(1);
const PACKETS: u32 = 5_000;

/// A number for a packet, and the milliseconds after the start at which it came out.
type Arrival = (u32, Duration);

/// Pushes a numbered packet each 20 ms and returns the output, in order.
fn run(impairment: &Impairment, delivery: Delivery) -> (Vec<Arrival>, ImpairmentCounts) {
    let start = Instant::now();
    let mut impairer = Impairer::new(impairment);
    let mut arrivals = Vec::new();
    for number in 0..PACKETS {
        let now = start + 20 * MS * number;
        impairer.push(now, delivery, number.to_be_bytes());
        drain(&mut impairer, start, Some(now), &mut arrivals);
    }
    drain(&mut impairer, start, None, &mut arrivals);
    (arrivals, impairer.counts())
}

/// Lets time jump from one due packet to the next.
fn drain(
    impairer: &mut Impairer<[u8; 4]>,
    start: Instant,
    until: Option<Instant>,
    arrivals: &mut Vec<Arrival>,
) {
    while let Some(now) = impairer.next_at().filter(|&at| until.is_none_or(|until| at <= until)) {
        let just_before = now.checked_sub(Duration::from_nanos(1)).unwrap();
        assert!(impairer.pop(just_before).is_none(), "nothing comes out early");
        let (_, packet) = impairer.pop(now).expect("next_at tells the truth");
        arrivals.push((u32::from_be_bytes(packet), now - start));
    }
}

fn delay_of(&(number, arrived): &Arrival) -> Duration {
    arrived.checked_sub(20 * MS * number).expect("nothing arrives before it was sent")
}

fn numbers(arrivals: &[Arrival]) -> Vec<u32> {
    arrivals.iter().map(|&(number, _)| number).collect()
}

#[test]
fn without_impairment_everything_comes_out_at_once_and_in_order() {
    let (arrivals, counts) = run(&Impairment::default(), Delivery::Unreliable);
    assert_eq!(numbers(&arrivals), (0..PACKETS).collect::<Vec<_>>());
    assert!(arrivals.iter().all(|arrival| delay_of(arrival).is_zero()));
    let all = u64::from(PACKETS);
    assert_eq!(counts, ImpairmentCounts { pushed: all, popped: all, ..ImpairmentCounts::default() });
}

#[test]
fn jitter_is_uniform_between_nothing_and_its_size_on_top_of_the_delay() {
    let impairment = Impairment { delay: 40 * MS, jitter: 100 * MS, seed: 3, ..Impairment::default() };
    let (arrivals, counts) = run(&impairment, Delivery::Unreliable);
    let delays: Vec<Duration> = arrivals.iter().map(delay_of).collect();
    assert!(delays.iter().all(|delay| (40 * MS..140 * MS).contains(delay)));
    let mean = delays.iter().sum::<Duration>() / PACKETS;
    assert!((88 * MS..92 * MS).contains(&mean), "{mean:?}");
    assert!(delays.iter().any(|&delay| delay < 42 * MS) && delays.iter().any(|&delay| delay > 138 * MS));
    assert!(counts.reordered > 1000, "jitter of five frames reorders them: {}", counts.reordered);
}

#[test]
fn the_asked_share_of_packets_is_lost_and_doubled() {
    let impairment =
        Impairment { loss_percent: 10.0, duplicate_percent: 5.0, seed: 4, ..Impairment::default() };
    let (arrivals, counts) = run(&impairment, Delivery::Unreliable);
    assert!((430..570).contains(&counts.lost), "{}", counts.lost);
    assert!((180..270).contains(&counts.duplicated), "{}", counts.duplicated);
    assert_eq!(counts.popped, u64::from(PACKETS) - counts.lost + counts.duplicated);
    assert_eq!(counts.popped, arrivals.len() as u64);
}

#[test]
fn reliable_packets_all_come_once_and_in_order_and_lost_ones_later() {
    let impairment = Impairment {
        loss_percent: 20.0,
        burst_packets: Some(3.0),
        delay: 30 * MS,
        jitter: 50 * MS,
        duplicate_percent: 50.0,
        seed: 5,
        ..Impairment::default()
    };
    let (arrivals, counts) = run(&impairment, Delivery::Reliable);
    assert_eq!(numbers(&arrivals), (0..PACKETS).collect::<Vec<_>>());
    assert!((counts.lost, counts.duplicated, counts.reordered) == (0, 0, 0));
    assert!(counts.retransmitted > 900, "{}", counts.retransmitted);
    // A retransmission costs a round trip and the acknowledgement's delay.
    let late = arrivals.iter().filter(|arrival| delay_of(arrival) >= 30 * MS + 185 * MS).count();
    assert!(late > 900, "{late}");
    assert!(arrivals.iter().all(|arrival| delay_of(arrival) >= 30 * MS));
}

#[test]
fn reliable_packets_come_through_even_where_everything_is_lost() {
    let impairment = Impairment { loss_percent: 100.0, ..Impairment::default() };
    let (arrivals, _) = run(&impairment, Delivery::Reliable);
    assert_eq!(arrivals.len(), PACKETS as usize);
    assert!(arrivals.iter().map(delay_of).max() < Some(Duration::from_secs(2)));
}

#[test]
fn a_rate_limit_lets_the_asked_amount_pass() {
    // 4 bytes each 20 ms are 1600 bits per second: half of them pass.
    let impairment = Impairment { rate_limit_bits_per_s: Some(800), ..Impairment::default() };
    let (arrivals, counts) = run(&impairment, Delivery::Unreliable);
    let seconds = (20 * MS * PACKETS).as_secs_f64();
    let rate = arrivals.len() as f64 * 32.0 / seconds;
    assert!((790.0..=810.0).contains(&rate), "{rate}");
    assert_eq!(counts.congested + counts.popped, u64::from(PACKETS));
    assert!(arrivals.iter().all(|arrival| delay_of(arrival) <= 540 * MS), "the queue is bounded");
}

#[test]
fn a_seed_repeats_exactly_and_other_seeds_differ() {
    let with_seed = |seed| {
        let impairment = Impairment { loss_percent: 10.0, jitter: 50 * MS, seed, ..Impairment::default() };
        run(&impairment, Delivery::Unreliable).0
    };
    assert_eq!(with_seed(6), with_seed(6));
    assert_ne!(with_seed(6), with_seed(7));
}

#[test]
fn more_jitter_loses_the_same_packets() {
    let survivors = |jitter| {
        let impairment = Impairment { loss_percent: 10.0, jitter, seed: 8, ..Impairment::default() };
        let mut numbers = numbers(&run(&impairment, Delivery::Unreliable).0);
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(survivors(Duration::ZERO), survivors(100 * MS));
}

#[test]
fn what_is_on_its_way_is_bounded() {
    let now = Instant::now();
    let mut impairer = Impairer::new(&Impairment { delay: MS, ..Impairment::default() });
    for _ in 0..IN_FLIGHT_MAX {
        assert_eq!(impairer.push(now, Delivery::Reliable, [0]), Fate::OnItsWay);
    }
    assert_eq!(impairer.push(now, Delivery::Reliable, [0]), Fate::Overflowed);
    assert_eq!(impairer.counts().overflowed, 1);
}

#[test]
fn draining_ends_the_way_of_reliable_packets_in_order() {
    let now = Instant::now();
    let impairment =
        Impairment { delay: 10 * MS, jitter: 50 * MS, loss_percent: 30.0, seed: 9, ..Impairment::default() };
    let mut impairer = Impairer::new(&impairment);
    for number in 0..100_u8 {
        impairer.push(now, Delivery::Reliable, [number]);
        impairer.push(now, Delivery::Unreliable, [number]);
    }
    let drained: Vec<u8> = impairer.drain_reliable().map(|[number]| number).collect();
    assert_eq!(drained, (0..100).collect::<Vec<u8>>());
    assert_eq!(impairer.next_at(), None);
}

#[test]
fn absurd_settings_are_tamed() {
    let impairment = Impairment {
        loss_percent: f64::NAN,
        burst_packets: Some(f64::NEG_INFINITY),
        delay: Duration::MAX,
        jitter: Duration::MAX,
        duplicate_percent: f64::INFINITY,
        rate_limit_bits_per_s: Some(0),
        seed: u64::MAX,
    };
    let now = Instant::now();
    let mut impairer = Impairer::new(&impairment);
    assert_eq!(impairer.push(now, Delivery::Unreliable, [1; 4]), Fate::OnItsWay);
    let (first, last) = (now + 32 * Duration::from_secs(1) + DELAY_MAX, now + 32 * MS * 1000 + 2 * DELAY_MAX);
    assert!((first..=last).contains(&impairer.next_at().unwrap()));
    assert_eq!(impairer.counts().duplicated, 1);
}

proptest! {
    /// With any settings, nothing appears that was not pushed, nothing comes early, and every packet is accounted for.
    #[test]
    fn every_packet_is_accounted_for(
        loss_percent in 0.0..100.0,
        burst_packets in proptest::option::of(1.0..20.0),
        delay_ms in 0_u32..200,
        jitter_ms in 0_u32..200,
        duplicate_percent in 0.0..100.0,
        rate_limit_bits_per_s in proptest::option::of(100_u64..100_000),
        seed: u64,
        reliable: bool,
    ) {
        let impairment = Impairment {
            loss_percent,
            burst_packets,
            delay: MS * delay_ms,
            jitter: MS * jitter_ms,
            duplicate_percent,
            rate_limit_bits_per_s,
            seed,
        };
        let delivery = if reliable { Delivery::Reliable } else { Delivery::Unreliable };
        let (arrivals, counts) = run(&impairment, delivery);
        prop_assert_eq!(counts.pushed, u64::from(PACKETS));
        prop_assert_eq!(counts.popped, arrivals.len() as u64);
        prop_assert_eq!(counts.popped + counts.lost + counts.congested, counts.pushed + counts.duplicated);
        prop_assert!(arrivals.iter().all(|arrival| delay_of(arrival) >= MS * delay_ms));
        let numbers = numbers(&arrivals);
        if reliable {
            prop_assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]));
        }
        let mut copies = vec![0_u8; PACKETS as usize];
        for number in numbers {
            copies[number as usize] += 1;
        }
        prop_assert!(copies.iter().all(|&copies| copies <= 2));
    }
}
