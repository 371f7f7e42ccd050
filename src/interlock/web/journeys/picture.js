// @ts-check
// A journey as a picture: steps that run downwards, what happens otherwise aside, and at each step how many are there.
import { register } from '../keys.js';
import { html, useEffect, useMemo, useRef, useSignal } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { layout } from './layout.js';
import { ChangeMark, changeOf } from './changes.js';
import { Details, endsCalled } from './outline.js';
import { chosen, journey, toggle, unfolded } from './state.js';
import { armWord, kindOf, share, stood } from './words.js';

const LEAST = 0.35, READABLE = 0.8, MOST = 1.6, STEP = 1.2, EDGE = 24;
const bound = (/** @type {number} */ scale) => Math.min(MOST, Math.max(LEAST, scale));

export function Picture() {
  const { first, steps } = journey.value;
  const shape = useMemo(() => layout(first, steps, unfolded.value), [JSON.stringify(first), JSON.stringify(steps), unfolded.value]);
  const scale = useSignal(1);
  const frame = useRef(/** @type {HTMLElement | null} */ (null));
  const fit = (least = LEAST) => frame.current && (scale.value = bound(Math.max(least, Math.min(1, (frame.current.clientWidth - 2 * EDGE) / (shape.width + 2 * EDGE)))));
  useEffect(() => void fit(READABLE), []);
  const nodeOf = (/** @type {string} */ name) => shape.nodes.find((one) => one.key === name || (name && one.path === name)) ?? shape.nodes[0];
  const node = nodeOf(chosen.value);
  const nodeNow = () => nodeOf(chosen.peek()); // a key may come before what the one before it chose is painted

  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    const to = neighbour(shape.nodes, nodeNow(), event.key);
    if (to) {
      event.preventDefault();
      chosen.value = to.key;
      const found = /** @type {HTMLElement | null} */ (frame.current?.querySelector(`[data-key="${CSS.escape(to.key)}"]`));
      found?.focus();
      found?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  };
  const larger = () => (scale.value = bound(scale.value * STEP)), smaller = () => (scale.value = bound(scale.value / STEP));
  useEffect(() => register([
    { id: 'larger', group: 'The picture', title: 'Larger', key: '+', run: larger },
    { id: 'smaller', group: 'The picture', title: 'Smaller', key: '-', run: smaller },
    { id: 'fit', group: 'The picture', title: 'Fit the width', key: '0', run: () => fit() },
    { id: 'fold', group: 'The picture', title: 'Show or fold the default branches of the chosen step', key: 'd', run: () => nodeNow().folded && toggle(nodeNow().key) },
  ]), [shape]);
  /** @param {WheelEvent} event */
  const onWheel = (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    scale.value = bound(scale.value * (event.deltaY < 0 ? STEP : 1 / STEP));
  };
  useEffect(() => {
    const shown = frame.current;
    shown?.addEventListener('wheel', onWheel, { passive: false });
    return () => shown?.removeEventListener('wheel', onWheel);
  }, []);

  const size = { width: `${(shape.width + 2 * EDGE) * scale.value}px`, height: `${(shape.height + 2 * EDGE) * scale.value}px` };
  return html`<div class="picture-and-step"><div class="picture">
    <div class="zoom" role="group" aria-label="Zoom">
      <button type="button" class="icon-button" aria-label="Smaller" title="Smaller  -" onClick=${smaller}><${Sign} d="M5 12h14" /></button>
      <button type="button" class="button small quiet num" aria-label="Fit the width" title="Fit the width  0" onClick=${() => fit()}>${Math.round(100 * scale.value)} %</button>
      <button type="button" class="icon-button" aria-label="Larger" title="Larger  +" onClick=${larger}><${Sign} d="M5 12h14M12 5v14" /></button></div>
    <div class="picture-frame" ref=${frame}><div class="picture-size" style=${size}><div class="picture-scale" style=${{ transform: `scale(${scale.value}) translate(${EDGE}px, ${EDGE}px)` }} role="group" aria-label="Steps of the journey; arrow keys go from one to another" onKeyDown=${onKey}>
      <${Lines} shape=${shape} />
      ${shape.nodes.map((one) => html`<${Step} key=${one.key} node=${one} current=${one === node} />`)}</div></div></div></div>
    <${Details} path=${node.path} nodeKey=${node.key} /></div>`;
}

/** @param {{d: string}} props */
const Sign = ({ d }) => html`<svg class="icon" width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" aria-hidden="true"><path d=${d} /></svg>`;

