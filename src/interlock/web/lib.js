// @ts-check
// Where do the pages get Preact, its hooks, signals and `html` from? One place, so that a version is changed in one place.
import { h } from './vendor/preact.js';
import htm from './vendor/htm.js';

export { Fragment, h, render } from './vendor/preact.js';
export { useEffect, useErrorBoundary, useId, useLayoutEffect, useMemo, useRef, useState } from './vendor/hooks.js';
export { batch, computed, effect, signal, untracked, useComputed, useSignal } from './vendor/signals.js';

/** Builds virtual nodes from a template, checked at run time by the browser: no build step. */
export const html = htm.bind(h);

/** @template T @typedef {import('./vendor/signals.js').Signal<T>} Signal */
