/** A slim strip of a document's length that shows where the evidence for a question lies. */

import { useMemo } from "preact/hooks";
import { documentView, search, type Hit, type Section } from "./api";
import { useLoaded } from "./loaded";
import { Link } from "./parts";
import { openReader, readerAddress, spotOf } from "./reading";
import type { Place } from "./url";
import { plural } from "./words";

const MOST_HITS = 8;
const LEAST_RELEVANCE = 0.5;
const MOST_LINKS = 3;

/** The passages of one document that bear on a question, best first. */
function useEvidence(document: string, question: string | undefined): Hit[] {
  const found = useLoaded(question ? `${document}\n${question}` : null, (signal) =>
    search({ query: question!, k: MOST_HITS, filters: { document_ids: [document] } }, signal),
  );
  return useMemo(
    () => found.value?.hits.filter(({ relevance }) => (relevance ?? 1) >= LEAST_RELEVANCE) ?? [],
    [found.value],
  );
}

interface Lying {
  place: Place;
  document: string;
  length: number;
  sections: readonly Section[];
  question: string | undefined;
}

/** The same for a document of which only the id is known. */
export function EvidenceOf(props: { place: Place; document: string; question: string | undefined }) {
  const { document, question } = props;
  const { value } = useLoaded(question ? document : null, (signal) => documentView(document, signal));
  return value ? <Evidence {...props} length={value.length} sections={value.sections ?? []} /> : null;
}

/** The strip, and the same as links for who cannot point: the best sections, each to its best passage. */
export function Evidence({ place, document, length, sections, question }: Lying) {
  const hits = useEvidence(document, question);
  if (!question || hits.length === 0) return null;
  const top = sections.filter(({ path }) => path.length === 1);
  const open = (hit: Hit) => openReader(readerAddress(place, spotOf(hit.citation)));
  const jump = (event: MouseEvent & { currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * length;
    const distance = ({ passage }: Hit) => Math.abs((passage.start + passage.end) / 2 - at);
    open(hits.reduce((best, hit) => (distance(hit) < distance(best) ? hit : best)));
  };
  return (
    <div class="evidence">
      <div class="strip" aria-hidden="true" onClick={jump}>
        {top.map(({ start, end }) => (
          <span key={start} class="part" style={placed(start, end, length)} />
        ))}
        {hits.map(({ passage, relevance }) => (
          <span
            key={passage.id}
            class="tick"
            style={{ ...placed(passage.start, passage.end, length), opacity: 0.3 + 0.7 * (relevance ?? 0.5) }}
          />
        ))}
      </div>
      <p class="evidence-links">
        Evidence in{" "}
        {bySection(hits).map(({ section, hits: [first, ...more] }, n) => {
          const href = readerAddress(place, spotOf(first!.citation));
          return (
            <span key={section}>
              {n > 0 && ", "}
              <Link href={href} class="section" onGo={() => openReader(href)}>
                {section}
              </Link>
              {more.length > 0 && ` (${plural(more.length + 1, "passage")})`}
            </span>
          );
        })}
      </p>
    </div>
  );
}

function placed(start: number, end: number, length: number): { left: string; width: string } {
  return { left: `${(100 * start) / length}%`, width: `${(100 * (end - start)) / length}%` };
}

/** The sections of the best hits, in the order of the document. */
function bySection(hits: readonly Hit[]): { section: string; hits: Hit[] }[] {
  const found = new Map<string, Hit[]>();
  for (const hit of hits) {
    const section = hit.passage.section[0] ?? "the text";
    found.set(section, [...(found.get(section) ?? []), hit]);
  }
  const parts = [...found].slice(0, MOST_LINKS).map(([section, inside]) => ({ section, hits: inside }));
  return parts.sort((a, b) => a.hits[0]!.passage.start - b.hits[0]!.passage.start);
}
