/** A paper to read, scrolled to the quoted sentence. */

import { useCallback, useEffect, useMemo, useRef } from "preact/hooks";
import { citation, citationPath, documentText, documentView, layout as layoutOf, type DocumentView, type Layout } from "./api";
import { useLoaded } from "./loaded";
import { inUnits, Offsets } from "./offsets";
import { Addresses, Away, CopyButton, Link, Notices, TroubleNote } from "./parts";
import { closeReader, documentPath, isOfVersion, readerAddress, studyAddress, type Reading } from "./reading";
import { useSelected } from "./selection";
import { Evidence } from "./strip";
import { Studies } from "./study";
import { withCitation } from "./take";
import { DocumentText, QUOTE, sectionId, type Span } from "./text";
import { address, go, type Place } from "./url";
import { sectionWords, shortCitation } from "./words";

interface Held {
  view: DocumentView;
  text: string;
  layout: Layout;
  offsets: Offsets;
}

async function load(document: string, signal: AbortSignal): Promise<Held> {
  const [view, text, layout] = await Promise.all([
    documentView(document, signal),
    documentText(document, signal),
    layoutOf(document, signal),
  ]);
  const offsets = new Offsets(text);
  return { view, text, offsets, layout: inUnits(layout, offsets) };
}

export function Reader({ place, reading }: { place: Place; reading: Reading }) {
  const { document } = reading;
  const { value, trouble, again } = useLoaded(document, (signal) => load(document, signal));
  const title = value?.view.title ?? document;
  const Frame = reading.isAlone ? "main" : "aside";
  return (
    <Frame
      id={reading.isAlone ? "main" : "reader"}
      class="reader"
      tabIndex={-1}
      aria-label={`Reader: ${title}`}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === "Escape" && !reading.isAlone) closeReader(place);
      }}
    >
      {trouble && (
        <>
          <Bar place={place} reading={reading} held={undefined} />
          <TroubleNote trouble={trouble} again={again} />
        </>
      )}
      {!value && !trouble && (
        <p class="waiting" role="status">
          Opening the paper …
        </p>
      )}
      {value && <Opened place={place} reading={reading} held={value} />}
    </Frame>
  );
}

function Opened({ place, reading, held }: { place: Place; reading: Reading; held: Held }) {
  const { view, text, layout, offsets } = held;
  const quote = useMemo(() => quoted(reading, offsets), [reading.at?.start, reading.at?.end, offsets]);
  // subtle: the handler must stay the same function, or every chunk of the text would be drawn again
  const latest = useRef(place);
  latest.current = place;
  const study = useCallback((ids: readonly string[]) => go(studyAddress(latest.current, ids)), []);
  useScrolling(quote);
  const isOther = reading.version !== undefined && !isOfVersion(reading.version, view.version);
  return (
    <>
      <Bar place={place} reading={reading} held={held} />
      <Byline view={view} />
      <Notices notices={view.notices} />
      {isOther && (
        <p class="trouble" role="alert">
          The paper’s text has changed since this link was made: the marked place may be another.
        </p>
      )}
      <Outline layout={layout} isOpen={reading.isAlone} />
      <DocumentText text={text} layout={layout} quote={quote} level={reading.isAlone ? 1 : 2} onStudy={study} />
      <QuoteBar place={place} held={held} quote={quote} onStudy={study} />
      {reading.study.length > 0 && (
        <Studies place={place} document={reading.document} ids={reading.study} onClose={() => go(studyAddress(place, []))} />
      )}
    </>
  );
}

function quoted({ at }: Reading, offsets: Offsets): Span | null {
  if (!at || at.start >= offsets.length) return null;
  return { start: offsets.unit(at.start), end: offsets.unit(Math.min(at.end, offsets.length)) };
}

const SETTLED_FRAMES = 3;
const MOST_FRAMES = 30;

/** Scrolls to the quote and stays there until the layout around it, of which much was guessed, has settled. */
function useScrolling(quote: Span | null): void {
  useEffect(() => {
    const mark = document.getElementById(QUOTE);
    if (!quote || !mark) return;
    mark.focus({ preventScroll: true });
    let frames = 0;
    let settled = 0;
    let last = NaN;
    let request = 0;
    const step = () => {
      mark.scrollIntoView({ block: "center" });
      const top = mark.getBoundingClientRect().top;
      settled = Math.abs(top - last) < 1 ? settled + 1 : 0;
      last = top;
      if (settled < SETTLED_FRAMES && ++frames < MOST_FRAMES) request = requestAnimationFrame(step);
    };
    step();
    return () => cancelAnimationFrame(request);
  }, [quote]);
}

