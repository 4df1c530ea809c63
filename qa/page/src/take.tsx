/** What can be taken along from an answer: a sentence with its citation, the whole in a file, the request itself. */

import { answerMarkdown, citation, type Answer, type Citation, type CitationFormat, type Question } from "./api";
import { CopyButton, SaveButton } from "./parts";

/** “Words.” Zhao M, Liu M. Title. Journal. 2026. */
export async function withCitation(quote: string, document: string): Promise<string> {
  return `“${quote}” ${(await citation(document, undefined, "text")).trim()}`;
}

export function TakeSentence({ cited }: { cited: Citation }) {
  return <CopyButton text={() => withCitation(cited.quote, cited.document.id)}>Copy with citation</CopyButton>;
}

interface Work {
  document: string;
  entry?: string;
}

/** The papers that an answer quotes, and the studies that the quotes rest on, each once. */
function worksOf(citations: readonly Citation[]): Work[] {
  const papers = citations.map(({ document }) => ({ document: document.id }));
  const studies = citations.flatMap(({ document, references }) =>
    (references ?? []).map(({ id }) => ({ document: document.id, entry: id })),
  );
  return [...new Map([...papers, ...studies].map((work: Work) => [JSON.stringify(work), work])).values()];
}

async function bibliography(answer: Answer, format: CitationFormat): Promise<string> {
  const entries = await Promise.all(worksOf(answer.citations).map(({ document, entry }) => citation(document, entry, format)));
  if (format !== "csl-json") return entries.map((entry) => entry.trimEnd()).join("\n\n") + "\n";
  return JSON.stringify(entries.flatMap((entry): unknown => JSON.parse(entry)), null, 2) + "\n";
}

/** One word for the shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export function curl(asked: Question): string {
  const { question, history } = asked;
  const body = JSON.stringify(history.length ? { question, history } : { question });
  return `curl -s ${location.origin}/v1/answer -H 'content-type: application/json' -d ${quoted(body)}`;
}

const FILES: { format: CitationFormat; label: string; ending: string; type: string }[] = [
  { format: "bibtex", label: "BibTeX", ending: "bib", type: "application/x-bibtex" },
  { format: "ris", label: "RIS", ending: "ris", type: "application/x-research-info-systems" },
  { format: "csl-json", label: "CSL-JSON", ending: "json", type: "application/json" },
];

export function TakeAnswer({ asked, answer }: { asked: Question; answer: Answer }) {
  const isAnswered = answer.status === "answered";
  return (
    <div class="actions take" role="group" aria-label="Take away">
      {isAnswered && <CopyButton text={() => answerMarkdown(asked)}>Copy answer</CopyButton>}
      {isAnswered && (
        <SaveButton name="answer.md" type="text/markdown" text={() => answerMarkdown(asked)}>
          Markdown
        </SaveButton>
      )}
      {isAnswered &&
        FILES.map(({ format, label, ending, type }) => (
          <SaveButton key={format} name={`answer.${ending}`} type={type} text={() => bibliography(answer, format)}>
            {label}
          </SaveButton>
        ))}
      <CopyButton text={() => curl(asked)}>Copy curl</CopyButton>
      <CopyButton text={() => location.href}>Copy link</CopyButton>
    </div>
  );
}
