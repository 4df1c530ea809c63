/** Adding papers: by identifier, by address, or from files that are chosen or dropped. */

import { useContext, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { IndexState } from "./api";
import { plural, sizeWords } from "./words";
import { identifiersIn, WritingContext } from "./writing";

const KINDS = "PDF, JATS, HTML, Markdown, plain text, lists of references, or a zip of them";

export function Adding({ index }: { index: IndexState }) {
  const { write, begin, refuse } = useContext(WritingContext);
  const [isOpen, setOpen] = useState(index.counts.documents === 0);
  const isBusy = write?.isRunning ?? false;
  const hasAdded = write?.report !== undefined && "sources" in write.order;
  const most = index.max_upload_bytes ?? Infinity;
  const upload = (files: readonly File[], folder?: string) => {
    if (isBusy || (files.length === 0 && !folder)) return;
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (folder) refuse({ files }, `“${folder}” is a folder: pack it into a zip, and add that.`);
    else if (size > most) refuse({ files }, `${plural(files.length, "file")} of ${sizeWords(size)} together: at most ${sizeWords(most)} may be sent at once.`);
    else begin({ files });
  };
  const isOver = useDropped((files, folder) => {
    setOpen(true);
    upload(files, folder);
  });
  return (
    <section class={isOver ? "adding is-over" : "adding"} aria-label="Adding papers">
      <details class="filters" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Add papers</summary>
        <ByIdentifier isBusy={isBusy} hasAdded={hasAdded} onAdd={(sources) => begin({ sources })} />
        <ByFile isBusy={isBusy} most={index.max_upload_bytes} onFiles={upload} />
        <CouldNot failed={index.failed} />
      </details>
    </section>
  );
}

/** What was typed stays until it has been added: what is refused can be mended. */
function ByIdentifier(props: { isBusy: boolean; hasAdded: boolean; onAdd: (sources: string[]) => void }) {
  const { isBusy, hasAdded, onAdd } = props;
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (hasAdded) setText("");
  }, [hasAdded]);
  const add = () => {
    const sources = identifiersIn(text);
    if (sources.length === 0) return field.current?.focus();
    if (!isBusy) onAdd(sources);
  };
  return (
    <form
      class="question"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <label>
        <span class="label">PMCID, PMID, DOI or address, or several of them</span>
        <textarea
          ref={field}
          rows={1}
          value={text}
          placeholder="PMC13013411"
          spellcheck={false}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            add();
          }}
        />
      </label>
      <button type="submit" class="main" aria-disabled={isBusy}>
        Add
      </button>
    </form>
  );
}

function ByFile(props: { isBusy: boolean; most: number | null | undefined; onFiles: (files: readonly File[]) => void }) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <p class="by-file">
      <input
        ref={field}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          props.onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = ""; // so that the same file can be chosen once more
        }}
      />
      <button type="button" aria-disabled={props.isBusy} onClick={() => props.isBusy || field.current!.click()}>
        Choose files …
      </button>{" "}
      <span class="faint">
        or drop them on this page: {KINDS}
        {props.most ? `; up to ${sizeWords(props.most)} at once` : ""}.
      </span>
    </p>
  );
}

/** What was asked for by name and is still not here. */
function CouldNot({ failed }: { failed: IndexState["failed"] }) {
  const reasons = Object.entries(failed);
  if (reasons.length === 0) return null;
  return (
    <details class="filters">
      <summary>{plural(reasons.length, "paper")} could not be added before</summary>
      <ul class="outcomes">
        {reasons.map(([name, reason]) => (
          <li key={name}>{reason.includes(name) ? reason : `${name}: ${reason}`}</li>
        ))}
      </ul>
    </details>
  );
}

/** Takes files that are dropped anywhere on the page, or the name of a folder among them; true while some are over it. */
function useDropped(take: (files: readonly File[], folder?: string) => void): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef(take);
  latest.current = take;
  useLayoutEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files");
    const over = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(false);
      const entries = [...event.dataTransfer!.items].map((item) => item.webkitGetAsEntry());
      latest.current([...event.dataTransfer!.files], entries.find((entry) => entry?.isDirectory)?.name);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);
  return isOver;
}
