/** Ports of which the one that prints first becomes the console, for boards where guests differ. */
import type { FifoPair } from "./fifo.ts";

/**
 * The same pairs in another order: the first one stands for whichever prints first, the others for
 * the rest in their old order. Until one has printed, what is written to the first one goes to all,
 * since any of them may turn out to be what the guest reads.
 * @param onDecided called once, with the index of the pair in `fifos` that has printed first.
 */
export function firstToPrint(
  fifos: readonly FifoPair[],
  onDecided: (index: number) => void = () => {},
): FifoPair[] {
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  let first: number | undefined;
  let isListening = false;
  /** The index in `fifos` of what stands at this place. */
  const at = (place: number): number => {
    const chosen = first ?? 0;
    if (place === 0) return chosen;
    return place <= chosen ? place - 1 : place;
  };
  const receive = (index: number, bytes: Uint8Array) => {
    if (first === undefined) {
      first = index;
      onDecided(index);
    }
    const place = fifos.findIndex((_, candidate) => at(candidate) === index);
    listeners[place]?.(bytes);
  };
  return fifos.map((_, place) => ({
    onData(listener) {
      listeners[place] = listener;
      if (isListening) return;
      isListening = true;
      for (const [index, fifo] of fifos.entries()) fifo.onData((bytes) => receive(index, bytes));
    },
    async write(bytes) {
      if (place === 0 && first === undefined) {
        await Promise.all(fifos.map((fifo) => fifo.write(bytes)));
      } else {
        await fifos[at(place)]?.write(bytes);
      }
    },
    setPaused: (paused) => fifos[at(place)]?.setPaused(paused),
    // Last words may decide which one is the console: all are read before anybody judges them.
    drain() {
      for (const fifo of fifos) fifo.drain();
    },
    close: () => fifos[place]?.close(),
  }));
}
