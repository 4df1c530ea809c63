/** The frame: where one can go, the view that the address names, and the reader beside it. */

import { useEffect } from "preact/hooks";
import { Ask } from "./ask";
import { Check } from "./check";
import { Library } from "./library";
import { Link } from "./parts";
import { Reader } from "./reader";
import { readingAt } from "./reading";
import { Search } from "./search";
import { usePlace } from "./url";
import { useWriting, WritingContext } from "./writing";

const VIEWS = [
  { path: "/", name: "Ask", View: Ask },
  { path: "/search", name: "Search", View: Search },
  { path: "/check", name: "Check", View: Check },
  { path: "/library", name: "Library", View: Library },
];

export function Page() {
  const place = usePlace();
  const writing = useWriting();
  const reading = readingAt(place);
  const view = VIEWS.find(({ path }) => path === place.path);
  useEffect(() => {
    const subject = place.query.getAll("q").at(-1) ?? reading?.document;
    document.title = [subject, view?.name !== "Ask" && view?.name, "ev-review-qa"].filter(Boolean).join(" · ");
  }, [place]);
  const layout = reading === null ? "" : reading.isAlone ? "is-alone" : "is-beside";
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="bar">
        <Link href="/" class="brand">
          ev-review-qa
        </Link>
        <nav aria-label="Views">
          {VIEWS.map(({ path, name }) => (
            <Link key={path} href={path} current={path === place.path}>
              {name}
            </Link>
          ))}
        </nav>
      </header>
      <div class={`frame ${layout}`}>
        {!reading?.isAlone && (
          <main id="main" tabIndex={-1}>
            <WritingContext value={writing}>{view && <view.View place={place} />}</WritingContext>
          </main>
        )}
        {reading && <Reader key={reading.document} place={place} reading={reading} />}
      </div>
    </>
  );
}
