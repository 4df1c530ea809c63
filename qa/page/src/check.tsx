/** Checking: whether what a quote or a manuscript says the papers say stands in them. */

import { useLayoutEffect, useState } from "preact/hooks";
import { verifyManuscript, verifyQuote, type ManuscriptReport, type Match, type Verification } from "./api";
import { useLoaded } from "./loaded";
import { Addresses, Link, Notices, TroubleNote } from "./parts";
import { openReader, readerAddress } from "./reading";
import { address, changed, go, type Place } from "./url";
import { plural, sectionWords, shortCitation } from "./words";

// What is longer goes with the history of this browser, since many programs cut a link that long.
const LONGEST_LINK = 1500;
const LONGEST_QUOTE = 10_000;
const MOST_PLACES = 5;

interface Checked {
  quotations: { line?: number; cited: string[]; verification: Verification }[];
  report?: ManuscriptReport;
}

/** Checks what a text quotes; a text that quotes nothing, or is said to be a quote, is checked as a whole. */
async function check(text: string, isQuote: boolean, signal: AbortSignal): Promise<Checked> {
  const report = isQuote ? undefined : await verifyManuscript(text, signal);
  if (report && (report.quotations.length > 0 || text.length > LONGEST_QUOTE)) return { quotations: report.quotations, report };
  return { quotations: [{ cited: [], verification: await verifyQuote(text, signal) }] };
}

function textOf({ query }: Place): string {
  const kept: unknown = history.state;
  if (typeof kept === "object" && kept !== null && "text" in kept && typeof kept.text === "string") return kept.text;
  return query.get("text") ?? "";
}

export function Check({ place }: { place: Place }) {
  const text = textOf(place);
  const isQuote = place.query.has("whole");
  const [draft, setDraft] = useState(text);
  useLayoutEffect(() => setDraft(text), [text]);
  const { value, trouble, isLoading, again } = useLoaded(text.trim() ? `${isQuote}\n${text}` : null, (signal) =>
    check(text.trim(), isQuote, signal),
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!draft.trim()) return;
    const isShort = draft.length <= LONGEST_LINK;
    go(address("/check", { text: isShort ? draft : undefined }), { state: isShort ? null : { text: draft } });
  };
  return (
    <>
      <h1>Check quotes</h1>
      <p class="lead">
        Paste a quote, or a part of a manuscript. Every quoted passage is looked for in the papers, word for word.
      </p>
      <form class="check" onSubmit={submit}>
        <label>
          <span class="hidden">Quote or manuscript</span>
          <textarea
            rows={6}
            value={draft}
            placeholder={"As Zhao et al. put it, “EVs play a key role in immune evasion and tumor progression” (PMC13013411)."}
            onInput={(event) => setDraft(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
            }}
          />
        </label>
        <button type="submit" class="main">
          Check
        </button>
      </form>
      {trouble && <TroubleNote trouble={trouble} again={again} />}
      {isLoading && (
        <p class="waiting" role="status">
          Looking for it …
        </p>
      )}
      {value && <Report place={place} checked={value} isLong={text.length > LONGEST_LINK} />}
    </>
  );
}

function Report({ place, checked, isLong }: { place: Place; checked: Checked; isLong: boolean }) {
  const { quotations, report } = checked;
  return (
    <>
      <p class="faint" role="status">
        {report ? `${plural(quotations.length, "quotation")} of three words or more.` : "Checked as one quote."}{" "}
        {report && (
          <Link href={changed(place, { whole: 1 })} onGo={() => go(changed(place, { whole: 1 }), { state: history.state })}>
            Check the whole text as one quote
          </Link>
        )}{" "}
        {isLong && "A text this long does not fit into a link: only this browser finds this page again."}
      </p>
      <ol class="verdicts">
        {quotations.map(({ line, cited, verification }, n) => (
          <Verdict key={n} place={place} line={line} cited={cited} verification={verification} />
        ))}
      </ol>
      {report && <LeftOut report={report} />}
    </>
  );
}

