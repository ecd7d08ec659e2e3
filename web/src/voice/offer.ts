// Additions to offers and answers (SDP, RFC 8866; Opus in it, RFC 7587).

/** Requests packets of 20 ms, the size that games send and accept. */
export function withPacketTime(sdp: string): string {
  return sections(sdp).map((section) => (isAudio(section) ? packetTime(section) : section)).join("");
}

/**
 * Prefers Opus in two channels (RFC 7587, 7: `stereo`) in all audio sections: in a page's own description, what it plays may have two; in
 * the other side's, what the page sends has.
 */
export function withStereo(sdp: string): string {
  return withOpusParameters(sdp, ["stereo=1"]);
}

/** Adds parameters of Opus (RFC 7587, 7) to the first `count` audio sections, unless they are there with any value. */
export function withOpusParameters(sdp: string, parameters: readonly string[], count = Infinity): string {
  let left = count;
  return sections(sdp)
    .map((section) => (isAudio(section) && left-- > 0 ? parameters.reduce(withParameter, section) : section))
    .join("");
}

function sections(sdp: string): string[] {
  return sdp.split(/(?=^m=)/m);
}

function isAudio(section: string): boolean {
  return section.startsWith("m=audio ");
}

function withParameter(section: string, parameter: string): string {
  const type = /^a=rtpmap:(\d+) opus\/48000\/2/im.exec(section)?.[1];
  if (type === undefined) return section;
  const line = new RegExp(`^(a=fmtp:${type} )(.*?)(\r?)$`, "m");
  const known = line.exec(section)?.[2];
  if (known === undefined) return section.replace(/^(a=rtpmap:\d+ opus\/48000\/2)(\r?\n)/im, `$1$2a=fmtp:${type} ${parameter}$2`);
  const [name = ""] = parameter.split("=");
  if (known.split(";").some((other) => other.trim().startsWith(`${name}=`))) return section;
  return section.replace(line, `$1$2;${parameter}$3`);
}

function packetTime(section: string): string {
  const others = section.split("\r\n").filter((line) => !/^a=(max)?ptime:/.test(line));
  const end = others.at(-1) === "" ? others.pop() : undefined;
  return [...others, "a=ptime:20", "a=maxptime:20", ...(end === undefined ? [] : [end])].join("\r\n");
}
