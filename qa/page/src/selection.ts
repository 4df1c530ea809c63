/** What a reader has selected in a document's text, as a span of it. */

import { useLayoutEffect, useState } from "preact/hooks";
import type { Span } from "./text";

/** The place in the text, in UTF-16 units, of a point of the page; null outside of all blocks. */
function placeOf(node: Node, offset: number): number | null {
  const element = node instanceof Element ? node : node.parentElement;
  const block = element?.closest<HTMLElement>("[data-start]");
  if (!block) return null;
  const before = document.createRange();
  before.setStart(block, 0);
  before.setEnd(node, offset);
  return Number(block.dataset["start"]) + before.toString().length;
}

function selected(text: string): Span | null {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const start = placeOf(range.startContainer, range.startOffset);
  const end = placeOf(range.endContainer, range.endOffset);
  if (start === null || end === null) return null;
  const words = text.slice(start, end);
  const blank = words.length - words.trimStart().length;
  const length = words.trim().length;
  return length > 0 ? { start: start + blank, end: start + blank + length } : null;
}

/** The span of the text that is selected now, without white space at its ends. */
export function useSelected(text: string): Span | null {
  const [span, setSpan] = useState<Span | null>(null);
  useLayoutEffect(() => {
    const update = () =>
      setSpan((known) => {
        const now = selected(text);
        return known?.start === now?.start && known?.end === now?.end ? known : now;
      });
    document.addEventListener("selectionchange", update);
    return () => document.removeEventListener("selectionchange", update);
  }, [text]);
  return span;
}
