/** What the page asks the service, and how that can go wrong. Shapes come from the service's OpenAPI document. */

import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Answer = Schemas["Answer"];
export type Citation = Schemas["Citation"];
export type CitedDocument = Schemas["CitedDocument"];
export type DocumentList = Schemas["DocumentList"];
export type DocumentView = Schemas["DocumentView"];
export type Hit = Schemas["Hit"];
export type IndexInfo = Schemas["IndexInfo"];
export type IndexState = Schemas["IndexState"];
export type Layout = Schemas["LayoutView"];
export type ManuscriptReport = Schemas["ManuscriptReport"];
export type Match = Schemas["Match"];
export type Notice = Schemas["Notice"];
export type Reference = Schemas["ReferenceView"];
export type Report = Schemas["Report"];
export type SearchResult = Schemas["SearchResult"];
export type Section = Schemas["SectionView"];
export type Statement = Schemas["Statement"];
export type Verification = Schemas["Verification"];
export type Filters = Schemas["FilterFields"];
export type Mode = Schemas["Mode"];
export type Kind = Schemas["BlockKind"];

export interface Turn {
  role: "user" | "assistant";
  content: string;
}

export interface Question {
  question: string;
  history: Turn[];
}

/** What an answer is made of while it is on its way. */
export type AnswerEvent =
  | { type: "retrieval"; data: Pick<Answer, "hits" | "index" | "resolved_question" | "expansions"> }
  | { type: "statement"; data: { statement: Statement; citations: Citation[] } }
  | { type: "done"; data: Answer };

/** What to write: papers by identifier or address, files of papers, or a paper to remove. */
export type Order = { sources: readonly string[] } | { files: readonly File[] } | { removed: DocumentView };

/** How far a step of a write is; `total` is absent while nobody knows it. */
export interface WriteProgress {
  step: string;
  done: number;
  total?: number;
}

export type WriteEvent = { type: "progress"; data: WriteProgress } | { type: "report"; data: Report };

export type Failure =
  | "unreachable"
  | "cut"
  | "busy"
  | "unready"
  | "missing"
  | "locked"
  | "large"
  | "full"
  | "refused"
  | "failed";

/** Why there is no answer: `detail` is the service's own words, where it had any. */
export class Trouble extends Error {
  constructor(
    readonly failure: Failure,
    readonly detail: string,
    readonly waitSeconds?: number,
  ) {
    super(detail);
  }
}

const FAILURES: Record<number, Failure> = {
  404: "missing",
  409: "locked",
  413: "large",
  429: "busy",
  503: "unready",
  507: "full",
};

function failureOf(status: number): Failure {
  return FAILURES[status] ?? (status < 500 ? "refused" : "failed");
}

async function fetched(path: string, options: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Trouble("unreachable", "");
  }
  if (response.ok) return response;
  const wait = Number(response.headers.get("retry-after") ?? NaN);
  throw new Trouble(failureOf(response.status), await detailOf(response), Number.isFinite(wait) ? wait : undefined);
}

async function detailOf(response: Response): Promise<string> {
  try {
    const problem: unknown = await response.json();
    return detail(problem) ?? response.statusText;
  } catch {
    return response.statusText;
  }
}

function detail(problem: unknown): string | undefined {
  if (typeof problem !== "object" || problem === null) return undefined;
  const refused = sourcesRefused(Reflect.get(problem, "errors"));
  if (refused) return refused;
  for (const name of ["detail", "message", "title"]) {
    const value: unknown = Reflect.get(problem, name);
    if (typeof value === "string") return value;
  }
  return detail(Reflect.get(problem, "error"));
}

/** What is said of each source that was refused: people count them otherwise than "sources.0". */
function sourcesRefused(errors: unknown): string | undefined {
  if (!Array.isArray(errors)) return undefined;
  const refused = (errors as { field: string; message: string }[]).filter(({ field }) => field.startsWith("sources."));
  return refused.map(({ message }) => message).join("; ") || undefined;
}

function posted(body: unknown, accept: string, signal?: AbortSignal): RequestInit {
  const headers = { "content-type": "application/json", accept };
  return { method: "POST", headers, body: JSON.stringify(body), ...(signal && { signal }) };
}

async function json<T>(path: string, options: RequestInit = {}): Promise<T> {
  const response = await fetched(path, options);
  try {
    return (await response.json()) as T;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Trouble("cut", "");
  }
}

function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return json<T>(path, signal ? { signal } : {});
}

const id = encodeURIComponent;

