//! Makes many echoes of one, all tones equally loud.

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
        for sample in sound {
            let delayed = self.delay[self.place];
            let kept = *sample + gain * delayed;
            self.delay[self.place] = kept;
            self.place = if self.place + 1 == self.delay.len() { 0 } else { self.place + 1 };
            *sample = delayed - gain * kept;
        }
    }

    pub(super) fn clear(&mut self) {
        self.delay.fill(0.0);
    }
}
