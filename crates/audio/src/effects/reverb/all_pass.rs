//! An all-pass filter: makes many echoes of one, at the same level for all tones.

#[derive(Debug)]
pub(super) struct AllPass {
    delay: Vec<f32>,
    place: usize,
}

impl AllPass {
    pub(super) fn new(samples: usize) -> Self {
        Self { delay: vec![0.0; samples], place: 0 }
    }

    pub(super) fn process(&mut self, sound: &mut [f32], gain: f32) {
        let mut rest = sound;
        while !rest.is_empty() {
            // Up to the end of the ring, no sample depends on one that this loop has written.
            let samples = rest.len().min(self.delay.len() - self.place);
            let (now, later) = rest.split_at_mut(samples);
            for (sample, delayed) in now.iter_mut().zip(&mut self.delay[self.place..]) {
                let kept = *sample + gain * *delayed;
                *sample = *delayed - gain * kept;
                *delayed = kept;
            }
            self.place = (self.place + samples) % self.delay.len();
            rest = later;
        }
    }

    pub(super) fn clear(&mut self) {
        self.delay.fill(0.0);
    }
}
