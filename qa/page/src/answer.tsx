/** An answer: statements with their markers, whose words they are, where they come from, and what was found besides. */

import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Answer, Citation, Hit, Statement } from "./api";
import type { Exchange } from "./conversation";
import { Link, Notices } from "./parts";
import { documentPath, openReader, readerAddress, spotOf } from "./reading";
import { EvidenceOf } from "./strip";
import { TakeAnswer, TakeSentence } from "./take";
import { address, type Place } from "./url";
import { confidenceWords, degradedWords, plural, sectionWords, shortCitation, voiceOf, voiceWords, type Voice } from "./words";

interface Shown {
  place: Place;
  exchange: Exchange;
  turn: number;
  isLast: boolean;
}

export function AnswerView({ place, exchange, turn, isLast }: Shown) {
  const { answer, statements, citations } = exchange;
  const active = isLast || place.query.get("turn") === String(turn) ? Number(place.query.get("marker")) : 0;
  return (
    <>
      <Understood exchange={exchange} />
      {statements.length > 0 && (
        <ol class="statements">
          {statements.map((statement, n) => (
            <StatementView
              key={n}
              place={place}
              statement={statement}
              citations={citations.filter(({ marker }) => statement.citations.includes(marker))}
              generator={answer?.generator}
              turn={turn}
              active={active}
            />
          ))}
        </ol>
      )}
      {answer && <OfTheModel answer={answer} />}
      {answer?.status === "answered" && <Confidence answer={answer} />}
      {answer?.status === "abstained" && <Abstention answer={answer} />}
      {answer && <TakeAnswer asked={exchange.asked} answer={answer} />}
      {answer?.status === "answered" && <Papers place={place} answer={answer} />}
      {answer && <Nearest place={place} answer={answer} />}
    </>
  );
}

/** How the question was understood, where it was not taken as it stands. */
function Understood({ exchange }: { exchange: Exchange }) {
  const { resolved, asked, expansions } = exchange;
  const isOther = resolved !== undefined && resolved !== asked.question;
  if (!isOther && expansions.length === 0) return null;
  return (
    <p class="understood">
      {isOther && (
        <>
          Searched for: <q>{resolved}</q>{" "}
        </>
      )}
      {expansions.map(({ term, added }) => (
        <span key={`${term}${added}`} class="expansion">
          {term} also read as {added}
        </span>
      ))}
    </p>
  );
}

interface Said {
  place: Place;
  statement: Statement;
  citations: readonly Citation[];
  generator: string | undefined;
  turn: number;
  active: number;
}

function StatementView({ place, statement, citations, generator, turn, active }: Said) {
  const voice = voiceOf(statement, citations);
  return (
    <li class={`statement is-${voice}`}>
      <p class="said">
        {statement.text}
        {citations.map((citation) => (
          <Marker key={citation.marker} place={place} citation={citation} turn={turn} isActive={citation.marker === active} />
        ))}
      </p>
      <div class="from">
        <VoiceLabel voice={voice} generator={generator} />
        {citations.map((citation) => (
          <Source key={citation.marker} citation={citation} />
        ))}
        {voice !== "written" && citations[0] && <TakeSentence cited={citations[0]} />}
      </div>
      {citations.map((citation) => (
        <Notices key={citation.marker} notices={citation.document.notices} />
      ))}
    </li>
  );
}

function VoiceLabel({ voice, generator }: { voice: Voice; generator: string | undefined }) {
  return <span class={`voice is-${voice}`}>{voiceWords(voice, generator)}</span>;
}

function Source({ citation }: { citation: Citation }) {
  return (
    <span class="source">
      <cite>{shortCitation(citation.document)}</cite>
      {citation.section.length > 0 && <span> · {sectionWords(citation.section)}</span>}
      {citation.page && <span> · page {citation.page}</span>}
    </span>
  );
}

const LINGER_MS = 200;

/** The number behind a sentence: it shows where the sentence stands, and opens the paper there. */
function Marker(props: { place: Place; citation: Citation; turn: number; isActive: boolean }) {
  const { place, citation, turn, isActive } = props;
  const [isShown, setShown] = useState(false);
  const leaving = useRef(0);
  const card = useId();
  const show = () => {
    clearTimeout(leaving.current);
    setShown(true);
  };
  const leave = () => {
    leaving.current = window.setTimeout(() => setShown(false), LINGER_MS);
  };
  useLayoutEffect(() => {
    if (!isShown) return;
    const dismiss = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      setShown(false);
    };
    document.addEventListener("keydown", dismiss, true);
    return () => document.removeEventListener("keydown", dismiss, true);
  }, [isShown]);
  return (
    <span class="marker" onMouseEnter={show} onMouseLeave={leave}>
      <button
        type="button"
        data-marker={citation.marker}
        aria-label={`Citation ${citation.marker}: ${shortCitation(citation.document)}`}
        aria-describedby={isShown ? card : undefined}
        aria-pressed={isActive}
        onFocus={show}
        onBlur={leave}
        onClick={() => {
          setShown(false);
          openReader(readerAddress(place, spotOf(citation), citation.marker, turn));
        }}
      >
        {citation.marker}
      </button>
      {isShown && <Card id={card} citation={citation} />}
    </span>
  );
}

