// What is written into an offer besides what the browser writes (SDP, RFC 8866; Opus in it, RFC 7587).

/** Asks for packets of 20 ms, which is what the others' games send and take. */
export function withPacketTime(sdp: string): string {
  const sections = sdp.split(/(?=^m=)/m);
  return sections.map((section) => (section.startsWith("m=audio ") ? audio(section) : section)).join("");
}

function audio(section: string): string {
  const others = section.split("\r\n").filter((line) => !/^a=(max)?ptime:/.test(line));
  const end = others.at(-1) === "" ? others.pop() : undefined;
  return [...others, "a=ptime:20", "a=maxptime:20", ...(end === undefined ? [] : [end])].join("\r\n");
}
