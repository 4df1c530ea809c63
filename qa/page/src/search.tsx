/** Searching: passages by rank, why each of them is there, and a page of them at a time. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { search, type Filters, type Hit, type Kind, type Mode, type SearchQuestion } from "./api";
import { useLoaded } from "./loaded";
import { Link, Notices, TroubleNote } from "./parts";
import { openReader, readerAddress, spotOf } from "./reading";
import { stemsOf, Terms } from "./terms";
import { address, changed, go, type Place } from "./url";
import { plural, sectionWords, shortCitation } from "./words";

const PAGE = 10;
const MOST = 100;

const MODES: { mode: Mode; label: string }[] = [
  { mode: "hybrid", label: "Meaning and words" },
  { mode: "dense", label: "Meaning" },
  { mode: "lexical", label: "Words" },
];

const KINDS: { name: string; label: string; kinds: Kind[] }[] = [
  { name: "abstract", label: "Abstracts", kinds: ["abstract"] },
  { name: "body", label: "Body text", kinds: ["paragraph", "list", "box", "formula"] },
  { name: "table", label: "Tables", kinds: ["table"] },
  { name: "caption", label: "Captions", kinds: ["caption"] },
  { name: "summary", label: "Summaries, not the papers’ words", kinds: ["summary"] },
];

/** The search that an address asks for; null where it asks for none. */
function askedBy({ query }: Place): { asked: SearchQuestion; page: number } | null {
  const text = query.get("q")?.trim();
  if (!text) return null;
  const page = Math.min(MOST / PAGE, Math.max(1, Math.trunc(Number(query.get("page"))) || 1));
  const year = (name: string) => Math.trunc(Number(query.get(name))) || undefined;
  const kinds = KINDS.find(({ name }) => name === query.get("kind"))?.kinds;
  const filters: Record<string, unknown> = {
    section: query.get("section") ?? undefined,
    kinds,
    year_from: year("year_from"),
    year_to: year("year_to"),
    document_ids: query.has("in") ? query.getAll("in") : undefined,
  };
  const mode = MODES.find((one) => one.mode === query.get("mode"))?.mode;
  const k = Math.min(MOST, page * PAGE + 1);
  return { asked: { query: text, k, filters: filters as Filters, ...(mode && { mode }) }, page };
}

export function Search({ place }: { place: Place }) {
  const wanted = askedBy(place);
  const wasPaged = useRef(false);
  const found = useLoaded(wanted && JSON.stringify(wanted.asked), (signal) => search(wanted!.asked, signal));
  return (
    <>
      <h1>Search the passages</h1>
      <SearchForm place={place} />
      {found.trouble && <TroubleNote trouble={found.trouble} again={found.again} />}
      {found.isLoading && (
        <p class="waiting" role="status">
          Searching …
        </p>
      )}
      {found.value && wanted && (
        <Hits place={place} hits={found.value.hits} page={wanted.page} stems={stemsOf(found.value)} wasPaged={wasPaged} />
      )}
    </>
  );
}

function SearchForm({ place }: { place: Place }) {
  const { query } = place;
  const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)]));
    if (values["q"]?.trim()) go(address("/search", { ...values, in: query.getAll("in") }));
  };
  const filters = ["section", "kind", "year_from", "year_to"];
  return (
    <form class="search" onSubmit={submit} key={query.toString()}>
      <div class="question">
        <label>
          <span class="hidden">Query</span>
          <input type="search" name="q" defaultValue={query.get("q") ?? ""} placeholder="Search for" maxLength={10000} />
        </label>
        <button type="submit" class="main">
          Search
        </button>
      </div>
      <details class="filters" open={filters.some((name) => query.has(name)) || query.has("mode")}>
        <summary>Mode and filters</summary>
        <div class="fields">
          <label>
            Look for
            <select name="mode">
              {MODES.map(({ mode, label }) => (
                <option key={mode} value={mode === "hybrid" ? "" : mode} selected={query.get("mode") === mode}>
                  {label}
                </option>
              ))}
            </select>
          </label>
          <label>
            Kind of text
            <select name="kind">
              <option value="">Any</option>
              {KINDS.map(({ name, label }) => (
                <option key={name} value={name} selected={query.get("kind") === name}>
                  {label}
                </option>
              ))}
            </select>
          </label>
          <label>
            Section holds
            <input type="text" name="section" defaultValue={query.get("section") ?? ""} maxLength={500} />
          </label>
          <label>
            From year
            <input type="number" name="year_from" min="1000" max="9999" defaultValue={query.get("year_from") ?? ""} />
          </label>
          <label>
            To year
            <input type="number" name="year_to" min="1000" max="9999" defaultValue={query.get("year_to") ?? ""} />
          </label>
        </div>
      </details>
      {query.has("in") && (
        <p class="faint">
          Only in {query.getAll("in").join(", ")}.{" "}
          <Link href={changed(place, { in: undefined, page: undefined })}>Search all papers</Link>
        </p>
      )}
    </form>
  );
}