const ROOM_ABOVE = 120; // pixels of the page's bar and of the line itself

/** Below the marker, or above it where there is more room. */
function Card({ id, citation }: { id: string; citation: Citation }) {
  const studies = citation.references ?? [];
  const card = useRef<HTMLSpanElement>(null);
  const [isAbove, setAbove] = useState(false);
  useLayoutEffect(() => {
    const { top, bottom, height } = card.current!.getBoundingClientRect();
    setAbove(bottom > innerHeight && top > height + ROOM_ABOVE);
  }, []);
  return (
    <span id={id} ref={card} role="tooltip" class={isAbove ? "card is-above" : "card"}>
      <span class="card-quote">{citation.quote}</span>
      <span class="card-title">{citation.document.title}</span>
      <span class="card-line">
        {[shortCitation(citation.document), sectionWords(citation.section)].filter(Boolean).join(" · ")}
      </span>
      {studies.length > 0 && (
        <span class="card-studies">
          <span class="label">Rests on {plural(studies.length, "study", "studies")}</span>
          {studies.slice(0, 4).map((study) => (
            <span key={study.id} class="card-line">
              {study.label && `${study.label} `}
              {study.text}
            </span>
          ))}
          {studies.length > 4 && <span class="card-line">and {studies.length - 4} more</span>}
        </span>
      )}
    </span>
  );
}

/** What became of a language model that was asked: that it failed, and what of it did not stand the check. */
function OfTheModel({ answer }: { answer: Answer }) {
  const { degraded, dropped, generator } = answer;
  return (
    <>
      {degraded && <p class="degraded">{degradedWords(generator, Boolean(dropped?.length))}</p>}
      {dropped && dropped.length > 0 && (
        <details class="dropped">
          <summary>{plural(dropped.length, "sentence")} of the language model left out</summary>
          <ul>
            {dropped.map(({ text, reason }, n) => (
              <li key={n}>
                <q>{text}</q> <span class="faint">Left out: {reason}.</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Confidence({ answer }: { answer: Answer }) {
  const { word, meaning } = confidenceWords(answer.confidence);
  return (
    <p class="confidence">
      <strong>{word}.</strong> {meaning}
    </p>
  );
}

function Abstention({ answer }: { answer: Answer }) {
  const { passages, documents } = answer.index;
  return (
    <div class="abstention">
      <h2>No answer</h2>
      <p>{answer.reason}</p>
      <p class="faint">
        Searched {plural(passages, "passage")} of {plural(documents, "paper")}. The nearest stand below; they need not
        answer the question.
      </p>
    </div>
  );
}

const MOST_PAPERS = 5;

/** The papers of the answer and of what was found besides, each with where in it the evidence lies. */
function Papers({ place, answer }: { place: Place; answer: Answer }) {
  const cited = [...answer.citations, ...answer.hits.map(({ citation }) => citation)].map(({ document }) => document);
  const papers = [...new Map(cited.map((paper) => [paper.id, paper])).values()];
  const question = answer.resolved_question ?? answer.question;
  return (
    <section class="evidence-of" aria-label="Papers">
      {papers.slice(0, MOST_PAPERS).map((paper) => (
        <div key={paper.id} class="evidence-paper">
          <p class="from">
            <Link href={address(documentPath(paper.id), { q: question })}>{paper.title}</Link>
            <cite>{shortCitation(paper)}</cite>
          </p>
          <EvidenceOf place={place} document={paper.id} question={question} />
        </div>
      ))}
    </section>
  );
}

/** Passages that were found: open where they are all there is, folded away where they stand behind an answer. */
function Nearest({ place, answer }: { place: Place; answer: Answer }) {
  if (answer.hits.length === 0) return null;
  return (
    <details class="nearest" open={answer.status === "abstained"}>
      <summary>{answer.status === "abstained" ? "Nearest passages" : "Passages that were found"}</summary>
      <ol>
        {answer.hits.map((hit) => (
          <HitLine key={hit.passage.id} place={place} hit={hit} />
        ))}
      </ol>
    </details>
  );
}

function HitLine({ place, hit }: { place: Place; hit: Hit }) {
  const href = readerAddress(place, spotOf(hit.citation));
  return (
    <li>
      <p class="excerpt">{hit.passage.text}</p>
      <p class="from">
        <Link href={href} onGo={() => openReader(href)}>
          {shortCitation(hit.citation.document)}
          {hit.passage.section.length > 0 && ` · ${sectionWords(hit.passage.section)}`}
        </Link>
      </p>
    </li>
  );
}

