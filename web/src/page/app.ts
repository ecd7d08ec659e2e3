// The page: switches between the join form, the room and the end screen.

import type { Voice } from "../voice/index.ts";
import { readAddress } from "./address.ts";
import { EndedView, type Ending } from "./ended_view.ts";
import { JoinView, type VoiceLibrary } from "./join_view.ts";
import { OtherTabs } from "./other_tabs.ts";
import { RoomView } from "./room_view.ts";
import { Memory } from "./settings.ts";
import { applyTheme } from "./theme.ts";
import { watchVisibleHeight } from "./visible_height.ts";
import { forgetVisit, rememberVisit, takeInterruptedVisit, type Visit, type Wish } from "./visit.ts";

/** Starts the page in this element. */
export function start(place: HTMLElement, library: VoiceLibrary): void {
  const app = new App(place, library);
  const interrupted = takeInterruptedVisit();
  if (interrupted) app.comeBack(interrupted);
  else app.askWho(null);
}

/** One of the page's screens. */
export interface Screen {
  readonly node: HTMLElement;
  /** The element that gets the focus when the screen appears. */
  readonly first: HTMLElement;
  stop(): void;
}

class App {
  readonly #place: HTMLElement;
  readonly #library: VoiceLibrary;
  readonly #memory = new Memory();
  readonly #tabs = new OtherTabs();
  #screen: Screen | null = null;
  /** The page is being unloaded while in the room. */
  #isGone = false;
  /** Rejoining the room. */
  #comingBack: Visit | null = null;

  constructor(place: HTMLElement, library: VoiceLibrary) {
    this.#place = place;
    this.#library = library;
    applyTheme(this.#memory.settings.theme);
    giveFocusBackAfterClicks();
    watchVisibleHeight();
    // The user reloads once more.
    addEventListener("pagehide", () => this.#comingBack && rememberVisit(this.#comingBack));
    // A page from the browser's cache is no longer in its session.
    addEventListener("pageshow", ({ persisted }) => persisted && this.#isGone && location.reload());
  }

  /** Resumes a visit after a reload, without the form. */
  comeBack(visit: Visit): void {
    this.#comingBack = visit;
    this.askWho(visit.wish, visit.key).submit(visit.wish.withMicrophone);
  }

  /** Shows the form; `resume` is the key of the player before the reload. */
  askWho(wish: Wish | null, resume: string | null = null): JoinView {
    const join = new JoinView({
      library: this.#library,
      memory: this.#memory,
      address: readAddress(location.hash),
      wish,
      resume,
      tabs: this.#tabs,
      entered: (voice, granted) => this.#enter(voice, granted),
    });
    this.#show(join);
    return join;
  }

  #enter(voice: Voice, wish: Wish): void {
    const manner = this.#comingBack?.manner ?? null;
    this.#comingBack = null;
    this.#tabs.use(wish.name);
    const ended = (ending: Ending) => this.#end(ending, wish);
    this.#show(new RoomView({ voice, wish, manner, memory: this.#memory, ended }));
  }

  #end(ending: Ending, wish: Wish): void {
    this.#isGone = ending.isUnloading;
    this.#tabs.use(null);
    if (!ending.isUnloading) forgetVisit();
    const again = () => this.askWho(wish).submit(wish.withMicrophone);
    this.#show(new EndedView(ending, { memory: this.#memory, again, change: () => this.askWho(wish) }));
  }

  #show(screen: Screen): void {
    const isFirst = this.#screen === null;
    this.#screen?.stop();
    this.#screen = screen;
    this.#place.replaceChildren(screen.node);
    // The first screen does not move the focus, as is usual when a page opens.
    if (!isFirst) screen.first.focus({ preventScroll: true });
  }
}

/** A clicked control releases the focus, so that Space talks afterwards; keyboard users keep it. */
function giveFocusBackAfterClicks(): void {
  document.addEventListener("click", (event) => {
    const control =
      event.target instanceof Element
        ? event.target.closest<HTMLElement>("button, summary, input[type=checkbox], input[type=radio]")
        : null;
    if (event.detail > 0) control?.blur();
  });
}
