/**
 * A document's canonical text as a page: blocks by their kind, reference marks that open the study, the quote marked.
 * All spans here count in UTF-16 units.
 */

import type { ComponentChildren, VNode } from "preact";
import { useMemo } from "preact/hooks";
import type { Kind, Layout } from "./api";

export interface Span {
  start: number;
  end: number;
}

type Block = Layout["blocks"][number];

/** The first element of the quote, which the reader scrolls to. */
export const QUOTE = "quote";

// Blocks that are laid out together: what is far away is not laid out at all (CSS content-visibility).
const CHUNK = 40;
const LONGEST_CHUNK = 400;

export function sectionId(start: number): string {
  return `at-${start}`;
}

function cutIntoChunks(blocks: readonly Block[]): Block[][] {
  const chunks: Block[][] = [];
  let chunk: Block[] = [];
  for (const block of blocks) {
    const isFull = chunk.length >= CHUNK && (block.kind !== chunk.at(-1)!.kind || chunk.length >= LONGEST_CHUNK);
    if (isFull || (chunk.length >= CHUNK && block.kind === "paragraph")) {
      chunks.push(chunk);
      chunk = [];
    }
    chunk.push(block);
  }
  return chunk.length ? [...chunks, chunk] : chunks;
}

/** The first of an ordered list of spans that ends after a place. */
function firstAfter(spans: readonly Span[], place: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.end <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Shown {
  text: string;
  layout: Layout;
  quote: Span | null;
  /** Of the title among the page's headings. */
  level: 1 | 2;
  onStudy: (ids: readonly string[]) => void;
}

export function DocumentText({ text, layout, quote, level, onStudy }: Shown) {
  const chunks = useMemo(() => cutIntoChunks(layout.blocks), [layout]);
  const depths = useMemo(() => new Map(layout.sections.map(({ start, path }) => [start, path.length])), [layout]);
  return (
    <div class="text">
      {chunks.map((blocks) => {
        const start = blocks[0]!.start;
        const isQuoted = quote !== null && quote.start < blocks.at(-1)!.end && quote.end > start;
        const writer = { text, layout, level, depths, onStudy, quote: isQuoted ? quote : null };
        return <Chunk key={start} writer={writer} blocks={blocks} />;
      })}
    </div>
  );
}

interface Writer extends Shown {
  depths: ReadonlyMap<number, number>;
}

function Chunk({ writer, blocks }: { writer: Writer; blocks: readonly Block[] }) {
  const { quote, layout, text, onStudy } = writer;
  // subtle: the same tree again tells Preact to leave the chunk alone, so that another quote draws two chunks only
  return useMemo(() => {
    const characters = blocks.at(-1)!.end - blocks[0]!.start;
    const height = Math.round((characters / 75) * 27 + blocks.length * 16);
    return (
      <div class="chunk" style={{ containIntrinsicBlockSize: `auto ${height}px` }}>
        {grouped(blocks).map((group) => drawn(writer, group))}
      </div>
    );
  }, [layout, text, onStudy, quote?.start, quote?.end]);
}

/** Blocks that make one thing: the rows of a table, the items of a list, a run of a summariser's words. */
function grouped(blocks: readonly Block[]): Block[][] {
  const groups: Block[][] = [];
  for (const block of blocks) {
    const last = groups.at(-1);
    const isSame = last !== undefined && last[0]!.kind === block.kind;
    if (isSame && (block.kind === "table" || block.kind === "list" || block.kind === "summary")) last.push(block);
    else groups.push([block]);
  }
  return groups;
}

function drawn(writer: Writer, group: Block[]): VNode {
  const first = group[0]!;
  switch (first.kind) {
    case "table":
      return <Table key={first.start} writer={writer} rows={group} />;
    case "list":
      return (
        <ul key={first.start}>
          {group.map((block) => (
            <li key={block.start} data-start={block.start}>{marked(writer, block)}</li>
          ))}
        </ul>
      );
    case "summary":
      return (
        <div key={first.start} class="summary" role="group" aria-label="A summariser’s words, not the paper’s">
          <p class="label" aria-hidden="true">
            A summariser’s words, not the paper’s
          </p>
          {group.map((block) => (
            <p key={block.start} data-start={block.start}>{marked(writer, block)}</p>
          ))}
        </div>
      );
    default:
      return single(writer, first);
  }
}

const CLASSES: Partial<Record<Kind, string>> = {
  formula: "formula",
  box: "box",
  caption: "caption",
  footnote: "footnote",
  back: "back",
  note: "note",
};

function single(writer: Writer, block: Block): VNode {
  const { kind, start } = block;
  const content = marked(writer, block);
  if (kind !== "title" && kind !== "heading")
    return (
      <p key={start} data-start={start} class={CLASSES[kind]}>
        {content}
      </p>
    );
  const depth = kind === "title" ? 0 : Math.min(4, writer.depths.get(start) ?? 1);
  const Heading = `h${depth + writer.level}` as "h1" | "h2" | "h3" | "h4" | "h5" | "h6";
  return (
    <Heading key={start} data-start={start} id={sectionId(start)} class={kind === "title" ? "title" : `depth-${depth}`}>
      {content}
    </Heading>
  );
}

const BETWEEN_CELLS = " | ";
const COLUMN = /^([^:|]{1,80}): /;

/**
 * Rows as the canonical text has them: cells parted by " | ", each after the names of its columns. All of these
 * characters stay in the page, so that a quoted row is the quote; what the eye does not need is not shown.
 */
function Table({ writer, rows }: { writer: Writer; rows: readonly Block[] }) {
  const cells = rows.map(({ start, end }) => writer.text.slice(start, end).split(BETWEEN_CELLS));
  const columns = columnsOf(cells);
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label="Table">
      <div class="table" role="table">
        {columns.length > 0 && (
          <div class="row head" role="row">
            {columns.map((column, n) => (
              <span key={n} role="columnheader">
                {column}
              </span>
            ))}
          </div>
        )}
        {rows.map((block, n) => (
          <Row key={block.start} writer={writer} block={block} cells={cells[n]!} columns={columns} />
        ))}
      </div>
    </div>
  );
}

