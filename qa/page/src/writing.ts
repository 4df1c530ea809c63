/** A write to the library: papers that are added or removed, how far that is, and what became of it. */

import { createContext } from "preact";
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import { indexState, Trouble, writeEvents, type Order, type Report, type WriteProgress } from "./api";
import { trouble } from "./loaded";

/** One write. Where it ended without a report, `ending` says how, and `hasChanged`, if that is known, what came of it. */
export interface Write {
  order: Order;
  isRunning: boolean;
  progress?: WriteProgress;
  report?: Report;
  trouble?: Trouble;
  ending?: "cancelled" | "cut";
  hasChanged?: boolean;
}

export interface Writing {
  write: Write | null;
  begin: (order: Order) => void;
  cancel: () => void;
  refuse: (order: Order, reason: string) => void;
  dismiss: () => void;
}

/** The write that this page makes, if it makes one: it goes on while other views are looked at. */
export const WritingContext = createContext<Writing>({
  write: null,
  begin: () => undefined,
  cancel: () => undefined,
  refuse: () => undefined,
  dismiss: () => undefined,
});

export function useWriting(): Writing {
  const [write, setWrite] = useState<Write | null>(null);
  const running = useRef<AbortController | null>(null);
  const begin = useCallback((order: Order) => {
    running.current = new AbortController();
    void carryOut(order, running.current.signal, setWrite);
  }, []);
  const cancel = useCallback(() => running.current?.abort(), []);
  const refuse = useCallback((order: Order, reason: string) => {
    setWrite({ order, isRunning: false, trouble: new Trouble("refused", reason) });
  }, []);
  const dismiss = useCallback(() => setWrite(null), []);
  useLayoutEffect(() => {
    if (!write?.isRunning) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault(); // who closes the page ends the write
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [write?.isRunning]);
  return { write, begin, cancel, refuse, dismiss };
}

async function carryOut(order: Order, signal: AbortSignal, show: (write: Write) => void): Promise<void> {
  let write: Write = { order, isRunning: true };
  let before: string | undefined;
  show(write);
  try {
    before = (await indexState(signal)).generation;
    for await (const event of writeEvents(order, signal)) {
      write = event.type === "progress" ? { ...write, progress: event.data } : { ...write, report: event.data };
      show({ ...write, isRunning: !write.report });
    }
  } catch (error) {
    const ended = signal.aborted ? "cancelled" : trouble(error);
    if (ended !== "cancelled" && ended.failure !== "cut") return show({ ...write, isRunning: false, trouble: ended });
    write = { ...write, ending: ended === "cancelled" ? ended : "cut" };
    show(write);
    const hasChanged = before === undefined ? false : await isOther(before).catch(() => undefined);
    show({ ...write, isRunning: false, ...(hasChanged !== undefined && { hasChanged }) });
  }
}

const LOOK_MS = 300;
const NOTICED_MS = 1000; // the service looks twice a second for a generation that it has not been told of

/** Whether the index is another than `generation`, when the write that was broken off has ended. */
async function isOther(generation: string): Promise<boolean> {
  while ((await indexState()).writing) await pause(LOOK_MS);
  await pause(NOTICED_MS);
  return (await indexState()).generation !== generation;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The identifiers and addresses of a text: one on a line, or several with commas or spaces between them. */
export function identifiersIn(text: string): string[] {
  const next = /\n|[\s,;]+(?=PMC\s?\d|PMID|doi\b|https?:\/\/)|(?<!doi[:\s]*|[\s,;])[\s,;]+(?=10\.\d{4,9}\/)/i;
  return text
    .split(next)
    .map((one) => one.replace(/^[\s,;]+|[\s,;]+$/g, ""))
    .filter(Boolean);
}
