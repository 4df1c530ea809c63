/** Asking: the question box, the conversation, and what has been found for each question. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { readiness } from "./api";
import { useConversation, type Exchange } from "./conversation";
import { AnswerView } from "./answer";
import { useLoaded } from "./loaded";
import { Link, TroubleNote } from "./parts";
import { readerAddress, spotOf } from "./reading";
import { address, go, type Place } from "./url";
import { plural } from "./words";

const EXAMPLES = [
  "How do extracellular vesicles contribute to drug resistance?",
  "What is the role of exosomes in immune evasion?",
  "Can EVs be used as biomarkers?",
];

const SLOW_MS = 3000;

export function QuestionBox(props: { value: string; label: string; action: string; isFirst?: boolean; onAsk: (question: string) => void }) {
  const [text, setText] = useState(props.value);
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => setText(props.value), [props.value]);
  const ask = () => {
    const question = text.trim();
    if (question) props.onAsk(question);
    else field.current?.focus();
  };
  return (
    <form
      class="question"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <label>
        <span class={props.isFirst ? "hidden" : "label"}>{props.label}</span>
        <textarea
          ref={field}
          rows={1}
          autofocus={props.isFirst && !props.value}
          value={text}
          placeholder={props.isFirst ? "Ask a question" : undefined}
          maxLength={10000}
          enterkeyhint="search"
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
              event.preventDefault();
              ask();
            }
          }}
        />
      </label>
      <button type="submit" class="main">
        {props.action}
      </button>
    </form>
  );
}

export function Ask({ place }: { place: Place }) {
  const questions = place.query.getAll("q").filter((question) => question.trim());
  const { exchanges, again, stop } = useConversation(questions);
  useMarkerOfAddress(place, exchanges);
  const ask = (...all: string[]) => go(address("/", { q: all }));
  if (questions.length === 0) return <Welcome onAsk={ask} />;
  const last = exchanges.at(-1);
  return (
    <>
      <h1 class="hidden">Ask the papers</h1>
      <QuestionBox isFirst value={questions[0]!} label="Question" action="Ask" onAsk={ask} />
      {exchanges.map((exchange, n) => (
        <section key={n} class="exchange" aria-label={exchange.asked.question}>
          {n > 0 && <h2 class="asked">{exchange.asked.question}</h2>}
          <AnswerView place={place} exchange={exchange} turn={n} isLast={n === exchanges.length - 1} />
          {exchange.trouble && <TroubleNote trouble={exchange.trouble} again={again} />}
          {!exchange.answer && !exchange.trouble && <Waiting stop={stop} />}
        </section>
      ))}
      {last?.answer && exchanges.length === questions.length && (
        <QuestionBox key={questions.length} value="" label="Ask on" action="Ask" onAsk={(next) => ask(...questions, next)} />
      )}
    </>
  );
}

/** A link that names a marker and no place opens the reader as soon as the answer is there. */
function useMarkerOfAddress(place: Place, exchanges: readonly Exchange[]): void {
  const marker = Number(place.query.get("marker") ?? NaN);
  const turn = Number(place.query.get("turn") ?? exchanges.length - 1);
  const citation = exchanges[turn]?.citations.find((one) => one.marker === marker);
  const isOpen = place.query.has("document");
  useEffect(() => {
    if (citation && !isOpen) go(readerAddress(place, spotOf(citation), marker, turn), { replace: true });
  }, [citation?.passage_id, isOpen]);
}

function Waiting({ stop }: { stop: () => void }) {
  const [isSlow, setSlow] = useState(false);
  const [isStopped, setStopped] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  if (isStopped) return <p class="waiting">Stopped.</p>;
  return (
    <p class="waiting" role="status">
      {isSlow ? "Still reading the papers. This takes longer than usual." : "Reading the papers …"}{" "}
      {isSlow && (
        <button
          type="button"
          onClick={() => {
            setStopped(true);
            stop();
          }}
        >
          Stop
        </button>
      )}
    </p>
  );
}

function Welcome({ onAsk }: { onAsk: (question: string) => void }) {
  const index = useLoaded("index", readiness);
  return (
    <div class="welcome">
      <h1>Ask the papers</h1>
      <p class="lead">Answers are the papers’ own sentences, word for word, each with the place where it stands.</p>
      <QuestionBox isFirst value="" label="Question" action="Ask" onAsk={onAsk} />
      <h2 class="label">For example</h2>
      <ul class="examples">
        {EXAMPLES.map((example) => (
          <li key={example}>
            <Link href={address("/", { q: example })}>{example}</Link>
          </li>
        ))}
      </ul>
      {index.value && (
        <p class="faint">
          {plural(index.value.documents, "paper")}, {plural(index.value.passages, "passage")}.
        </p>
      )}
      {index.trouble && <TroubleNote trouble={index.trouble} again={index.again} />}
    </div>
  );
}

