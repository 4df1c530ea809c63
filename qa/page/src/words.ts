/** Figures, kinds and papers in words. */

import type { Citation, CitedDocument, DocumentView, Notice, Statement } from "./api";

/** A calibrated probability, as what it says: so many of a hundred such answers are supported by their quotes. */
export function confidenceWords(confidence: number): { word: string; meaning: string } {
  const hundred = Math.min(99, Math.max(1, Math.round(confidence * 100)));
  const word = confidence >= 0.9 ? "High confidence" : confidence >= 0.75 ? "Good confidence" : confidence >= 0.5 ? "Moderate confidence" : "Low confidence";
  return { word, meaning: `Of a hundred answers like this one, about ${hundred} are supported by what they quote.` };
}

export type Voice = "quoted" | "summary" | "written";

/** Whose words a statement is. */
export function voiceOf(statement: Statement, citations: readonly Citation[]): Voice {
  if (!statement.verbatim) return "written";
  return citations.some(({ kind }) => kind === "summary") ? "summary" : "quoted";
}

export function voiceWords(voice: Voice, generator: string | undefined): string {
  switch (voice) {
    case "quoted":
      return "Quoted word for word";
    case "summary":
      return "A summariser’s words, not the paper’s";
    case "written":
      return `Written by ${generator ?? "a language model"} from the cited passages, not a quote`;
  }
}

/** Why a language model that was asked has not written all of an answer. */
export function degradedWords(generator: string, hasDropped: boolean): string {
  if (generator !== "extractive") return "The language model broke off. What it had written until then was checked, and stands.";
  if (hasDropped) return "Nothing that the language model wrote stood the check; these are the papers’ own sentences.";
  return "The language model did not answer; these are the papers’ own sentences.";
}

type Paper = CitedDocument | DocumentView;

function people(authors: readonly string[]): string {
  if (authors.length === 0) return "";
  const first = authors[0]!.trim().split(/\s+/).at(-1)!;
  if (authors.length === 1) return first;
  return authors.length === 2 ? `${first} and ${authors[1]!.trim().split(/\s+/).at(-1)}` : `${first} et al.`;
}

/** "Zhao et al., Frontiers in Immunology, 2026". */
export function shortCitation(paper: Paper): string {
  return [people(paper.authors), paper.container_title, paper.issued?.slice(0, 4)].filter(Boolean).join(", ") || paper.id;
}

export function sectionWords(section: readonly string[]): string {
  return section.join(" › ");
}

const NOTICES: Record<Notice["kind"], string> = {
  retraction: "Retracted",
  partial_retraction: "Retracted in part",
  withdrawal: "Withdrawn",
  expression_of_concern: "Expression of concern",
  correction: "Corrected",
};

export function noticeWords(notice: Notice): string {
  const kind = NOTICES[notice.kind];
  return notice.role === "subject" ? kind : `A notice about another paper: ${kind.toLowerCase()}`;
}

/** An address that may be followed: of the web, and of nothing else. */
export function webAddress(address: string | null | undefined): string | undefined {
  return address && /^https?:\/\//i.test(address) ? address : undefined;
}

/** Where a paper or study can be found, best first. */
export function addressesOf(paper: {
  doi?: string | null;
  pmid?: string | null;
  pmcid?: string | null;
  url?: string | null;
}): { label: string; href: string }[] {
  const found: { label: string; href: string }[] = [];
  if (paper.doi) found.push({ label: "DOI", href: `https://doi.org/${encodeURI(paper.doi)}` });
  if (paper.pmid) found.push({ label: "PubMed", href: `https://pubmed.ncbi.nlm.nih.gov/${encodeURIComponent(paper.pmid)}/` });
  if (paper.pmcid) found.push({ label: "PMC", href: `https://pmc.ncbi.nlm.nih.gov/articles/${encodeURIComponent(paper.pmcid)}/` });
  const url = webAddress(paper.url);
  if (url && found.length === 0) found.push({ label: "Publisher", href: url });
  return found;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** A size in the unit that says it in few figures: "3.4 MB". */
export function sizeWords(bytes: number): string {
  const [size, unit] = bytes >= 1e6 ? [bytes / 1e6, "MB"] : bytes >= 1e3 ? [bytes / 1e3, "kB"] : [bytes, "bytes"];
  return `${size.toLocaleString("en", { maximumFractionDigits: size < 10 ? 1 : 0 })} ${unit}`;
}
