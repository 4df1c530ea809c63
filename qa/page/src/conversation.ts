/** Questions and their answers, one after the other: each is asked with those before it as its history. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { answerEvents, type Answer, type AnswerEvent, type Question, type Trouble, type Turn } from "./api";
import { trouble } from "./loaded";

/** A question and what has come of its answer so far; `answer` is there when it is whole. */
export interface Exchange {
  asked: Question;
  hits: Answer["hits"];
  index?: Answer["index"];
  resolved?: string;
  expansions: Answer["expansions"];
  statements: Answer["statements"];
  citations: Answer["citations"];
  answer?: Answer;
  trouble?: Trouble;
}

function begun(asked: Question): Exchange {
  return { asked, hits: [], expansions: [], statements: [], citations: [] };
}

/** An exchange after one more event of its answer. */
export function continued(exchange: Exchange, event: AnswerEvent): Exchange {
  switch (event.type) {
    case "retrieval": {
      const { hits, index, resolved_question, expansions } = event.data;
      return { ...exchange, hits, index, expansions: expansions ?? [], ...(resolved_question && { resolved: resolved_question }) };
    }
    case "statement": {
      const { statement, citations } = event.data;
      return {
        ...exchange,
        statements: [...exchange.statements, statement],
        citations: [...exchange.citations, ...citations],
      };
    }
    case "done": {
      const { statements, citations, hits, index } = event.data;
      return { ...exchange, statements, citations, hits, index, answer: event.data };
    }
  }
}

function historyOf(exchanges: readonly Exchange[]): Turn[] {
  return exchanges.flatMap(({ asked, answer }): Turn[] => {
    const said = answer?.answer || answer?.reason;
    return [{ role: "user", content: asked.question }, ...(said ? [{ role: "assistant" as const, content: said }] : [])];
  });
}

/** Asks the questions that have not been answered; a conversation that begins as the one before keeps its answers. */
export function useConversation(questions: readonly string[]): { exchanges: Exchange[]; again: () => void; stop: () => void } {
  const [exchanges, setExchanges] = useState<Exchange[]>([]);
  const [attempt, setAttempt] = useState(0);
  const [controller, setController] = useState<AbortController | null>(null);
  const key = JSON.stringify(questions);
  useEffect(() => {
    const running = new AbortController();
    setController(running);
    let known = exchanges.findIndex(({ asked, answer }, n) => !answer || asked.question !== questions[n]);
    if (known < 0) known = exchanges.length;
    void converse(exchanges.slice(0, Math.min(known, questions.length)), questions, running.signal, (now) => {
      if (!running.signal.aborted) setExchanges(now);
    });
    return () => running.abort();
  }, [key, attempt]);
  const again = useCallback(() => setAttempt((n) => n + 1), []);
  const stop = useCallback(() => controller?.abort(), [controller]);
  return { exchanges, again, stop };
}

async function converse(
  known: Exchange[],
  questions: readonly string[],
  signal: AbortSignal,
  show: (exchanges: Exchange[]) => void,
): Promise<void> {
  const done = [...known];
  show(done);
  for (const question of questions.slice(known.length)) {
    let exchange = begun({ question, history: historyOf(done) });
    show([...done, exchange]);
    try {
      for await (const event of answerEvents(exchange.asked, signal)) {
        exchange = continued(exchange, event);
        show([...done, exchange]);
      }
    } catch (error) {
      if (!signal.aborted) show([...done, { ...exchange, trouble: trouble(error) }]);
      return;
    }
    done.push(exchange);
  }
}
