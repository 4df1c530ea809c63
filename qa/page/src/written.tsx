/** A write as it is shown: how far it is, what became of each paper, and what went wrong. */

import { useContext } from "preact/hooks";
import { documentView, type Order, type Report, type WriteProgress } from "./api";
import { useLoaded } from "./loaded";
import { Link, Notices, TroubleNote } from "./parts";
import { documentPath } from "./reading";
import { plural, sizeWords } from "./words";
import { WritingContext, type Write } from "./writing";

type Change = Report["changes"][number];
type Outcome = Change["outcome"];

// What a reader has to act on comes first.
const OUTCOMES: Record<Outcome, { word: string; counted: string }> = {
  failed: { word: "Not added", counted: "not added" },
  skipped: { word: "Left out", counted: "left out" },
  removed: { word: "Removed", counted: "removed" },
  merged: { word: "Same paper", counted: "the same as another" },
  replaced: { word: "Replaced", counted: "replaced" },
  added: { word: "Added", counted: "added" },
  unchanged: { word: "Already here", counted: "already here" },
};
const ORDER = Object.keys(OUTCOMES) as Outcome[];
const MOST_SHOWN = 10;

const STEPS: Record<string, string> = {
  fetching: "Fetching papers",
  reading: "Reading papers",
  "loading the encoder": "Loading the encoder",
  embedding: "Embedding passages",
};

function begun(order: Order): string {
  if ("removed" in order) return `Removing “${order.removed.title}”`;
  if ("sources" in order) return `Asking for ${plural(order.sources.length, "paper")}`;
  return `Sending ${plural(order.files.length, "file")}, ${sizeWords(order.files.reduce((sum, { size }) => sum + size, 0))}`;
}

function stepWords({ order, progress, ending }: Write): string {
  if (ending) return "Ending the write";
  if (!progress) return begun(order);
  if (progress.step === "embedding" && progress.done === progress.total) return "Writing the index";
  return STEPS[progress.step] ?? progress.step;
}

/** "2 papers added, 1 not added". */
function summary({ changes }: Report): string {
  const parts = ORDER.map((outcome) => ({ outcome, n: changes.filter((one) => one.outcome === outcome).length })).filter(({ n }) => n > 0);
  return parts.map(({ outcome, n }, at) => `${at === 0 ? plural(n, "paper") : n} ${OUTCOMES[outcome].counted}`).join(", ") || "Nothing to do";
}

function endingWords({ ending, hasChanged }: Write): string {
  const how = ending === "cancelled" ? "Cancelled." : "The connection was lost before the write was done.";
  if (hasChanged === undefined) return `${how} The service cannot be reached now: load the page again to see what came of it.`;
  if (!hasChanged) return `${how} The library is as it was.`;
  return `${how} The library has changed meanwhile: the list shows what is here now.`;
}

/** What a screen reader is told: each step when it begins, and how it ended; trouble is an alert of its own. */
export function announced(write: Write | null): string {
  if (!write || write.trouble) return "";
  if (write.isRunning) return `${stepWords(write)} …`;
  return write.report ? `${summary(write.report)}.` : endingWords(write);
}

/** One write. What one does from the middle of the list, or waits for, stays in view while the list is scrolled. */
export function WriteView({ write, onClose }: { write: Write; onClose: () => void }) {
  const stays = write.isRunning || "removed" in write.order;
  return (
    <section class={stays ? "write stays" : "write"} aria-label="Changes">
      {write.isRunning ? <Running write={write} /> : <Ended write={write} />}
      {!write.isRunning && (
        <button type="button" class="quiet" onClick={onClose}>
          Close
        </button>
      )}
    </section>
  );
}

function Running({ write }: { write: Write }) {
  const { cancel } = useContext(WritingContext);
  const { progress, ending } = write;
  const isCounted = progress && progress.done > 0 && !ending;
  return (
    <>
      <p>
        {stepWords(write)}
        {isCounted && <span class="faint"> {counted(progress)}</span>} …
      </p>
      <progress aria-label="How far it is" max={progress?.total || 1} value={isCounted && progress.total ? progress.done : undefined} />
      {!ending && (
        <button type="button" class="quiet" onClick={cancel}>
          Cancel
        </button>
      )}
    </>
  );
}

function Ended({ write }: { write: Write }) {
  const { begin } = useContext(WritingContext);
  const again = () => begin(write.order);
  if (write.trouble) return <TroubleNote trouble={write.trouble} again={again} />;
  if (write.report) return <ReportView report={write.report} />;
  if (write.ending === "cancelled") return <p>{endingWords(write)}</p>;
  return (
    <div class="trouble">
      <p>{endingWords(write)}</p>
      <button type="button" onClick={again}>
        Try again
      </button>
    </div>
  );
}

function counted({ done, total }: WriteProgress): string {
  return total ? `${done.toLocaleString("en")} of ${total.toLocaleString("en")}` : done.toLocaleString("en");
}

function ReportView({ report }: { report: Report }) {
  const changes = ORDER.flatMap((outcome) => report.changes.filter((one) => one.outcome === outcome));
  const [shown, folded] = [changes.slice(0, MOST_SHOWN), changes.slice(MOST_SHOWN)];
  return (
    <>
      <p>
        <strong>{summary(report)}.</strong>
      </p>
      <ul class="outcomes">
        {shown.map((change) => (
          <ChangeView key={change.name} change={change} hasNotices />
        ))}
      </ul>
      {folded.length > 0 && (
        <details class="filters">
          <summary>and {folded.length.toLocaleString("en")} more</summary>
          <ul class="outcomes">
            {folded.map((change) => (
              <ChangeView key={change.name} change={change} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

const ABSENT: readonly Outcome[] = ["failed", "skipped", "removed"];

function ChangeView({ change, hasNotices }: { change: Change; hasNotices?: boolean }) {
  const { outcome, name, detail } = change;
  const isHere = !ABSENT.includes(outcome);
  return (
    <li class={`outcome is-${outcome}`}>
      <strong class="word">{OUTCOMES[outcome].word}</strong>{" "}
      {isHere ? <Link href={documentPath(name)}>{detail}</Link> : detail.includes(name) || outcome === "removed" ? detail : `${name}: ${detail}`}
      {isHere && hasNotices && <NoticesOf document={name} />}
    </li>
  );
}

function NoticesOf({ document }: { document: string }) {
  const { value } = useLoaded(document, (signal) => documentView(document, signal));
  return <Notices notices={value?.notices} />;
}
