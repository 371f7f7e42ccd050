// @ts-check
// Where does each step of a journey stand in its picture, and how do the lines between them run?
//
// A journey is a block of steps that run downwards. Whatever a step branches into stands to its right, one below the other;
// what is short and simple lies in a row. So the way that goes well is read straight down, and what happens otherwise aside.

export const WIDTH = 236;
const PILL = 148, DOWN = 30, ASIDE = 132, BETWEEN = 14, ROW_GAP = 18, LANE = 12, TURN = 14;
const LOW = 36, PLAIN = 64, COUNTED = 88;
const LONGEST_ROW = 3;

/** Steps at which a run waits, so that they are counted. */
const WAITS = new Set(['ask', 'choose', 'verify', 'look_up', 'do', 'agent', 'promise', 'foresee', 'hand_over', 'wait', 'call']);

/**
 * @typedef {{name: string, default: boolean, waits: boolean, steps: string[]}} Arm
 * @typedef {{kind: string, text: string, hears: string, to: Record<string, string>, arms: Arm[]}} Step
 * @typedef {{key: string, path: string, kind: string, text: string, x: number, y: number, w: number, h: number, step: Step | null, folded: number, open: boolean, parent: string}} Node
 * @typedef {{d: string, kind: string, label?: string, x?: number, y?: number, default?: boolean}} Line
 * @typedef {{first: Node, exits: Node[], right: number, bottom: number, row: boolean}} Placed
 */

/** Whether a step is one at which runs are counted. @param {string} kind */
export const counts = (kind) => WAITS.has(kind);

/**
 * @param {string[]} first the paths of the journey's first steps
 * @param {Record<string, Step>} steps every step by its path
 * @param {Set<string>} unfolded the keys of the steps whose default branches are shown
 */
