/** Opening the reader beside whatever is shown: a change of the address, and so a link. */

import type { Citation } from "./api";
import { changed, go, type Place } from "./url";

/** A place in a document: a half-open span of code points of the text whose sha256 begins with `version`. */
export interface Spot {
  document: string;
  start: number;
  end: number;
  version?: string;
}

const READER = ["document", "at", "version", "study", "marker", "turn"];

export function spotOf({ document, start, end, version }: Citation): Spot {
  return { document: document.id, start, end, version };
}

/** Enough of the digest of a text to notice that it is another. */
function mark(version: string): string {
  return version.replace("sha256:", "").slice(0, 12);
}

export function isOfVersion(version: string, known: string): boolean {
  return mark(known).startsWith(mark(version));
}

/** The address with the reader open at a spot; `marker` and `turn` say which citation of the conversation it is. */
export function readerAddress(place: Place, spot: Spot, marker?: number, turn?: number): string {
  const at = `${spot.start}-${spot.end}`;
  const version = spot.version && mark(spot.version);
  if (place.path.startsWith("/documents/"))
    return changed({ path: documentPath(spot.document), query: place.query }, { at, version, study: undefined });
  return changed(place, { document: spot.document, at, version, marker, turn, study: undefined });
}

export function documentPath(document: string): string {
  return `/documents/${encodeURIComponent(document)}`;
}

/** What the address says about the reader; null where it is closed. */
export interface Reading {
  document: string;
  at: { start: number; end: number } | null;
  version?: string;
  study: string[];
  isAlone: boolean;
}

export function readingAt(place: Place): Reading | null {
  const alone = /^\/documents\/([^/]+)$/.exec(place.path)?.[1];
  const document = alone === undefined ? place.query.get("document") : decoded(alone);
  if (!document) return null;
  const span = /^(\d{1,9})-(\d{1,9})$/.exec(place.query.get("at") ?? "");
  const at = span ? { start: Number(span[1]), end: Number(span[2]) } : null;
  const version = place.query.get("version");
  return {
    document,
    at: at && at.start < at.end ? at : null,
    study: place.query.get("study")?.split(",").filter(Boolean).map(decoded) ?? [],
    isAlone: alone !== undefined,
    ...(version && { version }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

let opener: HTMLElement | null = null;

/** Opens the reader; closing it gives the focus back to what has it now. */
export function openReader(href: string): void {
  opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  go(href, { state: history.state });
}

export function closeReader(place: Place): void {
  go(changed(place, Object.fromEntries(READER.map((name) => [name, undefined]))), { state: history.state });
  if (opener?.isConnected) opener.focus();
  opener = null;
}

/** The address with the study panel open, or closed. */
export function studyAddress(place: Place, ids: readonly string[]): string {
  return changed(place, { study: ids.map(encodeURIComponent).join(",") });
}
