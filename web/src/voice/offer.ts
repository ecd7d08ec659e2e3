// Additions to offers and answers (SDP, RFC 8866; Opus in it, RFC 7587).

/** Requests packets of 20 ms, the size that games send and accept. */
export function withPacketTime(sdp: string): string {
  return sections(sdp).map((section) => (isAudio(section) ? packetTime(section) : section)).join("");
}

/**
 * Prefers Opus in two channels (RFC 7587, 7: `stereo`) in the first `count` audio sections: in a page's own description, what it plays
 * may have two; in the other side's, what the page sends has.
 */
export function withStereo(sdp: string, count = Infinity): string {
  let left = count;
  return sections(sdp)
    .map((section) => (isAudio(section) && left-- > 0 ? stereo(section) : section))
    .join("");
}

function sections(sdp: string): string[] {
  return sdp.split(/(?=^m=)/m);
}

function isAudio(section: string): boolean {
  return section.startsWith("m=audio ");
}

function stereo(section: string): string {
  const type = /^a=rtpmap:(\d+) opus\/48000\/2/im.exec(section)?.[1];
  if (type === undefined) return section;
  const parameters = new RegExp(`^(a=fmtp:${type} )(.*?)(\r?)$`, "m");
  const known = parameters.exec(section)?.[2];
  if (known === undefined) return section.replace(/^(a=rtpmap:\d+ opus\/48000\/2)(\r?\n)/im, `$1$2a=fmtp:${type} stereo=1$2`);
  if (/(^|;)\s*stereo=/.test(known)) return section;
  return section.replace(parameters, "$1$2;stereo=1$3");
}

function packetTime(section: string): string {
  const others = section.split("\r\n").filter((line) => !/^a=(max)?ptime:/.test(line));
  const end = others.at(-1) === "" ? others.pop() : undefined;
  return [...others, "a=ptime:20", "a=maxptime:20", ...(end === undefined ? [] : [end])].join("\r\n");
}