function LeftOut({ report }: { report: ManuscriptReport }) {
  const { short, unclosed, too_long, references } = report;
  const left = [
    short && `${short} of one or two words`,
    unclosed?.length && `never closed, on line ${unclosed.join(", ")}`,
    too_long?.length && `too long to check, on line ${too_long.join(", ")}`,
    references && `the references, from line ${references} on`,
  ].filter(Boolean);
  return left.length ? <p class="faint">Left out: {left.join("; ")}.</p> : null;
}

const VERDICTS: Record<Verification["verdict"], { word: string; meaning: string; look: string }> = {
  exact: { word: "Exact", meaning: "It stands in the papers, character for character.", look: "is-good" },
  equivalent: { word: "Equivalent", meaning: "It stands in the papers; only typography differs.", look: "is-good" },
  misattributed: { word: "Misattributed", meaning: "It stands in another paper than the one named.", look: "is-bad" },
  stitched: { word: "Stitched", meaning: "Its parts stand in the paper, but apart from each other.", look: "is-bad" },
  not_found: { word: "Not found", meaning: "No paper here says this.", look: "is-bad" },
};

interface Judged {
  place: Place;
  line: number | undefined;
  cited: readonly string[];
  verification: Verification;
}

function Verdict({ place, line, cited, verification }: Judged) {
  const { quote, verdict, matches, nearest, problem } = verification;
  const { word, meaning, look } = VERDICTS[verdict];
  return (
    <li class={`verdict ${look}`}>
      <p>
        <strong class="word">{word}</strong> <span class="faint">{meaning}</span>
      </p>
      <blockquote>{quote}</blockquote>
      {(line !== undefined || cited.length > 0) && (
        <p class="from">
          {line !== undefined && <span>Line {line}</span>}
          {cited.length > 0 && <span>Cited as {cited.join(", ")}</span>}
        </p>
      )}
      {problem && <p class="problem">But {problem}.</p>}
      {(matches ?? []).slice(0, MOST_PLACES).map((match) => (
        <Found key={`${match.document.id}${match.start}`} place={place} match={match} isPart={verdict === "stitched"} />
      ))}
      {(matches?.length ?? 0) > MOST_PLACES && <p class="faint">and {matches!.length - MOST_PLACES} more places</p>}
      {nearest && <NearestView place={place} nearest={nearest} />}
    </li>
  );
}

function Found({ place, match, isPart }: { place: Place; match: Match; isPart: boolean }) {
  const { document, start, end, section, page, references } = match;
  const href = readerAddress(place, { document: document.id, start, end });
  return (
    <div class="found">
      <p class="from">
        <Link href={href} onGo={() => openReader(href)}>
          {shortCitation(document)}
        </Link>
        <span>{sectionWords(section)}</span>
        {page && <span>page {page}</span>}
        {match.kind === "summary" && <span class="voice is-summary">A summariser’s words, not the paper’s</span>}
      </p>
      {isPart && <p class="excerpt">{match.quote}</p>}
      <Notices notices={document.notices} />
      {(references ?? []).map((study) => (
        <p key={study.id} class="rests">
          Rests on {study.label} {study.text} <Addresses {...study} />
        </p>
      ))}
    </div>
  );
}

function NearestView({ place, nearest }: { place: Place; nearest: NonNullable<Verification["nearest"]> }) {
  const { document_id, start, end, text, section, missing, added } = nearest;
  const href = readerAddress(place, { document: document_id, start, end });
  return (
    <div class="found">
      <p class="from">
        <span>The nearest sentence:</span>
        <Link href={href} onGo={() => openReader(href)}>
          {[document_id, sectionWords(section)].filter(Boolean).join(" · ")}
        </Link>
      </p>
      <p class="excerpt">{text}</p>
      <p class="from">
        {missing.length > 0 && <span>Only the quote has: {missing.join(", ")}</span>}
        {added.length > 0 && <span>Only the paper has: {added.join(", ")}</span>}
        {missing.length + added.length === 0 && <span>The words agree; punctuation or spacing differs.</span>}
      </p>
    </div>
  );
}
