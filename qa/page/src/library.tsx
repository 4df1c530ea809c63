/** The papers that are here, and in which of them the evidence for a question lies; papers come and go here, too. */

import type { ComponentChildren } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Adding } from "./adding";
import { documents, indexState, type DocumentView } from "./api";
import { useLoaded } from "./loaded";
import { Addresses, Link, Notices, TroubleNote } from "./parts";
import { documentPath } from "./reading";
import { RemoveDialog } from "./removing";
import { EvidenceOf } from "./strip";
import { address, changed, go, type Place } from "./url";
import { plural, shortCitation } from "./words";
import { WritingContext } from "./writing";
import { announced, WriteView } from "./written";

const PAGE = 25;

export function Library({ place }: { place: Place }) {
  const cursor = place.query.get("cursor") ?? "";
  const question = place.query.get("q")?.trim() || undefined;
  const list = useLoaded(cursor, (signal) => documents(cursor, PAGE, signal));
  const index = useLoaded("index", indexState);
  const { write, dismiss } = useContext(WritingContext);
  const isWriting = write?.isRunning ?? false;
  const heading = useRef<HTMLHeadingElement>(null);
  const wasWriting = useRef(false);
  useEffect(() => {
    if (wasWriting.current && !isWriting) {
      list.again();
      index.again();
    }
    wasWriting.current = isWriting;
  }, [isWriting]);
  const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const q = new FormData(event.currentTarget).get("q");
    go(changed(place, { q: typeof q === "string" ? q.trim() : undefined }));
  };
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        Library
      </h1>
      <form class="question" onSubmit={submit} key={question}>
        <label>
          <span class="label">Show where the evidence for a question lies</span>
          <input type="search" name="q" defaultValue={question ?? ""} maxLength={10000} />
        </label>
        <button type="submit">Show</button>
      </form>
      {index.value?.writable && <Adding index={index.value} />}
      <p class="hidden" role="status">
        {announced(write)}
      </p>
      {write && (
        <WriteView
          write={write}
          onClose={() => {
            dismiss();
            heading.current?.focus();
          }}
        />
      )}
      {list.trouble && <TroubleNote trouble={list.trouble} again={list.again} />}
      {list.isLoading && (
        <p class="waiting" role="status">
          Fetching the list …
        </p>
      )}
      {list.value && (
        <>
          <Papers
            place={place}
            papers={list.value.documents}
            question={question}
            isWritable={index.value?.writable ?? false}
            focusElse={() => heading.current?.focus()}
          />
          {list.value.documents.length === 0 && <p class="faint">There are no papers here.</p>}
          <nav class="pages" aria-label="Pages">
            {cursor && <Link href={address("/library", { q: question })}>From the beginning</Link>}
            {list.value.next_cursor && <Link href={changed(place, { cursor: list.value.next_cursor })}>Next {PAGE}</Link>}
          </nav>
        </>
      )}
      {index.value && !index.value.writable && (
        <p class="faint closing">
          Papers are added and removed here where the operator allows it, with <code>evqa serve --writable</code>.
        </p>
      )}
    </>
  );
}

interface Listed {
  place: Place;
  papers: readonly DocumentView[];
  question: string | undefined;
  isWritable: boolean;
  focusElse: () => void;
}

function Papers({ place, papers, question, isWritable, focusElse }: Listed) {
  const { write, begin } = useContext(WritingContext);
  const [asked, setAsked] = useState<DocumentView | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const removedAt = useRef<number | null>(null);
  useEffect(() => {
    // subtle: the button that had the focus is gone with its paper; whoever was there goes on at the paper after it
    const at = removedAt.current;
    if (at === null || window.document.activeElement !== window.document.body) return;
    removedAt.current = null;
    const titles = list.current!.querySelectorAll<HTMLElement>(".paper h2 a");
    const next = titles[Math.min(at, titles.length - 1)];
    if (next) next.focus();
    else focusElse();
  }, [papers]);
  const remove = (document: DocumentView) => {
    removedAt.current = papers.indexOf(document);
    begin({ removed: document });
  };
  return (
    <>
      <ul class="papers" ref={list}>
        {papers.map((document) => (
          <Paper key={document.id} place={place} document={document} question={question}>
            {isWritable && (
              <button
                type="button"
                class="quiet"
                aria-label={`Remove “${document.title}”`}
                aria-disabled={write?.isRunning ?? false}
                onClick={() => write?.isRunning || setAsked(document)}
              >
                Remove
              </button>
            )}
          </Paper>
        ))}
      </ul>
      {asked && <RemoveDialog document={asked} onClose={() => setAsked(null)} onRemove={() => remove(asked)} />}
    </>
  );
}

interface OfPaper {
  place: Place;
  document: DocumentView;
  question: string | undefined;
  children: ComponentChildren;
}

function Paper({ place, document, question, children }: OfPaper) {
  const { id, title, counts, article_type } = document;
  return (
    <li class="paper">
      <h2>
        <Link href={address(documentPath(id), { q: question })}>{title}</Link>
      </h2>
      <p class="from">
        <cite>{shortCitation(document)}</cite>
        {article_type && <span>{article_type}</span>}
        <Addresses {...document} />
      </p>
      <p class="from">
        <span>{plural(counts.passages, "passage")}</span>
        <span>{plural(counts.sentences, "sentence")}</span>
        <span>{plural(counts.references, "reference")}</span>
        <Link href={address("/search", { in: id })}>Search in it</Link>
        {children}
      </p>
      <Notices notices={document.notices} />
      <EvidenceOf place={place} document={id} question={question} />
    </li>
  );
}