/** The step that an arrow key leads to. @param {any[]} nodes @param {any} from @param {string} key */
function neighbour(nodes, from, key) {
  const real = nodes.filter((one) => one.path);
  const at = real.indexOf(from);
  if (key === 'ArrowDown') return real.slice(at + 1).find((one) => one.parent === from.parent) ?? real[at + 1];
  if (key === 'ArrowUp') return real.slice(0, at).reverse().find((one) => one.parent === from.parent) ?? real[at - 1];
  if (key === 'ArrowRight') return real.find((one) => one.parent === from.key);
  if (key === 'ArrowLeft') return real.find((one) => one.key === from.parent);
  if (key === 'Home') return real[0];
  return undefined;
}

/** @param {{shape: any}} props */
function Lines({ shape }) {
  return html`<svg class="lines" width=${shape.width} height=${shape.height} aria-hidden="true">
    <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M1 1l6 3-6 3" /></marker></defs>
    ${shape.lines.map((/** @type {any} */ line, /** @type {number} */ i) => html`<path key=${i} class="line ${line.default ? 'default' : ''}" d=${line.d} marker-end="url(#tip)" />`)}</svg>
    ${shape.lines.filter((/** @type {any} */ line) => line.label).map((/** @type {any} */ line, /** @type {number} */ i) => html`<span key=${`l${i}`} class="line-label" aria-hidden="true" style=${{ left: `${line.x}px`, top: `${line.y}px` }}>${armWord(line.label)}</span>`)}`;
}

/** @param {{node: any, current: boolean}} props */
function Step({ node, current }) {
  const [word, icon] = kindOf(node.kind);
  const place = { left: `${node.x}px`, top: `${node.y}px`, width: `${node.w}px`, height: `${node.h}px` };
  if (!node.path) return html`<span class="step back" style=${place}><${Icon} name=${icon} size=${13} />${node.text}</span>`;
  const seen = journey.value.traffic.steps[node.path];
  const change = changeOf(node.path);
  const ended = node.kind === 'end' && endsCalled(node.text) === 1 ? (journey.value.traffic.outcomes[node.text] ?? 0) : 0;
  return html`<button type="button" class="step ${node.kind} ${node.path.startsWith('default.') ? 'of-tenant' : ''} ${change ? `is-${change.how}` : ''}" style=${place} data-key=${node.key} data-path=${node.path}
      aria-current=${current ? 'true' : null} tabindex=${current ? 0 : -1} onClick=${() => (chosen.value = node.key)} title=${node.step.hears || node.text}>
      ${node.kind === 'end'
        ? html`<span class="step-head"><${Icon} name=${icon} size=${13} /><span class="step-word visually-hidden">${word}: </span><span class="step-end">${node.text}</span><${ChangeMark} path=${node.path} />${ended ? html`<span class="num step-ended" title="Runs that ended so in this time">${ended}</span>` : null}</span>`
        : html`<span class="step-head"><${Icon} name=${icon} size=${13} /><span class="step-word">${word}</span><${ChangeMark} path=${node.path} />${seen?.waiting ? html`<span class="step-now num">${seen.waiting} now</span>` : null}</span>
          <${Text} node=${node} /><${Seen} node=${node} seen=${seen} />`}</button>
    ${node.folded ? html`<button type="button" class="fold" tabindex="-1" style=${{ left: `${node.x + node.w}px`, top: `${node.y + node.h}px` }} aria-expanded=${node.open}
      title="${node.open ? 'Fold' : 'Show'} the tenant's default branches  D" aria-label="${node.open ? 'Fold' : 'Show'} ${node.folded} default branches of ${word} ${node.text}" onClick=${() => ((chosen.value = node.key), toggle(node.key))}>${node.open ? '−' : '+'}${node.folded}</button>` : null}`;
}

/** @param {{node: any}} props */
function Text({ node }) {
  const { kind, text, step } = node;
  if (kind === 'when') return html`<code class="step-text">${text}</code>`;
  if (step.hears && kind !== 'say') return html`<span class="step-text one"><code>${text}</code></span><span class="step-hears">${step.hears}</span>`;
  return html`<span class="step-text ${kind === 'say' ? '' : 'one'}">${kind === 'say' ? text : html`<code>${text}</code>`}</span>`;
}

/** What the step saw in the chosen time. @param {{node: any, seen: any}} props */
function Seen({ node, seen }) {
  if (node.h < 80) return null;
  if (!seen?.reached && !seen?.left) return html`<span class="step-seen none">nobody in this time</span>`;
  const many = seen.left && seen.left / Math.max(1, seen.reached) >= 0.2;
  return html`<span class="step-seen num"><span>${seen.reached} came</span>
    ${seen.left ? html`<span class=${many ? 'many-left' : ''}>${seen.left} left${share(seen.left, seen.reached)}</span>` : null}
    <span class="step-time">${stood(seen.median_s)}</span></span>`;
}
