// Connection quality: one word always; sentences and a graph on request.

import { element, mark, say, show } from "./dom.ts";
import { closeOutside } from "./popover.ts";
import { linePath, QualityHistory } from "./quality_history.ts";
import { describeQuality } from "./quality_words.ts";
import type { Panel, RoomContext } from "./room_context.ts";
import { WORDS } from "./words.ts";

export class ConnectionPanel implements Panel {
  readonly node: HTMLElement;
  readonly #context: RoomContext;
  readonly #history = new QualityHistory();
  readonly #word = element("span", {});
  readonly #sentences = element("ul", { class: "plain" });
  readonly #graph = new Graph();

  constructor(context: RoomContext) {
    this.#context = context;
    const card = element(
      "div",
      { class: "card popover" },
      element("h2", {}, WORDS.connection.title),
      this.#sentences,
      this.#graph.node,
    );
    const summary = element("summary", { class: "button" }, element("span", { class: "dot" }), this.#word);
    const details = element("details", { class: "connection" }, summary, card);
    closeOutside(details, () => this.update());
    this.node = details;
  }

  /** Records a measurement; called every two seconds. */
  measured(): void {
    this.#history.add(this.#context.voice.quality);
    this.update();
  }

  update(): void {
    const { state, quality } = this.#context.voice;
    const word = state === "connected" ? WORDS.connection.qualities[quality.word] : WORDS.connection.states[state];
    say(this.#word, word);
    mark(this.node, "data-quality", state === "connected" ? quality.word : "lost");
    mark(this.node.firstElementChild ?? this.node, "aria-label", WORDS.connection.open(word));
    if (!(this.node as HTMLDetailsElement).open) return;
    const sentences = state === "connected" ? describeQuality(quality) : [WORDS.banner.reconnecting];
    if (sentences.length === 0) sentences.push(WORDS.connection.unknown);
    this.#sentences.replaceChildren(...sentences.map((sentence) => element("li", {}, sentence)));
    this.#graph.draw(this.#history);
  }
}

/** Two lines over two minutes; the sentences beside it have the same information. */
class Graph {
  readonly node: HTMLElement;
  readonly #roundTrip = path("round-trip");
  readonly #lost = path("lost");
  readonly #roundTripLabel = element("span", { class: "key round-trip" });
  readonly #lostLabel = element("span", { class: "key lost" });

  constructor() {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute("aria-hidden", "true");
    svg.append(this.#roundTrip, this.#lost);
    this.node = element(
      "figure",
      { class: "graph", hidden: true },
      svg,
      element("figcaption", { class: "note" }, WORDS.connection.graph, this.#roundTripLabel, this.#lostLabel),
    );
  }

  draw({ samples }: QualityHistory): void {
    show(this.node, samples.length > 1);
    const roundTrips = samples.map((sample) => sample.roundTripMs);
    const lost = samples.map((sample) => sample.lostPercent);
    this.#roundTrip.setAttribute("d", linePath(roundTrips, Math.max(200, ...roundTrips.map(Number)), WIDTH, HEIGHT));
    this.#lost.setAttribute("d", linePath(lost, Math.max(10, ...lost.map(Number)), WIDTH, HEIGHT));
    const [ms, percent] = [roundTrips.at(-1), lost.at(-1)];
    say(this.#roundTripLabel, WORDS.connection.roundTrip(ms == null ? "–" : `${Math.round(ms)} ms`));
    say(this.#lostLabel, WORDS.connection.lost(percent == null ? "–" : `${percent.toFixed(1)} %`));
  }
}

function path(name: string): SVGPathElement {
  const made = document.createElementNS(SVG, "path");
  made.setAttribute("class", name);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 280;
const HEIGHT = 70;