/** The names that every row repeats, column by column; none where the rows differ. */
function columnsOf(rows: readonly string[][]): string[] {
  const first = rows[0]!;
  if (rows.length < 2 || rows.some((row) => row.length !== first.length)) return [];
  const names = first.map((cell, n) => {
    const name = COLUMN.exec(cell)?.[1] ?? "";
    return rows.every((row) => row[n]!.startsWith(`${name}: `)) ? name : "";
  });
  return names.some(Boolean) ? names : [];
}

function Row(props: { writer: Writer; block: Block; cells: readonly string[]; columns: readonly string[] }) {
  const { writer, block, cells, columns } = props;
  const { quote } = writer;
  const isWhole = quote !== null && quote.start <= block.start && quote.end >= block.end;
  const write = isWhole ? inline : marked;
  let at = block.start;
  const content = cells.map((cell, n) => {
    const start = at + (columns[n] ? columns[n].length + 2 : 0);
    const end = at + cell.length;
    const next = n + 1 < cells.length ? end + BETWEEN_CELLS.length : end;
    const from = at;
    at = next;
    return (
      <span key={n} role="cell">
        {start > from && <span class="unseen">{write(writer, { start: from, end: start })}</span>}
        {write(writer, { start, end })}
        {next > end && <span class="unseen">{write(writer, { start: end, end: next })}</span>}
      </span>
    );
  });
  if (!isWhole)
    return (
      <div class="row" role="row" data-start={block.start}>
        {content}
      </div>
    );
  return (
    <mark class="row" role="row" data-start={block.start} id={quote.start >= block.start ? QUOTE : undefined} tabIndex={-1}>
      {content}
    </mark>
  );
}

/** A span with the part of it that is quoted in a `mark`. */
function marked(writer: Writer, span: Span): ComponentChildren {
  const { quote } = writer;
  if (quote === null || quote.start >= span.end || quote.end <= span.start) return inline(writer, span);
  const start = Math.max(quote.start, span.start);
  const end = Math.min(quote.end, span.end);
  return [
    ...inline(writer, { start: span.start, end: start }),
    <mark key={QUOTE} id={start === quote.start ? QUOTE : undefined} tabIndex={-1}>
      {inline(writer, { start, end })}
    </mark>,
    ...inline(writer, { start: end, end: span.end }),
  ];
}

// A line may break before and after a button: not between a reference mark and the full stop behind it.
const PUNCTUATION = /^[.,;:)\]]*/;
const MOST_PUNCTUATION = 3;

/** The text of a span, with a button for each reference mark. */
function inline({ text, layout, onStudy }: Writer, span: Span): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  const marks = layout.reference_marks;
  let at = span.start;
  for (let n = firstAfter(marks, span.start); n < marks.length && marks[n]!.start < span.end; n++) {
    const { start, end, reference_ids } = marks[n]!;
    const from = Math.max(at, start);
    const to = Math.min(span.end, end);
    const after = PUNCTUATION.exec(text.slice(to, Math.min(span.end, to + MOST_PUNCTUATION)))![0];
    parts.push(
      text.slice(at, from),
      <span key={start} class="unbroken">
        <button type="button" class="reference" onClick={() => onStudy(reference_ids)}>
          {text.slice(from, to)}
        </button>
        {after}
      </span>,
    );
    at = to + after.length;
  }
  if (at < span.end) parts.push(text.slice(at, span.end));
  return parts;
}
