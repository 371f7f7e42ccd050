// @ts-check
// What is the story behind a decision or a wait? The transcript of an interaction, to read only.
import { recordOf } from '../format.js';
import { html, useEffect, useState } from '../lib.js';
import { Transcript } from '../transcript/transcript.js';
import { termOf } from '../transcript/words.js';
import { Dialog } from '../ui/dialog.js';
import { At, CopyId, Empty, Skeleton } from '../ui/parts.js';
import { live, looking } from './state.js';

/** @param {{interaction: string}} props */
export function Look({ interaction }) {
  const [doc, setDoc] = useState(/** @type {any} */ (null));
  useEffect(() => {
    const of = `interaction:${interaction}`;
    setDoc(live.watch(of));
    return () => live.unwatch(of);
  }, [interaction]);
  const value = doc?.value.value;
  if (doc?.problem.value) return html`<${Empty} title="It cannot be shown">${doc.problem.value}<//>`;
  if (!value) return html`<${Skeleton} lines=${6} label="Loading the interaction" />`;
  const holder = value.holder?.kind === 'agent' ? `with ${value.holder.agent_name}` : value.holder?.kind === 'queue' ? 'waiting in a queue' : 'with the virtual agent';
  return html`<header class="look-head"><strong dir="auto">${value.customer?.name || 'Unknown customer'}</strong>
      <p class="note">${termOf(value.channel)} · began <${At} at=${value.started_at} /> · ${value.ended_at ? html`ended <${At} at=${value.ended_at} />` : holder} · ${value.assurance?.label || 'Not identified'} · <${CopyId} id=${value.id} label="interaction" /> · <a href=${recordOf(value.id)}>Open record</a></p></header>
    <${Transcript} entries=${value.entries} label="Transcript, to read" />`;
}

/** The same over the floor. */
export function LookDialog() {
  if (!looking.value) return null;
  return html`<${Dialog} title="Looking in" wide onClose=${() => (looking.value = '')}><div class="look-box"><${Look} interaction=${looking.value} /></div><//>`;
}
