/** Something that is on its way, has come, or has failed. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { Trouble } from "./api";

export interface Loaded<T> {
  value?: T;
  trouble?: Trouble;
  isLoading: boolean;
  again: () => void;
}

interface Held<T> {
  key: string;
  value?: T;
  trouble?: Trouble;
}

/** Any error as one that can be told; what is none of the service's is a defect of the page, and is rethrown. */
export function trouble(error: unknown): Trouble {
  if (error instanceof Trouble) return error;
  throw error;
}

/** Loads what `key` names, anew when it changes; null loads nothing. A value of an earlier key is never shown.
 *
 * `again` loads it once more, and shows the value that there is until then.
 */
export function useLoaded<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [held, setHeld] = useState<Held<T> | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (key === null) return;
    const controller = new AbortController();
    setHeld((before) => (before?.key === key && "value" in before ? before : null));
    load(controller.signal).then(
      (value) => controller.signal.aborted || setHeld({ key, value }),
      (error: unknown) => controller.signal.aborted || setHeld({ key, trouble: trouble(error) }),
    );
    return () => controller.abort();
  }, [key, attempt]);
  const again = useCallback(() => setAttempt((n) => n + 1), []);
  const current = held !== null && held.key === key ? held : {};
  return {
    again,
    isLoading: key !== null && !("value" in current) && !("trouble" in current),
    ...("value" in current && { value: current.value as T }),
    ...("trouble" in current && { trouble: current.trouble as Trouble }),
  };
}
