//! Commands on channel 0, from or for peer 0, in combinations that no honest ENet peer sends.

#![allow(dead_code, reason = "not every test needs each of them")]

/// A datagram with a send time and these commands.
pub(crate) fn datagram(commands: &[Vec<u8>]) -> Vec<u8> {
    [vec![0x40, 0, 0, 0], commands.concat()].concat()
}

/// The commands in as few datagrams as possible.
pub(crate) fn datagrams(commands: impl IntoIterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    let commands: Vec<_> = commands.into_iter().collect();
    commands.chunks(32).map(datagram).collect()
}

/// A whole reliable message.
pub(crate) fn reliable(number: u16, message: &[u8]) -> Vec<u8> {
    let [number, length] = [number, message.len() as u16].map(u16::to_be_bytes);
    [&[0x86, 0][..], &number, &length, message].concat()
}

/// An empty unreliable message after a reliable one.
pub(crate) fn unreliable(behind: u16, number: u16) -> Vec<u8> {
    let [behind, number] = [behind, number].map(u16::to_be_bytes);
    [&[0x07, 0][..], &behind, &number, &[0, 0]].concat()
}

/// A fragment of a reliable message whose first fragment has this number; all fragments have the same length.
pub(crate) fn fragment(start: u16, (number, count): (u16, u16), length: u16, total: u32) -> Vec<u8> {
    let mut command = vec![0x88, 0];
    for field in [start.wrapping_add(number), start, length] {
        command.extend_from_slice(&field.to_be_bytes());
    }
    for field in [count.into(), number.into(), total, u32::from(number) * u32::from(length)] {
        command.extend_from_slice(&field.to_be_bytes());
    }
    command.extend(std::iter::repeat_n(0x5a, usize::from(length)));
    command
}
