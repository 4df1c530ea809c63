/** The studies behind a reference mark, as the paper's bibliography has them. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { citation, reference, type Reference } from "./api";
import { useLoaded } from "./loaded";
import { Addresses, CopyButton, Link, Notices, TroubleNote } from "./parts";
import { readerAddress } from "./reading";
import { go, type Place } from "./url";
import { sectionWords } from "./words";

const MOST_PLACES = 6;

export function Studies(props: { place: Place; document: string; ids: readonly string[]; onClose: () => void }) {
  const { place, document, ids, onClose } = props;
  const panel = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const opener = globalThis.document.activeElement;
    return () => void (opener instanceof HTMLElement && opener.isConnected && opener.focus());
  }, []);
  useLayoutEffect(() => panel.current?.focus(), [ids.join(",")]);
  return (
    <section
      ref={panel}
      class="studies"
      tabIndex={-1}
      aria-label={ids.length === 1 ? "Study" : "Studies"}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <button type="button" class="close" onClick={onClose}>
        Close
      </button>
      {ids.map((id) => (
        <Study key={id} place={place} document={document} id={id} />
      ))}
    </section>
  );
}

function Study({ place, document, id }: { place: Place; document: string; id: string }) {
  const { value, trouble, again } = useLoaded(`${document}\n${id}`, (signal) => reference(document, id, signal));
  if (trouble) return <TroubleNote trouble={trouble} again={again} />;
  if (!value) return <p class="waiting">Looking it up …</p>;
  return (
    <article class="study">
      <p class="study-text">
        {value.label && <span class="study-label">{value.label}</span>} {value.text}
      </p>
      <Notices notices={value.notices} />
      <p class="actions">
        <Addresses {...value} />
        <CopyButton text={() => citation(document, id, "bibtex")}>Copy BibTeX</CopyButton>
        <CopyButton text={() => citation(document, id, "text")}>Copy citation</CopyButton>
      </p>
      <CitedIn place={place} document={document} study={value} />
    </article>
  );
}

function CitedIn({ place, document, study }: { place: Place; document: string; study: Reference }) {
  if (study.cited_in.length === 0) return null;
  return (
    <>
      <p class="label">Cited in this paper</p>
      <ul class="cited-in">
        {study.cited_in.slice(0, MOST_PLACES).map(({ text, start, end, section }) => {
          const href = readerAddress(place, { document, start, end });
          return (
            <li key={start}>
              <Link href={href} onGo={() => go(href)}>
                {sectionWords(section) || "In the text"}
              </Link>
              : {text}
            </li>
          );
        })}
        {study.cited_in.length > MOST_PLACES && <li>and in {study.cited_in.length - MOST_PLACES} more sentences</li>}
      </ul>
    </>
  );
}
