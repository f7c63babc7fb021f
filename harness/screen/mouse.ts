/** The guest's mouse, or its tablet. */
import { atCaller, SpecError } from "../evidence/index.ts";
import type { QmpClient } from "../qmp/index.ts";

export type MouseButton = "left" | "middle" | "right";

const buttons: readonly MouseButton[] = ["left", "middle", "right"];

/** Largest coordinate of an absolute pointing device (QEMU, include/ui/input.h). */
const mostAbsolute = 0x7fff;

/** Moves and clicks. A PS/2 mouse knows movements only, a tablet places. */
export class Mouse {
  readonly #qmp: QmpClient;
  readonly #size: () => Promise<{ readonly width: number; readonly height: number }>;

  /** For the machine. @param size of the screen in pixels. */
  constructor(
    qmp: QmpClient,
    size: () => Promise<{ readonly width: number; readonly height: number }>,
  ) {
    this.#qmp = qmp;
    this.#size = size;
  }

  /** Moves by so many steps, to the right and down. What a step is on screen is the guest's. */
  async move(right: number, down: number): Promise<void> {
    await this.#events([
      { type: "rel", data: { axis: "x", value: Math.round(right) } },
      { type: "rel", data: { axis: "y", value: Math.round(down) } },
    ]);
  }

  /**
   * Moves to a place on the screen, in pixels from its left upper corner.
   * @throws `SpecError` where the guest has no tablet, or the place is not on the screen.
   */
  async moveTo(x: number, y: number): Promise<void> {
    await atCaller(async () => {
      const mice = await this.#qmp.execute("query-mice");
      if (!mice.some(({ absolute, current }) => absolute && current)) {
        const names = mice.map(({ name }) => name).join(", ") || "none";
        throw new SpecError(
          "devices",
          "have no tablet: a place on the screen needs one, such as usb.tablet(), and a guest " +
            `that uses it; now it has ${names}`,
        );
      }
      const { height, width } = await this.#size();
      if (!(x >= 0 && x < width && y >= 0 && y < height)) {
        throw new SpecError("place", `${x}, ${y} is not on the screen of ${width} × ${height}`);
      }
      const scaled = (value: number, size: number) =>
        Math.round((value * mostAbsolute) / (size - 1));
      await this.#events([
        { type: "abs", data: { axis: "x", value: scaled(x, width) } },
        { type: "abs", data: { axis: "y", value: scaled(y, height) } },
      ]);
    });
  }

  /** Presses a button and releases it. */
  async click(button: MouseButton = "left"): Promise<void> {
    await atCaller(async () => {
      await this.down(button);
      await this.up(button);
    });
  }

  /** Presses a button and holds it. */
  async down(button: MouseButton = "left"): Promise<void> {
    await this.#button(button, true);
  }

  /** Releases a button. */
  async up(button: MouseButton = "left"): Promise<void> {
    await this.#button(button, false);
  }

  /** Turns the wheel by so many notches: down, or up where negative. */
  async wheel(notches: number): Promise<void> {
    const button = notches < 0 ? "wheel-up" : "wheel-down";
    for (let count = 0; count < Math.abs(Math.round(notches)); count += 1) {
      await this.#events([{ type: "btn", data: { button, down: true } }]);
      await this.#events([{ type: "btn", data: { button, down: false } }]);
    }
  }

  async #button(button: MouseButton, down: boolean): Promise<void> {
    await atCaller(async () => {
      if (!buttons.includes(button)) {
        const takes = buttons.map((name) => JSON.stringify(name)).join(", ");
        throw new SpecError("button", `got ${JSON.stringify(button)}, takes one of ${takes}`);
      }
      await this.#events([{ type: "btn", data: { button, down } }]);
    });
  }

  async #events(events: readonly MouseEvent[]): Promise<void> {
    await atCaller(async () => {
      if ((await this.#qmp.execute("query-mice")).length === 0) {
        const advice = "add usb.mouse() or usb.tablet(), which the guest has to use";
        throw new SpecError("devices", `have no mouse, and the board has none either: ${advice}`);
      }
      await this.#qmp.execute("input-send-event", { events });
    });
  }
}

type MouseEvent =
  | {
      readonly type: "rel" | "abs";
      readonly data: { readonly axis: "x" | "y"; readonly value: number };
    }
  | {
      readonly type: "btn";
      readonly data: {
        readonly button: MouseButton | "wheel-up" | "wheel-down";
        readonly down: boolean;
      };
    };
