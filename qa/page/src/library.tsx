/** The papers that are here, and in which of them the evidence for a question lies. */

import { documents, type DocumentView } from "./api";
import { useLoaded } from "./loaded";
import { Addresses, Link, Notices, TroubleNote } from "./parts";
import { documentPath } from "./reading";
import { EvidenceOf } from "./strip";
import { address, changed, go, type Place } from "./url";
import { plural, shortCitation } from "./words";

const PAGE = 25;

export function Library({ place }: { place: Place }) {
  const cursor = place.query.get("cursor") ?? "";
  const question = place.query.get("q")?.trim() || undefined;
  const { value, trouble, isLoading, again } = useLoaded(cursor, (signal) => documents(cursor, PAGE, signal));
  const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const q = new FormData(event.currentTarget).get("q");
    go(changed(place, { q: typeof q === "string" ? q.trim() : undefined }));
  };
  return (
    <>
      <h1>Library</h1>
      <form class="question" onSubmit={submit} key={question}>
        <label>
          <span class="label">Show where the evidence for a question lies</span>
          <input type="search" name="q" defaultValue={question ?? ""} maxLength={10000} />
        </label>
        <button type="submit">Show</button>
      </form>
      {trouble && <TroubleNote trouble={trouble} again={again} />}
      {isLoading && (
        <p class="waiting" role="status">
          Fetching the list …
        </p>
      )}
      {value && (
        <>
          <ul class="papers">
            {value.documents.map((document) => (
              <Paper key={document.id} place={place} document={document} question={question} />
            ))}
          </ul>
          {value.documents.length === 0 && <p class="faint">There are no papers here.</p>}
          <nav class="pages" aria-label="Pages">
            {cursor && <Link href={address("/library", { q: question })}>From the beginning</Link>}
            {value.next_cursor && <Link href={changed(place, { cursor: value.next_cursor })}>Next {PAGE}</Link>}
          </nav>
        </>
      )}
    </>
  );
}

function Paper({ place, document, question }: { place: Place; document: DocumentView; question: string | undefined }) {
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
      </p>
      <Notices notices={document.notices} />
      <EvidenceOf place={place} document={id} question={question} />
    </li>
  );
}