/** Events of a stream, as they come; an `error` is thrown. A stream that ends before its last event was cut off. */
async function* eventsOf(response: Response, signal: AbortSignal): AsyncGenerator<{ type: string; data: unknown }> {
  if (!response.body) throw new Trouble("cut", "");
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const come: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => come.push(event) });
  try {
    // subtle: a chain of streams would drop what stands in its queues when the connection breaks; this shows all of it
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw signal.aborted ? error : new Trouble("cut", "");
      });
      if (done) throw new Trouble("cut", "");
      parser.feed(decoder.decode(value, { stream: true }));
      for (const { event, data } of come.splice(0)) {
        const held: unknown = JSON.parse(data);
        if (event === "error") throw told(held);
        yield { type: event ?? "", data: held };
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

/** What a problem document says. */
function told(problem: unknown): Trouble {
  const status: unknown = typeof problem === "object" && problem !== null ? Reflect.get(problem, "status") : undefined;
  return new Trouble(typeof status === "number" ? failureOf(status) : "failed", detail(problem) ?? "");
}

/** An answer as it is made, to its last event. */
export async function* answerEvents(asked: Question, signal: AbortSignal): AsyncGenerator<AnswerEvent> {
  const body = { ...asked, stream: true };
  const response = await fetched("/v1/answer", posted(body, "text/event-stream", signal));
  for await (const event of eventsOf(response, signal)) {
    if (event.type !== "retrieval" && event.type !== "statement" && event.type !== "done") continue;
    yield event as AnswerEvent;
    if (event.type === "done") return;
  }
}

/** A write as it goes on, to its report; aborting it ends it. */
export async function* writeEvents(order: Order, signal: AbortSignal): AsyncGenerator<WriteEvent> {
  const response = await fetched(...ordered(order, signal));
  for await (const event of eventsOf(response, signal)) {
    if (event.type !== "progress" && event.type !== "report") continue;
    yield event as WriteEvent;
    if (event.type === "report") return;
  }
}

function ordered(order: Order, signal: AbortSignal): [string, RequestInit] {
  const stream = "text/event-stream";
  const path = "/v1/documents";
  if ("sources" in order) return [path, posted(order, stream, signal)];
  const headers = { accept: stream };
  if ("removed" in order) return [`${path}/${id(order.removed.id)}`, { method: "DELETE", headers, signal }];
  const body = new FormData();
  for (const file of order.files) body.append("files", file);
  return [path, { method: "POST", headers, body, signal }];
}

/** The index as a whole, and whether papers can be added to it and removed. */
export function indexState(signal?: AbortSignal): Promise<IndexState> {
  return get("/v1/index", signal);
}

/** The answer as text for people, with its citations. */
export async function answerMarkdown(asked: Question): Promise<string> {
  return (await fetched("/v1/answer", posted(asked, "text/markdown"))).text();
}

export interface SearchQuestion {
  query: string;
  k: number;
  mode?: Mode;
  filters?: Filters;
}

export function search(asked: SearchQuestion, signal?: AbortSignal): Promise<SearchResult> {
  return json("/v1/search", posted(asked, "application/json", signal));
}

export function verifyManuscript(manuscript: string, signal?: AbortSignal): Promise<ManuscriptReport> {
  return json("/v1/verify/manuscript", posted({ manuscript }, "application/json", signal));
}

export async function verifyQuote(quote: string, signal?: AbortSignal): Promise<Verification> {
  const body = { quotes: [{ quote }] };
  const { results } = await json<Schemas["VerificationList"]>("/v1/verify", posted(body, "application/json", signal));
  return results[0]!;
}

export function readiness(signal?: AbortSignal): Promise<IndexInfo> {
  return get("/readyz", signal);
}

export function documents(cursor: string, limit: number, signal?: AbortSignal): Promise<DocumentList> {
  return get(`/v1/documents?limit=${limit}&cursor=${id(cursor)}`, signal);
}

export function documentView(document: string, signal?: AbortSignal): Promise<DocumentView> {
  return get(`/v1/documents/${id(document)}`, signal);
}

export function layout(document: string, signal?: AbortSignal): Promise<Layout> {
  return get(`/v1/documents/${id(document)}/layout`, signal);
}

/** The canonical text, to the last character: a byte order mark at its beginning counts too. */
export async function documentText(document: string, signal?: AbortSignal): Promise<string> {
  const response = await fetched(`/v1/documents/${id(document)}/text`, signal ? { signal } : {});
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer());
}

export function reference(document: string, entry: string, signal?: AbortSignal): Promise<Reference> {
  return get(`/v1/documents/${id(document)}/references/${id(entry)}`, signal);
}

export type CitationFormat = "bibtex" | "ris" | "csl-json" | "text";

export function citationPath(document: string, entry: string | undefined, format: CitationFormat): string {
  const within = entry === undefined ? "" : `/references/${id(entry)}`;
  return `/v1/documents/${id(document)}${within}/citation?format=${format}`;
}

export async function citation(document: string, entry: string | undefined, format: CitationFormat): Promise<string> {
  return (await fetched(citationPath(document, entry, format))).text();
}
