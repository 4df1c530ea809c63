/**
 * The service counts in Unicode code points, JavaScript in UTF-16 units: a character outside the Basic Multilingual
 * Plane (𝛼, 🧬) is one of the first and two of the second.
 */

import type { Layout } from "./api";

export class Offsets {
  /** Places, in code points, of the characters that are two units long, in order. */
  private readonly astral: number[] = [];
  readonly length: number;

  constructor(text: string) {
    let points = 0;
    for (let unit = 0; unit < text.length; unit++, points++) {
      const code = text.charCodeAt(unit);
      if (code >= 0xd800 && code < 0xdc00) {
        this.astral.push(points);
        unit++;
      }
    }
    this.length = points;
  }

  /** UTF-16 units before a code point. */
  unit(point: number): number {
    return point + this.astralBefore((n) => this.astral[n]! < point);
  }

  /** Code points before a UTF-16 unit. */
  point(unit: number): number {
    return unit - this.astralBefore((n) => this.astral[n]! + n < unit);
  }

  /** How many characters of two units stand before a place: all up to some one do. */
  private astralBefore(isBefore: (n: number) => boolean): number {
    let low = 0;
    let high = this.astral.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A layout whose spans count in UTF-16 units of the text, as JavaScript does. */
export function inUnits(layout: Layout, offsets: Offsets): Layout {
  const moved = <T extends { start: number; end: number }>(spans: T[]): T[] =>
    spans.map((span) => ({ ...span, start: offsets.unit(span.start), end: offsets.unit(span.end) }));
  return {
    ...layout,
    blocks: moved(layout.blocks),
    sections: moved(layout.sections),
    reference_marks: moved(layout.reference_marks),
    pages: moved(layout.pages),
  };
}
