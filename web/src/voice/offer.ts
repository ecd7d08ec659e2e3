// Additions to the browser's offer (SDP, RFC 8866; Opus in it, RFC 7587).

/** Requests packets of 20 ms, the size that games send and accept. */
export function withPacketTime(sdp: string): string {
  const sections = sdp.split(/(?=^m=)/m);
  return sections.map((section) => (section.startsWith("m=audio ") ? audio(section) : section)).join("");
}

function audio(section: string): string {
  const others = section.split("\r\n").filter((line) => !/^a=(max)?ptime:/.test(line));
  const end = others.at(-1) === "" ? others.pop() : undefined;
  return [...others, "a=ptime:20", "a=maxptime:20", ...(end === undefined ? [] : [end])].join("\r\n");
}
