/** The address is the state: what is shown follows from path and query alone, so that every state can be sent on. */

import { useLayoutEffect, useState } from "preact/hooks";

export interface Place {
  path: string;
  query: URLSearchParams;
}

const CHANGED = "placechange";

function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

/** Where the page is now; the component renders again when that changes. */
export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useLayoutEffect(() => {
    // not an effect after the next frame: who presses Enter before it must be heard, too; so it is with every listener
    const update = () => setPlace(here());
    addEventListener("popstate", update);
    addEventListener(CHANGED, update);
    return () => {
      removeEventListener("popstate", update);
      removeEventListener(CHANGED, update);
    };
  }, []);
  return place;
}

/** Goes to an address of the page; `state` is what does not fit into it, and stays in this browser's history. */
export function go(href: string, { replace = false, state = null as unknown } = {}): void {
  if (replace) history.replaceState(state, "", href);
  else history.pushState(state, "", href);
  dispatchEvent(new Event(CHANGED));
}

/** A path with a query of those values that are neither empty nor undefined; lists give the name several times. */
export function address(path: string, values: Record<string, string | number | readonly string[] | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== "") query.append(name, String(one));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** This place with some values of its query changed; undefined takes one out. */
export function changed(place: Place, values: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams(place.query);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === "") query.delete(name);
    else query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `${place.path}?${text}` : place.path;
}

/** Whether a click on a link is the page's to handle, and no wish for a new tab. */
export function isPlain(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}
