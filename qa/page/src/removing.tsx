/** Whether a paper is to be removed, asked once more by its name. */

import { useId, useLayoutEffect, useRef } from "preact/hooks";
import type { DocumentView } from "./api";

const REMOVE = "remove";

export function RemoveDialog(props: { document: DocumentView; onClose: () => void; onRemove: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const name = useId();
  useLayoutEffect(() => dialog.current!.showModal(), []);
  const closed = () => {
    props.onClose();
    if (dialog.current!.returnValue === REMOVE) props.onRemove();
  };
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby={name} onClose={closed}>
      <form method="dialog">
        <h2 id={name}>Remove “{props.document.title}”?</h2>
        <p>
          Answers will not quote it any more, nor what came inside it, and links to its sentences will lead nowhere. It can
          be added again.
        </p>
        <p class="choices">
          <button autofocus>Keep it</button>
          <button value={REMOVE} class="danger">
            Remove it
          </button>
        </p>
      </form>
    </dialog>
  );
}