interface Found {
  place: Place;
  hits: readonly Hit[];
  page: number;
  stems: ReadonlySet<string>;
  /** Whether the page was turned just now: the first of the new hits then gets the focus. */
  wasPaged: { current: boolean };
}

function Hits({ place, hits, page, stems, wasPaged }: Found) {
  const list = useRef<HTMLOListElement>(null);
  const shown = hits.slice((page - 1) * PAGE, page * PAGE);
  const hasNext = hits.length > page * PAGE;
  const highest = useMemo(() => Math.max(...hits.map(({ scores }) => scores.lexical ?? 0), 1e-9), [hits]);
  const turn = (to: number) => {
    wasPaged.current = true;
    go(changed(place, { page: to === 1 ? undefined : to }));
  };
  useEffect(() => {
    if (wasPaged.current) links(list.current)[0]?.focus();
    wasPaged.current = false;
  }, [page, hits]);
  const keys = (event: KeyboardEvent) => {
    const all = links(list.current);
    const at = all.findIndex((link) => link === document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    if (step !== undefined) all[at + step]?.focus();
    else if (event.key === "ArrowRight" && hasNext) turn(page + 1);
    else if (event.key === "ArrowLeft" && page > 1) turn(page - 1);
    else return;
    event.preventDefault();
  };
  if (shown.length === 0)
    return (
      <p class="faint" role="status">
        {page > 1 ? "There are no more passages." : "No passage was found: try other words, or fewer filters."}
      </p>
    );
  return (
    <>
      <p class="faint" role="status">
        Passages {(page - 1) * PAGE + 1} to {(page - 1) * PAGE + shown.length}. With a title focused, ↑ and ↓ go from one to the
        next, ← and → turn the page.
      </p>
      <ol class="hits" ref={list} onKeyDown={keys}>
        {shown.map((hit) => (
          <HitView key={hit.passage.id} place={place} hit={hit} stems={stems} highest={highest} />
        ))}
      </ol>
      <nav class="pages" aria-label="Pages">
        {page > 1 && (
          <button type="button" onClick={() => turn(page - 1)}>
            Previous {PAGE}
          </button>
        )}
        {hasNext && (
          <button type="button" onClick={() => turn(page + 1)}>
            Next {PAGE}
          </button>
        )}
      </nav>
    </>
  );
}

function links(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>("h2 a") ?? [])];
}

function HitView(props: { place: Place; hit: Hit; stems: ReadonlySet<string>; highest: number }) {
  const { place, hit, stems, highest } = props;
  const href = readerAddress(place, spotOf(hit.citation));
  const { document, section, kind } = hit.citation;
  return (
    <li class="hit">
      <h2>
        <Link href={href} onGo={() => openReader(href)}>
          {document.title}
        </Link>
      </h2>
      <p class="from">
        <cite>{shortCitation(document)}</cite>
        {section.length > 0 && <span>{sectionWords(section)}</span>}
        {kind === "summary" && <span class="voice is-summary">A summariser’s words, not the paper’s</span>}
      </p>
      <Notices notices={document.notices} />
      <p class="excerpt">
        <Terms text={hit.passage.text} stems={stems} />
      </p>
      <Why hit={hit} highest={highest} />
    </li>
  );
}

/** Why it is there: how near its meaning is to the query's, and how much it has of the query's words. */
function Why({ hit, highest }: { hit: Hit; highest: number }) {
  const { relevance, scores, also_in } = hit;
  return (
    <p class="why">
      {scores.dense != null && <Measure label="Meaning" value={scores.dense} share={Math.max(0, scores.dense)} />}
      {scores.lexical != null && <Measure label="Words" value={scores.lexical} share={scores.lexical / highest} />}
      {relevance != null && <span>Relevant with probability {relevance.toFixed(2)}</span>}
      {also_in && also_in.length > 0 && <span>Also in {plural(also_in.length, "other place")}</span>}
    </p>
  );
}

function Measure({ label, value, share }: { label: string; value: number; share: number }) {
  return (
    <span class="measure">
      {label}
      <span class="gauge" aria-hidden="true">
        <span style={{ width: `${Math.round(100 * share)}%` }} />
      </span>
      {value.toFixed(2)}
    </span>
  );
}