export function layout(first, steps, unfolded) {
  /** @type {Node[]} */
  const nodes = [];
  /** @type {Line[]} */
  const lines = [];

  /** @param {string} path @param {string} key @param {string} parent @param {number} x @param {number} y */
  function put(path, key, parent, x, y) {
    const step = steps[path];
    const end = step.kind === 'end';
    const open = unfolded.has(key);
    const folded = step.arms.filter((arm) => arm.default).length;
    const node = { key, path, kind: step.kind, text: step.text, x, y, w: end ? PILL : WIDTH, h: end ? LOW : counts(step.kind) ? COUNTED : PLAIN, step, folded, open, parent };
    nodes.push(node);
    return node;
  }

  /** What stands behind the last step of a branch that ends in no end. @param {Node} last @param {string} text */
  function mark(last, text) {
    const node = { key: `${last.key}~`, path: '', kind: 'back', text, x: last.x + last.w + ROW_GAP, y: last.y + last.h / 2 - LOW / 2, w: PILL, h: LOW, step: null, folded: 0, open: false, parent: last.parent };
    nodes.push(node);
    lines.push({ d: `M${last.x + last.w} ${last.y + last.h / 2}H${node.x}`, kind: 'on' });
    return node;
  }

  /** @param {Step} step @param {string} key */
  const shown = (step, key) => step.arms.filter((arm) => !arm.default || unfolded.has(key));
  /** @param {string[]} paths @param {string} key */
  const isRow = (paths, key) => paths.length <= LONGEST_ROW && paths.every((path) => shown(steps[path], `${key}/${path}`).length === 0);

  /** @param {string[]} paths @param {string} key @param {string} parent @param {number} x @param {number} y @returns {Placed} */
  function row(paths, key, parent, x, y) {
    const tall = Math.max(...paths.map((path) => (steps[path].kind === 'end' ? LOW : counts(steps[path].kind) ? COUNTED : PLAIN)));
    /** @type {Node[]} */
    const placed = [];
    for (const path of paths) {
      const before = placed[placed.length - 1];
      const node = put(path, `${key}/${path}`, parent, before ? before.x + before.w + ROW_GAP : x, y);
      node.y = y + (tall - node.h) / 2;
      if (before) lines.push({ d: `M${before.x + before.w} ${y + tall / 2}H${node.x}`, kind: 'on' });
      placed.push(node);
    }
    const last = placed[placed.length - 1];
    return { first: placed[0], exits: goesOn(last) ? [last] : [], right: last.x + last.w, bottom: y + tall, row: true };
  }

  /** @param {Node} node */
  const goesOn = (node) => node.kind !== 'end' && node.kind !== 'hand_over';

  /** @param {string[]} paths @param {string} key @param {string} parent @param {number} x @param {number} y @returns {Placed} */
  function column(paths, key, parent, x, y) {
    let right = x, at = y;
    /** @type {Node | undefined} */
    let first;
    /** @type {Node | null} the step above, where it goes straight on */
    let above = null;
    /** @type {Array<[Node, number]>} what comes from the right, each on a lane of its own */
    let joining = [];
    paths.forEach((path, i) => {
      const node = put(path, `${key}/${path}`, parent, x, at);
      first ??= node;
      if (above) lines.push({ d: `M${x + WIDTH / 2} ${above.y + above.h}V${node.y}`, kind: 'down' });
      for (const [from, lane] of joining) lines.push({ d: join(from, lane, node), kind: 'down' });
      const placed = branch(node);
      right = Math.max(right, node.x + node.w, placed.right);
      at = Math.max(node.y + node.h, placed.bottom) + DOWN + (placed.exits.length ? TURN : 0);
      const both = ['then', 'else'].every((name) => node.step?.arms.some((arm) => arm.name === name));
      const last = i + 1 === paths.length;
      above = !both && node.kind !== 'end' && !(last && node.kind === 'hand_over') ? node : null;
      joining = placed.exits.map((from, i) => [from, placed.right + LANE * (placed.exits.length - i)]);
      if (joining.length) right = Math.max(right, ...joining.map(([, lane]) => lane));
      if (last) joining = placed.exits.map((from) => [from, 0]);
    });
    const exits = [...(above ? [above] : []), ...joining.map(([from]) => from)];
    const lowest = Math.max(...nodes.filter((node) => node.key.startsWith(`${key}/`)).map((node) => node.y + node.h));
    return { first: /** @type {Node} */ (first), exits, right, bottom: lowest, row: false };
  }

  /** Everything that a step branches into. @param {Node} node */
  function branch(node) {
    const step = /** @type {Step} */ (node.step);
    let at = node.y, from = node.y, right = node.x + node.w, bottom = node.y + node.h;
    /** @type {Node[]} */
    const exits = [];
    const trunk = node.x + node.w + 10;
    shown(step, node.key).forEach((arm, i) => {
      const key = `${node.key}/${arm.name}`;
      const x = node.x + WIDTH + ASIDE;
      const placed = (isRow(arm.steps, key) ? row : column)(arm.steps, key, node.key, x, at);
      const last = placed.exits[placed.exits.length - 1];
      let end = placed.right;
      if (arm.waits && last) end = mark(last, 'goes on waiting').x + PILL;
      else if (arm.name === 'do_first' && last) end = mark(last, 'comes back').x + PILL;
      else if (arm.name === 'then' || arm.name === 'else' || arm.name === 'otherwise') exits.push(...placed.exits);
      const middle = placed.first.y + placed.first.h / 2;
      if (i === 0) from = Math.min(middle, node.y + node.h - 8);
      lines.push({ d: middle === from ? `M${node.x + node.w} ${middle}H${placed.first.x}` : `M${node.x + node.w} ${from}H${trunk}V${middle}H${placed.first.x}`, kind: 'aside', label: arm.name, x: trunk + 4, y: middle, default: arm.default });
      at = placed.bottom + BETWEEN;
      right = Math.max(right, end);
      bottom = Math.max(bottom, placed.bottom);
    });
    return { exits, right, bottom };
  }

  /**
   * From a step at the right to the top of the step that follows: straight down where nothing stands beneath it, else around everything on a lane.
   * @param {Node} from @param {number} lane @param {Node} to
   */
  function join(from, lane, to) {
    const into = to.x + WIDTH / 2, above = to.y - TURN, at = from.x + from.w / 2;
    const under = nodes.some((one) => one.y > from.y && one.y < to.y && one.x < at + LANE && at - LANE < one.x + one.w);
    if (!under) return `M${at} ${from.y + from.h}V${above}H${into}V${to.y}`;
    return `M${from.x + from.w} ${from.y + from.h / 2}H${lane}V${above}H${into}V${to.y}`;
  }

  const whole = column(first, '', '', 0, 0);
  return { nodes, lines, width: Math.max(whole.right, ...nodes.map((node) => node.x + node.w)), height: whole.bottom };
}
