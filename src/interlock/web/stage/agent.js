// @ts-check
// What would an agent see of this conversation? Who has it, what is known of the customer, the transcript; in small.
import { html } from '../lib.js';
import { Transcript } from '../transcript/transcript.js';
import { Icon } from '../ui/icons.js';
import { CopyId, Empty, MachineSign, Skeleton } from '../ui/parts.js';
import { interaction, talk } from './state.js';

export function Agent() {
  if (!interaction.value) return html`<${Empty} icon="person" title="Nobody is there yet">Say something in the chat.<//>`;
  const value = talk.value;
  if (!value) return html`<${Skeleton} lines=${5} label="Loading the conversation" />`;
  const { holder, customer, assurance } = value;
  return html`<div class="agent-head"><p class="agent-holder">${holder.kind === 'agent' ? html`<${Icon} name="person" size=${14} />With ${holder.agent_name}` : holder.kind === 'queue' ? html`<${Icon} name="clock" size=${14} />Waits in ${holder.queue}` : html`With <${MachineSign} />`}
      <span class="note">${value.open ? '' : 'ended'}</span></p>
    <p class="agent-known ${assurance?.level ? 'some' : ''}"><${Icon} name="shield" size=${16} /><span><strong dir="auto">${customer.name || (customer.id ? `Customer ${customer.id}` : 'Not matched to a customer')}</strong>
      <span class="note">${assurance?.label || 'Not identified'}${customer.masked && customer.matched ? ' · details masked' : ''}</span></span></p>
    <p class="note"><${CopyId} id=${value.id} label="interaction" /></p></div>
    <${Transcript} entries=${value.entries} label="What the agent sees" />`;
}
