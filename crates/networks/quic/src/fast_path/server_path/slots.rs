//! A table of items by number, with reused numbers.

/// A bounded table. An entry costs a pointer, and the thing itself while it is there.
#[derive(Debug)]
pub(super) struct Slots<T> {
    entries: Vec<Option<Box<T>>>,
    free: Vec<u32>,
    max: usize,
}

impl<T> Slots<T> {
    pub(super) fn new(max: usize) -> Self {
        Self { entries: Vec::new(), free: Vec::new(), max }
    }

    pub(super) fn insert(&mut self, make: impl FnOnce() -> T) -> Option<u32> {
        if let Some(number) = self.free.pop() {
            self.entries[number as usize] = Some(Box::new(make()));
            return Some(number);
        }
        let number = u32::try_from(self.entries.len()).ok().filter(|_| self.entries.len() < self.max)?;
        self.entries.push(Some(Box::new(make())));
        Some(number)
    }

    pub(super) fn remove(&mut self, number: u32) -> Option<Box<T>> {
        let removed = self.entries.get_mut(number as usize)?.take();
        self.free.extend(removed.is_some().then_some(number));
        removed
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().filter_map(Option::as_deref)
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.entries.get(number as usize)?.as_deref()
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.entries.get_mut(number as usize)?.as_deref_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_used_again_and_bounded() {
        let mut slots = Slots::new(2);
        assert_eq!(
            (slots.insert(|| 'a'), slots.insert(|| 'b'), slots.insert(|| 'c')),
            (Some(0), Some(1), None)
        );
        assert_eq!(slots.remove(0).as_deref(), Some(&'a'));
        assert_eq!((slots.remove(0), slots.remove(7), slots.get(0)), (None, None, None));
        assert_eq!(slots.iter().collect::<String>(), "b");
        assert_eq!(slots.insert(|| 'd'), Some(0));
        assert_eq!(slots.get_mut(0), Some(&mut 'd'));
        assert_eq!(slots.insert(|| 'e'), None);
    }
}