function Bar({ place, reading, held }: { place: Place; reading: Reading; held: Held | undefined }) {
  const question = place.query.getAll("q").at(-1);
  const alone = address(documentPath(reading.document), { q: question, at: place.query.get("at") ?? undefined });
  return (
    <div class="reader-bar">
      <div class="reader-line">
        {!reading.isAlone && (
          <button type="button" class="close" onClick={() => closeReader(place)}>
            Close
          </button>
        )}
        <span class="reader-title">{held ? shortCitation(held.view) : reading.document}</span>
        {!reading.isAlone && <Link href={alone}>Whole page</Link>}
      </div>
      {held && (
        <Evidence
          place={place}
          document={reading.document}
          length={held.view.length}
          sections={held.view.sections ?? []}
          question={question}
        />
      )}
    </div>
  );
}

function Byline({ view }: { view: DocumentView }) {
  return (
    <div class="byline">
      <p>{view.authors.join(", ")}</p>
      <p>
        {[view.container_title, view.issued].filter(Boolean).join(", ")} <Addresses {...view} />
      </p>
      <p class="actions">
        <span class="label">Cite</span>
        <Away href={citationPath(view.id, undefined, "bibtex")}>BibTeX</Away>
        <Away href={citationPath(view.id, undefined, "ris")}>RIS</Away>
        <Away href={citationPath(view.id, undefined, "csl-json")}>CSL-JSON</Away>
        <CopyButton text={() => citation(view.id, undefined, "text")}>Copy citation</CopyButton>
      </p>
    </div>
  );
}

function Outline({ layout, isOpen }: { layout: Layout; isOpen: boolean }) {
  if (layout.sections.length === 0) return null;
  const jump = (start: number) => (event: MouseEvent) => {
    event.preventDefault();
    const heading = document.getElementById(sectionId(start));
    heading?.scrollIntoView({ block: "start" });
    requestAnimationFrame(() => heading?.scrollIntoView({ block: "start" }));
  };
  return (
    <details class="outline" open={isOpen}>
      <summary>Contents</summary>
      <nav aria-label="Sections">
        <ul>
          {layout.sections.map(({ start, path }) => (
            <li key={`${start}${path.length}`} class={`depth-${Math.min(path.length, 4)}`}>
              <a href={`#${sectionId(start)}`} onClick={jump(start)}>
                {path.at(-1)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </details>
  );
}

interface Quoted {
  place: Place;
  held: Held;
  quote: Span | null;
  onStudy: (ids: readonly string[]) => void;
}

/** What can be done with what is selected, else with the quote: take it along, and see which studies it rests on. */
function QuoteBar({ place, held, quote, onStudy }: Quoted) {
  const { view, text, layout, offsets } = held;
  const selected = useSelected(text);
  const span = selected ?? quote;
  if (!span) return null;
  const marks = layout.reference_marks.filter(({ start, end }) => start >= span.start && end <= span.end);
  const studies = [...new Set(marks.flatMap(({ reference_ids }) => reference_ids))];
  const section = layout.sections.findLast(({ start, end }) => start <= span.start && end > span.start);
  const markIt = ({ start, end }: Span) => {
    const spot = { document: view.id, start: offsets.point(start), end: offsets.point(end), version: view.version };
    getSelection()?.removeAllRanges();
    go(readerAddress(place, spot), { state: history.state });
  };
  return (
    // What is selected stays selected when a button is pressed.
    <div class="quote-bar" role="group" aria-label={selected ? "Selection" : "Quote"} onMouseDown={(event) => event.preventDefault()}>
      <span class="label">{selected ? "Selected" : sectionWords(section?.path ?? []) || "In the text"}</span>
      <span class="actions">
        <CopyButton text={() => withCitation(text.slice(span.start, span.end), view.id)}>Copy with citation</CopyButton>
        {selected ? (
          <button type="button" class="quiet" onClick={() => markIt(selected)}>
            Mark and link
          </button>
        ) : (
          <CopyButton text={() => location.href}>Copy link</CopyButton>
        )}
        {studies.length > 0 && (
          <button type="button" class="quiet" onClick={() => onStudy(studies)}>
            {studies.length === 1 ? "The study it cites" : `The ${studies.length} studies it cites`}
          </button>
        )}
      </span>
    </div>
  );
}
