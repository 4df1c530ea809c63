/** Small parts that several views are made of. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Notice, Trouble } from "./api";
import { go, isPlain } from "./url";
import { addressesOf, noticeWords } from "./words";

/** A link inside the page: followed without loading anything anew. */
export function Link(props: { href: string; class?: string; current?: boolean; onGo?: () => void; children: ComponentChildren }) {
  const follow = (event: MouseEvent) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    if (props.onGo) props.onGo();
    else go(props.href);
  };
  return (
    <a href={props.href} class={props.class} aria-current={props.current ? "page" : undefined} onClick={follow}>
      {props.children}
    </a>
  );
}

/** A link out of the page. */
export function Away({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

export function Addresses(props: Parameters<typeof addressesOf>[0]) {
  return (
    <span class="addresses">
      {addressesOf(props).map(({ label, href }) => (
        <Away key={label} href={href}>
          {label}
        </Away>
      ))}
    </span>
  );
}

export function Notices({ notices }: { notices: readonly Notice[] | undefined }) {
  if (!notices?.length) return null;
  return (
    <ul class="notices">
      {notices.map((notice, n) => (
        <li key={n}>
          <strong>{noticeWords(notice)}</strong> {notice.text} <Addresses {...notice} />
        </li>
      ))}
    </ul>
  );
}

function told({ failure, detail, waitSeconds }: Trouble): { what: string; then?: string } {
  switch (failure) {
    case "unreachable":
      return { what: "The service cannot be reached.", then: "It may be starting anew, or the network is down." };
    case "cut":
      return { what: "The connection ended before the answer was complete.", then: "What came before is shown as it came." };
    case "busy":
      return { what: "The service has more questions than it can answer now.", then: waiting(waitSeconds) };
    case "unready":
      return { what: `The service is not ready. ${detail}`, then: waiting(waitSeconds) };
    case "missing":
      return { what: `That is not here: ${detail}` };
    case "locked":
      return { what: "Papers are being added or removed already, and one write is made at a time.", then: "Try again when that one is done." };
    case "large":
      return { what: "That is more than may be sent at once.", then: detail };
    case "full":
      return { what: "The service could not write its index.", then: detail };
    case "refused":
      return { what: detail || "The service refused the request." };
    case "failed":
      return { what: detail || "The service failed." };
  }
}

function waiting(seconds: number | undefined): string {
  return seconds ? `It asks to wait ${seconds} ${seconds === 1 ? "second" : "seconds"}.` : "Try again in a moment.";
}

/** What went wrong, and the way on. */
export function TroubleNote({ trouble, again }: { trouble: Trouble; again: () => void }) {
  const { what, then } = told(trouble);
  const canRetry = !["refused", "missing", "large"].includes(trouble.failure);
  return (
    <div class="trouble" role="alert">
      <p>
        <strong>{what}</strong> {then}
      </p>
      {canRetry && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Puts text on the clipboard; where the browser allows that only to safe addresses, by way of a selection. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

/** A button that copies what `text` gives, and says that it did. */
export function CopyButton({ text, children }: { text: () => string | Promise<string>; children: ComponentChildren }) {
  const [said, setSaid] = useState("");
  const act = async () => {
    try {
      await copy(await text());
      setSaid("Copied");
    } catch {
      setSaid("That did not work");
    }
    setTimeout(() => setSaid(""), 2000);
  };
  return (
    <button type="button" class="quiet" onClick={() => void act()}>
      {children}
      <span role="status" class={said ? "said" : ""}>
        {said}
      </span>
    </button>
  );
}

/** A button that has the browser save what `text` gives. */
export function SaveButton(props: { name: string; type: string; text: () => Promise<string>; children: ComponentChildren }) {
  const [said, setSaid] = useState("");
  const act = async () => {
    try {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([await props.text()], { type: props.type }));
      link.download = props.name;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch {
      setSaid("That did not work");
      setTimeout(() => setSaid(""), 2000);
    }
  };
  return (
    <button type="button" class="quiet" onClick={() => void act()}>
      {props.children}
      <span role="status" class={said ? "said" : ""}>
        {said}
      </span>
    </button>
  );
}
