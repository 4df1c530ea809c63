/** A text with the words of a query set off: the same word in another form counts too. */

import type { ComponentChildren } from "preact";
import type { SearchResult } from "./api";

const WORD = /[\p{L}\p{N}]+/gu;
const ENDINGS = /(?:'s|ies|es|s|ing|ed|ly|y|e)$/;
const COMMON = new Set(
  "a an and are as at be by can do does for from how in is it of on or that the their this to was were what which who why with".split(" "),
);

/** What is left of a word without its commonest endings; the service's own stemmer is finer. */
function stem(word: string): string {
  const low = word.toLowerCase();
  const short = low.replace(ENDINGS, "");
  return short.length >= 3 ? short : low;
}

/** The stems of what was searched for: the query's words and those that the service added to them. */
export function stemsOf(result: Pick<SearchResult, "query" | "expansions">): Set<string> {
  const texts = [result.query, ...(result.expansions ?? []).map(({ added }) => added)];
  const words = texts.flatMap((text) => text.match(WORD) ?? []);
  return new Set(words.filter((word) => !COMMON.has(word.toLowerCase())).map(stem));
}

export function Terms({ text, stems }: { text: string; stems: ReadonlySet<string> }) {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!stems.has(stem(word))) continue;
    parts.push(text.slice(at, index), <b class="term">{word}</b>);
    at = index + word.length;
  }
  return (
    <>
      {parts}
      {text.slice(at)}
    </>
  );
}
