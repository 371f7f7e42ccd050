// @ts-check
// How does a value change by the server's patches? Pure: the old value stays as it was, unchanged parts are shared.

/**
 * @typedef {string | number} Key
 * @typedef {{op: 'set', path: Key[], value: any} | {op: 'remove', path: Key[]} | {op: 'append', path: Key[], values: any[]}} Op
 */

/** The patch does not fit the value: whoever holds it must fetch a fresh snapshot. */
export class Misfit extends Error {}

/**
 * The value after all operations, in order.
 * @template T
 * @param {T} value
 * @param {Op[]} ops
 * @returns {T}
 */
export function applyOps(value, ops) {
  return ops.reduce((current, op) => applyAt(current, op, 0), /** @type {any} */ (value));
}

/** @param {any} value @param {Op} op @param {number} depth @returns {any} */
function applyAt(value, op, depth) {
  if (depth === op.path.length) return atTarget(value, op);
  const key = op.path[depth];
  if (op.op !== 'append' && depth === op.path.length - 1) return atParent(value, op, key);
  if (!has(value, key)) throw new Misfit(`nothing at ${op.path.slice(0, depth + 1).join('.')}`);
  const copy = Array.isArray(value) ? value.slice() : { ...value };
  copy[key] = applyAt(value[key], op, depth + 1);
  return copy;
}

/** @param {any} value @param {Op} op */
function atTarget(value, op) {
  if (op.op === 'set') return op.value;
  if (op.op === 'append') {
    if (!Array.isArray(value)) throw new Misfit(`no list at ${op.path.join('.')}`);
    return value.concat(op.values);
  }
  if (op.op === 'remove') return null; // the whole value is gone
  throw new Misfit(`unknown operation ${/** @type {any} */ (op).op}`);
}

/** @param {any} value @param {Op} op @param {Key} key */
function atParent(value, op, key) {
  if (Array.isArray(value)) {
    const at = Number(key);
    const last = op.op === 'set' ? value.length : value.length - 1;
    if (!Number.isInteger(at) || at < 0 || at > last) throw new Misfit(`no index ${key} in ${op.path.join('.')}`);
    const copy = value.slice();
    if (op.op === 'set') copy[at] = op.value;
    else copy.splice(at, 1);
    return copy;
  }
  if (value === null || typeof value !== 'object') throw new Misfit(`nothing to change at ${op.path.join('.')}`);
  if (op.op === 'set') return { ...value, [key]: op.value };
  if (op.op !== 'remove') throw new Misfit(`unknown operation ${op.op}`);
  if (!Object.hasOwn(value, key)) throw new Misfit(`nothing at ${op.path.join('.')}`);
  const { [key]: _gone, ...rest } = value;
  return rest;
}

/** @param {any} value @param {Key} key */
function has(value, key) {
  if (Array.isArray(value)) return Number.isInteger(Number(key)) && Number(key) >= 0 && Number(key) < value.length;
  return value !== null && typeof value === 'object' && Object.hasOwn(value, key);
}
