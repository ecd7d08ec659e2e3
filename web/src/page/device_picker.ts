// A list to choose a microphone or an output.

import type { Device } from "../voice/index.ts";
import { element, freshId, say, show } from "./dom.ts";
import { WORDS } from "./words.ts";

/** What the list offers. */
export interface DeviceSource {
  readonly device: string | null;
  list(): Promise<Device[]>;
  choose(id: string): Promise<void>;
}

export class DevicePicker {
  readonly node: HTMLElement;
  readonly #select: HTMLSelectElement;
  readonly #trouble: HTMLElement;

  readonly #title: string;
  readonly #source: DeviceSource;
  readonly #chosen: (id: string) => void;
  /** A serial number with which superseded requests are ignored. */
  #refreshes = 0;
  #choices = 0;
  /** The device that is being opened. */
  #wanted: string | null = null;

  constructor(title: string, source: DeviceSource, chosen: (id: string) => void) {
    this.#title = title;
    this.#source = source;
    this.#chosen = chosen;
    const id = freshId("device");
    this.#trouble = element("span", { id: id + "-trouble", class: "field-trouble", role: "alert", hidden: true });
    this.#select = element("select", { id, "aria-describedby": this.#trouble.id, onchange: () => void this.#choose() });
    this.node = element("div", { class: "field" }, element("label", { for: id }, title), this.#select, this.#trouble);
    void this.refresh();
  }

  /** Lists the devices again: labels are known only after permission, and devices are added and removed. */
  async refresh(): Promise<void> {
    const refresh = (this.#refreshes += 1);
    const devices = await this.#source.list().catch(() => []);
    if (refresh !== this.#refreshes) return;
    const options = devices
      .filter((device) => device.id !== "" && device.id !== "default")
      .map((device, index) =>
        element("option", { value: device.id }, device.label || WORDS.devices.unnamed(this.#title, index + 1)),
      );
    this.#select.replaceChildren(element("option", { value: "" }, WORDS.devices.system), ...options);
    this.#show(this.#wanted ?? this.#source.device ?? "");
  }

  #show(id: string): void {
    this.#select.value = id;
    if (this.#select.selectedIndex < 0) this.#select.value = "";
  }

  async #choose(): Promise<void> {
    const id = this.#select.value;
    const choice = (this.#choices += 1);
    this.#wanted = id;
    const isChosen = await this.#source.choose(id).then(
      () => true,
      () => false,
    );
    if (choice !== this.#choices) return;
    this.#wanted = null;
    say(this.#trouble, isChosen ? "" : WORDS.devices.gone);
    show(this.#trouble, !isChosen);
    if (!isChosen) return this.refresh();
    this.#show(id);
    this.#chosen(id);
  }
}
