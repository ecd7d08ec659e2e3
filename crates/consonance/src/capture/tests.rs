//! Which input has ended.

use std::thread::yield_now;
use std::time::Duration;

use consonance_audio::Read;

use super::*;

/// Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// An input that blocks until it is released.
struct Stuck {
    is_stuck: SyncSender<()>,
    let_go: Receiver<()>,
}

impl Input for Stuck {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        let _ = self.is_stuck.try_send(());
        // Released when the other end is dropped.
        let _ = self.let_go.recv();
        block.fill(0.0);
        Read::Samples
    }
}

/// An input that is at its end.
struct Over;

impl Input for Over {
    fn read(&mut self, _block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        Read::End
    }
}

fn beat(capture: &mut Capture) {
    let beat = Beat { due: Instant::now(), position: SamplePosition(0), render: [0.0; BLOCK_SAMPLES] };
    capture.beat(beat).expect("the thread is there");
    while capture.poll().is_some() {}
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        yield_now();
    }
}

#[test]
fn the_end_of_an_input_is_noticed_although_one_before_it_was_refused() {
    let mut capture = Capture::new(CaptureControls::new(None, None, false), Waker::noop().clone());
    let ((sender, is_stuck), (let_go, released)) = (sync_channel(1), sync_channel(0));
    capture.set_input(Box::new(Stuck { is_stuck: sender, let_go: released })).expect("there is room");
    beat(&mut capture);
    is_stuck.recv().expect("it is asked for sound");
    (0..WAITING_MAX).for_each(|_| beat(&mut capture));
    assert!(capture.set_input(Box::new(Over)).is_err(), "the thread is stuck, and its queue full");
    drop(let_go);
    until("there is room again", || capture.set_input(Box::new(Over)).is_ok());
    assert!(!capture.has_ended(), "nothing was read of it yet");
    until("its end is noticed", || {
        beat(&mut capture);
        capture.has_ended()
    });
}

#[test]
fn music_is_captured_without_suppression() {
    let voice = CaptureControls::new(None, None, true);
    let music = CaptureControls { is_music: true, ..voice };
    assert_eq!(voice.chain_settings(), voice.settings);
    assert_eq!(music.chain_settings(), voice.settings.for_music());
}
